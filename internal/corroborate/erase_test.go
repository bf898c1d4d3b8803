package corroborate

import (
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// erase destroys the key of a source the way app does, in one commit.
func (h house) erase(source string) (erased []string) {
	h.t.Helper()
	err := h.db.Update(h.t.Context(), func(tx *store.Tx) (err error) {
		if erased, err = h.Erase(tx, source); err != nil {
			return err
		}
		for _, room := range []interface {
			Erase(*store.Tx, string) ([]string, error)
		}{h.record, h.intake} {
			if _, err := room.Erase(tx, source); err != nil {
				return err
			}
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
	h.agrees("erasing " + source)
	return erased
}

// contested is a finding on S-001 and S-002, with an answered claim of S-003 against it.
func contested(t *testing.T) house {
	t.Helper()
	h := newHouse(t)
	for i, text := range []string{"People were held at the depot.", "Many were held there.", "Nobody was held."} {
		s := h.add(text)
		if _, err := h.record.Describe(t.Context(), amina, record.Source{ID: s, Origin: record.OriginOwn}); err != nil {
			t.Fatal(err)
		}
		_, err := h.AddClaim(t.Context(), amina, Claim{Text: "A claim.", Source: s, From: 1, To: 1, FirstHand: i == 0})
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.AddFinding(t.Context(), amina, Finding{Text: "It is reasonable to conclude that people were held.", Outcome: Met, Assertion: Established,
		For: []string{"C-001", "C-002"}, Against: []Against{{Claim: "C-003", Answer: "It is older."}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := h.issues(); len(got) != 0 {
		t.Fatalf("before: %v", got)
	}
	return h
}

// issues lists what Check says of F-01.
func (h house) issues() (out []Issue) {
	h.t.Helper()
	c, err := h.Check(h.t.Context(), "F-01")
	if err != nil {
		h.t.Fatal(err)
	}
	return c.Issues
}

// A finding whose claim was erased goes on to be shown, says which, and cannot pass.
func TestEraseOfASupportingClaim(t *testing.T) {
	h := contested(t)
	if erased := h.erase("S-002"); !slices.Equal(erased, []string{"C-002"}) {
		t.Errorf("erased %q", erased)
	}
	got := h.issues()
	want := Issue{Rule: RuleClaimErased, Finding: "F-01", Claim: "C-002", What: "C-002 was erased with S-002; withdraw it from the finding", Blocks: true}
	if !slices.Contains(got, want) || !slices.Equal(rules(got), []string{RuleClaimErased, RuleTooFewOrigins}) || !Blocks(got) {
		t.Errorf("issues %+v", got)
	}
	if all, err := h.Claims(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("claims %+v, %v", all, err)
	}
	_, err := h.Claim(t.Context(), "C-002")
	refused(t, err, fault.Withheld, "C-002 was erased with S-002")
	_, err = h.AddFor(t.Context(), amina, "F-01", []string{"C-002"})
	refused(t, err, fault.Withheld, "C-002 was erased")
	_, err = h.AddClaim(t.Context(), amina, Claim{Text: "A claim.", Source: "S-002", From: 1, To: 1})
	refused(t, err, fault.Withheld, "S-002 was erased on 2031-05-23")

	f, err := h.Withdraw(t.Context(), amina, "F-01", "C-002")
	if err != nil || !slices.Equal(f.For, []string{"C-001"}) || len(f.Against) != 1 {
		t.Fatalf("without it: %+v, %v", f, err)
	}
	h.agrees("withdrawing")
	if got := h.issues(); !slices.Equal(rules(got), []string{RuleTooFewOrigins}) || !Blocks(got) {
		t.Errorf("issues %+v", got)
	}
	if k := h.kinds("F-01"); !strings.HasSuffix(k, "finding.reduced") {
		t.Errorf("acts: %s", k)
	}
}

func TestEraseOfAContraryClaim(t *testing.T) {
	h := contested(t)
	h.erase("S-003")
	if got := h.issues(); !slices.Equal(rules(got), []string{RuleClaimErased}) || got[0].Claim != "C-003" {
		t.Errorf("issues %+v", got)
	}
	f, err := h.Withdraw(t.Context(), amina, "F-01", "C-003")
	if err != nil || len(f.Against) != 0 || len(f.For) != 2 {
		t.Fatalf("without it: %+v, %v", f, err)
	}
	// That nothing speaks against it any more was not looked for.
	if got := h.issues(); !slices.Equal(rules(got), []string{RuleContraryUnsought}) {
		t.Errorf("issues %+v", got)
	}
	h.agrees("withdrawing")
}

func TestWithdrawRefusals(t *testing.T) {
	h := contested(t)
	other := h.add("Another says so.")
	h.claim(other)
	h.erase(other)
	h.erase("S-002")
	for _, tt := range []struct {
		finding, claim string
		kind           fault.Kind
		part           string
	}{
		{"F-01", "C-001", fault.Refused, "C-001 is there"},
		{"F-01", "C-003", fault.Refused, "C-003 is there"},
		{"F-01", "C-004", fault.NotFound, "C-004 is no claim of F-01"},
		{"F-01", "C-099", fault.NotFound, "there is no claim C-099"},
		{"F-09", "C-002", fault.NotFound, "there is no finding F-09"},
	} {
		_, err := h.Withdraw(t.Context(), amina, tt.finding, tt.claim)
		refused(t, err, tt.kind, tt.part)
	}
	h.agrees("refusals")
}

// What derives from an erased source has an unknown origin from then on: nobody can say
// any more what the erased one derived from.
func TestDerivedFromErasedIsUnknown(t *testing.T) {
	h := contested(t)
	repeat := h.add("The depot held people, reports say.")
	if _, err := h.record.Describe(t.Context(), amina, record.Source{ID: repeat, DerivedFrom: []string{"S-003"}}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.AddFor(t.Context(), amina, "F-01", []string{h.claim(repeat)}); err != nil {
		t.Fatal(err)
	}
	before, err := h.Check(t.Context(), "F-01")
	if err != nil || before.Origins.Independent != 3 {
		t.Fatalf("before: %+v, %v", before.Origins, err)
	}
	h.erase("S-003")
	after, err := h.Check(t.Context(), "F-01")
	if err != nil || after.Origins.Independent != 2 || !slices.Equal(after.Origins.Unknown, []string{repeat}) {
		t.Errorf("after: %+v, %v", after.Origins, err)
	}
	if slices.Contains(after.Confirmed, "C-004") {
		t.Error("a claim of unknown origin is confirmed")
	}
}
