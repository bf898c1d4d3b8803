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
	"runtime"
	"syscall"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
	_ "github.com/ncruces/go-sqlite3/vfs/adiantum" // the encrypting file layer
	"github.com/pressly/goose/v3/database"

	"heed/internal/fault"
)

// This file is the dialect seam: all that is SQLite, and nothing else of the package, which
// knows database/sql only. DECISIONS/0007-dialect-seam.md says why it is a file and no interface.

const (
	// maxConns bounds memory: each connection costs about 8 MB.
	maxConns = 8
	// block is Adiantum's block and the unit in which the WAL must end; see trimWAL.
	block = 4096
	// busy is how long one waits for another's lock before it is called held.
	busy = time.Minute
	// dialect is the SQL that the version tables are written in.
	dialect = database.DialectSQLite3
)

// pragmas are how every connection works. The key comes before them.
const pragmas = `PRAGMA busy_timeout=60000;
	PRAGMA temp_store=memory;
	PRAGMA journal_mode=wal;
	PRAGMA synchronous=full;
	PRAGMA secure_delete=on;
	PRAGMA foreign_keys=on;
	PRAGMA trusted_schema=off`

// onlyLook are the pragmas of one who must not write: the journal mode stays what it is.
const onlyLook = `PRAGMA busy_timeout=60000;
	PRAGMA temp_store=memory;
	PRAGMA trusted_schema=off;
	PRAGMA query_only=on`

// connect opens a pool for work. What it opens is migrated.
func connect(c Config) (*sql.DB, error) {
	db, err := pool(c, func(conn *sqlite3.Conn) error { return conn.Exec(pragmas) })
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(maxConns)
	return db, nil
}

// connectToLook opens a pool of one connection that leaves every byte as it is. The last
// connection of a file writes its WAL back when it closes; where a WAL was left, this one does not.
func connectToLook(c Config) (*sql.DB, error) {
	left, err := os.Stat(c.Path + "-wal")
	keep := err == nil && left.Size() > 0
	db, err := pool(c, func(conn *sqlite3.Conn) error {
		if _, err := conn.Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, keep); err != nil {
			return err
		}
		return conn.Exec(onlyLook)
	})
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	return db, nil
}

// connectToChange opens a pool of one connection inside one transaction, which holds the
// write lock until the returned end commits or drops it. A second connection would work
// outside of the transaction, so it is refused.
func connectToChange(ctx context.Context, c Config) (db *sql.DB, end func(commit bool) error, err error) {
	made := false
	db, err = pool(c, func(conn *sqlite3.Conn) error {
		if made {
			return errors.New("internal error: the connection of a migration was lost")
		}
		made = true
		return conn.Exec(pragmas)
	})
	if err != nil {
		return nil, nil, err
	}
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		db.Close()
		return nil, nil, txFault("beginning to migrate", err)
	}
	return db, func(commit bool) error {
		defer db.Close() // rolls back what is not committed
		if !commit {
			return nil
		}
		if _, err := db.ExecContext(ctx, "COMMIT"); err != nil {
			return txFault("committing migrations", err)
		}
		return nil
	}, nil
}

func pool(c Config, init func(*sqlite3.Conn) error) (*sql.DB, error) {
	query := url.Values{"vfs": {"adiantum"}, "_txlock": {"immediate"}}
	// The key goes in by PRAGMA: a key in the DSN could be read by all code that sees the file name.
	key := `PRAGMA hexkey='` + hex.EncodeToString(c.Key[:]) + `'`
	if c.plain {
		query.Del("vfs")
		key = ""
	}
	dsn, err := fileURI(c.Path, query)
	if err != nil {
		return nil, err
	}
	db, err := driver.Open(dsn, func(conn *sqlite3.Conn) error {
		if err := conn.Exec(key); err != nil {
			return err
		}
		// No room has triggers or views. Who holds the file's key could plant one that copies
		// what is erased; it must not run before Integrity has named it.
		for _, off := range []sqlite3.DBConfig{sqlite3.DBCONFIG_ENABLE_TRIGGER, sqlite3.DBCONFIG_ENABLE_VIEW} {
			if _, err := conn.Config(off, false); err != nil {
				return err
			}
		}
		return init(conn)
	})
	if err != nil {
		return nil, openFault(err)
	}
	return db, nil
}

// fileURI is a path as SQLite takes it together with options.
func fileURI(path string, query url.Values) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("resolving store: %w", pathless(err))
	}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(abs)}).EscapedPath(), RawQuery: query.Encode()}
	return u.String(), nil
}

// tables counts what tables there are; the first read of a file, it decides whether the key is right.
func tables(ctx context.Context, db *sql.DB) (n int, err error) {
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&n); err != nil {
		return 0, openFault(err)
	}
	return n, nil
}

