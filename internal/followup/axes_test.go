package followup

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/record"
)

func TestAssessmentSettle(t *testing.T) {
	zone := time.FixedZone("east", 14*3600)
	now := time.Date(2031, 6, 29, 12, 0, 0, 0, time.UTC) // 30 June in the east
	good := Assessment{Recommendation: "R-01", Axis: Implementation, Value: "initial_steps", AsOf: "2031-06-30", Why: "one visit", Evidence: []string{"A-01"}, Confidence: "low"}
	tests := []struct {
		name   string
		change func(*Assessment)
		what   string
	}{
		{"whole, and today is today in the case's zone", func(*Assessment) {}, ""},
		{"without a day it is of today", func(a *Assessment) { a.AsOf = "" }, ""},
		{"a day to come", func(a *Assessment) { a.AsOf = "2031-07-01" }, "nobody can assess a day to come"},
		{"no day", func(a *Assessment) { a.AsOf = "2031-06" }, "an assessment is made as of one day"},
		{"no axis", func(a *Assessment) { a.Axis = "" }, "this is no axis"},
		{"position is no axis of assessments", func(a *Assessment) { a.Axis, a.Value = "position", Supported }, "this is no axis"},
		{"a value of another axis", func(a *Assessment) { a.Axis = Impact }, "this is no value of impact"},
		{"a position in place of a value", func(a *Assessment) { a.Value = Supported }, "this is no value of implementation"},
		{"no reason", func(a *Assessment) { a.Why = " " }, "the reason of the assessment is missing"},
		{"no evidence", func(a *Assessment) { a.Evidence = nil }, "initial_steps on R-01 has no evidence"},
		{"evidence named twice", func(a *Assessment) { a.Evidence = []string{"A-01", "A-01"} }, "the evidence is named twice"},
		{"no confidence", func(a *Assessment) { a.Confidence = "" }, "the confidence is missing"},
		{"another confidence", func(a *Assessment) { a.Confidence = "sure" }, "this is no confidence"},
		{"not assessed needs none", func(a *Assessment) { a.Value, a.Evidence, a.Confidence = NotAssessed, nil, "" }, ""},
		{"nor does insufficient information", func(a *Assessment) { a.Value, a.Evidence, a.Confidence = Insufficient, nil, "" }, ""},
		{"on impact too", func(a *Assessment) { a.Axis, a.Value, a.Evidence, a.Confidence = Impact, Insufficient, nil, "" }, ""},
		{"no change seen is something seen", func(a *Assessment) { a.Axis, a.Value, a.Evidence = Impact, "no_change_seen", nil }, "no_change_seen on R-01 has no evidence"},
	}
	for _, tt := range tests {
		a := good
		tt.change(&a)
		if err := a.settle(now, zone); (err == nil) != (tt.what == "") || err != nil && err.Error() != tt.what {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.what)
		} else if err == nil && a.AsOf != "2031-06-30" {
			t.Errorf("%s: as of %s", tt.name, a.AsOf)
		}
	}
}

// TestImpactIsNotShownByASearchLog: that lives changed, or did not, somebody has seen. What
// was looked for and not found can be a reason to say that nothing was done.
func TestImpactIsNotShownByASearchLog(t *testing.T) {
	now := time.Date(2031, 6, 30, 12, 0, 0, 0, time.UTC)
	for _, axis := range Axes() {
		for _, value := range AxisValues(axis) {
			for evidence, alone := range map[string]bool{"L-001": true, "L-001 L-002": true, "L-001 C-001": false, "S-001:4": false} {
				a := Assessment{Recommendation: "R-01", Axis: axis, Value: value, Why: "looked for", Evidence: strings.Fields(evidence), Confidence: "low"}
				err := a.settle(now, time.UTC)
				if refused := axis == Impact && value != Insufficient && alone; refused != (fault.KindOf(err) == fault.Refused) ||
					refused && !strings.HasPrefix(err.Error(), value+" on R-01 rests on search logs alone") {
					t.Errorf("%s %s by %s: %v", axis, value, evidence, err)
				}
			}
		}
	}
}

