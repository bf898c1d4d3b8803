package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestReadmeCommandsWork runs the longest block of commands in the README, line by line
// and in order, in a shell, as a reader would. The passphrases come from the
// environment; both people have the same one here.
func TestReadmeCommandsWork(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(readme), "## One case")
	_, block, ok2 := strings.Cut(rest, "```sh\n")
	block, _, ok3 := strings.Cut(block, "```")
	if !ok || !ok2 || !ok3 {
		t.Fatal("README.md has no block of commands under One case")
	}
	dir := t.TempDir()
	texts, err := filepath.Abs("../demo/training")
	if err != nil {
		t.Fatal(err)
	}
	// The program is this test binary: TestMain acts as heed when it is called so.
	self, err := exec.LookPath("heed")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(self, filepath.Join(dir, "heed")); err != nil {
		t.Fatal(err)
	}
	script := "set -eu\nset -x\n" + strings.NewReplacer("go build -o heed ./cmd/heed\n", "", "internal/demo/training", texts).Replace(block)
	cmd := exec.Command("bash", "-c", script)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HEED_PASSPHRASE=a long enough one", "HEED_NEW_PASSPHRASE=a long enough one")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("a command of the README fails: %v\n%s", err, out)
	}
	if n := strings.Count(string(out), "+ ./heed "); n < 25 {
		t.Errorf("only %d commands were run", n)
	}
}
