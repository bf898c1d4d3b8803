package followup

import (
	"context"

	"heed/internal/ledger"
	"heed/internal/store"
)

// LogSearch records that somebody looked, where and how far, whatever was found.
func (r *Room) LogSearch(ctx context.Context, by ledger.Actor, l SearchLog) (SearchLog, error) {
	given := l
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		l = given
		zone, err := zoneOf(tx)
		if err != nil {
			return err
		}
		if err := l.settle(tx.Now, zone); err != nil {
			return err
		}
		for _, id := range l.Recommendations {
			if _, err := ReadRecommendation(tx, id); err != nil {
				return err
			}
		}
		if l.ID, err = ledger.NewID(tx, "L", 3); err != nil {
			return err
		}
		l.By, l.At = by.Member, store.Micros(tx.Now)
		return searches.Keep(tx,
			ledger.Act{Kind: "search-log.added", By: by, Object: l.ID, Version: l})
	})
	return l, err
}

// SearchLog finds a search log.
func (r *Room) SearchLog(ctx context.Context, id string) (SearchLog, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (SearchLog, error) { return searches.One(tx, id) })
}

// SearchLogs lists all search logs, oldest first.
func (r *Room) SearchLogs(ctx context.Context) ([]SearchLog, error) {
	return store.Read(ctx, r.db, searches.All)
}

// SearchLogsAfter lists at most limit of them behind an id, and says how many there are in
// all.
func (r *Room) SearchLogsAfter(ctx context.Context, after string, limit int) ([]SearchLog, int, error) {
	return page(ctx, r, searches, after, limit)
}
