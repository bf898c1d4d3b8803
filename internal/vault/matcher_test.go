package vault

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"heed/internal/lang"
	"heed/internal/seal"
)

type sealed struct {
	kind  seal.Kind
	value string
}

func leaks(text string, open []string, values ...sealed) []Found {
	q := Query{Text: []byte(text)}
	for _, o := range open {
		q.Open = append(q.Open, []byte(o))
	}
	m := newMatcher(q)
	for _, v := range values {
		m.add(v.kind, []byte(v.value))
	}
	return m.found()
}

// places turns what is between ⟦ and ⟧ into positions of the text without them.
func places(marked string) (text string, want []Found) {
	var b strings.Builder
	for _, r := range marked {
		switch r {
		case '⟦':
			want = append(want, Found{Start: b.Len()})
		case '⟧':
			want[len(want)-1].End = b.Len()
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), want
}

const testimony = "They came on a Tuesday in the spring. They took Dorvane Kessim and me to the building behind the mill. " +
	"We were nineteen in one room, and nobody told us why. Later Kessim was moved to Block7. Mr. Ostrel counted us each night."

// redacted is the working text of testimony: names and places replaced.
const redacted = "They came on a Tuesday in the spring. They took [P-12] and me to the building behind the mill. " +
	"We were nineteen in one room, and nobody told us why. Later [P-12] was moved to [L-3]. [P-13] counted us each night."

// In each text the places that must be found stand in ⟦ ⟧; nothing else may be found.
func TestLeaks(t *testing.T) {
	name := []sealed{{seal.Name, "Dorvane Kessim"}}
	tests := []struct {
		name   string
		values []sealed
		open   []string
		text   string
	}{
		{"as it is", name, nil, "They took ⟦Dorvane Kessim⟧ away."},
		{"nothing there", name, nil, "They took a witness away."},
		{"no values", nil, nil, "They took Dorvane Kessim away."},
		{"upper case", name, nil, "They took ⟦DORVANE KESSIM⟧ away."},
		{"lower case", name, nil, "mail ⟦dorvane kessim⟧ now"},
		{"inside a word", name, nil, "the ⟦Dorvane Kessimites⟧"},
		{"with marks", name, nil, "They took ⟦Dörväne Késsîm⟧ away."},
		{"value with marks", []sealed{{seal.Name, "Dörväne Késsîm"}}, nil, "They took ⟦Dorvane Kessim⟧ away."},
		{"decomposed", []sealed{{seal.Name, "Dörväne Késsîm"}}, nil, "They took " + norm.NFD.String("⟦Dörväne Késsîm⟧") + " away."},
		{"full width", name, nil, "They took ⟦Ｄｏｒｖａｎｅ　Ｋｅｓｓｉｍ⟧ away."},
		{"invisible characters", name, nil, "They took ⟦Dor\u00ADvane\u200D Kes\u200Bsim⟧ away."},
		{"over a line", name, nil, "They took ⟦Dorvane \n\t Kessim⟧ away."},
		{"hyphenated at a line's end", name, nil, "They took ⟦Dorvane Kes-\nsim⟧ away."},
		{"letters apart", name, nil, "They took ⟦D o r v a n e  K e s s i m⟧ away."},
		{"in an address", name, nil, "mail ⟦dorvane.kessim⟧@example.org or /⟦dorvanekessim⟧/"},
		{"family name alone", name, nil, "⟦Kessim⟧ was there, and a ⟦kessimite⟧, no akessim."},
		{"words turned round", name, nil, "⟦KESSIM, Dorvane⟧"},
		{"a value of three letters is a word and no part of one", []sealed{{seal.Name, "Ali"}}, nil, "the nationality of ⟦ali⟧"},
		{"two words of few letters", []sealed{{seal.Name, "A Li"}}, nil, "alpine, ⟦a  li⟧"},
		{"a file name that is in general use", []sealed{{seal.FileName, "Interview_02 final.txt"}}, nil, "an interview; 02; ⟦interview_02 final.txt⟧"},
		{"a file name with anything else in it", []sealed{{seal.FileName, "interview_orvane.txt"}}, nil, "an ⟦interview_orvane⟧"},
		{"short words of a name do not count alone", []sealed{{seal.Name, "Dor Kes"}}, nil, "a dor came, and so did a kes, but we asked for ⟦Dor Kes⟧"},
		{"four letters count alone", []sealed{{seal.Name, "Dorv Kes"}}, nil, "a ⟦dorv⟧, dorvs, and then no kes"},
		{"in open texts all the same", name, []string{"Dorvane Kessim said so in public."}, "⟦Dorvane Kessim⟧ said so in public."},
		{"one word of a name in open texts", name, []string{"Kessim was a general."}, "He met ⟦Kessim⟧."},
		{"place", []sealed{{seal.Place, "Mill Street, Orvane"}}, nil, "in ⟦Orvane⟧, on a ⟦street⟧ near the ⟦mill⟧"},
		{"note as a whole", []sealed{{seal.Note, "has a scar"}}, nil, "The witness ⟦has a  scar⟧; a scar, we were told."},
		{"six words of a note", []sealed{{seal.Note, "call only after nine, at the sister's house"}}, nil, "to ⟦call only after nine at the⟧ office; call only after nine"},
		{"six words of a note in open texts", []sealed{{seal.Note, "call only after nine, at the sister's house"}}, []string{"call only after nine at the gate"},
			"to ⟦call only after nine at the⟧ office"},
		{"file name", []sealed{{seal.FileName, "dorvane_mill.docx"}}, nil, "see ⟦Dorvane_Mill.docx⟧ and ⟦dorvane_mill⟧, not dorvane nor mill"},
		{"hidden file", []sealed{{seal.FileName, ".profile"}}, nil, "see ⟦.profile⟧"},
		{"Arabic variants", []sealed{{seal.Name, "أحمد الكاشغري"}}, nil, "قال ⟦احمد الكاشغرى⟧ إن"},
		{"Arabic with vowel signs and tatweel", []sealed{{seal.Name, "أحمد الكاشغري"}}, nil, "قال ⟦أَحْمَـــد الكاشغري⟧ إن"},
		{"Persian letters", []sealed{{seal.Name, "كريم كيا"}}, nil, "گفت ⟦کریم کیا⟧ که"},
		{"Cyrillic", []sealed{{seal.Name, "Дорване Кессим"}}, nil, "сказал ⟦ДОРВАНЕ КЕССИМ⟧."},
		{"Chinese", []sealed{{seal.Name, "欧阳·小明"}}, nil, "他说⟦欧阳·小明⟧在那里，⟦小明⟧也在，小红不在。"},
		{"one Chinese character of a name", []sealed{{seal.Name, "王·小明"}}, nil, "国王说⟦小明⟧来了"},
		{"Korean with a particle", []sealed{{seal.Name, "김 철수"}}, nil, "그는 ⟦철수⟧를 보았다"},
		{"percent-encoded", name, nil, "/find?q=⟦Dorvane%20Kessim⟧&x=1"},
		{"percent-encoded, all of it", []sealed{{seal.Name, "Дора"}}, nil, "/find?q=⟦" + url.QueryEscape("дора") + "⟧&x=1"},
		{"character references", []sealed{{seal.Name, "Dora O'Kess"}}, nil, "<p>⟦D&#111;ra O&#39;Kess⟧</p>"},
		{"JSON escapes", []sealed{{seal.Name, "Dora Kess"}}, nil, `{"by":"⟦Dora\nK\u0065ss⟧"}`},
		{"JSON surrogates", []sealed{{seal.Name, "𐐔𐐯𐑅"}}, nil, `{"by":"⟦\ud801\udc14\ud801\udc2f\ud801\udc45⟧"}`},
		{"hex", name, nil, "x=⟦" + strings.ToUpper(hex.EncodeToString([]byte("Dorvane Kessim"))) + "⟧."},
		{"value ends with a line", []sealed{{seal.Name, " Dorvane Kessim\r\n"}}, nil, "They took ⟦Dorvane Kessim⟧."},
		{"value in UTF-16", []sealed{{seal.Name, wide("Dorvane Kessim")}}, nil, "They took ⟦Dorvane Kessim⟧."},
		{"a value that is no text", []sealed{{seal.Note, "\xff\x00\xfe\x01"}}, nil, "x\xff\x00y ⟦\xff\x00\xfe\x01⟧"},
		{"no letter to look for", []sealed{{seal.Name, ""}, {seal.Note, " \n"}, {seal.FileName, "-"}, {seal.Name, "—"}, {seal.FileName, "1.pdf"}}, nil, "a - b — 1, 21"},
		{"interview run", []sealed{{seal.Original, testimony}}, nil, "One said: ⟦we were nineteen in one room⟧; nineteen in one room."},
		{"interview run, longer", []sealed{{seal.Original, testimony}}, []string{"a building"}, "He was led to a place, \"⟦the building, behind the mill: we WERE⟧ many\"."},
		{"five words are no run", []sealed{{seal.Original, testimony}}, nil, "Again we were nineteen in one; hall for few."},
		{"redacted working text", []sealed{{seal.Original, testimony}}, []string{redacted}, redacted},
		{"quoted from the working text", []sealed{{seal.Original, testimony}}, []string{redacted},
			"A witness: \"They came on a Tuesday in the spring. We were nineteen in one room, and nobody told us why.\""},
		{"the run that redaction took out", []sealed{{seal.Original, testimony}}, []string{redacted}, "⟦They took Dorvane Kessim and me to the building⟧ behind the mill."},
		{"name-like words", []sealed{{seal.Original, testimony}}, []string{redacted}, "Someone called ⟦Kessim⟧, or ⟦dorvane⟧, or ⟦Ostrel⟧, of ⟦Block7⟧, on a Tuesday. Later."},
		{"name-like words in open texts", []sealed{{seal.Original, testimony}}, []string{redacted, "Kessim was a general."}, "A man called Kessim."},
		{"capital only at the beginning of sentences", []sealed{{seal.Original, "Nobody came. Nobody went.\n\nNobody stayed with us there."}}, nil, "nobody"},
		{"an original of a few words", []sealed{{seal.Original, "the dog barked"}}, nil, "At night ⟦the dog barked⟧."},
		{"an original of a few words, open", []sealed{{seal.Original, "the dog barked"}}, []string{"Then the dog barked twice."}, "At night the dog barked."},
		{"an original that is no text", []sealed{{seal.Original, strings.Repeat("\x00\x01 we were nineteen in one room ", 20)}}, nil, "we were nineteen in one room"},
		{"several values, one place", []sealed{{seal.Name, "Dorvane Kessim"}, {seal.Name, "Kessim Ostrel"}}, nil, "⟦Dorvane Kessim Ostrel⟧"},
		{"empty text", name, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, want := places(tt.text)
			if !utf8.ValidString(tt.text) {
				text = strings.NewReplacer("⟦", "", "⟧", "").Replace(tt.text)
				i := strings.Index(tt.text, "⟦")
				want = []Found{{i, strings.Index(tt.text, "⟧") - len("⟦")}}
			}
			if got := leaks(text, tt.open, tt.values...); !slices.Equal(got, want) {
				t.Errorf("in %q\ngot  %v %q\nwant %v", text, got, words(text, got), want)
			}
		})
	}
}

