package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/corroborate"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/record"
)

// BenchmarkVerbs runs every verb of the rooms on a generated case that is open, and
// reports the median, the 95th of 100 times, and the most memory that was resident. The
// case has 10,000 sentences, 1,000 claims and 100 persons, times HEED_SCALE. With
// HEED_BENCH_DIR it is made there once and used again: memory counts only then, since
// making the case takes some of its own.
//
//	HEED_SCALE=100 HEED_BENCH_DIR=/var/tmp/large go test ./internal/cli -run xxx -bench Verbs -benchtime 100x -timeout 60m
func BenchmarkVerbs(b *testing.B) {
	scale := 1
	if s := os.Getenv("HEED_SCALE"); s != "" {
		var err error
		if scale, err = strconv.Atoi(s); err != nil || scale < 1 {
			b.Fatal("HEED_SCALE is a number")
		}
	}
	dir := filepath.Join(b.TempDir(), "case")
	if d := os.Getenv("HEED_BENCH_DIR"); d != "" {
		dir = filepath.Join(d, fmt.Sprint("scale", scale))
	}
	g := &generated{B: b, scale: scale}
	if _, err := os.Stat(dir); err != nil {
		g.make(dir)
	}
	a, err := app.Open(b.Context(), app.Config{Dir: dir, Clock: app.SystemClock}, app.Who{Passphrase: []byte(mine)})
	if err != nil {
		b.Fatal(err)
	}
	defer a.Close()
	debug.FreeOSMemory()
	for _, v := range g.verbs() {
		b.Run(strings.ReplaceAll(v.name, " ", "-"), func(b *testing.B) { v.measure(b, a) })
	}
}

// generated is a case of a size.
type generated struct {
	*testing.B
	scale int
	a     *app.App
	texts int
}

const perText = 1000 // sentences

func (g *generated) sentences() int { return 10_000 * g.scale }
func (g *generated) claims() int    { return 1_000 * g.scale }
func (g *generated) findings() int  { return 10 * g.scale }
func (g *generated) recs() int      { return 3 * g.scale }

func (g *generated) must(_ any, err error) {
	if err != nil {
		g.Helper()
		g.Fatal(err)
	}
}

// at is a source and a sentence for the i-th object of a kind.
func (g *generated) at(i int) (source string, sentence int) {
	return fmt.Sprintf("S-%03d", i%g.texts+1), i/g.texts%perText + 1
}

func (g *generated) make(dir string) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		g.Fatal(err)
	}
	a, _, err := app.Init(g.Context(), app.Config{Dir: dir, Clock: app.SystemClock}, app.Begin{Case: record.Case{Title: "Large"}, Handle: "amina", Cost: keys.FloorCost}, []byte(mine))
	if err != nil {
		g.Fatal(err)
	}
	g.a, g.texts = a, g.sentences()/perText
	for _, step := range []func(context.Context){g.addTexts, g.addPeople, g.addWords, g.addClaims, g.addFindings} {
		step(g.Context())
	}
	g.must(nil, a.Close())
}

func (g *generated) addTexts(ctx context.Context) {
	for i := range g.texts {
		var body strings.Builder
		for n := range perText {
			fmt.Fprintf(&body, "Sentence %d of text %d says that the ministry held %d people in the depot.\n", n+1, i+1, n)
		}
		g.must(g.a.Intake.Add(ctx, g.a.By(), intake.Incoming{Name: "text.txt", Body: strings.NewReader(body.String())}))
		from := []string(nil)
		if i%4 == 3 {
			from = []string{fmt.Sprintf("S-%03d", i)}
		}
		s := record.Source{ID: fmt.Sprintf("S-%03d", i+1), Kind: "report", Title: fmt.Sprint("Text ", i+1), Date: "2024-05-03", DerivedFrom: from}
		if from == nil {
			s.Origin = record.OriginOwn
		}
		g.must(g.a.Record.Describe(ctx, g.a.By(), s))
		g.must(g.a.Record.AddBasis(ctx, g.a.By(), record.Basis{Source: s.ID, Kind: record.PublicRecord, Citation: "a report"}))
	}
}

func (g *generated) addPeople(ctx context.Context) {
	for i := range 100 * g.scale {
		source, n := g.at(i)
		g.must(g.a.Record.AddPerson(ctx, g.a.By(), record.Person{Source: source, Unit: "individual", Label: fmt.Sprint("former detainee ", i+1)}))
		if i%10 > 0 {
			continue
		}
		g.must(g.a.Record.AddPlace(ctx, g.a.By(), record.Place{Kind: "prison", Names: []record.Name{{Text: fmt.Sprint("Depot ", i), Kind: record.NameProper}}, Precision: "10km"}))
		g.must(g.a.Record.AddEvent(ctx, g.a.By(), record.Event{Title: fmt.Sprint("Arrest ", i+1), First: "2024-05~", Place: fmt.Sprintf("PL-%02d", i/10+1),
			Acts:     []record.EventAct{{N: 1, Type: "arrest", Victim: fmt.Sprintf("P-%02d", i+1)}},
			Attested: []record.Attestation{{Anchor: record.Anchor{Source: source, Sentence: n, Through: n}, Connection: "witness"}}}))
	}
}

