package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

const vectors = "../../bundle/testdata/"

func call(args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = run(args, &out, &err)
	return status, out.String(), err.String()
}

// TestVectors runs the published vectors: exit status, and the file named on standard error.
func TestVectors(t *testing.T) {
	table, err := os.ReadFile(vectors + "vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range strings.Lines(string(table)) {
		if line[0] == '#' {
			continue
		}
		n++
		f := strings.Split(strings.TrimSpace(line), "\t")
		name, exit, file := f[0], f[1], f[2]
		status, stdout, stderr := call("--key", vectors+"trusted.keys", vectors+name)
		if strconv.Itoa(status) != exit {
			t.Errorf("%s: exit %d, want %s\n%s", name, status, exit, stderr)
		}
		switch exit {
		case "0":
			if stderr != "" || !strings.Contains(stdout, "same as signed") {
				t.Errorf("%s: %s%s", name, stdout, stderr)
			}
		case "6":
			if stdout != "" || !strings.HasPrefix(stderr, "heed-verify: "+file+": ") {
				t.Errorf("%s: %q %q, want %s to be named", name, stdout, stderr, file)
			}
		case "7":
			if !strings.Contains(stdout, "NOT TRUSTED") || !strings.Contains(stderr, "somewhere else") {
				t.Errorf("%s: %s%s", name, stdout, stderr)
			}
		}
		checkJSON(t, name, exit, file)
		checkWithoutKeys(t, name, exit)
	}
	if n < 10 {
		t.Errorf("only %d vectors", n)
	}
}

// checkJSON: under --json standard output is one object for every finding, and standard
// error one more whenever the status is not 0.
func checkJSON(t *testing.T, name, exit, file string) {
	t.Helper()
	_, stdout, stderr := call("--json", vectors+name, "--key="+vectors+"trusted.keys")
	var got struct {
		Verdict, File, What string
		Exit                int
		NotShown            []string `json:"not_shown"`
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil {
		t.Errorf("%s: %v in %s", name, err, stdout)
	}
	if strconv.Itoa(got.Exit) != exit || exit == "6" && got.File != file || exit != "6" && len(got.NotShown) < 3 {
		t.Errorf("%s: %+v", name, got)
	}
	if exit == "0" {
		if stderr != "" {
			t.Errorf("%s: %s", name, stderr)
		}
		return
	}
	checkErrorJSON(t, stderr, exit)
}

func checkErrorJSON(t *testing.T, stderr, exit string) {
	t.Helper()
	var e struct {
		Error struct {
			What, Do string
			Exit     int
		}
	}
	if err := json.Unmarshal([]byte(stderr), &e); err != nil || strconv.Itoa(e.Error.Exit) != exit || e.Error.What == "" || e.Error.Do == "" {
		t.Errorf("standard error: %v %s", err, stderr)
	}
}

// checkWithoutKeys: without --key nothing is trusted, and a mismatch still beats that.
func checkWithoutKeys(t *testing.T, name, exit string) {
	t.Helper()
	want := 7
	if exit == "6" {
		want = 6
	}
	if status, _, stderr := call(vectors + name); status != want {
		t.Errorf("%s without keys: exit %d, want %d\n%s", name, status, want, stderr)
	}
}

func TestGoodOutput(t *testing.T) {
	_, stdout, _ := call(vectors+"good-second.heed", "--key", vectors+"trusted.keys")
	for _, want := range []string{"release          R2", "title            Training case: Arvenia", "origin           heed/0123456789abcdef",
		"date             2026-11-24 (self-declared)", "ana  ff8dafe7  trusted", "files            8 of 8 match", "sealed evidence  4 commitments",
		"This does not show:", "told the truth", "left out before", "no time-stamp token"} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in\n%s", want, stdout)
		}
	}
	_, stdout, _ = call(vectors+"one-unknown.heed", "--key", vectors+"trusted.keys")
	if !strings.Contains(stdout, "eve") || !strings.Contains(stdout, "unknown") {
		t.Errorf("the unknown signer is not marked:\n%s", stdout)
	}
}

// TestKeyFiles: keys may come in several files.
func TestKeyFiles(t *testing.T) {
	keys, err := os.ReadFile(vectors + "trusted.keys")
	if err != nil {
		t.Fatal(err)
	}
	var args []string
	for i, line := range strings.Split(strings.TrimSpace(string(keys)), "\n") {
		if line[0] == '#' {
			continue
		}
		name := filepath.Join(t.TempDir(), strconv.Itoa(i))
		if err := os.WriteFile(name, []byte(line), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--key", name)
	}
	if status, _, stderr := call(append(args, vectors+"good.heed")...); status != 0 {
		t.Errorf("exit %d: %s", status, stderr)
	}
	if status, _, _ := call(append(args[:2], vectors+"good.heed")...); status != 7 {
		t.Errorf("one key only: exit %d, want 7", status)
	}
}

// TestLargeKeyFile: a key file may have 1 MiB and no more.
func TestLargeKeyFile(t *testing.T) {
	keys, err := os.ReadFile(vectors + "trusted.keys")
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "keys")
	for size, want := range map[int]int{1 << 20: 0, 1<<20 + 1: 1} {
		data := append(bytes.Repeat([]byte("\n"), size-len(keys)), keys...)
		if err := os.WriteFile(name, data, 0o600); err != nil {
			t.Fatal(err)
		}
		status, _, stderr := call("--key", name, vectors+"good.heed")
		if status != want || want == 1 && !strings.Contains(stderr, "reading a key file: it is larger than the 1048576 bytes") {
			t.Errorf("%d bytes: exit %d, want %d: %s", size, status, want, stderr)
		}
	}
}

func TestWrongUse(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "name-of-a-witness")
	for _, c := range []struct {
		args []string
		want int
	}{
		{nil, 2},
		{[]string{"--key"}, 2},
		{[]string{"--nonsense", vectors + "good.heed"}, 2},
		{[]string{vectors + "good.heed", vectors + "good.heed"}, 2},
		{[]string{secret}, 1},
		{[]string{"--key", secret, vectors + "good.heed"}, 1},
		{[]string{"--key", vectors + "vectors.txt", vectors + "good.heed"}, 1},
		{[]string{t.TempDir()}, 1},
	} {
		status, stdout, stderr := call(c.args...)
		if status != c.want || stdout != "" || stderr == "" || strings.Contains(stderr, "name-of-a-witness") {
			t.Errorf("%q: exit %d, want %d: %q %q", c.args, status, c.want, stdout, stderr)
		}
		_, _, stderr = call(append([]string{"--json"}, c.args...)...)
		checkErrorJSON(t, stderr, strconv.Itoa(c.want))
	}
	if status, stdout, _ := call("--help"); status != 0 || !strings.Contains(stdout, "usage: heed-verify") {
		t.Errorf("--help: exit %d: %s", status, stdout)
	}
}

// full refuses every write, as a full disk does.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space") }

// TestUnwritten: a result nobody could read is not a success.
func TestUnwritten(t *testing.T) {
	var stderr bytes.Buffer
	if status := run([]string{"--key", vectors + "trusted.keys", vectors + "good.heed"}, full{}, &stderr); status != 1 || stderr.Len() == 0 {
		t.Errorf("exit %d: %s", status, stderr.String())
	}
}
