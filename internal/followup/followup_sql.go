package followup

import (
	"context"
	"embed"
	"time"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

//go:embed schema/*.sql
var files embed.FS

// Schema returns the migrations of this room.
func Schema() store.Schema { return store.SchemaIn("followup", files, "schema") }

// Room is follow-up with its tables.
type Room struct{ db *store.DB }

// New makes the room.
func New(db *store.DB) *Room { return &Room{db} }

// The tables.
var (
	recommendations = ledger.Table[Recommendation]{Name: "recommendation", Restore: func(r *Recommendation, id, source string) { r.ID, r.Source = id, source }}
	positions       = ledger.Table[Position]{Name: "position", Restore: func(p *Position, id, source string) { p.ID, p.Source = id, source }}
	searches        = ledger.Table[SearchLog]{Name: "search_log", Noun: "search log", Restore: func(l *SearchLog, id, _ string) { l.ID = id }}
)

// shelves are the tables of this room.
var shelves = ledger.Shelves{recommendations, positions, searches}

// AddRecommendation records a recommendation with the words that make it.
func (r *Room) AddRecommendation(ctx context.Context, by ledger.Actor, rec Recommendation) (Recommendation, error) {
	given := rec
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		rec = given
		passage, err := intake.ReadPassage(tx, rec.Address())
		if err != nil {
			return err
		}
		if err := rec.settle(passage.Text); err != nil {
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

// TakePosition records what an addressee says to a recommendation, read from one of
// its statements. Words about anything else are fault.Refused, and so is a position that
// contradicts the stance of its statement.
func (r *Room) TakePosition(ctx context.Context, by ledger.Actor, p Position) (Position, error) {
	given := p
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		p = given
		rec, err := ReadRecommendation(tx, p.Recommendation)
		if err != nil {
			return err
		}
		s, err := record.ReadStatement(tx, p.Statement)
		if err != nil {
			return err
		}
		if err := maySet(rec, s); err != nil {
			return err
		}
		zone, err := zoneOf(tx)
		if err != nil {
			return err
		}
		source, err := record.ReadSource(tx, s.Source)
		if err != nil {
			return err
		}
		if err := p.settle(s, countedFrom(s, record.Date(source.Date), zone)); err != nil {
			return err
		}
		if p.ID, err = ledger.NewID(tx, "PS", 3); err != nil {
			return err
		}
		p.Source, p.By, p.At = s.Source, by.Member, store.Micros(tx.Now)
		return positions.Keep(tx,
			ledger.Act{Kind: "position.taken", By: by, Object: p.ID, Subject: s.Source, Version: p})
	})
	return p, err
}

// LogSearch records that somebody looked, where and how far, whatever was found.
func (r *Room) LogSearch(ctx context.Context, by ledger.Actor, l SearchLog) (SearchLog, error) {
	given := l
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		l = given
		zone, err := zoneOf(tx)
		if err != nil {
			return err
		}
		if err := l.settle(tx.Now, zone); err != nil {
			return err
		}
		for _, id := range l.Recommendations {
			if _, err := ReadRecommendation(tx, id); err != nil {
				return err
			}
		}
		if l.ID, err = ledger.NewID(tx, "L", 3); err != nil {
			return err
		}
		l.By, l.At = by.Member, store.Micros(tx.Now)
		return searches.Keep(tx,
			ledger.Act{Kind: "search-log.added", By: by, Object: l.ID, Version: l})
	})
	return l, err
}

// datesOf is when each source is dated, where somebody said so.
func datesOf(tx *store.Tx) (map[string]record.Date, error) {
	sources, err := record.ReadSources(tx)
	if err != nil {
		return nil, err
	}
	dates := map[string]record.Date{}
	for _, s := range sources {
		dates[s.ID] = record.Date(s.Date)
	}
	return dates, nil
}

// zoneOf is the case's time zone.
func zoneOf(tx *store.Tx) (*time.Location, error) {
	c, err := record.ReadCase(tx)
	if err != nil {
		return nil, err
	}
	return c.Location()
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
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Recommendation, error) { return ReadRecommendations(tx) })
}

// Positions lists all positions ever recorded, oldest first; rec "" means on all recommendations.
func (r *Room) Positions(ctx context.Context, rec string) (out []Position, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		every, err := positions.All(tx)
		for _, p := range every {
			if rec == "" || p.Recommendation == rec {
				out = append(out, p)
			}
		}
		return err
	})
	return out, err
}

// SearchLogs lists all search logs, oldest first.
func (r *Room) SearchLogs(ctx context.Context) ([]SearchLog, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]SearchLog, error) { return searches.All(tx) })
}

// Matrix draws the matrix as of a civil date, YYYY-MM-DD; "" is today in the case's zone.
func (r *Room) Matrix(ctx context.Context, asOf string) (m Matrix, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		var in MatrixInput
		if in.Zone, err = zoneOf(tx); err != nil {
			return err
		}
		day := record.DateOf(tx.Now.In(in.Zone))
		if asOf != "" {
			if day, err = record.ParseDate(asOf); err != nil || !day.IsDay() {
				return fault.New(fault.Invalid, "a matrix is drawn as of one day", "", "Write it like 2022-09-01.")
			}
		}
		if in.Recommendations, err = ReadRecommendations(tx); err != nil {
			return err
		}
		if in.Statements, err = record.ReadStatements(tx); err != nil {
			return err
		}
		if in.Positions, err = positions.All(tx); err != nil {
			return err
		}
		if in.Searches, err = searches.All(tx); err != nil {
			return err
		}
		if in.Sources, err = datesOf(tx); err != nil {
			return err
		}
		m = BuildMatrix(in, day)
		return nil
	})
	return m, err
}

// Erase takes out the recommendations that a source makes and the positions read from its
// words, in the transaction that destroys its key. Positions and searches on a
// recommendation that is gone stay on record; the matrix has no column for them.
func (r *Room) Erase(tx *store.Tx, source string) (erased []string, err error) {
	return shelves.Erase(tx, source)
}

// IDs lists every object of this room that the ledger knows.
func (r *Room) IDs(tx *store.Tx) ([]string, error) { return shelves.IDs(tx) }

// Version returns the state of an object as it was given to the ledger.
func (r *Room) Version(tx *store.Tx, id string) (any, error) {
	return shelves.Version(tx, id)
}
