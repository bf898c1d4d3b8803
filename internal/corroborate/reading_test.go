package corroborate

import (
	"strings"
	"testing"

	"heed/internal/record"
)

// What claims certainty is refused however it is put or written.
func TestCertaintyIsAboveTheStandard(t *testing.T) {
	for _, text := range []string{
		"It is certain that people were tortured.",
		"It is certain: people were tortured.",
		"The team knows that people were tortured.",
		"The team is convinced that people were tortured.",
		"That people were tortured is a fact that nobody can hide.",
		"Without question, people were tortured.",
		"Torture took place, beyond dispute.",
		"The record leaves no room for doubt.",
		"It is incontrovertibly shown that people were tortured.",
		"The record clearly shows that people were tortured.",
		"The commander is guilty of torture.",
		"It is \u0435stablished that people were tortured.",
		"It is est\u0430bl\u0456sh\u0435d that people were tortured.",
		"It is estab\u2010lished that people were tortured.",
		"It is estab-lished that people were tortured.",
		"It is estab\u2011lished that people were tortured.",
		"It is estab\u00ADlished that people were tortured.",
		"It is estab\u200Blished that people were tortured.",
		"It is well\u2010established that people were tortured.",
		"It is \uFF45\uFF53\uFF54\uFF41\uFF42\uFF4C\uFF49\uFF53\uFF48\uFF45\uFF44 that people were tortured.",
		"It is beyond reasonable\ndoubt that people were tortured.",
		"It is beyond reasonable\r\ndoubt that people were tortured.",
	} {
		f := Finding{Text: text, Standard: record.ReasonableGrounds, Assertion: Established, Outcome: Met}
		if len(tooStrong(f)) == 0 || plainEnough(f) == nil {
			t.Errorf("%q is let through", text)
		}
		if f.Standard = record.BeyondReasonableDoubt; len(tooStrong(f)) != 0 {
			t.Errorf("%q at the highest standard: %v", text, tooStrong(f))
		}
	}
	for _, text := range []string{
		"It is reasonable to conclude that people were tortured, but not certain that all were.",
		"It is reasonable to conclude that guards of a certain rank were there.",
		"It is reasonable to conclude that people were held; the families do not know that.",
		"It is reasonable to conclude that well-known offices were closed\nand that people were held.",
	} {
		if got := tooStrong(Finding{Text: text, Standard: record.ReasonableGrounds, Outcome: Met}); len(got) != 0 {
			t.Errorf("%q: %v", text, got)
		}
	}
}

func TestUnmetWordsOfAMetFinding(t *testing.T) {
	for _, phrase := range strings.Split(unmet, ", ") {
		f := Finding{Text: "Here " + phrase + " x.", Standard: record.BeyondReasonableDoubt, Outcome: Met}
		if len(tooStrong(f)) != 1 {
			t.Errorf("%q of a met finding: %v", phrase, tooStrong(f))
		}
		if f.Outcome = NotMet; len(tooStrong(f)) != 0 {
			t.Errorf("%q of a finding that is not met: %v", phrase, tooStrong(f))
		}
	}
	if got := tooStrong(Finding{Text: "It is not unreasonable to conclude that people were held.", Standard: record.ReasonableGrounds, Outcome: Met}); len(got) != 0 {
		t.Errorf("a double negation: %v", got)
	}
}

// What the law calls the facts stands apart from the words, where its modality is.
func TestNamesOfLawNeedTheirModality(t *testing.T) {
	const lead = "It is reasonable to conclude that people were held, and this "
	for text, named := range map[string]bool{
		lead + "amounts to genocide.":                                                             true,
		lead + "constitutes a crime against humanity.":                                            true,
		lead + "is a crime against humanity.":                                                     true,
		lead + "is genocide.":                                                                     true,
		lead + "was a war crime.":                                                                 true,
		lead + "const\u0456tutes a crime.":                                                        true,
		lead + "may constitute a crime against humanity.":                                         false,
		lead + "may also have amounted to a war crime.":                                           false,
		lead + "does not constitute a war crime.":                                                 false,
		lead + "is what the ministry calls “no genocide”.":                                        false,
		"It is reasonable to conclude that the number amounts to 40 persons.":                     false,
		"The team may say more later, and it is reasonable to conclude that it constitutes that.": true,
		"It is reasonable to conclude that people were held; whether this constitutes a crime, the team leaves open.": false,
	} {
		f := Finding{Text: text, Standard: record.ReasonableGrounds, Outcome: Met}
		got := tooStrong(f)
		if named != (len(got) == 1) || len(got) > 1 || named && !strings.Contains(got[0], "may constitute") {
			t.Errorf("%q: %v", text, got)
		}
		if f.Legal = (Qualification{"torture", MayConstitute}); named != (len(tooStrong(f)) == 1) {
			t.Errorf("%q, which may constitute: %v", text, tooStrong(f))
		}
		if f.Legal.Modality = Is; len(tooStrong(f)) != 0 {
			t.Errorf("%q, where the law calls it so: %v", text, tooStrong(f))
		}
	}
	if got := tooStrong(Finding{Text: "It is reasonable to conclude that people were held.", Standard: record.ReasonableGrounds, Outcome: Met,
		Legal: Qualification{"This constitutes torture.", MayConstitute}}); len(got) != 1 {
		t.Errorf("in the qualification's own words: %v", got)
	}
}

