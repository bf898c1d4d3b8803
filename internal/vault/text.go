package vault

import (
	"bytes"
	"encoding/binary"
	"html"
	"io"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// maxText is how much of an original the leak check reads.
const maxText = 16 << 20

// readText reads a value to its end, unless it is longer than maxText: then it is
// read that far if it begins like a text, and not at all if it does not.
func readText(r io.Reader) ([]byte, error) {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(r, head)
	head = head[:n]
	switch {
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return head, nil
	case err != nil:
		return nil, err
	}
	limit := int64(maxText)
	if _, ok := asText(trimRune(head)); !ok {
		limit = maxShort // a picture, a recording: only a short value is compared byte by byte
	}
	rest, err := io.ReadAll(io.LimitReader(r, limit-int64(n)))
	return append(head, rest...), err
}

// trimRune drops a character that was cut in two at the end.
func trimRune(b []byte) []byte {
	for i := 1; i < utf8.UTFMax && i <= len(b); i++ {
		if c := b[len(b)-i]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[len(b)-i:]) {
				return b[:len(b)-i]
			}
			break
		}
	}
	return b
}

// asText returns b as UTF-8 if it is a text: UTF-8 without NUL, or UTF-16 with a byte order mark.
func asText(b []byte) (string, bool) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		order = binary.BigEndian
	default:
		b = bytes.TrimPrefix(b, []byte("\uFEFF"))
		return string(b), utf8.Valid(b) && bytes.IndexByte(b, 0) < 0
	}
	units := make([]uint16, 0, len(b)/2)
	for b = b[2:]; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	s := string(utf16.Decode(units))
	return s, strings.IndexByte(s, 0) < 0
}

// eachWord calls yield for every word of s: a run of letters, digits and the marks and
// invisible characters in it, or one character of the scripts written without
// blanks. These are lang.Words before folding, so that case and place are still known.
func eachWord(s string, yield func(start, end int)) {
	start := -1
	end := func(at int) {
		if start >= 0 {
			yield(start, at)
			start = -1
		}
	}
	for i, r := range s {
		switch {
		case ideographic(r):
			end(i)
			yield(i, i+utf8.RuneLen(r))
		case wordRune(r), unicode.Is(unicode.Mc, r):
			if start < 0 {
				start = i
			}
		case start >= 0 && within(r):
		default:
			end(i)
		}
	}
	end(len(s))
}

