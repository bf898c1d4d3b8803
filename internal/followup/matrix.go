package followup

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"heed/internal/record"
)

// MatrixInput is all that a matrix follows from.
type MatrixInput struct {
	Recommendations []Recommendation
	Statements      []record.Statement
	Positions       []Position
	Searches        []SearchLog
	Sources         map[string]record.Date // when each source is dated, where somebody said so
	Zone            *time.Location         // of the case; nil is UTC
}

// Matrix is who had said what of each recommendation by the end of a day. Every row
// has one cell per recommendation, in the order of Recommendations.
type Matrix struct {
	AsOf            record.Date      `json:"as_of"` // a day
	Zone            string           `json:"zone"`
	Until           time.Time        `json:"until"` // the end of that day in the zone
	Recommendations []Recommendation `json:"recommendations"`
	Rows            []Row            `json:"actors"`
	Apart           []Said           `json:"apart"` // of the report, the release, the accusations, findings and else; each once

	// Part says that the recommendations were chosen: what was said of others and of
	// something else is not here. Left is how many of those asked for were left out.
	Part bool `json:"part,omitempty"`
	Left int  `json:"left,omitempty"`

	none string // says of a matrix without recommendations what was asked for; "" when all were
}

// Row is one actor: the one answered for, where somebody spoke on behalf of another.
type Row struct {
	Actor string `json:"actor"`
	Cells []Cell `json:"cells"`
}

// CellKind says what a cell knows, and which kind of nothing it is if it knows nothing.
type CellKind string

// The kinds of cells.
const (
	HasPosition CellKind = "position"     // an addressee whose words a member read as a position
	Unread      CellKind = "unread"       // an addressee who spoke of it; nobody has read a position from that
	HasStance   CellKind = "stance"       // somebody else who spoke of it
	Silent      CellKind = "silent"       // searched, nothing found
	NotSearched CellKind = "not_searched" // nobody has looked
)

// Cell is one actor and one recommendation. Shows and Detail are its words as printed;
// the rest leads to what they rest on.
type Cell struct {
	Recommendation string          `json:"recommendation"`
	Addressee      bool            `json:"addressee"`
	Kind           CellKind        `json:"kind"`
	Shows          string          `json:"shows"`
	Detail         string          `json:"detail,omitempty"`
	Position       *Position       `json:"position,omitempty"`
	Stances        []record.Stance `json:"stances,omitempty"` // of the latest day; several when it holds several
	Count          int             `json:"count"`
	Statements     []Said          `json:"statements,omitempty"` // newest first
	Searched       *Searched       `json:"searched,omitempty"`
}

// Searched is the log that lets a cell say "silent", and the day up to which it does.
type Searched struct {
	Log   string      `json:"log"`
	To    record.Date `json:"to"`
	Where string      `json:"where"`
	By    string      `json:"by"`
}

// Said is one statement as the matrix shows it.
type Said struct {
	Statement  string        `json:"statement"`
	Actor      string        `json:"actor"` // the one answered for
	Speaker    string        `json:"speaker"`
	OnBehalfOf string        `json:"on_behalf_of,omitempty"`
	Stance     record.Stance `json:"stance"`
	Target     record.Target `json:"target"`
	OfAll      bool          `json:"of_all,omitempty"` // said of all recommendations as a body
	Words      string        `json:"words"`
	SaidOn     string        `json:"said_on"` // as recorded; "" when nobody knows
	Counted    record.Date   `json:"counted"` // the latest day SaidOn may mean; if unknown, the source's date or the day of recording
	Imprecise  bool          `json:"imprecise,omitempty"`
	Address    string        `json:"address"`

	order  int64  // of recording
	source string // in which it stands
}

// ActorOf is who answers for a statement.
func ActorOf(s record.Statement) string {
	if s.OnBehalfOf != "" {
		return s.OnBehalfOf
	}
	return s.Speaker
}

// About reports whether a statement was said of the recommendation, by itself or as
// one of all that its source makes. Everything else a statement can be about is something else.
func About(s record.Statement, rec Recommendation) bool { return about(s.Target, s.Source, rec) }

func about(t record.Target, source string, rec Recommendation) bool {
	switch t.Kind {
	case record.TargetRecommendation:
		return t.ID == rec.ID
	case record.TargetRecommendations:
		return whose(t, source) == rec.Source
	}
	return false
}

// whose is the source whose recommendations a statement about all of them means: the one
// that its target names, otherwise the one in which it stands. A case holds those of many
// bodies, and "the recommendations" are never all of them.
func whose(t record.Target, source string) string { return cmp.Or(t.ID, source) }

// BuildMatrix draws the matrix as it stood at the end of a day in the case's zone. A
// statement counts from the latest day its date may mean, so that one "of 2022" is not
// taken for one of January; what was said later is left out, and adding it changes
// nothing of an earlier matrix. The order of the input does not matter.
func BuildMatrix(in MatrixInput, asOf record.Date) Matrix {
	x := indexed(in, asOf)
	return x.matrix(x.actors())
}

