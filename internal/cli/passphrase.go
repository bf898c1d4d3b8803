package cli

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
)

func (s *session) passphraseCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "passphrase",
		Short: "change your passphrase",
		Long: `Change the passphrase of the acting member. The old one is asked, or taken as always; the
new one is asked twice, or taken from --new-passphrase-file, HEED_NEW_PASSPHRASE_COMMAND or
HEED_NEW_PASSPHRASE. Older copies of the case, backups among them, still open with the old
one. A forgotten passphrase: heed help key recover

  heed passphrase --as luis`,
		Args: cobra.NoArgs,
	}
	c.Flags().StringVar(&file, "new-passphrase-file", "", "file with the new passphrase")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := s.named(); err != nil {
			return err
		}
		who, forget, err := s.people(false)
		defer forget()
		if err != nil {
			return err
		}
		conf, done := s.config(s.Store)
		defer done()
		a, err := app.Open(c.Context(), conf, who[0], who[1:]...)
		if err != nil {
			return app.Explain(err)
		}
		defer a.Close()
		pass, err := s.newPassphrase(file, console.NewEnv)
		if err != nil {
			return err
		}
		defer clear(pass)
		if err := a.ChangePassphrase(c.Context(), who[0].Passphrase, pass, s.Cost); err != nil {
			return app.Explain(err)
		}
		s.Say("Copies of the case of before, backups among them, still open with the old passphrase.")
		member := a.By().Member
		return s.Emit(map[string]string{"member": member}, func(w io.Writer) { fmt.Fprintln(w, member+"  new passphrase") })
	}
	return c
}
