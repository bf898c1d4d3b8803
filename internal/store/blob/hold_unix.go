//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package blob

import (
	"errors"
	"os"
	"syscall"
)

// hold takes the lock of an open file without waiting and reports whether it got it. The lock
// belongs to the open file, follows it through a rename, and ends when the file is
// closed, which the kernel also does for a process that was killed (flock(2)).
func hold(f *os.File) (bool, error) {
	for {
		switch err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return err == nil, err
		}
	}
}

// renameHeld renames a held file and returns it, still held.
func renameHeld(f *os.File, from, to string) (*os.File, error) {
	return f, os.Rename(from, to)
}

// removeHeld removes a file that this process holds, then lets go of it.
func removeHeld(f *os.File, path string) error {
	return errors.Join(os.Remove(path), f.Close())
}

// removeFree removes a file whose lock the caller has just taken through f.
func removeFree(f *os.File, path string) (bool, error) {
	if err := removeHeld(f, path); err != nil {
		return false, err
	}
	return true, nil
}

// syncPath forces the entries of a directory to disk.
func syncPath(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