// TestNoAssessmentOlderThanItsRecommendation: a row is as old as its table says. A passage can
// report what was asked long before, so that nothing follows from the date of its source.
func TestNoAssessmentOlderThanItsRecommendation(t *testing.T) {
	for _, tt := range []struct {
		r    Recommendation
		asOf string
		ok   bool
	}{
		{Recommendation{ID: "R-01", Row: 3, Published: "2014-06"}, "2014-05-31", false}, {Recommendation{ID: "R-01", Row: 3, Published: "2014-06"}, "2014-06-01", true},
		{Recommendation{ID: "R-01", Row: 3, Published: "June"}, "1990-01-01", true}, {Recommendation{ID: "R-01", Row: 3}, "1990-01-01", true},
		{Recommendation{ID: "R-01", Published: "2014-06"}, "1990-01-01", true},
	} {
		err := Assessment{Recommendation: "R-01", AsOf: tt.asOf}.follows(tt.r)
		if tt.ok != (err == nil) || !tt.ok && (fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "R-01, which was made on 2014-06-01")) {
			t.Errorf("%+v as of %s: %v", tt.r, tt.asOf, err)
		}
	}
}

// TestLatestPerAxis: of one axis and one recommendation the latest as of the day counts, and
// of one day the one made last. Nothing else does.
func TestLatestPerAxis(t *testing.T) {
	a := func(id, rec string, axis Axis, value, on string, at int64) Assessment {
		return Assessment{ID: id, Recommendation: rec, Axis: axis, Value: value, AsOf: on, At: at}
	}
	all := []Assessment{
		a("AS-005", "R-01", Implementation, Implemented, "2031-07-01", 9),
		a("AS-001", "R-01", Implementation, "not_implemented", "2031-05-01", 1),
		a("AS-003", "R-01", Implementation, "initial_steps", "2031-06-30", 2),
		a("AS-002", "R-01", Implementation, "substantive_steps", "2031-06-30", 5),
		a("AS-004", "R-02", Implementation, "contrary_measures", "2031-06-30", 9),
		a("AS-006", "R-01", Impact, "strong_worsening", "2031-06-30", 9),
	}
	for day, want := range map[record.Date]string{"2031-04-30": "", "2031-05-01": "AS-001", "2031-06-29": "AS-001", "2031-06-30": "AS-002", "2031-07-01": "AS-005"} {
		got := ""
		if l := Latest(all, "R-01", Implementation, day); l != nil {
			got = l.ID
		}
		if got != want {
			t.Errorf("as of %s %q counts, want %q", day, got, want)
		}
	}
	if l := Latest(all, "R-01", ReplyQuality, "2031-12-31"); l != nil {
		t.Errorf("an axis that nobody assessed has %+v", l)
	}
}

// genLanes is one recommendation with anything on all four axes.
func genLanes(t *rapid.T) LanesInput {
	in := LanesInput{MatrixInput: genInput(t)}
	in.Recommendations = in.Recommendations[:1]
	for i := range rapid.IntRange(0, 12).Draw(t, "assessments") {
		axis := rapid.SampledFrom(Axes()).Draw(t, "axis")
		in.Assessments = append(in.Assessments, Assessment{ID: fmt.Sprintf("AS-%03d", i+1), Recommendation: rapid.SampledFrom([]string{"R-01", "R-02"}).Draw(t, "of"),
			Axis: axis, Value: rapid.SampledFrom(AxisValues(axis)).Draw(t, "value"), At: int64(i), AsOf: rapid.SampledFrom([]string{"2030-01-01", "2031-05-23", "2031-06-30", "2031-07-01"}).Draw(t, "as of")})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "actions") {
		in.Actions = append(in.Actions, Action{ID: fmt.Sprintf("A-%02d", i+1), Recommendations: []string{rapid.SampledFrom([]string{"R-01", "R-02"}).Draw(t, "on")},
			On: genDate.Draw(t, "done")})
	}
	return in
}

