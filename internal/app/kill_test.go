package app

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
)

const testPassphrase = "a long enough one"

// These make the test binary the process that is killed: the case, what it does there, and
// at which step of its progress it kills itself (0 for never).
const (
	victimEnv = "HEED_TEST_VICTIM"
	jobEnv    = "HEED_TEST_JOB"
	dieEnv    = "HEED_TEST_DIE"
	limitEnv  = "HEED_TEST_LIMIT" // bytes that a file may have, as on a full disk
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimEnv); dir != "" {
		if err := Explain(victim(dir, os.Getenv(jobEnv), os.Getenv(dieEnv))); err != nil {
			fmt.Println("failed", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func me() Who { return Who{Passphrase: []byte(testPassphrase)} }

// victim does one job. Before each act it says "begin", and after it, when the house has
// acknowledged, "done" with what must now be so. The parent keeps these lines, outside
// the case.
func victim(dir, job, die string) error {
	c := Config{Dir: dir, Clock: SystemClock, Progress: dieAt(die)}
	if err := limitFiles(os.Getenv(limitEnv)); err != nil {
		return err
	}
	switch job {
	case "rotate":
		fmt.Println("begin rotate")
		if _, err := Rotate(context.Background(), c, keys.Change{}, me()); err != nil {
			return err
		}
		fmt.Println("done rotate case -")
		return nil
	case "restore":
		return restoreVictim(c)
	case "remove":
		fmt.Println("begin remove")
		if _, err := Rotate(context.Background(), c, keys.Change{Remove: []string{"M-02"}}, me()); err != nil {
			return err
		}
		fmt.Println("done remove M-02 -")
		return nil
	}
	a, err := Open(context.Background(), c, me())
	if err != nil {
		return err
	}
	defer a.Close()
	switch job {
	case "add":
		return addOnce(a)
	case "backup":
		return backupOnce(a)
	case "destroy":
		return destroyOnce(a)
	}
	return writeForEver(a)
}

// dieAt is a progress that kills its own process at the nth step it is told of.
func dieAt(n string) Progress {
	left, err := strconv.Atoi(n)
	if err != nil || left == 0 {
		return nil
	}
	return func(string, int64, int64) {
		if left--; left == 0 {
			self, err := os.FindProcess(os.Getpid())
			if err == nil {
				self.Kill()
			}
			select {} // until the signal arrives
		}
	}
}

// writeForEver takes in originals, open and sealed, seals names, and from time to time
// destroys a source's key or makes a backup.
func writeForEver(a *App) error {
	ctx := context.Background()
	run := rand.Int64()
	for i := 0; ; i++ {
		body := bytes.Repeat(fmt.Appendf(nil, "Line %d of run %d. ", i, run), 1+i%5*400)
		fmt.Println("begin add")
		got, err := a.Intake.Add(ctx, a.By(), intake.Incoming{Name: "n.txt", Body: bytes.NewReader(body), Sealed: i%3 == 1})
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		fmt.Printf("done original %s %s\n", got.Original.ID, hex.EncodeToString(sum[:]))
		fmt.Println("begin seal")
		ref, err := a.Seal(ctx, got.Original.ID, seal.Name, strings.NewReader(fmt.Sprintf("Name %d of run %d", i, run)))
		if err != nil {
			return err
		}
		fmt.Printf("done seal %s %s\n", ref, got.Original.ID)
		switch i % 8 {
		case 3:
			err = destroyOnce(a)
		case 6:
			err = backupOnce(a)
		}
		if err != nil {
			return err
		}
	}
}

// addOnce takes in one original of half a megabyte, sealed.
func addOnce(a *App) error {
	body := bytes.Repeat([]byte(fmt.Sprintf("Run %d. ", rand.Int64())), 1<<15)
	fmt.Println("begin add")
	got, err := a.Intake.Add(context.Background(), a.By(), intake.Incoming{Name: "n.txt", Body: bytes.NewReader(body), Sealed: true})
	if err != nil {
		return err
	}
	fmt.Printf("done original %s -\n", got.Original.ID)
	return nil
}

// destroyOnce destroys the key of the oldest source that has one.
func destroyOnce(a *App) error {
	all, err := a.Intake.Originals(context.Background())
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(o intake.Original) bool { return o.Erased == 0 })
	if i < 0 {
		return errors.New("nothing is left to destroy")
	}
	fmt.Println("begin destroy")
	if _, err := a.Destroy(context.Background(), all[i].ID, "the test says so"); err != nil {
		return err
	}
	fmt.Printf("done destroy %s -\n", all[i].ID)
	return nil
}

func backupOnce(a *App) error {
	dest := fmt.Sprintf("%s-backup-%d", a.c.Dir, rand.Int64())
	fmt.Println("begin backup")
	if _, err := a.Backup(context.Background(), dest, SystemClock().Add(time.Hour)); err != nil {
		return err
	}
	fmt.Printf("done backup %s -\n", dest)
	return nil
}

// kills is how many times something is killed at a random moment; ./test sets it.
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

// promised is what was acknowledged: kind and id, and what must be so.
type promised map[string]string

// note keeps a "done" line. What is destroyed is promised no more, but to be gone.
func (p promised) note(line string) {
	f := strings.Fields(line) // done KIND ID WHAT
	if len(f) != 4 || f[0] != "done" {
		return
	}
	p[f[1]+" "+f[2]] = f[3]
	if f[1] != "destroy" {
		return
	}
	delete(p, "original "+f[2])
	for key, subject := range p {
		if strings.HasPrefix(key, "seal ") && subject == f[2] {
			delete(p, key)
		}
	}
}

// TestKilledWritersLoseNothing kills a process in the middle of an act, again and again
// on the same case: taking in, sealing, destroying, backing up, rotating. After each kill
// the case opens, check passes, everything that was acknowledged is so, and nothing
// that nobody refers to lies about. Only kills between a "begin" and its "done" count.
func TestKilledWritersLoseNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	begin(t, dir, record.Case{Title: "Killed"}).Close()
	acknowledged, landed := promised{}, map[string]int{}
	want, total, tries := kills(t), 0, 0
	for total < want {
		if tries++; tries > want*5 {
			t.Fatalf("only %d of %d kills landed in an act", total, tries)
		}
		job := "write"
		if tries%6 == 5 {
			job = "rotate"
		}
		in, lines := killOne(t, dir, job)
		for _, l := range lines {
			acknowledged.note(l)
		}
		if in != "" {
			landed[in]++
			total++
		}
		verifyPromised(t, dir, acknowledged)
		if t.Failed() {
			t.Fatalf("after kill %d", tries)
		}
	}
	t.Logf("%d kills landed in unacknowledged acts, of %d: %v; %d acknowledged acts, all kept", total, tries, landed, len(acknowledged))
}

// TestKilledAtEachStep kills destroying, backing up and rotating at the first, second,
// … step that they tell of, until one is told of no more.
func TestKilledAtEachStep(t *testing.T) {
	for _, job := range []string{"destroy", "backup", "rotate", "restore"} {
		t.Run(job, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "case")
			a := begin(t, dir, record.Case{Title: "Killed"})
			acknowledged := promised{}
			for i := range 12 {
				addNamed(t, a, acknowledged, i)
			}
			if job == "restore" {
				if err := backupTo(a, dir+".backup"); err != nil {
					t.Fatal(err)
				}
			}
			a.Close()
			steps := 0
			for ; ; steps++ {
				if steps > 200 {
					t.Fatal("it never comes to an end")
				}
				done := dieOnce(t, dir, job, steps+1)
				for _, l := range done {
					acknowledged.note(l)
				}
				verifyPromised(t, dir, acknowledged)
				if t.Failed() {
					t.Fatalf("killed at step %d", steps+1)
				}
				if len(done) > 0 {
					break
				}
			}
			if steps < 3 {
				t.Errorf("%s told of %d steps only", job, steps)
			}
			t.Logf("%s was killed at each of its %d steps", job, steps)
		})
	}
}

