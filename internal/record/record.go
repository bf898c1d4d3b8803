// Package record holds what is known before anything is concluded: the case, where
// each original comes from, what it may be used for, who is in it, what happened, and who
// said what.
//
// A source has the id of its original (S-001). Its description says what it derives
// from, so that a hundred papers repeating one wire story can be counted as one origin.
// Its bases say for which use, towards whom and under which name it may be used; a consent
// comes with how it was asked for. A statement is one person's or body's exact words with
// their target and stance. A code is one coder's judgement that a passage is an instance
// of a term of the codebook. A quantity is a number that somebody asserts, with what it
// counts. Persons, places and events are what sources tell of; each names what attests it.
//
// Tables: case_record (one row), source, basis, statement, code, term, quantity, person,
// place, event.
// Acts: case.begun, source.described, basis.added, basis.withdrawn, consent.recorded,
// consent.withdrawn, statement.said, code.added, code.changed, code.retracted,
// term.defined, term.changed, quantity.added, person.added, person.changed, place.added,
// place.changed, event.added, event.changed; and those that take acts back (Undo).
//
// What this room refuses:
//
//   - A use that no basis covers. Nobody asked is the same as refused (Covers).
//   - Consent from somebody to whom its terms were not explained.
//   - A basis of a source after a withdrawal, which ends every use, and an answer of a day
//     that is still to come.
//   - A source that derives from itself, through any number of steps, and an event that
//     precedes, causes or is part of itself.
//   - A statement or quantity whose words do not stand in its passage, byte for byte, or
//     begin or end inside a word of it.
//   - A code changed by anybody but its coder, and a comparison of numbers that count
//     different things.
//   - A text in which nothing is seen where one is needed, and one that turns the order of
//     its letters.
//   - Anything new about a source that was erased.
//   - A target wider than the words: it is taken as a person gives it and never
//     guessed from the stance, and a proposal's target counts only when repeated.
//
// What is written here about a sealed source is not sealed: its title, organisation and
// contact are for words that point to nobody, such as [P-12] or E-0003.
package record

import (
	"strings"
	"time"
	"unicode"

	"heed/internal/fault"
	"heed/internal/lang"
)

// Case is the assessment as a whole: one directory, one case.
type Case struct {
	Title         string   `json:"title"`
	Origin        string   `json:"origin"`                   // first line of its checkpoints; says nothing of the subject
	Standard      Standard `json:"standard"`                 // declared once; a finding may raise it
	StandardLabel string   `json:"standard_label,omitempty"` // how the team words it, when that differs
	Zone          string   `json:"zone"`                     // IANA name: where its days end
	Training      bool     `json:"training,omitempty"`       // invented data, marked everywhere
	TwoPerson     bool     `json:"two_person,omitempty"`     // two custodians are needed to open what is sealed
}

// caseID is the ledger's name for the case.
const caseID = "case"

// withDefaults fills in what init leaves open.
func (c Case) withDefaults() Case {
	if c.Standard == "" {
		c.Standard = ReasonableGrounds
	}
	if c.Zone == "" {
		c.Zone = "UTC"
	}
	return c
}

// ValidCase says what is wrong with a case before it is begun. Standard, zone and
// origin may be empty: they have defaults.
func ValidCase(c Case) error {
	c = c.withDefaults()
	if err := line("title of the case", c.Title, true); err != nil {
		return err
	}
	if err := line("label of the standard", c.StandardLabel, false); err != nil {
		return err
	}
	if c.Standard.Rank() == 0 {
		return invalid("this is no standard of proof", "Choose one of: "+joined(Standards())+".")
	}
	if !validOrigin(c.Origin) {
		return invalid("this cannot be the origin of a case", "Use letters, digits and . - _ / only, at most 128 of them.")
	}
	_, err := c.Location()
	return err
}

// Location is the zone of the case, UTC when none is named. The machine's own zone is refused by name, since
// the same case would end its days elsewhere on another machine.
func (c Case) Location() (*time.Location, error) {
	if c.Zone != "Local" {
		if zone, err := time.LoadLocation(c.Zone); err == nil {
			return zone, nil
		}
	}
	return nil, invalid("this machine knows no time zone of that name", "Write it like Europe/Paris, or UTC.")
}

// validOrigin: an origin is one line of a signed note, and its words end up in key names.
func validOrigin(s string) bool {
	for _, r := range s {
		if r >= 0x80 || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_/", r) {
			return false
		}
	}
	return len(s) <= 128
}

// line checks a text of one line; text one of several.
func line(what, s string, required bool) error { return lang.Line(what, s, required) }
func text(what, s string, required bool) error { return lang.Text(what, s, required) }

// Overrides are the characters that show letters in another order than they are stored:
// a reader would see other words than those every check compares.
const Overrides = "\u202d\u202e"

// InOrder refuses a text that a member writes with a character in it that turns the
// order of others.
func InOrder(s string) error { return lang.InOrder(s) }

// invalid is a refusal before anything was written.
func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}

// joined lists words for a person.
func joined[T ~string](words []T) string {
	var out []string
	for _, w := range words {
		out = append(out, string(w))
	}
	return strings.Join(out, ", ")
}
