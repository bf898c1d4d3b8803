package ledger

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/store"
)

// Revision is the sequence number of the newest act about an object, -1 when there is none.
func Revision(tx *store.Tx, object string) (seq int64, err error) {
	if err := tx.QueryRow("SELECT coalesce(max(seq), -1) FROM ledger_entry WHERE object = ?", object).Scan(&seq); err != nil {
		return 0, fmt.Errorf("looking for acts of %s: %w", object, err)
	}
	return seq, nil
}

// Newest is the newest act about an object, if there is one.
func Newest(tx *store.Tx, object string) (e Entry, ok bool, err error) {
	var leaf []byte
	err = tx.QueryRow("SELECT leaf FROM ledger_entry WHERE object = ? ORDER BY seq DESC LIMIT 1", object).Scan(&leaf)
	if errors.Is(err, sql.ErrNoRows) {
		return e, false, nil
	}
	if err == nil {
		e, err = ParseEntry(leaf)
	}
	if err != nil {
		return e, false, fmt.Errorf("reading the newest act of %s: %w", object, err)
	}
	return e, true, nil
}

// unseen refuses an act about an object that somebody has changed since Saw.
func (act Act) unseen(tx *store.Tx) error {
	if act.Saw == 0 {
		return nil
	}
	newest, err := Revision(tx, act.Object)
	if err != nil || newest == act.Saw {
		return err
	}
	by := ""
	if e, ok, err := Newest(tx, act.Object); err != nil {
		return err
	} else if ok {
		by = e.By
	}
	return fault.New(fault.Conflict, fmt.Sprintf("%s was changed by %s in act %d, and this change began from act %d", act.Object, cmp.Or(by, "nobody"), newest, act.Saw),
		"Nothing was written; both states stand in its history.", "Look at it as it is now (heed history "+act.Object+"), and make the change again.")
}

// undone is the detail of the act that takes another back.
type undone struct {
	Act  int64  `json:"act"`
	Kind string `json:"kind"`
	Why  string `json:"why,omitempty"`
}

// Undo takes back the newest act about an object by new acts: act.undone says which one
// and why, and then the object is as it was before (NOUN.restored), or, when the act had
// made it, is gone (NOUN.retracted). What was taken back stands in the history for ever,
// and undoing once more brings it back.
//
// It knows the object and nothing of what rests on it; that is for the room to look at.
func (s Shelves) Undo(tx *store.Tx, by Actor, id, why string) (gone bool, err error) {
	last, before, err := lastTwo(tx, id)
	if err != nil {
		return false, err
	}
	noun, _, _ := strings.Cut(last.Entry.Kind, ".")
	i := slices.IndexFunc(s, func(t shelf) bool { return t.owns(noun, id) })
	if i < 0 {
		return false, fault.New(fault.Refused, "acts of the kind "+last.Entry.Kind+" are not taken back", "Nothing was changed.", "")
	}
	subject := last.Entry.Subject
	if subject == caseSubject {
		subject = ""
	}
	note := Act{Kind: "act.undone", By: by, Object: id, Subject: subject, Detail: undone{last.Entry.Seq, last.Entry.Kind, why}}
	if _, err := Append(tx, note); err != nil {
		return false, err
	}
	act := Act{By: by, Object: id, Subject: subject}
	if before == nil || before.Entry.Holds == Ended {
		act.Kind, act.Ends = noun+".retracted", true
		return true, s[i].retract(tx, act)
	}
	act.Kind = noun + ".restored"
	return false, s[i].restore(tx, act, before.JSON)
}

// lastTwo are the newest act that gave the object a state or ended it, and the one
// before that, nil when the first one made it.
func lastTwo(tx *store.Tx, id string) (last Past, before *Past, err error) {
	past, err := History(tx, id)
	if err != nil {
		return last, nil, err
	}
	past = slices.DeleteFunc(past, func(p Past) bool { return p.Entry.Holds != State && p.Entry.Holds != Ended })
	if n := len(past); n == 0 {
		return last, nil, Missing(tx, "object", id)
	} else if last = past[n-1]; n > 1 {
		before = &past[n-2]
	}
	if last.Erased || before != nil && before.Erased {
		return last, nil, Missing(tx, "object", id)
	}
	return last, before, nil
}

func (t Table[T]) owns(noun, id string) bool {
	nouns := strings.Fields(cmp.Or(t.Acts, strings.ReplaceAll(t.Name, "_", "-")))
	return slices.Contains(nouns, noun) && strings.HasPrefix(id, t.Prefix)
}

func (t Table[T]) restore(tx *store.Tx, act Act, version []byte) error {
	var v T
	if err := json.Unmarshal(version, &v); err != nil {
		return fmt.Errorf("reading an earlier version of %s: %w", act.Object, err)
	}
	act.Version = v
	return t.Keep(tx, act)
}

func (t Table[T]) retract(tx *store.Tx, act Act) error {
	var id string
	err := tx.QueryRow("DELETE FROM "+t.Name+" WHERE id = ? RETURNING id", act.Object).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return Missing(tx, t.Name, act.Object)
	}
	if err != nil {
		return fmt.Errorf("taking back %s: %w", act.Object, err)
	}
	_, err = Append(tx, act)
	return err
}
