package recordcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/intake/quote"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/release"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

// noon is the instant of every act in these tests.
var noon = time.Date(2031, 5, 23, 12, 0, 0, 0, time.UTC)

// office is a case with somebody at the command line, and with what comes downstream of it.
type office struct {
	Case
	t  *testing.T
	db *store.DB
}

// newOffice makes a case that has begun and has no originals.
func newOffice(t *testing.T) *office {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "s.db"), Create: true, Clock: func() time.Time { return noon },
		Schemas: []store.Schema{ledger.Schema(), intake.Schema(), record.Schema(), corroborate.Schema(), release.Schema(), followup.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "originals"), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	d := &office{Case{Record: record.New(db), Corroborate: corroborate.New(db), Followup: followup.New(db), By: ledger.Actor{Member: "M-01"}}, t, db}
	seals := &sealer{}
	d.Intake = intake.New(db, blobs, seals, quote.New())
	d.Seal = func(_ context.Context, _ string, _ seal.Kind, value io.Reader) (seal.Ref, error) {
		_, err := io.Copy(io.Discard, value)
		return seals.next(), err
	}
	if _, err := d.Record.Begin(t.Context(), d.By, record.Case{Title: "Detention in Lenz"}); err != nil {
		t.Fatal(err)
	}
	return d
}

// sealer gives references to values it forgets.
type sealer struct{ n int }

func (s *sealer) next() seal.Ref {
	s.n++
	return seal.Ref(fmt.Sprintf("E-%04d", s.n))
}

func (s *sealer) Prepare(_ context.Context, _ seal.Kind, r io.Reader) (intake.Sealing, error) {
	b, err := io.ReadAll(r)
	return forgotten{s.next(), int64(len(b))}, err
}

func (*sealer) Find(context.Context, [32]byte) (seal.Ref, bool, error) { return "", false, nil }

type forgotten struct {
	ref  seal.Ref
	size int64
}

func (f forgotten) Keep(*store.Tx, ledger.Actor, string) (seal.Ref, error) { return f.ref, nil }
func (f forgotten) Drop() error                                            { return nil }
func (f forgotten) Existing() (seal.Ref, bool)                             { return "", false }
func (f forgotten) Size() int64                                            { return f.size }
func (f forgotten) Settle() error                                          { return nil }

// add takes in an open original.
func (d *office) add(text string) string {
	d.t.Helper()
	got, err := d.Intake.Add(d.t.Context(), d.By, intake.Incoming{Name: "a.txt", Body: strings.NewReader(text)})
	if err != nil || got.Text == nil {
		d.t.Fatalf("adding: %+v, %v", got, err)
	}
	return got.Original.ID
}

// as is the same office with another member at it.
func (d *office) as(member string) *office {
	other := *d
	other.By = ledger.Actor{Member: member}
	return &other
}

// try runs one command; what was typed on standard input is typed.
func (d *office) try(typed string, words ...string) (out, msg string, err error) {
	d.t.Helper()
	var stdout, stderr bytes.Buffer
	s := &console.Session{Env: console.Env{Args: words, Stdin: strings.NewReader(typed), Stdout: &stdout, Stderr: &stderr,
		Getenv: func(string) string { return "" }, Clock: func() time.Time { return noon }}}
	root := &cobra.Command{Use: "heed", SilenceErrors: true, SilenceUsage: true}
	s.Flags(root)
	s.Verbs = root
	root.AddCommand(Commands(s, func(_ context.Context, fn func(Case) error) error { return fn(d.Case) })...)
	root.SetArgs(words)
	root.SetOut(&stdout)
	root.SetErr(&stderr)
	err = root.ExecuteContext(d.t.Context())
	return stdout.String(), stderr.String(), err
}

// run runs one command that must succeed, and returns what it printed as data.
func (d *office) run(words ...string) string {
	d.t.Helper()
	out, msg, err := d.try("", words...)
	if err != nil {
		d.t.Fatalf("heed %s: %v\n%s", strings.Join(words, " "), err, msg)
	}
	return out
}

// prints runs one command and holds what it prints against parts of it.
func (d *office) prints(parts []string, words ...string) {
	d.t.Helper()
	out := d.run(words...)
	for _, p := range parts {
		if !strings.Contains(out, p) {
			d.t.Errorf("heed %s: no %q in\n%s", strings.Join(words, " "), p, out)
		}
	}
}

// refuses runs one command that must be refused in this way; kind 0 is a usage error.
func (d *office) refuses(kind fault.Kind, part string, words ...string) {
	d.t.Helper()
	out, _, err := d.try("", words...)
	if err == nil || fault.KindOf(err) != kind || !strings.Contains(err.Error(), part) || out != "" {
		d.t.Errorf("heed %s: got %v (kind %d) and %q, want kind %d with %q", strings.Join(words, " "), err, fault.KindOf(err), out, kind, part)
	}
	if kind == 0 && err != nil && console.StatusOf(err) != console.ExitUsage {
		d.t.Errorf("heed %s: %v is no usage error", strings.Join(words, " "), err)
	}
}

// data runs one command with --json and reads its answer.
func data[T any](d *office, words ...string) (v T) {
	d.t.Helper()
	if err := json.Unmarshal([]byte(d.run(append(words, "--json")...)), &v); err != nil {
		d.t.Fatalf("heed %s: %v", strings.Join(words, " "), err)
	}
	return v
}

// agrees fails the test when rooms and ledger differ.
func (d *office) agrees() {
	d.t.Helper()
	err := d.db.View(d.t.Context(), func(tx *store.Tx) error {
		found, err := ledger.Check(tx, d.Intake, d.Record, d.Corroborate, d.Followup)
		if len(found) > 0 {
			d.t.Errorf("the ledger disagrees: %v", found)
		}
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}
