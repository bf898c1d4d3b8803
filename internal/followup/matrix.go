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

	order int64 // of recording
}

// ActorOf is who answers for a statement.
func ActorOf(s record.Statement) string {
	if s.OnBehalfOf != "" {
		return s.OnBehalfOf
	}
	return s.Speaker
}

// About reports whether a statement was said of the recommendation, by itself or as
// one of all. Everything else a statement can be about is something else.
func About(s record.Target, recommendation string) bool {
	return s.Kind == record.TargetRecommendation && s.ID == recommendation || s.Kind == record.TargetRecommendations
}

// BuildMatrix draws the matrix as it stood at the end of a day in the case's zone. A
// statement counts from the latest day its date may mean, so that one "of 2022" is not
// taken for one of January; what was said later is left out, and adding it changes
// nothing of an earlier matrix. The order of the input does not matter.
func BuildMatrix(in MatrixInput, asOf record.Date) Matrix {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	m := Matrix{AsOf: asOf, Zone: in.Zone.String(), Until: asOf.End(in.Zone).UTC(), Rows: []Row{}, Apart: []Said{},
		Recommendations: slices.SortedFunc(slices.Values(in.Recommendations), func(a, b Recommendation) int { return byID(a.ID, b.ID) })}
	said := counted(in, asOf)
	for _, s := range said {
		if !slices.ContainsFunc(m.Recommendations, func(r Recommendation) bool { return About(s.Target, r.ID) }) {
			m.Apart = append(m.Apart, s)
		}
	}
	for _, actor := range actors(m.Recommendations, said, in.Searches) {
		row := Row{Actor: actor}
		for _, rec := range m.Recommendations {
			row.Cells = append(row.Cells, cell(in, asOf, said, actor, rec))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// counted is what had been said by the end of the day, newest first.
func counted(in MatrixInput, asOf record.Date) []Said {
	var all []Said
	for _, s := range in.Statements {
		said := record.Date(s.SaidOn)
		last := countedFrom(s, in.Sources[s.Source], in.Zone)
		if last > asOf {
			continue
		}
		all = append(all, Said{Statement: s.ID, Actor: ActorOf(s), Speaker: s.Speaker, OnBehalfOf: s.OnBehalfOf, Stance: s.Stance,
			Target: s.Target, OfAll: s.Target.Kind == record.TargetRecommendations, Words: s.Words, SaidOn: s.SaidOn,
			Counted: last, Imprecise: said.Earliest() != last, Address: s.Address().String(), order: s.At})
	}
	slices.SortFunc(all, func(a, b Said) int { return -older(a, b) })
	return all
}

// countedFrom is the latest day on which a statement may have been said. Where nobody
// knows, it had been said when it was recorded, and when the source that reports it was
// dated.
func countedFrom(s record.Statement, source record.Date, zone *time.Location) record.Date {
	if last := record.Date(s.SaidOn).Latest(); last != "" {
		return last
	}
	recorded := record.DateOf(time.UnixMicro(s.At).In(zone))
	if dated := source.Latest(); dated != "" {
		return min(recorded, dated)
	}
	return recorded
}

// older orders statements by when they were said. An undated one never overtakes a
// dated one, nor a vague one a precise one of the same last day.
func older(a, b Said) int {
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

// actors lists the rows: whom the recommendations address, in their order, then all
// others who spoke of one or were searched for, by name.
func actors(recs []Recommendation, said []Said, searches []SearchLog) []string {
	var addressed, others []string
	seen := map[string]bool{}
	add := func(list *[]string, name string) {
		if k := actorKey(name); !seen[k] {
			seen[k] = true
			*list = append(*list, name)
		}
	}
	for _, r := range recs {
		for _, a := range r.Addressees {
			add(&addressed, a)
		}
	}
	for _, s := range slices.Backward(said) {
		if slices.ContainsFunc(recs, func(r Recommendation) bool { return About(s.Target, r.ID) }) {
			add(&others, s.Actor)
		}
	}
	for _, l := range slices.SortedFunc(slices.Values(searches), func(a, b SearchLog) int { return byID(a.ID, b.ID) }) {
		add(&others, l.Actor)
	}
	slices.SortFunc(others, func(a, b string) int { return cmp.Or(cmp.Compare(actorKey(a), actorKey(b)), cmp.Compare(a, b)) })
	return append(addressed, others...)
}

func cell(in MatrixInput, asOf record.Date, said []Said, actor string, rec Recommendation) Cell {
	c := Cell{Recommendation: rec.ID, Addressee: rec.Addresses(actor)}
	for _, s := range said {
		if sameActor(s.Actor, actor) && About(s.Target, rec.ID) {
			c.Statements = append(c.Statements, s)
		}
	}
	c.Count = len(c.Statements)
	for _, s := range c.Statements {
		// The list is newest first; only what shares the newest day speaks for the cell.
		if first := c.Statements[0]; s.Counted == first.Counted && (s.SaidOn == "") == (first.SaidOn == "") && !slices.Contains(c.Stances, s.Stance) {
			c.Stances = append(c.Stances, s.Stance)
		}
	}
	if c.Addressee {
		c.Position = latestPosition(in.Positions, c.Statements, rec.ID, asOf)
	}
	if c.Count == 0 {
		c.Searched = latestSearch(in.Searches, actor, rec.ID, asOf)
	}
	c.word()
	return c
}

// latestPosition is the position that counts as of the day: of those read from the
// statements of this cell, the one of the latest date; of one date, the one recorded last.
func latestPosition(all []Position, said []Said, rec string, asOf record.Date) *Position {
	var best *Position
	var bestDay record.Date
	for _, p := range all {
		i := slices.IndexFunc(said, func(s Said) bool { return s.Statement == p.Statement })
		if p.Recommendation != rec || i < 0 {
			continue
		}
		day := max(said[i].Counted, record.Date(p.AsOf).Latest())
		if day > asOf {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(day, bestDay), cmp.Compare(p.At, best.At), byID(p.ID, best.ID)) > 0 {
			best, bestDay = &p, day
		}
	}
	return best
}

// latestSearch finds the search that reaches furthest. One that went beyond the day
// covers the day too, and is quoted no further than that.
func latestSearch(all []SearchLog, actor, rec string, asOf record.Date) *Searched {
	var best *Searched
	for _, l := range all {
		to := record.Date(l.SearchedTo)
		if !to.IsDay() || !l.Covers(actor, rec) {
			continue
		}
		s := Searched{Log: l.ID, To: min(to, asOf), Where: l.Where, By: l.By}
		if best == nil || cmp.Or(cmp.Compare(s.To, best.To), -byID(s.Log, best.Log)) > 0 {
			best = &s
		}
	}
	return best
}

// word writes the cell out. An addressee is never worded by a stance alone: whether
// "will study it" is a position is for a member to say.
func (c *Cell) word() {
	nothing := "not searched"
	if c.Kind = NotSearched; c.Searched != nil {
		c.Kind = Silent
		nothing = fmt.Sprintf("silent as of %s (%s)", c.Searched.To, c.Searched.Log)
	}
	switch {
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
