package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/intake"
	"heed/internal/record"
)

func (s *session) sourceCommand() *cobra.Command {
	var src record.Source
	var derived string
	c := &cobra.Command{
		Use:   "source S-001 [flags]",
		Short: "describe a source: what it is, whose, and what it derives from",
		Long: `Describe a source. Flags that are not given leave what is recorded. Independence is counted
by declared origins: a source is an origin of its own (--origin own), derives from others
(--derived-from), or is unknown, which is never counted as independent.

Reliability goes from A to F; F means that it cannot be judged and is no low grade. Any
other letter needs --reason.

  heed source S-004 --title "Wire report" --organisation "Invented Wire" --derived-from S-001`,
		Args: cobra.ExactArgs(1),
	}
	f := c.Flags()
	f.StringVar(&src.Title, "title", "", "title, printed in the report")
	f.StringVar(&src.Kind, "kind", "", "interview, press_article, official_statement, report, document, image, dataset, other")
	f.StringVar(&src.Date, "date", "", "date of the source: 2022, 2022-09 or 2022-09-02")
	f.StringVar(&src.Organisation, "organisation", "", "who stands behind it")
	f.StringVar(&src.Contact, "contact", "", "through whom it came; shared contacts are one origin")
	f.StringVar(&src.Origin, "origin", "", "own, derived or unknown")
	f.StringVar(&derived, "derived-from", "", "the sources it repeats, with commas between")
	f.StringVar(&src.Reliability, "reliability", "", "A to F")
	f.StringVar(&src.Reason, "reason", "", "why this reliability")
	c.RunE = func(c *cobra.Command, args []string) error {
		return s.opened(c.Context(), func(a *app.App) error {
			have, err := a.Record.Source(c.Context(), args[0])
			if err != nil {
				return err
			}
			src.ID, src.DerivedFrom = args[0], console.Words(derived)
			if c.Flags().NFlag() > console.ChangedPersistent(c) {
				if have, err = a.Record.Describe(c.Context(), a.By(), overlay(have, src)); err != nil {
					return err
				}
			}
			return s.Emit(have, func(w io.Writer) {
				fmt.Fprintln(w, have.ID)
				printSource(w, have)
			})
		})
	}
	return c
}

