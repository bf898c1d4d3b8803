package release

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"
)

// sample is a content that fills every part of the page.
func sample() content {
	return content{
		Report: reportData{Release: "R1", Title: "A title", Date: "2026-05-04", Origin: "heed/test", Standard: "reasonable_grounds", Policy: policyData{MinOrigins: 2, RequireFirstHand: true},
			Paragraphs: []paragraphData{{1, "First.", []string{"F-01", "ST-001"}}}},
		Findings: []findingData{
			{ID: "F-01", Text: "People were held.", Standard: "reasonable_grounds", Assertion: "established", Outcome: "met", For: []string{"C-001"},
				Against: []againstData{{"C-002", "It is not so."}}, ContrarySearch: "All was read.", Independent: 2, Unknown: 1},
			{ID: "F-02", Text: "How many is not known.", Outcome: "cannot_verify", For: []string{}, Against: []againstData{}},
		},
		Claims: []claimData{{ID: "C-001", Text: "They were held.", Source: sealedSource, Words: "held", FirstHand: true, Credibility: 2},
			{ID: "C-002", Text: "Nobody was held.", Source: "S-003", Passage: "S-003:1", Words: "لم يُحتجز أحد", WordsLang: "ar", Credibility: 6, Statement: "ST-001"}},
		Statements: []statementData{{ID: "ST-001", Source: "S-003", Passage: "S-003:1", Speaker: "A spokesman", OnBehalfOf: "the ministry", Addressee: "the press",
			Words: "Nobody was held.", Target: targetData{Kind: "other", Words: "the centres"}, Stance: "denies", SaidOn: "2026-01"}},
		Sources: []sourceData{{ID: "S-003", Title: "A paper", Kind: "press_article", Date: "2026", Organisation: "An agency", Reliability: "F", Origin: "derived",
			DerivedFrom: []string{"S-003"}, Citations: []string{"https://example.org/paper"}}},
	}
}

func parsed(t interface {
	Helper()
	Fatal(...any)
}, c content, preview bool) *html.Node {
	t.Helper()
	page, err := c.page(preview)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := html.Parse(strings.NewReader(string(page)))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// elements lists the elements below n.
func elements(n *html.Node) (out []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode {
			out = append(out, d)
		}
	}
	return out
}

func attr(n *html.Node, key string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val, true
		}
	}
	return "", false
}

func byID(doc *html.Node, id string) *html.Node {
	for _, e := range elements(doc) {
		if v, _ := attr(e, "id"); v == id {
			return e
		}
	}
	return nil
}

func text(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

// paragraphText is the text of paragraph n as a reader's browser has it.
func paragraphText(doc *html.Node, n int) string {
	p := byID(doc, fmt.Sprintf("p%d", n))
	if p == nil {
		return ""
	}
	for _, e := range elements(p) {
		if class, _ := attr(e, "class"); class == "text" {
			return text(e)
		}
	}
	return ""
}

// TestPageStandsAlone: nothing in the page runs, and nothing is fetched.
func TestPageStandsAlone(t *testing.T) {
	doc := parsed(t, sample(), false)
	allowed := map[string]bool{"html": true, "head": true, "body": true, "meta": true, "title": true, "style": true, "header": true, "main": true, "nav": true,
		"section": true, "article": true, "h1": true, "h2": true, "h3": true, "h4": true, "p": true, "a": true, "ul": true, "li": true, "dl": true, "dt": true,
		"dd": true, "div": true, "span": true, "bdi": true, "br": true, "code": true, "blockquote": true}
	ids := map[string]bool{}
	var links []string
	for _, e := range elements(doc) {
		if !allowed[e.Data] {
			t.Errorf("element <%s> has no place in the page", e.Data)
		}
		for _, a := range e.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "srcset":
				t.Errorf("<%s> has an attribute %s", e.Data, a.Key)
			case a.Key == "href" && !strings.HasPrefix(a.Val, "#"):
				t.Errorf("a link leaves the page: %s", a.Val)
			case a.Key == "href":
				links = append(links, a.Val[1:])
			case a.Key == "id":
				if ids[a.Val] {
					t.Errorf("id %s stands twice", a.Val)
				}
				ids[a.Val] = true
			}
		}
	}
	for _, l := range links {
		if !ids[l] {
			t.Errorf("a link leads to %s, which is not there", l)
		}
	}
	css := text(byTag(doc, "style"))
	for _, bad := range []string{"url(", "@import", "@font-face", "http"} {
		if strings.Contains(css, bad) {
			t.Errorf("the style sheet holds %s", bad)
		}
	}
	if lang, _ := attr(byTag(doc, "html"), "lang"); lang != "en" {
		t.Errorf("lang is %q", lang)
	}
	if got := text(byTag(doc, "title")); got != "A title" {
		t.Errorf("title is %q", got)
	}
}

func byTag(doc *html.Node, tag string) *html.Node {
	for _, e := range elements(doc) {
		if e.Data == tag {
			return e
		}
	}
	return nil
}

