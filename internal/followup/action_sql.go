package followup

import (
	"context"

	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/store"
)

// AddAction records what somebody did, with the words that report it.
func (r *Room) AddAction(ctx context.Context, by ledger.Actor, a Action) (Action, error) {
	given := a
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		a = given
		passage, err := intake.ReadPassage(tx, a.Address())
		if err != nil {
			return err
		}
		a.Edition = passage.Edition
		if err := a.settle(passage.Text); err != nil {
			return err
		}
		for _, id := range a.Recommendations {
			if _, err := ReadRecommendation(tx, id); err != nil {
				return err
			}
		}
		if a.ID, err = ledger.NewID(tx, "A", 2); err != nil {
			return err
		}
		a.By, a.At = by.Member, store.Micros(tx.Now)
		return actions.Keep(tx, ledger.Act{Kind: "action.added", By: by, Object: a.ID, Subject: a.Source, Version: a})
	})
	return a, err
}

// ReadAction finds an action.
func ReadAction(tx *store.Tx, id string) (Action, error) { return actions.One(tx, id) }

// Action finds an action.
func (r *Room) Action(ctx context.Context, id string) (Action, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Action, error) { return ReadAction(tx, id) })
}

// Actions lists those on a recommendation, oldest first.
func (r *Room) Actions(ctx context.Context, rec string) ([]Action, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Action, error) { return actions.Where(tx, holding("recommendations"), rec) })
}

// ActionsAfter lists at most limit of them behind an id, and says how many there are in
// all.
func (r *Room) ActionsAfter(ctx context.Context, after string, limit int) ([]Action, int, error) {
	return page(ctx, r, actions, after, limit)
}
