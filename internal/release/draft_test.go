package release

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/record"
)

func texts(d Draft) (out []string) {
	for i, p := range d.Paragraphs {
		if p.N != i+1 {
			out = append(out, "a wrong number")
		}
		out = append(out, p.Text)
	}
	return out
}

// letters is a case with a draft of three paragraphs, a, b and c.
func letters(t *testing.T) *house {
	h := build(t, false)
	for _, text := range []string{"a", "b", "c"} {
		must[Draft](t)(h.AddParagraph(t.Context(), by("M-01"), text, nil))
	}
	return h
}

// Of two people who edit at once, the second is told, and nothing is overwritten unseen.
func TestSimultaneousEditsConflictVisibly(t *testing.T) {
	h, ctx := letters(t), t.Context()
	saw := must[int64](t)(h.Act(ctx, "R1"))
	must[Draft](t)(h.Edit(ctx, by("M-01"), DraftEdit{Release: "R1", N: 1, Text: "a, changed", Saw: saw}))
	for name, e := range map[string]DraftEdit{
		"change": {Release: "R1", N: 1, Text: "mine", Saw: saw}, "drop": {Release: "R1", N: 1, Drop: true, Saw: saw},
		"move": {Release: "R1", N: 1, To: 2, Saw: saw}, "add": {Text: "d", Saw: saw},
	} {
		_, err := h.Edit(ctx, by("M-02"), e)
		t.Run(name, func(t *testing.T) { refused(t, err, fault.Conflict, "R1 was changed by M-01") })
	}
	if d := must[Draft](t)(h.Draft(ctx, "R1")); !slices.Equal(texts(d), []string{"a, changed", "b", "c"}) {
		t.Errorf("got %q", texts(d))
	}
	must[Draft](t)(h.Edit(ctx, by("M-02"), DraftEdit{Text: "d", Saw: must[int64](t)(h.Act(ctx, "R1"))}))
	h.whole()
}

// An edit of a frozen draft that was seen as it is goes through, though it is two acts.
func TestEditOfAFrozenDraftThatWasSeen(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.pass("R1")
	e := DraftEdit{Release: "R1", N: 2, Drop: true, Saw: must[int64](t)(h.Act(ctx, "R1"))}
	must[Draft](t)(h.Edit(ctx, by("M-01"), e))
	_, err := h.Edit(ctx, by("M-01"), e)
	if err == nil {
		t.Error("the same edit went through twice")
	}
	h.whole()
}

func TestParagraphMoves(t *testing.T) {
	h, ctx := letters(t), t.Context()
	for _, tt := range []struct {
		n, to int
		want  string
	}{{3, 1, "c a b"}, {1, 3, "a b c"}, {2, 2, "a b c"}, {1, 2, "b a c"}} {
		d := must[Draft](t)(h.Edit(ctx, by("M-01"), DraftEdit{Release: "R1", N: tt.n, To: tt.to}))
		if got := strings.Join(texts(d), " "); got != tt.want {
			t.Errorf("%d to %d: %s, want %s", tt.n, tt.to, got, tt.want)
		}
	}
	for _, e := range []DraftEdit{{N: 4, To: 1}, {N: 1, To: 4}, {N: 1, To: -1}, {N: -1, To: 1}, {N: 0, To: 1}, {Drop: true}} {
		e.Release = "R1"
		_, err := h.Edit(ctx, by("M-01"), e)
		refused(t, err, fault.NotFound, "no paragraph")
	}
	if acts := h.acts("R1"); acts[len(acts)-1] != "paragraph.moved" {
		t.Errorf("acts %v", acts)
	}
	h.whole()
}

