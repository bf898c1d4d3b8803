package record

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/seal"
	"heed/internal/store"
)

// minister is a public person whom every rule lets pass.
func minister() Person {
	return Person{Public: true, WhyPublic: "minister since 2029", Names: []Name{{Text: "Ilan Dorr", Lang: "en", Script: "Latn", Kind: NameProper}}}.withDefaults()
}

// detainee is a protected person whom every rule lets pass.
func detainee() Person {
	return Person{Source: "S-001", Label: "a former detainee", Sealed: []Part{{Ref: "E-0003", What: NameProper, Lang: "ug", Script: "Arab"}}}.withDefaults()
}

// A protected person has nothing open that points to them.
func TestProtectedPersonHasNothingOpen(t *testing.T) {
	if err := validPerson(detainee()); err != nil {
		t.Fatal(err)
	}
	for what, change := range map[string]func(*Person){
		"no open name":          func(p *Person) { p.Names = minister().Names },
		"no open date of birth": func(p *Person) { p.Birth = "1979" },
		"no open contact":       func(p *Person) { p.Contact = "an address" },
		"belongs to a public":   func(p *Person) { p.WhyPublic = "minister" },
	} {
		p := detainee()
		change(&p)
		refused(t, validPerson(p), fault.Invalid, what)
	}
}

