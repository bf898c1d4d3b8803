package release

import (
	"strings"
	"testing"

	"heed/internal/corroborate"
	"heed/internal/record"
)

// blocks demands that a rule of the gate blocks at a place, and says what.
func (h *house) blocks(rule, place, what string) {
	h.t.Helper()
	res, err := h.Gate(h.t.Context(), by("M-01"), "R1")
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range res.Checks {
		for _, hit := range c.Hits {
			if hit.Rule == rule && hit.Place == place && strings.Contains(hit.What, what) {
				return
			}
		}
	}
	h.t.Fatalf("%s does not block %s: %+v", rule, place, res.Checks)
}

// A claim that is cited by itself, without a finding, is read with what contradicts it,
// whichever of the two says so.
func TestClaimCitedAloneIsContested(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.pass("R1")
	must[corroborate.Claim](t)(h.corr.AddClaim(ctx, by("M-01"), corroborate.Claim{Text: "The centres were schools.", Source: "S-003", From: 2, To: 2}))
	must[corroborate.Claim](t)(h.corr.AddClaim(ctx, by("M-01"), corroborate.Claim{Text: "They were no schools.", Source: "S-002", From: 2, To: 2, Contradicts: []string{"C-004"}}))
	must[Draft](t)(h.AddParagraph(ctx, by("M-01"), "The ministry speaks of schools.", []string{"C-004"}))
	h.blocks("answers", "paragraph 3", "C-005 contradicts C-004")
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 3, "The paper speaks of none.", []string{"C-005"}))
	h.blocks("answers", "paragraph 3", "C-004 contradicts C-005")
	must[corroborate.Finding](t)(h.corr.AddFinding(ctx, by("M-01"), corroborate.Finding{Text: "Whether there were schools could not be verified.",
		Assertion: corroborate.Unverified, Outcome: corroborate.CannotVerify, For: []string{"C-005"}}))
	must[corroborate.Finding](t)(h.corr.AddAgainst(ctx, by("M-01"), "F-02", "C-004"))
	must[corroborate.Finding](t)(h.corr.Answer(ctx, by("M-01"), "F-02", "C-004", "It names no school."))
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 3, "Whether there were schools could not be verified.", []string{"C-005", "F-02"}))
	h.pass("R1")
}

// A source on public record names a victim when the case knows it, with the flag or not.
func TestPublicVictimNeedsRiskAssessment(t *testing.T) {
	h, ctx := answered(t), t.Context()
	person := func(name string) string {
		return must[record.Person](t)(h.record.AddPerson(ctx, by("M-01"), record.Person{Unit: record.UnitIndividual, Public: true, WhyPublic: "a writer",
			Names: []record.Name{{Text: name, Lang: "en", Script: "Latn", Kind: record.NameProper}}})).ID
	}
	writer, minister := person("Tomas Verelin"), person("Orsan Kell")
	h.pass("R1")
	must[record.Event](t)(h.record.AddEvent(ctx, by("M-01"), record.Event{Title: "Arrests", First: "2025",
		Acts:     []record.EventAct{{Type: "arrest", Victim: writer, Involved: []record.Involvement{{Person: minister, Degree: "gave_orders"}}}},
		Attested: []record.Attestation{{Anchor: record.Anchor{Source: "S-003", Sentence: 1, Through: 1}, Connection: "witness"}}}))
	h.blocks("basis", "S-003", "S-003 names a victim ("+writer+"), and no risk assessment")
	assess := func(source string) {
		must[record.Basis](t)(h.record.AddBasis(ctx, by("M-01"), record.Basis{Source: source, Kind: record.PublicRecord, Citation: "https://example.org/" + source,
			NamesVictim: true, RiskAssessment: "He lives abroad and was asked."}))
	}
	assess("S-003")
	h.pass("R1")
	must[corroborate.Claim](t)(h.corr.JudgeClaim(ctx, by("M-01"), "C-002", corroborate.ClaimJudgement{About: []string{minister}}))
	h.pass("R1") // who had part in it is no victim
	must[corroborate.Claim](t)(h.corr.JudgeClaim(ctx, by("M-01"), "C-002", corroborate.ClaimJudgement{About: []string{writer}}))
	h.blocks("basis", "S-002", "S-002 names a victim ("+writer+"), and no risk assessment")
	assess("S-002")
	h.pass("R1")
	h.whole()
}

// A draft whose words claim more than its finding is not frozen.
func TestGateWeighsWords(t *testing.T) {
	h, ctx := answered(t), t.Context()
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 1, "It is proven beyond doubt that a person was held.", []string{"F-01"}))
	h.blocks("wording", "paragraph 1", "claims more than reasonable_grounds")
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 1, "It is proven beyond doubt that a person was held.", []string{"C-001"}))
	h.blocks("wording", "paragraph 1", "no finding is cited")
}

// What nobody weighed for certainty, and what nobody was sent, is named beside the rule.
func TestNotesOfWhatWasNotReadOrSent(t *testing.T) {
	p := passing()
	if got := wordingNote(p); got != "" {
		t.Errorf("in English: %q", got)
	}
	p.Draft.Paragraphs[1].Text = "Il est établi sans le moindre doute."
	if got, want := wordingNote(p), "not read in other languages than English: paragraph 2"; !strings.Contains(got, want) {
		t.Errorf("got %q", got)
	}
	if got := p.unsent(); got != nil {
		t.Errorf("nothing was sent, and %v is not as sent", got)
	}
	p.Requests = []ReplyRequest{{ID: "RQ-01", Release: p.Draft.ID, Zone: "UTC", SentOn: "2031-05-01", Deadline: "2031-05-02", Paragraphs: p.Draft.all(), Text: sentText(p.Draft, p.Draft.all())}}
	if got := p.unsent(); got != nil {
		t.Errorf("sent as it is: %v", got)
	}
	p.Draft.Paragraphs[0].Text += " The minister ordered it."
	p.Draft.Paragraphs = append(p.Draft.Paragraphs, Paragraph{3, "He hid it.", []string{"F-01"}})
	if got := repliedNote(p); !strings.HasSuffix(got, "; nobody was sent what stands in paragraph 1, 3") {
		t.Errorf("got %q", got)
	}
	p.Requests[0].Withdrawn = "a slip"
	if got := p.unsent(); got != nil {
		t.Errorf("withdrawn: %v", got)
	}
}
