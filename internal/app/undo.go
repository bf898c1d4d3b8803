package app

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/ledger"
	"heed/internal/record"
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
		if err := a.mayUndo(last, why); err != nil {
			return err
		}
		u = Undone{ID: id, Act: last.Seq, Kind: last.Kind}
		if u.Gone, err = room.Undo(tx, a.By(), id, why); err != nil {
			return err
		}
		if u.Gone {
			return a.unrested(tx, id)
		}
		return a.grounded(tx, room, id)
	})
	return u, err
}

// withReason are the acts that are taken back for a stated reason only: what somebody
// refused or withdrew, what speaks against a finding, what findings are held to, and what
// was sent for reply.
var withReason = []string{"basis.", "consent.", "policy.", "reply.", "finding.contradicted", "finding.answered"}

// mayUndo refuses to take back what others did, and what withReason lists, without a word.
func (a *App) mayUndo(last ledger.Entry, why string) error {
	if err := record.InOrder(why); err != nil {
		return err
	}
	weighty := slices.ContainsFunc(withReason, func(kind string) bool { return strings.HasPrefix(last.Kind, kind) })
	if last.By == a.By().Member && !weighty || len(lang.Words(why)) > 0 {
		return nil
	}
	return fault.New(fault.Refused, fmt.Sprintf("act %d about %s (%s by %s) is not taken back without a reason", last.Seq, last.Object, last.Kind, last.By),
		"Nothing was changed.", "Say why: heed undo "+last.Object+" --why \"…\"")
}

// ids finds what an object names: texts in it that are an id and nothing else.
var ids = regexp.MustCompile(`"([A-Z]{1,2}-[0-9]{2,12})"`)

// grounded refuses an object that comes back and names what is there no more. What was
// erased stays named.
func (a *App) grounded(tx *store.Tx, room undoer, id string) error {
	v, err := room.(ledger.Room).Version(tx, id)
	if err != nil {
		return err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	for _, m := range ids.FindAllSubmatch(body, -1) {
		e, known, err := ledger.Newest(tx, string(m[1]))
		if err != nil {
			return err
		}
		if known && e.Holds == ledger.Ended {
			return fault.New(fault.Refused, fmt.Sprintf("%s as it was names %s, which was taken back", id, m[1]), "Nothing was changed.", "Bring it back first: heed undo "+string(m[1]))
		}
	}
	return nil
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
