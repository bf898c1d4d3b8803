package corroborate

import (
	"reflect"
	"slices"
	"testing"

	"heed/internal/fault"
	"heed/internal/record"
	"heed/internal/store"
)

func TestSimultaneousEditsOfAFindingConflict(t *testing.T) {
	h := contested(t)
	ctx := t.Context()
	b, err := h.Brief(ctx, "F-01")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Edit(ctx, karim, "F-01", Edit{Text: "It is reasonable to conclude that some were held.", Saw: b.Act}); err != nil {
		t.Fatal(err)
	}
	for name, e := range map[string]Edit{
		"words": {Text: "People were held."}, "judgement": {Judgement: Judgement{ContrarySearch: "x"}}, "claims": {For: []string{"C-001"}},
		"contrary": {Against: []string{"C-003"}}, "answer": {Answers: []Against{{Claim: "C-003", Answer: "x"}}},
	} {
		e.Saw = b.Act
		_, err := h.Edit(ctx, amina, "F-01", e)
		refused(t, err, fault.Conflict, "F-01 was changed by M-02")
		if t.Failed() {
			t.Fatal(name)
		}
	}
	// Several parts of one edit follow upon each other and not upon what was seen.
	now, err := h.Brief(ctx, "F-01")
	if err != nil || now.Act <= b.Act {
		t.Fatalf("%d after %d, %v", now.Act, b.Act, err)
	}
	f, err := h.Edit(ctx, amina, "F-01", Edit{Text: "People were held.", Judgement: Judgement{ContrarySearch: "x"}, Answers: []Against{{Claim: "C-003", Answer: "y"}}, Saw: now.Act})
	if err != nil || f.Text != "People were held." || f.ContrarySearch != "x" || f.Against[0].Answer != "y" {
		t.Errorf("%+v, %v", f, err)
	}
	h.agrees("editing")
}

func TestEditIsAllOrNothing(t *testing.T) {
	h := contested(t)
	ctx := t.Context()
	before, err := h.Finding(ctx, "F-01")
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Edit(ctx, amina, "F-01", Edit{Text: "People were held.", Answers: []Against{{Claim: "C-001", Answer: "x"}}})
	refused(t, err, fault.NotFound, "C-001 does not speak against F-01")
	_, err = h.Edit(ctx, amina, "F-01", Edit{For: []string{"C-001"}, Judgement: Judgement{Outcome: "true"}})
	refused(t, err, fault.Invalid, "outcome")
	_, err = h.Edit(ctx, amina, "F-01", Edit{Saw: 7})
	refused(t, err, fault.Invalid, "nothing is to be changed")
	_, err = h.Judge(ctx, amina, "F-01", Judgement{})
	refused(t, err, fault.Invalid, "nothing is judged")
	_, err = h.Reword(ctx, amina, "F-01", " ")
	refused(t, err, fault.Invalid, "text of the finding is missing")
	_, err = h.Reword(ctx, amina, "F-01", "a\u202eb")
	refused(t, err, fault.Invalid, "direction override")
	if after, err := h.Finding(ctx, "F-01"); err != nil || !reflect.DeepEqual(after, before) || h.kinds("F-01") != "finding.added" {
		t.Errorf("after %+v, %v; acts %s", after, err, h.kinds("F-01"))
	}
}

func TestLegalQualificationStandsApart(t *testing.T) {
	h := contested(t)
	ctx := t.Context()
	f, err := h.Judge(ctx, amina, "F-01", Judgement{Legal: Qualification{Text: "unlawful detention", Modality: MayConstitute}})
	if err != nil || f.Legal != (Qualification{"unlawful detention", MayConstitute}) {
		t.Fatalf("%+v, %v", f, err)
	}
	h.agrees("qualifying")
	if f, err = h.Judge(ctx, amina, "F-01", Judgement{Legal: Qualification{Modality: Is}}); err != nil || f.Legal != (Qualification{"unlawful detention", Is}) {
		t.Errorf("%+v, %v", f, err)
	}
	if got := h.issues(); len(got) != 0 {
		t.Errorf("issues %+v", got)
	}
	for _, q := range []Qualification{{Text: "x"}, {Modality: Is}, {"x", "might"}, {"a\x00", Is}} {
		_, err := h.AddFinding(ctx, amina, Finding{Text: "People were held.", Legal: q})
		refused(t, err, fault.Invalid, "legal qualification")
	}
	_, err = h.AddFinding(ctx, amina, Finding{Text: "It could not be verified.", Outcome: CannotVerify, Legal: Qualification{"torture", Is}})
	refused(t, err, fault.Refused, "claims more than the outcome cannot_verify")
	_, err = h.AddFinding(ctx, amina, Finding{Text: "People were held.", Legal: Qualification{"proven torture", MayConstitute}})
	refused(t, err, fault.Refused, "“proven”")
	if _, err = h.AddFinding(ctx, amina, Finding{Text: "It could not be verified.", Outcome: CannotVerify, Legal: Qualification{"torture", MayConstitute}}); err != nil {
		t.Error(err)
	}
}

