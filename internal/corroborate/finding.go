package corroborate

import (
	"slices"
	"strings"

	"heed/internal/fault"
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
	For            []string        `json:"for,omitempty"`     // claims
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
}

// judged is the finding under a judgement.
func (f Finding) judged(j Judgement) Finding {
	if j.Standard != "" {
		f.Standard = j.Standard
	}
	for _, p := range []struct {
		to   *string
		from string
	}{{&f.Reason, j.Reason}, {&f.Assertion, j.Assertion}, {&f.Outcome, j.Outcome}, {&f.ContrarySearch, j.ContrarySearch}} {
		if p.from != "" {
			*p.to = p.from
		}
	}
	return f
}

// validFinding says what is wrong with a finding under the standard of its case.
// Whether it is ready to leave the house is another question, which Check answers.
func validFinding(f Finding, declared record.Standard) error {
	for _, t := range []struct {
		what, value string
		required    bool
	}{{"text of the finding", f.Text, true}, {"reason", f.Reason, false}, {"search for contrary material", f.ContrarySearch, false}} {
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
	case f.Standard.Rank() > declared.Rank() && strings.TrimSpace(f.Reason) == "":
		return invalid("a standard above the case's needs a reason", "Say why this finding is held to more.")
	case f.Outcome != "" && !slices.Contains(Outcomes(), f.Outcome):
		return invalid("this is no outcome", "Choose one of: "+strings.Join(Outcomes(), ", ")+".")
	case f.Assertion != "" && !slices.Contains(Assertions(), f.Assertion):
		return invalid("this is no assertion", "Choose one of: "+strings.Join(Assertions(), ", ")+".")
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
