package recordcmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/record"
)

type sourceFlags struct {
	record.Source
	derived string
	saw     int64
}

func (v *verbs) sourceCommand() *cobra.Command {
	var g sourceFlags
	c := &cobra.Command{
		Use:   "source S-001 [flags]",
		Short: "describe a source: what it is, whose, and what it derives from",
		Long: `Describe a source. Flags that are not given leave what is recorded. Independence is counted
by declared origins: a source is an origin of its own (--origin own), derives from others
(--derived-from), or is unknown, which is never counted as independent.

Reliability goes from A to F; F means that it cannot be judged and is no low grade. Any
other letter needs --reason.

  heed source S-004                     what is recorded, with the number of the newest act
  heed source S-004 --title "Wire report" --organisation "Invented Wire" --derived-from S-001
  heed source S-004 --reliability B --reason "corrected itself in print" --saw 41
                                        refused when somebody changed it after act 41

Kinds: interview press_article official_statement report document image dataset other.`,
		Args: cobra.ExactArgs(1),
	}
	f := c.Flags()
	f.StringVar(&g.Title, "title", "", "title, printed in the report")
	f.StringVar(&g.Kind, "kind", "", "interview, press_article, official_statement, report, document, image, dataset, other")
	f.StringVar(&g.Date, "date", "", "date of the source: 2022, 2022-09 or 2022-09-02")
	f.StringVar(&g.Organisation, "organisation", "", "who stands behind it")
	f.StringVar(&g.Contact, "contact", "", "through whom it came; shared contacts are one origin")
	f.StringVar(&g.Origin, "origin", "", "own, derived or unknown")
	f.StringVar(&g.derived, "derived-from", "", "the sources it repeats, with commas between")
	f.StringVar(&g.Reliability, "reliability", "", "A to F")
	f.StringVar(&g.Reason, "reason", "", "why this reliability")
	f.Int64Var(&g.saw, "saw", 0, console.SawUsage)
	c.RunE = func(c *cobra.Command, args []string) error {
		return v.open(c.Context(), func(a Case) error {
			g.DerivedFrom = console.Words(g.derived)
			if c.Flags().NFlag() > console.ChangedPersistent(c) {
				_, err := a.Record.Change(c.Context(), a.By, args[0], g.saw, func(have record.Source) (record.Source, error) {
					return overlay(have, g.Source, c.Flags().Changed), nil
				})
				if err != nil {
					return err
				}
			}
			return v.showSource(c.Context(), a, args[0])
		})
	}
	return c
}

// sourceShown is a source with the newest act about its description, -1 before the first.
type sourceShown struct {
	record.Source
	Act int64 `json:"act"`
}

func (v *verbs) showSource(ctx context.Context, a Case, id string) error {
	act, err := a.Record.Revision(ctx, id)
	if err != nil {
		return err
	}
	src, err := a.Record.Source(ctx, id)
	if err != nil {
		return err
	}
	return v.Emit(sourceShown{src, act}, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(src.ID, console.ActText(act)))
		PrintSource(w, src)
	})
}

// overlay puts what was given over what is recorded.
func overlay(have, given record.Source, changed func(flag string) bool) record.Source {
	for _, f := range []struct {
		flag     string
		to, from *string
	}{
		{"title", &have.Title, &given.Title}, {"kind", &have.Kind, &given.Kind}, {"date", &have.Date, &given.Date},
		{"organisation", &have.Organisation, &given.Organisation}, {"contact", &have.Contact, &given.Contact},
		{"origin", &have.Origin, &given.Origin}, {"reliability", &have.Reliability, &given.Reliability}, {"reason", &have.Reason, &given.Reason},
	} {
		if changed(f.flag) {
			*f.to = *f.from
		}
	}
	switch {
	case len(given.DerivedFrom) > 0:
		have.DerivedFrom = given.DerivedFrom
		if given.Origin == "" {
			have.Origin = record.OriginDerived
		}
	case given.Origin != "" && given.Origin != record.OriginDerived:
		have.DerivedFrom = nil
	}
	return have
}

// PrintSource prints what is recorded of a source, below its id.
func PrintSource(w io.Writer, src record.Source) {
	fmt.Fprintln(w, "  "+console.Fields(src.Kind, console.Visible(src.Title), src.Date, console.Visible(src.Organisation)))
	origin := "origin " + src.Origin
	if len(src.DerivedFrom) > 0 {
		origin += " from " + strings.Join(src.DerivedFrom, ", ")
	}
	fmt.Fprintln(w, "  "+console.Fields(origin, "reliability "+src.Reliability, console.Visible(src.Reason)))
}