// addNamed takes in one original, every other one sealed, and seals a name with it.
func addNamed(t *testing.T, a *App, p promised, i int) {
	t.Helper()
	body := fmt.Sprintf("The text of number %d.", i)
	got, err := a.Intake.Add(t.Context(), a.By(), intake.Incoming{Name: "n.txt", Body: strings.NewReader(body), Sealed: i%2 == 1})
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	p.note(fmt.Sprintf("done original %s %x", got.Original.ID, sum))
	ref, err := a.Seal(t.Context(), got.Original.ID, seal.Name, strings.NewReader(fmt.Sprintf("Name %d", i)))
	if err != nil {
		t.Fatal(err)
	}
	p.note(fmt.Sprintf("done seal %s %s", ref, got.Original.ID))
}

func backupTo(a *App, dest string) error {
	_, err := a.Backup(context.Background(), dest, SystemClock().Add(time.Hour))
	return err
}

// restoreVictim restores beside the case; the case itself is what the parent looks at.
func restoreVictim(c Config) error {
	f, err := os.Open(c.Dir + ".backup")
	if err != nil {
		return err
	}
	defer f.Close()
	c.Dir += ".restored"
	fmt.Println("begin restore")
	// One that was killed after its commit is there: opening it does the rest.
	committed, err := exists(c.path(rotatedDir))
	if err != nil {
		return err
	}
	if placed, err := exists(c.path(storeFile)); err == nil && !placed && !committed {
		_, err = Restore(context.Background(), c, Restoring{Backup: f}, me())
		if err != nil {
			return err
		}
	}
	a, err := Open(context.Background(), c, me())
	if err != nil {
		return err
	}
	fmt.Println("done restore case -")
	return a.Close()
}

