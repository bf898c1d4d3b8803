package intake

import (
	"fmt"
	"slices"
	"strings"
)

// Edition numbers the working texts of one source. A text is frozen; when an original is
// read again, by a better extractor or with a corrected text of a sealed one, the result
// is a further edition, and the earlier ones stay. So an address means for ever what it
// meant when it was written down: S-001:14 is a sentence of the first text, S-001/2:14
// one of the second.
//
// 0 and 1 are the first. In JSON the first is left out.
type Edition int

// IsZero reports whether it is the first, for the option omitzero of encoding/json.
func (e Edition) IsZero() bool { return e <= 1 }

// number is the edition as it is counted, from 1.
func (e Edition) number() int { return max(1, int(e)) }

// plain is 0 for the first, so that what was read back equals what was written.
func (e Edition) plain() Edition {
	if e.IsZero() {
		return 0
	}
	return e
}

// same reports whether two texts have the same words in the same sentences.
func (t Text) same(u Text) bool {
	return t.Body == u.Body && t.Title == u.Title && slices.Equal(t.Paragraphs, u.Paragraphs) && slices.Equal(t.Sentences, u.Sentences)
}

// sentence is the n-th sentence with its white space made plain.
func (t Text) sentence(n int) string {
	s := t.Sentences[n-1]
	return strings.Join(strings.Fields(t.Body[s.Start:s.End]), " ")
}

// follow finds where the words of a passage of an earlier edition stand in a later one:
// the same sentence borders are not needed, but the same words in the same order, white
// space apart. Of words that stand there several times the answer is the place with the
// same number of such places before it. ok is false where they stand no more.
func follow(earlier, later Text, a Address) (to Address, ok bool, err error) {
	if _, err := earlier.Passage(a); err != nil {
		return to, false, err
	}
	want := earlier.words(a.From, a.To)
	before := 0
	for n := 1; n < a.From; n++ {
		if _, ok := earlier.reaches(n, want); ok {
			before++
		}
	}
	for n := 1; n <= len(later.Sentences); n++ {
		last, found := later.reaches(n, want)
		switch {
		case !found:
		case before == 0:
			return Address{Source: a.Source, From: n, To: last, Edition: later.Edition.plain()}, true, nil
		default:
			before--
		}
	}
	return to, false, nil
}

func (t Text) words(from, to int) string {
	var parts []string
	for n := from; n <= to; n++ {
		parts = append(parts, t.sentence(n))
	}
	return strings.Join(parts, " ")
}

// reaches reports whether the sentences from n on begin with want, and with which
// sentence want ends.
func (t Text) reaches(n int, want string) (last int, ok bool) {
	rest := want
	for ; n <= len(t.Sentences); n++ {
		s := t.sentence(n)
		if strings.HasPrefix(s, rest) {
			return n, s == rest || strings.HasPrefix(s[len(rest):], " ")
		}
		after, ok := strings.CutPrefix(rest, s+" ")
		if !ok {
			return 0, false
		}
		rest = after
	}
	return 0, false
}

// textID is the ledger's name for the working text of a source, and of an earlier
// edition of it.
func textID(source string) string { return source + ".text" }

func earlierID(source string, e Edition) string {
	return fmt.Sprintf("%s.%d", textID(source), e.number())
}
