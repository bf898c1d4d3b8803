package vault

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"filippo.io/age"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Behind counts the values that are not wrapped to the custodians of now. What is damaged or
// was exchanged is not among them: Check names it, and it is left as it is.
func (v *Vault) Behind(ctx context.Context) (int, error) {
	var behind []reference
	err := v.caseDB.View(ctx, func(tx *store.Tx) (err error) {
		behind, err = v.behind(tx)
		return err
	})
	return len(behind), err
}

func (v *Vault) behind(tx *store.Tx) (behind []reference, err error) {
	err = v.db.View(tx.Context(), func(own *store.Tx) error {
		ids, err := texts(own, "SELECT id FROM item WHERE destroyed = 0 AND wrapped_to <> ?", v.audience.name())
		if err != nil || len(ids) == 0 {
			return err
		}
		old := map[string]bool{}
		for _, id := range ids {
			old[id] = true
		}
		all, err := readReferences(tx)
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.State != stateSealed || !old[r.Item] {
				continue
			}
			i, ok, err := rowOf(own, r.Item)
			if err != nil {
				return err
			}
			if !ok || !i.is(r) {
				continue
			}
			honest, err := asLedgered(tx, r)
			if err != nil {
				return err
			}
			if honest {
				behind = append(behind, r)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading the vault: %w", err)
	}
	return behind, nil
}

// asLedgered holds a reference against its last version in the ledger. Wrapping anew gives it
// another, which must not put the custodian's name to a reference that somebody exchanged.
func asLedgered(tx *store.Tx, r reference) (bool, error) {
	past, err := ledger.History(tx, string(r.Ref))
	if err != nil {
		return false, err
	}
	text, err := json.Marshal(r)
	if err != nil {
		return false, err
	}
	for _, p := range slices.Backward(past) {
		if p.Entry.Holds == ledger.State {
			return bytes.Equal(p.JSON, text), nil
		}
	}
	return false, nil
}

// anew is a value that was wrapped anew: its reference as it will be, and its old row.
type anew struct {
	reference
	old string
}

// Rewrap wraps the key of every value that is behind anew, to the custodians of now, and
// says how many there were. Blobs, item keys and salts stay, so commitments do too. It
// needs custodians who can open them all; else it is fault.Locked, and nothing is changed. What
// was sealed malformed, so that nobody can open it, stays behind.
//
// The rows are committed to the vault's file first, then references and acts in one
// transaction of the case's store, then the old rows are deleted.
func (v *Vault) Rewrap(ctx context.Context, by ledger.Actor, progress func(done, total int64)) (n int, err error) {
	// Where nothing is to be done, nobody needs to open anything.
	if n, err := v.Behind(ctx); err != nil || n == 0 {
		return 0, err
	}
	identities, locked := v.unlocked()
	if locked != nil {
		return 0, locked
	}
	if err := v.audience.enough(); err != nil {
		return 0, err
	}
	if progress == nil {
		progress = func(int64, int64) {}
	}
	var all []anew
	err = v.caseDB.Update(ctx, func(tx *store.Tx) error {
		behind, err := v.behind(tx)
		if err != nil || len(behind) == 0 {
			return err
		}
		if all, err = v.wrapAnew(ctx, behind, identities, progress); err != nil {
			return err
		}
		// Crash here, and until tx is committed: rows without a reference, which Sweep removes.
		for _, a := range all {
			if _, err := tx.Exec("UPDATE vault_reference SET item = ? WHERE ref = ?", a.Item, string(a.Ref)); err != nil {
				return fmt.Errorf("writing reference %s: %w", a.Ref, err)
			}
			act := ledger.Act{Kind: "value.rewrapped", By: by, Object: string(a.Ref), Subject: a.Subject, Version: a.reference}
			if _, err := ledger.Append(tx, act); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	// Crash here: old rows without a reference, whose blobs belong to others; Sweep deletes
	// them. It also does what fails here, so an error undoes nothing.
	v.db.Update(context.WithoutCancel(ctx), func(own *store.Tx) error { return replaceRows(own, all) })
	return len(all), nil
}

// wrapAnew writes a new row for each value, in one transaction of the vault's file.
func (v *Vault) wrapAnew(ctx context.Context, behind []reference, identities []age.Identity, progress func(done, total int64)) (all []anew, err error) {
	err = v.db.Update(ctx, func(own *store.Tx) error {
		for n, r := range behind {
			progress(int64(n), int64(len(behind)))
			if err := ctx.Err(); err != nil {
				return err
			}
			i, _, err := rowOf(own, r.Item) // it is there: behind saw it, and nobody else writes
			if err != nil {
				return err
			}
			k, err := i.unwrap(identities)
			var stranger *age.NoIdentityMatchError
			switch {
			case errors.As(err, &stranger):
				return errOthers(r)
			case fault.KindOf(err) == fault.Locked:
				return err
			case err != nil:
				continue // sealed malformed, by a faulty program or on purpose: it must not keep the others back
			}
			a := anew{reference: r, old: r.Item}
			if a.Item, err = v.rewrapItem(own, i, k); err != nil {
				return fmt.Errorf("wrapping %s anew: %w", r.Ref, err)
			}
			all = append(all, a)
		}
		progress(int64(len(behind)), int64(len(behind)))
		return nil
	})
	return all, err
}

// rewrapItem writes the row of an item as it is for the custodians of now, and names it.
func (v *Vault) rewrapItem(own *store.Tx, i item, k *itemKey) (id string, err error) {
	defer k.wipe()
	if i.wrapped, err = k.wrapTo(v.audience); err != nil {
		return "", err
	}
	i.to = v.audience.name()
	i.id = i.name()
	return i.id, insert(own, i)
}

// errOthers says that it takes another custodian.
func errOthers(r reference) error {
	return fault.New(fault.Locked, "who is unlocked cannot open all that is sealed, so it cannot be wrapped anew", "Nothing was changed.",
		"Unlock a custodian for whom "+string(r.Ref)+" was sealed.")
}

// replaceRows settles the new rows and deletes the old ones.
func replaceRows(own *store.Tx, all []anew) error {
	for _, a := range all {
		if _, err := own.Exec("UPDATE item SET settled = 1 WHERE id = ?", a.Item); err != nil {
			return err
		}
		if _, err := own.Exec("DELETE FROM item WHERE id = ?", a.old); err != nil {
			return err
		}
	}
	return nil
}
