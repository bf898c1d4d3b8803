package app

import (
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/followup"
	"heed/internal/ledger"
	"heed/internal/record"
)

// shouldBe fails unless err refuses with the words.
func shouldBe(t *testing.T, err error, kind fault.Kind, words string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(err.Error(), words) {
		t.Errorf("got %v; want %v with %q", err, kind, words)
	}
}

// What others did is taken back for a stated reason only, and so is, whoever did it, what
// somebody answered or withdrew, what findings are held to, and what speaks against one.
func TestUndoOfWhatIsWeightyNeedsAReason(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	seed(t, dir)
	a := reopen(t, dir)
	ctx, by, other := t.Context(), a.By(), ledger.Actor{Member: "M-02"}
	three := 3
	cited := record.Basis{Source: "S-001", Kind: record.PublicRecord, Citation: "a newspaper"}
	for _, tt := range []struct {
		name, id string
		do       func() error
		reason   bool
	}{
		{"one's own claim", "C-003", func() error {
			_, err := a.Corroborate.AddClaim(ctx, by, corroborate.Claim{Text: "So it was.", Source: "S-001", From: 2, To: 2})
			return err
		}, false},
		{"another's claim", "C-004", func() error {
			_, err := a.Corroborate.AddClaim(ctx, other, corroborate.Claim{Text: "So it was.", Source: "S-001", From: 2, To: 2})
			return err
		}, true},
		{"a basis", "B-001", func() error { _, err := a.Record.AddBasis(ctx, by, cited); return err }, true},
		{"a withdrawal", "B-002", func() error {
			if _, err := a.Record.AddBasis(ctx, by, cited); err != nil {
				return err
			}
			_, err := a.Record.WithdrawBasis(ctx, by, "B-002", "by telephone")
			return err
		}, true},
		{"the policy", "policy", func() error {
			_, err := a.Corroborate.Declare(ctx, by, corroborate.PolicyChange{MinOrigins: &three, Why: "the terms of reference say so"})
			return err
		}, true},
		{"an answer", "F-01", func() error {
			_, err := a.Corroborate.Answer(ctx, by, "F-01", "C-002", "It was looked into.")
			return err
		}, true},
	} {
		if err := tt.do(); err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if tt.reason {
			for _, why := range []string{"", " \u200b", "…"} {
				_, err := a.Undo(ctx, tt.id, why)
				shouldBe(t, err, fault.Refused, "is not taken back without a reason")
			}
		}
		why := map[bool]string{true: "a slip"}[tt.reason]
		if _, err := a.Undo(ctx, tt.id, why); err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, problems, err := a.Check(ctx, nil); err != nil || len(problems) > 0 {
		t.Errorf("check: %v, %v", problems, err)
	}
}

// What comes back by undoing rests on what is there: what was taken back meanwhile comes
// back first, and nothing comes to stand in its own place.
func TestUndoBringsBackNothingGroundless(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	seed(t, dir)
	a := reopen(t, dir)
	ctx, by := t.Context(), a.By()
	must := func(_ any, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(a.Record.AddPlace(ctx, by, record.Place{Kind: record.PlaceKinds()[0].Word, Label: "a depot", Names: []record.Name{{Text: "Depot"}}}))
	must(a.Corroborate.JudgeClaim(ctx, by, "C-001", corroborate.ClaimJudgement{About: []string{"PL-01"}}))
	_, err := a.Undo(ctx, "PL-01", "")
	shouldBe(t, err, fault.Conflict, "C-001 rests on PL-01")
	must(a.Undo(ctx, "C-001", ""))
	must(a.Undo(ctx, "PL-01", ""))
	_, err = a.Undo(ctx, "C-001", "")
	shouldBe(t, err, fault.Refused, "C-001 as it was names PL-01, which was taken back")
	must(a.Undo(ctx, "PL-01", ""))
	must(a.Undo(ctx, "C-001", ""))
	if c, err := a.Corroborate.Claim(ctx, "C-001"); err != nil || len(c.About) != 1 {
		t.Errorf("got %+v, %v", c, err)
	}

	another := followup.Recommendation{Text: "Release all", Source: "S-001", From: 3, To: 3, Words: "The ministry accepts the recommendation.", Addressees: []string{"Ministry"}}
	must(a.Followup.AddRecommendation(ctx, by, another))
	must(a.Followup.ChangeRecommendation(ctx, by, "R-01", followup.Change{Supersedes: &[]string{"R-02"}}, 0))
	must(a.Undo(ctx, "R-01", ""))
	must(a.Followup.ChangeRecommendation(ctx, by, "R-02", followup.Change{Supersedes: &[]string{"R-01"}}, 0))
	_, err = a.Undo(ctx, "R-01", "")
	shouldBe(t, err, fault.Refused, "R-01")
	if _, problems, err := a.Check(ctx, nil); err != nil || len(problems) > 0 {
		t.Errorf("check: %v, %v", problems, err)
	}
}
