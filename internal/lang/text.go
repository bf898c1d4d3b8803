package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/fault"
)

// Blank reports whether nothing of s is seen: it is empty, or all of it is white space and
// characters that show nothing. A reason in such a text is none.
func Blank(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return seen(r) && !unicode.IsSpace(r) && !strings.ContainsRune(hollow, r) })
}

// hollow are symbols whose shape is a gap: the Braille cell without a dot, and the note
// without a head.
const hollow = "\u2800\U0001D159"

// Line checks a text of one line that a member writes, and Text one of several. Both
// refuse what is no valid UTF-8: it would come back changed from the ledger, whose
// versions are JSON.
func Line(what, s string, required bool) error {
	return written(what, s, required, unicode.IsControl)
}

// Text is what Line says.
func Text(what, s string, required bool) error {
	return written(what, s, required, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' })
}

func written(what, s string, required bool, bad func(rune) bool) error {
	switch {
	case required && Blank(s):
		return invalid("the "+what+" is missing", "Give the "+what+" and try again.")
	case !utf8.ValidString(s):
		return invalid("the "+what+" is no valid UTF-8", "Write it again.")
	case strings.ContainsFunc(s, bad):
		return invalid("the "+what+" holds control characters", "Write it again without them.")
	}
	return InOrder(s)
}

// Turning are the characters that embed, override or isolate a direction: with them a
// reader sees other words, or words in another place, than those every check compares.
// The marks of direction (U+200E, U+200F, U+061C) turn nothing over and are not among
// them; in right-to-left text they are enough.
const Turning = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"

// InOrder refuses a text that a member writes with one of Turning in it. Words that are
// copied from a source are not held against it: they are what the source says.
func InOrder(s string) error {
	if strings.ContainsAny(s, Turning) {
		return invalid("the text holds a direction override: a reader would see another order than the one that is checked",
			"Write it again without U+202A to U+202E and U+2066 to U+2069; the marks U+200E and U+200F may stay.")
	}
	return nil
}

// invalid is a refusal before anything was written.
func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}
