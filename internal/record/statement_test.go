package record

import (
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/store"
)

const passage = "“We firmly oppose the release”, said Ünal of the ministry."

func good() Statement {
	return Statement{Source: "S-001", From: 14, To: 14, Speaker: "Ünal", Words: "firmly oppose the release", Target: Target{Kind: TargetRelease}, Stance: Opposes}
}

func TestValidStatement(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Statement)
		part   string
	}{
		{"as it is", func(s *Statement) {}, ""},
		{"all said", func(s *Statement) { s.OnBehalfOf, s.Addressee, s.SaidOn = "the ministry", "the press", "2031-05" }, ""},
		{"the whole passage", func(s *Statement) { s.Words = passage }, ""},
		{"one recommendation", func(s *Statement) { s.Target = Target{Kind: TargetRecommendation, ID: "R-01"} }, ""},
		{"one finding", func(s *Statement) { s.Target = Target{Kind: TargetFinding, ID: "F-123"} }, ""},
		{"something else", func(s *Statement) { s.Target = Target{Kind: TargetOther, Words: "the vote"} }, ""},
		{"no words", func(s *Statement) { s.Words = " " }, "exact words are missing"},
		{"other words", func(s *Statement) { s.Words = "reject the report" }, "do not stand in S-001:14"},
		{"other case", func(s *Statement) { s.Words = "Firmly oppose the release" }, "do not stand in S-001:14"},
		{"composed otherwise", func(s *Statement) { s.Words = "U\u0308nal" }, "do not stand in S-001:14"},
		{"half a character", func(s *Statement) { s.Words = "\x9cnal" }, "do not stand in S-001:14"},
		{"the end of a word", func(s *Statement) { s.Words = "pose the release" }, "begin or end inside a word of S-001:14"},
		{"the beginning of a word", func(s *Statement) { s.Words = "firmly op" }, "begin or end inside a word of S-001:14"},
		{"speaker in another order", func(s *Statement) { s.Speaker = "Ünal \u202elaicifo" }, "the text holds a direction override"},
		{"no speaker", func(s *Statement) { s.Speaker = "" }, "speaker is missing"},
		{"speaker of two lines", func(s *Statement) { s.Speaker = "a\nb" }, "speaker"},
		{"body spoken for", func(s *Statement) { s.OnBehalfOf = "a\nb" }, "body spoken for"},
		{"addressee", func(s *Statement) { s.Addressee = "a\xff" }, "addressee"},
		{"speaker among the persons", func(s *Statement) { s.SpeakerID = "P-01" }, ""},
		{"speaker's id is a name", func(s *Statement) { s.SpeakerID = "the minister" }, "none of a person"},
		{"no stance", func(s *Statement) { s.Stance = "" }, "stance"},
		{"unknown stance", func(s *Statement) { s.Stance = "hates" }, "stance"},
		{"said on no day", func(s *Statement) { s.SaidOn = "2022-02-30" }, "date"},
		{"no target", func(s *Statement) { s.Target = Target{} }, "needs its target"},
		{"unknown target", func(s *Statement) { s.Target.Kind = "everything" }, "needs its target"},
		{"recommendation without id", func(s *Statement) { s.Target.Kind = TargetRecommendation }, "needs the id"},
		{"recommendation with a release's id", func(s *Statement) { s.Target = Target{Kind: TargetRecommendation, ID: "R1"} }, "needs the id"},
		{"recommendation with a finding's id", func(s *Statement) { s.Target = Target{Kind: TargetRecommendation, ID: "F-01"} }, "needs the id"},
		{"recommendation with a short id", func(s *Statement) { s.Target = Target{Kind: TargetRecommendation, ID: "R-1"} }, "needs the id"},
		{"finding with letters", func(s *Statement) { s.Target = Target{Kind: TargetFinding, ID: "F-0x"} }, "needs the id"},
		{"finding with a long id", func(s *Statement) { s.Target = Target{Kind: TargetFinding, ID: "F-" + strings.Repeat("1", 13)} }, "needs the id"},
		{"all recommendations with one id", func(s *Statement) { s.Target = Target{Kind: TargetRecommendations, ID: "R-01"} }, "has no id"},
		{"report with an id", func(s *Statement) { s.Target = Target{Kind: TargetReport, ID: "R-01"} }, "has no id"},
		{"other without words", func(s *Statement) { s.Target = Target{Kind: TargetOther} }, "needs words"},
		{"words of the target", func(s *Statement) { s.Target.Words = "a\nb" }, "words of the target"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := good()
			tt.change(&s)
			err := validStatement(s, passage)
			if tt.part == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, fault.Invalid, tt.part)
			if strings.Contains(errText(err), "reject the report") || strings.Contains(errText(err), "nal") {
				t.Errorf("the refusal carries content: %v", err)
			}
		})
	}
}

