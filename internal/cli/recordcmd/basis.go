package recordcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/lang"
	"heed/internal/record"
)

type basisFlags struct {
	consent, explained, publicRecord, risk, withdraw string
	names                                            bool
}

func (v *verbs) basisCommand() *cobra.Command {
	var b basisFlags
	c := &cobra.Command{
		Use:   "basis S-001 [--consent … | --public-record …] | basis B-001 --withdraw HOW",
		Short: "record by what right a source is used",
		Long: `Record the basis on which a source is used, or list those it has. Nothing is used without
one: not asked counts as refused.

Consent is given per use and audience, as USE:AUDIENCE:ATTRIBUTION=STATE[@UNTIL], with
commas between, and counts with what was explained before only. How else a person was asked
is recorded with the verb consent:

  heed basis S-002 --consent public_report:public:role_only=given,verbatim_quote:public:role_only=refused \
      --explained purpose,uses,confidentiality_limits,withdrawal_right
  heed basis S-001 --public-record "thenationalnews.com, 2 September 2022"
  heed basis B-001 --withdraw "by telephone, 3 May"

The public record never covers a victim named in the press without a recorded risk
assessment: --names-victim --risk "…".`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error { return v.runBasis(c, args[0], b) },
	}
	f := c.Flags()
	f.StringVar(&b.consent, "consent", "", "USE:AUDIENCE:ATTRIBUTION=STATE[@UNTIL],…")
	f.StringVar(&b.explained, "explained", "", "what was explained before the answers, with commas between")
	f.StringVar(&b.publicRecord, "public-record", "", "where it is public")
	f.BoolVar(&b.names, "names-victim", false, "it names a victim")
	f.StringVar(&b.risk, "risk", "", "the risk assessment")
	f.StringVar(&b.withdraw, "withdraw", "", "how the person withdrew")
	return c
}

// runBasis goes by the flags that were given and not by what stands in them: who withdraws
// need not say how, and an empty citation is none.
func (v *verbs) runBasis(c *cobra.Command, id string, b basisFlags) error {
	given := c.Flags().Changed
	switch {
	case given("consent") && given("public-record"):
		return console.Usage(errors.New("--consent and --public-record are two bases; record them one by one"))
	case given("withdraw") && (given("consent") || given("public-record")):
		return console.Usage(errors.New("a basis and its withdrawal are two acts; record them one by one"))
	case given("explained") && !given("consent"):
		return console.Usage(errors.New("--explained goes with --consent: nobody is asked about the public record"))
	case given("withdraw"):
		return v.open(c.Context(), func(a Case) error { return v.withdrawBasis(c.Context(), a, id, b.withdraw) })
	case !given("consent") && !given("public-record"):
		if err := console.Listing(c, "say on what it rests: --consent … or --public-record …"); err != nil {
			return err
		}
		return v.open(c.Context(), func(a Case) error { return v.listBases(c.Context(), a, id) })
	}
	basis := record.Basis{Source: id, Kind: record.PublicRecord, Citation: b.publicRecord, NamesVictim: b.names, RiskAssessment: b.risk}
	if given("consent") {
		scopes, err := parseScopes(b.consent)
		if err != nil {
			return console.Usage(err)
		}
		basis = record.Basis{Source: id, Kind: record.Consent, Scopes: scopes, Interview: record.Interview{Explained: console.Words(b.explained)}}
	}
	return v.open(c.Context(), func(a Case) error { return v.addBasis(c.Context(), a, basis) })
}

func (v *verbs) addBasis(ctx context.Context, a Case, basis record.Basis) error {
	got, err := a.Record.AddBasis(ctx, a.By, basis)
	if err != nil {
		return err
	}
	if got.NamesVictim && lang.Blank(got.RiskAssessment) {
		v.Say("%s covers nothing: it names a victim, and no risk assessment is recorded. Record one with --names-victim --risk \"…\".", got.ID)
	}
	return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, BasisLine(got)) })
}

func (v *verbs) withdrawBasis(ctx context.Context, a Case, id, how string) error {
	got, err := a.Record.WithdrawBasis(ctx, a.By, id, how)
	if err != nil {
		return err
	}
	v.Say("%s is withdrawn and stops every use from now on. What was released cannot be recalled.", got.ID)
	v.sayNotErased(got.Source)
	return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, BasisLine(got)) })
}

func (v *verbs) sayNotErased(source string) {
	v.Say("Nothing was erased: the content and its keys are still here. To destroy them: heed key destroy %s --reason \"…\"", source)
}

func (v *verbs) listBases(ctx context.Context, a Case, source string) error {
	if _, err := a.Intake.Original(ctx, source); err != nil {
		return err
	}
	list, err := a.Record.Bases(ctx, source)
	if err != nil {
		return err
	}
	return v.Emit(console.NonNil(list), func(w io.Writer) {
		for _, x := range list {
			fmt.Fprintln(w, BasisLine(x))
		}
	})
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

// BasisLine is a basis on one line.
func BasisLine(b record.Basis) string {
	state := ""
	if b.Withdrawn {
		state = "WITHDRAWN"
	}
	victim := ""
	if b.NamesVictim {
		victim = "names a victim; risk assessment: " + console.Visible(b.RiskAssessment)
		if lang.Blank(b.RiskAssessment) {
			victim = "names a victim; NO RISK ASSESSMENT"
		}
	}
	line := console.Fields(b.ID, b.Source, b.Kind, state, console.Visible(b.Citation), victim, interviewText(b.Interview))
	for _, x := range b.Scopes {
		line += fmt.Sprintf("  %s:%s:%s=%s%s", x.Use, x.Audience, x.Attribution, x.State, untilText(x.Expires))
	}
	return line
}

func untilText(day string) string {
	if day == "" {
		return ""
	}
	return "@" + day
}

// interviewText is how consent was asked for, as far as it is recorded.
func interviewText(i record.Interview) string {
	var parts []string
	for _, p := range []struct{ what, value string }{
		{"on", i.On}, {"asked by", i.Interviewer}, {"in", i.Language}, {"through", i.Interpreter}, {"", i.Modality}, {"", i.Capacity},
		{"guardian", i.Guardian}, {"explained:", strings.Join(i.Explained, " ")}, {"mask:", strings.Join(i.Mask, " ")}, {"form", i.Form},
	} {
		if p.value != "" {
			parts = append(parts, strings.TrimSpace(p.what+" "+console.Visible(p.value)))
		}
	}
	return strings.Join(parts, ", ")
}
