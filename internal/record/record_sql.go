package record

import (
	"context"
	"crypto/rand"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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

// keep writes the row of one object with its act. body is the whole object; id and
// source are columns to find it by, and reading puts them back into the object, so
// that a changed column shows in check like a changed body.
func keep(tx *store.Tx, table, source string, act ledger.Act, id string) error {
	body, err := json.Marshal(act.Version)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO "+table+" (id, source, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
		id, source, string(body)); err != nil {
		return fmt.Errorf("writing %s: %w", id, err)
	}
	_, err = ledger.Append(tx, act)
	return err
}

// read collects rows of a table of this package, oldest id first. where is a condition
// with one question mark in it.
func read[T any](tx *store.Tx, table, where, arg string, restore func(v *T, id, source string)) (out []T, err error) {
	err = tx.Each("SELECT id, source, body FROM "+table+" WHERE "+where+" ORDER BY length(id), id", []any{arg}, func(rows *sql.Rows) error {
		var id, source, body string
		var v T
		if err := rows.Scan(&id, &source, &body); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return fmt.Errorf("reading %s: %w", id, err)
		}
		restore(&v, id, source)
		out = append(out, v)
		return nil
	})
	return out, err
}

// The conditions of read.
const (
	byID     = "id = ?"
	bySource = "? IN ('', source)" // "" reads all
)

// one is the only row of a reading by id.
func one[T any](found []T, err error, noun, id string) (v T, _ error) {
	if err != nil {
		return v, err
	}
	if len(found) == 0 {
		return v, notFound(noun, id)
	}
	return found[0], nil
}

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
		return keep(tx, "case_record", "", ledger.Act{Kind: "case.begun", By: by, Object: caseID, Version: c}, caseID)
	})
	return c, err
}

// ReadCase reads the case.
func ReadCase(tx *store.Tx) (Case, error) {
	found, err := read(tx, "case_record", byID, caseID, func(*Case, string, string) {})
	if err == nil && len(found) == 0 {
		return Case{}, fault.New(fault.NotFound, "no case has begun here", "", "Make one with: heed init DIR")
	}
	if err != nil {
		return Case{}, err
	}
	return found[0], nil
}

// Case reads the case.
func (r *Room) Case(ctx context.Context) (Case, error) { return store.Read(ctx, r.db, ReadCase) }

// IDs lists every object of this room that the ledger knows.
func (r *Room) IDs(tx *store.Tx) (ids []string, err error) {
	err = tx.Each(`SELECT id FROM case_record UNION ALL SELECT id || '`+sourceSuffix+`' FROM source
		UNION ALL SELECT id FROM basis UNION ALL SELECT id FROM statement`, nil, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	return ids, err
}

// Version returns the state of an object as it was given to the ledger.
func (r *Room) Version(tx *store.Tx, id string) (any, error) {
	switch {
	case id == caseID:
		return ReadCase(tx)
	case strings.HasSuffix(id, sourceSuffix):
		return readDescription(tx, strings.TrimSuffix(id, sourceSuffix))
	case strings.HasPrefix(id, "B-"):
		return ReadBasis(tx, id)
	case strings.HasPrefix(id, "ST-"):
		return ReadStatement(tx, id)
	}
	return nil, errors.New("no object of this room")
}