// overlay puts what was given over what is recorded.
func overlay(have, given record.Source) record.Source {
	for _, f := range []struct{ to, from *string }{
		{&have.Title, &given.Title}, {&have.Kind, &given.Kind}, {&have.Date, &given.Date}, {&have.Organisation, &given.Organisation},
		{&have.Contact, &given.Contact}, {&have.Origin, &given.Origin}, {&have.Reliability, &given.Reliability}, {&have.Reason, &given.Reason},
	} {
		if *f.from != "" {
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

type basisFlags struct {
	consent, publicRecord, risk, withdraw string
	names                                 bool
}

func (s *session) basisCommand() *cobra.Command {
	var b basisFlags
	c := &cobra.Command{
		Use:   "basis S-001 [--consent … | --public-record …] | basis B-001 --withdraw HOW",
		Short: "record by what right a source is used",
		Long: `Record the basis on which a source is used, or list those it has. Nothing is used without
one: not asked counts as refused.

Consent is given per use and audience, as USE:AUDIENCE:ATTRIBUTION=STATE[@UNTIL], with
commas between:

  heed basis S-002 --consent public_report:public:role_only=given,verbatim_quote:public:role_only=refused
  heed basis S-001 --public-record "thenationalnews.com, 2 September 2022"
  heed basis B-001 --withdraw "by telephone, 3 May"

The public record never covers a victim named in the press without a recorded risk
assessment: --names-victim --risk "…".`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error { return s.basis(c.Context(), a, args[0], b) })
		},
	}
	f := c.Flags()
	f.StringVar(&b.consent, "consent", "", "USE:AUDIENCE:ATTRIBUTION=STATE[@UNTIL],…")
	f.StringVar(&b.publicRecord, "public-record", "", "where it is public")
	f.BoolVar(&b.names, "names-victim", false, "it names a victim")
	f.StringVar(&b.risk, "risk", "", "the risk assessment")
	f.StringVar(&b.withdraw, "withdraw", "", "how the person withdrew")
	return c
}

func (s *session) basis(ctx context.Context, a *app.App, id string, b basisFlags) error {
	if b.withdraw != "" {
		got, err := a.Record.WithdrawBasis(ctx, a.By(), id, b.withdraw)
		if err != nil {
			return err
		}
		s.Say("%s is withdrawn and stops every use from now on. What was released cannot be recalled.", got.ID)
		s.Say("Nothing was erased: the content and its keys are still here. To destroy them: heed key destroy %s --reason \"…\"", got.Source)
		return s.Emit(got, func(w io.Writer) { fmt.Fprintln(w, basisLine(got)) })
	}
	if b.consent+b.publicRecord == "" {
		if _, err := a.Intake.Original(ctx, id); err != nil {
			return err
		}
		list, err := a.Record.Bases(ctx, id)
		if err != nil {
			return err
		}
		return s.Emit(console.NonNil(list), func(w io.Writer) {
			for _, x := range list {
				fmt.Fprintln(w, basisLine(x))
			}
		})
	}
	basis := record.Basis{Source: id, Kind: record.PublicRecord, Citation: b.publicRecord, NamesVictim: b.names, RiskAssessment: b.risk}
	if b.consent != "" {
		if b.publicRecord != "" {
			return console.Usage(errors.New("--consent and --public-record are two bases; record them one by one"))
		}
		scopes, err := parseScopes(b.consent)
		if err != nil {
			return console.Usage(err)
		}
		basis = record.Basis{Source: id, Kind: record.Consent, Scopes: scopes}
	}
	got, err := a.Record.AddBasis(ctx, a.By(), basis)
	if err != nil {
		return err
	}
	if got.NamesVictim && got.RiskAssessment == "" {
		s.Say("%s covers nothing: it names a victim, and no risk assessment is recorded. Record one with --names-victim --risk \"…\".", got.ID)
	}
	return s.Emit(got, func(w io.Writer) { fmt.Fprintln(w, basisLine(got)) })
}

// parseScopes reads USE:AUDIENCE:ATTRIBUTION=STATE[@UNTIL],…; the room judges the words.
func parseScopes(s string) (out []record.Scope, err error) {
	for _, part := range console.Words(s) {
		left, right, ok := strings.Cut(part, "=")
		f := strings.Split(left, ":")
		if !ok || len(f) != 3 {
			return nil, errors.New("write consent as USE:AUDIENCE:ATTRIBUTION=STATE[@UNTIL]")
		}
		state, until, _ := strings.Cut(right, "@")
		out = append(out, record.Scope{Use: f[0], Audience: f[1], Attribution: f[2], State: state, Expires: until})
	}
	return out, nil
}

func basisLine(b record.Basis) string {
	state := ""
	if b.Withdrawn {
		state = "WITHDRAWN"
	}
	victim := ""
	if b.NamesVictim {
		victim = "names a victim; risk assessment: " + console.Visible(b.RiskAssessment)
		if b.RiskAssessment == "" {
			victim = "names a victim; NO RISK ASSESSMENT"
		}
	}
	line := console.Fields(b.ID, b.Source, b.Kind, state, console.Visible(b.Citation), victim)
	for _, x := range b.Scopes {
		until := ""
		if x.Expires != "" {
			until = "@" + x.Expires
		}
		line += fmt.Sprintf("  %s:%s:%s=%s%s", x.Use, x.Audience, x.Attribution, x.State, until)
	}
	return line
}

type sayFlags struct {
	record.Statement
	from, quote, target, stance string
}

func (s *session) sayCommand() *cobra.Command {
	var f sayFlags
	c := &cobra.Command{
		Use:   "say --from S-001:14 --speaker … --words … --stance … --target …",
		Short: "record a statement: who said what, of what",
		Long: `Record a statement, or without flags list those there are. The words must stand in the
passage exactly as given. The target is what the words are about and nothing wider:

  recommendation:R-01  recommendations  report  release  accusations  finding:F-01  other:WHAT

Stances: recommends urges endorses accepts accepts_in_part notes will_consider opposes
rejects denies criticises confirms asserts.

With --quote, start from a proposal and correct it by the other flags; accepting it and
recording the statement are one act.

  heed say --quote Q-005 --stance opposes --target release
  heed say --from S-001:12 --speaker "the mission" --words "…" --stance opposes --target release`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if f.from+f.quote == "" {
				if err := console.Listing(c, "say where the words stand: --from S-001:14, or --quote Q-003"); err != nil {
					return err
				}
			}
			return s.opened(c.Context(), func(a *app.App) error {
				if f.from+f.quote == "" {
					return s.listStatements(c.Context(), a)
				}
				return s.sayOne(c.Context(), a, f)
			})
		},
	}
	fl := c.Flags()
	fl.StringVar(&f.from, "from", "", "address of the passage")
	fl.StringVar(&f.quote, "quote", "", "proposal to start from")
	fl.StringVar(&f.Speaker, "speaker", "", "who said it")
	fl.StringVar(&f.OnBehalfOf, "on-behalf-of", "", "for whom")
	fl.StringVar(&f.Addressee, "to", "", "to whom")
	fl.StringVar(&f.Words, "words", "", "the exact words; the whole passage when left out")
	fl.StringVar(&f.stance, "stance", "", "what the words do")
	fl.StringVar(&f.target, "target", "", "what the words are about")
	fl.StringVar(&f.SaidOn, "on", "", "when it was said: 2022, 2022-09 or 2022-09-01")
	return c
}

