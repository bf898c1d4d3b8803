package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
)

func (s *session) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "show what stands in the case and what waits for somebody",
		Long: `Show how much there is of each kind, and what waits for a person's judgement, each with the
command that shows it. It tells nothing of what is sealed but how many originals are.

  heed status
  heed status --json`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				st, err := a.Status(c.Context())
				if err != nil {
					return err
				}
				return s.Emit(st, func(w io.Writer) { printStatus(w, st) })
			})
		},
	}
}

func printStatus(w io.Writer, st app.Status) {
	fmt.Fprintln(w, console.Visible(st.Title))
	o := st.Originals
	line := []string{console.Counted(o.Originals, "original")}
	for _, part := range []struct {
		n    int
		what string
	}{{o.Sealed, "sealed"}, {o.Erased, "erased"}} {
		if part.n > 0 {
			line = append(line, fmt.Sprintf("%d %s", part.n, part.what))
		}
	}
	fmt.Fprintln(w, "  "+strings.Join(line, ", "))
	for _, table := range slices.Sorted(maps.Keys(st.Objects)) {
		if n := st.Objects[table]; n > 0 && table != "case_record" {
			fmt.Fprintf(w, "  %7d  %s\n", n, strings.ReplaceAll(table, "_", "-"))
		}
	}
	if len(st.Waiting) == 0 {
		fmt.Fprintln(w, "Nothing waits.")
		return
	}
	fmt.Fprintln(w, "Waiting:")
	for _, x := range st.Waiting {
		fmt.Fprintf(w, "  %7d  %s  (%s)\n", x.Count, x.What, x.Do)
	}
}
