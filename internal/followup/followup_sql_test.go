package followup

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

var by = ledger.Actor{Member: "M-01"}

// house is a case with one source of four sentences.
type house struct {
	*Room
	record *record.Room
	intake *intake.Room
	db     *store.DB
}

const sourceText = `The Monitor calls on the Ministry of Order to release everyone held at the depot.

The Ministry of Order firmly rejects the publication of the report.

The ministry said it would study the recommendation to release everyone.

The envoy of Nordmark urged the ministry to follow all recommendations.
`

func newHouse(t testing.TB) house {
	t.Helper()
	ctx, dir := t.Context(), t.TempDir()
	clock := func() time.Time { return time.Date(2031, 6, 30, 12, 0, 0, 0, time.UTC) }
	db, err := store.Open(ctx, store.Config{Path: filepath.Join(dir, "store.db"), Key: [32]byte{1}, Create: true, Clock: clock,
		Schemas: []store.Schema{ledger.Schema(), intake.Schema(), record.Schema(), corroborate.Schema(), Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "originals"), [32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	h := house{New(db), record.New(db), intake.New(db, blobs, noVault{}, nil), db}
	if _, err := h.record.Begin(ctx, by, record.Case{Title: "Depot", Zone: "Europe/Zurich", Training: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.intake.Add(ctx, by, intake.Incoming{Name: "a.txt", Body: strings.NewReader(sourceText)}); err != nil {
		t.Fatal(err)
	}
	return h
}

func (h house) say(t *testing.T, sentence int, speaker, stance, kind, id, words string) record.Statement {
	t.Helper()
	s, err := h.record.Say(t.Context(), by, record.Statement{Source: "S-001", From: sentence, To: sentence, Speaker: speaker, Stance: record.Stance(stance),
		Target: record.Target{Kind: kind, ID: id}, Words: words, SaidOn: "2031-05-23"})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (h house) recommend(t *testing.T) Recommendation {
	t.Helper()
	r, err := h.AddRecommendation(t.Context(), by, Recommendation{Source: "S-001", From: 1, To: 1, Words: "release everyone held at the depot",
		Issuer: monitor, Addressees: []string{ministry}})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRoom walks the whole way and holds every row against the ledger.
func TestRoom(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	r := h.recommend(t)
	if r.ID != "R-01" || r.Verb != "release" || r.Category != 5 || r.By != "M-01" || r.At == 0 {
		t.Errorf("recommendation is %+v", r)
	}
	release := h.say(t, 2, ministry, "rejects", record.TargetRelease, "", "firmly rejects the publication of the report")
	study := h.say(t, 3, ministry, "will_consider", record.TargetRecommendation, "R-01", "would study the recommendation")
	h.say(t, 4, envoy, "urges", record.TargetRecommendations, "", "follow all recommendations")

	_, err := h.TakePosition(ctx, by, Position{Recommendation: "R-01", Statement: release.ID, Value: Rejected})
	if fault.KindOf(err) != fault.Refused || err.Error() != "ST-001 is about the release, not about R-01" {
		t.Errorf("rejecting the release as position: %v", err)
	}
	p, err := h.TakePosition(ctx, by, Position{Recommendation: "R-01", Statement: study.ID, Value: UnderConsideration})
	if err != nil || p.ID != "PS-001" || p.AsOf != "2031-05-23" || p.Source != "S-001" {
		t.Fatalf("position is %+v, %v", p, err)
	}
	l, err := h.LogSearch(ctx, by, SearchLog{Recommendations: []string{"R-01"}, Actor: monitor, SearchedTo: "2031-06-30", Where: "its web site"})
	if err != nil || l.ID != "L-001" {
		t.Fatalf("search log is %+v, %v", l, err)
	}

	m, err := h.Matrix(ctx, MatrixQuery{AsOf: "2031-06-29"})
	if err != nil {
		t.Fatal(err)
	}
	for actor, want := range map[string]string{ministry: "under consideration", envoy: "urges", monitor: "silent as of 2031-06-29 (L-001)"} {
		if c := on(t, m, actor, "R-01"); c.Shows != want {
			t.Errorf("%s shows %q, want %q", actor, c.Shows, want)
		}
	}
	if m.Zone != "Europe/Zurich" || len(m.Apart) != 1 || m.Apart[0].Statement != release.ID {
		t.Errorf("matrix is in %s with %d statements apart", m.Zone, len(m.Apart))
	}
	if m, err := h.Matrix(ctx, MatrixQuery{AsOf: ""}); err != nil || m.AsOf != "2031-06-30" {
		t.Errorf("without a day the matrix is as of %s, %v", m.AsOf, err)
	}
	for _, day := range []string{"2031", "yesterday", "2031-02-30"} {
		if _, err := h.Matrix(ctx, MatrixQuery{AsOf: day}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("as of %q: %v", day, err)
		}
	}
	h.lists(t, r, p, l)
	h.agrees(t, 0)
}

func (h house) lists(t *testing.T, r Recommendation, p Position, l SearchLog) {
	t.Helper()
	ctx := t.Context()
	one, err1 := h.Recommendation(ctx, "R-01")
	recs, err2 := h.Recommendations(ctx)
	all, err3 := h.Positions(ctx, "")
	none, err4 := h.Positions(ctx, "R-02")
	logs, err5 := h.SearchLogs(ctx)
	got, _ := json.Marshal([]any{one, recs, all, len(none), logs, err1, err2, err3, err4, err5})
	want, _ := json.Marshal([]any{r, []Recommendation{r}, []Position{p}, 0, []SearchLog{l}, nil, nil, nil, nil, nil})
	if string(got) != string(want) {
		t.Errorf("lists are\n%s\nwant\n%s", got, want)
	}
}

func (h house) agrees(t *testing.T, want int) {
	t.Helper()
	err := h.db.View(t.Context(), func(tx *store.Tx) error {
		problems, err := ledger.Check(tx, h.intake, h.record, corroborate.New(h.db), h.Room)
		if len(problems) != want {
			t.Errorf("check finds %v, want %d problems", problems, want)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCheckFinds: a row of this room that was changed, made or removed behind the
// ledger's back is found.
func TestCheckFinds(t *testing.T) {
	for _, change := range []string{
		`UPDATE recommendation SET body = replace(body, 'Ministry of Order', 'Ministry of Peace')`,
		`UPDATE position SET body = replace(body, 'under_consideration', 'rejected')`,
		`UPDATE search_log SET body = replace(body, '2031-06-30', '2031-05-30')`,
		`INSERT INTO position SELECT 'PS-002', source, body FROM position`,
		`UPDATE position SET source = 'S-009'`,
		`UPDATE recommendation SET source = 'S-009'`,
		`DELETE FROM search_log`,
	} {
		h := newHouse(t)
		h.recommend(t)
		s := h.say(t, 3, ministry, "will_consider", record.TargetRecommendation, "R-01", "would study the recommendation")
		_, err1 := h.TakePosition(t.Context(), by, Position{Recommendation: "R-01", Statement: s.ID, Value: UnderConsideration})
		_, err2 := h.LogSearch(t.Context(), by, SearchLog{Recommendations: []string{"R-01"}, Actor: monitor, SearchedTo: "2031-06-30", Where: "press"})
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		err := h.db.Update(t.Context(), func(tx *store.Tx) error {
			tx.Acted()
			_, err := tx.Exec(change)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.agrees(t, 1)
	}
}

func TestUnknownIDs(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	h.recommend(t)
	tests := map[string]func(context.Context) error{
		"there is no recommendation R-09": func(ctx context.Context) error { _, err := h.Recommendation(ctx, "R-09"); return err },
		"there is no recommendation R-08": func(ctx context.Context) error {
			_, err := h.TakePosition(ctx, by, Position{Recommendation: "R-08", Statement: "ST-001", Value: Supported})
			return err
		},
		"there is no statement ST-009": func(ctx context.Context) error {
			_, err := h.TakePosition(ctx, by, Position{Recommendation: "R-01", Statement: "ST-009", Value: Supported})
			return err
		},
		"there is no recommendation R-07": func(ctx context.Context) error {
			_, err := h.LogSearch(ctx, by, SearchLog{Recommendations: []string{"R-01", "R-07"}, Actor: ministry, SearchedTo: "2031-06-30", Where: "press"})
			return err
		},
		"there is no passage S-001:9: S-001 has 4 sentences": func(ctx context.Context) error {
			_, err := h.AddRecommendation(ctx, by, Recommendation{Source: "S-001", From: 9, To: 9, Words: "x", Addressees: []string{ministry}})
			return err
		},
	}
	for what, try := range tests {
		if err := try(ctx); fault.KindOf(err) != fault.NotFound || err.Error() != what {
			t.Errorf("answer is %v, want %q", err, what)
		}
	}
	h.agrees(t, 0)
}

// TestPositionOfUndatedStatement: without a date of its own a position has the day from
// which the matrix counts its statement, and not the day on which somebody typed it in.
func TestPositionOfUndatedStatement(t *testing.T) {
	h, ctx := newHouse(t), t.Context()
	h.recommend(t)
	if _, err := h.record.Describe(ctx, by, record.Source{ID: "S-001", Date: "2022-09"}); err != nil {
		t.Fatal(err)
	}
	s, err := h.record.Say(ctx, by, record.Statement{Source: "S-001", From: 3, To: 3, Speaker: ministry, Stance: record.WillConsider,
		Target: record.Target{Kind: record.TargetRecommendation, ID: "R-01"}, Words: "would study the recommendation"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.TakePosition(ctx, by, Position{Recommendation: "R-01", Statement: s.ID, Value: Rejected}); fault.KindOf(err) != fault.Refused {
		t.Errorf("rejected, from words that will consider: %v", err)
	}
	p, err := h.TakePosition(ctx, by, Position{Recommendation: "R-01", Statement: s.ID, Value: UnderConsideration})
	if err != nil || p.AsOf != "2022-09-30" {
		t.Fatalf("position is %+v, %v", p, err)
	}
	m, err := h.Matrix(ctx, MatrixQuery{AsOf: "2022-09-30"})
	if err != nil || on(t, m, ministry, "R-01").Shows != "under consideration" {
		t.Errorf("the matrix of that day: %+v, %v", m, err)
	}
	h.agrees(t, 0)
}

// erase destroys the key of a source the way app does, in one commit.
func (h house) erase(t *testing.T, source string) (erased []string) {
	t.Helper()
	err := h.db.Update(t.Context(), func(tx *store.Tx) (err error) {
		if erased, err = h.Erase(tx, source); err != nil {
			return err
		}
		for _, room := range []interface {
			Erase(*store.Tx, string) ([]string, error)
		}{h.record, h.intake} {
			if _, err := room.Erase(tx, source); err != nil {
				return err
			}
		}
		if err := ledger.DestroyKey(tx, source); err != nil {
			return err
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: ledger.KeyDestroyed, By: by, Object: source})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	h.agrees(t, 0)
	return erased
}

// spread is a case where S-001 makes R-01, S-002 makes R-02, and S-002 reports what the
// ministry says to both.
func spread(t *testing.T) house {
	t.Helper()
	h, ctx := newHouse(t), t.Context()
	h.recommend(t)
	if _, err := h.intake.Add(ctx, by, intake.Incoming{Name: "b.txt", Body: strings.NewReader("The Monitor asks the Ministry of Order to publish the lists. The ministry accepts both.")}); err != nil {
		t.Fatal(err)
	}
	_, err := h.AddRecommendation(ctx, by, Recommendation{Source: "S-002", From: 1, To: 1, Words: "publish the lists", Addressees: []string{ministry}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := h.record.Say(ctx, by, record.Statement{Source: "S-002", From: 2, To: 2, Speaker: ministry, Stance: record.Accepts,
		Target: record.Target{Kind: record.TargetRecommendations}, Words: "accepts both", SaidOn: "2031-06-01"})
	if err != nil {
		t.Fatal(err)
	}
	// Said of all that S-002 asks; of what S-001 asks it says nothing until somebody says so.
	if _, err := h.TakePosition(ctx, by, Position{Recommendation: "R-01", Statement: s.ID, Value: Supported}); fault.KindOf(err) != fault.Refused {
		t.Fatalf("recommendations of another source: %v", err)
	}
	of, err := h.record.Say(ctx, by, record.Statement{Source: "S-002", From: 2, To: 2, Speaker: ministry, Stance: record.Accepts,
		Target: record.Target{Kind: record.TargetRecommendations, ID: "S-001"}, Words: "accepts both", SaidOn: "2031-06-01"})
	if err != nil {
		t.Fatal(err)
	}
	for id, st := range map[string]string{"R-01": of.ID, "R-02": s.ID} {
		if _, err := h.TakePosition(ctx, by, Position{Recommendation: id, Statement: st, Value: Supported}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.LogSearch(ctx, by, SearchLog{Recommendations: []string{"R-01", "R-02"}, Actor: ministry, SearchedTo: "2031-06-30", Where: "press"}); err != nil {
		t.Fatal(err)
	}
	h.agrees(t, 0)
	return h
}

// The source of the words goes: its recommendation and both positions, which say what it
// reported. The other recommendation stands, and of it there is silence as far as logged.
func TestEraseOfWords(t *testing.T) {
	h, ctx := spread(t), t.Context()
	if erased := h.erase(t, "S-002"); strings.Join(erased, " ") != "R-02 PS-001 PS-002" {
		t.Errorf("erased %q", erased)
	}
	if again := h.erase(t, "S-002"); len(again) != 0 {
		t.Errorf("erased %q once more", again)
	}
	m, err := h.Matrix(ctx, MatrixQuery{AsOf: "2031-06-30"})
	if err != nil || len(m.Recommendations) != 1 || len(m.Apart) != 0 {
		t.Fatalf("matrix %+v, %v", m, err)
	}
	if c := on(t, m, ministry, "R-01"); c.Detail != "silent as of 2031-06-30 (L-001)" || c.Position != nil {
		t.Errorf("the cell is %+v", c)
	}
	if _, err := h.Recommendation(ctx, "R-02"); fault.KindOf(err) != fault.Withheld || !strings.HasPrefix(err.Error(), "R-02 was erased with S-002") {
		t.Errorf("the erased recommendation: %v", err)
	}
	if p, err := h.Positions(ctx, ""); err != nil || len(p) != 0 {
		t.Errorf("positions %+v, %v", p, err)
	}
	if m.Text() == "" {
		t.Error("the matrix has no text")
	}
}

// The source of a recommendation goes, and what others said of it stays on record,
// without a column of its own.
func TestEraseOfARecommendation(t *testing.T) {
	h, ctx := spread(t), t.Context()
	if erased := h.erase(t, "S-001"); strings.Join(erased, " ") != "R-01" {
		t.Errorf("erased %q", erased)
	}
	m, err := h.Matrix(ctx, MatrixQuery{AsOf: "2031-06-30"})
	if err != nil || len(m.Recommendations) != 1 || on(t, m, ministry, "R-02").Shows != "supported" {
		t.Errorf("matrix %+v, %v", m, err)
	}
	if p, err := h.Positions(ctx, "R-01"); err != nil || len(p) != 1 {
		t.Errorf("positions on it: %+v, %v", p, err)
	}
	_, err = h.LogSearch(ctx, by, SearchLog{Recommendations: []string{"R-01"}, Actor: ministry, SearchedTo: "2031-06-30", Where: "press"})
	if fault.KindOf(err) != fault.Withheld {
		t.Errorf("a search for what was erased: %v", err)
	}
	h.erase(t, "S-002")
	if m, err := h.Matrix(ctx, MatrixQuery{AsOf: "2031-06-30"}); err != nil || len(m.Recommendations) != 0 || !strings.Contains(m.Text(), "No recommendations yet") {
		t.Errorf("an empty matrix: %+v, %v", m, err)
	}
}

// noVault holds nothing: follow-up works on what is open.
type noVault struct{}

func (noVault) Prepare(context.Context, seal.Kind, io.Reader) (intake.Sealing, error) {
	return nil, errors.New("nothing is sealed here")
}

func (noVault) Find(context.Context, [32]byte) (seal.Ref, bool, error) { return "", false, nil }
