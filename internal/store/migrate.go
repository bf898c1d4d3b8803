package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"heed/internal/fault"
)

// migrate brings each room's tables up to date, in order. All rooms are looked at
// before the first is changed, so that a store of a newer Heed is refused whole.
func migrate(ctx context.Context, db *sql.DB, schemas []Schema) error {
	var pending []*goose.Provider
	for _, s := range schemas {
		p, behind, err := inspect(ctx, db, s)
		if err != nil {
			return err
		}
		if behind {
			pending = append(pending, p)
		}
	}
	for _, p := range pending {
		if _, err := p.Up(ctx); err != nil {
			return fmt.Errorf("migrating store: %w", err)
		}
	}
	return nil
}

// inspect reports whether a room's tables are behind. It reads goose's version
// table itself first, because asking the provider would create that table.
func inspect(ctx context.Context, db *sql.DB, s Schema) (p *goose.Provider, behind bool, err error) {
	table := s.Room + "_migration"
	st, err := database.NewStore(database.DialectSQLite3, table)
	if err != nil {
		return nil, false, fmt.Errorf("preparing migrations of %s: %w", s.Room, err)
	}
	p, err = goose.NewProvider("", db, s.FS, goose.WithStore(st), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, false, fmt.Errorf("preparing migrations of %s: %w", s.Room, err)
	}
	sources := p.ListSources()
	newest := sources[len(sources)-1].Version
	var have int64
	var exists bool
	if err := db.QueryRowContext(ctx, "SELECT count(*) > 0 FROM sqlite_schema WHERE type='table' AND name=?", table).Scan(&exists); err != nil {
		return nil, false, openFault(err)
	}
	if exists {
		if err := db.QueryRowContext(ctx, "SELECT coalesce(max(version_id), 0) FROM "+table).Scan(&have); err != nil {
			return nil, false, fmt.Errorf("reading version of %s: %w", s.Room, err)
		}
	}
	if have > newest {
		return nil, false, fault.New(fault.Conflict, "the store was written by a newer version of Heed",
			"Nothing was written.", "Use that version, or a newer one.")
	}
	return p, have < newest, nil
}
