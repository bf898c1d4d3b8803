package followup

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/followup/table"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
	"heed/internal/store/blob"
)

// broken writes a table as UPR Info's export is: lines that end in CR only, MacRoman.
func broken(tb testing.TB, rows [][]string) []byte {
	tb.Helper()
	var b strings.Builder
	b.WriteString("To,To-Rgrp,To-Org,Text,From,From-Rgrp,From-Org,Response,Action,Issue,Session\r")
	for _, r := range rows {
		for i, c := range r {
			if i > 0 {
				b.WriteByte(',')
			}
			if strings.ContainsAny(c, ",\"\r\n") {
				c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
			b.WriteString(c)
		}
		b.WriteByte('\r')
	}
	out, err := charmap.Macintosh.NewEncoder().Bytes([]byte(b.String()))
	if err != nil {
		tb.Fatal(err)
	}
	return out
}

// asks is a row of UPR Info's table.
func asks(to, text, from, response, action, issue, session string) []string {
	return []string{to, "Asia", "", text, from, "WEOG", "EU", response, action, issue, session}
}

// trapRows have all that is known to be wrong with the real files.
func trapRows() [][]string {
	twice := asks("Arvenia", "Ratify the Protocol ", "Nordmark", "Noted", "5", "Death penalty,International instruments", "15")
	return [][]string{
		asks("Arvenia", "Release, without delay, everyone held at the depot", "Nordmark", "Accepted", "5", "Detention,Justice", "17"),
		asks("Arvenia", "Amend the law on lèse-majesté", "Nordmark", "Noted", "5", "Freedom of the press", "17"),
		twice,
		asks("Arvenia", "Consider a visit to the \"Casa Tekoporã\"", "&#40;Unknown&#41;", "Noted", "3", "Other", "15"),
		twice,
		asks("Arvenia", "Continue the work\rof the commission", "Südland", "Accepted", "2", "Migrants,Trafficking", "10"),
		asks("Arvenia", "Continue the work\rof the commission", "Südland", "Accepted", "2", "Trafficking", "10"),
		asks("Arvenia", "Strengthen training", "Südland", "Pending", "4", "General", "10"),
		{"Arvenia", "Asia", "", "cut short"},
		asks("", "Strengthen oversight", "Nordmark", "Accepted", "4", "General", "10"),
		asks("Arvenia", "Do as it likes", "Nordmark", "", "9", "General", "10"),
	}
}

// tables is a case that takes tables in.
type tables struct {
	*Room
	record *record.Room
	intake *intake.Room
	db     *store.DB
}

func newTables(tb testing.TB) tables {
	tb.Helper()
	ctx, dir := tb.Context(), tb.TempDir()
	clock := func() time.Time { return time.Date(2031, 6, 30, 12, 0, 0, 0, time.UTC) }
	db, err := store.Open(ctx, store.Config{Path: filepath.Join(dir, "store.db"), Key: [32]byte{1}, Create: true, Clock: clock,
		Schemas: []store.Schema{ledger.Schema(), intake.Schema(), record.Schema(), Schema()}})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "originals"), [32]byte{2})
	if err != nil {
		tb.Fatal(err)
	}
	h := tables{New(db), record.New(db), intake.New(db, blobs, noVault{}, nil), db}
	if _, err := h.record.Begin(ctx, by, record.Case{Title: "Depot", Zone: "Europe/Zurich", Training: true}); err != nil {
		tb.Fatal(err)
	}
	return h
}

// dry is a dry run over a file that is not in the case.
func (h tables) dry(tb testing.TB, f table.Format, body []byte) ImportReport {
	tb.Helper()
	got, err := h.Import(tb.Context(), by, ImportRequest{Format: f, DryRun: true, Body: bodyOf(body)})
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

// take takes a file in as an original and imports it.
func (h tables) take(tb testing.TB, f table.Format, body []byte) ImportReport {
	tb.Helper()
	got, err := h.Import(tb.Context(), by, h.request(tb, f, body))
	if err != nil {
		tb.Fatal(err)
	}
	return got
}

func (h tables) request(tb testing.TB, f table.Format, body []byte) ImportRequest {
	tb.Helper()
	added, err := h.intake.Add(tb.Context(), by, intake.Incoming{Name: "t.csv", Body: bytes.NewReader(body)})
	if err != nil {
		tb.Fatal(err)
	}
	id := added.Original.ID
	return ImportRequest{Source: id, Format: f, Body: func(w io.Writer) error {
		_, err := h.intake.ReadBytes(tb.Context(), id, w)
		return err
	}}
}

func bodyOf(b []byte) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	}
}

