// Package fault names the ways in which Heed refuses an operation.
//
// A fault is a sentence for a person: what happened, what is safe, what to do.
// It carries ids and never content: no name, quotation, passage or file name may
// stand in an error, because errors travel to logs and screens. Exit statuses and
// HTTP statuses are each derived from the Kind in one table of the face concerned.
package fault

import "errors"

// Kind says in what way an operation was refused.
type Kind int

// The kinds. Zero means that the error is no fault: something broke.
const (
	NotFound        Kind = iota + 1 // no such object, or none that may be admitted to exist
	Invalid                         // the input cannot be taken as it is
	Conflict                        // the input contradicts what is recorded
	Denied                          // this member may not do this
	Withheld                        // the value exists for others than the caller
	Locked                          // a custodian or member must unlock first
	Refused                         // a rule of the house says no (gate, standard, consent)
	NoStore                         // there is no case at this place
	Held                            // another process holds the store
	WrongPassphrase                 // the passphrase opens nothing
)

// Error is a refusal with its three sentences. Safe and Do may be empty.
type Error struct {
	Kind Kind
	What string // what happened; lower case, no final stop
	Safe string // what is safe
	Do   string // what to do next
	Err  error  // the cause, for operators; its text carries no content either
}

// New makes a fault.
func New(kind Kind, what, safe, do string) *Error {
	return &Error{Kind: kind, What: what, Safe: safe, Do: do}
}

func (e *Error) Error() string {
	if e.Err != nil {
		return e.What + ": " + e.Err.Error()
	}
	return e.What
}

func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of the first fault in err's chain, or 0.
func KindOf(err error) Kind {
	var f *Error
	if errors.As(err, &f) {
		return f.Kind
	}
	return 0
}
