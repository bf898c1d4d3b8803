package record

import (
	"database/sql"
	"strings"
	"testing"

	"heed/internal/store"
)

// No look-up by a field reads a whole table: in a case of a million sentences that would
// be felt in every act.
func TestLookUpsUseAnIndex(t *testing.T) {
	h := newHouse(t)
	queries := []string{
		"SELECT id, source, body FROM statement WHERE body ->> '$.target.id' = 'R-01' ORDER BY length(id), id",
		"SELECT id FROM statement WHERE true AND length(id) = 6 AND id > 'ST-001' ORDER BY id LIMIT 5",
		"SELECT id FROM statement WHERE body ->> '$.target.id' = 'R-01' AND length(id) = 6 AND id > 'ST-001' ORDER BY id LIMIT 5",
		"SELECT id FROM statement WHERE true AND length(id) > 6 ORDER BY length(id), id LIMIT 5",
		"SELECT id FROM code WHERE body ->> '$.term' = 'arrest' AND length(id) = 6 AND id > 'CD-001' ORDER BY id LIMIT 5",
		"SELECT id FROM code WHERE body ->> '$.coder' = 'M-01' AND length(id) > 6 ORDER BY length(id), id LIMIT 5",
		"SELECT id FROM code WHERE source = 'S-001' AND (body ->> '$.from', length(id), id) > (3, 6, 'CD-001') ORDER BY body ->> '$.from', length(id), id LIMIT 5",
		"SELECT id, source, body FROM code WHERE source = 'S-001' AND body ->> '$.from' = 3 ORDER BY length(id), id",
		"SELECT id FROM quantity WHERE true AND length(id) = 6 AND id > 'QT-001' ORDER BY id LIMIT 5",
	}
	for _, at := range rests {
		queries = append(queries, "SELECT id FROM "+at.table+" WHERE body ->> '$."+at.field+"' = 'x'")
	}
	err := h.db.View(t.Context(), func(tx *store.Tx) error {
		for _, q := range queries {
			var plan []string
			err := tx.Each("EXPLAIN QUERY PLAN "+q, nil, func(rows *sql.Rows) error {
				var id, parent, unused int
				var detail string
				err := rows.Scan(&id, &parent, &unused, &detail)
				plan = append(plan, detail)
				return err
			})
			if err != nil {
				return err
			}
			if got := strings.Join(plan, "; "); !strings.Contains(got, "INDEX") || !strings.Contains(got, "SEARCH") || strings.Contains(got, "TEMP B-TREE") && strings.Contains(q, "LIMIT") {
				t.Errorf("%s\n\t%s", q, got)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
