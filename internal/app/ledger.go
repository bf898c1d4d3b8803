package app

import (
	"context"
	"io"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// Checkpoint signs the ledger's head with the unlocked member's key.
func (a *App) Checkpoint(ctx context.Context) ([]byte, error) {
	return signed(ctx, a, func(tx *store.Tx, origin string) ([]byte, error) {
		return ledger.Checkpoint(tx, origin, a.Signer())
	})
}

// Prove makes a proof that an entry stands in the ledger: with the entry's text it can
// be checked offline, by the checkpoint in it, which the unlocked member signs.
func (a *App) Prove(ctx context.Context, seq int64) ([]byte, error) {
	return signed(ctx, a, func(tx *store.Tx, origin string) ([]byte, error) {
		return ledger.ProveEntry(tx, origin, seq, a.Signer())
	})
}

// ProveGrowth makes a proof that the ledger only grew since a checkpoint of it.
func (a *App) ProveGrowth(ctx context.Context, checkpoint []byte) ([]byte, error) {
	return signed(ctx, a, func(tx *store.Tx, origin string) ([]byte, error) {
		vkeys, err := a.signers(tx)
		if err != nil {
			return nil, err
		}
		old, err := ledger.ParseCheckpoint(checkpoint, origin, vkeys)
		if err != nil {
			return nil, err
		}
		return ledger.ProveGrowth(tx, old)
	})
}

// WriteLog writes all entries with a signed checkpoint over them: ids, kinds, members and
// times, and no content. Restore takes it, to destroy again what was destroyed since.
func (a *App) WriteLog(ctx context.Context, w io.Writer) error {
	_, err := signed(ctx, a, func(tx *store.Tx, origin string) ([]byte, error) {
		return nil, ledger.WriteLog(tx, w, origin, a.Signer())
	})
	return err
}

// signed reads in one transaction with the name of the ledger.
func signed(ctx context.Context, a *App, fn func(*store.Tx, string) ([]byte, error)) ([]byte, error) {
	return store.Read(ctx, a.db, func(tx *store.Tx) ([]byte, error) {
		c, err := record.ReadCase(tx)
		if err != nil {
			return nil, err
		}
		return fn(tx, ledgerOrigin(c))
	})
}

// Log calls yield for the ledger's entries from seq after on, oldest first.
func (a *App) Log(ctx context.Context, after int64, yield func(ledger.Entry) error) error {
	return a.db.View(ctx, func(tx *store.Tx) error { return ledger.Follow(tx, after, yield) })
}

// History lists every act about an object, oldest first, with what each of them left. What
// a custodian alone may know is under a seal and not in there.
func (a *App) History(ctx context.Context, object string) ([]ledger.Past, error) {
	past, err := store.Read(ctx, a.db, func(tx *store.Tx) ([]ledger.Past, error) { return ledger.History(tx, object) })
	if err == nil && len(past) == 0 {
		err = fault.New(fault.NotFound, "no act is about this", "Nothing was changed.", "Ids look like S-001, C-001 or M-01; see them all with: heed log")
	}
	return past, err
}
