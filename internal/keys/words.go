package keys

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/tyler-smith/go-bip39"
	"golang.org/x/text/unicode/norm"

	"heed/internal/fault"
	"heed/internal/seal"
)

const (
	wordCount  = 24
	wordBits   = 256
	maxWordsIn = 4 << 10 // bytes; 24 words have at most 215
)

// Words are what opens a recovery key: 24 words of the English list of BIP-39, which are
// 256 random bits and 8 of checksum. They are shown once, and kept on paper. The zero value
// opens nothing.
type Words struct {
	seal.Hidden
	text func() string // a function, which prints as a number
}

func newWords() (Words, error) {
	entropy := random(wordBits / 8)
	defer clear(entropy)
	text, err := bip39.NewMnemonic(entropy)
	if err != nil {
		return Words{}, fmt.Errorf("internal error: choosing words: %w", err) // unreachable: the length is right
	}
	return Words{text: func() string { return text }}, nil
}

// Reveal is the words in small letters with one blank between. Whoever has them has the case.
func (w Words) Reveal() string {
	if w.text == nil {
		return ""
	}
	return w.text()
}

// passphrase is the words as their key file is locked with them.
func (w Words) passphrase() []byte { return []byte(w.Reveal()) }

// ParseWords takes words as somebody copied them from paper: case, white space and forms
// of letters do not matter. What is wrong with them is fault.Invalid, and named by its
// position only; a checksum finds all but one of 256 slips. Whether they open anything is not
// known here.
func ParseWords(typed []byte) (Words, error) {
	const safe = "Nothing was written."
	if len(typed) > maxWordsIn {
		return Words{}, fault.New(fault.Invalid, "these are more than 24 words", safe, "Type the 24 words of one recovery key.")
	}
	folded := bytes.ToLower(norm.NFKC.Bytes(typed))
	words := strings.Fields(string(folded))
	clear(folded)
	if len(words) != wordCount {
		return Words{}, fault.New(fault.Invalid, fmt.Sprintf("these are %d words, and a recovery key has 24", len(words)), safe, "Type all 24 words in their order.")
	}
	for i, word := range words {
		if _, ok := bip39.GetWordIndex(word); !ok {
			return Words{}, fault.New(fault.Invalid, fmt.Sprintf("word %d is not one of the words there are", i+1), safe, "Look at that word on the paper again.")
		}
	}
	text := strings.Join(words, " ")
	entropy, err := bip39.EntropyFromMnemonic(text)
	clear(entropy)
	if err != nil { // not passed on: it may hold a word
		return Words{}, fault.New(fault.Invalid, "each word is one there is, but together they are no recovery key", safe,
			"A word was taken for another, or two changed places: compare them with the paper.")
	}
	return Words{text: func() string { return text }}, nil
}
