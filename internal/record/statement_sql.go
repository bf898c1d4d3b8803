package record

import (
	"context"
	"fmt"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Say takes down a statement. With a proposal it is that proposal's acceptance: both
// are one commit, so that no proposal is accepted without the statement and none twice.
func (r *Room) Say(ctx context.Context, by ledger.Actor, s Statement) (Statement, error) {
	err := r.db.Update(ctx, func(tx *store.Tx) (err error) {
		s, err = say(tx, by, s)
		return err
	})
	if err != nil {
		return Statement{}, err
	}
	return s, nil
}

// Settle accepts proposals as they are and sets others aside, all in one commit or none.
func (r *Room) Settle(ctx context.Context, by ledger.Actor, accept, drop []string) (said []Statement, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		for _, id := range accept {
			p, err := intake.ReadProposal(tx, id)
			if err != nil {
				return err
			}
			if p.State != "open" {
				return fault.New(fault.Conflict, p.ID+" is "+p.State+" already", "Nothing was changed.", "See what waits: heed quotes")
			}
			s, err := say(tx, by, Proposed(p))
			if err != nil {
				return fmt.Errorf("accepting %s: %w", p.ID, err)
			}
			said = append(said, s)
		}
		for _, id := range drop {
			if err := intake.SettleProposal(tx, by, id, "dropped"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return said, nil
}

// Proposed is the statement that a proposal would be.
func Proposed(p intake.Proposal) Statement {
	return Statement{Source: p.Source, From: p.From, To: p.To, Edition: p.Edition, Speaker: p.Speaker, OnBehalfOf: p.OnBehalfOf, Words: p.Words,
		Target: Target{Kind: p.Target}, Stance: Stance(p.Stance), Proposal: p.ID}
}

func say(tx *store.Tx, by ledger.Actor, s Statement) (Statement, error) {
	p, err := intake.ReadPassage(tx, s.Address())
	if err != nil {
		return s, err
	}
	s.Edition = p.Edition
	if err := validStatement(s, p.Text); err != nil {
		return s, err
	}
	if err := noDayToCome(tx, s.SaidOn, "these words would have been said on a day that is still to come", "Give the day on which they were said, or leave it out."); err != nil {
		return s, err
	}
	if s.Target.Kind == TargetRecommendations && s.Target.ID != "" {
		if _, err := intake.ReadKept(tx, s.Target.ID); err != nil {
			return s, err
		}
	}
	if err := knownPerson(tx, s.SpeakerID); err != nil {
		return s, err
	}
	if s.Proposal != "" {
		if err := accept(tx, by, s); err != nil {
			return s, err
		}
	}
	if s.ID, err = ledger.NewID(tx, "ST", 3); err != nil {
		return s, err
	}
	s.By, s.At = by.Member, store.Micros(tx.Now)
	return s, statements.Keep(tx, ledger.Act{Kind: "statement.said", By: by, Object: s.ID, Subject: s.Source, Version: s})
}

// noDayToCome refuses a date after tomorrow: elsewhere that day may have begun already.
func noDayToCome(tx *store.Tx, date, what, do string) error {
	now, err := today(tx)
	if err == nil && Date(date).Earliest() > DateOf(now.AddDate(0, 0, 1)) {
		err = invalid(what, do)
	}
	return err
}

func accept(tx *store.Tx, by ledger.Actor, s Statement) error {
	p, err := intake.ReadProposal(tx, s.Proposal)
	if err != nil {
		return err
	}
	if err := s.settles(p); err != nil {
		return err
	}
	return intake.SettleProposal(tx, by, p.ID, "accepted")
}

// ReadStatement finds a statement.
func ReadStatement(tx *store.Tx, id string) (Statement, error) { return statements.One(tx, id) }

// ReadStatements lists all statements, oldest first.
func ReadStatements(tx *store.Tx) ([]Statement, error) { return statements.All(tx) }

// ReadStatementsAbout lists the statements whose target is one recommendation or finding,
// oldest first.
func ReadStatementsAbout(tx *store.Tx, target string) ([]Statement, error) {
	return statements.Where(tx, "body ->> '$.target.id' = ?", target)
}

// ReadStatementsOn lists the statements about targets of one kind, such as all
// recommendations as a body, oldest first.
func ReadStatementsOn(tx *store.Tx, kind string) ([]Statement, error) {
	return statements.Where(tx, "body ->> '$.target.kind' = ?", kind)
}

// StatementFilter says which statements are meant. What is empty does not count.
type StatementFilter struct {
	Source string
	About  string // id of the recommendation or finding
}

// StatementPage lists statements behind the one called after, oldest first, at most limit
// of them (0 lists all), and says how many there are in all.
func (r *Room) StatementPage(ctx context.Context, f StatementFilter, after string, limit int) (list []Statement, total int, err error) {
	where, args := ofSource(f.Source)
	if f.About != "" {
		where, args = where+" AND body ->> '$.target.id' = ?", append(args, f.About)
	}
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if total, err = count(tx, statements.Name, where, args...); err != nil {
			return err
		}
		list, err = page(tx, statements, where, args, after, limit)
		return err
	})
	return list, total, err
}

// Statement finds a statement.
func (r *Room) Statement(ctx context.Context, id string) (Statement, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Statement, error) { return ReadStatement(tx, id) })
}

// Statements lists all statements, oldest first.
func (r *Room) Statements(ctx context.Context) ([]Statement, error) {
	return store.Read(ctx, r.db, ReadStatements)
}
