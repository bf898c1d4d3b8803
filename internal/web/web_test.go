package web

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/followup"
	"heed/internal/record"
	"heed/internal/release"
)

// sample is a case with one thing of each kind. mark stands in every text that comes
// from outside; err is the answer to the question for the case.
type sample struct {
	mark  string
	err   error
	empty bool
	asked *string
}

func (s sample) Case(context.Context) (record.Case, error) {
	return record.Case{Title: "Depot" + s.mark, Origin: "heed/01", Standard: record.ReasonableGrounds, StandardLabel: "grounds" + s.mark, Zone: "UTC", Training: !s.empty}, s.err
}

func (s sample) Sources(context.Context) ([]Source, error) {
	if s.empty {
		return nil, nil
	}
	return []Source{{Source: record.Source{ID: "S-001", Title: "Statement" + s.mark, Kind: "official_statement", Organisation: "Ministry" + s.mark, Origin: "derived", DerivedFrom: []string{"S-002"}, Reliability: "F"}},
		{Source: record.Source{ID: "S-002", Kind: "interview", Origin: "own", Reliability: "B"}, Sealed: true}}, nil
}

func (s sample) Matrix(_ context.Context, asOf string) (followup.Matrix, error) {
	if s.asked != nil {
		*s.asked = asOf
	}
	if asOf == "" {
		asOf = "2031-06-30"
	}
	day, err := record.ParseDate(asOf)
	if err != nil || s.empty {
		return followup.BuildMatrix(followup.MatrixInput{}, "2031-06-30"), err
	}
	said := func(id, speaker, onBehalfOf string, stance record.Stance, kind, target, words string) record.Statement {
		return record.Statement{ID: id, Source: "S-001", From: 2, To: 3, Speaker: speaker + s.mark, OnBehalfOf: onBehalfOf, Stance: stance,
			Target: record.Target{Kind: kind, ID: target, Words: s.mark}, SaidOn: "2031-05-23", Words: words + s.mark}
	}
	rec := func(id string) followup.Recommendation {
		return followup.Recommendation{ID: id, Text: "Open the depot" + s.mark, Source: "S-001", From: 1, To: 1, Words: "open the depot" + s.mark, Issuer: "Monitor" + s.mark,
			Addressees: []string{"Ministry" + s.mark}, Verb: "open" + s.mark, Category: 5}
	}
	return followup.BuildMatrix(followup.MatrixInput{
		Recommendations: []followup.Recommendation{rec("R-01"), rec("R-02")},
		Statements: []record.Statement{
			said("ST-001", "Ministry", "", "will_consider", record.TargetRecommendation, "R-01", "would study it"),
			said("ST-002", "A spokesman", "Envoy"+s.mark, "urges", record.TargetRecommendations, "", "hopes for all of them"),
			said("ST-003", "Ministry", "", "rejects", record.TargetRelease, "", "rejects the publication"),
		},
		Positions: []followup.Position{{ID: "PS-001", Recommendation: "R-01", Statement: "ST-001", Value: followup.UnderConsideration, AsOf: "2031-05-23", Why: "to study" + s.mark, By: "M-01"}},
		Searches:  []followup.SearchLog{{ID: "L-001", Recommendations: []string{"R-02"}, Actor: "Ministry" + s.mark, SearchedTo: "2031-06-01", Where: "press" + s.mark, By: "M-01"}},
	}, day), nil
}

func (s sample) Findings(context.Context) ([]corroborate.Checked, error) {
	if s.empty {
		return nil, nil
	}
	return []corroborate.Checked{{Finding: corroborate.Finding{ID: "F-01", Text: "People were held" + s.mark, Standard: record.ReasonableGrounds, For: []string{"C-001"},
		Against: []corroborate.Against{{Claim: "C-002", Answer: "No" + s.mark}, {Claim: "C-003"}}, ContrarySearch: "press" + s.mark},
		Origins: corroborate.Origins{Independent: 1, Unknown: []string{"S-001"}}, Issues: []corroborate.Issue{{What: "one origin" + s.mark, Blocks: true}, {What: "unknown"}}},
		{Finding: corroborate.Finding{ID: "F-02", Text: "How many is not known", Outcome: corroborate.CannotVerify}}}, nil
}

