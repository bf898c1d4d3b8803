package corroborate

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// noEvidence is what is known of the case before any claim is read.
func noEvidence(tx *store.Tx) (Evidence, error) {
	c, err := record.ReadCase(tx)
	return Evidence{Claims: map[string]Claim{}, Sources: map[string]record.Source{}, Standard: c.Standard, Erased: map[string]string{}, Contrary: map[string][]string{}}, err
}

// ReadEvidenceFor gathers what Check looks at for some findings: the claims they name and
// what contradicts those, the sources of these with all they derive from, the declared
// standard, and which of the claims were erased. More of the case would change nothing of
// what Check says.
func ReadEvidenceFor(tx *store.Tx, findings ...Finding) (Evidence, error) {
	ev, err := noEvidence(tx)
	if err != nil {
		return ev, err
	}
	contrary, err := readContrary(tx)
	if err != nil {
		return ev, err
	}
	return ev, ev.fill(tx, findings, contrary)
}

// fill reads the evidence for some findings. contrary is of all claims.
func (ev *Evidence) fill(tx *store.Tx, of []Finding, contrary map[string][]string) (err error) {
	named := map[string]bool{}
	for _, f := range of {
		for _, id := range f.Claims() {
			named[id] = true
		}
	}
	if ev.Claims, err = claims.Some(tx, keys(named)); err != nil {
		return err
	}
	further, from := map[string]bool{}, map[string]bool{}
	for id, c := range ev.Claims {
		if list := contrary[id]; list != nil {
			ev.Contrary[id] = list
		}
		from[c.Source] = true
		for _, id := range c.Contradicts {
			if !named[id] {
				further[id] = true
			}
		}
	}
	if ev.Sources, err = record.ReadSourcesOf(tx, keys(from)); err != nil {
		return err
	}
	contradicted, err := claims.Some(tx, keys(further))
	if err != nil {
		return err
	}
	for id, c := range contradicted {
		ev.Claims[id] = c
	}
	return ev.readErased(tx, of)
}

func keys(set map[string]bool) (ids []string) {
	for id := range set {
		ids = append(ids, id)
	}
	return ids
}

// readContrary lists for each claim the claims that name it as contradicted. It reads an
// index that holds only the claims which name any.
func readContrary(tx *store.Tx) (map[string][]string, error) {
	contrary := map[string][]string{}
	err := tx.Each("SELECT id, body ->> '$.contradicts' FROM claim WHERE body ->> '$.contradicts' IS NOT NULL", nil, func(rows *sql.Rows) error {
		var id, list string
		if err := rows.Scan(&id, &list); err != nil {
			return err
		}
		var contradicted []string
		if err := json.Unmarshal([]byte(list), &contradicted); err != nil {
			return fmt.Errorf("reading %s: %w", id, err)
		}
		for _, c := range contradicted {
			contrary[c] = append(contrary[c], id)
		}
		return nil
	})
	return contrary, err
}

// readErased asks the ledger about the claims that findings name and that are not there.
func (ev *Evidence) readErased(tx *store.Tx, of []Finding) error {
	for _, f := range of {
		for _, id := range f.Claims() {
			if _, ok := ev.Claims[id]; ok {
				continue
			}
			source, erased, err := ledger.Erased(tx, id)
			if err != nil {
				return err
			}
			if erased {
				ev.Erased[id] = source
			}
		}
	}
	return nil
}

// Checked is a finding with what Check says of it and what its claims come from.
type Checked struct {
	Finding   Finding  `json:"finding"`
	Origins   Origins  `json:"origins"`
	Confirmed []string `json:"confirmed,omitempty"` // claims that independent others confirm
	Issues    []Issue  `json:"issues"`
}

func checked(f Finding, ev Evidence, p Policy) Checked {
	return Checked{f, CountOrigins(counting(f, ev), ev.Sources), Confirmed(f, ev), Check(f, ev, p)}
}

// Check looks at one finding under the policy of the case.
func (r *Room) Check(ctx context.Context, id string) (Checked, error) {
	b, err := r.Brief(ctx, id)
	return b.Checked, err
}

// CheckAll looks at all findings under the policy of the case, oldest first.
func (r *Room) CheckAll(ctx context.Context) ([]Checked, error) {
	p, err := r.CheckPage(ctx, "", 0)
	return p.Findings, err
}

// CheckedPage is a part of a list of findings.
type CheckedPage struct {
	Findings []Checked
	Total    int
	More     bool
}

// checkChunk is how many findings are looked at with the claims of all of them in memory.
const checkChunk = 100

// CheckPage looks at no more than limit findings after one of them, under the policy of
// the case; "" begins at the first, and 0 takes all.
func (r *Room) CheckPage(ctx context.Context, after string, limit int) (CheckedPage, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (p CheckedPage, err error) {
		if p.Total, err = findings.Count(tx); err != nil {
			return p, err
		}
		policy, err := ReadPolicy(tx)
		if err != nil {
			return p, err
		}
		contrary, err := readContrary(tx)
		if err != nil {
			return p, err
		}
		p.More = true
		for p.More && (limit == 0 || len(p.Findings) < limit) {
			want := checkChunk
			if limit > 0 {
				want = min(want, limit-len(p.Findings))
			}
			var chunk []Finding
			if chunk, p.More, err = findings.Page(tx, after, want); err != nil {
				return p, err
			}
			ev, err := noEvidence(tx)
			if err != nil {
				return p, err
			}
			if err := ev.fill(tx, chunk, contrary); err != nil {
				return p, err
			}
			for _, f := range chunk {
				p.Findings, after = append(p.Findings, checked(f, ev, policy)), f.ID
			}
		}
		return p, nil
	})
}
