package extract

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"heed/internal/lang"
)

func read(t *testing.T, s string) Text {
	t.Helper()
	text, err := Read([]byte(s))
	if err != nil {
		t.Fatalf("Read(%.60q): %v", s, err)
	}
	laws(t, text)
	return text
}

func paragraphs(t Text) (out []string) {
	for _, p := range t.Paragraphs {
		out = append(out, t.Body[p.Start:p.End])
	}
	return out
}

func sentences(t Text) (out []string) {
	for _, s := range t.Sentences {
		out = append(out, t.Body[s.Start:s.End])
	}
	return out
}

type errorer interface {
	Helper()
	Errorf(string, ...any)
}

// laws holds for every text that was read, whatever the bytes were.
func laws(t errorer, x Text) {
	t.Helper()
	if !utf8.ValidString(x.Body) || !utf8.ValidString(x.Title) {
		t.Errorf("the text is no UTF-8: %q", x.Body)
	}
	if joined := strings.Join(paragraphs(x), "\n\n"); joined != x.Body {
		t.Errorf("the paragraphs do not make up the body:\n%q\n%q", joined, x.Body)
	}
	next := 0 // sentence
	for i, p := range x.Paragraphs {
		text := x.Body[p.Start:p.End]
		if p.N != i+1 || p.Start >= p.End || strings.ContainsAny(text, "\n\r\f\v\x00\x1b\u0085\u2028\u2029") || strings.TrimSpace(text) != text || blank(text) {
			t.Errorf("paragraph %d %v: %q", i+1, p, text)
		}
		if p.Dir != lang.LeftToRight && p.Dir != lang.RightToLeft {
			t.Errorf("paragraph %d has direction %q", p.N, p.Dir)
		}
		at := p.Start
		for ; next < len(x.Sentences) && x.Sentences[next].Para == p.N; next++ {
			s := x.Sentences[next]
			if s.N != next+1 || s.Start < at || s.End > p.End || s.Start >= s.End {
				t.Errorf("sentence %d %v in paragraph %v", next+1, s, p)
				return
			}
			if !blankOnly(x.Body[at:s.Start]) {
				t.Errorf("between sentences lies %q", x.Body[at:s.Start])
			}
			if got := x.Body[s.Start:s.End]; !utf8.ValidString(got) || strings.TrimSpace(got) != got || blank(got) {
				t.Errorf("sentence %d is %q", s.N, got)
			}
			at = s.End
		}
		if !blankOnly(x.Body[at:p.End]) {
			t.Errorf("after the last sentence of paragraph %d lies %q", p.N, x.Body[at:p.End])
		}
	}
	if next != len(x.Sentences) {
		t.Errorf("%d sentences lie in no paragraph", len(x.Sentences)-next)
	}
}

func blankOnly(s string) bool { return strings.TrimSpace(s) == "" }

// settled: reading a plain working text again changes nothing.
func settled(t errorer, x Text) {
	t.Helper()
	if x.Format != Plain {
		return
	}
	again, err := Read([]byte(x.Body))
	if err != nil || again.Format != Plain || again.Body != x.Body || !slices.Equal(again.Paragraphs, x.Paragraphs) || !slices.Equal(again.Sentences, x.Sentences) {
		t.Errorf("read again, %q became %q (%v)", x.Body, again.Body, err)
	}
}

