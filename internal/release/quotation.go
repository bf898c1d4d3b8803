package release

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
	case '＂':
		return "＂"
	case '“', '”': // Swedish and Finnish open with ”
		return "”"
	case '„':
		return "“”"
	case '«':
		return "»"
	case '»':
		return "«"
	case '‘':
		return "’"
	case '‚':
		return "‘’"
	case '‹':
		return "›"
	case '›':
		return "‹"
	case '「':
		return "」"
	case '『':
		return "』"
	}
	return ""
}

// quotations finds what a text prints in quotation marks, from left to right. A mark
// that is never closed gives all that follows it; but ‘ alone is an apostrophe or the
// Arabic ayn, and opens nothing.
func quotations(text string) (out []quotation) {
	for at := 0; at < len(text); {
		open, size := utf8.DecodeRuneInString(text[at:])
		start := at + size
		marks := closers(open)
		before, _ := utf8.DecodeLastRuneInString(text[:at])
		at = start
		if marks == "" || open == '‘' && apostrophes(before) {
			continue
		}
		q := quotation{text[start:], false}
		if end := closing(open, text[start:], marks); end >= 0 {
			_, size := utf8.DecodeRuneInString(text[start+end:])
			q, at = quotation{text[start : start+end], true}, start+end+size
		} else if open == '‘' {
			continue
		} else {
			at = len(text)
		}
		if len(lang.Words(q.text)) >= minQuoted {
			out = append(out, q)
		}
	}
	return out
}

// closing finds the mark that ends a quotation, -1 for none. ’ before a letter is an
// apostrophe.
func closing(open rune, text, marks string) int {
	for i, r := range text {
		if !strings.ContainsRune(marks, r) || r == utf8.RuneError {
			continue
		}
		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if (open == '‘' || open == '‚') && apostrophes(after) {
			continue
		}
		return i
	}
	return -1
}

// apostrophes reports letters beside which a single mark is an apostrophe. East Asian
// scripts, and those written without blanks, know none.
func apostrophes(r rune) bool { return unicode.IsLetter(r) && r < 0x2E80 && !record.Unspaced(r) }
