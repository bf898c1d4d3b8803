package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"heed/internal/fault"
)

// UpgradeSuffix ends the name of the copy that is made of a file before its tables are
// changed. It is under the same key, and the next upgrade replaces it.
const UpgradeSuffix = ".before-upgrade"

// look reports whether any room's tables are behind, and refuses a wrong key, an empty
// file and one of a newer version. It writes nothing.
func look(ctx context.Context, c Config) (behind bool, err error) {
	db, err := connectToLook(c)
	if err != nil {
		return false, err
	}
	defer db.Close()
	n, err := tables(ctx, db)
	if err != nil {
		return false, err
	}
	if n == 0 && !c.Create {
		return false, errEmpty()
	}
	rooms, err := pending(ctx, db, c.Schemas)
	return len(rooms) > 0, err
}

// upgrade brings all rooms' tables up to date, in order, in one transaction: another
// process that opens the file at the same time waits and finds nothing left to do, and
// when one migration fails the file is as the program before left it.
//
// Crash here: before the copy is renamed, a *.tmp beside it, which the next upgrade
// removes; between renaming and commit, a copy of a file that is still what it was.
func upgrade(ctx context.Context, c Config) error {
	db, end, err := connectToChange(ctx, c)
	if err != nil {
		return err
	}
	rooms, err := pending(ctx, db, c.Schemas)
	if err == nil && len(rooms) > 0 && !c.Create {
		err = keepCopy(ctx, c)
	}
	for _, r := range rooms {
		if err == nil {
			err = r.up(ctx, db)
		}
	}
	return errors.Join(Explain(err), end(err == nil))
}

// keepCopy puts aside what the file holds before an upgrade. It is called under the
// file's write lock, so nobody else makes this copy and no act is committed after it.
func keepCopy(ctx context.Context, c Config) error {
	to := c.Path + UpgradeSuffix
	tmp := to + ".tmp"
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Explain(fmt.Errorf("removing incomplete copy: %w", pathless(err)))
	}
	db, err := connect(c)
	if err != nil {
		return err
	}
	defer db.Close()
	if err := copyTo(ctx, db, tmp, c.Key); err != nil {
		return err
	}
	if err := errors.Join(os.Rename(tmp, to), syncDir(filepath.Dir(to))); err != nil {
		return Explain(fmt.Errorf("keeping copy: %w", pathless(err)))
	}
	return nil
}

// room is a room whose tables are behind.
type room struct {
	Schema
	versions database.Store
	numbered bool // its version table is there
}

// pending lists the rooms that are behind. All are looked at before the first is
// changed, so that a store of a newer Heed is refused whole.
func pending(ctx context.Context, db *sql.DB, schemas []Schema) (behind []room, err error) {
	for _, s := range schemas {
		r := room{Schema: s}
		have, err := r.version(ctx, db)
		if err != nil {
			return nil, err
		}
		p, err := r.provider(db)
		if err != nil {
			return nil, err
		}
		sources := p.ListSources()
		newest := sources[len(sources)-1].Version
		if have > newest {
			return nil, fault.New(fault.Conflict, "the store was written by a newer version of Heed",
				"Nothing was written.", "Use that version, or a newer one.")
		}
		if have < newest {
			behind = append(behind, r)
		}
	}
	return behind, nil
}

// version reads goose's version table itself, because asking the provider would create it.
func (r *room) version(ctx context.Context, db *sql.DB) (have int64, err error) {
	table := r.Room + "_migration"
	if r.versions, err = database.NewStore(dialect, table); err != nil {
		return 0, fmt.Errorf("preparing migrations of %s: %w", r.Room, err)
	}
	if r.numbered, err = hasTable(ctx, db, table); err != nil || !r.numbered {
		return 0, err
	}
	if err := db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+table).Scan(&have); err != nil {
		return 0, openFault(fmt.Errorf("reading version of %s: %w", r.Room, err))
	}
	return have, nil
}

func (r *room) provider(db *sql.DB) (*goose.Provider, error) {
	p, err := goose.NewProvider("", db, outerTx{r.FS}, goose.WithStore(r.versions), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("preparing migrations of %s: %w", r.Room, err)
	}
	return p, nil
}

// up migrates one room inside the transaction that db is in. The version table is made
// here, because goose would begin a transaction for it.
func (r *room) up(ctx context.Context, db *sql.DB) error {
	if !r.numbered {
		err := r.versions.CreateVersionTable(ctx, db)
		if err == nil {
			err = r.versions.Insert(ctx, db, database.InsertRequest{Version: 0})
		}
		if err != nil {
			return fmt.Errorf("making version table of %s: %w", r.Room, err)
		}
	}
	p, err := r.provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrating %s: %w", r.Room, err)
	}
	return nil
}

// outerTx hands out migrations that begin no transaction of their own, since goose
// commits after each and all of them must stand or fall together.
type outerTx struct{ fs.FS }

func (o outerTx) Open(name string) (fs.File, error) {
	f, err := o.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return f, err
	}
	return headed{f, io.MultiReader(bytes.NewReader([]byte("-- +goose NO TRANSACTION\n")), f)}, nil
}

type headed struct {
	fs.File
	text io.Reader
}

func (h headed) Read(b []byte) (int, error) { return h.text.Read(b) }
