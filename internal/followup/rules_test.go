package followup

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/fault"
	"heed/internal/record"
)

func TestMaySet(t *testing.T) {
	said := func(speaker, onBehalfOf, kind, id string) record.Statement {
		s := st("ST-004", speaker, "rejects", kind, id, "2031-05-23")
		s.OnBehalfOf = onBehalfOf
		return s
	}
	tests := []struct {
		name string
		s    record.Statement
		what string // "" for allowed
	}{
		{"the addressee on this recommendation", said(ministry, "", record.TargetRecommendation, "R-01"), ""},
		{"the addressee on all of them", said(ministry, "", record.TargetRecommendations, "S-001"), ""},
		{"on all that another source asks", said(ministry, "", record.TargetRecommendations, "S-009"), "ST-004 is about the recommendations of another source, not about R-01"},
		{"on all that its own source asks, which is another", said(ministry, "", record.TargetRecommendations, ""), "ST-004 is about the recommendations of another source, not about R-01"},
		{"somebody on the addressee's behalf", said("A Spokesman", ministry, record.TargetRecommendation, "R-01"), ""},
		{"of the release", said(ministry, "", record.TargetRelease, ""), "ST-004 is about the release, not about R-01"},
		{"of the report", said(ministry, "", record.TargetReport, ""), "ST-004 is about the report, not about R-01"},
		{"of the accusations", said(ministry, "", record.TargetAccusations, ""), "ST-004 is about the accusations, not about R-01"},
		{"of a finding", said(ministry, "", record.TargetFinding, "F-01"), "ST-004 is about F-01, not about R-01"},
		{"of another recommendation", said(ministry, "", record.TargetRecommendation, "R-02"), "ST-004 is about R-02, not about R-01"},
		{"of something else", said(ministry, "", record.TargetOther, ""), "ST-004 is about something else, not about R-01"},
		{"somebody else", said(envoy, "", record.TargetRecommendation, "R-01"), "ST-004 was not said by or for an addressee of R-01"},
		{"an official speaking for somebody else", said(ministry, envoy, record.TargetRecommendation, "R-01"), "ST-004 was not said by or for an addressee of R-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := maySet(rec("R-01", ministry), tt.s)
			if tt.what == "" && err == nil {
				return
			}
			if err == nil || err.Error() != tt.what || fault.KindOf(err) != fault.Refused {
				t.Errorf("answer is %v, want %q", err, tt.what)
			}
		})
	}
}

func TestPositionSettle(t *testing.T) {
	tests := []struct{ value, asOf, saidOn, want, what string }{
		{Supported, "", "2031-05-23", "2031-05-23", ""},
		{Supported, "", "2031-05", "2031-05", ""},
		{Supported, "", "", "2031-06-30", ""},
		{Supported, "2031-06-01", "2031-05-23", "2031-06-01", ""},
		{Supported, "2031-05", "2031-05-23", "2031-05", ""},
		{Supported, "2031-05-22", "2031-05-23", "", "the position is dated before ST-001 was said"},
		{Supported, "1 June", "2031-05-23", "", "this is no date of the calendar"},
		{Supported, "2031-05-09", "", "", "the position is dated before R-01 was made"},
		{Supported, "1900-01-01", "", "", "the position is dated before R-01 was made"},
		{Supported, "2031-05", "", "2031-05", ""},
		{Supported, "2031-04-21", "2031-04-20", "2031-04-21", ""}, // of a draft that was answered
		{"declined", "", "2031-05-23", "", "this is no position"},
		{"", "", "2031-05-23", "", "this is no position"},
	}
	for _, tt := range tests {
		p := Position{Recommendation: "R-01", Value: tt.value, AsOf: tt.asOf}
		err := p.settle(st("ST-001", ministry, "accepts", record.TargetRecommendation, "R-01", tt.saidOn), "2031-06-30", "2031-05-10")
		switch {
		case tt.what == "" && (err != nil || p.AsOf != tt.want):
			t.Errorf("%+v: as of %q, %v", tt, p.AsOf, err)
		case tt.what != "" && (err == nil || err.Error() != tt.what || fault.KindOf(err) != fault.Invalid):
			t.Errorf("%+v: %v", tt, err)
		}
	}
}

