package intake

import (
	"errors"
	"slices"
	"testing"

	"heed/internal/fault"
	"heed/internal/intake/quote"
	"heed/internal/store"
)

const spoken = "Amina said “the depot held 31”. Nobody spoke. Tomas said “no”."

func TestPropose(t *testing.T) {
	h := open(t)
	h.add(spoken)
	got, err := h.Propose(t.Context(), amina, "S-001")
	if err != nil || len(got) != 2 {
		t.Fatalf("got %+v, %v", got, err)
	}
	h.check()
	want := Proposal{ID: "Q-001", Source: "S-001", From: 1, To: 1, Kind: "direct", Speaker: "Amina", Words: "“the depot held 31”",
		Rule: "parrot", Engine: "parrot/1", State: "open"}
	if got[0] != want || got[1].ID != "Q-002" || got[1].Address().String() != "S-001:3" {
		t.Errorf("got %+v", got)
	}
	if p, err := h.Proposal(t.Context(), "Q-001"); err != nil || p != want {
		t.Errorf("stored %+v, %v", p, err)
	}
	h.untouched(func() {
		again, err := h.Propose(t.Context(), amina, "S-001")
		if err != nil || !slices.Equal(again, got) {
			t.Errorf("a second time: %+v, %v", again, err)
		}
		// What another process proposed meanwhile counts too.
		text, err := h.Text(t.Context(), "S-001")
		if err != nil {
			t.Fatal(err)
		}
		if err := h.keep(t.Context(), amina, text, h.engine.Extract(text.document())); err != nil {
			t.Fatal(err)
		}
	})
}

func TestNewerEngineAddsOnlyWhatIsNew(t *testing.T) {
	h := open(t)
	h.add(spoken)
	if _, err := h.Propose(t.Context(), amina, "S-001"); err != nil {
		t.Fatal(err)
	}
	if err := h.drop("Q-001"); err != nil {
		t.Fatal(err)
	}
	h.engine.version = "parrot/2"
	h.engine.extra = []quote.Proposal{{From: 2, To: 2, Kind: quote.Indirect, Content: []quote.Span{{Start: 36, End: 42}}, Rule: "new"}}
	got, err := h.Propose(t.Context(), amina, "S-001")
	if err != nil || len(got) != 3 || got[0].State != "dropped" || got[2].Engine != "parrot/2" || got[2].Rule != "new" {
		t.Errorf("got %+v, %v", got, err)
	}
	h.check()
}

func TestProposeWithoutText(t *testing.T) {
	h := open(t)
	h.addSealedText("words")
	h.add("caf\xe9")
	for source, want := range map[string]fault.Kind{"S-001": fault.Withheld, "S-002": fault.NotFound, "S-003": fault.NotFound} {
		h.untouched(func() {
			_, err := h.Propose(t.Context(), amina, source)
			refused(t, err, want)
		})
	}
}

// Words are cut out of the text, so an engine must not point past what it was asked about.
func TestEngineThatPointsOutside(t *testing.T) {
	span := func(a, b int) quote.Span { return quote.Span{Start: a, End: b} }
	tests := []struct {
		name string
		p    quote.Proposal
	}{
		{"no such sentence", quote.Proposal{From: 1, To: 9}},
		{"sentence 0", quote.Proposal{From: 0, To: 1}},
		{"past the text", quote.Proposal{From: 1, To: 1, Speaker: span(0, 9999)}},
		{"before the text", quote.Proposal{From: 1, To: 1, Cue: span(-1, 4)}},
		{"words of another sentence", quote.Proposal{From: 1, To: 1, Content: []quote.Span{span(0, 5), span(36, 40)}}},
		{"words before the passage", quote.Proposal{From: 2, To: 2, Content: []quote.Span{span(0, 40)}}},
		{"backwards", quote.Proposal{From: 1, To: 2, Content: []quote.Span{span(30, 34), span(2, 4)}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t)
			h.add(spoken)
			h.engine.extra = []quote.Proposal{tt.p}
			h.untouched(func() {
				if got, err := h.Propose(t.Context(), amina, "S-001"); !errors.Is(err, errOutside) {
					t.Errorf("got %+v, %v", got, err)
				}
			})
		})
	}
}

func TestSettle(t *testing.T) {
	h := open(t)
	h.add(spoken)
	if _, err := h.Propose(t.Context(), amina, "S-001"); err != nil {
		t.Fatal(err)
	}
	settle := func(id, state string) error {
		return h.db.Update(t.Context(), func(tx *store.Tx) error { return SettleProposal(tx, amina, id, state) })
	}
	if err := settle("Q-001", "accepted"); err != nil {
		t.Fatal(err)
	}
	if err := h.drop("Q-002"); err != nil {
		t.Fatal(err)
	}
	h.check()
	if acts := h.acts(); !slices.Equal(acts[len(acts)-2:], []string{"proposal.accepted Q-001", "proposal.dropped Q-002"}) {
		t.Errorf("acts %q", acts)
	}
	h.untouched(func() {
		refused(t, settle("Q-001", "accepted"), fault.Conflict)
		refused(t, settle("Q-001", "dropped"), fault.Conflict)
		refused(t, h.drop("Q-002"), fault.Conflict)
		refused(t, settle("Q-009", "accepted"), fault.NotFound)
		if settle("Q-001", "open") == nil || settle("Q-001", "") == nil {
			t.Error("a settled proposal was opened again")
		}
	})
	all, err := h.Proposals(t.Context(), "")
	if err != nil || len(all) != 2 || all[0].State != "accepted" || all[1].State != "dropped" {
		t.Errorf("got %+v, %v", all, err)
	}
	if none, err := h.Proposals(t.Context(), "S-002"); err != nil || len(none) != 0 {
		t.Errorf("got %+v, %v", none, err)
	}
}

// drop sets a proposal aside.
func (h *house) drop(id string) error {
	return h.db.Update(h.t.Context(), func(tx *store.Tx) error { return SettleProposal(tx, amina, id, "dropped") })
}
