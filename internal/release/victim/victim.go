// Package victim finds the named victims of a case in what is to be released. That a name
// stands in the public record is no leave to spread it.
//
// It knows whom the case has as a public person with a name, and as the victim of an act
// in an event. A name that nobody recorded, a family name alone and a nickname it does not
// find.
package victim

import (
	"slices"
	"strings"

	"heed/internal/lang"
	"heed/internal/record"
)

// Victim is somebody who is public, has a name, and was a victim.
type Victim struct {
	Person  string
	Names   []string
	Events  []string // where they were a victim, with what these are part of and what is part of them
	Sources []string // that attest any of these
}

// Of lists the victims among persons, by the acts of events. One whom no source attests is
// listed all the same.
func Of(persons []record.Person, events []record.Event) (all []Victim) {
	linked := map[string][]string{} // by event, those that it is part of or that are part of it
	for _, e := range events {
		for _, l := range e.Links {
			if l.Kind == "part_of" {
				linked[e.ID] = append(linked[e.ID], l.Event)
				linked[l.Event] = append(linked[l.Event], e.ID)
			}
		}
	}
	for _, p := range persons {
		if !p.Public || len(p.Names) == 0 {
			continue
		}
		v := Victim{Person: p.ID}
		for _, n := range p.Names {
			v.Names = append(v.Names, n.Text)
		}
		for _, e := range events {
			if slices.ContainsFunc(e.Acts, func(a record.EventAct) bool { return a.Victim == p.ID }) {
				v.Events = append(v.Events, e.ID)
			}
		}
		if v.Events == nil {
			continue
		}
		for i := 0; i < len(v.Events); i++ {
			for _, id := range linked[v.Events[i]] {
				if !slices.Contains(v.Events, id) {
					v.Events = append(v.Events, id)
				}
			}
		}
		for _, e := range events {
			for _, by := range e.Attested {
				if slices.Contains(v.Events, e.ID) && !slices.Contains(v.Sources, by.Source) {
					v.Sources = append(v.Sources, by.Source)
				}
			}
		}
		all = append(all, v)
	}
	return all
}

// In reports whether what a claim or statement is about is the victim, or an event in
// which they were one.
func (v Victim) In(about ...string) bool {
	return slices.ContainsFunc(about, func(id string) bool { return id == v.Person || slices.Contains(v.Events, id) })
}

// Named reports whether a text holds one of the names: whatever its case, marks and blanks,
// and with the family name first or last.
func (v Victim) Named(text string) bool {
	words := lang.Words(lang.Skeleton(text))
	return slices.ContainsFunc(v.Names, func(name string) bool {
		parts := lang.Words(lang.Skeleton(name))
		if len(parts) == 0 {
			return false
		}
		turned := append(slices.Clone(parts[1:]), parts[0])
		last := append([]string{parts[len(parts)-1]}, parts[:len(parts)-1]...)
		return runs(words, parts) || runs(words, turned) || runs(words, last)
	})
}

// runs reports whether one list of words stands in another, in one run.
func runs(words, run []string) bool {
	for i := 0; i+len(run) <= len(words); i++ {
		if slices.Equal(words[i:i+len(run)], run) {
			return true
		}
	}
	// A name can be written together, or apart where the text has it as one word.
	return len(run) > 1 && slices.Contains(words, strings.Join(run, ""))
}
