package corroborate

import (
	"slices"
	"strings"

	"heed/internal/record"
)

// Policy is the corroboration rule of a case: what Check holds its findings to. It is
// data, declared by a person with a reason, because commissions differ in it.
type Policy struct {
	MinOrigins       int  `json:"min_origins"`        // how many independent origins a finding needs
	RequireFirstHand bool `json:"require_first_hand"` // whether one of its claims must come from somebody who was there

	// FirstHandMinReliability is the lowest grade that the source of such a claim may
	// have, A to E; "" takes any. F is no low grade: it says that nobody could judge.
	FirstHandMinReliability string `json:"first_hand_min_reliability,omitempty"`
	// AllowSingleSource lets a finding rest on one origin when its assertion says less
	// than established, so that an incident is reported as told by one source.
	AllowSingleSource bool `json:"allow_single_source,omitempty"`
	// MaxSameOrganisation is from how many sources of one organisation on Check says that
	// the finding leans on it; 0 never does. They count as one origin in any case.
	MaxSameOrganisation int `json:"max_same_organisation,omitempty"`

	Weaker []string `json:"weaker,omitempty"` // fields in which it asks less than the policy before it
	Why    string   `json:"why,omitempty"`
	By     string   `json:"by,omitempty"`
	At     int64    `json:"at,omitempty"` // µs since 1970, UTC
}

// DefaultPolicy is what commissions of inquiry commonly hold themselves to: one
// first-hand source and another that is independent of it. It holds until a case
// declares its own.
var DefaultPolicy = Policy{MinOrigins: 2, RequireFirstHand: true}

// Declared reports whether a person declared it, as against the default.
func (p Policy) Declared() bool { return p.By != "" }

// maxOrigins bounds what a policy can ask for; more is a slip of the keyboard.
const maxOrigins = 99

// PolicyChange is what Declare changes; nil keeps what stands.
type PolicyChange struct {
	MinOrigins              *int
	RequireFirstHand        *bool
	FirstHandMinReliability *string
	AllowSingleSource       *bool
	MaxSameOrganisation     *int
	Why                     string
	Saw                     int64 // newest act about the policy that the editor had seen; 0 did not look
}

// changed is the policy under a change.
func (p Policy) changed(c PolicyChange) Policy {
	before := p
	set(&p.MinOrigins, c.MinOrigins)
	set(&p.RequireFirstHand, c.RequireFirstHand)
	set(&p.FirstHandMinReliability, c.FirstHandMinReliability)
	set(&p.AllowSingleSource, c.AllowSingleSource)
	set(&p.MaxSameOrganisation, c.MaxSameOrganisation)
	p.Why, p.Weaker = c.Why, p.weakerThan(before)
	return p
}

func set[T any](to *T, from *T) {
	if from != nil {
		*to = *from
	}
}

// validPolicy says what is wrong with a policy.
func validPolicy(p Policy) error {
	if err := text("reason of the policy", p.Why, true); err != nil {
		return err
	}
	switch {
	case p.MinOrigins < 1 || p.MinOrigins > maxOrigins:
		return invalid("a finding needs at least one origin, and at most 99 can be asked for", "Commissions commonly ask for 2.")
	case p.FirstHandMinReliability == record.ReliabilityUnjudged:
		return invalid("F says that a source cannot be judged, and is no lowest grade", "Use A to E, or take any.")
	case p.FirstHandMinReliability != "" && (len(p.FirstHandMinReliability) != 1 || p.FirstHandMinReliability < "A" || p.FirstHandMinReliability > "E"):
		return invalid("this is no grade of reliability", "Use A to E, or take any.")
	case p.FirstHandMinReliability != "" && !p.RequireFirstHand:
		return invalid("a lowest grade for first-hand sources asks for one", "Require a first-hand source, or take any grade.")
	case p.MaxSameOrganisation < 0:
		return invalid("a number of sources cannot be below 0", "Use 0 for no limit.")
	}
	return nil
}

// weakerThan names the fields in which a policy asks less than another.
func (p Policy) weakerThan(before Policy) (fields []string) {
	for _, f := range []struct {
		name string
		less bool
	}{
		{"min_origins", p.MinOrigins < before.MinOrigins},
		{"require_first_hand", before.RequireFirstHand && !p.RequireFirstHand},
		{"first_hand_min_reliability", before.FirstHandMinReliability != "" && (p.FirstHandMinReliability == "" || p.FirstHandMinReliability > before.FirstHandMinReliability)},
		{"allow_single_source", p.AllowSingleSource && !before.AllowSingleSource},
		{"max_same_organisation", before.MaxSameOrganisation > 0 && (p.MaxSameOrganisation == 0 || p.MaxSameOrganisation > before.MaxSameOrganisation)},
	} {
		if f.less {
			fields = append(fields, f.name)
		}
	}
	return fields
}

// mayRestOnOne reports whether a finding may stand on a single origin: the policy allows
// it, and the words draw a conclusion that is not called established or refuted.
func (p Policy) mayRestOnOne(f Finding) bool {
	return p.AllowSingleSource && slices.Contains([]string{CredibleAllegation, CredibleIndications, Concern, Unverified}, f.Assertion)
}

// firstHand sorts the first-hand claims for a finding by whether the policy takes them:
// those of sources that nobody judged are not those that were judged too low.
func (p Policy) firstHand(claims []Claim, sources map[string]record.Source) (taken, unjudged, low []string) {
	for _, c := range claims {
		if !c.FirstHand {
			continue
		}
		grade := sources[c.Source].Reliability
		switch {
		case p.FirstHandMinReliability == "":
			taken = append(taken, c.ID)
		case grade == "" || grade == record.ReliabilityUnjudged:
			unjudged = append(unjudged, c.ID)
		case grade > p.FirstHandMinReliability:
			low = append(low, c.ID)
		default:
			taken = append(taken, c.ID)
		}
	}
	return taken, unjudged, low
}

// leaning finds the sources of claims that are of one organisation and more than n.
func leaning(claims []Claim, sources map[string]record.Source, n int) (groups [][]string) {
	of, seen := map[string][]string{}, map[string]bool{}
	for _, c := range claims {
		key := organisation(sources[c.Source])
		if key == "" || seen[c.Source] {
			continue
		}
		seen[c.Source] = true
		of[key] = append(of[key], c.Source)
	}
	for _, ids := range of {
		if len(ids) > n {
			slices.SortFunc(ids, byNumber)
			groups = append(groups, ids)
		}
	}
	slices.SortFunc(groups, func(a, b []string) int { return byNumber(a[0], b[0]) })
	return groups
}

// listed writes ids in a sentence.
func listed(ids []string) string { return strings.Join(ids, ", ") }
