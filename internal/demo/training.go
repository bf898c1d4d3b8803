package demo

import (
	"bytes"
	"strings"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/record"
	"heed/internal/seal"
)

var trainingCase = record.Case{Title: "Detention at the Lenz depot", Standard: record.ReasonableGrounds, Zone: "UTC", Training: true}

// training tells the invented case of Arvenia: a sealed interview, a monitor's visit, a
// wire story and a newspaper that only repeat it, and the ministry's denial.
func (b *builder) training() {
	inTraining := record.Basis{Kind: record.PublicRecord, Citation: "invented for training"}
	monitor := b.add("training/monitor.html", false, record.Source{Title: "What we saw at the Lenz depot", Kind: "report", Date: "2025-05-21",
		Organisation: "Arvenia Monitor", Origin: "own", Reliability: "B", Reason: "its earlier reports held up"}, inTraining)
	wire := b.add("training/wire.txt", false, record.Source{Title: "Detentions alleged at Arvenian depot", Kind: "press_article", Date: "2025-05-22",
		Organisation: "Invented Wire", Origin: "derived", DerivedFrom: []string{monitor}, Reliability: "F"}, inTraining)
	b.add("training/daily.txt", false, record.Source{Title: "Depot held 31, watchdog says", Kind: "press_article", Date: "2025-05-22",
		Organisation: "Arvenia Daily", Origin: "derived", DerivedFrom: []string{wire}, Reliability: "F"}, inTraining)
	ministry := b.add("training/ministry.txt", false, record.Source{Title: "Statement of the Ministry of Order", Kind: "official_statement", Date: "2025-05-23",
		Organisation: "Ministry of Order of Arvenia", Origin: "own", Reliability: "F"}, inTraining)
	interview := b.interview()
	b.trainingFinding(monitor, wire, interview, ministry)
	b.trainingFollowUp(monitor, ministry)
	b.trainingReport()
}

// interview seals the testimony, its file name and two names in it, and freezes the text
// in which a custodian replaced what would point to the witness.
func (b *builder) interview() string {
	granted := func(use string) record.Scope {
		return record.Scope{Use: use, Audience: "public", Attribution: "role_only", State: "given"}
	}
	id := b.add("training/interview.txt", true, record.Source{Title: "Interview with a former detainee", Kind: "interview", Date: "2025-08", Origin: "own"},
		record.Basis{Kind: record.Consent, Interview: record.Interview{Explained: record.Explanations()}, Scopes: []record.Scope{granted("public_report"),
			{Use: "verbatim_quote", Audience: "public", Attribution: "role_only", State: "refused"}}})
	for kind, values := range map[seal.Kind][]string{seal.Name: {"Tomas Verelin", "Irena Salko"}, seal.Place: {"Brodok"}} {
		for _, v := range values {
			if b.step("sealing a %s", kind) {
				_, b.err = b.a.Seal(b.ctx, id, kind, strings.NewReader(v))
			}
		}
	}
	if b.step("freezing the interview's text without names") {
		var text []byte
		if text, b.err = texts.ReadFile("training/interview-redacted.txt"); b.err == nil {
			_, b.err = b.a.Intake.Freeze(b.ctx, b.a.By(), id, bytes.NewReader(text))
		}
	}
	return id
}

func (b *builder) claim(k corroborate.Claim, at intake.Address) string {
	if b.err != nil {
		return ""
	}
	k.Source, k.From, k.To = at.Source, at.From, at.To
	got, err := b.a.Corroborate.AddClaim(b.ctx, b.a.By(), k)
	b.err = err
	return got.ID
}

func (b *builder) trainingFinding(monitor, wire, interview, ministry string) {
	b.step("recording claims for and against")
	seen := b.claim(corroborate.Claim{Text: "Two observers counted 31 people in four locked rooms of the Lenz depot on 20 May 2025.",
		Words: "counted 31 people in four locked rooms", Quoted: true, FirstHand: true, Credibility: 2, Attribution: "named"}, b.at(monitor, "counted 31 people"))
	repeated := b.claim(corroborate.Claim{Text: "31 people were held without charge at the depot.", Credibility: 6, Attribution: "named"},
		b.at(wire, "31 people were held without charge"))
	held := b.claim(corroborate.Claim{Text: "A former detainee speaks of weeks in the depot, and of no charge.", FirstHand: true, Credibility: 2,
		Attribution: "role_only"}, b.at(interview, "was told of no charge"))
	denied := b.claim(corroborate.Claim{Text: "The ministry says that no person has ever been held at the depot.", Credibility: 6, Attribution: "named"},
		b.at(ministry, "No person has ever been held"))
	if !b.step("judging a finding at the declared standard") {
		return
	}
	f, err := b.a.Corroborate.AddFinding(b.ctx, b.a.By(), corroborate.Finding{
		Text:      "It is reasonable to conclude that people were held at the Lenz depot without charge in 2025.",
		Assertion: "established", Outcome: "met", For: []string{seen, repeated, held}, Against: []corroborate.Against{{Claim: denied}},
		ContrarySearch: "Read all statements of the Ministry of Order up to 23 May 2025."})
	if b.err = err; err != nil {
		return
	}
	b.mustBlock(f.ID, denied)
}

