package followup

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/record"
)

// maySet is the rule that keeps targets from widening: a position on a recommendation
// is set only by words said of it, or of all of them as a body, and only by somebody
// it addresses. Whoever opposes a release has not rejected what the report asks.
func maySet(rec Recommendation, s record.Statement) error {
	if !About(s, rec) {
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
		return ledger.Echo(t.ID)
	case record.TargetRecommendations:
		return "the recommendations of another source"
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

// silences are the words by which other systems record that nobody answered.
var silences = []string{"silent", "silence", "no_response", "no_reply", "none", "not_searched"}

// known refuses a value that is no position. Silence above all is none: it is not read
// from words, and holds no longer than somebody has looked.
func (p Position) known() error {
	switch {
	case slices.Contains(PositionValues(), p.Value):
		return nil
	case slices.Contains(silences, strings.ReplaceAll(strings.ToLower(p.Value), " ", "_")):
		return fault.New(fault.Refused, "silence is no position: nobody is silent because nobody looked", "No position was recorded.",
			"Record how far somebody has searched: heed search-log --rec "+ledger.Echo(p.Recommendation)+" --actor WHO --to DATE --where PLACES")
	}
	return invalid("this is no position",
		"Choose one of: "+strings.Join(PositionValues(), ", ")+". Silence is recorded as a search log.")
}

// settle checks a position's value and date and fills in the date. counted is the day
// from which the matrix counts the statement, made the first on which the recommendation
// may have been made: words with a date of their own may be older than the document that
// makes it, as where a draft was answered; undated ones are not.
func (p *Position) settle(s record.Statement, counted, made record.Date) error {
	if err := p.known(); err != nil {
		return err
	}
	if err := p.agrees(s); err != nil {
		return err
	}
	said, given := record.Date(s.SaidOn), p.AsOf != ""
	if !given {
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
	case given && said.Latest() == "" && asOf.Latest() < made:
		return invalid("the position is dated before "+p.Recommendation+" was made", "Leave the date out, or correct it.")
	}
	return oneLine("reason of the position", p.Why, false)
}

// settleRow checks the position that a table gives for one of its rows. It binds nobody
// else: of a row that is addressed to several, nobody knows whose answer it codes.
func (p *Position) settleRow(r Recommendation) error {
	if err := p.known(); err != nil {
		return err
	}
	switch {
	case r.Row == 0:
		return invalid(r.ID+" is no row of a table", "Take the position from a statement.")
	case len(r.Addressees) != 1:
		return fault.New(fault.Refused, r.ID+" has several addressees, and its row does not say whose answer it holds", "No position was recorded.",
			"Take each position from a statement.")
	}
	p.Statement, p.Row, p.Source = "", r.Row, r.Source
	if p.AsOf != "" {
		if _, err := record.ParseDate(p.AsOf); err != nil {
			return err
		}
	}
	if err := oneLine("reported position", p.Reported, false); err != nil {
		return err
	}
	return oneLine("reason of the position", p.Why, false)
}

// coded says whose coding an imported position is.
func (p Position) coded() string {
	return fmt.Sprintf("(as coded in %s row %d)", p.Source, p.Row)
}
