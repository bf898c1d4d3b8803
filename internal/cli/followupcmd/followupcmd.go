// Package followupcmd is the command line of follow-up: recommendations, the positions
// taken on them, what was done, what changed, who searched for more, and the matrix.
//
// Like every face it holds no rule of its own: it reads words, asks the rooms, and prints
// what they say.
package followupcmd

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
)

// Case is what these verbs work on.
type Case struct {
	Intake   *intake.Room
	Record   *record.Room
	Followup *followup.Room
	By       ledger.Actor
}

// Open runs fn on the case with the acting member unlocked.
type Open func(ctx context.Context, fn func(Case) error) error

// verbs is what the commands hang on.
type verbs struct {
	*console.Session
	open Open
}

// Commands makes the verbs of follow-up.
func Commands(s *console.Session, open Open) []*cobra.Command {
	v := &verbs{s, open}
	return []*cobra.Command{v.recCommand(), v.positionCommand(), v.actionCommand(), v.assessCommand(), v.searchLogCommand(), v.matrixCommand(), v.importCommand()}
}

// reader reads objects behind an id, and says how many there are in all.
type reader[T any] func(ctx context.Context, after string, limit int) ([]T, int, error)

// listed reads and prints a page, and says where it is not all.
func listed[T any](ctx context.Context, v *verbs, p console.Page, read reader[T], id func(T) string, line func(T) string) error {
	list, total, err := read(ctx, p.After, p.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, p, list, total, id, func(w io.Writer, x T) { io.WriteString(w, line(x)+"\n") })
}

// lines prints a list, one line for each.
func lines[T any](v *verbs, list []T, line func(T) string) error {
	return v.Emit(console.NonNil(list), func(w io.Writer) {
		for _, x := range list {
			io.WriteString(w, line(x)+"\n")
		}
	})
}

// passageText is the whole passage, for who gave no words of it.
func passageText(ctx context.Context, a Case, at intake.Address) (string, error) {
	p, err := a.Intake.Passage(ctx, at)
	return p.Text, err
}

// changed counts those of the flags that were given.
func changed(c *cobra.Command, names ...string) (n int) {
	for _, name := range names {
		if c.Flags().Changed(name) {
			n++
		}
	}
	return n
}

// only refuses flags besides these: what they were meant to say would be dropped without
// a word.
func only(c *cobra.Command, what string, names ...string) error {
	if c.Flags().NFlag() > console.ChangedPersistent(c)+changed(c, names...) {
		return console.Usage(fmt.Errorf("not all of these flags go with %s: heed %s --help", what, c.Name()))
	}
	return nil
}
