package corroborate

import (
	"context"
	"slices"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// AddFinding takes down what the team concludes. Claims for and against may come with
// it or later; the standard is the case's unless a higher one is given with its reason.
func (r *Room) AddFinding(ctx context.Context, by ledger.Actor, f Finding) (out Finding, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if out, err = newFinding(tx, by, f); err != nil {
			return err
		}
		if out.ID, err = ledger.NewID(tx, "F", 2); err != nil {
			return err
		}
		return keepFinding(tx, ledger.Act{Kind: "finding.added", By: by}, out)
	})
	if err != nil {
		return Finding{}, err
	}
	return out, nil
}

// newFinding is f with its defaults, checked.
func newFinding(tx *store.Tx, by ledger.Actor, f Finding) (Finding, error) {
	c, err := record.ReadCase(tx)
	if err != nil {
		return f, err
	}
	if f.Standard == "" {
		f.Standard = c.Standard
	}
	if err := validFinding(f, c.Standard); err != nil {
		return f, err
	}
	if err := plainEnough(f); err != nil {
		return f, err
	}
	support, contrary := f.For, f.Against
	f.ID, f.For, f.Against = "", nil, nil
	f.By, f.At = by.Member, store.Micros(tx.Now)
	if err := claimsExist(tx, support...); err != nil {
		return f, err
	}
	if f, err = f.support(support); err != nil {
		return f, err
	}
	for _, a := range contrary {
		if err := claimsExist(tx, a.Claim); err != nil {
			return f, err
		}
		if f, err = f.contradict(a.Claim); err != nil {
			return f, err
		}
		if a.Answer == "" {
			continue
		}
		if f, err = f.answer(Against{a.Claim, a.Answer, by.Member, store.Micros(tx.Now)}); err != nil {
			return f, err
		}
	}
	return f, nil
}

func claimsExist(tx *store.Tx, ids ...string) error {
	for _, id := range ids {
		if _, err := ReadClaim(tx, id); err != nil {
			return err
		}
	}
	return nil
}

func keepFinding(tx *store.Tx, act ledger.Act, f Finding) error {
	act.Object, act.Version = f.ID, f
	return findings.Keep(tx, act)
}

// step is one act of an edit.
type step struct {
	act ledger.Act // its kind
	do  func(*store.Tx, Finding) (Finding, error)
}

// Edit changes a finding in one transaction, each part as an act of its own. Words are
// held against standard and outcome as they are in the end.
func (r *Room) Edit(ctx context.Context, by ledger.Actor, id string, e Edit) (out Finding, err error) {
	if e.Empty() {
		return Finding{}, invalid("nothing is to be changed", "Say what: claims for or against it, other words, a judgement, an answer.")
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if out, err = ReadFinding(tx, id); err != nil {
			return err
		}
		for i, s := range e.steps(by) {
			if out, err = s.do(tx, out); err != nil {
				return err
			}
			if s.act.By = by; i == 0 { // the later ones follow upon the first
				s.act.Saw = e.Saw
			}
			if err := keepFinding(tx, s.act, out); err != nil {
				return err
			}
		}
		if e.Text != "" || e.Judgement.rewords() {
			return plainEnough(out)
		}
		return nil
	})
	if err != nil {
		return Finding{}, err
	}
	return out, nil
}

// steps are the acts of an edit, in the order in which they are taken down.
func (e Edit) steps(by ledger.Actor) (out []step) {
	if len(e.For) > 0 {
		out = append(out, step{ledger.Act{Kind: "finding.supported"}, func(tx *store.Tx, f Finding) (Finding, error) {
			if err := claimsExist(tx, e.For...); err != nil {
				return f, err
			}
			return f.support(e.For)
		}})
	}
	for _, claim := range e.Against {
		out = append(out, step{ledger.Act{Kind: "finding.contradicted"}, func(tx *store.Tx, f Finding) (Finding, error) {
			if err := claimsExist(tx, claim); err != nil {
				return f, err
			}
			return f.contradict(claim)
		}})
	}
	if e.Text != "" {
		out = append(out, step{ledger.Act{Kind: "finding.reworded"}, func(_ *store.Tx, f Finding) (Finding, error) { return f.reworded(e.Text) }})
	}
	if e.Judgement != (Judgement{}) {
		out = append(out, step{ledger.Act{Kind: "finding.judged"}, e.Judgement.step})
	}
	for _, a := range e.Answers {
		out = append(out, step{ledger.Act{Kind: "finding.answered"}, func(tx *store.Tx, f Finding) (Finding, error) {
			return f.answer(Against{a.Claim, a.Answer, by.Member, store.Micros(tx.Now)})
		}})
	}
	for _, claim := range e.Withdraw {
		out = append(out, step{ledger.Act{Kind: "finding.reduced"}, func(tx *store.Tx, f Finding) (Finding, error) { return withdraw(tx, f, claim) }})
	}
	return out
}

