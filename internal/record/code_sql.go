package record

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record/codebook"
	"heed/internal/store"
)

// DefineTerm adds a term to the case's own codebook, or changes what one of them means.
// Saw is the newest act about it that whoever writes had seen, or 0.
func (r *Room) DefineTerm(ctx context.Context, by ledger.Actor, t Term, saw int64) (Term, error) {
	if err := validTerm(t); err != nil {
		return Term{}, err
	}
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		have, there, err := terms.Find(tx, t.ID)
		if err != nil {
			return err
		}
		if err := noTermCircle(tx, t); err != nil {
			return err
		}
		if there && have.Means == t.Means && have.Parent == t.Parent && slices.Equal(have.Huridocs, t.Huridocs) {
			return fault.New(fault.Conflict, t.ID+" is defined so already", "Nothing was changed.", "")
		}
		kind := "term.defined"
		if there {
			kind = "term.changed"
		}
		return terms.Keep(tx, ledger.Act{Kind: kind, By: by, Object: t.ID, Version: t, Saw: saw})
	})
	return t, err
}

// noTermCircle refuses a term whose wider terms are unknown or lead back to it.
func noTermCircle(tx *store.Tx, t Term) error {
	for at := t.Parent; at != ""; {
		if at == t.ID {
			return invalid("a term cannot be a kind of itself: "+t.ID, "Choose another parent.")
		}
		wider, err := ReadTerm(tx, at)
		if err != nil {
			return err
		}
		at = wider.Parent
	}
	return nil
}

// ReadTerm finds a term. Where there is none, the refusal names those that look like it.
func ReadTerm(tx *store.Tx, id string) (Term, error) {
	if t, ok := builtIn(id); ok {
		return t, nil
	}
	t, ok, err := terms.Find(tx, id)
	if ok || err != nil {
		return t, err
	}
	known, err := ReadTerms(tx)
	if err != nil {
		return t, err
	}
	do := "List the codebook with: heed code --terms. To add a term of this case's own: heed code --define TERM --means \"…\""
	if near := codebook.Nearest(id, known); len(near) > 0 {
		do = "Nearest: " + strings.Join(near, ", ") + ". " + do
	}
	return t, fault.New(fault.NotFound, "the codebook has no term "+ledger.Echo(id), "Nothing was written.", do)
}

// ReadTerms lists the codebook: the terms of every case, then this case's own.
func ReadTerms(tx *store.Tx) ([]Term, error) {
	own, err := terms.All(tx)
	slices.SortFunc(own, func(a, b Term) int { return strings.Compare(a.ID, b.ID) })
	return append(slices.Clone(seed), own...), err
}

// Terms lists the codebook.
func (r *Room) Terms(ctx context.Context) ([]Term, error) { return store.Read(ctx, r.db, ReadTerms) }

// AddCode takes down that a passage is an instance of a term, in the actor's name. When
// the same member has said so already it returns that code and adds none.
func (r *Room) AddCode(ctx context.Context, by ledger.Actor, c Code) (out Code, added bool, err error) {
	if err := text("note", c.Note, false); err != nil {
		return Code{}, false, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		p, err := intake.ReadPassage(tx, intake.Address{Source: c.Source, From: c.From, To: c.To, Edition: c.Edition})
		if err != nil {
			return err
		}
		if _, err := ReadTerm(tx, c.Term); err != nil {
			return err
		}
		c.Edition, c.Coder, c.At = p.Edition, by.Member, store.Micros(tx.Now)
		if out, added, err = twin(tx, c); added || err != nil {
			added = false
			return err
		}
		if c.ID, err = ledger.NewID(tx, "CD", 4); err != nil {
			return err
		}
		out, added = c, true
		return keepCode(tx, by, "code.added", c, 0)
	})
	return out, added && err == nil, err
}

// twin finds the code by which its coder said the same.
func twin(tx *store.Tx, c Code) (Code, bool, error) {
	there, err := codes.Where(tx, "source = ? AND body ->> '$.from' = ? AND body ->> '$.term' = ? AND body ->> '$.coder' = ?", c.Source, c.From, c.Term, c.Coder)
	for _, d := range there {
		if d.ID != c.ID && c.same(d) {
			return d, true, err
		}
	}
	return Code{}, false, err
}

// once refuses a code by which its coder would say the same twice.
func once(tx *store.Tx, c Code) error {
	same, twice, err := twin(tx, c)
	if err == nil && twice {
		err = fault.New(fault.Conflict, same.ID+" says so already", "Nothing was changed.", "Take one of them back.")
	}
	return err
}

func keepCode(tx *store.Tx, by ledger.Actor, kind string, c Code, saw int64) error {
	return codes.Keep(tx, ledger.Act{Kind: kind, By: by, Object: c.ID, Subject: c.Source, Version: c, Saw: saw})
}

// ChangeCode changes the term or the note of a code, for the member who made it. What fn
// answers counts for these two only: another passage is another code.
func (r *Room) ChangeCode(ctx context.Context, by ledger.Actor, id string, saw int64, fn func(Code) (Code, error)) (c Code, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if c, err = ReadCode(tx, id); err != nil {
			return err
		}
		if err := c.onlyBy(by); err != nil {
			return err
		}
		next, err := fn(c)
		if err != nil {
			return err
		}
		if err := text("note", next.Note, false); err != nil {
			return err
		}
		if _, err := ReadTerm(tx, next.Term); err != nil {
			return err
		}
		c.Term, c.Note = next.Term, next.Note
		if err := once(tx, c); err != nil {
			return err
		}
		return keepCode(tx, by, "code.changed", c, saw)
	})
	return c, err
}

