package record

import (
	"cmp"
	"slices"

	"heed/internal/record/edtf"
)

// Event is something that happened, with what was done to whom in it. It is the team's
// account: what attests it stands beside it, passage by passage.
type Event struct {
	ID       string        `json:"id"` // EV-01
	Title    string        `json:"title"`
	First    string        `json:"first,omitempty"` // a Date in EDTF
	Last     string        `json:"last,omitempty"`  // a Date in EDTF; "" is within First
	Place    string        `json:"place,omitempty"` // PL-01
	Text     string        `json:"text,omitempty"`
	Attested []Attestation `json:"attested,omitempty"`
	Acts     []EventAct    `json:"acts,omitempty"`
	Links    []EventLink   `json:"links,omitempty"`
	By       string        `json:"by"` // the member who added it
	At       int64         `json:"at"` // µs since 1970, UTC
}

// Attestation is a passage that speaks of an event, and how its source knows.
type Attestation struct {
	Anchor
	Connection string `json:"connection"`
}

// EventAct is one type of thing that was done to one victim. It is called an event act,
// since an act is what a member did. What was done to two people is two of them, and
// so is arrest and torture of one: otherwise nobody could say later how many suffered
// which. Several who can only be counted together are one person that is a group.
type EventAct struct {
	N        int           `json:"n"`                // within the event; stays
	Type     string        `json:"type"`             // a term of the codebook
	Victim   string        `json:"victim,omitempty"` // P-01; "" only of a law or policy
	First    string        `json:"first,omitempty"`  // a Date in EDTF
	Last     string        `json:"last,omitempty"`   // a Date in EDTF; "" is within First
	Place    string        `json:"place,omitempty"`  // PL-01
	Status   string        `json:"status,omitempty"` // what became of the victim
	Involved []Involvement `json:"involved,omitempty"`
}

// Involvement is the part that a person had in an event act. The role lives here, in the
// link, and never on the person.
type Involvement struct {
	Person string `json:"person"` // P-02
	Degree string `json:"degree"`
	Status string `json:"status,omitempty"` // what became of them
}

// EventLink is how one event stands to another.
type EventLink struct {
	Kind  string `json:"kind"`
	Event string `json:"event"` // EV-02
}

// Involve adds an involvement to the event act with a number.
func (e *Event) Involve(n int, i Involvement) bool {
	at := slices.IndexFunc(e.Acts, func(a EventAct) bool { return a.N == n })
	if at < 0 {
		return false
	}
	e.Acts[at].Involved = append(e.Acts[at].Involved, i)
	return true
}

// Role is what somebody was in one event act: its victim, or the degree to which they had
// part in it.
type Role struct {
	Event string `json:"event"`
	Act   int    `json:"act"`
	Type  string `json:"type"`
	As    string `json:"as"` // victim, or a degree
}

// RoleVictim is the role of the victim; all others are degrees of involvement.
const RoleVictim = "victim"

// Roles lists what a person was in the event.
func (e Event) Roles(person string) (out []Role) {
	for _, a := range e.Acts {
		if a.Victim == person {
			out = append(out, Role{e.ID, a.N, a.Type, RoleVictim})
		}
		for _, i := range a.Involved {
			if i.Person == person {
				out = append(out, Role{e.ID, a.N, a.Type, i.Degree})
			}
		}
	}
	return out
}

// names reports whether the event names an id.
func (e Event) names(id string) bool { return slices.Contains(e.refs(), id) }