// TestPositionWithoutADateTakesThatOfItsStatement: also where that is older than the
// document that makes the recommendation; nobody chose it.
func TestPositionWithoutADateTakesThatOfItsStatement(t *testing.T) {
	p := Position{Recommendation: "R-01", Value: Supported}
	if err := p.settle(st("ST-001", ministry, "accepts", record.TargetRecommendation, "R-01", ""), "2031-04-30", "2031-05-10"); err != nil || p.AsOf != "2031-04-30" {
		t.Errorf("as of %q, %v", p.AsOf, err)
	}
}

// TestPositionAgrees: a position cannot say the opposite of its own statement. Every
// stance either has its row in the table or leaves the judgement free.
func TestPositionAgrees(t *testing.T) {
	free := []record.Stance{record.Recommends, record.Urges, record.Confirms, record.Asserts}
	want := map[record.Stance]string{ // what is refused
		record.Endorses:      "noted rejected under_consideration contests_premise",
		record.Accepts:       "noted rejected under_consideration contests_premise",
		record.AcceptsInPart: "supported supported_already_implemented supported_being_implemented rejected under_consideration contests_premise",
		record.Notes:         "supported supported_already_implemented supported_being_implemented partially_supported rejected contests_premise",
		record.WillConsider:  "supported supported_already_implemented supported_being_implemented partially_supported rejected contests_premise",
		record.Criticises:    "supported supported_already_implemented supported_being_implemented",
		record.Opposes:       "supported supported_already_implemented supported_being_implemented partially_supported under_consideration",
		record.Rejects:       "supported supported_already_implemented supported_being_implemented partially_supported under_consideration",
		record.Denies:        "supported supported_already_implemented supported_being_implemented partially_supported under_consideration",
	}
	for _, stance := range record.Stances() {
		var refused []string
		for _, value := range PositionValues() {
			p := Position{Recommendation: "R-01", Value: value}
			err := p.settle(st("ST-004", ministry, stance, record.TargetRecommendation, "R-01", "2031-05-23"), "2031-05-23", "")
			if err == nil {
				continue
			}
			refused = append(refused, value)
			if says := "ST-004 " + StanceWords(stance) + ", which contradicts " + value + " on R-01"; err.Error() != says || fault.KindOf(err) != fault.Refused {
				t.Errorf("%s, %s: %v", stance, value, err)
			}
		}
		if got := strings.Join(refused, " "); got != want[stance] || (got == "") != slices.Contains(free, stance) {
			t.Errorf("%s refuses %q, want %q", stance, got, want[stance])
		}
	}
}

