package followupcmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/followup"
)

func (v *verbs) positionCommand() *cobra.Command {
	var p followup.Position
	var page console.Page
	c := &cobra.Command{
		Use:   "position [R-01 --statement ST-004 --value noted --why \"…\" | R-01 | PS-001]",
		Short: "judge what an addressee's words say to a recommendation",
		Long: `Record the position an addressee takes on a recommendation. Only words addressed to that
recommendation can set one: a statement about the report, its release or the accusations is
refused. Without flags, list the positions, or those on one recommendation.

  heed position R-01 --statement ST-004 --value noted --why "it takes note and promises nothing"
  heed position R-01                    list those on R-01
  heed position PS-001                  show one

Values: supported supported_already_implemented supported_being_implemented
partially_supported noted rejected under_consideration contests_premise unclear.
Silence is no position: it is recorded by how far somebody searched (heed search-log).`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			taking := len(args) == 1 && !strings.HasPrefix(args[0], "PS-") && changed(c, "statement", "value", "on", "why") > 0
			err := console.Listing(c, "name the recommendation: heed position R-01 --statement ST-004")
			switch {
			case taking:
				err = only(c, "a new position", "statement", "value", "on", "why")
			case len(args) == 1:
				err = only(c, "showing what there is")
			}
			if err != nil {
				return err
			}
			return v.open(c.Context(), func(a Case) error {
				switch {
				case taking:
					p.Recommendation = args[0]
					got, err := a.Followup.TakePosition(c.Context(), a.By, p)
					if err != nil {
						return err
					}
					return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, positionLine(got)) })
				case len(args) == 0:
					return listed(c.Context(), v, page, a.Followup.PositionsAfter, func(p followup.Position) string { return p.ID }, positionLine)
				case strings.HasPrefix(args[0], "PS-"):
					got, err := a.Followup.Position(c.Context(), args[0])
					if err != nil {
						return err
					}
					return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, positionLine(got)) })
				}
				return v.ofRec(c.Context(), a, args[0], func() error {
					list, err := a.Followup.Positions(c.Context(), args[0])
					if err != nil {
						return err
					}
					return lines(v, list, positionLine)
				})
			})
		},
	}
	f := c.Flags()
	f.StringVar(&p.Statement, "statement", "", "the statement that takes it")
	f.StringVar(&p.Value, "value", "", "the position")
	f.StringVar(&p.AsOf, "on", "", "as of which day; that of the statement when left out")
	f.StringVar(&p.Why, "why", "", "the reason for judging so")
	page.AddTo(f)
	return c
}

func positionLine(p followup.Position) string {
	from := p.Statement
	if from == "" {
		from = fmt.Sprintf("%s row %d", p.Source, p.Row)
	}
	return console.Fields(p.ID, p.Recommendation, p.Value, from, p.AsOf, console.Visible(p.Reported), console.Visible(p.Why))
}
