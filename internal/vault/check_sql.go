package vault

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"

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

// List lists the sealed values, oldest first. What was destroyed is none any more.
func (v *Vault) List(tx *store.Tx) ([]Item, error) {
	all, err := readReferences(tx)
	out := []Item{}
	for _, r := range all {
		if r.State == stateSealed {
			out = append(out, Item{r.Ref, r.Kind, r.Subject})
		}
	}
	return out, err
}

func readReferences(tx *store.Tx) (all []reference, err error) {
	err = tx.Each(selectReference+" ORDER BY length(ref), ref", nil, func(rows *sql.Rows) error {
		r, err := scanReference(rows)
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
	return texts(tx, "SELECT ref FROM vault_reference WHERE state <> 'destroyed' ORDER BY ref")
}

// Version returns a reference as it was given to the ledger.
func (v *Vault) Version(tx *store.Tx, id string) (any, error) {
	return scanReference(tx.QueryRow(selectReference+" WHERE ref = ?", id))
}

// Check reconciles the references in tx with the rows of the vault and with the blobs
// on the disk. It opens no seal: a blob must be there, byte by byte as it was stored; of
// what was destroyed neither key nor blob may be.
func (v *Vault) Check(ctx context.Context, tx *store.Tx) ([]ledger.Problem, error) {
	damage, err := v.db.Integrity(ctx)
	if err != nil {
		return nil, err
	}
	if len(damage) > 0 {
		return []ledger.Problem{{Place: "vault.db", What: "it is damaged or was changed: " + damage[0]}}, nil
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
	rows, err := store.Read(ctx, v.db, rowsOf)
	if err != nil {
		return nil, err
	}
	var problems []ledger.Problem
	for _, r := range all {
		what, err := v.checkReference(ctx, r)
		if err != nil {
			return nil, err
		}
		if what != "" {
			problems = append(problems, ledger.Problem{Place: string(r.Ref), What: what})
		}
	}
	if n := v.strays(files, rows); n > 0 {
		problems = append(problems, ledger.Problem{Place: vaultObject,
			What: fmt.Sprintf("%d files lie there that its table does not know: the table is an older copy, or was changed", n)})
	}
	lost, err := v.lost(ctx, rows)
	if err != nil {
		return nil, err
	}
	if lost > 0 {
		problems = append(problems, ledger.Problem{Place: vaultObject,
			What: fmt.Sprintf("it holds %d values that the store no longer knows: the store is an older copy, or was changed", lost)})
	}
	return problems, nil
}

// strays counts the files that no row names. One that was destroyed meanwhile is gone by now.
func (v *Vault) strays(files []string, rows []row) (n int) {
	named := map[string]bool{}
	for _, r := range rows {
		named[r.blob] = true
	}
	for _, name := range files {
		if !named[name] && v.there(name) {
			n++
		}
	}
	return n
}

// there reports whether a blob lies in the vault's directory, or might.
func (v *Vault) there(name string) bool {
	f, _, err := v.blobs.OpenStored(name)
	if err == nil {
		f.Close()
	}
	return fault.KindOf(err) != fault.NotFound
}

// lost counts the settled rows without a reference. The references are read after the rows:
// one that was sealed since has its own by now. An unsettled row without one is
// being sealed at this moment, or the next opening sweeps it, and one whose value was wrapped
// anew it deletes: no problem.
func (v *Vault) lost(ctx context.Context, rows []row) (n int, err error) {
	refs, err := store.Read(ctx, v.caseDB, readReferences)
	if err != nil {
		return 0, err
	}
	return len(sortRows(rows, refs).unknown), nil
}

// checkReference says what is wrong with what a reference stands for, or "". It asks again
// when the reference changed meanwhile, because its value was wrapped anew or destroyed.
func (v *Vault) checkReference(ctx context.Context, r reference) (string, error) {
	what, err := v.checkItem(ctx, r)
	if what == "" || err != nil {
		return "", err
	}
	fresh, err := store.Read(ctx, v.caseDB, func(tx *store.Tx) (reference, error) {
		return scanReference(tx.QueryRow(selectReference+" WHERE ref = ?", string(r.Ref)))
	})
	if err != nil || fresh == r {
		return what, err
	}
	return v.checkItem(ctx, fresh)
}

func (v *Vault) checkItem(ctx context.Context, r reference) (string, error) {
	i, ok, err := v.findItem(ctx, r.Item)
	switch {
	case err != nil:
		return "", err
	case r.State == stateDestroyed:
		return v.checkDestroyed(i, ok), nil
	case r.State != stateSealed:
		return "it is in a state that does not exist", nil
	case !ok:
		return "the vault has no row for it", nil
	case i.destroyed:
		return "the vault has destroyed its key, and the store does not say so: that was interrupted, or the store is an older copy", nil
	case !i.is(r):
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

// checkDestroyed says what is still there of a value whose key was destroyed.
func (v *Vault) checkDestroyed(i item, ok bool) string {
	switch {
	case !ok:
		return ""
	case !i.destroyed || len(i.wrapped) > 0 || len(i.digest) > 0 || len(i.sum) > 0:
		return "its key was destroyed by an act, and the vault still has it: the vault's file is an older copy, or was changed"
	case v.there(i.blob):
		return "its key was destroyed by an act, and its sealed bytes are still there; the next opening removes them"
	}
	return ""
}
