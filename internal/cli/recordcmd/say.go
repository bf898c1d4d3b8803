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
	"heed/internal/lang"
	"heed/internal/record"
)

type sayFlags struct {
	record.Statement
	from, quote, target, stance string
	about                       string
	page                        console.Page
}

func (v *verbs) sayCommand() *cobra.Command {
	var f sayFlags
	c := &cobra.Command{
		Use:   "say [ST-001 | S-001 | --from S-001:14 --speaker … --words … --stance … --target …]",
		Short: "record a statement: who said what, of what",
		Long: `Record a statement, or without flags list those there are. The words must stand in the
passage exactly as given. The target is what the words are about and nothing wider:

  recommendation:R-01  recommendations  recommendations:S-001  report  release  accusations
  finding:F-01  other:WHAT

recommendations are all those that the statement's own source makes; of another document,
name it: recommendations:S-001.

Stances: recommends urges endorses accepts accepts_in_part notes will_consider opposes
rejects denies criticises confirms asserts.

With --quote, start from a proposal and correct it by the other flags; accepting it and
recording the statement are one act.

  heed say --quote Q-005 --stance opposes --target release
  heed say --from S-001:12 --speaker "the mission" --words "…" --stance opposes --target release
  heed say ST-001                       show one
  heed say S-001                        list those of a source
  heed say --about R-01                 list those about one recommendation or finding`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return v.runSay(c, args, f)
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.from, "from", "", "address of the passage")
	fl.StringVar(&f.quote, "quote", "", "proposal to start from")
	fl.StringVar(&f.Speaker, "speaker", "", "who said it")
	fl.StringVar(&f.SpeakerID, "speaker-id", "", "who that is among the persons of the case: P-01")
	fl.StringVar(&f.OnBehalfOf, "on-behalf-of", "", "for whom")
	fl.StringVar(&f.Addressee, "to", "", "to whom")
	fl.StringVar(&f.Words, "words", "", "the exact words; the whole passage when left out")
	fl.StringVar(&f.stance, "stance", "", "what the words do")
	fl.StringVar(&f.target, "target", "", "what the words are about")
	fl.StringVar(&f.SaidOn, "on", "", "when it was said: 2022, 2022-09 or 2022-09-01")
	fl.StringVar(&f.about, "about", "", "list statements about this recommendation or finding")
	f.page.AddTo(fl)
	return c
}

func (v *verbs) runSay(c *cobra.Command, args []string, f sayFlags) error {
	recording := f.from+f.quote != ""
	switch {
	case c.Flags().Changed("words") && lang.Blank(f.Words):
		return console.Usage(errors.New("--words has no words; leave it out to take the whole passage"))
	case recording && len(args) > 0:
		return console.Usage(errors.New("record a statement with --from or --quote, or name what to show, not both"))
	case recording && f.about != "":
		return console.Usage(errors.New("--about lists, --from and --quote record"))
	case !recording && f.about == "":
		if err := console.Listing(c, "say where the words stand: --from S-001:14, or --quote Q-003"); err != nil {
			return err
		}
	}
	return v.open(c.Context(), func(a Case) error {
		switch {
		case recording:
			return v.sayOne(c.Context(), a, f)
		case len(args) == 1 && !intake.ValidSource(args[0]):
			st, err := a.Record.Statement(c.Context(), args[0])
			if err != nil {
				return err
			}
			return v.Emit(st, func(w io.Writer) { printStatement(w, st) })
		case len(args) == 1:
			return v.listStatements(c.Context(), a, record.StatementFilter{Source: args[0], About: f.about}, f.page)
		}
		return v.listStatements(c.Context(), a, record.StatementFilter{About: f.about}, f.page)
	})
}

