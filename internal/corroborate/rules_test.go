package corroborate

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/record"
	"heed/internal/store"
)

// Each test of this file holds one rule, and fails when that rule alone is taken out.

// wire has forty articles that repeat one wire story through so many steps, and a claim
// from each.
func wire(steps int) ([]Claim, map[string]record.Source) {
	sources := known(own("S-001"))
	var claims []Claim
	for i := range 40 {
		from := "S-001"
		for step := range steps {
			id := fmt.Sprintf("S-%d%02d", step+2, i)
			sources[id] = derived(id, from)
			from = id
		}
		claims = append(claims, Claim{ID: fmt.Sprintf("C-%03d", i+1), Source: from})
	}
	return claims, sources
}

func TestFortyArticlesOfOneWireCountOnce(t *testing.T) {
	claims, sources := wire(1)
	if got := CountOrigins(claims, sources); got.Independent != 1 || len(got.Groups[0]) != 40 || got.Unknown != nil {
		t.Errorf("got %+v", got)
	}
}

func TestFortyArticlesThreeDerivationsDeepCountOnce(t *testing.T) {
	claims, sources := wire(3)
	if got := CountOrigins(claims, sources); got.Independent != 1 || len(got.Groups[0]) != 40 || got.Unknown != nil {
		t.Errorf("got %+v", got)
	}
	f, ev := ready()
	f.For, ev.Sources = nil, sources
	for _, c := range claims {
		c.FirstHand = true
		f.For, ev.Claims[c.ID] = append(f.For, c.ID), c
	}
	f.Against, f.ContrarySearch = nil, "two archives"
	if got := rules(Check(f, ev, DefaultPolicy)); !slices.Equal(got, []string{RuleTooFewOrigins}) {
		t.Errorf("forty articles pass: %v", got)
	}
}

func TestCircularOriginsNeverCount(t *testing.T) {
	circle := known(derived("S-001", "S-003"), derived("S-002", "S-001"), derived("S-003", "S-002"), own("S-004"))
	got := CountOrigins(claimsOf("S-001", "S-002", "S-003", "S-004"), circle)
	if got.Independent != 1 || !slices.Equal(got.Unknown, []string{"S-001", "S-002", "S-003"}) {
		t.Errorf("got %+v", got)
	}
	// A circle that also leads to a source of its own has a way back that never ends.
	circle["S-003"] = derived("S-003", "S-002", "S-004")
	if got := CountOrigins(claimsOf("S-001"), circle); got.Independent != 0 {
		t.Errorf("with a way out: %+v", got)
	}
}

func TestUndeclaredSyndicationIsUnknown(t *testing.T) {
	f, ev := ready()
	// Two papers print the same story, and nobody declared where they have it from.
	ev.Sources["S-001"], ev.Sources["S-002"] = record.Source{ID: "S-001", Origin: record.OriginUnknown}, record.Source{ID: "S-002", Origin: record.OriginUnknown}
	issues := Check(f, ev, DefaultPolicy)
	if got := rules(issues); !slices.Equal(got, []string{RuleTooFewOrigins, RuleOriginUnknown}) {
		t.Fatalf("got %v", got)
	}
	if i := issues[1]; i.Blocks || i.What != "the origin of S-001, S-002 is unknown and is not counted" {
		t.Errorf("shown as %+v", i)
	}
}

func TestSharedOrganisationIsOneOrigin(t *testing.T) {
	f, ev := ready()
	ev.Sources["S-001"], ev.Sources["S-002"] = by(own("S-001"), "Arvenia Monitor", ""), by(own("S-002"), "arvenia monitor", "")
	if got := rules(Check(f, ev, DefaultPolicy)); !slices.Equal(got, []string{RuleTooFewOrigins}) {
		t.Errorf("got %v", got)
	}
}

func TestSharedContactIsOneOrigin(t *testing.T) {
	f, ev := ready()
	ev.Sources["S-001"], ev.Sources["S-002"] = by(own("S-001"), "", "[P-03]"), by(own("S-002"), "", "[P-03]")
	if got := rules(Check(f, ev, DefaultPolicy)); !slices.Equal(got, []string{RuleTooFewOrigins}) {
		t.Errorf("got %v", got)
	}
}

func TestContraryClaimUnansweredIsAnIssue(t *testing.T) {
	f, ev := ready()
	f.Against[0].Answer = ""
	want := Issue{RuleContraryUnanswer, "F-01", "C-003", "C-003 speaks against it and has no answer", true}
	if got := Check(f, ev, DefaultPolicy); !slices.Equal(got, []Issue{want}) {
		t.Errorf("got %+v", got)
	}
}

