package vault

import (
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

// A backup and its restore: the vault's file under another key, and the blobs as they lie.
func TestCopyAndImport(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	pending := prepare(t, v, "acknowledged, and not settled")
	var second seal.Ref
	err := p.db.Update(t.Context(), func(tx *store.Tx) (err error) {
		second, err = v.Keep(tx, amina, pending, "S-001")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	abandon(t, v, prepare(t, v, "never acknowledged"))

	dir := t.TempDir()
	key := [32]byte{9}
	if err := v.CopyTo(t.Context(), filepath.Join(dir, "vault.db"), key); err != nil {
		t.Fatal(err)
	}
	blobs, err := blob.Open(filepath.Join(dir, "vault"), [32]byte{3})
	if err != nil {
		t.Fatal(err)
	}
	names, err := v.Names(t.Context())
	if err != nil || len(names) != 2 {
		t.Fatalf("names %v, %v", names, err)
	}
	for _, name := range names {
		r, size, err := v.OpenStored(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(blobs.Import(t.Context(), name, size, r), r.Close()); err != nil {
			t.Fatal(err)
		}
	}
	w := p.open(t, false, func(c *Config) {
		c.Path, c.FileKey, c.BlobRoot = filepath.Join(dir, "vault.db"), key, filepath.Join(dir, "vault")
	})
	sweep(t, w, 1) // the row that was never acknowledged
	for ref, want := range map[seal.Ref]string{ref: "a testimony", second: "acknowledged, and not settled"} {
		if got, _ := unseal(t, w, ref); string(got) != want {
			t.Errorf("%s reads %q", ref, got)
		}
	}
	clean(t, w)
	if err := w.Import(t.Context(), names[0], 1, strings.NewReader("x")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("over what is there: %v", err)
	}
	r, _, err := w.OpenStored(names[0])
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if b, err := io.ReadAll(r); err != nil || bytes.Contains(b, []byte("testimony")) || !bytes.HasPrefix(b, []byte("age-encryption.org/v1")) {
		t.Errorf("a backup would hold %.40q, %v", b, err)
	}
}
