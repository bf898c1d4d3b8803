//go:build unix

package console

import "syscall"

// noCoreDumps keeps a crash from writing opened values and keys to the disk. Best effort:
// where the limit cannot be set, the system's own setting holds.
func noCoreDumps() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{})
}
