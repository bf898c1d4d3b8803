//go:build !unix

package console

// noCoreDumps does nothing: what a crash writes here is set in the system.
func noCoreDumps() {}
