package recordcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/intake"
	"heed/internal/record"
)

type personFlags struct {
	record.Person
	names nameFlags
	seal  sealFlags
	saw   int64
	page  console.Page
}

func (v *verbs) personCommand() *cobra.Command {
	var g personFlags
	c := &cobra.Command{
		Use:   "person [P-01 | S-002] [flags]",
		Short: "record somebody: protected with sealed names, or public with a reason",
		Long: `Record a person, or several who are counted together. What they did or suffered stands in
events: the same person may be victim, source and perpetrator, so nothing of it is said here.

A person is protected unless you say why not. Give words that point to nobody, and seal the
name, read from standard input or --file: what stands on a command line stays in its history.
Interpreters, drivers, relatives and the team's own people are protected persons too.

  heed person --label "a former detainee" --source S-002
  printf %s "$NAME" | heed person P-01 --seal-name --lang ug --script Arab
  heed person --public --why "minister since 2029" --name "Ilan Dorr" --lang en --also transliteration:ru:Cyrl:"Илан Дорр"
  heed person P-01                      show one, with what they were in which event
  heed person P-01 --sex female --saw 41
  heed person S-002                     the persons known through a source

Counting units: ` + listOf(record.Units()) + `.
Names (--also KIND:LANG:SCRIPT:TEXT): ` + strings.Join(record.NameKinds(), " ") + `. The script may be left out where the letters show it.
What can be sealed: ` + strings.Join(record.PersonParts(), " ") + `. Opened with: heed unseal.`,
		Args: cobra.MaximumNArgs(1),
	}
	f := c.Flags()
	f.StringVar(&g.Unit, "unit", "", "what it counts as; individual when left out")
	f.StringVar(&g.Label, "label", "", "words that point to nobody")
	f.StringVar(&g.Source, "source", "", "the source through which the person is known; its key covers them")
	f.BoolVar(&g.Public, "public", false, "may be named")
	f.StringVar(&g.WhyPublic, "why", "", "why they may be named")
	f.StringVar(&g.Sex, "sex", "", "only where the work needs it: "+listOf(record.Sexes()))
	f.StringVar(&g.Birth, "birth", "", "of a public person: 1979, 1979-11-02, 197X, 1979~")
	f.StringVar(&g.Contact, "contact", "", "of a public person: an office")
	f.IntVar(&g.Size, "size", 0, "how many a group has")
	g.names.addTo(f)
	g.seal.addTo(f)
	f.Int64Var(&g.saw, "saw", 0, console.SawUsage)
	g.page.AddTo(f)
	c.RunE = func(c *cobra.Command, args []string) error {
		part, err := g.seal.part(g.names)
		if err != nil {
			return console.Usage(err)
		}
		return v.object(c, args, "P-", func(ctx context.Context, a Case, id string, given bool) error {
			switch {
			case id == "" && given:
				return v.addPerson(ctx, a, g, part)
			case id == "" || intake.ValidSource(id):
				return v.listPersons(ctx, a, id, g.page)
			case given:
				if err := v.changePerson(ctx, a, c, id, g, part); err != nil {
					return err
				}
			}
			return v.showPerson(ctx, a, id)
		})
	}
	return c
}

// object runs fn on what the words name: nothing, a source, or an object whose id begins
// with prefix. given says that there are flags which say something of the object.
func (v *verbs) object(c *cobra.Command, args []string, prefix string, fn func(ctx context.Context, a Case, id string, given bool) error) error {
	id := ""
	if len(args) > 0 {
		id = args[0]
	}
	given := saysSomething(c)
	source := intake.ValidSource(id)
	switch {
	case id != "" && !source && !strings.HasPrefix(id, prefix):
		return console.Usage(errors.New("name it by its id, like " + prefix + "01, or name a source; what it is called is given with a flag"))
	case source && given:
		return console.Usage(errors.New("a source alone lists what is known through it; to add something, name the source with --source"))
	}
	return v.open(c.Context(), func(a Case) error {
		if source {
			if _, err := a.Intake.Original(c.Context(), id); err != nil {
				return err
			}
		}
		return fn(c.Context(), a, id, given)
	})
}

// saysSomething reports whether flags were given beside those of every verb, those of a
// list, and --saw, which alone changes nothing.
func saysSomething(c *cobra.Command) bool {
	n := c.Flags().NFlag() - console.ChangedPersistent(c)
	for _, flag := range []string{"after", "limit", "all", "saw"} {
		if c.Flags().Changed(flag) {
			n--
		}
	}
	return n > 0
}

