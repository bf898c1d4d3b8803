// Package followup keeps what became of each recommendation: the words in which it
// was made, the position its addressee takes, what everybody else said of it, what was
// done and what changed, and how far somebody has searched for more. For years after a
// release this is the ledger of who heeded what.
//
// Tables: recommendation, position, search_log, action, assessment.
// Acts: recommendation.added, recommendation.changed, recommendation.imported,
// position.taken, position.imported, search-log.added, action.added, assessment.made.
//
// What this room refuses:
//
//   - The target of a statement is never widened. A position on R-01 comes from words
//     said of R-01, or of the recommendations as a body, by somebody R-01 addresses.
//     Words about the release, the report, the accusations or a finding set none.
//   - A position agrees with the stance of its statement: who rejects has not supported.
//   - Nobody is silent because nobody looked. "Silent" needs a dated search log for
//     that actor and that recommendation; without one the matrix says "not searched".
//   - "No reply" needs one too, for every addressee, up to the day it is said of.
//   - A stance is no position: an ambassador who urges does not accept. Addressees are
//     shown in position words, everybody else in the words of their stance.
//   - Position, implementation, impact and reply quality are four things. None is worked
//     out from another: who said yes has done nothing yet, and what was done may have
//     changed nothing.
//   - An action, and a judgement that says something, rests on evidence.
//
// Positions, actions, assessments and search logs are never changed: a later one stands
// beside the earlier one. What a recommendation is filed under can be changed, what it
// asks cannot. Rows go in two cases only: when the key of a source is destroyed (Erase),
// and when an act that made one is undone (Undo); the ledger keeps what stood there.
package followup

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"heed/internal/intake"
)

// Recommendation is one thing somebody was asked to do, tied to the words that ask it:
// a passage, or one row of a table.
type Recommendation struct {
	ID         string         `json:"id"`
	Text       string         `json:"text"` // how the case words it; the exact words when nothing else was given
	Source     string         `json:"source"`
	From       int            `json:"from"` // sentences; 0 of a row
	To         int            `json:"to"`
	Edition    intake.Edition `json:"edition,omitzero"`
	Row        int            `json:"row,omitempty"`    // of a table, from 1; 0 of a passage
	Words      string         `json:"words"`            // exact bytes of the passage, or of the row's cell
	Issuer     string         `json:"issuer,omitempty"` // who recommends; "" unknown
	Addressees []string       `json:"addressees"`
	Verb       string         `json:"verb,omitempty"`
	Category   int            `json:"category"`              // UPR action category, 1 to 5; 0 not judged
	CategoryBy string         `json:"category_by,omitempty"` // ByVerb, or whose coding it is
	By         string         `json:"by"`
	At         int64          `json:"at"` // µs since 1970, UTC

	Symbol       string   `json:"symbol,omitempty"`    // of the document that makes it: A/HRC/56/1
	Paragraph    string   `json:"paragraph,omitempty"` // in it: 151(i)
	Deadline     string   `json:"deadline,omitempty"`  // a Date; it ends with its latest day in DeadlineZone
	DeadlineZone string   `json:"deadline_zone,omitempty"`
	Themes       []string `json:"themes,omitempty"`
	Affected     []string `json:"affected,omitempty"`     // whom it is for
	Criterion    string   `json:"criterion,omitempty"`    // by what anybody could see that it was done
	FollowsFrom  []string `json:"follows_from,omitempty"` // findings
	GroupsWith   []string `json:"groups_with,omitempty"`  // recommendations that ask the same, by other bodies; shown from both sides
	Supersedes   []string `json:"supersedes,omitempty"`   // earlier recommendations in whose place it stands
	Response     string   `json:"response,omitempty"`     // the table's own words for the answer
	Key          string   `json:"key,omitempty"`          // by which a row is known when its table comes again
	Digest       string   `json:"digest,omitempty"`       // of what the row said, by which other content under its key shows
	Session      string   `json:"session,omitempty"`      // of the review, as the table numbers it
	Cycle        string   `json:"cycle,omitempty"`
	Published    string   `json:"published,omitempty"` // when its document was, as the table has it
	SDGs         []string `json:"sdgs,omitempty"`      // codes of Sustainable Development Goals and targets
}

// ByVerb says that a category follows from the verb, by this room's list.
const ByVerb = "verb"

// Address is where the words of a recommendation stand: sentences of a text, or a row.
type Address struct {
	intake.Address
	Row int
}

func (a Address) String() string {
	if a.Row > 0 {
		return fmt.Sprintf("%s row %d", a.Source, a.Row)
	}
	return a.Address.String()
}

// Address is where its words stand.
func (r Recommendation) Address() Address {
	return Address{intake.Address{Source: r.Source, From: r.From, To: r.To, Edition: max(1, r.Edition)}, r.Row}
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
// from one statement, or as somebody else coded it in a row of a table.
type Position struct {
	ID             string `json:"id"` // PS-001
	Recommendation string `json:"recommendation"`
	Statement      string `json:"statement"`          // "" of a row
	Row            int    `json:"row,omitempty"`      // of the table Source, from 1
	Reported       string `json:"reported,omitempty"` // the table's own words for it
	Source         string `json:"source"`             // of the statement, or the table
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
