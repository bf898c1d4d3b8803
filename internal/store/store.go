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
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // the encrypting file layer

	"heed/internal/fault"
)

// ErrNoAct is the answer to a commit that wrote rows and appended no act to the ledger.
var ErrNoAct = errors.New("internal error: a commit changed rows without an act in the ledger")

// maxConns bounds memory: each connection costs about 8 MB.
const maxConns = 8

// block is Adiantum's block and the unit in which the WAL must end; see trimWAL.
const block = 4096

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
}

// DB is an open store. It is safe for concurrent use.
type DB struct {
	sql        *sql.DB
	clock      func() time.Time
	unledgered bool
}

// Open opens the file and brings its tables up to date. A wrong key, a file of a
// newer version, a missing file and an empty one are faults, and nothing is written then.
func Open(ctx context.Context, c Config) (*DB, error) {
	if err := prepare(c); err != nil {
		return nil, err
	}
	db, err := connect(c)
	if err != nil {
		return nil, err
	}
	// The first read decides whether the key is right.
	var tables int
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		db.Close()
		return nil, openFault(err)
	}
	if tables == 0 && !c.Create {
		db.Close()
		return nil, errEmpty()
	}
	if err := migrate(ctx, db, c.Schemas); err != nil {
		db.Close()
		return nil, Explain(err)
	}
	return &DB{sql: db, clock: c.Clock, unledgered: c.Unledgered}, nil
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

// trimWAL cuts a write-ahead log down to whole blocks. The encrypting layer cannot
// read a partial last block, and SQLite then refuses the database with a disk I/O
// error, though all committed frames are there. A full disk or a bad copy leaves
// such a tail; a live writer never does, since it appends whole blocks.
func trimWAL(path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("finding write-ahead log: %w", pathless(err))
	}
	if rest := info.Size() % block; rest != 0 {
		if err := os.Truncate(path, info.Size()-rest); err != nil {
			return Explain(fmt.Errorf("trimming write-ahead log: %w", pathless(err)))
		}
	}
	return nil
}

func connect(c Config) (*sql.DB, error) {
	abs, err := filepath.Abs(c.Path)
	if err != nil {
		return nil, fmt.Errorf("resolving store: %w", pathless(err))
	}
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(abs)}).EscapedPath(),
		RawQuery: "vfs=adiantum&_txlock=immediate"}
	// The key goes in by PRAGMA: a key in the DSN could be read by all code that sees the file name.
	key := hex.EncodeToString(c.Key[:])
	db, err := driver.Open(dsn.String(), func(conn *sqlite3.Conn) error {
		return conn.Exec(`PRAGMA hexkey='` + key + `';
			PRAGMA busy_timeout=60000;
			PRAGMA temp_store=memory;
			PRAGMA journal_mode=wal;
			PRAGMA synchronous=full;
			PRAGMA secure_delete=on;
			PRAGMA foreign_keys=on;
			PRAGMA trusted_schema=off`)
	})
	if err != nil {
		return nil, openFault(err)
	}
	db.SetMaxOpenConns(maxConns)
	return db, nil
}

// openFault tells a wrong key from a broken disk. SQLite calls a file that does not
// decrypt to a database NOTADB.
func openFault(err error) error {
	switch {
	case errors.Is(err, sqlite3.NOTADB):
		return fault.New(fault.Conflict, "the store does not open with its key: its first page is damaged or belongs to another case",
			"Nothing was written.", "Bring back the last backup, or ask for help before changing anything.")
	case errors.Is(err, sqlite3.BUSY), errors.Is(err, sqlite3.LOCKED):
		return fault.New(fault.Held, "another process holds the store", "Nothing was written.", "Try again when it has finished.")
	}
	return Explain(fmt.Errorf("opening store: %w", err))
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
