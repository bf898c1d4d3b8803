package quote

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// what an item of a sentence is.
type what int

const (
	word  what = iota
	mark       // punctuation
	quote      // a whole quoted run
)

// item is a word, a mark or a whole quoted run of a sentence.
type item struct {
	Span
	what what
	low  string // lower case, without a possessive ending; of a mark the mark itself
	cap  bool
	poss int // bytes of the possessive ending, 0 if none
}

// items cuts a span into items. Quoted runs are single items; with no runs given,
// quote marks vanish and their words are read like all others.
func (l *lexicon) items(body string, s Span, runs []quoted) (out []item) {
	for i := s.Start; i < s.End; {
		for len(runs) > 0 && runs[0].End <= i {
			runs = runs[1:]
		}
		if len(runs) > 0 && runs[0].Start <= i {
			end := min(runs[0].End, s.End)
			out = append(out, item{Span: Span{i, end}, what: quote})
			i = end
			continue
		}
		r, width := utf8.DecodeRuneInString(body[i:s.End])
		switch {
		case wordy(r):
			end := l.wordEnd(body, i, s.End)
			out = append(out, newWord(body, Span{i, end}))
			i = end
			continue
		case unicode.IsSpace(r), l.isMark(r):
		default:
			out = append(out, item{Span: Span{i, i + width}, what: mark, low: body[i : i+width]})
		}
		i += width
	}
	// "Ana de Lind" is one name.
	for i := 1; i+1 < len(out); i++ {
		if out[i].what == word && out[i+1].what == word && l.has("particle", out[i].low) && out[i-1].cap && out[i+1].cap {
			out[i].cap = true
		}
	}
	return out
}

func (l *lexicon) isMark(r rune) bool {
	if _, ok := l.marks[r]; ok {
		return true
	}
	return strings.ContainsRune("”’›»」』﹂﹄｣〞〟", r)
}

func wordy(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// wordEnd: letters and digits, joined by - ' ’ . & / between them; a title keeps its stop.
func (l *lexicon) wordEnd(body string, i, end int) int {
	start := i
	for i < end {
		r, width := utf8.DecodeRuneInString(body[i:end])
		if wordy(r) {
			i += width
			continue
		}
		next, _ := utf8.DecodeRuneInString(body[i+width : end])
		joins := strings.ContainsRune("-‐‑'’.&/", r) && i+width < end && wordy(next)
		if !joins && !possessive(body[start:i], r) && !(r == '.' && l.keepsStop(body[start:i], body[i+width:end])) {
			break
		}
		i += width
	}
	return i
}

// possessive: the bare mark after a plural s. Quote runs are cut out before, so a
// mark that is left here closes nothing.
func possessive(before string, r rune) bool {
	return (r == '\'' || r == '’') && (strings.HasSuffix(before, "s") || strings.HasSuffix(before, "S"))
}

// keepsStop: Mr. and U.S., and the initial in "Jan N. Lind".
func (l *lexicon) keepsStop(w, rest string) bool {
	if l.has("title", strings.ToLower(w)+".") {
		return true
	}
	last, width := utf8.DecodeLastRuneInString(w)
	if !unicode.IsUpper(last) {
		return false
	}
	if len(w) == width {
		first, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, " "))
		return strings.HasPrefix(rest, " ") && unicode.IsUpper(first)
	}
	return w[len(w)-width-1] == '.'
}

func newWord(body string, s Span) item {
	text := body[s.Start:s.End]
	first, _ := utf8.DecodeRuneInString(text)
	it := item{Span: s, what: word, cap: unicode.IsUpper(first) || unicode.IsTitle(first)}
	it.low = strings.ReplaceAll(strings.ToLower(text), "’", "'")
	switch text { // names, not the small words they look like
	case "US", "WHO", "IT":
		it.low = strings.Join(strings.Split(it.low, ""), ".")
	}
	if it.poss = possessiveEnding(text); it.poss > 0 {
		it.low = strings.ReplaceAll(strings.ToLower(text[:len(text)-it.poss]), "’", "'")
	}
	return it
}

// possessiveEnding is the length of the ending of "China’s" or, the mark alone, of "families’".
func possessiveEnding(text string) int {
	bare := strings.TrimRight(text, "sS")
	for _, apostrophe := range []string{"'", "’"} {
		switch {
		case len(text)-len(bare) == 1 && strings.HasSuffix(bare, apostrophe) && len(bare) > len(apostrophe):
			return 1 + len(apostrophe)
		case strings.HasSuffix(text, apostrophe) && len(text) > len(apostrophe):
			return len(apostrophe)
		}
	}
	return 0
}

func (it item) isMark(marks string) bool { return it.what == mark && strings.Contains(marks, it.low) }

// span is the text of the items lo to hi (half-open).
func span(items []item, lo, hi int) Span {
	if lo < 0 || lo >= hi || hi > len(items) {
		return Span{}
	}
	return Span{items[lo].Start, items[hi-1].End}
}