func (s sample) Claims(context.Context) ([]corroborate.Claim, error) {
	if s.empty {
		return nil, nil
	}
	return []corroborate.Claim{{ID: "C-001", Text: "31 were held" + s.mark, Source: "S-002", From: 1, To: 1, Words: "thirty-one" + s.mark, FirstHand: true, Credibility: 6},
		{ID: "C-002", Text: "Nobody was held", Source: "S-001", From: 1, To: 1, Statement: "ST-003", Credibility: 4}, {ID: "C-003", Text: "Seed", Source: "S-001", From: 1, To: 1}}, nil
}

func (s sample) Drafts(context.Context) ([]release.Draft, error) {
	if s.empty {
		return nil, nil
	}
	return []release.Draft{{ID: "R1", Title: "Report" + s.mark, State: "draft", Paragraphs: []release.Paragraph{{N: 1, Text: "People were held." + s.mark, Cites: []string{"F-01", "ST-999"}}, {N: 2, Text: "No more is known."}}}}, nil
}

const host = "127.0.0.1:7343"

func ask(h http.Handler, method, path, host string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, nil)
	r.Host = host
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRoutes(t *testing.T) {
	h := Handler(sample{}, []string{host, "localhost:7343"})
	tests := []struct {
		method, path, host string
		status             int
		contentType, holds string
	}{
		{"GET", "/", host, 200, "text/html; charset=utf-8", "Who said what of each recommendation"},
		{"HEAD", "/", host, 200, "text/html; charset=utf-8", ""},
		{"GET", "/", "LOCALHOST:7343", 200, "text/html; charset=utf-8", ""},
		{"GET", "/?as-of=2031-06-01", host, 200, "text/html; charset=utf-8", `value="2031-06-01"`},
		{"GET", "/healthz", host, 200, "text/plain; charset=utf-8", "ok"},
		{"GET", "/style.css", host, 200, "text/css; charset=utf-8", "--paper"},
		{"GET", "/?as-of=soon", host, 400, "text/html; charset=utf-8", "This is no date of the calendar."},
		{"GET", "/nothing", host, 404, "text/html; charset=utf-8", "There is no such page."},
		{"GET", "/style.css/x", host, 404, "text/html; charset=utf-8", ""},
		{"GET", "/page.html.tmpl", host, 404, "text/html; charset=utf-8", ""},
		{"POST", "/", host, 405, "text/html; charset=utf-8", "This page can only be read."},
		{"PUT", "/healthz", host, 405, "text/html; charset=utf-8", ""},
		{"OPTIONS", "/", host, 405, "text/html; charset=utf-8", ""},
		{"GET", "/", "evil.example:7343", 421, "text/html; charset=utf-8", "called by a name that is not its own"},
		{"GET", "/", "127.0.0.1", 421, "text/html; charset=utf-8", ""},
		{"GET", "/", "127.0.0.1:7344", 421, "text/html; charset=utf-8", ""},
		{"GET", "/", "127.0.0.1:7343.evil.example", 421, "text/html; charset=utf-8", ""},
		{"GET", "/", "", 421, "text/html; charset=utf-8", ""},
		{"GET", "/healthz", "evil.example", 421, "text/html; charset=utf-8", ""},
		{"POST", "/", "evil.example", 421, "text/html; charset=utf-8", ""},
	}
	for _, tt := range tests {
		w := ask(h, tt.method, tt.path, tt.host)
		if w.Code != tt.status || w.Header().Get("Content-Type") != tt.contentType || !strings.Contains(w.Body.String(), tt.holds) {
			t.Errorf("%s %s as %q: %d %s, want %d %s with %q", tt.method, tt.path, tt.host, w.Code, w.Header().Get("Content-Type"), tt.status, tt.contentType, tt.holds)
		}
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; trusted-types 'none'; require-trusted-types-for 'script'",
			"X-Content-Type-Options":  "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if got := w.Header().Get(name); got != want {
				t.Errorf("%s %s as %q: %s is %q, want %q", tt.method, tt.path, tt.host, name, got, want)
			}
		}
		if allow := w.Header().Get("Allow"); (tt.status == 405) != (allow == "GET, HEAD") {
			t.Errorf("%s %s: Allow is %q", tt.method, tt.path, allow)
		}
	}
	if w := ask(h, "GET", "/healthz", host); w.Body.String() != "ok" {
		t.Errorf("healthz answers %q", w.Body)
	}
	if w := ask(Handler(sample{}, nil), "GET", "/", host); w.Code != 421 {
		t.Errorf("without a list of hosts the page answers %d", w.Code)
	}
}

