package ledger

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"heed/internal/store"
)

const (
	soakTime = "HEED_SOAK" // how long, such as 10m
	soakFile = "HEED_TEST_SOAK_FILE"
	soakName = "HEED_TEST_SOAK_NAME"
	soakEnd  = "HEED_TEST_SOAK_TIME"

	soakProcesses  = 2
	soakGoroutines = 4
)

// TestTwoProcessesEightWriters lets two processes of four writers each act on one store, while
// this one reads. Nothing acknowledged is missing, nobody waits for ever, and the ledger
// gives the one order of all acts. HEED_SOAK=10m makes it long.
func TestTwoProcessesEightWriters(t *testing.T) {
	how := 2 * time.Second
	if s := os.Getenv(soakTime); s != "" {
		var err error
		if how, err = time.ParseDuration(s); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "s.db")
	db := openFile(t, path, true)
	ctx, stop := context.WithTimeout(t.Context(), how+2*time.Minute)
	defer stop()
	said := make([][]string, soakProcesses)
	errs := make(chan error, soakProcesses)
	for i := range said {
		go func() {
			var err error
			said[i], err = soakProcess(ctx, path, fmt.Sprintf("M-%02d", i+1), how)
			errs <- err
		}()
	}
	checks := 0
	for done := 0; done < soakProcesses; {
		select {
		case err := <-errs:
			if err != nil {
				t.Error(err)
			}
			done++
		case <-time.After(how / 4):
			if p := problems(t, db, mirror{"words"}); len(p) != 0 {
				t.Errorf("while others write: %v", p[:min(3, len(p))])
			}
			checks++
		}
	}
	acts := soakCompare(t, db, said)
	t.Logf("%d acts in %v: %.0f acts/s, %d checks beside them", acts, how, float64(acts)/how.Seconds(), checks)
}

// mirror is a room that holds what the acts thing.added say, each with the same text.
type mirror struct{ text string }

func (mirror) IDs(tx *store.Tx) ([]string, error) { return Objects(tx, "thing.added") }

func (m mirror) Version(_ *store.Tx, id string) (any, error) { return thing{id, m.text}, nil }

// soakProcess runs this test binary as a process of writers and returns the ids that it
// was told are kept, a line "WRITER ID" each.
func soakProcess(ctx context.Context, path, name string, how time.Duration) (lines []string, err error) {
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestSoakChild$")
	cmd.Env = append(os.Environ(), soakFile+"="+path, soakName+"="+name, soakEnd+"="+how.String())
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	for s := bufio.NewScanner(out); s.Scan(); {
		if line, ok := strings.CutPrefix(s.Text(), "kept "); ok {
			lines = append(lines, line)
		} else if s.Text() != "PASS" {
			err = fmt.Errorf("process %s: %s", name, s.Text())
		}
	}
	if werr := cmd.Wait(); werr != nil {
		return lines, fmt.Errorf("process %s: %w", name, werr)
	}
	return lines, err
}

// soakCompare holds what the writers were told against the ledger: each act is there once,
// under the member who did it, and each writer's acts stand in the order in which it did them.
func soakCompare(t *testing.T, db *store.DB, said [][]string) (acts int) {
	t.Helper()
	place := map[string]int64{}
	by := map[string]string{}
	for i, e := range entriesOf(t, db) {
		if e.Seq != int64(i) {
			t.Fatalf("entry %d stands at %d", e.Seq, i)
		}
		if e.Kind != "thing.added" {
			continue // the clock of this machine may have been set back
		}
		if _, twice := place[e.Object]; twice {
			t.Errorf("%s was given twice", e.Object)
		}
		place[e.Object], by[e.Object] = e.Seq, e.By
	}
	for i, lines := range said {
		member := fmt.Sprintf("M-%02d", i+1)
		last := map[string]int64{}
		for _, line := range lines {
			writer, id, _ := strings.Cut(line, " ")
			seq, kept := place[id]
			if !kept || by[id] != member {
				t.Errorf("%s of %s: lost, or of another", id, member)
			}
			if before, any := last[writer]; any && seq <= before {
				t.Errorf("%s of %s stands before an earlier act", id, member)
			}
			last[writer] = seq
			acts++
		}
		if len(last) != soakGoroutines {
			t.Errorf("%d writers of %s got through, want %d", len(last), member, soakGoroutines)
		}
	}
	if acts != len(place) {
		t.Errorf("%d acts stand in the ledger, %d were acknowledged", len(place), acts)
	}
	if p := problems(t, db, mirror{"words"}); len(p) != 0 {
		t.Errorf("problems: %v", p[:min(3, len(p))])
	}
	return acts
}

// TestSoakChild is one process of writers; by itself it does nothing.
func TestSoakChild(t *testing.T) {
	path := os.Getenv(soakFile)
	if path == "" {
		return
	}
	how, err := time.ParseDuration(os.Getenv(soakEnd))
	if err != nil {
		t.Fatal(err)
	}
	db := openFile(t, path, false)
	end := time.Now().Add(how)
	var wg sync.WaitGroup
	for g := range soakGoroutines {
		wg.Go(func() {
			for time.Now().Before(end) {
				var id string
				err := db.Update(t.Context(), func(tx *store.Tx) (err error) {
					if id, err = NewID(tx, "T", 3); err != nil {
						return err
					}
					_, err = Append(tx, Act{Kind: "thing.added", By: Actor{os.Getenv(soakName)}, Object: id,
						Subject: fmt.Sprintf("S-%03d", g), Version: thing{id, "words"}})
					return err
				})
				if err != nil {
					t.Error(err)
					return
				}
				fmt.Printf("kept %d %s\n", g, id)
			}
		})
	}
	wg.Wait()
}

func openFile(t testing.TB, path string, create bool) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: path, Create: create, Schemas: []store.Schema{Schema()}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}