func TestRecommendationSettle(t *testing.T) {
	const passage = "The Monitor calls on the Ministry of Order to release everyone held at the depot."
	tests := []struct {
		name     string
		r        Recommendation
		what     string
		verb     string
		category int
	}{
		{"words as written", Recommendation{Words: "release everyone held", Addressees: []string{ministry}}, "", "release", 5},
		{"verb given", Recommendation{Words: "release everyone held", Verb: "Continue", Addressees: []string{ministry}}, "", "Continue", 2},
		{"verb given that nobody has judged", Recommendation{Words: "release everyone held", Verb: "liberate", Addressees: []string{ministry}}, "", "liberate", 0},
		{"a category cannot be given", Recommendation{Words: "everyone held", Category: 5, Addressees: []string{ministry}}, "", "", 0},
		{"words that differ by case", Recommendation{Words: "Release everyone held", Addressees: []string{ministry}}, "the words do not stand in S-001:3 as written", "", 0},
		{"no words", Recommendation{Addressees: []string{ministry}}, "the exact words are missing", "", 0},
		{"no addressee", Recommendation{Words: "release everyone held"}, "a recommendation needs somebody it is made to", "", 0},
		{"an addressee without a name", Recommendation{Words: "release everyone held", Addressees: []string{ministry, " "}}, "an addressee among them is empty", "", 0},
		{"a text that would come back changed", Recommendation{Words: "release everyone held", Text: "a\xff", Addressees: []string{ministry}}, "the text of the recommendation is no valid UTF-8", "", 0},
		{"a text in another order", Recommendation{Words: "release everyone held", Text: "a\u202eb", Addressees: []string{ministry}}, "the text holds a direction override: a reader would see another order than the one that is checked", "", 0},
		{"words that begin inside a word", Recommendation{Words: "lease everyone held", Addressees: []string{ministry}}, "the words begin or end inside a word of S-001:3", "", 0},
		{"a text that would drive a terminal", Recommendation{Words: "release everyone held", Text: "a\x1b[2J", Addressees: []string{ministry}}, "the text of the recommendation holds control characters", "", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.r.Source, tt.r.From, tt.r.To = "S-001", 3, 3
			err := tt.r.settle(passage)
			switch {
			case tt.what == "" && (err != nil || tt.r.Verb != tt.verb || tt.r.Category != tt.category || tt.r.Text != tt.r.Words):
				t.Errorf("verb %q, category %d, text %q, %v", tt.r.Verb, tt.r.Category, tt.r.Text, err)
			case tt.what != "" && (err == nil || err.Error() != tt.what):
				t.Errorf("answer is %v, want %q", err, tt.what)
			}
		})
	}
}

func TestSearchLogSettle(t *testing.T) {
	zone := time.FixedZone("east", 14*3600)
	now := time.Date(2031, 6, 29, 12, 0, 0, 0, time.UTC) // 30 June in the east
	good := SearchLog{Actor: ministry, SearchedTo: "2031-06-30", Where: "press", Recommendations: []string{"R-01"}}
	tests := []struct {
		name   string
		change func(*SearchLog)
		what   string
	}{
		{"whole, and today is today in the case's zone", func(*SearchLog) {}, ""},
		{"days to come", func(l *SearchLog) { l.SearchedTo = "2031-07-01" }, "a search cannot cover days to come"},
		{"no day", func(l *SearchLog) { l.SearchedTo = "2031-06" }, "a search reaches to one day"},
		{"no actor", func(l *SearchLog) { l.Actor = " " }, "the actor whose words were looked for is missing"},
		{"no place", func(l *SearchLog) { l.Where = "" }, "the place that was searched is missing"},
		{"no recommendation", func(l *SearchLog) { l.Recommendations = nil }, "a search log needs the recommendations it was about"},
	}
	for _, tt := range tests {
		l := good
		tt.change(&l)
		if err := l.settle(now, zone); (err == nil) != (tt.what == "") || err != nil && err.Error() != tt.what {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.what)
		}
	}
}

func TestVerbs(t *testing.T) {
	tests := []struct {
		words, verb string
		category    int
	}{
		{"share information on the depot", "share information", 1},
		{"continue to investigate", "continue", 2},
		{"consider ratifying the convention", "consider", 3},
		{"fully review its laws", "review", 3},
		{"take prompt steps to release all individuals", "take steps", 4},
		{"take, as a matter of urgency, steps", "", 0}, // too far apart
		{"strengthen oversight", "strengthen", 4},
		{"Release everyone held", "release", 5},
		{"liberate everyone", "", 0},
		{"الإفراج عن الجميع", "", 0},
		{"", "", 0},
	}
	for _, tt := range tests {
		if verb := VerbIn(tt.words); verb != tt.verb || CategoryOf(verb) != tt.category {
			t.Errorf("%q: %q %d, want %q %d", tt.words, verb, CategoryOf(verb), tt.verb, tt.category)
		}
	}
	seen := map[string]int{}
	for category, list := range actionVerbs {
		for _, verb := range strings.Split(list, ", ") {
			if other, twice := seen[verb]; twice {
				t.Errorf("%q stands in categories %d and %d", verb, other, category)
			}
			seen[verb] = category
		}
	}
	if CategoryWords(0) != "not judged" || CategoryWords(5) != "specific" || CategoryWords(-1) != "not judged" {
		t.Error("categories are worded wrongly")
	}
}

