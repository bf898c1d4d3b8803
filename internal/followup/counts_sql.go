package followup

import (
	"context"

	"heed/internal/store"
)

// Counts is how many objects stand in each table of this room.
func (r *Room) Counts(ctx context.Context) (map[string]int, error) {
	return store.Read(ctx, r.db, shelves.Counts)
}
