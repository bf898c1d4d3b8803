package vault

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// rendering is the text as somebody may read it. Byte i of s was made of text[from[i]:to[i]];
// nil for the text itself.
type rendering struct {
	s        string
	from, to []int
}

// place leads s[i:j] back to the text.
func (r rendering) place(i, j int) Found {
	if r.from == nil {
		return Found{i, j}
	}
	return Found{r.from[i], r.to[j-1]}
}

// draft is the next rendering while it is made from r.
type draft struct {
	r        rendering
	b        strings.Builder
	from, to []int
}

// keep takes r.s[i:j] over byte by byte; put writes part for the whole of it.
func (d *draft) keep(i, j int) {
	for k := i; k < j; k++ {
		d.put(d.r.s[k:k+1], k, k+1)
	}
}

func (d *draft) put(part string, i, j int) {
	at := d.r.place(i, j)
	for range len(part) {
		d.from, d.to = append(d.from, at.Start), append(d.to, at.End)
	}
	d.b.WriteString(part)
}

func (d *draft) done() rendering { return rendering{d.b.String(), d.from, d.to} }

// unescaped undoes escapes.
func (r rendering) unescaped() (rendering, bool) {
	decoded, origin, ok := unescape(r.s)
	if !ok {
		return r, false
	}
	to := make([]int, len(decoded))
	for i := len(decoded) - 1; i >= 0; i-- {
		if to[i] = origin[i+1]; origin[i+1] == origin[i] {
			to[i] = to[i+1]
		}
	}
	return rendering{decoded, origin[:len(decoded)], to}, true
}

const (
	lre, rle, pdf, lro, rlo = '\u202A', '\u202B', '\u202C', '\u202D', '\u202E'
	lri, rli, fsi, pdi      = '\u2066', '\u2067', '\u2068', '\u2069'
)

// displayed turns round what stands in an override of direction: inside RLO Latin letters
// are seen in that order, inside LRO Arabic ones. What is nested in one is turned round
// with it; embeddings and isolates alone change no order of letters. The nesting is that
// of the Unicode Bidirectional Algorithm (UAX 9, X1 to X8).
//
// Where a line ends a plain text ends a paragraph, and with it every override; a page
// goes on. lines says which it is.
func (r rendering) displayed(lines bool) (rendering, bool) {
	if !strings.ContainsAny(r.s, "\u202D\u202E") {
		return r, false
	}
	d := draft{r: r}
	begin := 0 // of what is not written yet
	var nest directions
	for i, c := range r.s {
		switch was := nest.override; {
		case lines && lineEnd(c), c == 0x2029:
			nest = directions{}
			if was {
				d.turn(begin, i)
				begin = i
			}
		case nest.take(c) == was:
		case was:
			end := i + utf8.RuneLen(c)
			d.turn(begin, end)
			begin = end
		default:
			d.keep(begin, i)
			begin = i
		}
	}
	if nest.override {
		d.turn(begin, len(r.s))
	} else {
		d.keep(begin, len(r.s))
	}
	return d.done(), true
}

func lineEnd(c rune) bool {
	return c == '\n' || c == '\r' || 0x1C <= c && c <= 0x1E || c == 0x85
}

// turn writes r.s[i:j] from its end, each character as it is. All of it is one place.
func (d *draft) turn(i, j int) {
	for end := j; end > i; {
		_, n := utf8.DecodeLastRuneInString(d.r.s[i:end])
		d.put(d.r.s[end-n:end], i, j)
		end -= n
	}
}

// directions is what is open in a paragraph.
type directions struct {
	stack    []rune
	isolates int
	override bool
	depth    int // of the stack below the outermost override
}

// take follows one character and reports whether an override is open after it.
func (n *directions) take(c rune) bool {
	switch c {
	case lre, rle, lro, rlo, lri, rli, fsi:
		if !n.override && (c == lro || c == rlo) {
			n.override, n.depth = true, len(n.stack)
		}
		n.stack = append(n.stack, c)
		if isolate(c) {
			n.isolates++
		}
	case pdf:
		if k := len(n.stack); k > 0 && !isolate(n.stack[k-1]) {
			n.stack = n.stack[:k-1]
		}
	case pdi:
		for open := n.isolates > 0; open; {
			k := len(n.stack) - 1
			if isolate(n.stack[k]) {
				n.isolates--
				open = false
			}
			n.stack = n.stack[:k]
		}
	}
	n.override = n.override && len(n.stack) > n.depth
	return n.override
}

func isolate(c rune) bool { return c == lri || c == rli || c == fsi }

// joined takes out what breaks a word and no sentence: one hyphen, dot or the like
// between two letters, and one blank between letters that stand alone, three or more.
func (r rendering) joined() (rendering, bool) {
	d := draft{r: r}
	begin, inWord := 0, false
	alone := 0 // up to here letters stand alone
	for i, c := range r.s {
		switch {
		case breakable(c):
			if !inWord && i >= alone {
				alone = spelledOut(r.s, i)
			}
			inWord = true
			continue
		case inWord && within(c):
			continue
		}
		after := i + runeLen(r.s[i:])
		next, _ := utf8.DecodeRuneInString(r.s[after:])
		if inWord && breakable(next) && (breaks(c) || i < alone && unicode.IsSpace(c)) {
			d.keep(begin, i)
			begin = after
		}
		inWord = false
	}
	if begin == 0 {
		return r, false
	}
	d.keep(begin, len(r.s))
	return d.done(), true
}

// spelledOut is where letters end that stand alone from s[i] on, or i for fewer than three.
func spelledOut(s string, i int) int {
	for n, end, at := 0, i, i; ; n++ {
		at += runeLen(s[at:])
		for at < len(s) && within(firstRune(s[at:])) {
			at += runeLen(s[at:])
		}
		c := firstRune(s[at:])
		inWord := at < len(s) && wordRune(c)
		if !inWord {
			end = at
			next := at + runeLen(s[at:])
			if next < len(s) && (breaks(c) || unicode.IsSpace(c)) && breakable(firstRune(s[next:])) {
				at = next
				continue
			}
			n++
		}
		if n < aloneLetters {
			return i
		}
		return end
	}
}

func runeLen(s string) int {
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// breakable reports letters of the scripts whose words have borders.
func breakable(c rune) bool { return unicode.IsLetter(c) && !unspaced(c) }

func breaks(c rune) bool {
	return strings.ContainsRune("-._'’‘ʼ`·•‧・\u2010\u2011\u2012\u2013", c)
}

// neighbours gives every two characters that stand together in s, folded by whoever
// asks: folding comes later, because it takes Korean syllables apart.
func neighbours(s string) (pairs []string) {
	var last []rune
	for _, c := range s {
		switch {
		case within(c):
		case !syllabic(c):
			last = nil
		default:
			if last = append(last, c); len(last) > 2 {
				last = last[1:]
			}
			if len(last) == 2 && !slices.Contains(pairs, string(last)) {
				pairs = append(pairs, string(last))
			}
		}
	}
	return pairs
}

func syllabic(c rune) bool {
	return unicode.In(c, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}
