package corroborate

import (
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/record"
)

// wordings are words that claim more than a standard allows: from which standard on
// they may be used, and what says as much as is known instead. The order of strength
// is the field's, from "may reasonably be suspected" to the criminal standard; the
// list is ours, in English only, and errs towards asking for plainer words: a place
// that was "established" in some year is better "opened" there.
var wordings = []struct {
	from    record.Standard
	instead string
	phrases string
}{
	{record.BeyondReasonableDoubt, "it is reasonable to conclude",
		"beyond reasonable doubt, beyond a reasonable doubt, beyond any doubt, beyond any reasonable doubt, beyond doubt, no doubt, " +
			"without doubt, without any doubt, undoubtedly, indisputable, indisputably, undeniable, undeniably, irrefutable, irrefutably, " +
			"beyond all doubt, beyond all reasonable doubt, shadow of a doubt, shadow of doubt, without a doubt, doubtless, no reasonable doubt, " +
			"no room for doubt, no room for any doubt, not in doubt, cannot be doubted, cannot be denied, cannot be disputed, " +
			"beyond question, beyond any question, beyond dispute, beyond any dispute, without question, no question that, unquestionable, " +
			"unquestionably, indubitable, indubitably, incontrovertible, incontrovertibly, incontestable, incontestably, unmistakable, unmistakably, " +
			"it is certain, certain that, certainly, with certainty, a certainty, definitely, definitively, knows that, know that, we know, team knows, " +
			"it is known, is convinced, are convinced, convinced that, is a fact, a fact that, it is true, is guilty, are guilty, was guilty, were guilty, " +
			"everyone knows, everybody knows, matter of fact, as night follows day, watertight, evidence is overwhelming, overwhelming evidence, no two opinions, cannot be two opinions"},
	{record.ClearAndConvincing, "it is reasonable to conclude",
		"established, proven, proved, proves, proof that, confirmed, confirms, clear and convincing, conclusive, conclusively, " +
			"demonstrated, demonstrates, verified, establishes, clearly, it is clear, evidently, is evident, obviously, is obvious, plainly, ascertained"},
	{record.BalanceOfProbabilities, "it is reasonable to conclude",
		"more likely than not, most likely, balance of probabilities, preponderance"},
	{record.ReasonableGrounds, "may reasonably be suspected",
		"reasonable to conclude, reasonable to believe, reasonable grounds, concludes that, we conclude, concluded that, finds that, found that"},
}

// verbs are how the field words a conclusion, strongest first: from which standard on, and
// the words. Whoever writes a finding chooses among those that its standard allows.
var verbs = []struct {
	from  record.Standard
	words string
}{
	{record.BeyondReasonableDoubt, "it is proven beyond reasonable doubt that"},
	{record.ClearAndConvincing, "it is established that; there is clear and convincing evidence that"},
	{record.BalanceOfProbabilities, "it is more likely than not that"},
	{record.ReasonableGrounds, "it is reasonable to conclude that; there are reasonable grounds to believe that; the team finds that"},
	{record.ReasonableSuspicion, "may reasonably be suspected; the allegations are credible; there are credible indications that; may constitute; raises concerns"},
}

// verbsOf are the words for what is not concluded, whatever the standard. None of them
// says that it is not so.
var verbsOf = map[string]string{
	NotMet:       "the material does not reach the standard; there are not reasonable grounds to conclude that",
	Inconclusive: "the material is inconclusive; the accounts differ, and the difference is not resolved",
	CannotVerify: "could not be verified; the team has been unable to confirm",
	OutOfScope:   "lies outside the scope of this assessment",
}

// Verbs lists the wordings that a finding of a standard and an outcome may use, the
// strongest first. No outcome yet is worded like met.
func Verbs(s record.Standard, outcome string) (out []string) {
	if words, ok := verbsOf[outcome]; ok {
		return strings.Split(words, "; ")
	}
	for _, v := range verbs {
		if s.Rank() >= v.from.Rank() {
			out = append(out, strings.Split(v.words, "; ")...)
		}
	}
	return out
}

// ValidVerbs says whether Verbs can be asked for a standard and these outcomes.
func ValidVerbs(s record.Standard, outcomes []string) error {
	if s.Rank() == 0 {
		return invalid("this is no standard of proof", "Leave it out to use the standard of the case.")
	}
	if slices.ContainsFunc(outcomes, func(o string) bool { return !slices.Contains(Outcomes(), o) }) {
		return invalid("this is no outcome", "Choose one of: "+strings.Join(Outcomes(), ", ")+".")
	}
	return nil
}

// denials say that something is not so. An outcome that does not meet the standard
// never says that.
const denials = "did not happen, did not occur, did not take place, never happened, never occurred, never took place, " +
	"is false, was false, are false, were false, is untrue, was untrue, disproven, disproved, refuted, debunked"

// unmet are words for what does not meet the standard.
const unmet = "not reasonable to conclude, not reasonable to believe, unreasonable to conclude, unreasonable to believe, unreasonable to suspect, unreasonable to find, does not reach the standard, material is inconclusive"

