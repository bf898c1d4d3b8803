package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a half-open range of bytes.
type span struct{ start, end int }

// look bounds how far a stop is judged by what stands around it, in characters. It keeps
// splitting linear in the length of the text, whatever the text is.
const look = 64

// split cuts one paragraph into sentences. The spans leave out white space between them
// and nothing else.
//
// A border stands after a stop and the quotation marks and brackets that close behind it.
// Full stops of scripts without capitals (。 ۔ । ؟) always end a sentence. A stop that
// also does other work (. ! ? …) ends one only before a capital, a digit or a letter
// without case, and not after an abbreviation or an initial. In doubt two sentences stay
// one: a long passage can still be cited, half a name cannot. Thai and Lao, which write
// no stops, give one sentence for each paragraph.
func split(p string) []span {
	var out []span
	x := begin(p, 0)
	for i := x.start; i < len(p); {
		r, n := utf8.DecodeRuneInString(p[i:])
		if !terminal(r) {
			i += n
			continue
		}
		s := x.stop(i)
		if i = s.end; x.isBorder(s) {
			end := x.trail(s.end)
			out = append(out, span{x.start, end})
			x = begin(p, end)
			i = x.start
		}
	}
	if end := len(strings.TrimRightFunc(p, unicode.IsSpace)); x.start < end {
		out = append(out, span{x.start, end})
	}
	return out
}

func skipSpace(s string, i int) int {
	return len(s) - len(strings.TrimLeftFunc(s[i:], unicode.IsSpace))
}

// splitter is one paragraph with the beginning of the sentence under way.
type splitter struct {
	p         string
	start     int
	first     int  // its first letter or digit
	bracketed bool // a bracket opens before that
}

// begin looks at the beginning of a sentence once, whatever number of stops follow.
func begin(p string, i int) splitter {
	x := splitter{p: p, start: skipSpace(p, i)}
	for i := x.start; ; {
		r, end := x.after(i)
		if r == 0 || unicode.IsLetter(r) || unicode.IsNumber(r) {
			x.first = end - utf8.RuneLen(r)
			return x
		}
		x.bracketed = x.bracketed || unicode.Is(unicode.Ps, r) && r != '„' && r != '‚'
		i = end
	}
}

// stop is a run of stops with what closes behind it.
type stop struct {
	start, end int
	dots       int  // full stops; an ellipsis counts three
	strong     bool // ! or ? is among them
	final      bool // a stop of a script without capitals is among them
	quote      bool // a quotation mark closes behind it
	bracket    bool // a bracket closes behind it
}

// after returns the first character at or after i that is seen, and where it ends; 0 at the end.
func (x splitter) after(i int) (r rune, end int) {
	for i < len(x.p) {
		r, n := utf8.DecodeRuneInString(x.p[i:])
		i += n
		if !unseen(r) {
			return r, i
		}
	}
	return 0, len(x.p)
}

// before returns the last character before i, within the sentence, that is seen, and where it starts.
func (x splitter) before(i int) (r rune, start int) {
	for i > x.start {
		r, n := utf8.DecodeLastRuneInString(x.p[x.start:i])
		i -= n
		if !unseen(r) {
			return r, i
		}
	}
	return 0, x.start
}

// stop reads the run of stops at i, and the closing marks behind it.
func (x splitter) stop(i int) stop {
	s := stop{start: i, end: i}
	for {
		r, end := x.after(s.end)
		if !terminal(r) {
			break
		}
		switch r {
		case '.', '．':
			s.dots++
		case '…', '‥':
			s.dots += 3
		case '!', '?', '‼', '‽', '⁇', '⁈', '⁉':
			s.strong = true
		default:
			s.final = true
		}
		s.end = end
	}
	for {
		end, ok := x.closing(&s)
		if !ok {
			return s
		}
		s.end = end
	}
}

// closing reads one closing mark or note sign behind the stop.
func (x splitter) closing(s *stop) (end int, ok bool) {
	r, end := x.after(s.end)
	next, _ := x.after(end)
	switch {
	case r == '»' || closer(r) && !bracket(r):
		s.quote = true
	case closer(r):
		s.bracket = true
	case unicode.Is(unicode.Pi, r): // German closes with “, Danish with «
		if next != 0 && !unicode.IsSpace(next) && !strings.ContainsRune(",;:.!?)", next) {
			return 0, false // it opens
		}
		s.quote = true
	case r == '[': // the sign of a note: [12]
		return x.noteSign(end)
	case strings.ContainsRune("¹²³⁰⁴⁵⁶⁷⁸⁹", r) && r != 0:
	case unicode.IsSpace(r) && next == '»': // French sets a blank before its closing mark
		_, end = x.after(end)
		if r, _ := x.after(end); r != 0 && (unicode.IsLetter(r) || unicode.IsNumber(r)) {
			return 0, false // it opens
		}
		s.quote = true
	default:
		return 0, false
	}
	return end, true
}

func (x splitter) noteSign(i int) (end int, ok bool) {
	for n := 0; n < 4; n++ {
		r, next := x.after(i)
		if r == ']' {
			return next, n > 0
		}
		if !unicode.IsDigit(r) {
			return 0, false
		}
		i = next
	}
	return 0, false
}

