package app

import (
	"context"
	"strings"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// undoer is a room whose acts can be taken back.
type undoer interface {
	// Undo takes back the newest act about an object and says whether it is gone.
	Undo(tx *store.Tx, by ledger.Actor, id, why string) (gone bool, err error)
	// Rests lists what in this room names the object.
	Rests(tx *store.Tx, id string) ([]string, error)
}

// roomOf is the room that a noun of acts belongs to.
func (a *App) roomOf(noun string) (undoer, bool) {
	for _, r := range []struct {
		room  undoer
		nouns string
	}{
		{a.Intake, "proposal original working-text custody"},
		{a.Record, "source basis consent person place event code term quantity statement"},
		{a.Corroborate, "claim finding policy"},
		{a.Release, "release paragraph reply"},
		{a.Followup, "recommendation position action assessment search-log"},
	} {
		for _, n := range strings.Fields(r.nouns) {
			if n == noun {
				return r.room, true
			}
		}
	}
	return nil, false
}

// Undone says what an object is after its newest act was taken back.
type Undone struct {
	ID   string `json:"id"`
	Act  int64  `json:"act"` // that was taken back
	Kind string `json:"kind"`
	Gone bool   `json:"gone"` // there was nothing before it
}

// Undo takes back the newest act about an object, by new acts: nothing leaves the
// history, and undoing once more brings back what was undone. An object that others rest
// on does not go.
func (a *App) Undo(ctx context.Context, id, why string) (u Undone, err error) {
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		last, ok, err := ledger.Newest(tx, id)
		if err == nil && !ok {
			err = ledger.Missing(tx, "object", id)
		}
		if err != nil {
			return err
		}
		noun, _, _ := strings.Cut(last.Kind, ".")
		room, ok := a.roomOf(noun)
		if !ok {
			return fault.New(fault.Refused, "acts of the kind "+last.Kind+" are not taken back", "Nothing was changed.", "What a key, a seal or a copy did cannot be undone by an act.")
		}
		u = Undone{ID: id, Act: last.Seq, Kind: last.Kind}
		if u.Gone, err = room.Undo(tx, a.By(), id, why); err != nil || !u.Gone {
			return err
		}
		return a.unrested(tx, id)
	})
	return u, err
}

// unrested refuses that an object goes while others name it.
func (a *App) unrested(tx *store.Tx, id string) error {
	for _, room := range []undoer{a.Intake, a.Record, a.Corroborate, a.Release, a.Followup} {
		rests, err := room.Rests(tx, id)
		if err != nil {
			return err
		}
		if len(rests) > 0 {
			return fault.New(fault.Conflict, rests[0]+" rests on "+id, "Nothing was changed.", "Take back what rests on it first: heed history "+rests[0])
		}
	}
	return nil
}

// Object reads the present state of any object by the ledger's name of it.
func (a *App) Object(ctx context.Context, id string) (v any, newest ledger.Entry, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		e, ok, err := ledger.Newest(tx, id)
		if err == nil && (!ok || e.Holds == ledger.Ended) {
			err = ledger.Missing(tx, "object", id)
		}
		if err != nil {
			return err
		}
		newest = e
		noun, _, _ := strings.Cut(e.Kind, ".")
		room, ok := a.roomOf(noun)
		if !ok {
			return ledger.Missing(tx, "object", id)
		}
		v, err = room.(ledger.Room).Version(tx, id)
		return err
	})
	return v, newest, err
}
