package intake

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

// RecordCustody takes down one step in the way of an original. Of a sealed one the note
// goes to the vault, and this room keeps its reference.
func (r *Room) RecordCustody(ctx context.Context, by ledger.Actor, c Custody) (out Custody, err error) {
	if err := c.valid(); err != nil {
		return out, err
	}
	o, err := store.Read(ctx, r.db, func(tx *store.Tx) (Original, error) { return ReadKept(tx, c.Source) })
	if err != nil {
		return out, err
	}
	var notes []Sealing
	if o.Sealed() {
		if notes, err = r.sealNotes(ctx, []Custody{c}); err != nil {
			return out, err
		}
		defer drop(notes)
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		// Its key may have been destroyed while the note was sealed.
		if _, err := ReadKept(tx, c.Source); err != nil {
			return err
		}
		kept, err := keepCustody(tx, by, c.Source, []Custody{c}, notes)
		if err == nil {
			out = kept[0]
		}
		return err
	})
	if err != nil {
		return Custody{}, err
	}
	settle(notes...)
	return out, nil
}

// validCustody looks at all steps before anything is read or written.
func validCustody(all []Custody) error {
	for _, c := range all {
		if err := c.valid(); err != nil {
			return err
		}
	}
	return nil
}

// sealNotes puts the notes of steps into the vault, nil where a step has none.
func (r *Room) sealNotes(ctx context.Context, all []Custody) (notes []Sealing, err error) {
	notes = make([]Sealing, len(all))
	for i, c := range all {
		if c.Note == "" {
			continue
		}
		if notes[i], err = r.sealer.Prepare(ctx, seal.Note, strings.NewReader(c.Note)); err != nil {
			drop(notes)
			return nil, err
		}
	}
	return notes, nil
}

// drop forgets what was prepared; after Keep it only lets go.
func drop(all []Sealing) {
	for _, s := range all {
		if s != nil {
			s.Drop()
		}
	}
}

// keepCustody writes steps of one source with their acts. notes holds their sealed notes;
// it is empty where the source is open.
func keepCustody(tx *store.Tx, by ledger.Actor, source string, all []Custody, notes []Sealing) (out []Custody, err error) {
	for i, c := range all {
		c.Source, c.Seal, c.By, c.At = source, "", by.Member, store.Micros(tx.Now)
		if len(notes) > 0 && notes[i] != nil {
			if c.Seal, err = notes[i].Keep(tx, by, source); err != nil {
				return nil, err
			}
			c.Note = ""
		}
		if c.ID, err = ledger.NewID(tx, "CU", 4); err != nil {
			return nil, err
		}
		if _, err := tx.Exec("INSERT INTO custody (id, source, kind, on_date, note, seal_note, at, by_member) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			c.ID, c.Source, c.Kind, c.On, c.Note, string(c.Seal), c.At, c.By); err != nil {
			return nil, fmt.Errorf("writing custody %s: %w", c.ID, err)
		}
		if _, err := ledger.Append(tx, ledger.Act{Kind: "custody.recorded", By: by, Object: c.ID, Subject: source, Version: c}); err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

const custodyColumns = "id, source, kind, on_date, note, seal_note, at, by_member"

func scanCustody(row interface{ Scan(...any) error }) (c Custody, err error) {
	var ref string
	err = row.Scan(&c.ID, &c.Source, &c.Kind, &c.On, &c.Note, &ref, &c.At, &c.By)
	c.Seal = seal.Ref(ref)
	return c, err
}

func readCustodyBy(tx *store.Tx, id string) (Custody, error) {
	c, err := scanCustody(tx.QueryRow("SELECT "+custodyColumns+" FROM custody WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, ledger.Missing(tx, "custody", id)
	}
	return c, err
}

// Custody lists the steps of a source in the order in which they were recorded. Of an
// erased one there are none.
func (r *Room) Custody(ctx context.Context, source string) (out []Custody, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if _, err := ReadOriginal(tx, source); err != nil {
			return err
		}
		return tx.Each("SELECT "+custodyColumns+" FROM custody WHERE source = ? ORDER BY length(id), id", []any{source}, func(rows *sql.Rows) error {
			c, err := scanCustody(rows)
			out = append(out, c)
			return err
		})
	})
	return out, err
}