// TakeBackCode removes a code, for the member who made it. It stays in the history, and
// undoing the act brings it back.
func (r *Room) TakeBackCode(ctx context.Context, by ledger.Actor, id string, saw int64) (c Code, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if c, err = ReadCode(tx, id); err != nil {
			return err
		}
		if err := c.onlyBy(by); err != nil {
			return err
		}
		if _, err := tx.Exec("DELETE FROM code WHERE id = ?", c.ID); err != nil {
			return err
		}
		_, err := ledger.Append(tx, ledger.Act{Kind: "code.retracted", By: by, Object: c.ID, Subject: c.Source, Ends: true, Saw: saw})
		return err
	})
	return c, err
}

// onlyBy refuses everybody but the coder: coders who read each other's work may differ,
// and what they differ in is the finding.
func (c Code) onlyBy(by ledger.Actor) error {
	if c.Coder == by.Member {
		return nil
	}
	return fault.New(fault.Refused, c.ID+" is the code of "+c.Coder+", and nobody else changes it or takes it back", "Nothing was changed.",
		"Code the passage yourself: both codes stand side by side.")
}

// ReadCode finds a code.
func ReadCode(tx *store.Tx, id string) (Code, error) { return codes.One(tx, id) }

// Code finds a code.
func (r *Room) Code(ctx context.Context, id string) (Code, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Code, error) { return ReadCode(tx, id) })
}

// CodeFilter says which codes are meant. What is empty does not count.
type CodeFilter struct {
	Source, Term, Coder string
	From, To            int // sentences of the source, whatever the edition
}

func (f CodeFilter) condition() (string, []any) {
	var parts []string
	var args []any
	for _, c := range []struct{ sql, value string }{
		{"source = ?", f.Source}, {"body ->> '$.term' = ?", f.Term}, {"body ->> '$.coder' = ?", f.Coder},
	} {
		if c.value != "" {
			parts, args = append(parts, c.sql), append(args, c.value)
		}
	}
	if f.To > 0 {
		parts, args = append(parts, "body ->> '$.from' <= ? AND body ->> '$.to' >= ?"), append(args, f.To, f.From)
	}
	if len(parts) == 0 {
		return "true", nil
	}
	return strings.Join(parts, " AND "), args
}

// Codes lists codes behind the one called after, at most limit of them (0 lists all):
// those of one source in the order of its sentences, others in the order they were made.
// It says how many there are in all.
func (r *Room) Codes(ctx context.Context, f CodeFilter, after string, limit int) (list []Code, total int, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		where, args := f.condition()
		if total, err = count(tx, codes.Name, where, args...); err != nil {
			return err
		}
		if f.Source == "" {
			list, err = page(tx, codes, where, args, after, limit)
			return err
		}
		list, err = pageOfSource(tx, where, args, after, limit)
		return err
	})
	return list, total, err
}

func pageOfSource(tx *store.Tx, where string, args []any, after string, limit int) ([]Code, error) {
	if after != "" {
		c, err := ReadCode(tx, after)
		if err != nil {
			return nil, err
		}
		where, args = where+" AND (body ->> '$.from', length(id), id) > (?, ?, ?)", append(args, c.From, len(c.ID), c.ID)
	}
	if limit <= 0 {
		limit = -1 // SQLite's word for no limit
	}
	list, err := codes.Where(tx, "id IN (SELECT id FROM code WHERE "+where+" ORDER BY body ->> '$.from', length(id), id LIMIT ?)", append(args, limit)...)
	slices.SortStableFunc(list, func(a, b Code) int { return cmp.Compare(a.From, b.From) })
	return list, err
}

// Compared holds two coders' codes on a source against each other, in the newest edition
// of its text. Moved is how many codes could not be carried there: their words no longer
// stand in it as they were.
func (r *Room) Compared(ctx context.Context, source, first, second string) (out []Agreement, moved int, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if _, err := intake.ReadOriginal(tx, source); err != nil {
			return err
		}
		list, err := codes.Where(tx, "source = ? AND body ->> '$.coder' IN (?, ?)", source, first, second)
		if err != nil {
			return err
		}
		var here []Code
		if here, moved, err = carried(tx, list); err != nil {
			return err
		}
		out = CompareCodes(here, first, second)
		return nil
	})
	return out, moved, err
}

// carried moves codes into the newest edition of the text, and counts those whose words
// no longer stand in it.
func carried(tx *store.Tx, list []Code) (here []Code, moved int, err error) {
	type place struct {
		at intake.Address
		ok bool
	}
	known := map[intake.Address]place{} // many codes stand on one passage
	for _, c := range list {
		p, ok := known[c.Address()]
		if !ok {
			if p.at, p.ok, err = intake.Follow(tx, c.Address()); err != nil {
				return nil, 0, err
			}
			known[c.Address()] = p
		}
		if !p.ok {
			moved++
			continue
		}
		c.From, c.To, c.Edition = p.at.From, p.at.To, p.at.Edition
		here = append(here, c)
	}
	return here, moved, nil
}