// begin makes a case.
func begin(t testing.TB, dir string, c record.Case) *App {
	t.Helper()
	a, _, err := Init(t.Context(), Config{Dir: dir, Clock: SystemClock}, Begin{Case: c, Handle: "amina", Cost: keys.FloorCost}, []byte(testPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func start(t *testing.T, dir, job string, die int) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), victimEnv+"="+dir, jobEnv+"="+job, dieEnv+"="+strconv.Itoa(die))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewReader(out)
}

// dieOnce runs a job that kills itself at a step, and returns what it acknowledged.
func dieOnce(t *testing.T, dir, job string, step int) (done []string) {
	t.Helper()
	cmd, r := start(t, dir, job, step)
	all, _ := io.ReadAll(r)
	cmd.Wait()
	for l := range strings.Lines(string(all)) {
		if strings.HasPrefix(l, "failed") {
			t.Fatalf("%s failed at step %d: %s", job, step, l)
		}
		if strings.HasPrefix(l, "done") {
			done = append(done, l)
		}
	}
	return done
}

// killOne starts a job, kills it after a random while once it has begun, and answers in
// which act it was, if in any, and what it had acknowledged.
func killOne(t *testing.T, dir, job string) (in string, done []string) {
	t.Helper()
	cmd, r := start(t, dir, job, 0)
	first, err := r.ReadString('\n')
	if err != nil || !strings.HasPrefix(first, "begin") {
		t.Fatalf("%s did not begin: %q %v", job, first, err)
	}
	time.Sleep(time.Duration(rand.IntN(400_000)) * time.Microsecond)
	if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Fatal(err)
	}
	rest, _ := io.ReadAll(r)
	cmd.Wait()
	for l := range strings.Lines(first + string(rest)) {
		switch f := strings.Fields(l); {
		case strings.HasPrefix(l, "failed"):
			t.Fatalf("%s failed: %s", job, l)
		case len(f) == 2 && f[0] == "begin":
			in = f[1]
		case len(f) == 4 && f[0] == "done":
			in, done = "", append(done, l)
		}
	}
	return in, done
}

