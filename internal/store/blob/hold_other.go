//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package blob

import (
	"errors"
	"os"
)

// Elsewhere, that is on Windows, a file that any process has open can be neither removed nor
// renamed, so an open file is a held file and nothing needs locking.
//
// BUG(heed): To be renamed the file must be closed, so between the rename in Keep and opening it
// again, two system calls, a Sweep in another process could remove it.

func hold(*os.File) (bool, error) { return true, nil }

// renameHeld renames a held file and returns it opened again. If that cannot be done, the
// file is in its place all the same, and nil is returned for it.
func renameHeld(f *os.File, from, to string) (*os.File, error) {
	if f != nil {
		f.Close() // its bytes were forced to disk before
	}
	if err := os.Rename(from, to); err != nil {
		return nil, err
	}
	f, err := os.Open(to)
	if err != nil {
		return nil, nil
	}
	return f, nil
}

// removeHeld closes and removes a file of this process.
func removeHeld(f *os.File, path string) error {
	if f != nil {
		f.Close()
	}
	return os.Remove(path)
}

// removeFree removes a file unless another process has it open.
func removeFree(f *os.File, path string) (bool, error) {
	if err := f.Close(); err != nil {
		return false, err
	}
	err := os.Remove(path)
	if err == nil || errors.Is(err, os.ErrNotExist) {
		return err == nil, nil
	}
	return false, nil // open elsewhere: next time
}

// syncPath does nothing: Windows keeps the entries of directories in its own journal and lets no one force them.
func syncPath(string) error { return nil }
