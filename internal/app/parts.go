package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// whole says whether all parts of a case lie in the directory. A case of which a part is
// missing is not opened: a part made anew in its place would be empty, and what is
// missing might only lie in another place.
func whole(dir string) error {
	hasKeys, err := hasKeyFile(filepath.Join(dir, keysDir))
	if err != nil {
		return err
	}
	hasStore, err := exists(filepath.Join(dir, storeFile))
	switch {
	case err != nil:
		return err
	case !hasKeys && !hasStore:
		return fault.New(fault.NoStore, "there is no case in this directory", "", "Make one with: heed init DIR")
	case !hasKeys:
		return errMissing("the key files are missing")
	}
	for _, part := range []string{storeFile, vaultFile, originalsDir, vaultDir} {
		ok, err := exists(filepath.Join(dir, part))
		if err != nil {
			return err
		}
		if !ok {
			return errMissing("a part of the case is missing (" + part + ")")
		}
	}
	return nil
}

func errMissing(what string) error {
	return fault.New(fault.Conflict, what, "The other parts were not touched.", "Bring the directory back from a backup.")
}

// hasKeyFile looks for the key file of any member.
func hasKeyFile(dir string) (bool, error) {
	files, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, Explain(fmt.Errorf("looking for key files: %w", pathless(err)))
	}
	return slices.ContainsFunc(files, func(f fs.DirEntry) bool {
		return strings.HasPrefix(f.Name(), "M-") && strings.HasSuffix(f.Name(), ".json")
	}), nil
}

func exists(path string) (bool, error) {
	_, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, Explain(fmt.Errorf("looking at the directory: %w", pathless(err)))
	}
	return true, nil
}

// begun reads the case's record, and refuses a store in which no case was begun. Such a
// store refers to nothing, and sweeping by it would remove whatever lies beside it.
func (a *App) begun(ctx context.Context) (*record.Case, error) {
	var c record.Case
	err := a.db.View(ctx, func(tx *store.Tx) (err error) {
		if c, err = record.ReadCase(tx); err == nil {
			var known bool
			if known, err = ledger.Known(tx, "case"); known || err != nil {
				return err
			}
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		return fault.New(fault.Conflict, "the store holds no case: its content is gone",
			"The originals and seals beside it were not touched.", "Bring the directory back from a backup.")
	})
	return &c, err
}

// Explain turns what a disk or the store answers into a sentence for a person, without a
// path; see store.Explain.
func Explain(err error) error { return store.Explain(err) }
