package corroboratecmd

import (
	"context"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/intake"
)

type claimFlags struct {
	claim                              corroborate.Claim
	from, about, contradicts, elements string
	page                               console.Page
	saw                                int64
}

// claimID tells an id from the text of a new claim.
var claimID = regexp.MustCompile(`^C-\d+$`)

func (v *verbs) claimCommand() *cobra.Command {
	var g claimFlags
	c := &cobra.Command{
		Use:   "claim [\"TEXT\" --from S-001:14 | C-001 [--credibility 3 …]]",
		Short: "record what a source asserts",
		Long: `Record a claim: what a source asserts, with the passage it stands in, or a statement. With
the id of a claim, show it with the findings it stands in, or judge it. Without words, list
the claims.

  heed claim "31 people were held without charge" --from S-001:3 --first-hand --credibility 2
  heed claim "The ministry says nobody was held" --statement ST-004 --contradicts C-001
  heed claim "She was held there in May" --from S-003:7 --about P-01,PL-01 --elements who,where,when
  heed claim C-001 --credibility 3 --saw 41

A source's reliability and a claim's credibility are two judgements and are never made one:
one looks at who speaks, the other at what is said. The exact words go along with --words;
with --quoted they may be printed as a quotation. What a claim contradicts is shown on both
sides, and a finding that leaves it out is held up.

Credibility: 2 probably true, 3 possibly true, 4 doubtful, 5 improbable, 6 cannot be judged,
which is not the worst. 1, confirmed by others, follows from the findings and is not given.
Attributions: named pseudonym role_only not_for_attribution background_only.
Elements: who what where when how.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return v.runClaim(c, args, g) },
	}
	f := c.Flags()
	f.StringVar(&g.from, "from", "", "address of the passage")
	f.StringVar(&g.claim.Statement, "statement", "", "the statement it is made in")
	f.StringVar(&g.claim.Words, "words", "", "exact words of the passage")
	f.BoolVar(&g.claim.Quoted, "quoted", false, "the words may be printed as a quotation")
	f.BoolVar(&g.claim.FirstHand, "first-hand", false, "the source saw or lived it")
	f.IntVar(&g.claim.Credibility, "credibility", corroborate.CredibilityUnjudged, "2 to 6; 6 cannot be judged")
	f.StringVar(&g.claim.Attribution, "attribution", "", "how the source may be named: named, role_only, not_for_attribution, …")
	f.StringVar(&g.about, "about", "", "persons, places, events and quantities it is about, with commas between")
	f.StringVar(&g.contradicts, "contradicts", "", "claims it contradicts")
	f.StringVar(&g.elements, "elements", "", "what it supports: who,what,where,when,how")
	f.Int64Var(&g.saw, "saw", 0, console.SawUsage)
	g.page.AddTo(f)
	return c
}

// judgeFlags change a claim that is there; fixedFlags do not.
var (
	judgeFlags = []string{"credibility", "attribution", "about", "contradicts", "elements"}
	fixedFlags = []string{"from", "statement", "words", "quoted", "first-hand"}
)

func (v *verbs) runClaim(c *cobra.Command, args []string, g claimFlags) error {
	ctx := c.Context()
	g.claim.About, g.claim.Contradicts, g.claim.Elements = console.Words(g.about), console.Words(g.contradicts), console.Words(g.elements)
	switch {
	case len(args) == 0:
		if err := console.Listing(c, "write what the source asserts: heed claim \"…\" --from S-001:14"); err != nil {
			return err
		}
		return v.open(ctx, func(a Case) error { return v.listClaims(ctx, a, g.page) })
	case claimID.MatchString(args[0]):
		if err := misplaced(c, "they do not change; undo a claim that was written down wrongly: heed undo "+args[0], fixedFlags...); err != nil {
			return err
		}
		return v.open(ctx, func(a Case) error { return v.judgeClaim(c, a, args[0], g) })
	}
	if err := console.InWords(args[0], "a claim has one like C-001"); err != nil {
		return err
	}
	if err := misplaced(c, "name the claim by its id", "saw"); err != nil {
		return err
	}
	return v.open(ctx, func(a Case) error { return v.addClaim(ctx, a, args[0], g) })
}

func (v *verbs) addClaim(ctx context.Context, a Case, text string, g claimFlags) error {
	k := g.claim
	k.Text = text
	if g.from != "" {
		at, err := intake.ParseAddress(g.from)
		if err != nil {
			return err
		}
		k.Source, k.From, k.To, k.Edition = at.Source, at.From, at.To, at.Edition
	}
	got, err := a.Corroborate.AddClaim(ctx, a.By, k)
	if err != nil {
		return err
	}
	return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, claimLine(got)) })
}

// judgeClaim changes what the flags say, if they say anything, and shows the claim.
func (v *verbs) judgeClaim(c *cobra.Command, a Case, id string, g claimFlags) error {
	if given(c, judgeFlags...) {
		j := corroborate.ClaimJudgement{Attribution: g.claim.Attribution, About: g.claim.About, Contradicts: g.claim.Contradicts, Elements: g.claim.Elements, Saw: g.saw}
		if given(c, "credibility") {
			j.Credibility = g.claim.Credibility
		}
		if err := v.unseen(c.Context(), a, id, j.Saw, func() error {
			_, err := a.Corroborate.JudgeClaim(c.Context(), a.By, id, j)
			return err
		}); err != nil {
			return err
		}
	} else if err := misplaced(c, "say what to change", "saw"); err != nil {
		return err
	}
	p, err := a.Corroborate.PlacedClaim(c.Context(), id)
	if err != nil {
		return err
	}
	return v.Emit(p, func(w io.Writer) { printClaim(w, p) })
}

func (v *verbs) listClaims(ctx context.Context, a Case, page console.Page) error {
	list, err := a.Corroborate.ClaimPage(ctx, page.After, page.Size())
	if err != nil {
		return err
	}
	if list.Total == 0 {
		v.Say("Nothing is claimed yet. Read a source with heed show, then: heed claim \"…\" --from S-001:3")
	}
	err = v.Emit(console.NonNil(list.Claims), func(w io.Writer) {
		for _, k := range list.Claims {
			fmt.Fprintln(w, claimLine(k))
		}
	})
	if err == nil && list.More {
		v.More(list.Total, list.Claims[len(list.Claims)-1].ID)
	}
	return err
}

func claimLine(k corroborate.Claim) string {
	return console.Fields(k.ID, k.Address().String(), k.Statement, firstHand(k), fmt.Sprintf("credibility %d", k.Credibility), console.Visible(k.Text))
}

func firstHand(k corroborate.Claim) string {
	if k.FirstHand {
		return "first-hand"
	}
	return ""
}

// credibilities and reliabilities word the grades. 1 is not given by hand and stands here
// because a finding shows it.
var (
	credibilities = map[int]string{1: "confirmed by others", 2: "probably true", 3: "possibly true", 4: "doubtful", 5: "improbable", 6: "cannot be judged"}
	reliabilities = map[string]string{"A": "completely reliable", "B": "usually reliable", "C": "fairly reliable", "D": "not usually reliable", "E": "unreliable", "F": "cannot be judged"}
)

// printJudgements prints what is judged of a claim and of its source, each in its own line.
func printJudgements(w io.Writer, indent string, k corroborate.Claim, reliability string) {
	fmt.Fprintf(w, "%sclaim: credibility %d, %s\n", indent, k.Credibility, credibilities[k.Credibility])
	fmt.Fprintf(w, "%ssource: reliability %s, %s\n", indent, reliability, reliabilities[reliability])
	fmt.Fprintf(w, "%sattribution: %s\n", indent, k.Attribution)
	if k.Words != "" {
		may := "not to be quoted"
		if k.Quoted {
			may = "may be quoted"
		}
		fmt.Fprintf(w, "%swords: “%s”  %s\n", indent, console.Visible(k.Words), may)
	}
	for _, l := range []struct {
		what string
		list []string
	}{{"about", k.About}, {"supports", k.Elements}} {
		if len(l.list) > 0 {
			fmt.Fprintf(w, "%s%s: %s\n", indent, l.what, strings.Join(l.list, ", "))
		}
	}
}

func printClaim(w io.Writer, p corroborate.Placed) {
	fmt.Fprintln(w, console.Fields(p.ID, p.Address().String(), p.Statement, firstHand(p.Claim), fmt.Sprintf("act %d", p.Act)))
	fmt.Fprintf(w, "  %s\n", console.Visible(p.Text))
	printJudgements(w, "  ", p.Claim, p.Reliability)
	if len(p.Contradicts) > 0 {
		fmt.Fprintf(w, "  contradicts %s\n", strings.Join(p.Contradicts, ", "))
	}
	if len(p.ContradictedBy) > 0 {
		fmt.Fprintf(w, "  contradicted by %s\n", strings.Join(p.ContradictedBy, ", "))
	}
	for _, f := range p.Findings {
		fmt.Fprintf(w, "  %s %s  %s\n", f.Side, f.Finding, f.Status)
	}
	if len(p.Findings) == 0 {
		fmt.Fprintln(w, "  in no finding yet")
	}
}
