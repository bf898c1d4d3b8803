package quote

import "strings"

// target reads the noun phrase at item k and says what it names. known is true also
// when it names a target in part or a single one, of which no target may be made:
// "some of the recommendations", "the recommendation on prisons". called says that
// what the target is called follows it directly.
func (l *lexicon) target(words []item, k int, called bool) (t Target, known bool) {
	u := &unit{lex: l, items: words}
	return u.target(k, called)
}

func (u *unit) target(k int, called bool) (Target, bool) {
	const longest = 9
	part, other := false, false
	if u.word(k) == "all" {
		if k++; u.word(k) == "of" {
			k++
		}
	} else if u.in(k, "partial") || u.number(k) {
		return "", u.namesAny(k, longest)
	}
	for j := k; j < k+longest && u.at(j).what == word; j++ {
		if u.in(j, "indefinite") || u.number(j) || u.in(j, "partial") {
			part = true
		}
		other = other || u.in(j, "other-report")
		switch {
		case u.in(j, "target-recommendation") && u.at(j).poss == 0:
			return u.recommendations(j, part, called)
		case u.in(j, "target-release", "target-releasing"):
			return u.release(k, j)
		case u.in(j, "target-accusation") && u.at(j).poss == 0:
			return u.accusations(k, j, part)
		case u.in(j, "target-report"):
			if u.at(j).poss > 0 || u.in(j+1, "report-part") {
				part = part && u.at(j).poss > 0
				continue
			}
			if part || other || !u.isReport(j, called) {
				return "", false
			}
			return Report, true
		case u.in(j, "preposition", "conjunction", "subordinate"), u.verbish(j):
			return "", false
		case j > k && u.narrows(j):
			part = true
		}
	}
	return "", false
}

// namesAny: does a part of something that could be a target stand here?
func (u *unit) namesAny(k, reach int) bool {
	for j := k; j < k+reach; j++ {
		if u.in(j, "target-recommendation", "target-accusation") {
			return true
		}
	}
	return false
}

// narrows: a small word before a noun makes it fewer: "the key recommendations". A
// name or an owner does not: "the UN recommendations", "the office’s recommendations".
func (u *unit) narrows(j int) bool {
	it := u.at(j)
	return !it.cap && it.poss == 0 && !u.in(j, "determiner", "target-report", "claim-modifier") && it.low != "so-called"
}

// borders: the noun phrase ends before item j.
func (u *unit) borders(j int) bool {
	return u.at(j).what != word || u.in(j, "conjunction", "subordinate", "preposition") || u.verbish(j) || u.adverb(j) || u.in(j, "partly")
}

// recommendations: all of them, as a body. What narrows them ("on prisons", "made by
// one state") leaves no target; where the report names them all, it does.
func (u *unit) recommendations(j int, part, called bool) (Target, bool) {
	next := j + 1
	if u.word(j) == "recommendation" || part || u.in(j-1, "claim-modifier") {
		return "", true
	}
	switch {
	case u.in(next, "put-forward") && !u.asPart(next):
		for i := next + 1; i < next+8 && u.at(i).what == word && !u.in(i, "subordinate"); i++ {
			if u.in(i, "other-report") {
				return "", true
			}
			if u.in(i, "target-report") && (u.word(i-1) == "the" || !u.in(i-1, "preposition")) {
				return Recommendations, true
			}
		}
		return "", true
	case u.in(next, "narrowing"), strings.HasSuffix(u.word(next), "ed"), strings.HasSuffix(u.word(next), "ing"):
		return "", true
	case called || u.borders(next):
		return Recommendations, true
	}
	return "", true
}

// asPart: in "accepted the recommendations in part" the part is said of the accepting.
func (u *unit) asPart(i int) bool { return u.word(i) == "in" && u.word(i+1) == "part" }

// release is the act of publishing, of a report only: the release of detainees is not.
func (u *unit) release(k, j int) (Target, bool) {
	of := j + 1
	switch {
	case u.in(j, "target-releasing"):
	case u.word(of) == "of":
		of++
	case j > k && u.in(j-1, "target-report"):
		return Release, true
	default:
		return "", false
	}
	if t, _ := u.target(of, false); t == Report {
		return Release, true
	}
	return "", false
}

// accusations: claims count only where no other word tells what kind of claims they are.
func (u *unit) accusations(k, j int, part bool) (Target, bool) {
	if strings.HasPrefix(u.word(j), "claim") {
		for i := k; i < j; i++ {
			if u.narrows(i) {
				return "", false
			}
		}
		if u.word(j+1) == "to" || u.word(j+1) == "for" {
			return "", false
		}
		return Accusations, true
	}
	for i := k; i < j; i++ {
		if u.in(i, "indefinite", "partial") || u.number(i) {
			return "", true
		}
	}
	return Accusations, true
}

// isReport: the noun is the head, and means a document. "The assessment that prisons
// are full" is an opinion, and so is "the assessment of the guards".
func (u *unit) isReport(j int, called bool) bool {
	next := j + 1
	if u.word(next) == "that" {
		return false
	}
	if u.word(j) == "assessment" && u.word(next) == "of" && !u.at(j-1).cap {
		return false
	}
	return called || u.borders(next) || strings.HasSuffix(u.word(next), "ed")
}
