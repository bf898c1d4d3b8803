package victim

import (
	"slices"
	"testing"

	"heed/internal/record"
)

func person(id string, public bool, names ...string) record.Person {
	p := record.Person{ID: id, Public: public}
	for _, n := range names {
		p.Names = append(p.Names, record.Name{Text: n})
	}
	return p
}

// TestOf: only who is public, named, and the victim of an act is one. Events that are part
// of such an event, or of which it is part, are held like it, through any number of steps.
func TestOf(t *testing.T) {
	act := func(victim string) []record.EventAct {
		return []record.EventAct{{N: 1, Type: "torture", Victim: victim}}
	}
	by := func(source string) []record.Attestation {
		return []record.Attestation{{Anchor: record.Anchor{Source: source, Sentence: 1, Through: 1}, Connection: "reporter"}}
	}
	events := []record.Event{
		{ID: "EV-01", Acts: act("P-01"), Attested: by("S-001"), Links: []record.EventLink{{Kind: "part_of", Event: "EV-02"}}},
		{ID: "EV-02", Attested: by("S-002")}, {ID: "EV-03", Attested: by("S-003"), Links: []record.EventLink{{Kind: "part_of", Event: "EV-02"}}},
		{ID: "EV-04", Attested: by("S-004"), Links: []record.EventLink{{Kind: "precedes", Event: "EV-01"}}},
		{ID: "EV-05", Acts: act("P-02")}, {ID: "EV-06", Acts: act("P-03")}, {ID: "EV-07", Acts: act("P-05"), Attested: append(by("S-001"), by("S-001")...)},
	}
	got := Of([]record.Person{person("P-01", true, "Ilan Dorr"), person("P-02", false, "Ada Lind"), person("P-03", true), person("P-04", true, "Orel Dann"),
		person("P-05", true, "Mara Venn", "Мара Венн")}, events)
	if len(got) != 2 || got[0].Person != "P-01" || !slices.Equal(got[0].Events, []string{"EV-01", "EV-02", "EV-03"}) || !slices.Equal(got[0].Sources, []string{"S-001", "S-002", "S-003"}) {
		t.Fatalf("got %+v", got)
	}
	if v := got[1]; v.Person != "P-05" || !slices.Equal(v.Names, []string{"Mara Venn", "Мара Венн"}) || !slices.Equal(v.Sources, []string{"S-001"}) {
		t.Errorf("got %+v", v)
	}
	for about, want := range map[string]bool{"P-01": true, "EV-01": true, "EV-03": true, "EV-04": false, "P-05": false, "PL-01": false} {
		if got[0].In("PL-09", about) != want {
			t.Errorf("about %s", about)
		}
	}
}

func TestNamed(t *testing.T) {
	v := Victim{Names: []string{"Ilan Dorr", "Илан Дорр", "إيلان دور", "伊兰", "José Ben-Ari"}}
	for text, want := range map[string]bool{
		"A paper said that Ilan Dorr was beaten.": true, "ILAN  DORR": true, "Dorr, Ilan": true, "Ilan-Dorr's": true, "IlanDorr": true, "Ilаn Dоrr": true, // Cyrillic а, о
		"Сообщили: Илан Дорр.": true, "ضُرب إيلان دور": true, "据报伊兰被捕": true, "Jose Ben Ari": true, "Ilan\u00ad Dorr": true,
		"Ilan and Dorr": false, "Ilan": false, "Dorrilan": true, "a doll": false, "": false,
	} {
		if v.Named(text) != want {
			t.Errorf("%q: %v", text, !want)
		}
	}
	if (Victim{Names: []string{"…"}}).Named("… …") {
		t.Error("a name without a letter is found")
	}
}
