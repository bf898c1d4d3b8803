package intake

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/store"
)

func (h *house) copy(id string) string {
	h.t.Helper()
	var b bytes.Buffer
	o, err := h.Copy(h.t.Context(), amina, id, &b)
	if err != nil || o.ID != id {
		h.t.Fatalf("copying %s: %+v, %v", id, o, err)
	}
	return b.String()
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// The act stands in the ledger before the first byte leaves.
func TestCopyIsLoggedBeforeBytesFlow(t *testing.T) {
	h := open(t)
	body := "\ufeff" + strings.Repeat("The Monitor\r\nsaid so.\x00\xff", 20_000)
	h.add(body)
	var out bytes.Buffer
	logged := false
	_, err := h.Copy(t.Context(), amina, "S-001", writerFunc(func(p []byte) (int, error) {
		logged = logged || slices.Contains(h.acts(), "original.copied S-001")
		if !logged {
			t.Error("bytes flow before the act is taken down")
		}
		return out.Write(p)
	}))
	if err != nil || out.String() != body {
		t.Errorf("%d bytes, %v; want %d", out.Len(), err, len(body))
	}
	h.check()
}

func TestCopyRefusals(t *testing.T) {
	h := open(t)
	h.addSealedText("words")
	h.untouched(func() {
		var b bytes.Buffer
		_, err := h.Copy(t.Context(), amina, "S-001", &b)
		if f := refused(t, err, fault.Withheld); !strings.Contains(f.Do, "E-0001") || b.Len() != 0 {
			t.Errorf("%+v, %d bytes", f, b.Len())
		}
		_, err = h.Copy(t.Context(), amina, "S-\x1b[31m"+strings.Repeat("9", 99), &b)
		if f := refused(t, err, fault.NotFound); strings.Contains(f.What, "\x1b") || len(f.What) > 80 {
			t.Errorf("%q", f.What)
		}
	})
}

func TestDamagedOriginals(t *testing.T) {
	tests := []struct {
		name   string
		damage func(h *house, path string) error
	}{
		{"a byte changed", func(_ *house, path string) error {
			b, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			b[len(b)-3] ^= 1
			return os.WriteFile(path, b, 0o600)
		}},
		{"cut", func(_ *house, path string) error { return os.Truncate(path, 300) }},
		{"missing", func(_ *house, path string) error { return os.Remove(path) }},
		{"another digest on record", func(h *house, _ string) error {
			h.tamper("UPDATE original SET sha256 = replace(sha256, substr(sha256, 1, 8), '01234567')")
			return nil
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t)
			h.add("The Monitor said so.")
			if problems, err := h.CheckBlobs(t.Context()); err != nil || len(problems) != 0 {
				t.Fatalf("before: %v, %v", problems, err)
			}
			if err := tt.damage(h, h.files()[0]); err != nil {
				t.Fatal(err)
			}
			_, err := h.Copy(t.Context(), amina, "S-001", &bytes.Buffer{})
			if f := refused(t, err, fault.Conflict); !strings.Contains(f.What, "S-001") {
				t.Errorf("%+v", f)
			}
			problems, err := h.CheckBlobs(t.Context())
			if err != nil || len(problems) != 1 || problems[0].Place != "S-001" {
				t.Errorf("check: %v, %v", problems, err)
			}
		})
	}
}

// A place that takes no bytes is no damage, and its path is no business of the error's.
func TestCopyToAFullDisk(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	full := &fs.PathError{Op: "write", Path: "/people/tomas/Verelin.txt", Err: errors.New("no space left")}
	_, err := h.Copy(t.Context(), amina, "S-001", writerFunc(func([]byte) (int, error) { return 0, full }))
	if err == nil || fault.KindOf(err) != 0 || strings.Contains(err.Error(), "Verelin") {
		t.Errorf("got %v", err)
	}
}

func TestCheckBlobsStops(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if problems, err := h.CheckBlobs(ctx); !errors.Is(err, context.Canceled) || len(problems) != 0 {
		t.Errorf("a stopped check found %v, %v", problems, err)
	}
}

func TestSweepRemovesOrphansOnly(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	h.addSealedText("words")
	p, err := h.blobs.Put(t.Context(), [32]byte{9}, strings.NewReader("left by a crash"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Keep(); err != nil {
		t.Fatal(err)
	}
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d while a writer holds it, %v", n, err)
	}
	if err := p.Drop(); err != nil {
		t.Fatal(err)
	}
	if n, err := h.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v; want 1", n, err)
	}
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d more, %v", n, err)
	}
	if b := h.copy("S-001"); b != "The Monitor said so." {
		t.Errorf("got %q", b)
	}
	h.check()
}

// An older store that does not know an original must not cost it, and check says so.
func TestSweepKeepsWhatTheStoreForgot(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	h.add("Nobody denied it.")
	err := h.db.Update(t.Context(), func(tx *store.Tx) error {
		tx.Acted()
		for _, q := range []string{"DELETE FROM sentence WHERE source = 'S-002'", "DELETE FROM paragraph WHERE source = 'S-002'",
			"DELETE FROM working_text WHERE source = 'S-002'", "DELETE FROM original WHERE id = 'S-002'"} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil || len(h.files()) != 2 {
		t.Errorf("swept %d, %v; %d files", n, err, len(h.files()))
	}
	problems, err := h.CheckBlobs(t.Context())
	if err != nil || len(problems) != 1 || problems[0].Place != "originals" || !strings.HasPrefix(problems[0].What, "1 files lie there") {
		t.Errorf("check says %v, %v", problems, err)
	}
}
