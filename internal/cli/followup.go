package cli

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/record"
)

func (s *session) recCommand() *cobra.Command {
	var r followup.Recommendation
	var from, to string
	c := &cobra.Command{
		Use:   "rec [\"TEXT\" --from S-001:9 --to ADDRESSEE --issuer WHO]",
		Short: "record a recommendation: who asks whom for what",
		Long: `Record a recommendation with the passage it stands in, or list those there are.

  heed rec "Release all who are held without charge" --from S-001:5 --issuer "Arvenia Monitor" --to "Ministry of Order"`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				if err := console.Listing(c, "write what is asked: heed rec \"…\" --from S-001:9"); err != nil {
					return err
				}
			}
			return s.opened(c.Context(), func(a *app.App) error {
				if len(args) == 0 {
					return s.listRecs(c.Context(), a)
				}
				addr, err := intake.ParseAddress(from)
				if err != nil {
					return err
				}
				r.Text, r.Addressees = args[0], console.Words(to)
				r.Source, r.From, r.To = addr.Source, addr.From, addr.To
				if r.Words == "" {
					if r.Words, err = passageText(c.Context(), a, addr); err != nil {
						return err
					}
				}
				got, err := a.Followup.AddRecommendation(c.Context(), a.By(), r)
				if err != nil {
					return err
				}
				return s.Emit(got, func(w io.Writer) { printRec(w, got) })
			})
		},
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "address of the passage")
	f.StringVar(&to, "to", "", "whom it is addressed to, with commas between")
	f.StringVar(&r.Issuer, "issuer", "", "who recommends")
	f.StringVar(&r.Words, "words", "", "the exact words; the whole passage when left out")
	f.StringVar(&r.Verb, "verb", "", "its verb, when the words leave it open")
	return c
}

func (s *session) listRecs(ctx context.Context, a *app.App) error {
	list, err := a.Followup.Recommendations(ctx)
	if err != nil {
		return err
	}
	return s.Emit(console.NonNil(list), func(w io.Writer) {
		for _, r := range list {
			printRec(w, r)
		}
	})
}

func printRec(w io.Writer, r followup.Recommendation) {
	addr := intake.Address{Source: r.Source, From: r.From, To: r.To}
	fmt.Fprintln(w, console.Fields(r.ID, addr.String(), console.Visible(r.Issuer)+" → "+console.Visible(strings.Join(r.Addressees, ", ")), console.Visible(r.Text)))
}

func (s *session) positionCommand() *cobra.Command {
	var p followup.Position
	c := &cobra.Command{
		Use:   "position R-01 --statement ST-004 --value noted --why \"…\"",
		Short: "judge what an addressee's words say to a recommendation",
		Long: `Record the position an addressee takes on a recommendation. Only words addressed to that
recommendation can set one: a statement about the report, its release or the accusations is
refused. Without flags, list the positions.

Values: supported supported_already_implemented supported_being_implemented
partially_supported noted rejected under_consideration contests_premise unclear.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				if err := console.Listing(c, "name the recommendation: heed position R-01 --statement ST-004"); err != nil {
					return err
				}
			}
			return s.opened(c.Context(), func(a *app.App) error {
				if len(args) == 0 {
					return s.listPositions(c.Context(), a)
				}
				p.Recommendation = args[0]
				got, err := a.Followup.TakePosition(c.Context(), a.By(), p)
				if err != nil {
					return err
				}
				return s.Emit(got, func(w io.Writer) { fmt.Fprintln(w, positionLine(got)) })
			})
		},
	}
	f := c.Flags()
	f.StringVar(&p.Statement, "statement", "", "the statement that takes it")
	f.StringVar(&p.Value, "value", "", "the position")
	f.StringVar(&p.AsOf, "on", "", "as of which day; that of the statement when left out")
	f.StringVar(&p.Why, "why", "", "the reason for judging so")
	return c
}

func (s *session) listPositions(ctx context.Context, a *app.App) error {
	list, err := a.Followup.Positions(ctx, "")
	if err != nil {
		return err
	}
	return s.Emit(console.NonNil(list), func(w io.Writer) {
		for _, p := range list {
			fmt.Fprintln(w, positionLine(p))
		}
	})
}

func positionLine(p followup.Position) string {
	return console.Fields(p.ID, p.Recommendation, string(p.Value), p.Statement, string(p.AsOf), console.Visible(p.Why))
}

func (s *session) searchLogCommand() *cobra.Command {
	var l followup.SearchLog
	var recs string
	c := &cobra.Command{
		Use:   "search-log [--rec R-01 --actor WHO --to DATE --where …]",
		Short: "record that somebody looked and what was looked through",
		Long: `Record a search: for which recommendations and actor, to which day, where. "Silent" in the
matrix needs one; without it the matrix says "not searched". Without flags, list the logs.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if recs == "" {
				if err := console.Listing(c, "name the recommendations that were searched for: --rec R-01"); err != nil {
					return err
				}
			}
			return s.opened(c.Context(), func(a *app.App) error {
				if recs == "" {
					return s.listSearchLogs(c.Context(), a)
				}
				l.Recommendations = console.Words(recs)
				got, err := a.Followup.LogSearch(c.Context(), a.By(), l)
				if err != nil {
					return err
				}
				return s.Emit(got, func(w io.Writer) { fmt.Fprintln(w, searchLine(got)) })
			})
		},
	}
	f := c.Flags()
	f.StringVar(&recs, "rec", "", "recommendations, with commas between")
	f.StringVar(&l.Actor, "actor", "", "whose words were looked for")
	f.StringVar(&l.SearchedTo, "to", "", "last day looked at: 2022-09-02")
	f.StringVar(&l.Where, "where", "", "what was looked through")
	f.StringVar(&l.Query, "query", "", "what was asked for")
	f.StringVar(&l.Note, "note", "", "what was found or not")
	return c
}

func (s *session) listSearchLogs(ctx context.Context, a *app.App) error {
	list, err := a.Followup.SearchLogs(ctx)
	if err != nil {
		return err
	}
	return s.Emit(console.NonNil(list), func(w io.Writer) {
		for _, l := range list {
			fmt.Fprintln(w, searchLine(l))
		}
	})
}

func searchLine(l followup.SearchLog) string {
	return console.Fields(l.ID, strings.Join(l.Recommendations, ","), console.Visible(l.Actor), "searched to "+string(l.SearchedTo), console.Visible(l.Where), console.Visible(l.Note))
}

func (s *session) matrixCommand() *cobra.Command {
	var asOf string
	c := &cobra.Command{
		Use:   "matrix [--as-of DATE]",
		Short: "show who said what of which recommendation, as of a day",
		Long: `Show the statement matrix as of the end of a day in the case's time zone; today when none
is given. Each cell names its statements, whose exact words and addresses follow. Words about
the report, its release or the accusations stand apart: they take no position on a
recommendation.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				m, err := a.Followup.Matrix(c.Context(), asOf)
				if err != nil {
					return err
				}
				return s.Emit(m, func(w io.Writer) { io.WriteString(w, m.Text()) })
			})
		},
	}
	c.Flags().StringVar(&asOf, "as-of", "", "day: 2022, 2022-09 or 2022-09-02")
	return c
}

// standardOf names a standard of proof; the room judges it.
func standardOf(s string) record.Standard { return record.Standard(s) }
