package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"heed/internal/bench"
	"heed/internal/cli/console"
	"heed/internal/demo"
	"heed/internal/keys"
)

// outside are the verbs that the program hangs on from outside this package.
var outside = []Verb{demo.Command, bench.Command}

// TestMain lets scripts run the program itself, in a process of its own, with the
// cheapest key files that the program accepts.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"heed": func() {
			env := System()
			env.Cost = keys.FloorCost
			os.Exit(Run(context.Background(), env, outside...))
		},
	})
}

// TestScripts runs testdata/*.txtar: the contract of the command line, in scripts that
// need no Go to be read. Two commands are added to those of testscript: "status N heed …"
// holds the exit status, and "flip FILE" changes one byte of a file in place.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("HEED_PASSPHRASE", "a long enough one")
			env.Setenv("HEED_NEW_PASSPHRASE", "another long one")
			env.Setenv("GORACE", os.Getenv("GORACE"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": cmdStatus,
			"flip":   cmdFlip,
			"bytes":  cmdBytes,
			"sparse": cmdSparse,
		},
	})
}

func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command…")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var exit *exec.ExitError
		if !errors.As(err, &exit) {
			ts.Fatalf("running %s: %v", args[1], err)
		}
		got = exit.ExitCode()
	}
	if got != want {
		ts.Fatalf("status %d, want %d", got, want)
	}
}

// cmdFlip changes the byte at an offset, or the first byte of a text in the file.
func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: flip FILE OFFSET|TEXT")
	}
	path := ts.MkAbs(args[0])
	b, err := os.ReadFile(path)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	if err != nil {
		at = strings.Index(string(b), args[1])
	}
	if at < 0 || at >= len(b) {
		ts.Fatalf("nothing to flip at %s", args[1])
	}
	b[at] ^= 1
	ts.Check(os.WriteFile(path, b, 0o600))
}

// cmdBytes writes a file from a quoted Go string, for bytes a script cannot hold.
func cmdBytes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: bytes FILE QUOTED")
	}
	s, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(s), 0o600))
}

// cmdSparse makes a file of so many MiB of zeros that takes no room on the disk.
func cmdSparse(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sparse FILE MIB")
	}
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Check(f.Truncate(n << 20))
	ts.Check(f.Close())
}

// A fault of each kind has its status, and an unknown error is a plain failure.
func TestEveryStatusStandsInTheReadme(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Join(strings.Fields(string(readme)), " ")
	for _, status := range []int{console.ExitOK, console.ExitFailed, console.ExitUsage, console.ExitPartly, console.ExitLocked, console.ExitRefused, console.ExitMismatch, console.ExitUntrusted, console.ExitNoStore, console.ExitHeld, console.ExitWrongPassphrase, console.ExitInterrupted} {
		if !strings.Contains(text, fmt.Sprintf(" %d ", status)) {
			t.Errorf("README.md does not explain status %d", status)
		}
	}
}
