package vault

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/lang"
)

// lexicon gives the words of one way of reading their ids.
type lexicon struct {
	key     func(string) string
	spelled map[string]int32 // word as it is written → id, so that folding is rare
	strange map[string]bool  // spellings of the value at work that are not in the text
}

func newLexicon(key func(string) string) *lexicon {
	return &lexicon{key, map[string]int32{}, map[string]bool{}}
}

// looks marks the keys of words that are compared by their looks: an imitation of a
// name must never count as the name itself where an open text excuses the one.
const looks = "\x00"

// look is the key of a word by its looks. Few letters look like another word in every
// Russian or Greek text; there only a word that mixes alphabets counts.
func look(word string) string {
	if utf8.RuneCountInString(word) < wordLetters && !(strings.ContainsFunc(word, latin) && strings.ContainsFunc(word, imitating)) {
		return looks + lang.Fold(word)
	}
	return looks + lang.Skeleton(word)
}

func latin(r rune) bool     { return unicode.Is(unicode.Latin, r) }
func imitating(r rune) bool { return r >= 0x0370 && unicode.In(r, unicode.Cyrillic, unicode.Greek) }

// cases gives s as it is written and, where a letter may look like a Latin one in one
// case only, in both cases.
func cases(s string) []string {
	if !strings.ContainsFunc(s, imitating) {
		return []string{s}
	}
	return []string{s, strings.ToUpper(s), strings.ToLower(s)}
}

// skeletons gives what the value may look like, folded.
func skeletons(s string) (out []string) {
	for _, c := range cases(s) {
		if f := strings.TrimSpace(lang.Skeleton(c)); !slices.Contains(out, f) {
			out = append(out, f)
		}
	}
	return out
}

// keys gives the keys under which a word of a value may stand in the text.
func (m *matcher) keys(word string) []string {
	folded := lang.Fold(word)
	keys := []string{folded}
	for _, c := range cases(word) {
		key := look(c)
		if m.mixed {
			keys = append(keys, key)
		}
		if bare := key[len(looks):]; bare != folded && utf8.RuneCountInString(bare) >= wordLetters {
			keys = append(keys, bare)
		}
	}
	return keys
}

// mark marks a word where it stands in the text.
func (m *matcher) mark(word string, marks []bool) {
	for _, key := range m.keys(word) {
		if id, ok := m.vocabulary[key]; ok {
			marks[id] = true
		}
	}
}

// beginnings marks what begins with a word of a name or place.
func (m *matcher) beginnings(word string) {
	for _, key := range m.keys(word) {
		for _, longer := range m.beginWith(key) {
			m.wordPart[m.vocabulary[longer]] = true
		}
	}
}

// inflected marks what a word may become where it is written with a capital.
func (m *matcher) inflected(word string) {
	for _, key := range m.keys(word) {
		stem, n := key, utf8.RuneCountInString(key)
		if utf8.RuneCountInString(strings.TrimPrefix(key, looks)) > wordLetters {
			_, last := utf8.DecodeLastRuneInString(key)
			stem = key[:len(key)-last]
		}
		for _, another := range m.beginWith(stem) {
			if utf8.RuneCountInString(another) <= n+endLetters {
				m.wordBent[m.vocabulary[another]] = true
			}
		}
	}
}

// beginWith lists the keys of the text that begin with stem.
func (m *matcher) beginWith(stem string) []string {
	i, _ := slices.BinarySearch(m.inOrder(), stem)
	j := i
	for j < len(m.sorted) && strings.HasPrefix(m.sorted[j], stem) {
		j++
	}
	return m.sorted[i:j]
}

// clitics marks words that end with an Arabic or Hebrew one: and, to, the.
func (m *matcher) clitics(folded string) {
	if m.endings == nil {
		m.endings = map[string][]int32{}
		for key, id := range m.vocabulary {
			n := utf8.RuneCountInString(key)
			for range endLetters {
				c, size := utf8.DecodeRuneInString(key)
				if n--; n < wordLetters || !clitic(c) {
					break
				}
				key = key[size:]
				m.endings[key] = append(m.endings[key], id)
			}
		}
	}
	if !strings.ContainsFunc(folded, func(c rune) bool { return !clitic(c) }) {
		for _, id := range m.endings[folded] {
			m.wordPart[id] = true
		}
	}
}

func clitic(c rune) bool { return unicode.IsLetter(c) && unicode.In(c, unicode.Arabic, unicode.Hebrew) }

// writtenAsOne finds the words of a name without anything between them.
func (m *matcher) writtenAsOne(words []string) {
	if len(words) < 2 || len(words) > joinedWords {
		return
	}
	one := strings.Join(words, "")
	if letterCount(one) < wordLetters || strings.ContainsFunc(one, unspaced) {
		return
	}
	m.mark(one, m.wordPart)
	words = slices.Clone(words)
	slices.Reverse(words)
	m.mark(strings.Join(words, ""), m.wordPart)
}

