package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/record"
	"heed/internal/seal"
)

const testPassphrase = "a long enough one"

// writerEnv makes the test binary the process that is killed.
const writerEnv = "HEED_TEST_WRITER"

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerEnv); dir != "" {
		if err := write(dir); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// write takes in originals, open and sealed, and seals names, for ever. Before each
// write it says "begin", and after it, when the house has acknowledged, "done" with what
// must now be there. The parent keeps these lines outside the case.
func write(dir string) error {
	ctx := context.Background()
	a, err := Open(ctx, Config{Dir: dir, Clock: SystemClock}, "", []byte(testPassphrase))
	if err != nil {
		return err
	}
	run := rand.Int64()
	for i := 0; ; i++ {
		body := bytes.Repeat(fmt.Appendf(nil, "Line %d of run %d. ", i, run), 1+i%5*400)
		fmt.Printf("begin %d\n", i)
		got, err := a.Intake.Add(ctx, a.By(), intake.Incoming{Name: "n.txt", Body: bytes.NewReader(body), Sealed: i%3 == 1})
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		fmt.Printf("done original %s %s\n", got.Original.ID, hex.EncodeToString(sum[:]))
		fmt.Printf("begin %d\n", i)
		ref, err := a.Seal(ctx, got.Original.ID, seal.Name, strings.NewReader(fmt.Sprintf("Name %d of run %d", i, run)))
		if err != nil {
			return err
		}
		fmt.Printf("done seal %s %s\n", ref, got.Original.ID)
	}
}

// kills is how many times the writer is killed; ./test sets it.
func kills(t *testing.T) int {
	s := os.Getenv("HEED_KILLS")
	if s == "" {
		return 20
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		t.Fatalf("HEED_KILLS is no number: %q", s)
	}
	return n
}

// TestKilledWritersLoseNothing kills a writer in the middle of a write, again and again
// on the same case. After each kill the case opens, check passes, and every original and
// seal that was acknowledged is there, bit by bit. Only kills that landed between a
// "begin" and its "done" count.
func TestKilledWritersLoseNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	begin(t, dir, record.Case{Title: "Killed"}).Close()
	acknowledged := map[string]string{}
	want, landed, tries := kills(t), 0, 0
	for landed < want {
		if tries++; tries > want*5 {
			t.Fatalf("only %d of %d kills landed in a write", landed, tries)
		}
		inWrite, lines := killOne(t, dir)
		for _, l := range lines {
			f := strings.Fields(l)
			acknowledged[f[1]+" "+f[2]] = f[3]
		}
		if inWrite {
			landed++
		}
		verifyAcknowledged(t, dir, acknowledged)
		if t.Failed() {
			t.Fatalf("after kill %d", tries)
		}
	}
	t.Logf("%d kills landed in unacknowledged writes, of %d; %d acknowledged acts, all there", landed, tries, len(acknowledged))
}

// begin makes a case.
func begin(t *testing.T, dir string, c record.Case) *App {
	t.Helper()
	a, err := Init(t.Context(), Config{Dir: dir, Clock: SystemClock}, Begin{Case: c, Handle: "amina", Cost: keys.FloorCost}, []byte(testPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

// killOne starts a writer, lets it acknowledge something, kills it after a random while,
// and answers whether it was in the middle of a write, and what it had acknowledged.
func killOne(t *testing.T, dir string) (inWrite bool, done []string) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), writerEnv+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(out)
	first, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(first, "begin") {
		t.Fatalf("the writer did not begin: %q %v", first, err)
	}
	time.Sleep(time.Duration(rand.IntN(120_000)) * time.Microsecond)
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(r)
	cmd.Wait()
	inWrite = true
	for _, l := range strings.Split(strings.TrimSpace(string(rest)), "\n") {
		switch {
		case strings.HasPrefix(l, "failed"):
			t.Fatalf("the writer failed: %s", l)
		case strings.HasPrefix(l, "begin"):
			inWrite = true
		case strings.HasPrefix(l, "done") && len(strings.Fields(l)) == 4:
			inWrite = false
			done = append(done, l)
		}
	}
	return inWrite, done
}

// verifyAcknowledged opens the case as anybody would and looks for everything.
func verifyAcknowledged(t *testing.T, dir string, acknowledged map[string]string) {
	t.Helper()
	a, err := Open(t.Context(), Config{Dir: dir, Clock: SystemClock}, "", []byte(testPassphrase))
	if err != nil {
		t.Fatalf("the case does not open: %v", err)
	}
	defer a.Close()
	_, problems, err := a.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("check: %s: %s", p.Place, p.What)
	}
	items, err := a.Seals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	subject := map[string]string{}
	for _, i := range items {
		subject[string(i.Ref)] = i.Subject
	}
	for key, want := range acknowledged {
		kind, id, _ := strings.Cut(key, " ")
		if kind == "seal" {
			if subject[id] != want {
				t.Errorf("the acknowledged seal %s is gone", id)
			}
			continue
		}
		o, err := a.Intake.Original(t.Context(), id)
		if err != nil {
			t.Errorf("the acknowledged original %s is gone: %v", id, err)
		} else if !o.Sealed() && o.SHA256 != want {
			t.Errorf("the acknowledged original %s is another", id)
		} else if o.Sealed() && subject[string(o.Original)] != id {
			t.Errorf("the seal of the acknowledged original %s is gone", id)
		}
	}
}
