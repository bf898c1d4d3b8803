package quote

import "iter"

// memory is who was named so far, in the order of the text.
type memory struct {
	named []speaker
	spoke []speaker // who said something, with the paragraph it was said in
}

const (
	remembered = 256 // mentions looked back over: a long text must stay cheap
	nearby     = 3   // paragraphs over which "she" may look back
)

func (m *memory) name(s speaker) speaker {
	if s.kind == name && len(s.words) == 1 {
		// A surname alone is the person who was named in full.
		for n := range m.back() {
			if n.last == s.last && (n.kind == person || n.kind == name && len(n.words) > 1) {
				s.kind, s.gender = person, n.gender
				break
			}
		}
	}
	m.named = append(m.named, s)
	return s
}

// back is the mentions from the latest to the earliest.
func (m *memory) back() iter.Seq[*speaker] {
	return func(yield func(*speaker) bool) {
		for i := len(m.named) - 1; i >= max(0, len(m.named)-remembered); i-- {
			if !yield(&m.named[i]) {
				return
			}
		}
	}
}

// observe keeps the mentions among items from to to.
func (m *memory) observe(u *unit, from, to int) {
	for i := from; i < to; i++ {
		if u.at(i).what != word || u.at(i).poss > 0 {
			continue
		}
		if u.in(i, "title") && u.at(i+1).cap {
			p := phrase{lo: i, hi: i + 1}
			for p.hi < to && u.at(p.hi).cap && u.at(p.hi).what == word && p.hi-i < 5 {
				p.hi++
				if u.at(p.hi-1).poss > 0 {
					break
				}
			}
			if u.at(p.hi-1).poss == 0 {
				m.name(u.describe(p))
				i = p.hi - 1
			}
			continue
		}
		if u.in(i, "office", "role", "document", "spokesperson") {
			p := u.around(i, to)
			if s := u.describe(p); s.full || s.first {
				m.name(s)
			}
			i = max(i, p.hi-1)
		}
	}
}

// around is the noun phrase whose head stands at item i.
func (u *unit) around(i, to int) phrase {
	lo := u.leftOf(i)
	hi := i + 1
	for hi < to && u.goesOn(lo, hi) && (u.at(hi).cap || u.in(hi, "preposition") || u.in(hi-1, "preposition") || u.in(hi, "role", "office") || u.in(hi-1, "article")) {
		hi++
	}
	for hi > i+1 && u.in(hi-1, "preposition", "article", "determiner") {
		hi--
	}
	p := phrase{lo: lo, hi: hi}
	if end := u.secondName(hi); end > 0 && end <= to {
		p.hi, p.second = end, hi+1
	}
	return p
}

// leftOf is where the phrase with its head at item i begins. Small words before the
// head belong to it only when an article or an owner stands before them.
func (u *unit) leftOf(i int) int {
	const longest, smallest = 8, 3
	lo, small := i, 0
	for j := i - 1; j >= 0 && i-j <= longest; j-- {
		switch {
		case u.at(j).what != word || u.verbish(j) || u.cueForm(j) && !u.at(j).cap || u.adverb(j):
			return lo
		case u.in(j, "article", "determiner"):
			return j
		case u.in(j, "preposition", "conjunction", "subordinate", "pronoun", "not-a-speaker"):
			return lo
		case u.at(j).cap && small == 0 || u.at(j).poss > 0 || u.in(j, "role", "office"):
			lo = j
			if u.at(j).cap {
				small = 0
			}
		default:
			if small++; small > smallest {
				return lo
			}
		}
	}
	return lo
}

// resolve says who the phrase means: for a pronoun or "the mission" the nearest
// earlier mention that fits; where none does, the words as they stand.
func (m *memory) resolve(u *unit, p phrase) speaker {
	s := u.describe(p)
	switch {
	case p.hi-p.lo == 1 && u.in(p.lo, "pronoun"):
		if n, ok := m.pronoun(u, s); ok {
			return s.as(n)
		}
	case u.word(p.lo) == "the" && !s.full && (s.kind == office || s.kind == person):
		for n := range m.back() {
			if n.full && n.kind == s.kind && n.who.End <= s.mention.Start && s.within(*n) {
				return s.as(*n)
			}
		}
	}
	return s
}

func (s speaker) as(n speaker) speaker {
	n.mention, n.para, n.unit, n.first = s.mention, s.para, s.unit, s.first
	return n
}

// within: all words but the article stand in the other mention too.
func (s speaker) within(n speaker) bool {
	for w := range s.words {
		if w != "the" && !n.words[w] {
			return false
		}
	}
	return true
}

func (m *memory) pronoun(u *unit, s speaker) (speaker, bool) {
	switch s.kind {
	case person:
		return m.heOrShe(s)
	case office, people:
		return m.itOrThey(u, s)
	}
	return speaker{}, false
}

// heOrShe: the nearest person who may be meant, if it is also the one who spoke last or
// the only one. Where two may be meant there is no answer, but the one who spoke in the
// sentence before goes first.
func (m *memory) heOrShe(s speaker) (speaker, bool) {
	fits := func(n speaker) bool {
		return (n.kind == person || n.kind == name && len(n.words) > 1) && (n.gender == unknown || n.gender == s.gender) && n.who.End <= s.mention.Start
	}
	var near []speaker
	for n := range m.back() {
		if s.para-n.para > nearby {
			break
		}
		if fits(*n) {
			near = append(near, *n)
		}
	}
	if len(near) == 0 {
		return speaker{}, false
	}
	for i := len(m.spoke) - 1; i >= 0 && s.para-m.spoke[i].para <= nearby; i-- {
		if last := m.spoke[i]; fits(last) {
			return last, last.last == near[0].last
		}
	}
	for _, n := range near {
		if n.last != near[0].last && near[0].gender != s.gender {
			return speaker{}, false
		}
	}
	return near[0], true
}

// itOrThey: who spoke last, when nobody else began a sentence since.
func (m *memory) itOrThey(u *unit, s speaker) (speaker, bool) {
	fits := func(n speaker) bool {
		if s.kind == people {
			return n.kind == people
		}
		return n.kind == office || n.kind == document || n.kind == name
	}
	if n := len(m.spoke); n > 0 {
		if last := m.spoke[n-1]; u.n-last.unit <= 1 && u.para-last.para <= 1 {
			return last, fits(last)
		}
	}
	for n := range m.back() {
		if u.n-n.unit > 1 || u.para-n.para > 1 {
			break
		}
		if n.first && n.unit == u.n-1 && fits(*n) {
			return *n, true
		}
	}
	if n := len(m.spoke); n > 0 {
		if last := m.spoke[n-1]; u.para-last.para <= 1 && fits(last) {
			return last, true
		}
	}
	return speaker{}, false
}

// spokeIn is who spoke last in a paragraph.
func (m *memory) spokeIn(para int) (speaker, bool) {
	for i := len(m.spoke) - 1; i >= 0 && m.spoke[i].para >= para; i-- {
		if m.spoke[i].para == para {
			return m.spoke[i], true
		}
	}
	return speaker{}, false
}
