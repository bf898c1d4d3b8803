package vault

import (
	"context"
	"database/sql"
	"fmt"

	"heed/internal/store"
)

// Sweep removes what a crash left: rows of the vault without a reference, blobs
// without a row, and temporaries of the dead; and what was destroyed: blobs, then rows. It
// holds the writer's turn of the case's store, so that nobody is between a row and its
// reference, and says how many rows and files went.
//
// A row or a blob that once had its reference is settled and not removed: when it has
// none now, the store or the vault's file is an older copy, and what was sealed must not be
// lost with it. Check tells. Two exceptions: a row whose value was wrapped anew goes, since
// the same key is in another row; and what is destroyed both in the vault and by the store
// goes, while one of them alone is not enough. What a crash kept from being settled is
// settled here.
func (v *Vault) Sweep(ctx context.Context) (removed int, err error) {
	err = v.caseDB.Update(ctx, func(tx *store.Tx) error {
		refs, err := readReferences(tx)
		if err != nil {
			return err
		}
		s, rows, err := v.tidy(ctx, refs)
		if err != nil {
			return err
		}
		// Crash here: blobs whose rows are gone. The next Sweep removes them.
		files, err := v.blobs.Sweep(ctx, func(name string) bool { return s.keep[name] }, func(name string) bool { return s.gone[name] })
		removed = rows + files
		if err != nil {
			return err
		}
		// Crash here: destroyed rows whose blobs are gone. The next Sweep deletes them.
		rows, err = v.forget(ctx, s.destroyed)
		removed += rows
		return err
	})
	return removed, err
}

// row is what sweeping has to know of a row of the vault's file.
type row struct {
	id, blob           string
	settled, destroyed bool
}

func rowsOf(own *store.Tx) (all []row, err error) {
	err = own.Each("SELECT id, blob, settled, destroyed FROM item", nil, func(rows *sql.Rows) error {
		var r row
		err := rows.Scan(&r.id, &r.blob, &r.settled, &r.destroyed)
		all = append(all, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading the vault: %w", err)
	}
	return all, nil
}

// sorted says what is to become of rows and blobs.
type sorted struct {
	acknowledged []string             // they have a reference and are not settled yet
	orphans      []string             // they never had one
	superseded   map[string]reference // they have none any more, and the row of that one has the same key
	unknown      []string             // they have none any more
	destroyed    []row                // their keys are gone, and the store says so
	keep, gone   map[string]bool      // blobs
}

// sortRows holds the rows against the references.
func sortRows(rows []row, refs []reference) sorted {
	s := sorted{superseded: map[string]reference{}, keep: map[string]bool{}, gone: map[string]bool{}}
	byItem := map[string]reference{}
	for _, r := range refs {
		byItem[r.Item] = r
	}
	byBlob := map[string]reference{}
	for _, r := range rows {
		if ref, ok := byItem[r.id]; ok {
			byBlob[r.blob] = ref
		}
	}
	alive := map[string]bool{}
	for _, r := range rows {
		ref, referred := byItem[r.id]
		same, known := byBlob[r.blob]
		switch {
		case referred && !r.settled:
			s.acknowledged = append(s.acknowledged, r.id)
		case !referred && !r.settled:
			s.orphans = append(s.orphans, r.id)
			continue
		case !referred && known:
			s.superseded[r.id] = same
		case !referred:
			s.unknown = append(s.unknown, r.id)
		}
		if referred && r.destroyed && ref.State == stateDestroyed {
			s.destroyed = append(s.destroyed, r)
		}
		s.keep[r.blob] = true
		alive[r.blob] = alive[r.blob] || !r.destroyed
	}
	for _, r := range s.destroyed {
		s.gone[r.blob] = !alive[r.blob]
	}
	return s
}

// tidy settles and deletes rows, and says how many it deleted.
func (v *Vault) tidy(ctx context.Context, refs []reference) (s sorted, deleted int, err error) {
	err = v.db.Update(ctx, func(own *store.Tx) error {
		rows, err := rowsOf(own)
		if err != nil {
			return err
		}
		s, deleted = sortRows(rows, refs), 0
		for _, id := range s.acknowledged {
			if _, err := own.Exec("UPDATE item SET settled = 1 WHERE id = ?", id); err != nil {
				return err
			}
		}
		drop := s.orphans
		for id, by := range s.superseded {
			// Only for a row that is what the ledger commits to.
			i, ok, err := rowOf(own, by.Item)
			if err != nil {
				return err
			}
			if ok && (i.is(by) || i.destroyed && by.State == stateDestroyed) {
				drop = append(drop, id)
			}
		}
		for _, id := range drop {
			if _, err := own.Exec("DELETE FROM item WHERE id = ?", id); err != nil {
				return err
			}
		}
		deleted = len(drop)
		return nil
	})
	if err != nil {
		return s, 0, fmt.Errorf("sweeping the vault: %w", err)
	}
	return s, deleted, nil
}

// forget deletes destroyed rows whose blobs are gone.
func (v *Vault) forget(ctx context.Context, destroyed []row) (deleted int, err error) {
	err = v.db.Update(ctx, func(own *store.Tx) error {
		deleted = 0
		for _, r := range destroyed {
			if v.there(r.blob) {
				continue // somebody has it open: next time
			}
			if _, err := own.Exec("DELETE FROM item WHERE id = ?", r.id); err != nil {
				return err
			}
			deleted++
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("sweeping the vault: %w", err)
	}
	return deleted, nil
}
