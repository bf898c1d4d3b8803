package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
	"heed/internal/store/hold"
)

// Begin says what kind of case to make.
type Begin struct {
	Case   record.Case
	Handle string    // of the first member, who is a custodian
	Cost   keys.Cost // of the key files; the zero value is keys.DefaultCost
}

// Init makes a case in an empty or missing directory and opens it for its first member.
// The words are those of its recovery key; they are nowhere else. When it fails, the files
// it made are removed again.
func Init(ctx context.Context, c Config, b Begin, passphrase []byte) (_ *App, words keys.Words, err error) {
	made, err := emptyDir(c.Dir)
	if err != nil {
		return nil, words, err
	}
	defer func() {
		if err != nil {
			discard(c.Dir, made)
		}
	}()
	if err := record.ValidCase(b.Case); err != nil {
		return nil, words, err
	}
	lock, err := hold.Shared(c.path(lockFile))
	if err != nil {
		return nil, words, Explain(err)
	}
	a := &App{c: c, lock: lock}
	first := keys.New{Handle: b.Handle, Role: keys.Custodian, Passphrase: passphrase, Cost: costOf(b.Cost)}
	if a.member, words, err = keys.Create(c.path(keysDir), first, c.Clock()); err == nil {
		if err = a.wire(ctx, &b.Case); err == nil {
			err = a.begin(ctx, b.Case)
		}
	}
	if err != nil {
		return nil, keys.Words{}, errors.Join(err, a.Close())
	}
	return a, words, nil
}

// begin takes down the first acts: the case, its first member and its recovery key, and
// that this member is the only custodian so far.
func (a *App) begin(ctx context.Context, c record.Case) error {
	if _, err := a.Record.Begin(ctx, a.By(), c); err != nil {
		return err
	}
	return a.db.Update(ctx, func(tx *store.Tx) error {
		for _, m := range a.members {
			if err := a.appendMember(tx, m, a.By()); err != nil {
				return err
			}
		}
		_, err := ledger.Append(tx, ledger.Act{Kind: "case.left-with-one-custodian", By: a.By(), Object: "case",
			Detail: map[string]string{"note": "no second custodian was named when the case was made"}})
		return err
	})
}

// emptyDir makes the case's directory, or takes one that is there and empty.
func emptyDir(dir string) (made bool, err error) {
	if dir == "" {
		return false, fault.New(fault.Invalid, "no directory was named", "Nothing was written.", "heed init DIR")
	}
	sweepCopies(dir) // what a restore or an export left there that was killed
	entries, err := os.ReadDir(dir)
	switch {
	case err == nil && len(entries) > 0:
		return false, fault.New(fault.Conflict, "the directory is not empty", "It was not touched.", "Choose another directory for the case.")
	case err == nil:
		return false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("looking at the directory: %w", pathless(err))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, fmt.Errorf("making the directory: %w", pathless(err))
	}
	return true, nil
}

// discard removes what a failed Init made. It knows the names, so that a directory
// which was there before keeps whatever else may have come into it meanwhile.
func discard(dir string, made bool) {
	for _, name := range []string{lockFile, keysDir, originalsDir, vaultDir, storeFile, storeFile + "-wal", storeFile + "-shm", vaultFile, vaultFile + "-wal", vaultFile + "-shm"} {
		os.RemoveAll(filepath.Join(dir, name))
	}
	if made {
		os.Remove(dir)
	}
}
