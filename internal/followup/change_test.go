package followup

import (
	"encoding/json"
	"testing"
	"time"

	"heed/internal/fault"
	"heed/internal/record"
)

// TestDeadlinePasses: a deadline ends with its latest day, in the zone that it was set in.
func TestDeadlinePasses(t *testing.T) {
	r := rec("R-01", ministry)
	for _, tt := range []struct {
		deadline, zone string
		at             time.Time
		passed         bool
	}{
		{"2031-06-30", "UTC", record.Date("2031-06-30").End(time.UTC), false},
		{"2031-06-30", "UTC", record.Date("2031-07-01").End(time.UTC), true},
		{"2031-06", "UTC", record.Date("2031-06-29").End(time.UTC), false},
		{"2031", "UTC", record.Date("2031-12-31").End(time.UTC), false},
		{"2031", "UTC", record.Date("2032-01-01").End(time.UTC), true},
		{"2031-06-30", "Asia/Tokyo", time.Date(2031, 6, 30, 15, 0, 0, 0, time.UTC), true},
		{"2031-06-30", "America/New_York", time.Date(2031, 7, 1, 3, 0, 0, 0, time.UTC), false},
		{"", "", time.Date(2999, 1, 1, 0, 0, 0, 0, time.UTC), false},
	} {
		r.Deadline, r.DeadlineZone = tt.deadline, tt.zone
		if got := r.Passed(tt.at); got != tt.passed {
			t.Errorf("%q in %s, at %s: passed %v", tt.deadline, tt.zone, tt.at, got)
		}
	}
}

func to[T any](v T) *T { return &v }

func TestChangeApplies(t *testing.T) {
	base := rec("R-01", ministry)
	base.CategoryBy = ByVerb
	zone, err := time.LoadLocation("Europe/Zurich")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		c    Change
		want func(*Recommendation)
		what string
	}{
		{"nothing", Change{}, func(*Recommendation) {}, ""},
		{"a deadline has the zone of the case", Change{Deadline: to("2032-03")}, func(r *Recommendation) { r.Deadline, r.DeadlineZone = "2032-03", "Europe/Zurich" }, ""},
		{"a deadline nobody can read", Change{Deadline: to("soon")}, nil, "this is no date of the calendar"},
		{"an uncertain deadline", Change{Deadline: to("2032~")}, nil, "this is no date of the calendar"},
		{"a verb has its category", Change{Verb: to("consider")}, func(r *Recommendation) { r.Verb, r.Category = "consider", 3 }, ""},
		{"a verb that nobody has judged", Change{Verb: to("liberate")}, func(r *Recommendation) { r.Verb, r.Category, r.CategoryBy = "liberate", 0, "" }, ""},
		{"without a verb that of the words counts", Change{Verb: to("")}, func(*Recommendation) {}, ""},
		{"lists", Change{Themes: &[]string{"detention"}, Affected: &[]string{"detainees"}, GroupsWith: &[]string{"R-02"}, FollowsFrom: &[]string{"F-01"}},
			func(r *Recommendation) {
				r.Themes, r.Affected, r.GroupsWith, r.FollowsFrom = []string{"detention"}, []string{"detainees"}, []string{"R-02"}, []string{"F-01"}
			}, ""},
		{"a theme twice", Change{Themes: &[]string{"detention", "detention"}}, nil, "the theme is named twice"},
		{"beside itself", Change{GroupsWith: &[]string{"R-01"}}, nil, "R-01 cannot stand beside or in the place of itself"},
		{"in its own place", Change{Supersedes: &[]string{"R-01"}}, nil, "R-01 cannot stand beside or in the place of itself"},
		{"words that drive a terminal", Change{Criterion: to("a\x1b[2J")}, nil, "the criterion holds control characters"},
	}
	for _, tt := range tests {
		got, err := base.applied(tt.c, zone)
		if tt.what != "" {
			if err == nil || err.Error() != tt.what || fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v, want %q", tt.name, err, tt.what)
			}
			continue
		}
		want := base
		tt.want(&want)
		g, _ := json.Marshal(got)
		w, _ := json.Marshal(want)
		if err != nil || string(g) != string(w) {
			t.Errorf("%s: %s, %v, want %s", tt.name, g, err, w)
		}
	}
}

// TestCodedCategoryStays: what a table coded is kept with whose coding it is, until a
// person gives the verb.
func TestCodedCategoryStays(t *testing.T) {
	r := imported("R-01", 12, ministry)
	r.Category, r.CategoryBy = 2, "the table"
	if got, err := r.applied(Change{Themes: &[]string{"detention"}}, time.UTC); err != nil || got.Category != 2 || got.CategoryBy != "the table" {
		t.Errorf("another change made it %d by %q, %v", got.Category, got.CategoryBy, err)
	}
	if got, err := r.applied(Change{Verb: to("open")}, time.UTC); err != nil || got.Category != 5 || got.CategoryBy != ByVerb {
		t.Errorf("a verb made it %d by %q, %v", got.Category, got.CategoryBy, err)
	}
	r.Category = 6
	if _, err := r.applied(Change{}, time.UTC); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a category of 6: %v", err)
	}
}

func TestNoCircleOfSupersessions(t *testing.T) {
	before := map[string][]string{"R-01": {"R-02"}, "R-02": {"R-03", "R-04"}, "R-04": {"R-04"}}
	find := func(id string) ([]string, error) { return before[id], nil }
	for _, tt := range []struct {
		id, of string
		ok     bool
	}{{"R-09", "R-01", true}, {"R-03", "R-09", true}, {"R-03", "R-01", false}, {"R-02", "R-01", false}} {
		r := rec(tt.id, ministry)
		r.Supersedes = []string{tt.of}
		if err := acyclic(r, find); (err == nil) != tt.ok {
			t.Errorf("%s in place of %s: %v", tt.id, tt.of, err)
		}
	}
}

// TestEarlierVersionsStayEqual: what the ledger of an older case holds is written back byte
// for byte, or its commitments would not hold any more.
func TestEarlierVersionsStayEqual(t *testing.T) {
	for _, tt := range []struct {
		v    any
		text string
	}{
		{&Recommendation{}, `{"id":"R-01","text":"release everyone","source":"S-001","from":1,"to":1,"words":"release everyone","issuer":"Arvenia Monitor","addressees":["Ministry of Order"],"verb":"release","category":5,"by":"M-01","at":1}`},
		{&Position{}, `{"id":"PS-001","recommendation":"R-01","statement":"ST-001","source":"S-001","value":"noted","as_of":"2031-05-23","why":"it says so","by":"M-01","at":1}`},
		{&SearchLog{}, `{"id":"L-001","recommendations":["R-01"],"actor":"Ministry of Order","searched_to":"2031-05-23","where":"press","by":"M-01","at":1}`},
	} {
		if err := json.Unmarshal([]byte(tt.text), tt.v); err != nil {
			t.Fatal(err)
		}
		if got, _ := json.Marshal(tt.v); string(got) != tt.text {
			t.Errorf("%s\nis written back as\n%s", tt.text, got)
		}
	}
}
