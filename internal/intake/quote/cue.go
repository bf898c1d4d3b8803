package quote

import "strings"

// how a cue comes by its subject.
type join int

const (
	own        join = iota // its own, before it: the minister said
	inverted               // its own, after it: said the minister
	shared                 // that of the cue before: concluded … and calls for …
	participle             // that of the cue before: …, adding that …
	relative               // its own, inside a relative clause: the report, which it said …
	according              // its own, after it: according to the minister
	noun                   // a noun that tells: there are reports of …; a document that detailed …
)

// cue is a reporting verb with its subject.
type cue struct {
	from, at, end int // items: the verb group begins at from, the verb is at to end
	verb          *verb
	subject       phrase
	join          join
	future        bool
	start         int // item where the content after it begins, or -1
}

// cues finds the reporting verbs of the unit that stand outside quoted words and have
// somebody who speaks.
func (u *unit) cues() (out []cue) {
	for i := 0; i < len(u.items); i++ {
		c, ok := u.cueAt(i)
		if !ok {
			continue
		}
		out = append(out, c)
		i = max(c.end, c.at+1) - 1
		if c.join == inverted {
			i = max(i, c.subject.hi-1)
		}
	}
	return out
}

func (u *unit) cueAt(i int) (cue, bool) {
	for _, special := range []func(int) (cue, bool){u.accordingTo, u.thereAreReports, u.documentThat} {
		if c, ok := special(i); ok {
			return c, true
		}
	}
	if u.at(i).cap {
		return cue{}, false // a name: the United States
	}
	for _, f := range u.lex.forms[u.word(i)] {
		c := cue{from: i, at: i, end: i + len(f.words), verb: f.verb, start: -1}
		if !u.matches(i, f.words) {
			continue
		}
		if !u.group(&c) || !u.findSubject(&c) {
			return c, false
		}
		c.start = u.contentStart(c)
		return c, c.start >= 0 || u.mayTrail(c)
	}
	return cue{}, false
}

func (u *unit) matches(i int, words []string) bool {
	for k, w := range words {
		if u.word(i+k) != w || u.at(i+k).poss > 0 {
			return false
		}
	}
	return true
}

// group walks back over "has also firmly". A verb that is denied, only thought of or
// passive is no cue: nobody said it.
func (u *unit) group(c *cue) bool {
	be := false
	for j := c.at - 1; j >= 0; j-- {
		switch {
		case u.in(j, "negative") || strings.HasSuffix(u.word(j), "n't"):
			return false
		case u.in(j, "modal"):
			if !u.in(j, "future") || !c.verb.is("consider") {
				return false
			}
			c.future = true
		case u.in(j, "be"):
			be = true
		case u.in(j, "auxiliary"):
		case u.word(j) == "it" && u.word(c.at) == "made" && u.in(j-1, "auxiliary"): // had it made clear
		case u.adverb(j):
		default:
			c.from = j + 1
			return u.word(j) != "to" && c.verbForm(u, be)
		}
		c.from = j
	}
	return c.verbForm(u, be)
}

// verbForm: "is urging" and "urged" report; "is urged" and "urging" alone do not.
func (c *cue) verbForm(u *unit, be bool) bool {
	if c.verb.is("consider") && !c.future {
		return false
	}
	if u.ing(*c) {
		if !be {
			c.join = participle
		}
		return true
	}
	return !be
}

func (u *unit) ing(c cue) bool { return strings.HasSuffix(u.word(c.at), "ing") }

func (u *unit) findSubject(c *cue) bool {
	if c.join == participle {
		return u.isMark(c.from-1, ",")
	}
	if u.standsAfter(c) {
		c.join = inverted
		return true
	}
	if w := u.word(c.from - 1); w == "and" || w == "but" {
		c.join = shared
		return true
	}
	p, ok := u.subject(c.from)
	if !ok {
		return false
	}
	if u.bareForm(*c) && !u.plural(p) {
		return false // "a controversial comment that …" is no verb
	}
	c.subject = p
	switch before := u.word(p.boundary); {
	case before == "which":
		c.join = relative
		return u.isMark(p.boundary-1, ",")
	case u.lex.has("hypothetical", before) && before != "":
		return false
	}
	return true
}