// A report is undone paragraph by paragraph, and undoing again brings back.
func TestUndoOfADraftByANewAct(t *testing.T) {
	h, ctx := letters(t), t.Context()
	must[Draft](t)(h.DropParagraph(ctx, by("M-01"), "R1", 1))
	for _, want := range []string{"a b c", "b c", "a b c"} {
		if gone, err := h.undo("R1"); err != nil || gone {
			t.Fatalf("%v, %v", gone, err)
		}
		if got := strings.Join(texts(must[Draft](t)(h.Draft(ctx, "R1"))), " "); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	h.whole()
}

// What is frozen, signed or out is not undone, and each refusal names the way out.
func TestUndoRefusesWhatIsFrozenOrOut(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.pass("R1")
	_, err := h.undo("R1")
	refused(t, err, fault.Refused, "frozen and wait for signatures Change a paragraph")
	a, b := newKey(t, "anna"), newKey(t, "boris")
	must[Draft](t)(h.sign("R1", "M-01", a))
	_, err = h.undo("R1")
	refused(t, err, fault.Refused, "frozen and wait for signatures")
	must[Draft](t)(h.sign("R1", "M-02", b))
	must[[]byte](t)(h.Release(ctx, by("M-01"), "R1", ""))
	_, err = h.undo("R1")
	refused(t, err, fault.Conflict, "a release is never changed")
	// The next draft has only begun: it goes, and comes back.
	must[Draft](t)(h.Begin(ctx, by("M-01")))
	if gone, err := h.undo("R2"); err != nil || !gone {
		t.Fatalf("%v, %v", gone, err)
	}
	if all := must[[]Draft](t)(h.Drafts(ctx)); len(all) != 1 {
		t.Errorf("%d drafts", len(all))
	}
	h.whole()
	if gone, err := h.undo("R2"); err != nil || gone {
		t.Fatalf("%v, %v", gone, err)
	}
	if d := must[Draft](t)(h.Draft(ctx, "R2")); len(d.Paragraphs) != 2 {
		t.Errorf("got %+v", d)
	}
	if gone, err := h.undo("R2"); err != nil || !gone {
		t.Fatalf("%v, %v", gone, err)
	}
	must[Draft](t)(h.Begin(ctx, by("M-01"))) // R3
	_, err = h.undo("R2")
	refused(t, err, fault.Conflict, "R3 was begun meanwhile")
	_, err = h.undo("R9")
	refused(t, err, fault.NotFound, "no release R9")
	h.whole()
}

// A draft that was taken back by an erasure cannot be frozen again by an undo.
func TestUndoAfterErasure(t *testing.T) {
	h := answered(t)
	h.pass("R1")
	h.erase("S-002", false)
	_, err := h.undo("R1")
	refused(t, err, fault.Refused, "what was frozen is deleted")
}

// The gate reads what the draft rests on and nothing else of a large case.
func TestPictureHoldsOnlyWhatIsCited(t *testing.T) {
	h, ctx := answered(t), t.Context()
	for i := range 5 {
		got := must[intake.Added](t)(h.intake.Add(ctx, by("M-01"), intake.Incoming{Name: "more.txt", Body: strings.NewReader(fmt.Sprintf("Paper %d says more.", i))}))
		must[corroborate.Claim](t)(h.corr.AddClaim(ctx, by("M-01"), corroborate.Claim{Text: "More.", Source: got.Original.ID, From: 1, To: 1}))
	}
	must[corroborate.Finding](t)(h.corr.AddFinding(ctx, by("M-01"), corroborate.Finding{Text: "More was said.", Assertion: corroborate.Concern, Outcome: corroborate.Inconclusive, For: []string{"C-004"}}))
	p, _, err := h.look(ctx, "R1")
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Findings) != 1 || len(p.Claims) != 3 || len(p.Statements) != 1 || len(p.Sources) != 3 || len(p.Originals) != 3 || len(p.Texts) != 3 || len(p.Bases) != 3 {
		t.Errorf("read %d findings, %d claims, %d statements, %d sources, %d originals, %d texts, %d bases", len(p.Findings), len(p.Claims), len(p.Statements), len(p.Sources), len(p.Originals), len(p.Texts), len(p.Bases))
	}
	h.released("R1", newKey(t, "anna"), newKey(t, "boris"))
	h.whole()
}

