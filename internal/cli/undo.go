package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
)

func (s *session) undoCommand() *cobra.Command {
	var why string
	c := &cobra.Command{
		Use:   "undo ID [--why \"…\"]",
		Short: "take back the newest act about one thing, by a new act",
		Long: `Take back the newest act about an object: a changed one is as it was before, a new one is
gone. Both acts stand in the history, and undoing once more brings back what was undone.
What others rest on does not go, and what a key, a seal or a release did is not undone.

  heed undo C-004 --why "it belongs to the other interview"
  heed undo Q-012                 a dropped proposal waits again
  heed undo S-001.source          the description of a source, not the source
  heed history C-004              what stood when, and who changed it`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				u, err := a.Undo(c.Context(), args[0], why)
				if err != nil {
					return err
				}
				return s.Emit(u, func(w io.Writer) {
					state := "as before"
					if u.Gone {
						state = "gone"
					}
					fmt.Fprintln(w, console.Fields(u.ID, state, fmt.Sprintf("act %d (%s) was taken back", u.Act, u.Kind)))
				})
			})
		},
	}
	c.Flags().StringVar(&why, "why", "", "why; stands in the history")
	return c
}
