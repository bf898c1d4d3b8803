//go:build darwin || linux

package store

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"heed/internal/fault"
)

const limitDir = "HEED_TEST_STORE_LIMIT_DIR"

// TestFullDisk makes a copy and an upgrade that do not fit. A limit on the size of files stands
// in for the full disk: write(2) fails in the middle in the same way. The limit would hold for
// the whole process, hence a child.
func TestFullDisk(t *testing.T) {
	dir := made(t)
	db := open(t, dir, false)
	err := db.Update(t.Context(), func(tx *Tx) error {
		tx.Acted()
		_, err := tx.Exec("INSERT INTO probe VALUES (hex(zeroblob(1500000)), 1)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	before := rows(t, config(dir, false))
	cmd := exec.Command(os.Args[0], "-test.run=^TestFullDiskChild$")
	cmd.Env = append(os.Environ(), limitDir+"="+dir)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 1 {
		t.Errorf("left: %v", left)
	}
	if got := rows(t, config(dir, false)); got != before {
		t.Error("the store changed")
	}
}

// TestFullDiskChild is the process in which TestFullDisk fails; by itself it does nothing.
func TestFullDiskChild(t *testing.T) {
	dir := os.Getenv(limitDir)
	if dir == "" {
		return
	}
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 1 << 20, Max: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	db := open(t, dir, false)
	for name, err := range map[string]error{
		"copy":    db.CopyTo(t.Context(), filepath.Join(dir, "amina"), [32]byte{7}),
		"upgrade": func() error { _, err := Open(t.Context(), later(dir, addColumn)); return err }(),
	} {
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "disk") || strings.Contains(err.Error(), "amina") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
