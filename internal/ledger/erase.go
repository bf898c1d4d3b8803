package ledger

import (
	"database/sql"
	"fmt"

	"heed/internal/fault"
	"heed/internal/store"
)

// KeyDestroyed is the kind of the act that says that a data key is gone: its object is
// the subject whose key it was, its own subject the case.
const KeyDestroyed = "key.destroyed"

// DestroyKey deletes the data key of a subject and all versions under it; entries and
// tree stay. The caller appends the act KeyDestroyed in the same transaction and, once it
// is committed, empties the write-ahead log. A second time changes nothing.
func DestroyKey(tx *store.Tx, subject string) error {
	if subject == caseSubject || subject == "" {
		return fault.New(fault.Refused, "the data key of the case itself cannot be destroyed", "Nothing was changed.",
			"To be rid of a whole case, destroy its directory and all backups.")
	}
	var known bool
	if err := tx.QueryRow("SELECT EXISTS (SELECT 1 FROM ledger_entry WHERE subject = ?)", subject).Scan(&known); err != nil {
		return fmt.Errorf("looking for acts under %s: %w", subject, err)
	}
	if !known {
		return fault.New(fault.NotFound, "no act concerns "+subject, "Nothing was changed.", "")
	}
	if _, err := tx.Exec("DELETE FROM ledger_version WHERE seq IN (SELECT seq FROM ledger_entry WHERE subject = ?)", subject); err != nil {
		return fmt.Errorf("deleting versions of %s: %w", subject, err)
	}
	if _, err := tx.Exec("DELETE FROM ledger_key WHERE subject = ?", subject); err != nil {
		return fmt.Errorf("deleting data key of %s: %w", subject, err)
	}
	return nil
}

// Destroyed lists the subjects whose data key an act destroyed.
func Destroyed(tx *store.Tx) ([]string, error) { return Objects(tx, KeyDestroyed) }

// Objects lists what acts of a kind are about, in the order of the first such act.
func Objects(tx *store.Tx, kind string) (objects []string, err error) {
	err = tx.Each("SELECT object FROM ledger_entry WHERE kind = ? GROUP BY object ORDER BY min(seq)", []any{kind}, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		objects = append(objects, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for acts of a kind: %w", err)
	}
	return objects, nil
}

// destroyed reports whether the subject's key was destroyed by an act.
func destroyed(tx *store.Tx, subject string) (gone bool, err error) {
	err = tx.QueryRow("SELECT EXISTS (SELECT 1 FROM ledger_entry WHERE kind = ? AND object = ?)", KeyDestroyed, subject).Scan(&gone)
	if err != nil {
		return false, fmt.Errorf("looking whether the key of %s was destroyed: %w", subject, err)
	}
	return gone, nil
}

// Past is one act about an object, with what stood beside its entry.
type Past struct {
	Entry  Entry
	JSON   []byte // the version or detail; nil when the act held none, or it was erased
	Erased bool   // it went with its data key
}

// History returns every act about an object, oldest first.
func History(tx *store.Tx, object string) (past []Past, err error) {
	keys := keyring{tx: tx}
	err = tx.Each(`SELECT e.leaf, v.sealed FROM ledger_entry e LEFT JOIN ledger_version v ON v.seq = e.seq
		WHERE e.object = ? ORDER BY e.seq`, []any{object}, func(rows *sql.Rows) error {
		p, err := keys.past(rows)
		if err != nil {
			return err
		}
		past = append(past, p)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("reading history of %s: %w", object, err)
	}
	return past, nil
}
