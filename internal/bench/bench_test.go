package bench

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/fault"
	"heed/internal/keys"
)

func options(dir string) Options {
	return Options{Dir: dir, Size: 100_000, Entries: MinEntries, Window: 5 * time.Millisecond, Cost: keys.FloorCost, Clock: time.Now}
}

// empty holds that nothing was left in the directory.
func empty(t *testing.T, dir string) {
	t.Helper()
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

// One whole run over a named file, with one of the two programs in the path.
func TestRun(t *testing.T) {
	programs, dir, data := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "-n")
	t.Setenv("PATH", programs)
	if err := os.WriteFile(filepath.Join(programs, sha256Name), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	content := []byte(strings.Repeat("noise without an end ", 10_000))
	if err := os.WriteFile(data, content, 0o600); err != nil {
		t.Fatal(err)
	}
	o := options(dir)
	o.Data = data
	got, err := Run(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	empty(t, dir)
	if after, err := os.ReadFile(data); err != nil || string(after) != string(content) {
		t.Errorf("the file was touched: %v", err)
	}
	if got.Bytes != int64(len(content)) || got.Entries < MinEntries || got.System == "" {
		t.Errorf("measured with %d bytes and %d entries on %q", got.Bytes, got.Entries, got.System)
	}
	if _, err := json.Marshal(got); err != nil {
		t.Error(err)
	}
	checkFigures(t, got.Figures)
}

func checkFigures(t *testing.T, figures []Figure) {
	t.Helper()
	known := map[string]bool{}
	for _, f := range figures {
		if f.Value == nil && f.Note == "" {
			t.Errorf("%s: neither a value nor a reason", f.What)
		}
		if f.Value == nil {
			continue
		}
		known[f.What] = true
		if len(f.Sides) == 0 && (*f.Value <= 0 || f.Unit == "") {
			t.Errorf("%s: %v %q", f.What, *f.Value, f.Unit)
		}
		if f.Unit == "" && (len(f.Sides) != 2 || math.Abs(*f.Value-f.Sides[0].Value/f.Sides[1].Value) > 1e-9) {
			t.Errorf("%s: %v is not the ratio of %v", f.What, *f.Value, f.Sides)
		}
	}
	for _, what := range []string{oneWriter, manyWriters, syncedFiles, syncedBlocks, oneWriter + " : " + syncedFiles, adding, hashing, sha256sum, encrypting,
		adding + " : " + hashing, adding + " : " + sha256sum, adding + " : " + encrypting, returning, backingUp, restoring} {
		if !known[what] {
			t.Errorf("%s was not measured", what)
		}
	}
	for _, what := range []string{ageProgram, adding + " : " + ageProgram} {
		if known[what] {
			t.Errorf("%s was measured, and there is no such program", what)
		}
	}
	for part, want := range map[string]int{"opening after": 3, "check per": 3, "acts in batches": 3, "unlocking: Argon2id, 64 MiB": 1} {
		n := 0
		for what := range known {
			if strings.HasPrefix(what, part) {
				n++
			}
		}
		if n != want {
			t.Errorf("%d figures begin with %q, want %d", n, part, want)
		}
	}
}

// A run that is stopped, at any part of it, leaves nothing.
func TestStoppedRunLeavesNothing(t *testing.T) {
	for _, at := range []string{"measuring " + manyWriters, "measuring " + restoring, "filling the ledger"} {
		t.Run(at, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			ctx, stop := context.WithCancel(t.Context())
			o, reached := options(dir), false
			o.Progress = func(step string, _, _ int64) {
				if step == at {
					reached = true
					stop()
				}
			}
			if _, err := Run(ctx, o); !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			if !reached {
				t.Error("it never came so far")
			}
			empty(t, dir)
		})
	}
}

func TestRunRefuses(t *testing.T) {
	nothing := filepath.Join(t.TempDir(), "nothing")
	if err := os.WriteFile(nothing, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(*Options){
		"few entries": func(o *Options) { o.Entries = MinEntries - 1 },
		"no file":     func(o *Options) { o.Data = filepath.Join(o.Dir, "missing") },
		"empty file":  func(o *Options) { o.Data = nothing },
		"directory":   func(o *Options) { o.Data = t.TempDir() },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			o := options(dir)
			spoil(&o)
			if _, err := Run(t.Context(), o); fault.KindOf(err) != fault.Invalid {
				t.Errorf("got %v", err)
			}
			empty(t, dir)
		})
	}
	o := options(filepath.Join(t.TempDir(), "zyxcanary"))
	if _, err := Run(t.Context(), o); err == nil || strings.Contains(err.Error(), "zyxcanary") {
		t.Errorf("a directory that is not there: %v", err)
	}
}

// What is not known of one contender does not touch the others, and the median counts.
func TestInTurns(t *testing.T) {
	r := &run{}
	n := 0.0
	got, err := r.inTurns(t.Context(),
		contender{"rising", "x", func(context.Context) (float64, error) { n++; return n * n, nil }},
		contender{"missing", "x", func(context.Context) (float64, error) { return 0, notKnown("not found") }})
	if err != nil || len(got) != 1 || got["rising"] != 4 || n != rounds {
		t.Errorf("%v %v after %v rounds", got, err, n)
	}
	r.ratio("rising", "missing", "x", got)
	if f := r.out.Figures; len(f) != 3 || *f[0].Value != 4 || f[1].Value != nil || f[1].Note != "not found" || f[2].Value != nil {
		t.Errorf("figures %+v", f)
	}
	broken := errors.New("broken")
	if _, err := r.inTurns(t.Context(), contender{"broken", "x", func(context.Context) (float64, error) { return 0, broken }}); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}