// A source that nothing cites must not be named either: by its id, its seal, its title or
// its contact.
func TestUncitedSealedSourceStaysUnnamed(t *testing.T) {
	h, ctx := answered(t), t.Context()
	must[intake.Added](t)(h.intake.Add(ctx, by("M-01"), intake.Incoming{Name: "other.txt", Body: strings.NewReader("I was a cook there."), Sealed: true}))
	must[record.Source](t)(h.record.Describe(ctx, by("M-01"), record.Source{ID: "S-004", Title: "Interview with the cook", Kind: "interview", Contact: "Émile"}))
	o := must[intake.Original](t)(h.intake.Original(ctx, "S-004"))
	for text, want := range map[string]string{
		"As S-004 says.": "its id", "See " + string(o.Original) + ".": "the id of its seal", "The interview, with the COOK, says so.": "its title",
		"Thanks to emile.": "its contact", "He said so in an interview with a guard.": "",
	} {
		must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 1, text, []string{"F-01"}))
		_, says := h.blocked("R1")
		if want == "" && strings.Contains(says, "S-004") || want != "" && !strings.Contains(says, "S-004, which the report must not name, is named here by "+want) {
			t.Errorf("%s: want %q, and the gate says:\n%s", text, want, says)
		}
	}
}

// A word that stands in an open text which nothing cites is no secret of the case.
func TestOpenTextThatIsNotCitedExcuses(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.vault.names = [][]byte{[]byte("months")}
	h.pass("R1") // S-002 has it, and is cited
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 1, "It is reasonable to conclude that people were held for quarters.", []string{"F-01"}))
	h.vault.names = [][]byte{[]byte("quarters")}
	if names, _ := h.blocked("R1"); !slices.Equal(names, []string{"sealed"}) {
		t.Errorf("%q block", names)
	}
	must[intake.Added](t)(h.intake.Add(ctx, by("M-01"), intake.Incoming{Name: "more.txt", Body: strings.NewReader("It lasted for quarters of years.")}))
	h.pass("R1")
}

// A claim on an earlier edition of a text still has its own words to be quoted.
func TestQuotationOfAnEarlierEdition(t *testing.T) {
	h, ctx := opened(t, false), t.Context()
	h.answer()
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 2, "Guards said that people “were held for months”.", []string{"C-002"}))
	must[record.Basis](t)(h.record.AddBasis(ctx, by("M-01"), record.Basis{Source: "S-001", Kind: record.Consent, Interview: record.Interview{Explained: record.Explanations()}, Scopes: []record.Scope{
		{Use: record.UseReport, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Given},
		{Use: record.UseQuote, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Given}}}))
	must[Draft](t)(h.AddParagraph(ctx, by("M-01"), "One “was held for ten months”.", []string{"C-001"}))
	h.pass("R1")
	must[intake.Text](t)(h.intake.Correct(ctx, by("M-01"), "S-001", strings.NewReader("A correction comes first. [P-1] was kept for ten months.")))
	p, _, err := h.look(ctx, "R1")
	if err != nil || p.Texts["S-001"].Edition != 2 || len(p.Earlier["S-001"]) != 1 {
		t.Fatalf("edition %d, %d earlier, %v", p.Texts["S-001"].Edition, len(p.Earlier["S-001"]), err)
	}
	h.pass("R1")
	// Its words, repeated without marks, are still its words.
	if got := p.repeated()["S-001"]; len(got) != 0 {
		t.Errorf("repeated %v", got)
	}
	p.Draft.Paragraphs[2].Text = "Forty people slept in one room."
	if got := p.repeated()["S-001"]; !slices.Equal(got, []string{"paragraph 3"}) {
		t.Errorf("repeated %v", got)
	}
}

// The policy that the case declared is the one that the gate holds findings to.
func TestGateTakesTheCasesPolicy(t *testing.T) {
	h, ctx := answered(t), t.Context()
	three := 3
	must[corroborate.Policy](t)(h.corr.Declare(ctx, by("M-01"), corroborate.PolicyChange{MinOrigins: &three, Why: "The matter is contested."}))
	if names, says := h.blocked("R1"); !slices.Equal(names, []string{"checks"}) || !strings.Contains(says, "3 are needed") {
		t.Errorf("%q block:\n%s", names, says)
	}
}
