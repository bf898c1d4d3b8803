package corroborate

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/record"
)

// ready is a finding with nothing missing: two independent origins, one of them
// first-hand, and an answered claim against it.
func ready() (Finding, Evidence) {
	f := Finding{ID: "F-01", Text: "It is reasonable to conclude that people were held at the depot.", Standard: record.ReasonableGrounds,
		Outcome: Met, Assertion: Established, For: []string{"C-001", "C-002"}, Against: []Against{{Claim: "C-003", Answer: "It is older."}}}
	ev := Evidence{Standard: record.ReasonableGrounds, Sources: known(own("S-001"), own("S-002"), own("S-003")), Claims: map[string]Claim{
		"C-001": {ID: "C-001", Source: "S-001", FirstHand: true}, "C-002": {ID: "C-002", Source: "S-002"}, "C-003": {ID: "C-003", Source: "S-003"}}}
	return f, ev
}

func rules(issues []Issue) (out []string) {
	for _, i := range issues {
		out = append(out, i.Rule)
	}
	return out
}

// Each line breaks one thing and must raise exactly what it names.
func TestCheck(t *testing.T) {
	weak := func(outcome, text string) func(*Finding, *Evidence) {
		return func(f *Finding, _ *Evidence) {
			f.Outcome, f.Assertion, f.Text, f.For = outcome, Unverified, text, []string{"C-002"}
		}
	}
	tests := []struct {
		name   string
		change func(*Finding, *Evidence)
		rules  string
		claim  string
		blocks bool
	}{
		{"nothing missing", func(*Finding, *Evidence) {}, "", "", false},
		{"no claims", func(f *Finding, _ *Evidence) { f.For = nil }, "no_claims too_few_origins no_first_hand", "", true},
		{"claim gone", func(_ *Finding, ev *Evidence) { delete(ev.Claims, "C-003") }, "claim_missing", "C-003", true},
		{"claim erased", func(_ *Finding, ev *Evidence) {
			delete(ev.Claims, "C-003")
			ev.Erased = map[string]string{"C-003": "S-003"}
		}, "claim_erased", "C-003", true},
		{"unanswered claim erased", func(f *Finding, ev *Evidence) {
			f.Against[0].Answer = ""
			delete(ev.Claims, "C-003")
			ev.Erased = map[string]string{"C-003": "S-003"}
		}, "claim_erased", "C-003", true},
		{"supporting claim gone", func(_ *Finding, ev *Evidence) { delete(ev.Claims, "C-002") }, "claim_missing too_few_origins", "C-002", true},
		{"one origin", func(_ *Finding, ev *Evidence) { ev.Sources["S-002"] = derived("S-002", "S-001") }, "too_few_origins", "", true},
		{"origin unknown beside enough", func(f *Finding, ev *Evidence) {
			f.For = append(f.For, "C-004")
			ev.Claims["C-004"] = Claim{ID: "C-004", Source: "S-004"}
		}, "origin_unknown", "", false},
		{"no first hand", func(_ *Finding, ev *Evidence) { ev.Claims["C-001"] = Claim{ID: "C-001", Source: "S-001"} }, "no_first_hand", "", true},
		{"first hand only against", func(_ *Finding, ev *Evidence) {
			ev.Claims["C-001"] = Claim{ID: "C-001", Source: "S-001"}
			ev.Claims["C-003"] = Claim{ID: "C-003", Source: "S-003", FirstHand: true}
		}, "no_first_hand", "", true},
		{"contrary unanswered", func(f *Finding, _ *Evidence) { f.Against[0].Answer = " " }, "contrary_unanswered", "C-003", true},
		{"contrary not searched", func(f *Finding, _ *Evidence) { f.Against = nil }, "contrary_not_searched", "", true},
		{"contrary searched", func(f *Finding, _ *Evidence) { f.Against, f.ContrarySearch = nil, "two archives" }, "", "", false},
		{"standard below the case", func(_ *Finding, ev *Evidence) { ev.Standard = record.BalanceOfProbabilities }, "standard_below_case", "", true},
		{"no standard", func(f *Finding, _ *Evidence) { f.Standard, f.Text = "", "People were held." }, "standard_below_case", "", true},
		{"raised without reason", func(f *Finding, _ *Evidence) { f.Standard = record.ClearAndConvincing }, "standard_raised_without_reason", "", true},
		{"raised with reason", func(f *Finding, _ *Evidence) { f.Standard, f.Reason = record.ClearAndConvincing, "it names a person" }, "", "", false},
		{"wording", func(f *Finding, _ *Evidence) { f.Text = "It is proven that people were held." }, "wording_above_standard", "", true},
		{"both ways", func(f *Finding, _ *Evidence) { f.Against[0].Claim = "C-002" }, "claim_both_for_and_against", "C-002", true},
		{"no outcome", func(f *Finding, _ *Evidence) { f.Outcome = "" }, "outcome_missing", "", true},
		{"unknown outcome", func(f *Finding, _ *Evidence) { f.Outcome, f.Assertion = "true", "" }, "outcome_missing wording_above_standard", "", true},
		{"established and not met", func(f *Finding, _ *Evidence) { f.Outcome, f.Text = NotMet, "The standard is not reached." }, "assertion_against_outcome", "", true},
		{"unverified and met", func(f *Finding, _ *Evidence) { f.Assertion = Unverified }, "assertion_against_outcome", "", true},
		{"few origins of what cannot be verified", weak(CannotVerify, "The number could not be confirmed."), "too_few_origins", "", false},
		{"few origins of what is inconclusive", weak(Inconclusive, "The accounts differ."), "too_few_origins", "", false},
		{"few origins of what is not met", weak(NotMet, "The accounts are few."), "too_few_origins", "", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, ev := ready()
			tt.change(&f, &ev)
			issues := Check(f, ev, DefaultPolicy)
			if got := strings.Join(rules(issues), " "); got != tt.rules {
				t.Fatalf("got %q, want %q", got, tt.rules)
			}
			if Blocks(issues) != tt.blocks {
				t.Errorf("blocks: %v", issues)
			}
			for _, i := range issues {
				if i.Finding != "F-01" || i.What == "" {
					t.Errorf("an issue without its finding or its words: %+v", i)
				}
			}
			if tt.claim != "" && issues[0].Claim != tt.claim {
				t.Errorf("names %q, want %q", issues[0].Claim, tt.claim)
			}
		})
	}
}

