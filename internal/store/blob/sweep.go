package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sweep finishes what a crash left, and says how many files went:
//
//   - a temporary whose writer is dead is removed;
//   - a pending blob that keep wants, because the crash came between the commit of its record
//     and Settle, is put into its place;
//   - a pending blob that keep does not want and nobody holds is removed: nobody acknowledged
//     it, and its key stands in no record;
//   - a blob for which gone answers true, since its key was destroyed by an act, is removed
//     wherever it lies. A nil gone means none.
//
// It leaves all other blobs in their places, and never touches what a living writer holds:
// the next Sweep does.
//
// A pending blob is removed only if keep refuses it while Sweep has the file's lock. A writer
// lets go after it has committed or given up, so keep must look at the committed state at the
// moment it is called and not at a list made before. Stopped in between, Sweep leaves the
// rest for next time.
func (d *Dir) Sweep(ctx context.Context, keep, gone func(name string) bool) (removed int, err error) {
	wanted := func(name string) bool { return keep(name) && (gone == nil || !gone(name)) }
	files, err := os.ReadDir(d.root)
	if err != nil {
		return 0, fmt.Errorf("sweeping: %w", bare(err))
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return removed, err
		}
		if !f.Type().IsRegular() {
			continue
		}
		went, err := d.sweepFile(f.Name(), wanted)
		if err != nil {
			return removed, err
		}
		if went {
			removed++
		}
	}
	if gone != nil {
		n, err := d.sweepGone(ctx, gone)
		removed += n
		if err != nil {
			return removed, err
		}
	}
	os.Chtimes(d.root, noTime, noTime) // best effort
	if err := syncPath(d.root); err != nil {
		return removed, fmt.Errorf("sweeping: %w", bare(err))
	}
	return removed, nil
}

// sweepFile sweeps one file of the root and says whether it was removed.
func (d *Dir) sweepFile(file string, wanted func(name string) bool) (bool, error) {
	path := filepath.Join(d.root, file)
	if strings.HasPrefix(file, tmpPrefix) {
		return removeUnless(path, func() bool { return false })
	}
	name, ok := strings.CutPrefix(file, pendingPrefix)
	if !ok || !validName(name) {
		return false, nil
	}
	if wanted(name) {
		// Best effort: a disk that is full or takes nothing must not close the case, and the
		// blob is read where it lies.
		if f, _ := d.place(nil, name); f != nil {
			f.Close()
		}
		return false, nil
	}
	return removeUnless(path, func() bool { return wanted(name) })
}

// sweepGone removes blobs whose keys were destroyed from their places.
func (d *Dir) sweepGone(ctx context.Context, gone func(name string) bool) (removed int, err error) {
	names, err := d.Settled(ctx)
	if err != nil {
		return 0, err
	}
	for _, name := range names {
		if !gone(name) {
			continue
		}
		went, err := removeUnless(d.path(name), func() bool { return !gone(name) })
		if err != nil {
			return removed, err
		}
		if went {
			removed++
		}
		os.Chtimes(d.shard(name), noTime, noTime) // best effort
		if err := syncPath(d.shard(name)); err != nil {
			return removed, fmt.Errorf("sweeping: %w", bare(err))
		}
	}
	return removed, nil
}

// removeUnless removes the file at path unless somebody holds it or wanted answers true.
func removeUnless(path string, wanted func() bool) (removed bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // its writer kept, settled or dropped it meanwhile
	}
	if err != nil {
		return false, fmt.Errorf("sweeping: %w", bare(err))
	}
	held, err := hold(f)
	if err != nil || !held || wanted() || !samePlace(f, path) {
		err = errors.Join(err, f.Close())
	} else {
		removed, err = removeFree(f, path)
	}
	if err != nil {
		return removed, fmt.Errorf("sweeping: %w", bare(err))
	}
	return removed, nil
}
