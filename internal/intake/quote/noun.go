package quote

import "strings"

// unit is a stretch of a paragraph that is read at once: one sentence, or several when
// a quoted run spans them.
type unit struct {
	lex  *lexicon
	body string
	Span
	n     int // number of the unit
	para  int
	items []item
}

// phrase is a noun phrase: items lo to hi (half-open). When it is two names for one
// ("the envoy, Mara Lind,"), the second begins at second.
type phrase struct {
	lo, hi, second int
	boundary       int // the item before the clause it stands in, -1 at the start
}

func (u *unit) at(i int) item {
	if i < 0 || i >= len(u.items) {
		return item{what: mark}
	}
	return u.items[i]
}

func (u *unit) word(i int) string {
	if it := u.at(i); it.what == word {
		return it.low
	}
	return ""
}

// in reports whether item i is a word of one of the classes.
func (u *unit) in(i int, classes ...string) bool {
	w := u.word(i)
	if w == "" {
		return false
	}
	for _, c := range classes {
		if u.lex.has(c, w) {
			return true
		}
	}
	return false
}

func (u *unit) isMark(i int, marks string) bool { return u.at(i).isMark(marks) && u.at(i).low != "" }

func (u *unit) isQuote(i int) bool { return i >= 0 && i < len(u.items) && u.items[i].what == quote }

func (u *unit) number(i int) bool { w := u.word(i); return w != "" && w[0] >= '0' && w[0] <= '9' }

func (u *unit) adverb(i int) bool {
	w := u.word(i)
	if u.lex.has("adverb", w) {
		return true
	}
	return strings.HasSuffix(w, "ly") && !u.at(i).cap && !u.lex.has("noun-ly", w)
}

// verbish: an auxiliary or an irregular past, which no noun phrase holds.
func (u *unit) verbish(i int) bool { return u.in(i, "auxiliary", "irregular") }

// when: part of a date or of "late last week".
func (u *unit) when(i int) bool { return u.in(i, "weekday", "month", "when") || u.number(i) }

// subject finds the noun phrase that ends right before item end.
func (u *unit) subject(end int) (phrase, bool) {
	hi := u.beforeWhen(end)
	hi = u.beforeBracket(hi)
	if hi < end && strings.HasSuffix(u.word(hi-1), "ed") && !u.at(hi-1).cap {
		hi-- // a report released on Thursday
	}
	if u.isMark(hi-1, ",") {
		return u.parted(hi - 1)
	}
	return u.piece(hi)
}

// beforeBracket steps back over "(Oslo)".
func (u *unit) beforeBracket(hi int) int {
	if !u.isMark(hi-1, ")") {
		return hi
	}
	for k := hi - 2; k > 0; k-- {
		if u.isMark(k, "(") {
			return k
		}
	}
	return hi
}

// beforeWhen steps back over "on Thursday" between subject and verb.
func (u *unit) beforeWhen(end int) int {
	hi := end
	for hi > 0 && u.when(hi-1) {
		hi--
	}
	if hi < end && u.word(hi-1) == "on" {
		return hi - 1
	}
	if hi < end && u.in(hi, "weekday", "when") {
		return hi
	}
	return end
}

// parted reads "the envoy, Mara Lind, said" and "the envoy, who was in Geneva, said";
// comma is the item of the second comma.
func (u *unit) parted(comma int) (phrase, bool) {
	k := comma - 1
	for k >= 0 && comma-k < 16 && u.at(k).what == word {
		k--
	}
	if !u.isMark(k, ",") || comma-k < 2 {
		return phrase{}, false
	}
	first, ok := u.piece(u.beforeBracket(k))
	if !ok {
		return phrase{}, false
	}
	next := k + 1
	for i := next; i < comma; i++ {
		if u.verbish(i) && !u.in(next, "subordinate") {
			return phrase{}, false // a clause
		}
	}
	switch {
	case u.in(next, "preposition", "subordinate") || strings.HasSuffix(u.word(next), "ing"):
		return first, true
	case u.in(next, "article", "role", "partial") || u.at(next).cap || u.number(next):
		return u.named(first, next, comma), true
	}
	return phrase{}, false
}