// standsAfter finds a subject after the verb: "…", said the envoy. After a comma alone a
// subject before the verb is likelier: the envoy, Mara Lind, said the depot …
func (u *unit) standsAfter(c *cue) bool {
	if !c.verb.is("invert") || c.from != c.at || !u.closesSpeech(c.at-1) || u.thats(c.end) {
		return false
	}
	if !u.isQuote(c.at-1) && !u.isQuote(c.at-2) {
		if _, ok := u.subject(c.from); ok {
			return false
		}
	}
	p, ok := u.after(c.end)
	if !ok || u.verbish(p.hi) {
		return false
	}
	c.subject = p
	return true
}

// bareForm: "say", which needs many who say it.
func (u *unit) bareForm(c cue) bool {
	w := u.word(c.at)
	for _, ending := range []string{"s", "ed", "ing"} {
		if strings.HasSuffix(w, ending) {
			return false
		}
	}
	return !u.in(c.at, "past-irregular", "modal") && !c.future
}

func (u *unit) plural(p phrase) bool {
	if u.in(p.lo, "pronoun") {
		return u.word(p.lo) != "he" && u.word(p.lo) != "she" && u.word(p.lo) != "it"
	}
	for i := p.lo; i < u.headEnd(p); i++ {
		if u.word(i) == "and" || u.in(i, "people", "plural") {
			return true
		}
	}
	return strings.HasSuffix(u.word(u.headEnd(p)-1), "s")
}

func (u *unit) thats(i int) bool { return u.word(i) == "that" || u.isMark(i, ":") }

// closesSpeech: content may end at item i: a comma or quoted words.
func (u *unit) closesSpeech(i int) bool { return u.isQuote(i) || u.isMark(i, ",?!") }

// mayTrail: the cue follows what it reports, as in: the depot is empty, the ministry said.
func (u *unit) mayTrail(c cue) bool {
	if !c.verb.is("say") && !c.verb.is("tell") {
		return false
	}
	switch c.join {
	case inverted:
		return true
	case own:
		return u.closesSpeech(c.subject.boundary)
	}
	return false
}

// contentStart is the item where what is said begins after the cue, or -1.
func (u *unit) contentStart(c cue) int {
	if c.join == inverted {
		return -1
	}
	if c.join == relative {
		return c.end
	}
	next := u.at(c.end)
	switch {
	case c.verb.is("say") || c.verb.is("tell") || c.verb.is("hope"):
		if i := u.clauseStart(c); i >= 0 {
			return i
		}
		if !c.verb.is("judge") {
			return -1
		}
	case c.verb.is("urge"):
		if next.what == mark && !u.isMark(c.end, ":") {
			return -1
		}
	}
	if u.isMark(c.end, ":") && u.isQuote(c.end+1) {
		return c.end + 1
	}
	if next.what == mark || u.in(c.end, "preposition", "conjunction", "subordinate") && u.word(c.end) != "that" {
		return -1
	}
	return c.end
}

// clauseStart looks for "that", for quoted words or, where the verb allows it, for a
// bare clause; a date or an occasion may stand between.
func (u *unit) clauseStart(c cue) int {
	const reach = 16
	i := c.end
	for ; i < len(u.items) && i < c.end+reach; i++ {
		switch {
		case u.word(i) == "that":
			if u.relativeThat(i) || c.verb.is("quoted") || c.verb.is("judge") && !u.sayable(i, u.markBefore(i, len(u.items))) {
				return -1
			}
			return i
		case u.isQuote(i):
			if i == c.end || u.isMark(i-1, ":,") {
				return i
			}
			return u.bareStart(c)
		case i == c.end && !c.verb.is("tell") && !u.when(i) && u.clauseLike(i):
			return u.bareStart(c)
		case u.isMark(i, ":"):
			if u.isQuote(i + 1) {
				return i + 1
			}
			return -1
		case u.isMark(i, ","):
			if !u.isQuote(i + 1) {
				return u.bareStart(c)
			}
		case u.at(i).what == mark:
			return u.bareStart(c)
		case i > c.end && (u.verbish(i) || u.cueForm(i)):
			return u.bareStart(c)
		}
	}
	return u.bareStart(c)
}

