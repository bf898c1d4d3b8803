package corroborate

import (
	"context"

	"heed/internal/ledger"
	"heed/internal/store"
)

// policyID is the one policy's name in the ledger.
const policyID = "policy"

// Declare sets the policy of the case. One that asks less than the one before it is
// taken down like any other, and says in what it asks less.
func (r *Room) Declare(ctx context.Context, by ledger.Actor, c PolicyChange) (out Policy, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		before, err := ReadPolicy(tx)
		if err != nil {
			return err
		}
		out = before.changed(c)
		if err := validPolicy(out); err != nil {
			return err
		}
		out.By, out.At = by.Member, store.Micros(tx.Now)
		return policies.Keep(tx, ledger.Act{Kind: "policy.declared", By: by, Object: policyID, Version: out, Saw: c.Saw})
	})
	if err != nil {
		return Policy{}, err
	}
	return out, nil
}

// ReadPolicy reads the policy of the case, DefaultPolicy when none is declared.
func ReadPolicy(tx *store.Tx) (Policy, error) {
	p, declared, err := policies.Find(tx, policyID)
	if err != nil || declared {
		return p, err
	}
	return DefaultPolicy, nil
}

// Policy reads the policy of the case.
func (r *Room) Policy(ctx context.Context) (Policy, error) { return store.Read(ctx, r.db, ReadPolicy) }

// PolicyWithAct reads the policy with the number of the newest act about it, -1 when
// there is none.
func (r *Room) PolicyWithAct(ctx context.Context) (p Policy, act int64, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if p, err = ReadPolicy(tx); err != nil {
			return err
		}
		act, err = ledger.Revision(tx, policyID)
		return err
	})
	return p, act, err
}
