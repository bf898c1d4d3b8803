//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd || windows)

package keys

import "errors"

// tryHold refuses: without a lock, of two members added at once one would be lost.
func tryHold(string) (release func(), err error) {
	return nil, errors.New("on this system the keys of a case cannot be changed")
}
