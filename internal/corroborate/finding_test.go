package corroborate

import (
	"slices"
	"testing"

	"heed/internal/fault"
	"heed/internal/record"
)

func TestValidFinding(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Finding)
		kind   fault.Kind
		part   string
	}{
		{"text alone", func(f *Finding) {}, 0, ""},
		{"all judged", func(f *Finding) { f.Outcome, f.Assertion, f.ContrarySearch = Met, CredibleAllegation, "two archives" }, 0, ""},
		{"raised with a reason", func(f *Finding) { f.Standard, f.Reason = record.ClearAndConvincing, "it names a person" }, 0, ""},
		{"no text", func(f *Finding) { f.Text = " " }, fault.Invalid, "text of the finding is missing"},
		{"text", func(f *Finding) { f.Text = "\xff" }, fault.Invalid, "text of the finding"},
		{"reason", func(f *Finding) { f.Reason = "\xff" }, fault.Invalid, "reason"},
		{"search", func(f *Finding) { f.ContrarySearch = "\x07" }, fault.Invalid, "search for contrary material"},
		{"standard", func(f *Finding) { f.Standard = "certainty" }, fault.Invalid, "no standard of proof"},
		{"below the case", func(f *Finding) { f.Standard, f.Reason = record.ReasonableSuspicion, "x" }, fault.Refused, "below reasonable_grounds"},
		{"raised without reason", func(f *Finding) { f.Standard, f.Reason = record.BalanceOfProbabilities, " " }, fault.Invalid, "needs a reason"},
		{"outcome", func(f *Finding) { f.Outcome = "true" }, fault.Invalid, "outcome"},
		{"assertion", func(f *Finding) { f.Assertion = "true" }, fault.Invalid, "assertion"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := Finding{Text: "People were held.", Standard: record.ReasonableGrounds}
			tt.change(&f)
			err := validFinding(f, record.ReasonableGrounds)
			if tt.kind == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, tt.kind, tt.part)
		})
	}
}

func TestFindingThroughItsActs(t *testing.T) {
	h := newHouse(t)
	s := h.add("People were held there.")
	c1, c2, c3 := h.claim(s), h.claim(s), h.claim(s)
	f, err := h.AddFinding(t.Context(), amina, Finding{ID: "F-77", Text: "People were held.", By: "M-09"})
	if err != nil || f.ID != "F-01" || f.Standard != record.ReasonableGrounds || f.By != "M-01" || f.At != noon.UnixMicro() {
		t.Fatalf("added %+v, %v", f, err)
	}
	h.agrees("adding")
	if f, err = h.AddFor(t.Context(), amina, f.ID, []string{c1, c2, c1}); err != nil || !slices.Equal(f.For, []string{c1, c2}) {
		t.Fatalf("supported %+v, %v", f, err)
	}
	h.agrees("supporting")
	if f, err = h.AddAgainst(t.Context(), amina, f.ID, c3); err != nil || len(f.Against) != 1 || f.Against[0] != (Against{Claim: c3}) {
		t.Fatalf("contradicted %+v, %v", f, err)
	}
	h.agrees("contradicting")
	want := Against{c3, "The ministry counted another depot.", "M-02", noon.UnixMicro()}
	if f, err = h.Answer(t.Context(), karim, f.ID, c3, want.Answer); err != nil || f.Against[0] != want {
		t.Fatalf("answered %+v, %v", f, err)
	}
	h.agrees("answering")
	if f, err = h.AddAgainst(t.Context(), amina, f.ID, c3); err != nil || f.Against[0] != want {
		t.Errorf("saying it again dropped the answer: %+v, %v", f, err)
	}
	if f, err = h.Judge(t.Context(), amina, f.ID, Judgement{Outcome: Met, Assertion: Established}); err != nil || f.Outcome != Met {
		t.Fatalf("judged %+v, %v", f, err)
	}
	if f, err = h.Judge(t.Context(), amina, f.ID, Judgement{Standard: record.ClearAndConvincing, Reason: "it names a person", ContrarySearch: "two archives"}); err != nil ||
		f.Outcome != Met || f.Assertion != Established || f.Standard != record.ClearAndConvincing || f.ContrarySearch != "two archives" {
		t.Fatalf("judged again %+v, %v", f, err)
	}
	h.agrees("judging")
	got, err := h.Finding(t.Context(), f.ID)
	if err != nil || !slices.Equal(got.For, f.For) || !slices.Equal(got.Against, f.Against) || got.Outcome != Met {
		t.Errorf("read back %+v, %v", got, err)
	}
	if got, want := h.kinds(f.ID), "finding.added finding.supported finding.contradicted finding.answered finding.contradicted finding.judged finding.judged"; got != want {
		t.Errorf("acts: %s", got)
	}
}

