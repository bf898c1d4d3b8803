package followupcmd

import (
	"io"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/followup"
)

func (v *verbs) matrixCommand() *cobra.Command {
	var q followup.MatrixQuery
	var recs string
	var page console.Page
	c := &cobra.Command{
		Use:   "matrix [--as-of DATE] [--rec R-01 | --addressee WHO | --source S-001]",
		Short: "show who said what of which recommendation, as of a day",
		Long: `Show the statement matrix as of the end of a day in the case's time zone; today when none
is given. Each cell names its statements, whose exact words and addresses follow. Words about
the report, its release or the accusations stand apart: they take no position on a
recommendation, and are left out where recommendations are chosen.

  heed matrix --as-of 2025-06-01
  heed matrix --rec R-01,R-02
  heed matrix --addressee "Ministry of Order" --limit 20
  heed matrix --source S-005 --after R-300`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			q.Recommendations, q.After, q.Limit = console.Words(recs), page.After, page.Size()
			if page.All {
				q.Limit = -1
			}
			return v.open(c.Context(), func(a Case) error {
				m, err := a.Followup.Matrix(c.Context(), q)
				if err != nil {
					return err
				}
				if err := v.Emit(m, func(w io.Writer) { io.WriteString(w, m.Text()) }); err != nil || m.Left == 0 {
					return err
				}
				v.More(len(m.Recommendations)+m.Left, m.Recommendations[len(m.Recommendations)-1].ID)
				return nil
			})
		},
	}
	f := c.Flags()
	f.StringVar(&q.AsOf, "as-of", "", "day: 2022-09-02")
	f.StringVar(&recs, "rec", "", "these recommendations only, with commas between")
	f.StringVar(&q.Addressee, "addressee", "", "those made to this actor only")
	f.StringVar(&q.Source, "source", "", "those that this source makes only")
	page.AddTo(f)
	return c
}
