package release

import (
	"strings"
	"unicode/utf8"

	"heed/internal/lang"
)

// minQuoted is the number of words from which a quotation must stand verbatim
// somewhere. One or two words in quotation marks may be a term.
const minQuoted = 3

// quotation is what stands between two quotation marks.
type quotation struct {
	text   string
	closed bool
}

// closers gives for each opening mark the marks that end it. „ opens in German, where
// “ ends it, though “ opens in English.
func closers(open rune) string {
	switch open {
	case '"':
		return `"`
	case '“', '”': // Swedish and Finnish open with ”
		return "”"
	case '„':
		return "“”"
	case '«':
		return "»"
	case '»':
		return "«"
	case '「':
		return "」"
	case '『':
		return "』"
	}
	return ""
}

// quotations finds what a text prints in quotation marks, from left to right. A mark
// that is never closed gives all that follows it.
func quotations(text string) (out []quotation) {
	for text != "" {
		r, size := utf8.DecodeRuneInString(text)
		text = text[size:]
		marks := closers(r)
		if marks == "" {
			continue
		}
		q, closed := text, false
		if end := strings.IndexAny(text, marks); end >= 0 {
			_, size := utf8.DecodeRuneInString(text[end:])
			q, closed, text = text[:end], true, text[end+size:]
		} else {
			text = ""
		}
		if len(lang.Words(q)) >= minQuoted {
			out = append(out, quotation{q, closed})
		}
	}
	return out
}
