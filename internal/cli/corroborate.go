package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/intake"
)

func (s *session) claimCommand() *cobra.Command {
	var k corroborate.Claim
	var from string
	c := &cobra.Command{
		Use:   "claim [\"TEXT\" --from S-001:14]",
		Short: "record what a source asserts",
		Long: `Record a claim: what a source asserts, with the passage it stands in, or a statement.
Without a text, list the claims.

Credibility goes from 2 to 6 and is judged apart from the source's reliability; 6 means
that it cannot be judged, and 1, confirmed by others, follows from the findings. The exact words go along with --words; with --quoted they may be
printed as a quotation.

  heed claim "31 people were held without charge" --from S-001:3 --first-hand --credibility 2
  heed claim "The ministry says nobody was held" --statement ST-004`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				if err := console.Listing(c, "write what the source asserts: heed claim \"…\" --from S-001:14"); err != nil {
					return err
				}
			}
			return s.opened(c.Context(), func(a *app.App) error {
				if len(args) == 0 {
					return s.listClaims(c.Context(), a)
				}
				k.Text = args[0]
				if from != "" {
					addr, err := intake.ParseAddress(from)
					if err != nil {
						return err
					}
					k.Source, k.From, k.To = addr.Source, addr.From, addr.To
				}
				got, err := a.Corroborate.AddClaim(c.Context(), a.By(), k)
				if err != nil {
					return err
				}
				return s.Emit(got, func(w io.Writer) { fmt.Fprintln(w, claimLine(got)) })
			})
		},
	}
	f := c.Flags()
	f.StringVar(&from, "from", "", "address of the passage")
	f.StringVar(&k.Statement, "statement", "", "the statement it is made in")
	f.StringVar(&k.Words, "words", "", "exact words of the passage")
	f.BoolVar(&k.Quoted, "quoted", false, "the words may be printed as a quotation")
	f.BoolVar(&k.FirstHand, "first-hand", false, "the source saw or lived it")
	f.IntVar(&k.Credibility, "credibility", 6, "2 to 6; 6 cannot be judged")
	f.StringVar(&k.Attribution, "attribution", "", "how the source may be named: named, role_only, not_for_attribution, …")
	return c
}

func (s *session) listClaims(ctx context.Context, a *app.App) error {
	list, err := a.Corroborate.Claims(ctx)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		s.Say("Nothing is claimed yet. Read a source with heed show, then: heed claim \"…\" --from S-001:3")
	}
	return s.Emit(console.NonNil(list), func(w io.Writer) {
		for _, k := range list {
			fmt.Fprintln(w, claimLine(k))
		}
	})
}

func claimLine(k corroborate.Claim) string {
	first := ""
	if k.FirstHand {
		first = "first-hand"
	}
	addr := intake.Address{Source: k.Source, From: k.From, To: k.To}
	return console.Fields(k.ID, addr.String(), k.Statement, first, fmt.Sprintf("credibility %d", k.Credibility), console.Visible(k.Text))
}

type findingFlags struct {
	corroborate.Finding
	for_, against, answer, text, standard string
}

// findingID tells an id from the text of a new finding.
var findingID = regexp.MustCompile(`^F-\d+$`)

