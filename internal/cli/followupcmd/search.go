package followupcmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/followup"
)

func (v *verbs) searchLogCommand() *cobra.Command {
	var l followup.SearchLog
	var recs string
	var page console.Page
	c := &cobra.Command{
		Use:   "search-log [--rec R-01 --actor WHO --to DATE --where … | L-001]",
		Short: "record that somebody looked and what was looked through",
		Long: `Record a search: for which recommendations and actor, to which day, where. "Silent" in the
matrix needs one, and so does the assessment that there was no reply; without it the matrix
says "not searched". Without flags, list the logs.

  heed search-log --rec R-01,R-02 --actor "Ministry of Order" --to 2025-06-01 --where "its web site, three newspapers"
  heed search-log L-001                 show one`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			err := console.Listing(c, "name the recommendations that were searched for: --rec R-01")
			switch {
			case len(args) > 0:
				err = only(c, "showing one")
			case recs != "":
				err = only(c, "a new search log", "rec", "actor", "to", "where", "query", "note")
			}
			if err != nil {
				return err
			}
			return v.open(c.Context(), func(a Case) error {
				var got followup.SearchLog
				var err error
				switch {
				case len(args) > 0:
					got, err = a.Followup.SearchLog(c.Context(), args[0])
				case recs == "":
					return listed(c.Context(), v, page, a.Followup.SearchLogsAfter, func(l followup.SearchLog) string { return l.ID }, searchLine)
				default:
					l.Recommendations = console.Words(recs)
					got, err = a.Followup.LogSearch(c.Context(), a.By, l)
				}
				if err != nil {
					return err
				}
				return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, searchLine(got)) })
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
	page.AddTo(f)
	return c
}

func searchLine(l followup.SearchLog) string {
	return console.Fields(l.ID, strings.Join(l.Recommendations, ","), console.Visible(l.Actor), "searched to "+l.SearchedTo, console.Visible(l.Where), console.Visible(l.Note))
}
