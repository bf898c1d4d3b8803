package record

import (
	"context"
	"slices"

	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/store"
)

// AddPlace takes down a place. A protected one stands under the key of a source, and goes
// with it.
func (r *Room) AddPlace(ctx context.Context, by ledger.Actor, p Place) (Place, error) {
	err := r.db.Update(ctx, func(tx *store.Tx) (err error) {
		if err := keptSource(tx, p.Source); err != nil {
			return err
		}
		if p, err = settlePlace(tx, by, Place{}, p); err != nil {
			return err
		}
		if p.ID, err = ledger.NewID(tx, "PL", 2); err != nil {
			return err
		}
		p.By, p.At = by.Member, store.Micros(tx.Now)
		return places.Keep(tx, ledger.Act{Kind: "place.added", By: by, Object: p.ID, Subject: p.Source, Version: p})
	})
	if err != nil {
		return Place{}, err
	}
	return p, nil
}

// ChangePlace is what ChangePerson is of a person. Statuses can be added to, and none of
// them is changed.
func (r *Room) ChangePlace(ctx context.Context, by ledger.Actor, id string, saw int64, change func(*Place)) (p Place, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		have, err := places.One(tx, id)
		if err != nil {
			return err
		}
		p = have
		p.Names, p.Sealed, p.Statuses = slices.Clone(have.Names), slices.Clone(have.Sealed), slices.Clone(have.Statuses)
		change(&p)
		p.ID, p.Source, p.By, p.At = have.ID, have.Source, have.By, have.At
		if p, err = settlePlace(tx, by, have, p); err != nil {
			return err
		}
		return places.Keep(tx, ledger.Act{Kind: "place.changed", By: by, Object: p.ID, Subject: p.Source, Saw: saw, Version: p})
	})
	if err != nil {
		return Place{}, err
	}
	return p, nil
}

// settlePlace holds a place against what it was, and ties its new statuses to the text in
// which their passages stand.
func settlePlace(tx *store.Tx, by ledger.Actor, have, p Place) (Place, error) {
	p = p.withDefaults()
	if err := validPlace(p); err != nil {
		return Place{}, err
	}
	if err := keepsStatuses(have.Statuses, p.Statuses); err != nil {
		return Place{}, err
	}
	for i := len(have.Statuses); i < len(p.Statuses); i++ {
		s := &p.Statuses[i]
		if err := s.tie(tx); err != nil {
			return Place{}, err
		}
		s.By, s.At = by.Member, store.Micros(tx.Now)
	}
	return p, nil
}

// tie reads the passage and notes the edition of the text that it was read in, so that a
// text that is extracted again moves no anchor.
func (a *Anchor) tie(tx *store.Tx) error {
	p, err := intake.ReadPassage(tx, a.Address())
	a.Edition = p.Edition
	return err
}

// ReadPlace finds a place.
func ReadPlace(tx *store.Tx, id string) (Place, error) { return places.One(tx, id) }

// Place finds a place, and the newest act about it.
func (r *Room) Place(ctx context.Context, id string) (p Place, act int64, err error) {
	return withAct(ctx, r, id, ReadPlace)
}

// Places lists places as Persons does persons.
func (r *Room) Places(ctx context.Context, source, after string, limit int) (list []Place, total int, err error) {
	return paged(ctx, r, places, source, after, limit)
}
