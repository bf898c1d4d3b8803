package intake

import (
	"context"

	"heed/internal/store"
)

// Counts says how many originals there are, of which some are sealed, erased or without a
// text, and how many proposals wait for a person.
type Counts struct {
	Originals   int `json:"originals"`
	Sealed      int `json:"sealed"`
	Erased      int `json:"erased"`
	WithoutText int `json:"without_text"` // sealed ones that no custodian gave a text yet among them
	Open        int `json:"open_proposals"`
}

// Counts counts.
func (r *Room) Counts(ctx context.Context) (c Counts, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT (SELECT count(*) FROM original), (SELECT count(*) FROM original WHERE seal_original <> ''),
			(SELECT count(*) FROM original WHERE erased_at <> 0), (SELECT count(*) FROM original WHERE erased_at = 0) - (SELECT count(*) FROM working_text),
			(SELECT count(*) FROM proposal WHERE state = 'open')`).Scan(&c.Originals, &c.Sealed, &c.Erased, &c.WithoutText, &c.Open)
	})
	return c, err
}