// relativeThat: "states that signed" reports nothing.
func (u *unit) relativeThat(i int) bool {
	return u.verbish(i+1) || strings.HasSuffix(u.word(i+1), "ed") && !u.at(i+1).cap
}

// bareStart is the start of a clause without "that".
func (u *unit) bareStart(c cue) int {
	i := c.end
	switch {
	case c.verb.is("tell") && u.in(i, "hearer") && !u.in(i+1, "when") && u.clauseLike(i+1):
		return i + 1
	case !c.verb.is("bare") && !c.verb.is("hope"):
		return -1
	}
	for u.word(i) == "on" && u.when(i+1) || u.when(i) && i > c.end || u.in(i, "when") {
		i++
		for u.when(i) {
			i++
		}
	}
	if !u.clauseLike(i) {
		return -1
	}
	return i
}

// clauseLike: a clause of at least two items may begin here.
func (u *unit) clauseLike(i int) bool {
	if u.isQuote(i) {
		return true
	}
	if u.at(i).what != word || u.at(i+1).what == mark || u.in(i+1, "time-unit") {
		return false
	}
	return !u.in(i, "preposition", "conjunction", "subordinate", "auxiliary", "negative") && !strings.HasSuffix(u.word(i), "ing") && !u.adverb(i)
}

// accordingTo reads "according to the ministry".
func (u *unit) accordingTo(i int) (cue, bool) {
	if u.word(i) != "according" || u.word(i+1) != "to" {
		return cue{}, false
	}
	p, ok := u.after(i + 2)
	if ok && u.isMark(p.hi, ",") && p.second == 0 {
		p.boundary = i - 1
	}
	return cue{from: i, at: i, end: i + 2, verb: plain, subject: p, join: according, start: -1}, ok
}

// plain is what is said without a verb that says how.
var plain = &verb{frames: map[string]bool{"say": true}, clause: Asserts}

// thereAreReports reads "there are reports of …": somebody reports, and nobody says who.
func (u *unit) thereAreReports(i int) (cue, bool) {
	if u.word(i) != "reports" || !u.there(i) {
		return cue{}, false
	}
	c := cue{from: i, at: i, end: i + 1, verb: plain, subject: phrase{lo: i, hi: i + 1, boundary: i - 1}, join: noun}
	for w := range u.lex.classes["reports-say"] {
		words := strings.Split(w, "_")
		if !u.matches(i+1, words) {
			continue
		}
		c.start = i + 1 + len(words)
		if w == "that" {
			c.start = i + 1
		} else if w != "of" {
			c.from, c.at, c.end = i+1, i+1, c.start
		}
		return c, c.start < len(u.items) && u.at(c.start).what != mark
	}
	return cue{}, false
}

func (u *unit) there(i int) bool {
	for j := i - 1; j >= max(0, i-4); j-- {
		if u.word(j) == "there" {
			return true
		}
	}
	return false
}

// documentThat reads "a document that detailed …".
func (u *unit) documentThat(i int) (cue, bool) {
	if !u.in(i, "document-tells") || u.word(i-1) != "that" {
		return cue{}, false
	}
	const reach = 12
	for lo := i - 2; lo >= max(0, i-reach); lo-- {
		if u.at(lo).what != word || u.verbish(lo) {
			break
		}
		p := phrase{lo: lo, hi: i - 1, boundary: lo - 1}
		if u.in(lo, "article") && u.documentary(p) {
			return cue{from: i, at: i, end: i + 1, verb: plain, subject: p, join: noun, start: i + 1}, u.at(i+1).what != mark && i+1 < len(u.items)
		}
	}
	return cue{}, false
}

// documentary: the head of the phrase is a document.
func (u *unit) documentary(p phrase) bool {
	h := u.head(p)
	return h >= 0 && u.in(h, "document")
}
