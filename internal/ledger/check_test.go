package ledger

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/store"
)

// tamper changes rows behind the ledger's back.
func tamper(t *testing.T, db *store.DB, sql string) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		tx.Acted()
		if _, err := tx.Exec("PRAGMA defer_foreign_keys = on"); err != nil {
			return err
		}
		for _, q := range strings.Split(sql, ";") {
			r, err := tx.Exec(q)
			if err != nil {
				return fmt.Errorf("%s: %w", q, err)
			}
			if n, err := r.RowsAffected(); err != nil || n == 0 {
				return fmt.Errorf("%s: %d rows, %w", q, n, err)
			}
		}
		return nil
	})
}

// flip is SQL that changes the lowest bit of the last byte of a text or blob.
func flip(column string, as string) string {
	hexed := fmt.Sprintf("hex(CAST(%s AS BLOB))", column)
	return fmt.Sprintf("%s = CAST(unhex(substr(%s, 1, length(%s) - 1) || substr('1032547698BADCFE', instr('0123456789ABCDEF', substr(%s, -1)), 1)) AS %s)",
		column, hexed, hexed, hexed, as)
}

// Each tampering changes one column, or takes or adds one row; check must name the place.
func TestCheckNamesEachTampering(t *testing.T) {
	tests := []struct {
		name, sql, place string
	}{
		{"entry seq", "UPDATE ledger_version SET seq = 907 WHERE seq = 7; UPDATE ledger_entry SET seq = 907 WHERE seq = 7", "entry 7"},
		{"entry kind", "UPDATE ledger_entry SET " + flip("kind", "TEXT") + " WHERE seq = 2", "entry 2"},
		{"entry object", "UPDATE ledger_entry SET " + flip("object", "TEXT") + " WHERE seq = 2", "entry 2"},
		{"entry subject", "UPDATE ledger_entry SET " + flip("subject", "TEXT") + " WHERE seq = 2", "entry 2"},
		{"entry leaf", "UPDATE ledger_entry SET " + flip("leaf", "BLOB") + " WHERE seq = 4", "hash 7"},
		{"entry member", "UPDATE ledger_entry SET leaf = CAST(replace(leaf, 'M-01', 'M-02') AS BLOB) WHERE seq = 4", "hash 7"},
		{"entry deleted", "DELETE FROM ledger_version WHERE seq = 3; DELETE FROM ledger_entry WHERE seq = 3", "entry 3"},
		{"first entry deleted", "DELETE FROM ledger_version WHERE seq = 0; DELETE FROM ledger_entry WHERE seq = 0", "entry 0"},
		{"last entry deleted", "DELETE FROM ledger_version WHERE seq = 7; DELETE FROM ledger_entry WHERE seq = 7", "T-008"},
		{"last entry deleted with its hashes", "DELETE FROM ledger_version WHERE seq = 7; DELETE FROM ledger_entry WHERE seq = 7; DELETE FROM ledger_hash WHERE idx >= 11", "T-008"},
		{"entry added", "INSERT INTO ledger_entry SELECT 8, kind, object, subject, CAST(replace(leaf, 'seq 7', 'seq 8') AS BLOB) FROM ledger_entry WHERE seq = 7", "hash 15"},
		{"version seq", "INSERT INTO ledger_version SELECT 99, sealed FROM ledger_version WHERE seq = 5; DELETE FROM ledger_version WHERE seq = 5", "entry 5"},
		{"version sealed", "UPDATE ledger_version SET " + flip("sealed", "BLOB") + " WHERE seq = 5", "entry 5"},
		{"version longer", "UPDATE ledger_version SET sealed = CAST(sealed || x'00' AS BLOB) WHERE seq = 5", "entry 5"},
		{"version empty", "UPDATE ledger_version SET sealed = x'' WHERE seq = 5", "entry 5"},
		{"version swapped", "UPDATE ledger_version SET sealed = (SELECT sealed FROM ledger_version WHERE seq = 1) WHERE seq = 5", "entry 5"},
		{"version deleted", "DELETE FROM ledger_version WHERE seq = 5", "entry 5"},
		{"version added", "INSERT INTO ledger_version SELECT 99, sealed FROM ledger_version WHERE seq = 5", "versions"},
		{"version beside nothing", "INSERT INTO ledger_version SELECT 8, sealed FROM ledger_version WHERE seq = 5", "entry 8"},
		{"hash idx", "UPDATE ledger_hash SET idx = 900 WHERE idx = 9", "hash 900"},
		{"hash hash", "UPDATE ledger_hash SET " + flip("hash", "BLOB") + " WHERE idx = 6", "hash 6"},
		{"hash short", "UPDATE ledger_hash SET hash = x'00' WHERE idx = 6", "hash 6"},
		{"hash deleted", "DELETE FROM ledger_hash WHERE idx = 9", "hash 9"},
		{"last hash deleted", "DELETE FROM ledger_hash WHERE idx = 14", "hash 14"},
		{"hash added", "INSERT INTO ledger_hash VALUES (-1, zeroblob(32))", "hash -1"},
		{"key subject", "UPDATE ledger_key SET subject = 'S-099' WHERE subject = 'S-002'", "S-002"},
		{"key key", "UPDATE ledger_key SET " + flip("key", "BLOB") + " WHERE subject = 'S-002'", "entry 1"},
		{"key short", "UPDATE ledger_key SET key = x'00' WHERE subject = 'S-002'", "entry 1"},
		{"key deleted", "DELETE FROM ledger_key WHERE subject = 'S-002'", "S-002"},
		{"key and versions deleted", "DELETE FROM ledger_key WHERE subject = 'S-002'; DELETE FROM ledger_version WHERE seq = 1", "S-002"},
		{"key added", "INSERT INTO ledger_key VALUES ('S-099', zeroblob(32))", "data keys"},
		{"counter prefix", "UPDATE ledger_counter SET prefix = 'U-'", "counter U-"},
		{"counter prefix, the old one", "UPDATE ledger_counter SET prefix = 'U-'", "counter T-"},
		{"counter back", "UPDATE ledger_counter SET n = n - 1", "counter T-"},
		{"counter on", "UPDATE ledger_counter SET n = n + 1", "counter T-"},
		{"counter deleted", "DELETE FROM ledger_counter", "counter T-"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db := open(t)
			held := fill(t, db, 8)
			if strings.HasPrefix(tt.name, "version beside") {
				update(t, db, func(tx *store.Tx) error {
					_, err := Append(tx, Act{Kind: "thing.seen", By: amina, Object: "T-001"})
					return err
				})
			}
			if p := problems(t, db, held); len(p) != 0 {
				t.Fatalf("before: %v", p)
			}
			if tt.name == "version added" || tt.name == "version seq" || tt.name == "entry seq" {
				unbound(t, db)
			}
			tamper(t, db, tt.sql)
			found := problems(t, db, held)
			if !slices.ContainsFunc(found, func(p Problem) bool { return p.Place == tt.place }) {
				t.Errorf("no problem at %q in %v", tt.place, found)
			}
		})
	}
}

