package followupcmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/followup"
)

// assessing are the flags that make an assessment.
var assessing = []string{"axis", "value", "as-of", "why", "evidence", "confidence"}

func (v *verbs) assessCommand() *cobra.Command {
	var x followup.Assessment
	var axis, evidence string
	var page console.Page
	c := &cobra.Command{
		Use:   "assess [R-01 --axis implementation --value initial_steps --evidence A-01 --confidence medium --why \"…\" | R-01 | AS-001]",
		Short: "judge how far a recommendation has come, what changed, or how it was answered",
		Long: `Record what you conclude about a recommendation on one axis, as of a day, with your reason
and the evidence. An assessment is never changed; a later one stands beside it. The axes are
different things, and so is the position: who accepted has done nothing yet, and what was
done may have changed nothing. Without flags, list the assessments, or those of one
recommendation.

  heed assess R-02 --axis implementation --value initial_steps --evidence A-01 --confidence medium --why "one visit, by day"
  heed assess R-02 --axis impact --value no_change_seen --evidence S-005:3,C-012 --confidence low --why "families still without news"
  heed assess R-02 --axis reply_quality --value none --why "nothing published"
  heed assess R-02                      list those of R-02
  heed assess AS-001                    show one

implementation: not_assessed insufficient_information not_implemented initial_steps
  substantive_steps partially_implemented implemented contrary_measures overtaken_by_events
impact: insufficient_information strong_improvement moderate_improvement minor_improvement
  no_change_seen moderate_worsening strong_worsening
reply_quality: none token partial full counter
confidence: low medium high

Evidence: actions (A-01), statements (ST-001), passages (S-001:4), claims (C-001), findings
(F-01), search logs (L-001). "none" needs a search log for every addressee up to that day;
an impact is not shown by search logs alone. No assessment is older than an imported
recommendation whose table says when it was published.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			making := len(args) == 1 && !strings.HasPrefix(args[0], "AS-") && changed(c, assessing...) > 0
			err := console.Listing(c, "name the recommendation: heed assess R-01 --axis implementation")
			switch {
			case making:
				err = only(c, "a new assessment", assessing...)
			case len(args) == 1:
				err = only(c, "showing what there is; an assessment is never changed")
			}
			if err != nil {
				return err
			}
			return v.open(c.Context(), func(a Case) error {
				if !making {
					return v.showAssessments(c.Context(), a, args, page)
				}
				x.Recommendation, x.Axis, x.Evidence = args[0], followup.Axis(axis), console.Words(evidence)
				got, err := a.Followup.Assess(c.Context(), a.By, x)
				if err != nil {
					return err
				}
				return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, assessmentLine(got)) })
			})
		},
	}
	f := c.Flags()
	f.StringVar(&axis, "axis", "", "implementation, impact or reply_quality")
	f.StringVar(&x.Value, "value", "", "what you conclude")
	f.StringVar(&x.AsOf, "as-of", "", "day: 2026-06-30; today when left out")
	f.StringVar(&x.Why, "why", "", "your reason")
	f.StringVar(&evidence, "evidence", "", "what shows it, with commas between")
	f.StringVar(&x.Confidence, "confidence", "", "low, medium or high")
	page.AddTo(f)
	return c
}

func (v *verbs) showAssessments(ctx context.Context, a Case, args []string, page console.Page) error {
	switch {
	case len(args) == 0:
		return listed(ctx, v, page, a.Followup.AssessmentsAfter, func(x followup.Assessment) string { return x.ID }, assessmentLine)
	case strings.HasPrefix(args[0], "AS-"):
		got, err := a.Followup.Assessment(ctx, args[0])
		if err != nil {
			return err
		}
		return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, assessmentLine(got)) })
	}
	return v.ofRec(ctx, a, args[0], func() error {
		list, err := a.Followup.Assessments(ctx, args[0])
		if err != nil {
			return err
		}
		return lines(v, list, assessmentLine)
	})
}

func assessmentLine(a followup.Assessment) string {
	sure := ""
	if a.Confidence != "" {
		sure = a.Confidence + " confidence"
	}
	return console.Fields(a.ID, a.Recommendation, string(a.Axis), a.Value, "as of "+a.AsOf, sure, strings.Join(a.Evidence, ","), "by "+a.By, console.Visible(a.Why))
}