// Whoever leaves a contrary claim out has not answered it. It holds whichever of the two
// claims names the other.
func TestContraryClaimLeftOutIsAnIssue(t *testing.T) {
	want := Issue{RuleContraryLeftOut, "F-01", "C-009", "C-009 contradicts C-002 and does not stand against the finding", true}
	f, ev := ready()
	ev.Contrary = map[string][]string{"C-002": {"C-009", "C-003"}}
	if got := Check(f, ev, DefaultPolicy); !slices.Equal(got, []Issue{want}) {
		t.Errorf("named by the contrary one: %+v", got)
	}
	f, ev = ready()
	ev.Claims["C-002"] = Claim{ID: "C-002", Source: "S-002", Contradicts: []string{"C-009", "C-010"}}
	ev.Claims["C-009"] = Claim{ID: "C-009", Source: "S-003"}
	if got := Check(f, ev, DefaultPolicy); !slices.Equal(got, []Issue{want}) {
		t.Errorf("named by the one for it: %+v", got)
	}
}

func TestClaimsForItThatContradictAreShown(t *testing.T) {
	f, ev := ready()
	ev.Claims["C-002"] = Claim{ID: "C-002", Source: "S-002", Contradicts: []string{"C-001"}}
	want := []Issue{{RuleTooFewOrigins, "F-01", "", "its claims come from 1 independent origin, and 2 are needed", true}, // the contrary one adds none
		{RuleClaimsContradict, "F-01", "C-002", "C-001 and C-002 stand for it and contradict each other", false}}
	if got := Check(f, ev, DefaultPolicy); !slices.Equal(got, want) {
		t.Errorf("got %+v", got)
	}
	if got := Confirmed(f, ev); got != nil {
		t.Errorf("each is confirmed by what contradicts it: %v", got)
	}
}

// F says that nobody could judge. It is neither good enough nor too low.
func TestFirstHandUnjudgedIsNotTooLow(t *testing.T) {
	policy := Policy{MinOrigins: 2, RequireFirstHand: true, FirstHandMinReliability: "C"}
	for grade, rule := range map[string]string{"A": "", "C": "", "D": RuleFirstHandLow, "E": RuleFirstHandLow, "F": RuleFirstHandUnjudged, "": RuleFirstHandUnjudged} {
		f, ev := ready()
		s := own("S-001")
		s.Reliability = grade
		ev.Sources["S-001"] = s
		issues := Check(f, ev, policy)
		if got := strings.Join(rules(issues), " "); got != rule || rule != "" && !issues[0].Blocks {
			t.Errorf("%q: %+v", grade, issues)
			continue
		}
		if rule == RuleFirstHandUnjudged && !strings.Contains(issues[0].What, "not judged") {
			t.Errorf("%q is worded %q", grade, issues[0].What)
		}
		if got := rules(Check(f, ev, DefaultPolicy)); got != nil {
			t.Errorf("%q under a policy that takes any: %v", grade, got)
		}
	}
}

// One first-hand claim of a judged source is enough beside others that are not.
func TestOneFirstHandClaimIsEnough(t *testing.T) {
	f, ev := ready()
	good := own("S-001")
	good.Reliability = "B"
	ev.Sources["S-001"] = good
	ev.Claims["C-002"] = Claim{ID: "C-002", Source: "S-002", FirstHand: true}
	if got := rules(Check(f, ev, Policy{MinOrigins: 2, RequireFirstHand: true, FirstHandMinReliability: "B"})); got != nil {
		t.Errorf("got %v", got)
	}
}

func TestSingleSourceOnlyWhenWordedSo(t *testing.T) {
	single := Policy{MinOrigins: 2, RequireFirstHand: true, AllowSingleSource: true}
	for _, a := range append(Assertions(), "") {
		f, ev := ready()
		f.For, f.Outcome, f.Assertion = f.For[:1], Met, a
		want := []string{RuleTooFewOrigins}
		switch a {
		case CredibleAllegation, CredibleIndications, Concern:
			want = []string{RuleSingleSource}
		case Unverified:
			want = []string{RuleSingleSource, RuleAssertion} // unverified and met do not go together
		case Refuted:
			want = []string{RuleTooFewOrigins, RuleAssertion} // nor do refuted and met
		}
		if got := rules(Check(f, ev, single)); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", a, got, want)
		}
		if got := rules(Check(f, ev, DefaultPolicy)); !slices.Contains(got, RuleTooFewOrigins) {
			t.Errorf("%q under the default: %v", a, got)
		}
	}
	f, ev := ready()
	f.For, f.Assertion = f.For[:1], CredibleAllegation
	ev.Sources["S-001"] = record.Source{ID: "S-001", Origin: record.OriginUnknown}
	if got := rules(Check(f, ev, single)); !slices.Contains(got, RuleTooFewOrigins) {
		t.Errorf("a source of unknown origin is a single source: %v", got)
	}
}