// named joins the parts; the name itself may stand one comma further back: "Mara Lind,
// the envoy, a former judge, said".
func (u *unit) named(p phrase, second, hi int) phrase {
	p.hi = hi
	if u.isMark(p.boundary, ",") && u.in(p.lo, "article") {
		if n, ok := u.piece(p.boundary); ok && u.at(n.lo).cap && !u.isMark(n.boundary, ",") {
			second, p.lo, p.boundary = p.lo, n.lo, n.boundary
		}
	}
	p.second = second
	return p
}

// piece walks left from hi to the border of the clause.
func (u *unit) piece(hi int) (phrase, bool) {
	const longest = 18
	lo := hi
	for lo > 0 && hi-lo < longest {
		j := lo - 1
		if u.at(j).what != word || u.verbish(j) || u.in(j, "splitter", "subordinate") && u.word(j) != "and" {
			break
		}
		if (u.word(j) == "and" || u.word(j) == "or") && !u.coordinates(j) {
			break
		}
		lo--
	}
	p := phrase{lo: lo, hi: hi, boundary: lo - 1}
	p.lo = u.afterLead(p)
	return p, u.names(p)
}

// coordinates: "and" at j joins two noun phrases when what stands before it back to
// the border of its clause has no verb.
func (u *unit) coordinates(j int) bool {
	const longest = 6
	for k := j - 1; k >= 0; k-- {
		if u.at(k).what != word || u.in(k, "subordinate", "splitter") {
			return k < j-1 && j-k <= longest+1 && !u.isQuote(k)
		}
		if u.verbish(k) || u.cueForm(k) || strings.HasSuffix(u.word(k), "ed") && !u.in(k-1, "determiner", "preposition") || j-k > longest {
			return false
		}
	}
	return j > 0 && j <= longest
}

func (u *unit) cueForm(i int) bool {
	for _, f := range u.lex.forms[u.word(i)] {
		if len(f.words) == 1 && !f.verb.is("consider") {
			return true
		}
	}
	return false
}

// afterLead steps over what may stand before the subject: "Meanwhile", "On 3 May", "In Geneva".
func (u *unit) afterLead(p phrase) int {
	lo := p.lo
	for lo < p.hi && (u.adverb(lo) || u.in(lo, "adverb", "splitter")) {
		lo++
	}
	if !u.in(lo, "preposition") {
		return lo
	}
	k := lo + 1
	for k < p.hi && u.when(k) {
		k++
	}
	if k > lo+1 {
		return k
	}
	for k = lo + 1; k+1 < p.hi; k++ {
		if u.in(k, "occasion") {
			return k + 1 // in an interview Mr Lind said
		}
	}
	for k = p.hi - 1; k > lo+1; k-- {
		if u.in(k, "article") && !u.in(k-1, "preposition") {
			return k
		}
	}
	return p.hi // nothing that could be a subject
}

// names reports whether the phrase can be somebody or something that speaks.
func (u *unit) names(p phrase) bool {
	if p.lo >= p.hi || p.hi-p.lo > 24 {
		return false
	}
	last := u.at(p.hi - 1)
	if last.what != word || last.poss > 0 || u.in(p.lo, "not-a-speaker", "negative") || u.in(p.hi-1, "article", "preposition", "adverb", "negative") {
		return false
	}
	if p.hi-p.lo == 1 {
		return u.in(p.lo, "pronoun", "role", "people", "office", "document") || last.cap && !u.in(p.lo, "determiner", "preposition", "partial") && !u.number(p.lo)
	}
	for i := p.lo + 1; i < p.hi; i++ {
		if u.in(i, "pronoun") || u.in(i, "article") && strings.HasSuffix(u.word(i-1), "ed") {
			return false // a clause of its own
		}
		if i+1 < p.hi && u.cueForm(i) && strings.HasSuffix(u.word(i), "ed") && !u.in(i-1, "determiner", "preposition") && !u.in(i+1, "preposition") {
			return false
		}
		if u.word(i) == "to" && !u.at(i+1).cap && !u.in(i+1, "determiner", "office", "role") {
			return false // "to make"
		}
	}
	if u.in(p.lo, "pronoun") {
		return false
	}
	return u.in(p.lo, "determiner") || u.anyCap(p) || u.head(p) >= 0
}

