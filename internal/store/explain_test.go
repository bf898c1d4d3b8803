package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

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
