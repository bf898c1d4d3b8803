package followup

import (
	"slices"
	"time"

	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/record"
)

// settle checks a recommendation against the passage it stands in and judges its verb.
func (r *Recommendation) settle(passage string) error {
	if err := record.Verbatim(r.Address().Address, r.Words, passage); err != nil {
		return err
	}
	var err error
	if r.Addressees, err = actorsOf("addressee", r.Addressees); err != nil {
		return err
	}
	if r.Verb == "" {
		r.Verb = VerbIn(r.Words)
	}
	r.CategoryBy = ""
	return r.check()
}

// check checks what does not depend on where the words stand, and fills in the text and
// the category. A category that somebody else coded is kept with whose it is.
func (r *Recommendation) check() error {
	if len(r.Addressees) == 0 {
		return invalid("a recommendation needs somebody it is made to", "Name each addressee.")
	}
	for _, a := range r.Addressees {
		if err := oneLine("addressee", a, true); err != nil {
			return err
		}
	}
	for _, f := range []struct{ what, value string }{{"text of the recommendation", r.Text}, {"issuer", r.Issuer}, {"verb", r.Verb}, {"symbol", r.Symbol},
		{"number of the paragraph", r.Paragraph}, {"criterion", r.Criterion}, {"response", r.Response}, {"coder of the category", r.CategoryBy}} {
		if err := oneLine(f.what, f.value, false); err != nil {
			return err
		}
	}
	for _, f := range []struct {
		what string
		list []string
	}{{"theme", r.Themes}, {"affected group", r.Affected}, {"finding", r.FollowsFrom}, {"recommendation that asks the same", r.GroupsWith},
		{"recommendation that is superseded", r.Supersedes}} {
		if err := oneLines(f.what, f.list); err != nil {
			return err
		}
	}
	if r.ID != "" && (slices.Contains(r.GroupsWith, r.ID) || slices.Contains(r.Supersedes, r.ID)) {
		return invalid(r.ID+" cannot stand beside or in the place of itself", "Name other recommendations.")
	}
	if lang.Blank(r.Text) {
		r.Text = r.Words
	}
	return r.judge()
}

// judge fills in the category from the verb, unless it is somebody else's coding.
func (r *Recommendation) judge() error {
	if r.CategoryBy != "" && r.CategoryBy != ByVerb {
		if r.Category < 0 || r.Category > 5 {
			return invalid("an action category goes from 1 to 5", "Give 0 where nobody has judged it.")
		}
		return nil
	}
	r.CategoryBy = ""
	if r.Category = CategoryOf(r.Verb); r.Category != 0 {
		r.CategoryBy = ByVerb
	}
	return nil
}

// due sets the deadline: a date of the calendar, which ends with its latest day in the
// zone that the case has when it is set.
func (r *Recommendation) due(deadline string, zone *time.Location) error {
	if r.Deadline, r.DeadlineZone = deadline, ""; deadline == "" {
		return nil
	}
	if _, err := record.ParseDate(deadline); err != nil {
		return err
	}
	r.DeadlineZone = zone.String()
	return nil
}

// Passed reports whether the deadline had passed at an instant. Without one it never has.
func (r Recommendation) Passed(at time.Time) bool {
	zone, err := time.LoadLocation(r.DeadlineZone)
	if r.Deadline == "" || err != nil {
		return false
	}
	end := record.Date(r.Deadline).End(zone)
	return !end.IsZero() && end.Before(at)
}

// madeOn is the first day on which a recommendation may have been made; "" where nobody
// said. A table says it of its rows. A passage can report what was asked long before its
// source was published, so that the date of the source says nothing.
func (r Recommendation) madeOn() record.Date {
	if r.Row == 0 {
		return ""
	}
	return record.Date(r.Published).Earliest()
}

// Change is what an edit of a recommendation gives anew. What is nil stays.
type Change struct {
	Deadline, Verb, Criterion, Symbol, Paragraph          *string
	Themes, Affected, FollowsFrom, GroupsWith, Supersedes *[]string
}

// applied is the recommendation with the change. What it asks, of whom and in which words
// is no part of a change: other words are another recommendation.
func (r Recommendation) applied(c Change, zone *time.Location) (Recommendation, error) {
	for _, f := range []struct{ to, from *string }{{&r.Criterion, c.Criterion}, {&r.Symbol, c.Symbol}, {&r.Paragraph, c.Paragraph}} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	for _, f := range []struct{ to, from *[]string }{{&r.Themes, c.Themes}, {&r.Affected, c.Affected}, {&r.FollowsFrom, c.FollowsFrom},
		{&r.GroupsWith, c.GroupsWith}, {&r.Supersedes, c.Supersedes}} {
		if f.from != nil {
			*f.to = slices.Clone(*f.from)
		}
	}
	if c.Verb != nil {
		if r.Verb = *c.Verb; r.Verb == "" {
			r.Verb = VerbIn(r.Words)
		}
		r.CategoryBy = ByVerb
	}
	if c.Deadline != nil && *c.Deadline != r.Deadline {
		if err := r.due(*c.Deadline, zone); err != nil {
			return r, err
		}
	}
	return r, r.check()
}

// acyclic refuses that a recommendation stands in the place of one that stands in its own.
func acyclic(r Recommendation, supersedes func(id string) ([]string, error)) error {
	seen := map[string]bool{}
	for todo := slices.Clone(r.Supersedes); len(todo) > 0; todo = todo[1:] {
		id := todo[0]
		if id == r.ID {
			return fault.New(fault.Refused, r.ID+" would stand in its own place", "Nothing was changed.", "See what each supersedes with: heed rec "+r.ID)
		}
		if seen[id] {
			continue
		}
		seen[id] = true
		more, err := supersedes(id)
		if err != nil {
			return err
		}
		todo = append(todo, more...)
	}
	return nil
}
