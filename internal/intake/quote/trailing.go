package quote

import "strings"

// trails: what is reported stands before the cue.
func (u *unit) trails(c cue, done int) bool {
	if c.join == inverted {
		return true
	}
	if c.join != own || !u.mayTrail(c) {
		return false
	}
	if c.start < 0 {
		return true
	}
	// "“…,” the minister said, “…”": the same words go on after the cue.
	lo, _ := u.trim(done, c.subject.boundary+1)
	return u.isQuote(lo) && u.isQuote(c.start) && c.start > c.end
}

// fillTrailing takes the words before the cue and, when they go on after it, those too.
func (u *unit) fillTrailing(f *found, done, limit int) int {
	c := f.cue
	hi, after := c.subject.boundary+1, c.end
	if c.join == inverted {
		hi, after = c.at, c.subject.hi
	}
	lo, hi := u.trim(u.pastDateline(done, hi), hi)
	if lo >= hi || !u.sayable(lo, hi) {
		return 0
	}
	f.pieces = []Span{span(u.items, lo, hi)}
	f.rule = "trailing"
	if u.isQuote(hi - 1) {
		f.rule = "direct-after"
		if c.join == inverted {
			f.rule = "direct-inverted"
		}
	}
	restLo, restHi := u.rest(after, limit, u.isQuote(hi-1))
	if restLo < restHi {
		f.pieces = append(f.pieces, span(u.items, restLo, restHi))
		return restHi
	}
	return after
}

// pastDateline steps over "LENZ, 22 May (Wire) —".
func (u *unit) pastDateline(lo, hi int) int {
	const reach = 14
	for i := lo; i < min(hi, lo+reach); i++ {
		if u.isMark(i, "—–") && lo == 0 && (u.isMark(i-1, ")") || i < 4) {
			return i + 1
		}
	}
	return lo
}

// sayable: quoted words, or a clause with a verb. "In a reply," is neither.
func (u *unit) sayable(lo, hi int) bool {
	if u.holdsQuote(lo, hi) {
		return true
	}
	if hi-lo < 3 || u.in(lo, "preposition", "subordinate") && u.word(lo) != "that" {
		return false
	}
	for i := lo + 1; i < hi; i++ {
		if u.verbish(i) || u.cueForm(i) || strings.HasSuffix(u.word(i), "ed") {
			return true
		}
	}
	return false
}

// rest finds the words that go on after "the minister said,". After quoted words only
// quoted words go on; after others only a clause that cannot stand alone.
func (u *unit) rest(after, limit int, spoken bool) (int, int) {
	const reach = 12
	if !spoken {
		if !u.isMark(after, ",") || !u.in(after+1, "resume") {
			return 0, 0
		}
		return u.trim(after+1, limit)
	}
	for i := after; i < min(limit, after+reach); i++ {
		if !u.isQuote(i) {
			continue
		}
		if i == after || !u.isMark(i-1, ",.:;—–") {
			return 0, 0
		}
		end := i + 1
		for end < limit && u.isQuote(end) {
			end++
		}
		return i, end
	}
	return 0, 0
}

// fillAccording reads "according to X, …" and "…, according to X".
func (u *unit) fillAccording(f *found, done, limit int) int {
	c := f.cue
	f.rule = "according-to"
	lo, hi := u.trim(u.pastDateline(done, c.at), c.at)
	if lo >= hi {
		lo, hi = u.trim(c.subject.hi, limit)
		if lo >= hi || !u.isMark(c.subject.hi, ",") {
			return 0
		}
		f.pieces = []Span{span(u.items, lo, hi)}
		return hi
	}
	if !u.sayable(lo, hi) {
		return 0
	}
	f.pieces = []Span{span(u.items, lo, hi)}
	return c.subject.hi
}

// withoutCue reads units in which no verb reports: "The minister: “…”", and quoted
// words that stand alone.
func (u *unit) withoutCue() []found {
	if len(u.items) == 0 {
		return nil
	}
	n := len(u.items)
	for n > 0 && u.isMark(n-1, ".,;") {
		n--
	}
	if n >= 3 && u.isQuote(n-1) && u.isMark(n-2, ":") && !u.holdsQuote(0, n-2) {
		p, ok := u.piece(n - 2)
		if ok && p.lo == 0 && !u.number(p.hi-1) && (u.head(p) >= 0 || p.hi >= 2 && u.at(p.hi-1).cap) {
			f := found{unit: u, subject: p, rule: "colon", pieces: []Span{u.items[n-1].Span}}
			return []found{f}
		}
	}
	if n == 0 {
		return nil
	}
	for i := 0; i < n; i++ {
		if !u.isQuote(i) {
			return nil
		}
	}
	const fewest = 4 // words: less is a title or a word held at arm's length
	s := span(u.items, 0, n)
	if len(u.lex.items(u.body, s, nil)) < fewest {
		return nil
	}
	f := found{unit: u, rule: "floating", lone: true, pieces: []Span{s}}
	return []found{f}
}
