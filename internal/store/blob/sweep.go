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

// Sweep removes the blobs that keep does not want and the temporaries whose writer is dead,
// and says how many files went. It never touches what a living process holds.
//
// A blob is removed only if keep refuses it while Sweep has the file's lock. A writer lets go
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
	count := func(path string, wanted func() bool) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		gone, err := removeIfFree(path, wanted)
		if gone {
			removed++
		}
		return err
	}
	for _, f := range files {
		if !strings.HasPrefix(f.Name(), tmpPrefix) || !f.Type().IsRegular() {
			continue
		}
		if err := count(filepath.Join(d.root, f.Name()), func() bool { return false }); err != nil {
			return removed, err
		}
	}
	for _, name := range names {
		if keep(name) {
			continue // the cheap answer first: most blobs need no lock
		}
		if err := count(d.path(name), func() bool { return keep(name) }); err != nil {
			return removed, err
		}
		os.Chtimes(d.shard(name), noTime, noTime) // best effort
		if err := syncDir(d.shard(name)); err != nil {
			return removed, fmt.Errorf("sweeping: %w", bare(err))
		}
	}
	os.Chtimes(d.root, noTime, noTime) // best effort
	if err := syncDir(d.root); err != nil {
		return removed, fmt.Errorf("sweeping: %w", bare(err))
	}
	return removed, nil
}

// removeIfFree removes the file at path unless somebody holds it or wanted answers true.
func removeIfFree(path string, wanted func() bool) (gone bool, err error) {
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
		gone, err = removeFree(f, path)
	}
	if err != nil {
		return gone, fmt.Errorf("sweeping: %w", bare(err))
	}
	return gone, nil
}