func (s *session) findingCommand() *cobra.Command {
	var f findingFlags
	c := &cobra.Command{
		Use:   "finding [\"TEXT\" --for C-001,C-002 | F-01 [--for|--against|--answer …]]",
		Short: "record what we conclude, for and against",
		Long: `Record a finding at the standard of proof the case declared, show one with its checks, or
list all. "Not met" never means that it did not happen.

  heed finding "It is reasonable to conclude that …" --for C-001,C-002 --assertion established --outcome met \
      --contrary-search "read the ministry's statements to 23 May"
  heed finding F-01                                   its claims, origins and checks
  heed finding F-01 --against C-003                   a contrary claim
  heed finding F-01 --outcome not_met                 another judgement
  heed finding F-01 --answer C-003 --text "…"         the answer to it

Assertions: established credible_allegation credible_indications concern unverified refuted.
Outcomes: met not_met inconclusive cannot_verify out_of_scope.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				if err := console.Listing(c, "write the finding, or name one: heed finding F-01"); err != nil {
					return err
				}
			}
			return s.opened(c.Context(), func(a *app.App) error {
				switch {
				case len(args) == 0:
					return s.listFindings(c.Context(), a)
				case findingID.MatchString(args[0]):
					return s.changeFinding(c.Context(), a, args[0], f)
				}
				f.Text, f.Finding.For = args[0], console.Words(f.for_)
				if f.standard != "" {
					f.Standard = standardOf(f.standard)
				}
				for _, id := range console.Words(f.against) {
					f.Finding.Against = append(f.Finding.Against, corroborate.Against{Claim: id})
				}
				got, err := a.Corroborate.AddFinding(c.Context(), a.By(), f.Finding)
				if err != nil {
					return err
				}
				return s.showFinding(c.Context(), a, got.ID)
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.for_, "for", "", "claims it rests on, with commas between")
	fl.StringVar(&f.against, "against", "", "contrary claims")
	fl.StringVar(&f.answer, "answer", "", "the contrary claim that --text answers")
	fl.StringVar(&f.text, "text", "", "the answer")
	fl.StringVar(&f.standard, "standard", "", "a standard above the declared one")
	fl.StringVar(&f.Reason, "reason", "", "why the standard is raised")
	fl.StringVar(&f.Assertion, "assertion", "", "how it is asserted")
	fl.StringVar(&f.Outcome, "outcome", "", "the outcome against the standard")
	fl.StringVar(&f.ContrarySearch, "contrary-search", "", "where contrary material was looked for")
	return c
}

func (s *session) changeFinding(ctx context.Context, a *app.App, id string, f findingFlags) error {
	if ids := console.Words(f.for_); len(ids) > 0 {
		if _, err := a.Corroborate.AddFor(ctx, a.By(), id, ids); err != nil {
			return err
		}
	}
	for _, claim := range console.Words(f.against) {
		if _, err := a.Corroborate.AddAgainst(ctx, a.By(), id, claim); err != nil {
			return err
		}
	}
	if j := (corroborate.Judgement{Standard: standardOf(f.standard), Reason: f.Reason, Assertion: f.Assertion, Outcome: f.Outcome,
		ContrarySearch: f.ContrarySearch}); j != (corroborate.Judgement{}) {
		if _, err := a.Corroborate.Judge(ctx, a.By(), id, j); err != nil {
			return err
		}
	}
	if f.answer != "" {
		if _, err := a.Corroborate.Answer(ctx, a.By(), id, f.answer, f.text); err != nil {
			return err
		}
	} else if f.text != "" {
		return console.Usage(errors.New("say which contrary claim --text answers: --answer C-003"))
	}
	return s.showFinding(ctx, a, id)
}

func (s *session) showFinding(ctx context.Context, a *app.App, id string) error {
	checked, err := a.Corroborate.Check(ctx, id, corroborate.DefaultPolicy)
	if err != nil {
		return err
	}
	f, origins, issues := checked.Finding, checked.Origins, checked.Issues
	return s.Emit(checked, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(f.ID, string(f.Standard), f.Assertion, strings.ToUpper(f.Outcome)))
		fmt.Fprintf(w, "  %s\n", console.Visible(f.Text))
		fmt.Fprintf(w, "  rests on %s: %d independent origins\n", strings.Join(f.For, ", "), origins.Independent)
		if len(origins.Unknown) > 0 {
			fmt.Fprintf(w, "  origin unknown, not counted: %s\n", strings.Join(origins.Unknown, ", "))
		}
		for _, x := range f.Against {
			answer := "OPEN"
			if x.Answer != "" {
				answer = "answered: " + console.Visible(x.Answer)
			}
			fmt.Fprintf(w, "  against %s  %s\n", x.Claim, answer)
		}
		for _, i := range issues {
			mark := "note"
			if i.Blocks {
				mark = "BLOCKS"
			}
			fmt.Fprintln(w, "  "+console.Fields(mark, i.Rule, i.Claim, console.Visible(i.What)))
		}
		if len(issues) == 0 {
			fmt.Fprintln(w, "  all checks pass")
		}
	})
}

func (s *session) listFindings(ctx context.Context, a *app.App) error {
	list, err := a.Corroborate.Findings(ctx)
	if err != nil {
		return err
	}
	return s.Emit(console.NonNil(list), func(w io.Writer) {
		for _, f := range list {
			fmt.Fprintln(w, console.Fields(f.ID, f.Outcome, console.Visible(f.Text)))
		}
	})
}