// verifyPromised opens the case as anybody would, looks for everything that was
// acknowledged, and for what should not be there.
func verifyPromised(t *testing.T, dir string, p promised) {
	t.Helper()
	a, err := Open(t.Context(), Config{Dir: dir, Clock: SystemClock}, me())
	if err != nil {
		t.Fatalf("the case does not open: %v", err)
	}
	defer a.Close()
	_, problems, err := a.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range problems {
		t.Errorf("check: %s: %s", q.Place, q.What)
	}
	items, err := a.Seals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	subject := map[string]string{}
	for _, i := range items {
		subject[string(i.Ref)] = i.Subject
	}
	for key, want := range p {
		kind, id, _ := strings.Cut(key, " ")
		switch kind {
		case "seal":
			if subject[id] != want && !erasedOnRequest(t, a, want) {
				t.Errorf("the acknowledged seal %s is gone", id)
			}
		case "original":
			verifyOriginal(t, a, id, want, subject)
		case "destroy":
			if o, err := a.Intake.Original(t.Context(), id); err != nil || o.Erased == 0 {
				t.Errorf("%s, whose key was destroyed, is back", id)
			}
		case "backup":
			if _, err := os.Stat(id); err != nil {
				t.Error("an acknowledged backup is gone")
			}
		}
	}
	noOrphans(t, a)
}

func verifyOriginal(t *testing.T, a *App, id, want string, subject map[string]string) {
	t.Helper()
	o, err := a.Intake.Original(t.Context(), id)
	switch {
	case err != nil:
		t.Errorf("the acknowledged original %s is gone: %v", id, err)
	case o.Erased != 0:
		if !erasedOnRequest(t, a, id) {
			t.Errorf("the acknowledged original %s was erased and nobody asked for it", id)
		}
	case !o.Sealed() && o.SHA256 != want:
		t.Errorf("the acknowledged original %s is another", id)
	case o.Sealed() && subject[string(o.Original)] != id:
		t.Errorf("the seal of the acknowledged original %s is gone", id)
	}
}

// erasedOnRequest reports whether a source is erased because somebody asked for it
// durably: a kill after that and before the acknowledgement is finished by the next opening.
func erasedOnRequest(t *testing.T, a *App, source string) bool {
	t.Helper()
	past, err := a.History(t.Context(), source)
	if err != nil {
		t.Fatal(err)
	}
	asked, done := false, false
	for _, p := range past {
		asked = asked || p.Entry.Kind == destroyRequested
		done = done || p.Entry.Kind == ledger.KeyDestroyed
	}
	return asked && done
}

// noOrphans looks for files that no record refers to, once the case was opened.
func noOrphans(t *testing.T, a *App) {
	t.Helper()
	allowed := []string{keysDir, originalsDir, vaultDir, lockFile, storeFile, storeFile + "-wal", storeFile + "-shm", vaultFile, vaultFile + "-wal", vaultFile + "-shm"}
	top, err := os.ReadDir(a.c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range top {
		if !slices.Contains(allowed, f.Name()) {
			t.Errorf("an orphan lies in the case: %s", f.Name())
		}
	}
	originals, err := a.Intake.Originals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	open := 0
	for _, o := range originals {
		if o.Erased == 0 && !o.Sealed() {
			open++
		}
	}
	items, err := a.Seals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := countFiles(t, a.c.path(originalsDir)); n != open {
		t.Errorf("%d files for %d open originals", n, open)
	}
	if n := countFiles(t, a.c.path(vaultDir)); n != len(items) {
		t.Errorf("%d files for %d sealed values", n, len(items))
	}
}

func countFiles(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
