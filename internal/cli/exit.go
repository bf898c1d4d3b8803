package cli

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
	exitOK              = 0
	exitFailed          = 1
	exitUsage           = 2
	exitPartly          = 3
	exitLocked          = 4
	exitRefused         = 5
	exitMismatch        = 6
	exitUntrusted       = 7
	exitNoStore         = 10
	exitHeld            = 11
	exitWrongPassphrase = 12
	exitInterrupted     = 130
)

// exits gives each kind of fault its status. What is not listed is exitFailed.
var exits = map[fault.Kind]int{
	fault.Locked:          exitLocked,
	fault.Refused:         exitRefused,
	fault.NoStore:         exitNoStore,
	fault.Held:            exitHeld,
	fault.WrongPassphrase: exitWrongPassphrase,
}

var errInterrupted = errors.New("interrupted; what was acknowledged is safe")

// usageError is a command that was not understood.
type usageError struct{ error }

// exitError carries a status of its own, for results that are no faults: a gate that
// blocks, a check that found something, inputs of which some failed.
type exitError struct {
	status int
	error
}

func (e exitError) Unwrap() error { return e.error }

// statusOf derives the exit status of an error.
func statusOf(err error) int {
	var usage usageError
	var own exitError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errInterrupted):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case errors.As(err, &own):
		return own.status
	}
	if status, ok := exits[fault.KindOf(err)]; ok {
		return status
	}
	return exitFailed
}

// helpFor names the help of the verb that was not understood.
func (s *session) helpFor() string {
	if c, _, err := s.verbs.Find(s.Args); err == nil && c.HasParent() {
		return "heed help " + strings.TrimPrefix(c.CommandPath(), "heed ")
	}
	return "heed help"
}

// fail prints the error in its three sentences (what happened, what is safe, what to
// do) or as JSON, both on standard error, and returns the status.
func (s *session) fail(err error) int {
	status := statusOf(err)
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
	if s.json {
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