// within reports what does not end a word: marks, and what is not seen.
func within(r rune) bool {
	return unicode.IsMark(r) || unicode.Is(unicode.Cf, r) || unicode.IsControl(r) && !unicode.IsSpace(r)
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

func ideographic(r rune) bool {
	return r >= 0x2E80 && r != '・' && r != '゠' && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// unspaced reports scripts in which a word has no border that a program could see:
// no blanks are written, or, in Korean, what follows a name is written onto it.
func unspaced(r rune) bool {
	return ideographic(r) || r >= 0x0E00 && unicode.In(r, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan)
}

// view is a rendering, folded, with the way back to the text: byte i of folded was made
// by text[from[i]:to[i]]. What is dropped when folding belongs to what stands before it.
type view struct {
	folded   haystack
	from, to []int
	gaps     []gap // of a squeezed view, before each byte
}

// gap is what a squeezed view left out in one place.
type gap byte

const (
	noGap    gap = iota
	wordGap      // a word ends here and another begins
	markLeft     // the marks of a word
)

// readAs folds a rendering, with lang.FoldMap or lang.SkeletonMap.
func readAs(r rendering, fold func(string) (string, []int)) view {
	folded, at := fold(r.s)
	v := view{folded: newHaystack(folded), from: at[:len(folded)], to: make([]int, len(folded))}
	next := len(r.s)
	for i := len(folded) - 1; i >= 0; i-- {
		if at[i+1] != at[i] || i == len(folded)-1 {
			next = at[i+1]
		}
		v.to[i] = next
	}
	if r.from == nil {
		return v
	}
	for i := range v.from {
		place := r.place(v.from[i], v.to[i])
		v.from[i], v.to[i] = place.Start, place.End
	}
	return v
}

// squeezed keeps letters and digits only: hyphens at line ends, dots and blanks
// between the letters of a name do not hide it there.
func (v view) squeezed() view {
	var b strings.Builder
	var from, to []int
	var gaps []gap
	before, signs := wordGap, false
	for i, r := range v.folded.s {
		if !wordRune(r) {
			if before == noGap && within(r) {
				before = markLeft
			} else if before != markLeft {
				before = wordGap
			}
			continue
		}
		n := utf8.RuneLen(r)
		if ideographic(r) || signs {
			before = wordGap
		}
		gaps = append(append(gaps, before), make([]gap, n-1)...)
		before, signs = noGap, ideographic(r)
		from, to = append(from, v.from[i:i+n]...), append(to, v.to[i:i+n]...)
		b.WriteRune(r)
	}
	return view{newHaystack(b.String()), from, to, append(gaps, max(before, wordGap))}
}

// wordsOf gives the beginnings of the words that folded[i:j] of a squeezed view is made
// of, or nil if it is not made of whole ones or if they have marks.
func (v view) wordsOf(i, j int) (starts []int) {
	if v.gaps[i] != wordGap || v.gaps[j] != wordGap {
		return nil
	}
	for k := i; k < j; k++ {
		switch v.gaps[k] {
		case wordGap:
			starts = append(starts, k)
		case markLeft:
			return nil
		}
	}
	return starts
}

// span leads folded[i:j] back to the text. A find that ends inside what one character
// folded to holds the whole of it.
func (v view) span(i, j int) Found { return Found{v.from[i], v.to[j-1]} }

// alone reports whether folded[i:j] is no part of a longer word.
func (v view) alone(i, j int) bool {
	before, _ := utf8.DecodeLastRuneInString(v.folded.s[:i])
	after, _ := utf8.DecodeRuneInString(v.folded.s[j:])
	return !wordRune(before) && !wordRune(after)
}

// cuts reports whether folded[i:j] begins or ends inside one character of the text.
func (v view) cuts(i, j int) bool {
	return i > 0 && v.from[i-1] == v.from[i] && v.to[i-1] == v.to[i] ||
		j < len(v.from) && v.from[j-1] == v.from[j] && v.to[j-1] == v.to[j]
}

// unescape undoes the escapes under which the same words stand in addresses, pages
// and data: %41, &#65; and &amp;, \u0041 and \n. ok is false when there are none.
func unescape(text string) (decoded string, origin []int, ok bool) {
	if !strings.ContainsAny(text, `%&\`) {
		return "", nil, false
	}
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		s, n := escape(text[i:])
		if n == 0 {
			s, n = text[i:i+1], 1
		} else {
			ok = true
		}
		for range len(s) {
			origin = append(origin, i)
		}
		out = append(out, s...)
		i += n
	}
	return string(out), append(origin, len(text)), ok
}

// escape returns what the escape at the beginning of s stands for, and its length; 0 for none.
func escape(s string) (string, int) {
	switch s[0] {
	case '%':
		if c, err := strconv.ParseUint(cut(s, 1, 3), 16, 8); err == nil {
			return string([]byte{byte(c)}), 3
		}
	case '&':
		if end := strings.IndexByte(cut(s, 0, min(len(s), 34)), ';'); end > 1 {
			if u := html.UnescapeString(s[:end+1]); u != s[:end+1] {
				return u, end + 1
			}
		}
	case '\\':
		if len(s) > 1 && strings.IndexByte("ntr", s[1]) >= 0 {
			return "\n", 2
		}
		return unicodeEscape(s)
	}
	return "", 0
}

// unicodeEscape reads \u0041, also as a pair of surrogates.
func unicodeEscape(s string) (string, int) {
	unit := func(s string) (rune, bool) {
		c, err := strconv.ParseUint(cut(s, 2, 6), 16, 16)
		return rune(c), err == nil && strings.HasPrefix(s, `\u`)
	}
	r, ok := unit(s)
	if !ok {
		return "", 0
	}
	if utf16.IsSurrogate(r) {
		low, ok := unit(s[6:])
		if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
			return string(pair), 12
		}
		return "", 0
	}
	return string(r), 6
}

// cut is s[from:to], or "" when s is shorter.
func cut(s string, from, to int) string {
	if len(s) < to {
		return ""
	}
	return s[from:to]
}