func (v *verbs) sayOne(ctx context.Context, a Case, f sayFlags) error {
	st := record.Statement{}
	proposed := ""
	if f.quote != "" {
		p, err := a.Intake.Proposal(ctx, proposalID(f.quote))
		if err != nil {
			return err
		}
		st, proposed = record.Proposed(p), p.Target
	}
	for _, o := range []struct{ to, from *string }{{&st.Speaker, &f.Speaker}, {&st.SpeakerID, &f.SpeakerID}, {&st.OnBehalfOf, &f.OnBehalfOf},
		{&st.Addressee, &f.Addressee}, {&st.Words, &f.Words}, {&st.SaidOn, &f.SaidOn}} {
		if *o.from != "" {
			*o.to = *o.from
		}
	}
	if f.stance != "" {
		st.Stance = record.Stance(f.stance)
	}
	if f.target != "" {
		st.Target = parseTarget(f.target)
	}
	if err := targetThere(ctx, a, st.Target); err != nil {
		return err
	}
	if f.from != "" {
		if err := fromPassage(ctx, a, f.from, &st); err != nil {
			return err
		}
	}
	got, err := a.Record.Say(ctx, a.By, st)
	if err != nil {
		return err
	}
	if proposed != "" && proposed != got.Target.Kind {
		v.Say("The proposal had the target %s, and you recorded %s. Both stand on record; check that the words themselves are about it.", proposed, got.Target.Kind)
	}
	if names := namesOther(got); names != "" {
		v.Say("These words name the %s, and you recorded them as said of %s. If that is a slip: heed undo %s", names, got.Target, got.ID)
	}
	return v.Emit(got, func(w io.Writer) { printStatement(w, got) })
}

// namesOther is what the words of a statement about recommendations name instead, as far as
// English words tell; "" where they name recommendations, or nothing.
func namesOther(s record.Statement) string {
	words := lang.Words(s.Words)
	has := func(some ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(some, w) })
	}
	switch {
	case s.Target.Kind != record.TargetRecommendation && s.Target.Kind != record.TargetRecommendations:
	case s.Stance == record.Recommends || s.Stance == record.Urges: // it may ask for a release
	case slices.ContainsFunc(words, func(w string) bool { return strings.HasPrefix(w, "recommend") }):
	case has("report", "assessment", "document"):
		return "report"
	case has("publication", "publishing") || strings.Contains(" "+strings.Join(words, " ")+" ", " the release "):
		return "release"
	case has("accusation", "accusations", "allegation", "allegations", "smear", "smears", "slander", "slanders", "lie", "lies"):
		return "accusations"
	}
	return ""
}

// targetThere refuses a statement that would point at a recommendation or finding that
// is not there.
func targetThere(ctx context.Context, a Case, t record.Target) (err error) {
	switch {
	case t.ID == "":
	case t.Kind == record.TargetRecommendation:
		_, err = a.Followup.Recommendation(ctx, t.ID)
	case t.Kind == record.TargetFinding:
		_, err = a.Corroborate.Finding(ctx, t.ID)
	}
	return err
}

// fromPassage sets the passage, and its whole text as the words when none were given.
func fromPassage(ctx context.Context, a Case, address string, st *record.Statement) error {
	addr, err := intake.ParseAddress(address)
	if err != nil {
		return err
	}
	st.Source, st.From, st.To, st.Edition = addr.Source, addr.From, addr.To, addr.Edition
	if st.Words == "" {
		st.Words, err = passageText(ctx, a, addr)
	}
	return err
}

func passageText(ctx context.Context, a Case, addr intake.Address) (string, error) {
	p, err := a.Intake.Passage(ctx, addr)
	return p.Text, err
}

// parseTarget reads KIND[:ID or words]; the room judges it.
func parseTarget(s string) record.Target {
	kind, rest, _ := strings.Cut(s, ":")
	t := record.Target{Kind: kind}
	switch {
	case t.Kind == record.TargetRecommendation || t.Kind == record.TargetFinding, t.Kind == record.TargetRecommendations && intake.ValidSource(rest):
		t.ID = rest
	default:
		t.Words = rest
	}
	return t
}

func (v *verbs) listStatements(ctx context.Context, a Case, f record.StatementFilter, p console.Page) error {
	if f.Source != "" {
		if _, err := a.Intake.Original(ctx, f.Source); err != nil {
			return err
		}
	}
	list, total, err := a.Record.StatementPage(ctx, f, p.After, p.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, p, list, total, func(s record.Statement) string { return s.ID }, printStatement)
}

func printStatement(w io.Writer, st record.Statement) {
	who := console.Visible(st.Speaker)
	if st.SpeakerID != "" {
		who += " (" + st.SpeakerID + ")"
	}
	if st.OnBehalfOf != "" {
		who += ", on behalf of " + console.Visible(st.OnBehalfOf)
	}
	fmt.Fprintln(w, console.Fields(st.ID, st.Address().String(), st.SaidOn, who, string(st.Stance), targetText(st.Target)))
	fmt.Fprintf(w, "        “%s”\n", console.Visible(st.Words))
}

func targetText(t record.Target) string {
	return console.Fields(t.Kind, console.Visible(t.ID), console.Visible(t.Words))
}