// unbound rebuilds the table of versions without its foreign key, as one could who has the
// store's key and another program.
func unbound(t *testing.T, db *store.DB) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		tx.Acted()
		for _, q := range []string{"CREATE TABLE v (seq INTEGER PRIMARY KEY, sealed BLOB NOT NULL) STRICT",
			"INSERT INTO v SELECT * FROM ledger_version", "DROP TABLE ledger_version", "ALTER TABLE v RENAME TO ledger_version"} {
			if _, err := tx.Exec(q); err != nil {
				return err
			}
		}
		return nil
	})
}

// A table of problems that nobody could read is cut.
func TestCheckCutsItsList(t *testing.T) {
	db := open(t)
	update(t, db, func(tx *store.Tx) error {
		for range maxProblems + 5 {
			if _, err := Append(tx, Act{Kind: "thing.seen", By: amina, Object: "thing"}); err != nil {
				return err
			}
		}
		_, err := tx.Exec("UPDATE ledger_entry SET kind = 'x'")
		return err
	})
	p := problems(t, db)
	if len(p) != maxProblems+1 || p[maxProblems].What != "5 more problems" {
		t.Errorf("%d problems, the last %v", len(p), p[len(p)-1])
	}
}

// An object that ended is held by no room; one that is held after all is a problem.
func TestEnded(t *testing.T) {
	db := open(t)
	held := fill(t, db, 3)
	update(t, db, func(tx *store.Tx) error {
		_, err := Append(tx, Act{Kind: "thing.removed", By: amina, Object: "T-002", Ends: true})
		return err
	})
	if p := problems(t, db, held); len(p) != 1 || p[0].Place != "T-002" {
		t.Errorf("held after its end: %v", p)
	}
	delete(held, "T-002")
	if p := problems(t, db, held); len(p) != 0 {
		t.Errorf("after its end: %v", p)
	}
	past := history(t, db, "T-002")
	if n := len(past); n != 2 || past[1].Entry.Holds != Ended || past[1].JSON != nil || past[1].Erased {
		t.Errorf("history: %+v", past)
	}
	for name, act := range map[string]Act{"version": {Version: 1, Ends: true}, "detail": {Detail: 1, Ends: true}, "both": {Version: 1, Detail: 1}} {
		act.Kind, act.By, act.Object = "a.b", amina, "x"
		if err := db.Update(t.Context(), func(tx *store.Tx) error { _, err := Append(tx, act); return err }); err == nil {
			t.Errorf("an act with an end and a %s was taken down", name)
		}
	}
}