func (v *verbs) addPerson(ctx context.Context, a Case, g personFlags, part record.Part) error {
	p, err := g.Person, error(nil)
	if p.Names, err = g.names.names(); err != nil {
		return console.Usage(err)
	}
	if err := v.sealPart(ctx, a, p, p.Source, &part, g.seal.file); err != nil {
		return err
	}
	if part.Ref != "" {
		p.Sealed = append(p.Sealed, part)
	}
	got, err := a.Record.AddPerson(ctx, a.By, p)
	if err != nil {
		v.leftOver(part)
		return err
	}
	return v.Emit(got, func(w io.Writer) { printPerson(w, got, "") })
}

func (v *verbs) changePerson(ctx context.Context, a Case, c *cobra.Command, id string, g personFlags, part record.Part) error {
	if c.Flags().Changed("source") {
		return console.Usage(errors.New("a person stays with the source through which they are known; add them anew under another"))
	}
	more, err := g.names.also()
	if err != nil {
		return console.Usage(err)
	}
	change := func(p *record.Person) {
		given := c.Flags().Changed
		for _, o := range []struct {
			flag     string
			to, from *string
		}{{"unit", &p.Unit, &g.Unit}, {"label", &p.Label, &g.Label}, {"why", &p.WhyPublic, &g.WhyPublic}, {"sex", &p.Sex, &g.Sex},
			{"birth", &p.Birth, &g.Birth}, {"contact", &p.Contact, &g.Contact}} {
			if given(o.flag) {
				*o.to = *o.from
			}
		}
		if given("public") {
			p.Public = g.Public
		}
		if given("public") && !g.Public { // what may not stand open goes out of what is recorded now
			p.Names, p.Birth, p.Contact, p.WhyPublic = nil, "", "", ""
		}
		if given("size") {
			p.Size = g.Size
		}
		p.Names = append(g.names.first(p.Names), more...)
	}
	if part.What != "" {
		p, _, err := a.Record.Person(ctx, id)
		if err != nil {
			return err
		}
		change(&p)
		if err := v.sealPart(ctx, a, p, p.Source, &part, g.seal.file); err != nil {
			return err
		}
	}
	_, err = a.Record.ChangePerson(ctx, a.By, id, g.saw, func(p *record.Person) {
		change(p)
		if part.Ref != "" {
			p.Sealed = append(p.Sealed, part)
		}
	})
	switch {
	case err != nil:
		v.leftOver(part)
	case c.Flags().Changed("public") && !g.Public:
		v.Say(stillInHistory, id)
	}
	return err
}

// stillInHistory says what protecting somebody later does not do.
const stillInHistory = "%s is protected from now on. What stood open before stays in its history until the key of its source is destroyed."

// personShown is a person with what they were in events, and the newest act about them.
type personShown struct {
	record.Person
	Roles []record.Role `json:"roles"`
	Act   int64         `json:"act"`
}

func (v *verbs) showPerson(ctx context.Context, a Case, id string) error {
	p, act, err := a.Record.Person(ctx, id)
	if err != nil {
		return err
	}
	events, err := a.Record.EventsNaming(ctx, id)
	if err != nil {
		return err
	}
	shown := personShown{Person: p, Roles: []record.Role{}, Act: act}
	for _, e := range events {
		shown.Roles = append(shown.Roles, e.Roles(id)...)
	}
	return v.Emit(shown, func(w io.Writer) {
		printPerson(w, p, console.ActText(act))
		printNames(w, p.Names)
		for _, r := range shown.Roles {
			fmt.Fprintln(w, "        "+console.Fields(r.Event, fmt.Sprintf("event act %d", r.Act), r.Type, r.As))
		}
	})
}

func (v *verbs) listPersons(ctx context.Context, a Case, source string, p console.Page) error {
	list, total, err := a.Record.Persons(ctx, source, p.After, p.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, p, list, total, func(p record.Person) string { return p.ID }, func(w io.Writer, p record.Person) { printPerson(w, p, "") })
}

func printPerson(w io.Writer, p record.Person, act string) {
	open, size := "protected", ""
	if p.Public {
		open = "public"
	}
	if p.Size > 0 {
		size = fmt.Sprintf("of %d", p.Size)
	}
	fmt.Fprintln(w, console.Fields(p.ID, p.Unit, size, open, p.Source, quoted(p.Called()), p.Sex, p.Birth, console.Visible(p.Contact), console.Visible(p.WhyPublic), act))
	printParts(w, p.Sealed)
}

func printParts(w io.Writer, parts []record.Part) {
	for _, s := range parts {
		fmt.Fprintln(w, "        "+console.Fields(string(s.Ref), "sealed "+s.What, s.Lang, s.Script))
	}
}

func printNames(w io.Writer, names []record.Name) {
	for _, n := range names {
		fmt.Fprintln(w, "        "+console.Fields(n.Kind, quoted(n.Text), n.Lang, n.Script))
	}
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return "“" + console.Visible(s) + "”"
}

// listOf is a list of words for a help text.
func listOf(words []record.Word) string {
	var out []string
	for _, w := range words {
		out = append(out, w.Word)
	}
	return strings.Join(out, " ")
}
