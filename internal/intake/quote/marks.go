package quote

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// quoted is a run of quoted words with its marks. A run that goes on in the next
// paragraph (which then opens with the same mark) ends with its paragraph.
type quoted struct {
	Span
	goesOn bool
}

// open is a mark that waits for its partner.
type open struct {
	mark    rune
	at      int
	closers string
}

// quotes finds the outermost quoted runs of a paragraph. What stays open is no quote,
// unless the next paragraph begins with the mark that opened this one.
func (l *lexicon) quotes(body string, p Span, next string) []quoted {
	var stack []open
	var found []quoted
	text := body[p.Start:p.End]
	ends := closings(text)
	for i, r := range text {
		width := utf8.RuneLen(r)
		if n := len(stack); n > 0 {
			if at := closes(stack, r); at >= 0 && closable(text, i, width, r) {
				if !elision(text[stack[at].at : i+width]) {
					found = append(found, quoted{Span: Span{p.Start + stack[at].at, p.Start + i + width}})
				}
				stack = stack[:at]
				continue
			}
		}
		if closers, ok := l.marks[r]; ok && len(stack) < 8 && opens(text, i, r, closers, ends) {
			stack = append(stack, open{r, i, closers})
		}
	}
	if len(stack) > 0 && stack[0].mark != '\'' && stack[0].mark != '‘' && strings.HasPrefix(strings.TrimSpace(next), string(stack[0].mark)) {
		found = append(found, quoted{Span: Span{p.Start + stack[0].at, p.End}, goesOn: true})
	}
	return outermost(found)
}

// closes says which open mark r closes: the innermost one that takes it, but never
// one outside an equal mark.
func closes(stack []open, r rune) int {
	for i := len(stack) - 1; i >= 0; i-- {
		if strings.ContainsRune(stack[i].closers, r) {
			return i
		}
	}
	return -1
}

// opens: a mark opens when words follow and none goes before it without a space.
// Marks that look alike on both sides, and all single marks, must also have a partner
// later in the paragraph, so that an apostrophe or an inch opens nothing.
func opens(text string, i int, r rune, closers string, ends map[rune][]int) bool {
	width := utf8.RuneLen(r)
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+width:])
	if i+width >= len(text) {
		return false
	}
	if unicode.IsSpace(after) { // French puts a blank inside its marks
		return (r == '«' || r == '‹') && partnered(ends, i+width, closers)
	}
	selfClosing := strings.ContainsRune(closers, r)
	if !selfClosing && !single(r) {
		return true
	}
	if i > 0 && (unicode.IsLetter(before) || unicode.IsDigit(before) || unicode.IsMark(before)) {
		return false
	}
	if i > 0 && selfClosing && strings.ContainsRune(".,;!?", before) {
		return false
	}
	if single(r) && decade(text[i+width:]) {
		return false
	}
	return partnered(ends, i+width, closers)
}

// closings is where each mark may close: found once, so that a text full of marks
// stays cheap.
func closings(text string) map[rune][]int {
	ends := map[rune][]int{}
	for i, r := range text {
		if strings.ContainsRune(closingMarks, r) && closable(text, i, utf8.RuneLen(r), r) {
			ends[r] = append(ends[r], i)
		}
	}
	return ends
}

// closingMarks are those whose partner is looked for ahead.
const closingMarks = "'\"＂’‛‘»›”‟“"

// partnered reports whether a closing mark follows in the paragraph, after a word.
func partnered(ends map[rune][]int, from int, closers string) bool {
	for _, c := range closers {
		at := ends[c]
		if i, _ := slices.BinarySearch(at, from+1); i < len(at) {
			return true
		}
	}
	return false
}

// closable: a single mark between letters is an apostrophe, and so is one after a
// plural s when words follow and another such mark comes later ("the detainees’ rights’").
func closable(text string, i, width int, r rune) bool {
	if !single(r) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:i])
	after, _ := utf8.DecodeRuneInString(text[i+width:])
	if i > 0 && unicode.IsSpace(before) {
		return false
	}
	if i+width < len(text) && (unicode.IsLetter(after) || unicode.IsDigit(after)) {
		return false
	}
	if before == 's' && after == ' ' {
		return !laterClose(text[i+width:], r)
	}
	return true
}

// laterClose: does the same mark come again, not before an opening one, as a sure end?
func laterClose(rest string, r rune) bool {
	const reach = 400
	rest = rest[:min(len(rest), reach)]
	for j, c := range rest {
		if c == '‘' || c == '‚' {
			return false
		}
		if c != r || j == 0 {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(rest[:j])
		after, _ := utf8.DecodeRuneInString(rest[j+utf8.RuneLen(c):])
		switch {
		case unicode.IsSpace(before):
			return false // it opens the next run
		case unicode.IsLetter(after) || unicode.IsDigit(after):
			continue
		}
		return true
	}
	return false
}

func single(r rune) bool {
	return strings.ContainsRune("'‘’‚‛‹›", r) && r != '‹' && r != '›'
}

// elision: rock 'n' roll
func elision(run string) bool {
	return strings.HasPrefix(run, "'") && utf8.RuneCountInString(run) <= 3
}

// decade: ’90s
func decade(rest string) bool {
	return len(rest) >= 3 && unicode.IsDigit(rune(rest[0])) && unicode.IsDigit(rune(rest[1])) && rest[2] == 's'
}

func outermost(found []quoted) (out []quoted) {
	for _, q := range found {
		for len(out) > 0 && out[len(out)-1].Start >= q.Start {
			out = out[:len(out)-1]
		}
		if len(out) == 0 || out[len(out)-1].End <= q.Start {
			out = append(out, q)
		}
	}
	return out
}
