package followup

import (
	"cmp"
	"slices"
	"time"

	"heed/internal/record"
)

// Lanes are all that is known of one recommendation as of a day, in three lanes: what was
// said of it, what was done, what was seen to change. They run side by side and never
// into each other.
type Lanes struct {
	AsOf           record.Date    `json:"as_of"` // a day
	Zone           string         `json:"zone"`
	Until          time.Time      `json:"until"` // the end of that day in the zone
	Recommendation Recommendation `json:"recommendation"`
	Act            int64          `json:"act"`                     // the newest about the recommendation
	GroupsWith     []string       `json:"groups_with,omitempty"`   // whichever of the two said so
	SupersededBy   []string       `json:"superseded_by,omitempty"` // later ones in its place
	Passed         bool           `json:"deadline_passed,omitempty"`

	Said SaidLane `json:"said"`
	Done DoneLane `json:"done"`
	Seen SeenLane `json:"seen"`
}

// SaidLane is what was said of a recommendation: a cell for each actor, as in the matrix,
// and every position ever recorded on it, oldest first.
type SaidLane struct {
	Actors    []Spoke    `json:"actors"`
	Positions []Position `json:"positions,omitempty"`
}

// Spoke is one actor's cell.
type Spoke struct {
	Actor string `json:"actor"`
	Cell
}

// DoneLane is what was done towards a recommendation, oldest first, and how far it has
// come.
type DoneLane struct {
	Actions        []Action     `json:"actions,omitempty"`
	Implementation *Assessment  `json:"implementation,omitempty"` // the latest
	History        []Assessment `json:"history,omitempty"`        // all of them, oldest first
}

// SeenLane is what changed for people, and how the addressees answered.
type SeenLane struct {
	Impact       *Assessment  `json:"impact,omitempty"`
	ReplyQuality *Assessment  `json:"reply_quality,omitempty"`
	History      []Assessment `json:"history,omitempty"` // of both, oldest first
}

// LanesInput is all that the lanes of one recommendation follow from.
type LanesInput struct {
	MatrixInput // of this one recommendation
	Actions     []Action
	Assessments []Assessment
}

// BuildLanes draws the lanes of the one recommendation as they stood at the end of a day
// in the case's zone.
func BuildLanes(in LanesInput, asOf record.Date) Lanes {
	m := BuildMatrix(in.MatrixInput, asOf)
	l := Lanes{AsOf: asOf, Zone: m.Zone, Until: m.Until, Recommendation: m.Recommendations[0], Said: SaidLane{Actors: []Spoke{}}}
	rec := l.Recommendation.ID
	l.Passed = l.Recommendation.Passed(m.Until)
	for _, row := range m.Rows {
		l.Said.Actors = append(l.Said.Actors, Spoke{row.Actor, row.Cells[0]})
	}
	for _, p := range in.Positions {
		if p.Recommendation == rec && record.Date(p.AsOf).Latest() <= asOf {
			l.Said.Positions = append(l.Said.Positions, p)
		}
	}
	slices.SortFunc(l.Said.Positions, func(a, b Position) int {
		return cmp.Or(cmp.Compare(record.Date(a.AsOf).Latest(), record.Date(b.AsOf).Latest()), cmp.Compare(a.At, b.At), byID(a.ID, b.ID))
	})
	l.Done.Actions = in.done(rec, asOf)
	l.Done.Implementation, l.Done.History = Latest(in.Assessments, rec, Implementation, asOf), history(in.Assessments, rec, asOf, Implementation)
	l.Seen.Impact = Latest(in.Assessments, rec, Impact, asOf)
	l.Seen.ReplyQuality = Latest(in.Assessments, rec, ReplyQuality, asOf)
	l.Seen.History = history(in.Assessments, rec, asOf, Impact, ReplyQuality)
	return l
}

// done lists what had been done by the end of the day, oldest first. As with statements,
// an action counts from the latest day its date may mean.
func (in LanesInput) done(rec string, asOf record.Date) (list []Action) {
	zone := in.Zone
	if zone == nil {
		zone = time.UTC
	}
	days := map[string]record.Date{}
	for _, a := range in.Actions {
		days[a.ID] = countedDay(record.Date(a.On), a.At, in.Sources[a.Source], zone)
		if slices.Contains(a.Recommendations, rec) && days[a.ID] <= asOf {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, func(a, b Action) int { return cmp.Or(cmp.Compare(days[a.ID], days[b.ID]), byID(a.ID, b.ID)) })
	return list
}

// history is every assessment on the axes up to the day, oldest first.
func history(all []Assessment, rec string, asOf record.Date, of ...Axis) (list []Assessment) {
	for _, a := range all {
		if a.Recommendation == rec && slices.Contains(of, a.Axis) && record.Date(a.AsOf) <= asOf {
			list = append(list, a)
		}
	}
	slices.SortFunc(list, laterAssessment)
	return list
}
