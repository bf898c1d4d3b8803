package hold

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/fault"
)

func must(t *testing.T, take func(string) (*Lock, error), path string) *Lock {
	t.Helper()
	l, err := take(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Release() })
	return l
}

func refused(t *testing.T, take func(string) (*Lock, error), path, when string) {
	t.Helper()
	l, err := take(path)
	if fault.KindOf(err) != fault.Held {
		t.Errorf("%s: %v", when, err)
	}
	l.Release()
}

func TestManyOrOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	a, b := must(t, Shared, path), must(t, Shared, path)
	refused(t, Exclusive, path, "alone beside two")
	if err := a.Release(); err != nil {
		t.Fatal(err)
	}
	refused(t, Exclusive, path, "alone beside one")
	if err := b.Release(); err != nil {
		t.Fatal(err)
	}
	alone := must(t, Exclusive, path)
	refused(t, Shared, path, "shared beside one alone")
	refused(t, Exclusive, path, "two alone")
	if err := alone.Release(); err != nil {
		t.Fatal(err)
	}
	must(t, Shared, path)
	if fi, err := os.Stat(path); err != nil || fi.Mode().Perm() != 0o600 || fi.Size() != 0 {
		t.Errorf("lock file: %v, %v", fi, err)
	}
}

func TestReleaseTwice(t *testing.T) {
	l := must(t, Exclusive, filepath.Join(t.TempDir(), "lock"))
	for range 2 {
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	}
	if err := (*Lock)(nil).Release(); err != nil {
		t.Error(err)
	}
}

func TestNoPlaceForALock(t *testing.T) {
	_, err := Shared(filepath.Join(t.TempDir(), "amina", "lock"))
	if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), "amina") {
		t.Errorf("got %v", err)
	}
}

// A lock on a file that was replaced is no lock: the next to come looks at the new one.
func TestReplacedFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lock")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if same, err := isAt(f, path); err != nil || !same {
		t.Fatalf("before: %v, %v", same, err)
	}
	if err := os.Rename(path, path+".old"); err != nil {
		t.Fatal(err)
	}
	if same, err := isAt(f, path); err != nil || same {
		t.Errorf("without a file: %v, %v", same, err)
	}
	must(t, Exclusive, path)
	if same, err := isAt(f, path); err != nil || same {
		t.Errorf("with another file: %v, %v", same, err)
	}
}

const childLock = "HEED_TEST_HOLD"

// The system frees the lock of a process that is killed.
func TestKilledProcessHoldsNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	cmd := exec.Command(os.Args[0], "-test.run=^TestHoldChild$")
	cmd.Env = append(os.Environ(), childLock+"="+path)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "held\n" {
		t.Fatalf("child said %q, %v", line, err)
	}
	refused(t, Shared, path, "beside a living process")
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait() // it ends by the signal, which is an error
	must(t, Exclusive, path)
}

// TestHoldChild is the process that is killed; by itself it does nothing.
func TestHoldChild(t *testing.T) {
	path := os.Getenv(childLock)
	if path == "" {
		return
	}
	must(t, Exclusive, path)
	if _, err := os.Stdout.WriteString("held\n"); err != nil {
		t.Fatal(err)
	}
	time.Sleep(time.Minute)
}
