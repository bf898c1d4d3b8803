package recordcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/record"
)

type eventFlags struct {
	title, text, on, till, place string
	act, victim, status          string
	involve, degree              string
	in                           int
	attest, connection           string
	links                        []string
	of                           string
	saw                          int64
	page                         console.Page
}

func (v *verbs) eventCommand() *cobra.Command {
	var g eventFlags
	c := &cobra.Command{
		Use:   "event [EV-01] [flags]",
		Short: "record what happened: who did what to whom, when, where, and what attests it",
		Long: `Record an event, then what was done in it. One act of an event is one type of thing done to
one victim: two victims are two acts, and so are arrest and torture of one. Who had part in it, and
to what degree, hangs on the act, so that one person can be victim here and perpetrator there.

  heed event --title "Arrests in Lenz" --on 2017-03/2017-05 --place PL-01
  heed event EV-01 --act arrest --victim P-01 --on 2017-03-XX --status held
  heed event EV-01 --involve P-02 --degree gave_orders --in 1
  heed event EV-01 --attest S-001:4 --connection witness
  heed event EV-01 --link part_of:EV-02
  heed event --of P-01                  the events that name a person, place, event or source
  heed event EV-01                      show one, with the number of the newest act

With --act, the flags --on, --until, --place and --status are the act's, and --involve needs no --in.
Dates: 2017, 2017-03~ (about), 2017? (unsure), 201X, 2017-03-XX, 2017-03/2018, 2017/.. (no end).

Acts are terms of the codebook: heed code --terms
Degrees: ` + listOf(record.Degrees()) + `.
Connections: ` + listOf(record.Connections()) + `.
Links: ` + listOf(record.Chains()) + `.
Status of a victim: ` + listOf(record.VictimStatuses()) + `.
Status of somebody involved: ` + listOf(record.InvolvementStatuses()) + `.`,
		Args: cobra.MaximumNArgs(1),
	}
	g.addTo(c)
	c.RunE = func(c *cobra.Command, args []string) error { return v.runEvent(c, args, g) }
	return c
}

func (g *eventFlags) addTo(c *cobra.Command) {
	f := c.Flags()
	f.StringVar(&g.title, "title", "", "what it is called")
	f.StringVar(&g.text, "text", "", "what happened, in the team's words")
	f.StringVar(&g.on, "on", "", "when, or from when")
	f.StringVar(&g.till, "until", "", "until when, where --on does not say")
	f.StringVar(&g.place, "place", "", "where: PL-01")
	f.StringVar(&g.act, "act", "", "add an act of this type")
	f.StringVar(&g.victim, "victim", "", "the victim of the act: P-01")
	f.StringVar(&g.status, "status", "", "what became of the victim, or without --act of who was involved")
	f.StringVar(&g.involve, "involve", "", "who had part in an act: P-02")
	f.StringVar(&g.degree, "degree", "", "to what degree")
	f.IntVar(&g.in, "in", 0, "the number of the act")
	f.StringVar(&g.attest, "attest", "", "address of a passage that speaks of it")
	f.StringVar(&g.connection, "connection", "", "how that source knows")
	f.StringArrayVar(&g.links, "link", nil, "how it stands to another event, as KIND:EV-02; can be repeated")
	f.StringVar(&g.of, "of", "", "list the events that name this id")
	f.Int64Var(&g.saw, "saw", 0, "the act of the ledger you have seen as the newest; refused when there is a newer one")
	g.page.AddTo(f)
}

func (v *verbs) runEvent(c *cobra.Command, args []string, g eventFlags) error {
	if err := g.fits(c.Flags().Changed); err != nil {
		return console.Usage(err)
	}
	if g.of != "" {
		if len(args) > 0 {
			return console.Usage(errors.New("--of lists events; show one by its id alone"))
		}
		return v.open(c.Context(), func(a Case) error { return v.eventsOf(c.Context(), a, g.of) })
	}
	if len(args) > 0 && !strings.HasPrefix(args[0], "EV-") {
		return console.Usage(errors.New("name an event by its id, like EV-01; give its title with --title"))
	}
	return v.object(c, args, "EV-", func(ctx context.Context, a Case, id string, given bool) error {
		switch {
		case id == "" && given:
			return v.addEvent(ctx, a, c, g)
		case id == "":
			return v.listEvents(ctx, a, g.page)
		case given:
			change, err := g.change(c.Flags().Changed)
			if err != nil {
				return err
			}
			if _, err := a.Record.ChangeEvent(ctx, a.By, id, g.saw, change); err != nil {
				return err
			}
		}
		return v.showEvent(ctx, a, id)
	})
}

// fits refuses flags without the one that they belong to.
func (g eventFlags) fits(given func(flag string) bool) error {
	switch {
	case g.act == "" && g.victim != "":
		return errors.New("a victim belongs to an act: --act TYPE --victim P-01")
	case (g.involve == "") != (g.degree == ""):
		return errors.New("somebody is involved to a degree: --involve P-02 --degree gave_orders")
	case g.involve != "" && g.act == "" && !given("in"):
		return errors.New("say in which act: --in 1; its number is shown by heed event EV-01")
	case given("in") && (g.involve == "" || g.act != ""):
		return errors.New("--in is the number of an act that is there, for --involve")
	case g.act == "" && g.involve == "" && g.status != "":
		return errors.New("a status belongs to a victim or to somebody involved: --act or --involve")
	case (g.attest == "") != (g.connection == ""):
		return errors.New("say how the source of the passage knows: --attest S-001:4 --connection witness")
	}
	return nil
}

