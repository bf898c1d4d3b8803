package corroborate

import (
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

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

// keep writes the row of one object with its act. body is the whole object; reading
// puts the columns back into it, so that a changed column shows in check like a
// changed body.
func keep(tx *store.Tx, table string, act ledger.Act) error {
	body, err := json.Marshal(act.Version)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO "+table+" (id, source, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
		act.Object, act.Subject, string(body)); err != nil {
		return fmt.Errorf("writing %s: %w", act.Object, err)
	}
	_, err = ledger.Append(tx, act)
	return err
}

// read collects rows of a table of this package, oldest id first; id "" reads all.
func read[T any](tx *store.Tx, table, id string, restore func(v *T, id, source string)) (out []T, err error) {
	err = tx.Each("SELECT id, source, body FROM "+table+" WHERE ? IN ('', id) ORDER BY length(id), id", []any{id}, func(rows *sql.Rows) error {
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

// one reads the only row with an id.
func one[T any](tx *store.Tx, table, id string, restore func(v *T, id, source string)) (v T, err error) {
	if id == "" {
		return v, notFound(table, id)
	}
	found, err := read(tx, table, id, restore)
	if err != nil {
		return v, err
	}
	if len(found) == 0 {
		return v, notFound(table, id)
	}
	return found[0], nil
}

// IDs lists every object of this room that the ledger knows.
func (r *Room) IDs(tx *store.Tx) (ids []string, err error) {
	err = tx.Each("SELECT id FROM claim UNION ALL SELECT id FROM finding", nil, func(rows *sql.Rows) error {
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
	case strings.HasPrefix(id, "C-"):
		return ReadClaim(tx, id)
	case strings.HasPrefix(id, "F-"):
		return ReadFinding(tx, id)
	}
	return nil, errors.New("no object of this room")
}