// acts is how many acts the ledger holds.
func (h tables) acts(tb testing.TB) (n int) {
	tb.Helper()
	err := h.db.View(tb.Context(), func(tx *store.Tx) error {
		n = 0
		return ledger.Follow(tx, 0, func(ledger.Entry) error { n++; return nil })
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

func (h tables) recs(tb testing.TB) []Recommendation {
	tb.Helper()
	list, err := h.Recommendations(tb.Context())
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

func (h tables) positions(tb testing.TB) []Position {
	tb.Helper()
	list, err := h.Positions(tb.Context(), "")
	if err != nil {
		tb.Fatal(err)
	}
	return list
}

// sound checks the whole ledger against the rooms.
func (h tables) sound(tb testing.TB) {
	tb.Helper()
	err := h.db.View(tb.Context(), func(tx *store.Tx) error {
		problems, err := ledger.Check(tx, h.intake, h.record, h.Room)
		if len(problems) > 0 {
			tb.Errorf("check finds %v", problems)
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// counts are the classes of a report: new, already, same, conflicts, left out, refused.
func counts(r ImportReport) [6]int {
	return [6]int{r.New, r.Already, r.Same, r.Conflicts, r.LeftOut, r.Refused}
}

// TestImportAccountsForEveryRow: each row is in exactly one class, and those that need
// somebody are named with their row and line.
func TestImportAccountsForEveryRow(t *testing.T) {
	h := newTables(t)
	r := h.take(t, table.UPRInfo, broken(t, trapRows()))
	if want := [6]int{7, 0, 1, 1, 0, 2}; counts(r) != want || r.Sum() != r.Rows || r.Rows != len(trapRows()) {
		t.Errorf("classes %v of %d rows, want %v", counts(r), r.Rows, want)
	}
	if r.Positions != 6 || r.Unsaid != 1 || r.Unread != 1 || r.Positions+r.Unsaid+r.Unread != r.Taken() {
		t.Errorf("%d positions, %d without response, %d not read", r.Positions, r.Unsaid, r.Unread)
	}
	if r.First != "R-01" || r.Last != "R-08" {
		t.Errorf("from %s to %s", r.First, r.Last)
	}
	want := []RowProblem{
		{4, 5, RowNoted, "the state that recommends is not known to the table", "", 0},
		{5, 6, RowSame, "it says the same as an earlier row", "row 3", 0},
		{7, 9, RowConflict, otherContent, "row 6", 0},
		{8, 11, RowNoted, "its response is no position here: the word was kept, and no position taken", "", 0},
		{9, 12, RowRefused, "it has 4 cells, and the header 11", "", 0},
		{10, 13, RowRefused, "it does not say to whom it is made", "", 0},
		{11, 14, RowNoted, "its action category is none of 1 to 5", "", 0},
	}
	if !reflect.DeepEqual(r.Problems, want) {
		t.Errorf("problems:\n%v\nwant\n%v", r.Problems, want)
	}
	h.sound(t)
}

// TestImportedRecommendation: a row becomes what its cells say, and nothing more.
func TestImportedRecommendation(t *testing.T) {
	h := newTables(t)
	h.take(t, table.UPRInfo, broken(t, trapRows()))
	list := h.recs(t)
	got := list[0]
	want := Recommendation{ID: "R-01", Text: "Release, without delay, everyone held at the depot", Source: "S-001", Row: 1,
		Words: "Release, without delay, everyone held at the depot", Issuer: "Nordmark", Addressees: []string{"Arvenia"}, Verb: "release",
		Category: 5, CategoryBy: "UPR Info", By: "M-01", At: got.At, Themes: []string{"Detention", "Justice"}, Response: "Accepted",
		Key: got.Key, Digest: got.Digest, Session: "17"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+v\nwant\n%+v", got, want)
	}
	if w := list[1].Words; w != "Amend the law on lèse-majesté" {
		t.Errorf("the bytes of a Macintosh came in as %q", w)
	}
	if w, text := list[2].Words, list[2].Text; w != "Ratify the Protocol " || text != "Ratify the Protocol" {
		t.Errorf("words %q, text %q: words are exact", w, text)
	}
	if w, text := list[4].Words, list[4].Text; w != "Continue the work\rof the commission" || text != "Continue the work of the commission" {
		t.Errorf("words %q, text %q: a line end in a cell is a part of it", w, text)
	}
	if unknown := list[3]; unknown.Issuer != "" {
		t.Errorf("an unknown state recommends as %q", unknown.Issuer)
	}
	if own := list[7]; own.Category != 0 || own.CategoryBy != "" || own.Response != "" {
		t.Errorf("a category that is none was kept: %+v", own)
	}
	if a := got.Address().String(); a != "S-001 row 1" {
		t.Errorf("its address is %s", a)
	}
}

// TestImportJudgesTheVerbWhereTheTableDoesNot and says whose judgement it is.
func TestImportJudgesTheVerbWhereTheTableDoesNot(t *testing.T) {
	h := newTables(t)
	h.take(t, table.UPRInfo, broken(t, [][]string{asks("Arvenia", "Strengthen oversight", "Nordmark", "Noted", "", "General", "10")}))
	if got := h.recs(t)[0]; got.Category != 4 || got.CategoryBy != ByVerb || got.Verb != "strengthen" {
		t.Errorf("category %d by %q of %q", got.Category, got.CategoryBy, got.Verb)
	}
}

// TestImportedPositionIsTheEditorsCoding and says so with the table's own word.
func TestImportedPositionIsTheEditorsCoding(t *testing.T) {
	h := newTables(t)
	h.take(t, table.UPRInfo, broken(t, trapRows()))
	list := h.positions(t)
	want := Position{ID: "PS-001", Recommendation: "R-01", Row: 1, Reported: "Accepted", Source: "S-001", Value: Supported,
		Why: "as coded by the editors of UPR Info; not the addressee's own words", By: "M-01", At: list[0].At}
	if list[0] != want {
		t.Errorf("got\n%+v\nwant\n%+v", list[0], want)
	}
	for _, p := range list {
		if p.Recommendation == "R-07" || p.Recommendation == "R-08" {
			t.Errorf("a response that is no position became %s", p.Value)
		}
	}
}

func TestResponsesOfTables(t *testing.T) {
	for word, want := range map[string]string{"Accepted": Supported, "Supported": Supported, "Noted": Noted, "Rejected": Rejected,
		"Supported/Noted": PartiallySupported, "partially accepted": PartiallySupported, "No response": "", "Pending": "", "": "", "Yes": ""} {
		c := candidate{rec: Recommendation{Response: word, Addressees: []string{"Arvenia"}}}
		c.position("UHRI")
		switch {
		case want == "" && c.pos != nil:
			t.Errorf("%q became %s", word, c.pos.Value)
		case want != "" && (c.pos == nil || c.pos.Value != want || c.pos.Reported != word):
			t.Errorf("%q became %+v, want %s", word, c.pos, want)
		case want == "" && word != "" && len(c.notes) != 1:
			t.Errorf("%q was passed over", word)
		}
	}
	c := candidate{rec: Recommendation{Response: "Supported", Addressees: []string{"Arvenia", "Nordmark"}}}
	if c.position("UHRI"); c.pos != nil || len(c.notes) != 1 {
		t.Error("one response of two addressees became a position")
	}
}

// TestDryRunWritesNothing and reports what the real run then reports.
func TestDryRunWritesNothing(t *testing.T) {
	h := newTables(t)
	body := broken(t, trapRows())
	before := h.acts(t)
	dry := h.dry(t, table.UPRInfo, body)
	if h.acts(t) != before || len(h.recs(t)) != 0 {
		t.Error("a dry run wrote something")
	}
	real := h.take(t, table.UPRInfo, body)
	if !dry.DryRun || dry.Source != "" || dry.First != "" {
		t.Errorf("dry run: %+v", dry)
	}
	dry.DryRun, dry.Source, dry.First, dry.Last = real.DryRun, real.Source, real.First, real.Last
	if !reflect.DeepEqual(dry, real) {
		t.Errorf("dry run\n%+v\nreal run\n%+v", dry, real)
	}
}

// TestImportAgainChangesNothing: not an act, and each row is here already, or the same as
// another, or refused as before.
func TestImportAgainChangesNothing(t *testing.T) {
	h := newTables(t)
	body := broken(t, trapRows())
	h.take(t, table.UPRInfo, body)
	acts := h.acts(t)
	r := h.take(t, table.UPRInfo, body)
	if h.acts(t) != acts {
		t.Errorf("%d acts more", h.acts(t)-acts)
	}
	if want := [6]int{0, 8, 1, 0, 0, 2}; counts(r) != want {
		t.Errorf("classes %v, want %v", counts(r), want)
	}
}

// TestImportOfAnOverlappingFile takes what is new, and nothing of a session that is here
// from another file.
func TestImportOfAnOverlappingFile(t *testing.T) {
	h := newTables(t)
	rows := trapRows()
	h.take(t, table.UPRInfo, broken(t, rows[:3]))
	r := h.take(t, table.UPRInfo, broken(t, append([][]string{asks("Arvenia", "Close the depot", "Nordmark", "Noted", "5", "Detention", "18")}, rows[:2]...)))
	if want := [6]int{1, 2, 0, 0, 0, 0}; counts(r) != want || r.Source != "S-002" {
		t.Errorf("%s: classes %v, want %v", r.Source, counts(r), want)
	}
	list := h.recs(t)
	if len(list) != 4 || list[0].Source != "S-001" || list[3].Source != "S-002" {
		t.Errorf("%d recommendations", len(list))
	}
	// The same key with another answer, from another file: neither lost nor merged.
	rows[1] = asks("Arvenia", "Amend the law on lèse-majesté", "Nordmark", "Accepted", "5", "Freedom of the press", "17")
	r = h.take(t, table.UPRInfo, broken(t, rows[:2]))
	if want := [6]int{0, 1, 0, 1, 0, 0}; counts(r) != want || r.Problems[0].Of != "R-02" || r.Last != "R-05" {
		t.Errorf("classes %v, %+v, %s", counts(r), r.Problems, r.Last)
	}
	if got := h.recs(t)[1].Response; got != "Noted" {
		t.Errorf("R-02 now says %s", got)
	}
	if again := h.take(t, table.UPRInfo, broken(t, rows[:2])); again.Already != 2 {
		t.Errorf("a conflict comes back: %v", counts(again))
	}
}

// TestEditedRecommendationIsKnownAgain: what a person files it under is no part of its key.
func TestEditedRecommendationIsKnownAgain(t *testing.T) {
	h := newTables(t)
	body := broken(t, trapRows()[:1])
	h.take(t, table.UPRInfo, body)
	themes := []string{"depots"}
	if _, err := h.ChangeRecommendation(t.Context(), by, "R-01", Change{Themes: &themes}, 0); err != nil {
		t.Fatal(err)
	}
	if r := h.take(t, table.UPRInfo, body); r.Already != 1 {
		t.Errorf("classes %v", counts(r))
	}
}

// TestInterruptedImportGoesOn where it stopped, and ends where an uninterrupted one ends.
func TestInterruptedImportGoesOn(t *testing.T) {
	h := newTables(t)
	body := broken(t, manyRows(2*rowsAtOnce+10))
	req := h.request(t, table.UPRInfo, body)
	ctx, stop := context.WithCancel(t.Context())
	req.Progress = func(step string, done, _ int64) {
		if step == "importing" && done == rowsAtOnce {
			stop()
		}
	}
	part, err := h.Import(ctx, by, req)
	if !errors.Is(err, context.Canceled) || part.New != rowsAtOnce || len(h.recs(t)) != rowsAtOnce {
		t.Fatalf("%v after %d", err, part.New)
	}
	h.sound(t)
	req.Progress = nil
	rest, err := h.Import(t.Context(), by, req)
	if err != nil || rest.Already != rowsAtOnce || rest.New != rowsAtOnce+10 || rest.First != "R-2001" {
		t.Fatalf("%v, %v, from %s", err, counts(rest), rest.First)
	}
	h.sound(t)
}

// TestImportRefusesOtherBytes: what is imported under a source is its original.
func TestImportRefusesOtherBytes(t *testing.T) {
	h := newTables(t)
	req := h.request(t, table.UPRInfo, broken(t, trapRows()))
	acts := h.acts(t)
	tests := []struct {
		name   string
		change func(*ImportRequest)
		kind   fault.Kind
	}{
		{"another file", func(r *ImportRequest) { r.Body = bodyOf(broken(t, trapRows()[:2])) }, fault.Conflict},
		{"no source", func(r *ImportRequest) { r.Source = "" }, fault.Refused},
		{"no such source", func(r *ImportRequest) { r.Source = "S-099" }, fault.NotFound},
		{"a broken file", func(r *ImportRequest) { r.Body = bodyOf([]byte("To,From,Text,Session\r\"a")) }, fault.Invalid},
		{"another format", func(r *ImportRequest) { r.Format = table.UHRIJSON }, fault.Invalid},
		{"no format", func(r *ImportRequest) { r.Format = "pdf" }, fault.Invalid},
	}
	for _, tt := range tests {
		changed := req
		tt.change(&changed)
		if _, err := h.Import(t.Context(), by, changed); fault.KindOf(err) != tt.kind {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	spoilt := errors.New("the disk is gone")
	changed := req
	changed.Body = func(w io.Writer) error {
		w.Write(broken(t, trapRows())[:200])
		return spoilt
	}
	if _, err := h.Import(t.Context(), by, changed); !errors.Is(err, spoilt) {
		t.Errorf("bytes that could not be read: %v", err)
	}
	if h.acts(t) != acts || len(h.recs(t)) != 0 {
		t.Error("a refused import left something")
	}
}

// TestImportLeavesOutWhatIsNoRecommendation, visibly.
func TestImportLeavesOutWhatIsNoRecommendation(t *testing.T) {
	h := newTables(t)
	body := []byte(`[
	{"AnnotationId":"A1B2","AnnotationType":"- Recommendations","Body":"- UPR","Countries":["- Arvenia"],"Symbol":"A/HRC/25/9",
	 "Text":"<p>186.12. Release &amp; compensate all</p>","Themes":["- Detention"],"UprPositions":["- Supported/Noted"],"UprRecommendingCountry":["- Nordmark","- Südland"],
	 "UprSession":["- 17"],"UprCycle":"- 2","Sdgs":["- 16.2 - Protect children"],"AffectedPersons":["- Detainees"],"PublicationDate":"2013-12-04T00:00:00"},
	{"AnnotationId":"A1B3","AnnotationType":"- Concerns/Observations","Body":"- CRC","Countries":["- Arvenia"],"Text":"4.The Committee regrets"},
	{"AnnotationId":"A1B4","AnnotationType":"- Recommendations","Body":"- CRC","Countries":["- Arvenia"],"Symbol":"CRC/C/ARV/CO/6","Text":"5.The Committee urges the State party to act"}]`)
	r := h.take(t, table.UHRIJSON, body)
	if want := [6]int{2, 0, 0, 0, 1, 0}; counts(r) != want || r.Positions != 1 || r.Unsaid != 1 {
		t.Errorf("classes %v, %d positions, want %v", counts(r), r.Positions, want)
	}
	list := h.recs(t)
	want := Recommendation{ID: "R-01", Text: "186.12. Release & compensate all", Source: "S-001", Row: 1, Words: "<p>186.12. Release &amp; compensate all</p>",
		Issuer: "Nordmark; Südland", Addressees: []string{"Arvenia"}, Verb: "release", Category: 5, CategoryBy: ByVerb, By: "M-01", At: list[0].At,
		Symbol: "A/HRC/25/9", Paragraph: "186.12", Themes: []string{"Detention"}, Affected: []string{"Detainees"}, Response: "Supported/Noted",
		Key: "uhri:a1b2", Digest: list[0].Digest, Session: "17", Cycle: "2", Published: "2013-12-04", SDGs: []string{"16.2"}}
	if !reflect.DeepEqual(list[0], want) {
		t.Errorf("got\n%+v\nwant\n%+v", list[0], want)
	}
	if list[1].Issuer != "CRC" || list[1].Paragraph != "5" {
		t.Errorf("of a treaty body: %+v", list[1])
	}
	if p := h.positions(t)[0]; p.Value != PartiallySupported || p.Reported != "Supported/Noted" {
		t.Errorf("position %+v", p)
	}
}

// TestErasedTableTakesItsRowsWithIt: the rows and positions quote their source.
func TestErasedTableTakesItsRowsWithIt(t *testing.T) {
	h := newTables(t)
	h.take(t, table.UPRInfo, broken(t, trapRows()[:2]))
	err := h.db.Update(t.Context(), func(tx *store.Tx) error {
		erased, err := h.Erase(tx, "S-001")
		if len(erased) != 4 {
			t.Errorf("erased %v", erased)
		}
		tx.Acted()
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestKeysStay: keys stand in cases. Another way to make them would import every row again.
func TestKeysStay(t *testing.T) {
	row := table.Row{To: []string{"Arvenia"}, From: []string{"Nordmark"}, Session: "17", Text: "Release everyone", AnnotationID: "a1b2", Body: "UPR"}
	for f, want := range map[table.Format]string{table.UPRInfo: "upr-info:99d1b33cbba2fae5f0e665c13b5fdb55", table.UHRIJSON: "uhri:a1b2", table.UHRIXLSX: "uhri:a1b2"} {
		if got := keyOf(f, row); !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s, want %s…", f, got, want)
		}
	}
	spaced := row
	spaced.Text = "release EVERYONE"
	if keyOf(table.UPRInfo, spaced) != keyOf(table.UPRInfo, row) {
		t.Error("capitals make another key")
	}
	for _, change := range []func(*table.Row){
		func(r *table.Row) { r.To = []string{"Nordmark"} }, func(r *table.Row) { r.From = nil },
		func(r *table.Row) { r.Session = "18" }, func(r *table.Row) { r.Text = "Release" },
	} {
		other := row
		if change(&other); keyOf(table.UPRInfo, other) == keyOf(table.UPRInfo, row) {
			t.Errorf("%+v has the key of another", other)
		}
	}
	row.AnnotationID = ""
	if got := keyOf(table.UHRIJSON, row); !strings.HasPrefix(got, "uhri-row:") {
		t.Errorf("without a number its key is %s", got)
	}
}

// TestImportInAnyOrder: whatever parts of a table come in, in whatever order and however
// often, every row is accounted for, nothing is there twice, and nothing is lost.
func TestImportInAnyOrder(t *testing.T) {
	h := newTables(t)
	cases := 0
	rapid.Check(t, func(rt *rapid.T) {
		cases++
		to, before := fmt.Sprintf("Arvenia %d", cases), len(h.recs(t)) // nothing of one case has the key of another
		texts := []string{"Release everyone", "Release  everyone", "Close the depot", "Amend the law"}
		want := map[string]bool{}
		for range rapid.IntRange(1, 4).Draw(rt, "files") {
			var rows [][]string
			for range rapid.IntRange(1, 6).Draw(rt, "rows") {
				r := asks(to, rapid.SampledFrom(texts).Draw(rt, "text"), "Nordmark", rapid.SampledFrom([]string{"Accepted", "Noted", ""}).Draw(rt, "response"),
					"5", "Justice", rapid.SampledFrom([]string{"17", "18"}).Draw(rt, "session"))
				rows = append(rows, r)
				want[fmt.Sprint(r)] = true
			}
			body := broken(t, rows)
			dry, real := h.dry(t, table.UPRInfo, body), h.take(t, table.UPRInfo, body)
			if counts(dry) != counts(real) || real.Sum() != len(rows) {
				rt.Fatalf("dry %v, real %v of %d rows", counts(dry), counts(real), len(rows))
			}
		}
		if got := len(h.recs(t)) - before; got != len(want) {
			rt.Fatalf("%d recommendations of %d different rows", got, len(want))
		}
	})
	h.sound(t)
}

// manyRows are rows of about the length of real ones, all different.
func manyRows(n int) (rows [][]string) {
	states := []string{"Arvenia", "Nordmark", "Südland", "Ostrava Islands", "Velmora"}
	asked := []string{"Continue its efforts to promote the human rights of women, in particular in rural areas, and combat all forms of discrimination against them",
		"Consider ratifying the Optional Protocol to the Convention against Torture vis-à-vis the places where people are held",
		"Establish a national institution in line with the Paris Principles, with the resources that its mandate asks for"}
	for i := range n {
		rows = append(rows, asks(states[i%len(states)], fmt.Sprintf("%s, as in paragraph %d of the report", asked[i%len(asked)], i), states[(i+1)%len(states)],
			[]string{"Accepted", "Noted"}[i%2], fmt.Sprint(1+i%5), "International instruments,Women's rights", fmt.Sprint(1+i%20)))
	}
	return rows
}

// BenchmarkImport is a dry run and an import of as many rows as UPR Info's export has.
func BenchmarkImport(b *testing.B) {
	const rows = 41_066
	body := broken(b, manyRows(rows))
	var dry, real time.Duration
	for b.Loop() {
		h := newTables(b)
		began := time.Now()
		h.dry(b, table.UPRInfo, body)
		dry += time.Since(began)
		began = time.Now()
		if r := h.take(b, table.UPRInfo, body); r.New != rows {
			b.Fatalf("%+v", r)
		}
		real += time.Since(began)
	}
	b.ReportMetric(dry.Seconds()/float64(b.N), "s/dry-run")
	b.ReportMetric(real.Seconds()/float64(b.N), "s/import")
}