// TestSilenceIsNoPosition: whoever wants to record that nobody answered is told to record
// how far somebody looked, however they write it.
func TestSilenceIsNoPosition(t *testing.T) {
	for _, value := range []string{"silent", "Silent", "no_response", "no response", "no_reply", "not_searched", "none"} {
		p := Position{Recommendation: "R-01", Value: value}
		for name, err := range map[string]error{
			"from a statement": p.settle(st("ST-001", ministry, "accepts", record.TargetRecommendation, "R-01", "2031-05-23"), "2031-05-23", ""),
			"from a row":       p.settleRow(imported("R-01", 12, ministry)),
		} {
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Refused || !strings.Contains(f.Do, "heed search-log --rec R-01") {
				t.Errorf("%q %s: %v", value, name, err)
			}
		}
	}
}

// TestPositionOfARow: the coding of a row binds the one addressee of that row only.
func TestPositionOfARow(t *testing.T) {
	p := Position{Recommendation: "R-01", Statement: "ST-001", Value: Supported, AsOf: "2031", Reported: "Accepted"}
	if err := p.settleRow(imported("R-01", 12, ministry)); err != nil || p.Row != 12 || p.Source != "S-005" || p.Statement != "" {
		t.Errorf("position is %+v, %v", p, err)
	}
	for what, r := range map[string]Recommendation{"R-01 is no row of a table": rec("R-01", ministry),
		"R-01 has several addressees, and its row does not say whose answer it holds": imported("R-01", 12, ministry, monitor)} {
		p := Position{Recommendation: "R-01", Value: Supported}
		if err := p.settleRow(r); err == nil || err.Error() != what {
			t.Errorf("answer is %v, want %q", err, what)
		}
	}
}

// imported is a recommendation that stands in a row of a table.
func imported(id string, row int, to ...string) Recommendation {
	return Recommendation{ID: id, Text: "Open the depot", Source: "S-005", Row: row, Words: "Open the depot", Addressees: to, Category: 5, CategoryBy: "the table", Response: "Accepted"}
}

// TestAddressOfARow: what stands in no sentence says in which row it stands.
func TestAddressOfARow(t *testing.T) {
	later := rec("R-02", ministry)
	later.Edition = 2
	for want, r := range map[string]Recommendation{"S-005 row 12": imported("R-01", 12, ministry), "S-001:3": rec("R-01", ministry), "S-001/2:3": later} {
		if got := r.Address().String(); got != want {
			t.Errorf("address is %s, want %s", got, want)
		}
	}
}

// TestActorsAreKeptOnceAndWhole: "A,,B, A" misses a name, and "A,B, A" holds two.
func TestActorsAreKeptOnceAndWhole(t *testing.T) {
	for _, tt := range []struct {
		list []string
		want string
	}{
		{[]string{ministry}, ministry}, {[]string{" Depot Office ", ministry, "Depot Office", "\t" + ministry}, "Depot Office|" + ministry},
		{[]string{"Depot Office", "depot office"}, "Depot Office|depot office"},
		{[]string{ministry, "", "Depot Office"}, ""}, {[]string{" "}, ""}, {[]string{ministry, ""}, ""},
	} {
		r := Recommendation{ID: "R-01", Source: "S-001", From: 1, To: 1, Words: "release everyone", Addressees: tt.list}
		given := slices.Clone(tt.list)
		err := r.settle("It should release everyone.")
		if got := strings.Join(r.Addressees, "|"); got != tt.want || (err == nil) != (tt.want != "") || err != nil && err.Error() != "an addressee among them is empty" {
			t.Errorf("%q are kept as %q, %v", tt.list, got, err)
		}
		if !slices.Equal(given, tt.list) {
			t.Errorf("the list that was given became %q", tt.list)
		}
	}
}
