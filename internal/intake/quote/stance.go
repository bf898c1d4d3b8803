package quote

import "strings"

// judge fills in stance and target of a statement: only what the words say, and of
// the target only what they name.
func (u *unit) judge(f *found, s speaker) {
	const longest = 4000 // bytes: more is a speech, whose stance no rule can tell
	if n := len(f.pieces) - 1; f.pieces[n].End-f.pieces[0].Start > longest {
		return
	}
	words := u.words(f)
	switch f.rule {
	case "document", "reports":
		f.stance = Asserts
	case "relative":
		f.stance = Asserts
		if before := f.cue.subject.boundary - 2; u.in(before, "target-report") {
			if st := words.predicate(0); st != "" {
				f.target, f.stance = Report, st
			}
		}
	case "urge", "hope", "called", "judged", "considered":
		f.target, f.stance = words.done(f.cue.verb, 0, f.cue.verb.is("urge") || f.cue.verb.is("hope"))
		if f.rule == "judged" && f.stance == Accepts && u.partly(f.cue) {
			f.stance = AcceptsInPart
		}
	default:
		if f.cue.verb != nil && f.cue.verb.clause != Asserts {
			f.stance = f.cue.verb.clause
			return
		}
		f.target, f.stance = words.clause(s)
	}
}

// words is the content of the statement as a unit of its own, without quote marks.
func (u *unit) words(f *found) *unit {
	w := &unit{lex: u.lex, body: u.body}
	for _, p := range f.pieces {
		w.items = append(w.items, u.lex.items(u.body, p, nil)...)
	}
	return w
}

// partly: "partially accepted".
func (u *unit) partly(c cue) bool {
	for i := c.from; i < c.at; i++ {
		if u.in(i, "partly") {
			return true
		}
	}
	return false
}

// done is what a verb does to the words that begin at item k.
func (w *unit) done(v *verb, k int, whole bool) (Target, Stance) {
	switch {
	case v.is("hope"):
		if w.heeds(k) {
			return Recommendations, Urges
		}
		return "", ""
	case v.is("urge"):
		switch t, _ := w.target(k, false); {
		case v.object == Recommends:
			return "", Recommends
		case w.heeds(k):
			return Recommendations, Urges
		case t == Release && whole:
			return Release, Urges
		}
		return "", Urges
	case v.is("consider"):
		t, known := w.target(k, false)
		if !known {
			return "", Asserts
		}
		return t, WillConsider
	case v.is("call"):
		return w.calledWhat(v, k)
	}
	return w.judged(v, k)
}

// calledWhat: what calls an accusation a lie denies it; what calls a report one, finds fault.
func (w *unit) calledWhat(v *verb, k int) (Target, Stance) {
	t, _ := w.target(k, true)
	if t == "" {
		return "", ""
	}
	bad := v.object != "" || w.negative(k, len(w.items))
	switch {
	case !bad:
		return t, ""
	case t == Accusations:
		return t, Denies
	}
	return t, Criticises
}

func (w *unit) judged(v *verb, k int) (Target, Stance) {
	t, known := w.target(k, false)
	switch {
	case v.object == Asserts: // could not confirm
		return "", Asserts
	case v.is("call") && t != Accusations && known:
		return t, Criticises
	case v.object == Accepts && w.saidInPart(k):
		return t, AcceptsInPart
	case v.object == Confirms && t != Report:
		return "", Confirms
	}
	return t, v.object
}

func (w *unit) saidInPart(k int) bool {
	for i := k; i < len(w.items); i++ {
		if w.in(i, "partly") && (w.word(i-1) == "in" || w.word(i) != "part") {
			return true
		}
	}
	return false
}

// heeds: somebody is to follow the recommendations.
func (w *unit) heeds(k int) bool {
	for i := k; i < len(w.items); i++ {
		n := 0
		if w.in(i, "heeding") {
			n = 1
		}
		for _, p := range w.lex.phrases["heeding-phrase"] {
			if w.matches(i, p) {
				n = len(p)
			}
		}
		if n == 0 || w.in(i-1, "negative") || w.in(i-2, "negative") || w.elsewhere(k, i) {
			continue
		}
		if t, _ := w.target(i+n, false); t == Recommendations {
			return true
		}
	}
	return false
}

// elsewhere: between what is urged and the verb at i another clause begins: "urged
// them to note that the state failed to follow …".
func (w *unit) elsewhere(k, i int) bool {
	for j := k + 1; j < i; j++ {
		if w.in(j, "subordinate") || w.word(j) == "to" && strings.HasSuffix(w.word(j-1), "ed") {
			return true
		}
	}
	return false
}

// negative: a word that finds fault, not itself denied.
func (w *unit) negative(lo, hi int) bool {
	for i := lo; i < hi; i++ {
		if !w.in(i, "negative-word") {
			continue
		}
		if !w.in(i-1, "negative") && !w.in(i-2, "negative") && !w.in(i-3, "negative") {
			return true
		}
	}
	return false
}

