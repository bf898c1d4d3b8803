package app

import (
	"context"
	"fmt"

	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// Check proves that the store agrees with its ledger, that originals and sealed values
// are there and whole, and, given a checkpoint exported earlier, that the ledger only
// grew since. It reads everything and answers with problems; none means all is well.
func (a *App) Check(ctx context.Context, checkpoint []byte) (head ledger.Head, problems []ledger.Problem, err error) {
	a.c.Progress.tell("checking the database", 0, 0)
	damage, err := a.db.Integrity(ctx)
	if err != nil {
		return head, nil, err
	}
	if len(damage) > 0 {
		// What can be read of a damaged file proves nothing.
		return head, []ledger.Problem{{Place: storeFile, What: "it is damaged or was changed: " + damage[0]}}, nil
	}
	err = a.db.View(ctx, func(tx *store.Tx) error {
		if head, err = ledger.HeadOf(tx); err != nil {
			return err
		}
		problems, err = a.checkLedger(ctx, tx, checkpoint)
		return err
	})
	if err != nil {
		return head, nil, err
	}
	damaged, err := a.member.Damaged(a.c.path(keysDir))
	if err != nil {
		return head, nil, err
	}
	for _, id := range damaged {
		problems = append(problems, ledger.Problem{Place: id, What: "its key file is missing or was changed: bring it back from a backup, or make its keys anew"})
	}
	a.c.Progress.tell("checking originals", 0, 0)
	more, err := a.Intake.CheckBlobs(ctx)
	return head, append(problems, more...), err
}

func (a *App) checkLedger(ctx context.Context, tx *store.Tx, checkpoint []byte) (problems []ledger.Problem, err error) {
	a.c.Progress.tell("checking the ledger", 0, 0)
	if problems, err = ledger.Check(tx, a.rooms()...); err != nil {
		return nil, err
	}
	a.c.Progress.tell("checking the vault", 0, 0)
	more, err := a.vault.Check(ctx, tx)
	problems = append(problems, more...)
	if err != nil {
		return nil, err
	}
	if behind, err := a.vault.Behind(ctx); err != nil {
		return nil, err
	} else if behind > 0 {
		problems = append(problems, ledger.Problem{Place: "vault", What: fmt.Sprintf(
			"%d sealed values are not wrapped for the custodians of now; a custodian's next opening does it, in a two-person case two rotate: heed key rotate --with HANDLE", behind)})
	}
	if checkpoint == nil {
		return problems, nil
	}
	c, err := record.ReadCase(tx)
	if err != nil {
		return nil, err
	}
	vkeys, err := a.signers(tx)
	if err != nil {
		return nil, err
	}
	more, err = ledger.CheckAgainst(tx, ledgerOrigin(c), checkpoint, vkeys)
	return append(problems, more...), err
}

// rooms are all that hold objects which the ledger knows.
func (a *App) rooms() []ledger.Room {
	return []ledger.Room{roster{a.members}, a.vault, a.Intake, a.Record, a.Corroborate, a.Release, a.Followup}
}

// ledgerOrigin names the case's ledger in checkpoints, apart from its release log.
func ledgerOrigin(c record.Case) string { return c.Origin + "/ledger" }
