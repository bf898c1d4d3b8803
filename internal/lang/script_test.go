package lang

import (
	"testing"

	"pgregory.net/rapid"
)

func TestScripts(t *testing.T) {
	tests := []struct {
		text, script string
		want         bool
	}{
		{"Ilan Dorr", "Latn", true}, {"Ýusup O‘g‘li", "Latn", true}, {"Илан", "Cyrl", true}, {"Илан", "Latn", false}, {"Ilаn", "Latn", false}, // a Cyrillic а
		{"ئىلان دور", "Arab", true}, {"伊兰", "Hans", true}, {"伊兰", "Hani", true}, {"伊兰", "Jpan", true}, {"いらん伊", "Jpan", true}, {"いらん", "Hani", false},
		{"이란", "Kore", true}, {"אילן", "Hebr", true}, {"Ίλαν", "Grek", true}, {"इलान", "Deva", true}, {"อิลาน", "Thai", true}, {"อิลาน", "Laoo", false},
		{"12", "Latn", false}, {"", "Latn", false}, {"ⵉⵍⴰⵏ", "Tfng", true},
	}
	for _, tt := range tests {
		if got := Written(tt.text, tt.script); got != tt.want {
			t.Errorf("%s in %s: %v", tt.text, tt.script, got)
		}
	}
	for text, want := range map[string]string{"Ilan": "Latn", "伊兰": "Hani", "Илан": "Cyrl", "Ilan Илан": "", "...": ""} {
		if got := ScriptOf(text); got != want {
			t.Errorf("%s is in %q", text, got)
		}
	}
}

// A script that was found in the letters is one that they can be written in.
func TestScriptLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		if script := ScriptOf(s); script != "" && !Written(s, script) {
			t.Fatalf("%q is in %s, and is not", s, script)
		}
	})
}