func TestPlainParagraphs(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"empty lines", "One.\n\nTwo.\n\n\n\nThree.\n", []string{"One.", "Two.", "Three."}},
		{"line ends inside", "One and\nmore.\n\nTwo.", []string{"One and more.", "Two."}},
		{"CR LF", "One and\r\nmore.\r\n\r\nTwo.\r\n", []string{"One and more.", "Two."}},
		{"CR alone", "One and\rmore.\r\rTwo.\r", []string{"One and more.", "Two."}},
		{"form feed", "One.\f\nTwo.", []string{"One.", "Two."}},
		{"Unicode's separators", "One and\u2028more.\u2029Two and\u0085more.", []string{"One and more.", "Two and more."}},
		{"blanks at line ends", "  One and  \n\t more. \n \t \nTwo.", []string{"One and more.", "Two."}},
		{"inner blanks stay", "One  and\tmore.\u00a0Yes.", []string{"One  and\tmore.\u00a0Yes."}},
		{"byte order mark", "\ufeffOne.\n\nTwo\ufeff.", []string{"One.", "Two\ufeff."}},
		{"byte order marks, not at once", " \ufeff\ufeff One.", []string{"One."}},
		{"a line of unseen characters is empty", "One.\n\u200f\u200b\nTwo.", []string{"One.", "Two."}},
		{"single lines", "Depot held 31\nThe Monitor said so.\nLenz\n", []string{"Depot held 31", "The Monitor said so.", "Lenz"}},
		{"wrapped at a margin", "The Arvenia Monitor said on Thursday that\nthirty-one people were held without any\ncharge at the Lenz depot.\nThe ministry denied it.",
			[]string{"The Arvenia Monitor said on Thursday that thirty-one people were held without any charge at the Lenz depot.", "The ministry denied it."}},
		{"a full line that ends like a sentence", "The Arvenia Monitor said on Thursday that\nthirty people were held at the depot (“x.”)\nNobody was told why.",
			[]string{"The Arvenia Monitor said on Thursday that thirty people were held at the depot (“x.”)", "Nobody was told why."}},
		{"long lines were not wrapped", strings.Repeat("a bc ", 30) + "x\nTwo\n" + strings.Repeat("a bc ", 30) + "y\nThree",
			[]string{strings.Repeat("a bc ", 30) + "x", "Two", strings.Repeat("a bc ", 30) + "y", "Three"}},
		{"short lines were not wrapped", "Amina: no\nTomas: yes, I was\nAmina: so", []string{"Amina: no", "Tomas: yes, I was", "Amina: so"}},
		{"list", "The Monitor asks the ministry:\n- to release all;\n- to say why.\n\nEnd.", []string{"The Monitor asks the ministry:", "- to release all;", "- to say why.", "End."}},
		{"ideographs join without a blank", "证词由两名证人\n提供。\n\n完。", []string{"证词由两名证人提供。", "完。"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := read(t, tt.in)
			if got := paragraphs(x); !slices.Equal(got, tt.want) {
				t.Errorf("got %q\nwant %q", got, tt.want)
			}
			if x.Format != Plain || x.Title != "" || x.Paragraphs[0].Lang != "" {
				t.Errorf("format %s, title %q, language %q", x.Format, x.Title, x.Paragraphs[0].Lang)
			}
			settled(t, x)
		})
	}
}

func TestRefusals(t *testing.T) {
	tests := []struct {
		name, in string
		want     error
	}{
		{"nothing", "", ErrEmpty},
		{"white space", " \r\n\t\n\u00a0\u3000 ", ErrEmpty},
		{"only a mark", "\ufeff", ErrEmpty},
		{"only unseen characters", "\u200b\u202e\n\u2069", ErrEmpty},
		{"NUL", "some text\x00", ErrBinary},
		{"escape", "some \x1b[31mtext", ErrBinary},
		{"bell and backspace", "a\x07\x08", ErrBinary},
		{"image", "\x89PNG\r\n\x1a\n\x00\x00", ErrBinary},
		{"latin-1", "caf\xe9", ErrEncoding},
		{"cut character", "caf\xc3", ErrEncoding},
		{"surrogates", "\xed\xa0\x80", ErrEncoding},
		{"utf-16 little", "\xff\xfeA\x00", ErrEncoding},
		{"utf-16 big", "\xfe\xff\x00A", ErrEncoding},
		{"too large", strings.Repeat("a", MaxText+1), ErrTooLarge},
		{"too many sentences", strings.Repeat("Amina. ", MaxSentences+1), ErrTooLarge},
		{"html in latin-1", "<html><p>caf\xe9", ErrEncoding},
		{"html that declares another", `<html><meta charset="windows-1252"><p>x`, ErrEncoding},
		{"html that declares another, the old way", `<html><meta http-equiv=Content-Type content="text/html; charset=ISO-8859-1"><p>x`, ErrEncoding},
		{"xhtml that declares another", `<?xml version="1.0" encoding="koi8-r"?><html><p>x</p></html>`, ErrEncoding},
		{"html without text", "<html><head><title>x</title></head><body><script>y</script></body></html>", ErrEmpty},
		{"html nested too deeply", "<html>" + strings.Repeat("<div>", maxDepth+1) + "x", ErrMarkup},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if _, err := Read([]byte(tt.in)); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
		})
	}
}

func TestDirection(t *testing.T) {
	x := read(t, "Amina said so.\n\nقالت أمينة ذلك.\n\n12 — עדות\n\n\u202b(1)\u202c")
	want := []lang.Direction{lang.LeftToRight, lang.RightToLeft, lang.RightToLeft, lang.LeftToRight}
	for i, p := range x.Paragraphs {
		if p.Dir != want[i] {
			t.Errorf("paragraph %d: %s", p.N, p.Dir)
		}
	}
}

