package console

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

// watching is a progress with a clock that a test moves.
func watching(terminal bool) (p *progress, screen *bytes.Buffer, pass func(time.Duration)) {
	now := time.Unix(1_700_000_000, 0)
	screen = &bytes.Buffer{}
	p = &progress{out: screen, terminal: terminal, clock: func() time.Time { return now }}
	return p, screen, func(d time.Duration) { now = now.Add(d) }
}

func TestProgressInAScript(t *testing.T) {
	p, screen, pass := watching(false)
	p.draw()
	for i := range 35 { // 35 seconds, drawn ten times each
		p.tell("wrapping seals", int64(i), 40)
		for range 10 {
			pass(time.Second / 10)
			p.draw()
		}
	}
	want := "wrapping seals  9 of 40\nwrapping seals  19 of 40\nwrapping seals  29 of 40\n"
	if screen.String() != want {
		t.Errorf("printed\n%swant\n%s", screen, want)
	}
	p.rest()
	pass(time.Minute)
	p.draw()
	if screen.String() != want {
		t.Errorf("something was printed while nothing is done:\n%s", screen)
	}
}

func TestProgressLines(t *testing.T) {
	for want, p := range map[string]*progress{
		"checking the ledger":               {step: "checking the ledger"},
		"restoring files  7":                {step: "restoring files", done: 7},
		"taking in  1.0 of 2.5 MiB":         {step: TakingIn, done: 1 << 20, total: 5 << 19},
		"reading the backup back  0.5 MiB":  {step: "reading the backup back", done: 1 << 19},
		"exporting originals  3 of 12":      {step: "exporting originals", done: 3, total: 12},
		"exporting sealed values  0 of 400": {step: "exporting sealed values", total: 400},
	} {
		if got := p.text(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestProgressAtATerminal(t *testing.T) {
	p, screen, pass := watching(true)
	p.tell("checking the ledger", 0, 0)
	pass(900 * time.Millisecond)
	p.draw()
	if screen.Len() > 0 {
		t.Errorf("printed within the first second: %q", screen)
	}
	pass(200 * time.Millisecond)
	p.draw()
	if !strings.Contains(screen.String(), "checking the ledger") {
		t.Errorf("a step without numbers is not shown: %q", screen)
	}
	p.tell("wrapping seals", 20, 40)
	p.draw()
	if !strings.Contains(screen.String(), "wrapping seals  20 of 40  50%") {
		t.Errorf("half of a step is not shown: %q", screen)
	}
	p.rest()
	if got := screen.String(); !strings.HasSuffix(got, " \r") || strings.Trim(got[strings.LastIndex(got, "]"):], "] \r") != "" {
		t.Errorf("the bar was not wiped away: %q", got)
	}
	n := screen.Len()
	pass(time.Second)
	p.draw()
	if screen.Len() != n {
		t.Error("the bar came back while nothing is done")
	}
	p.tell("wrapping seals", 40, 40)
	p.draw() // at its end a bar takes itself away
	p.tell("committing", 0, 0)
	p.draw()
	if !strings.Contains(screen.String()[n:], "committing") {
		t.Errorf("the next step is not shown: %q", screen.String()[n:])
	}
}

// TestProgressStopsBeforeTheVerbEnds: nothing draws when its command has printed, and under
// --json nothing draws at all.
func TestProgressStopsBeforeTheVerbEnds(t *testing.T) {
	var screen bytes.Buffer
	s := &Session{Env: Env{Stderr: &screen, TerminalErr: true, Clock: func() time.Time { return time.Unix(0, 0) }}}
	show, done := s.Watch()
	show("checking", 1, 2)
	if s.shown == nil {
		t.Fatal("nothing is watched")
	}
	done()
	done()
	if s.shown != nil {
		t.Error("it goes on")
	}
	s.JSON = true
	if show, done := s.Watch(); show != nil {
		done()
		t.Error("progress is shown under --json")
	}
	if r := strings.NewReader("x"); s.Watched(r, TakingIn, 1) != io.Reader(r) {
		t.Error("a reader is wrapped for nobody")
	}
}

func TestWatchedReaderCounts(t *testing.T) {
	p, _, _ := watching(false)
	s := &Session{shown: p}
	got, err := io.ReadAll(s.Watched(strings.NewReader(strings.Repeat("x", 5000)), TakingIn, 5000))
	if err != nil || len(got) != 5000 || p.done != 5000 || p.total != 5000 || p.step != TakingIn {
		t.Errorf("%d bytes, %v; told %s %d of %d", len(got), err, p.step, p.done, p.total)
	}
}
