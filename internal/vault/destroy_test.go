package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

// request takes down the act that asks for it, as app does.
func request(t testing.TB, db *store.DB, subject string) {
	t.Helper()
	err := db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := ledger.Append(tx, ledger.Act{Kind: "key.destroy-requested", By: amina, Object: subject})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func destroyKeys(t testing.TB, v *Vault, subject string, want ...seal.Ref) {
	t.Helper()
	if got, err := v.DestroyKeys(t.Context(), subject); !slices.Equal(got, want) || err != nil {
		t.Errorf("destroyed %v, %v; want %v", got, err, want)
	}
}

// mark does what app does in the case's store.
func mark(t testing.TB, v *Vault, subject string) {
	t.Helper()
	err := v.caseDB.Update(t.Context(), func(tx *store.Tx) error {
		if err := v.MarkDestroyed(tx, subject); err != nil {
			return err
		}
		if err := ledger.DestroyKey(tx, subject); err != nil {
			return err
		}
		_, err := ledger.Append(tx, ledger.Act{Kind: ledger.KeyDestroyed, By: amina, Object: subject})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// plainPages are all pages of a database, free ones too, as they are when decrypted.
func plainPages(t *testing.T, path string, key [32]byte) []byte {
	t.Helper()
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: "vfs=adiantum"}
	c, err := sqlite3.OpenFlags(dsn.String(), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Exec("PRAGMA hexkey='" + hex.EncodeToString(key[:]) + "'"); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "plain.db")
	if err := c.Backup("main", "file:"+filepath.ToSlash(plain)); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(plain)
	if err != nil || !bytes.HasPrefix(b, []byte("SQLite format 3\x00")) {
		t.Fatalf("no plain database, %v; this test would see nothing", err)
	}
	return b
}

func itemOf(t testing.TB, v *Vault, ref seal.Ref) (i item) {
	t.Helper()
	err := v.caseDB.View(t.Context(), func(tx *store.Tx) error {
		r, err := scanReference(tx.QueryRow(selectReference+" WHERE ref = ?", string(ref)))
		if err == nil {
			i, _, err = v.findItem(t.Context(), r.Item)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestDestroy(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	original := keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	name := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	other := keep(t, v, seal.Original, "S-002", []byte("another testimony"))
	var traces [][]byte
	for _, i := range []item{itemOf(t, v, original), itemOf(t, v, name)} {
		traces = append(traces, i.wrapped[len(i.wrapped)-60:], i.wrapped[500:560], i.sum)
	}
	traces = append(traces, itemOf(t, v, original).digest)
	for n, trace := range traces {
		if !bytes.Contains(plainPages(t, filepath.Join(p.dir, "vault.db"), [32]byte{2}), trace) {
			t.Fatalf("trace %d is not there before; this test would see nothing", n)
		}
	}

	request(t, p.db, "S-001")
	destroyKeys(t, v, "S-001", original, name)
	pages := plainPages(t, filepath.Join(p.dir, "vault.db"), [32]byte{2})
	for n, trace := range traces {
		if bytes.Contains(pages, trace) {
			t.Errorf("trace %d of a key still stands in the vault's file", n)
		}
	}
	if fi, err := os.Stat(filepath.Join(p.dir, "vault.db-wal")); err != nil || fi.Size() != 0 {
		t.Errorf("the log has %d bytes, %v", fi.Size(), err)
	}
	mark(t, v, "S-001")
	if got := problems(t, v); len(got) != 2 || !strings.Contains(got[0].What, "the next opening removes them") {
		t.Errorf("before the sweep check says %v", got)
	}
	if got, err := v.Names(t.Context()); err != nil || len(got) != 1 {
		t.Errorf("a backup would take %v, %v", got, err)
	}
	sweep(t, v, 4) // two blobs, two rows
	sweep(t, v, 0)
	clean(t, v)
	if n := len(p.blobs(t)); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
	if got, _ := unseal(t, v, other); string(got) != "another testimony" {
		t.Errorf("the other source reads %q", got)
	}
	// All of it again changes nothing.
	destroyKeys(t, v, "S-001", original, name)
	mark(t, v, "S-001")
	sweep(t, v, 0)
	clean(t, v)
	destroyKeys(t, v, "S-009")
}

// What is destroyed is nothing any more, but a custodian is told that it was.
func TestOpeningWhatWasDestroyed(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	keep(t, v, seal.Name, "S-002", []byte("Invented Name"))
	for _, step := range []struct {
		name string
		do   func()
	}{
		{"keys", func() { request(t, p.db, "S-001"); destroyKeys(t, v, "S-001", ref) }},
		{"marked", func() { mark(t, v, "S-001") }},
		{"swept", func() { sweep(t, v, 2) }},
	} {
		step.do()
		_, _, err := v.Open(t.Context(), amina, ref, "review")
		if fault.KindOf(err) != fault.Withheld || !strings.Contains(err.Error(), "destroyed by an act") {
			t.Errorf("%s: a custodian hears %v", step.name, err)
		}
		if _, err := v.Commitments(t.Context(), amina, "R1", []seal.Ref{ref}); fault.KindOf(err) != fault.Withheld {
			t.Errorf("%s: committing to it: %v", step.name, err)
		}
		if got, ok, err := v.Find(t.Context(), sha256.Sum256([]byte("a testimony"))); ok || err != nil {
			t.Errorf("%s: it is found by its bytes: %s, %v", step.name, got, err)
		}
	}
	acts := len(entries(t, p.db))
	if _, err := v.Leaks(t.Context(), amina, "gate", Query{Text: []byte("Invented Name")}); err != nil {
		t.Errorf("leak check: %v", err)
	}
	err := p.db.View(t.Context(), func(tx *store.Tx) error {
		items, err := v.List(tx)
		if len(items) != 1 || items[0].Ref != "E-0002" {
			t.Errorf("list %v", items)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	v.Close()
	v = p.open(t, false, noIdentity)
	_, _, destroyed := v.Open(t.Context(), amina, ref, "curiosity")
	_, _, none := v.Open(t.Context(), amina, "E-0999", "curiosity")
	if fault.KindOf(destroyed) != fault.Locked || destroyed.Error() != none.Error() || len(entries(t, p.db)) != acts+1 {
		t.Errorf("a member can tell %v from %v", destroyed, none)
	}
}

// A crash between the steps costs nothing but what was asked for, and the steps can be done again.
func TestDestroyCrashes(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	request(t, p.db, "S-001")
	destroyKeys(t, v, "S-001", ref)
	// Here, before the store knows. One of the two files alone takes no blob with it.
	sweep(t, v, 0)
	if n := len(p.blobs(t)); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
	if got := problems(t, v); len(got) != 1 || got[0].Place != string(ref) || !strings.Contains(got[0].What, "interrupted") {
		t.Errorf("check says %v", got)
	}
	v.Close()
	v = p.open(t, false, noIdentity) // whoever opens next goes on
	destroyKeys(t, v, "S-001", ref)
	mark(t, v, "S-001")
	// Here, when the blob is gone and the row is not.
	if n, err := v.blobs.Sweep(t.Context(), func(string) bool { return true }, func(string) bool { return true }); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	clean(t, v)
	sweep(t, v, 1)
	clean(t, v)
}

// An older copy of the vault's file brings a destroyed key back. Check says so, and it goes again.
func TestOlderVaultAfterDestroying(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	own(t, v, "CREATE TABLE copy AS SELECT * FROM item")
	request(t, p.db, "S-001")
	destroyKeys(t, v, "S-001", ref)
	mark(t, v, "S-001")
	own(t, v, "DELETE FROM item")
	own(t, v, "INSERT INTO item SELECT * FROM copy")
	own(t, v, "DROP TABLE copy")
	sweep(t, v, 0)
	if got := problems(t, v); len(got) != 1 || !strings.Contains(got[0].What, "the vault still has it") {
		t.Errorf("check says %v", got)
	}
	if _, _, err := v.Open(t.Context(), amina, ref, "review"); fault.KindOf(err) != fault.Withheld {
		t.Errorf("it opens: %v", err)
	}
	destroyKeys(t, v, "S-001", ref)
	sweep(t, v, 2)
	clean(t, v)
}

// A row that only says that it was destroyed costs no blob and no key of another.
func TestSweepBelievesNoRowAlone(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	own(t, v, "UPDATE item SET destroyed = 1")
	sweep(t, v, 0)
	own(t, v, "UPDATE item SET destroyed = 0")
	behind(t, p.db, "UPDATE vault_reference SET state = 'destroyed'")
	sweep(t, v, 0)
	behind(t, p.db, "UPDATE vault_reference SET state = 'sealed'")
	if got, _ := unseal(t, v, "E-0001"); string(got) != "a testimony" {
		t.Errorf("it reads %q", got)
	}
	behind(t, p.db, "UPDATE vault_reference SET state = 'lost'")
	if got := problems(t, v); len(got) < 1 {
		t.Error("check takes a state that does not exist")
	}
}

// What is sealed for the source while its keys are being destroyed goes with them.
func TestSealedWhileDestroying(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	first := keep(t, v, seal.Original, "S-001", []byte("a testimony"))
	request(t, p.db, "S-001")
	destroyKeys(t, v, "S-001", first)
	keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	mark(t, v, "S-001")
	sweep(t, v, 4)
	clean(t, v)
	if n := len(itemIDs(t, v)) + len(p.blobs(t)); n != 0 {
		t.Errorf("%d rows and blobs are left", n)
	}
	x := prepare(t, v, "too late")
	err := p.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := v.Keep(tx, amina, x, "S-001")
		return err
	})
	if fault.KindOf(err) != fault.Withheld {
		t.Errorf("sealed for an erased source: %v", err)
	}
	x.Drop()
	sweep(t, v, 2)
	clean(t, v)
}

// A row whose value was wrapped anew holds the same key; a crash may have left it.
func TestDestroyTakesOldRowsToo(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Name, "S-001", []byte("one"))
	own(t, v, "CREATE TABLE copy AS SELECT * FROM item")
	v.Close()
	v = p.open(t, false, custodians(p.who, second))
	rewrap(t, v, 1)
	own(t, v, "INSERT INTO item SELECT * FROM copy")
	own(t, v, "DROP TABLE copy")
	request(t, p.db, "S-001")
	destroyKeys(t, v, "S-001", ref)
	var keys []string
	err := v.db.View(t.Context(), func(own *store.Tx) (err error) {
		keys, err = texts(own, "SELECT id FROM item WHERE wrapped <> x'' OR destroyed = 0")
		return err
	})
	if len(keys) != 0 || err != nil {
		t.Errorf("keys are left in %v, %v", keys, err)
	}
	mark(t, v, "S-001")
	sweep(t, v, 3) // the old row, the blob, the row
	clean(t, v)
}
