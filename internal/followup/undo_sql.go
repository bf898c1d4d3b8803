package followup

import (
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Undo takes back the newest act about an object of this room, by new acts. What comes
// back must still have what it names: a position without its recommendation is nobody's.
func (r *Room) Undo(tx *store.Tx, by ledger.Actor, id, why string) (gone bool, err error) {
	if gone, err = shelves.Undo(tx, by, id, why); err != nil || gone {
		return gone, err
	}
	v, err := shelves.Version(tx, id)
	if err != nil {
		return gone, err
	}
	if r, ok := v.(Recommendation); ok {
		// What was put in its place meanwhile must not come to stand in its own.
		if err := noCircle(tx, r); err != nil {
			return gone, err
		}
	}
	for _, name := range names(v) {
		// What was erased stays named; what was taken back must come back first.
		if err := there(tx, name); fault.KindOf(err) == fault.NotFound {
			return gone, fault.New(fault.Refused, fmt.Sprintf("%s as it was names %s, which is not there", id, name), "Nothing was changed.",
				"Bring it back first: heed undo "+name)
		} else if err != nil && fault.KindOf(err) != fault.Withheld {
			return gone, err
		}
	}
	return gone, nil
}

// names are the objects that an object of this room rests on.
func names(v any) []string {
	switch o := v.(type) {
	case Recommendation:
		return links(o)
	case Position:
		if o.Statement == "" {
			return []string{o.Recommendation}
		}
		return []string{o.Recommendation, o.Statement}
	case SearchLog:
		return o.Recommendations
	case Action:
		return o.Recommendations
	case Assessment:
		return append([]string{o.Recommendation}, o.Evidence...)
	}
	return nil
}

// there reports, by its error, what is there no more.
func there(tx *store.Tx, id string) (err error) {
	if strings.HasPrefix(id, "R-") {
		_, err = ReadRecommendation(tx, id)
		return err
	}
	return isEvidence(tx, id)
}

// Rests lists the objects of this room that name an object, of this room or another: while
// they do, it is not taken back. Addresses of passages name their source.
func (r *Room) Rests(tx *store.Tx, id string) ([]string, error) {
	var out []string
	for _, q := range []struct{ table, condition string }{
		{"recommendation", "source = ?"},
		{"recommendation", linking("follows_from")},
		{"recommendation", linking("groups_with")},
		{"recommendation", linking("supersedes")},
		{"position", "source = ?"},
		{"position", "body ->> '$.recommendation' = ?"},
		{"position", "body ->> '$.statement' = ?"},
		{"search_log", holding("recommendations")},
		{"action", "source = ?"},
		{"action", holding("recommendations")},
		{"assessment", "body ->> '$.recommendation' = ?"},
		{"assessment", holding("evidence")},
		{"assessment", "EXISTS (SELECT 1 FROM json_each(body, '$.evidence') WHERE substr(value, 1, length(?1) + 1) IN (?1 || ':', ?1 || '/'))"},
	} {
		err := tx.Each("SELECT id FROM "+q.table+" WHERE "+q.condition+" ORDER BY length(id), id", []any{id}, func(rows *sql.Rows) error {
			var name string
			err := rows.Scan(&name)
			if name != id && !slices.Contains(out, name) {
				out = append(out, name)
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("looking for what rests on %s: %w", ledger.Echo(id), err)
		}
	}
	return out, nil
}
