package recordcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/record"
)

type consentFlags struct {
	record.Interview
	answer, explained, mask, withdraw string
}

func (v *verbs) consentCommand() *cobra.Command {
	var g consentFlags
	c := &cobra.Command{
		Use:   "consent S-002 [--answer … --explained …] | consent S-002 --withdraw HOW",
		Short: "ask, record and withdraw consent",
		Long: `Show what a person agreed to, use by use and audience by audience; what nobody answered is
not asked, and not asked counts as refused. An answer is recorded with how it was asked
for, and counts as consent only when purpose, uses, confidentiality_limits and
withdrawal_right were explained before.

  heed consent S-002
  heed consent S-002 --answer public_report:public:role_only=given@2027-12-31,verbatim_quote:public:role_only=refused \
      --explained purpose,uses,confidentiality_limits,withdrawal_right --language ug --interviewer M-02 \
      --interpreter E-0004 --modality oral_recorded --form S-014 --on 2022-05-03
  heed consent S-002 --withdraw "told M-02 by telephone, 3 May"

People are named by id (P-03) or sealed reference (E-0004), never by name. Withdrawing ends
every use of the source; it is no erasure, and what was released cannot be recalled.

` + console.Wrap("Uses", record.Uses()) + console.Wrap("Audiences", record.Audiences()) + console.Wrap("Attributions", record.Attributions()) +
			console.Wrap("States", record.ScopeStates()) + console.Wrap("Explained", record.Explanations()) + console.Wrap("Modalities", record.Modalities()) +
			console.Wrap("Capacities", record.Capacities()) + strings.TrimSuffix(console.Wrap("To mask", record.Masks()), "\n"),
		Args: cobra.ExactArgs(1),
	}
	f := c.Flags()
	f.StringVar(&g.answer, "answer", "", "USE:AUDIENCE:ATTRIBUTION=STATE[@UNTIL],…")
	f.StringVar(&g.explained, "explained", "", "what was explained before, with commas between")
	f.StringVar(&g.On, "on", "", "the day of the answers, by which the newest counts; without it that of recording")
	f.StringVar(&g.Interviewer, "interviewer", "", "who asked: a member (M-02), person (P-03) or sealed reference")
	f.StringVar(&g.Language, "language", "", "the language of the talk, as a tag such as ug")
	f.StringVar(&g.Interpreter, "interpreter", "", "who interpreted: a person or sealed reference")
	f.StringVar(&g.Modality, "modality", "", "how the person answered")
	f.StringVar(&g.Capacity, "capacity", "", "adult, child or assisted")
	f.StringVar(&g.Guardian, "guardian", "", "who answered for the person, by id or sealed reference")
	f.StringVar(&g.mask, "mask", "", "what must never be shown, with commas between")
	f.StringVar(&g.Form, "form", "", "the source that is the signed form or the recording")
	f.StringVar(&g.withdraw, "withdraw", "", "how the withdrawal reached the team")
	c.RunE = func(c *cobra.Command, args []string) error {
		withdraw := c.Flags().Changed("withdraw")
		if withdraw && c.Flags().NFlag() > console.ChangedPersistent(c)+1 {
			return console.Usage(errors.New("answers and their withdrawal are two acts; record them one by one: --withdraw stands alone"))
		}
		if !withdraw && g.answer == "" {
			if err := console.Listing(c, "say what the person answered: --answer USE:AUDIENCE:ATTRIBUTION=STATE[@UNTIL]"); err != nil {
				return err
			}
		}
		return v.open(c.Context(), func(a Case) error {
			switch {
			case withdraw:
				return v.withdrawConsent(c.Context(), a, args[0], g.withdraw)
			case g.answer != "":
				return v.recordConsent(c.Context(), a, args[0], g)
			}
			return v.showConsent(c.Context(), a, args[0])
		})
	}
	return c
}

func (v *verbs) recordConsent(ctx context.Context, a Case, source string, g consentFlags) error {
	scopes, err := parseScopes(g.answer)
	if err != nil {
		return console.Usage(err)
	}
	i := g.Interview
	i.Explained, i.Mask = console.Words(g.explained), console.Words(g.mask)
	got, err := a.Record.RecordConsent(ctx, a.By, record.Basis{Source: source, Scopes: scopes, Interview: i})
	if err != nil {
		return err
	}
	return v.Emit(got, func(w io.Writer) { fmt.Fprintln(w, BasisLine(got)) })
}

// withdrawn is the answer to a withdrawal.
type withdrawn struct {
	Withdrawn []record.Basis `json:"withdrawn"`
	record.Affected
}

func (v *verbs) withdrawConsent(ctx context.Context, a Case, source, how string) error {
	list, hit, err := a.Record.WithdrawConsent(ctx, a.By, source, how)
	if err != nil {
		return err
	}
	v.Say("Every use of %s stops from now on. What was released cannot be recalled.", source)
	v.Say("%s and %s are taken from it; the gate refuses them, its claims (heed claim), and whatever rests on any of these.",
		console.Counted(len(hit.Statements), "statement"), countedQuantities(len(hit.Quantities)))
	v.sayNotErased(source)
	return v.Emit(withdrawn{list, hit}, func(w io.Writer) {
		for _, b := range list {
			fmt.Fprintln(w, BasisLine(b))
		}
		for _, id := range append(hit.Statements, hit.Quantities...) {
			fmt.Fprintln(w, console.Fields(id, "rests on "+source))
		}
	})
}

func countedQuantities(n int) string {
	if n == 1 {
		return "1 quantity"
	}
	return fmt.Sprintf("%d quantities", n)
}

// consentShown is the matrix of a source with the bases that it was drawn from.
type consentShown struct {
	Source string               `json:"source"`
	Matrix []record.ConsentCell `json:"matrix"`
	Bases  []record.Basis       `json:"bases"`
}

func (v *verbs) showConsent(ctx context.Context, a Case, source string) error {
	cells, err := a.Record.Consent(ctx, source)
	if err != nil {
		return err
	}
	bases, err := a.Record.Bases(ctx, source)
	if err != nil {
		return err
	}
	asked := false
	for _, b := range bases {
		asked = asked || b.Kind == record.Consent
	}
	if !asked && len(bases) > 0 {
		v.Say("Nobody was asked: %s is used as public record. See: heed basis %s", source, source)
	}
	return v.Emit(consentShown{source, cells, console.NonNil(bases)}, func(w io.Writer) {
		fmt.Fprintln(w, source)
		printMatrix(w, cells)
	})
}

// printMatrix prints a line for each use: the audiences that somebody was asked about,
// and that the others are not asked.
func printMatrix(w io.Writer, cells []record.ConsentCell) {
	for len(cells) > 0 {
		use := cells[0].Use
		var answered []string
		n := 0
		for n < len(cells) && cells[n].Use == use {
			if c := cells[n]; len(c.Answers) > 0 {
				answered = append(answered, c.Audience+": "+answersText(c.Answers))
			}
			n++
		}
		others := "not asked"
		if len(answered) > 0 {
			others = "others: not asked"
		}
		if len(answered) == n {
			others = ""
		}
		fmt.Fprintf(w, "  %-34s%s\n", use, console.Fields(strings.Join(answered, "  "), others))
		cells = cells[n:]
	}
}

func answersText(answers []record.ConsentAnswer) string {
	var parts []string
	for _, a := range answers {
		until := ""
		if a.Expires != "" {
			until = " until " + a.Expires
		}
		parts = append(parts, a.Attribution+" "+strings.ReplaceAll(a.State, "_", " ")+until+" ("+a.Basis+")")
	}
	return strings.Join(parts, ", ")
}
