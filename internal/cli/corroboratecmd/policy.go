package corroboratecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
)

type policyFlags struct {
	minOrigins, sameOrg     int
	firstHand, firstHandMin string
	singleSource, why       string
	saw                     int64
}

// anyGrade is how "no lowest grade" is typed.
const anyGrade = "any"

// policyFlagNames are the flags that say what the policy asks for.
var policyFlagNames = []string{"min-origins", "first-hand", "first-hand-min", "single-source", "same-organisation"}

func (v *verbs) policyCommand() *cobra.Command {
	var g policyFlags
	c := &cobra.Command{
		Use:   "policy [--min-origins 2 --first-hand-min C … --why \"…\"]",
		Short: "show or declare what findings are held to",
		Long: `Show the corroboration policy of the case, which every check of a finding uses, or declare
another with its reason. What the flags leave out stays. A policy that asks less than the
one before it is taken down with what it asks less in.

  heed policy
  heed policy --min-origins 3 --why "the pattern is contested"
  heed policy --first-hand-min C --why "accounts of detainees are judged before they count"
  heed policy --single-source yes --why "two incidents have one witness each"

--first-hand-min takes A to E, or any. F says that nobody could judge the source; it is no
lowest grade. --single-source yes lets a finding rest on one origin when its assertion is
credible_allegation, credible_indications, concern or unverified, never established.
--same-organisation N says so when more than N sources of one organisation stand for a
finding; they count as one origin in any case.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error { return v.runPolicy(c, g) },
	}
	f := c.Flags()
	f.IntVar(&g.minOrigins, "min-origins", corroborate.DefaultPolicy.MinOrigins, "how many independent origins a finding needs")
	f.StringVar(&g.firstHand, "first-hand", "", "yes or no: whether one of its claims must be first-hand")
	f.StringVar(&g.firstHandMin, "first-hand-min", "", "lowest reliability of that claim's source: A to E, or any")
	f.StringVar(&g.singleSource, "single-source", "", "yes or no: whether a finding may be reported as resting on one source")
	f.IntVar(&g.sameOrg, "same-organisation", 0, "from how many sources of one organisation on it is said; 0 never")
	f.StringVar(&g.why, "why", "", "the reason")
	f.Int64Var(&g.saw, "saw", 0, console.SawUsage)
	return c
}

func (v *verbs) runPolicy(c *cobra.Command, g policyFlags) error {
	ctx := c.Context()
	if !given(c, policyFlagNames...) {
		if err := misplaced(c, "say what to change: --min-origins 2", "why", "saw"); err != nil {
			return err
		}
		return v.open(ctx, func(a Case) error { return v.showPolicy(ctx, a) })
	}
	change, err := g.change(c)
	if err != nil {
		return err
	}
	return v.open(ctx, func(a Case) error {
		var p corroborate.Policy
		if err := v.unseen(ctx, a, "policy", change.Saw, func() (err error) {
			p, err = a.Corroborate.Declare(ctx, a.By, change)
			return err
		}); err != nil {
			return err
		}
		if len(p.Weaker) > 0 {
			v.Say("This policy asks less than the one before it: %s", strings.Join(p.Weaker, ", "))
		}
		return v.showPolicy(ctx, a)
	})
}

// change is what the flags say.
func (g policyFlags) change(c *cobra.Command) (out corroborate.PolicyChange, err error) {
	out.Why, out.Saw = g.why, g.saw
	if given(c, "min-origins") {
		out.MinOrigins = &g.minOrigins
	}
	if given(c, "same-organisation") {
		out.MaxSameOrganisation = &g.sameOrg
	}
	if given(c, "first-hand-min") {
		grade := g.firstHandMin
		if grade == anyGrade {
			grade = ""
		}
		out.FirstHandMinReliability = &grade
	}
	if out.RequireFirstHand, err = yesNo(c, "first-hand", g.firstHand); err != nil {
		return out, err
	}
	out.AllowSingleSource, err = yesNo(c, "single-source", g.singleSource)
	return out, err
}

// yesNo reads a flag that is yes, no or not there.
func yesNo(c *cobra.Command, name, value string) (*bool, error) {
	if !given(c, name) {
		return nil, nil
	}
	yes := value == "yes"
	if !yes && value != "no" {
		return nil, console.Usage(errors.New("--" + name + " is yes or no"))
	}
	return &yes, nil
}

func (v *verbs) showPolicy(ctx context.Context, a Case) error {
	p, act, err := a.Corroborate.PolicyWithAct(ctx)
	if err != nil {
		return err
	}
	data := struct {
		corroborate.Policy
		Declared bool  `json:"declared"`
		Act      int64 `json:"act"`
	}{p, p.Declared(), act}
	return v.Emit(data, func(w io.Writer) {
		head := "not declared: what commissions commonly hold themselves to"
		if p.Declared() {
			head = console.Fields("declared by "+p.By, fmt.Sprintf("act %d", act))
		}
		fmt.Fprintln(w, console.Fields("policy", head))
		fmt.Fprintf(w, "  %s\n", policyLine(p))
		if p.Why != "" {
			fmt.Fprintf(w, "  why: %s\n", console.Visible(p.Why))
		}
		if len(p.Weaker) > 0 {
			fmt.Fprintf(w, "  asks less than the one before it: %s\n", strings.Join(p.Weaker, ", "))
		}
	})
}

// policyLine words a policy in one line.
func policyLine(p corroborate.Policy) string {
	parts := []string{"at least " + console.Counted(p.MinOrigins, "independent origin")}
	switch {
	case p.FirstHandMinReliability != "":
		parts = append(parts, "one first-hand, of a source judged "+p.FirstHandMinReliability+" or better")
	case p.RequireFirstHand:
		parts = append(parts, "one first-hand")
	default:
		parts = append(parts, "first-hand not asked for")
	}
	if p.AllowSingleSource {
		parts = append(parts, "a single source where the finding says less than established")
	}
	if p.MaxSameOrganisation > 0 {
		parts = append(parts, fmt.Sprintf("more than %d of one organisation are shown", p.MaxSameOrganisation))
	}
	return strings.Join(parts, "; ")
}
