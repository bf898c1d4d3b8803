package followup

import (
	"strings"

	"heed/internal/lang"
)

// actionVerbs is our own short list of what recommendations ask, by the five action
// categories that UPR Info's database uses (E. McMahon): 1 minimal, 2 continuing,
// 3 considering, 4 general, 5 specific. Two words may stand up to two words apart:
// "take prompt steps" is "take steps".
var actionVerbs = [...]string{
	1: "seek assistance, share information, exchange views, request support, inform",
	2: "continue, maintain, persevere, persist, pursue",
	3: "analyse, analyze, assess, consider, envisage, evaluate, examine, explore, reflect, reconsider, review, revisit, study",
	4: "accelerate, address, advance, combat, encourage, enhance, ensure, facilitate, fight, foster, guarantee, improve, increase, intensify, " +
		"prioritise, prioritize, promote, protect, respect, safeguard, strengthen, support, take action, take measures, take steps, tackle",
	5: "abolish, accede, adopt, allow, amend, ban, cease, clarify, close, compensate, conduct, criminalise, criminalize, decriminalise, " +
		"decriminalize, develop, disclose, eliminate, enact, end, establish, extend, grant, halt, implement, introduce, investigate, invite, " +
		"issue, lift, open, permit, prohibit, prosecute, provide, publish, punish, ratify, release, remove, repeal, return, revise, " +
		"sign, stop, submit, suspend, withdraw",
}

// verbGap is how many words may stand inside a verb of two words.
const verbGap = 2

// CategoryOf returns the action category of a verb, 0 when the list does not have it:
// not judged, rather than the mildest or the strongest.
func CategoryOf(verb string) int {
	return categories[strings.Join(lang.Words(verb), " ")]
}

// categories is the list by its verbs: a table of tens of thousands of rows asks it
// millions of times.
var categories = func() map[string]int {
	by := map[string]int{}
	for category, list := range actionVerbs {
		for _, verb := range strings.Split(list, ", ") {
			if verb != "" {
				by[verb] = category
			}
		}
	}
	return by
}()

// VerbIn finds the first verb of the list in the words of a recommendation. The first
// one counts, because it governs the rest: "consider ratifying" asks to consider.
// It knows base forms in English only; otherwise a person gives the verb.
func VerbIn(words string) string {
	tokens := lang.Words(words)
	for i, t := range tokens {
		for n := 1; n <= verbGap+1 && i+n < len(tokens); n++ {
			if verb := t + " " + tokens[i+n]; categories[verb] != 0 {
				return verb
			}
		}
		if categories[t] != 0 {
			return t
		}
	}
	return ""
}

// CategoryWords is how an action category is written out.
func CategoryWords(category int) string {
	words := [...]string{"not judged", "minimal", "continuing", "considering", "general", "specific"}
	if category < 0 || category >= len(words) {
		return words[0]
	}
	return words[category]
}
