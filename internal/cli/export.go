package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
)

func (s *session) exportCommand() *cobra.Command {
	var e app.Exporting
	c := &cobra.Command{
		Use:   "export DIR [--sealed --purpose \"…\"]",
		Short: "write everything to a directory, in the open",
		Long: `Write everything the case holds to DIR, which must be empty or missing: originals, texts,
every object as JSON and CSV, every version, the ledger, with a manifest (BagIt). It is no
backup, and nothing is encrypted. Sealed values are left out; with --sealed a custodian
opens every one of them for a stated purpose, each by an act in the ledger.

  heed export lenz-2026
  heed export /media/crypt/lenz --sealed --purpose "handing over to the archive"`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if e.Sealed != (e.Purpose != "") {
				return console.Usage(errors.New("--sealed and --purpose go together: heed export DIR --sealed --purpose \"…\""))
			}
			e.Dir = args[0]
			return s.opened(c.Context(), func(a *app.App) error {
				out, err := a.Export(c.Context(), e)
				if err != nil {
					return err
				}
				s.Say("What was written is in the open: whoever can read the disk can read it.")
				data := map[string]any{"path": e.Dir, "files": out.Files, "bytes": out.Bytes, "sealed": e.Sealed}
				return s.Emit(data, func(w io.Writer) {
					fmt.Fprintln(w, console.Fields(console.Visible(e.Dir), console.Counted(out.Files, "file"), console.Counted(out.Bytes, "byte")))
				})
			})
		},
	}
	c.Flags().BoolVar(&e.Sealed, "sealed", false, "open sealed values too")
	c.Flags().StringVar(&e.Purpose, "purpose", "", "why they are opened; stands in the ledger")
	return c
}
