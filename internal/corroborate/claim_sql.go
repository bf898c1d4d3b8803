package corroborate

import (
	"context"

	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// AddClaim takes down what a source asserts. A claim that comes from a statement has
// the statement's passage and words. The passage may be of a sealed source: it is then
// one of the text in which a custodian replaced what must stay sealed.
func (r *Room) AddClaim(ctx context.Context, by ledger.Actor, c Claim) (Claim, error) {
	c = c.withDefaults()
	if err := validClaim(c); err != nil {
		return Claim{}, err
	}
	err := r.db.Update(ctx, func(tx *store.Tx) (err error) {
		if c.Statement != "" {
			s, err := record.ReadStatement(tx, c.Statement)
			if err != nil {
				return err
			}
			if c, err = c.of(s); err != nil {
				return err
			}
		}
		p, err := intake.ReadPassage(tx, c.Address())
		if err != nil {
			return err
		}
		if c.Words != "" {
			if err := record.Verbatim(c.Address(), c.Words, p.Text); err != nil {
				return err
			}
		}
		if c.ID, err = ledger.NewID(tx, "C", 3); err != nil {
			return err
		}
		c.By, c.At = by.Member, store.Micros(tx.Now)
		return claims.Keep(tx, ledger.Act{Kind: "claim.added", By: by, Object: c.ID, Subject: c.Source, Version: c})
	})
	if err != nil {
		return Claim{}, err
	}
	return c, nil
}

// ReadClaim finds a claim.
func ReadClaim(tx *store.Tx, id string) (Claim, error) { return claims.One(tx, id) }

// ReadClaims lists all claims, oldest first.
func ReadClaims(tx *store.Tx) ([]Claim, error) { return claims.All(tx) }

// Claim finds a claim.
func (r *Room) Claim(ctx context.Context, id string) (Claim, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Claim, error) { return ReadClaim(tx, id) })
}

// Claims lists all claims, oldest first.
func (r *Room) Claims(ctx context.Context) ([]Claim, error) { return store.Read(ctx, r.db, ReadClaims) }
