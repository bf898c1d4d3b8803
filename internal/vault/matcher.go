package vault

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/lang"
	"heed/internal/seal"
)

// The measures of a leak. Below them the same letters stand in any text.
const (
	runWords     = 6   // this many words of a sealed text in a row
	wordLetters  = 4   // letters of one word of a name or place, and of a name-like word
	wordSigns    = 2   // the same in scripts of whole syllables and words
	squeezedMin  = 8   // letters of a value that is looked for without its blanks
	shortValue   = 256 // bytes of a value that is looked for in encoded forms
	minBase64    = 4   // characters
	minHex       = 6   // digits
	maxOverlap   = 256 // bytes of a value whose finds may overlap; longer ones would cost n²
	wholeLetters = 2   // letters and digits of a value that is looked for at all
	aloneLetters = 3   // letters that stand alone and are read as one word
	endLetters   = 3   // letters of an ending, and of what is written onto a word before it
	brokenWords  = 6   // words into which one is broken
	joinedWords  = 3   // words of a name that are written as one
)

// matcher looks for sealed values in one text. It sees no database and keeps none of
// the values: what a value leaves behind are positions, and marks on words of the text.
//
//   - Name, place, note and file name (also without its extension): the folded value
//     anywhere in the folded text, with its blanks or without; fewer than four letters
//     as a whole word only. That the words stand in open texts excuses nothing.
//   - Of names and places each word of four letters or more, as a whole word, of five
//     also as the beginning of one, and inflected; see parts. The words of a name of two
//     or three written as one word, in this order or the other. A word of five letters
//     or more broken into up to six words by anything that is neither letter nor digit.
//     And two to six words in any order and close to each other, however short. In
//     scripts without blanks each part, anywhere, and of names every two neighbouring
//     characters of three or more.
//   - Of notes each run of six words.
//   - Original: each run of six words, and each name-like word (written with a capital
//     elsewhere than at the beginning of a sentence, or with digits), unless it stands
//     in an open text too.
//   - Short values of any kind: also in base64, in hex, and raw if they are no text.
//
// The text is read as it is; with the escapes of addresses, pages and data undone; as it
// is displayed where directions are overridden; word by word, with broken and spelled-out
// words joined; and each of these by the looks of Cyrillic and Greek letters.
//
// Excused: a find of one word of a name or place (exact, as a beginning, broken, or of
// several words written as one), where the text writes it without a capital and open
// texts write without a capital what stands there: the prison, the villagers, I am in a
// house. What is written with a capital, in a script without capitals, with escapes or
// in look-alikes is never excused, and no find of a whole value or of several words is.
//
// Not found: a phone number or a date written another way, base64 of a part of a value,
// hex of its folded form, a transliteration, a translation, a nickname, a paraphrase; one
// short word of a name; an inflected word in small letters, of fewer than four letters or
// changed in more than its last letter; inflection in scripts without capitals, but for
// what Arabic and Hebrew write before a word (an article that they change, too); a word
// broken by letters, digits or markup, or broken and inflected; a Cyrillic or Greek word
// of fewer than four letters imitated with Latin ones; letters replaced by digits or by
// look-alikes of other alphabets; a name in a picture; order that markup makes.
//
// BUG(heed): An original that is no text as it lies there (a scan, a recording, an office
// file), and what follows the first 16 MiB of one, is not compared with anything.
type matcher struct {
	raw    haystack // the text, byte by byte
	lower  haystack // the same with small ASCII letters, for hex
	open   []string
	folded bool // whether open is folded by now; see stands

	views    []view
	looks    []view // the same by looks
	squeezed []view // both
	readings []*reading

	vocabulary map[string]int32 // key of a word of the text → id
	sorted     []string         // the keys in order; see inOrder
	plain      *lexicon         // words by their folded form
	looking    *lexicon         // words by their looks
	mixed      bool             // whether the text is read by looks
	runs       map[run]int32    // six words of the text → id

	endings map[string][]int32 // what words of the text end with → ids; see clitics

	word, wordOpen, wordSure []bool // by word: in an original; in an open text; a short value
	wordPart, wordBent       []bool // by word: of a name or place; the same where it has a capital
	openSmall                []bool // by word: in an open text without a capital
	run_, runOpen, runSure   []bool // by run: the same, of originals and of notes

	spans []Found
}

