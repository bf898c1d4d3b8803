package record

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/store"
)

// arrests is an event whom every rule lets pass.
func arrests() Event {
	return Event{Title: "Arrests in Lenz", First: "2030-03", Last: "2030-04~", Place: "PL-01",
		Acts:     []EventAct{{Type: "arrest", Victim: "P-01", First: "2030-03-XX", Status: "held", Involved: []Involvement{{"P-02", "gave_orders", "in_post"}}}},
		Attested: []Attestation{{Anchor{Source: "S-001", Sentence: 1, Through: 1}, "witness"}},
		Links:    []EventLink{{"part_of", "EV-02"}}}.withNumbers()
}

// One event act is one victim and one type.
func TestEventActHasOneVictimAndOneType(t *testing.T) {
	if err := validEvent(arrests()); err != nil {
		t.Fatal(err)
	}
	e := arrests()
	e.Acts[0].Victim = ""
	refused(t, validEvent(e), fault.Invalid, "one victim and one type")
	e.Acts[0].Type = LawOrPolicy // harms by being in force
	if err := validEvent(e); err != nil {
		t.Error(err)
	}
	e = arrests()
	e.Acts = append(e.Acts, EventAct{Type: "arrest", Victim: "P-01", First: "2030-03-XX"})
	refused(t, validEvent(e.withNumbers()), fault.Invalid, "stands in the event already")
	for what, change := range map[string]func(*EventAct){
		"another victim": func(a *EventAct) { a.Victim = "P-03" }, "another type": func(a *EventAct) { a.Type = "torture" },
		"another date": func(a *EventAct) { a.First = "2030-04" }, "another place": func(a *EventAct) { a.Place = "PL-02" },
	} {
		again := e.clone()
		change(&again.Acts[1])
		if err := validEvent(again.withNumbers()); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// The same person may be the victim of one act and have ordered another, or the same.
func TestRoleLivesInTheLink(t *testing.T) {
	e := arrests()
	e.Acts = append(e.Acts, EventAct{Type: "torture", Victim: "P-02", Involved: []Involvement{{"P-01", "present", ""}, {"P-02", "planned", ""}, {"P-02", "gave_orders", ""}}})
	e = e.withNumbers()
	if err := validEvent(e); err != nil {
		t.Error(err)
	}
	want := []Role{{"", 1, "arrest", "gave_orders"}, {"", 2, "torture", RoleVictim}, {"", 2, "torture", "planned"}, {"", 2, "torture", "gave_orders"}}
	if got := e.Roles("P-02"); !slices.Equal(got, want) {
		t.Errorf("P-02 was %+v", got)
	}
	if got := e.Roles("P-01"); len(got) != 2 || got[0].As != RoleVictim || got[1].As != "present" {
		t.Errorf("P-01 was %+v", got)
	}
}

func TestEventWords(t *testing.T) {
	for what, change := range map[string]func(*Event){
		"title of the event is": func(e *Event) { e.Title = " " },
		"text of the event hol": func(e *Event) { e.Text = "a\x00" },
		"no date that can":      func(e *Event) { e.First = "spring" },
		"end before it":         func(e *Event) { e.Last = "2029" },
		"place is named by":     func(e *Event) { e.Place = "Lenz" },
		"no type of event act":  func(e *Event) { e.Acts[0].Type = "Arrest" },
		"victim is named by":    func(e *Event) { e.Acts[0].Victim = "Ilan" },
		"would end before":      func(e *Event) { e.Acts[0].Last = "2029" },
		"person is named by":    func(e *Event) { e.Acts[0].Involved[0].Person = "" },
		"no degree":             func(e *Event) { e.Acts[0].Involved[0].Degree = "" },
		"no status of somebody": func(e *Event) { e.Acts[0].Involved[0].Status = "fled" },
		"no status of a victim": func(e *Event) { e.Acts[0].Status = "fine" },
		"involvement stands": func(e *Event) {
			e.Acts[0].Involved = append(e.Acts[0].Involved, Involvement{"P-02", "gave_orders", ""})
		},
		"keep their numbers":    func(e *Event) { e.Acts = append(e.Acts, EventAct{N: 1, Type: "torture", Victim: "P-01"}) },
		"no connection":         func(e *Event) { e.Attested[0].Connection = "friend" },
		"attests the event alr": func(e *Event) { e.Attested = append(e.Attested, e.Attested[0]) },
		"no way in which":       func(e *Event) { e.Links[0].Kind = "follows" },
		"linked to another by":  func(e *Event) { e.Links[0].Event = "P-02" },
		"linked to itself":      func(e *Event) { e.ID = "EV-02" },
		"link stands here":      func(e *Event) { e.Links = append(e.Links, e.Links[0]) },
	} {
		e := arrests()
		change(&e)
		refused(t, validEvent(e.withNumbers()), fault.Invalid, what)
	}
	e := arrests()
	e.Acts[0].Place = "here"
	refused(t, validEvent(e), fault.Invalid, "place is named by")
}

// Each short list has its words once, and codes of digits.
func TestWordLists(t *testing.T) {
	for name, list := range map[string][]Word{"units": Units(), "sexes": Sexes(), "kinds": PlaceKinds(), "degrees": Degrees(), "connections": Connections(),
		"chains": Chains(), "victims": VictimStatuses(), "involved": InvolvementStatuses()} {
		seen := map[string]bool{}
		for _, w := range list {
			if seen[w.Word] || !termForm.MatchString(w.Word) || strings.Trim(w.Code, "0123456789") != "" || len(w.Code)%2 != 0 {
				t.Errorf("%s: %+v", name, w)
			}
			seen[w.Word] = true
			if code, ok := CodeOf(list, w.Word); !ok || code != w.Code {
				t.Errorf("%s: %s has the code %q", name, w.Word, code)
			}
		}
		if _, ok := CodeOf(list, "no such word"); ok || len(list) == 0 {
			t.Errorf("%s: %v", name, list)
		}
	}
	if _, ok := builtIn(LawOrPolicy); !ok {
		t.Error("the codebook has no law or policy")
	}
}

// What an event names must be there, in the same transaction.
func TestEventNamesWhatIsThere(t *testing.T) {
	h := newHouse(t)
	h.add("The prison in Lenz is closed.")
	h.people()
	for what, change := range map[string]func(*Event){
		"P-09":      func(e *Event) { e.Acts = append(e.Acts, EventAct{Type: "torture", Victim: "P-09"}) },
		"P-08":      func(e *Event) { e.Involve(1, Involvement{Person: "P-08", Degree: "planned"}) },
		"PL-09":     func(e *Event) { e.Place = "PL-09" },
		"PL-08":     func(e *Event) { e.Acts = append(e.Acts, EventAct{Type: "torture", Victim: "P-01", Place: "PL-08"}) },
		"EV-09":     func(e *Event) { e.Links = append(e.Links, EventLink{"precedes", "EV-09"}) },
		"S-009":     func(e *Event) { e.Attested = append(e.Attested, Attestation{Anchor{"S-009", 1, 1, 0}, "victim"}) },
		"S-001:2":   func(e *Event) { e.Attested = append(e.Attested, Attestation{Anchor{"S-001", 2, 2, 0}, "victim"}) },
		"no-such":   func(e *Event) { e.Acts = append(e.Acts, EventAct{Type: "no-such", Victim: "P-01"}) },
		"edition 2": func(e *Event) { e.Attested = append(e.Attested, Attestation{Anchor{"S-001", 1, 1, 2}, "victim"}) },
	} {
		_, err := h.ChangeEvent(t.Context(), amina, "EV-01", 0, func(e *Event) error { change(e); return nil })
		if fault.KindOf(err) != fault.NotFound || !strings.Contains(errText(err), what) {
			t.Errorf("%s: %v", what, err)
		}
		e := Event{Title: "Another", Acts: []EventAct{{N: 1, Type: "arrest", Victim: "P-01"}}}
		change(&e)
		if _, err := h.AddEvent(t.Context(), amina, e); fault.KindOf(err) != fault.NotFound {
			t.Errorf("added with %s: %v", what, err)
		}
	}
	h.agrees("refusing")
}

// No event comes before itself, is part of itself or brings itself about, through others
// or by undoing. Parallel events name each other.
func TestEventsGoInNoCircle(t *testing.T) {
	for _, link := range []string{"precedes", "part_of", "causes"} {
		h, ctx := newHouse(t), t.Context()
		for _, title := range []string{"One", "Two", "Three"} {
			if _, err := h.AddEvent(ctx, amina, Event{Title: title}); err != nil {
				t.Fatal(err)
			}
		}
		to := func(from, kind, to string) error {
			_, err := h.ChangeEvent(ctx, amina, from, 0, func(e *Event) error { e.Links = append(e.Links, EventLink{kind, to}); return nil })
			return err
		}
		for _, err := range []error{to("EV-01", link, "EV-02"), to("EV-02", link, "EV-03"), to("EV-03", "parallel", "EV-01"), to("EV-01", "parallel", "EV-03")} {
			if err != nil {
				t.Fatal(err)
			}
		}
		refused(t, to("EV-03", link, "EV-01"), fault.Refused, "EV-03 would be linked to itself, through others, as "+link)
		if _, err := h.undo(amina, "EV-02", "a slip"); err != nil { // EV-02 names nothing now
			t.Fatal(err)
		}
		if err := to("EV-03", link, "EV-01"); err != nil {
			t.Fatal(err)
		}
		_, err := h.undo(amina, "EV-02", "no slip")
		refused(t, err, fault.Refused, "EV-02 would be linked to itself")
		h.agrees("refusing")
	}
}

// What tells who was a victim is read whole, and not at all where nobody is public.
func TestVictimsOfEvents(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	h.add("A writer and a driver were arrested.")
	read := func() (people, happened int) {
		err := h.db.View(ctx, func(tx *store.Tx) error {
			p, e, err := ReadVictims(tx)
			people, happened = len(p), len(e)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return people, happened
	}
	if _, err := h.AddPerson(ctx, amina, Person{Unit: "individual", Source: "S-001", Label: "a driver"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.AddEvent(ctx, amina, Event{Title: "An arrest", Acts: []EventAct{{N: 1, Type: "arrest", Victim: "P-01"}}}); err != nil {
		t.Fatal(err)
	}
	if people, happened := read(); people != 0 || happened != 0 {
		t.Errorf("read %d persons, %d events", people, happened)
	}
	if _, err := h.AddPerson(ctx, amina, Person{Unit: "individual", Public: true, WhyPublic: "a writer", Names: []Name{{Text: "Ilan Dorr"}}}); err != nil {
		t.Fatal(err)
	}
	if people, happened := read(); people != 1 || happened != 1 {
		t.Errorf("read %d persons, %d events", people, happened)
	}
}

// That a victim was erased with their source keeps nobody from correcting the rest of the
// event; naming them anew is refused.
func TestEventOutlivesItsVictim(t *testing.T) {
	h := newHouse(t)
	h.add("The prison in Lenz is closed.")
	h.people()
	h.erase("S-001")
	ctx := t.Context()
	e, err := h.ChangeEvent(ctx, amina, "EV-01", 0, func(e *Event) error { e.Title = "Arrests"; return nil })
	if err != nil || e.Acts[0].Victim != "P-01" || e.Title != "Arrests" {
		t.Fatalf("%+v, %v", e, err)
	}
	_, err = h.ChangeEvent(ctx, amina, "EV-02", 0, func(e *Event) error { e.Acts = append(e.Acts, EventAct{Type: "arrest", Victim: "P-01"}); return nil })
	refused(t, err, fault.Withheld, "P-01 was erased")
	err = h.db.View(ctx, func(tx *store.Tx) error { return e.stands(tx) })
	if err != nil {
		t.Errorf("an event that names what was erased does not stand: %v", err)
	}
	h.agrees("it all")
}

func TestEventInRoom(t *testing.T) {
	h := newHouse(t)
	h.add("The prison in Lenz is closed. Two were taken.")
	h.people()
	ctx := t.Context()
	e, act, err := h.Event(ctx, "EV-01")
	if err != nil || act <= 0 || len(e.Acts) != 1 || e.Acts[0].N != 1 || e.Acts[0].Involved[0].Degree != "gave_orders" || e.By != "M-01" {
		t.Fatalf("%+v, %v", e, err)
	}
	e, err = h.ChangeEvent(ctx, amina, "EV-01", act, func(e *Event) error {
		e.Acts = append(e.Acts, EventAct{Type: "torture", Victim: "P-01"})
		e.Attested = append(e.Attested, Attestation{Anchor{"S-001", 2, 2, 0}, "document"})
		e.ID, e.By, e.At = "EV-77", "M-09", 0
		return nil
	})
	if err != nil || e.ID != "EV-01" || e.By != "M-01" || e.At == 0 || e.Acts[1].N != 2 || len(e.Attested) != 2 {
		t.Fatalf("%+v, %v", e, err)
	}
	_, err = h.ChangeEvent(ctx, amina, "EV-01", act, func(e *Event) error { e.Title = "x"; return nil })
	refused(t, err, fault.Conflict, "EV-01 was changed")
	_, err = h.ChangeEvent(ctx, amina, "EV-01", 0, func(e *Event) error {
		e.Attested = append(e.Attested, Attestation{Anchor{"S-001", 2, 2, 1}, "victim"}) // edition 1 and none are the same
		return nil
	})
	refused(t, err, fault.Invalid, "attests the event already")
	stop := errors.New("stop")
	if _, err := h.ChangeEvent(ctx, amina, "EV-01", 0, func(*Event) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a refusing change: %v", err)
	}
	naming, err := h.EventsNaming(ctx, "P-02")
	if err != nil || len(naming) != 1 || naming[0].ID != "EV-01" {
		t.Errorf("%v, %v", naming, err)
	}
	if list, total, err := h.Events(ctx, "", 1); err != nil || total != 2 || len(list) != 1 {
		t.Errorf("%v of %d, %v", list, total, err)
	}
	h.agrees("it all")
}

// Numbers of event acts stay whatever is added, and a copy shares nothing with the event.
func TestEventActNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e Event
		for i := range rapid.IntRange(1, 8).Draw(t, "acts") {
			e.Acts = append(e.Acts, EventAct{Type: "arrest", Victim: fmt.Sprintf("P-%02d", i)})
			if rapid.Bool().Draw(t, "kept between") {
				e = e.withNumbers()
			}
		}
		e = e.withNumbers()
		before := e.clone()
		more := e.clone()
		more.Acts = append(more.Acts, EventAct{Type: "torture"})
		more = more.withNumbers()
		n := rapid.IntRange(0, 10).Draw(t, "n")
		if ok := more.Involve(n, Involvement{Person: "P-01"}); ok != (n >= 1 && n <= len(more.Acts)) {
			t.Fatalf("event act %d of %d: %v", n, len(more.Acts), ok)
		}
		for i, a := range e.Acts {
			if a.N != i+1 || more.Acts[i].N != a.N || len(a.Involved) != 0 {
				t.Fatalf("%+v after %+v", more.Acts, before.Acts)
			}
		}
		if ids := more.refs(); len(ids) != len(slices.Compact(slices.Sorted(slices.Values(ids)))) {
			t.Fatalf("named twice: %q", ids)
		}
	})
}
