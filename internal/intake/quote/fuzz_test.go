package quote

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// check holds a proposal against what every proposal promises.
func check(t *testing.T, d Document, p Proposal) {
	t.Helper()
	if p.From < 1 || p.To < p.From || p.To > len(d.Sentences) {
		t.Fatalf("sentences %d-%d of %d", p.From, p.To, len(d.Sentences))
	}
	from, to := d.Sentences[p.From-1].Start, d.Sentences[p.To-1].End
	if len(p.Content) == 0 {
		t.Fatal("a proposal without words")
	}
	last := from
	for _, c := range p.Content {
		if c.Start < last || c.End <= c.Start || c.End > to {
			t.Fatalf("content %v in order within %d-%d", c, from, to)
		}
		last = c.End
	}
	for _, s := range append([]Span{p.Speaker, p.OnBehalfOf, p.Cue, p.Mention}, p.Content...) {
		if s.Start < 0 || s.End < s.Start || s.End > len(d.Body) {
			t.Fatalf("span %v of %d bytes", s, len(d.Body))
		}
		if !border(d.Body, s.Start) || !border(d.Body, s.End) || !utf8.ValidString(d.Body[s.Start:s.End]) {
			t.Fatalf("span %v cuts a rune", s)
		}
	}
	for _, s := range []Span{p.Cue, p.Mention} {
		if !s.empty() && (s.Start < from || s.End > to) {
			t.Fatalf("span %v outside its sentences %d-%d", s, from, to)
		}
	}
	if !slices.Contains([]Kind{Direct, Mixed, Indirect}, p.Kind) || p.Rule == "" {
		t.Fatalf("kind %q, rule %q", p.Kind, p.Rule)
	}
	if !slices.Contains([]Target{"", Recommendations, Report, Release, Accusations}, p.Target) {
		t.Fatalf("target %q", p.Target)
	}
	if !slices.Contains([]Stance{"", Recommends, Urges, Endorses, Accepts, AcceptsInPart, Notes, WillConsider, Opposes, Rejects, Denies, Criticises, Confirms, Asserts}, p.Stance) {
		t.Fatalf("stance %q", p.Stance)
	}
	words := ""
	for _, c := range p.Content {
		words += strings.ToLower(d.Body[c.Start:c.End]) + " "
	}
	if p.Target == Recommendations && !strings.Contains(words, "recommendations") {
		t.Fatalf("the target is not named in %q", words)
	}
}

// spansFrom makes spans of arbitrary bytes: two bytes are the distance to the start
// and the length, so that many are sound and some are hostile.
func spansFrom(b []byte) (out []Span) {
	at := 0
	for i := 0; i+1 < len(b); i += 2 {
		start := at + int(int8(b[i]))
		end := start + int(int8(b[i+1]))
		out = append(out, Span{start, end})
		at = end
	}
	return out
}

func FuzzExtract(f *testing.F) {
	for _, s := range []string{
		"The mayor said: “Nobody is held here.”\n\n“We shall not forget what we saw.”",
		"“We saw it,” said Mr Orlik’s spokesman, Jan Vesely, “and wrote it down.”",
		"The envoy called the accusations “a fabricated lie” and denounced the report, which it said ignored the harvest.",
		"According to the ministry, the depot (Ostrava) was shut — adding that 'nobody' had \"asked\".",
		"「誰もいない」と市長は述べた。«Nul n’est venu», a dit le maire. „Niemand kam“, sagte er.",
		"There are reports of beatings. It sent a letter that described them. All of the recommendations.",
		"‘‘‘“““”’ said said said, and but which it said",
	} {
		f.Add(s, []byte(nil), []byte(nil))
		f.Add(s, []byte{0, 20, 1, 9}, []byte{0, 9, 1, 9})
	}
	x := New()
	f.Fuzz(func(t *testing.T, body string, paragraphs, sentences []byte) {
		for _, d := range []Document{textOf(body), {Body: body, Paragraphs: spansFrom(paragraphs), Sentences: spansFrom(sentences)},
			{Body: body, Paragraphs: []Span{{0, len(body)}}, Sentences: spansFrom(sentences)}} {
			got := x.Extract(d)
			for _, p := range got {
				check(t, d, p)
			}
			if again := New().Extract(d); !reflect.DeepEqual(got, again) {
				t.Fatalf("twice the same text: %+v and %+v", got, again)
			}
		}
	})
}

// FuzzQuotes: quoted runs are in order, disjoint and inside the paragraph.
func FuzzQuotes(f *testing.F) {
	f.Add("“a ‘b’ c” 'd' «e»", "“")
	lex := readLexicon()
	f.Fuzz(func(t *testing.T, body, next string) {
		last := 0
		for _, q := range lex.quotes(body, Span{0, len(body)}, next) {
			if q.Start < last || q.End <= q.Start || q.End > len(body) {
				t.Fatalf("run %v after %d in %d bytes", q, last, len(body))
			}
			last = q.End
		}
	})
}