// run is six words by their ids.
type run [runWords]int32

// reading is the text as a sequence of words.
type reading struct {
	at   []Found // of each word
	word []int32
	run  []int32 // the run that begins at each word, -1 near the end

	plain          []int32 // of each word by its folded form
	small, capital []bool  // how each word is written; see small

	where map[int32][]int32 // places of each word; see startsIn
}

func newMatcher(q Query) *matcher {
	text := string(q.Text)
	m := &matcher{raw: newHaystack(text), lower: newHaystack(asciiLower(text)), vocabulary: map[string]int32{},
		plain: newLexicon(lang.Fold), looking: newLexicon(look), runs: map[run]int32{}}
	r := rendering{s: text}
	m.read(r)
	if another, ok := r.unescaped(); ok {
		r = another
		m.read(r)
	}
	if page, ok := r.displayed(false); ok {
		m.read(page)
		r, _ = r.displayed(true)
		m.read(r)
	}
	if words, ok := r.joined(); ok {
		m.readWords(words)
	}
	for _, marks := range []*[]bool{&m.word, &m.wordOpen, &m.wordSure, &m.wordPart, &m.wordBent, &m.openSmall} {
		*marks = make([]bool, len(m.vocabulary))
	}
	m.run_, m.runOpen, m.runSure = make([]bool, len(m.runs)), make([]bool, len(m.runs)), make([]bool, len(m.runs))
	for _, b := range q.Open {
		s, ok := asText(b)
		if !ok {
			s = strings.ToValidUTF8(string(b), " ")
		}
		m.scan(s, m.wordOpen, m.runOpen)
		m.scanSmall(s)
		m.open = append(m.open, s)
		m.forget()
	}
	return m
}

// asciiLower keeps every byte where it is, which strings.ToLower does not.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] += 'a' - 'A'
		}
	}
	return string(b)
}

// read indexes one way of reading the text.
func (m *matcher) read(r rendering) {
	v := readAs(r, lang.FoldMap)
	m.views, m.squeezed = append(m.views, v), append(m.squeezed, v.squeezed())
	if strings.ContainsFunc(r.s, imitating) {
		v := readAs(r, lang.SkeletonMap)
		m.looks, m.squeezed = append(m.looks, v), append(m.squeezed, v.squeezed())
	}
	m.readWords(r)
}

func (m *matcher) readWords(r rendering) {
	m.readings = append(m.readings, m.wordsOf(r, m.plain))
	if strings.ContainsFunc(r.s, imitating) {
		m.mixed = true
		m.readings = append(m.readings, m.wordsOf(r, m.looking))
	}
}

func (m *matcher) wordsOf(from rendering, l *lexicon) *reading {
	var r reading
	var w window
	eachWord(from.s, func(start, end int) {
		id := m.learn(l, from.s[start:end])
		r.word = append(r.word, id)
		r.plain = append(r.plain, m.learn(m.plain, from.s[start:end]))
		r.small = append(r.small, small(from.s[start:end]))
		r.capital = append(r.capital, capital(from.s[start:end]))
		r.run = append(r.run, -1)
		r.at = append(r.at, from.place(start, end))
		if six, ok := w.push(id); ok {
			n, known := m.runs[six]
			if !known {
				n = int32(len(m.runs))
				m.runs[six] = n
			}
			r.run[len(r.run)-runWords] = n
		}
	})
	return &r
}