func TestFindingRefusals(t *testing.T) {
	h := newHouse(t)
	s := h.add("People were held there.")
	c1, c2 := h.claim(s), h.claim(s)
	full := Finding{Text: "x", For: []string{c1}, Against: []Against{{Claim: c2, Answer: "It is older.", AnsweredBy: "M-09"}}}
	f, err := h.AddFinding(t.Context(), amina, full)
	if err != nil || f.Against[0].AnsweredBy != "M-01" || f.Against[0].AnsweredAt != noon.UnixMicro() {
		t.Fatalf("added %+v, %v", f, err)
	}
	ctx := t.Context()
	for _, tt := range []struct {
		name string
		act  func() (Finding, error)
		kind fault.Kind
		part string
	}{
		{"add without text", func() (Finding, error) { return h.AddFinding(ctx, amina, Finding{}) }, fault.Invalid, "text of the finding"},
		{"add below the case", func() (Finding, error) {
			return h.AddFinding(ctx, amina, Finding{Text: "x", Standard: record.ReasonableSuspicion})
		}, fault.Refused, "below"},
		{"add for nothing", func() (Finding, error) { return h.AddFinding(ctx, amina, Finding{Text: "x", For: []string{"C-009"}}) }, fault.NotFound, "C-009"},
		{"add against nothing", func() (Finding, error) {
			return h.AddFinding(ctx, amina, Finding{Text: "x", Against: []Against{{Claim: "C-009"}}})
		}, fault.NotFound, "C-009"},
		{"add both ways", func() (Finding, error) {
			return h.AddFinding(ctx, amina, Finding{Text: "x", For: []string{c1}, Against: []Against{{Claim: c1}}})
		}, fault.Conflict, "for and against"},
		{"add with an empty answer", func() (Finding, error) {
			return h.AddFinding(ctx, amina, Finding{Text: "x", Against: []Against{{Claim: c1, Answer: " "}}})
		}, fault.Invalid, "answer is missing"},
		{"support nothing", func() (Finding, error) { return h.AddFor(ctx, amina, f.ID, nil) }, fault.Invalid, "no claim"},
		{"support by nothing", func() (Finding, error) { return h.AddFor(ctx, amina, f.ID, []string{c1, "C-009"}) }, fault.NotFound, "C-009"},
		{"support by a contrary claim", func() (Finding, error) { return h.AddFor(ctx, amina, f.ID, []string{c2}) }, fault.Conflict, "for and against F-01"},
		{"support of nothing", func() (Finding, error) { return h.AddFor(ctx, amina, "F-09", []string{c1}) }, fault.NotFound, "F-09"},
		{"contradict by its own", func() (Finding, error) { return h.AddAgainst(ctx, amina, f.ID, c1) }, fault.Conflict, "for and against F-01"},
		{"contradict by nothing", func() (Finding, error) { return h.AddAgainst(ctx, amina, f.ID, "C-009") }, fault.NotFound, "C-009"},
		{"answer nothing", func() (Finding, error) { return h.Answer(ctx, amina, f.ID, c2, " \n") }, fault.Invalid, "answer is missing"},
		{"answer with what is no text", func() (Finding, error) { return h.Answer(ctx, amina, f.ID, c2, "\xff") }, fault.Invalid, "answer"},
		{"answer its own", func() (Finding, error) { return h.Answer(ctx, amina, f.ID, c1, "x") }, fault.NotFound, "does not speak against"},
		{"judge below the case", func() (Finding, error) {
			return h.Judge(ctx, amina, f.ID, Judgement{Standard: record.ReasonableSuspicion})
		}, fault.Refused, "below"},
		{"judge in other words", func() (Finding, error) { return h.Judge(ctx, amina, f.ID, Judgement{Outcome: "true"}) }, fault.Invalid, "outcome"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := tt.act()
			refused(t, err, tt.kind, tt.part)
		})
	}
	h.agrees("refusals")
	if all, err := h.Findings(ctx); err != nil || len(all) != 1 || h.kinds(f.ID) != "finding.added" {
		t.Errorf("refusals left %+v, %v; acts %s", all, err, h.kinds(f.ID))
	}
}

func TestRoomChecks(t *testing.T) {
	h := newHouse(t)
	s1, s2, s3 := h.add("People were held there."), h.add("We saw people in four rooms."), h.add("People were held there, the wire said.")
	for _, s := range []record.Source{{ID: s1, Origin: record.OriginOwn}, {ID: s2, Origin: record.OriginOwn}, {ID: s3, DerivedFrom: []string{s1}}} {
		if _, err := h.record.Describe(t.Context(), amina, s); err != nil {
			t.Fatal(err)
		}
	}
	c1, c3 := h.claim(s1), h.claim(s3)
	saw, err := h.AddClaim(t.Context(), amina, Claim{Text: "We saw them.", Source: s2, From: 1, To: 1, FirstHand: true})
	if err != nil {
		t.Fatal(err)
	}
	f, err := h.AddFinding(t.Context(), amina, Finding{Text: "It is reasonable to conclude that people were held.", Outcome: Met, ContrarySearch: "two archives", For: []string{c1, c3}})
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.Check(t.Context(), f.ID)
	if err != nil || !slices.Equal(rules(got.Issues), []string{RuleTooFewOrigins, RuleNoFirstHand}) || got.Origins.Independent != 1 || got.Confirmed != nil {
		t.Fatalf("checked %+v, %v", got, err)
	}
	if _, err := h.AddFor(t.Context(), amina, f.ID, []string{saw.ID}); err != nil {
		t.Fatal(err)
	}
	got, err = h.Check(t.Context(), f.ID)
	if err != nil || len(got.Issues) != 0 || got.Origins.Independent != 2 || !slices.Equal(got.Confirmed, []string{c1, c3, saw.ID}) {
		t.Fatalf("checked %+v, %v", got, err)
	}
	_, err = h.Check(t.Context(), "F-09")
	refused(t, err, fault.NotFound, "F-09")
}

// TestFindingNoOverride: no text of a finding may be shown in another order than it has.
func TestFindingNoOverride(t *testing.T) {
	const bad = "a\u202eb"
	f := Finding{Text: "x", Standard: record.ReasonableGrounds, Against: []Against{{Claim: "C-001"}}}
	text, search := f, f
	text.Text, search.ContrarySearch = bad, bad
	_, answer := f.answer(Against{Claim: "C-001", Answer: bad})
	for _, err := range []error{validFinding(text, f.Standard), validFinding(search, f.Standard), answer} {
		refused(t, err, fault.Invalid, "the text holds a direction override")
	}
}
