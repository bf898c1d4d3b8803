package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3"

	"heed/internal/fault"
)

func TestExplain(t *testing.T) {
	inPath := func(err error) error { return &fs.PathError{Op: "write", Path: "/people/amina/case", Err: err} }
	for _, tt := range []struct {
		err  error
		what string
	}{
		{sqlite3.CORRUPT, "damaged"},
		{sqlite3.NOTADB, "damaged"},
		{sqlite3.FULL, "disk is full"},
		{errors.Join(sqlite3.IOERR, syscall.ENOSPC), "disk is full"},
		{inPath(syscall.ENOSPC), "disk is full"},
		{sqlite3.IOERR, "may be full"},
		{sqlite3.READONLY, "cannot be written to"},
		{sqlite3.CANTOPEN, "cannot be written to"},
		{inPath(syscall.EACCES), "cannot be written to"},
	} {
		got := Explain(fmt.Errorf("writing: %w", tt.err))
		var f *fault.Error
		if !errors.As(got, &f) || f.Kind != fault.Conflict || !strings.Contains(f.What, tt.what) || f.Safe == "" || f.Do == "" {
			t.Errorf("%v: %v", tt.err, got)
		}
		if strings.Contains(got.Error(), "amina") {
			t.Errorf("a path: %v", got)
		}
	}
	for _, err := range []error{nil, io.ErrUnexpectedEOF, ErrNoAct,
		&fault.Error{Kind: fault.Refused, What: "the gate blocks it", Err: syscall.ENOSPC}} {
		if got := Explain(err); got != err {
			t.Errorf("%v became %v", err, got)
		}
	}
}

// What leaves a transaction is explained.
func TestTransactionsExplain(t *testing.T) {
	db := open(t, t.TempDir(), true)
	fail := func(*Tx) error { return fmt.Errorf("writing: %w", syscall.ENOSPC) }
	for name, err := range map[string]error{"update": db.Update(t.Context(), fail), "view": db.View(t.Context(), fail)} {
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEmptyFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.db")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path+"-wal", make([]byte, block), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), config(dir, false)); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "empty") {
		t.Errorf("got %v", err)
	}
	for file, want := range map[string]int64{path: 0, path + "-wal": block} {
		if fi, err := os.Stat(file); err != nil || fi.Size() != want {
			t.Errorf("a refused opening changed %s: %v", filepath.Base(file), err)
		}
	}
}

// A file that decrypts to a database without a table is empty too.
func TestStoreWithoutTablesIsRefused(t *testing.T) {
	dir := t.TempDir()
	bare := config(dir, true)
	bare.Schemas = nil
	db, err := Open(t.Context(), bare)
	if err != nil {
		t.Fatal(err)
	}
	db.Close()
	if fi, err := os.Stat(bare.Path); err != nil || fi.Size() == 0 {
		t.Fatalf("the file must have a first page: %v", err)
	}
	if _, err := Open(t.Context(), config(dir, false)); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "empty") {
		t.Errorf("got %v", err)
	}
}

// A copy holds what was committed before it, opens with its own key and with no other.
func TestCopyTo(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir, true)
	for _, id := range []string{"a", "b"} {
		if err := insert(t.Context(), db, id, true); err != nil {
			t.Fatal(err)
		}
	}
	odd := filepath.Join(t.TempDir(), "a b?c%41#d&e") // none of it may be taken for an option
	if err := os.Mkdir(odd, 0o700); err != nil {
		t.Fatal(err)
	}
	to := config(odd, false)
	to.Key = [32]byte{9}
	if err := db.CopyTo(t.Context(), to.Path, to.Key); err != nil {
		t.Fatal(err)
	}
	if err := insert(t.Context(), db, "c", true); err != nil {
		t.Fatal(err)
	}
	names, err := os.ReadDir(filepath.Dir(to.Path))
	if err != nil || len(names) != 1 {
		t.Fatalf("beside the copy lie %v, %v", names, err)
	}
	if fi, err := names[0].Info(); err != nil || fi.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
	wrong := to
	wrong.Key = config(dir, false).Key
	if _, err := Open(t.Context(), wrong); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the copy opened with the key of its origin: %v", err)
	}
	copied, err := Open(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if n := count(t, copied); n != 2 {
		t.Errorf("%d rows in the copy, want 2", n)
	}
	if bad, err := copied.Integrity(t.Context()); err != nil || len(bad) != 0 {
		t.Errorf("the copy is damaged: %v, %v", bad, err)
	}
}