// trail adds the unseen characters that belong to what ends: all of them before white
// space, else only those that close an embedding or an isolate.
func (x splitter) trail(i int) int {
	j, closed := i, i
	for j < len(x.p) {
		r, n := utf8.DecodeRuneInString(x.p[j:])
		if unicode.IsSpace(r) {
			return j
		}
		if !unseen(r) {
			return closed
		}
		j += n
		if (r == 0x202C || r == 0x2069) && closed == j-n {
			closed = j
		}
	}
	return j
}

// isBorder decides whether a sentence ends with the stop.
func (x splitter) isBorder(s stop) bool {
	first, _ := x.after(s.end)
	spaced := unicode.IsSpace(first)
	if spaced {
		first, _ = x.after(skipSpace(x.p, s.end))
	}
	letter, at := x.next(s.end)
	switch {
	case letter == 0, strings.ContainsRune(",;:、，；：،؛", first):
		return false // nothing follows that could be a sentence, or the sentence goes on
	case s.final:
		return !(s.quote && letter == 'と' && first == 'と') // Japanese: 「…。」と
	case !spaced:
		return x.unspaced(s, letter, first)
	case unicode.IsLower(letter):
		return false
	case s.bracket && !x.bracketed:
		return false // (sic!) and the like, within a sentence
	case s.strong:
		return true
	case s.dots > 1:
		return x.ellipsis(s, letter)
	}
	return x.fullStop(s, letter, at)
}

// next finds the letter or digit that follows, past marks and dashes.
func (x splitter) next(i int) (r rune, at int) {
	i = skipSpace(x.p, i)
	for range look {
		r, end := x.after(i)
		if r == 0 {
			return 0, i
		}
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return r, end - utf8.RuneLen(r)
		}
		i = end
	}
	return 0, i
}

// unspaced: without white space only scripts without capitals end a sentence, and a
// quotation mark that closes against a capital ("…gone.”He").
func (x splitter) unspaced(s stop, letter, first rune) bool {
	last, _ := x.before(s.start)
	switch {
	case first != letter:
		return false
	case s.dots > 1 && !s.strong:
		return false
	case unicode.Is(unicode.Lo, letter):
		word, _ := x.word(s.start)
		return s.strong || unicode.Is(unicode.Lo, last) && utf8.RuneCountInString(word) > 1
	}
	return s.quote && unicode.IsUpper(letter)
}

// ellipsis: three dots mark words left out when they stand free or in brackets, and a
// sentence that trails off when they hang on a word before a capital.
func (x splitter) ellipsis(s stop, letter rune) bool {
	last, _ := x.before(s.start)
	if last == 0 || unicode.IsSpace(last) || strings.ContainsRune("[(（［", last) {
		return false
	}
	return unicode.IsUpper(letter)
}

// fullStop judges a single dot by the word before it and the one behind it.
func (x splitter) fullStop(s stop, letter rune, at int) bool {
	last, lastAt := x.before(s.start)
	if unicode.IsSpace(last) {
		// A free dot: one of ". . .", or typed with a blank before it.
		before, _ := x.before(lastAt)
		behind, _ := x.after(skipSpace(x.p, s.end))
		return before != '.' && behind != '.'
	}
	word, start := x.word(s.start)
	digits := strings.Trim(word, "0123456789") == ""
	switch {
	case word == "":
		return true
	case start == x.first && (digits && len(word) <= 3 || utf8.RuneCountInString(word) == 1 || len(word) <= 4 && roman(strings.ToUpper(word))):
		return false // the number before a paragraph or item: "1." "A." "iv."
	}
	behind := x.wordAt(at)
	switch abbreviation(word) {
	case never:
		return false
	case beforeNumber:
		return !unicode.IsNumber(letter) && !roman(behind)
	case unlessStarter:
		return starter(behind)
	case afterNumber:
		r, at := x.before(start)
		if unicode.IsSpace(r) {
			r, _ = x.before(at)
		}
		return unicode.IsNumber(r)
	}
	return !(digits && germanMonth(behind))
}

// word returns the word that ends at i, without unseen characters, and where it starts.
// It is made of letters, marks, digits and inner dots.
func (x splitter) word(i int) (word string, start int) {
	var back []rune
	for range look {
		r, at := x.before(i)
		if !wordRune(r) && r != '.' {
			break
		}
		back = append(back, r)
		i = at
	}
	for a, b := 0, len(back)-1; a < b; a, b = a+1, b-1 {
		back[a], back[b] = back[b], back[a]
	}
	return strings.TrimLeft(string(back), "."), i
}

// wordAt returns the letters from i on.
func (x splitter) wordAt(i int) string {
	var word []rune
	for range look {
		r, end := x.after(i)
		if !wordRune(r) {
			break
		}
		word = append(word, r)
		i = end
	}
	return string(word)
}

func wordRune(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// terminal reports whether r can end a sentence: Unicode's Sentence_Terminal, and the ellipsis.
func terminal(r rune) bool {
	switch {
	case r < 0x80:
		return r == '.' || r == '!' || r == '?'
	case r == '…', r == '‥':
		return true
	}
	return unicode.Is(unicode.Sentence_Terminal, r)
}

// closer reports whether r closes a quotation or a bracket.
func closer(r rune) bool {
	return r == '"' || r == '\'' || unicode.Is(unicode.Pf, r) || unicode.Is(unicode.Pe, r)
}

// bracket tells brackets from quotation marks among the closers; the corner brackets of
// Chinese and Japanese are quotation marks.
func bracket(r rune) bool {
	return unicode.Is(unicode.Pe, r) && !strings.ContainsRune("」』﹂﹄｣》〉〞〟", r)
}
