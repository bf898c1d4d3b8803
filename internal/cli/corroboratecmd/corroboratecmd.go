// Package corroboratecmd is the command line of claims, findings and the policy.
//
// Like every face it holds no rule of its own: it reads words, asks the rooms, and prints
// what they say. It never sees how a case is opened.
package corroboratecmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/ledger"
	"heed/internal/record"
)

// Case is what these verbs work on.
type Case struct {
	Record      *record.Room
	Corroborate *corroborate.Room
	By          ledger.Actor
}

// Open runs fn on the case with the acting member unlocked.
type Open func(ctx context.Context, fn func(Case) error) error

// verbs is what the commands hang on.
type verbs struct {
	*console.Session
	open Open
}

// Commands makes the verbs claim, finding and policy.
func Commands(s *console.Session, open Open) []*cobra.Command {
	v := &verbs{s, open}
	return []*cobra.Command{v.claimCommand(), v.findingCommand(), v.policyCommand()}
}

// given reports whether one of these flags was given.
func given(c *cobra.Command, names ...string) bool { return len(which(c, names...)) > 0 }

// which lists those of the flags that were given.
func which(c *cobra.Command, names ...string) (out []string) {
	for _, name := range names {
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			out = append(out, "--"+name)
		}
	}
	return out
}

// misplaced refuses flags that mean nothing beside the words given: what they were meant
// to do would be dropped without a word.
func misplaced(c *cobra.Command, do string, names ...string) error {
	if list := which(c, names...); len(list) > 0 {
		return console.Usage(errors.New(strings.Join(list, ", ") + " cannot be used here; " + do))
	}
	return nil
}
