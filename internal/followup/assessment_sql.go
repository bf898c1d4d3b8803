package followup

import (
	"context"
	"slices"
	"strings"
	"time"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// Assess records what a member concludes about a recommendation on one axis.
func (r *Room) Assess(ctx context.Context, by ledger.Actor, a Assessment) (Assessment, error) {
	given := a
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		a = given
		a.Evidence = slices.Clone(given.Evidence)
		rec, err := ReadRecommendation(tx, a.Recommendation)
		if err != nil {
			return err
		}
		zone, err := zoneOf(tx)
		if err != nil {
			return err
		}
		if err := a.settle(tx.Now, zone); err != nil {
			return err
		}
		if err := a.follows(rec); err != nil {
			return err
		}
		for _, id := range a.Evidence {
			if err := isEvidence(tx, id); err != nil {
				return err
			}
		}
		if a.Axis == ReplyQuality && a.Value == NoReply {
			if err := a.unanswered(tx, rec, zone); err != nil {
				return err
			}
		}
		if a.ID, err = ledger.NewID(tx, "AS", 3); err != nil {
			return err
		}
		a.By, a.At = by.Member, store.Micros(tx.Now)
		return assessments.Keep(tx, ledger.Act{Kind: "assessment.made", By: by, Object: a.ID, Version: a})
	})
	return a, err
}

// isEvidence refuses what is no evidence and what is not there. A position or another
// assessment is none: one axis does not follow from another, nor from itself.
func isEvidence(tx *store.Tx, id string) (err error) {
	prefix, _, _ := strings.Cut(id, "-")
	switch prefix {
	case "A":
		_, err = ReadAction(tx, id)
	case "ST":
		_, err = record.ReadStatement(tx, id)
	case "C":
		_, err = corroborate.ReadClaim(tx, id)
	case "F":
		_, err = corroborate.ReadFinding(tx, id)
	case "L":
		_, err = searches.One(tx, id)
	default:
		at, bad := intake.ParseAddress(id)
		if bad != nil {
			return fault.New(fault.Invalid, ledger.Echo(id)+" is no evidence", "No assessment was made.",
				"Name an action (A-01), a statement (ST-001), a passage (S-001:4), a claim (C-001), a finding (F-01) or a search log (L-001).")
		}
		_, err = intake.ReadPassage(tx, at)
	}
	return err
}

// unanswered holds "no reply" against what is recorded: somebody has searched for every
// addressee up to that day, and no addressee had said anything to the recommendation. The
// search logs become evidence, since it rests on them.
func (a *Assessment) unanswered(tx *store.Tx, rec Recommendation, zone *time.Location) error {
	logs, err := searches.Where(tx, holding("recommendations"), rec.ID)
	if err != nil {
		return err
	}
	found, err := searchedFor(rec, record.Date(a.AsOf), logs)
	if err != nil {
		return err
	}
	for _, l := range found {
		if !slices.Contains(a.Evidence, l) {
			a.Evidence = append(a.Evidence, l)
		}
	}
	in := MatrixInput{Recommendations: []Recommendation{rec}, Zone: zone}
	if err := in.read(tx, true); err != nil {
		return err
	}
	for _, s := range counted(in, record.Date(a.AsOf)) {
		if about(s.Target, s.source, rec) && rec.Addresses(s.Actor) {
			return fault.New(fault.Refused, s.Statement+" is an answer of an addressee to "+rec.ID, "No assessment was made.",
				"Say how good an answer it is, or choose an earlier day.")
		}
	}
	return nil
}

// Assessment finds an assessment.
func (r *Room) Assessment(ctx context.Context, id string) (Assessment, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Assessment, error) { return assessments.One(tx, id) })
}

// Assessments lists those of a recommendation, oldest first.
func (r *Room) Assessments(ctx context.Context, rec string) ([]Assessment, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Assessment, error) { return of(tx, assessments, []string{rec}) })
}

// AssessmentsAfter lists at most limit of them behind an id, and says how many there are
// in all.
func (r *Room) AssessmentsAfter(ctx context.Context, after string, limit int) ([]Assessment, int, error) {
	return page(ctx, r, assessments, after, limit)
}
