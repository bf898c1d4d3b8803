package app

import (
	"context"

	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// Check proves that the store agrees with its ledger, that originals and sealed values
// are there and whole, and, given a checkpoint exported earlier, that the ledger only
// grew since. It reads everything and answers with problems; none means all is well.
func (a *App) Check(ctx context.Context, checkpoint []byte) (head ledger.Head, problems []ledger.Problem, err error) {
	damage, err := a.db.Integrity(ctx)
	if err != nil {
		return head, nil, err
	}
	if len(damage) > 0 {
		// What can be read of a damaged file proves nothing.
		return head, []ledger.Problem{{Place: storeFile, What: "SQLite finds it damaged: " + damage[0]}}, nil
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		if head, err = ledger.HeadOf(tx); err != nil {
			return err
		}
		rooms := []ledger.Room{roster{a.members}, a.vault, a.Intake, a.Record, a.Corroborate, a.Release, a.Followup}
		if problems, err = ledger.Check(tx, rooms...); err != nil {
			return err
		}
		more, err := a.vault.Check(ctx, tx)
		problems = append(problems, more...)
		if err != nil || checkpoint == nil {
			return err
		}
		c, err := record.ReadCase(tx)
		if err != nil {
			return err
		}
		more, err = ledger.CheckAgainst(tx, ledgerOrigin(c), checkpoint, a.VerifierKeys())
		problems = append(problems, more...)
		return err
	})
	if err != nil {
		return head, nil, err
	}
	more, err := a.Intake.CheckBlobs(ctx)
	return head, append(problems, more...), err
}

// ledgerOrigin names the case's ledger in checkpoints, apart from its release log.
func ledgerOrigin(c record.Case) string { return c.Origin + "/ledger" }

// Checkpoint signs the ledger's head with the unlocked member's key.
func (a *App) Checkpoint(ctx context.Context) (signed []byte, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		c, err := record.ReadCase(tx)
		if err != nil {
			return err
		}
		signed, err = ledger.Checkpoint(tx, ledgerOrigin(c), a.Signer())
		return err
	})
	return signed, err
}

// Log lists the ledger's entries from seq after on.
func (a *App) Log(ctx context.Context, after int64) (entries []ledger.Entry, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		return ledger.Entries(tx, after, func(e ledger.Entry) error {
			entries = append(entries, e)
			return nil
		})
	})
	return entries, err
}
