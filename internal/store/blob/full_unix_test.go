//go:build darwin || linux

package blob

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

const limitDir = "HEED_TEST_BLOB_LIMIT_DIR"

// TestFullDisk stores more than fits. A limit on the size of files stands in for the full disk:
// write(2) fails in the middle in the same way. The limit would hold for the whole process,
// hence a child.
func TestFullDisk(t *testing.T) {
	d := open(t)
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDiskChild$")
	cmd.Env = append(os.Environ(), limitDir+"="+d.root)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if got := left(t, d); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

// TestFullDiskChild is the process in which TestFullDisk fails; by itself it does nothing.
func TestFullDiskChild(t *testing.T) {
	root := os.Getenv(limitDir)
	if root == "" {
		return
	}
	d, err := Open(root, [32]byte{42})
	if err != nil {
		t.Fatal(err)
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Put(t.Context(), key1, &failing{after: 8 << 20}); !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("error %v", err)
	}
	if err := d.Import(t.Context(), strings.Repeat("0", 64), 8<<20, &failing{after: 8 << 20, err: io.EOF}); !errors.Is(err, syscall.EFBIG) {
		t.Fatalf("error %v", err)
	}
}
