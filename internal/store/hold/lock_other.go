//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package hold

import (
	"errors"
	"os"
)

// lock fails: to go on without a lock would be worse than not to go on.
func lock(*os.File, bool) (bool, error) {
	return false, errors.ErrUnsupported
}