func TestPolicyIsObeyed(t *testing.T) {
	f, ev := ready()
	if got := rules(Check(f, ev, Policy{MinOrigins: 3, RequireFirstHand: true})); !slices.Equal(got, []string{RuleTooFewOrigins}) {
		t.Errorf("three origins: %v", got)
	}
	f.For = f.For[1:]
	if got := rules(Check(f, ev, Policy{MinOrigins: 1})); got != nil {
		t.Errorf("one origin, not first-hand: %v", got)
	}
}

func TestConfirmed(t *testing.T) {
	f, ev := ready()
	if got := Confirmed(f, ev); !slices.Equal(got, []string{"C-001", "C-002"}) {
		t.Errorf("two independent claims: %v", got)
	}
	f.Against[0].Answer = ""
	if got := Confirmed(f, ev); got != nil {
		t.Errorf("contradicted without an answer: %v", got)
	}
	f, ev = ready()
	ev.Sources["S-002"] = derived("S-002", "S-001")
	if got := Confirmed(f, ev); got != nil {
		t.Errorf("one repeats the other: %v", got)
	}
	f, ev = ready()
	f.For = append(f.For, "C-004", "C-009")
	ev.Claims["C-004"] = Claim{ID: "C-004", Source: "S-004"}
	if got := Confirmed(f, ev); !slices.Equal(got, []string{"C-001", "C-002"}) {
		t.Errorf("with one of unknown origin: %v", got)
	}
}

// The same input gives the same issues, in whatever order maps are walked, and Check
// changes nothing of what it looks at.
func TestCheckIsDeterministic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claims, sources := world(t)
		ev := Evidence{Claims: map[string]Claim{}, Sources: sources, Standard: rapid.SampledFrom(record.Standards()).Draw(t, "declared")}
		f := Finding{ID: "F-01", Text: "It is established beyond doubt; it did not happen.", Standard: rapid.SampledFrom(record.Standards()).Draw(t, "standard"),
			Outcome: rapid.SampledFrom(append(Outcomes(), "")).Draw(t, "outcome"), Assertion: rapid.SampledFrom(Assertions()).Draw(t, "assertion")}
		for i, c := range claims {
			if rapid.Bool().Draw(t, "there") {
				ev.Claims[c.ID] = c
			}
			if i%3 == 2 {
				f.Against = append(f.Against, Against{Claim: c.ID})
			} else {
				f.For = append(f.For, c.ID)
			}
		}
		before := f
		before.For, before.Against = slices.Clone(f.For), slices.Clone(f.Against)
		first := Check(f, ev, DefaultPolicy)
		for range 5 {
			if again := Check(f, ev, DefaultPolicy); !reflect.DeepEqual(again, first) {
				t.Fatalf("first %v, then %v", first, again)
			}
		}
		if !reflect.DeepEqual(before, f) {
			t.Fatal("Check changed the finding")
		}
		shuffled := f
		shuffled.For = rapid.Permutation(f.For).Draw(t, "shuffled")
		// Which claims are named first follows the finding; which rules are broken does not.
		if again := Check(shuffled, ev, DefaultPolicy); !slices.Equal(slices.Sorted(slices.Values(rules(again))), slices.Sorted(slices.Values(rules(first)))) {
			t.Fatalf("in another order %v, before %v", again, first)
		}
	})
}
