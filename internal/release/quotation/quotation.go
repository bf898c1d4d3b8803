// Package quotation finds what a text prints in quotation marks. It knows the marks of
// many languages, and where a mark is an apostrophe, a prime or a letter. Whether the
// words stand in a source is for those who ask.
package quotation

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/lang"
	"heed/internal/record"
)

// minQuoted is the number of words from which a quotation must stand verbatim
// somewhere. One or two words in quotation marks may be a term.
const minQuoted = 3

// Quotation is what stands between two quotation marks.
type Quotation struct {
	Text   string
	Closed bool
}

// closers gives for each opening mark the marks that end it. „ opens in German, where
// “ ends it, though “ opens in English.
func closers(open string) []string {
	switch open {
	case `"`, "＂", "″", "´", "'", "''":
		return []string{open}
	case "“", "”", "‟": // Swedish and Finnish open with ”
		return []string{"”"}
	case "„":
		return []string{"“", "”"}
	case "❝":
		return []string{"❞"}
	case "``":
		return []string{"''"}
	case "«":
		return []string{"»"}
	case "»":
		return []string{"«"}
	case "‘":
		return []string{"’"}
	case "‚":
		return []string{"‘", "’"}
	case "‹":
		return []string{"›"}
	case "›":
		return []string{"‹"}
	case "「":
		return []string{"」"}
	case "『":
		return []string{"』"}
	}
	return nil
}

// Find finds what a text prints in quotation marks, from left to right. A mark
// that is never closed gives all that follows it; but one that may be an apostrophe, a
// prime or the Arabic ayn opens nothing alone.
func Find(text string) (out []Quotation) {
	alone := map[string]bool{} // marks that nothing ends from here on: not sought again
	for at := 0; at < len(text); {
		open := mark(text[at:])
		start := at + len(open)
		if alone[open] || !opens(open, text[:at], text[start:]) {
			_, size := utf8.DecodeRuneInString(text[at:])
			at += size
			continue
		}
		q := Quotation{text[start:], false}
		if end, size := closing(open, text[start:]); end >= 0 {
			q, at = Quotation{text[start : start+end], true}, start+end+size
		} else if open == "‘" || plain(open) {
			alone[open] = true
			_, size := utf8.DecodeRuneInString(open)
			at += size // of two marks the second may open
			continue
		} else {
			at = len(text)
		}
		if len(lang.Words(q.Text)) >= minQuoted {
			out = append(out, q)
		}
	}
	return out
}

// mark gives the character a text begins with, or the two that are one mark.
func mark(text string) string {
	if strings.HasPrefix(text, "``") || strings.HasPrefix(text, "''") {
		return text[:2]
	}
	_, size := utf8.DecodeRuneInString(text)
	return text[:size]
}

// plain reports the marks that are typed for apostrophes and primes too.
func plain(open string) bool {
	return open == "'" || open == "''" || open == "´" || open == "″"
}

// opens reports whether a mark opens a quotation between what stands before and after it.
func opens(open, before, after string) bool {
	last, _ := utf8.DecodeLastRuneInString(before)
	switch {
	case closers(open) == nil:
		return false
	case open == "‘":
		return !apostrophes(last)
	case !plain(open):
		return true
	}
	next, _ := utf8.DecodeRuneInString(after)
	return !joined(last) && (unicode.IsLetter(next) || unicode.In(next, unicode.Ps, unicode.Pi) || closers(mark(after)) != nil)
}

// closing finds the mark that ends a quotation and its size, -1 for none. A single mark
// before a letter is an apostrophe.
func closing(open, text string) (at, size int) {
	marks := closers(open)
	for i := range text {
		for _, m := range marks {
			if !strings.HasPrefix(text[i:], m) {
				continue
			}
			after, _ := utf8.DecodeRuneInString(text[i+len(m):])
			if (open == "‘" || open == "‚") && apostrophes(after) || (open == "'" || open == "´") && joined(after) {
				continue
			}
			return i, len(m)
		}
	}
	return -1, 0
}

// apostrophes reports letters beside which a single mark is an apostrophe. East Asian
// scripts, and those written without blanks, know none.
func apostrophes(r rune) bool { return unicode.IsLetter(r) && r < 0x2E80 && !record.Unspaced(r) }

// joined reports letters, their accents, and digits, to which a plain mark belongs.
func joined(r rune) bool {
	return apostrophes(r) || unicode.IsNumber(r) || unicode.IsMark(r) && !record.Unspaced(r)
}
