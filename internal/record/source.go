package record

import (
	"slices"
	"strings"

	"heed/internal/lang"
)

// Source is what is known of where an original comes from. It has the original's id.
type Source struct {
	ID           string   `json:"id"`
	Title        string   `json:"title,omitempty"`
	Kind         string   `json:"kind"`
	Date         string   `json:"date,omitempty"` // a Date: of the content, not of intake
	Organisation string   `json:"organisation,omitempty"`
	Contact      string   `json:"contact,omitempty"` // who led to it; two sources of one contact are one origin
	Origin       string   `json:"origin"`            // own, derived, unknown
	DerivedFrom  []string `json:"derived_from,omitempty"`
	Reliability  string   `json:"reliability"`      // A to F; F is "cannot be judged", not "worst"
	Reason       string   `json:"reason,omitempty"` // for a reliability other than F
}

// The origins of a source. What nobody declared is unknown, and never counts as independent.
const (
	OriginOwn     = "own"     // it is the first to say so
	OriginDerived = "derived" // it repeats others, named in DerivedFrom
	OriginUnknown = "unknown"
)

// ReliabilityUnjudged is the grade of every source until somebody judges it. A person
// who speaks for the first time is F, not E.
const ReliabilityUnjudged = "F"

// SourceKinds lists what a source can be.
func SourceKinds() []string {
	return []string{"interview", "press_article", "official_statement", "report", "document", "image", "dataset", "other", "unknown"}
}

// undescribed is the source of an original about which nobody has said anything.
func undescribed(id string) Source { return Source{ID: id}.withDefaults() }

func (s Source) withDefaults() Source {
	if s.Kind == "" {
		s.Kind = "unknown"
	}
	if s.Origin == "" {
		s.Origin = OriginUnknown
		if len(s.DerivedFrom) > 0 {
			s.Origin = OriginDerived
		}
	}
	if s.Reliability == "" {
		s.Reliability = ReliabilityUnjudged
	}
	return s
}

// validSource says what is wrong with a description, as far as it shows without the
// other sources.
func validSource(s Source) error {
	for _, f := range []struct{ what, value string }{{"title", s.Title}, {"organisation", s.Organisation}, {"contact", s.Contact}} {
		if err := line(f.what, f.value, false); err != nil {
			return err
		}
	}
	if err := text("reason", s.Reason, false); err != nil {
		return err
	}
	if s.Date != "" {
		if _, err := ParseDate(s.Date); err != nil {
			return err
		}
	}
	if !slices.Contains(SourceKinds(), s.Kind) {
		return invalid("this is no kind of source", "Choose one of: "+strings.Join(SourceKinds(), ", ")+".")
	}
	if err := validOriginOf(s); err != nil {
		return err
	}
	if len(s.Reliability) != 1 || s.Reliability < "A" || s.Reliability > "F" {
		return invalid("this is no grade of reliability", "Use A to F; F means that it cannot be judged.")
	}
	if s.Reliability != ReliabilityUnjudged && lang.Blank(s.Reason) {
		return invalid("a reliability other than F needs its reason", "Say what the grade rests on, or leave it at F.")
	}
	return nil
}

// validOriginOf holds the declared origin against what the source derives from.
func validOriginOf(s Source) error {
	switch s.Origin {
	case OriginOwn, OriginUnknown:
		if len(s.DerivedFrom) > 0 {
			return invalid("a source that derives from others has the origin derived", "Drop the origin, or what it derives from.")
		}
	case OriginDerived:
		if len(s.DerivedFrom) == 0 {
			return invalid("a derived source must say from which it derives", "Name them, or call the origin unknown.")
		}
	default:
		return invalid("this is no origin of a source", "Choose one of: own, derived, unknown.")
	}
	return nil
}

// Circle finds a way from a source back to itself along derived_from. It returns the
// ids in order, the first one at both ends, or nothing when there is none.
func Circle(derived map[string][]string, from string) []string {
	cameFrom := map[string]string{}
	queue := []string{from}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, next := range derived[at] {
			if next == from {
				return wayBack(cameFrom, from, at)
			}
			if _, seen := cameFrom[next]; !seen {
				cameFrom[next] = at
				queue = append(queue, next)
			}
		}
	}
	return nil
}

func wayBack(cameFrom map[string]string, from, last string) []string {
	way := []string{from}
	for at := last; at != from; at = cameFrom[at] {
		way = append(way, at)
	}
	way = append(way, from)
	slices.Reverse(way)
	return way
}
