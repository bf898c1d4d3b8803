package recordcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/intake"
	"heed/internal/record"
)

type codeFlags struct {
	note, coder, term, compare        string
	define, means, huridocs, parent   string
	mine, terms, takeBack, changeNote bool
	saw                               int64
	page                              console.Page
}

func (v *verbs) codeCommand() *cobra.Command {
	var g codeFlags
	c := &cobra.Command{
		Use:   "code [S-001:14[-15] TERM | S-001 | CD-0001 [TERM]] [flags]",
		Short: "code passages by the terms of the codebook",
		Long: `Say that a passage is an instance of a term of the codebook. Each code is the judgement of
the member who makes it: what others coded stays beside it, and nobody changes it but its coder.

  heed code S-001:14-15 arbitrary_detention --note "no warrant is mentioned"
  heed code S-001                        the codes on a source, by sentence, of all coders
  heed code S-001:1-20 --mine            yours on these sentences
  heed code S-001 --compare M-01,M-02    where two coders agree, term by term
  heed code CD-0001                      one code with its words
  heed code CD-0001 house_arrest --saw 41
  heed code CD-0001 --take-back          undone by: heed undo CD-0001

The codebook begins with a short list of violations and their HURIDOCS numbers. A case adds
terms of its own, and says what it means by them:

  heed code --terms
  heed code --define internet_cut --means "a region is taken off the network" --parent collective_punishment`,
		Args: cobra.MaximumNArgs(2),
	}
	f := c.Flags()
	f.StringVar(&g.note, "note", "", "why this passage")
	f.BoolVar(&g.mine, "mine", false, "list your own codes")
	f.StringVar(&g.coder, "coder", "", "list the codes of one member: M-02")
	f.StringVar(&g.term, "term", "", "list the codes with one term")
	f.StringVar(&g.compare, "compare", "", "the two coders to compare: M-01,M-02")
	f.BoolVar(&g.takeBack, "take-back", false, "take a code of yours back")
	f.BoolVar(&g.terms, "terms", false, "list the codebook")
	f.StringVar(&g.define, "define", "", "the term to define, or to define anew")
	f.StringVar(&g.means, "means", "", "what the term means")
	f.StringVar(&g.huridocs, "huridocs", "", "its HURIDOCS number; several with commas between")
	f.StringVar(&g.parent, "parent", "", "the wider term that it is a kind of")
	f.Int64Var(&g.saw, "saw", 0, console.SawUsage)
	g.page.AddTo(f)
	c.RunE = func(c *cobra.Command, args []string) error {
		g.changeNote = c.Flags().Changed("note")
		run, err := v.codeVerb(args, g)
		if err != nil {
			return err
		}
		return v.open(c.Context(), func(a Case) error { return run(c.Context(), a) })
	}
	return c
}

// codeVerb finds out from the words what is meant.
func (v *verbs) codeVerb(args []string, g codeFlags) (func(context.Context, Case) error, error) {
	what := ""
	if len(args) > 0 {
		what = args[0]
	}
	at, err := intake.ParseAddress(what)
	passage := err == nil
	switch {
	case g.define != "" && len(args) == 0:
		return func(ctx context.Context, a Case) error { return v.defineTerm(ctx, a, g) }, nil
	case g.terms && len(args) == 0:
		return v.listTerms, nil
	case g.define != "" || g.terms:
		return nil, console.Usage(errors.New("the codebook is the case's: give --terms or --define without a source"))
	case g.means+g.huridocs+g.parent != "":
		return nil, console.Usage(errors.New("say which term is defined: --define TERM"))
	case g.compare != "" && (!intake.ValidSource(what) || len(args) > 1):
		return nil, console.Usage(errors.New("name the one source on which coders are compared: heed code S-001 --compare M-01,M-02"))
	case g.compare != "":
		return func(ctx context.Context, a Case) error { return v.compareCoders(ctx, a, what, g.compare) }, nil
	case passage && len(args) == 2:
		return func(ctx context.Context, a Case) error { return v.addCode(ctx, a, at, args[1], g.note) }, nil
	case strings.HasPrefix(what, "CD-"):
		return func(ctx context.Context, a Case) error { return v.oneCode(ctx, a, args, g) }, nil
	case len(args) == 2:
		return nil, console.Usage(errors.New("a term is put on a passage, written like S-001:14 or S-001:14-15"))
	case g.changeNote || g.takeBack || g.saw != 0:
		return nil, console.Usage(errors.New("name the passage with its term, or the code"))
	}
	filter := record.CodeFilter{Source: what, Term: g.term, Coder: g.coder}
	if passage {
		filter.Source, filter.From, filter.To = at.Source, at.From, at.To
	}
	return func(ctx context.Context, a Case) error { return v.listCodes(ctx, a, filter, g) }, nil
}

func (v *verbs) addCode(ctx context.Context, a Case, at intake.Address, term, note string) error {
	got, added, err := a.Record.AddCode(ctx, a.By, record.Code{Source: at.Source, From: at.From, To: at.To, Edition: at.Edition, Term: term, Note: note})
	if err != nil {
		return err
	}
	return v.Emit(got, func(w io.Writer) {
		already := ""
		if !added {
			already = "already"
		}
		fmt.Fprintln(w, console.Fields(codeLine(got), already))
	})
}

