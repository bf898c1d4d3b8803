package record

import (
	"slices"
	"strings"

	"heed/internal/lang"
	"heed/internal/record/edtf"
	"heed/internal/seal"
)

// Person is somebody of whom the record speaks: one human being, or several who are
// counted together. What somebody did or suffered stands in events and not here: the same
// person may be the victim of one act, the source of another, and have ordered a third.
//
// A person is protected unless somebody says why not: victims, witnesses and sources, and
// whoever is at risk beside them, such as interpreters, drivers, relatives and the team's
// own people. Of a protected person the record holds words that point to nobody; names
// are under seal, with the key of the source through which the person is known.
type Person struct {
	ID        string `json:"id"`               // P-01
	Source    string `json:"source,omitempty"` // whose key covers it; "" only of a public person
	Unit      string `json:"unit"`
	Label     string `json:"label,omitempty"` // "a former detainee"
	Public    bool   `json:"public,omitempty"`
	WhyPublic string `json:"why_public,omitempty"` // "minister since 2016"
	Names     []Name `json:"names,omitempty"`      // of a public person
	Sealed    []Part `json:"sealed,omitempty"`
	Sex       string `json:"sex,omitempty"`
	Birth     string `json:"birth,omitempty"`   // a Date in EDTF; of a public person
	Contact   string `json:"contact,omitempty"` // of a public person: an office, not a home
	Size      int    `json:"size,omitempty"`    // how many a group has
	By        string `json:"by"`                // the member who added it
	At        int64  `json:"at"`                // µs since 1970, UTC
}

// Part is something of a person or place that is under seal: the reference, and what it
// is. It says nothing of the value.
type Part struct {
	Ref    seal.Ref `json:"ref"`
	What   string   `json:"what"`
	Lang   string   `json:"lang,omitempty"`
	Script string   `json:"script,omitempty"`
}

// personParts are what can be sealed of a person, and as which kind of value.
var personParts = map[string]seal.Kind{NameProper: seal.Name, NameAlias: seal.Name, "birth": seal.Note, "place": seal.Place, "contact": seal.Note}

// PersonParts lists what can be sealed of a person.
func PersonParts() []string { return []string{NameProper, NameAlias, "birth", "place", "contact"} }

// Protected reports whether the person may stand in the record by no name of theirs.
func (p Person) Protected() bool { return !p.Public }

// Called is how a person can be spoken of within the team.
func (p Person) Called() string {
	if len(p.Names) > 0 {
		return p.Names[0].Text
	}
	return p.Label
}

// SealAs holds a part that is to be sealed against the person, and says as which kind of
// value it goes to the vault. It is asked before the value is read.
func (p Person) SealAs(part Part) (seal.Kind, error) {
	return sealAs(personParts, PersonParts(), p.Source, part)
}

func sealAs(kinds map[string]seal.Kind, known []string, source string, part Part) (seal.Kind, error) {
	kind, ok := kinds[part.What]
	if !ok {
		return "", invalid("this is nothing that can be sealed here", "Choose one of: "+strings.Join(known, ", ")+".")
	}
	if source == "" {
		return "", invalid("what belongs to no source cannot be sealed: it is the key of a source under which a value stands",
			"Add it anew with --source.")
	}
	if err := validLang(part.Lang, part.Script); err != nil {
		return "", err
	}
	return kind, nil
}

func (p Person) withDefaults() Person {
	if p.Unit == "" {
		p.Unit = UnitIndividual
	}
	p.Names = withScripts(p.Names)
	return p
}

// Check is what Check is of a place.
func (p Person) Check(more Part) error {
	more.Ref = "E-0000"
	p.Sealed = append(slices.Clone(p.Sealed), more)
	return validPerson(p.withDefaults())
}

// validPerson says what is wrong with a person.
func validPerson(p Person) error {
	for _, f := range []struct{ what, value string }{{"label", p.Label}, {"contact", p.Contact}} {
		if err := line(f.what, f.value, false); err != nil {
			return err
		}
	}
	if err := oneOf("counting unit", Units(), p.Unit); err != nil {
		return err
	}
	if p.Size < 0 || p.Size > 0 && p.Unit == UnitIndividual {
		return invalid("only what counts several persons has a size", "Choose a unit such as family or group, or leave the size out.")
	}
	if p.Sex != "" {
		if err := oneOf("word for a sex", Sexes(), p.Sex); err != nil {
			return err
		}
	}
	if err := edtf.InOrder(p.Birth, ""); err != nil {
		return err
	}
	if err := validParts(p.Sealed, p.SealAs); err != nil {
		return err
	}
	if p.Protected() {
		return validProtected(p)
	}
	return validPublic(p)
}

// validProtected refuses what would point to a protected person.
func validProtected(p Person) error {
	switch {
	case len(p.Names) > 0:
		return invalid("a protected person has no open name", "Seal the name: heed person P-01 --seal-name. Words on a command line stay in its history; clear it.")
	case p.Birth != "":
		return invalid("a protected person has no open date of birth", "Seal it: heed person P-01 --seal birth")
	case p.Contact != "":
		return invalid("a protected person has no open contact", "Seal it: heed person P-01 --seal contact")
	case p.WhyPublic != "":
		return invalid("a reason to be public belongs to a public person", "Add --public, or drop the reason.")
	case p.Source == "":
		return invalid("a protected person needs a source: its key covers what is known of them", "Name the source through which the person is known: --source S-002")
	}
	return nil
}

func validPublic(p Person) error {
	if err := text("reason", p.WhyPublic, false); err != nil {
		return err
	}
	if lang.Blank(p.WhyPublic) {
		return invalid("a public person needs a reason: who is named here may be named in a report", "Say why, such as an office they hold: --why \"…\"")
	}
	if !slices.ContainsFunc(p.Names, func(n Name) bool { return n.Kind == NameProper }) {
		return invalid("a public person needs a name", "Give it with --name, or leave the person protected.")
	}
	return validNames(p.Names)
}

func validParts(parts []Part, sealAs func(Part) (seal.Kind, error)) error {
	for i, part := range parts {
		if !numbered("E", string(part.Ref)) {
			return invalid("a sealed part has the reference of a sealed value", "Seal the value first; its reference is like E-0003.")
		}
		if slices.ContainsFunc(parts[:i], func(q Part) bool { return q.Ref == part.Ref }) {
			return invalid(string(part.Ref)+" stands here already", "Each sealed value is one part.")
		}
		if _, err := sealAs(part); err != nil {
			return err
		}
	}
	return nil
}
