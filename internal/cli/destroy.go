package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
)

func (s *session) keyDestroyCommand() *cobra.Command {
	var reason, confirm string
	c := &cobra.Command{
		Use:   "destroy S-001 --reason \"…\"",
		Short: "erase what the case holds of a source, for good",
		Long: `Destroy the keys of one source: its original, its sealed values, its text, and every version,
passage, claim, statement and position that rests on it. Its acts stay in the ledger, with
the reason, which must hold no name. A custodian does it, and nothing brings it back but a
backup of before; those that may hold it are listed. At a terminal you type the id again;
elsewhere --confirm repeats it.

  heed key destroy S-002 --reason "consent withdrawn by letter, 3 May"
  heed key destroy S-002 --reason "consent withdrawn" --confirm S-002`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if reason == "" {
				return console.Usage(errors.New("say why: heed key destroy " + console.Visible(args[0]) + " --reason \"…\""))
			}
			if err := s.confirmed(args[0], confirm); err != nil {
				return err
			}
			return s.opened(c.Context(), func(a *app.App) error {
				d, err := a.Destroy(c.Context(), args[0], reason)
				if err != nil {
					return err
				}
				d.Seals, d.Objects, d.Backups = console.NonNil(d.Seals), console.NonNil(d.Objects), console.NonNil(d.Backups)
				err = s.Emit(d, func(w io.Writer) { printDestroyed(w, d) })
				s.Say("What was released before cannot be recalled, and what was read or copied cannot either.")
				s.Say("Make a new backup now (heed backup DEST), and keep the log beside it (heed log -o FILE):\nrestore --log FILE destroys again what an older backup brings back.")
				return err
			})
		},
	}
	f := c.Flags()
	f.StringVar(&reason, "reason", "", "why, without names; stays in the ledger for good")
	f.StringVar(&confirm, "confirm", "", "the id once more")
	return c
}

// confirmed has the id said twice before what cannot be undone.
func (s *session) confirmed(id, confirm string) error {
	if confirm == "" {
		if !s.Terminal {
			return console.Usage(errors.New("this cannot be undone, and nobody is there to be asked: --confirm " + console.Visible(id)))
		}
		typed, err := s.Ask("This cannot be undone. Type " + console.Visible(id) + " to go on: ")
		if err != nil {
			return err
		}
		confirm = strings.TrimSpace(typed)
	}
	if confirm != id {
		return fault.New(fault.Invalid, "the id that confirms is another one", "Nothing was destroyed.", "Look which source you mean: heed show")
	}
	return nil
}

func printDestroyed(w io.Writer, d app.Destroyed) {
	fmt.Fprintln(w, d.Source+"  key destroyed")
	for _, ref := range d.Seals {
		fmt.Fprintf(w, "  %s  gone\n", ref)
	}
	for _, id := range d.Objects {
		fmt.Fprintf(w, "  %s  gone\n", id)
	}
	for _, b := range d.Backups {
		fmt.Fprintf(w, "  the backup of %s may hold it until %s\n", b.MadeAt.UTC().Format(time.DateTime), b.ExpiresAt.UTC().Format(time.DateOnly))
	}
	if len(d.Backups) == 0 {
		fmt.Fprintln(w, "  no backup that has not expired is known to hold it")
	}
}
