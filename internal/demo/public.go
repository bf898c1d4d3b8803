package demo

import (
	"heed/internal/corroborate"
	"heed/internal/followup"
	"heed/internal/record"
)

var publicCase = record.Case{Title: "The public record of the 2022 assessment on Xinjiang", Standard: record.ReasonableGrounds, Zone: "UTC"}

// The actors as this case names them.
const (
	office     = "UN Human Rights Office"
	government = "Government of China"
)

// publicRecord tells what public sources said of the assessment of 31 August 2022. The
// notes are our own sentences, each with the outlet it was read in; the official phrases
// in quotation marks are exact. Whether the outlets are independent of each other is not
// known, and so it is recorded.
func (b *builder) publicRecord() {
	note := func(path, title, date, citation string) string {
		return b.add(path, false, record.Source{Title: title, Kind: "document", Date: date, Organisation: "Heed sample notes", Origin: "unknown", Reliability: "F"},
			record.Basis{Kind: record.PublicRecord, Citation: citation})
	}
	released := note("public/release.txt", "Note 1: the release of the assessment", "2022-09-01", "dailypostlab.com, ecotextile.com, nhk.or.jp, aljazeera.com, newsweek.com")
	reactions := note("public/reactions.txt", "Note 2: the first reactions", "2022-09-07", "cnn.com, urdupoint.com, scoop.co.nz")
	vote := note("public/vote.txt", "Note 3: the vote in the Human Rights Council", "2022-10-06", "wionews.com, anews.com.tr, republicworld.com")
	later := note("public/followup.txt", "Note 4: two years on", "2024-08-27", "uhrp.org, voanews.com, ishr.ch")
	scale := note("public/scale.txt", "Note 5: an earlier number", "2018", "cnn.com")
	recs := b.publicRecommendations(released)
	b.publicStatements(released, reactions, later)
	b.publicFinding(released, scale)
	b.publicReport(vote)
	if b.step("logging what was searched, so that silence can be told from not looking") {
		_, b.err = b.a.Followup.LogSearch(b.ctx, b.a.By(), followup.SearchLog{Recommendations: recs, Actor: government, SearchedTo: "2022-09-07",
			Where: "notes 1 and 2 of this sample case, and nothing else", Note: "words about the assessment, none addressed to a recommendation"})
	}
}

func (b *builder) publicRecommendations(source string) (ids []string) {
	b.step("recording three recommendations with the words that make them")
	for _, r := range []struct{ text, words string }{
		{"Release all individuals arbitrarily deprived of their liberty", "take prompt steps to release all individuals arbitrarily deprived of their liberty"},
		{"Clarify the whereabouts of people whose families seek information", "clarify the whereabouts of people whose families seek information about them"},
		{"Review the laws on national security and counter-terrorism", "fully review its laws on national security and counter-terrorism"},
	} {
		at := b.at(source, r.words)
		if b.err != nil {
			return ids
		}
		got, err := b.a.Followup.AddRecommendation(b.ctx, b.a.By(), followup.Recommendation{Text: r.text, Source: at.Source, From: at.From, To: at.To,
			Words: r.words, Issuer: office, Addressees: []string{government}})
		b.err = err
		ids = append(ids, got.ID)
	}
	return ids
}

func (b *builder) publicStatements(released, reactions, later string) {
	b.propose(reactions)
	b.step("recording who said what, of what")
	for _, st := range []record.Statement{
		{Source: reactions, Speaker: "China's mission in Geneva", OnBehalfOf: government, Words: "based on the disinformation and lies fabricated by anti-China forces",
			Target: record.Target{Kind: record.TargetReport}, Stance: "criticises", SaidOn: "2022-08-31"},
		{Source: reactions, Speaker: "Foreign Ministry of China", OnBehalfOf: government, Words: "invalid and illegal",
			Target: record.Target{Kind: record.TargetReport}, Stance: "rejects", SaidOn: "2022-09-01"},
		{Source: reactions, Speaker: "Stéphane Dujarric", OnBehalfOf: "UN Secretary-General", Words: "will take on board the recommendations",
			Target: record.Target{Kind: record.TargetRecommendations, ID: released}, Stance: "urges", SaidOn: "2022-09-01"},
		{Source: reactions, Speaker: "UN special-procedure experts", Words: "expressed support for the assessment",
			Target: record.Target{Kind: record.TargetReport}, Stance: "endorses", SaidOn: "2022-09-07"},
		{Source: later, Speaker: office, Words: "many problematic laws and policies remain in place",
			Target: record.Target{Kind: record.TargetOther, Words: "laws and policies in Xinjiang"}, Stance: "asserts", SaidOn: "2024-08-27"},
	} {
		b.say(st)
	}
}

func (b *builder) publicFinding(released, scale string) {
	b.step("judging a finding: a number that could not be confirmed")
	unconfirmed := b.claim(corroborate.Claim{Text: "The office could not confirm the claim that more than one million people had been detained.",
		Credibility: 6, Attribution: "named"}, b.at(released, "could not confirm"))
	earlier := b.claim(corroborate.Claim{Text: "A UN committee spoke in 2018 of credible reports of more than one million.", Credibility: 6, Attribution: "named"},
		b.at(scale, "credible reports"))
	if b.err != nil {
		return
	}
	f, err := b.a.Corroborate.AddFinding(b.ctx, b.a.By(), corroborate.Finding{
		Text:      "The claim that more than one million people had been detained could not be confirmed.",
		Assertion: "unverified", Outcome: "cannot_verify", For: []string{unconfirmed}, Against: []corroborate.Against{{Claim: earlier}},
		ContrarySearch: "Read the five notes of this sample case."})
	if b.err = err; err != nil {
		return
	}
	if _, b.err = b.a.Corroborate.Answer(b.ctx, b.a.By(), f.ID, earlier,
		"The committee referred to reports by others; it did not confirm a number of its own."); b.err != nil {
		return
	}
	_, b.err = b.a.Release.AddParagraph(b.ctx, b.a.By(), "The claim that more than one million people had been detained could not be confirmed.", []string{f.ID})
}

func (b *builder) publicReport(vote string) {
	counted := b.claim(corroborate.Claim{Text: "Seventeen members voted for a debate, nineteen against, and eleven abstained.", Credibility: 6, Attribution: "named"},
		b.at(vote, "Seventeen members"))
	if !b.step("writing the report") {
		return
	}
	for _, p := range []struct {
		text string
		cite []string
	}{
		{"The Secretary-General's spokesman said he hoped that China “will take on board the recommendations”.", []string{"ST-003"}},
		{"China's mission in Geneva said the assessment was “based on the disinformation and lies fabricated by anti-China forces”; the Foreign Ministry called it “invalid and illegal”.", []string{"ST-001", "ST-002"}},
		{"On 6 October 2022 the Human Rights Council rejected a draft decision to hold a debate, with seventeen votes for, nineteen against and eleven abstentions.", []string{counted}},
	} {
		if b.err == nil {
			_, b.err = b.a.Release.AddParagraph(b.ctx, b.a.By(), p.text, p.cite)
		}
	}
}