func hasTable(ctx context.Context, db *sql.DB, name string) (has bool, err error) {
	if err := db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_schema WHERE type='table' AND name=?", name).Scan(&has); err != nil {
		return false, openFault(err)
	}
	return has, nil
}

// changes counts the rows this connection ever inserted, changed or deleted.
func (tx *Tx) changes() (n int64, err error) {
	if err := tx.sql.QueryRowContext(tx.ctx, "SELECT total_changes()").Scan(&n); err != nil {
		return 0, fmt.Errorf("counting changes: %w", err)
	}
	return n, nil
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

// TruncateWAL writes the write-ahead log back into the file and cuts it to nothing, so that
// what was deleted stands in neither. Until then the log holds the pages as they were. It waits
// for readers of an older state as long as for any lock, then it is fault.Held.
func (db *DB) TruncateWAL(ctx context.Context) error {
	wait, stop := context.WithTimeout(ctx, db.busy)
	defer stop()
	for {
		var blocked bool
		var frames, moved int64
		err := db.sql.QueryRowContext(wait, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&blocked, &frames, &moved)
		switch {
		case err == nil && !blocked:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil && wait.Err() == nil && first(err, sqlite3.BUSY, sqlite3.LOCKED) == nil:
			return Explain(fmt.Errorf("emptying write-ahead log: %w", err))
		}
		select {
		case <-wait.Done():
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fault.New(fault.Held, "another process still reads an older state of the store, so its write-ahead log cannot be emptied",
				"The store is whole. What was deleted may still stand in the log.", "Try again when the other has finished.")
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// CopyTo writes a consistent copy of the store to path under another key, while others go on
// writing. The copy holds no deleted rows. There must be no file at path; on error none is left.
//
// Crash here: an incomplete file lies at path, under a key that stands in no record. Callers
// give a name that nothing opens and rename it when CopyTo has returned.
func (db *DB) CopyTo(ctx context.Context, path string, key [32]byte) error {
	return copyTo(ctx, db.sql, path, key)
}

func copyTo(ctx context.Context, db *sql.DB, path string, key [32]byte) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "there is a file where the copy should go", "It was not touched.", "Choose another place.")
	}
	if err != nil {
		return Explain(fmt.Errorf("making copy: %w", pathless(err)))
	}
	defer func() {
		f.Close()
		if err != nil {
			os.Remove(path)
			os.Remove(path + "-journal")
		}
	}()
	to, err := fileURI(path, url.Values{"vfs": {"adiantum"}, "hexkey": {hex.EncodeToString(key[:])}})
	if err != nil {
		return err
	}
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", to); err != nil {
		return copyFault(ctx, err)
	}
	if err := errors.Join(f.Sync(), syncDir(filepath.Dir(path))); err != nil {
		return Explain(fmt.Errorf("forcing copy to disk: %w", pathless(err)))
	}
	return nil
}

// copyFault keeps of SQLite's answer the code only: its text may hold the target's name, and
// with it the key, which VACUUM takes no other way.
func copyFault(ctx context.Context, err error) error {
	var code sqlite3.ErrorCode
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case first(err, sqlite3.BUSY, sqlite3.LOCKED) != nil:
		return held()
	case fault.KindOf(Explain(err)) != 0:
		return Explain(err)
	case errors.As(err, &code):
		return fmt.Errorf("copying store: %w", code)
	}
	return errors.New("copying store failed")
}

// syncDir forces the entries of a directory to disk. Windows keeps them in a journal of its
// own and lets no one force them.
func syncDir(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// foreign counts what stands in the file's schema and is not what its migrations make:
// tables that nobody reads, triggers, changed definitions, and what is missing.
func (db *DB) foreign(ctx context.Context) (n int, err error) {
	fresh, err := driver.Open("file::memory:", func(conn *sqlite3.Conn) error { return conn.Exec("PRAGMA trusted_schema=off") })
	if err != nil {
		return 0, fmt.Errorf("making a schema to compare with: %w", err)
	}
	defer fresh.Close()
	fresh.SetMaxOpenConns(1) // each connection would have a memory of its own
	rooms, err := pending(ctx, fresh, db.schemas)
	for _, r := range rooms {
		if err == nil {
			err = r.up(ctx, fresh)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("making a schema to compare with: %w", err)
	}
	want, err := definitions(ctx, fresh)
	if err != nil {
		return 0, err
	}
	have, err := definitions(ctx, db.sql)
	for name, text := range have {
		if want[name] != text {
			n++
		}
		delete(want, name)
	}
	return n + len(want), err
}

// definitions reads a schema: kind and name of each thing, and the SQL that made it.
func definitions(ctx context.Context, db *sql.DB) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, "SELECT type || ' ' || name || ' ' || tbl_name, coalesce(sql, '') FROM sqlite_schema")
	if err != nil {
		return nil, Explain(err)
	}
	defer rows.Close()
	out := map[string]string{}
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			return nil, Explain(err)
		}
		out[name] = text
	}
	return out, Explain(rows.Err())
}

