package followup

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"heed/internal/fault"
	"heed/internal/record"
)

// Assessment is what a named member concludes about a recommendation on one axis, as of a
// day, with the evidence for it. It is never changed: a later one stands beside it.
type Assessment struct {
	ID             string   `json:"id"` // AS-001
	Recommendation string   `json:"recommendation"`
	Axis           Axis     `json:"axis"`
	Value          string   `json:"value"`
	AsOf           string   `json:"as_of"` // a day
	Why            string   `json:"why"`
	Evidence       []string `json:"evidence,omitempty"` // A-01, ST-001, S-001:4, C-001, F-01, L-001
	Confidence     string   `json:"confidence,omitempty"`
	By             string   `json:"by"`
	At             int64    `json:"at"`
}

// Axis is one of the questions asked of a recommendation besides its position. They are
// four different things, and no answer to one is an answer to another.
type Axis string

// The axes of assessments.
const (
	Implementation Axis = "implementation" // what was done?
	Impact         Axis = "impact"         // what changed for people?
	ReplyQuality   Axis = "reply_quality"  // how did the addressees answer?
)

// The values that need no evidence, since they claim nothing of the world. What "none"
// rests on is a search log.
const (
	NotAssessed  = "not_assessed"
	Insufficient = "insufficient_information"
	NoReply      = "none"
)

// The implementation that ends the waiting for a deadline.
const (
	Implemented      = "implemented"
	OvertakenByEvent = "overtaken_by_events"
)

// axes lists each axis with its values. Those of impact are the seven degrees of the
// HURIDOCS micro-thesaurus 44 in our words, those of reply quality follow its list 27.
var axes = [...]struct {
	axis   Axis
	values []string
}{
	{Implementation, []string{NotAssessed, Insufficient, "not_implemented", "initial_steps", "substantive_steps", "partially_implemented", Implemented,
		"contrary_measures", OvertakenByEvent}},
	{Impact, []string{Insufficient, "strong_improvement", "moderate_improvement", "minor_improvement", "no_change_seen", "moderate_worsening", "strong_worsening"}},
	{ReplyQuality, []string{NoReply, "token", "partial", "full", "counter"}},
}

// Axes lists the axes.
func Axes() (out []Axis) {
	for _, a := range axes {
		out = append(out, a.axis)
	}
	return out
}

// AxisValues lists what may be said on an axis.
func AxisValues(axis Axis) []string {
	for _, a := range axes {
		if a.axis == axis {
			return slices.Clone(a.values)
		}
	}
	return nil
}

// Confidences lists how sure the member is.
func Confidences() []string { return []string{"low", "medium", "high"} }

// claimsNothing reports whether the value says nothing of the world.
func (a Assessment) claimsNothing() bool {
	return a.Value == NotAssessed || a.Value == Insufficient || a.Value == NoReply
}

// searchesOnly reports whether all the evidence says that somebody looked. That nothing was
// found can be what an implementation or a missing reply rests on. What changed for people
// is seen, or it is not known.
func (a Assessment) searchesOnly() bool {
	return !slices.ContainsFunc(a.Evidence, func(id string) bool { return !strings.HasPrefix(id, "L-") })
}

// follows refuses an assessment as of a day before its recommendation was made, where a
// table says when that was.
func (a Assessment) follows(r Recommendation) error {
	made := r.madeOn()
	if made == "" || record.Date(a.AsOf) >= made {
		return nil
	}
	return invalid("an assessment as of "+a.AsOf+" is older than "+r.ID+", which was made on "+string(made)+" at the earliest", "Give a later day.")
}

// settle checks an assessment but for the things it names. Without a day it is as of
// today; nobody knows what will have been done on a day to come.
func (a *Assessment) settle(now time.Time, zone *time.Location) error {
	today := record.DateOf(now.In(zone))
	if a.AsOf == "" {
		a.AsOf = string(today)
	}
	day, err := record.ParseDate(a.AsOf)
	values := AxisValues(a.Axis)
	switch {
	case values == nil:
		return invalid("this is no axis", "Choose one of: "+joined(Axes())+". A position is taken from a statement: heed position R-01")
	case !slices.Contains(values, a.Value):
		return invalid("this is no value of "+AxisWords(a.Axis), "Choose one of: "+strings.Join(values, ", ")+".")
	case err != nil || !day.IsDay():
		return invalid("an assessment is made as of one day", "Write it like 2022-09-01.")
	case day > today:
		return invalid("nobody can assess a day to come", "Give a day up to today.")
	}
	if err := oneLine("reason of the assessment", a.Why, true); err != nil {
		return err
	}
	if err := oneLines("evidence", a.Evidence); err != nil {
		return err
	}
	switch {
	case len(a.Evidence) == 0 && !a.claimsNothing():
		return fault.New(fault.Refused, a.Value+" on "+a.Recommendation+" has no evidence", "No assessment was made.",
			"Name actions, statements, passages, claims or findings that show it; or choose "+Insufficient+" where there are none.")
	case a.Axis == Impact && !a.claimsNothing() && a.searchesOnly():
		return fault.New(fault.Refused, a.Value+" on "+a.Recommendation+" rests on search logs alone, and a search that found nothing shows no change in anybody's life",
			"No assessment was made.", "Name an action, a statement, a passage, a claim or a finding that shows it; or choose "+Insufficient+" where there are none.")
	case a.Confidence == "" && !a.claimsNothing():
		return invalid("the confidence is missing", "Choose one of: "+strings.Join(Confidences(), ", ")+".")
	case a.Confidence != "" && !slices.Contains(Confidences(), a.Confidence):
		return invalid("this is no confidence", "Choose one of: "+strings.Join(Confidences(), ", ")+".")
	}
	return nil
}

// Latest is the assessment on one axis that counts as of a day: that of the latest day; of
// one day, the one made last. It looks at no other axis.
func Latest(all []Assessment, recommendation string, axis Axis, asOf record.Date) *Assessment {
	var best *Assessment
	for _, a := range all {
		if a.Recommendation != recommendation || a.Axis != axis || record.Date(a.AsOf) > asOf {
			continue
		}
		if best == nil || laterAssessment(a, *best) > 0 {
			best = &a
		}
	}
	return best
}

func laterAssessment(a, b Assessment) int {
	return cmp.Or(cmp.Compare(a.AsOf, b.AsOf), cmp.Compare(a.At, b.At), byID(a.ID, b.ID))
}

// AxisWords and ValueWords write an axis and what is said on it as words.
func AxisWords(axis Axis) string { return strings.ReplaceAll(string(axis), "_", " ") }

// ValueWords writes what is said on an axis as words.
func ValueWords(value string) string {
	if value == NoReply {
		return "no reply"
	}
	return strings.ReplaceAll(value, "_", " ")
}

// joined lists words for a person.
func joined[T ~string](words []T) string {
	var out []string
	for _, w := range words {
		out = append(out, string(w))
	}
	return strings.Join(out, ", ")
}
