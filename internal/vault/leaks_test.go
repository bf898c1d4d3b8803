package vault

import (
	"slices"
	"strings"
	"testing"

	"heed/internal/ledger"
	"heed/internal/seal"
)

// The question as the release room asks it: one act for all values, and positions only.
func TestLeaksOfACase(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	keep(t, v, seal.Name, "S-001", []byte("Dorvane Kessim\n"))
	keep(t, v, seal.FileName, "S-001", []byte("mill interview.txt"))
	keep(t, v, seal.Original, "S-001", []byte(testimony))
	keep(t, v, seal.Original, "S-002", []byte(strings.Repeat("\x00\xFF scanned pages", 20_000)))
	before := len(entries(t, p.db))
	text, want := places("A witness said: \"nobody told us why\". Not ⟦Kessim⟧, who ⟦nobody told us why later kessim was⟧ there.")
	got, err := v.Leaks(t.Context(), amina, "  gate of R1 ", Query{Text: []byte(text), Open: [][]byte{[]byte(redacted)}})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %v %q, want %v", got, words(text, got), want)
	}
	if n := len(entries(t, p.db)) - before; n != 1 {
		t.Errorf("%d acts for one check", n)
	}
	if e := last(t, p.db); e.Kind != "leak-check.run" || e.Object != "vault" || e.Holds != ledger.Detail || e.By != "M-01" {
		t.Errorf("entry %+v", e)
	}
	if p.who.asked.Load() != 4 {
		t.Errorf("%d keys were asked for, want one for each value", p.who.asked.Load())
	}
	if got, err := v.Leaks(t.Context(), amina, "gate of R1", Query{Text: []byte("Nothing of it.")}); len(got) != 0 || err != nil {
		t.Errorf("a clean text: %v, %v", got, err)
	}
	if got := problems(t, v); len(got) != 0 {
		t.Errorf("problems after leak checks: %v", got)
	}
}

// A vault of nothing answers too, so that the gate of a case without seals works.
func TestLeaksOfAnEmptyVault(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	if got, err := v.Leaks(t.Context(), amina, "gate of R1", Query{Text: []byte("Dorvane Kessim")}); len(got) != 0 || err != nil {
		t.Errorf("got %v, %v", got, err)
	}
}
