//go:build darwin || linux

package main

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"heed/bundle"
)

// TestNoRegularFile: a pipe nobody writes to and a device without end are refused unopened.
func TestNoRegularFile(t *testing.T) {
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{fifo, "/dev/zero", t.TempDir()} {
		for _, args := range [][]string{{name}, {"--key", name, vectors + "good.heed"}} {
			status, stdout, stderr := call(args...)
			if status != 1 || stdout != "" || !strings.Contains(stderr, "it is no regular file") {
				t.Errorf("%q: exit %d: %q %q", args, status, stdout, stderr)
			}
		}
	}
}

// TestLargeBundle: a file larger than any bundle is refused before it is read.
func TestLargeBundle(t *testing.T) {
	name := filepath.Join(t.TempDir(), "large.heed")
	if err := os.WriteFile(name, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(name, bundle.MaxSize+1); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := call(name); status != 1 || !strings.Contains(stderr, "reading the bundle: it is larger than the ") {
		t.Errorf("exit %d: %s", status, stderr)
	}
}
