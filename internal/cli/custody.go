package cli

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/intake"
)

type custodyFlags struct {
	intake.Custody
	noteFile string
}

func (s *session) custodyCommand() *cobra.Command {
	var f custodyFlags
	c := &cobra.Command{
		Use:   "custody S-001 [--add KIND]",
		Short: "show who held a source, and add a step",
		Long: `Show the custody of a source: who collected and received it, and every act on it and on its
seals since, in the order in which they were recorded. With --add, record a step that Heed
does not see by itself. Of a sealed source the note is sealed too; --note-file keeps it out
of the command's words.

Kinds: ` + strings.Join(intake.CustodyKinds(), " ") + `.

  heed custody S-001
  heed custody S-001 --add transferred --on 2026-03-02 --note "to the archive, by hand"`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			f.Source = args[0]
			if f.Kind == "" {
				if err := console.Listing(c, "say what happened: heed custody "+console.Visible(args[0])+" --add transferred"); err != nil {
					return err
				}
			}
			return s.opened(c.Context(), func(a *app.App) error {
				if f.Kind == "" {
					return s.listCustody(c.Context(), a, f.Source)
				}
				return s.addCustody(c.Context(), a, f)
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.Kind, "add", "", "kind of step")
	fl.StringVar(&f.On, "on", "", "when it was: 2026, 2026-03 or 2026-03-02")
	fl.StringVar(&f.Note, "note", "", "place, means, from whom or to whom")
	fl.StringVar(&f.noteFile, "note-file", "", "file with the note")
	return c
}

// maxNote bounds a note that is read from a file.
const maxNote = 64 << 10

func (s *session) addCustody(ctx context.Context, a *app.App, f custodyFlags) error {
	if f.noteFile != "" {
		b, err := console.ReadFile("the note", f.noteFile, maxNote)
		if err != nil {
			return err
		}
		f.Note = strings.TrimRight(string(b), "\r\n")
	}
	got, err := a.Intake.RecordCustody(ctx, a.By(), f.Custody)
	if err != nil {
		return err
	}
	return s.Emit(got, func(w io.Writer) { fmt.Fprintln(w, console.Fields(got.ID, got.Source, custodyText(got))) })
}

func custodyText(c intake.Custody) string {
	on, note := "", console.Visible(c.Note)
	if c.On != "" {
		on = "on " + c.On
	}
	if c.Seal != "" {
		note = "note sealed as " + string(c.Seal)
	}
	return console.Fields(c.Kind, on, note)
}

// custodyLine is a step that somebody recorded, or an act of the ledger.
type custodyLine struct {
	logLine
	Step *intake.Custody `json:"step,omitempty"`
}

// listCustody puts what people recorded and what the ledger knows into one list.
func (s *session) listCustody(ctx context.Context, a *app.App, source string) error {
	o, err := a.Intake.Original(ctx, source)
	if err != nil {
		return err
	}
	steps, err := a.Intake.Custody(ctx, source)
	if err != nil {
		return err
	}
	ids := partsOf(o.ID)
	items, err := a.Seals(ctx)
	if err != nil {
		return err
	}
	for _, i := range items {
		if i.Subject == o.ID {
			ids = append(ids, string(i.Ref))
		}
	}
	recorded := map[string]intake.Custody{}
	for _, c := range steps {
		ids, recorded[c.ID] = append(ids, c.ID), c
	}
	past, err := pastOf(ctx, a, ids...)
	if err != nil {
		return err
	}
	out := []custodyLine{}
	for _, p := range past {
		l := custodyLine{logLine: p.logLine}
		if c, ok := recorded[p.Object]; ok {
			l.Step = &c
		}
		out = append(out, l)
	}
	return s.Emit(out, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(o.ID, describe(o)))
		for _, l := range out {
			step := ""
			if l.Step != nil {
				step = custodyText(*l.Step)
			}
			fmt.Fprintln(w, "  "+console.Fields(l.text(), step))
		}
	})
}

// day is an instant of the records as a day.
func day(micros int64) string { return time.UnixMicro(micros).UTC().Format(time.DateOnly) }
