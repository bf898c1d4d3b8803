package cli

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/keys"
)

func (s *session) keyCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "key",
		Short: "list the keys; add, rotate, recover, destroy",
		Long: `List the recovery keys and the members' keys, each with a fingerprint: the first 16 digits
of the SHA-256 of its public recipient, to be compared by another way.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				lines := keyLines(a.Members())
				return s.Emit(lines, func(w io.Writer) {
					for _, l := range lines {
						fmt.Fprintln(w, console.Fields(l.ID, l.Handle, l.Role, "since "+l.AddedAt[:len(time.DateOnly)], "fingerprint "+l.Fingerprint))
					}
				})
			})
		},
	}
	c.AddCommand(s.keyListCommand(c), s.keyAddCommand(), s.keyRotateCommand(), s.keyRemoveCommand(), s.keyRecoverCommand(), s.keyDestroyCommand())
	return c
}

// keyListCommand is the same list by its own word.
func (s *session) keyListCommand(list *cobra.Command) *cobra.Command {
	return &cobra.Command{Use: "list", Short: "list the keys", Long: list.Long, Args: cobra.NoArgs, RunE: list.RunE}
}

type keyLine struct {
	ID          string `json:"id"`
	Handle      string `json:"handle"`
	Role        string `json:"role"`
	AddedAt     string `json:"added_at"`
	Fingerprint string `json:"fingerprint"`
}

func keyLines(all []keys.Member) []keyLine {
	out := []keyLine{}
	for _, m := range all {
		sum := sha256.Sum256([]byte(m.RecipientText))
		out = append(out, keyLine{m.ID, m.Handle, string(m.Role), m.AddedAt.Format(time.RFC3339), fmt.Sprintf("%x", sum[:8])})
	}
	return out
}

// isRecoveryKey tells the names of recovery keys from those of people: the handles are
// kept for them.
func isRecoveryKey(name string) bool {
	return strings.HasPrefix(name, "K-") || strings.HasPrefix(name, "recovery")
}

// recoveryFlag lets a recovery key act in place of a member.
func recoveryFlag(c *cobra.Command, recovery *bool) {
	c.Flags().BoolVar(recovery, "recovery", false, "act with the words of a recovery key instead of a passphrase")
}

// rotate makes all keys of the case new with a change of who holds them.
func (s *session) rotate(c *cobra.Command, recovery bool, change keys.Change) (app.Rotated, error) {
	return s.alone(c, recovery, func(conf app.Config, who []app.Who) (app.Rotated, error) {
		return app.Rotate(c.Context(), conf, change, who[0], who[1:]...)
	})
}

// alone hands the case to what wants it for itself.
func (s *session) alone(c *cobra.Command, recovery bool, do func(app.Config, []app.Who) (app.Rotated, error)) (r app.Rotated, err error) {
	if err := s.named(); err != nil {
		return r, err
	}
	if recovery && c.Flags().Changed("as") {
		return r, errAsRecovery()
	}
	who, forget, err := s.people(recovery)
	defer forget()
	if err != nil {
		return r, err
	}
	conf, done := s.config(s.Store)
	defer done()
	r, err = do(conf, who)
	return r, app.Explain(err)
}

func errAsRecovery() error {
	return console.Usage(errors.New("--recovery acts in place of a member: leave --as out"))
}

func rotatedData(r app.Rotated) map[string]any {
	return map[string]any{"removed": publicParts(r.Removed), "members": publicParts(r.Members), "seals_wrapped": r.Rewrapped}
}

func printRotated(w io.Writer, r app.Rotated) {
	for _, m := range r.Removed {
		fmt.Fprintln(w, memberLine(m)+"  removed")
	}
	for _, m := range r.Members {
		fmt.Fprintln(w, memberLine(m))
	}
	fmt.Fprintln(w, console.Fields("all keys of the case are new", console.Counted(r.Rewrapped, "sealed value")+" wrapped anew"))
}

func (s *session) keyAddCommand() *cobra.Command {
	var wordsTo string
	c := &cobra.Command{
		Use:   "add",
		Short: "make one more recovery key",
		Long: `Make a recovery key. Its 24 words are shown once, or written to --recovery-file and not
