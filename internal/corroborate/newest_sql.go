package corroborate

import (
	"context"

	"heed/internal/ledger"
	"heed/internal/store"
)

// Newest is the newest act about a claim, a finding or the policy, if there is one: who
// is about to edit without having seen it can be told whose it was.
func (r *Room) Newest(ctx context.Context, id string) (act ledger.Entry, found bool, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		act, found, err = ledger.Newest(tx, id)
		return err
	})
	return act, found, err
}