// counted is what had been said by the end of the day, newest first.
func counted(in MatrixInput, asOf record.Date) []Said {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	first := map[string]record.Date{} // the same dates come thousands of times
	last := map[string]record.Date{}
	block := make([]Said, 0, len(in.Statements))
	for _, s := range in.Statements {
		if _, known := last[s.SaidOn]; !known {
			first[s.SaidOn], last[s.SaidOn] = record.Date(s.SaidOn).Earliest(), record.Date(s.SaidOn).Latest()
		}
		day := last[s.SaidOn]
		if day == "" {
			day = countedFrom(s, in.Sources[s.Source], in.Zone)
		}
		if day > asOf {
			continue
		}
		block = append(block, Said{Statement: s.ID, Actor: ActorOf(s), Speaker: s.Speaker, OnBehalfOf: s.OnBehalfOf, Stance: s.Stance,
			Target: s.Target, OfAll: s.Target.Kind == record.TargetRecommendations, source: s.Source, Words: s.Words, SaidOn: s.SaidOn,
			Counted: day, Imprecise: first[s.SaidOn] != day, Address: s.Address().String(), order: s.At})
	}
	all := make([]*Said, len(block)) // a statement is too large to be moved about while sorting
	for i := range block {
		all[i] = &block[i]
	}
	slices.SortFunc(all, func(a, b *Said) int { return -older(a, b) })
	out := make([]Said, len(all))
	for i, s := range all {
		out[i] = *s
	}
	return out
}

// countedFrom is the day from which a statement counts.
func countedFrom(s record.Statement, source record.Date, zone *time.Location) record.Date {
	return countedDay(record.Date(s.SaidOn), s.At, source, zone)
}

// older orders statements by when they were said. An undated one never overtakes a
// dated one, nor a vague one a precise one of the same last day.
func older(a, b *Said) int {
	return cmp.Or(truth(a.SaidOn != "", b.SaidOn != ""), cmp.Compare(a.Counted, b.Counted), truth(!a.Imprecise, !b.Imprecise),
		cmp.Compare(a.order, b.order), byID(a.Statement, b.Statement))
}

func truth(a, b bool) int {
	switch {
	case a == b:
		return 0
	case b:
		return -1
	}
	return 1
}

// byID orders ids of one prefix by their number: R-99 before R-100.
func byID(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }

// word writes the cell out. An addressee is never worded by a stance alone: whether
// "will study it" is a position is for a member to say.
func (c *Cell) word() {
	nothing := "not searched"
	if c.Kind = NotSearched; c.Searched != nil {
		c.Kind = Silent
		nothing = fmt.Sprintf("silent as of %s (%s)", c.Searched.To, c.Searched.Log)
	}
	switch {
	case c.Position != nil && c.Position.Statement == "":
		c.Kind, c.Shows = HasPosition, PositionWords(c.Position.Value)+" "+c.Position.coded()
		if c.Count > 0 {
			c.Detail = "said: " + c.stances()
		}
	case c.Count == 0 && c.Addressee:
		c.Shows, c.Detail = "no position found", nothing
	case c.Count == 0:
		c.Shows = nothing
	case c.Position != nil:
		c.Kind, c.Shows, c.Detail = HasPosition, PositionWords(c.Position.Value), "said: "+c.stances()
	case c.Addressee:
		c.Kind, c.Shows, c.Detail = Unread, "no position recorded", "said: "+c.stances()
	default:
		c.Kind, c.Shows = HasStance, c.stances()
	}
}

func (c *Cell) stances() string {
	var words []string
	for _, s := range c.Stances {
		words = append(words, StanceWords(s))
	}
	return strings.Join(words, " / ")
}

// StanceWords writes a stance as words.
func StanceWords(s record.Stance) string { return strings.ReplaceAll(string(s), "_", " ") }

// PositionWords writes a position as words.
func PositionWords(value string) string {
	switch value {
	case SupportedDone:
		return "supported, said to be implemented already"
	case SupportedOngoing:
		return "supported, said to be under way"
	}
	return strings.ReplaceAll(value, "_", " ")
}

// TargetWords writes out exactly what a statement is about.
func TargetWords(t record.Target) string {
	var words string
	switch t.Kind {
	case record.TargetRecommendation:
		words = "recommendation " + t.ID
	case record.TargetRecommendations:
		words = "all recommendations"
		if t.ID != "" {
			words += " of " + t.ID
		}
	case record.TargetRelease:
		words = "the release (the act of publishing)"
	case record.TargetReport:
		words = "the report"
	case record.TargetAccusations:
		words = "the accusations"
	case record.TargetFinding:
		words = "finding " + t.ID
	}
	switch {
	case words == "":
		return t.Words
	case t.Words != "":
		return words + ": " + t.Words
	}
	return words
}