func (s *session) sayOne(ctx context.Context, a *app.App, f sayFlags) error {
	st := record.Statement{}
	proposed := ""
	if f.quote != "" {
		p, err := a.Intake.Proposal(ctx, f.quote)
		if err != nil {
			return err
		}
		st, proposed = accepted(p), p.Target
	}
	for _, o := range []struct{ to, from *string }{{&st.Speaker, &f.Speaker}, {&st.OnBehalfOf, &f.OnBehalfOf}, {&st.Addressee, &f.Addressee},
		{&st.Words, &f.Words}, {&st.SaidOn, &f.SaidOn}} {
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
	if st.Target.ID != "" && st.Target.Kind == record.TargetRecommendation {
		// A statement may not point at a recommendation that is not there.
		if _, err := a.Followup.Recommendation(ctx, st.Target.ID); err != nil {
			return err
		}
	}
	if st.Target.Kind == record.TargetFinding && st.Target.ID != "" {
		if _, err := a.Corroborate.Finding(ctx, st.Target.ID); err != nil {
			return err
		}
	}
	if f.from != "" {
		if err := fromPassage(ctx, a, f.from, &st); err != nil {
			return err
		}
	}
	got, err := a.Record.Say(ctx, a.By(), st)
	if err != nil {
		return err
	}
	if proposed != "" && proposed != got.Target.Kind {
		s.Say("The proposal had the target %s, and you recorded %s. Both stand on record; check that the words themselves are about it.", proposed, got.Target.Kind)
	}
	return s.Emit(got, func(w io.Writer) { printStatement(w, got) })
}

// fromPassage sets the passage, and its whole text as the words when none were given.
func fromPassage(ctx context.Context, a *app.App, address string, st *record.Statement) error {
	addr, err := intake.ParseAddress(address)
	if err != nil {
		return err
	}
	st.Source, st.From, st.To = addr.Source, addr.From, addr.To
	if st.Words == "" {
		st.Words, err = passageText(ctx, a, addr)
	}
	return err
}

func passageText(ctx context.Context, a *app.App, addr intake.Address) (string, error) {
	t, err := a.Intake.Text(ctx, addr.Source)
	if err != nil {
		return "", err
	}
	p, err := t.Passage(addr)
	return p.Text, err
}

// parseTarget reads KIND[:ID or words]; the room judges it.
func parseTarget(s string) record.Target {
	kind, rest, _ := strings.Cut(s, ":")
	t := record.Target{Kind: kind}
	switch t.Kind {
	case record.TargetRecommendation, record.TargetFinding:
		t.ID = rest
	default:
		t.Words = rest
	}
	return t
}

func (s *session) listStatements(ctx context.Context, a *app.App) error {
	list, err := a.Record.Statements(ctx)
	if err != nil {
		return err
	}
	return s.Emit(console.NonNil(list), func(w io.Writer) {
		for _, st := range list {
			printStatement(w, st)
		}
	})
}

func printStatement(w io.Writer, st record.Statement) {
	who := st.Speaker
	if st.OnBehalfOf != "" {
		who += ", on behalf of " + st.OnBehalfOf
	}
	fmt.Fprintln(w, console.Fields(st.ID, st.Address().String(), st.SaidOn, console.Visible(who), string(st.Stance), targetText(st.Target)))
	fmt.Fprintf(w, "        “%s”\n", console.Visible(st.Words))
}

func targetText(t record.Target) string {
	return console.Fields(string(t.Kind), console.Visible(t.ID), console.Visible(t.Words))
}
