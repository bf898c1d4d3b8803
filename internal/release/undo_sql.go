package release

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Undo takes back the newest act about an object of this room by new acts, and reports
// whether the object is gone with it. Of a report it takes back the last change of a
// paragraph, as long as nothing was frozen from it. What was sent for reply does not go:
// without a reason the gate would wait no more, and say that nobody was asked.
func (r *Room) Undo(tx *store.Tx, by ledger.Actor, id, why string) (gone bool, err error) {
	if shelved(id) {
		gone, err = shelves.Undo(tx, by, id, why)
	} else {
		gone, err = undoDraft(tx, by, id, why)
	}
	if err != nil || !gone {
		return gone, err
	}
	if strings.HasPrefix(id, requests.Prefix) {
		return gone, fault.New(fault.Refused, id+" is not taken back: its text was sent, and somebody may reply", "Nothing was changed.",
			"Say why nobody waits any more: heed reply "+id+" --withdraw \"WHY\"")
	}
	resting, err := r.Rests(tx, id)
	if err == nil && len(resting) > 0 {
		err = fault.New(fault.Refused, id+" is not taken back: it is named by "+strings.Join(resting, ", "), "Nothing was changed.", "Take those back first.")
	}
	return gone, err
}

// undoDraft takes back the last change of a draft's paragraphs, or the draft if it has
// just begun. A frozen draft has another way back, and what is out has none.
func undoDraft(tx *store.Tx, by ledger.Actor, id, why string) (gone bool, err error) {
	past, err := ledger.History(tx, id)
	if err != nil {
		return false, err
	}
	past = slices.DeleteFunc(past, func(p ledger.Past) bool { return p.Entry.Holds != ledger.State && p.Entry.Holds != ledger.Ended })
	if len(past) == 0 {
		return false, fault.New(fault.NotFound, "there is no release "+shown(id), "", "")
	}
	last := past[len(past)-1]
	if err := mayUndo(id, last.Entry.Kind); err != nil {
		return false, err
	}
	note := ledger.Act{Kind: "act.undone", By: by, Object: id, Detail: map[string]any{"act": last.Entry.Seq, "kind": last.Entry.Kind, "why": why}}
	if _, err := ledger.Append(tx, note); err != nil {
		return false, err
	}
	if len(past) == 1 || past[len(past)-2].Entry.Holds == ledger.Ended {
		if _, err := tx.Exec("DELETE FROM release WHERE id = ?", id); err != nil {
			return false, fmt.Errorf("taking back %s: %w", id, err)
		}
		_, err := ledger.Append(tx, ledger.Act{Kind: "release.retracted", By: by, Object: id, Ends: true})
		return true, err
	}
	return false, restoreDraft(tx, by, id, past[len(past)-2].JSON)
}

// mayUndo says whether an act about a release can be taken back.
func mayUndo(id, kind string) error {
	refuse := func(what, do string) error {
		return fault.New(fault.Refused, id+" is not taken back: "+what, "Nothing was changed.", do)
	}
	switch kind {
	case "release.released":
		return errReleased(id)
	case "release.gated", "release.signed":
		return refuse("its files are frozen and wait for signatures", "Change a paragraph: that makes it a draft again, and the signatures count no more.")
	case "release.reopened":
		return refuse("what was frozen is deleted", "Run: heed gate "+id)
	}
	return nil
}

// restoreDraft puts the paragraphs of an earlier version back. What was signed since, and
// counts no more, stays on record.
func restoreDraft(tx *store.Tx, by ledger.Actor, id string, version []byte) error {
	var then Draft
	if err := json.Unmarshal(version, &then); err != nil {
		return fmt.Errorf("reading an earlier version of %s: %w", id, err)
	}
	now, err := readDraft(tx, id)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		var open string
		err := tx.QueryRow("SELECT id FROM release WHERE state <> ?", StateReleased).Scan(&open)
		if err == nil {
			return fault.New(fault.Conflict, open+" was begun meanwhile, and there is one draft at a time", "Nothing was changed.", "Work on "+open+".")
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		now = then
	case err != nil:
		return err
	}
	now.Paragraphs = then.Paragraphs
	return write(tx, by, "release.restored", &now)
}