// TestStand: words count where they are whole, and in scripts without blanks everywhere.
func TestStand(t *testing.T) {
	for _, tt := range []struct {
		words, text  string
		found, whole bool
	}{
		{"ject", "We reject it.", true, false},
		{"re", "We reject it.", true, false},
		{"r", "r", true, true},
		{"ject", "We reject it, and object: ject.", true, true},
		{"reject it", "We reject it.", true, true},
		{" reject", "We reject it.", true, true},
		{"held 3", "held 31 people", true, false},
		{"Uyghur", "Uyghur’s", true, true},
		{"cafe", "cafe\u0301", true, false},
		{"ob", "ob\u00adject", true, false},
		{"\u06cc", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", true, false},
		{"\u0645\u06cc", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", true, false},
		{"정부", "정부는", true, false},
		{"拒绝", "我们拒绝报告", true, true},
		{"2026", "于2026年", true, true},
		{"コーヒ", "コーヒー店", true, true},
		{"ปฏิเสธ", "เราปฏิเสธรายงาน", true, true},
		{"ปฏ", "เราปฏิเสธรายงาน", true, false},
		{"ဘာသာ", "မြန်မာဘာသာစကား", true, true},
		{"none", "We reject it.", false, false},
		{"", "We reject it.", false, false},
		{"\xff", "\xff", false, false},
	} {
		if found, whole := Stand(tt.words, tt.text); found != tt.found || whole != tt.whole {
			t.Errorf("%q in %q: found %v, whole %v", tt.words, tt.text, found, whole)
		}
	}
}

func TestTargetIsShownAsItIs(t *testing.T) {
	for want, target := range map[string]Target{"release": {Kind: TargetRelease}, "finding F-01": {Kind: TargetFinding, ID: "F-01"},
		"other: the vote": {Kind: TargetOther, Words: "the vote"}} {
		if got := target.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSay(t *testing.T) {
	h := newHouse(t)
	open, sealed, silent := h.add("The ministry opposed the release. It said so twice."), h.addSealed("[P-01] was held there."), h.addSealed("")
	say := func(source string, n int, words string) (Statement, error) {
		return h.Say(t.Context(), amina, Statement{Source: source, From: n, To: n, Speaker: "the ministry", Words: words,
			Target: Target{Kind: TargetRelease}, Stance: Opposes})
	}
	s, err := say(open, 1, "opposed the release")
	if err != nil || s.ID != "ST-001" || s.By != "M-01" || s.At != noon.UnixMicro() {
		t.Fatalf("said %+v, %v", s, err)
	}
	h.agrees("saying")
	if got, err := h.Statement(t.Context(), s.ID); err != nil || got != s {
		t.Errorf("read back %+v, %v", got, err)
	}
	if _, err := say(sealed, 1, "[P-01] was held"); err != nil {
		t.Errorf("the open text of a sealed source: %v", err)
	}
	_, err = say(open, 2, "opposed the release")
	refused(t, err, fault.Invalid, "do not stand in S-001:2")
	_, err = say(open, 3, "x")
	refused(t, err, fault.NotFound, "S-001:3")
	_, err = say("S-009", 1, "x")
	refused(t, err, fault.NotFound, "S-009")
	_, err = say(silent, 1, "x")
	refused(t, err, fault.Withheld, silent)
	all, err := h.Statements(t.Context())
	if err != nil || len(all) != 2 || all[0].ID != "ST-001" || all[1].ID != "ST-002" {
		t.Errorf("statements: %+v, %v", all, err)
	}
	h.agrees("refusals")
}

// A statement accepts a proposal only where their passages meet.
func TestSettles(t *testing.T) {
	p := intake.Proposal{ID: "Q-001", Source: "S-001", From: 5, To: 6}
	for _, tt := range []struct {
		source   string
		from, to int
		ok       bool
	}{{"S-001", 5, 6, true}, {"S-001", 6, 8, true}, {"S-001", 3, 5, true}, {"S-001", 4, 4, false}, {"S-001", 7, 7, false}, {"S-002", 5, 6, false}} {
		if err := (Statement{Source: tt.source, From: tt.from, To: tt.to}).settles(p); (err == nil) != tt.ok {
			t.Errorf("%s:%d-%d: %v", tt.source, tt.from, tt.to, err)
		}
	}
}

func TestAcceptingSettlesTheProposal(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("The ministry opposed the release. It said so twice."), h.add("Another text.")
	for _, s := range []string{a, b} {
		if _, err := h.intake.Propose(t.Context(), amina, s); err != nil {
			t.Fatal(err)
		}
	}
	say := func(source string, n int, words, proposal string) error {
		_, err := h.Say(t.Context(), amina, Statement{Source: source, From: n, To: n, Speaker: "the ministry", Words: words,
			Target: Target{Kind: TargetRelease}, Stance: Opposes, Proposal: proposal})
		return err
	}
	state := func(id string) string {
		p, err := h.intake.Proposal(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return p.State
	}
	refused(t, say(a, 1, "opposed", "Q-002"), fault.Conflict, "Q-002 is about "+b+":1, not about "+a+":1")
	refused(t, say(a, 2, "said so", "Q-001"), fault.Conflict, "not about "+a+":2")
	refused(t, say(a, 1, "opposed", "Q-009"), fault.NotFound, "Q-009")
	refused(t, say(a, 1, "accepted", "Q-001"), fault.Invalid, "do not stand")
	if state("Q-001") != "open" || state("Q-002") != "open" {
		t.Error("a refused statement settled its proposal")
	}
	if err := say(a, 1, "opposed", "Q-001"); err != nil {
		t.Fatal(err)
	}
	h.agrees("accepting")
	if state("Q-001") != "accepted" || state("Q-002") != "open" {
		t.Error("the proposal was not settled, or another one was")
	}
	refused(t, say(a, 1, "opposed", "Q-001"), fault.Conflict, "accepted already")
	if _, err := h.Settle(t.Context(), amina, nil, []string{"Q-002"}); err != nil {
		t.Fatal(err)
	}
	refused(t, say(b, 1, "Another", "Q-002"), fault.Conflict, "dropped already")
	if all, err := h.Statements(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("statements: %+v, %v", all, err)
	}
	h.agrees("refusals")
}

// Several proposals are settled together, or none of them is.
func TestProposalsAreSettledTogetherOrNotAtAll(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	for _, id := range []string{h.addSealed("The ministry opposed the release."), h.addSealed("The office opposed the release.")} {
		if _, err := h.intake.Propose(ctx, amina, id); err != nil {
			t.Fatal(err)
		}
	}
	states := func() (out []string) {
		list, err := h.intake.Proposals(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range list {
			out = append(out, p.State)
		}
		return out
	}
	open := states()
	if len(open) < 2 {
		t.Fatalf("%d proposals", len(open))
	}
	for _, tt := range []struct{ accept, drop []string }{{[]string{"Q-001", "Q-999"}, nil}, {[]string{"Q-001"}, []string{"Q-002", "Q-999"}}, {[]string{"Q-001", "Q-001"}, nil}} {
		if _, err := h.Settle(ctx, amina, tt.accept, tt.drop); err == nil {
			t.Errorf("%v is taken", tt)
		}
		if got := states(); !slices.Equal(got, open) {
			t.Errorf("%v left %v", tt, got)
		}
		if all, err := h.Statements(ctx); err != nil || len(all) != 0 {
			t.Errorf("%v left statements: %v, %v", tt, all, err)
		}
	}
	said, err := h.Settle(ctx, amina, []string{"Q-001"}, []string{"Q-002"})
	if err != nil || len(said) != 1 || said[0].Proposal != "Q-001" {
		t.Fatalf("%+v, %v", said, err)
	}
	if got := states(); got[0] != "accepted" || got[1] != "dropped" {
		t.Errorf("%v", got)
	}
	h.agrees("settling")
}

// Nobody has spoken the day after tomorrow; tomorrow it may be where they spoke.
func TestSaidOnADayToCome(t *testing.T) {
	h := newHouse(t)
	id := h.addSealed("The ministry opposed the release.")
	for day, come := range map[string]bool{"2031-05-25": true, "2031-06": true, "2032": true, "2031-05-24": false, "2031-05": false} {
		_, err := h.Say(t.Context(), amina, Statement{Source: id, From: 1, To: 1, Speaker: "the ministry", Words: "opposed the release", SaidOn: day,
			Target: Target{Kind: TargetRelease}, Stance: Opposes})
		if !come && err != nil {
			t.Errorf("%s: %v", day, err)
		}
		if come {
			refused(t, err, fault.Invalid, "still to come")
		}
	}
}

// A statement on a text that was extracted again still has its words.
func TestStatementStaysAtItsSentence(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.addSealed("The ministry opposed the release.")
	say := func(e intake.Edition, n int) (Statement, error) {
		return h.Say(ctx, amina, Statement{Source: id, From: n, To: n, Edition: e, Speaker: "the ministry", Words: "opposed the release",
			Target: Target{Kind: TargetRelease}, Stance: Opposes})
	}
	first, err := say(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.intake.Correct(ctx, amina, id, strings.NewReader("A paper asked. The ministry opposed the release.")); err != nil {
		t.Fatal(err)
	}
	second, err := say(2, 2)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Statement{first, second} {
		got, err := h.Statement(ctx, s.ID)
		if err != nil || got != s {
			t.Errorf("read back %+v, %v", got, err)
		}
		if p, err := h.intake.Passage(ctx, got.Address()); err != nil || !strings.Contains(p.Text, got.Words) {
			t.Errorf("%s stands at %s: %q, %v", got.ID, got.Address(), p.Text, err)
		}
	}
	if first.Address() == second.Address() {
		t.Errorf("both stand at %s", first.Address())
	}
	_, err = say(2, 1)
	refused(t, err, fault.Invalid, "do not stand in "+id+"/2:1")
	_, err = say(3, 1)
	refused(t, err, fault.NotFound, "no edition 3")
	h.agrees("two editions")
}

// A proposal made of one edition is not accepted by words of another.
func TestSettlesInItsEdition(t *testing.T) {
	p := intake.Proposal{ID: "Q-001", Source: "S-001", From: 5, To: 5, Edition: 2}
	if err := (Statement{Source: "S-001", From: 5, To: 5, Edition: 2}).settles(p); err != nil {
		t.Error(err)
	}
	refused(t, Statement{Source: "S-001", From: 5, To: 5}.settles(p), fault.Conflict, "Q-001 is about S-001/2:5, not about S-001:5")
}

func TestSpeakerMustBeInTheCase(t *testing.T) {
	h := newHouse(t)
	s := good()
	s.Source, s.From, s.To, s.Words, s.SpeakerID = h.add("The ministry opposed it."), 1, 1, "opposed", "P-07"
	_, err := h.Say(t.Context(), amina, s)
	refused(t, err, fault.NotFound, "P-07")
	h.agrees("a refusal")
}

func TestStatementsAreListedInPages(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	a, b := h.add("The ministry opposed the release."), h.add("The mission opposed the release.")
	for _, s := range []Statement{{Source: a, Target: Target{Kind: TargetRelease}}, {Source: b, Target: Target{Kind: TargetRecommendation, ID: "R-01"}},
		{Source: a, Target: Target{Kind: TargetRecommendation, ID: "R-01"}}, {Source: a, Target: Target{Kind: TargetFinding, ID: "F-01"}}} {
		s.From, s.To, s.Speaker, s.Words, s.Stance = 1, 1, "the ministry", "opposed the release", Opposes
		if _, err := h.Say(ctx, amina, s); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		f     StatementFilter
		after string
		limit int
		want  string
		total int
	}{
		{StatementFilter{}, "", 0, "ST-001 ST-002 ST-003 ST-004", 4},
		{StatementFilter{}, "", 2, "ST-001 ST-002", 4},
		{StatementFilter{}, "ST-002", 2, "ST-003 ST-004", 4},
		{StatementFilter{Source: a}, "ST-001", 1, "ST-003", 3},
		{StatementFilter{About: "R-01"}, "", 0, "ST-002 ST-003", 2},
		{StatementFilter{Source: a, About: "R-01"}, "", 0, "ST-003", 1},
		{StatementFilter{About: "R-02"}, "", 0, "", 0},
	} {
		list, total, err := h.StatementPage(ctx, tt.f, tt.after, tt.limit)
		var ids []string
		for _, s := range list {
			ids = append(ids, s.ID)
		}
		if got := strings.Join(ids, " "); err != nil || got != tt.want || total != tt.total {
			t.Errorf("%+v after %q: %q of %d, %v; want %q of %d", tt.f, tt.after, got, total, err, tt.want, tt.total)
		}
	}
	err := h.db.View(ctx, func(tx *store.Tx) error {
		list, err := ReadStatementsAbout(tx, "R-01")
		if err != nil || len(list) != 2 || list[0].ID != "ST-002" || list[1].ID != "ST-003" {
			t.Errorf("about R-01: %+v", list)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