const monitorPage = "\ufeff<!DOCTYPE html>\n<html lang=en-GB><head><meta charset=windows-1252><title>\n The  Lenz depot &amp; us</title>\n" +
	`<style>p{margin:0}</style><script>document.write("never")</script></head>
<body><nav>Home <a href=/>About</a></nav><header>Arvenia Monitor</header>
<h1>Depot
 held <em>31</em></h1>
<p>The Monitor&rsquo;s report is out.<br>It says why.<p hidden>secret</p><p>Two&nbsp;observers <span style="display: none">x</span>went.</p>
<noscript>Turn on scripts</noscript><template><p>never</p></template>
<div dir=rtl lang=ar>قال <b>المرصد</b> ذلك.<p>نعم</p></div>
<p lang="not a tag">Unknown.</p>
<ul><li>First<li>Second</ul>
<table><tr><td>31<td>people</table>
<blockquote>He said <q>all is well</q>.</blockquote>
First line<br><br>second line
<pre>kept
as one

and another</pre>
<button>Share</button><svg><title>icon</title><text>never</text></svg><img alt="never">
</body></html>`

func TestHTML(t *testing.T) {
	x := read(t, monitorPage)
	want := []string{"Arvenia Monitor", "Depot held 31", "The Monitor’s report is out. It says why.", "Two\u00a0observers went.",
		"قال المرصد ذلك.", "نعم", "Unknown.", "First", "Second", "31", "people", "He said “all is well”.",
		"First line", "second line", "kept as one", "and another"}
	if got := paragraphs(x); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	if x.Title != "The Lenz depot & us" || x.Format != HTML {
		t.Errorf("title %q, format %s", x.Title, x.Format)
	}
	for i, p := range x.Paragraphs {
		tag, dir := lang.Tag("en-GB"), lang.LeftToRight
		switch i {
		case 4, 5:
			tag, dir = "ar", lang.RightToLeft
		case 6:
			tag = ""
		}
		if p.Lang != tag || p.Dir != dir {
			t.Errorf("paragraph %d: language %q, direction %s", p.N, p.Lang, p.Dir)
		}
	}
}

func TestHTMLOddities(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"no head at all", "<p>One</p>text<p>Two", []string{"One", "text", "Two"}},
		{"head never closed", "<html><head><title>x</title><p>One", []string{"One"}},
		{"text closes the head", "<html><head><meta name=a>One<p>Two", []string{"One", "Two"}},
		{"dir on the body", "<body dir=RTL><p>One", []string{"One"}},
		{"hidden inline, nested", "<p>a <span hidden>b <span>c</span> d</span> e", []string{"a e"}},
		{"inline end inside hidden", "<p hidden>a</b> b</p><p>c", []string{"c"}},
		{"an inline end closes no hidden block", "<div><span hidden><div>a</span>b</div></span></div><p>c", []string{"c"}},
		{"hidden paragraph ended by the next", "<p hidden>a<p>b", []string{"b"}},
		{"hidden item ended by the next", "<ul><li hidden>a<li>b</ul>", []string{"b"}},
		{"nested list", "<ul><li>a<ul><li>b</ul>c<li>d</ul>", []string{"a", "b", "c", "d"}},
		{"stray ends", "<p></div></p></li><p>a</q></span>", []string{"a”"}},
		{"controls by entity", "<p>a&#27;[31m&#1;b&#x2028;c&#x85;d", []string{"a\ufffd[31m\ufffdb c…d"}},
		{"nul by entity", "<p>a&#0;b", []string{"a\ufffdb"}},
		{"closed dialog", "<p>a<dialog>b</dialog><dialog open>c</dialog>", []string{"a", "c"}},
		{"a paragraph of nothing seen", "<p>a<p>&#8203;&#8238;<p>b", []string{"a", "b"}},
		{"ruby", "<p><ruby>証<rp>(</rp><rt>しょう</rt><rp>)</rp></ruby>言", []string{"証言"}},
		{"comment and cdata", "<!-- a --><p>b<![CDATA[c]]>d", []string{"bd"}},
		{"open script to the end", "<p>a<script>b<p>c", []string{"a"}},
		{"cell ends do not leak out", "<div><table><tr><td>a</div>b<td>c</table>d</div>", []string{"a", "b", "c", "d"}},
		{"second attribute does not count", "<p dir=ltr hidden>a</p><p>b", []string{"b"}},
		{"xhtml", `<?xml version="1.0" encoding="UTF-8"?><html xml:lang="fr"><body><p>Oui</p></body></html>`, []string{"Oui"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := read(t, tt.in)
			if got := paragraphs(x); !slices.Equal(got, tt.want) || x.Format != HTML {
				t.Errorf("%s: got %q\nwant %q", x.Format, got, tt.want)
			}
		})
	}
}

// What a page declares outranks what its letters say; auto leaves it to the letters.
func TestDeclaredDirection(t *testing.T) {
	x := read(t, "<body dir=RTL><p>One<p dir=auto>Two<p>قال<p dir=ltr>قال<p dir=sideways>Three")
	want := []lang.Direction{lang.RightToLeft, lang.LeftToRight, lang.RightToLeft, lang.LeftToRight, lang.RightToLeft}
	for i, p := range x.Paragraphs {
		if p.Dir != want[i] {
			t.Errorf("paragraph %d: %s, want %s", p.N, p.Dir, want[i])
		}
	}
}

