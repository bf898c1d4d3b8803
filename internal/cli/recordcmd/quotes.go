package recordcmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/intake/extract"
	"heed/internal/intake/quote"
)

type quotesFlags struct {
	accept, drop string
	jsonl        bool
	page         console.Page
}

func (v *verbs) quotesCommand() *cobra.Command {
	var g quotesFlags
	c := &cobra.Command{
		Use:   "quotes [S-001] | quotes --jsonl FILE…",
		Short: "propose who said what, and settle the proposals",
		Long: `Let the quote engine read a source's working text. What it finds are proposals: none is a
statement before a person accepts it. They wait until a person accepts, edits or drops them.

  heed quotes                            list all that wait, of every source
  heed quotes S-001                      propose, and list what is proposed
  heed quotes S-001 --accept 3,4         take them as they are (Q-003 and Q-004)
  heed say --quote Q-005 --stance opposes --target release
                                         take one with corrections
  heed quotes S-001 --drop Q-006         set one aside; it stays on record

A proposal without a speaker, stance or target cannot be accepted as it is.
With --jsonl, plain files are read instead, with no store: one proposal a line.`,
		RunE: func(c *cobra.Command, args []string) error {
			if g.jsonl {
				if len(args) == 0 {
					return console.Usage(errors.New("name the files to read"))
				}
				return v.quoteFiles(args)
			}
			if len(args) > 1 {
				return console.Usage(errors.New("name one source, or use --jsonl with files"))
			}
			settle := c.Flags().Changed("accept") || c.Flags().Changed("drop")
			accept, drop := proposalIDs(g.accept), proposalIDs(g.drop)
			if settle && len(accept)+len(drop) == 0 {
				return console.Usage(errors.New("name the proposals to accept or to drop: --accept 3,4"))
			}
			return v.open(c.Context(), func(a Case) error {
				switch {
				case settle:
					return v.settleQuotes(c.Context(), a, args, accept, drop)
				case len(args) == 0:
					return v.waiting(c.Context(), a, g.page)
				}
				return v.propose(c.Context(), a, args[0])
			})
		},
	}
	f := c.Flags()
	f.StringVar(&g.accept, "accept", "", "proposals to accept as they are, with commas between")
	f.StringVar(&g.drop, "drop", "", "proposals to set aside")
	f.BoolVar(&g.jsonl, "jsonl", false, "read plain files; print one proposal a line")
	g.page.AddTo(f)
	return c
}

// proposalID completes the number of a proposal: 3 is Q-003.
func proposalID(typed string) string {
	if typed == "" || len(typed) > 12 || strings.Trim(typed, "0123456789") != "" {
		return typed
	}
	return "Q-" + strings.Repeat("0", max(0, 3-len(typed))) + typed
}

func proposalIDs(typed string) (ids []string) {
	for _, word := range console.Words(typed) {
		ids = append(ids, proposalID(word))
	}
	return ids
}

func (v *verbs) propose(ctx context.Context, a Case, source string) error {
	proposals, err := a.Intake.Propose(ctx, a.By, source)
	if err != nil {
		return err
	}
	return v.Emit(console.NonNil(proposals), func(w io.Writer) {
		for _, p := range proposals {
			printProposal(w, p)
		}
	})
}

// waiting lists the proposals that wait for a person.
func (v *verbs) waiting(ctx context.Context, a Case, p console.Page) error {
	list, total, err := a.Intake.OpenProposals(ctx, p.After, p.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, p, list, total, func(p intake.Proposal) string { return p.ID }, printProposal)
}

func printProposal(w io.Writer, p intake.Proposal) {
	who := p.Speaker
	if p.Mention != "" {
		who += " (here: " + p.Mention + ")"
	}
	if p.OnBehalfOf != "" {
		who += ", on behalf of " + p.OnBehalfOf
	}
	fmt.Fprintln(w, console.Fields(p.ID, p.State, p.Address().String(), p.Kind, console.Visible(who), p.Stance, p.Target))
	fmt.Fprintf(w, "       %s\n", console.Visible(p.Words))
}

// settleQuotes accepts and drops all that is named, or, where one cannot be settled,
// none: the message says which. Where a source is named, all must be of it.
func (v *verbs) settleQuotes(ctx context.Context, a Case, sources, accept, drop []string) error {
	for _, id := range slices.Concat(accept, drop) {
		p, err := a.Intake.Proposal(ctx, id)
		if err != nil {
			return err
		}
		if len(sources) > 0 && p.Source != sources[0] {
			return fault.New(fault.Invalid, p.ID+" was not proposed of this source but of "+p.Source, "Nothing was written.", "See what waits: heed quotes")
		}
	}
	statements, err := a.Record.Settle(ctx, a.By, accept, drop)
	if err != nil {
		return err
	}
	return v.Emit(map[string]any{"accepted": console.NonNil(statements), "dropped": console.NonNil(drop)}, func(w io.Writer) {
		for _, st := range statements {
			printStatement(w, st)
		}
		for _, id := range drop {
			fmt.Fprintln(w, id+"  dropped")
		}
	})
}

// fileProposal is the interchange line of one proposal: code-point offsets, half-open.
type fileProposal struct {
	Doc        string
	Src        [][2]int
	Cue        [][2]int
	Con        [][2]int
	Kind       string
	Speaker    string
	OnBehalfOf string
	Stance     []fileStance
}

type fileStance struct {
	Target string `json:"target"`
	Value  string `json:"value"`
}

// quoteFiles reads plain files with no store. Offsets are code points of the working
// text, which for plain text differs from the file only in line ends.
func (v *verbs) quoteFiles(paths []string) error {
	e := json.NewEncoder(v.Stdout)
	e.SetEscapeHTML(false)
	engine := quote.New()
	for i, path := range paths {
		b, err := console.ReadFile(fmt.Sprintf("input %d", i+1), path, extract.MaxText)
		if err != nil {
			return err
		}
		t, err := extract.Read(b)
		if err != nil {
			return fault.New(fault.Invalid, fmt.Sprintf("input %d has no text: %v", i+1, err), "Nothing was written.", "")
		}
		base := filepath.Base(path)
		doc := strings.TrimSuffix(base, filepath.Ext(base))
		for _, p := range engine.Extract(document(t)) {
			if err := e.Encode(interchange(doc, t.Body, p)); err != nil {
				return err
			}
		}
	}
	return nil
}

func document(t extract.Text) quote.Document {
	d := quote.Document{Body: t.Body}
	for _, p := range t.Paragraphs {
		d.Paragraphs = append(d.Paragraphs, quote.Span{Start: p.Start, End: p.End})
	}
	for _, x := range t.Sentences {
		d.Sentences = append(d.Sentences, quote.Span{Start: x.Start, End: x.End})
	}
	return d
}

func interchange(doc, body string, p quote.Proposal) fileProposal {
	points := func(spans ...quote.Span) [][2]int {
		out := [][2]int{}
		for _, x := range spans {
			if x.Start < x.End {
				out = append(out, [2]int{len([]rune(body[:x.Start])), len([]rune(body[:x.End]))})
			}
		}
		return out
	}
	f := fileProposal{Doc: doc, Src: points(p.Speaker), Cue: points(p.Cue), Con: points(p.Content...), Kind: string(p.Kind),
		Speaker: body[p.Speaker.Start:p.Speaker.End], OnBehalfOf: body[p.OnBehalfOf.Start:p.OnBehalfOf.End], Stance: []fileStance{}}
	if p.Stance != "" && p.Target != "" {
		f.Stance = append(f.Stance, fileStance{string(p.Target), string(p.Stance)})
	}
	return f
}
