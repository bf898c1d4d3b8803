package intake

import (
	"fmt"

	"heed/internal/ledger"
	"heed/internal/store"
)

// Erase takes out what this room holds of a source, in the transaction that destroys its
// key, and says which objects went. Of the original a row stays: that there was one, who
// took it in and when, when it was erased, and the name of its file, which Sweep removes.
// A second time there is nothing left to erase.
//
// Crash here: before the commit nothing is erased; after it the file still lies there,
// unreadable since its key is gone, and the next opening sweeps it.
func (r *Room) Erase(tx *store.Tx, source string) (erased []string, err error) {
	o, err := ReadOriginal(tx, source)
	if err != nil || o.Erased != 0 {
		return nil, err
	}
	erased, err = column(tx, `SELECT source || '.text' FROM working_text WHERE source = ?1
		UNION ALL SELECT source || '.text.' || edition FROM earlier_text WHERE source = ?1
		UNION ALL SELECT id FROM proposal WHERE source = ?1 UNION ALL SELECT id FROM custody WHERE source = ?1`, source)
	if err != nil {
		return nil, err
	}
	for _, table := range contentTables() {
		if _, err := tx.Exec("DELETE FROM "+table+" WHERE source = ?", source); err != nil {
			return nil, fmt.Errorf("erasing what %s holds of %s: %w", table, source, err)
		}
	}
	if _, err := tx.Exec(`UPDATE original SET name = '', media = '', size = 0, sha256 = '', no_text = '', seal_original = '', seal_name = '',
		blob_key = x'', erased_at = ? WHERE id = ?`, store.Micros(tx.Now), source); err != nil {
		return nil, fmt.Errorf("erasing original %s: %w", source, err)
	}
	return append([]string{source}, erased...), nil
}

// contentTables lists the tables whose rows say something of a source, those that refer
// to another of them first.
func contentTables() []string {
	return []string{"sentence", "paragraph", "working_text", "earlier_text", "proposal", "custody"}
}

// leftovers looks for content that stands where none should: of sources whose key was
// destroyed, of which the ledger has no version any more to hold it against, and beside
// sealed originals, whose bytes lie in the vault alone.
func leftovers(tx *store.Tx) (problems []ledger.Problem, err error) {
	destroyed, err := ledger.Destroyed(tx)
	if err != nil {
		return nil, err
	}
	query := `SELECT EXISTS (SELECT 1 FROM original WHERE id = ?1 AND (erased_at = 0 OR size <> 0
		OR name || media || sha256 || no_text || seal_original || seal_name <> '' OR length(blob_key) > 0))`
	for _, table := range contentTables() {
		query += " OR EXISTS (SELECT 1 FROM " + table + " WHERE source = ?1)"
	}
	for _, source := range destroyed {
		var left bool
		if err := tx.QueryRow(query, source).Scan(&left); err != nil {
			return nil, fmt.Errorf("looking for what is left of %s: %w", source, err)
		}
		if left {
			problems = append(problems, ledger.Problem{Place: source, What: "its key was destroyed, and content of it stands in the store again"})
		}
	}
	open, err := column(tx, "SELECT id FROM original WHERE seal_original <> '' AND (blob <> '' OR length(blob_key) > 0) ORDER BY id")
	for _, id := range open {
		problems = append(problems, ledger.Problem{Place: id, What: "it is sealed, and its row names a file in the open"})
	}
	return problems, err
}