func words(text string, found []Found) (out []string) {
	for _, f := range found {
		out = append(out, text[f.Start:f.End])
	}
	return out
}

func wide(s string) string {
	b := []byte{0xFF, 0xFE}
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return string(b)
}

// Whatever stands before and after a value inside one run of base64, it is found.
func TestBase64AtEveryAlignment(t *testing.T) {
	for _, alphabet := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding, base64.RawStdEncoding} {
		for before := range 5 {
			for after := range 5 {
				const value = "Dörvane Kessim ~?>"
				code := alphabet.EncodeToString([]byte(strings.Repeat("x", before) + value + strings.Repeat("y", after)))
				got := leaks("data:"+code+" end", nil, sealed{seal.Name, value})
				if len(got) != 1 || got[0].Start < 5 || got[0].End > 5+len(code) || got[0].End-got[0].Start < len(value)*4/3-3 {
					t.Errorf("%d before, %d after: %v in %s", before, after, got, code)
				}
			}
		}
	}
}

// widened is by how many bytes a find may reach beyond the value on either side.
const widened = 64

// A random value at a random place of a text that has none of its letters is found there
// and nowhere else, also folded.
func TestRandomValueAtRandomPlace(t *testing.T) {
	alphabets := []string{"abcdefgABCDEFGéü", "абвгдАБВГДё", "ابتثجأإى", "甲乙丙丁戊", "가나다라마", "กขคงจ", "αβγδεΆς"}
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(0, len(alphabets)-1).Draw(t, "alphabet")
		letter := rapid.SampledFrom([]rune(alphabets[k]))
		least := 4 // fewer letters count as a whole word only
		if unspaced([]rune(alphabets[k])[0]) {
			least = 2
		}
		value := rapid.StringOfN(letter, least, 40, -1).Draw(t, "value")
		if second := rapid.StringOfN(letter, 0, 10, -1).Draw(t, "second word"); second != "" {
			value += " " + second
		}
		around := rapid.StringOfN(rapid.SampledFrom([]rune("xyzXYZ019 .,-\n“”жзи丑寅卯\u0301مو<>&%\\\"")), 0, 60, -1)
		before, after := around.Draw(t, "before"), around.Draw(t, "after")
		after = strings.TrimLeft(after, "\u0301") // a mark would belong to the value
		written := value
		switch rapid.IntRange(0, 4).Draw(t, "written") {
		case 1:
			if d := norm.NFD.String(value); lang.Fold(d) == lang.Fold(value) { // lang decides what is the same
				written = d
			}
		case 2:
			written = strings.ToUpper(value)
		case 3:
			written = strings.ReplaceAll(value, " ", " \n ")
		case 4:
			before = strings.NewReplacer("%", "", `\`, "").Replace(before) // they would begin another escape
			written = url.PathEscape(value)
		}
		kind := rapid.SampledFrom([]seal.Kind{seal.Name, seal.Place, seal.Note, seal.FileName}).Draw(t, "kind")
		want := Found{len(before), len(before) + len(written)}
		got := leaks(before+written+after, []string{value}, sealed{kind, value})
		// A find may be wider than the value: to the end of a word that the value begins, over
		// letters that belong to it in another reading, over an escape. It never misses a byte
		// of the value, is never elsewhere, and is never much wider.
		if len(got) != 1 || got[0].Start > want.Start || got[0].End < want.End || want.Start-got[0].Start > widened || got[0].End-want.End > widened {
			t.Fatalf("%s %q written %q: got %v, want %v", kind, value, written, got, want)
		}
	})
}

// The words of the leak check are those of lang, and stand where they are said to stand.
func TestWordsAgreeWithLang(t *testing.T) {
	check := func(t interface {
		Helper()
		Fatalf(string, ...any)
	}, s string) {
		t.Helper()
		var got []string
		eachWord(s, func(start, end int) {
			if w := lang.Fold(s[start:end]); w != "" {
				got = append(got, w)
			}
		})
		if want := lang.Words(s); !slices.Equal(got, want) {
			t.Fatalf("%q: got %q, want %q", s, got, want)
		}
	}
	for _, s := range []string{testimony, redacted, "O’Neil's 3rd co-op", "أَحْمَـد", "ئايگۈل", "他说小明。", "김철수는", "naïve cafe\u0301", "a\u200Db c\u00ADd"} {
		check(t, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringOf(rapid.SampledFrom([]rune("abcXYZ 09.,'’-\n\téüßжЖمحأ甲乙가나กขकि\u0301\u200D\u00AD"))).Draw(t, "s"))
	})
}

// The filter of a haystack never hides what stands there.
func TestHaystack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("abé")), 0, 200, -1).Draw(t, "text")
		part := rapid.StringOfN(rapid.SampledFrom([]rune("abé")), 0, 8, -1).Draw(t, "part")
		var got, want []int
		newHaystack(text).each(part, func(i int) { got = append(got, i) })
		for i := range text {
			if part != "" && strings.HasPrefix(text[i:], part) {
				want = append(want, i)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}

func TestUnescape(t *testing.T) {
	for s, want := range map[string]string{
		"%41b%c3%a9": "Abé", "100 % of 5%": "", "%4": "", "%zz": "", "&amp;x": "&x", "&#x41;": "A", "&nothing": "", "AT&T;": "",
		`\u0041\u00e9`: "Aé", `\u00`: "", `\ud801`: "", `\ud801\udc14`: "𐐔", `\ud801x`: "", `a\tb\\`: "a\nb\\\\", "&": "", "%": "", `\`: "",
	} {
		got, origin, ok := unescape(s)
		if ok != (want != "") || ok && (got != want || len(origin) != len(got)+1 || origin[len(got)] != len(s)) {
			t.Errorf("%q: %q, %v, want %q", s, got, ok, want)
		}
	}
}

func TestAsText(t *testing.T) {
	for in, want := range map[string]string{"abc": "abc", "\uFEFFabc": "abc", wide("aé𐐔"): "aé𐐔", "\xFE\xFF\x00a": "a", "": ""} {
		if got, ok := asText([]byte(in)); !ok || got != want {
			t.Errorf("%q: %q, %v", in, got, ok)
		}
	}
	for _, in := range []string{"a\x00b", "a\xff", wide("a\x00")} {
		if _, ok := asText([]byte(in)); ok {
			t.Errorf("%q is taken for a text", in)
		}
	}
}

// repeating gives n bytes and counts how many were taken.
type repeating struct {
	unit  string
	n     int
	taken int
	ended bool
}

func (r *repeating) Read(p []byte) (int, error) {
	if r.n == 0 {
		r.ended = true
		return 0, io.EOF
	}
	n := 0
	for n < len(p) && r.n > 0 {
		p[n] = r.unit[r.taken%len(r.unit)]
		n, r.n, r.taken = n+1, r.n-1, r.taken+1
	}
	return n, nil
}

// What is too long is read as far as it can be used, and what can be used is read to the
// end, where the blob has been checked.
func TestReadText(t *testing.T) {
	tests := []struct {
		name, unit  string
		size, taken int
		ended       bool
	}{
		{"short", "ab ", 100, 100, true},
		{"head exactly", "ab ", maxShort, maxShort, true},
		{"cut in a character", "aé", 200_000, 200_000, true},
		{"as long as can be", "ab ", maxText - 1, maxText - 1, true},
		{"too long", "ab ", maxText + 100_000, maxText, false},
		{"long and no text", "\x00ab", 200_000, maxShort, false},
	}
	for _, tt := range tests {
		r := &repeating{unit: tt.unit, n: tt.size}
		b, err := readText(r)
		if err != nil || r.ended != tt.ended || len(b) != tt.taken {
			t.Errorf("%s: %d bytes, %v", tt.name, len(b), err)
		}
	}
}

func FuzzLeaks(f *testing.F) {
	f.Add([]byte("They took Dorvane Kessim."), []byte("Dorvane Kessim"), []byte("open"), byte(2))
	f.Add([]byte("%44orvane \\u0041 &#65; \xff\xfe"), []byte("\xff\xfeD\x00"), []byte(""), byte(0))
	f.Add([]byte(testimony), []byte(testimony), []byte(redacted), byte(0))
	f.Add([]byte("ﷺ ﬁ ß ½ İ"), []byte("fi"), []byte("ﬁ"), byte(4))
	f.Add([]byte("a \u202eanerI \u2067x\u2069\u202c Irеna I.r e-n a Ire-na"), []byte("Irena Salko"), []byte("Irena"), byte(2))
	f.Add([]byte("\u202d\xff\u202e&#x202c;\u2069\n小明 가나"), []byte("王小明 가나다"), []byte(""), byte(2))
	f.Fuzz(func(t *testing.T, text, value, open []byte, k byte) {
		kinds := []seal.Kind{seal.Original, seal.FileName, seal.Name, seal.Place, seal.Note}
		kind := kinds[int(k)%len(kinds)]
		found := leaks(string(text), []string{string(open)}, sealed{kind, string(value)})
		end := 0
		for _, x := range found {
			if x.Start < end || x.End <= x.Start || x.End > len(text) {
				t.Fatalf("%v in %d bytes", found, len(text))
			}
			end = x.End
		}
		// A value with enough letters that stands in the text as it is, is found.
		s, ok := asText(value)
		s = strings.TrimSpace(s)
		if i := strings.Index(string(text), s); ok && kind != seal.Original && i >= 0 && letters(s) >= wordLetters && len(found) == 0 {
			t.Fatalf("%q at %d of %q is not found", s, i, text)
		}
	})
}

func letters(s string) (n int) {
	for _, r := range lang.Fold(s) {
		if wordRune(r) {
			n++
		}
	}
	return n
}

func FuzzUnescape(f *testing.F) {
	f.Add("%41&amp;\\u0041\\n")
	f.Fuzz(func(t *testing.T, s string) {
		decoded, origin, ok := unescape(s)
		if !ok {
			return
		}
		if len(origin) != len(decoded)+1 || origin[len(decoded)] != len(s) || !slices.IsSorted(origin) {
			t.Fatalf("%q: %q %v", s, decoded, origin)
		}
	})
}

// A report of 300 KB against a thousand names and twenty interviews of 100 KB.
func BenchmarkLeaks(b *testing.B) {
	var report, interview strings.Builder
	for i := range 40_000 {
		fmt.Fprintf(&report, "word%d ", i*7919%5000)
		fmt.Fprintf(&interview, "said%d ", i*104729%9000)
	}
	for b.Loop() {
		m := newMatcher(Query{Text: []byte(report.String()), Open: [][]byte{[]byte(report.String())}})
		for i := range 1000 {
			m.add(seal.Name, fmt.Appendf(nil, "Dorvane%d Kessim%d", i, i))
		}
		for range 20 {
			m.add(seal.Original, []byte(interview.String()))
		}
		if len(m.found()) != 0 {
			b.Fatal("something was found")
		}
	}
}
