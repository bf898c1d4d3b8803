package followup

import (
	"time"

	"heed/internal/intake"
	"heed/internal/record"
)

// Action is something that somebody did, or had done, towards recommendations or against
// them, tied to the words that report it. It says that it was done, and not how far a
// recommendation has come with it: that is an assessment.
type Action struct {
	ID              string         `json:"id"`
	Recommendations []string       `json:"recommendations"`
	Actor           string         `json:"actor"`
	What            string         `json:"what"`         // how the case words it
	On              string         `json:"on,omitempty"` // a Date, which may be uncertain
	Source          string         `json:"source"`
	From            int            `json:"from"` // sentences
	To              int            `json:"to"`
	Edition         intake.Edition `json:"edition,omitzero"`
	Words           string         `json:"words"` // exact bytes of the passage
	Why             string         `json:"why,omitempty"`
	By              string         `json:"by"`
	At              int64          `json:"at"`
}

// Address is where its words stand.
func (a Action) Address() intake.Address {
	return intake.Address{Source: a.Source, From: a.From, To: a.To, Edition: max(1, a.Edition)}
}

// settle checks an action against the passage that reports it. An action without words
// that show it is hearsay of the team's own.
func (a Action) settle(passage string) error {
	if err := record.Verbatim(a.Address(), a.Words, passage); err != nil {
		return err
	}
	if len(a.Recommendations) == 0 {
		return invalid("an action needs the recommendations it bears on", "Name them like R-01.")
	}
	if err := oneLines("recommendation", a.Recommendations); err != nil {
		return err
	}
	if a.On != "" {
		if _, err := record.ParseEDTF(a.On); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		what, value string
		required    bool
	}{{"actor", a.Actor, true}, {"account of what was done", a.What, true}, {"reason", a.Why, false}} {
		if err := oneLine(f.what, f.value, f.required); err != nil {
			return err
		}
	}
	return nil
}

// countedDay is the latest day on which something dated may have happened. Where nobody
// knows, it had happened when it was recorded, and when the source that reports it was
// dated.
func countedDay(date record.Date, at int64, source record.Date, zone *time.Location) record.Date {
	if last := date.Latest(); last != "" {
		return last
	}
	recorded := record.DateOf(time.UnixMicro(at).In(zone))
	if dated := source.Latest(); dated != "" {
		return min(recorded, dated)
	}
	return recorded
}