func TestBrief(t *testing.T) {
	h := contested(t)
	ctx := t.Context()
	if _, err := h.record.Describe(ctx, amina, record.Source{ID: "S-001", Origin: record.OriginOwn, Reliability: "B", Reason: "it held up"}); err != nil {
		t.Fatal(err)
	}
	b, err := h.Brief(ctx, "F-01")
	if err != nil || b.Declared != record.ReasonableGrounds || b.Origins.Independent != 2 || len(b.Issues) != 0 || len(b.Claims) != 3 {
		t.Fatalf("%+v, %v", b, err)
	}
	for i, want := range []struct{ side, claim, reliability, status string }{
		{SideFor, "C-001", "B", ContradictedAndCorroborated}, {SideFor, "C-002", "F", ContradictedAndCorroborated}, {SideAgainst, "C-003", "F", Contradicted},
	} {
		got := b.Claims[i]
		if got.Side != want.side || got.Claim.ID != want.claim || got.Reliability != want.reliability || got.Standing.Status != want.status || got.Claim.Credibility != 6 {
			t.Errorf("%d: %+v", i, got)
		}
	}
	h.erase("S-003")
	if b, err = h.Brief(ctx, "F-01"); err != nil || len(b.Claims) != 2 || !slices.Equal(rules(b.Issues), []string{RuleClaimErased}) {
		t.Errorf("erased: %+v, %v", b, err)
	}
	_, err = h.Brief(ctx, "F-09")
	refused(t, err, fault.NotFound, "F-09")
}

// Whatever the case holds, Check says the same of a finding whether it is handed all of
// it or what the finding needs.
func TestTargetedEvidenceSaysTheSame(t *testing.T) {
	for seed := range uint64(4) {
		h := contested(t)
		r := newActs(h, seed+100)
		for range 50 {
			r.step()
		}
		if r.success < 15 || r.findings < 2 {
			t.Fatalf("seed %d: %+v", seed, r)
		}
		all, err := h.CheckAll(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		err = h.db.View(t.Context(), func(tx *store.Tx) error {
			ev, err := allEvidence(tx)
			if err != nil {
				return err
			}
			policy, err := ReadPolicy(tx)
			if err != nil {
				return err
			}
			for _, c := range all {
				if want := checked(c.Finding, ev, policy); !reflect.DeepEqual(c, want) {
					t.Errorf("seed %d: %+v, with all evidence %+v", seed, c, want)
				}
				few, err := ReadEvidenceFor(tx, c.Finding)
				if err != nil {
					return err
				}
				if one := checked(c.Finding, few, policy); !reflect.DeepEqual(c, one) || !reflect.DeepEqual(Standings(c.Finding, few), Standings(c.Finding, ev)) {
					t.Errorf("seed %d: together %+v, alone %+v", seed, c, one)
				}
				if len(few.Claims) > len(ev.Claims) || few.Standard != ev.Standard {
					t.Errorf("seed %d: %d of %d claims", seed, len(few.Claims), len(ev.Claims))
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Pages of findings join to the whole, also beyond one chunk.
func TestCheckPage(t *testing.T) {
	h := contested(t)
	ctx := t.Context()
	for range checkChunk + 5 {
		if _, err := h.AddFinding(ctx, amina, Finding{Text: "People were held.", For: []string{"C-001"}}); err != nil {
			t.Fatal(err)
		}
	}
	all, err := h.CheckAll(ctx)
	if err != nil || len(all) != checkChunk+6 {
		t.Fatalf("%d, %v", len(all), err)
	}
	var joined []Checked
	for after, more := "", true; more; {
		p, err := h.CheckPage(ctx, after, 40)
		if err != nil || p.Total != len(all) || len(p.Findings) > 40 {
			t.Fatalf("%d of %d, %v", len(p.Findings), p.Total, err)
		}
		joined, after, more = append(joined, p.Findings...), p.Findings[len(p.Findings)-1].Finding.ID, p.More
	}
	if !reflect.DeepEqual(joined, all) {
		t.Error("pages are not the whole")
	}
	if p, err := h.CheckPage(ctx, "", checkChunk+1); err != nil || len(p.Findings) != checkChunk+1 || !p.More {
		t.Errorf("%d, %v, %v", len(p.Findings), p.More, err)
	}
	if p, err := h.CheckPage(ctx, all[len(all)-1].Finding.ID, 0); err != nil || len(p.Findings) != 0 || p.More {
		t.Errorf("behind the last: %+v, %v", p, err)
	}
}

// allEvidence is all that a case holds, for whatever finding.
func allEvidence(tx *store.Tx) (ev Evidence, err error) {
	if ev, err = noEvidence(tx); err != nil {
		return ev, err
	}
	known, err := ReadClaims(tx)
	if err != nil {
		return ev, err
	}
	sources, err := record.ReadSources(tx)
	if err != nil {
		return ev, err
	}
	for _, claim := range known {
		ev.Claims[claim.ID] = claim
		for _, id := range claim.Contradicts {
			ev.Contrary[id] = append(ev.Contrary[id], claim.ID)
		}
	}
	for _, s := range sources {
		ev.Sources[s.ID] = s
	}
	all, err := ReadFindings(tx)
	if err != nil {
		return ev, err
	}
	return ev, ev.readErased(tx, all)
}