// codeShown is a code with the words it stands on and the newest act about it.
type codeShown struct {
	record.Code
	Words string `json:"words,omitempty"`
	Act   int64  `json:"act"`
}

// oneCode changes a code, takes it back, or shows it.
func (v *verbs) oneCode(ctx context.Context, a Case, args []string, g codeFlags) error {
	id := args[0]
	switch {
	case g.takeBack:
		c, err := a.Record.TakeBackCode(ctx, a.By, id, g.saw)
		if err != nil {
			return err
		}
		return v.Emit(c, func(w io.Writer) { fmt.Fprintln(w, console.Fields(codeLine(c), "taken back")) })
	case len(args) == 2 || g.changeNote:
		_, err := a.Record.ChangeCode(ctx, a.By, id, g.saw, func(c record.Code) (record.Code, error) {
			if len(args) == 2 {
				c.Term = args[1]
			}
			if g.changeNote {
				c.Note = g.note
			}
			return c, nil
		})
		if err != nil {
			return err
		}
	}
	act, err := a.Record.Revision(ctx, id)
	if err != nil {
		return err
	}
	c, err := a.Record.Code(ctx, id)
	if err != nil {
		return err
	}
	words, err := passageText(ctx, a, c.Address())
	if err != nil {
		return err
	}
	return v.Emit(codeShown{c, words, act}, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(codeLine(c), console.ActText(act)))
		fmt.Fprintf(w, "         %s\n", console.Visible(words))
	})
}

func codeLine(c record.Code) string {
	return console.Fields(c.ID, c.Address().String(), c.Term, c.Coder, console.Visible(c.Note))
}

func (v *verbs) listCodes(ctx context.Context, a Case, f record.CodeFilter, g codeFlags) error {
	if f.Source != "" {
		if _, err := a.Intake.Original(ctx, f.Source); err != nil {
			return err
		}
	}
	if g.mine {
		f.Coder = a.By.Member
	}
	list, total, err := a.Record.Codes(ctx, f, g.page.After, g.page.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, g.page, list, total, func(c record.Code) string { return c.ID }, func(w io.Writer, c record.Code) { fmt.Fprintln(w, codeLine(c)) })
}

// compared is the answer to --compare.
type compared struct {
	Source string             `json:"source"`
	First  string             `json:"first"`
	Second string             `json:"second"`
	Terms  []record.Agreement `json:"terms"`
	Moved  int                `json:"moved,omitempty"` // codes whose words no longer stand in the newest text
}

func (v *verbs) compareCoders(ctx context.Context, a Case, source, coders string) error {
	two := console.Words(coders)
	if len(two) != 2 || two[0] == two[1] {
		return console.Usage(errors.New("name two coders: --compare M-01,M-02"))
	}
	terms, moved, err := a.Record.Compared(ctx, source, two[0], two[1])
	if err != nil {
		return err
	}
	for i, coder := range two {
		if !slices.ContainsFunc(terms, func(t record.Agreement) bool { return t.Both > 0 || []int{t.OnlyFirst, t.OnlySecond}[i] > 0 }) {
			v.Say("%s has coded nothing in %s.", console.Visible(coder), source)
		}
	}
	if moved > 0 {
		v.Say("Not counted: %s whose words no longer stand in the newest text as they were coded.", console.Counted(moved, "code"))
	}
	return v.Emit(compared{source, two[0], two[1], console.NonNil(terms), moved}, func(w io.Writer) {
		for _, t := range terms {
			fmt.Fprintln(w, console.Fields(t.Term, fmt.Sprintf("both %d", t.Both), fmt.Sprintf("only %s %d", console.Visible(two[0]), t.OnlyFirst),
				fmt.Sprintf("only %s %d", console.Visible(two[1]), t.OnlySecond)))
		}
	})
}

func (v *verbs) defineTerm(ctx context.Context, a Case, g codeFlags) error {
	t, err := a.Record.DefineTerm(ctx, a.By, record.Term{ID: g.define, Means: g.means, Huridocs: console.Words(g.huridocs), Parent: g.parent}, g.saw)
	if err != nil {
		return err
	}
	act, err := a.Record.Revision(ctx, t.ID)
	if err != nil {
		return err
	}
	return v.Emit(termShown{t, act}, func(w io.Writer) { fmt.Fprintln(w, console.Fields(termLine(t), console.ActText(act))) })
}

// termShown is a term with the newest act about it.
type termShown struct {
	record.Term
	Act int64 `json:"act"`
}

func (v *verbs) listTerms(ctx context.Context, a Case) error {
	list, err := a.Record.Terms(ctx)
	if err != nil {
		return err
	}
	return v.Emit(list, func(w io.Writer) {
		for _, t := range list {
			fmt.Fprintln(w, termLine(t))
		}
	})
}

func termLine(t record.Term) string {
	number, kind := "", ""
	if len(t.Huridocs) > 0 {
		number = "HURIDOCS " + strings.Join(t.Huridocs, ", ")
	}
	if t.Parent != "" {
		kind = "a kind of " + t.Parent
	}
	return console.Fields(t.ID, console.Visible(t.Means), number, kind)
}
