package keys

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/tyler-smith/go-bip39"
	"pgregory.net/rapid"

	"heed/internal/fault"
)

// Vectors of BIP-39 (github.com/trezor/python-mnemonic, vectors.json), so that the words
// are those of the standard and not of a library.
func TestWordsAreThoseOfTheStandard(t *testing.T) {
	for entropy, words := range map[string]string{
		strings.Repeat("00", 32): strings.Repeat("abandon ", 23) + "art",
		strings.Repeat("ff", 32): strings.Repeat("zoo ", 23) + "vote",
		strings.Repeat("7f", 32): strings.Repeat("legal winner thank year wave sausage worth useful ", 2) + "legal winner thank year wave sausage worth title",
	} {
		b, err := hex.DecodeString(entropy)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := bip39.NewMnemonic(b); err != nil || got != words {
			t.Errorf("got %q (%v)", got, err)
		}
		if w, err := ParseWords([]byte(words)); err != nil || w.Reveal() != words {
			t.Errorf("parsed %q (%v)", w.Reveal(), err)
		}
	}
}

// Whatever way the words are copied, they are the same words.
func TestWordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, err := newWords()
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Split(w.Reveal(), " ")
		if len(words) != 24 {
			t.Fatalf("%d words", len(words))
		}
		blank := rapid.SampledFrom([]string{" ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2003"})
		var b strings.Builder
		for i, word := range words {
			b.WriteString(blank.Draw(t, "blank"))
			switch rapid.IntRange(0, 2).Draw(t, "form") {
			case 0:
				word = strings.ToUpper(word)
			case 1: // full-width letters
				word = strings.Map(func(r rune) rune { return r - 'a' + 'ａ' }, word)
			}
			b.WriteString(word)
			if i == len(words)-1 {
				b.WriteString(blank.Draw(t, "blank"))
			}
		}
		got, err := ParseWords([]byte(b.String()))
		if err != nil || got.Reveal() != w.Reveal() {
			t.Fatalf("other words came out (%v)", err)
		}
	})
}

func TestParseWordsRefuses(t *testing.T) {
	good := strings.Fields(strings.Repeat("legal winner thank year wave sausage worth useful ", 3))
	good[23] = "title"
	edited := func(i int, word string) string {
		w := slices.Clone(good)
		w[i] = word
		return strings.Join(w, " ")
	}
	swapped := slices.Clone(good)
	swapped[0], swapped[1] = swapped[1], swapped[0]
	for name, c := range map[string]struct{ words, names string }{
		"none":      {"", "0 words"},
		"too few":   {strings.Join(good[:23], " "), "23 words"},
		"too many":  {strings.Join(good, " ") + " legal", "25 words"},
		"unknown":   {edited(6, "canaryword"), "word 7 "},
		"first":     {edited(0, "canaryword"), "word 1 "},
		"last":      {edited(23, "canaryword"), "word 24 "},
		"part":      {edited(3, "yea"), "word 4 "},
		"other":     {edited(5, "zoo"), "together"},
		"swapped":   {strings.Join(swapped, " "), "together"},
		"binary":    {edited(2, "\xff\xfe\x00"), "word 3 "},
		"very long": {strings.Repeat("legal ", 1000), "more than 24"},
	} {
		_, err := ParseWords([]byte(c.words))
		if fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.names) {
			t.Errorf("%s: %v", name, err)
		}
		for _, word := range append(strings.Fields(c.words), "canaryword") {
			if len(word) > 4 && err != nil && strings.Contains(err.Error(), word) {
				t.Errorf("%s: the error holds a word: %v", name, err)
			}
		}
	}
}

// One word taken for another is found, but for one in 256.
func TestWordsFindASlip(t *testing.T) {
	list, found := bip39.GetWordList(), 0
	const tries = 512
	for i := range tries {
		w, err := newWords()
		if err != nil {
			t.Fatal(err)
		}
		words := strings.Fields(w.Reveal())
		at := i % len(words)
		other := list[(i*7+1)%len(list)]
		if words[at] == other {
			other = list[(i*7+2)%len(list)]
		}
		words[at] = other
		if _, err := ParseWords([]byte(strings.Join(words, " "))); err != nil {
			found++
		}
	}
	if found < tries*97/100 { // 2 of 512 are expected to pass, 15 never
		t.Errorf("found %d of %d slips", found, tries)
	}
}

func TestUnlockRecoveryRefuses(t *testing.T) {
	d := pair(t)
	other, err := newWords()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []Words{other, {}} {
		_, err := UnlockRecovery(d.dir, w)
		wantKind(t, err, fault.WrongPassphrase, "")
	}
	// What happened to the files of people does not matter to it.
	d.put(t, "M-01.json", []byte("{}"))
	if k := d.recover(t, d.words); k.Role() != Recovery {
		t.Errorf("got %s", k.Role())
	}
	d.put(t, "K-01.json", d.files["M-02.json"])
	_, err = UnlockRecovery(d.dir, d.words)
	wantKind(t, err, fault.Conflict, "K-01")
	d.put(t, "K-01.json", d.files["K-01.json"][:100])
	_, err = UnlockRecovery(d.dir, d.words)
	wantKind(t, err, fault.Conflict, "K-01")
	// A broken key does not keep another from opening.
	d = pair(t)
	_, words, err := d.unlock(t, "amina", pass1).AddRecovery(d.dir, noon)
	if err != nil {
		t.Fatal(err)
	}
	d.put(t, "K-01.json", []byte("{}"))
	if k := d.recover(t, words); k.ID() != "K-02" {
		t.Errorf("got %s", k.ID())
	}
}
