package followup

import (
	"context"
	"embed"
	"encoding/json"
	"time"

	"heed/internal/fault"
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
	actions         = ledger.Table[Action]{Name: "action", Restore: func(a *Action, id, source string) { a.ID, a.Source = id, source }}
	assessments     = ledger.Table[Assessment]{Name: "assessment", Restore: func(a *Assessment, id, _ string) { a.ID = id }}
)

// shelves are the tables of this room.
var shelves = ledger.Shelves{recommendations, positions, searches, actions, assessments}

// zoneOf is the case's time zone.
func zoneOf(tx *store.Tx) (*time.Location, error) {
	c, err := record.ReadCase(tx)
	if err != nil {
		return nil, err
	}
	return c.Location()
}

// dayOf reads the day that something is shown as of; "" is today in the zone.
func dayOf(tx *store.Tx, what, asOf string, zone *time.Location) (record.Date, error) {
	if asOf == "" {
		return record.DateOf(tx.Now.In(zone)), nil
	}
	day, err := record.ParseDate(asOf)
	if err != nil || !day.IsDay() {
		return "", fault.New(fault.Invalid, what+" is drawn as of one day of the calendar, and this is none", "", "Write it like 2022-09-01.")
	}
	return day, nil
}

// within is a condition on a column or a field of the body: that it is one of the ids.
func within(field string, ids []string) (condition, arg string) {
	list, err := json.Marshal(ids)
	if err != nil {
		panic("internal error: " + err.Error()) // unreachable: strings always marshal
	}
	return field + " IN (SELECT value FROM json_each(?))", string(list)
}

// holding is a condition on a list in the body: that it has the id.
func holding(list string) string {
	return "EXISTS (SELECT 1 FROM json_each(body, '$." + list + "') WHERE value = ?)"
}

// linking is a condition on recommendations: that a list of theirs has the id. Few have
// such a list, and the index of it finds them; asked more plainly, the engine would go
// through the whole table in the order of ids.
func linking(list string) string {
	return "id IN (SELECT id FROM recommendation WHERE body ->> '$." + list + "' > '' AND " + holding(list) + ")"
}

// behind refuses an id to go on from that nobody ever had. One that was erased still has
// its place among the others.
func behind[T any](tx *store.Tx, t ledger.Table[T], after string) error {
	if after == "" {
		return nil
	}
	if _, err := t.One(tx, after); fault.KindOf(err) != fault.Withheld {
		return err
	}
	return nil
}

// page reads the objects behind an id, and says how many the table has behind them.
func page[T any](ctx context.Context, r *Room, t ledger.Table[T], after string, limit int) (list []T, total int, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if err := behind(tx, t, after); err != nil {
			return err
		}
		if list, _, err = t.Page(tx, after, limit); err != nil {
			return err
		}
		total, err = t.Count(tx)
		return err
	})
	return list, total, err
}

// Erase takes out the recommendations that a source makes, and the positions and actions
// read from its words, in the transaction that destroys its key. Positions, actions,
// assessments and searches on a recommendation that is gone stay on record; the matrix has
// no column for them.
func (r *Room) Erase(tx *store.Tx, source string) (erased []string, err error) {
	return shelves.Erase(tx, source)
}

// IDs lists every object of this room that the ledger knows.
func (r *Room) IDs(tx *store.Tx) ([]string, error) { return shelves.IDs(tx) }

// Version returns the state of an object as it was given to the ledger.
func (r *Room) Version(tx *store.Tx, id string) (any, error) {
	return shelves.Version(tx, id)
}
