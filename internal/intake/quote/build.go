package quote

import "strings"

// found is a statement as the rules see it inside one unit.
type found struct {
	cue     cue
	unit    *unit
	pieces  []Span // content
	subject phrase
	rule    string
	lone    bool // quoted words and no cue: the speaker stands elsewhere
	target  Target
	stance  Stance
}

// statements reads one unit from left to right. Each cue takes the words up to where
// the next one breaks in; a cue inside the words of another is part of those words.
func (u *unit) statements() (out []found) {
	cs := u.cues()
	done, nested := 0, 0
	for k, c := range cs {
		if c.at < nested && c.join != relative {
			continue
		}
		f := found{cue: c, unit: u, subject: c.subject}
		if c.join == shared || c.join == participle {
			if len(out) == 0 {
				continue
			}
			f.subject = out[len(out)-1].subject
		}
		limit := u.limit(cs, k)
		end := u.fill(&f, done, limit)
		if end == 0 {
			continue
		}
		if c.join != relative {
			done, nested = max(done, end), end
		}
		out = append(out, f)
	}
	if len(out) == 0 {
		return u.withoutCue()
	}
	return out
}

// limit is where the words of cue k must end.
func (u *unit) limit(cs []cue, k int) int {
	for _, d := range cs[k+1:] {
		if b := u.breakAt(cs[k], d); b > 0 {
			return b
		}
	}
	return len(u.items)
}

// breakAt is the item where cue d takes over from c, or 0 when d is inside c's words.
func (u *unit) breakAt(c, d cue) int {
	at := 0
	switch d.join {
	case shared:
		at = d.from - 1
		if u.clausal(c) && !u.isQuote(at-1) && !u.isQuote(at-2) && !(u.documentary(c.subject) && d.verb.is("urge")) {
			return 0 // "said that ministers met and denounced …": it may be the ministers
		}
	case participle:
		at = d.from - 1
		if u.clausal(c) && !u.isQuote(at-1) && u.word(d.at) != "adding" {
			return 0
		}
	case own:
		at = d.subject.boundary
		switch {
		case u.isMark(at, ";"):
		case !u.in(at, "splitter"):
			return 0
		case !u.isMark(at-1, ",") && !u.isQuote(at-1) && u.in(d.subject.lo, "pronoun"):
			return 0 // "said that the doors were shut and he saw …"
		}
	default:
		return 0
	}
	if u.isMark(at-1, ",") {
		at--
	}
	return at
}

// clausal: the words of c are a clause, in which other verbs may stand.
func (u *unit) clausal(c cue) bool {
	return c.start >= 0 && (u.word(c.start) == "that" || c.verb.is("say") || c.verb.is("tell") || c.verb.is("hope")) && c.join != inverted
}

// fill finds the words of the statement and says where they end; 0 when there are none.
func (u *unit) fill(f *found, done, limit int) int {
	c := f.cue
	if c.join == according {
		return u.fillAccording(f, done, limit)
	}
	if u.trails(c, done) {
		return u.fillTrailing(f, done, limit)
	}
	if c.start < 0 || c.join == relative && !c.verb.is("bare") {
		return 0 // "which it denounced" says nothing of its own
	}
	lo, hi := c.start, u.fillForward(f, limit)
	lo, hi = u.trim(lo, hi)
	if lo >= hi || c.verb.is("quoted") && !u.holdsQuote(lo, hi) {
		return 0
	}
	f.pieces = []Span{span(u.items, lo, hi)}
	return hi
}

// fillForward reads what follows the cue: the rule, and where the words end (0 if they do not).
func (u *unit) fillForward(f *found, limit int) int {
	c, lo, hi := f.cue, f.cue.start, limit
	switch {
	case c.join == noun:
		f.rule = "document"
		if u.word(c.subject.lo) == "reports" {
			f.rule = "reports"
		}
	case c.join == relative:
		f.rule = "relative"
	case u.said(c):
		f.rule, hi = u.forwardRule(c, hi)
	case c.verb.is("hope"):
		f.rule = "hope"
	case c.verb.is("urge"):
		f.rule = "urge"
	case c.verb.is("consider"):
		f.rule, hi = "considered", u.objectEnd(lo, hi)
		if _, known := u.lex.target(u.flat(lo, hi), 0, false); !known {
			return 0
		}
	default:
		hi = u.fillObject(f, lo, hi)
	}
	return hi
}

