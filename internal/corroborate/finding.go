package corroborate

import (
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/record"
)

// Finding is what the team concludes.
type Finding struct {
	ID             string          `json:"id"` // F-01
	Text           string          `json:"text"`
	Standard       record.Standard `json:"standard"`
	Reason         string          `json:"reason,omitempty"` // for a standard above the case's
	Assertion      string          `json:"assertion,omitempty"`
	Outcome        string          `json:"outcome,omitempty"` // against the standard; "" not judged yet
	Legal          Qualification   `json:"legal,omitzero"`
	For            []string        `json:"for,omitempty"` // claims
	Against        []Against       `json:"against,omitempty"`
	ContrarySearch string          `json:"contrary_search,omitempty"` // how contrary material was looked for
	By             string          `json:"by"`
	At             int64           `json:"at"` // µs since 1970, UTC
}

// Against is a claim that speaks against the finding, with the team's answer. An empty
// answer stops the finding at the gate.
type Against struct {
	Claim      string `json:"claim"`
	Answer     string `json:"answer,omitempty"`
	AnsweredBy string `json:"answered_by,omitempty"`
	AnsweredAt int64  `json:"answered_at,omitempty"`
}

// Qualification is what the law calls the facts of a finding, and how surely. It stands
// apart from the finding's words, so that the facts can hold while the law is left open.
type Qualification struct {
	Text     string `json:"text"`
	Modality string `json:"modality"` // is, may_constitute
}

// The modalities of a legal qualification.
const (
	Is            = "is"
	MayConstitute = "may_constitute"
)

// Modalities lists them.
func Modalities() []string { return []string{MayConstitute, Is} }

// The outcomes. "Not met" is never "did not happen".
const (
	Met          = "met"
	NotMet       = "not_met"
	Inconclusive = "inconclusive"  // contrary material is not resolved
	CannotVerify = "cannot_verify" // such as a total that could not be confirmed
	OutOfScope   = "out_of_scope"
)

// Outcomes lists them.
func Outcomes() []string { return []string{Met, NotMet, Inconclusive, CannotVerify, OutOfScope} }

// The assertions: what kind of conclusion the words draw.
const (
	Established         = "established"
	CredibleAllegation  = "credible_allegation"
	CredibleIndications = "credible_indications"
	Concern             = "concern"
	Unverified          = "unverified"
	Refuted             = "refuted"
)

// Assertions lists them.
func Assertions() []string {
	return []string{Established, CredibleAllegation, CredibleIndications, Concern, Unverified, Refuted}
}

// Judgement is what Judge may change about a finding; an empty field keeps what stands.
type Judgement struct {
	Standard       record.Standard
	Reason         string
	Assertion      string
	Outcome        string
	ContrarySearch string
	Legal          Qualification
}

// Edit is what one member changes about a finding in one go: all of it happens, each
// part as an act of its own, or nothing does.
type Edit struct {
	For       []string // claims on which it rests
	Against   []string // claims that speak against it
	Text      string   // other words for it; "" keeps them
	Judgement Judgement
	Answers   []Against // to contrary claims; only Claim and Answer are read
	Withdraw  []string  // erased claims
	Saw       int64     // newest act about it that the editor had seen; 0 did not look
}

// Empty reports whether it would change nothing.
func (e Edit) Empty() bool {
	return len(e.For)+len(e.Against)+len(e.Answers)+len(e.Withdraw) == 0 && e.Text == "" && e.Judgement == (Judgement{})
}

// judged is the finding under a judgement. A standard goes up only, each time with its
// reason; what was raised by mistake is undone, and not lowered.
func (f Finding) judged(j Judgement) (Finding, error) {
	if j.Standard != "" {
		switch {
		case j.Standard.Rank() == 0: // validFinding says so
		case j.Standard.Rank() < f.Standard.Rank():
			return f, fault.New(fault.Refused, string(j.Standard)+" is below "+string(f.Standard)+", the standard of "+f.ID+", and a standard is only raised", "Nothing was written.",
				"Where it was raised by mistake: heed undo "+f.ID)
		case j.Standard.Rank() > f.Standard.Rank() && lang.Blank(j.Reason):
			return f, invalid("raising a standard needs a reason", "Say why this finding is held to more.")
		}
		f.Standard = j.Standard
	}
	if j.Legal.Text != "" {
		f.Legal.Text = j.Legal.Text
	}
	if j.Legal.Modality != "" {
		f.Legal.Modality = j.Legal.Modality
	}
	for _, p := range []struct {
		to   *string
		from string
	}{{&f.Reason, j.Reason}, {&f.Assertion, j.Assertion}, {&f.Outcome, j.Outcome}, {&f.ContrarySearch, j.ContrarySearch}} {
		if p.from != "" {
			*p.to = p.from
		}
	}
	return f, nil
}

