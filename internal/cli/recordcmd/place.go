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

type placeFlags struct {
	record.Place
	names                     nameFlags
	seal                      sealFlags
	at, precision             string
	status, from, since, till string
	saw                       int64
	page                      console.Page
}

func (v *verbs) placeCommand() *cobra.Command {
	var g placeFlags
	c := &cobra.Command{
		Use:   "place [PL-01 | S-002] [flags]",
		Short: "record a place: names, where it lies, and what is said of it over time",
		Long: `Record a place. Where it lies is kept as exactly as you give it, and published only as exactly
as --precision says: withheld, unless you decide. Opposite things said of a place both stand, each
with its passage and time; nothing is overwritten.

A place that would point to a protected person is protected too: its name and coordinates are
sealed, read from standard input or --file, under the key of a source.

  heed place --name "Lenz prison" --lang en --kind prison --at 41.1234,75.5 --precision 10km
  heed place PL-01 --also alias:ru:Cyrl:"Тюрьма Ленц"
  heed place PL-01 --status operating --from S-001:4 --since 2017-03~ --until 2019
  heed place --protected --source S-002 --kind home --label "a family house"
  printf %s "$WHERE" | heed place PL-02 --seal coordinates
  heed place PL-01                      show one, with the number of the newest act

Kinds: ` + listOf(record.PlaceKinds()) + `.
Statuses: ` + strings.Join(record.PlaceStatuses(), " ") + `.
Precisions: ` + precisions() + `.
What can be sealed: ` + strings.Join(record.PlaceParts(), " ") + `. Opened with: heed unseal.`,
		Args: cobra.MaximumNArgs(1),
	}
	f := c.Flags()
	f.StringVar(&g.Kind, "kind", "", "what it is; unknown when left out")
	f.StringVar(&g.Label, "label", "", "words for it that point to nobody")
	f.BoolVar(&g.Protected, "protected", false, "it would point to a protected person")
	f.StringVar(&g.Source, "source", "", "the source through which it is known; its key covers it")
	f.StringVar(&g.at, "at", "", "coordinates in degrees: LAT,LON")
	f.StringVar(&g.precision, "precision", "", "how exactly it may be published; withheld when left out")
	f.StringVar(&g.District, "district", "", "the district it lies in")
	f.StringVar(&g.Region, "region", "", "the region it lies in")
	f.StringVar(&g.status, "status", "", "what a passage says of it")
	f.StringVar(&g.from, "from", "", "address of that passage")
	f.StringVar(&g.since, "since", "", "from when it was so: 2017, 2017-03~, 201X, 2017-03-XX")
	f.StringVar(&g.till, "until", "", "until when")
	g.names.addTo(f)
	g.seal.addTo(f)
	f.Int64Var(&g.saw, "saw", 0, console.SawUsage)
	g.page.AddTo(f)
	c.RunE = func(c *cobra.Command, args []string) error {
		part, err := g.seal.part(g.names)
		if err != nil {
			return console.Usage(err)
		}
		if (g.status == "") != (g.from == "") || g.status == "" && g.since+g.till != "" {
			return console.Usage(errors.New("a status stands with its passage: --status closed --from S-001:4"))
		}
		return v.object(c, args, "PL-", func(ctx context.Context, a Case, id string, given bool) error {
			switch {
			case id == "" && given:
				return v.addPlace(ctx, a, c, g, part)
			case id == "" || intake.ValidSource(id):
				return v.listPlaces(ctx, a, id, g.page)
			case given:
				if err := v.changePlace(ctx, a, c, id, g, part); err != nil {
					return err
				}
			}
			return v.showPlace(ctx, a, id)
		})
	}
	return c
}

func precisions() string {
	var out []string
	for _, p := range record.Precisions() {
		out = append(out, string(p))
	}
	return strings.Join(out, " ")
}

// change is what the flags say is to be different in a place, with nothing sealed yet.
func (g placeFlags) change(given func(flag string) bool) (func(*record.Place), error) {
	more, err := g.names.also()
	if err != nil {
		return nil, console.Usage(err)
	}
	var status []record.PlaceStatus
	if g.status != "" {
		at, err := intake.ParseAddress(g.from)
		if err != nil {
			return nil, err
		}
		status = append(status, record.PlaceStatus{Value: g.status, From: g.since, To: g.till, Anchor: record.AnchorAt(at)})
	}
	var where *record.Coordinates
	if g.at != "" {
		c, err := record.ParseCoordinates(g.at)
		if err != nil {
			return nil, err
		}
		where = &c
	}
	return func(p *record.Place) {
		for _, o := range []struct {
			flag     string
			to, from *string
		}{{"kind", &p.Kind, &g.Kind}, {"label", &p.Label, &g.Label}, {"district", &p.District, &g.District}, {"region", &p.Region, &g.Region}} {
			if given(o.flag) {
				*o.to = *o.from
			}
		}
		if given("protected") {
			p.Protected = g.Protected
		}
		if g.Protected { // what may not stand open goes out of what is recorded now
			p.Names, p.Coordinates = nil, nil
		}
		if given("precision") {
			p.Precision = record.Precision(g.precision)
		}
		if given("at") {
			p.Coordinates = where
		}
		p.Names = append(g.names.first(p.Names), more...)
		p.Statuses = append(p.Statuses, status...)
	}, nil
}

