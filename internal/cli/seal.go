package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/seal"
)

func (s *session) sealCommand() *cobra.Command {
	var kind, file string
	c := &cobra.Command{
		Use:   "seal [S-001 --kind name]",
		Short: "seal a value that belongs to a source",
		Long: `Seal one value, read from standard input or --file, never from the command's words. Any
member can seal; only a custodian can open. Without arguments, list what is sealed: each
line has a reference, the kind and the source, and says nothing of the value.

  printf %s "$NAME" | heed seal S-002 --kind name`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				if len(args) == 0 {
					return s.listSeals(c, a)
				}
				value := s.Stdin
				if file != "" {
					f, err := console.OpenFile(file)
					if err != nil {
						return err
					}
					defer f.Close()
					value = f
				}
				ref, err := a.Seal(c.Context(), args[0], seal.Kind(kind), value)
				if err != nil {
					return err
				}
				return s.Emit(map[string]any{"ref": ref, "kind": kind, "source": args[0]}, func(w io.Writer) {
					fmt.Fprintln(w, console.Fields(string(ref), kind, args[0]))
				})
			})
		},
	}
	c.Flags().StringVar(&kind, "kind", "name", "what it is: name, place or note")
	c.Flags().StringVar(&file, "file", "", "file that holds the value")
	return c
}

func (s *session) listSeals(c *cobra.Command, a *app.App) error {
	items, err := a.Seals(c.Context())
	if err != nil {
		return err
	}
	return s.Emit(console.NonNil(items), func(w io.Writer) {
		for _, i := range items {
			fmt.Fprintln(w, console.Fields(string(i.Ref), string(i.Kind), i.Subject))
		}
	})
}

func (s *session) unsealCommand() *cobra.Command {
	var purpose string
	c := &cobra.Command{
		Use:   "unseal E-0001 --purpose \"…\"",
		Short: "open one sealed value for a stated purpose",
		Long: `Open one sealed value and show it on the terminal. A custodian can do it, at a terminal,
for a purpose. Who, what, when and why stand in the ledger before anything is opened.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case s.JSON:
				return console.Usage(errors.New("unseal does not print JSON: an opened value is for eyes, not for programs"))
			case purpose == "":
				return console.Usage(errors.New("state the purpose: heed unseal " + console.Visible(args[0]) + " --purpose \"…\""))
			case !s.TerminalOut:
				return fault.New(fault.Denied, "unseal shows a value at a terminal only, and this is none", "Nothing was opened.",
					"Run it at a terminal, without redirecting its output.")
			}
			return s.opened(c.Context(), func(a *app.App) error {
				if err := a.Unseal(c.Context(), seal.Ref(args[0]), purpose, visibleWriter{s.Stdout}); err != nil {
					return err
				}
				_, err := io.WriteString(s.Stdout, "\n")
				return err
			})
		},
	}
	c.Flags().StringVar(&purpose, "purpose", "", "why it is opened; stands in the ledger")
	return c
}

// visibleWriter keeps what comes out of a seal from driving the terminal. Line ends stay.
type visibleWriter struct{ w io.Writer }

func (v visibleWriter) Write(p []byte) (int, error) {
	for i, l := range console.Lines(string(p)) {
		if i > 0 {
			if _, err := io.WriteString(v.w, "\n"); err != nil {
				return 0, err
			}
		}
		if _, err := io.WriteString(v.w, console.Visible(l)); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}
