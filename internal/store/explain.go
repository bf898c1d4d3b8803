package store

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/ncruces/go-sqlite3"

	"heed/internal/fault"
)

// Explain turns what a disk or SQLite answers into a sentence for a person: a damaged
// store, a full disk, and a place where this user may not write. A fault, and every error
// that it does not know, it returns as it is. What it says never holds a path.
func Explain(err error) error {
	if err == nil || fault.KindOf(err) != 0 {
		return err
	}
	if cause := first(err, sqlite3.CORRUPT, sqlite3.NOTADB); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the store is damaged: SQLite cannot read a part of it", Safe: "Nothing was changed.",
			Do: "Make a copy of the directory before anything else, and bring back the last backup.", Err: cause}
	}
	// ENOSPC comes from SQLite as the cause of an IOERR, and bare from the originals.
	if cause := first(err, sqlite3.FULL, syscall.ENOSPC); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the disk is full", Safe: "Nothing of this act was kept; all earlier acts are safe.",
			Do: "Make room and try again.", Err: cause}
	}
	if cause := first(err, sqlite3.IOERR); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the disk did not do what the store asked of it; it may be full", Safe: "Nothing of this act was kept; all earlier acts are safe.",
			Do: "Make room, look at the disk, and try again.", Err: cause}
	}
	if cause := first(err, sqlite3.READONLY, sqlite3.CANTOPEN, sqlite3.PERM, fs.ErrPermission); cause != nil {
		return &fault.Error{Kind: fault.Conflict, What: "the case cannot be written to by this user", Safe: "Nothing was changed.",
			Do: "Check who owns the directory, and that the disk is not mounted read-only.", Err: cause}
	}
	return err
}

// first returns the first of the known errors that stands in err's chain. It is these that
// become the cause, and not err, whose text may hold a path.
func first(err error, known ...error) error {
	for _, k := range known {
		if errors.Is(err, k) {
			return k
		}
	}
	return nil
}