// Integrity lets SQLite look through the whole file, indexes and free pages included, which
// no query reads, and holds its schema against what the migrations make. The answer is
// empty when all is well; it names pages and tables only.
func (db *DB) Integrity(ctx context.Context) (problems []string, err error) {
	n, err := db.foreign(ctx)
	if n > 0 {
		problems = append(problems, fmt.Sprintf("%d things in its schema are not what any version of Heed made", n))
	}
	if err != nil && fault.KindOf(err) != fault.Conflict {
		return nil, err
	}
	err = db.View(ctx, func(tx *Tx) error {
		return tx.Each("PRAGMA integrity_check(3)", nil, func(rows *sql.Rows) error {
			var line string
			err := rows.Scan(&line)
			if line != "ok" {
				problems = append(problems, line)
			}
			return err
		})
	})
	// SQLite answers with a plain error where an index is of values that it cannot compute any more.
	if first(err, sqlite3.CORRUPT, sqlite3.NOTADB, sqlite3.ERROR) != nil || fault.KindOf(err) == fault.Conflict {
		return []string{"it cannot be read to its end"}, nil
	}
	return problems, err
}

// Explain turns what a disk or SQLite answers into a sentence for a person: a damaged
// store, a full disk, and a place where this user may not write. A fault, and every error
// that it does not know, it returns as it is. What it says never holds a path.
func Explain(err error) error {
	if err == nil || fault.KindOf(err) != 0 {
		return err
	}
	if cause := first(err, sqlite3.CORRUPT, sqlite3.NOTADB); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the store is damaged: SQLite cannot read a part of it", Safe: "Nothing was changed.",
			Do: "Make a copy of the directory before anything else, and bring back the last backup.", Err: cause}
	}
	// ENOSPC comes from SQLite as the cause of an IOERR, and bare from the originals.
	if cause := first(err, sqlite3.FULL, syscall.ENOSPC, syscall.EDQUOT); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the disk is full", Safe: "Nothing of this act was kept; all earlier acts are safe.",
			Do: "Make room and try again.", Err: cause}
	}
	// Before IOERR, which SQLite makes of it too.
	if cause := first(err, syscall.EFBIG); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the disk is full for this file: it takes none that is larger", Safe: "Nothing of this act was kept; all earlier acts are safe.",
			Do: "Use a disk whose file system takes large files, and try again.", Err: cause}
	}
	if cause := first(err, sqlite3.IOERR); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the disk did not do what the store asked of it; it may be full", Safe: "Nothing of this act was kept; all earlier acts are safe.",
			Do: "Make room, look at the disk, and try again.", Err: cause}
	}
	if cause := first(err, sqlite3.READONLY, sqlite3.CANTOPEN, sqlite3.PERM, fs.ErrPermission); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the case cannot be written to by this user", Safe: "Nothing was changed.",
			Do: "Check who owns the directory, and that the disk is not mounted read-only.", Err: cause}
	}
	return err
}

// first returns the first of the known errors that stands in err's chain. It is these that
// become the cause, and not err, whose text may hold a path.
func first(err error, known ...error) error {
	for _, k := range known {
		if errors.Is(err, k) {
			return k
		}
	}
	return nil
}

// openFault tells a wrong key from a broken disk. SQLite calls a file that does not
// decrypt to a database NOTADB.
func openFault(err error) error {
	switch {
	case errors.Is(err, sqlite3.NOTADB):
		return fault.New(fault.Conflict, "the store does not open with its key: its first page is damaged or belongs to another case",
			"Nothing was written.", "Bring back the last backup, or ask for help before changing anything.")
	case first(err, sqlite3.BUSY, sqlite3.LOCKED) != nil:
		return held()
	}
	return Explain(fmt.Errorf("opening store: %w", err))
}

// txFault names the refusals that are nobody's mistake: a held store, and what Explain knows.
func txFault(step string, err error) error {
	if first(err, sqlite3.BUSY, sqlite3.LOCKED) != nil {
		return held()
	}
	return Explain(fmt.Errorf("%s: %w", step, err))
}

func held() error {
	return fault.New(fault.Held, "another process holds the store", "Nothing was written.", "Try again when it has finished.")
}
