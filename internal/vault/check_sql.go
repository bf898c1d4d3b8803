package vault

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

// Item is what every member may know of a sealed value.
type Item struct {
	Ref     seal.Ref
	Kind    seal.Kind
	Subject string // the source it belongs to
}

// List lists the sealed values, oldest first.
func (v *Vault) List(tx *store.Tx) ([]Item, error) {
	all, err := readReferences(tx)
	out := make([]Item, len(all))
	for i, r := range all {
		out[i] = Item{r.Ref, r.Kind, r.Subject}
	}
	return out, err
}

func readReferences(tx *store.Tx) (all []reference, err error) {
	err = tx.Each("SELECT ref, kind, subject, state, item FROM vault_reference ORDER BY length(ref), ref", nil, func(rows *sql.Rows) error {
		var r reference
		err := rows.Scan(&r.Ref, &r.Kind, &r.Subject, &r.State, &r.Item)
		all = append(all, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading references: %w", err)
	}
	return all, nil
}

// IDs lists the references, as the ledger knows them.
func (v *Vault) IDs(tx *store.Tx) ([]string, error) {
	return texts(tx, "SELECT ref FROM vault_reference ORDER BY ref")
}

// Version returns a reference as it was given to the ledger.
func (v *Vault) Version(tx *store.Tx, id string) (any, error) {
	var r reference
	err := tx.QueryRow("SELECT ref, kind, subject, state, item FROM vault_reference WHERE ref = ?", id).
		Scan(&r.Ref, &r.Kind, &r.Subject, &r.State, &r.Item)
	return r, err
}

// Sweep removes what a crash left: rows of the vault without a reference, blobs
// without a row, and temporaries of the dead. It holds the writer's turn of the case's store, so that
// nobody is between a row and its reference, and says how many rows and files went.
//
// A row or a blob that once had its reference is settled and never removed: when it has
// none now, the store or the vault's file is an older copy, and what was sealed must not be
// lost with it. Check tells. What a crash kept from being settled is settled here.
func (v *Vault) Sweep(ctx context.Context) (removed int, err error) {
	err = v.caseDB.Update(ctx, func(tx *store.Tx) error {
		known, err := texts(tx, "SELECT item FROM vault_reference")
		if err != nil {
			return fmt.Errorf("reading references: %w", err)
		}
		blobs, orphans, err := v.settle(ctx, known)
		if err != nil {
			return err
		}
		// Crash here: blobs whose rows are gone. The next Sweep removes them.
		n, err := v.blobs.Sweep(ctx, func(name string) bool { return blobs[name] })
		removed = orphans + n
		return err
	})
	return removed, err
}

// settle notes which rows have a reference, deletes those that never had one, and returns
// the blobs of the rows that stay.
func (v *Vault) settle(ctx context.Context, known []string) (blobs map[string]bool, orphans int, err error) {
	err = v.db.Update(ctx, func(own *store.Tx) error {
		referred := map[string]bool{}
		for _, id := range known {
			referred[id] = true
		}
		open, err := texts(own, "SELECT id FROM item WHERE settled = 0")
		if err != nil {
			return err
		}
		orphans = 0
		for _, id := range open {
			query := "UPDATE item SET settled = 1 WHERE id = ?"
			if !referred[id] {
				query = "DELETE FROM item WHERE id = ?"
				orphans++
			}
			if _, err := own.Exec(query, id); err != nil {
				return err
			}
		}
		names, err := texts(own, "SELECT blob FROM item")
		blobs = map[string]bool{}
		for _, name := range names {
			blobs[name] = true
		}
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("sweeping the vault: %w", err)
	}
	return blobs, orphans, nil
}

// Check reconciles the references in tx with the rows of the vault and with the blobs
// on the disk. It opens no seal: a blob must be there, byte by byte as it was stored.
func (v *Vault) Check(ctx context.Context, tx *store.Tx) ([]ledger.Problem, error) {
	damage, err := v.db.Integrity(ctx)
	if err != nil {
		return nil, err
	}
	if len(damage) > 0 {
		return []ledger.Problem{{Place: "vault.db", What: "SQLite finds it damaged: " + damage[0]}}, nil
	}
	all, err := readReferences(tx)
	if err != nil {
		return nil, err
	}
	// In this order: a file that is settled has a row, and a row that is settled has a
	// reference, so what is being sealed meanwhile is no problem.
	files, err := v.blobs.Settled(ctx)
	if err != nil {
		return nil, fmt.Errorf("checking the vault: %w", err)
	}
	items, settled, err := v.rows(ctx)
	if err != nil {
		return nil, err
	}
	unknown := strays(files, items)
	var problems []ledger.Problem
	for _, r := range all {
		i, ok := items[r.Item]
		delete(items, r.Item)
		if r.State != stateSealed {
			continue
		}
		what, err := v.checkItem(ctx, r, i, ok)
		if err != nil {
			return nil, err
		}
		if what != "" {
			problems = append(problems, ledger.Problem{Place: string(r.Ref), What: what})
		}
	}
	lost, err := v.lost(ctx, items, settled)
	if err != nil {
		return nil, err
	}
	if unknown > 0 {
		problems = append(problems, ledger.Problem{Place: vaultObject,
			What: fmt.Sprintf("%d files lie there that its table does not know: the table is an older copy, or was changed", unknown)})
	}
	if lost > 0 {
		problems = append(problems, ledger.Problem{Place: vaultObject,
			What: fmt.Sprintf("it holds %d values that the store no longer knows: the store is an older copy, or was changed", lost)})
	}
	return problems, nil
}

// strays counts the files that no row names.
func strays(files []string, items map[string]item) (n int) {
	named := map[string]bool{}
	for _, i := range items {
		named[i.blob] = true
	}
	for _, name := range files {
		if !named[name] {
			n++
		}
	}
	return n
}

// lost counts the settled rows among those that had no reference when Check began. One
// that was sealed since then has its reference by now. An unsettled row without one is
// being sealed at this moment, or the next opening sweeps it: no problem.
func (v *Vault) lost(ctx context.Context, items map[string]item, settled map[string]bool) (n int, err error) {
	if len(items) == 0 {
		return 0, nil
	}
	known, err := store.Read(ctx, v.caseDB, func(tx *store.Tx) ([]string, error) { return texts(tx, "SELECT item FROM vault_reference") })
	if err != nil {
		return 0, fmt.Errorf("reading references: %w", err)
	}
	for id := range items {
		if settled[id] && !slices.Contains(known, id) {
			n++
		}
	}
	return n, nil
}

// checkItem says what is wrong with the item of a reference, or "".
func (v *Vault) checkItem(ctx context.Context, r reference, i item, ok bool) (string, error) {
	switch {
	case !ok:
		return "the vault has no row for it", nil
	case i.name() != r.Item || i.kind != r.Kind:
		return "its row in the vault was changed", nil
	}
	size, sum, err := v.blobs.Stored(ctx, i.blob)
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case fault.KindOf(err) == fault.NotFound:
		return "its sealed bytes are missing", nil
	case err != nil:
		return "its sealed bytes cannot be read", nil
	case size != i.stored:
		return "its sealed bytes have another length than they were stored with", nil
	case !bytes.Equal(sum[:], i.sum):
		return "its sealed bytes differ from what was stored", nil
	}
	return "", nil
}

// rows reads all items by their ids, and which of them once had a reference.
func (v *Vault) rows(ctx context.Context) (items map[string]item, settled map[string]bool, err error) {
	items, settled = map[string]item{}, map[string]bool{}
	err = v.db.View(ctx, func(own *store.Tx) error {
		err := own.Each("SELECT "+itemColumns+" FROM item", nil, func(rows *sql.Rows) error {
			i, err := scanItem(rows)
			items[i.id] = i
			return err
		})
		if err != nil {
			return err
		}
		ids, err := texts(own, "SELECT id FROM item WHERE settled = 1")
		for _, id := range ids {
			settled[id] = true
		}
		return err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("reading the vault: %w", err)
	}
	return items, settled, nil
}
