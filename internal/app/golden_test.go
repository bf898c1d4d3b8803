package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/intake"
)

// goldenEnv names a new golden case that TestGoldenCases shall make with this version,
// such as golden-2. RELEASING.md says when.
const goldenEnv = "HEED_GOLDEN"

// TestGoldenCases opens a copy of every case that a released version has left in testdata:
// what was written once opens for good, and everything is in it. All hold the same.
func TestGoldenCases(t *testing.T) {
	if name := os.Getenv(goldenEnv); name != "" {
		makeGolden(t, filepath.Join("testdata", name))
	}
	all, err := filepath.Glob("testdata/golden-*")
	if err != nil || len(all) == 0 {
		t.Fatalf("no golden cases: %v", err)
	}
	for _, path := range all {
		t.Run(filepath.Base(path), func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "case")
			if err := os.CopyFS(dir, os.DirFS(path)); err != nil {
				t.Fatal(err)
			}
			a := reopen(t, dir)
			for id, why := range problemsOf(t, a) {
				t.Errorf("check: %s: %s", id, why)
			}
			if got := string(unsealAll(t, a)); !strings.Contains(got, withdrawn.original) || !strings.Contains(got, withdrawn.field) || !strings.Contains(got, withdrawn.name) {
				t.Error("what was sealed is not there")
			}
			var body bytes.Buffer
			if _, err := a.Intake.Copy(t.Context(), a.By(), "S-003", &body); err != nil || body.String() != "An article of somebody else. It stays." {
				t.Errorf("the open original reads %q: %v", body.String(), err)
			}
			text, err := a.Intake.Text(t.Context(), "S-001")
			if p, perr := text.Passage(intake.Address{Source: "S-001", From: 2, To: 2}); err != nil || perr != nil || !strings.Contains(p.Text, withdrawn.text) {
				t.Errorf("the working text reads %q: %v %v", p.Text, err, perr)
			}
			if o, err := a.Intake.Original(t.Context(), "S-002"); err != nil || o.Erased == 0 || o.Name != "" {
				t.Errorf("what was erased is back: %+v, %v", o, err)
			}
			claims, err := a.Corroborate.Claims(t.Context())
			if err != nil || len(claims) != 2 || claims[0].Text != withdrawn.claim {
				t.Errorf("the claims are %+v: %v", claims, err)
			}
			if _, err := a.Checkpoint(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

// makeGolden makes the case that the golden ones are.
func makeGolden(t *testing.T, dir string) {
	t.Helper()
	a := fullCase(t, dir)
	if _, err := a.Destroy(t.Context(), "S-002", "the person has withdrawn"); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
}
