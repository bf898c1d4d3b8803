package releasecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/release"
)

type reportFlags struct {
	cite, html             string
	change, drop, move, to int
	release                string
	saw                    int64
}

func (v *verbs) reportCommand() *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report [\"TEXT\" --cite F-01,C-001,ST-001]",
		Short: "write the report: numbered paragraphs that cite",
		Long: `Without a text, show the report of the open release. With one, add a paragraph; it cites
findings, claims or statements. A change after the gate takes the signatures back. With
--saw, the act that the report showed, a change is refused when somebody was faster.

  heed report "It is reasonable to conclude that …" --cite F-01
  heed report --change 3 "…" --cite F-01      heed report --drop 3
  heed report --move 3 --to 1 --saw 41
  heed report --html preview.html             the page as it would be released`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := f.valid(len(args) == 1); err != nil {
				return console.Usage(err)
			}
			return v.open(c.Context(), func(a Case) error { return v.report(c.Context(), a, f, args) })
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.cite, "cite", "", "findings, claims and statements it rests on")
	fl.IntVar(&f.change, "change", 0, "number of the paragraph to replace")
	fl.IntVar(&f.drop, "drop", 0, "number of the paragraph to take out")
	fl.IntVar(&f.move, "move", 0, "number of the paragraph to move")
	fl.IntVar(&f.to, "to", 0, "the number it moves to")
	fl.StringVar(&f.html, "html", "", "write the page to this file")
	fl.StringVar(&f.release, "release", "", "the release to show; the newest when left out")
	fl.Int64Var(&f.saw, "saw", 0, console.SawUsage)
	return c
}

// valid says what the flags leave open. A flag that would be dropped without a word is refused.
func (f reportFlags) valid(text bool) error {
	asked := 0
	for _, given := range []bool{f.change != 0, f.drop != 0, f.move != 0, f.html != ""} {
		if given {
			asked++
		}
	}
	switch {
	case asked > 1:
		return errors.New("one at a time: --change, --drop, --move or --html")
	case f.change != 0 && !text:
		return errors.New("write the new text: heed report --change 3 \"…\"")
	case f.cite != "" && !text:
		return errors.New("write the paragraph that cites: heed report \"…\" --cite F-01")
	case text && asked > 0 && f.change == 0:
		return errors.New("a text is for adding a paragraph or for --change")
	case (f.move == 0) != (f.to == 0):
		return errors.New("say which paragraph moves where: heed report --move 3 --to 1")
	case f.saw != 0 && !text && f.drop == 0 && f.move == 0:
		return errors.New("--saw is for a change")
	}
	return nil
}

func (v *verbs) report(ctx context.Context, a Case, f reportFlags, args []string) error {
	id := f.release
	if id == "" {
		d, _, err := a.Release.Newest(ctx)
		if err != nil {
			return err
		}
		id = d.ID
	}
	e := release.DraftEdit{Release: id, N: f.change + f.drop + f.move, To: f.to, Drop: f.drop != 0, Cites: console.Words(f.cite), Saw: f.saw}
	switch {
	case f.html != "":
		return v.reportPage(ctx, a, id, f.html)
	case len(args) == 1:
		if err := console.InWords(args[0], "to show a report: heed report --release R1"); err != nil {
			return err
		}
		if e.Text = args[0]; f.change == 0 {
			e.Release = f.release // after a release, a new paragraph begins the next
		}
	case e.N == 0 && id == "":
		v.Say("No report yet. Add a paragraph: heed report \"…\" --cite F-01")
		return v.Emit(nil, func(io.Writer) {})
	case e.N == 0:
		d, err := a.Release.Draft(ctx, id)
		if err != nil {
			return err
		}
		return v.showReport(ctx, a, d)
	}
	d, err := a.Release.Edit(ctx, a.By, e)
	if err != nil {
		return err
	}
	return v.showReport(ctx, a, d)
}

// reportShown is a draft with the newest act about it.
type reportShown struct {
	release.Draft
	Act int64 `json:"act"`
}

func (v *verbs) showReport(ctx context.Context, a Case, d release.Draft) error {
	act, err := a.Release.Act(ctx, d.ID)
	if err != nil {
		return err
	}
	return v.Emit(reportShown{d, act}, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(d.ID, d.State, console.Visible(d.Title), console.ActText(act)))
		for _, p := range d.Paragraphs {
			fmt.Fprintf(w, "%3d  %s  [%s]\n", p.N, console.Visible(p.Text), strings.Join(p.Cites, ", "))
		}
	})
}

func (v *verbs) reportPage(ctx context.Context, a Case, id, path string) error {
	if id == "" {
		return fault.New(fault.NotFound, "there is no report yet", "Nothing was written.", "Add a paragraph: heed report \"…\" --cite F-01")
	}
	page, err := a.Release.Preview(ctx, id)
	if err != nil {
		return err
	}
	if err := console.WriteNew(path, func(w io.Writer) error { _, err := w.Write(page); return err }); err != nil {
		return err
	}
	v.Say("This is a draft in the clear: it has not passed the gate.")
	return v.Emit(map[string]string{"release": id, "path": path}, func(w io.Writer) { fmt.Fprintln(w, console.Fields(id, console.Visible(path))) })
}
