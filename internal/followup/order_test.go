package followup

import (
	"testing"
	"time"

	"heed/internal/record"
)

// TestMatrixOrder: which of several statements or positions speaks for a cell, where
// their dates alone do not say.
func TestMatrixOrder(t *testing.T) {
	recorded := time.Date(2031, 6, 29, 0, 0, 0, 0, time.UTC).UnixMicro()
	undated := st("ST-003", envoy, "opposes", record.TargetRecommendation, "R-01", "")
	undated.At = recorded
	early := st("ST-002", envoy, "urges", record.TargetRecommendation, "R-01", "2031-06-01")
	vague := st("ST-009", envoy, "criticises", record.TargetRecommendation, "R-01", "2031-06")
	exact := st("ST-001", envoy, "notes", record.TargetRecommendation, "R-01", "2031-06-30")
	later := st("ST-000", envoy, "accepts", record.TargetRecommendation, "R-01", "2031-06-30")
	later.At = recorded
	tests := []struct {
		name  string
		said  []record.Statement
		shows string
		first string // the newest statement
	}{
		{"an undated one, recorded later, does not overtake a dated one", []record.Statement{undated, early}, "urges", "ST-002"},
		{"of one last day the exact date comes before the vague one", []record.Statement{vague, exact}, "notes / criticises", "ST-001"},
		{"of one day the one recorded last comes first", []record.Statement{exact, later}, "accepts / notes", "ST-000"},
	}
	for _, tt := range tests {
		m := BuildMatrix(MatrixInput{Recommendations: []Recommendation{rec("R-01", ministry)}, Statements: tt.said}, "2031-06-30")
		if c := on(t, m, envoy, "R-01"); c.Shows != tt.shows || c.Statements[0].Statement != tt.first {
			t.Errorf("%s: shows %q, first %s; want %q, %s", tt.name, c.Shows, c.Statements[0].Statement, tt.shows, tt.first)
		}
	}
	m := BuildMatrix(MatrixInput{Recommendations: []Recommendation{rec("R-100", ministry), rec("R-99", ministry), rec("R-01", ministry)},
		Statements: []record.Statement{st("ST-001", ministry, "accepts", record.TargetRecommendation, "R-01", "2031-06-01")},
		Positions: []Position{{ID: "PS-001", Recommendation: "R-01", Statement: "ST-001", Value: Supported, AsOf: "2031-06-01", At: 9},
			{ID: "PS-002", Recommendation: "R-01", Statement: "ST-001", Value: Unclear, AsOf: "2031-06-01", At: 2}}}, "2031-06-30")
	if c := on(t, m, ministry, "R-01"); c.Position.ID != "PS-001" {
		t.Errorf("of two positions of one date %s counts, want the one recorded last", c.Position.ID)
	}
	if m.Recommendations[1].ID != "R-99" || m.Recommendations[2].ID != "R-100" {
		t.Error("R-100 stands before R-99")
	}
}

// TestSameActor: a match decides whose position words set, so little may differ.
func TestSameActor(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		same bool
	}{
		{"Côte d'Ivoire", "Co\u0302te d'Ivoire", true},
		{"Ministry of Order", " ministry  of ORDER\u200f", true},
		{"Côte d'Ivoire", "Cote d'Ivoire", false},
		{"Ministry of Order", "The Ministry of Order", false},
		{"وزارة النظام", "وزاره النظام", false},
	} {
		if got := sameActor(tt.a, tt.b); got != tt.same {
			t.Errorf("sameActor(%q, %q) = %v", tt.a, tt.b, got)
		}
	}
}
