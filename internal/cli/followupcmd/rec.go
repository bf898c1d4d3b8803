package followupcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/followup"
	"heed/internal/intake"
)

// recFlags are those of the verb rec. Words with commas in them are lists.
type recFlags struct {
	followup.Recommendation
	from, to                           string
	followsFrom, groupsWith, supersede string
	asOf                               string
	overdue                            bool
	saw                                int64
	page                               console.Page
}

// recChanges are the flags that change what a recommendation is filed under.
var recChanges = []string{"verb", "deadline", "symbol", "paragraph", "theme", "affected", "criterion", "follows-from", "groups-with", "supersedes"}

func (v *verbs) recCommand() *cobra.Command {
	var f recFlags
	c := &cobra.Command{
		Use:   "rec [\"TEXT\" --from S-001:9 --to ADDRESSEE --issuer WHO | R-01 [flags]]",
		Short: "record a recommendation: who asks whom for what; show what became of it",
		Long: `Record a recommendation with the passage it stands in, or list those there are. With an id,
show all that is known of it as of a day in three lanes that never mix: what was said of it,
what was done, what was seen to change. With an id and flags, change what it is filed under;
what it asks stays. An empty flag takes away what was there.

  heed rec "Release all who are held without charge" --from S-001:5 --issuer "Arvenia Monitor" --to "Ministry of Order"
  heed rec R-01 --as-of 2025-06-01                  what was known on that day
  heed rec R-01 --deadline 2026-03 --groups-with R-07,R-09
  heed rec R-01 --verb release --saw 41             only if nobody changed it after act 41
  heed rec --overdue                                whose deadline has passed

The verb decides the action category of the Universal Periodic Review: 1 minimal,
2 continuing, 3 considering, 4 general, 5 specific; a verb that is not known is not judged.
--groups-with names recommendations of other bodies that ask the same, --supersedes earlier
ones in whose place it stands, --follows-from the findings it follows from.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return v.runRec(c, args, f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.from, "from", "", "address of the passage")
	fl.StringVar(&f.to, "to", "", "whom it is addressed to, with commas between")
	fl.StringVar(&f.Issuer, "issuer", "", "who recommends")
	fl.StringVar(&f.Words, "words", "", "the exact words; the whole passage when left out")
	fl.StringVar(&f.Verb, "verb", "", "its verb, when the words leave it open")
	fl.StringVar(&f.Deadline, "deadline", "", "until when: 2026, 2026-03 or 2026-03-31")
	fl.StringVar(&f.Symbol, "symbol", "", "symbol of the document that makes it")
	fl.StringVar(&f.Paragraph, "paragraph", "", "number of the paragraph in it")
	fl.StringArrayVar(&f.Themes, "theme", nil, "theme; give the flag once for each")
	fl.StringArrayVar(&f.Affected, "affected", nil, "group of people it is for; give the flag once for each")
	fl.StringVar(&f.Criterion, "criterion", "", "by what anybody could see that it was done")
	fl.StringVar(&f.followsFrom, "follows-from", "", "findings, with commas between")
	fl.StringVar(&f.groupsWith, "groups-with", "", "recommendations that ask the same, with commas between")
	fl.StringVar(&f.supersede, "supersedes", "", "earlier recommendations in whose place it stands, with commas between")
	fl.StringVar(&f.asOf, "as-of", "", "day: 2022-09-02; today when left out")
	fl.BoolVar(&f.overdue, "overdue", false, "list those whose deadline has passed")
	fl.Int64Var(&f.saw, "saw", 0, "the newest act about it that you saw")
	f.page.AddTo(fl)
	return c
}

func (v *verbs) runRec(c *cobra.Command, args []string, f recFlags) error {
	isID := len(args) > 0 && strings.HasPrefix(args[0], "R-")
	edit := changed(c, recChanges...) > 0
	var allowed error
	var run func(ctx context.Context, a Case) error
	switch {
	case len(args) == 0 && f.overdue:
		allowed = only(c, "a list of what is overdue", "overdue", "as-of")
		run = func(ctx context.Context, a Case) error { return v.listOverdue(ctx, a, f.asOf) }
	case len(args) == 0:
		allowed = console.Listing(c, "write what is asked: heed rec \"…\" --from S-001:9")
		run = func(ctx context.Context, a Case) error {
			return listed(ctx, v, f.page, a.Followup.RecommendationsAfter, func(r followup.Recommendation) string { return r.ID }, recLine)
		}
	case isID && edit:
		allowed = only(c, "a change; what a recommendation asks, and of whom, stays", append(slices.Clone(recChanges), "saw")...)
		run = func(ctx context.Context, a Case) error { return v.changeRec(ctx, a, args[0], f.change(c), f.saw) }
	case isID:
		allowed = only(c, "showing one", "as-of")
		run = func(ctx context.Context, a Case) error { return v.showRec(ctx, a, args[0], f.asOf) }
	case console.InWords(args[0], "") != nil:
		return console.InWords(args[0], "a recommendation has one like R-01")
	case f.from == "":
		return console.Usage(errors.New("say where it stands: --from S-001:9; or name one to show: R-01"))
	default:
		allowed = only(c, "a new recommendation", append(slices.Clone(recChanges), "from", "to", "issuer", "words")...)
		run = func(ctx context.Context, a Case) error { return v.addRec(ctx, a, args[0], f) }
	}
	if allowed != nil {
		return allowed
	}
	return v.open(c.Context(), func(a Case) error { return run(c.Context(), a) })
}

func (v *verbs) changeRec(ctx context.Context, a Case, id string, change followup.Change, saw int64) error {
	got, err := a.Followup.ChangeRecommendation(ctx, a.By, id, change, saw)
	if err != nil {
		return err
	}
	return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, recLine(got)) })
}

func (v *verbs) addRec(ctx context.Context, a Case, text string, f recFlags) error {
	at, err := intake.ParseAddress(f.from)
	if err != nil {
		return err
	}
	r := f.Recommendation
	r.Text, r.Addressees = text, names(f.to)
	r.Source, r.From, r.To, r.Edition = at.Source, at.From, at.To, at.Edition
	r.FollowsFrom, r.GroupsWith, r.Supersedes = console.Words(f.followsFrom), console.Words(f.groupsWith), console.Words(f.supersede)
	if r.Words == "" {
		if r.Words, err = passageText(ctx, a, at); err != nil {
			return err
		}
	}
	got, err := a.Followup.AddRecommendation(ctx, a.By, r)
	if err != nil {
		return err
	}
	return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, recLine(got)) })
}

// names splits a list of names at its commas, and leaves to the room what is wrong with it:
// between two commas a name may be missing.
func names(list string) []string {
	if list == "" {
		return nil
	}
	return strings.Split(list, ",")
}

// change is what was given.
func (f recFlags) change(c *cobra.Command) (out followup.Change) {
	for _, s := range []struct {
		flag  string
		to    **string
		value string
	}{{"verb", &out.Verb, f.Verb}, {"deadline", &out.Deadline, f.Deadline}, {"symbol", &out.Symbol, f.Symbol}, {"paragraph", &out.Paragraph, f.Paragraph},
		{"criterion", &out.Criterion, f.Criterion}} {
		if c.Flags().Changed(s.flag) {
			*s.to = &s.value
		}
	}
	for _, l := range []struct {
		flag  string
		to    **[]string
		value []string
	}{{"theme", &out.Themes, given(f.Themes)}, {"affected", &out.Affected, given(f.Affected)}, {"follows-from", &out.FollowsFrom, console.Words(f.followsFrom)},
		{"groups-with", &out.GroupsWith, console.Words(f.groupsWith)}, {"supersedes", &out.Supersedes, console.Words(f.supersede)}} {
		if c.Flags().Changed(l.flag) {
			*l.to = &l.value
		}
	}
	return out
}

// given is a list without the empty word that takes everything away.
func given(list []string) []string {
	if len(list) == 1 && list[0] == "" {
		return nil
	}
	return list
}

func (v *verbs) showRec(ctx context.Context, a Case, id, asOf string) error {
	l, err := a.Followup.Rec(ctx, id, asOf)
	if err != nil {
		return err
	}
	return v.Emit(l, func(w io.Writer) { io.WriteString(w, l.Text()) })
}

func (v *verbs) listOverdue(ctx context.Context, a Case, asOf string) error {
	late, err := a.Followup.Overdue(ctx, asOf)
	if err != nil {
		return err
	}
	return lines(v, late, func(d followup.Due) string {
		known := "not assessed"
		if d.Implementation != nil {
			known = followup.ValueWords(d.Implementation.Value) + " as of " + d.Implementation.AsOf + " (" + d.Implementation.ID + ")"
		}
		r := d.Recommendation
		return console.Fields(r.ID, "due "+r.Deadline, known, console.Visible(strings.Join(r.Addressees, ", ")), console.Visible(r.Text))
	})
}

func recLine(r followup.Recommendation) string {
	return console.Fields(r.ID, r.Address().String(), console.Visible(r.Issuer)+" → "+console.Visible(strings.Join(r.Addressees, ", ")), console.Visible(r.Text))
}