func TestAsOfIsHandedOn(t *testing.T) {
	var asked string
	h := Handler(sample{asked: &asked}, []string{host})
	for path, want := range map[string]string{"/": "", "/?as-of=2031-05-01": "2031-05-01", "/?as-of=": ""} {
		if ask(h, "GET", path, host); asked != want {
			t.Errorf("%s asks for %q, want %q", path, asked, want)
		}
	}
}

// TestErrors: a fault is shown in its three sentences, and something that broke is
// shown without its cause.
func TestErrors(t *testing.T) {
	for kind, status := range map[fault.Kind]int{fault.NotFound: 404, fault.Invalid: 400, fault.Conflict: 409, fault.Denied: 403, fault.Withheld: 403,
		fault.Locked: 403, fault.Refused: 409, fault.NoStore: 503, fault.Held: 503, fault.WrongPassphrase: 500} {
		w := ask(Handler(sample{err: fault.New(kind, "a <b> thing happened", "All is safe.", "Do this & that.")}, []string{host}), "GET", "/", host)
		for _, want := range []string{"<h1>A &lt;b&gt; thing happened.</h1>", "<p>All is safe.</p>", "<p>Do this &amp; that.</p>"} {
			if w.Code != status || !strings.Contains(w.Body.String(), want) {
				t.Errorf("kind %d: status %d, want %d and %q in\n%s", kind, w.Code, status, want, w.Body)
			}
		}
	}
	cause := &fault.Error{What: "opening /people/verelin/case", Err: errors.New("secret")}
	for _, err := range []error{errors.New("open /people/verelin/case: secret"), cause} {
		w := ask(Handler(sample{err: err}, []string{host}), "GET", "/", host)
		if w.Code != 500 || strings.Contains(w.Body.String(), "verelin") || strings.Contains(w.Body.String(), "secret") || !strings.Contains(w.Body.String(), "This failed.") {
			t.Errorf("status %d\n%s", w.Code, w.Body)
		}
	}
}

func pageOf(t *testing.T, s sample) string {
	t.Helper()
	w := ask(Handler(s, []string{host}), "GET", "/", host)
	if w.Code != 200 {
		t.Fatalf("status %d\n%s", w.Code, w.Body)
	}
	return w.Body.String()
}

func TestPage(t *testing.T) {
	page := pageOf(t, sample{})
	for _, want := range []string{
		`<html lang="en" dir="ltr">`, `<a class="skip" href="#main">Skip to content</a>`, "<strong>TRAINING DATA.</strong>",
		`<caption id="matrix-caption">2 recommendations and 2 actors, as of 2031-06-30</caption>`, `<th scope="col" role="columnheader"><bdi>Ministry</bdi></th>`,
		`<th scope="row" role="rowheader"><a class="id" href="#R-01">R-01</a>`, `<a href="#R-01-1">under consideration, <span class="count">1 statement</span></a>`,
		`<span class="detail">said: will consider</span>`, `<a class="nothing" href="#R-02-1">no position found</a> <span class="detail">silent as of 2031-06-01 (L-001)</span>`,
		`<h4 id="R-01-1"><bdi>Ministry</bdi>: under consideration</h4>`, `<blockquote dir="auto">would study it</blockquote>`,
		`<bdi>A spokesman</bdi> for <bdi>Envoy</bdi>, <time>2031-05-23</time>. Stance: urges. Said of all recommendations. <a class="id" href="#S-001">S-001:2-3</a>`,
		`Said of the release (the act of publishing).`, `<div class="entry" id="ST-003">`, `<span class="sealed">sealed</span>`, "no title yet", "Not answered yet.",
		"Nobody has looked for contrary evidence yet.", "Blocks a release: ", `<a class="id" href="#F-01">F-01</a>, <span class="id">ST-999</span>`, "Rests on nothing yet",
		`aria-label="Paragraph 1 of R1"`, "Reliability F (cannot be judged)", "not judged yet",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if n := strings.Count(page, "rejects the publication"); n != 1 {
		t.Errorf("what was said of the release is shown %d times", n)
	}
	for _, never := range []string{"<script", "style=", "javascript:", "http:", "https:", "onclick", "ZgotmplZ"} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %q", never)
		}
	}
	if page := pageOf(t, sample{empty: true}); strings.Contains(page, "TRAINING") || strings.Contains(page, "<table") {
		t.Error("an empty case has a training banner or a table")
	} else {
		for _, want := range []string{"No recommendations yet.", "No findings yet.", "No paragraphs yet.", "No sources yet.", "Nothing is claimed", "Nothing was recorded as said"} {
			if !strings.Contains(page, want) {
				t.Errorf("the empty page has no %q", want)
			}
		}
	}
}