// learn gives a word of the text its id.
func (m *matcher) learn(l *lexicon, spelled string) int32 {
	if id, ok := l.spelled[spelled]; ok {
		return id
	}
	key := l.key(spelled)
	id, ok := m.vocabulary[key]
	if !ok {
		id = int32(len(m.vocabulary))
		m.vocabulary[strings.Clone(key)] = id
	}
	l.spelled[strings.Clone(spelled)] = id
	return id
}

// lookup gives the id of a word that may stand in the text, or -1.
func (m *matcher) lookup(l *lexicon, spelled string) int32 {
	if id, ok := l.spelled[spelled]; ok {
		return id
	}
	if l.strange[spelled] {
		return -1
	}
	if id, ok := m.vocabulary[l.key(spelled)]; ok {
		return id
	}
	l.strange[spelled] = true
	return -1
}

// lexicons are those that the text was read with.
func (m *matcher) lexicons() []*lexicon {
	if m.mixed {
		return []*lexicon{m.plain, m.looking}
	}
	return []*lexicon{m.plain}
}

// forget drops what is kept of one value.
func (m *matcher) forget() {
	clear(m.plain.strange)
	clear(m.looking.strange)
}

// window holds the last six words.
type window struct {
	six run
	n   int
}

// push adds a word and reports whether the last six all stand in the text.
func (w *window) push(id int32) (run, bool) {
	copy(w.six[:], w.six[1:])
	w.six[runWords-1] = id
	if w.n++; id < 0 {
		w.n = 0
	}
	return w.six, w.n >= runWords
}

// scan marks the words and the runs of s that stand in the text, and counts the words.
func (m *matcher) scan(s string, words, runs []bool) (n int) {
	for _, l := range m.lexicons() {
		n = m.scanBy(l, s, words, runs)
	}
	return n
}

func (m *matcher) scanBy(l *lexicon, s string, words, runs []bool) (n int) {
	var w window
	eachWord(s, func(start, end int) {
		n++
		id := m.lookup(l, s[start:end])
		if id >= 0 && words != nil {
			words[id] = true
		}
		if six, ok := w.push(id); ok {
			if r, known := m.runs[six]; known {
				runs[r] = true
			}
		}
	})
	return n
}

// scanSmall marks the words that an open text writes without a capital.
func (m *matcher) scanSmall(s string) {
	eachWord(s, func(start, end int) {
		if id := m.lookup(m.plain, s[start:end]); id >= 0 && !m.openSmall[id] {
			m.openSmall[id] = small(s[start:end])
		}
	})
}

// add looks for one value.
func (m *matcher) add(kind seal.Kind, value []byte) {
	defer m.forget()
	s, isText := asText(value)
	s = strings.TrimSpace(s)
	if len(value) <= shortValue && !(kind == seal.Original && m.stands(s)) {
		m.encoded(value, isText)
	}
	switch {
	case !isText:
		return
	case kind == seal.Original:
		m.original(s)
		return
	}
	m.whole(s)
	switch kind {
	case seal.FileName:
		if dot := strings.LastIndexByte(s, '.'); dot > 0 && !generic(s[:dot]) {
			m.whole(s[:dot])
		}
	case seal.Name, seal.Place:
		m.parts(s)
		if pairs := neighbours(s); kind == seal.Name && letterCount(s) > wordSigns {
			for _, pair := range pairs {
				m.pair(lang.Fold(pair))
			}
		}
	case seal.Note:
		m.scan(s, nil, m.runSure)
	}
}

// whole finds a value anywhere.
func (m *matcher) whole(s string) {
	folded := strings.TrimSpace(lang.Fold(s))
	letters, signs := 0, false
	for _, r := range folded {
		if wordRune(r) {
			letters++
			signs = signs || ideographic(r)
		}
	}
	if letters < wholeLetters && !signs {
		return // a dash or a single letter stands in every text
	}
	if letters < wordLetters && !strings.ContainsFunc(folded, func(r rune) bool { return !wordRune(r) || unspaced(r) }) {
		m.mark(s, m.wordSure) // Ali is no part of nationality
		return
	}
	m.find(m.views, folded)
	if letters >= wordLetters {
		m.findLooks(s, folded)
	}
	if letters >= squeezedMin || signs && letters > wordSigns {
		m.find(m.squeezed, squeeze(folded))
	}
	if letters >= squeezedMin {
		for _, skeleton := range skeletons(s) {
			m.find(m.squeezed, squeeze(skeleton))
		}
	}
}