// change is what the flags say is to be different in an event.
func (g eventFlags) change(given func(flag string) bool) (func(*record.Event) error, error) {
	var attested []record.Attestation
	if g.attest != "" {
		at, err := intake.ParseAddress(g.attest)
		if err != nil {
			return nil, err
		}
		attested = append(attested, record.Attestation{Anchor: record.AnchorAt(at), Connection: g.connection})
	}
	var links []record.EventLink
	for _, s := range g.links {
		kind, id, ok := strings.Cut(s, ":")
		if !ok {
			return nil, console.Usage(errors.New("write a link as KIND:EV-02, such as part_of:EV-02"))
		}
		links = append(links, record.EventLink{Kind: kind, Event: id})
	}
	return func(e *record.Event) error {
		over(given, map[string]*string{"title": &e.Title, "text": &e.Text}, g)
		if g.act == "" {
			over(given, map[string]*string{"on": &e.First, "until": &e.Last, "place": &e.Place}, g)
		}
		e.Attested, e.Links = append(e.Attested, attested...), append(e.Links, links...)
		return g.changeActs(e)
	}, nil
}

// over writes the flags that were given to their places.
func over(given func(flag string) bool, to map[string]*string, g eventFlags) {
	for flag, value := range map[string]string{"title": g.title, "text": g.text, "on": g.on, "until": g.till, "place": g.place} {
		if at := to[flag]; at != nil && given(flag) {
			*at = value
		}
	}
}

func (g eventFlags) changeActs(e *record.Event) error {
	someone := record.Involvement{Person: g.involve, Degree: g.degree}
	if g.act != "" {
		a := record.EventAct{Type: g.act, Victim: g.victim, First: g.on, Last: g.till, Place: g.place, Status: g.status}
		if g.involve != "" {
			a.Involved = append(a.Involved, someone)
		}
		e.Acts = append(e.Acts, a)
		return nil
	}
	if g.involve == "" {
		return nil
	}
	someone.Status = g.status
	if !e.Involve(g.in, someone) {
		return fault.New(fault.NotFound, fmt.Sprintf("%s has no act %d", e.ID, g.in), "Nothing was written.", "See its acts with: heed event "+e.ID)
	}
	return nil
}

func (v *verbs) addEvent(ctx context.Context, a Case, c *cobra.Command, g eventFlags) error {
	if g.involve != "" && g.act == "" {
		return console.Usage(errors.New("name the event whose act it is: heed event EV-01 --involve …"))
	}
	change, err := g.change(c.Flags().Changed)
	if err != nil {
		return err
	}
	var e record.Event
	if err := change(&e); err != nil {
		return err
	}
	got, err := a.Record.AddEvent(ctx, a.By, e)
	if err != nil {
		return err
	}
	return v.Emit(got, func(w io.Writer) { printEvent(w, got, "") })
}

// eventShown is an event with the newest act of the ledger about it.
type eventShown struct {
	record.Event
	Act int64 `json:"act"`
}

func (v *verbs) showEvent(ctx context.Context, a Case, id string) error {
	e, act, err := a.Record.Event(ctx, id)
	if err != nil {
		return err
	}
	return v.Emit(eventShown{e, act}, func(w io.Writer) {
		printEvent(w, e, console.ActText(act))
		if e.Text != "" {
			fmt.Fprintln(w, "        "+console.Visible(e.Text))
		}
		for _, x := range e.Acts {
			fmt.Fprintln(w, "        "+console.Fields(fmt.Sprint(x.N), x.Type, x.Victim, dates(x.First, x.Last), x.Place, x.Status))
			for _, i := range x.Involved {
				fmt.Fprintln(w, "           "+console.Fields(i.Person, i.Degree, i.Status))
			}
		}
		for _, x := range e.Attested {
			fmt.Fprintln(w, "        "+console.Fields(x.Address().String(), x.Connection))
		}
		for _, l := range e.Links {
			fmt.Fprintln(w, "        "+console.Fields(l.Kind, l.Event))
		}
	})
}

func (v *verbs) listEvents(ctx context.Context, a Case, p console.Page) error {
	list, total, err := a.Record.Events(ctx, p.After, p.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, p, list, total, func(e record.Event) string { return e.ID }, func(w io.Writer, e record.Event) { printEvent(w, e, "") })
}

func (v *verbs) eventsOf(ctx context.Context, a Case, id string) error {
	list, err := a.Record.EventsNaming(ctx, id)
	if err != nil {
		return err
	}
	return v.Emit(console.NonNil(list), func(w io.Writer) {
		for _, e := range list {
			printEvent(w, e, "")
		}
	})
}

func printEvent(w io.Writer, e record.Event, act string) {
	acts, passages := "", ""
	if n := len(e.Acts); n > 0 {
		acts = console.Counted(n, "event act")
	}
	if n := len(e.Attested); n > 0 {
		passages = console.Counted(n, "passage")
	}
	fmt.Fprintln(w, console.Fields(e.ID, dates(e.First, e.Last), e.Place, console.Visible(e.Title), acts, passages, act))
}