// rewords reports whether a judgement touches what the words of a finding are held
// against. An earlier version let strong words through; who only takes down a search does
// not have to mend them first.
func (j Judgement) rewords() bool {
	return j.Standard != "" || j.Outcome != "" || j.Legal != (Qualification{})
}

// reworded is the finding in other words.
func (f Finding) reworded(words string) (Finding, error) {
	f.Text = words
	return f, text("text of the finding", words, true)
}

// validFinding says what is wrong with a finding under the standard of its case.
// Whether it is ready to leave the house is another question, which Check answers.
func validFinding(f Finding, declared record.Standard) error {
	for _, t := range []struct {
		what, value string
		required    bool
	}{{"text of the finding", f.Text, true}, {"reason", f.Reason, false}, {"search for contrary material", f.ContrarySearch, false},
		{"legal qualification", f.Legal.Text, f.Legal.Modality != ""}} {
		if err := text(t.what, t.value, t.required); err != nil {
			return err
		}
	}
	switch {
	case f.Standard.Rank() == 0:
		return invalid("this is no standard of proof", "Leave it out to use the standard of the case.")
	case f.Standard.Rank() < declared.Rank():
		return fault.New(fault.Refused, "the standard is below "+string(declared)+", which the case declared", "Nothing was written.",
			"Leave it out to use the standard of the case, or raise it.")
	case f.Standard.Rank() > declared.Rank() && lang.Blank(f.Reason):
		return invalid("a standard above the case's needs a reason", "Say why this finding is held to more.")
	case f.Outcome != "" && !slices.Contains(Outcomes(), f.Outcome):
		return invalid("this is no outcome", "Choose one of: "+strings.Join(Outcomes(), ", ")+".")
	case f.Assertion != "" && !slices.Contains(Assertions(), f.Assertion):
		return invalid("this is no assertion", "Choose one of: "+strings.Join(Assertions(), ", ")+".")
	case f.Legal != (Qualification{}) && !slices.Contains(Modalities(), f.Legal.Modality):
		return invalid("this is no modality of a legal qualification", "Choose one of: "+strings.Join(Modalities(), ", ")+".")
	}
	return nil
}

// against finds a contrary claim by its id, -1 when it is none.
func (f Finding) against(claim string) int {
	return slices.IndexFunc(f.Against, func(a Against) bool { return a.Claim == claim })
}

// Claims lists the claims for and against the finding.
func (f Finding) Claims() []string {
	ids := slices.Clone(f.For)
	for _, a := range f.Against {
		ids = append(ids, a.Claim)
	}
	return ids
}

// without is the finding without a claim, for or against it.
func (f Finding) without(claim string) (Finding, error) {
	if !slices.Contains(f.Claims(), claim) {
		return f, fault.New(fault.NotFound, shown(claim)+" is no claim of "+f.ID, "Nothing was written.", "See its claims with: heed show "+f.ID)
	}
	f.For = slices.DeleteFunc(slices.Clone(f.For), func(id string) bool { return id == claim })
	f.Against = slices.DeleteFunc(slices.Clone(f.Against), func(a Against) bool { return a.Claim == claim })
	return f, nil
}

// support adds claims for the finding. What is there already stays as it is.
func (f Finding) support(claims []string) (Finding, error) {
	f.For = slices.Clone(f.For)
	for _, c := range claims {
		if f.against(c) >= 0 {
			return f, bothWays(f.ID, c)
		}
		if !slices.Contains(f.For, c) {
			f.For = append(f.For, c)
		}
	}
	return f, nil
}

// contradict adds a claim against the finding, unanswered.
func (f Finding) contradict(claim string) (Finding, error) {
	if slices.Contains(f.For, claim) {
		return f, bothWays(f.ID, claim)
	}
	if f.against(claim) < 0 {
		f.Against = append(slices.Clone(f.Against), Against{Claim: claim})
	}
	return f, nil
}

// answer sets the team's answer to a contrary claim; a later one replaces it.
func (f Finding) answer(a Against) (Finding, error) {
	if err := text("answer", a.Answer, true); err != nil {
		return f, err
	}
	i := f.against(a.Claim)
	if i < 0 {
		return f, fault.New(fault.NotFound, shown(a.Claim)+" does not speak against "+f.ID, "Nothing was written.", "See what does with: heed show "+f.ID)
	}
	f.Against = slices.Clone(f.Against)
	f.Against[i] = a
	return f, nil
}

func bothWays(finding, claim string) error {
	what := shown(claim) + " cannot speak for and against the same finding"
	if finding != "" {
		what = shown(claim) + " cannot speak for and against " + finding
	}
	return fault.New(fault.Conflict, what, "Nothing was written.",
		"Where one passage says both, make a claim of each half; or add the finding anew.")
}
