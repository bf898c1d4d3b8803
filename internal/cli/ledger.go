package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/ledger"
)

func (s *session) checkCommand() *cobra.Command {
	var against string
	c := &cobra.Command{
		Use:   "check [--against CHECKPOINT]",
		Short: "prove that the store agrees with its ledger",
		Long: `Read everything and compare: the tree, every version, every object, every original and
every seal. With --against, prove too that the ledger only grew since that checkpoint left
the machine; without one, an older copy put in place of the store cannot be told.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			var checkpoint []byte
			if against != "" {
				var err error
				if checkpoint, err = console.ReadFile("the checkpoint", against, console.MaxKeyFile); err != nil {
					return err
				}
			}
			return s.opened(c.Context(), func(a *app.App) error { return s.check(c.Context(), a, checkpoint) })
		},
	}
	c.Flags().StringVar(&against, "against", "", "checkpoint exported earlier")
	return c
}

func (s *session) check(ctx context.Context, a *app.App, checkpoint []byte) error {
	head, problems, err := a.Check(ctx, checkpoint)
	if err != nil {
		return err
	}
	data := map[string]any{"entries": head.Size, "root": head.Root.String(), "problems": console.NonNil(problems)}
	err = s.Emit(data, func(w io.Writer) {
		fmt.Fprintf(w, "%s, root %s\n", console.Counted(head.Size, "act"), head.Root)
		for _, p := range problems {
			fmt.Fprintf(w, "PROBLEM  %s: %s\n", p.Place, p.What)
		}
		if len(problems) == 0 {
			fmt.Fprintln(w, "the store agrees with its ledger")
		}
	})
	if err != nil || len(problems) == 0 {
		return err
	}
	do := "Make a copy of the directory before anything else, and bring back the last backup."
	if len(problems) == 1 && problems[0].Place == "checkpoint" {
		do = "The store itself agrees with its ledger. Check that this is the right file, and a checkpoint of this case."
	}
	return console.Exit(console.ExitMismatch, fault.New(fault.Conflict, console.Counted(len(problems), "problem")+" found", "Nothing was changed.", do))
}

func (s *session) checkpointCommand() *cobra.Command {
	var out string
	c := &cobra.Command{
		Use:   "checkpoint [-o FILE]",
		Short: "sign the ledger's head, to be kept elsewhere",
		Long: `Sign the head of the ledger with your key. Keep it on another machine: heed check --against
FILE then shows that nothing before it was changed or taken out.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				signed, err := a.Checkpoint(c.Context())
				if err != nil {
					return err
				}
				if out != "" {
					err := console.WriteNew(out, func(w io.Writer) error { _, err := w.Write(signed); return err })
					if err != nil {
						return err
					}
				}
				return s.Emit(map[string]string{"checkpoint": string(signed)}, func(w io.Writer) { w.Write(signed) })
			})
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "file to write as well")
	return c
}

func (s *session) logCommand() *cobra.Command {
	var after int64
	var out string
	c := &cobra.Command{
		Use:   "log [--after N] [-o FILE]",
		Short: "list the acts: who did what, when",
		Long: `List the acts in the order of the ledger. With -o, write all of them to a file with a signed
checkpoint over them: ids, kinds, members and times, and no content. Keep it beside the
backups, since heed restore --log destroys again what was destroyed after a backup.

  heed log --after 120
  heed log -o /media/stick/log`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if out != "" && after != 0 {
				return console.Usage(errors.New("the log is written whole: leave --after out"))
			}
			return s.opened(c.Context(), func(a *app.App) error {
				if out != "" {
					return s.writeLog(c.Context(), a, out)
				}
				return console.EachLine(s.Session, func(yield func(logLine) error) error {
					return a.Log(c.Context(), after, func(e ledger.Entry) error { return yield(newLogLine(e)) })
				}, logLine.text)
			})
		},
	}
	c.Flags().Int64Var(&after, "after", 0, "first number to show")
	c.Flags().StringVarP(&out, "output", "o", "", "file to write the signed log to")
	return c
}

func (s *session) writeLog(ctx context.Context, a *app.App, out string) error {
	if err := console.WriteNew(out, func(w io.Writer) error { return a.WriteLog(ctx, w) }); err != nil {
		return err
	}
	return s.Emit(map[string]string{"path": out}, func(w io.Writer) { fmt.Fprintln(w, console.Visible(out)) })
}

type logLine struct {
	Seq    int64  `json:"seq"`
	At     string `json:"at"`
	By     string `json:"by"`
	Kind   string `json:"kind"`
	Object string `json:"object"`
}

func newLogLine(e ledger.Entry) logLine {
	return logLine{e.Seq, e.At.Format(time.RFC3339Nano), e.By, e.Kind, e.Object}
}

func (l logLine) text() string {
	return console.Fields(fmt.Sprintf("%6d", l.Seq), l.At, l.By, l.Kind, l.Object)
}

func (s *session) proofCommand() *cobra.Command {
	var since, out string
	c := &cobra.Command{
		Use:   "proof SEQ | proof --since CHECKPOINT",
		Short: "prove that an act stands in the ledger, or that the ledger only grew",
		Long: `Write a proof that others can check offline. Of one act, by its number in heed log: a C2SP
tlog-proof, with a checkpoint that you sign. With --since, of growth: the ledger of now
begins with everything that the checkpoint covered. Neither shows any content.

  heed proof 17 -o act-17.proof
  heed proof --since lenz.checkpoint -o growth.proof`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if (len(args) == 1) == (since != "") {
				return console.Usage(errors.New("name either the number of an act, or a checkpoint with --since"))
			}
			prove, err := proving(c.Context(), args, since)
			if err != nil {
				return err
			}
			return s.opened(c.Context(), func(a *app.App) error {
				proof, err := prove(a)
				if err != nil {
					return err
				}
				if out == "" {
					return s.Emit(map[string]string{"proof": string(proof)}, func(w io.Writer) { w.Write(proof) })
				}
				if err := console.WriteNew(out, func(w io.Writer) error { _, err := w.Write(proof); return err }); err != nil {
					return err
				}
				return s.Emit(map[string]string{"path": out}, func(w io.Writer) { fmt.Fprintln(w, console.Visible(out)) })
			})
		},
	}
	c.Flags().StringVar(&since, "since", "", "checkpoint exported earlier")
	c.Flags().StringVarP(&out, "output", "o", "", "file to write instead of standard output")
	return c
}

// proving understands what is to be proved before the case is opened.
func proving(ctx context.Context, args []string, since string) (func(*app.App) ([]byte, error), error) {
	if since != "" {
		checkpoint, err := console.ReadFile("the checkpoint", since, console.MaxKeyFile)
		return func(a *app.App) ([]byte, error) { return a.ProveGrowth(ctx, checkpoint) }, err
	}
	seq, err := strconv.ParseInt(args[0], 10, 64)
	if err != nil || seq < 0 {
		return nil, console.Usage(errors.New("write the number of the act as heed log prints it"))
	}
	return func(a *app.App) ([]byte, error) { return a.Prove(ctx, seq) }, nil
}
