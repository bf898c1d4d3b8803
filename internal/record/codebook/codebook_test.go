package codebook

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNearest(t *testing.T) {
	for word, want := range map[string]string{"tortur": "torture", "Torture": "torture", "medical": "death_from_denied_medical_care", "curfews": "curfew",
		"arbitary_detension": "arbitrary_detention", "zzzzzz": "", "": ""} {
		got := Nearest(word, Terms())
		if want == "" && len(got) != 0 || want != "" && !slices.Contains(got, want) || len(got) > 3 {
			t.Errorf("nearest to %s: %q", word, got)
		}
	}
}

// distance is a metric on short words: nothing between equal words alone, the same both
// ways, and no way round is shorter.
func TestDistanceLaws(t *testing.T) {
	word := rapid.StringMatching(`[a-c_]{0,6}`)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := word.Draw(t, "a"), word.Draw(t, "b"), word.Draw(t, "c")
		if (distance(a, b) == 0) != (a == b) || distance(a, b) != distance(b, a) || distance(a, c) > distance(a, b)+distance(b, c) {
			t.Fatalf("%q %q %q: %d %d %d", a, b, c, distance(a, b), distance(b, c), distance(a, c))
		}
	})
}

// What a caller does to the list does not change it for others.
func TestTermsAreACopy(t *testing.T) {
	Terms()[0].Means = "changed"
	if first, ok := Find(Terms()[0].ID); !ok || first.Means == "changed" {
		t.Errorf("the list was changed: %+v", first)
	}
}
