package followup

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// worked is a case with, what was said of both, and a second source.
func worked(t *testing.T) house {
	t.Helper()
	h, ctx := newHouse(t), t.Context()
	h.recommend(t)
	_, err := h.AddRecommendation(ctx, by, Recommendation{Source: "S-001", From: 4, To: 4, Words: "follow all recommendations", Addressees: []string{ministry}})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// act adds an action on recommendations.
func (h house) act(t *testing.T, recs ...string) Action {
	t.Helper()
	a, err := h.AddAction(t.Context(), by, Action{Recommendations: recs, Actor: ministry, What: "a study was announced", On: "2031-05-20", Source: "S-001", From: 3, To: 3,
		Words: "would study the recommendation"})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (h house) undo(id string) (gone bool, err error) {
	err = h.db.Update(context.Background(), func(tx *store.Tx) (err error) {
		gone, err = h.Undo(tx, by, id, "a mistake")
		return err
	})
	return gone, err
}

func (h house) rests(t *testing.T, id string) string {
	t.Helper()
	rests, err := store.Read(t.Context(), h.db, func(tx *store.Tx) ([]string, error) { return h.Rests(tx, id) })
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(rests, " ")
}

func TestChangeOfARecommendation(t *testing.T) {
	h, ctx := worked(t), t.Context()
	l, err := h.Rec(ctx, "R-01", "")
	if err != nil {
		t.Fatal(err)
	}
	got, err := h.ChangeRecommendation(ctx, by, "R-01", Change{Deadline: to("2031-06-29"), GroupsWith: &[]string{"R-02"}}, l.Act)
	if err != nil || got.DeadlineZone != "Europe/Zurich" {
		t.Fatalf("changed to %+v, %v", got, err)
	}
	// Two people's edits: the second began from what the first had changed meanwhile.
	if _, err := h.ChangeRecommendation(ctx, ledger.Actor{Member: "M-02"}, "R-01", Change{Deadline: to("2032")}, l.Act); fault.KindOf(err) != fault.Conflict || !strings.HasPrefix(err.Error(), "R-01 was changed by M-01 in act ") {
		t.Errorf("an edit of what somebody else changed: %v", err)
	}
	// Without looking, only what is given is written.
	if got, err = h.ChangeRecommendation(ctx, by, "R-01", Change{Themes: &[]string{"detention"}}, 0); err != nil || got.Deadline != "2031-06-29" || len(got.GroupsWith) != 1 {
		t.Errorf("another change made it %+v, %v", got, err)
	}
	before := h.size(t)
	if _, err := h.ChangeRecommendation(ctx, by, "R-01", Change{Themes: &[]string{"detention"}}, 0); err != nil || h.size(t) != before {
		t.Errorf("a change that changes nothing is an act: %v", err)
	}
	for what, c := range map[string]Change{"there is no recommendation R-09": {GroupsWith: &[]string{"R-09"}}, "there is no finding F-09": {FollowsFrom: &[]string{"F-09"}},
		"there is no recommendation R-08": {Supersedes: &[]string{"R-08"}}} {
		if _, err := h.ChangeRecommendation(ctx, by, "R-01", c, 0); fault.KindOf(err) != fault.NotFound || err.Error() != what {
			t.Errorf("answer is %v, want %q", err, what)
		}
	}
	h.agrees(t, 0)
}

// size is how many acts there are.
func (h house) size(t *testing.T) (n int) {
	t.Helper()
	err := h.db.View(t.Context(), func(tx *store.Tx) error {
		return ledger.Follow(tx, 0, func(ledger.Entry) error { n++; return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestGroupsAreShownFromBothSides: one of two says that they ask the same, and both show it.
func TestGroupsAreShownFromBothSides(t *testing.T) {
	h, ctx := worked(t), t.Context()
	if _, err := h.ChangeRecommendation(ctx, by, "R-02", Change{GroupsWith: &[]string{"R-01"}, Supersedes: &[]string{"R-01"}}, 0); err != nil {
		t.Fatal(err)
	}
	for id, other := range map[string]string{"R-01": "R-02", "R-02": "R-01"} {
		l, err := h.Rec(ctx, id, "")
		if err != nil || strings.Join(l.GroupsWith, " ") != other {
			t.Errorf("%s goes with %v, %v", id, l.GroupsWith, err)
		}
		if l.Recommendation.ID == "R-01" && strings.Join(l.SupersededBy, " ") != "R-02" {
			t.Errorf("R-01 is superseded by %v", l.SupersededBy)
		}
	}
	if _, err := h.ChangeRecommendation(ctx, by, "R-01", Change{Supersedes: &[]string{"R-02"}}, 0); fault.KindOf(err) != fault.Refused {
		t.Errorf("a circle of supersessions: %v", err)
	}
}

func TestActionNeedsItsWords(t *testing.T) {
	h, ctx := worked(t), t.Context()
	if a := h.act(t, "R-01", "R-02"); a.ID != "A-01" || a.By != "M-01" || a.At == 0 || a.Edition != 0 {
		t.Errorf("action is %+v", a)
	}
	bad := Action{Recommendations: []string{"R-01"}, Actor: ministry, What: "x", Source: "S-001", From: 3, To: 3, Words: "released everyone"}
	if _, err := h.AddAction(ctx, by, bad); fault.KindOf(err) != fault.Invalid {
		t.Errorf("words that do not stand there: %v", err)
	}
	bad.Words, bad.Recommendations = "would study the recommendation", []string{"R-09"}
	if _, err := h.AddAction(ctx, by, bad); fault.KindOf(err) != fault.NotFound {
		t.Errorf("an action on nothing: %v", err)
	}
	for id, want := range map[string]int{"R-01": 1, "R-02": 1, "R-03": 0} {
		if list, err := h.Actions(ctx, id); err != nil || len(list) != want {
			t.Errorf("%d actions on %s, %v", len(list), id, err)
		}
	}
	h.agrees(t, 0)
}

func TestAssessmentNeedsEvidenceThatIsThere(t *testing.T) {
	h, ctx := worked(t), t.Context()
	h.act(t, "R-01")
	s := h.say(t, 3, ministry, "will_consider", record.TargetRecommendation, "R-01", "would study the recommendation")
	if _, err := h.TakePosition(ctx, by, Position{Recommendation: "R-01", Statement: s.ID, Value: UnderConsideration}); err != nil {
		t.Fatal(err)
	}
	claim, err := corroborate.New(h.db).AddClaim(ctx, by, corroborate.Claim{Text: "The ministry would study it.", Source: "S-001", From: 3, To: 3})
	if err != nil {
		t.Fatal(err)
	}
	finding, err := corroborate.New(h.db).AddFinding(ctx, by, corroborate.Finding{Text: "It could not be verified.", Assertion: "unverified", Outcome: "cannot_verify"})
	if err != nil {
		t.Fatal(err)
	}
	good := Assessment{Recommendation: "R-01", Axis: Implementation, Value: "initial_steps", AsOf: "2031-06-30", Why: "announced", Confidence: "low",
		Evidence: []string{"A-01", s.ID, "S-001:3", claim.ID, finding.ID}}
	if a, err := h.Assess(ctx, by, good); err != nil || a.ID != "AS-001" || a.By != "M-01" {
		t.Errorf("assessment is %+v, %v", a, err)
	}
	for id, kind := range map[string]fault.Kind{"A-09": fault.NotFound, "ST-009": fault.NotFound, "S-001:9": fault.NotFound, "S-009:1": fault.NotFound, "C-009": fault.NotFound,
		"F-09": fault.NotFound, "L-009": fault.NotFound, "PS-001": fault.Invalid, "AS-001": fault.Invalid, "R-01": fault.Invalid, "hearsay": fault.Invalid} {
		bad := good
		bad.Evidence = []string{id}
		if _, err := h.Assess(ctx, by, bad); fault.KindOf(err) != kind {
			t.Errorf("%s as evidence: %v", id, err)
		}
	}
	bad := good
	bad.Recommendation = "R-09"
	if _, err := h.Assess(ctx, by, bad); fault.KindOf(err) != fault.NotFound {
		t.Errorf("of nothing: %v", err)
	}
	h.agrees(t, 0)
}

// TestNoReplyNeedsASearchLog: nobody has failed to answer because nobody looked, nor if an
// answer stands on record.
func TestNoReplyNeedsASearchLog(t *testing.T) {
	h, ctx := worked(t), t.Context()
	none := Assessment{Recommendation: "R-01", Axis: ReplyQuality, Value: NoReply, AsOf: "2031-05-22", Why: "nothing published"}
	if _, err := h.Assess(ctx, by, none); fault.KindOf(err) != fault.Refused {
		t.Fatalf("without a search log: %v", err)
	}
	log := func(to string) {
		t.Helper()
		if _, err := h.LogSearch(ctx, by, SearchLog{Recommendations: []string{"R-01"}, Actor: ministry, SearchedTo: to, Where: "press"}); err != nil {
			t.Fatal(err)
		}
	}
	log("2031-05-21")
	if _, err := h.Assess(ctx, by, none); fault.KindOf(err) != fault.Refused {
		t.Errorf("with a search that ends before that day: %v", err)
	}
	log("2031-06-30")
	a, err := h.Assess(ctx, by, none)
	if err != nil || strings.Join(a.Evidence, " ") != "L-002" {
		t.Errorf("with a search log: %+v, %v", a, err)
	}
	h.say(t, 3, ministry, "will_consider", record.TargetRecommendation, "R-01", "would study the recommendation") // on 23 May
	if _, err := h.Assess(ctx, by, none); err != nil {
		t.Errorf("the day before somebody answered: %v", err)
	}
	none.AsOf = "2031-05-23"
	if _, err := h.Assess(ctx, by, none); fault.KindOf(err) != fault.Refused || !strings.HasPrefix(err.Error(), "ST-001 is an answer") {
		t.Errorf("on the day somebody answered: %v", err)
	}
	if rests := h.rests(t, "L-002"); rests != "AS-001 AS-002" {
		t.Errorf("on the search log rest %s", rests)
	}
	h.agrees(t, 0)
}

// TestSilentPositionIsRefused: also where there is a statement, and where there is none.
func TestSilentPositionIsRefused(t *testing.T) {
	h, ctx := worked(t), t.Context()
	h.say(t, 3, ministry, "will_consider", record.TargetRecommendation, "R-01", "would study the recommendation")
	for _, p := range []Position{{Recommendation: "R-01", Value: "silent"}, {Recommendation: "R-01", Value: "no_response"}, {Recommendation: "R-01", Statement: "ST-001", Value: "silent"}} {
		_, err := h.TakePosition(ctx, by, p)
		if fault.KindOf(err) != fault.Refused || !strings.HasPrefix(err.Error(), "silence is no position") {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if list, err := h.Positions(ctx, ""); err != nil || len(list) != 0 {
		t.Errorf("positions %+v, %v", list, err)
	}
}

// TestRejectingTheReportSetsNothing is the rule on the tables: nothing that the addressee
// says of something else can be taken as a position, and no cell changes.
func TestRejectingTheReportSetsNothing(t *testing.T) {
	h, ctx := worked(t), t.Context()
	rows := func() string {
		m, err := h.Matrix(ctx, MatrixQuery{})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprintf("%+v", m.Rows)
	}
	before := rows()
	for i, target := range []string{record.TargetReport, record.TargetRelease, record.TargetAccusations, record.TargetFinding} {
		id := ""
		if target == record.TargetFinding {
			id = "F-01"
		}
		s := h.say(t, 2, ministry, "rejects", target, id, "firmly rejects the publication of the report")
		for _, value := range PositionValues() {
			for _, r := range []string{"R-01", "R-02"} {
				if _, err := h.TakePosition(ctx, by, Position{Recommendation: r, Statement: s.ID, Value: value}); fault.KindOf(err) != fault.Refused {
					t.Errorf("%s on %s from %s of %s: %v", value, r, s.ID, target, err)
				}
			}
		}
		m, err := h.Matrix(ctx, MatrixQuery{})
		if err != nil || len(m.Apart) != i+1 {
			t.Errorf("%d statements apart, %v", len(m.Apart), err)
		}
	}
	if after := rows(); after != before {
		t.Errorf("rows were\n%s\nand are\n%s", before, after)
	}
}

func TestLanesOfARecommendation(t *testing.T) {
	h, ctx := worked(t), t.Context()
	h.act(t, "R-01")
	s := h.say(t, 3, ministry, "will_consider", record.TargetRecommendation, "R-01", "would study the recommendation")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := h.TakePosition(ctx, by, Position{Recommendation: "R-01", Statement: s.ID, Value: UnderConsideration})
	must(err)
	for _, a := range []Assessment{
		{Axis: Implementation, Value: "not_implemented", AsOf: "2031-05-30", Why: "nothing seen", Evidence: []string{"S-001:3"}, Confidence: "low"},
		{Axis: Implementation, Value: "initial_steps", AsOf: "2031-06-15", Why: "a study", Evidence: []string{"A-01"}, Confidence: "medium"},
		{Axis: Impact, Value: Insufficient, AsOf: "2031-06-15", Why: "nobody was heard"},
	} {
		a.Recommendation = "R-01"
		_, err := h.Assess(ctx, by, a)
		must(err)
	}
	_, err = h.ChangeRecommendation(ctx, by, "R-01", Change{Deadline: to("2031-06-29"), Symbol: to("A/HRC/1"), Paragraph: to("151")}, 0)
	must(err)
	l, err := h.Rec(ctx, "R-01", "2031-06-30")
	must(err)
	text := l.Text()
	for _, want := range []string{"R-01  S-001:1  Arvenia Monitor → Ministry of Order  release everyone", "As of 2031-06-30, to the end of that day in Europe/Zurich",
		"release: specific (5)", "2031-06-29 in Europe/Zurich, passed", "A/HRC/1 paragraph 151", "act           ",
		"\nSaid\n  Ministry of Order  under consideration (1 statement) (PS-001); said: will consider  [addressee]", "PS-001  under consideration  as of 2031-05-23, from ST-001, by M-01",
		"\nDone\n  implementation  initial steps  as of 2031-06-15, medium confidence, shown by A-01, by M-01 (AS-002): a study\n      before: implementation not implemented",
		"A-01  2031-05-20  Ministry of Order: a study was announced\n      S-001:3  “would study the recommendation”",
		"\nSeen\n  impact          insufficient information  as of 2031-06-15, by M-01 (AS-003): nobody was heard\n  reply quality   not assessed"} {
		if !strings.Contains(text, want) {
			t.Errorf("text has no %q:\n%s", want, text)
		}
	}
	if early, err := h.Rec(ctx, "R-01", "2031-05-30"); err != nil || early.Done.Implementation.ID != "AS-001" || early.Seen.Impact != nil || early.Passed || len(early.Done.Actions) != 1 {
		t.Errorf("two weeks before: %+v, %v", early.Done, err)
	}
	if early, err := h.Rec(ctx, "R-01", "2031-05-19"); err != nil || early.Done.Implementation != nil || len(early.Done.Actions) != 0 || len(early.Said.Positions) != 0 {
		t.Errorf("before anything: %+v, %v", early, err)
	}
	late, err := h.Overdue(ctx, "2031-06-30")
	if err != nil || len(late) != 1 || late[0].Implementation.ID != "AS-002" {
		t.Errorf("overdue %+v, %v", late, err)
	}
	if late, err := h.Overdue(ctx, "2031-06-29"); err != nil || len(late) != 0 {
		t.Errorf("overdue on the last day: %+v, %v", late, err)
	}
	_, err = h.Assess(ctx, by, Assessment{Recommendation: "R-01", Axis: Implementation, Value: Implemented, Why: "done", Evidence: []string{"A-01"}, Confidence: "high"})
	must(err)
	if late, err := h.Overdue(ctx, ""); err != nil || len(late) != 0 {
		t.Errorf("overdue although implemented: %+v, %v", late, err)
	}
}

// TestUndo: an act goes by a new act, and comes back by another; what comes back has what
// it names.
func TestUndo(t *testing.T) {
	h, ctx := worked(t), t.Context()
	h.act(t, "R-02")
	if _, err := h.ChangeRecommendation(ctx, by, "R-01", Change{GroupsWith: &[]string{"R-02"}}, 0); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"R-02": "R-01 A-01", "R-01": "", "S-001": "R-01 R-02 A-01", "F-01": "", "A-01": ""} {
		if got := h.rests(t, id); got != want {
			t.Errorf("on %s rest %q, want %q", id, got, want)
		}
	}
	if _, err := h.ChangeRecommendation(ctx, by, "R-01", Change{GroupsWith: &[]string{}}, 0); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"A-01", "R-02"} {
		if gone, err := h.undo(id); err != nil || !gone {
			t.Fatalf("undoing what made %s: %v, %v", id, gone, err)
		}
	}
	if _, err := h.Action(ctx, "A-01"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("what was undone is there: %v", err)
	}
	// The change that named R-02 and the action on it come back after R-02 only.
	for _, id := range []string{"A-01", "R-01"} {
		if _, err := h.undo(id); fault.KindOf(err) != fault.Refused || !strings.HasSuffix(err.Error(), "names R-02, which is not there") {
			t.Errorf("bringing back %s without R-02: %v", id, err)
		}
	}
	for _, id := range []string{"R-02", "A-01", "R-01"} {
		if gone, err := h.undo(id); err != nil || gone {
			t.Errorf("bringing back %s: %v, %v", id, gone, err)
		}
	}
	if r, err := h.Recommendation(ctx, "R-01"); err != nil || !slices.Equal(r.GroupsWith, []string{"R-02"}) {
		t.Errorf("R-01 is %+v, %v", r, err)
	}
	h.agrees(t, 0)
}

// TestMatrixQuery: what is chosen, how much is left out, and that nothing is shown apart
// which was said of a recommendation left out.
func TestMatrixQuery(t *testing.T) {
	h, ctx := worked(t), t.Context()
	if _, err := h.intake.Add(ctx, by, intake.Incoming{Name: "b.txt", Body: strings.NewReader("The Monitor asks the Depot Office to publish the lists.")}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.AddRecommendation(ctx, by, Recommendation{Source: "S-002", From: 1, To: 1, Words: "publish the lists", Addressees: []string{"Depot Office", "MINISTRY of order"}}); err != nil {
		t.Fatal(err)
	}
	h.say(t, 3, ministry, "will_consider", record.TargetRecommendation, "R-02", "would study the recommendation")
	h.say(t, 2, ministry, "rejects", record.TargetReport, "", "firmly rejects the publication of the report")
	for _, tt := range []struct {
		q     MatrixQuery
		recs  string
		left  int
		apart int
	}{
		{MatrixQuery{}, "R-01 R-02 R-03", 0, 1},
		{MatrixQuery{Limit: 1}, "R-01", 2, 1},
		{MatrixQuery{Limit: 1, After: "R-01"}, "R-02", 1, 1},
		{MatrixQuery{Limit: -1, After: "R-03"}, "", 0, 1},
		{MatrixQuery{Recommendations: []string{"R-02", "R-01", "R-02"}}, "R-01 R-02", 0, 0},
		{MatrixQuery{Recommendations: []string{"R-02", "R-01"}, Limit: 1}, "R-01", 1, 0},
		{MatrixQuery{Addressee: "ministry of order"}, "R-01 R-02 R-03", 0, 0},
		{MatrixQuery{Addressee: "depot  office"}, "R-03", 0, 0},
		{MatrixQuery{Addressee: "nobody"}, "", 0, 0},
		{MatrixQuery{Source: "S-002"}, "R-03", 0, 0},
		{MatrixQuery{Source: "S-001", Limit: 1}, "R-01", 1, 0},
		{MatrixQuery{Source: "S-001", Addressee: "Depot Office"}, "", 0, 0},
	} {
		m, err := h.Matrix(ctx, tt.q)
		if got := strings.Join(idsOf(m.Recommendations), " "); err != nil || got != tt.recs || m.Left != tt.left || len(m.Apart) != tt.apart {
			t.Errorf("%+v: %s, %d left, %d apart, %v", tt.q, got, m.Left, len(m.Apart), err)
		}
		for i, r := range m.Recommendations {
			if r.ID == "R-02" && m.Rows[0].Cells[i].Shows != "no position recorded" {
				t.Errorf("%+v: R-02 shows %q", tt.q, m.Rows[0].Cells[i].Shows)
			}
		}
	}
	if _, err := h.Matrix(ctx, MatrixQuery{Recommendations: []string{"R-01", "R-99"}}); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a matrix of what is not there: %v", err)
	}
}

// TestMatrixOfNothingSaysWhy: a source or an id that the case does not have is refused, and
// what nobody fits is named. Only a case without recommendations has none yet.
func TestMatrixOfNothingSaysWhy(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	none := func(q MatrixQuery, want string) {
		t.Helper()
		m, err := h.Matrix(ctx, q)
		if err != nil || len(m.Recommendations) != 0 || !strings.Contains(m.Text(), "\n"+want) || strings.Contains(m.Text(), "chosen recommendations") {
			t.Errorf("%+v: %v\n%s", q, err, m.Text())
		}
	}
	none(MatrixQuery{}, "No recommendations yet.\n")
	none(MatrixQuery{Source: "S-001"}, "No recommendation stands in S-001. ")
	h.recommend(t)
	none(MatrixQuery{Addressee: "Nobody\x1b"}, "No recommendation is made to “Nobody")
	none(MatrixQuery{After: "R-01"}, "No recommendation comes after R-01. All there are: heed rec\n")
	none(MatrixQuery{Recommendations: []string{"R-01"}, Source: "S-001", Addressee: "Nobody", After: "R-01"},
		"No recommendation is one of R-01 and is made to “Nobody” and stands in S-001 and comes after R-01. ")
	for what, q := range map[string]MatrixQuery{"there is no source S-999": {Source: "S-999"}, "there is no recommendation R-999": {After: "R-999"},
		"there is no recommendation S-001": {After: "S-001", Addressee: ministry}} {
		if _, err := h.Matrix(ctx, q); fault.KindOf(err) != fault.NotFound || err.Error() != what {
			t.Errorf("%+v: %v, want %q", q, err, what)
		}
	}
}

// TestListsGoOnFromWhatIsThere: behind an id that nobody ever had there is nothing to list;
// one that was erased keeps its place.
func TestListsGoOnFromWhatIsThere(t *testing.T) {
	h, ctx := worked(t), t.Context()
	if _, _, err := h.RecommendationsAfter(ctx, "R-999", 0); fault.KindOf(err) != fault.NotFound {
		t.Errorf("behind R-999: %v", err)
	}
	h.erase(t, "S-001")
	if _, _, err := h.RecommendationsAfter(ctx, "R-01", 0); err != nil {
		t.Errorf("behind what was erased: %v", err)
	}
}

// TestHugeMatrixIsRefused: nobody reads a million cells.
func TestHugeMatrixIsRefused(t *testing.T) {
	h := newHouse(t)
	h.put(t, "recommendation", 2_000, func(i int) (string, any) {
		id := fmt.Sprintf("R-%02d", i+1)
		return id, rec(id, fmt.Sprintf("State %d", i))
	})
	if _, err := h.Matrix(t.Context(), MatrixQuery{Limit: -1}); fault.KindOf(err) != fault.Invalid || err.Error() != "this matrix would have 4000000 cells" {
		t.Errorf("all of it: %v", err)
	}
	m, err := h.Matrix(t.Context(), MatrixQuery{})
	if err != nil || len(m.Recommendations) != MatrixLimit || m.Left != 2_000-MatrixLimit {
		t.Errorf("%d recommendations, %d left, %v", len(m.Recommendations), m.Left, err)
	}
	// What is known of nobody is told by its number, and does not fill the screen.
	if lines := strings.Count(m.Text(), "\n"); lines > 6*MatrixLimit || !strings.Contains(m.Text(), "199 others: not searched") {
		t.Errorf("%d lines", lines)
	}
}

// TestImportedPosition: a table's coding is shown as the table's, counts by its date, and
// binds nobody but the one addressee of its row.
func TestImportedPosition(t *testing.T) {
	row := imported("R-01", 12, ministry)
	p := Position{ID: "PS-001", Recommendation: "R-01", Row: 12, Source: "S-005", Value: Supported, AsOf: "2031-05"}
	show := func(day record.Date, r Recommendation, p Position, said ...record.Statement) Cell {
		return on(t, BuildMatrix(MatrixInput{Recommendations: []Recommendation{r}, Positions: []Position{p}, Statements: said}, day), ministry, "R-01")
	}
	if c := show("2031-05-31", row, p); c.Shows != "supported (as coded in S-005 row 12)" || c.Kind != HasPosition || c.Detail != "" || c.Count != 0 {
		t.Errorf("cell is %+v", c)
	}
	if c := show("2031-05-30", row, p); c.Position != nil || c.Shows != "no position found" {
		t.Errorf("before the month is over: %+v", c)
	}
	said := st("ST-001", ministry, "rejects", record.TargetRecommendation, "R-01", "2031-06-01")
	if c := show("2031-06-30", row, p, said); c.Shows != "supported (as coded in S-005 row 12)" || c.Detail != "said: rejects" || c.Count != 1 {
		t.Errorf("beside words: %+v", c)
	}
	for what, change := range map[string]func(*Recommendation, *Position){
		"of another row":               func(_ *Recommendation, p *Position) { p.Row = 13 },
		"of another table":             func(_ *Recommendation, p *Position) { p.Source = "S-006" },
		"of no row and no statement":   func(r *Recommendation, p *Position) { r.Row, p.Row = 0, 0 },
		"of a row to two addressees":   func(r *Recommendation, _ *Position) { r.Addressees = append(r.Addressees, monitor) },
		"of a passage with a row's id": func(r *Recommendation, _ *Position) { r.Row = 0 },
	} {
		r, p := imported("R-01", 12, ministry), p
		change(&r, &p)
		if c := show("2031-06-30", r, p); c.Position != nil {
			t.Errorf("a position %s counts: %+v", what, c)
		}
	}
	m := BuildMatrix(MatrixInput{Recommendations: []Recommendation{row}, Positions: []Position{p}}, "2031-06-30")
	if text := m.Text(); !strings.Contains(text, "S-005 row 12  to Ministry of Order") || !strings.Contains(text, "  supported (as coded in S-005 row 12) (PS-001)  [addressee]") {
		t.Errorf("text is\n%s", text)
	}
}

// TestKeepImportedPosition: it goes with the table it stands in.
func TestKeepImportedPosition(t *testing.T) {
	h := worked(t)
	err := h.db.Update(t.Context(), func(tx *store.Tx) error {
		id, err := ledger.NewID(tx, "R", 2)
		if err != nil {
			return err
		}
		row := imported(id, 2, ministry)
		row.Source = "S-001"
		if err := recommendations.Keep(tx, ledger.Act{Kind: "recommendation.imported", By: by, Object: "R-03", Subject: "S-001", Version: row}); err != nil {
			return err
		}
		p, err := keepImportedPosition(tx, by, row, Position{Value: Noted, AsOf: "2031", Reported: "Noted"})
		if err == nil && (p.ID != "PS-001" || p.Recommendation != "R-03" || p.Row != 2 || p.Source != "S-001" || p.Statement != "") {
			t.Errorf("position is %+v", p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.agrees(t, 0)
	if erased := h.erase(t, "S-001"); strings.Join(erased, " ") != "R-01 R-02 R-03 PS-001" {
		t.Errorf("erased %q", erased)
	}
}

// TestEraseLeavesWhatTheTeamConcluded: the action goes with the source that reports it, the
// assessment that rests on it stays.
func TestEraseLeavesWhatTheTeamConcluded(t *testing.T) {
	h, ctx := worked(t), t.Context()
	if _, err := h.intake.Add(ctx, by, intake.Incoming{Name: "b.txt", Body: strings.NewReader("The ministry opened the depot.")}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.AddAction(ctx, by, Action{Recommendations: []string{"R-01"}, Actor: ministry, What: "a visit", Source: "S-002", From: 1, To: 1, Words: "opened the depot"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Assess(ctx, by, Assessment{Recommendation: "R-01", Axis: Implementation, Value: "initial_steps", Why: "a visit", Evidence: []string{"A-01", "S-002:1"}, Confidence: "low"}); err != nil {
		t.Fatal(err)
	}
	if got := h.rests(t, "S-002"); got != "A-01 AS-001" {
		t.Errorf("on S-002 rest %s", got)
	}
	if erased := h.erase(t, "S-002"); strings.Join(erased, " ") != "A-01" {
		t.Errorf("erased %q", erased)
	}
	l, err := h.Rec(ctx, "R-01", "")
	if err != nil || l.Done.Implementation == nil || len(l.Done.Actions) != 0 {
		t.Errorf("done: %+v, %v", l.Done, err)
	}
	// Taking the assessment back and bringing it back needs nothing of what was erased.
	for _, want := range []bool{true, false} {
		if gone, err := h.undo("AS-001"); err != nil || gone != want {
			t.Errorf("undo: %v, %v", gone, err)
		}
	}
	h.agrees(t, 0)
}