func squeeze(folded string) string {
	return strings.Map(func(r rune) rune {
		if wordRune(r) {
			return r
		}
		return -1
	}, folded)
}

// findLooks finds what looks like the value. The same letters inside a longer word are
// a word of another language.
func (m *matcher) findLooks(s, folded string) {
	for _, skeleton := range skeletons(s) {
		views := m.looks
		if skeleton != folded { // or it was found there already
			views = slices.Concat(m.views, m.looks)
		}
		for _, v := range views {
			v.folded.each(skeleton, func(i int) {
				if j := i + len(skeleton); v.alone(i, j) {
					m.spans = append(m.spans, v.span(i, j))
				}
			})
		}
	}
}

// pair finds two neighbouring characters; half a Korean syllable is none.
func (m *matcher) pair(folded string) {
	for _, v := range m.views {
		v.folded.each(folded, func(i int) {
			if j := i + len(folded); !v.cuts(i, j) {
				m.spans = append(m.spans, v.span(i, j))
			}
		})
	}
}

func (m *matcher) find(views []view, folded string) {
	for _, v := range views {
		v.folded.each(folded, func(i int) {
			m.spans = append(m.spans, v.span(i, i+len(folded)))
		})
	}
}

// parts finds the longer words of a name or place: as they are; with a capital also
// inflected, which is up to three letters more, of five letters or more also in place of
// the last one (Ivana, Irenu); in Arabic and Hebrew with up to three letters before.
func (m *matcher) parts(s string) {
	parts := wordsIn(s)
	m.together(parts)
	m.writtenAsOne(parts)
	for _, field := range strings.Fields(s) {
		if some := wordsIn(field); len(some) < len(parts) {
			m.writtenAsOne(some) // the O'Brien of Sean O'Brien
		}
	}
	for _, part := range parts {
		folded := lang.Fold(part)
		letters, signs := 0, 0
		for _, r := range folded {
			letters++
			if unspaced(r) && !(0x1160 <= r && r <= 0x11FF) { // a Korean syllable counts by its first letter
				signs++
			}
		}
		switch {
		case signs > 0 && (syllabic(firstRune(folded)) && signs >= wordSigns || letters >= wordLetters):
			m.find(m.views, folded)
		case signs == 0 && letters >= wordLetters:
			m.mark(part, m.wordPart)
			m.inflected(part)
			m.clitics(folded)
			if letters > wordLetters {
				m.beginnings(part)
				m.broken(part, folded)
			}
		}
	}
}

func wordsIn(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return !wordRune(r) && !within(r) })
}

// genericStems are names of files that tell nobody. What holds one of them and nothing
// else but digits is looked for with its extension only: a report that may not say
// "interview" could not be written.
const genericStems = " interview interviews notes note statement testimony transcript scan document doc file recording audio video image photo img draft final copy "

