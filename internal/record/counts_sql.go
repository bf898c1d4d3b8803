package record

import (
	"context"

	"heed/internal/store"
)

// Counts is how many objects stand in each table of this room.
func (r *Room) Counts(ctx context.Context) (map[string]int, error) {
	return store.Read(ctx, r.db, shelves.Counts)
}

// Based counts the sources that have a basis of whatever kind.
func (r *Room) Based(ctx context.Context) (n int, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow("SELECT count(DISTINCT source) FROM basis").Scan(&n)
	})
	return n, err
}