func TestBareAssertionIsShown(t *testing.T) {
	for text, shown := range map[string]bool{
		"People were tortured.":                                       true,
		"Soldiers tortured detainees.":                                true,
		"The ministry called it “established”; people were tortured.": true,
		"It is unreasonable to conclude that people were held.":       true,
		"It is reasonable to conclude that people were tortured.":     false,
		"There are reasonable grounds to conclude that it was so.":    false,
		"There are reasonable grounds to believe that it was so.":     false,
		"The team finds that people were tortured.":                   false,
		"The accounts of torture raise concerns.":                     false,
		"The officers may reasonably be suspected of torture.":        false,
		"It is established that people were tortured.":                false, // what is too strong is said elsewhere
		"Des personnes ont été torturées.":                            false,
		"Personen wurden in den Lagern von Lenz misshandelt.":         false,
		"Las personas fueron detenidas en el centro de Lenz.":         false,
		"Людей пытали.":                                               false,
		"人们被关押。":                                                      false,
		"x":                                                           false,
	} {
		c := check{f: Finding{ID: "F-01", Text: text, Standard: record.ReasonableGrounds, Outcome: Met}}
		if c.plain(); shown != (len(c.issues) == 1) {
			t.Errorf("%q: %v", text, c.issues)
		}
		for _, i := range c.issues {
			if i.Rule != RulePlain || i.Blocks || !strings.Contains(i.What, "write e.g. “it is reasonable to conclude”") {
				t.Errorf("%q: %+v", text, i)
			}
		}
		for _, outcome := range []string{"", NotMet, Inconclusive, CannotVerify, OutOfScope} {
			c := check{f: Finding{Text: text, Standard: record.ReasonableGrounds, Outcome: outcome}}
			if c.plain(); len(c.issues) != 0 {
				t.Errorf("%q, %s: %v", text, outcome, c.issues)
			}
		}
	}
}

// Every wording that may be chosen names a degree.
func TestVerbsNameADegree(t *testing.T) {
	for _, s := range record.Standards() {
		for _, v := range Verbs(s, Met) {
			c := check{f: Finding{Text: "Here " + v + " the guards were there.", Standard: s, Outcome: Met}}
			if c.plain(); len(c.issues) != 0 {
				t.Errorf("%q at %s: %v", v, s, c.issues)
			}
		}
	}
}

func TestBareAssertionWithoutAStandard(t *testing.T) {
	c := check{f: Finding{Text: "People were tortured.", Outcome: Met}}
	if c.plain(); len(c.issues) != 0 {
		t.Errorf("no wording can be advised: %v", c.issues)
	}
}

// Check shows it, and lets the finding leave the house.
func TestCheckShowsABareAssertion(t *testing.T) {
	f, ev := ready()
	f.Text = "People were held at the depot."
	if got := Check(f, ev, DefaultPolicy); len(got) != 1 || got[0].Rule != RulePlain || Blocks(got) {
		t.Errorf("got %+v", got)
	}
}

func TestCertaintyInOtherShapes(t *testing.T) {
	f := Finding{Standard: record.ReasonableGrounds, Outcome: Met}
	for _, text := range []string{"People were held. Be\nyond doubt.", "Everyone knows that people were held.", "People were held as a matter of fact.", "People were held, and the evidence is overwhelming.",
		"It is not reasonable to conclude that people were held."} {
		if f.Text = text; len(tooStrong(f)) == 0 {
			t.Errorf("%q is taken", text)
		}
	}
	if f.Text = "It is reasonable to conclude that people were held."; len(tooStrong(f)) > 0 {
		t.Errorf("%v", tooStrong(f))
	}
}
