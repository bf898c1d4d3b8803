package app

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// TestPlantedSchema: whoever holds the keys of the files could plant a trigger that copies
// what is erased. It does not run, and check names it.
func TestPlantedSchema(t *testing.T) {
	for name, statements := range map[string][]string{
		"trigger": {"CREATE TABLE attic (what TEXT)", "CREATE TRIGGER tr BEFORE DELETE ON working_text BEGIN INSERT INTO attic VALUES (old.body); END"},
		"table":   {"CREATE TABLE attic (what TEXT)"},
		"view":    {"CREATE VIEW attic AS SELECT * FROM working_text"},
		"changed": {"DROP INDEX proposal_source"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "case")
			a := withdrawalCase(t, dir)
			key := a.member.CaseKeys().StoreKey
			a.Close()
			db := raw(t, filepath.Join(dir, storeFile), key)
			for _, s := range statements {
				if _, err := db.Exec(s); err != nil {
					t.Fatal(err)
				}
			}
			db.Close()
			a = reopen(t, dir)
			if got := problemsOf(t, a)[storeFile]; !strings.Contains(got, "in its schema") {
				t.Errorf("check says %q", got)
			}
			if _, err := a.Destroy(t.Context(), "S-001", "the person has withdrawn"); err != nil {
				t.Fatal(err)
			}
			a.Close()
			if b := decrypted(t, filepath.Join(dir, storeFile), key); bytes.Contains(b, []byte(withdrawn.text)) {
				t.Error("what was erased was copied")
			}
		})
	}
}

// TestForgedLog: a log counts by the keys of custodians only. An ordinary member, and who
// was removed, can sign one, and it destroys nothing.
func TestForgedLog(t *testing.T) {
	c, _ := keptSafe(t, record.Case{Title: "Forged"})
	addPerson(t, c, "ben", keys.Ordinary, me())
	ben, err := Open(t.Context(), c, with("ben", otherPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	if err := backupTo(ben, c.Dir+".backup"); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	if err := ben.WriteLog(t.Context(), &log); err != nil {
		t.Fatal(err)
	}
	ben.Close()
	f, err := os.Open(c.Dir + ".backup")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	at := Config{Dir: filepath.Join(t.TempDir(), "again"), Clock: SystemClock}
	if _, err := Restore(t.Context(), at, Restoring{Backup: f, Log: &log}, me()); err == nil {
		t.Error("the log of an ordinary member counts")
	}
	if _, err := os.Stat(at.Dir); err == nil {
		t.Error("a refused restore left a directory")
	}
}

// TestWhoAnswers: what a crash cut off is taken down in the name of who did it, whoever
// opens the case next.
func TestWhoAnswers(t *testing.T) {
	c, _ := keptSafe(t, record.Case{Title: "Who answers"})
	addPerson(t, c, "dan", keys.Ordinary, me())
	a, err := Open(t.Context(), c, me())
	if err != nil {
		t.Fatal(err)
	}
	// As far as a crash lets it come: the roster, and a request.
	if _, err := a.member.Add(c.path(keysDir), newMember("eve", keys.Ordinary), SystemClock()); err != nil {
		t.Fatal(err)
	}
	err = a.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := ledger.Append(tx, ledger.Act{Kind: destroyRequested, By: a.By(), Object: "S-001", Detail: map[string]string{"reason": "withdrawn"}})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	dan, err := Open(t.Context(), c, with("dan", otherPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	defer dan.Close()
	for object, kind := range map[string]string{"M-03": "member.added", "S-001": ledger.KeyDestroyed} {
		past, err := dan.History(t.Context(), object)
		if err != nil {
			t.Fatal(err)
		}
		if e := past[len(past)-1].Entry; e.Kind != kind || e.By != "M-01" {
			t.Errorf("%s: %s by %s, want %s by M-01", object, e.Kind, e.By, kind)
		}
	}
}

// TestReplacedStore: when the store is replaced while it is open, as after somebody deleted
// the lock, nothing more is acknowledged.
func TestReplacedStore(t *testing.T) {
	c, _ := keptSafe(t, record.Case{Title: "Replaced"})
	a, err := Open(t.Context(), c, me())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := os.Remove(c.path(lockFile)); err != nil {
		t.Fatal(err)
	}
	if _, err := Rotate(t.Context(), c, keys.Change{}, me()); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Checkpoint(t.Context()); err != nil {
		t.Errorf("reading: %v", err)
	}
	err = a.db.Update(t.Context(), func(tx *store.Tx) error { return a.appendMember(tx, a.members[0], a.By()) })
	if err == nil {
		t.Error("an act was acknowledged that went into a file nobody opens again")
	}
}

// TestStrayKeyFiles: what else lies among the keys neither hinders a backup nor gets into it.
func TestStrayKeyFiles(t *testing.T) {
	c, _ := keptSafe(t, record.Case{Title: "Stray"})
	for _, name := range []string{"._M-01.json", "M-01 (1).json", "notes.json"} {
		if err := os.WriteFile(filepath.Join(c.path(keysDir), name), []byte("PRIVATE"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := Open(t.Context(), c, me())
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if err := backupTo(a, c.Dir+".backup"); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(c.Dir + ".backup")
	if err != nil || bytes.Contains(b, []byte("notes.json")) {
		t.Errorf("the backup names what is no key file (%v)", err)
	}
}
