package store

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
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

// The files of a store that a newer program wrote are the same bytes after it was refused,
// whether that program closed them or was killed. Only the -shm file, in which SQLite keeps
// locks and an index of the WAL while somebody has it open, may come and change.
func TestNewerStoreIsRefusedUnwritten(t *testing.T) {
	dir, killed := t.TempDir(), t.TempDir()
	db := open(t, dir, true)
	err := db.Update(t.Context(), func(tx *Tx) error {
		tx.Acted()
		_, err := tx.Exec("INSERT INTO probe_migration (version_id, is_applied) VALUES (99, 1)")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name, b := range files(t, dir) {
		if err := os.WriteFile(filepath.Join(killed, name), []byte(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	db.Close()
	for name, dir := range map[string]string{"closed": dir, "killed": killed} {
		before := files(t, dir)
		if _, err := Open(t.Context(), config(dir, false)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: got %v, want a conflict", name, err)
		}
		if after := files(t, dir); !maps.Equal(before, after) {
			t.Errorf("%s: the refused store was written to: %v, then %v", name, slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
		}
	}
	if len(files(t, killed)) != 2 {
		t.Error("the killed store had no write-ahead log")
	}
}

// files are the files of a directory by name, but for the -shm file.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	out := map[string]string{}
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(e.Name(), "-shm") {
			out[e.Name()] = string(b)
		}
	}
	return out
}

// A WAL that does not end on a block border is what a full disk leaves, and one of any
// length what a bad copy leaves. The store opens with what was committed in the part that
// is there, or says what is wrong.
func TestRaggedWALOpens(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir, true)
	if err := db.TruncateWAL(t.Context()); err != nil { // the tables are in the file
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b", "c"} {
		if err := insert(t.Context(), db, id, true); err != nil {
			t.Fatal(err)
		}
	}
	whole := files(t, dir)
	wal := whole["s.db-wal"]
	const header, frame = 32, 24 + 4096
	lengths := []int{0, 1, header - 1, header, header + 1, frame, block - 1, block, block + 1, len(wal) - 1, len(wal), len(wal) + 1, len(wal) + 777}
	for n := header + frame; n < len(wal); n += frame {
		lengths = append(lengths, n-1, n, n+1, n+1777)
	}
	slices.Sort(lengths)
	last := 0
	for _, n := range lengths {
		cut := t.TempDir()
		padded := wal + strings.Repeat("x", max(0, n-len(wal)))
		for name, b := range map[string]string{"s.db": whole["s.db"], "s.db-wal": padded[:n]} {
			if err := os.WriteFile(filepath.Join(cut, name), []byte(b), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		db, err := Open(t.Context(), config(cut, false))
		if err != nil {
			t.Errorf("length %d: %v", n, err)
			continue
		}
		rows := count(t, db)
		if bad, err := db.Integrity(t.Context()); err != nil || len(bad) != 0 || rows < last {
			t.Errorf("length %d: %d rows after %d, %v, %v", n, rows, last, bad, err)
		}
		last = rows
		db.Close()
	}
	if last != 3 {
		t.Errorf("%d rows with the whole log, want 3", last)
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

// BenchmarkUpdate is what one durable commit costs, with and without the encryption.
func BenchmarkUpdate(b *testing.B) {
	for _, name := range []string{"encrypted", "plain"} {
		b.Run(name, func(b *testing.B) {
			c := config(b.TempDir(), true)
			c.plain = name == "plain"
			db, err := Open(b.Context(), c)
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
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "commits/s")
		})
	}
}

// BenchmarkRead is what reading 100,000 rows costs, with and without the encryption.
func BenchmarkRead(b *testing.B) {
	for _, name := range []string{"encrypted", "plain"} {
		b.Run(name, func(b *testing.B) {
			c := config(b.TempDir(), true)
			c.plain = name == "plain"
			db, err := Open(b.Context(), c)
			if err != nil {
				b.Fatal(err)
			}
			defer db.Close()
			err = db.Update(b.Context(), func(tx *Tx) error {
				tx.Acted()
				_, err := tx.Exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
					INSERT INTO probe SELECT hex(randomblob(40)), i FROM n`)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				err := db.View(b.Context(), func(tx *Tx) error {
					var sum int64
					return tx.QueryRow("SELECT sum(length(id) + at) FROM probe").Scan(&sum)
				})
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// Whatever fails once somebody stopped the run fails for that, and says so: an import that
// is interrupted answers with a closed statement, a lock or nothing, as it happens. A
// refusal stays what it is.
func TestStoppedIsTold(t *testing.T) {
	db := open(t, t.TempDir(), true)
	refusal := fault.New(fault.Refused, "no", "", "")
	for _, run := range []func(context.Context, func(*Tx) error) error{db.Update, db.View} {
		for _, tt := range []struct{ fails, want error }{{errors.New("statement is closed"), context.Canceled}, {refusal, refusal}} {
			ctx, stop := context.WithCancel(t.Context())
			err := run(ctx, func(*Tx) error { stop(); return tt.fails })
			if !errors.Is(err, tt.want) || !errors.Is(err, tt.fails) {
				t.Errorf("%v became %v, want %v", tt.fails, err, tt.want)
			}
		}
	}
}