// TestPageParts: what a reader must find is there, contrary claims in the same type as
// the others, and exact words with their language.
func TestPageParts(t *testing.T) {
	doc := parsed(t, sample(), false)
	for _, id := range []string{"report", "findings", "claims", "statements", "sources", "method", "limits", "verify", "p1", "F-01", "C-001", "C-002", "ST-001", "S-003"} {
		if byID(doc, id) == nil {
			t.Errorf("%s is missing", id)
		}
	}
	whole := text(doc)
	for _, want := range []string{"reasonable grounds to conclude", "2, and 1 of unknown origin, not counted", "Contrary claims and answers", "It is not so.", "From a sealed source",
		"that a witness told the truth", "How many is not known.", "Nobody was held.", "All was read.", "https://example.org/paper", "one of them first hand"} {
		if !strings.Contains(whole, want) {
			t.Errorf("%q is missing", want)
		}
	}
	var classes []string
	for _, e := range elements(byID(doc, "F-01")) {
		if e.Data == "span" {
			class, _ := attr(e, "class")
			classes = append(classes, class)
			if dir, _ := attr(e, "dir"); dir != "auto" {
				t.Errorf("a text in F-01 has dir %q", dir)
			}
		}
	}
	if len(classes) < 3 || strings.Trim(strings.Join(classes, ""), "tex") != "" {
		t.Errorf("claims for, against and answers differ in class: %v", classes)
	}
	found := false
	for _, e := range elements(byID(doc, "C-002")) {
		if lang, ok := attr(e, "lang"); ok && lang == "ar" && text(e) == "لم يُحتجز أحد" {
			found = true
		}
	}
	if !found {
		t.Error("the language of exact words is not declared")
	}
}

func TestTrainingIsMarked(t *testing.T) {
	c := sample()
	c.Report.Training = true
	doc := parsed(t, c, false)
	if !strings.HasPrefix(c.title(), "TRAINING DATA") || !strings.HasPrefix(text(byTag(doc, "title")), "TRAINING DATA") {
		t.Error("the title does not say that the data are invented")
	}
	if !strings.Contains(text(byTag(doc, "header")), "TRAINING DATA") {
		t.Error("the page does not say on top that the data are invented")
	}
	if strings.Contains(text(parsed(t, sample(), false)), "TRAINING") {
		t.Error("real data are marked as invented")
	}
}

func TestPreviewIsMarked(t *testing.T) {
	if !strings.Contains(text(byTag(parsed(t, sample(), true), "header")), "PREVIEW") {
		t.Error("a preview does not say so")
	}
	if strings.Contains(text(parsed(t, sample(), false)), "PREVIEW") {
		t.Error("a release says that it is a preview")
	}
}

// TestHostileTextComesBack: whatever a paragraph holds is text, to the character.
func TestHostileTextComesBack(t *testing.T) {
	pieces := []string{"<script>alert(1)</script>", "</p>", "<!--", "-->", "]]>", "&amp;", "&lt", "&#0;", `"`, "'", "{{.}}", "\n", "\t", "\u202e", "\u2066", "\u200b", "\ufeff",
		"</style>", "<![CDATA[", "<p id=\"p1\">", "é", "e\u0301", "漢字", "ئۇيغۇرچە", "\U0001F54A", "\u2028", " ", "a", "0", "\\u003c", "&NotEqualTilde;", "`", "<a href=javascript:x>"}
	rapid.Check(t, func(t *rapid.T) {
		raw := strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(pieces), rapid.String()), 1, 12).Draw(t, "pieces"), "")
		want, err := wellFormed(raw)
		if err != nil {
			return
		}
		c := sample()
		c.Report.Paragraphs = []paragraphData{{1, want, []string{}}, {2, "after", []string{}}}
		doc := parsed(t, c, false)
		if got := paragraphText(doc, 1); got != want {
			t.Fatalf("wrote %q, a reader has %q", want, got)
		}
		if paragraphText(doc, 2) != "after" {
			t.Fatal("the paragraph behind it is gone")
		}
	})
}

// TestWellFormed: what cannot be read, or cannot come back, is refused.
func TestWellFormed(t *testing.T) {
	for _, bad := range []string{"", "  ", "\n\t ", "\u200b", "\u200b \u200b", "a\x00b", "a\rb", "\xff", "a\x1bb"} {
		if got, err := wellFormed(bad); err == nil {
			t.Errorf("%q was taken as %q", bad, got)
		}
	}
	if got, err := wellFormed(" one\r\ntwo\n"); err != nil || got != "one\ntwo" {
		t.Errorf("got %q, %v", got, err)
	}
}

// TestContrast: WCAG 2.2 AA asks for 4.5:1; each pair of colours is measured in both schemes.
func TestContrast(t *testing.T) {
	schemes := regexp.MustCompile(`:root \{([^}]*)\}`).FindAllStringSubmatch(reportTemplate, -1)
	if len(schemes) != 2 {
		t.Fatalf("%d colour schemes, want 2", len(schemes))
	}
	for i, s := range schemes {
		colour := map[string]float64{}
		for _, m := range regexp.MustCompile(`--(\w+): #([0-9a-f]{6})`).FindAllStringSubmatch(s[1], -1) {
			colour[m[1]] = luminance(t, m[2])
		}
		for _, front := range []string{"ink", "soft", "link", "mark"} {
			for _, back := range []string{"paper", "panel"} {
				a, b := colour[front], colour[back]
				if ratio := (max(a, b) + .05) / (min(a, b) + .05); ratio < 4.5 {
					t.Errorf("scheme %d: %s on %s has %.2f:1", i, front, back, ratio)
				}
			}
		}
	}
}

func luminance(t *testing.T, hex string) float64 {
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(c uint64) float64 {
		v := float64(c&0xff) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}
