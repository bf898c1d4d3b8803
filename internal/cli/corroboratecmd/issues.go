package corroboratecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
)

// onlyIssues refuses what goes with one finding or changes it.
func onlyIssues(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return console.Usage(errors.New("--issues is of all findings; one shows its own: heed finding F-01"))
	}
	var others []string
	c.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed && !slices.Contains([]string{"issues", "after", "limit", "all"}, f.Name) {
			others = append(others, f.Name)
		}
	})
	return misplaced(c, "--issues lists what every finding lacks", others...)
}

// listIssues lists the issues of all findings. The page counts findings, so that all
// issues of one stand together.
func (v *verbs) listIssues(ctx context.Context, a Case, page console.Page) error {
	list, err := a.Corroborate.CheckPage(ctx, page.After, page.Size())
	if err != nil {
		return err
	}
	issues := []corroborate.Issue{}
	for _, f := range list.Findings {
		issues = append(issues, f.Issues...)
	}
	switch {
	case list.Total == 0:
		v.Say("Nothing is concluded yet. When there are claims: heed finding \"…\" --for C-001")
	case len(issues) == 0:
		v.Say("All checks pass for %s.", console.Counted(len(list.Findings), "finding"))
	}
	err = v.Emit(issues, func(w io.Writer) {
		for _, i := range issues {
			fmt.Fprintln(w, console.Fields(i.Finding, issueLine(i)))
		}
	})
	if err == nil && list.More {
		v.More(list.Total, list.Findings[len(list.Findings)-1].Finding.ID)
	}
	return err
}

func issueLine(i corroborate.Issue) string {
	mark := "shown"
	if i.Blocks {
		mark = "BLOCKS"
	}
	return console.Fields(mark, i.Rule, i.Claim, console.Visible(i.What))
}