// words are the exact words of a sentence.
func words(source string, n int) string {
	text, _ := strconv.Atoi(strings.TrimPrefix(source, "S-"))
	return fmt.Sprintf("Sentence %d of text %d says that the ministry held %d people in the depot.", n, text, n-1)
}

func (g *generated) addWords(ctx context.Context) {
	for i := range g.recs() {
		source, n := g.at(i)
		g.must(g.a.Followup.AddRecommendation(ctx, g.a.By(), followup.Recommendation{Text: "Release them", Source: source, From: n, To: n, Words: words(source, n),
			Addressees: []string{"Ministry"}, Issuer: "Monitor"}))
	}
	for i := range 100 * g.scale {
		source, n := g.at(i)
		target := record.Target{Kind: record.TargetRecommendation, ID: fmt.Sprintf("R-%02d", i%g.recs()+1)}
		if i%5 == 4 {
			target = record.Target{Kind: record.TargetReport}
		}
		g.must(g.a.Record.Say(ctx, g.a.By(), record.Statement{Source: source, From: n, To: n, Words: words(source, n), Speaker: []string{"Ministry", "Monitor", "Union", "Office"}[i%4],
			Target: target, Stance: record.Accepts, SaidOn: "2024-05-03"}))
		if i%20 == 0 && target.ID != "" {
			g.must(g.a.Followup.TakePosition(ctx, g.a.By(), followup.Position{Recommendation: target.ID, Statement: fmt.Sprintf("ST-%03d", i+1), Value: followup.Supported}))
		}
		if i%2 == 0 {
			_, _, err := g.a.Record.AddCode(ctx, g.a.By(), record.Code{Source: source, From: n, To: n, Term: "arrest"})
			g.must(nil, err)
		}
		if i%20 == 0 {
			g.must(g.a.Record.AddQuantity(ctx, g.a.By(), record.Quantity{Source: source, From: n, To: n, Words: words(source, n), Value: fmt.Sprint(n - 1), Unit: "person",
				Population: "people in the depot", Definition: "held at once", AssertedBy: "a report"}))
		}
	}
}

func (g *generated) addClaims(ctx context.Context) {
	const batch = 1000
	for first := 0; first < g.claims(); first += batch {
		var list []corroborate.Claim
		for i := first; i < first+batch; i++ {
			// Claims of one text follow each other, as they do when somebody reads it.
			n := i * g.texts / g.claims()
			source := fmt.Sprintf("S-%03d", n+1)
			list = append(list, corroborate.Claim{Text: fmt.Sprintf("%d people were held.", i), Source: source, From: i%perText + 1, To: i%perText + 1, FirstHand: i%3 == 0, Credibility: 3,
				About: []string{fmt.Sprintf("P-%02d", i%(100*g.scale)+1)}})
		}
		g.must(g.a.Corroborate.AddClaims(ctx, g.a.By(), list))
	}
}

func (g *generated) addFindings(ctx context.Context) {
	for i := range g.findings() {
		f := corroborate.Finding{Text: fmt.Sprintf("It is reasonable to conclude that people were held in depot %d.", i), Assertion: corroborate.Established, Outcome: corroborate.Met}
		for n := range 19 {
			f.For = append(f.For, fmt.Sprintf("C-%03d", (i*53+n*997)%g.claims()+1))
		}
		f.Against = []corroborate.Against{{Claim: fmt.Sprintf("C-%03d", (i*53+500)%g.claims()+1), Answer: "It speaks of another year."}}
		if slices.Contains(f.For, f.Against[0].Claim) {
			f.Against = nil
		}
		g.must(g.a.Corroborate.AddFinding(ctx, g.a.By(), f))
	}
	for i := range 200 {
		g.must(g.a.Release.AddParagraph(ctx, g.a.By(), fmt.Sprintf("People were held in depot %d.", i), []string{fmt.Sprintf("F-%02d", i%g.findings()+1)}))
	}
}

// timed is a verb with its words for the i-th run.
type timed struct {
	name string
	args func(i int) []string
}

