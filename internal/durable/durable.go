// Package durable forces directories to disk. Writing a file safely takes four steps:
// write a temporary beside it, sync the file, rename it, sync the directory; without
// the last, a power failure can take the name back though the bytes are there (see
// "Files are hard", Dan Luu, 2015, and rename(2) with fsync(2)).
//
// It imports nothing of the house, and its errors carry no paths: a directory may be
// named after a person.
package durable

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// Dir forces the entries of a directory to disk. On Windows it does nothing: the system
// keeps them in a journal of its own and lets no one force them.
func Dir(path string) error { return bare(syncDir(path)) }

// Tree forces a directory to disk with all files and directories in it, deepest first.
func Tree(root string) error {
	var dirs []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			dirs = append(dirs, path)
			return nil
		}
		return file(path)
	})
	for i := len(dirs) - 1; err == nil && i >= 0; i-- {
		err = Dir(dirs[i])
	}
	return bare(err)
}

func file(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0) // Windows syncs only what may be written
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// bare drops the paths from an error of the file system.
func bare(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
