package corroborate

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
)

func to[T any](v T) *T { return &v }

func TestValidPolicy(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Policy)
		part   string
	}{
		{"the default", func(*Policy) {}, ""},
		{"all asked for", func(p *Policy) {
			*p = Policy{MinOrigins: 3, RequireFirstHand: true, FirstHandMinReliability: "C", AllowSingleSource: true, MaxSameOrganisation: 1, Why: "a\nb"}
		}, ""},
		{"no first hand", func(p *Policy) { p.RequireFirstHand = false }, ""},
		{"no reason", func(p *Policy) { p.Why = " " }, "reason of the policy is missing"},
		{"reason no text", func(p *Policy) { p.Why = "\xff" }, "UTF-8"},
		{"no origins", func(p *Policy) { p.MinOrigins = 0 }, "at least one origin"},
		{"too many", func(p *Policy) { p.MinOrigins = 100 }, "at most 99"},
		{"F", func(p *Policy) { p.FirstHandMinReliability = "F" }, "F says that a source cannot be judged"},
		{"G", func(p *Policy) { p.FirstHandMinReliability = "G" }, "grade of reliability"},
		{"two grades", func(p *Policy) { p.FirstHandMinReliability = "AB" }, "grade of reliability"},
		{"a grade of nobody", func(p *Policy) { p.RequireFirstHand, p.FirstHandMinReliability = false, "C" }, "asks for one"},
		{"below nothing", func(p *Policy) { p.MaxSameOrganisation = -1 }, "below 0"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := DefaultPolicy
			p.Why = "commissions do"
			tt.change(&p)
			err := validPolicy(p)
			if tt.part == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, fault.Invalid, tt.part)
		})
	}
}

// What a policy asks less than the one before it stands in it for ever.
func TestWeakerPolicySaysSo(t *testing.T) {
	strict := Policy{MinOrigins: 3, RequireFirstHand: true, FirstHandMinReliability: "B", MaxSameOrganisation: 1}
	tests := []struct {
		change PolicyChange
		weaker string
	}{
		{PolicyChange{}, ""},
		{PolicyChange{MinOrigins: to(2)}, "min_origins"},
		{PolicyChange{MinOrigins: to(4), FirstHandMinReliability: to("A")}, ""},
		{PolicyChange{RequireFirstHand: to(false), FirstHandMinReliability: to("")}, "require_first_hand first_hand_min_reliability"},
		{PolicyChange{FirstHandMinReliability: to("C")}, "first_hand_min_reliability"},
		{PolicyChange{AllowSingleSource: to(true)}, "allow_single_source"},
		{PolicyChange{MaxSameOrganisation: to(0)}, "max_same_organisation"},
		{PolicyChange{MaxSameOrganisation: to(2)}, "max_same_organisation"},
	}
	for _, tt := range tests {
		if got := strings.Join(strict.changed(tt.change).Weaker, " "); got != tt.weaker {
			t.Errorf("%+v: %q, want %q", tt.change, got, tt.weaker)
		}
	}
	if got := (Policy{MinOrigins: 1}).changed(PolicyChange{MinOrigins: to(2), RequireFirstHand: to(true), FirstHandMinReliability: to("E"), MaxSameOrganisation: to(3)}).Weaker; got != nil {
		t.Errorf("asking more is weaker in %v", got)
	}
}

func TestDeclaredPolicyHolds(t *testing.T) {
	h := contested(t)
	ctx := t.Context()
	if p, err := h.Policy(ctx); err != nil || !reflect.DeepEqual(p, DefaultPolicy) || p.Declared() {
		t.Fatalf("before: %+v, %v", p, err)
	}
	_, err := h.Declare(ctx, amina, PolicyChange{MinOrigins: to(3)})
	refused(t, err, fault.Invalid, "reason of the policy")
	p, err := h.Declare(ctx, amina, PolicyChange{MinOrigins: to(3), Why: "the pattern is contested"})
	if err != nil || p.MinOrigins != 3 || !p.RequireFirstHand || p.By != "M-01" || p.At != noon.UnixMicro() || p.Weaker != nil || !p.Declared() {
		t.Fatalf("declared %+v, %v", p, err)
	}
	h.agrees("declaring")
	brief, err := h.Brief(ctx, "F-01")
	if err != nil || !slices.Equal(rules(brief.Issues), []string{RuleTooFewOrigins}) || brief.Policy.MinOrigins != 3 {
		t.Errorf("brief: %+v, %v", brief, err)
	}
	all, err := h.CheckAll(ctx)
	if err != nil || len(all) != 1 || !slices.Equal(rules(all[0].Issues), []string{RuleTooFewOrigins}) {
		t.Errorf("all: %+v, %v", all, err)
	}
	_, seen, err := h.PolicyWithAct(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = h.Declare(ctx, karim, PolicyChange{MinOrigins: to(1), Why: "one place has one witness", Saw: seen}); err != nil || !slices.Equal(p.Weaker, []string{"min_origins"}) {
		t.Errorf("lowered: %+v, %v", p, err)
	}
	_, err = h.Declare(ctx, amina, PolicyChange{MinOrigins: to(2), Why: "x", Saw: seen})
	refused(t, err, fault.Conflict, "policy was changed by M-02")
	h.undo("policy")
	if p, err = h.Policy(ctx); err != nil || p.MinOrigins != 3 {
		t.Errorf("undone: %+v, %v", p, err)
	}
	if k := h.kinds("policy"); k != "policy.declared policy.declared act.undone policy.restored" {
		t.Errorf("acts: %s", k)
	}
	h.agrees("undoing")
}

// The first policy that was declared can be undone too; then the default holds again.
func TestDefaultPolicyHoldsAgain(t *testing.T) {
	h := newHouse(t)
	if _, err := h.Declare(t.Context(), amina, PolicyChange{MinOrigins: to(5), Why: "x"}); err != nil {
		t.Fatal(err)
	}
	h.undo("policy")
	if p, err := h.Policy(t.Context()); err != nil || !reflect.DeepEqual(p, DefaultPolicy) {
		t.Errorf("got %+v, %v", p, err)
	}
	if k := h.kinds("policy"); k != "policy.declared act.undone policy.retracted" {
		t.Errorf("acts: %s", k)
	}
	h.agrees("undoing")
}
