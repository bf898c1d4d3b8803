package followupcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/followup"
	"heed/internal/intake"
)

func (v *verbs) actionCommand() *cobra.Command {
	var x followup.Action
	var from, recs string
	var page console.Page
	c := &cobra.Command{
		Use:   "action [\"WHAT\" --rec R-01 --actor WHO --from S-004:3 | R-01 | A-01]",
		Short: "record what was done towards a recommendation, or against it",
		Long: `Record an action with the words that report it: who did what, and on which recommendations
it bears. One action can answer several bodies that ask the same. That it was done says
nothing of how far a recommendation has come: that is an assessment. Without flags, list the
actions, or those on one recommendation.

  heed action "Opened the depot to the Monitor" --rec R-02,R-07 --actor "Ministry of Order" --on 2026-01 --from S-004:3
  heed action R-02                      list those on R-02
  heed action A-01                      show one`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			err := console.Listing(c, "say what was done and where that stands: heed action \"…\" --rec R-01 --actor … --from S-004:3")
			switch {
			case from != "" && (len(args) == 0 || isActionOrRec(args[0])):
				err = console.Usage(errors.New("say what was done: heed action \"…\" --rec R-01 --actor … --from S-004:3"))
			case from != "":
				err = only(c, "a new action", "rec", "actor", "on", "from", "words", "why")
			case len(args) == 1:
				err = only(c, "showing what there is")
			}
			if err != nil {
				return err
			}
			return v.open(c.Context(), func(a Case) error {
				if from != "" {
					x.What, x.Recommendations = args[0], console.Words(recs)
					return v.addAction(c.Context(), a, x, from)
				}
				return v.showActions(c.Context(), a, args, page)
			})
		},
	}
	f := c.Flags()
	f.StringVar(&recs, "rec", "", "recommendations it bears on, with commas between")
	f.StringVar(&x.Actor, "actor", "", "who did it")
	f.StringVar(&x.On, "on", "", "when: 2026, 2026-01, 2026-01-15, or uncertain: 2026-01~, 2025/2026")
	f.StringVar(&from, "from", "", "address of the passage that reports it")
	f.StringVar(&x.Words, "words", "", "the exact words; the whole passage when left out")
	f.StringVar(&x.Why, "why", "", "why it bears on them")
	page.AddTo(f)
	return c
}

func isActionOrRec(arg string) bool {
	return strings.HasPrefix(arg, "A-") || strings.HasPrefix(arg, "R-")
}

func (v *verbs) addAction(ctx context.Context, a Case, x followup.Action, from string) error {
	at, err := intake.ParseAddress(from)
	if err != nil {
		return err
	}
	x.Source, x.From, x.To, x.Edition = at.Source, at.From, at.To, at.Edition
	if x.Words == "" {
		if x.Words, err = passageText(ctx, a, at); err != nil {
			return err
		}
	}
	got, err := a.Followup.AddAction(ctx, a.By, x)
	if err != nil {
		return err
	}
	return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, actionLine(got)) })
}

func (v *verbs) showActions(ctx context.Context, a Case, args []string, page console.Page) error {
	switch {
	case len(args) == 0:
		return listed(ctx, v, page, a.Followup.ActionsAfter, func(x followup.Action) string { return x.ID }, actionLine)
	case strings.HasPrefix(args[0], "A-"):
		got, err := a.Followup.Action(ctx, args[0])
		if err != nil {
			return err
		}
		return v.Emit(got, func(w io.Writer) {
			fmt.Fprintln(w, actionLine(got))
			fmt.Fprintf(w, "        “%s”\n", console.Visible(got.Words))
		})
	}
	return v.ofRec(ctx, a, args[0], func() error {
		list, err := a.Followup.Actions(ctx, args[0])
		if err != nil {
			return err
		}
		return lines(v, list, actionLine)
	})
}

// ofRec lists what belongs to a recommendation that is there.
func (v *verbs) ofRec(ctx context.Context, a Case, id string, list func() error) error {
	if _, err := a.Followup.Recommendation(ctx, id); err != nil {
		return err
	}
	return list()
}

func actionLine(a followup.Action) string {
	return console.Fields(a.ID, strings.Join(a.Recommendations, ","), a.Address().String(), console.Visible(a.On), console.Visible(a.Actor)+": "+console.Visible(a.What), console.Visible(a.Why))
}