// said: the cue is followed by a clause or by quoted words.
func (u *unit) said(c cue) bool {
	if !c.verb.is("say") && !c.verb.is("tell") {
		return false
	}
	return !c.verb.is("judge") || u.word(c.start) == "that" || u.isQuote(c.start) || c.verb.is("bare") && !u.objectOnly(c)
}

// objectOnly: "denied the accusations" as against "denied the accusations were true".
func (u *unit) objectOnly(c cue) bool {
	for i := c.start; i < len(u.items) && u.at(i).what == word; i++ {
		if u.verbish(i) {
			return false
		}
	}
	return true
}

func (u *unit) forwardRule(c cue, hi int) (string, int) {
	if u.isQuote(c.start) && u.isMark(c.start-1, ":,") {
		end := c.start + 1
		for end < hi && u.isQuote(end) {
			end++
		}
		return "direct-before", end
	}
	switch lo, end := u.trim(c.start, hi); {
	case lo < end && end-lo == 1 && u.isQuote(lo):
		return "direct-before", end
	case u.holdsQuote(lo, end):
		return "mixed", hi
	}
	return "indirect", hi
}

// fillObject reads "called the accusations a lie" and "denounced the report". The
// end of the object, or 0.
func (u *unit) fillObject(f *found, lo, hi int) int {
	c := f.cue
	if c.verb.is("call") {
		if end := u.complementEnd(c, lo, hi); end > 0 {
			f.rule = "called"
			return end
		}
	}
	if !c.verb.is("judge") {
		return 0
	}
	end := u.objectEnd(lo, hi)
	if _, known := u.lex.target(u.flat(lo, end), 0, false); !known && !c.verb.is("speech") {
		return 0
	}
	f.rule = "judged"
	return end
}

// complementEnd: an object and what it is called must both be there; without quoted
// words, what is called must be a target, so that a telephone call is no statement.
func (u *unit) complementEnd(c cue, lo, hi int) int {
	last := 0
	as := false
	for i := lo; i < hi; i++ {
		if u.isQuote(i) {
			last = i + 1
		} else if u.at(i).what == mark && !u.isMark(i, "’'") && last > 0 {
			break
		} else if u.word(i) == "as" && i > lo {
			as = true
		}
	}
	switch {
	case c.verb.is("as") && !as:
		return 0
	case last > lo+1:
		return last
	case as:
		return u.markBefore(lo, hi)
	}
	if _, known := u.lex.target(u.flat(lo, hi), 0, true); known && !u.holdsQuote(lo, hi) {
		return u.markBefore(lo, hi)
	}
	return 0
}

func (u *unit) markBefore(lo, hi int) int {
	for i := lo; i < hi; i++ {
		if u.isMark(i, ",;:—–(") {
			return i
		}
	}
	return hi
}

// objectEnd: an object ends at a mark, or where another verb is joined to it.
func (u *unit) objectEnd(lo, hi int) int {
	end := u.markBefore(lo, hi)
	for i := lo + 1; i < end; i++ {
		if u.in(i, "conjunction") && (u.cueForm(i+1) || u.verbish(i+1) || strings.HasSuffix(u.word(i+1), "ed")) {
			return i
		}
		if u.word(i) == "because" {
			return i
		}
	}
	return end
}

func (u *unit) holdsQuote(lo, hi int) bool {
	for i := lo; i < hi; i++ {
		if u.isQuote(i) {
			return true
		}
	}
	return false
}

// trim drops marks at both ends, a leading "But" and a trailing "(bracket)".
func (u *unit) trim(lo, hi int) (int, int) {
	for lo < hi && (u.isMark(lo, ",.;:—–-…") || u.in(lo, "splitter") && u.at(lo).cap) {
		lo++
	}
	for lo < hi {
		switch {
		case u.isMark(hi-1, ",.;:—–-"):
			hi--
		case u.isMark(hi-1, ")"):
			k := hi - 1
			for k > lo && !u.isMark(k, "(") {
				k--
			}
			if k == lo {
				return lo, hi
			}
			hi = k
		default:
			return lo, hi
		}
	}
	return lo, hi
}

// flat is the words from item lo to hi without regard to quote marks.
func (u *unit) flat(lo, hi int) []item { return u.lex.items(u.body, span(u.items, lo, hi), nil) }
