//go:build darwin || linux

package app

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"heed/internal/keys"
	"heed/internal/record"
)

// limitFiles keeps every file of this process from growing beyond n bytes. write(2) then
// fails in the middle in the same way as on a full disk, and needs no disk of its own.
func limitFiles(n string) error {
	limit, err := strconv.ParseUint(n, 10, 64)
	if err != nil {
		return nil // not asked for
	}
	signal.Ignore(syscall.SIGXFSZ)
	return syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit})
}

// TestFullDisk lets taking in, backing up, restoring, rotating and destroying run into a
// full disk, later and later, until they succeed: each failure says so in a sentence,
// and afterwards the case is whole and nothing lies about.
func TestFullDisk(t *testing.T) {
	for _, job := range []string{"add", "backup", "restore", "rotate", "destroy"} {
		t.Run(job, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "case")
			a := begin(t, dir, record.Case{Title: "Full"})
			acknowledged := promised{}
			for i := range 6 {
				addNamed(t, a, acknowledged, i)
			}
			if err := backupTo(a, dir+".backup"); err != nil {
				t.Fatal(err)
			}
			a.Close()
			failed := 0
			for limit := 1 << 10; ; limit *= 2 {
				if limit > 1<<28 {
					t.Fatal("it never succeeds")
				}
				out := runLimited(t, dir, job, limit)
				for l := range strings.Lines(out) {
					acknowledged.note(l)
				}
				if job == "add" {
					delete(acknowledged, lastAdded(out)) // its digest is not told
				}
				verifyPromised(t, dir, acknowledged)
				left(t, filepath.Dir(dir), job)
				if t.Failed() {
					t.Fatalf("with %d bytes: %s", limit, out)
				}
				if strings.Contains(out, "done") {
					break
				}
				if !strings.Contains(out, "failed ") || !strings.Contains(out, "full") {
					t.Errorf("with %d bytes it says %q", limit, out)
				}
				failed++
			}
			if failed == 0 {
				t.Error("it never ran into the full disk")
			}
		})
	}
}

// TestRotationOnFullDisk removes a custodian of a case with many seals, in steps so fine
// that the disk is full at each part of it, also where SQLite writes a log back and says
// nothing: either nothing has changed, or everything has, and no seal is lost.
func TestRotationOnFullDisk(t *testing.T) {
	const seals = 150
	dir := filepath.Join(t.TempDir(), "case")
	a := begin(t, dir, record.Case{Title: "Full"})
	acknowledged := promised{}
	addNamed(t, a, acknowledged, 0)
	for i := range seals {
		acknowledged.note(fmt.Sprintf("done seal %s S-001", sealName(t, a, "S-001", fmt.Sprintf("Name of number %d", i))))
	}
	a.Close()
	addPerson(t, Config{Dir: dir, Clock: SystemClock}, "ben", keys.Custodian, me())
	failed := 0
	for limit := 200 << 10; ; limit += 50 << 10 {
		if limit > 1<<26 {
			t.Fatal("it never succeeds")
		}
		out := runLimited(t, dir, "remove", limit)
		verifyPromised(t, dir, acknowledged)
		if t.Failed() {
			t.Fatalf("with %d bytes: %s", limit, out)
		}
		if strings.Contains(out, "done") {
			break
		}
		if !strings.Contains(out, "full") {
			t.Errorf("with %d bytes it says %q", limit, out)
		}
		failed++
	}
	if failed < 10 {
		t.Errorf("it ran into the full disk %d times only", failed)
	}
	if n := len(unsealAll(t, reopen(t, dir))); n < seals*len("Name of number 1") {
		t.Errorf("%d bytes can be unsealed", n)
	}
	t.Logf("%d times the disk was full", failed)
}

func lastAdded(out string) string {
	for l := range strings.Lines(out) {
		if f := strings.Fields(l); len(f) == 4 && f[1] == "original" {
			return "original " + f[2]
		}
	}
	return ""
}

func runLimited(t *testing.T, dir, job string, limit int) string {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), victimEnv+"="+dir, jobEnv+"="+job, limitEnv+"="+strconv.Itoa(limit))
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	b, _ := io.ReadAll(out)
	cmd.Wait()
	return string(b)
}

// left looks for what a failure left beside the case.
func left(t *testing.T, parent, job string) {
	t.Helper()
	all, err := os.ReadDir(parent)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		name := f.Name()
		if name == "case" || name == "case.backup" || strings.HasPrefix(name, "case-backup-") || job == "restore" && name == "case.restored" {
			continue
		}
		t.Errorf("beside the case lies %s", name)
	}
}