// step judges a finding under the standard of its case.
func (j Judgement) step(tx *store.Tx, f Finding) (Finding, error) {
	c, err := record.ReadCase(tx)
	if err != nil {
		return f, err
	}
	if f, err = f.judged(j); err != nil {
		return f, err
	}
	return f, validFinding(f, c.Standard)
}

// withdraw takes a claim out of a finding that was erased, or was taken back. A claim that
// is there stays: it is answered, not taken away.
func withdraw(tx *store.Tx, f Finding, claim string) (Finding, error) {
	_, err := ReadClaim(tx, claim)
	switch kind := fault.KindOf(err); {
	case err == nil:
		return f, fault.New(fault.Refused, claim+" is there, and a claim is never taken away from a finding", "Nothing was written.",
			"Answer it where it speaks against "+f.ID+", or change the finding's outcome.")
	case kind == fault.Withheld, kind == fault.NotFound && slices.Contains(f.Claims(), claim):
		return f.without(claim)
	}
	return f, err
}

// AddFor adds claims on which the finding rests.
func (r *Room) AddFor(ctx context.Context, by ledger.Actor, id string, claims []string) (Finding, error) {
	if len(claims) == 0 {
		return Finding{}, invalid("no claim was named", "Name those the finding rests on.")
	}
	return r.Edit(ctx, by, id, Edit{For: claims})
}

// AddAgainst adds a claim that speaks against the finding. It stays, and wants an answer.
func (r *Room) AddAgainst(ctx context.Context, by ledger.Actor, id, claim string) (Finding, error) {
	return r.Edit(ctx, by, id, Edit{Against: []string{claim}})
}

// Answer takes down the team's answer to a contrary claim. It is printed beside it.
func (r *Room) Answer(ctx context.Context, by ledger.Actor, id, claim, answer string) (Finding, error) {
	return r.Edit(ctx, by, id, Edit{Answers: []Against{{Claim: claim, Answer: answer}}})
}

// Withdraw takes an erased claim out of a finding, with the answer to it if it was a
// contrary one.
func (r *Room) Withdraw(ctx context.Context, by ledger.Actor, id, claim string) (Finding, error) {
	return r.Edit(ctx, by, id, Edit{Withdraw: []string{claim}})
}

// Judge sets standard, assertion, outcome and legal qualification of a finding, and how
// contrary material was looked for. What the judgement leaves empty stays as it is.
func (r *Room) Judge(ctx context.Context, by ledger.Actor, id string, j Judgement) (Finding, error) {
	if j == (Judgement{}) {
		return Finding{}, invalid("nothing is judged", "Give an outcome, an assertion, a standard or a search.")
	}
	return r.Edit(ctx, by, id, Edit{Judgement: j})
}

// Reword gives a finding other words. Words that claim more than its standard and
// outcome are refused.
func (r *Room) Reword(ctx context.Context, by ledger.Actor, id, words string) (Finding, error) {
	if err := text("text of the finding", words, true); err != nil {
		return Finding{}, err
	}
	return r.Edit(ctx, by, id, Edit{Text: words})
}

// ReadFinding finds a finding.
func ReadFinding(tx *store.Tx, id string) (Finding, error) { return findings.One(tx, id) }

// ReadFindings lists all findings, oldest first.
func ReadFindings(tx *store.Tx) ([]Finding, error) { return findings.All(tx) }

// Finding finds a finding.
func (r *Room) Finding(ctx context.Context, id string) (Finding, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Finding, error) { return ReadFinding(tx, id) })
}

// Findings lists all findings, oldest first.
func (r *Room) Findings(ctx context.Context) ([]Finding, error) {
	return store.Read(ctx, r.db, ReadFindings)
}
