package store

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"heed/internal/fault"
)

// later is config with more migrations of the room and one of another room.
func later(dir string, more ...string) Config {
	c := config(dir, false)
	room := fstest.MapFS{}
	maps.Copy(room, schema.FS.(fstest.MapFS))
	for i, sql := range more {
		room["0000"+string(rune('2'+i))+"_more.sql"] = &fstest.MapFile{Data: []byte("-- +goose Up\n" + sql + "\n")}
	}
	second := fstest.MapFS{"00001_second.sql": {Data: []byte("-- +goose Up\nCREATE TABLE second (id TEXT PRIMARY KEY) STRICT;\n")}}
	c.Schemas = []Schema{{Room: "second", FS: second}, {Room: "probe", FS: room}}
	return c
}

// made makes a store with the rows a and b and returns its directory.
func made(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	db := open(t, dir, true)
	for _, id := range []string{"a", "b"} {
		if err := insert(t.Context(), db, id, true); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

// rows reads all rows of the probe table, with the statement that made it.
func rows(t *testing.T, c Config) string {
	t.Helper()
	db, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all string
	err = db.View(t.Context(), func(tx *Tx) error {
		return tx.QueryRow(`SELECT (SELECT group_concat(id || at) FROM (SELECT id, at FROM probe ORDER BY id)) ||
			(SELECT group_concat(sql) FROM (SELECT sql FROM sqlite_schema ORDER BY name))`).Scan(&all)
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

const addColumn = "ALTER TABLE probe ADD COLUMN more TEXT NOT NULL DEFAULT 'x';"

// Before an upgrade a copy is made, which the program of before opens as it was.
func TestUpgradeKeepsACopy(t *testing.T) {
	dir := made(t)
	before := rows(t, config(dir, false))
	if got := files(t, dir); len(got) != 1 {
		t.Fatalf("an opening without an upgrade left more than the store: %d files", len(got))
	}
	after := rows(t, later(dir, addColumn))
	if !strings.Contains(after, "more TEXT") {
		t.Fatalf("not upgraded: %s", after)
	}
	kept := config(dir, false)
	kept.Path += UpgradeSuffix
	if got := rows(t, kept); got != before {
		t.Errorf("the copy is not the state before: %q, want %q", got, before)
	}
	if fi, err := os.Stat(kept.Path); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", fi, err)
	}
	// The next upgrade replaces it, also over what a crash left of another.
	if err := os.WriteFile(kept.Path+".tmp", []byte("half a copy"), 0o600); err != nil {
		t.Fatal(err)
	}
	rows(t, later(dir, addColumn, "CREATE TABLE third (id TEXT) STRICT;"))
	then := later(dir, addColumn)
	then.Path += UpgradeSuffix
	if got := rows(t, then); got != after {
		t.Errorf("the second copy is not the state between: %q, want %q", got, after)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*.tmp*")); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// When one migration fails, nothing of the others stays: the program of before goes on.
func TestFailedMigrationChangesNothing(t *testing.T) {
	dir := made(t)
	before := rows(t, config(dir, false))
	for name, bad := range map[string]string{"syntax": "CREATE TABEL x (id TEXT);", "half": "CREATE TABLE x (id TEXT) STRICT; INSERT INTO nowhere VALUES (1);"} {
		if _, err := Open(t.Context(), later(dir, addColumn, bad)); err == nil {
			t.Fatalf("%s: a broken migration passed", name)
		}
		if got := rows(t, config(dir, false)); got != before {
			t.Errorf("%s: the store is %q, want %q", name, got, before)
		}
	}
	if got := rows(t, later(dir, addColumn)); !strings.Contains(got, "second") {
		t.Errorf("the mended program does not upgrade: %q", got)
	}
}

// A refused store gets no copy either, and a new one has nothing to be copied.
func TestNoCopyWithoutUpgrade(t *testing.T) {
	dir := made(t)
	rows(t, later(dir, addColumn))
	if err := os.Remove(filepath.Join(dir, "s.db"+UpgradeSuffix)); err != nil {
		t.Fatal(err)
	}
	before := files(t, dir)
	// The second room is behind for this program, and the first is ahead of it.
	mixed := config(dir, false)
	third := fstest.MapFS{"00001_third.sql": {Data: []byte("-- +goose Up\nCREATE TABLE third (id TEXT) STRICT;\n")}}
	mixed.Schemas = []Schema{{Room: "third", FS: third}, schema}
	if _, err := Open(t.Context(), mixed); fault.KindOf(err) != fault.Conflict {
		t.Errorf("got %v, want a conflict", err)
	}
	if after := files(t, dir); !maps.Equal(before, after) {
		t.Error("the refused store was written to, or copied")
	}
	fresh := t.TempDir()
	open(t, fresh, true).Close()
	if got := files(t, fresh); len(got) != 1 {
		t.Errorf("a new store has %d files", len(got))
	}
}

// Several openings at once upgrade once.
func TestUpgradesTakeTurns(t *testing.T) {
	dir := made(t)
	before := rows(t, config(dir, false))
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			db, err := Open(t.Context(), later(dir, addColumn))
			if err == nil {
				err = db.Close()
			}
			errs[i] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	kept := config(dir, false)
	kept.Path += UpgradeSuffix
	if got := rows(t, kept); got != before {
		t.Errorf("the copy is not the state before: %q, want %q", got, before)
	}
}