// Nobody is public by leaving something out.
func TestPersonIsProtectedByDefault(t *testing.T) {
	var p Person
	if err := json.Unmarshal([]byte(`{"id":"P-01","unit":"individual"}`), &p); err != nil || !p.Protected() {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestProtectedPersonNeedsSource(t *testing.T) {
	p := detainee()
	p.Source, p.Sealed = "", nil
	refused(t, validPerson(p), fault.Invalid, "needs a source")
}

func TestPublicPersonNeedsReason(t *testing.T) {
	if err := validPerson(minister()); err != nil {
		t.Fatal(err)
	}
	p := minister()
	p.WhyPublic = " "
	refused(t, validPerson(p), fault.Invalid, "needs a reason")
}

func TestPublicPersonNeedsName(t *testing.T) {
	p := minister()
	p.Names[0].Kind = NameAlias
	refused(t, validPerson(p), fault.Invalid, "needs a name")
}

func TestPersonWords(t *testing.T) {
	for what, change := range map[string]func(*Person){
		"no counting unit":      func(p *Person) { p.Unit = "crowd" },
		"has a size":            func(p *Person) { p.Size = 2 },
		"no word for a sex":     func(p *Person) { p.Sex = "yes" },
		"no date":               func(p *Person) { p.Birth = "the seventies" },
		"contact holds control": func(p *Person) { p.Contact = "a\nb" },
		"label holds control":   func(p *Person) { p.Label = "a\nb" },
		"direction override":    func(p *Person) { p.Names[0].Text = "Ilan\u202e" },
		"no kind of name":       func(p *Person) { p.Names[0].Kind = "nickname"; p.Names = append(p.Names, minister().Names...) },
		"no language tag":       func(p *Person) { p.Names[0].Lang = "english" },
		"no script":             func(p *Person) { p.Names[0].Script = "latin" },
		"another script":        func(p *Person) { p.Names[0].Lang = "en-Cyrl" },
		"letters of a name":     func(p *Person) { p.Names[0].Script = "Cyrl" },
		"twice":                 func(p *Person) { p.Names = append(p.Names, p.Names[0]) },
		"reference of a sealed": func(p *Person) { p.Source, p.Sealed = "S-001", []Part{{Ref: "the name itself", What: NameProper}} },
		"nothing that can be":   func(p *Person) { p.Source, p.Sealed = "S-001", []Part{{Ref: "E-0001", What: "file"}} },
		"E-0001 stands here": func(p *Person) {
			p.Source, p.Sealed = "S-001", slices.Repeat([]Part{{Ref: "E-0001", What: NameProper}}, 2)
		},
		"no source cannot be":     func(p *Person) { p.Sealed = []Part{{Ref: "E-0001", What: NameProper}} },
		"name is missing":         func(p *Person) { p.Names[0].Text = "" },
		"script of a name is mis": func(p *Person) { p.Names[0].Text, p.Names[0].Script = "Ilan Дорр", "" },
	} {
		p := minister()
		change(&p)
		refused(t, validPerson(p.withDefaults()), fault.Invalid, what)
	}
	group := detainee()
	group.Unit, group.Size = "family", 5
	if err := validPerson(group); err != nil {
		t.Error(err)
	}
}

// What is sealed goes to the vault as what it is.
func TestSealedAs(t *testing.T) {
	for what, want := range map[string]seal.Kind{NameProper: seal.Name, NameAlias: seal.Name, "birth": seal.Note, "place": seal.Place, "contact": seal.Note} {
		if got, err := detainee().SealAs(Part{What: what}); err != nil || got != want || !slices.Contains(PersonParts(), what) {
			t.Errorf("%s: %s, %v", what, got, err)
		}
	}
	for _, what := range PlaceParts() {
		if got, err := (Place{Source: "S-001"}).SealAs(Part{What: what}); err != nil || got != seal.Place {
			t.Errorf("%s of a place: %s, %v", what, got, err)
		}
	}
	if len(personParts) != len(PersonParts()) || len(placeParts) != len(PlaceParts()) {
		t.Error("the parts and their list differ")
	}
}

func TestPersonInRoom(t *testing.T) {
	h := newHouse(t)
	h.addSealed("A person was held.")
	ctx := t.Context()
	p, err := h.AddPerson(ctx, amina, Person{Source: "S-001", Label: "a former detainee"})
	if err != nil || p.ID != "P-01" || !p.Protected() || p.By != "M-01" || p.At == 0 {
		t.Fatalf("%+v, %v", p, err)
	}
	m := minister()
	m.ID, m.By = "P-77", "M-99" // not for the caller to say
	if m, err = h.AddPerson(ctx, amina, m); err != nil || m.ID != "P-02" || m.By != "M-01" {
		t.Fatalf("%+v, %v", m, err)
	}
	_, err = h.AddPerson(ctx, amina, Person{Source: "S-009"})
	refused(t, err, fault.NotFound, "S-009")
	got, act, err := h.Person(ctx, "P-01")
	if err != nil || act <= 0 || got.Label != p.Label {
		t.Fatalf("%+v act %d, %v", got, act, err)
	}
	changed, err := h.ChangePerson(ctx, amina, "P-01", act, func(p *Person) {
		p.Sealed = append(p.Sealed, Part{Ref: "E-0003", What: NameProper})
		p.ID, p.Source, p.By, p.At = "P-09", "", "M-09", 1
	})
	if err != nil || changed.ID != "P-01" || changed.Source != "S-001" || changed.By != "M-01" || len(changed.Sealed) != 1 {
		t.Fatalf("%+v, %v", changed, err)
	}
	_, err = h.ChangePerson(ctx, amina, "P-09", 0, func(*Person) {})
	refused(t, err, fault.NotFound, "P-09")
	_, err = h.ChangePerson(ctx, amina, "P-01", 0, func(p *Person) { p.Names = minister().Names })
	refused(t, err, fault.Invalid, "no open name")
	for source, want := range map[string]int{"": 2, "S-001": 1, "S-002": 0} {
		if list, total, err := h.Persons(ctx, source, "", 1); err != nil || total != want || len(list) != min(1, want) {
			t.Errorf("of %q: %v of %d, %v", source, list, total, err)
		}
	}
	if list, _, err := h.Persons(ctx, "", "P-01", 5); err != nil || len(list) != 1 || list[0].ID != "P-02" {
		t.Errorf("after P-01: %v, %v", list, err)
	}
	h.agrees("it all")
}

// Two people who change one person at the same time do not overwrite each other unseen.
func TestPersonChangedMeanwhile(t *testing.T) {
	h := newHouse(t)
	h.add("A person was held.")
	ctx := t.Context()
	if _, err := h.AddPerson(ctx, amina, Person{Source: "S-001"}); err != nil {
		t.Fatal(err)
	}
	_, act, _ := h.Person(ctx, "P-01")
	for i, label := range []string{"a teacher", "a driver"} {
		_, err := h.ChangePerson(ctx, amina, "P-01", act, func(p *Person) { p.Label = label })
		if i == 0 && err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			refused(t, err, fault.Conflict, "P-01 was changed")
		}
	}
	if p, _, err := h.Person(ctx, "P-01"); err != nil || p.Label != "a teacher" {
		t.Errorf("%+v, %v", p, err)
	}
	// Without looking, what is not named stays: the change begins from what is there.
	if p, err := h.ChangePerson(ctx, amina, "P-01", 0, func(p *Person) { p.Sex = "male" }); err != nil || p.Label != "a teacher" || p.Sex != "male" {
		t.Errorf("%+v, %v", p, err)
	}
	h.agrees("it all")
}

// A protected person goes with the source through which they are known.
func TestErasePerson(t *testing.T) {
	h := newHouse(t)
	h.add("A person was held.")
	h.add("Another was held.")
	ctx := t.Context()
	for _, source := range []string{"S-001", "S-002"} {
		if _, err := h.AddPerson(ctx, amina, Person{Source: source, Label: "of " + source}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.AddPlace(ctx, amina, Place{Source: source, Protected: true, Kind: "home"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.AddPerson(ctx, amina, minister()); err != nil {
		t.Fatal(err)
	}
	if erased := h.erase("S-001"); !slices.Equal(erased, []string{"P-01", "PL-01"}) {
		t.Errorf("erased %q", erased)
	}
	_, _, err := h.Person(ctx, "P-01")
	refused(t, err, fault.Withheld, "P-01 was erased with S-001")
	_, err = h.ChangePerson(ctx, amina, "P-01", 0, func(*Person) {})
	refused(t, err, fault.Withheld, "P-01 was erased")
	_, err = h.AddPerson(ctx, amina, Person{Source: "S-001"})
	refused(t, err, fault.Withheld, "S-001 was erased")
	if list, _, err := h.Persons(ctx, "", "", 0); err != nil || len(list) != 2 || list[0].ID != "P-02" {
		t.Errorf("%v, %v", list, err)
	}
}

// Every act about people, places and events can be taken back, and taken back again.
func TestUndoPeople(t *testing.T) {
	h := newHouse(t)
	h.add("The prison in Lenz is closed.")
	ctx := t.Context()
	h.people()
	before := map[string]string{}
	ids := []string{"EV-01", "PL-01", "P-01"}
	state := func(id string) string {
		var v any
		err := h.db.View(ctx, func(tx *store.Tx) (err error) { v, err = h.Version(tx, id); return err })
		if err != nil {
			return "gone"
		}
		b, _ := json.Marshal(v)
		return string(b)
	}
	undo := func(id string) {
		t.Helper()
		err := h.db.Update(ctx, func(tx *store.Tx) error { _, err := h.Undo(tx, amina, id, "a mistake"); return err })
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		h.agrees("undoing " + id)
	}
	for _, id := range ids {
		before[id] = state(id)
		undo(id)
		if state(id) == before[id] {
			t.Errorf("%s is as it was", id)
		}
		undo(id)
		if got := state(id); got != before[id] {
			t.Errorf("%s is %s, and was %s", id, got, before[id])
		}
	}
}

// people fills a house that has one source: a victim, a minister, two places, two events.
func (h house) people() {
	h.t.Helper()
	ctx := h.t.Context()
	must := func(err error) {
		h.t.Helper()
		if err != nil {
			h.t.Fatal(err)
		}
	}
	_, err := h.AddPerson(ctx, amina, Person{Source: "S-001", Label: "a former detainee"})
	must(err)
	_, err = h.AddPerson(ctx, amina, minister())
	must(err)
	_, err = h.AddPlace(ctx, amina, Place{Kind: "prison", Names: []Name{{Text: "Lenz prison"}}})
	must(err)
	_, err = h.AddPlace(ctx, amina, Place{Kind: "home", Protected: true, Source: "S-001"})
	must(err)
	_, err = h.ChangePlace(ctx, amina, "PL-01", 0, func(p *Place) {
		p.Statuses = append(p.Statuses, PlaceStatus{Value: "closed", From: "2030", Anchor: Anchor{Source: "S-001", Sentence: 1, Through: 1}})
	})
	must(err)
	_, err = h.AddEvent(ctx, amina, Event{Title: "Arrests in Lenz", First: "2030-03", Place: "PL-01"})
	must(err)
	_, err = h.AddEvent(ctx, amina, Event{Title: "A decree", Links: []EventLink{{"causes", "EV-01"}}})
	must(err)
	_, err = h.ChangeEvent(ctx, amina, "EV-01", 0, func(e *Event) error {
		e.Acts = append(e.Acts, EventAct{Type: "arrest", Victim: "P-01", Place: "PL-02", Involved: []Involvement{{Person: "P-02", Degree: "gave_orders"}}})
		e.Attested = append(e.Attested, Attestation{Anchor{Source: "S-001", Sentence: 1, Through: 1}, "witness"})
		return nil
	})
	must(err)
}

// What others name is told, so that it is not taken away under them.
func TestRestsPeople(t *testing.T) {
	h := newHouse(t)
	h.add("The prison in Lenz is closed.")
	h.people()
	// Words that look like an id name nothing.
	if _, err := h.AddEvent(t.Context(), amina, Event{Title: "P-01", Text: "P-02"}); err != nil {
		t.Fatal(err)
	}
	err := h.db.View(t.Context(), func(tx *store.Tx) error {
		for id, want := range map[string]string{"S-001": "P-01 PL-01 PL-02 EV-01", "P-01": "EV-01", "P-02": "EV-01", "PL-01": "EV-01", "PL-02": "EV-01", "EV-01": "EV-02", "EV-02": "", "": "", "P": ""} {
			ids, err := restsPeople(tx, id)
			slices.Sort(ids)
			wanted := strings.Fields(want)
			slices.Sort(wanted)
			if err != nil || !slices.Equal(ids, wanted) {
				t.Errorf("%q is named by %q, %v; want %s", id, ids, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if p := h.problems(); len(p) != 0 {
		t.Error(p)
	}
}

// Within the team somebody is called by the first of their names, or by the words for them.
func TestCalled(t *testing.T) {
	for want, got := range map[string]string{"Ilan Dorr": minister().Called(), "a former detainee": detainee().Called(), "Lenz prison": prison().Called(), "a house": Place{Label: "a house"}.Called(), "": Person{}.Called()} {
		if got != want {
			t.Errorf("called %q, want %q", got, want)
		}
	}
}