func TestHeldTwice(t *testing.T) {
	db := open(t)
	held := fill(t, db, 2)
	if p := problems(t, db, held, things{"T-001": held["T-001"]}); len(p) != 1 || p[0].Place != "T-001" {
		t.Errorf("got %v", p)
	}
}

// A clock that was set back is taken down once, by whoever acts next, and order stays that
// of the sequence numbers.
func TestClockSetBack(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	db := openAt(t, func() time.Time { return now })
	add := func() {
		t.Helper()
		update(t, db, func(tx *store.Tx) error {
			_, err := Append(tx, Act{Kind: "thing.seen", By: Actor{"M-02"}, Object: "thing"})
			return err
		})
	}
	add()
	newest := now
	now = now.Add(-time.Hour)
	add()
	add()
	now = now.Add(time.Minute)
	add()
	entries := entriesOf(t, db)
	var kinds []string
	for _, e := range entries {
		kinds = append(kinds, e.Kind)
	}
	want := []string{"thing.seen", "clock.set-back", "thing.seen", "thing.seen", "thing.seen"}
	if !slices.Equal(kinds, want) {
		t.Fatalf("got %v, want %v", kinds, want)
	}
	if e := entries[1]; e.By != "M-02" || e.Object != "case" || !e.At.Equal(newest.Add(-time.Hour)) {
		t.Errorf("got %+v", e)
	}
	if p := history(t, db, "case"); len(p) != 1 || string(p[0].JSON) != fmt.Sprintf(`{"newest":%d}`, newest.UnixMicro()) {
		t.Errorf("got %+v", p)
	}
	if p := problems(t, db); len(p) != 0 {
		t.Errorf("problems: %v", p)
	}
	tamper(t, db, "UPDATE ledger_entry SET leaf = CAST(replace(leaf, 'clock.set-back', 'clock.seen') AS BLOB), kind = 'clock.seen' WHERE seq = 1")
	if p := problems(t, db); !slices.ContainsFunc(p, func(p Problem) bool { return p.Place == "entry 1" }) {
		t.Errorf("an unexplained step back passed: %v", p)
	}
}
