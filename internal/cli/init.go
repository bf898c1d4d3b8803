package cli

import (
	"bytes"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/record"
)

// noRecovery is said at every init, because a person must know it before the first
// original goes in.
const noRecovery = `There is no recovery key in this version: a member who forgets the passphrase loses
access, and when the last one does, the case is lost. Name a second custodian now:
  heed user add HANDLE --role custodian --store DIR`

func (s *session) initCommand() *cobra.Command {
	var b app.Begin
	var standard string
	c := &cobra.Command{
		Use:   "init DIR",
		Short: "make a case in an empty directory",
		Long: `Make a case in DIR, which must be empty or missing. You become its first member and
custodian. The passphrase is asked twice, or taken from --passphrase-file,
HEED_PASSPHRASE_COMMAND or HEED_PASSPHRASE. The standard of proof is declared once,
for the whole assessment; a finding may raise it, never lower it.

  heed init arvenia --title "Detention in Lenz" --handle amina`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			pass, err := s.newPassphrase(s.passphraseFile, "HEED_PASSPHRASE")
			if err != nil {
				return err
			}
			defer clear(pass)
			b.Case.Standard = record.Standard(standard)
			b.Cost = s.Cost
			a, err := app.Init(c.Context(), app.Config{Dir: args[0], Clock: s.Clock}, b, pass)
			if err != nil {
				return app.Explain(err)
			}
			defer a.Close()
			s.say("%s", noRecovery)
			return s.emit(map[string]any{"member": a.By().Member, "handle": b.Handle, "title": b.Case.Title}, func(w io.Writer) {
				fmt.Fprintf(w, "%s  %s  custodian\n", a.By().Member, b.Handle)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&b.Case.Title, "title", "Untitled assessment", "title of the assessment, printed on its report")
	f.StringVar(&b.Handle, "handle", "first", "your handle: 2 to 32 of a-z, 0-9 and -; it is published with your signature")
	f.StringVar(&standard, "standard", string(record.ReasonableGrounds), "declared standard of proof")
	f.StringVar(&b.Case.Zone, "zone", "UTC", "time zone in which the days of this case end")
	f.BoolVar(&b.Case.Training, "training", false, "invented data: marked TRAINING DATA everywhere")
	return c
}

// newPassphrase takes a new secret; a person is asked twice.
func (s *session) newPassphrase(file, env string) ([]byte, error) {
	asked := file == "" && s.Getenv(env+"_COMMAND") == "" && s.Getenv(env) == "" && s.Terminal
	first, err := s.passphrase(file, env, "New passphrase: ")
	if err != nil || !asked {
		return first, err
	}
	second, err := s.Secret("The same again: ")
	if err != nil {
		return nil, err
	}
	defer clear(second)
	if !bytes.Equal(first, second) {
		return nil, fault.New(fault.Invalid, "the two passphrases differ", "Nothing was written.", "Try again.")
	}
	return first, nil
}

func (s *session) userCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "user",
		Short: "list the members of the case",
		Long: `List the members with their roles. With --keys, print their public verifier keys, one
a line: give these to readers by another way than the bundle, for heed verify --key.`,
		Args: cobra.NoArgs,
	}
	keysOnly := c.Flags().Bool("keys", false, "print the verifier keys only")
	c.RunE = func(c *cobra.Command, _ []string) error {
		return s.opened(c.Context(), func(a *app.App) error {
			var out []any
			for _, m := range a.Members() {
				out = append(out, m.Public())
			}
			return s.emit(out, func(w io.Writer) {
				for _, m := range a.Members() {
					if *keysOnly {
						fmt.Fprintln(w, m.VerifierKey)
						continue
					}
					fmt.Fprintf(w, "%s  %s  %s\n", m.ID, m.Handle, m.Role)
				}
			})
		})
	}
	c.AddCommand(s.userAddCommand())
	return c
}

func (s *session) userAddCommand() *cobra.Command {
	var role, file string
	c := &cobra.Command{
		Use:   "add HANDLE",
		Short: "give another person keys of their own",
		Long: `Add a member. A custodian does it; the new member chooses the passphrase, asked twice
or taken from --new-passphrase-file, HEED_NEW_PASSPHRASE_COMMAND or HEED_NEW_PASSPHRASE.

What is sealed after this opens for a new custodian too; what was sealed before does not.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				pass, err := s.newPassphrase(file, "HEED_NEW_PASSPHRASE")
				if err != nil {
					return err
				}
				defer clear(pass)
				m, err := a.AddMember(c.Context(), args[0], keys.Role(role), pass, s.Cost, s.Clock)
				if err != nil {
					return err
				}
				return s.emit(m.Public(), func(w io.Writer) { fmt.Fprintf(w, "%s  %s  %s\n", m.ID, m.Handle, m.Role) })
			})
		},
	}
	c.Flags().StringVar(&role, "role", "member", "member or custodian")
	c.Flags().StringVar(&file, "new-passphrase-file", "", "file with the new member's passphrase")
	return c
}
