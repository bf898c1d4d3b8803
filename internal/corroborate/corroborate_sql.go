package corroborate

import (
	"embed"

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
)

// shelves are the tables of this room.
var shelves = ledger.Shelves{claims, findings}

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
