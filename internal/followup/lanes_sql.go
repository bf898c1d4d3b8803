package followup

import (
	"context"

	"heed/internal/ledger"
	"heed/internal/store"
)

// Rec is all that is known of a recommendation as of a day, YYYY-MM-DD; "" is today in the
// case's zone.
func (r *Room) Rec(ctx context.Context, id, asOf string) (l Lanes, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		rec, err := ReadRecommendation(tx, id)
		if err != nil {
			return err
		}
		in := LanesInput{MatrixInput: MatrixInput{Recommendations: []Recommendation{rec}}}
		if in.Zone, err = zoneOf(tx); err != nil {
			return err
		}
		day, err := dayOf(tx, "a recommendation", asOf, in.Zone)
		if err != nil {
			return err
		}
		if err := in.readLanes(tx, id); err != nil {
			return err
		}
		l = BuildLanes(in, day)
		if l.Act, err = ledger.Revision(tx, id); err != nil {
			return err
		}
		if l.GroupsWith, err = groupsWith(tx, rec); err != nil {
			return err
		}
		l.SupersededBy, err = supersededBy(tx, id)
		return err
	})
	return l, err
}

// readLanes reads what was said, done and judged.
func (in *LanesInput) readLanes(tx *store.Tx, id string) (err error) {
	if err := in.read(tx, true); err != nil {
		return err
	}
	if in.Actions, err = actions.Where(tx, holding("recommendations"), id); err != nil {
		return err
	}
	if in.Assessments, err = of(tx, assessments, []string{id}); err != nil {
		return err
	}
	var undated []string
	for _, a := range in.Actions {
		undated = append(undated, a.Source)
	}
	dates, err := datesOf(tx, undated)
	for source, date := range dates {
		in.Sources[source] = date
	}
	return err
}
