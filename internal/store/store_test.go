package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"
	"time"

	"heed/internal/fault"
)

var schema = Schema{Room: "probe", FS: fstest.MapFS{
	"00001_probe.sql": {Data: []byte("-- +goose Up\nCREATE TABLE probe (id TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT;\n")},
}}

func open(t *testing.T, dir string, create bool) *DB {
	t.Helper()
	db, err := Open(t.Context(), config(dir, create))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func config(dir string, create bool) Config {
	return Config{Path: filepath.Join(dir, "s.db"), Key: [32]byte{1, 2, 3}, Schemas: []Schema{schema}, Clock: time.Now, Create: create}
}

func insert(ctx context.Context, db *DB, id string, act bool) error {
	return db.Update(ctx, func(tx *Tx) error {
		_, err := tx.Exec("INSERT INTO probe VALUES (?, ?)", id, Micros(tx.Now))
		if act {
			tx.Acted()
		}
		return err
	})
}

func count(t *testing.T, db *DB) (n int) {
	t.Helper()
	err := db.View(t.Context(), func(tx *Tx) error {
		return tx.QueryRow("SELECT count(*) FROM probe").Scan(&n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestCommitWithoutActFails(t *testing.T) {
	db := open(t, t.TempDir(), true)
	if err := insert(t.Context(), db, "a", false); !errors.Is(err, ErrNoAct) {
		t.Fatalf("got %v, want ErrNoAct", err)
	}
	if n := count(t, db); n != 0 {
		t.Errorf("%d rows kept of a refused commit", n)
	}
	if err := insert(t.Context(), db, "a", true); err != nil {
		t.Fatal(err)
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

func TestViewCannotWrite(t *testing.T) {
	db := open(t, t.TempDir(), true)
	err := db.View(t.Context(), func(tx *Tx) error {
		_, err := tx.Exec("INSERT INTO probe VALUES ('x', 1)")
		return err
	})
	if err == nil {
		t.Error("a view wrote a row")
	}
}

func TestOpenRefusals(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(t.Context(), config(dir, false)); fault.KindOf(err) != fault.NoStore {
		t.Errorf("missing store: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
		t.Errorf("a refused opening left %v", left)
	}
	db := open(t, dir, true)
	if err := insert(t.Context(), db, "a", true); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := Open(t.Context(), config(dir, true)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("making a store over another: %v", err)
	}
	wrong := config(dir, false)
	wrong.Key[0]++
	if _, err := Open(t.Context(), wrong); fault.KindOf(err) != fault.Conflict {
		t.Errorf("wrong key: %v", err)
	}
	if n := count(t, open(t, dir, false)); n != 1 {
		t.Errorf("%d rows after refusals, want 1", n)
	}
}

func TestNewerStoreIsRefusedUnwritten(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir, true)
	err := db.Update(t.Context(), func(tx *Tx) error {
		tx.Acted()
		_, err := tx.Exec("INSERT INTO probe_migration (version_id, is_applied) VALUES (99, 1)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	before, err := os.ReadFile(filepath.Join(dir, "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), config(dir, false)); fault.KindOf(err) != fault.Conflict {
		t.Fatalf("got %v, want a conflict", err)
	}
	after, err := os.ReadFile(filepath.Join(dir, "s.db"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before, after) {
		t.Error("the refused store was written to")
	}
}

// A WAL that does not end on a block border is what a full disk leaves.
func TestRaggedWALOpens(t *testing.T) {
	dir, copied := t.TempDir(), t.TempDir()
	db := open(t, dir, true)
	for _, id := range []string{"a", "b", "c"} {
		if err := insert(t.Context(), db, id, true); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"s.db", "s.db-wal"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if name == "s.db-wal" {
			b = append(b, make([]byte, 777)...)
		}
		if err := os.WriteFile(filepath.Join(copied, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n := count(t, open(t, copied, false)); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
}

func TestFilesAreCiphertext(t *testing.T) {
	const canary = "canary-in-the-store-7391"
	dir := t.TempDir()
	db := open(t, dir, true)
	if err := insert(t.Context(), db, canary, true); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("files %v, err %v", files, err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(canary)) || bytes.Contains(b, []byte("SQLite format")) || bytes.Contains(b, []byte("CREATE TABLE")) {
			t.Errorf("%s holds plaintext", filepath.Base(f))
		}
	}
}

func BenchmarkUpdate(b *testing.B) {
	db, err := Open(b.Context(), config(b.TempDir(), true))
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	for b.Loop() {
		err := db.Update(b.Context(), func(tx *Tx) error {
			tx.Acted()
			_, err := tx.Exec("INSERT OR REPLACE INTO probe VALUES ('a', ?)", Micros(tx.Now))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
