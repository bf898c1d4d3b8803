// Package hold lets many work in a case and one alone: a lock on one file, shared by all
// who have the case open, exclusive for what replaces its files.
//
// The lock belongs to the open file and not to its name or content: the system frees it when
// the process ends, in whatever way, and a lock file that lies there holds nothing. The file
// is empty, is never removed (one that was removed could be locked by two under the same
// name), and may be left out of every copy. Nobody waits here: who does not get the lock is told so.
//
// BUG(heed): flock(2) and LockFileEx work between processes of one machine. Over a network
// file system they hold only as far as that system says; SQLite's own locks have the same limit.
package hold

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"

	"heed/internal/fault"
)

// Lock is a lock that was taken. It is safe for concurrent use.
type Lock struct {
	mu sync.Mutex
	f  *os.File
}

// Shared takes the lock together with any number of others. It is fault.Held while
// somebody has it alone. The file is made when it is missing.
func Shared(path string) (*Lock, error) {
	return take(path, false, "another process holds the case alone, to change its keys or files")
}

// Exclusive takes the lock alone. It is fault.Held while anybody has it, this process included.
func Exclusive(path string) (*Lock, error) {
	return take(path, true, "others have the case open")
}

func take(path string, alone bool, held string) (*Lock, error) {
	for {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, fmt.Errorf("opening lock file: %w", pathless(err))
		}
		got, err := lock(f, alone)
		if err != nil {
			f.Close()
			return nil, &fault.Error{Kind: fault.Conflict, What: "this disk or system cannot lock files", Safe: "Nothing was written.",
				Do: "Move the case to a local disk.", Err: pathless(err)}
		}
		if !got {
			f.Close()
			return nil, fault.New(fault.Held, held, "Nothing was written.", "Try again when it has finished.")
		}
		same, err := isAt(f, path)
		if err != nil {
			f.Close()
			return nil, fmt.Errorf("looking at lock file: %w", pathless(err))
		}
		if same {
			return &Lock{f: f}, nil
		}
		// The directory was replaced between opening and locking: what is locked lies nowhere.
		f.Close()
	}
}

// isAt reports whether the open file is still the one that the path names.
func isAt(f *os.File, path string) (bool, error) {
	have, err := f.Stat()
	if err != nil {
		return false, err
	}
	there, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return os.SameFile(have, there), nil
}

// Release gives the lock back. A nil lock and a second time are fine.
func (l *Lock) Release() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.f == nil {
		return nil
	}
	err := l.f.Close() // ends the lock: no other open file shares it
	l.f = nil
	if err != nil {
		return fmt.Errorf("releasing lock: %w", pathless(err))
	}
	return nil
}

// pathless drops the path from a file error: a path can hold a name.
func pathless(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