func TestLeaningOnOneOrganisationIsShown(t *testing.T) {
	f, ev := ready()
	for i := range 3 {
		id := fmt.Sprintf("S-01%d", i)
		ev.Sources[id] = by(own(id), "Arvenia Monitor", "")
		f.For, ev.Claims["C-01"+fmt.Sprint(i)] = append(f.For, "C-01"+fmt.Sprint(i)), Claim{ID: "C-01" + fmt.Sprint(i), Source: id}
	}
	for most, want := range map[int][]string{0: nil, 1: {RuleOneOrganisation}, 2: {RuleOneOrganisation}, 3: nil} {
		issues := Check(f, ev, Policy{MinOrigins: 2, RequireFirstHand: true, MaxSameOrganisation: most})
		if got := rules(issues); !slices.Equal(got, want) || Blocks(issues) {
			t.Errorf("at most %d: %+v", most, issues)
		}
		if want != nil && issues[0].What != "S-010, S-011, S-012 are of one organisation and count as one origin" {
			t.Errorf("worded %q", issues[0].What)
		}
	}
}

// strong has one word more than its standard allows.
const strong = "It is proven that people were held at the depot."

func TestFindingWordedAboveItsStandardIsRefused(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	_, err := h.AddFinding(ctx, amina, Finding{Text: strong})
	refused(t, err, fault.Refused, "“proven” claims more than reasonable_grounds")
	f, err := h.AddFinding(ctx, amina, Finding{Text: "It is reasonable to conclude that people were held."})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.Reword(ctx, amina, f.ID, strong)
	refused(t, err, fault.Refused, "“proven”")
	_, err = h.Judge(ctx, amina, f.ID, Judgement{Outcome: NotMet})
	refused(t, err, fault.Refused, "“reasonable to conclude” claims more than the outcome not_met")
	_, err = h.Judge(ctx, amina, f.ID, Judgement{Legal: Qualification{"unlawful detention", Is}, Outcome: CannotVerify})
	refused(t, err, fault.Refused, "claims more than the outcome cannot_verify")
	if k := h.kinds(f.ID); k != "finding.added" {
		t.Errorf("refusals left %s", k)
	}
	// Words and judgement that fit each other come in one edit.
	if f, err = h.Edit(ctx, amina, f.ID, Edit{Text: "The material does not reach the standard.", Judgement: Judgement{Outcome: NotMet}}); err != nil || f.Outcome != NotMet {
		t.Errorf("both together: %+v, %v", f, err)
	}
	if f, err = h.Edit(ctx, amina, f.ID, Edit{Text: strong, Judgement: Judgement{Standard: record.ClearAndConvincing, Reason: "it names a person", Outcome: Met}}); err != nil || f.Text != strong {
		t.Errorf("under a standard that allows it: %+v, %v", f, err)
	}
	h.agrees("editing")
}

// What an earlier version let through is named by Check, and can be edited otherwise.
func TestOldFindingWordedTooStronglyIsNamed(t *testing.T) {
	h := contested(t)
	err := h.db.Update(t.Context(), func(tx *store.Tx) error {
		f, err := ReadFinding(tx, "F-01")
		if err != nil {
			return err
		}
		f.Text = strong
		return keepFinding(tx, act("finding.judged"), f)
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := h.issues(); !slices.Equal(rules(got), []string{RuleWording}) || !got[0].Blocks {
		t.Errorf("issues %+v", got)
	}
	if _, err := h.Judge(t.Context(), amina, "F-01", Judgement{ContrarySearch: "two archives"}); err != nil {
		t.Errorf("a search cannot be taken down: %v", err)
	}
	_, err = h.Judge(t.Context(), amina, "F-01", Judgement{Outcome: Inconclusive})
	refused(t, err, fault.Refused, "“proven”")
}

func TestStandardIsRaisedOnlyUpwardWithReason(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	f, err := h.AddFinding(ctx, amina, Finding{Text: "People were held."})
	if err != nil || f.Standard != record.ReasonableGrounds {
		t.Fatalf("the standard of the case: %+v, %v", f, err)
	}
	raise := func(s record.Standard, reason string) error {
		_, err := h.Judge(ctx, amina, f.ID, Judgement{Standard: s, Reason: reason})
		return err
	}
	refused(t, raise(record.BalanceOfProbabilities, " "), fault.Invalid, "needs a reason")
	refused(t, raise(record.ReasonableSuspicion, "x"), fault.Refused, "reasonable_suspicion is below reasonable_grounds")
	if err := raise(record.ClearAndConvincing, "it names a person"); err != nil {
		t.Fatal(err)
	}
	refused(t, raise(record.BeyondReasonableDoubt, ""), fault.Invalid, "needs a reason")
	refused(t, raise(record.BalanceOfProbabilities, "it was too much"), fault.Refused, "is only raised")
	refused(t, raise(record.ReasonableGrounds, "back"), fault.Refused, "is only raised")
	if err := raise(record.ClearAndConvincing, ""); err != nil {
		t.Errorf("the same again: %v", err)
	}
	// Raised by mistake, it is undone, and that is seen.
	h.undo("F-01")
	h.undo("F-01") // brings the same standard back
	if k := h.kinds(f.ID); !strings.HasSuffix(k, "act.undone finding.restored act.undone finding.restored") {
		t.Errorf("acts: %s", k)
	}
}
