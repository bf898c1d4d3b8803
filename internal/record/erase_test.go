package record

import (
	"slices"
	"testing"
	"time"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// erase destroys the key of a source the way app does, in one commit.
func (h house) erase(source string) (erased []string) {
	h.t.Helper()
	err := h.db.Update(h.t.Context(), func(tx *store.Tx) (err error) {
		if erased, err = h.Erase(tx, source); err != nil {
			return err
		}
		if _, err := h.intake.Erase(tx, source); err != nil {
			return err
		}
		if err := ledger.DestroyKey(tx, source); err != nil {
			return err
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: ledger.KeyDestroyed, By: amina, Object: source})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.agrees("erasing")
	return erased
}

func TestErase(t *testing.T) {
	h := newHouse(t)
	h.fill()
	other := h.add("The Monitor denied it.")
	for _, s := range []Source{{ID: other, Title: "A repeat", DerivedFrom: []string{"S-001"}}} {
		if _, err := h.Describe(t.Context(), amina, s); err != nil {
			t.Fatal(err)
		}
	}
	if erased := h.erase("S-001"); !slices.Equal(erased, []string{"S-001.source", "B-001", "ST-001", "CD-0001", "QT-01"}) {
		t.Errorf("erased %q", erased)
	}
	if again := h.erase("S-001"); len(again) != 0 {
		t.Errorf("erased %q once more", again)
	}
	sources, err := h.Sources(t.Context())
	if err != nil || len(sources) != 2 || sources[0].Origin != OriginUnknown || sources[0].Kind != "unknown" || !slices.Equal(sources[1].DerivedFrom, []string{"S-001"}) {
		t.Errorf("sources %+v, %v", sources, err)
	}
	if s, err := h.Source(t.Context(), "S-001"); err != nil || s.Title != "" || s.Origin != OriginUnknown {
		t.Errorf("the erased source is %+v, %v", s, err)
	}
	all, err := h.Statements(t.Context())
	bases, err2 := h.Bases(t.Context(), "")
	if err != nil || err2 != nil || len(all) != 0 || len(bases) != 0 {
		t.Errorf("left: %v %v, %v %v", all, bases, err, err2)
	}
	_, err = h.Statement(t.Context(), "ST-001")
	refused(t, err, fault.Withheld, "ST-001 was erased with S-001")
	for _, use := range Uses() {
		if ok, why := Covers(bases, use, "team", NotForAttribution, noon); ok {
			t.Errorf("an erased source may be used: %s", why)
		}
	}
}

// What is written of an erased source would make a new key for it.
func TestErasedTakesNothingNew(t *testing.T) {
	h := newHouse(t)
	h.fill()
	other := h.add("The Monitor denied it.")
	h.erase("S-001")
	ctx := t.Context()
	scopes := []Scope{{UseReport, AudiencePublic, Named, Given, ""}}
	_, described := h.Describe(ctx, amina, Source{ID: "S-001", Title: "again"})
	_, consent := h.AddBasis(ctx, amina, Basis{Source: "S-001", Kind: Consent, Scopes: scopes, Interview: Interview{Explained: Explanations()}})
	_, public := h.AddBasis(ctx, amina, Basis{Source: "S-001", Kind: PublicRecord, Citation: "a newspaper"})
	_, withdrawn := h.WithdrawBasis(ctx, amina, "B-001", "")
	_, said := h.Say(ctx, amina, Statement{Source: "S-001", From: 1, To: 1, Speaker: "the ministry", Words: "opposed the release", Target: Target{Kind: TargetRelease}, Stance: Opposes})
	for what, err := range map[string]error{"S-001 was erased on 2031-05-23": described, "S-001 was erased on 2031-05-23: ": consent,
		"S-001 was erased on 2031-05-23: its": public, "B-001 was erased with S-001": withdrawn, "S-001 was erased on 2031-05-23: its key": said} {
		refused(t, err, fault.Withheld, what)
	}
	err := h.db.View(ctx, func(tx *store.Tx) error {
		past, err := ledger.History(tx, "S-001.source")
		if n := len(past); n != 1 || !past[0].Erased {
			t.Errorf("acts about the erased description: %+v", past)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	// That another derives from it can still be said: it takes away and gives nothing.
	if _, err := h.Describe(ctx, amina, Source{ID: other, DerivedFrom: []string{"S-001"}}); err != nil {
		t.Errorf("describing what derives from it: %v", err)
	}
	h.agrees("all of it")
}

// A basis added for the same bytes as a new source covers that one only.
func TestBasisAfterErase(t *testing.T) {
	h := newHouse(t)
	const text = "The ministry opposed the release."
	first := h.add(text)
	h.erase(first)
	second := h.add(text)
	if second == first {
		t.Fatalf("both are %s", second)
	}
	if _, err := h.AddBasis(t.Context(), amina, Basis{Source: second, Kind: PublicRecord, Citation: "a newspaper"}); err != nil {
		t.Fatal(err)
	}
	for source, want := range map[string]bool{first: false, second: true} {
		bases, err := h.Bases(t.Context(), source)
		if err != nil {
			t.Fatal(err)
		}
		if ok, why := Covers(bases, UseReport, AudiencePublic, Named, noon.Add(time.Hour)); ok != want {
			t.Errorf("%s: %v, %s", source, ok, why)
		}
	}
}