// refs are the ids that an event names: terms, persons, places, events and sources.
func (e Event) refs() (ids []string) {
	add := func(id string) {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	add(e.Place)
	for _, a := range e.Acts {
		add(a.Type)
		add(a.Victim)
		add(a.Place)
		for _, i := range a.Involved {
			add(i.Person)
		}
	}
	for _, l := range e.Links {
		add(l.Event)
	}
	for _, a := range e.Attested {
		add(a.Source)
	}
	return ids
}

// clone is a copy that shares nothing that a change could write to.
func (e Event) clone() Event {
	e.Attested, e.Acts, e.Links = slices.Clone(e.Attested), slices.Clone(e.Acts), slices.Clone(e.Links)
	for i := range e.Acts {
		e.Acts[i].Involved = slices.Clone(e.Acts[i].Involved)
	}
	return e
}

// withNumbers numbers the event acts that have no number yet, after those that have.
func (e Event) withNumbers() Event {
	e = e.clone()
	last := 0
	for i := range e.Acts {
		e.Acts[i].N = cmp.Or(e.Acts[i].N, last+1)
		last = max(last, e.Acts[i].N)
	}
	return e
}

// linked are the events that an event names by one kind of link.
func (e Event) linked(kind string) (ids []string) {
	for _, l := range e.Links {
		if l.Kind == kind {
			ids = append(ids, l.Event)
		}
	}
	return ids
}

// validEvent says what is wrong with an event, as far as it shows without what it names.
func validEvent(e Event) error {
	if err := line("title of the event", e.Title, true); err != nil {
		return err
	}
	if err := text("text of the event", e.Text, false); err != nil {
		return err
	}
	if err := edtf.InOrder(e.First, cmp.Or(e.Last, e.First)); err != nil {
		return err
	}
	if err := ofKind("place", "PL", e.Place); err != nil {
		return err
	}
	for i, a := range e.Acts {
		if err := validEventAct(a, e.Acts[:i]); err != nil {
			return err
		}
	}
	for i, l := range e.Links {
		if err := oneOf("way in which events are linked", Chains(), l.Kind); err != nil {
			return err
		}
		switch {
		case !numbered("EV", l.Event):
			return invalid("an event is linked to another by its id", "Write it like EV-02.")
		case l.Event == e.ID:
			return invalid("an event cannot be linked to itself", "Name the other one.")
		case slices.Contains(e.Links[:i], l):
			return invalid("this link stands here already", "Record each once.")
		}
	}
	for i, a := range e.Attested {
		if err := oneOf("connection of a source", Connections(), a.Connection); err != nil {
			return err
		}
		if slices.ContainsFunc(e.Attested[:i], func(b Attestation) bool { return b.Anchor == a.Anchor }) {
			return invalid("this passage attests the event already", "Record each passage once.")
		}
	}
	return nil
}

func validEventAct(a EventAct, before []EventAct) error {
	if !termForm.MatchString(a.Type) {
		return invalid("this is no type of event act", "Use a term of the codebook, such as "+joined(firstTerms())+".")
	}
	if a.Victim == "" && a.Type != LawOrPolicy {
		return invalid("an event act has one victim and one type", "Name the victim: --victim P-01. Only "+LawOrPolicy+" needs none.")
	}
	if err := ofKind("victim", "P", a.Victim); err != nil {
		return err
	}
	if err := ofKind("place", "PL", a.Place); err != nil {
		return err
	}
	if err := edtf.InOrder(a.First, cmp.Or(a.Last, a.First)); err != nil {
		return err
	}
	if a.Status != "" {
		if err := oneOf("status of a victim", VictimStatuses(), a.Status); err != nil {
			return err
		}
	}
	for _, b := range before {
		if a.N <= b.N {
			return invalid("the acts of an event keep their numbers", "Add the new one without a number.")
		}
		if a.Type == b.Type && a.Victim == b.Victim && a.First == b.First && a.Last == b.Last && a.Place == b.Place {
			return invalid("this stands in the event already: one victim and one type are one event act", "Give the other one its own date or place, or add to the one that is there.")
		}
	}
	return validInvolved(a.Involved)
}

// firstTerms are a few terms that every case has, as examples.
func firstTerms() (ids []string) {
	for _, t := range seed[:5] {
		ids = append(ids, t.ID)
	}
	return ids
}

func validInvolved(involved []Involvement) error {
	for i, v := range involved {
		if err := ofKind("person", "P", cmp.Or(v.Person, "-")); err != nil {
			return err
		}
		if err := oneOf("degree of involvement", Degrees(), v.Degree); err != nil {
			return err
		}
		if v.Status != "" {
			if err := oneOf("status of somebody involved", InvolvementStatuses(), v.Status); err != nil {
				return err
			}
		}
		if slices.ContainsFunc(involved[:i], func(w Involvement) bool { return w.Person == v.Person && w.Degree == v.Degree }) {
			return invalid("this involvement stands here already", "Record each degree of a person once.")
		}
	}
	return nil
}

// ofKind refuses an id of another kind of object. It may be left out.
func ofKind(what, prefix, id string) error {
	if id == "" || numbered(prefix, id) {
		return nil
	}
	return invalid("the "+what+" is named by its id", "Write it like "+prefix+"-01.")
}
