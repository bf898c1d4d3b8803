package record

import (
	"slices"
	"strings"

	"heed/internal/intake"
	"heed/internal/lang"
	"heed/internal/record/edtf"
	"heed/internal/seal"
)

// Place is somewhere that things happened: a prison, a street, a district. Where it lies
// is recorded exactly and published only as exactly as its precision says.
//
// A place that would point to a protected person, such as a family's house, is protected
// itself: its name and coordinates are under seal, with the key of a source.
type Place struct {
	ID          string        `json:"id"`               // PL-01
	Source      string        `json:"source,omitempty"` // whose key covers it; "" only of an open place
	Kind        string        `json:"kind"`
	Label       string        `json:"label,omitempty"` // words that point to nobody: "a family house"
	Protected   bool          `json:"protected,omitempty"`
	Names       []Name        `json:"names,omitempty"` // of an open place
	Sealed      []Part        `json:"sealed,omitempty"`
	Coordinates *Coordinates  `json:"coordinates,omitempty"` // of an open place
	Precision   Precision     `json:"precision"`             // of what is published
	District    string        `json:"district,omitempty"`
	Region      string        `json:"region,omitempty"`
	Statuses    []PlaceStatus `json:"statuses,omitempty"`
	By          string        `json:"by"` // the member who added it
	At          int64         `json:"at"` // µs since 1970, UTC
}

// PlaceStatus is what one passage says of a place over a time. Two sources may say
// opposite things: both stand, each with its passage, and nothing here decides.
type PlaceStatus struct {
	Value string `json:"value"`
	From  string `json:"from,omitempty"` // a Date in EDTF
	To    string `json:"to,omitempty"`   // a Date in EDTF
	Anchor
	By string `json:"by"` // the member who took it down
	At int64  `json:"at"`
}

// Anchor is where in the text of a source something stands.
type Anchor struct {
	Source   string         `json:"source"`
	Sentence int            `json:"sentence"`         // the first
	Through  int            `json:"through"`          // the last
	Edition  intake.Edition `json:"edition,omitzero"` // of the text it was read in
}

// Address is the passage, in the edition in which it was read.
func (a Anchor) Address() intake.Address {
	return intake.Address{Source: a.Source, From: a.Sentence, To: a.Through, Edition: a.Edition}
}

// AnchorAt is an anchor at an address.
func AnchorAt(a intake.Address) Anchor {
	return Anchor{Source: a.Source, Sentence: a.From, Through: a.To, Edition: a.Edition}
}

// PlaceStatuses lists what can be said of a place at a time.
func PlaceStatuses() []string {
	return []string{"alleged", "under_construction", "operating", "closed", "repurposed", "demolished", "unknown"}
}

// placeParts are what can be sealed of a place: all of it is about where something is.
var placeParts = map[string]seal.Kind{NameProper: seal.Place, NameAlias: seal.Place, partCoordinates: seal.Place, "address": seal.Place}

const partCoordinates = "coordinates"

// PlaceParts lists what can be sealed of a place.
func PlaceParts() []string { return []string{NameProper, NameAlias, partCoordinates, "address"} }

// SealAs holds a part that is to be sealed against the place, and says as which kind of
// value it goes to the vault. It is asked before the value is read.
func (p Place) SealAs(part Part) (seal.Kind, error) {
	return sealAs(placeParts, PlaceParts(), p.Source, part)
}

// Check says what would be refused of the place with a part more. It is asked before the
// value of the part is sealed: what is sealed stays sealed.
func (p Place) Check(more Part) error {
	more.Ref = "E-0000" // none has this number
	p.Sealed = append(slices.Clone(p.Sealed), more)
	return validPlace(p.withDefaults())
}

// Called is how a place can be spoken of within the team.
func (p Place) Called() string {
	if len(p.Names) > 0 {
		return p.Names[0].Text
	}
	return p.Label
}

// names reports whether the place names an id beside its own source.
func (p Place) names(id string) bool {
	return slices.ContainsFunc(p.Statuses, func(s PlaceStatus) bool { return s.Source == id })
}

func (p Place) withDefaults() Place {
	if p.Kind == "" {
		p.Kind = "unknown"
	}
	if p.Precision == "" {
		p.Precision = Unpublished
	}
	p.Names = withScripts(p.Names)
	return p
}

// validPlace says what is wrong with a place, as far as it shows without the passages.
func validPlace(p Place) error {
	for _, f := range []struct{ what, value string }{{"label", p.Label}, {"district", p.District}, {"region", p.Region}} {
		if err := line(f.what, f.value, false); err != nil {
			return err
		}
	}
	if err := oneOf("kind of place", PlaceKinds(), p.Kind); err != nil {
		return err
	}
	if !slices.Contains(Precisions(), p.Precision) {
		return invalid("this is no precision", "Choose one of: "+joined(Precisions())+".")
	}
	if err := validParts(p.Sealed, p.SealAs); err != nil {
		return err
	}
	if p.Coordinates != nil {
		if err := p.Coordinates.valid(); err != nil {
			return err
		}
	}
	for _, s := range p.Statuses {
		if !slices.Contains(PlaceStatuses(), s.Value) {
			return invalid("this is no status of a place", "Choose one of: "+strings.Join(PlaceStatuses(), ", ")+".")
		}
		if err := edtf.InOrder(s.From, s.To); err != nil {
			return err
		}
	}
	return validOpenness(p)
}

func validOpenness(p Place) error {
	switch {
	case p.Protected && len(p.Names) > 0:
		return invalid("a protected place has no open name", "Seal the name: heed place PL-01 --seal-name. Words on a command line stay in its history; clear it.")
	case p.Protected && p.Coordinates != nil:
		return invalid("a protected place has no open coordinates", "Seal them: heed place PL-01 --seal coordinates")
	case p.Protected && p.Precision == Exact:
		return invalid("a protected place is not published to the point", "Choose another precision: heed place PL-01 --precision region")
	case p.Precision == Exact && p.hides():
		return invalid("coordinates under seal are not published to the point", "Choose another precision: heed place PL-01 --precision region")
	case p.Protected && p.Source == "":
		return invalid("a protected place needs a source: its key covers what is known of it", "Name the source through which the place is known: --source S-002")
	case !p.Protected && len(p.Names) == 0 && lang.Blank(p.Label):
		return invalid("a place needs a name, or words for it", "Give --name or --label.")
	}
	return validNames(p.Names)
}

// hides reports whether where the place lies is known under seal only.
func (p Place) hides() bool {
	return p.Coordinates == nil && slices.ContainsFunc(p.Sealed, func(s Part) bool { return s.What == partCoordinates })
}

// keepsStatuses refuses a change that would take away what a passage was recorded to say:
// a later passage that says the opposite is added beside it.
func keepsStatuses(have, want []PlaceStatus) error {
	if len(want) < len(have) || !slices.Equal(have, want[:len(have)]) {
		return invalid("a recorded status of a place is not changed by another", "Add what else is said, with its passage. To take back a mistake: heed undo PL-01")
	}
	return nil
}
