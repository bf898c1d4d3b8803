package corroborate

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/record"
)

func TestWording(t *testing.T) {
	const grounds, suspicion, balance, convincing, doubt = record.ReasonableGrounds, record.ReasonableSuspicion, record.BalanceOfProbabilities,
		record.ClearAndConvincing, record.BeyondReasonableDoubt
	tests := []struct {
		text     string
		standard record.Standard
		outcome  string
		phrase   string // what is called too strong; "" when nothing is
	}{
		{"It is reasonable to conclude that people were held.", grounds, Met, ""},
		{"It is reasonable to conclude that people were held.", suspicion, Met, "reasonable to conclude"},
		{"A person may reasonably be suspected of it.", suspicion, Met, ""},
		{"The allegations are credible, and the pattern raises concerns.", suspicion, Met, ""},
		{"There are credible indications, which may constitute a violation.", grounds, Met, ""},
		{"It is established that people were held.", grounds, Met, "established"},
		{"IT IS ESTABLISHED THAT PEOPLE WERE HELD.", grounds, Met, "established"},
		{"It is established that people were held.", convincing, Met, ""},
		{"Detention without charge has been proven.", balance, Met, "proven"},
		{"This is confirmed.", grounds, Met, "confirmed"},
		{"The pattern was confirmed.", doubt, Met, ""},
		{"It is more likely than not that people were held.", grounds, Met, "more likely than not"},
		{"It is more likely than not that people were held.", balance, Met, ""},
		{"There is clear and convincing evidence.", balance, Met, "clear and convincing"},
		{"Beyond a reasonable doubt, people were held.", convincing, Met, "beyond a reasonable doubt"},
		{"Beyond a reasonable doubt, people were held.", doubt, Met, ""},
		{"There is no doubt that people were held.", convincing, Met, "no doubt"},
		{"The number could not be confirmed.", grounds, CannotVerify, ""},
		{"The office has been unable to confirm the number; it has not been independently verified.", grounds, CannotVerify, ""},
		{"Nothing was written down. It is confirmed.", grounds, Met, "confirmed"},
		{"He did not. It is confirmed.", grounds, Met, "confirmed"},
		{"It is not the case that this was confirmed.", grounds, Met, "confirmed"},
		{"No visit took place and it is confirmed.", grounds, Met, "confirmed"},
		{"It is not new but is confirmed.", grounds, Met, "confirmed"},
		{"It was not confirmed at first; it is confirmed now.", grounds, Met, "confirmed"},
		{"The ministry called this “proven”, and the wire “a confirmed fact”.", grounds, Met, ""},
		{"The ministry called this \"proven\".", grounds, Met, ""},
		{"Das Ministerium nannte es „proven“.", grounds, Met, ""},
		{"Le ministère le dit « proven ».", grounds, Met, ""},
		{"The mark “ is open and it is proven.", grounds, Met, "proven"},
		{"The “depot” is proven to hold people.", grounds, Met, "proven"},
		{"It is established that people were held.", doubt, NotMet, "established"},
		{"It is reasonable to conclude that people were held.", grounds, Inconclusive, "reasonable to conclude"},
		{"It is more likely than not.", doubt, CannotVerify, "more likely than not"},
		{"There are not reasonable grounds.", grounds, NotMet, ""},
		{"It did not happen.", grounds, NotMet, "did not happen"},
		{"The account is false.", grounds, Inconclusive, "is false"},
		{"The number was refuted.", grounds, CannotVerify, "refuted"},
		{"It is reasonable to conclude that it did not happen.", grounds, Met, ""},
		{"It is confirmed.", grounds, "", "confirmed"},
		{"It is improvement, reproved and unconfirmed.", grounds, Met, ""},
	}
	for _, tt := range tests {
		got := tooStrong(Finding{Text: tt.text, Standard: tt.standard, Outcome: tt.outcome})
		switch {
		case tt.phrase == "" && len(got) != 0:
			t.Errorf("%s (%s, %s): %v", tt.text, tt.standard, tt.outcome, got)
		case tt.phrase != "" && (len(got) != 1 || !strings.HasPrefix(got[0], "“"+tt.phrase+"”")):
			t.Errorf("%s (%s, %s): %v, want one about %q", tt.text, tt.standard, tt.outcome, got, tt.phrase)
		}
	}
}

// Each phrase of the table is found in a plain sentence below its standard and not at
// it, so that none is there in vain.
func TestEveryWordingCounts(t *testing.T) {
	standards := record.Standards()
	for _, w := range wordings {
		at := slices.Index(standards, w.from)
		if at < 1 {
			t.Fatalf("%q is forbidden nowhere", w.phrases)
		}
		for _, phrase := range strings.Split(w.phrases, ", ") {
			f := Finding{Text: "Here " + phrase + " stands.", Standard: standards[at-1], Outcome: Met}
			if len(tooStrong(f)) == 0 {
				t.Errorf("%q is not found below %s", phrase, w.from)
			}
			if f.Standard = w.from; len(tooStrong(f)) != 0 {
				t.Errorf("%q is refused at %s: %v", phrase, w.from, tooStrong(f))
			}
			if len(tooStrong(Finding{Text: "Here " + w.instead + " stands.", Standard: standards[at-1], Outcome: Met})) != 0 && standards[at-1] != record.ReasonableSuspicion {
				t.Errorf("%q is advised below %s and refused there", w.instead, w.from)
			}
		}
	}
	for _, phrase := range strings.Split(denials, ", ") {
		if len(tooStrong(Finding{Text: "It " + phrase + ".", Standard: record.ReasonableGrounds, Outcome: NotMet})) == 0 {
			t.Errorf("%q is not found", phrase)
		}
	}
}

// A higher standard never refuses what a lower one allows.
func TestWordingLaw(t *testing.T) {
	var words []string
	for _, w := range wordings {
		words = append(words, strings.Split(w.phrases, ", ")...)
	}
	words = append(words, "not", "and", "people", "“", "”", ".", "could", "was", "did not happen")
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(words), 0, 9).Draw(t, "text"), " ")
		last := -1
		for _, s := range record.Standards() {
			n := len(tooStrong(Finding{Text: text, Standard: s, Outcome: Met}))
			if last >= 0 && n > last {
				t.Fatalf("%q: %d too strong at %s, %d below it", text, n, s, last)
			}
			last = n
		}
		if last != 0 {
			t.Fatalf("%q is too strong for the highest standard", text)
		}
	})
}
