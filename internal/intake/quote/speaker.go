package quote

import "strings"

// speaker is who speaks, as spans of the text.
type speaker struct {
	who     Span // resolved
	mention Span // what stands at the place
	behalf  Span
	kind    kind
	gender  gender
	words   map[string]bool
	last    string // last word of the name
	unit    int
	para    int
	first   bool // begins its unit
	full    bool // more than an article and a noun
}

type kind int

const (
	unnamed  kind = iota
	name          // a name of which no list says what it is
	person        // a title, a role or a spokesperson
	office        // an office, a state's organ, an organisation
	document      // a report, a statement, a letter
	people        // officials, experts
)

type gender int

const (
	unknown gender = iota
	female
	male
)

// refersTo: may this pronoun, inside the speaker's own words, mean the speaker?
func (s speaker) refersTo(pronoun string) bool {
	switch pronoun {
	case "we", "i":
		return true
	case "he", "she":
		return s.kind == person || s.kind == name
	case "it":
		return s.kind == office || s.kind == document || s.kind == name
	case "they":
		return s.kind == people
	}
	return false
}

// describe reads a noun phrase.
func (u *unit) describe(p phrase) speaker {
	s := speaker{who: span(u.items, p.lo, p.hi), para: u.para, unit: u.n, first: p.lo <= 1, words: map[string]bool{}}
	s.mention = s.who
	caps := 0
	for i := p.lo; i < p.hi; i++ {
		s.words[u.word(i)] = true
		if u.at(i).cap && i > p.lo {
			caps++
		}
		switch {
		case u.in(i, "pronoun") && p.hi-p.lo > 1:
		case u.in(i, "female"), strings.HasSuffix(u.word(i), "woman"):
			s.gender = female
		case s.gender == unknown && (u.in(i, "male") || strings.HasSuffix(u.word(i), "sman")):
			s.gender = male
		}
	}
	s.last = u.word(p.hi - 1)
	s.kind = u.kindOf(p)
	s.full = caps > 0 || u.at(p.lo).cap && !u.in(p.lo, "determiner") || u.possessed(p)
	u.spokesperson(p, &s)
	return s
}

func (u *unit) possessed(p phrase) bool {
	for i := p.lo; i < p.hi; i++ {
		if u.at(i).poss > 0 || i > p.lo && u.in(i, "preposition") {
			return true
		}
	}
	return false
}

func (u *unit) kindOf(p phrase) kind {
	if p.hi-p.lo == 1 && u.in(p.lo, "pronoun") {
		switch u.word(p.lo) {
		case "he", "she":
			return person
		case "it":
			return office
		case "they":
			return people
		}
		return unnamed
	}
	for i := p.lo; i < p.hi; i++ {
		if u.in(i, "title", "spokesperson") && !u.in(i, "office") {
			return person
		}
	}
	h := u.head(p)
	if h < 0 && p.second > 0 {
		h = u.head(phrase{lo: p.second, hi: p.hi})
	}
	switch {
	case h < 0:
		return name
	case u.in(h, "document"):
		return document
	case u.in(h, "office"):
		return office
	case u.in(h, "people"):
		return people
	}
	return person
}

// spokesperson finds for whom a spokesperson speaks, and the spokesperson's own name.
func (u *unit) spokesperson(p phrase, s *speaker) {
	at := -1
	for i := p.lo; i < p.hi && at < 0; i++ {
		if u.in(i, "spokesperson") && u.at(i).poss == 0 {
			at = i
		}
	}
	if at < 0 {
		return
	}
	lo, hi := p.lo, p.hi // the part that holds the role
	if p.second > 0 {
		rest := phrase{lo: p.second, hi: p.hi}
		if at < p.second {
			hi = p.second - 1
		} else {
			lo, rest = p.second, phrase{lo: p.lo, hi: p.second - 1}
		}
		if u.at(rest.lo).cap {
			s.who, s.last = span(u.items, rest.lo, rest.hi), u.word(rest.hi-1)
		}
	}
	s.behalf = u.principal(lo, at, hi)
	if u.at(at+1).cap && at+1 < hi && !u.in(at+1, "preposition") {
		s.who = span(u.items, at+1, hi)
	}
}

// principal: "the ministry’s spokesman", "a spokesman for the ministry", "UN spokesman".
func (u *unit) principal(lo, at, hi int) Span {
	for i := at - 1; i >= lo; i-- {
		if n := u.at(i).poss; n > 0 {
			s := span(u.items, lo, i+1)
			s.End -= n
			return s
		}
	}
	if w := u.word(at + 1); (w == "for" || w == "of") && at+2 < hi {
		return span(u.items, at+2, hi)
	}
	for lo < at && u.in(lo, "reduced-spokes") {
		lo++
	}
	end := at
	for end > lo && u.in(end-1, "reduced-spokes") {
		end--
	}
	for i := lo; i < end; i++ {
		if u.at(i).cap || u.in(i, "office") {
			return span(u.items, lo, end)
		}
	}
	return Span{}
}
