package recordcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/intake"
	"heed/internal/record"
)

type quantityFlags struct {
	record.Quantity
	from, against string
	page          console.Page
}

func (v *verbs) quantityCommand() *cobra.Command {
	var g quantityFlags
	c := &cobra.Command{
		Use:   "quantity [QT-01 [--against QT-02] | S-001 | --from S-001:16 --value … …]",
		Short: "record a number with what it counts, and compare two",
		Long: `Record a number that somebody asserts, in the words of a passage, with what it counts: its
unit, population, period and definition. Two numbers are compared only when these four agree;
otherwise they count different things and are shown side by side in words.

  heed quantity --from S-001:16 --value 121 --unit page --population "the reply" \
      --definition "pages of the document as published" --asserted-by "the newspaper" --words "121-page"
  heed quantity --statement ST-003 --low 1000000 --unit person --population "residents of Lenz" --period 2017/2019 \
      --definition "in custody at some time" --asserted-by "the Monitor" --words "more than a million"
  heed quantity QT-01                    show one
  heed quantity QT-01 --against QT-02    agree, differ by how much, or overlap
  heed quantity S-001                    list those of a source

Numbers are exact decimals without separators: 1000000, 12.5. A range has --low, --high or both.`,
		Args: cobra.MaximumNArgs(1),
	}
	f := c.Flags()
	f.StringVar(&g.from, "from", "", "address of the passage")
	f.StringVar(&g.Quantity.Statement, "statement", "", "the statement that asserts it; gives the passage when --from is left out")
	f.StringVar(&g.Words, "words", "", "the exact words with the number; the whole passage when left out")
	f.StringVar(&g.Value, "value", "", "the number")
	f.StringVar(&g.Low, "low", "", "the smallest it can be")
	f.StringVar(&g.High, "high", "", "the largest it can be")
	f.StringVar(&g.Unit, "unit", "", "what one of them is: page, person, event")
	f.StringVar(&g.Population, "population", "", "of whom or what")
	f.StringVar(&g.Period, "period", "", "when: 2022, 2017-03/2019, 2018~")
	f.StringVar(&g.Definition, "definition", "", "what was counted, such as: in custody at once")
	f.StringVar(&g.AssertedBy, "asserted-by", "", "who says so")
	f.StringVar(&g.against, "against", "", "the quantity to compare with")
	g.page.AddTo(f)
	c.RunE = func(c *cobra.Command, args []string) error {
		recording := g.from+g.Quantity.Statement != ""
		switch {
		case recording && len(args) > 0:
			return console.Usage(errors.New("record a quantity with --from or --statement, or name what to show, not both"))
		case g.against != "" && (len(args) == 0 || intake.ValidSource(args[0])):
			return console.Usage(errors.New("name two quantities: heed quantity QT-01 --against QT-02"))
		case !recording && g.against == "":
			if err := console.Listing(c, "say where the number stands: --from S-001:16, or --statement ST-003"); err != nil {
				return err
			}
		}
		return v.open(c.Context(), func(a Case) error {
			switch {
			case recording:
				return v.addQuantity(c.Context(), a, g)
			case g.against != "":
				return v.compareQuantities(c.Context(), a, args[0], g.against)
			case len(args) == 1 && !intake.ValidSource(args[0]):
				return v.showQuantity(c.Context(), a, args[0])
			}
			source := ""
			if len(args) == 1 {
				source = args[0]
			}
			return v.listQuantities(c.Context(), a, source, g.page)
		})
	}
	return c
}

func (v *verbs) addQuantity(ctx context.Context, a Case, g quantityFlags) error {
	q := g.Quantity
	if g.from != "" {
		at, err := intake.ParseAddress(g.from)
		if err != nil {
			return err
		}
		q.Source, q.From, q.To, q.Edition = at.Source, at.From, at.To, at.Edition
		if q.Words == "" {
			if q.Words, err = passageText(ctx, a, at); err != nil {
				return err
			}
		}
	}
	got, err := a.Record.AddQuantity(ctx, a.By, q)
	if err != nil {
		return err
	}
	if !numberStands(got.Value, got.Words) {
		v.Say("%s says %s, and no number in its words does. If that is a slip: heed undo %[1]s", got.ID, console.Visible(got.Value))
	}
	return v.Emit(got, func(w io.Writer) { printQuantity(w, got) })
}

// numberStands reports whether the digits that matter in a value stand together in the
// words, or the words have no digits: 10000 in “10,000”, 1200000 in “1.2 million”. It is a
// hint against slips of the hand, and proves nothing.
func numberStands(value, words string) bool {
	want, some := significant(value), false
	for _, run := range strings.FieldsFunc(words, func(r rune) bool { return !unicode.IsDigit(r) && !strings.ContainsRune(".,'’\u00a0\u202f٬٫", r) }) {
		got := significant(run)
		if got == want {
			return true
		}
		some = some || got != ""
	}
	return !some
}

// significant are the digits of a number from the first to the last that is not 0, in the
// digits of ASCII.
func significant(number string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case '0' <= r && r <= '9':
			return r
		case unicode.IsDigit(r): // decimal digits stand in tens, from 0 to 9
			zero := r
			for n := 0; n < 9 && unicode.IsDigit(zero-1); n++ {
				zero--
			}
			return '0' + (r-zero)%10
		}
		return -1
	}, number), "0")
}

func (v *verbs) showQuantity(ctx context.Context, a Case, id string) error {
	q, err := a.Record.Quantity(ctx, id)
	if err != nil {
		return err
	}
	return v.Emit(q, func(w io.Writer) { printQuantity(w, q) })
}

func (v *verbs) listQuantities(ctx context.Context, a Case, source string, p console.Page) error {
	if source != "" {
		if _, err := a.Intake.Original(ctx, source); err != nil {
			return err
		}
	}
	list, total, err := a.Record.Quantities(ctx, source, p.After, p.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, p, list, total, func(q record.Quantity) string { return q.ID }, printQuantity)
}

func (v *verbs) compareQuantities(ctx context.Context, a Case, first, second string) error {
	q, err := a.Record.Quantity(ctx, first)
	if err != nil {
		return err
	}
	r, err := a.Record.Quantity(ctx, second)
	if err != nil {
		return err
	}
	c, err := record.CompareQuantities(q, r)
	if err != nil {
		return err
	}
	return v.Emit(c, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(q.ID, c.Verdict, verdictText(c, q, r)))
		printQuantity(w, q)
		printQuantity(w, r)
	})
}

func verdictText(c record.Comparison, q, r record.Quantity) string {
	switch c.Verdict {
	case record.QuantitiesDiffer:
		return fmt.Sprintf("by %s: %s against %s; %s is larger", c.By, q.Number(), r.Number(), c.Larger)
	case record.QuantitiesOverlap:
		both := record.Quantity{Low: c.Low, High: c.High}
		if c.Low == c.High {
			both = record.Quantity{Value: c.Low}
		}
		return fmt.Sprintf("%s and %s both allow %s", q.Number(), r.Number(), both.Number())
	}
	return fmt.Sprintf("%s and %s", q.Number(), r.Number())
}

func printQuantity(w io.Writer, q record.Quantity) {
	fmt.Fprintln(w, console.Fields(q.ID, q.Address().String(), q.Number(), console.Visible(q.Unit), "of "+console.Visible(q.Population), q.Period,
		"“"+console.Visible(q.Definition)+"”", "by "+console.Visible(q.AssertedBy), q.Statement))
	fmt.Fprintf(w, "       “%s”\n", console.Visible(q.Words))
}
