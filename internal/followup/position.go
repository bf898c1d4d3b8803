package followup

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"heed/internal/fault"
	"heed/internal/record"
)

// maySet is the rule that keeps targets from widening: a position on a recommendation
// is set only by words said of it, or of all of them as a body, and only by somebody
// it addresses. Whoever opposes a release has not rejected what the report asks.
func maySet(rec Recommendation, s record.Statement) error {
	if !About(s.Target, rec.ID) {
		return fault.New(fault.Refused, fmt.Sprintf("%s is about %s, not about %s", s.ID, targetNoun(s.Target), rec.ID),
			"No position was recorded; the statement stays where it stands.",
			"Take a position from words said of "+rec.ID+", or record a search: without words there is no position.")
	}
	if !rec.Addresses(ActorOf(s)) {
		return fault.New(fault.Refused, fmt.Sprintf("%s was not said by or for an addressee of %s", s.ID, rec.ID),
			"No position was recorded; its stance is shown with the statement.",
			"Only addressees take positions. If it was said for one, the statement must say so (on behalf of).")
	}
	return nil
}

// targetNoun names a target without quoting anything.
func targetNoun(t record.Target) string {
	switch t.Kind {
	case record.TargetRecommendation, record.TargetFinding:
		return shown(t.ID)
	case record.TargetRelease:
		return "the release"
	case record.TargetReport:
		return "the report"
	case record.TargetAccusations:
		return "the accusations"
	}
	return "something else"
}

// allowed is what each stance lets a member read from it; Unclear always. A stance that
// is not here (recommends, urges, confirms, asserts) takes no side, and leaves the
// judgement free.
var allowed = map[record.Stance][]string{
	record.Endorses:      {Supported, SupportedDone, SupportedOngoing, PartiallySupported},
	record.Accepts:       {Supported, SupportedDone, SupportedOngoing, PartiallySupported},
	record.AcceptsInPart: {PartiallySupported, Noted},
	record.Notes:         {Noted, UnderConsideration},
	record.WillConsider:  {UnderConsideration, Noted},
	record.Criticises:    {Noted, Rejected, UnderConsideration, ContestsPremise, PartiallySupported},
	record.Opposes:       {Rejected, ContestsPremise, Noted},
	record.Rejects:       {Rejected, ContestsPremise, Noted},
	record.Denies:        {Rejected, ContestsPremise, Noted},
}

// agrees refuses a position that contradicts the stance of its own statement.
func (p Position) agrees(s record.Statement) error {
	values, bound := allowed[s.Stance]
	if !bound || p.Value == Unclear || slices.Contains(values, p.Value) {
		return nil
	}
	return fault.New(fault.Refused, fmt.Sprintf("%s %s, which contradicts %s on %s", s.ID, StanceWords(s.Stance), p.Value, p.Recommendation),
		"No position was recorded; the statement stays where it stands.",
		"Choose one of: "+strings.Join(append(slices.Clone(values), Unclear), ", ")+"; or take the position from another statement.")
}

// settle checks a position's value and date and fills in the date. counted is the day
// from which the matrix counts the statement.
func (p *Position) settle(s record.Statement, counted record.Date) error {
	if !slices.Contains(PositionValues(), p.Value) {
		return invalid("this is no position",
			"Choose one of: "+strings.Join(PositionValues(), ", ")+". Silence is recorded as a search log.")
	}
	if err := p.agrees(s); err != nil {
		return err
	}
	said := record.Date(s.SaidOn)
	if p.AsOf == "" {
		if p.AsOf = s.SaidOn; s.SaidOn == "" {
			p.AsOf = string(counted)
		}
	}
	asOf, err := record.ParseDate(p.AsOf)
	switch {
	case err != nil:
		return err
	case asOf.Latest() < said.Earliest():
		return invalid("the position is dated before "+s.ID+" was said", "Leave the date out to take the statement's.")
	}
	return oneLine("reason of the position", p.Why, false)
}

// settle checks a recommendation against the passage it stands in and judges its verb.
func (r *Recommendation) settle(passage string) error {
	if err := record.Verbatim(r.Address(), r.Words, passage); err != nil {
		return err
	}
	if len(r.Addressees) == 0 {
		return invalid("a recommendation needs somebody it is made to", "Name each addressee.")
	}
	for _, a := range r.Addressees {
		if err := oneLine("addressee", a, true); err != nil {
			return err
		}
	}
	for _, f := range []struct{ what, value string }{{"text of the recommendation", r.Text}, {"issuer", r.Issuer}, {"verb", r.Verb}} {
		if err := oneLine(f.what, f.value, false); err != nil {
			return err
		}
	}
	if strings.TrimSpace(r.Text) == "" {
		r.Text = r.Words
	}
	if r.Verb == "" {
		r.Verb = VerbIn(r.Words)
	}
	r.Category = CategoryOf(r.Verb)
	return nil
}

// settle checks a search log. A search that claims to cover days to come would make
// somebody silent on them.
func (l SearchLog) settle(now time.Time, zone *time.Location) error {
	to, err := record.ParseDate(l.SearchedTo)
	switch {
	case err != nil || !to.IsDay():
		return invalid("a search reaches to one day", "Write it like 2022-09-01.")
	case to > record.DateOf(now.In(zone)):
		return invalid("a search cannot cover days to come", "Give the last day that was searched.")
	case len(l.Recommendations) == 0:
		return invalid("a search log needs the recommendations it was about", "Name them like R-01.")
	}
	for _, f := range []struct {
		what, value string
		required    bool
	}{{"actor whose words were looked for", l.Actor, true}, {"place that was searched", l.Where, true}, {"query", l.Query, false}, {"note", l.Note, false}} {
		if err := oneLine(f.what, f.value, f.required); err != nil {
			return err
		}
	}
	return nil
}

// oneLine refuses what could not be shown on a line, or would come back changed from
// the ledger, whose versions are JSON.
func oneLine(what, s string, required bool) error {
	switch {
	case required && strings.TrimSpace(s) == "":
		return invalid("the "+what+" is missing", "Give it and try again.")
	case !utf8.ValidString(s):
		return invalid("the "+what+" is no valid UTF-8", "Write it again.")
	case strings.ContainsFunc(s, unicode.IsControl):
		return invalid("the "+what+" holds control characters", "Write it again without them.")
	}
	return record.InOrder(s)
}

// invalid is a refusal before anything was written.
func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}