// TestFourAxesNeverMerged: whatever stands on three of the axes, the fourth is the same as
// when nothing stands there.
func TestFourAxesNeverMerged(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genLanes(t)
		whole := BuildLanes(in, "2031-06-30")
		only := func(axes ...Axis) Lanes {
			less := in
			less.Assessments = slices.DeleteFunc(slices.Clone(in.Assessments), func(a Assessment) bool { return !slices.Contains(axes, a.Axis) })
			if len(axes) > 0 { // and no position
				less.Statements, less.Positions, less.Actions = nil, nil, nil
			}
			return BuildLanes(less, "2031-06-30")
		}
		for name, pair := range map[string][2]any{
			"position":       {whole.Said, only().Said},
			"implementation": {whole.Done.Implementation, only(Implementation).Done.Implementation},
			"impact":         {whole.Seen.Impact, only(Impact).Seen.Impact},
			"reply quality":  {whole.Seen.ReplyQuality, only(ReplyQuality).Seen.ReplyQuality},
			"history":        {whole.Seen.History, only(Impact, ReplyQuality).Seen.History},
		} {
			got, _ := json.Marshal(pair[0])
			want, _ := json.Marshal(pair[1])
			if string(got) != string(want) {
				t.Fatalf("%s is %s, and alone %s", name, got, want)
			}
		}
	})
}

// TestValuesOfAxesAreApart: no word that is a judgement on one axis is one on another, and
// none is a position.
func TestValuesOfAxesAreApart(t *testing.T) {
	seen := map[string]string{}
	for _, v := range PositionValues() {
		seen[v] = "position"
	}
	for _, axis := range Axes() {
		for _, v := range AxisValues(axis) {
			if other := seen[v]; other != "" && v != Insufficient {
				t.Errorf("%q stands on %s and on %s", v, other, axis)
			}
			seen[v] = string(axis)
		}
	}
	if AxisValues("position") != nil {
		t.Error("position is an axis of assessments")
	}
}

// aside are words of something other than recommendations, in any number and order.
func aside(t *rapid.T) (out []record.Statement) {
	for i := range rapid.IntRange(1, 12).Draw(t, "aside") {
		s := st(fmt.Sprintf("ST-%d", 900+i), genActor.Draw(t, "who"), rapid.SampledFrom([]record.Stance{"rejects", "denies", "opposes", "criticises", "endorses"}).Draw(t, "how"),
			rapid.SampledFrom([]string{record.TargetReport, record.TargetRelease, record.TargetAccusations, record.TargetFinding, record.TargetOther}).Draw(t, "what"), "", genDate.Draw(t, "when"))
		if s.Target.Kind == record.TargetFinding {
			s.Target.ID = rapid.SampledFrom([]string{"F-01", "R-01"}).Draw(t, "finding")
		}
		out = append(out, s)
	}
	return out
}

// TestRejectingTheReportLeavesEachRecommendation: whatever anybody says of the report, the
// release, the accusations and findings, in any number and order, every cell of every
// recommendation, every position and every lane stays as it was, and no position can be
// read from it.
func TestRejectingTheReportLeavesEachRecommendation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genLanes(t)
		wide := genInput(t)
		words := aside(t)
		cells := func(in MatrixInput) string {
			m := BuildMatrix(in, "2031-06-30")
			b, _ := json.Marshal([]any{m.Recommendations, m.Rows})
			return string(b)
		}
		before := cells(wide)
		lanes, _ := json.Marshal(BuildLanes(in, "2031-06-30"))
		wide.Statements = rapid.Permutation(slices.Concat(wide.Statements, words)).Draw(t, "order")
		in.Statements = rapid.Permutation(slices.Concat(in.Statements, words)).Draw(t, "order of lanes")
		if after := cells(wide); after != before {
			t.Fatalf("cells were\n%s\nand are\n%s", before, after)
		}
		if after, _ := json.Marshal(BuildLanes(in, "2031-06-30")); string(after) != string(lanes) {
			t.Fatalf("lanes were\n%s\nand are\n%s", lanes, after)
		}
		for _, s := range words {
			for _, r := range wide.Recommendations {
				if err := maySet(r, s); fault.KindOf(err) != fault.Refused {
					t.Fatalf("%s of %s may set a position on %s: %v", s.Stance, s.Target.Kind, r.ID, err)
				}
			}
		}
		// Not even a position that somebody put there past the rule.
		for i, s := range words {
			for _, r := range wide.Recommendations {
				wide.Positions = append(wide.Positions, Position{ID: fmt.Sprintf("PS-%d%d", 900+i, len(r.ID)), Recommendation: r.ID, Statement: s.ID, Value: Rejected, AsOf: "2031-06-01", At: 9e15})
			}
		}
		if after := cells(wide); after != before {
			t.Fatalf("with positions read from them cells were\n%s\nand are\n%s", before, after)
		}
	})
}

