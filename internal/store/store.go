// Package store is the SQL engine under the rooms: it opens one encrypted SQLite
// file, migrates it, and hands out transactions that each carry one instant.
//
// It has no nouns. Every room owns its tables and their migrations; the engine
// keeps only goose's version tables, one per room. What it guarantees:
//
//   - The file, its WAL and its temporary data are ciphertext under one key
//     (Adiantum, 4096-byte blocks). Adiantum does not authenticate: integrity is
//     the ledger's part.
//   - A transaction sees one Now, so all rows of one act share one instant.
//   - A commit that changed rows but holds no act fails with ErrNoAct.
//   - What Update acknowledged is on the disk (synchronous=FULL).
//
// Several processes may hold the file open; writers take turns by SQLite's locks.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"heed/internal/fault"
)

// ErrNoAct is the answer to a commit that wrote rows and appended no act to the ledger.
var ErrNoAct = errors.New("internal error: a commit changed rows without an act in the ledger")

// Schema is one room's migrations: FS holds NNNNN_name.sql files at its root.
type Schema struct {
	Room string
	FS   fs.FS
}

// SchemaIn is a room's migrations that lie embedded in the folder dir.
func SchemaIn(room string, embedded fs.FS, dir string) Schema {
	sub, err := fs.Sub(embedded, dir)
	if err != nil {
		panic("internal error: " + err.Error()) // unreachable: the name is a constant and valid
	}
	return Schema{Room: room, FS: sub}
}

// Config says which file to open and how.
type Config struct {
	Path    string           // the database file; its directory must exist
	Key     [32]byte         // the file's own key
	Schemas []Schema         // in the order of the rooms
	Clock   func() time.Time // the one clock of the house
	Create  bool             // make the file; without it a missing file is fault.NoStore

	// Unledgered lets commits pass without an act. Only the vault's own file asks
	// for it: its acts stand in the ledger of the case's store.
	Unledgered bool

	// plain leaves the file unencrypted. Only this package's tests can ask for it, to
	// measure what the encryption costs.
	plain bool
}

// DB is an open store. It is safe for concurrent use.
type DB struct {
	sql        *sql.DB
	clock      func() time.Time
	unledgered bool
	busy       time.Duration
	schemas    []Schema
	path       string
	file       os.FileInfo // as it was opened; see replaced
}

// Open opens the file and brings its tables up to date. A wrong key, a file of a
// newer version, a missing file and an empty one are faults, and nothing is written then
// (but for the tail of a WAL that no program could read; see trimWAL).
func Open(ctx context.Context, c Config) (*DB, error) {
	if err := prepare(c); err != nil {
		return nil, err
	}
	behind, err := look(ctx, c)
	if err != nil {
		return nil, err
	}
	if behind || c.Create {
		if err := upgrade(ctx, c); err != nil {
			return nil, err
		}
	}
	db, err := connect(c)
	if err != nil {
		return nil, err
	}
	file, err := os.Stat(c.Path)
	if err != nil {
		db.Close()
		return nil, Explain(fmt.Errorf("finding store: %w", pathless(err)))
	}
	return &DB{sql: db, clock: c.Clock, unledgered: c.Unledgered, busy: busy, schemas: c.Schemas, path: c.Path, file: file}, nil
}

// replaced refuses to acknowledge what went into a file that nobody will open again:
// somebody has put another file into its place since it was opened. Locks keep that from
// happening; this is for the day when one was deleted.
func (db *DB) replaced() error {
	now, err := os.Stat(db.path)
	if err == nil && os.SameFile(now, db.file) {
		return nil
	}
	return fault.New(fault.Held, "the store was replaced or moved while it was open", "This act was not kept; what was acknowledged before the replacement is where that was made from.",
		"Open the case again, and do it once more.")
}

// prepare refuses to make a file by accident and mends the WAL's length.
func prepare(c Config) error {
	info, err := os.Stat(c.Path)
	switch {
	case err == nil && c.Create:
		return fault.New(fault.Conflict, "there is a store here already", "It was not touched.", "Choose another directory.")
	case errors.Is(err, fs.ErrNotExist) && !c.Create:
		return fault.New(fault.NoStore, "there is no store here", "", "Make a case with: heed init DIR")
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return Explain(fmt.Errorf("finding store: %w", pathless(err)))
	case err == nil && info.Size() == 0:
		return errEmpty()
	}
	if c.Create {
		// SQLite would make the file readable for others; what is ciphertext is still nobody's business.
		f, err := os.OpenFile(c.Path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err != nil {
			return Explain(fmt.Errorf("making store: %w", pathless(err)))
		}
		return f.Close()
	}
	return trimWAL(c.Path + "-wal")
}

// errEmpty is the answer to a file without a table. SQLite would take it for a new
// database, and whoever asked it what to keep would hear: nothing.
func errEmpty() error {
	return fault.New(fault.Conflict, "the store is empty: its content is gone",
		"The originals and seals beside it were not touched.", "Bring the directory back from a backup.")
}

// pathless drops the path from a file error: a path can hold a name.
func pathless(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// Close closes the store. The last one to close leaves no WAL behind.
func (db *DB) Close() error { return db.sql.Close() }

// Micros and Time are how instants stand in columns: microseconds since 1970, UTC.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time is the inverse of Micros.
func Time(µs int64) time.Time { return time.UnixMicro(µs).UTC() }
