// Package followup keeps what became of each recommendation: the words in which it
// was made, the position its addressee takes, what everybody else said of it, and how
// far somebody has searched for more. For years after a release this is the ledger of
// who heeded what.
//
// Tables: recommendation, position, search_log.
// Acts: recommendation.added, position.taken, search-log.added.
//
// What this room refuses:
//
//   - The target of a statement is never widened. A position on R-01 comes from words
//     said of R-01, or of the recommendations as a body, by somebody R-01 addresses.
//     Words about the release, the report, the accusations or a finding set none.
//   - A position agrees with the stance of its statement: who rejects has not supported.
//   - Nobody is silent because nobody looked. "Silent" needs a dated search log for
//     that actor and that recommendation; without one the matrix says "not searched".
//   - A stance is no position: an ambassador who urges does not accept. Addressees are
//     shown in position words, everybody else in the words of their stance.
//
// Nothing is changed here: a later position stands beside the earlier one. It deletes in
// one case only, when the key of a source is destroyed (Erase).
package followup

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"heed/internal/intake"
	"heed/internal/lang"
)

// Recommendation is one thing somebody was asked to do, tied to the words that ask it.
type Recommendation struct {
	ID         string   `json:"id"`
	Text       string   `json:"text"` // how the case words it; the exact words when nothing else was given
	Source     string   `json:"source"`
	From       int      `json:"from"` // sentences
	To         int      `json:"to"`
	Words      string   `json:"words"`            // exact bytes of the passage
	Issuer     string   `json:"issuer,omitempty"` // who recommends; "" unknown
	Addressees []string `json:"addressees"`
	Verb       string   `json:"verb,omitempty"`
	Category   int      `json:"category"` // UPR action category of the verb, 1 to 5; 0 not judged
	By         string   `json:"by"`
	At         int64    `json:"at"` // µs since 1970, UTC
}

// Address is where its words stand.
func (r Recommendation) Address() intake.Address {
	return intake.Address{Source: r.Source, From: r.From, To: r.To}
}

// Addresses reports whether actor is one of those the recommendation is made to.
func (r Recommendation) Addresses(actor string) bool {
	for _, a := range r.Addressees {
		if sameActor(a, actor) {
			return true
		}
	}
	return false
}

// Position is what an addressee says to a recommendation, as a named member read it
// from one statement.
type Position struct {
	ID             string `json:"id"` // PS-001
	Recommendation string `json:"recommendation"`
	Statement      string `json:"statement"`
	Source         string `json:"source"` // of the statement
	Value          string `json:"value"`
	AsOf           string `json:"as_of"`         // the statement's date, or that of its source, unless a later one was given
	Why            string `json:"why,omitempty"` // the member's reasons
	By             string `json:"by"`
	At             int64  `json:"at"`
}

// The positions. Supported and noted are the formal terms of the Universal Periodic
// Review; what states publish under it is wider, hence the rest. "No response" is
// missing on purpose: silence is not read from words but from a search log.
const (
	Supported          = "supported"
	SupportedDone      = "supported_already_implemented"
	SupportedOngoing   = "supported_being_implemented"
	PartiallySupported = "partially_supported"
	Noted              = "noted"
	Rejected           = "rejected"
	UnderConsideration = "under_consideration"
	ContestsPremise    = "contests_premise" // of this recommendation, in words said of it
	Unclear            = "unclear"
)

// PositionValues lists them in the order in which they are offered.
func PositionValues() []string {
	return []string{Supported, SupportedDone, SupportedOngoing, PartiallySupported, Noted, Rejected, UnderConsideration, ContestsPremise, Unclear}
}

// SearchLog says that somebody looked for what an actor said of some recommendations,
// where, and up to which day.
type SearchLog struct {
	ID              string   `json:"id"` // L-001
	Recommendations []string `json:"recommendations"`
	Actor           string   `json:"actor"`
	SearchedTo      string   `json:"searched_to"` // YYYY-MM-DD, the last day covered
	Where           string   `json:"where"`       // archives, sites, languages
	Query           string   `json:"query,omitempty"`
	Note            string   `json:"note,omitempty"`
	By              string   `json:"by"`
	At              int64    `json:"at"`
}

// Covers reports whether the search looked for what actor said of the recommendation.
func (l SearchLog) Covers(actor, recommendation string) bool {
	if !sameActor(l.Actor, actor) {
		return false
	}
	for _, id := range l.Recommendations {
		if id == recommendation {
			return true
		}
	}
	return false
}

// sameActor compares two ways of writing an actor, and errs towards no: a match decides
// whose position words set. Only case, white space, the composition of letters and
// invisible characters may differ. A spokesman and the one he speaks for are two actors,
// and so are a state and its ministry: whether one binds the other is for a person to
// say, by recording on whose behalf the words were said.
func sameActor(a, b string) bool { return actorKey(a) == actorKey(b) }

func actorKey(name string) string {
	visible := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) { // direction marks that came along when a name was copied
			return -1
		}
		return r
	}, name)
	return strings.ToLower(strings.Join(strings.Fields(norm.NFC.String(visible)), " "))
}

// shown makes what a user typed safe to repeat in a message.
func shown(id string) string {
	if r := []rune(id); len(r) > 32 {
		id = string(r[:32]) + "…"
	}
	return lang.Visible(id)
}
