package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plain cuts plain text into paragraphs. Empty lines separate them, and the lines
// between are one paragraph, unless a line begins with a list sign. A text that has no
// empty line at all has one paragraph for each line, unless it was wrapped at a margin.
func plain(s string) []block {
	lines := strings.Split(lineEnds(s), "\n")
	spaced := hasEmptyLine(lines)
	margin := 0
	if !spaced {
		margin = widest(lines)
	}
	var blocks []block
	var para strings.Builder
	last := ""
	end := func() {
		if para.Len() > 0 {
			blocks = append(blocks, block{text: para.String()})
			para.Reset()
		}
		last = ""
	}
	for _, line := range lines {
		line = strings.TrimFunc(line, unicode.IsSpace)
		if blank(line) {
			end()
			continue
		}
		if last != "" && (listed(line) || !spaced && !wrapped(last, line, margin)) {
			end()
		}
		if last != "" && !(ideographEnd(last) && ideographStart(line)) {
			para.WriteByte(' ')
		}
		para.WriteString(line)
		last = line
	}
	end()
	return blocks
}

// lineEnds writes every line end as LF: CR LF, CR alone (old Macintosh, some wires),
// form feed (a page's end), NEL and the separators of Unicode.
func lineEnds(s string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\u0085", "\n", "\u2028", "\n", "\u2029", "\n\n").Replace(s)
}

// hasEmptyLine looks between the first and the last line that hold something.
func hasEmptyLine(lines []string) bool {
	gap, begun := false, false
	for _, line := range lines {
		switch empty := blank(line); {
		case empty && begun:
			gap = true
		case !empty && gap:
			return true
		case !empty:
			begun = true
		}
	}
	return false
}

// The margins at which people and programs wrap text, in characters.
const (
	minMargin = 40
	maxMargin = 100
)

func widest(lines []string) (n int) {
	for _, line := range lines {
		n = max(n, utf8.RuneCountInString(strings.TrimFunc(line, unicode.IsSpace)))
	}
	return n
}

// wrapped reports whether a program broke the line before next: the first word of next
// had no place on it. A line that ends like a sentence is taken at its word.
func wrapped(line, next string, margin int) bool {
	if margin < minMargin || margin > maxMargin || endsLikeSentence(line) {
		return false
	}
	word, _, _ := strings.Cut(next, " ")
	return utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > margin
}

func endsLikeSentence(line string) bool {
	line = strings.TrimRightFunc(line, func(r rune) bool { return closer(r) || unseen(r) })
	r, _ := utf8.DecodeLastRuneInString(line)
	return terminal(r)
}

// listed reports whether a line begins with the sign of a list's item.
func listed(line string) bool {
	r, n := utf8.DecodeRuneInString(line)
	if !strings.ContainsRune("•◦▪‣*-", r) {
		return false
	}
	after, _ := utf8.DecodeRuneInString(line[n:])
	return unicode.IsSpace(after)
}

// Chinese and Japanese lines are broken anywhere; a blank there would be a foreign body in a word.
func ideographEnd(s string) bool {
	r, _ := utf8.DecodeLastRuneInString(s)
	return ideograph(r)
}

func ideographStart(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return ideograph(r)
}

func ideograph(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) || 0x3001 <= r && r <= 0x3011 || 0xFF00 <= r && r <= 0xFF65
}
