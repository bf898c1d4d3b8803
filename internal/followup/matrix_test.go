package followup

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/record"
)

const (
	ministry = "Ministry of Order"
	monitor  = "Arvenia Monitor"
	envoy    = "Envoy of Nordmark"
)

func rec(id string, to ...string) Recommendation {
	return Recommendation{ID: id, Text: "release everyone", Source: "S-001", From: 3, To: 3, Words: "release everyone", Addressees: to, Verb: "release", Category: 5}
}

func st(id, speaker string, stance record.Stance, kind, target, on string) record.Statement {
	return record.Statement{ID: id, Source: "S-002", From: 4, To: 4, Speaker: speaker, Stance: stance,
		Target: record.Target{Kind: kind, ID: target}, Words: "words of " + id, SaidOn: on, At: 1}
}

func on(t *testing.T, m Matrix, actor, rec string) Cell {
	t.Helper()
	for _, row := range m.Rows {
		for _, c := range row.Cells {
			if row.Actor == actor && c.Recommendation == rec {
				return c
			}
		}
	}
	t.Fatalf("no cell for %s and %s", actor, rec)
	return Cell{}
}

func TestMatrixCells(t *testing.T) {
	position := func(id, st, value, asOf string, at int64) Position {
		return Position{ID: id, Recommendation: "R-01", Statement: st, Value: value, AsOf: asOf, At: at}
	}
	log := func(id, actor, to string, recs ...string) SearchLog {
		return SearchLog{ID: id, Actor: actor, SearchedTo: to, Where: "press", Recommendations: recs, By: "M-01"}
	}
	tests := []struct {
		name          string
		in            MatrixInput
		actor         string
		shows, detail string
		kind          CellKind
		count         int
	}{
		{"an addressee nobody looked for", MatrixInput{}, ministry, "no position found", "not searched", NotSearched, 0},
		{"an addressee searched for is silent only as far as the search went",
			MatrixInput{Searches: []SearchLog{log("L-001", ministry, "2031-05-25", "R-01")}},
			ministry, "no position found", "silent as of 2031-05-25 (L-001)", Silent, 0},
		{"a search beyond the day covers the day and no more",
			MatrixInput{Searches: []SearchLog{log("L-001", ministry, "2032-01-01", "R-01")}},
			ministry, "no position found", "silent as of 2031-06-30 (L-001)", Silent, 0},
		{"the search that reaches furthest counts",
			MatrixInput{Searches: []SearchLog{log("L-002", ministry, "2031-06-01", "R-01"), log("L-001", ministry, "2031-05-25", "R-01")}},
			ministry, "no position found", "silent as of 2031-06-01 (L-002)", Silent, 0},
		{"a search for another recommendation makes nobody silent on this one",
			MatrixInput{Searches: []SearchLog{log("L-001", ministry, "2031-05-25", "R-02")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"a search for another actor makes nobody else silent",
			MatrixInput{Searches: []SearchLog{log("L-001", envoy, "2031-05-25", "R-01")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"another actor searched for", MatrixInput{Searches: []SearchLog{log("L-001", envoy, "2031-05-25", "R-01")}},
			envoy, "silent as of 2031-05-25 (L-001)", "", Silent, 0},
		{"another actor, known from a search for another recommendation", MatrixInput{Searches: []SearchLog{log("L-001", envoy, "2031-05-25", "R-02")}},
			envoy, "not searched", "", NotSearched, 0},
		{"rejecting the release is no position", MatrixInput{Statements: []record.Statement{st("ST-001", ministry, "rejects", record.TargetRelease, "", "2031-05-23")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"denying the accusations is no position", MatrixInput{Statements: []record.Statement{st("ST-001", ministry, "denies", record.TargetAccusations, "", "2031-05-23")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"opposing the report is no position", MatrixInput{Statements: []record.Statement{st("ST-001", ministry, "opposes", record.TargetReport, "", "2031-05-23")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"denying a finding is no position", MatrixInput{Statements: []record.Statement{st("ST-001", ministry, "denies", record.TargetFinding, "F-01", "2031-05-23")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"words on another recommendation stay there", MatrixInput{Statements: []record.Statement{st("ST-001", ministry, "rejects", record.TargetRecommendation, "R-02", "2031-05-23")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"an addressee's words without a position", MatrixInput{Statements: []record.Statement{st("ST-001", ministry, "will_consider", record.TargetRecommendation, "R-01", "2031-05-23")}},
			ministry, "no position recorded", "said: will consider", Unread, 1},
		{"an addressee's position", MatrixInput{
			Statements: []record.Statement{st("ST-001", ministry, "will_consider", record.TargetRecommendation, "R-01", "2031-05-23")},
			Positions:  []Position{position("PS-001", "ST-001", UnderConsideration, "2031-05-23", 1)}},
			ministry, "under consideration", "said: will consider", HasPosition, 1},
		{"of two positions the later date counts", MatrixInput{
			Statements: []record.Statement{st("ST-001", ministry, "will_consider", record.TargetRecommendation, "R-01", "2031-05-23"),
				st("ST-002", ministry, "accepts", record.TargetRecommendation, "R-01", "2031-06-02")},
			Positions: []Position{position("PS-002", "ST-002", Supported, "2031-06-02", 2), position("PS-001", "ST-001", UnderConsideration, "2031-05-23", 9)}},
			ministry, "supported", "said: accepts", HasPosition, 2},
		{"of two positions of one date the one recorded last counts", MatrixInput{
			Statements: []record.Statement{st("ST-001", ministry, "will_consider", record.TargetRecommendation, "R-01", "2031-05-23")},
			Positions:  []Position{position("PS-002", "ST-001", Unclear, "2031-05-23", 2), position("PS-001", "ST-001", Supported, "2031-05-23", 1)}},
			ministry, "unclear", "said: will consider", HasPosition, 1},
		{"a position dated later does not count yet", MatrixInput{
			Statements: []record.Statement{st("ST-001", ministry, "will_consider", record.TargetRecommendation, "R-01", "2031-05-23")},
			Positions:  []Position{position("PS-001", "ST-001", Supported, "2031-07-01", 1)}},
			ministry, "no position recorded", "said: will consider", Unread, 1},
		{"a position on words about the release does not count, whoever wrote it", MatrixInput{
			Statements: []record.Statement{st("ST-001", ministry, "rejects", record.TargetRelease, "", "2031-05-23")},
			Positions:  []Position{position("PS-001", "ST-001", Rejected, "2031-05-23", 1)}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"others have a stance, never a position", MatrixInput{
			Statements: []record.Statement{st("ST-001", envoy, "urges", record.TargetRecommendation, "R-01", "2031-05-23")},
			Positions:  []Position{position("PS-001", "ST-001", Supported, "2031-05-23", 1)}},
			envoy, "urges", "", HasStance, 1},
		{"the latest stance counts", MatrixInput{Statements: []record.Statement{
			st("ST-002", envoy, "opposes", record.TargetRecommendation, "R-01", "2031-06-01"), st("ST-001", envoy, "urges", record.TargetRecommendation, "R-01", "2031-05-23")}},
			envoy, "opposes", "", HasStance, 2},
		{"two stances of one day are both shown", MatrixInput{Statements: []record.Statement{
			st("ST-002", envoy, "criticises", record.TargetRecommendation, "R-01", "2031-05-23"), st("ST-001", envoy, "urges", record.TargetRecommendation, "R-01", "2031-05-23")}},
			envoy, "criticises / urges", "", HasStance, 2},
		{"a stance on all recommendations is one on each", MatrixInput{Statements: []record.Statement{
			st("ST-001", envoy, "endorses", record.TargetRecommendations, "S-001", "2031-05-23")}},
			envoy, "endorses", "", HasStance, 1},
		{"what was said later is left out", MatrixInput{Statements: []record.Statement{
			st("ST-001", ministry, "accepts", record.TargetRecommendation, "R-01", "2031-07-01")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"the day itself counts", MatrixInput{Statements: []record.Statement{
			st("ST-001", ministry, "accepts", record.TargetRecommendation, "R-01", "2031-06-30")}},
			ministry, "no position recorded", "said: accepts", Unread, 1},
		{"a month counts from its last day", MatrixInput{Statements: []record.Statement{
			st("ST-001", ministry, "accepts", record.TargetRecommendation, "R-01", "2031-06")}},
			ministry, "no position recorded", "said: accepts", Unread, 1},
		{"a year that is not over does not count", MatrixInput{Statements: []record.Statement{
			st("ST-001", ministry, "accepts", record.TargetRecommendation, "R-01", "2031")}},
			ministry, "no position found", "not searched", NotSearched, 0},
		{"an undated statement never overtakes a dated one", MatrixInput{Statements: []record.Statement{
			st("ST-001", envoy, "urges", record.TargetRecommendation, "R-01", "2020-01-01"), st("ST-002", envoy, "opposes", record.TargetRecommendation, "R-01", "")}},
			envoy, "urges", "", HasStance, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.Recommendations = []Recommendation{rec("R-02", monitor), rec("R-01", ministry)}
			c := on(t, BuildMatrix(tt.in, "2031-06-30"), tt.actor, "R-01")
			if c.Shows != tt.shows || c.Detail != tt.detail || c.Kind != tt.kind || c.Count != tt.count || len(c.Statements) != tt.count {
				t.Errorf("cell is %q %q %s with %d statements, want %q %q %s %d", c.Shows, c.Detail, c.Kind, c.Count, tt.shows, tt.detail, tt.kind, tt.count)
			}
		})
	}
}

// TestMatrixEntry: a cell leads to exact words, speaker, the one spoken for, date,
// statement and sentence.
func TestMatrixEntry(t *testing.T) {
	s := st("ST-007", "A Spokesman", "urges", record.TargetRecommendations, "S-001", "2031-05")
	s.OnBehalfOf, s.From, s.To = envoy, 4, 5
	m := BuildMatrix(MatrixInput{Recommendations: []Recommendation{rec("R-01", ministry)}, Statements: []record.Statement{s}}, "2031-06-30")
	got := on(t, m, envoy, "R-01").Statements[0]
	want := Said{Statement: "ST-007", Actor: envoy, Speaker: "A Spokesman", OnBehalfOf: envoy, Stance: "urges", Target: s.Target, OfAll: true,
		Words: "words of ST-007", SaidOn: "2031-05", Counted: "2031-05-31", Imprecise: true, Address: "S-002:4-5", order: 1, source: "S-002"}
	if got != want {
		t.Errorf("entry is %+v\nwant %+v", got, want)
	}
	for _, row := range m.Rows {
		if row.Actor == "A Spokesman" {
			t.Error("a spokesman has a row beside the one spoken for")
		}
	}
}

// TestMatrixApart: what was said of something else stands apart, once, with its exact target.
func TestMatrixApart(t *testing.T) {
	in := MatrixInput{Recommendations: []Recommendation{rec("R-01", ministry), rec("R-02", ministry)}, Statements: []record.Statement{
		st("ST-001", ministry, "rejects", record.TargetRelease, "", "2031-05-23"),
		st("ST-002", ministry, "denies", record.TargetAccusations, "", "2031-05-24"),
		st("ST-003", envoy, "endorses", record.TargetReport, "", "2031-05-25"),
		st("ST-004", ministry, "denies", record.TargetFinding, "F-01", "2031-05-26"),
		st("ST-005", envoy, "urges", record.TargetRecommendation, "R-99", "2031-05-27"),
		st("ST-006", envoy, "urges", record.TargetRecommendations, "S-001", "2031-05-28"),
		st("ST-007", envoy, "endorses", record.TargetReport, "", "2031-07-28"),
	}}
	m := BuildMatrix(in, "2031-06-30")
	var got []string
	for _, s := range m.Apart {
		got = append(got, s.Statement+" "+TargetWords(s.Target))
	}
	want := []string{"ST-005 recommendation R-99", "ST-004 finding F-01", "ST-003 the report", "ST-002 the accusations", "ST-001 the release (the act of publishing)"}
	if !slices.Equal(got, want) {
		t.Errorf("apart: %q\nwant %q", got, want)
	}
	for _, r := range []string{"R-01", "R-02"} {
		if c := on(t, m, envoy, r); c.Count != 1 || !c.Statements[0].OfAll {
			t.Errorf("%s: %d statements, want the one of all recommendations, marked", r, c.Count)
		}
	}
	m = BuildMatrix(MatrixInput{Statements: in.Statements}, "2031-06-30")
	if len(m.Apart) != 6 {
		t.Errorf("without recommendations %d of 6 statements are shown", len(m.Apart))
	}
}

func TestMatrixRows(t *testing.T) {
	in := MatrixInput{Recommendations: []Recommendation{rec("R-10", monitor), rec("R-02", ministry, "Depot Office")},
		Statements: []record.Statement{st("ST-001", "Zealand", "urges", record.TargetRecommendation, "R-02", "2031-05-23"),
			st("ST-002", "  ministry   of ORDER\u200f", "accepts", record.TargetRecommendation, "R-02", "2031-05-23"),
			st("ST-003", "Borland", "urges", record.TargetRecommendation, "R-10", "2032-05-23")},
		Searches: []SearchLog{{ID: "L-001", Actor: "Arland", Recommendations: []string{"R-02"}, SearchedTo: "2031-05-23"}}}
	var rows []string
	m := BuildMatrix(in, "2031-06-30")
	for _, r := range m.Rows {
		rows = append(rows, r.Actor)
	}
	if want := []string{ministry, "Depot Office", monitor, "Arland", "Zealand"}; !slices.Equal(rows, want) {
		t.Errorf("rows are %q, want addressees, then others by name: %q", rows, want)
	}
	if c := on(t, m, ministry, "R-02"); c.Count != 1 {
		t.Error("a name written with other case and white space is another actor")
	}
	if m.Recommendations[0].ID != "R-02" {
		t.Error("R-10 stands before R-02")
	}
}

// TestMatrixZone: a day ends when it ends in the case's zone, also on the day the
// clocks change, and an undated statement counts from the day it was recorded there.
func TestMatrixZone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	m := BuildMatrix(MatrixInput{Zone: zone}, "2031-03-30") // the day has 23 hours
	if want := time.Date(2031, 3, 30, 21, 59, 59, 999999000, time.UTC); !m.Until.Equal(want) || m.Zone != "Europe/Zurich" {
		t.Errorf("the day ends at %s in %s, want %s", m.Until, m.Zone, want)
	}
	s := st("ST-001", envoy, "urges", record.TargetReport, "", "")
	s.At = time.Date(2031, 5, 1, 22, 30, 0, 0, time.UTC).UnixMicro() // 2 May in Zurich
	for day, want := range map[record.Date]int{"2031-05-01": 0, "2031-05-02": 1} {
		m := BuildMatrix(MatrixInput{Zone: zone, Statements: []record.Statement{s}}, day)
		if len(m.Apart) != want || want == 1 && !m.Apart[0].Imprecise {
			t.Errorf("as of %s an undated statement recorded on 2 May is shown %d times", day, len(m.Apart))
		}
	}
}

// TestMatrixUndatedStatementCountsFromItsSource: a statement without a date had been said
// when the source that reports it was dated, however late somebody took it down. A source
// dated later than that says nothing more.
func TestMatrixUndatedStatementCountsFromItsSource(t *testing.T) {
	s := st("ST-001", envoy, "opposes", record.TargetRelease, "", "")
	s.At = time.Date(2031, 5, 2, 12, 0, 0, 0, time.UTC).UnixMicro()
	for _, tt := range []struct{ dated, from record.Date }{
		{"2022-09-02", "2022-09-02"},
		{"2022-09", "2022-09-30"},
		{"2040", "2031-05-02"},
		{"", "2031-05-02"},
	} {
		in := MatrixInput{Statements: []record.Statement{s}, Sources: map[string]record.Date{s.Source: tt.dated}}
		before := record.DateOf(tt.from.End(time.UTC).AddDate(0, 0, -1))
		if n := len(BuildMatrix(in, before).Apart); n != 0 {
			t.Errorf("source dated %q: shown as of %s already", tt.dated, before)
		}
		if n := len(BuildMatrix(in, tt.from).Apart); n != 1 {
			t.Errorf("source dated %q: not shown as of %s", tt.dated, tt.from)
		}
	}
}

func TestMatrixJSON(t *testing.T) {
	b, err := json.Marshal(BuildMatrix(MatrixInput{Recommendations: []Recommendation{rec("R-01", ministry)},
		Statements: []record.Statement{st("ST-001", ministry, "rejects", record.TargetRelease, "", "2031-05-23")}}, "2031-06-30"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"as_of":"2031-06-30"`, `"zone":"UTC"`, `"actor":"Ministry of Order"`, `"kind":"not_searched"`, `"shows":"no position found"`,
		`"detail":"not searched"`, `"apart":[{"statement":"ST-001"`, `"address":"S-002:4"`} {
		if !strings.Contains(string(b), want) {
			t.Errorf("JSON has no %s:\n%s", want, b)
		}
	}
	b, err = json.Marshal(BuildMatrix(MatrixInput{}, "2031-06-30"))
	if err != nil || !strings.Contains(string(b), `"actors":[],"apart":[]`) {
		t.Errorf("an empty matrix is %s, %v", b, err)
	}
}

var (
	genActor  = rapid.SampledFrom([]string{ministry, monitor, envoy, "وزارة النظام"})
	genStance = rapid.SampledFrom([]record.Stance{"urges", "accepts", "rejects", "opposes", "denies", "notes"})
	genDate   = rapid.SampledFrom([]string{"", "2030", "2031", "2031-05", "2031-06", "2031-05-23", "2031-06-30", "2031-07-01", "2032-01-01"})
	genKind   = rapid.SampledFrom([]string{record.TargetRecommendation, record.TargetRecommendations, record.TargetReport, record.TargetRelease, record.TargetAccusations, record.TargetFinding, record.TargetOther})
)

func genInput(t *rapid.T) MatrixInput {
	in := MatrixInput{Zone: time.UTC, Recommendations: []Recommendation{rec("R-01", ministry), rec("R-02", monitor, ministry)}}
	for i := range rapid.IntRange(0, 8).Draw(t, "statements") {
		s := st(fmt.Sprintf("ST-%03d", i+1), genActor.Draw(t, "speaker"), genStance.Draw(t, "stance"), genKind.Draw(t, "kind"), "", genDate.Draw(t, "said"))
		switch s.Target.Kind {
		case record.TargetRecommendation:
			s.Target.ID = rapid.SampledFrom([]string{"R-01", "R-02", "R-77"}).Draw(t, "target")
		case record.TargetRecommendations:
			s.Target.ID = rapid.SampledFrom([]string{"", "S-001", "S-001", "S-009"}).Draw(t, "whose")
		}
		if rapid.Bool().Draw(t, "spokesman") {
			s.OnBehalfOf = genActor.Draw(t, "for")
		}
		s.At = rapid.Int64Range(0, 3e15).Draw(t, "at")
		in.Statements = append(in.Statements, s)
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "positions") {
		in.Positions = append(in.Positions, Position{ID: fmt.Sprintf("PS-%03d", i+1), Recommendation: rapid.SampledFrom([]string{"R-01", "R-02"}).Draw(t, "rec"),
			Statement: fmt.Sprintf("ST-%03d", rapid.IntRange(1, 9).Draw(t, "st")), Value: rapid.SampledFrom(PositionValues()).Draw(t, "value"), AsOf: genDate.Draw(t, "as of")})
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "searches") {
		in.Searches = append(in.Searches, SearchLog{ID: fmt.Sprintf("L-%03d", i+1), Actor: genActor.Draw(t, "actor"), Where: "press",
			Recommendations: []string{rapid.SampledFrom([]string{"R-01", "R-02"}).Draw(t, "for")}, SearchedTo: rapid.SampledFrom([]string{"2031-05-01", "2031-06-30", "2032-02-01"}).Draw(t, "to")})
	}
	return in
}

// TestMatrixLaws: for any input, a cell shows a stance or a position only if a counted
// statement of that very actor, about that very recommendation, carries it; silence only
// with a search; and nothing that was counted is lost or shown apart twice.
func TestMatrixLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		m := BuildMatrix(in, "2031-06-30")
		shown := map[string]int{}
		for _, row := range m.Rows {
			for _, c := range row.Cells {
				checkCell(t, in, row.Actor, c)
				for _, s := range c.Statements {
					shown[s.Statement] |= 1
				}
			}
		}
		for _, s := range m.Apart {
			if shown[s.Statement] != 0 {
				t.Fatalf("%s is shown twice", s.Statement)
			}
			shown[s.Statement] = 2
		}
		if len(shown) != len(counted(in, "2031-06-30")) {
			t.Fatalf("%d statements shown, %d counted", len(shown), len(counted(in, "2031-06-30")))
		}
	})
}

func checkCell(t *rapid.T, in MatrixInput, actor string, c Cell) {
	has := func(id string, stance record.Stance) bool {
		return slices.ContainsFunc(in.Statements, func(s record.Statement) bool {
			who := s.Speaker
			if s.OnBehalfOf != "" {
				who = s.OnBehalfOf
			}
			about := s.Target.Kind == record.TargetRecommendations && s.Target.ID == "S-001" || s.Target.Kind == record.TargetRecommendation && s.Target.ID == c.Recommendation
			return who == actor && about && (id == "" || s.ID == id) && (stance == "" || s.Stance == stance)
		})
	}
	for _, stance := range c.Stances {
		if !has("", stance) {
			t.Fatalf("%s on %s shows %q, which nobody said", actor, c.Recommendation, stance)
		}
	}
	if p := c.Position; p != nil && (p.Recommendation != c.Recommendation || !c.Addressee || !has(p.Statement, "")) {
		t.Fatalf("%s on %s shows position %s", actor, c.Recommendation, p.ID)
	}
	if strings.Contains(c.Shows+c.Detail, "silent") != (c.Kind == Silent) || c.Kind == Silent && c.Searched == nil {
		t.Fatalf("%s on %s is silent without a search", actor, c.Recommendation)
	}
	if c.Addressee && c.Position == nil && !strings.HasPrefix(c.Shows, "no position") {
		t.Fatalf("%s, an addressee without a position, shows %q", actor, c.Shows)
	}
}

// TestMatrixPast: what is said later changes nothing of an earlier matrix, and the
// order in which rows are read changes nothing at all.
func TestMatrixPast(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genInput(t)
		before, _ := json.Marshal(BuildMatrix(in, "2031-06-30"))
		in.Statements = slices.Clone(in.Statements)
		slices.Reverse(in.Statements)
		slices.Reverse(in.Positions)
		slices.Reverse(in.Searches)
		late := st("ST-100", genActor.Draw(t, "late speaker"), genStance.Draw(t, "late stance"), genKind.Draw(t, "late kind"), "R-01",
			rapid.SampledFrom([]string{"2031", "2031-07", "2031-07-01", "2033"}).Draw(t, "late date"))
		in.Statements = append([]record.Statement{late}, in.Statements...)
		in.Positions = append(in.Positions, Position{ID: "PS-100", Recommendation: "R-01", Statement: "ST-100", Value: Rejected, AsOf: "2031-07-01"})
		if after, _ := json.Marshal(BuildMatrix(in, "2031-06-30")); string(after) != string(before) {
			t.Fatalf("the past changed:\n%s\n%s", before, after)
		}
	})
}

func TestMatrixText(t *testing.T) {
	s := st("ST-001", "الناطق", "urges", record.TargetRecommendations, "S-001", "2031")
	s.OnBehalfOf, s.Words = "وزارة\u202eالنظام", "line\nbreak \x1b[31m"
	apart := st("ST-002", ministry, "rejects", record.TargetRelease, "", "2030-05-23")
	text := BuildMatrix(MatrixInput{Recommendations: []Recommendation{rec("R-01", ministry)}, Statements: []record.Statement{s, apart}}, "2031-12-31").Text()
	for _, want := range []string{"As of 2031-12-31, to the end of that day in UTC.", "R-01  release everyone", "S-001:3  to Ministry of Order  release: specific (5)",
		"  Ministry of Order  no position found; not searched  [addressee]\n", "  urges (1 statement)\n", "2031~  ST-001  S-002:4  الناطق for وزارة", ", of all recommendations: “line",
		"Said of something else; none of it sets a position on a recommendation:\n  Ministry of Order  rejects, said of the release (the act of publishing)\n      2030-05-23  ST-002  S-002:4  Ministry of Order: “words of ST-002”"} {
		if !strings.Contains(text, want) {
			t.Errorf("text has no %q:\n%s", want, text)
		}
	}
	if strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "line\nbreak") {
		t.Errorf("foreign words drive the terminal: %q", text)
	}
	if strings.Count(text, "ST-002  S-002:4") != 1 {
		t.Error("what was said of the release is not shown exactly once")
	}
}

func TestCells(t *testing.T) {
	for s, want := range map[string]int{"abc": 3, "中文": 4, "e\u0301": 1, "ab\u200f": 2, "وزارة": 5} {
		if got := cells(s); got != want {
			t.Errorf("cells(%q) = %d, want %d", s, got, want)
		}
	}
}

// TestMatrixTextCounts: a count says what it counts.
func TestMatrixTextCounts(t *testing.T) {
	text := BuildMatrix(MatrixInput{Recommendations: []Recommendation{rec("R-01", ministry)}, Statements: []record.Statement{
		st("ST-001", ministry, "will_consider", record.TargetRecommendation, "R-01", "2031-05-22"),
		st("ST-002", ministry, "will_consider", record.TargetRecommendation, "R-01", "2031-05-23"),
		st("ST-003", envoy, "urges", record.TargetRecommendation, "R-01", "2031-05-23")},
		Positions: []Position{{ID: "PS-001", Recommendation: "R-01", Statement: "ST-002", Value: UnderConsideration, AsOf: "2031-05-23"}}}, "2031-12-31").Text()
	for _, want := range []string{"under consideration (2 statements) (PS-001); said: will consider  [addressee]\n", "urges (1 statement)\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("text has no %q:\n%s", want, text)
		}
	}
}
