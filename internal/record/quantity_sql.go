package record

import (
	"context"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/store"
)

// AddQuantity takes down a number that somebody asserts. Without a passage it is that of
// its statement; without words, the words of the statement.
func (r *Room) AddQuantity(ctx context.Context, by ledger.Actor, q Quantity) (Quantity, error) {
	if err := validQuantity(q); err != nil {
		return Quantity{}, err
	}
	err := r.db.Update(ctx, func(tx *store.Tx) (err error) {
		if q.Statement != "" {
			if err := q.asIn(tx); err != nil {
				return err
			}
		}
		p, err := intake.ReadPassage(tx, intake.Address{Source: q.Source, From: q.From, To: q.To, Edition: q.Edition})
		if err != nil {
			return err
		}
		q.Edition = p.Edition
		if err := Verbatim(q.Address(), q.Words, p.Text); err != nil {
			return err
		}
		if q.ID, err = ledger.NewID(tx, "QT", 2); err != nil {
			return err
		}
		q.By, q.At = by.Member, store.Micros(tx.Now)
		return quantities.Keep(tx, ledger.Act{Kind: "quantity.added", By: by, Object: q.ID, Subject: q.Source, Version: q})
	})
	if err != nil {
		return Quantity{}, err
	}
	return q, nil
}

// asIn fills in what the statement says, and refuses one that stands elsewhere.
func (q *Quantity) asIn(tx *store.Tx) error {
	s, err := ReadStatement(tx, q.Statement)
	if err != nil {
		return err
	}
	if q.Source == "" {
		q.Source, q.From, q.To, q.Edition = s.Source, s.From, s.To, s.Address().Edition
		if q.Words == "" {
			q.Words = s.Words
		}
	}
	if q.Source != s.Source || q.To < s.From || q.From > s.To {
		return fault.New(fault.Conflict, s.ID+" stands in "+s.Address().String()+", and the number does not", "Nothing was written.",
			"Give the passage of the statement, or leave the statement out.")
	}
	return nil
}

// ReadQuantity finds a quantity.
func ReadQuantity(tx *store.Tx, id string) (Quantity, error) { return quantities.One(tx, id) }

// ReadQuantities lists the quantities of a source, oldest first; "" lists all.
func ReadQuantities(tx *store.Tx, source string) ([]Quantity, error) {
	return quantities.Of(tx, source)
}

// Quantity finds a quantity.
func (r *Room) Quantity(ctx context.Context, id string) (Quantity, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Quantity, error) { return ReadQuantity(tx, id) })
}

// Quantities lists quantities of a source ("" is any) behind the one called after, at
// most limit of them (0 lists all), and says how many there are.
func (r *Room) Quantities(ctx context.Context, source, after string, limit int) (list []Quantity, total int, err error) {
	where, args := ofSource(source)
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if total, err = count(tx, quantities.Name, where, args...); err != nil {
			return err
		}
		list, err = page(tx, quantities, where, args, after, limit)
		return err
	})
	return list, total, err
}
