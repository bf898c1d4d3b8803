package release

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"heed/bundle"
	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

//go:embed schema/*.sql
var files embed.FS

// Schema returns the migrations of this room.
func Schema() store.Schema { return store.SchemaIn("release", files, "schema") }

// Room is this room with its tables and its question to the vault.
type Room struct {
	db    *store.DB
	seals Seals
}

// New makes the room. Without seals drafts can be written, and nothing passes the gate.
func New(db *store.DB, seals Seals) *Room { return &Room{db, seals} }

// readDraft finds a draft or release by its id.
func readDraft(tx *store.Tx, id string) (d Draft, err error) {
	var body string
	err = tx.QueryRow("SELECT body FROM release WHERE id = ?", id).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "there is no release "+shown(id), "", "")
	}
	if err != nil {
		return d, err
	}
	return d, json.Unmarshal([]byte(body), &d)
}

// readDrafts lists all, oldest first.
func readDrafts(tx *store.Tx) (out []Draft, err error) {
	err = tx.Each("SELECT body FROM release ORDER BY length(id), id", nil, func(rows *sql.Rows) error {
		var body string
		if err := rows.Scan(&body); err != nil {
			return err
		}
		var d Draft
		err := json.Unmarshal([]byte(body), &d)
		out = append(out, d)
		return err
	})
	return out, err
}

// Draft finds a draft or release by its id.
func (r *Room) Draft(ctx context.Context, id string) (Draft, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Draft, error) { return readDraft(tx, id) })
}

// Newest finds the newest draft or release; before the first paragraph there is none.
func (r *Room) Newest(ctx context.Context) (d Draft, ok bool, err error) {
	all, err := r.Drafts(ctx)
	if n := len(all); err == nil && n > 0 {
		return all[n-1], true, nil
	}
	return d, false, err
}

// Act is the number of the newest act about a release, for DraftEdit.
func (r *Room) Act(ctx context.Context, id string) (int64, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (int64, error) { return ledger.Revision(tx, id) })
}

// Drafts lists all drafts and releases, oldest first. At most the last is no release yet.
func (r *Room) Drafts(ctx context.Context) ([]Draft, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Draft, error) { return readDrafts(tx) })
}

// write keeps the draft's new state with its act.
func write(tx *store.Tx, by ledger.Actor, kind string, d *Draft) error {
	return writeSeen(tx, by, kind, d, 0)
}

// writeSeen is write for somebody who looked at the draft before: it refuses when there
// is an act newer than the one they saw.
func writeSeen(tx *store.Tx, by ledger.Actor, kind string, d *Draft, saw int64) error {
	d.At, d.By = store.Micros(tx.Now), by.Member
	body, err := json.Marshal(d)
	if err != nil {
		return fmt.Errorf("writing release %s: %w", d.ID, err)
	}
	_, err = tx.Exec(`INSERT INTO release (id, state, leaf, body) VALUES (?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, leaf = excluded.leaf, body = excluded.body`, d.ID, d.State, d.Leaf, string(body))
	if err != nil {
		return fmt.Errorf("writing release %s: %w", d.ID, err)
	}
	_, err = ledger.Append(tx, ledger.Act{Kind: kind, By: by, Object: d.ID, Version: d, Saw: saw})
	return err
}

// readFiles returns the frozen files of a release, sorted by name.
func readFiles(tx *store.Tx, id string) (out []bundle.File, err error) {
	err = tx.Each("SELECT name, data FROM release_file WHERE release = ? ORDER BY name", []any{id}, func(rows *sql.Rows) error {
		var f bundle.File
		err := rows.Scan(&f.Name, &f.Data)
		out = append(out, f)
		return err
	})
	return out, err
}

// writeFiles puts frozen files in the place of what lay there, and notes their digests in d.
func writeFiles(tx *store.Tx, d *Draft, frozen []bundle.File) error {
	if _, err := tx.Exec("DELETE FROM release_file WHERE release = ?", d.ID); err != nil {
		return fmt.Errorf("freezing %s: %w", d.ID, err)
	}
	for _, f := range frozen {
		if _, err := tx.Exec("INSERT INTO release_file (release, name, data) VALUES (?, ?, ?)", d.ID, f.Name, f.Data); err != nil {
			return fmt.Errorf("freezing %s: %w", d.ID, err)
		}
	}
	d.Files = digests(frozen)
	return nil
}

// digests lists what lies frozen, in the order of readFiles.
func digests(frozen []bundle.File) (out []FrozenFile) {
	for _, f := range sorted(frozen) {
		sum := sha256.Sum256(f.Data)
		out = append(out, FrozenFile{f.Name, hex.EncodeToString(sum[:])})
	}
	return out
}

// IDs lists every object of this room that the ledger knows.
func (r *Room) IDs(tx *store.Tx) (ids []string, err error) {
	err = tx.Each("SELECT id FROM release ORDER BY length(id), id", nil, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	shelved, err := shelves.IDs(tx)
	return append(ids, shelved...), err
}

// Version returns the state of an object as it was given to the ledger. The frozen files
// of a draft enter it by digests taken now, so that check notices a changed byte.
func (r *Room) Version(tx *store.Tx, id string) (any, error) {
	if shelved(id) {
		return shelves.Version(tx, id)
	}
	d, err := readDraft(tx, id)
	if err != nil {
		return nil, err
	}
	var body string
	as := d
	if err := tx.QueryRow("SELECT state, leaf, body FROM release WHERE id = ?", id).Scan(&d.State, &d.Leaf, &body); err != nil {
		return nil, err
	}
	if err := ledger.AsWritten(id, body, as); err != nil {
		return nil, err
	}
	frozen, err := readFiles(tx, id)
	d.Files = digests(frozen)
	return &d, err
}
