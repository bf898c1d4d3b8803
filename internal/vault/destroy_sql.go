package vault

import (
	"context"
	"database/sql"
	"fmt"

	"heed/internal/seal"
	"heed/internal/store"
)

// DestroyKeys destroys the keys of all values that belong to a source, and answers with
// their references: of each row of the vault's file there stay id, kind and the blob's name, by
// which Sweep finds it. Then the write-ahead log is emptied, so that the keys stand nowhere
// on this disk but in what the file system itself has kept. It can be done again, and is
// when a crash came in between.
//
// There must be a durable act that asks for it; then MarkDestroyed and Sweep come next.
func (v *Vault) DestroyKeys(ctx context.Context, subject string) (refs []seal.Ref, err error) {
	// In the writer's turn: nobody is sealing or wrapping anew meanwhile.
	err = v.caseDB.Update(ctx, func(tx *store.Tx) error {
		all, err := referencesOf(tx, subject)
		if err != nil {
			return err
		}
		refs = []seal.Ref{}
		for _, r := range all {
			refs = append(refs, r.Ref)
		}
		_, err = v.blank(ctx, all)
		return err
	})
	if err != nil {
		return nil, err
	}
	// Crash here: the keys are gone from the file, and their pages may stand in its log.
	if err := v.db.TruncateWAL(ctx); err != nil {
		return nil, fmt.Errorf("emptying the vault's log: %w", err)
	}
	return refs, nil
}

// MarkDestroyed notes in the case's store, in the transaction that destroys the source's data key, that
// the keys of its values are gone. What was sealed for the source since DestroyKeys loses its
// key here.
func (v *Vault) MarkDestroyed(tx *store.Tx, subject string) error {
	all, err := referencesOf(tx, subject)
	if err != nil {
		return err
	}
	late, err := v.blank(tx.Context(), all)
	if err == nil && late > 0 {
		err = v.db.TruncateWAL(tx.Context())
	}
	if err != nil {
		return err
	}
	if _, err := tx.Exec("UPDATE vault_reference SET state = ? WHERE subject = ? AND state <> ?", stateDestroyed, subject, stateDestroyed); err != nil {
		return fmt.Errorf("marking what belongs to %s: %w", subject, err)
	}
	return nil
}

func referencesOf(tx *store.Tx, subject string) (all []reference, err error) {
	err = tx.Each(selectReference+" WHERE subject = ? ORDER BY length(ref), ref", []any{subject}, func(rows *sql.Rows) error {
		r, err := scanReference(rows)
		all = append(all, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("reading references of %s: %w", subject, err)
	}
	return all, nil
}

// blank takes the keys out of the rows of references, and out of any other row of the same
// blobs: one whose value was wrapped anew has the same key. It says how many rows had one.
func (v *Vault) blank(ctx context.Context, all []reference) (rows int64, err error) {
	err = v.db.Update(ctx, func(own *store.Tx) error {
		rows = 0
		for _, r := range all {
			done, err := own.Exec(`UPDATE item SET stored = 0, sum = x'', digest = x'', wrapped_to = '', wrapped = x'', destroyed = 1
				WHERE blob IN (SELECT blob FROM item WHERE id = ?) AND (destroyed = 0 OR wrapped <> x'' OR digest <> x'' OR sum <> x'')`, r.Item)
			if err != nil {
				return err
			}
			n, err := done.RowsAffected()
			if err != nil {
				return err
			}
			rows += n
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("destroying keys: %w", err)
	}
	return rows, nil
}
