package record

import (
	"context"
	"crypto/rand"
	"embed"
	"encoding/hex"

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
	bases        = ledger.Table[Basis]{Name: "basis", Restore: func(b *Basis, id, source string) { b.ID, b.Source = id, source }}
	statements   = ledger.Table[Statement]{Name: "statement", Restore: func(s *Statement, id, source string) { s.ID, s.Source = id, source }}
)

// shelves are the tables of this room.
var shelves = ledger.Shelves{cases, descriptions, bases, statements}

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
// key: its description, its bases and what was said in it. What derives from it says so
// still, and counts as of unknown origin from then on.
func (r *Room) Erase(tx *store.Tx, source string) (erased []string, err error) {
	return shelves.Erase(tx, source)
}

// IDs lists every object of this room that the ledger knows.
func (r *Room) IDs(tx *store.Tx) ([]string, error) { return shelves.IDs(tx) }

// Version returns the state of an object as it was given to the ledger.
func (r *Room) Version(tx *store.Tx, id string) (any, error) {
	return shelves.Version(tx, id)
}