// generic reports whether a file's stem is made of such words and digits alone.
func generic(stem string) bool {
	words := lang.Words(strings.ReplaceAll(stem, "_", " "))
	return len(words) > 0 && !slices.ContainsFunc(words, func(w string) bool {
		return strings.Trim(w, "0123456789") != "" && !strings.Contains(genericStems, " "+w+" ")
	})
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// original marks what a sealed text has in common with the text. Whether an open text
// excuses it is decided in found.
func (m *matcher) original(s string) {
	if n := m.scan(s, nil, m.run_); n < runWords && !m.stands(s) {
		m.whole(s)
	}
	last := 0
	var before string
	eachWord(s, func(start, end int) {
		word := s[start:end]
		if nameLike(word, begins(s[last:start], before)) {
			for _, l := range m.lexicons() {
				if id := m.lookup(l, word); id >= 0 {
					m.word[id] = true
				}
			}
		}
		last, before = end, word
	})
}

// stands reports whether an open text holds all of s.
func (m *matcher) stands(s string) bool {
	if !m.folded { // few values ask
		for i, open := range m.open {
			m.open[i] = lang.Fold(open)
		}
		m.folded = true
	}
	folded := strings.TrimSpace(lang.Fold(s))
	return slices.ContainsFunc(m.open, func(open string) bool { return strings.Contains(open, folded) })
}

// nameLike reports a word of four characters or more with a digit, or with a capital
// that no beginning of a sentence explains.
func nameLike(word string, first bool) bool {
	if utf8.RuneCountInString(word) < wordLetters {
		return false
	}
	if strings.ContainsFunc(word, unicode.IsNumber) {
		return true
	}
	r := firstRune(word)
	return !first && (unicode.IsUpper(r) || unicode.IsTitle(r))
}

// begins reports whether a sentence begins after gap, which stands between the word
// before and the next one. A full stop after a title or an initial ends none.
func begins(gap, before string) bool {
	if before == "" || strings.ContainsAny(gap, "!?…。！？؟۔") || strings.Count(gap, "\n") > 1 {
		return true
	}
	if !strings.Contains(gap, ".") {
		return false
	}
	switch lang.Fold(before) {
	case "mr", "mrs", "ms", "dr", "prof", "st", "sr", "jr":
		return false
	}
	return utf8.RuneCountInString(before) > 1
}

// encoded finds a short value in base64 at each of its three alignments (what encodes
// it with its neighbours differs at the ends only), in hex, and, when it is no text that
// could be folded, as it is.
func (m *matcher) encoded(value []byte, isText bool) {
	forms := [][]byte{value}
	if trimmed := bytes.TrimSpace(value); len(trimmed) < len(value) {
		forms = append(forms, trimmed)
	}
	for _, b := range forms {
		if digits := hex.EncodeToString(b); len(digits) >= minHex {
			m.literal(m.lower, digits)
			if !isText {
				m.literal(m.raw, string(b))
			}
		}
		for _, alphabet := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for shift := range 3 {
				code := alphabet.EncodeToString(append(make([]byte, shift), b...))
				begin := (shift*8 + 5) / 6      // before it, characters made of neighbours too
				end := (shift + len(b)) * 8 / 6 // after it, the same
				if end-begin >= minBase64 {
					m.literal(m.raw, code[begin:end])
				}
			}
		}
	}
}

func (m *matcher) literal(h haystack, part string) {
	h.each(part, func(i int) { m.spans = append(m.spans, Found{i, i + len(part)}) })
}

// found returns all places, in order; what overlaps is one place.
func (m *matcher) found() []Found {
	spans := m.spans
	for _, r := range m.readings {
		for i, w := range r.word {
			part := m.wordPart[w] && !(r.small[i] && m.openSmall[r.plain[i]]) || m.wordBent[w] && r.capital[i]
			if part || m.wordSure[w] || m.word[w] && !m.wordOpen[w] {
				spans = append(spans, r.at[i])
			}
			if n := r.run[i]; n >= 0 && (m.runSure[n] || m.run_[n] && !m.runOpen[n]) {
				spans = append(spans, Found{r.at[i].Start, r.at[i+runWords-1].End})
			}
		}
	}
	slices.SortFunc(spans, func(a, b Found) int { return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.End, b.End)) })
	var out []Found
	for _, s := range spans {
		if n := len(out); n > 0 && s.Start < out[n-1].End {
			out[n-1].End = max(out[n-1].End, s.End)
			continue
		}
		out = append(out, s)
	}
	return out
}
