package intake

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"heed/internal/fault"
	"heed/internal/intake/quote"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Propose lets the quote engine read a working text and keeps what it proposes. A
// second call with the same engine adds nothing, and a newer engine only what no earlier
// one proposed: what a person settled is not asked again. It returns all proposals of the source.
func (r *Room) Propose(ctx context.Context, by ledger.Actor, source string) (out []Proposal, err error) {
	var t Text
	var done bool
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if t, err = ReadText(tx, source); err != nil {
			return err
		}
		done, err = hasProposals(tx, t, r.engine.Version())
		return err
	})
	if err != nil {
		return nil, err
	}
	if !done {
		// The engine runs outside the transaction: a long text must not hold the writer's turn.
		if err := r.keep(ctx, by, t, r.engine.Extract(t.document())); err != nil {
			return nil, err
		}
	}
	return r.Proposals(ctx, source)
}

func hasProposals(tx *store.Tx, t Text, engine string) (done bool, err error) {
	err = tx.QueryRow("SELECT count(*) > 0 FROM proposal WHERE source = ? AND engine = ? AND coalesce(body ->> '$.edition', 1) = ?",
		t.Source, engine, t.Edition.number()).Scan(&done)
	return done, err
}

func (r *Room) keep(ctx context.Context, by ledger.Actor, t Text, proposals []quote.Proposal) error {
	if len(proposals) == 0 {
		return nil
	}
	engine := r.engine.Version()
	return r.db.Update(ctx, func(tx *store.Tx) error {
		// Another process may have been faster.
		if done, err := hasProposals(tx, t, engine); err != nil || done {
			return err
		}
		earlier, err := readProposals(tx, t.Source)
		if err != nil {
			return err
		}
		known := map[content]bool{}
		for _, p := range earlier {
			known[p.content(t.Edition)] = true
		}
		for _, q := range proposals {
			p, err := t.proposal(q)
			if err != nil {
				return err
			}
			if known[p.content(t.Edition)] || known[content{0, 0, p.Speaker, p.Words}] {
				continue
			}
			if p.ID, err = ledger.NewID(tx, "Q", 3); err != nil {
				return err
			}
			p.Engine, p.State = engine, "open"
			if err := writeProposal(tx, by, "proposal.made", p); err != nil {
				return err
			}
		}
		return nil
	})
}

func writeProposal(tx *store.Tx, by ledger.Actor, kind string, p Proposal) error {
	body, err := json.Marshal(p)
	if err != nil {
		return err
	}
	if _, err := tx.Exec(`INSERT INTO proposal (id, source, engine, body, state) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body`, p.ID, p.Source, p.Engine, string(body), p.State); err != nil {
		return fmt.Errorf("writing proposal %s: %w", p.ID, err)
	}
	_, err = ledger.Append(tx, ledger.Act{Kind: kind, By: by, Object: p.ID, Subject: p.Source, Version: p})
	return err
}

// ReadProposal finds a proposal.
func ReadProposal(tx *store.Tx, id string) (Proposal, error) {
	p, err := scanProposal(tx.QueryRow("SELECT body, source, engine, state FROM proposal WHERE id = ?", id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, ledger.Missing(tx, "proposal", id)
	}
	return p, err
}

// Proposals lists those of a source in the order they were made; "" lists all.
func (r *Room) Proposals(ctx context.Context, source string) ([]Proposal, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Proposal, error) { return readProposals(tx, source) })
}

func readProposals(tx *store.Tx, source string) (out []Proposal, err error) {
	err = tx.Each("SELECT body, source, engine, state FROM proposal WHERE ? IN ('', source) ORDER BY length(id), id", []any{source}, func(rows *sql.Rows) error {
		p, err := scanProposal(rows)
		out = append(out, p)
		return err
	})
	return out, err
}

func scanProposal(row interface{ Scan(...any) error }) (p Proposal, err error) {
	var body, source, engine, state string
	if err := row.Scan(&body, &source, &engine, &state); err != nil {
		return p, err
	}
	if err := json.Unmarshal([]byte(body), &p); err != nil {
		return p, fmt.Errorf("reading proposals: %w", err)
	}
	// The columns are what queries find it by; a changed one must show in check.
	p.Source, p.Engine, p.State = source, engine, state
	return p, nil
}

// Proposal finds one proposal.
func (r *Room) Proposal(ctx context.Context, id string) (Proposal, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Proposal, error) { return ReadProposal(tx, id) })
}

// SettleProposal marks an open proposal accepted or dropped, in the transaction of
// the act that settles it: a statement and the acceptance of its proposal are one commit.
func SettleProposal(tx *store.Tx, by ledger.Actor, id, state string) error {
	if state != "accepted" && state != "dropped" {
		return fmt.Errorf("internal error: a proposal cannot be settled as %q", state)
	}
	p, err := ReadProposal(tx, id)
	if err != nil {
		return err
	}
	if p.State != "open" {
		return fault.New(fault.Conflict, fmt.Sprintf("%s is %s already", p.ID, p.State), "Nothing was changed.", "")
	}
	p.State = state
	return writeProposal(tx, by, "proposal."+state, p)
}

// ReopenProposal opens a settled proposal again, in the transaction of the act that takes
// back what settled it.
func ReopenProposal(tx *store.Tx, by ledger.Actor, id string) error {
	p, err := ReadProposal(tx, id)
	if err != nil {
		return err
	}
	if p.State == "open" {
		return fault.New(fault.Conflict, p.ID+" is open", "Nothing was changed.", "")
	}
	p.State = "open"
	return writeProposal(tx, by, "proposal.reopened", p)
}

// OpenProposals reads at most limit proposals that wait for a person, behind the id after
// and oldest first, and counts all that wait; with limit 0 it reads all.
func (r *Room) OpenProposals(ctx context.Context, after string, limit int) (list []Proposal, total int, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if err := tx.QueryRow("SELECT count(*) FROM proposal WHERE state = 'open'").Scan(&total); err != nil {
			return err
		}
		query := "SELECT body, source, engine, state FROM proposal WHERE state = 'open' AND (length(id), id) > (length(?), ?) ORDER BY length(id), id"
		if limit > 0 {
			query += fmt.Sprintf(" LIMIT %d", limit)
		}
		return tx.Each(query, []any{after, after}, func(rows *sql.Rows) error {
			p, err := scanProposal(rows)
			list = append(list, p)
			return err
		})
	})
	return list, total, err
}
