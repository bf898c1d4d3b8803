// Package recordcmd is the command line of the record: sources, bases and consent,
// statements and the proposals they come from, codes, quantities, persons, places and
// events.
//
// Like every face it holds no rule of its own: it reads words, asks the rooms, and prints
// what they say. It never sees how a case is opened or a value is sealed; it is handed
// both.
package recordcmd

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
)

// Case is what these verbs work on. Corroborate and Followup say whether the finding or
// recommendation that a statement is about is there.
type Case struct {
	Intake      *intake.Room
	Record      *record.Room
	Corroborate *corroborate.Room
	Followup    *followup.Room
	By          ledger.Actor
	Seal        func(ctx context.Context, source string, kind seal.Kind, value io.Reader) (seal.Ref, error)
}

// Open runs fn on the case with the acting member unlocked.
type Open func(ctx context.Context, fn func(Case) error) error

// verbs is what the commands hang on.
type verbs struct {
	*console.Session
	open Open
}

// Commands makes the verbs of the record.
func Commands(s *console.Session, open Open) []*cobra.Command {
	v := &verbs{s, open}
	return []*cobra.Command{v.quotesCommand(), v.sourceCommand(), v.basisCommand(), v.consentCommand(), v.personCommand(), v.placeCommand(), v.eventCommand(),
		v.sayCommand(), v.codeCommand(), v.quantityCommand()}
}
