//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package hold

import (
	"errors"
	"os"
	"syscall"
)

// lock takes flock(2) without waiting and reports whether it got it.
func lock(f *os.File, alone bool) (bool, error) {
	how := syscall.LOCK_SH
	if alone {
		how = syscall.LOCK_EX
	}
	for {
		switch err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB); {
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		default:
			return err == nil, err
		}
	}
}
