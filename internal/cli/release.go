package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"heed/bundle"
	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/release"
)

func (s *session) gateCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "gate R1",
		Short: "ask whether a release may leave",
		Long: `Run every rule of the release gate: each paragraph traces to what it cites, the findings
pass their checks, every contrary claim is answered, a basis covers every use at this
moment, quotations are exact, and no sealed byte stands in any released file. When all pass,
the files are frozen for signing. A custodian runs it, since the leak check asks the vault.
The status is 5 when a rule blocks.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				res, err := a.Release.Gate(c.Context(), a.By(), args[0])
				if err != nil {
					return err
				}
				if err := s.Emit(res, func(w io.Writer) { printGate(w, res) }); err != nil {
					return err
				}
				if n := res.Blocked(); n > 0 {
					return console.Exit(console.ExitRefused, fault.New(fault.Refused, "not released: "+console.Counted(n, "check")+" in the way",
						"Nothing left the house.", "Mend what is named above, then run the gate again."))
				}
				return nil
			})
		},
	}
}

func printGate(w io.Writer, res release.Result) {
	for _, k := range res.Checks {
		state := k.State()
		if state == "blocked" {
			state = "BLOCKED"
		}
		count := k.Note
		if count == "" {
			count = fmt.Sprint(k.Count)
		}
		fmt.Fprintf(w, "%-7s  %-60s  %s\n", state, k.Title, count)
		for _, h := range k.Hits {
			fmt.Fprintln(w, "         "+console.Fields(console.Visible(h.Place), console.Visible(h.What)))
			if h.Do != "" {
				fmt.Fprintln(w, "           "+console.Visible(h.Do))
			}
		}
	}
}

func (s *session) signCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "sign R1 [--as MEMBER]",
		Short: "sign a release that has passed the gate",
		Long: `Sign the frozen release with your own key, from your own passphrase. At least two people
sign, each for themselves.

  heed sign R1 --as M-02`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				d, err := a.Sign(c.Context(), args[0])
				if err != nil {
					return err
				}
				return s.Emit(d, func(w io.Writer) {
					fmt.Fprintln(w, console.Fields(d.ID, "manifest "+d.Manifest, fmt.Sprintf("%s, %d needed", console.Counted(len(d.Signatures), "signature"), release.MinSigners)))
				})
			})
		},
	}
}

func (s *session) releaseCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "release R1 -o NAME.heed",
		Short: "release a signed bundle",
		Long: `Run the gate once more, take the release down in the ledger and write the bundle. The file
is written whole or not at all; asked again, the same bytes are written again.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if out == "" {
				return console.Usage(errors.New("name the file: -o NAME.heed"))
			}
			return s.opened(c.Context(), func(a *app.App) error {
				_, err := os.Lstat(out)
				taken := err == nil
				if d, err := a.Release.Draft(c.Context(), args[0]); err != nil {
					return err
				} else if taken && d.State != release.StateReleased {
					return fault.New(fault.Conflict, "there is a file of that name already", "It was not touched, and nothing was released.", "Choose another name with -o.")
				}
				data, err := a.Release.Release(c.Context(), a.By(), args[0], filepath.Base(out))
				if err != nil {
					return err
				}
				// Crash here: the release is in the ledger and the file is not there. Running
				// the same command again writes the same bytes.
				if !taken || !console.SameBytes(out, data) {
					if err := console.WriteNew(out, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
						return err
					}
				}
				return s.Emit(map[string]any{"release": args[0], "path": out, "bytes": len(data)}, func(w io.Writer) {
					fmt.Fprintln(w, console.Fields(args[0], console.Visible(out), console.Counted(len(data), "byte")))
				})
			})
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "the bundle's file")
	return c
}

func (s *session) verifyCommand() *cobra.Command {
	var keyFiles []string
	c := &cobra.Command{
		Use:   "verify NAME.heed [--key FILE]",
		Short: "check a bundle, offline, against keys you trust",
		Long: `Check that a bundle is what its signers released. It needs no store and no network. Trust
comes only from --key: a file of verifier keys that you got by another way than the bundle.
The status is 0 when all is well, 6 when anything differs, and 7 when all agrees but you
have not said whose keys you trust.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return s.verify(args[0], keyFiles) },
	}
	c.Flags().StringArrayVar(&keyFiles, "key", nil, "file with verifier keys you trust; may be given several times")
	return c
}

// trusted reads files of verifier keys.
func trusted(files []string) (vkeys []string, err error) {
	for _, k := range files {
		b, err := console.ReadFile("a key file", k, console.MaxKeyFile)
		if err != nil {
			return nil, err
		}
		more, err := bundle.ParseKeyFile(b)
		if err != nil {
			return nil, fault.New(fault.Invalid, err.Error(), "Nothing was done.", "One verifier key a line, as printed by: heed user --keys")
		}
		vkeys = append(vkeys, more...)
	}
	return vkeys, nil
}

func (s *session) verify(path string, keyFiles []string) error {
	data, err := console.ReadFile("the bundle", path, bundle.MaxSize)
	if err != nil {
		return err
	}
	p := bundle.Policy{}
	if p.Keys, err = trusted(keyFiles); err != nil {
		return err
	}
	var b *bundle.Bundle
	u, err := bundle.Parse(data)
	if err == nil {
		b, err = u.Verify(p)
	}
	res, ok := bundle.Describe(b, err)
	if !ok {
		return err
	}
	if err := s.Emit(res, func(w io.Writer) { io.WriteString(w, res.Text()) }); err != nil || res.Exit == console.ExitOK {
		return err
	}
	return console.Exit(res.Exit, &fault.Error{What: err.Error(), Do: res.Do})
}