// What was deleted stands in no copy, and after TruncateWAL not in the store either.
func TestDeletedIsGone(t *testing.T) {
	const gone = "words-that-were-withdrawn"
	dir := t.TempDir()
	c := config(dir, true)
	c.plain = true // so that the test can see what lies there
	db, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := insert(t.Context(), db, gone, true); err != nil {
		t.Fatal(err)
	}
	if !lies(t, dir, gone) {
		t.Fatal("the test looks in the wrong place")
	}
	err = db.Update(t.Context(), func(tx *Tx) error {
		tx.Acted()
		_, err := tx.Exec("DELETE FROM probe")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.TruncateWAL(t.Context()); err != nil {
		t.Fatal(err)
	}
	if lies(t, dir, gone) {
		t.Error("what was deleted still lies there")
	}
	if fi, err := os.Stat(c.Path + "-wal"); err != nil || fi.Size() != 0 {
		t.Errorf("write-ahead log: %v, %v", fi, err)
	}
}

func lies(t *testing.T, dir, words string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte(words)) {
			return true
		}
	}
	return false
}

// A reader of an older state blocks the truncation for a while, then the store is held.
func TestTruncateWALWaitsForReaders(t *testing.T) {
	db := open(t, t.TempDir(), true)
	db.busy = 200 * time.Millisecond
	if err := insert(t.Context(), db, "a", true); err != nil {
		t.Fatal(err)
	}
	err := db.View(t.Context(), func(tx *Tx) error {
		var n int
		if err := tx.QueryRow("SELECT count(*) FROM probe").Scan(&n); err != nil {
			return err
		}
		if err := insert(t.Context(), db, "b", true); err != nil {
			return err
		}
		if err := db.TruncateWAL(t.Context()); fault.KindOf(err) != fault.Held {
			t.Errorf("with a reader: %v", err)
		}
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := db.TruncateWAL(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.TruncateWAL(t.Context()); err != nil {
		t.Errorf("after the reader: %v", err)
	}
	if n := count(t, db); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

func TestCopyToRefusals(t *testing.T) {
	dir := t.TempDir()
	db := open(t, dir, true)
	if err := insert(t.Context(), db, "a", true); err != nil {
		t.Fatal(err)
	}
	there := filepath.Join(dir, "there")
	if err := os.WriteFile(there, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	tests := []struct {
		name string
		ctx  context.Context
		path string
		ok   func(error) bool
	}{
		{"a file is there", t.Context(), there, func(err error) bool { return fault.KindOf(err) == fault.Conflict }},
		{"no directory", t.Context(), filepath.Join(dir, "amina", "copy"), func(err error) bool { return errors.Is(err, fs.ErrNotExist) }},
		{"cancelled", cancelled, filepath.Join(dir, "amina"), func(err error) bool { return errors.Is(err, context.Canceled) }},
	}
	for _, tt := range tests {
		err := db.CopyTo(tt.ctx, tt.path, [32]byte{0xab, 0xcd})
		if err == nil || !tt.ok(err) {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if strings.Contains(err.Error(), "amina") || strings.Contains(err.Error(), "abcd") {
			t.Errorf("%s: the error carries a path or the key: %v", tt.name, err)
		}
	}
	if b, err := os.ReadFile(there); err != nil || string(b) != "kept" {
		t.Errorf("the file that was there: %q, %v", b, err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "amina*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Copies are made while others write: each is a state that was once committed.
func TestCopyToWhileOthersWrite(t *testing.T) {
	db := open(t, t.TempDir(), true)
	ctx, stop := context.WithCancel(t.Context())
	wrote := make(chan error, 1)
	go func() {
		n := 0
		for ; ctx.Err() == nil; n++ {
			err := db.Update(t.Context(), func(tx *Tx) error { // two rows or none
				tx.Acted()
				_, err := tx.Exec("INSERT INTO probe VALUES (?, 1), (?, 2)", n*2, n*2+1)
				return err
			})
			if err != nil {
				wrote <- err
				return
			}
		}
		wrote <- nil
	}()
	for i := range 5 {
		to := config(t.TempDir(), false)
		if err := db.CopyTo(t.Context(), to.Path, to.Key); err != nil {
			t.Fatal(err)
		}
		copied, err := Open(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		if n := count(t, copied); n%2 != 0 {
			t.Errorf("copy %d holds half an act: %d rows", i, n)
		}
		copied.Close()
	}
	stop()
	if err := <-wrote; err != nil {
		t.Errorf("the writer: %v", err)
	}
}

// All that is SQLite stands in one file.
func TestDialectSeam(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"go-sqlite3", "PRAGMA", "sqlite_schema", "adiantum", "VACUUM", "DialectSQLite3"}
	for _, name := range files {
		if name == "sqlite.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range words {
			if bytes.Contains(src, []byte(w)) {
				t.Errorf("%s speaks of %s", name, w)
			}
		}
	}
}
