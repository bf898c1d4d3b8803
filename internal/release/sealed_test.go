package release

import (
	"encoding/json"
	"html/template"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/bundle"
)

// TestReadings: whatever a released file holds as text, one reading of it has the exact
// bytes, so that no escape hides a value.
func TestReadings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.RuneFrom([]rune("ab'<>&\"\\/\n\u2028é漢\U0001F54A;#3 9"))).Filter(func(s string) bool { return s != "" }).Draw(t, "value")
		quoted, err := json.Marshal(map[string]string{"k": "x" + value + "y"})
		if err != nil {
			t.Fatal(err)
		}
		page := []byte("<p id=\"p1\">x" + template.HTMLEscapeString(value) + "y</p>")
		for _, f := range []bundle.File{{Name: "a.json", Data: quoted}, {Name: "a.html", Data: page}} {
			all, text := readings([]bundle.File{f})
			if !strings.Contains(string(text), "x"+value+"y") {
				t.Fatalf("%s: %q is hidden in %q", f.Name, value, f.Data)
			}
			for i, s := range all {
				if string(text[s.start:s.start+len(s.text)]) != string(s.text) {
					t.Fatalf("reading %d is not where it says", i)
				}
				if s.raw != nil && len(s.raw) != len(s.text) {
					t.Fatalf("reading %d has %d places for %d bytes", i, len(s.raw), len(s.text))
				}
			}
		}
	})
}

// TestTagsHideNothing: a value cut by tags is found joined and apart.
func TestTagsHideNothing(t *testing.T) {
	_, text := readings([]bundle.File{{Name: "a.html", Data: []byte("<b>Dil</b>nur<br>Test")}})
	for _, want := range []string{"Dilnur", "nur Test"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not read", want)
		}
	}
}

// TestNoFindAcrossReadings: the end of one file and the beginning of another are no words.
func TestNoFindAcrossReadings(t *testing.T) {
	_, text := readings([]bundle.File{{Name: "a.txt", Data: []byte("Ali")}, {Name: "b.txt", Data: []byte("Hassan")}})
	f := fold(string(text))
	if f.index(phrase("Ali Hassan", 2)) >= 0 {
		t.Error("a name is read that nobody wrote")
	}
}

// TestHitsAt: places are files and lines or ids, each once.
func TestHitsAt(t *testing.T) {
	files := []bundle.File{{Name: "a.html", Data: []byte("<p id=\"p1\">no</p>\n<p id=\"p2\">a canary, a canary</p>")},
		{Name: "b.json", Data: []byte("{\n  \"k\": \"canary\"\n}\n")}, {Name: "c", Data: []byte("one\ntwo canary")}}
	all, text := readings(files)
	var spans []Span
	for at := 0; ; {
		i := strings.Index(string(text[at:]), "canary")
		if i < 0 {
			break
		}
		spans = append(spans, Span{at + i, at + i + 6})
		at += i + 6
	}
	var got []string
	for _, h := range hitsAt(all, spans) {
		got = append(got, h.Place)
		if strings.Contains(h.Place+h.What+h.Do, "canary") {
			t.Errorf("a hit repeats the value: %+v", h)
		}
		if h.Do != "Take it out of the text or put it in other words. A common word that is part of a sealed name passes in lower case once a public text of the case has it so." {
			t.Errorf("the way out: %s", h.Do)
		}
	}
	if s := strings.Join(got, "; "); s != "a.html, at p2; b.json, line 2; c, line 2" {
		t.Errorf("got %s", s)
	}
	hitsAt(all, []Span{{0, 0}, {len(text), len(text)}})
}

func FuzzReadings(f *testing.F) {
	f.Add([]byte("<p id=\"x\">a&amp;b</p>"))
	f.Add([]byte(`{"a":"\u0041"}`))
	f.Add([]byte("<&#;\xff>"))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, text := readings([]bundle.File{{Name: "a.html", Data: data}, {Name: "a.json", Data: data}})
		for at := range text {
			hitsAt(all, []Span{{at, at + 1}})
		}
	})
}
