package recordcmd

import (
	"testing"

	"heed/internal/record"
)

// Words that name the report, and no recommendation, are asked about when they are recorded
// as said of one.
func TestWordsThatNameSomethingElse(t *testing.T) {
	rec := record.Target{Kind: record.TargetRecommendation, ID: "R-01"}
	for _, tt := range []struct {
		target record.Target
		words  string
		want   string
	}{
		{rec, "firmly rejects the report of the Monitor", "report"}, {rec, "opposed the release", "release"}, {rec, "wantonly smears and slanders", "accusations"},
		{record.Target{Kind: record.TargetRecommendations}, "this assessment is void", "report"},
		{rec, "accepts the recommendation of the report", ""}, {rec, "will consider it", ""}, {record.Target{Kind: record.TargetReport}, "rejects the report", ""},
	} {
		if got := namesOther(record.Statement{Target: tt.target, Words: tt.words, Stance: record.Rejects}); got != tt.want {
			t.Errorf("%q of %s: %q", tt.words, tt.target, got)
		}
	}
	if got := namesOther(record.Statement{Target: rec, Words: "the release of all", Stance: record.Recommends}); got != "" {
		t.Errorf("who asks for a release names it: %q", got)
	}
}
