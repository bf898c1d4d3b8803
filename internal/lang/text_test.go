package lang

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
)

// nothing are texts in which a reader sees nothing.
var nothing = []string{"", " ", "\n\t", "\u00a0", "\u00ad", "\u034f", "\u061c", "\u115f\u1160", "\u200b", "\u200c\u200d", "\u200e\u200f", "\u2060", "\u2063", "\u2800", "\u3000", "\u3164",
	"\ufe0f", "\ufeff", "\uffa0", "\U000e0061", "\U000e0100", "\U0001d159", " \u200b \u2800\u3164"}

func TestBlank(t *testing.T) {
	for _, s := range nothing {
		if !Blank(s) {
			t.Errorf("%+q is seen", s)
		}
	}
	for _, s := range []string{"a", ".", "0", "\u200ba", "ش", "中", "—", "\u0301a", "☃", "\u200d\U0001f469"} {
		if Blank(s) {
			t.Errorf("%+q is not seen", s)
		}
	}
}

// What nobody sees fills no field that must be filled, and more of it changes nothing.
func TestBlankLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, gap := rapid.String().Draw(t, "text"), rapid.SampledFrom(nothing).Draw(t, "gap")
		if Blank(s+gap) != Blank(s) || Blank(gap+s) != Blank(s) {
			t.Fatalf("%+q with %+q", s, gap)
		}
		if err := Text("reason", s, true); err == nil && Blank(s) {
			t.Fatalf("%+q is a reason", s)
		}
	})
}

func TestWrittenTexts(t *testing.T) {
	for _, tt := range []struct {
		s          string
		line, text string
	}{
		{"a reason", "", ""},
		{"", "is missing", "is missing"},
		{"\u3164", "is missing", "is missing"},
		{"two\nlines\tand a tab\r\n", "control characters", ""},
		{"a bell \a", "control characters", "control characters"},
		{"\xff", "no valid UTF-8", "no valid UTF-8"},
		{"a\u202eb", "direction override", "direction override"},
		{"a\u2067b\u2069", "direction override", "direction override"},
		{"\u200fشا\u200e a", "", ""},
	} {
		for what, got := range map[string]error{tt.line + " of a line": Line("reason", tt.s, true), tt.text + " of a text": Text("reason", tt.s, true)} {
			want, _, _ := strings.Cut(what, " of a ")
			if want == "" && got != nil || want != "" && (fault.KindOf(got) != fault.Invalid || !strings.Contains(got.Error(), want)) {
				t.Errorf("%+q: %v; want %s", tt.s, got, what)
			}
		}
	}
	if err := Text("note", "", false); err != nil {
		t.Errorf("what may be left out: %v", err)
	}
}
