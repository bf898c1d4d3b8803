//go:build !(darwin || dragonfly || freebsd || linux || netbsd || openbsd)

package durable

// syncDir does nothing: Windows keeps the entries of directories in its own journal and
// lets no one force them.
func syncDir(string) error { return nil }