shown. What is sealed is wrapped for it too, so its words open everything. To take one out
of use: heed key remove K-01

  heed key add --recovery-file /media/stick/words`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			hand, err := s.hand(wordsTo)
			if err != nil {
				return err
			}
			defer hand.drop()
			return s.opened(c.Context(), func(a *app.App) error {
				m, words, failed := a.AddRecoveryKey(c.Context())
				if words.Reveal() == "" {
					return failed
				}
				// The key is there, whatever failed after it was made: its words must not be lost.
				data := map[string]any{"key": m.Public()}
				if err := hand.over(words, data); err != nil {
					return errors.Join(err, failed)
				}
				err := s.Emit(data, func(w io.Writer) {
					fmt.Fprintln(w, memberLine(m))
					hand.print(w, words)
				})
				hand.retype(words)
				return errors.Join(err, failed)
			})
		},
	}
	c.Flags().StringVar(&wordsTo, "recovery-file", "", "write the words to this new file and do not show them")
	return c
}

func (s *session) keyRotateCommand() *cobra.Command {
	var wordsTo string
	var replace bool
	c := &cobra.Command{
		Use:   "rotate [--replace-recovery]",
		Short: "make all keys of the case new",
		Long: `Make the key of the store and of the vault's file new, for the same people. Nobody else may
have the case open meanwhile. Copies of the case of before still open with the keys of then.

With --replace-recovery, make a new recovery key in the same step and take all old ones
out of use: do it when somebody may have seen the words.

  heed key rotate --replace-recovery`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			change := keys.Change{Recovery: replace}
			if replace {
				change.Remove = []string{app.EveryRecoveryKey}
			} else if wordsTo != "" {
				return console.Usage(errors.New("--recovery-file takes the words of a new recovery key: give --replace-recovery too"))
			}
			hand, err := s.hand(wordsTo)
			if err != nil {
				return err
			}
			defer hand.drop()
			r, failed := s.rotate(c, false, change)
			if r.Words == nil && failed != nil {
				return failed
			}
			data := rotatedData(r)
			if !replace {
				return s.Emit(data, func(w io.Writer) { printRotated(w, r) })
			}
			// With words the change is committed, whatever failed after: they must not be lost.
			if err := hand.over(*r.Words, data); err != nil {
				return errors.Join(err, failed)
			}
			err = s.Emit(data, func(w io.Writer) {
				printRotated(w, r)
				hand.print(w, *r.Words)
			})
			hand.retype(*r.Words)
			return errors.Join(err, failed)
		},
	}
	f := c.Flags()
	f.BoolVar(&replace, "replace-recovery", false, "make a new recovery key and remove the old ones")
	f.StringVar(&wordsTo, "recovery-file", "", "write the new words to this new file and do not show them")
	return c
}

func (s *session) keyRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove K-01",
		Short: "take a recovery key out of use, and make all keys of the case new",
		Long: `Remove a recovery key. All keys of the case are made anew without it. Its words still open
copies of the case of before, backups among them.

  heed key remove K-01`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if !isRecoveryKey(args[0]) {
				return console.Usage(errors.New("this names no recovery key; to remove a person: heed user remove " + console.Visible(args[0])))
			}
			r, err := s.rotate(c, false, keys.Change{Remove: args[:1]})
			if err != nil {
				return err
			}
			err = s.Emit(rotatedData(r), func(w io.Writer) { printRotated(w, r) })
			s.Say("The words of this key still open copies of the case of before, backups among them.")
			s.lastHope(r)
			return err
		},
	}
}

func (s *session) keyRecoverCommand() *cobra.Command {
	var recovery bool
	var file string
	c := &cobra.Command{
		Use:   "recover MEMBER --recovery",
		Short: "give a member who lost the passphrase new keys",
		Long: `Make a member's keys anew, under a new passphrase: asked twice, or taken from
--new-passphrase-file, HEED_NEW_PASSPHRASE_COMMAND or HEED_NEW_PASSPHRASE. Whoever has the
words of a recovery key can do it (--recovery; asked, or taken from --recovery-file,
HEED_RECOVERY_COMMAND or HEED_RECOVERY), and so can another custodian (--as). All keys of
the case are made new; earlier signatures of the member stay valid under the old key.

  heed key recover amina --recovery
  heed key recover amina --as luis`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			pass, err := s.newPassphrase(file, console.NewEnv)
			if err != nil {
				return err
			}
			defer clear(pass)
			r, err := s.alone(c, recovery, func(conf app.Config, who []app.Who) (app.Rotated, error) {
				return app.Recover(c.Context(), conf, args[0], pass, s.Cost, who[0], who[1:]...)
			})
			if err != nil {
				return err
			}
			err = s.Emit(rotatedData(r), func(w io.Writer) { printRotated(w, r) })
			s.Say("%s has new keys. Old copies of the case still open with the old keys and passphrases.", console.Visible(args[0]))
			return err
		},
	}
	recoveryFlag(c, &recovery)
	c.Flags().StringVar(&file, "new-passphrase-file", "", "file with the member's new passphrase")
	return c
}

// lastHope says what it means when no recovery key is left.
func (s *session) lastHope(r app.Rotated) {
	for _, m := range r.Members {
		if m.Role == keys.Recovery {
			return
		}
	}
	s.Say("No recovery key is left: when the last custodian forgets the passphrase, the case is lost. Make one: heed key add")
}
