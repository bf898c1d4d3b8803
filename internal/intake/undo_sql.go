package intake

import (
	"database/sql"
	"strings"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Undo takes back what can be taken back at the door: that a proposal was dropped. What
// came in stays, and so does custody, which is added to; an accepted proposal opens again
// with the statement that accepted it.
func (r *Room) Undo(tx *store.Tx, by ledger.Actor, id, _ string) (gone bool, err error) {
	if !strings.HasPrefix(id, "Q-") {
		return false, fault.New(fault.Refused, id+" is not taken back: what came in stays, and what was said about its way is added to", "Nothing was changed.",
			"To stop its use: heed basis. To erase it for good: heed key destroy.")
	}
	p, err := ReadProposal(tx, id)
	if err != nil {
		return false, err
	}
	switch p.State {
	case "open":
		return false, fault.New(fault.Conflict, p.ID+" is open", "Nothing was changed.", "")
	case "accepted":
		return false, fault.New(fault.Conflict, p.ID+" was accepted as a statement", "Nothing was changed.", "Take back the statement, and it opens again: heed say lists them.")
	}
	return false, ReopenProposal(tx, by, id)
}

// Rests lists the proposals of a source; nothing else here names another object.
func (r *Room) Rests(tx *store.Tx, id string) (ids []string, err error) {
	err = tx.Each("SELECT id FROM proposal WHERE source = ?", []any{id}, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		ids = append(ids, s)
		return err
	})
	return ids, err
}