// mustBlock shows that the gate does not let an unanswered contrary claim pass, then
// answers it.
func (b *builder) mustBlock(finding, contrary string) {
	if !b.step("asking the gate while a contrary claim is unanswered: it must block") {
		return
	}
	if _, b.err = b.a.Release.AddParagraph(b.ctx, b.a.By(), "It is reasonable to conclude that people were held at the Lenz depot without charge in 2025.", []string{finding}); b.err != nil {
		return
	}
	res, err := b.a.Release.Gate(b.ctx, b.a.By(), "R1")
	if b.err = err; err != nil {
		return
	}
	if res.Blocked() == 0 {
		b.err = fault.New(fault.Refused, "internal error: the gate let an unanswered contrary claim pass", "", "")
		return
	}
	if b.step("answering it") {
		_, b.err = b.a.Corroborate.Answer(b.ctx, b.a.By(), finding, contrary,
			"The ministry gives no register and did not let anybody visit; two observers and a former detainee describe people in the rooms.")
	}
}

func (b *builder) trainingFollowUp(monitor, ministry string) {
	if !b.step("recording a recommendation, what was said of it, and what was not") {
		return
	}
	rec := func(text, words string) string {
		if b.err != nil {
			return ""
		}
		at := b.at(monitor, words)
		got, err := b.a.Followup.AddRecommendation(b.ctx, b.a.By(), followup.Recommendation{Text: text, Source: at.Source, From: at.From, To: at.To,
			Words: words, Issuer: "Arvenia Monitor", Addressees: []string{"Ministry of Order"}})
		if b.err == nil {
			b.err = err
		}
		return got.ID
	}
	release := rec("Release everyone held at the depot without charge", "release everyone held at the depot without charge")
	visits := rec("Open the depot to visitors", "open the depot to visitors")
	b.propose(ministry)
	b.say(record.Statement{Source: ministry, Speaker: "Ministry of Order", Words: "firmly rejects the publication of the Monitor's report",
		Target: record.Target{Kind: record.TargetRelease}, Stance: "rejects", SaidOn: "2025-05-23"})
	study := b.say(record.Statement{Source: ministry, Speaker: "Ministry of Order", Words: "it would study the recommendation to open the depot to visitors",
		Target: record.Target{Kind: record.TargetRecommendation, ID: visits}, Stance: "will_consider", SaidOn: "2025-05-23"})
	if b.err != nil {
		return
	}
	if _, b.err = b.a.Followup.TakePosition(b.ctx, b.a.By(), followup.Position{Recommendation: visits, Statement: study,
		Value: followup.UnderConsideration, Why: "it says it would study it"}); b.err != nil {
		return
	}
	_, b.err = b.a.Followup.LogSearch(b.ctx, b.a.By(), followup.SearchLog{Recommendations: []string{release}, Actor: "Ministry of Order",
		SearchedTo: "2025-06-30", Where: "the ministry's statements, all of them", Note: "nothing about releasing anybody"})
}

func (b *builder) propose(source string) {
	if b.step("proposing who said what in %s", source) {
		_, b.err = b.a.Intake.Propose(b.ctx, b.a.By(), source)
	}
}

func (b *builder) trainingReport() {
	if !b.step("writing the report") {
		return
	}
	for _, p := range []struct {
		text string
		cite string
	}{
		{"Two observers “counted 31 people in four locked rooms” on 20 May 2025.", "C-001"},
		{"The Ministry of Order says that no person has ever been held at the depot.", "C-004"},
	} {
		if b.err == nil {
			_, b.err = b.a.Release.AddParagraph(b.ctx, b.a.By(), p.text, []string{p.cite})
		}
	}
}
