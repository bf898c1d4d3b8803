package corroborate

import (
	"strings"
	"testing"

	"heed/internal/record"
)

// A text is worded under the weakest of the findings it stands on, and on none it
// concludes nothing.
func TestWordingUnderTheWeakest(t *testing.T) {
	finding := func(s record.Standard, outcome string) Finding { return Finding{Standard: s, Outcome: outcome} }
	grounds, doubt := finding(record.ReasonableGrounds, Met), finding(record.BeyondReasonableDoubt, Met)
	open, unjudged := finding(record.BeyondReasonableDoubt, NotMet), finding(record.ReasonableGrounds, "")
	law, maybe := grounds, grounds
	law.Legal, maybe.Legal = Qualification{Modality: Is}, Qualification{Modality: MayConstitute}
	for _, tt := range []struct {
		text  string
		under []Finding
		want  string // "" for nothing
	}{
		{"It is reasonable to conclude that a person was held.", []Finding{grounds}, ""},
		{"It is proven that a person was held.", []Finding{doubt}, ""},
		{"It is proven that a person was held.", []Finding{doubt, grounds}, "“proven” claims more than reasonable_grounds"},
		{"It is proven that a person was held.", []Finding{grounds, doubt}, "“proven” claims more than reasonable_grounds"},
		{"It is proven that a person was held.", []Finding{doubt, open}, "“proven” claims more than the outcome not_met"},
		{"It is proven that a person was held.", []Finding{open, doubt, unjudged}, "“proven” claims more than the outcome not_met"},
		{"It did not happen.", []Finding{unjudged, open}, "says that it is not so"},
		{"It could not be confirmed that a person was held.", []Finding{open}, ""},
		{"A person was held.", nil, ""},
		{"The ministry says that nobody was held; the case is “proven”.", nil, ""},
		{"It is reasonable to conclude that a person was held.", nil, "“reasonable to conclude” is a word for what was concluded, and no finding is cited"},
		{"It is established that a person was held.", nil, "“established” is a word for what was concluded"},
		{"It is a crime against humanity.", []Finding{law, grounds}, ""},
		{"It is a crime against humanity.", []Finding{law, maybe}, "may constitute"},
		{"It is a crime against humanity.", []Finding{grounds}, "may constitute"},
		{"It is a crime against humanity.", nil, "no finding is cited"},
	} {
		got := strings.Join(Wording(tt.text, tt.under...), "\n")
		if (got == "") != (tt.want == "") || !strings.Contains(got, tt.want) {
			t.Errorf("%s under %v: got %q, want %q", tt.text, tt.under, got, tt.want)
		}
	}
}
