package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Sweep removes the temporaries whose writer is dead, puts aside the whole blobs that keep does
// not want, and says how many files went. It never touches what a living process holds, and
// leaves settled blobs where they are: what keep does not want of these, Settled lists. A wanted
// blob that is not settled yet, because a crash came between the commit of its record and
// Settle, is settled.
//
// Putting aside is renaming to aside-NAME in ROOT. Most such blobs are what a crash left of a
// write that nobody acknowledged; but a copy of the directory that lost the marks of its files,
// beside an older copy of the records, looks the same, and there they are all there is. When
// keep wants a blob again, the next Sweep puts it back.
//
// A blob is put aside only if keep refuses it while Sweep has the file's lock. A writer lets go
// after it has committed or given up, so keep must look at the committed state at the moment it
// is called and not at a list made before. Stopped in between, Sweep leaves the rest for next time.
func (d *Dir) Sweep(ctx context.Context, keep func(name string) bool) (removed int, err error) {
	names, err := d.List(ctx)
	if err != nil {
		return 0, err
	}
	files, err := os.ReadDir(d.root)
	if err != nil {
		return 0, fmt.Errorf("sweeping: %w", bare(err))
	}
	count := func(path string, wanted func() bool, move func(*os.File, string) (bool, error)) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		gone, err := ifFree(path, wanted, move)
		if gone {
			removed++
		}
		return err
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), tmpPrefix) || !f.Type().IsRegular() {
			continue
		}
		if err := count(filepath.Join(d.root, f.Name()), func() bool { return false }, removeFree); err != nil {
			return removed, err
		}
	}
	if err := d.bringBack(files, keep); err != nil {
		return removed, err
	}
	for _, name := range names {
		// The cheap answers first: most blobs need no lock.
		settled := d.settled(name)
		if keep(name) {
			if !settled {
				d.settle(name) // best effort: a disk that takes no marks must not close the case
			}
			continue
		}
		if settled {
			continue
		}
		aside := func(f *os.File, from string) (bool, error) { return moveFree(f, from, d.aside(name)) }
		if err := count(d.path(name), func() bool { return d.settled(name) || keep(name) }, aside); err != nil {
			return removed, err
		}
		os.Chtimes(d.shard(name), noTime, noTime) // best effort
		if err := syncPath(d.shard(name)); err != nil {
			return removed, fmt.Errorf("sweeping: %w", bare(err))
		}
	}
	os.Chtimes(d.root, noTime, noTime) // best effort
	if err := syncPath(d.root); err != nil {
		return removed, fmt.Errorf("sweeping: %w", bare(err))
	}
	return removed, nil
}

const asidePrefix = "aside-"

func (d *Dir) aside(name string) string { return filepath.Join(d.root, asidePrefix+name) }

// bringBack puts blobs that lie aside into their places again when keep wants them.
func (d *Dir) bringBack(files []fs.DirEntry, keep func(name string) bool) error {
	for _, f := range files {
		name, ok := strings.CutPrefix(f.Name(), asidePrefix)
		if !ok || !validName(name) || !keep(name) {
			continue
		}
		if err := os.Mkdir(d.shard(name), 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("bringing back: %w", bare(err))
		}
		if err := os.Rename(d.aside(name), d.path(name)); err != nil {
			return fmt.Errorf("bringing back: %w", bare(err))
		}
		// Crash here: the blob is in its place; the next Sweep settles it.
		if err := errors.Join(syncPath(d.shard(name)), d.settle(name)); err != nil {
			return fmt.Errorf("bringing back: %w", bare(err))
		}
	}
	return nil
}

// writable are the bits that a settled blob has not.
const writable = 0o222

// settled reports whether a blob is there and settled. When the disk does not answer, it
// counts as settled: what is not known must not be removed.
func (d *Dir) settled(name string) bool {
	fi, err := os.Lstat(d.path(name))
	return err != nil && !errors.Is(err, fs.ErrNotExist) || err == nil && fi.Mode().Perm()&writable == 0
}

// settle marks a blob and forces the mark to disk. It takes bits away and sets none, which
// file systems without owners also do.
func (d *Dir) settle(name string) error {
	path := d.path(name)
	fi, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("settling blob: %w", bare(err))
	}
	if err := errors.Join(os.Chmod(path, fi.Mode().Perm()&^writable), syncPath(path)); err != nil {
		return fmt.Errorf("settling blob: %w", bare(err))
	}
	return nil
}

// Settled returns the names of the settled blobs in ascending order. One that no record
// refers to now, asked for afterwards, is the trace of a record that was there once.
func (d *Dir) Settled(ctx context.Context) ([]string, error) {
	names, err := d.List(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(name string) bool { return !d.settled(name) }), nil
}

// ifFree moves the file at path away unless somebody holds it or wanted answers true.
func ifFree(path string, wanted func() bool, move func(*os.File, string) (bool, error)) (gone bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // its writer kept or dropped it meanwhile
	}
	if err != nil {
		return false, fmt.Errorf("sweeping: %w", bare(err))
	}
	held, err := hold(f)
	if err != nil || !held || wanted() || !samePlace(f, path) {
		err = errors.Join(err, f.Close())
	} else {
		gone, err = move(f, path)
	}
	if err != nil {
		return gone, fmt.Errorf("sweeping: %w", bare(err))
	}
	return gone, nil
}