// clause is the stance of a clause that somebody says: what they say they do
// themselves, or what they say of the report or the accusations.
func (w *unit) clause(s speaker) (Target, Stance) {
	k := 0
	if w.word(k) == "that" {
		k++
	}
	if w.in(k, "hypothetical") {
		return "", Asserts
	}
	if at := w.actor(k, s); at > 0 {
		if t, st := w.deed(at, s.refersTo(w.word(k))); st != "" {
			return t, st
		}
	}
	if st := w.predicate(k); st != "" {
		return Report, st
	}
	if w.accusationsDenied(k) {
		return Accusations, Denies
	}
	return "", Asserts
}

// actor: when the clause begins with the speaker, the item after the speaker's name.
func (w *unit) actor(k int, s speaker) int {
	if s.refersTo(w.word(k)) {
		return k + 1
	}
	if s.behalf.empty() {
		return 0
	}
	// A spokesperson speaks of the principal by name or office: "The secretary hopes …".
	const longest = 6
	for i := k; i < k+longest && w.at(i).what == word && !w.verbish(i); i++ {
		if i > k && (w.adverb(i) || w.cueForm(i) && !w.in(i, "document")) && (w.in(i-1, "role", "office") || w.at(i-1).cap) {
			return i
		}
	}
	return 0
}

// deed reads "firmly opposed the release", "will study the recommendation". Of a
// principal only hopes and urgings are taken: whether two names mean the same office
// is not for a rule to say when something is rejected.
func (w *unit) deed(i int, self bool) (Target, Stance) {
	future := false
	for ; ; i++ {
		switch {
		case w.in(i, "negative") || strings.HasSuffix(w.word(i), "n't") || w.in(i, "be"):
			return "", ""
		case w.in(i, "modal"):
			if !w.in(i, "future") {
				return "", ""
			}
			future = true
			continue
		case w.in(i, "auxiliary") || w.adverb(i):
			continue
		}
		break
	}
	for _, f := range w.lex.forms[w.word(i)] {
		v := f.verb
		if !w.matches(i, f.words) || v.is("consider") != future {
			continue
		}
		next := i + len(f.words)
		if v.is("hope") || v.is("urge") && self {
			return w.done(v, next, false)
		}
		if !self || v.object == "" && !v.is("call") {
			return "", ""
		}
		if _, known := w.target(next, v.is("call")); known {
			return w.done(v, next, false)
		}
		return "", ""
	}
	return "", ""
}

// predicate: what a clause says of the report that is its subject.
func (w *unit) predicate(k int) Stance {
	if w.in(k, "report-faulted") {
		return Criticises // the subject stands before the clause: "which it said ignored"
	}
	for j := k; j < len(w.items); j++ {
		if !w.in(j, "target-report") || w.at(j).poss > 0 {
			continue
		}
		first, ok := w.alone(k, j)
		if !ok {
			return ""
		}
		v := j + 1
		if first {
			v = w.firstVerb(v)
		}
		return w.saidOf(v)
	}
	return ""
}

// alone: the phrase that ends with the noun at j begins the clause or stands after a
// comma, and no other word comes between that could make it a part of something else.
func (w *unit) alone(k, j int) (first, ok bool) {
	for i := j - 1; i >= k; i-- {
		switch {
		case w.isMark(i, ","):
			return false, !w.in(k, "hypothetical")
		case w.in(i, "determiner") && i > k && !w.isMark(i-1, ","):
			return false, false
		case w.at(i).what != word || w.in(i, "preposition", "subordinate", "conjunction", "indefinite", "other-report") || w.verbish(i) || w.cueForm(i):
			return false, false
		}
	}
	return true, true
}

// firstVerb steps over "by the High Commissioner, Ana Lind,".
func (w *unit) firstVerb(i int) int {
	const longest = 18
	for end := i + longest; i < end; i++ {
		if w.in(i, "report-confirms", "report-faulted", "subordinate") || w.verbish(i) || w.cueForm(i) {
			break
		}
	}
	return i
}

// saidOf reads the verb at v, of which the report or the accusations are the subject.
func (w *unit) saidOf(v int) Stance {
	for w.adverb(v) || w.word(v) == "has" || w.word(v) == "had" {
		v++
	}
	switch {
	case w.in(v, "report-confirms"):
		return Confirms
	case w.in(v, "report-faulted"):
		return Criticises
	case w.in(v, "be") && w.faulty(v+1):
		return Criticises
	}
	return ""
}

// faulty: "is biased", "was based on lies"; but not "is about lies" or "is no lie".
func (w *unit) faulty(i int) bool {
	const reach = 10
	for end := i + reach; i < end && w.at(i).what == word; i++ {
		switch {
		case w.in(i, "negative", "subordinate"):
			return false
		case w.in(i, "negative-word"):
			return true
		case w.in(i, "preposition"):
			before := w.word(i - 1)
			if !(w.word(i) == "on" && (before == "based" || before == "built")) && !(w.word(i) == "of" && (before == "piece" || before == "full" || before == "pack")) {
				return false
			}
		}
	}
	return false
}

func (w *unit) accusationsDenied(k int) bool {
	if t, _ := w.target(k, true); t != Accusations {
		return false
	}
	for j := k; j < len(w.items); j++ {
		if w.in(j, "target-accusation") {
			return w.in(j+1, "be") && w.faulty(j+2)
		}
	}
	return false
}
