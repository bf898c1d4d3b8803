//go:build !unix

package cli

// noCoreDumps does nothing: what a crash writes here is set in the system.
func noCoreDumps() {}
