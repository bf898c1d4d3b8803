package ledger

import (
	"database/sql"
	"errors"
	"fmt"

	"heed/internal/store"
)

// Versions calls yield for every act with what stood beside its entry, oldest first: the
// whole past of the case, for an export.
func Versions(tx *store.Tx, yield func(Past) error) error {
	keys := keyring{tx: tx}
	err := tx.Each("SELECT e.leaf, v.sealed FROM ledger_entry e LEFT JOIN ledger_version v ON v.seq = e.seq ORDER BY e.seq", nil, func(rows *sql.Rows) error {
		p, err := keys.past(rows)
		if err != nil {
			return err
		}
		return yield(p)
	})
	if err != nil {
		return fmt.Errorf("reading versions: %w", err)
	}
	return nil
}

// past reads an entry with what stands beside it.
func (r *keyring) past(rows *sql.Rows) (p Past, err error) {
	var leaf, sealed []byte
	if err := rows.Scan(&leaf, &sealed); err != nil {
		return p, err
	}
	if p.Entry, err = ParseEntry(leaf); err != nil || !p.Entry.encloses() {
		return p, err
	}
	if p.JSON, err = r.open(p.Entry, sealed); errors.Is(err, errNoKey) {
		return Past{Entry: p.Entry, Erased: true}, nil
	}
	return p, err
}
