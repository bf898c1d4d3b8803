package vault

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"filippo.io/age"

	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

var amina = ledger.Actor{Member: "M-01"}

// custodian is an identity that counts how often it is asked to open something.
type custodian struct {
	*age.HybridIdentity
	asked *atomic.Int64
}

func (c custodian) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	c.asked.Add(1)
	return c.HybridIdentity.Unwrap(stanzas)
}

func newCustodian(t testing.TB) custodian {
	t.Helper()
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return custodian{id, new(atomic.Int64)}
}

// as is that identity as a custodian of the case.
func (c custodian) as(id string) Custodian {
	return Custodian{ID: id, Recipient: c.Recipient(), Key: c.Recipient().String()}
}

// place is a case directory with its store open.
type place struct {
	dir string
	db  *store.DB
	who custodian
}

func storeConfig(dir string, create bool) store.Config {
	return store.Config{Path: filepath.Join(dir, "store.db"), Key: [32]byte{1}, Create: create,
		Schemas: []store.Schema{ledger.Schema(), Schema()}, Clock: time.Now}
}

func newPlace(t testing.TB) place {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), storeConfig(dir, true))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return place{dir, db, newCustodian(t)}
}

func (p place) config(create bool) Config {
	return Config{Path: filepath.Join(p.dir, "vault.db"), FileKey: [32]byte{2}, BlobRoot: filepath.Join(p.dir, "vault"), BlobNameKey: [32]byte{3},
		Case: p.db, Custodians: []Custodian{p.who.as("M-01")}, Identities: []age.Identity{p.who}, Create: create, Clock: time.Now}
}

// open opens the vault of a place; change alters the configuration first.
func (p place) open(t testing.TB, create bool, change ...func(*Config)) *Vault {
	t.Helper()
	c := p.config(create)
	for _, f := range change {
		f(&c)
	}
	v, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.Close() })
	return v
}

func noIdentity(c *Config) { c.Identities = nil }

// keep seals one value as the rooms do.
func keep(t testing.TB, v *Vault, kind seal.Kind, subject string, value []byte) seal.Ref {
	t.Helper()
	p, err := v.Prepare(t.Context(), kind, bytes.NewReader(value))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Drop()
	var ref seal.Ref
	err = v.caseDB.Update(t.Context(), func(tx *store.Tx) error {
		ref, err = v.Keep(tx, amina, p, subject)
		return err
	})
	if err := errors.Join(err, p.Settle()); err != nil {
		t.Fatal(err)
	}
	return ref
}

func unseal(t testing.TB, v *Vault, ref seal.Ref) ([]byte, seal.Kind) {
	t.Helper()
	r, kind, err := v.Open(t.Context(), amina, ref, "review of the case")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b, kind
}

func entries(t testing.TB, db *store.DB) (out []ledger.Entry) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return ledger.Follow(tx, 0, func(e ledger.Entry) error {
			out = append(out, e)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func last(t testing.TB, db *store.DB) ledger.Entry {
	t.Helper()
	all := entries(t, db)
	if len(all) == 0 {
		t.Fatal("the ledger is empty")
	}
	return all[len(all)-1]
}

func problems(t testing.TB, v *Vault) (out []ledger.Problem) {
	t.Helper()
	err := v.caseDB.View(t.Context(), func(tx *store.Tx) error {
		var err error
		if out, err = ledger.Check(tx, v); err != nil {
			return err
		}
		more, err := v.Check(t.Context(), tx)
		out = append(out, more...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// blobs lists the files of the vault's directory.
func (p place) blobs(t testing.TB) (out []string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(p.dir, "vault", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		if fi, err := os.Stat(f); err == nil && !fi.IsDir() {
			out = append(out, f)
		}
		more, err := filepath.Glob(filepath.Join(f, "*"))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, more...)
	}
	return out
}

// own runs a statement on the vault's own file, behind the vault's back.
func own(t testing.TB, v *Vault, query string, args ...any) {
	t.Helper()
	err := v.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// behind runs a statement on the case's store, behind the ledger's back.
func behind(t testing.TB, db *store.DB, query string, args ...any) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		tx.Acted()
		_, err := tx.Exec(query, args...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
