package followup

import (
	"cmp"
	"context"
	"reflect"
	"slices"
	"time"

	"heed/internal/corroborate"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// AddRecommendation records a recommendation with the words that make it.
func (r *Room) AddRecommendation(ctx context.Context, by ledger.Actor, rec Recommendation) (Recommendation, error) {
	given := rec
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		rec = given
		rec.ID, rec.Row, rec.Key, rec.Response = "", 0, "", ""
		passage, err := intake.ReadPassage(tx, rec.Address().Address)
		if err != nil {
			return err
		}
		rec.Edition = passage.Edition
		if err := rec.settle(passage.Text); err != nil {
			return err
		}
		zone, err := zoneOf(tx)
		if err != nil {
			return err
		}
		if err := rec.due(rec.Deadline, zone); err != nil {
			return err
		}
		if err := linked(tx, rec, nil); err != nil {
			return err
		}
		if rec.ID, err = ledger.NewID(tx, "R", 2); err != nil {
			return err
		}
		rec.By, rec.At = by.Member, store.Micros(tx.Now)
		return recommendations.Keep(tx,
			ledger.Act{Kind: "recommendation.added", By: by, Object: rec.ID, Subject: rec.Source, Version: rec})
	})
	return rec, err
}

// ChangeRecommendation gives anew what a recommendation is filed under: deadline, verb,
// groups and the like. What it asks stays. Saw is the act that the editor saw last, 0 when
// nobody looked. A change that changes nothing is no act.
func (r *Room) ChangeRecommendation(ctx context.Context, by ledger.Actor, id string, c Change, saw int64) (out Recommendation, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		have, err := ReadRecommendation(tx, id)
		if err != nil {
			return err
		}
		zone, err := zoneOf(tx)
		if err != nil {
			return err
		}
		if out, err = have.applied(c, zone); err != nil || reflect.DeepEqual(out, have) {
			return err
		}
		if err := linked(tx, out, links(have)); err != nil {
			return err
		}
		return recommendations.Keep(tx,
			ledger.Act{Kind: "recommendation.changed", By: by, Object: id, Subject: out.Source, Version: out, Saw: saw})
	})
	return out, err
}

// links are the objects that a recommendation names.
func links(r Recommendation) []string {
	return slices.Concat(r.FollowsFrom, r.GroupsWith, r.Supersedes)
}

// linked refuses links to what is not there, and a circle of supersessions. Those it had
// before may have been erased since, and are no hindrance.
func linked(tx *store.Tx, r Recommendation, before []string) error {
	for _, id := range r.FollowsFrom {
		if slices.Contains(before, id) {
			continue
		}
		if _, err := corroborate.ReadFinding(tx, id); err != nil {
			return err
		}
	}
	for _, id := range slices.Concat(r.GroupsWith, r.Supersedes) {
		if slices.Contains(before, id) {
			continue
		}
		if _, err := ReadRecommendation(tx, id); err != nil {
			return err
		}
	}
	return noCircle(tx, r)
}

func noCircle(tx *store.Tx, r Recommendation) error {
	return acyclic(r, func(id string) ([]string, error) {
		earlier, _, err := recommendations.Find(tx, id)
		return earlier.Supersedes, err
	})
}

// ReadRecommendation finds a recommendation.
func ReadRecommendation(tx *store.Tx, id string) (Recommendation, error) {
	return recommendations.One(tx, id)
}

// ReadRecommendations lists all of them.
func ReadRecommendations(tx *store.Tx) ([]Recommendation, error) { return recommendations.All(tx) }

// Recommendation finds a recommendation.
func (r *Room) Recommendation(ctx context.Context, id string) (Recommendation, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Recommendation, error) { return ReadRecommendation(tx, id) })
}

// Recommendations lists all of them.
func (r *Room) Recommendations(ctx context.Context) ([]Recommendation, error) {
	return store.Read(ctx, r.db, ReadRecommendations)
}

// RecommendationsAfter lists at most limit of them behind an id, and says how many there
// are in all. With limit 0 it lists all.
func (r *Room) RecommendationsAfter(ctx context.Context, after string, limit int) ([]Recommendation, int, error) {
	return page(ctx, r, recommendations, after, limit)
}

// groupsWith lists the recommendations that ask the same, whichever of the two said so.
func groupsWith(tx *store.Tx, r Recommendation) ([]string, error) {
	others, err := recommendations.Where(tx, linking("groups_with"), r.ID)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(r.GroupsWith)
	for _, o := range others {
		if !slices.Contains(all, o.ID) {
			all = append(all, o.ID)
		}
	}
	slices.SortFunc(all, byID)
	return all, nil
}

// supersededBy lists the recommendations that stand in the place of this one.
func supersededBy(tx *store.Tx, id string) (ids []string, err error) {
	later, err := recommendations.Where(tx, linking("supersedes"), id)
	for _, r := range later {
		ids = append(ids, r.ID)
	}
	return ids, err
}

// Due is a recommendation whose deadline has passed, with what is known of its
// implementation: that nobody has assessed it is no excuse.
type Due struct {
	Recommendation Recommendation `json:"recommendation"`
	Implementation *Assessment    `json:"implementation,omitempty"`
}

// Overdue lists the recommendations whose deadline had passed by the end of a day and that
// nobody had assessed as implemented or overtaken by events, in the order of their
// deadlines. asOf "" is today.
func (r *Room) Overdue(ctx context.Context, asOf string) (late []Due, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		zone, err := zoneOf(tx)
		if err != nil {
			return err
		}
		day, err := dayOf(tx, "a list of what is overdue", asOf, zone)
		if err != nil {
			return err
		}
		soon := record.DateOf(day.End(zone).AddDate(0, 0, 2)) // wherever on earth the deadline ends
		list, err := recommendations.Where(tx, "body ->> '$.deadline' > '' AND body ->> '$.deadline' <= ?", string(soon))
		if err != nil {
			return err
		}
		late, err = overdue(tx, list, day, day.End(zone))
		return err
	})
	return late, err
}

// overdue keeps those of the list that are late.
func overdue(tx *store.Tx, list []Recommendation, day record.Date, end time.Time) (late []Due, err error) {
	list = slices.DeleteFunc(list, func(r Recommendation) bool { return !r.Passed(end) })
	made, err := of(tx, assessments, idsOf(list))
	if err != nil {
		return nil, err
	}
	for _, r := range list {
		a := Latest(made, r.ID, Implementation, day)
		if a == nil || a.Value != Implemented && a.Value != OvertakenByEvent {
			late = append(late, Due{r, a})
		}
	}
	slices.SortStableFunc(late, func(a, b Due) int {
		return cmp.Compare(record.Date(a.Recommendation.Deadline).Latest(), record.Date(b.Recommendation.Deadline).Latest())
	})
	return late, nil
}

func idsOf(list []Recommendation) (ids []string) {
	for _, r := range list {
		ids = append(ids, r.ID)
	}
	return ids
}

// of reads what a table has on recommendations, by the field of that name.
func of[T any](tx *store.Tx, t ledger.Table[T], recs []string) ([]T, error) {
	condition, ids := within("body ->> '$.recommendation'", recs)
	return t.Where(tx, condition, ids)
}
