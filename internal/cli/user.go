package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/keys"
)

func (s *session) userCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "user",
		Short: "list the people of the case; add, remove, give a role",
		Long: `List the members with their roles. With --keys, print their public verifier keys, one
a line: give these to readers by another way than the bundle, for heed verify --key.
Recovery keys are listed by: heed key`,
		Args: cobra.NoArgs,
	}
	keysOnly := c.Flags().Bool("keys", false, "print the verifier keys only")
	c.RunE = func(c *cobra.Command, _ []string) error {
		return s.opened(c.Context(), func(a *app.App) error {
			people := peopleOf(a.Members())
			return s.Emit(publicParts(people), func(w io.Writer) {
				for _, m := range people {
					if *keysOnly {
						fmt.Fprintln(w, m.VerifierKey)
						continue
					}
					fmt.Fprintln(w, memberLine(m))
				}
			})
		})
	}
	c.AddCommand(s.userAddCommand(), s.userRemoveCommand(), s.userRoleCommand())
	return c
}

func memberLine(m keys.Member) string { return console.Fields(m.ID, m.Handle, string(m.Role)) }

// peopleOf leaves the recovery keys out.
func peopleOf(all []keys.Member) (people []keys.Member) {
	for _, m := range all {
		if m.Role != keys.Recovery {
			people = append(people, m)
		}
	}
	return people
}

func publicParts(all []keys.Member) []any {
	out := []any{}
	for _, m := range all {
		out = append(out, m.Public())
	}
	return out
}

func (s *session) userAddCommand() *cobra.Command {
	var role, file string
	c := &cobra.Command{
		Use:   "add HANDLE",
		Short: "give another person keys of their own",
		Long: `Add a member. A custodian does it; the new member chooses the passphrase, asked twice
or taken from --new-passphrase-file, HEED_NEW_PASSPHRASE_COMMAND or HEED_NEW_PASSPHRASE.

What is sealed is wrapped for a new custodian too, and it is said how many values that
were. In a two-person case a second custodian is unlocked for it: --with HANDLE.

  heed user add luis --role custodian`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				m, wrapped, err := s.admit(c.Context(), a, keys.New{Handle: args[0], Role: keys.Role(role)}, file)
				if err != nil {
					return err
				}
				data := map[string]any{"member": m.Public(), "seals_wrapped": wrapped}
				return s.Emit(data, func(w io.Writer) { fmt.Fprintln(w, memberLine(m)) })
			})
		},
	}
	c.Flags().StringVar(&role, "role", "member", "member or custodian")
	c.Flags().StringVar(&file, "new-passphrase-file", "", "file with the new member's passphrase")
	return c
}

// admit adds a person, whose passphrase it takes from file or as newPassphrase does.
func (s *session) admit(ctx context.Context, a *app.App, n keys.New, file string) (m keys.Member, wrapped int, err error) {
	if n.Passphrase, err = s.newPassphrase(file, console.NewEnv); err != nil {
		return m, 0, err
	}
	defer clear(n.Passphrase)
	n.Cost = s.Cost
	if m, wrapped, err = a.AddMember(ctx, n); err == nil && wrapped > 0 {
		s.Say("%s wrapped for %s too.", console.Counted(wrapped, "sealed value"), m.Handle)
	}
	return m, wrapped, err
}

func (s *session) userRemoveCommand() *cobra.Command {
	var recovery bool
	c := &cobra.Command{
		Use:   "remove ID|HANDLE",
		Short: "remove a person, and make all keys of the case new",
		Long: `Remove a member. All keys of the case are made anew without that person, and what is sealed
is wrapped anew for the custodians who stay. Nobody else may have the case open meanwhile.
What the person kept of before cannot be taken back; it is printed what that may be.

A custodian does it, or with --recovery whoever has the words of a recovery key.

  heed user remove luis`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if isRecoveryKey(args[0]) {
				return console.Usage(errors.New("this names a recovery key: heed key remove " + console.Visible(args[0])))
			}
			r, err := s.rotate(c, recovery, keys.Change{Remove: args[:1]})
			if err != nil {
				return err
			}
			data := rotatedData(r)
			var kept []string
			for _, m := range r.Removed {
				kept = append(kept, mayHaveKept(m)...)
			}
			data["may_have_kept"] = console.NonNil(kept)
			err = s.Emit(data, func(w io.Writer) { printRotated(w, r) })
			s.Say("Nobody can take back what was kept of before. It may be:\n  - %s", strings.Join(kept, "\n  - "))
			return err
		},
	}
	recoveryFlag(c, &recovery)
	return c
}

// mayHaveKept is what somebody who was removed can still have.
func mayHaveKept(m keys.Member) []string {
	kept := []string{
		"everything that was open in the case until today, read or copied",
		"copies of the case's files and keys of then, backups among them, which the old passphrase opens",
	}
	if m.Role == keys.Ordinary {
		return append(kept, "no sealed value, unless a custodian opened it for "+m.Handle)
	}
	return append(kept, "every value that was sealed until today: opened ones, and any in a copy of the vault")
}

func (s *session) userRoleCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "role ID|HANDLE custodian|member",
		Short: "make a member a custodian, or a custodian a member",
		Long: `Change what a person may open. All keys of the case are made anew, and what is sealed is
wrapped anew for the custodians of then. Who is no custodian any more may have kept what
was sealed until today; see: heed help user remove

  heed user role luis custodian`,
		Args: cobra.ExactArgs(2),
		RunE: func(c *cobra.Command, args []string) error {
			r, err := s.rotate(c, false, keys.Change{Roles: map[string]keys.Role{args[0]: keys.Role(args[1])}})
			if err != nil {
				return err
			}
			if keys.Role(args[1]) == keys.Ordinary {
				s.Say("Who is no custodian any more may have kept what they opened, and copies of files and keys of then.")
			}
			return s.Emit(rotatedData(r), func(w io.Writer) { printRotated(w, r) })
		},
	}
	return c
}
