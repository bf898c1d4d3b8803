package console

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"heed/internal/fault"
)

// The exit statuses. Scripts rely on them; an unknown one means failure.
const (
	ExitOK              = 0
	ExitFailed          = 1
	ExitUsage           = 2
	ExitPartly          = 3
	ExitLocked          = 4
	ExitRefused         = 5
	ExitMismatch        = 6
	ExitUntrusted       = 7
	ExitNoStore         = 10
	ExitHeld            = 11
	ExitWrongPassphrase = 12
	ExitInterrupted     = 130
)

// exits gives each kind of fault its status. What is not listed is ExitFailed.
var exits = map[fault.Kind]int{
	fault.Locked:          ExitLocked,
	fault.Refused:         ExitRefused,
	fault.NoStore:         ExitNoStore,
	fault.Held:            ExitHeld,
	fault.WrongPassphrase: ExitWrongPassphrase,
}

var ErrInterrupted = errors.New("interrupted; what was acknowledged is safe")

// usageError is a command that was not understood.
type usageError struct{ error }

// Usage says that the command was not understood.
func Usage(err error) error { return usageError{err} }

// exitError carries a status of its own, for results that are no faults: a gate that
// blocks, a check that found something, inputs of which some failed.
type exitError struct {
	status int
	error
}

func (e exitError) Unwrap() error { return e.error }

// Exit gives an error a status of its own.
func Exit(status int, err error) error { return exitError{status, err} }

// StatusOf derives the exit status of an error.
func StatusOf(err error) int {
	var usage usageError
	var own exitError
	switch {
	case err == nil:
		return ExitOK
	case errors.Is(err, ErrInterrupted):
		return ExitInterrupted
	case errors.As(err, &usage):
		return ExitUsage
	case errors.As(err, &own):
		return own.status
	}
	if status, ok := exits[fault.KindOf(err)]; ok {
		return status
	}
	return ExitFailed
}

// helpFor names the help of the verb that was not understood.
func (s *Session) helpFor() string {
	if c, _, err := s.Verbs.Find(s.Args); err == nil && c.HasParent() {
		return "heed help " + strings.TrimPrefix(c.CommandPath(), "heed ")
	}
	return "heed help"
}

// Fail prints the error in its three sentences (what happened, what is safe, what to
// do) or as JSON, both on standard error, and returns the status.
func (s *Session) Fail(err error) int {
	status := StatusOf(err)
	what, safe, do := err.Error(), "", ""
	var f *fault.Error
	var usage usageError
	switch {
	case errors.As(err, &f):
		safe, do = f.Safe, f.Do
		if f.Kind == fault.NotFound {
			safe = cmp.Or(safe, "Nothing was changed.")
			do = cmp.Or(do, "List what there is: heed show, claim, finding, say, rec or report, without arguments.")
		}
	case errors.As(err, &usage):
		safe, do = "Nothing was done.", "See: "+s.helpFor()
	}
	if s.JSON {
		b, jerr := json.Marshal(map[string]any{"error": map[string]any{"what": what, "safe": safe, "do": do, "exit": status}})
		if jerr == nil {
			fmt.Fprintf(s.Stderr, "%s\n", b)
			return status
		}
	}
	fmt.Fprintf(s.Stderr, "heed: %s\n", strings.TrimSpace(what))
	for _, line := range []string{safe, do} {
		if line != "" {
			fmt.Fprintf(s.Stderr, "      %s\n", line)
		}
	}
	return status
}
