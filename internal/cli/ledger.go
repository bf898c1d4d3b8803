package cli

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
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
				if checkpoint, err = readFile("the checkpoint", against, maxKeyFile); err != nil {
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
	data := map[string]any{"entries": head.Size, "root": head.Root.String(), "problems": nonNil(problems)}
	err = s.emit(data, func(w io.Writer) {
		fmt.Fprintf(w, "%s, root %s\n", counted(head.Size, "act"), head.Root)
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
	return exitError{exitFailed, fault.New(fault.Conflict, counted(len(problems), "problem")+" found", "Nothing was changed.",
		"Make a copy of the directory before anything else, and bring back the last backup.")}
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
					err := writeNew(out, func(w io.Writer) error { _, err := w.Write(signed); return err })
					if err != nil {
						return err
					}
				}
				return s.emit(map[string]string{"checkpoint": string(signed)}, func(w io.Writer) { w.Write(signed) })
			})
		},
	}
	c.Flags().StringVarP(&out, "output", "o", "", "file to write as well")
	return c
}

func (s *session) logCommand() *cobra.Command {
	var after int64
	c := &cobra.Command{
		Use:   "log [--after N]",
		Short: "list the acts: who did what, when",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				entries, err := a.Log(c.Context(), after)
				if err != nil {
					return err
				}
				return s.emit(logLines(entries), func(w io.Writer) {
					for _, l := range logLines(entries) {
						fmt.Fprintln(w, fields(fmt.Sprintf("%6d", l.Seq), l.At, l.By, l.Kind, l.Object))
					}
				})
			})
		},
	}
	c.Flags().Int64Var(&after, "after", 0, "first number to show")
	return c
}

type logLine struct {
	Seq    int64  `json:"seq"`
	At     string `json:"at"`
	By     string `json:"by"`
	Kind   string `json:"kind"`
	Object string `json:"object"`
}

func logLines(entries []ledger.Entry) []logLine {
	out := []logLine{}
	for _, e := range entries {
		out = append(out, logLine{e.Seq, e.At.Format(time.RFC3339Nano), e.By, e.Kind, e.Object})
	}
	return out
}