// measure runs a verb b.N times on an open case.
func (v timed) measure(b *testing.B, a *app.App) {
	peak := resetPeak()
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		var msg bytes.Buffer
		env := canaryEnv(v.args(i), "", new(bytes.Buffer), &msg)
		env.Stdout = io.Discard
		s := newSession(env, outside)
		s.held = a
		root, err := s.root()
		if err != nil {
			b.Fatal(err)
		}
		s.Verbs = root
		root.SetArgs(env.Args)
		root.SetOut(io.Discard)
		start := time.Now()
		if err := root.ExecuteContext(b.Context()); err != nil {
			b.Fatalf("%v: %v\n%s", env.Args, err, &msg)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	at := func(q float64) float64 { return float64(took[int(q*float64(len(took)-1))].Microseconds()) / 1000 }
	b.ReportMetric(at(0.5), "p50-ms")
	b.ReportMetric(at(0.95), "p95-ms")
	b.ReportMetric(0, "ns/op")
	if mb := peak(); mb > 0 {
		b.ReportMetric(mb, "peak-MB")
	}
}

// resetPeak begins to watch the most memory that is resident; the answer is 0 where the
// system does not tell.
func resetPeak() (peak func() float64) {
	debug.FreeOSMemory()
	os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return func() float64 {
		status, _ := os.ReadFile("/proc/self/status")
		_, rest, _ := strings.Cut(string(status), "VmHWM:")
		kb, _ := strconv.ParseFloat(strings.TrimSpace(strings.TrimSuffix(strings.SplitN(rest, "\n", 2)[0], "kB")), 64)
		return kb / 1024
	}
}

// verbs are all verbs of the rooms, in their usual forms.
func (g *generated) verbs() []timed {
	g.texts = g.sentences() / perText
	id := func(form string, n int) func(i int) string {
		return func(i int) string { return fmt.Sprintf(form, i*7919%n+1) }
	}
	src, person, claim, finding, rec, st := id("S-%03d", g.texts), id("P-%02d", 100*g.scale), id("C-%03d", g.claims()), id("F-%02d", g.findings()), id("R-%02d", g.recs()), id("ST-%03d", 100*g.scale)
	sentence := func(i int) string { return fmt.Sprint(i*613%perText + 1) }
	on := func(verb string, words ...any) func(i int) []string {
		return func(i int) []string {
			args := []string{verb}
			for _, w := range words {
				switch w := w.(type) {
				case string:
					args = append(args, w)
				case func(int) string:
					args = append(args, w(i))
				}
			}
			return args
		}
	}
	passage := func(i int) string { return src(i) + ":" + sentence(i) }
	text := func(i int) string { return fmt.Sprintf("A sentence of run %d.", i) }
	return []timed{
		{"status", on("status")}, {"show list", on("show")}, {"show", on("show", src)}, {"show passage", on("show", passage)}, {"show object", on("show", claim)},
		{"history", on("history", finding)},
		{"source", on("source", src)}, {"source edit", on("source", src, "--title", text)}, {"basis", on("basis", src)}, {"basis add", on("basis", src, "--public-record", text)},
		{"consent", on("consent", src)}, {"consent answer", on("consent", src, "--answer", "public_report:public:role_only=given", "--explained", "purpose,uses,confidentiality_limits,withdrawal_right")},
		{"person", on("person", person)}, {"person list", on("person")}, {"person add", on("person", "--label", text, "--source", src)}, {"place", on("place")}, {"place add", on("place", "--name", text)},
		{"event", on("event", id("EV-%02d", 10*g.scale))}, {"event list", on("event")}, {"event add", on("event", "--title", text, "--act", "arrest", "--victim", person)}, {"event of a person", on("event", "--of", person)},
		{"code", on("code", src)}, {"code add", on("code", passage, "threats")}, {"code compare", on("code", src, "--compare", "M-01,M-02")},
		{"quotes waiting", on("quotes")}, {"say", on("say")}, {"say one", on("say", st)}, {"say about", on("say", "--about", rec)},
		{"say add", on("say", "--from", passage, "--speaker", "Ministry", "--stance", "asserts", "--target", "report")},
		{"quantity", on("quantity", "QT-01", "--against", "QT-02")}, {"quantity add", on("quantity", "--from", passage, "--value", "3", "--unit", "person", "--population", "people", "--definition", "held", "--asserted-by", "a report")},
		{"claim", on("claim", claim)}, {"claim list", on("claim")}, {"claim add", on("claim", text, "--from", passage, "--about", person)}, {"claim judge", on("claim", claim, "--credibility", "4")},
		{"finding", on("finding", finding)}, {"finding list", on("finding")}, {"finding add", on("finding", text, "--for", claim)}, {"finding edit", on("finding", finding, "--contrary-search", text)}, {"undo", on("undo", finding)},
		{"policy", on("policy")}, {"report", on("report")}, {"report add", on("report", text, "--cite", finding)}, {"reply list", on("reply")},
		{"rec", on("rec", rec)}, {"rec list", on("rec")}, {"rec add", on("rec", text, "--from", passage, "--to", "Ministry")}, {"rec edit", on("rec", rec, "--theme", text)},
		{"position", on("position", rec)}, {"position add", on("position", "R-01", "--statement", "ST-001", "--value", "supported")},
		{"action", on("action")}, {"action add", on("action", text, "--rec", rec, "--actor", "Ministry", "--from", passage)},
		{"assess", on("assess", rec)}, {"assess add", on("assess", rec, "--axis", "implementation", "--value", "not_assessed", "--why", text, "--confidence", "low")},
		{"search-log add", on("search-log", "--rec", rec, "--actor", "Ministry", "--to", "2024-06-01", "--where", "its site")},
		{"matrix", on("matrix", "--as-of", "2024-12-31", "--all")}, {"matrix of one", on("matrix", "--rec", rec)},
		{"check of all findings", on("finding", "--all")},
	}
}
