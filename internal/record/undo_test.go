package record

import (
	"slices"
	"testing"

	"heed/internal/fault"
)

// Taking back a statement that accepted a proposal opens the proposal again, and bringing
// the statement back accepts it again.
func TestUndoneStatementOpensItsProposal(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.add("The ministry opposed the release. It said so twice.")
	if _, err := h.intake.Propose(ctx, amina, s); err != nil {
		t.Fatal(err)
	}
	accept := Statement{Source: s, From: 1, To: 1, Speaker: "the ministry", Words: "opposed the release", Target: Target{Kind: TargetRelease}, Stance: Opposes, Proposal: "Q-001"}
	said, err := h.Say(ctx, amina, accept)
	if err != nil {
		t.Fatal(err)
	}
	state := func(want string) {
		t.Helper()
		p, err := h.intake.Proposal(ctx, "Q-001")
		if err != nil || p.State != want {
			t.Errorf("the proposal is %s, %v; want %s", p.State, err, want)
		}
		h.agrees("undoing")
	}
	if gone, err := h.undo(luis, said.ID, "misread"); err != nil || !gone {
		t.Fatalf("gone %v, %v", gone, err)
	}
	state("open")
	if gone, err := h.undo(luis, said.ID, ""); err != nil || gone {
		t.Fatalf("gone %v, %v", gone, err)
	}
	state("accepted")
	if got, err := h.Statement(ctx, said.ID); err != nil || got != said {
		t.Errorf("back came %+v, %v", got, err)
	}
	// When somebody accepted it otherwise meanwhile, the first statement does not come back.
	if _, err := h.undo(luis, said.ID, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Say(ctx, luis, accept); err != nil {
		t.Fatal(err)
	}
	_, err = h.undo(amina, said.ID, "")
	refused(t, err, fault.Conflict, "Q-001 is accepted already")
	state("accepted")
}

// What was changed meanwhile so that an undo would make a source its own origin, refuses it.
func TestUndoMakesNoCircle(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	a, b := h.add("A first text."), h.add("A second text.")
	for _, s := range []Source{{ID: a, DerivedFrom: []string{b}}, {ID: a, Origin: OriginOwn}, {ID: b, DerivedFrom: []string{a}}} {
		if _, err := h.Describe(ctx, amina, s); err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.undo(amina, a+".source", "")
	refused(t, err, fault.Invalid, "cannot derive from itself")
	if got, err := h.Source(ctx, a); err != nil || got.Origin != OriginOwn {
		t.Errorf("a refused undo left %+v, %v", got, err)
	}
	h.agrees("a refused undo")
}

func TestUndoSource(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.add("A text.")
	for _, title := range []string{"first", "second"} {
		if _, err := h.Describe(ctx, amina, Source{ID: s, Title: title}); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []string{"first", "second", "first"} {
		if gone, err := h.undo(luis, s+".source", "why"); err != nil || gone {
			t.Fatalf("gone %v, %v", gone, err)
		}
		if got, err := h.Source(ctx, s); err != nil || got.Title != want {
			t.Errorf("the title is %q, %v; want %q", got.Title, err, want)
		}
		h.agrees("undoing")
	}
}

// A quantity, a term and a code do not come back to something that is gone.
func TestWhatComesBackRestsOnWhatIsThere(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.add("The reply is a 121-page document.")
	said, err := h.Say(ctx, amina, Statement{Source: s, From: 1, To: 1, Speaker: "the paper", Words: "a 121-page document", Target: Target{Kind: TargetReport}, Stance: Asserts})
	if err != nil {
		t.Fatal(err)
	}
	q := pages("", "121")
	q.Statement = said.ID
	if q, err = h.AddQuantity(ctx, amina, q); err != nil {
		t.Fatal(err)
	}
	for _, term := range []Term{{ID: "paper", Means: "a document"}, {ID: "long_paper", Means: "a long one", Parent: "paper"}} {
		if _, err := h.DefineTerm(ctx, amina, term, 0); err != nil {
			t.Fatal(err)
		}
	}
	c := h.code(amina, s, 1, 1, "long_paper")
	for id, want := range map[string][]string{said.ID: {q.ID}, "long_paper": {c.ID}, "paper": {"long_paper"}, q.ID: nil, c.ID: nil} {
		if got := h.rests(id); !slices.Equal(got, want) {
			t.Errorf("on %s rest %q, want %q", id, got, want)
		}
	}
	for _, id := range []string{q.ID, said.ID, c.ID, "long_paper", "paper"} {
		if gone, err := h.undo(amina, id, ""); err != nil || !gone {
			t.Fatalf("%s: gone %v, %v", id, gone, err)
		}
	}
	h.agrees("taking all back")
	_, err = h.undo(amina, q.ID, "")
	refused(t, err, fault.NotFound, said.ID)
	_, err = h.undo(amina, c.ID, "")
	refused(t, err, fault.NotFound, "no term long_paper")
	_, err = h.undo(amina, "long_paper", "")
	refused(t, err, fault.NotFound, "no term paper")
	for _, id := range []string{said.ID, q.ID, "paper", "long_paper", c.ID} {
		if gone, err := h.undo(amina, id, ""); err != nil || gone {
			t.Fatalf("%s: gone %v, %v", id, gone, err)
		}
	}
	h.agrees("bringing all back")
}

func TestRests(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.add("The ministry opposed the release. It said so twice.")
	if _, err := h.intake.Propose(ctx, amina, s); err != nil {
		t.Fatal(err)
	}
	st, err := h.Say(ctx, amina, Statement{Source: s, From: 1, To: 1, Speaker: "the ministry", Words: "opposed the release", Target: Target{Kind: TargetRecommendation, ID: "R-01"}, Stance: Opposes, Proposal: "Q-001"})
	if err != nil {
		t.Fatal(err)
	}
	b := asked()
	b.Source, b.Form = h.addSealed(""), h.addSealed("x")
	if b, err = h.RecordConsent(ctx, amina, b); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{"R-01": {st.ID}, "Q-001": {st.ID}, b.Form: {b.ID}, "E-0004": {b.ID}, "M-02": {b.ID}, "R-02": nil, "": nil} {
		if got := h.rests(id); !slices.Equal(got, want) {
			t.Errorf("on %q rest %q, want %q", id, got, want)
		}
	}
}

func TestUndoOfNothing(t *testing.T) {
	h := newHouse(t)
	for _, id := range []string{"ST-009", "CD-0009", "B-009", "S-009.source"} {
		_, err := h.undo(amina, id, "why")
		refused(t, err, fault.NotFound, id)
	}
	_, err := h.undo(amina, "case", "why")
	refused(t, err, fault.Refused, "case.begun")
}