// broken finds a word of a name or place that the text writes as several words.
func (m *matcher) broken(word, folded string) {
	if squeeze(folded) != folded {
		return // with marks that a squeezed view does not have
	}
	forms := []string{folded}
	for _, skeleton := range skeletons(word) {
		if !slices.Contains(forms, skeleton) {
			forms = append(forms, skeleton)
		}
	}
	for _, form := range forms {
		for _, v := range m.squeezed {
			v.folded.each(form, func(i int) {
				starts := v.wordsOf(i, i+len(form))
				if n := len(starts); n < 2 || n > brokenWords || m.ordinary(v, append(starts, i+len(form))) {
					return
				}
				if at := v.span(i, i+len(form)); !strings.Contains(m.raw.s[at.Start:at.End], border) {
					m.spans = append(m.spans, at)
				}
			})
		}
	}
}

// ordinary reports whether the words of a squeezed view that begin at starts, and end
// at the last of them, stand in the text without a capital, and in open texts too: as
// several words (am in a) or as one (pri-son).
func (m *matcher) ordinary(v view, starts []int) bool {
	last := len(starts) - 1
	if m.excused(v, starts[0], starts[last]) {
		return true
	}
	for k, start := range starts[:last] {
		if !m.excused(v, start, starts[k+1]) {
			return false
		}
	}
	return true
}

// excused reports the same for one word, written without escapes and look-alikes.
func (m *matcher) excused(v view, i, j int) bool {
	word, at := v.folded.s[i:j], v.span(i, j)
	written := m.raw.s[at.Start:at.End]
	id, ok := m.vocabulary[word]
	return ok && m.openSmall[id] && small(written) && squeeze(lang.Fold(written)) == word
}

// small reports a word without a capital, of a script that has capitals. Those of
// Georgian begin no name.
func small(word string) bool {
	letters := false
	for _, c := range word {
		if unicode.IsLetter(c) {
			if !unicode.IsLower(c) || unicode.Is(unicode.Georgian, c) {
				return false
			}
			letters = true
		}
	}
	return letters
}

// capital reports a word whose first letter is one.
func capital(word string) bool {
	i := strings.IndexFunc(word, unicode.IsLetter)
	return i >= 0 && (unicode.IsUpper(firstRune(word[i:])) || unicode.IsTitle(firstRune(word[i:])))
}

// inOrder sorts the words of the text when the first value asks.
func (m *matcher) inOrder() []string {
	if m.sorted == nil {
		m.sorted = make([]string, 0, len(m.vocabulary))
		for key := range m.vocabulary {
			m.sorted = append(m.sorted, key)
		}
		slices.Sort(m.sorted)
	}
	return m.sorted
}

// together finds all words of a name or place close to each other, in any order.
func (m *matcher) together(words []string) {
	words = slices.DeleteFunc(slices.Clone(words), func(w string) bool { return letterCount(w) < wholeLetters })
	if len(words) < 2 || len(words) > runWords {
		return
	}
	wanted := make(map[int32]int, len(words)) // id → which word of the value
	counts := make([]int, 0, len(words))      // how often each is wanted
	index := map[string]int{}
	for _, w := range words {
		folded := lang.Fold(w)
		k, known := index[folded]
		if !known {
			k = len(counts)
			index[folded] = k
			counts = append(counts, 0)
			found := false
			for _, key := range m.keys(w) {
				if id, ok := m.vocabulary[key]; ok {
					wanted[id] = k
					found = true
				}
			}
			if !found {
				return
			}
		}
		counts[k]++
	}
	for _, r := range m.readings {
		for _, start := range m.startsIn(r, wanted) {
			m.closeBy(r, start, wanted, counts, len(words))
		}
	}
}

// startsIn lists where the wanted words stand in a reading.
func (m *matcher) startsIn(r *reading, wanted map[int32]int) (starts []int32) {
	if r.where == nil {
		r.where = make(map[int32][]int32)
		for i, id := range r.word {
			r.where[id] = append(r.where[id], int32(i))
		}
	}
	for id := range wanted {
		starts = append(starts, r.where[id]...)
	}
	return starts
}

// closeBy looks for all n words from one of them on, which no later one may replace.
func (m *matcher) closeBy(r *reading, start int32, wanted map[int32]int, counts []int, n int) {
	var seen [runWords]int
	first := wanted[r.word[start]]
	missing := n
	for i := int(start); i < len(r.word) && i < int(start)+n+2; i++ {
		k, ok := wanted[r.word[i]]
		if !ok {
			continue
		}
		if seen[k]++; seen[k] <= counts[k] {
			missing--
		} else if k == first {
			return
		}
		if missing == 0 {
			at := Found{r.at[start].Start, r.at[i].End}
			if !strings.Contains(m.raw.s[at.Start:at.End], border) {
				m.spans = append(m.spans, at)
			}
			return
		}
	}
}

// border is how a line begins that parts one text from the next when several are
// checked in one question.
const border = "\n\u241E"

func letterCount(s string) (n int) {
	for _, r := range s {
		if wordRune(r) {
			n++
		}
	}
	return n
}