// TestAnchors: every link within the page leads somewhere, and every place has one name.
func TestAnchors(t *testing.T) {
	page := pageOf(t, sample{})
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if ids[m[1]] {
			t.Errorf("two places are called %s", m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(` (?:href="/?#|aria-labelledby="|aria-describedby="|for=")([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !ids[m[1]] {
			t.Errorf("nothing is called %s", m[1])
		}
	}
	if len(ids) < 25 {
		t.Errorf("only %d places were found", len(ids))
	}
}

// TestForeignText: no text from outside becomes markup, and none turns the order of what is shown.
func TestForeignText(t *testing.T) {
	page := pageOf(t, sample{mark: " \u202e<img src=x onerror=alert(1)>\u0007\"'"})
	if strings.Contains(page, "<img") || strings.ContainsAny(page, "\u202e\u0007") {
		t.Error("text from outside reaches the page as it is")
	}
	plain := strings.Count(pageOf(t, sample{mark: "§"}), "§")
	if marks := strings.Count(page, `<bdi class="mark">\u202E</bdi>&lt;img`); marks != plain || plain < 40 {
		t.Errorf("%d of %d texts from outside are marked", marks, plain)
	}
	for in, want := range map[string]string{
		"a\r\nb": "a\nb", "می\u200cرود": "می\u200cرود", "a\u200fb": `a<bdi class="mark">\u200F</bdi>b`, "a\xffb": `a<bdi class="mark">\xFF</bdi>b`, "<&>": "&lt;&amp;&gt;",
	} {
		if got := string(lines(in)); got != want {
			t.Errorf("lines(%q) = %q, want %q", in, got, want)
		}
	}
	if got := string(one("a\nb")); got != `a<bdi class="mark">\n</bdi>b` {
		t.Errorf("one line has two: %q", got)
	}
	for in, want := range map[string]string{"": "", "élan": "Élan.", "done.": "Done."} {
		if got := sentence(in); got != want {
			t.Errorf("sentence(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestStyleIsSmall(t *testing.T) {
	css, err := files.ReadFile("style.css")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write(css)
	z.Close()
	if b.Len() > 8<<10 {
		t.Errorf("the style sheet has %d bytes compressed, want at most 8 KB", b.Len())
	}
	if m := regexp.MustCompile(`(?i)\b(left|right|(margin|padding|border)-(top|bottom)|url\(|@import)`).FindAll(css, -1); m != nil {
		t.Errorf("the style sheet has physical properties or addresses: %q", m)
	}
	if m := regexp.MustCompile(`[\s;{](min-|max-)?(width|height)\s*:`).FindAll(withoutQueries(css), -1); m != nil {
		t.Errorf("the style sheet has physical sizes: %q", m)
	}
}

// withoutQueries drops the conditions of media queries, which have no logical form.
func withoutQueries(css []byte) []byte {
	return regexp.MustCompile(`@media \([^)]*\)`).ReplaceAll(css, nil)
}
