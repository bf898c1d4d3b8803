package corroborate

import (
	"database/sql"
	"embed"
	"slices"

	"heed/internal/ledger"
	"heed/internal/store"
)

//go:embed schema/*.sql
var files embed.FS

// Schema returns the migrations of this room.
func Schema() store.Schema { return store.SchemaIn("corroborate", files, "schema") }

// Room is this room with its tables.
type Room struct{ db *store.DB }

// New makes the room.
func New(db *store.DB) *Room { return &Room{db} }

// The tables.
var (
	claims   = ledger.Table[Claim]{Name: "claim", Restore: func(c *Claim, id, source string) { c.ID, c.Source = id, source }}
	findings = ledger.Table[Finding]{Name: "finding", Restore: func(f *Finding, id, _ string) { f.ID = id }}
	policies = ledger.Table[Policy]{Name: "policy", Restore: func(*Policy, string, string) {}}
)

// shelves are the tables of this room.
var shelves = ledger.Shelves{claims, findings, policies}

// Erase takes out the claims of a source, in the transaction that destroys its key. The
// findings that rest on them stay, and Check says of each what it has lost: what the team
// concluded is the team's, and whether it still stands is for the team to say.
func (r *Room) Erase(tx *store.Tx, source string) (erased []string, err error) {
	return shelves.Erase(tx, source)
}

// IDs lists every object of this room that the ledger knows.
func (r *Room) IDs(tx *store.Tx) ([]string, error) { return shelves.IDs(tx) }

// Version returns the state of an object as it was given to the ledger.
func (r *Room) Version(tx *store.Tx, id string) (any, error) {
	return shelves.Version(tx, id)
}

// Undo takes back the newest act about an object of this room. Whether others rest on an
// object that goes is for the caller to ask of every room. One edit can be several acts:
// taking back its last must not leave strong words under a standard that went back.
func (r *Room) Undo(tx *store.Tx, by ledger.Actor, id, why string) (gone bool, err error) {
	if gone, err = shelves.Undo(tx, by, id, why); gone || err != nil {
		return gone, err
	}
	f, found, err := findings.Find(tx, id)
	if err == nil && found {
		err = plainEnough(f)
	}
	return false, err
}

// Rests lists the objects of this room that name another of whatever room, by their ids:
// findings their claims, claims their statement, what they are about, and what they
// contradict.
func (r *Room) Rests(tx *store.Tx, id string) (on []string, err error) {
	naming, err := findingsNaming(tx, id)
	if err != nil {
		return nil, err
	}
	for _, f := range naming {
		on = append(on, f.ID)
	}
	for _, query := range []string{ofStatementSQL, aboutSQL, contradictingSQL} {
		ids, err := column(tx, query, id)
		if err != nil {
			return nil, err
		}
		slices.SortFunc(ids, byNumber)
		on = append(on, ids...)
	}
	return unique(on), nil
}

// What claims name. The last two read an index that holds the lists of those claims only
// which have one, with their ids, and so no claim; put in an order, they would read all.
const (
	ofStatementSQL   = `SELECT id FROM claim WHERE body ->> '$.statement' = ?`
	aboutSQL         = `SELECT id FROM claim WHERE body ->> '$.about' IS NOT NULL AND instr(body ->> '$.about', json_quote(?)) > 0`
	contradictingSQL = `SELECT id FROM claim WHERE body ->> '$.contradicts' IS NOT NULL AND instr(body ->> '$.contradicts', json_quote(?)) > 0`
)

// findingsNaming reads the findings that a claim stands for or against.
func findingsNaming(tx *store.Tx, claim string) ([]Finding, error) {
	list, err := findings.Where(tx, "instr(body, json_quote(?)) > 0", claim)
	return slices.DeleteFunc(list, func(f Finding) bool { return !slices.Contains(f.Claims(), claim) }), err
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
