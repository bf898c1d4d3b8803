package record

import (
	"context"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/store"
)

// AddBasis takes down why a source may be used. Bases are never changed: a new answer
// is a new basis.
func (r *Room) AddBasis(ctx context.Context, by ledger.Actor, b Basis) (Basis, error) {
	if err := validBasis(b); err != nil {
		return Basis{}, err
	}
	b.Withdrawn, b.WithdrawnAt, b.WithdrawnBy, b.WithdrawnVia = false, 0, "", ""
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		o, err := intake.ReadKept(tx, b.Source)
		if err != nil {
			return err
		}
		if o.Sealed() && b.Kind == PublicRecord {
			return fault.New(fault.Refused, o.ID+" is sealed, and what is sealed is not public record", "Nothing was written.",
				"Record consent, or add the published form as an original of its own.")
		}
		if b.ID, err = ledger.NewID(tx, "B", 3); err != nil {
			return err
		}
		b.By, b.At = by.Member, store.Micros(tx.Now)
		return keepBasis(tx, by, "basis.added", b)
	})
	return b, err
}

func keepBasis(tx *store.Tx, by ledger.Actor, kind string, b Basis) error {
	return bases.Keep(tx, ledger.Act{Kind: kind, By: by, Object: b.ID, Subject: b.Source, Version: b})
}

// WithdrawBasis takes down that a person took consent back, or that a public record
// can no longer be relied on. From then on no basis of the source covers anything.
// via says how it reached the team and may be empty: no form stands in the way.
func (r *Room) WithdrawBasis(ctx context.Context, by ledger.Actor, id, via string) (b Basis, err error) {
	if err := text("way of the withdrawal", via, false); err != nil {
		return Basis{}, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if b, err = ReadBasis(tx, id); err != nil {
			return err
		}
		if b.Withdrawn {
			return fault.New(fault.Conflict, b.ID+" is withdrawn already", "It covers nothing.", "")
		}
		b.Withdrawn, b.WithdrawnAt, b.WithdrawnBy, b.WithdrawnVia = true, store.Micros(tx.Now), by.Member, via
		return keepBasis(tx, by, "basis.withdrawn", b)
	})
	return b, err
}

// ReadBasis finds a basis.
func ReadBasis(tx *store.Tx, id string) (Basis, error) { return bases.One(tx, id) }

// ReadBases lists the bases of a source, oldest first; "" lists all.
func ReadBases(tx *store.Tx, source string) ([]Basis, error) { return bases.Of(tx, source) }

// Bases lists the bases of a source, oldest first; "" lists all.
func (r *Room) Bases(ctx context.Context, source string) ([]Basis, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Basis, error) { return ReadBases(tx, source) })
}
