package blob

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// childDir names the variable that turns this test binary into a writer that is to be killed.
const childDir = "HEED_TEST_BLOB_DIR"

// endless gives bytes for ever, slowly enough that the parent can look on.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	time.Sleep(time.Millisecond)
	return len(p), nil
}

// TestWriterChild is the process that TestKilledWriter kills; by itself it does nothing.
func TestWriterChild(t *testing.T) {
	root := os.Getenv(childDir)
	if root == "" {
		return
	}
	d, err := Open(root, [32]byte{42})
	if err != nil {
		t.Fatal(err)
	}
	d.Put(t.Context(), key1, endless{})
}

func TestKilledWriter(t *testing.T) {
	d := open(t)
	before := put(t, d, key1, noise(5000))
	cmd := exec.Command(os.Args[0], "-test.run=^TestWriterChild$")
	cmd.Env = append(os.Environ(), childDir+"="+d.root)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Process.Kill()
	waitForTemporary(t, d)
	keep := func(name string) bool { return name == before.Name }
	sweep(t, d, keep, nil, 0) // under a living writer
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	if got := left(t, d); len(got) != 2 {
		t.Errorf("the kill came too early or too late: %v", got)
	}
	sweep(t, d, keep, nil, 1) // after the kill
	if got := left(t, d); len(got) != 1 {
		t.Errorf("left: %v", got)
	}
	if got, err := get(d, before, key1); err != nil || !bytes.Equal(got, noise(5000)) {
		t.Errorf("the blob from before: %v", err)
	}
}

func waitForTemporary(t *testing.T, d *Dir) {
	t.Helper()
	for range 1000 {
		entries, err := os.ReadDir(d.root)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if fi, err := e.Info(); err == nil && strings.HasPrefix(e.Name(), tmpPrefix) && fi.Size() > 64<<10 {
				return
			}
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the child wrote nothing")
}
