// Package lang knows what text looks like: its language tag, its direction, its script, the
// form under which two spellings are the same, and the form in which it can be shown
// without doing anything to the screen it is shown on. It also says of what a member
// writes whether anything in it is seen, and whether it is seen in the order it has.
//
// It never guesses a language: a Tag is what a document declares, what package ident
// found with confidence, or empty. Fold and Words throw distinctions away and serve
// comparison only; what people read, quote or sign is always the text itself.
package lang

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/bidi"
)

// Tag is a language tag (BCP 47, RFC 5646). Empty means unknown.
type Tag string

// maxTag is far above the longest tag in use; RFC 5646 section 4.4.1 asks for 35.
const maxTag = 64

// ParseTag takes a tag that is well-formed by the outline of RFC 5646: subtags of one to
// eight letters or digits, the first of letters only. Whether the language exists is not
// looked up. Anything else is unknown.
func ParseTag(s string) Tag {
	if len(s) > maxTag {
		return ""
	}
	for i, part := range strings.Split(s, "-") {
		if len(part) < 1 || len(part) > 8 {
			return ""
		}
		for _, c := range []byte(part) {
			letter := 'a' <= c|0x20 && c|0x20 <= 'z'
			digit := '0' <= c && c <= '9'
			if !letter && (i == 0 || !digit) {
				return ""
			}
		}
	}
	return Tag(s)
}

// Direction is the base direction of a paragraph, in the words of HTML's dir attribute.
type Direction string

// The directions.
const (
	LeftToRight Direction = "ltr"
	RightToLeft Direction = "rtl"
)

// DirectionOf is the direction of the first strong character (UAX #9, rules P2 and P3):
// what stands inside an isolate does not count, and without any the answer is ltr.
func DirectionOf(text string) Direction {
	isolates := 0
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRuneInString(text[i:])
		i += n
		p, _ := bidi.LookupRune(r) // by rune: of a stray byte LookupString says left to right
		switch p.Class() {
		case bidi.LRI, bidi.RLI, bidi.FSI:
			isolates++
		case bidi.PDI:
			isolates = max(isolates-1, 0)
		case bidi.L:
			if isolates == 0 {
				return LeftToRight
			}
		case bidi.R, bidi.AL:
			if isolates == 0 {
				return RightToLeft
			}
		}
	}
	return LeftToRight
}

// Visible makes s safe to show on one line: whatever is not seen, or moves what is seen,
// becomes an escape such as \n, \u202E or, for a byte that is no UTF-8, \xFF. A file or a
// stored text can then neither drive a terminal nor show its words in another order.
//
// The joiners that some scripts need (U+200C, U+200D) are escaped too: this form is for
// names, ids and single lines, where two spellings that look alike are a trap. A
// backslash stays as it is, so the form cannot be undone with certainty.
func Visible(s string) string {
	if plain(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02X`, s[i])
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case seen(r):
			b.WriteString(s[i : i+n])
		case r > 0xFFFF:
			fmt.Fprintf(&b, `\U%08X`, r)
		default:
			fmt.Fprintf(&b, `\u%04X`, r)
		}
		i += n
	}
	return b.String()
}

// plain reports whether a text has letters, signs and blanks of ASCII only, as most have.
func plain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// seen reports whether r shows on its own. Controls, format characters, line and
// paragraph separators, private use and what Unicode had not assigned when Go's tables
// were made do not; the few format characters that Unicode gives a shape (the Arabic
// number and verse signs) do.
func seen(r rune) bool {
	if r < 0x7f {
		return r >= ' '
	}
	if unicode.Is(unicode.Prepended_Concatenation_Mark, r) {
		return true
	}
	return unicode.IsGraphic(r) && !ignorable(r)
}

// ignorable reports what a renderer leaves out though its category is a letter's or a
// mark's: Hangul fillers, the grapheme joiner, variation selectors.
func ignorable(r rune) bool {
	return unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r) || unicode.Is(unicode.Variation_Selector, r)
}