func (u *unit) anyCap(p phrase) bool {
	for i := p.lo; i < p.hi; i++ {
		if u.at(i).cap && !u.in(i, "preposition", "determiner", "adverb") {
			return true
		}
	}
	return false
}

// headEnd is where the head of the phrase ends: before a comma or a preposition.
func (u *unit) headEnd(p phrase) int {
	for i := p.lo; i < p.hi; i++ {
		if u.at(i).what != word || i > p.lo && u.in(i, "preposition", "subordinate") {
			return i
		}
	}
	return p.hi
}

// head is the item of the last noun of a list in the head of the phrase, or -1. A
// possessor is no head: in "the ministry’s report" it is the report.
func (u *unit) head(p phrase) int {
	for i := u.headEnd(p) - 1; i >= p.lo; i-- {
		if u.at(i).poss > 0 {
			return -1
		}
		if u.in(i, "role", "people", "office", "document", "spokesperson") {
			return i
		}
	}
	return -1
}

// after finds the noun phrase that begins at item lo, as in: said the envoy, Mara Lind.
func (u *unit) after(lo int) (phrase, bool) {
	hi := lo
	for hi < len(u.items) && hi-lo < 18 && u.goesOn(lo, hi) {
		hi++
	}
	p := phrase{lo: lo, hi: hi, boundary: lo - 1}
	if !u.names(p) {
		return p, false
	}
	if end := u.secondName(hi); end > 0 {
		p.hi, p.second = end, hi+1
	}
	return p, true
}

func (u *unit) goesOn(lo, i int) bool {
	switch {
	case u.at(i).what != word || u.verbish(i) || u.in(i, "subordinate", "weekday", "when") || u.adverb(i):
		return false
	case u.word(i) == "and":
		return i > lo && (u.at(i+1).cap || u.in(i+1, "article"))
	case i > lo && strings.HasSuffix(u.word(i), "ing") && !u.at(i).cap:
		return false
	case u.in(i, "preposition"):
		return i > lo && u.attaches(lo, i)
	}
	return true
}

// attaches: does the preposition at i belong to the phrase that begins at lo?
func (u *unit) attaches(lo, i int) bool {
	next := i + 1
	if u.in(next, "article", "determiner") {
		next++
	}
	if u.in(next, "occasion", "hearer", "weekday", "month") || u.number(next) {
		return false
	}
	switch u.word(i) {
	case "of", "for":
		return true
	case "to", "at", "from":
		return u.at(next).cap || u.in(next, "office", "role")
	case "in":
		return u.at(next).cap && u.head(phrase{lo: lo, hi: i}) >= 0
	}
	return false
}

// secondName: after a phrase that ends at i, ", Mara Lind" or ", a spokeswoman for the
// office"; its end, or 0.
func (u *unit) secondName(i int) int {
	if !u.isMark(i, ",") {
		return 0
	}
	end := i + 1
	if u.at(end).cap {
		for u.at(end).what == word && u.at(end).cap && end-i < 6 {
			end++
		}
	} else if u.in(end, "article") || u.in(end, "role", "spokesperson") {
		start := end
		for end < len(u.items) && end-i < 14 && u.goesOn(start, end) {
			end++
		}
		if u.head(phrase{lo: start, hi: end}) < 0 {
			return 0
		}
	}
	if end > i+1 && (end >= len(u.items) || u.isMark(end, ",.;") || u.isQuote(end) || u.in(end, "preposition")) {
		return end
	}
	return 0
}