func TestTextThatMentionsHTMLIsText(t *testing.T) {
	for _, s := range []string{"The page began with <html>.", "<planned> is what they said.", "<", "< p >"} {
		if x := read(t, s); x.Format != Plain || x.Body != s {
			t.Errorf("%q was read as %s: %q", s, x.Format, x.Body)
		}
	}
}

// Every tag costs the same, wherever it stands: a browser's tree would hold 512 copies
// of each formatting element for every paragraph here.
func TestHostileMarkupIsReadInLittleMemory(t *testing.T) {
	var b strings.Builder
	for i := range 600 {
		b.WriteString("<b a" + strings.Repeat("x", i%7) + ">")
	}
	page := "<html>" + b.String() + strings.Repeat("<p>x", 100_000)
	x := read(t, page)
	if len(x.Paragraphs) != 100_000 {
		t.Errorf("%d paragraphs", len(x.Paragraphs))
	}
}

// text draws documents rich in what matters to the reader and the splitter.
func text() *rapid.Generator[string] {
	pieces := []string{"A", "b", "é", "The", "U.S.", "Mr.", "No.", " 5", ".", "!", "?", "…", "...", " ", " ", "\n", "\n\n", "\r", "\r\n", "\t", "\u00a0", "”", "“", "\"", "'",
		"«", "»", "(", ")", "[", "]", "[1]", "。", "」", "と", "؟", "۔", "ق", "证", "\u202e", "\u202c", "\u2069", "\u200f", "\ufeff", "\u2028", "е", "г.", "д.", "-", "—", ",", "1", "3.5",
		"<p>", "</p>", "<div hidden>", "</div>", "<br>", "<q>", "</q>", "<html>", "<head>", "<pre>", "<td>", "<li>", "<span hidden>", "</span>", "&#27;", "&nbsp;", "<!--", "-->", "<title>", "</title>"}
	return rapid.OneOf(
		rapid.Map(rapid.SliceOf(rapid.SampledFrom(pieces)), func(p []string) string { return strings.Join(p, "") }),
		rapid.Map(rapid.SliceOf(rapid.SampledFrom(pieces)), func(p []string) string { return "<html>" + strings.Join(p, "") }),
		rapid.String(),
	)
}

func TestLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := text().Draw(t, "document")
		x, err := Read([]byte(s))
		if err != nil {
			return
		}
		laws(t, x)
		settled(t, x)
		if x.Format == Plain {
			keepsWords(t, s, x)
		}
	})
}

// keepsWords: plain text loses no character but white space, a mark at the beginning,
// and lines of which nothing is seen.
func keepsWords(t errorer, s string, x Text) {
	t.Helper()
	seen := func(s string) string {
		return strings.Map(func(r rune) rune {
			if unicode.IsSpace(r) || unseen(r) {
				return -1
			}
			return r
		}, s)
	}
	if seen(s) != seen(x.Body) {
		t.Errorf("%q became %q", s, x.Body)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{"", "One. Two.\n\nThree", monitorPage, "\xff\xfe", "a\x00", "<p>a<p hidden>b", "قال؟ نعم۔", "他说：“是。”好。", "\ufeffx\r\ry"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		x, err := Read(b)
		if err == nil {
			laws(t, x)
			settled(t, x)
		}
		if Sniff(b) == "" {
			t.Error("no media type")
		}
	})
}

func TestSniff(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"pdf", "%PDF-1.7\n", "application/pdf"},
		{"png", "\x89PNG\r\n\x1a\n", "image/png"},
		{"jpeg", "\xff\xd8\xff\xe0", "image/jpeg"},
		{"office", "PK\x03\x04\x14", "application/zip"},
		{"wav", "RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav"},
		{"webp", "RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp"},
		{"mp4", "\x00\x00\x00\x18ftypisom", "video/mp4"},
		{"heic", "\x00\x00\x00\x18ftypheic", "image/heic"},
		{"text", "Amina", "text/plain; charset=utf-8"},
		{"text cut within a character", strings.Repeat("a", SniffLen-1) + "é", "text/plain; charset=utf-8"},
		{"text in another encoding", "caf\xe9", "text/plain"},
		{"html", "\ufeff <!doctype html>", "text/html; charset=utf-8"},
		{"utf-16", "\xff\xfeA\x00", "text/plain; charset=utf-16le"},
		{"unknown", "\x00\x01\x02", "application/octet-stream"},
		{"nothing", "", "text/plain; charset=utf-8"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Sniff([]byte(tt.in)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
