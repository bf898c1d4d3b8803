package followup

import (
	"context"

	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// TakePosition records what an addressee says to a recommendation, read from one of
// its statements. Words about anything else are fault.Refused, and so are a position that
// contradicts the stance of its statement and silence, which is a search log.
func (r *Room) TakePosition(ctx context.Context, by ledger.Actor, p Position) (Position, error) {
	given := p
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		p = given
		p.Row, p.Reported = 0, ""
		rec, err := ReadRecommendation(tx, p.Recommendation)
		if err != nil {
			return err
		}
		if err := p.known(); err != nil { // whoever records silence has no statement to name
			return err
		}
		s, err := record.ReadStatement(tx, p.Statement)
		if err != nil {
			return err
		}
		if err := maySet(rec, s); err != nil {
			return err
		}
		zone, err := zoneOf(tx)
		if err != nil {
			return err
		}
		source, err := record.ReadSource(tx, s.Source)
		if err != nil {
			return err
		}
		if err := p.settle(s, countedFrom(s, record.Date(source.Date), zone), rec.madeOn()); err != nil {
			return err
		}
		p.Source = s.Source
		return keepPosition(tx, by, "position.taken", &p)
	})
	return p, err
}

// keepImportedPosition takes down the position that a table gives for the row of a
// recommendation that was imported from it. It is the coding of whoever made the table.
func keepImportedPosition(tx *store.Tx, by ledger.Actor, rec Recommendation, p Position) (Position, error) {
	p.Recommendation = rec.ID
	if err := p.settleRow(rec); err != nil {
		return p, err
	}
	return p, keepPosition(tx, by, "position.imported", &p)
}

func keepPosition(tx *store.Tx, by ledger.Actor, kind string, p *Position) (err error) {
	if p.ID, err = ledger.NewID(tx, "PS", 3); err != nil {
		return err
	}
	p.By, p.At = by.Member, store.Micros(tx.Now)
	return positions.Keep(tx, ledger.Act{Kind: kind, By: by, Object: p.ID, Subject: p.Source, Version: *p})
}

// ReadPosition finds a position.
func ReadPosition(tx *store.Tx, id string) (Position, error) { return positions.One(tx, id) }

// Position finds a position.
func (r *Room) Position(ctx context.Context, id string) (Position, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Position, error) { return ReadPosition(tx, id) })
}

// Positions lists all positions ever recorded, oldest first; rec "" means on all recommendations.
func (r *Room) Positions(ctx context.Context, rec string) ([]Position, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Position, error) {
		if rec == "" {
			return positions.All(tx)
		}
		return of(tx, positions, []string{rec})
	})
}

// PositionsAfter lists at most limit of them behind an id, and says how many there are in
// all.
func (r *Room) PositionsAfter(ctx context.Context, after string, limit int) ([]Position, int, error) {
	return page(ctx, r, positions, after, limit)
}