// negations turn a strong word into a modest one: "could not be confirmed" is the
// field's way to say that a number is open.
const negations = "not, cannot, never, no, nor, neither, unable, couldn, isn, wasn, hasn"

// negationReach is how many words before a phrase a negation may stand: "has not been
// independently confirmed". Words that begin another clause end it.
const (
	negationReach = 4
	clauseWords   = "and, but, that, which, who, while, whereas, because"
)

// tooStrong words every place where the text of a finding claims more than its standard
// and outcome allow. What stands in quotation marks is somebody else's.
func tooStrong(f Finding) (out []string) {
	read := reading(f)
	said := read.holds
	for _, w := range wordings {
		for _, phrase := range strings.Split(w.phrases, ", ") {
			switch {
			case !said(phrase, true):
			case !f.asserts():
				out = append(out, "“"+phrase+"” claims more than the outcome "+f.Outcome+"; write what could not be shown")
			case f.Standard.Rank() < w.from.Rank():
				out = append(out, "“"+phrase+"” claims more than "+string(f.Standard)+"; write “"+w.instead+"”")
			}
		}
	}
	if f.Legal.Modality == Is && !f.asserts() {
		out = append(out, "a legal qualification that is claims more than the outcome "+f.Outcome+"; write that it may constitute")
	}
	for _, phrase := range strings.Split(unmet, ", ") {
		if f.Outcome == Met && said(phrase, true) {
			out = append(out, "“"+phrase+"” says that it is not met, and the outcome is met")
		}
	}
	if name, found := read.namedInLaw(); found && f.Legal.Modality != Is {
		out = append(out, "“"+name+"” claims more than that something may constitute; write “may constitute”, or give what the law calls it apart, with --legal and --modality")
	}
	for _, phrase := range strings.Split(denials, ", ") {
		if !f.asserts() && said(phrase, false) {
			out = append(out, "“"+phrase+"” says that it is not so, and the outcome "+f.Outcome+" does not")
		}
	}
	return out
}

// plainEnough refuses a finding whose words claim more than its standard and outcome.
// What the refusal quotes are phrases of the tables above.
func plainEnough(f Finding) error {
	strong := tooStrong(f)
	if len(strong) == 0 {
		return nil
	}
	return fault.New(fault.Refused, strong[0], "Nothing was written.",
		"Write plainer words, or judge the finding first. What may be said: heed finding --verbs")
}

// holds reports whether a phrase stands in the words of a sentence; where it can be
// negated, at least once without a negation before it.
func holds(words, phrase []string, negatable bool) bool {
	for i := 0; i+len(phrase) <= len(words); i++ {
		if slices.Equal(words[i:i+len(phrase)], phrase) && !(negatable && follows(words[:i], negations)) {
			return true
		}
	}
	return false
}

// follows reads backwards from a phrase until one of some words or another clause.
func follows(before []string, words string) bool {
	for _, w := range slices.Backward(before[max(0, len(before)-negationReach):]) {
		switch {
		case slices.Contains(strings.Split(clauseWords, ", "), w):
			return false
		case slices.Contains(strings.Split(words, ", "), w):
			return true
		}
	}
	return false
}

// outsideQuotes drops what stands between quotation marks. A mark that nothing closes
// quotes nothing.
func outsideQuotes(s string) string {
	for _, pair := range []struct{ open, end string }{{"„", "“"}, {"“", "”"}, {"«", "»"}, {`"`, `"`}} {
		var out strings.Builder
		for {
			before, rest, ok := strings.Cut(s, pair.open)
			_, after, closed := strings.Cut(rest, pair.end)
			if !ok || !closed {
				break
			}
			out.WriteString(before + " … ")
			s = after
		}
		s = out.String() + s
	}
	return s
}

// Wording words every place where a text claims more than the weakest of the findings
// under it: the lowest standard, and an outcome that concludes nothing before one that
// does. Without any nobody has concluded anything, and no word for that is used.
func Wording(text string, under ...Finding) []string {
	weakest := Finding{Text: text}
	if len(under) == 0 {
		strong := tooStrong(weakest)
		for i, w := range strong {
			phrase, _, _ := strings.Cut(w, " claims more than ")
			strong[i] = phrase + " is a word for what was concluded, and no finding is cited"
		}
		return strong
	}
	weakest.Standard, weakest.Outcome = under[0].Standard, under[0].Outcome
	called := map[string]bool{} // what the law calls it, as far as a finding says
	for _, f := range under {
		if f.Standard.Rank() < weakest.Standard.Rank() {
			weakest.Standard = f.Standard
		}
		if weakest.asserts() && f.Outcome != "" {
			weakest.Outcome = f.Outcome
		}
		called[f.Legal.Modality] = true
	}
	if weakest.asserts() && called[Is] && !called[MayConstitute] {
		weakest.Legal.Modality = Is
	}
	return tooStrong(weakest)
}