func (v *verbs) addPlace(ctx context.Context, a Case, c *cobra.Command, g placeFlags, part record.Part) error {
	change, err := g.change(c.Flags().Changed)
	if err != nil {
		return err
	}
	p := record.Place{Source: g.Source}
	change(&p)
	if err := v.sealPart(ctx, a, p, p.Source, &part, g.seal.file); err != nil {
		return err
	}
	if part.Ref != "" {
		p.Sealed = append(p.Sealed, part)
	}
	got, err := a.Record.AddPlace(ctx, a.By, p)
	if err != nil {
		v.leftOver(part)
		return err
	}
	v.sayOpen(got)
	return v.Emit(got, func(w io.Writer) { printPlace(w, got, "") })
}

func (v *verbs) changePlace(ctx context.Context, a Case, c *cobra.Command, id string, g placeFlags, part record.Part) error {
	if c.Flags().Changed("source") {
		return console.Usage(errors.New("a place stays with the source through which it is known; add it anew under another"))
	}
	change, err := g.change(c.Flags().Changed)
	if err != nil {
		return err
	}
	if part.What != "" {
		p, _, err := a.Record.Place(ctx, id)
		if err != nil {
			return err
		}
		change(&p)
		if err := v.sealPart(ctx, a, p, p.Source, &part, g.seal.file); err != nil {
			return err
		}
	}
	got, err := a.Record.ChangePlace(ctx, a.By, id, g.saw, func(p *record.Place) {
		change(p)
		if part.Ref != "" {
			p.Sealed = append(p.Sealed, part)
		}
	})
	if err != nil {
		v.leftOver(part)
		return err
	}
	if g.Protected {
		v.Say(stillInHistory, id)
	}
	v.sayOpen(got)
	return nil
}

// sayOpen tells what stands open of a protected place although it says where it lies.
func (v *verbs) sayOpen(p record.Place) {
	if p.Protected && p.District != "" {
		v.Say("The district of %s stands open. Take it out with --district \"\" if it would point to somebody.", p.ID)
	}
}

// placeShown is a place with what may be published of it, and the newest act about it.
type placeShown struct {
	record.Place
	Public record.Published `json:"public"`
	Act    int64            `json:"act"`
}

func (v *verbs) showPlace(ctx context.Context, a Case, id string) error {
	p, act, err := a.Record.Place(ctx, id)
	if err != nil {
		return err
	}
	shown := placeShown{p, p.Public(), act}
	return v.Emit(shown, func(w io.Writer) {
		printPlace(w, p, console.ActText(act))
		printNames(w, p.Names)
		public := console.Fields(shown.Public.Lat, shown.Public.Lon, console.Visible(shown.Public.District), console.Visible(shown.Public.Region))
		if public == "" {
			public = "nothing"
		}
		fmt.Fprintln(w, "        "+console.Fields("published of where it lies:", public))
		for _, s := range p.Statuses {
			fmt.Fprintln(w, "        "+console.Fields(s.Value, dates(s.From, s.To), s.Address().String(), s.By))
		}
	})
}

// dates writes a time that has a beginning and may have an end.
func dates(first, last string) string {
	switch {
	case last == "":
		return first
	case first == "":
		return "until " + last
	}
	return first + " to " + last
}

func (v *verbs) listPlaces(ctx context.Context, a Case, source string, p console.Page) error {
	list, total, err := a.Record.Places(ctx, source, p.After, p.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, p, list, total, func(p record.Place) string { return p.ID }, func(w io.Writer, p record.Place) { printPlace(w, p, "") })
}

func printPlace(w io.Writer, p record.Place, act string) {
	protected, at, statuses := "", "", ""
	if p.Protected {
		protected = "protected"
	}
	if p.Coordinates != nil {
		at = p.Coordinates.String()
	}
	if n := len(p.Statuses); n > 0 {
		statuses = fmt.Sprintf("statuses: %d", n)
	}
	fmt.Fprintln(w, console.Fields(p.ID, p.Kind, protected, p.Source, quoted(p.Called()), at, "public: "+string(p.Precision), console.Visible(p.District), console.Visible(p.Region), statuses, act))
	printParts(w, p.Sealed)
}
