package record

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"fmt"
	"slices"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

//go:embed schema/*.sql
var files embed.FS

// Schema returns the migrations of this room.
func Schema() store.Schema { return store.SchemaIn("record", files, "schema") }

// Room is this room with its tables.
type Room struct{ db *store.DB }

// New makes the room.
func New(db *store.DB) *Room { return &Room{db} }

// The tables.
var (
	cases        = ledger.Table[Case]{Name: "case_record", Restore: func(*Case, string, string) {}}
	descriptions = ledger.Table[Source]{Name: "source", Restore: func(s *Source, _, source string) { s.ID = source }}
	bases        = ledger.Table[Basis]{Name: "basis", Acts: "basis consent", Restore: func(b *Basis, id, source string) { b.ID, b.Source = id, source }}
	statements   = ledger.Table[Statement]{Name: "statement", Restore: func(s *Statement, id, source string) { s.ID, s.Source = id, source }}
	codes        = ledger.Table[Code]{Name: "code", Restore: func(c *Code, id, source string) { c.ID, c.Source = id, source }}
	terms        = ledger.Table[Term]{Name: "term", Restore: func(t *Term, id, _ string) { t.ID = id }}
	quantities   = ledger.Table[Quantity]{Name: "quantity", Restore: func(q *Quantity, id, source string) { q.ID, q.Source = id, source }}
)

// shelves are the tables of this room.
var shelves = ledger.Shelves{cases, descriptions, bases, statements, codes, terms, quantities, persons, places, events}

// Begin takes down the case. It can be done once.
func (r *Room) Begin(ctx context.Context, by ledger.Actor, c Case) (Case, error) {
	if err := ValidCase(c); err != nil {
		return Case{}, err
	}
	c = c.withDefaults()
	if c.Origin == "" {
		var b [8]byte
		if _, err := rand.Read(b[:]); err != nil {
			return Case{}, err
		}
		c.Origin = "heed/" + hex.EncodeToString(b[:])
	}
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := ReadCase(tx); err == nil {
			return fault.New(fault.Conflict, "the case has begun already", "Nothing was changed.", "One directory is one case: heed init ANOTHER-DIR")
		} else if fault.KindOf(err) != fault.NotFound {
			return err
		}
		return cases.Keep(tx, ledger.Act{Kind: "case.begun", By: by, Object: caseID, Version: c})
	})
	return c, err
}

// ReadCase reads the case.
func ReadCase(tx *store.Tx) (Case, error) {
	c, begun, err := cases.Find(tx, caseID)
	if err == nil && !begun {
		err = fault.New(fault.NotFound, "no case has begun here", "", "Make one with: heed init DIR")
	}
	return c, err
}

// Case reads the case.
func (r *Room) Case(ctx context.Context) (Case, error) { return store.Read(ctx, r.db, ReadCase) }

// Erase takes out what this room holds of a source, in the transaction that destroys its
// key: its description, its bases, what was said and coded in it, and who is known through
// it. What derives from it says so still, and counts as of unknown origin from then on.
func (r *Room) Erase(tx *store.Tx, source string) (erased []string, err error) {
	return shelves.Erase(tx, source)
}

// IDs lists every object of this room that the ledger knows.
func (r *Room) IDs(tx *store.Tx) ([]string, error) { return shelves.IDs(tx) }

// Version returns the state of an object as it was given to the ledger.
func (r *Room) Version(tx *store.Tx, id string) (any, error) {
	return shelves.Version(tx, id)
}

// Revision is the number of the newest act about an object, for an edit that must not
// overwrite what somebody else changed meanwhile. Of a source it is the newest about its
// description. Ask for it before reading the object: an act between the two is then seen.
func (r *Room) Revision(ctx context.Context, id string) (int64, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (int64, error) { return ledger.Revision(tx, named(id)) })
}

// page reads the objects for which a condition holds, behind the one called after, oldest
// first, and at most limit of them; with 0 all. Ids of one length and longer ones are
// asked for apart: so the index on both finds where the page begins, however far behind.
func page[T any](tx *store.Tx, t ledger.Table[T], where string, args []any, after string, limit int) ([]T, error) {
	most := limit
	if limit <= 0 {
		most = -1 // SQLite's word for no limit
	}
	ids := func(behind, order string) string {
		return "SELECT id FROM (SELECT id FROM " + t.Name + " WHERE " + where + " AND " + behind + " ORDER BY " + order + " LIMIT ?)"
	}
	first := append(slices.Clone(args), len(after), after, most)
	then := append(slices.Clone(args), len(after), most)
	list, err := t.Where(tx, "id IN ("+ids("length(id) = ? AND id > ?", "id")+" UNION ALL "+ids("length(id) > ?", "length(id), id")+")", append(first, then...)...)
	if limit > 0 && len(list) > limit {
		list = list[:limit]
	}
	return list, err
}

// count counts the objects for which a condition holds.
func count(tx *store.Tx, table, where string, args ...any) (n int, err error) {
	if err := tx.QueryRow("SELECT count(*) FROM "+table+" WHERE "+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting %s: %w", table, err)
	}
	return n, nil
}

// ofSource is the condition for the objects of a source; "" is any.
func ofSource(source string) (where string, args []any) {
	if source == "" {
		return "true", nil
	}
	return "source = ?", []any{source}
}

// column collects the one text column that a query answers with.
func column(tx *store.Tx, query string, args ...any) (out []string, err error) {
	err = tx.Each(query, args, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}