func TestSearchedFor(t *testing.T) {
	log := func(id, actor, to string, recs ...string) SearchLog {
		return SearchLog{ID: id, Actor: actor, SearchedTo: to, Recommendations: recs}
	}
	r := rec("R-01", ministry, monitor)
	tests := []struct {
		name string
		logs []SearchLog
		want string // "" is refused
	}{
		{"nobody has looked", nil, ""},
		{"one of two addressees was searched for", []SearchLog{log("L-001", ministry, "2031-06-30", "R-01")}, ""},
		{"both", []SearchLog{log("L-002", monitor, "2031-07-01", "R-01"), log("L-001", ministry, "2031-06-30", "R-01", "R-02")}, "L-001 L-002"},
		{"a search that ends the day before", []SearchLog{log("L-002", monitor, "2031-06-29", "R-01"), log("L-001", ministry, "2031-06-30", "R-01")}, ""},
		{"a search for another recommendation", []SearchLog{log("L-002", monitor, "2031-06-30", "R-02"), log("L-001", ministry, "2031-06-30", "R-01")}, ""},
		{"the earliest log is named", []SearchLog{log("L-010", ministry, "2031-07-30", "R-01"), log("L-009", ministry, "2031-06-30", "R-01"), log("L-002", monitor, "2031-07-01", "R-01")}, "L-009 L-002"},
	}
	for _, tt := range tests {
		logs, err := searchedFor(r, "2031-06-30", tt.logs)
		if got := strings.Join(logs, " "); got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("%s: %q, %v", tt.name, got, err)
		}
		var f *fault.Error
		if err != nil && (!errors.As(err, &f) || f.Kind != fault.Refused || !strings.Contains(f.Do, "heed search-log --rec R-01")) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}

func TestActionSettle(t *testing.T) {
	const passage = "The Ministry of Order opened the depot to the Monitor for one day."
	good := Action{Recommendations: []string{"R-01"}, Actor: ministry, What: "one visit", On: "2031-05~", Source: "S-001", From: 3, To: 3, Words: "opened the depot to the Monitor"}
	tests := []struct {
		name   string
		change func(*Action)
		what   string
	}{
		{"whole", func(*Action) {}, ""},
		{"undated", func(a *Action) { a.On = "" }, ""},
		{"no words", func(a *Action) { a.Words = "" }, "the exact words are missing"},
		{"words that do not stand there", func(a *Action) { a.Words = "closed the depot" }, "the words do not stand in S-001:3 as written"},
		{"no recommendation", func(a *Action) { a.Recommendations = nil }, "an action needs the recommendations it bears on"},
		{"a recommendation twice", func(a *Action) { a.Recommendations = []string{"R-01", "R-01"} }, "the recommendation is named twice"},
		{"no actor", func(a *Action) { a.Actor = "" }, "the actor is missing"},
		{"nothing done", func(a *Action) { a.What = " " }, "the account of what was done is missing"},
		{"no date", func(a *Action) { a.On = "in May" }, "this is no date that can be read"},
	}
	for _, tt := range tests {
		a := good
		tt.change(&a)
		if err := a.settle(passage); (err == nil) != (tt.what == "") || err != nil && err.Error() != tt.what {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.what)
		}
	}
}
