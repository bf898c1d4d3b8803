package corroboratecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/lang"
	"heed/internal/record"
)

type findingFlags struct {
	judgement                                        corroborate.Judgement
	for_, against, answer, text, standard, reword, w string
	verbs, issues                                    bool
	page                                             console.Page
	saw                                              int64
}

// findingID tells an id from the text of a new finding.
var findingID = regexp.MustCompile(`^F-\d+$`)

func (v *verbs) findingCommand() *cobra.Command {
	var g findingFlags
	c := &cobra.Command{
		Use:   "finding [\"TEXT\" --for C-001,C-002 | F-01 [--for|--against|--answer|--reword …]]",
		Short: "record what we conclude, for and against",
		Long: `Record a finding at the standard of proof the case declared, show one in full with what
stands for and against it, or list all. "Not met" never means that it did not happen.

  heed finding "It is reasonable to conclude that …" --for C-001,C-002 --assertion established --outcome met \
      --contrary-search "read the ministry's statements to 23 May"
  heed finding F-01                                   its claims, origins and checks
  heed finding F-01 --against C-003                   a contrary claim
  heed finding F-01 --answer C-003 --text "…"         the answer to it
  heed finding F-01 --outcome not_met --reword "…"    another judgement, in its words
  heed finding F-01 --legal "crimes against humanity" --modality may_constitute
  heed finding --verbs                                the words that the standard allows
  heed finding --issues                               what every finding lacks, a line each

What is changed is changed together or not at all. A finding whose words claim more than its
standard and outcome is refused. A standard is raised only, each time with --reason.

Assertions: established credible_allegation credible_indications concern unverified refuted.
Outcomes: met not_met inconclusive cannot_verify out_of_scope.
Standards: reasonable_suspicion reasonable_grounds balance_of_probabilities clear_and_convincing beyond_reasonable_doubt.
Modalities of a legal qualification: may_constitute is.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return v.runFinding(c, args, g) },
	}
	g.addTo(c)
	return c
}

func (g *findingFlags) addTo(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&g.for_, "for", "", "claims it rests on, with commas between")
	f.StringVar(&g.against, "against", "", "contrary claims")
	f.StringVar(&g.answer, "answer", "", "the contrary claim that --text answers")
	f.StringVar(&g.text, "text", "", "the answer")
	f.StringVar(&g.reword, "reword", "", "other words for the finding")
	f.StringVar(&g.w, "withdraw", "", "erased claims to take out")
	f.StringVar(&g.standard, "standard", "", "a standard above the declared one")
	f.StringVar(&g.judgement.Reason, "reason", "", "why the standard is raised")
	f.StringVar(&g.judgement.Assertion, "assertion", "", "how it is asserted")
	f.StringVar(&g.judgement.Outcome, "outcome", "", "the outcome against the standard")
	f.StringVar(&g.judgement.ContrarySearch, "contrary-search", "", "where contrary material was looked for")
	f.StringVar(&g.judgement.Legal.Text, "legal", "", "what the law calls it")
	f.StringVar(&g.judgement.Legal.Modality, "modality", "", "may_constitute or is")
	f.BoolVar(&g.verbs, "verbs", false, "list the words that a standard and an outcome allow")
	f.BoolVar(&g.issues, "issues", false, "list what all findings lack")
	f.Int64Var(&g.saw, "saw", 0, console.SawUsage)
	g.page.AddTo(f)
	// Each finding in the list is checked, with all its claims; so the list is shorter than others.
	g.page.Limit, f.Lookup("limit").DefValue = findingPage, strconv.Itoa(findingPage)
}

// findingPage is how many findings a list shows unless it is told otherwise.
const findingPage = 50

func (v *verbs) runFinding(c *cobra.Command, args []string, g findingFlags) error {
	ctx := c.Context()
	g.judgement.Standard = record.Standard(g.standard)
	switch {
	case g.verbs:
		if len(args) > 0 {
			return console.Usage(errors.New("--verbs goes with --standard and --outcome, and with no finding"))
		}
		return v.open(ctx, func(a Case) error { return v.listVerbs(ctx, a, g) })
	case g.issues:
		if err := onlyIssues(c, args); err != nil {
			return err
		}
		return v.open(ctx, func(a Case) error { return v.listIssues(ctx, a, g.page) })
	case len(args) == 0:
		if err := console.Listing(c, "write the finding, or name one: heed finding F-01"); err != nil {
			return err
		}
		return v.open(ctx, func(a Case) error { return v.listFindings(ctx, a, g.page) })
	case findingID.MatchString(args[0]):
		if given(c, "reword") && lang.Blank(g.reword) {
			return console.Usage(errors.New("--reword needs the words"))
		}
		return v.open(ctx, func(a Case) error { return v.changeFinding(ctx, a, args[0], g) })
	}
	if err := console.InWords(args[0], "a finding has one like F-01"); err != nil {
		return err
	}
	if err := misplaced(c, "name the finding by its id: heed finding F-01 …", "answer", "text", "reword", "withdraw", "saw"); err != nil {
		return err
	}
	return v.open(ctx, func(a Case) error { return v.addFinding(ctx, a, args[0], g) })
}

func (v *verbs) addFinding(ctx context.Context, a Case, text string, g findingFlags) error {
	j := g.judgement
	f := corroborate.Finding{Text: text, Standard: j.Standard, Reason: j.Reason, Assertion: j.Assertion, Outcome: j.Outcome,
		ContrarySearch: j.ContrarySearch, Legal: j.Legal, For: console.Words(g.for_)}
	for _, id := range console.Words(g.against) {
		f.Against = append(f.Against, corroborate.Against{Claim: id})
	}
	got, err := a.Corroborate.AddFinding(ctx, a.By, f)
	if err != nil {
		return err
	}
	return v.showFinding(ctx, a, got.ID)
}

// edit is what the flags say about a finding that is there.
func (g findingFlags) edit() (corroborate.Edit, error) {
	e := corroborate.Edit{For: console.Words(g.for_), Against: console.Words(g.against), Text: g.reword, Judgement: g.judgement,
		Withdraw: console.Words(g.w), Saw: g.saw}
	switch {
	case g.answer != "":
		e.Answers = []corroborate.Against{{Claim: g.answer, Answer: g.text}}
	case g.text != "":
		return e, console.Usage(errors.New("say which contrary claim --text answers: --answer C-003"))
	}
	return e, nil
}

// changeFinding changes what the flags say, if they say anything, and shows the finding.
func (v *verbs) changeFinding(ctx context.Context, a Case, id string, g findingFlags) error {
	e, err := g.edit()
	if err != nil {
		return err
	}
	if !e.Empty() {
		if err := v.unseen(ctx, a, id, e.Saw, func() error {
			_, err := a.Corroborate.Edit(ctx, a.By, id, e)
			return err
		}); err != nil {
			return err
		}
	} else if g.saw != 0 {
		return console.Usage(errors.New("say what to change beside --saw"))
	}
	return v.showFinding(ctx, a, id)
}

func (v *verbs) showFinding(ctx context.Context, a Case, id string) error {
	b, err := a.Corroborate.Brief(ctx, id)
	if err != nil {
		return err
	}
	return v.Emit(b, func(w io.Writer) { printBrief(w, b) })
}

// listed is a finding in a list, with how many issues Check has of it.
type listed struct {
	corroborate.Finding
	Blocks int `json:"blocks"`
	Shown  int `json:"shown"`
}

func (v *verbs) listFindings(ctx context.Context, a Case, page console.Page) error {
	list, err := a.Corroborate.CheckPage(ctx, page.After, page.Size())
	if err != nil {
		return err
	}
	if list.Total == 0 {
		v.Say("Nothing is concluded yet. When there are claims: heed finding \"…\" --for C-001")
	}
	out := []listed{}
	for _, c := range list.Findings {
		l := listed{Finding: c.Finding}
		for _, i := range c.Issues {
			if i.Blocks {
				l.Blocks++
			} else {
				l.Shown++
			}
		}
		out = append(out, l)
	}
	err = v.Emit(out, func(w io.Writer) {
		for _, l := range out {
			fmt.Fprintln(w, console.Fields(l.ID, l.Outcome, l.checks(), console.Visible(l.Text)))
		}
	})
	if err == nil && list.More {
		v.More(list.Total, out[len(out)-1].ID)
	}
	return err
}

func (l listed) checks() string {
	switch {
	case l.Blocks > 0:
		return fmt.Sprintf("%d BLOCKS", l.Blocks)
	case l.Shown > 0:
		return fmt.Sprintf("%d shown", l.Shown)
	}
	return "all checks pass"
}

// listVerbs lists wordings: of the standard of the case, or of a higher one.
func (v *verbs) listVerbs(ctx context.Context, a Case, g findingFlags) error {
	standard := g.judgement.Standard
	if standard == "" {
		c, err := a.Record.Case(ctx)
		if err != nil {
			return err
		}
		standard = c.Standard
	}
	outcomes := corroborate.Outcomes()
	if g.judgement.Outcome != "" {
		outcomes = []string{g.judgement.Outcome}
	}
	if err := corroborate.ValidVerbs(standard, outcomes); err != nil {
		return err
	}
	words := map[string][]string{}
	for _, o := range outcomes {
		words[o] = corroborate.Verbs(standard, o)
	}
	return v.Emit(map[string]any{"standard": standard, "verbs": words}, func(w io.Writer) {
		fmt.Fprintf(w, "%s, the strongest first\n", standard)
		for _, o := range outcomes {
			fmt.Fprintf(w, "%s\n  %s\n", o, strings.Join(words[o], "\n  "))
		}
	})
}
