package corroborate

import (
	"slices"
	"strings"
	"unicode"

	"heed/internal/lang"
	"heed/internal/record"
)

// sentences are the words of a finding as they are compared, sentence by sentence. A text
// that can be read in two ways stands there in both.
type sentences [][]string

// reading is what a finding says in its own words, its legal qualification with it.
func reading(f Finding) sentences {
	return append(readings(f.Text), readings(f.Legal.Text)...)
}

// readings reads letters of other scripts as the Latin ones that they look like. A hyphen
// parts words or stands inside one, a line ends a sentence, a word or neither: a strong
// word is found in each way.
func readings(text string) (out sentences) {
	text = outsideQuotes(text)
	texts := []string{text}
	for _, as := range []string{" ", ""} {
		if at := strings.NewReplacer("\n", as, "\r", as).Replace(text); at != text {
			texts = append(texts, at)
		}
	}
	for _, t := range texts {
		if at := strings.Map(undashed, t); at != t {
			texts = append(texts, at)
		}
	}
	for _, t := range texts {
		for _, s := range strings.FieldsFunc(t, func(r rune) bool { return strings.ContainsRune(".;:!?\n", r) }) {
			out = append(out, lang.Words(lang.Skeleton(s)))
		}
	}
	return out
}

// undashed drops what joins or breaks words.
func undashed(r rune) rune {
	if unicode.Is(unicode.Dash, r) || unicode.Is(unicode.Hyphen, r) {
		return -1
	}
	return r
}

// holds reports whether one of the sentences holds a phrase.
func (s sentences) holds(phrase string, negatable bool) bool {
	split := strings.Split(phrase, " ")
	return slices.ContainsFunc(s, func(words []string) bool { return holds(words, split, negatable) })
}

// Words that call the facts by a name of law. Those that call whatever follows so stand
// in legalVerbs; legalNames are of law after a form of "to be" alone.
const (
	legalVerbs = "amounts to, amount to, amounted to, constitutes, constitute, constituted, qualifies as, qualify as"
	toBe       = "is, are, was, were"
	legalNames = "genocide, a genocide, an act of genocide, acts of genocide, a crime against humanity, crimes against humanity, " +
		"the crime against humanity, a war crime, war crimes, the crime of genocide, the crime of aggression"

	// qualifiers leave open what the law calls it.
	qualifiers = "may, might, could, would, whether, if, " + negations
)

// namedInLaw finds words that call the facts by a name of law without leaving it open.
// An amount of something countable is no name.
func (s sentences) namedInLaw() (phrase string, found bool) {
	phrases := strings.Split(legalVerbs, ", ")
	for _, be := range strings.Split(toBe, ", ") {
		for _, name := range strings.Split(legalNames, ", ") {
			phrases = append(phrases, be+" "+name)
		}
	}
	for _, phrase := range phrases {
		split := strings.Split(phrase, " ")
		for _, words := range s {
			for i := 0; i+len(split) <= len(words); i++ {
				after := words[i+len(split):]
				if slices.Equal(words[i:i+len(split)], split) && !follows(words[:i], qualifiers) && !(len(after) > 0 && number(after[0])) {
					return phrase, true
				}
			}
		}
	}
	return "", false
}

func number(word string) bool { return strings.Trim(word, "0123456789") == "" }

// RulePlain: the words of a finding that meets its standard name no degree of proof.
const RulePlain = "wording_plain"

// plain shows a bare assertion. It does not block: the standard stands beside the finding
// wherever it is printed, and the list of words is in English only.
func (c *check) plain() {
	verbs := Verbs(c.f.Standard, Met) // none where the standard is none, which is said elsewhere
	if len(verbs) > 0 && c.f.Outcome == Met && English(c.f.Text) && !namesDegree(c.f.Text) {
		verb := strings.TrimSuffix(verbs[0], " that")
		c.report(RulePlain, "", false, "its words name no degree of proof; a reader takes it for certain: write e.g. “%s”", verb)
	}
}

// namesDegree reports whether a text says how surely it holds: with a wording that may be
// chosen at some standard, or another that is held against one.
func namesDegree(text string) bool {
	read := readings(text)
	for _, v := range Verbs(record.BeyondReasonableDoubt, Met) {
		v = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(v, "there are "), "it is "), " that")
		if read.holds(v, false) {
			return true
		}
	}
	for _, w := range wordings {
		for _, phrase := range strings.Split(w.phrases, ", ") {
			if read.holds(phrase, false) {
				return true
			}
		}
	}
	return slices.ContainsFunc([]string{"allegation is credible", "raise concerns", "raises concern"}, func(p string) bool { return read.holds(p, false) })
}

// Little words that tell English from other languages in Latin letters, as far as it
// matters here: a text that is taken for English wrongly is shown a hint that it can ignore.
const (
	englishWords = "the, was, were, of, and, are, been, has, have, with, from, there, they, who, to, by"
	foreignWords = "der, die, das, und, wurden, wurde, le, la, les, des, du, et, ont, sont, est, el, los, las, fueron, una, que, de, y, il, che, di, sono, het, een, werden, os, dos, foram, e, bir, ve, og, och"
)

// English reports whether a text of some words is in English, as far as that shows. In
// other languages nothing is read for words of certainty.
func English(text string) bool {
	words := lang.Words(outsideQuotes(text))
	ours, others, plain := 0, 0, true
	for _, w := range words {
		switch {
		case slices.Contains(strings.Split(englishWords, ", "), w):
			ours++
		case slices.Contains(strings.Split(foreignWords, ", "), w):
			others++
		case strings.IndexFunc(w, func(r rune) bool { return r > unicode.MaxASCII }) >= 0:
			plain = false
		}
	}
	return len(words) > 1 && (ours > others || plain && ours == 0 && others == 0)
}
