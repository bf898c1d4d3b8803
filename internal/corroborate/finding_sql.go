package corroborate

import (
	"context"

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
		return keepFinding(tx, by, "finding.added", out)
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

func keepFinding(tx *store.Tx, by ledger.Actor, kind string, f Finding) error {
	return findings.Keep(tx, ledger.Act{Kind: kind, By: by, Object: f.ID, Version: f})
}

// change reads a finding, changes it and takes the act down.
func (r *Room) change(ctx context.Context, by ledger.Actor, id, kind string, fn func(*store.Tx, Finding) (Finding, error)) (out Finding, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		f, err := ReadFinding(tx, id)
		if err != nil {
			return err
		}
		if out, err = fn(tx, f); err != nil {
			return err
		}
		return keepFinding(tx, by, kind, out)
	})
	if err != nil {
		return Finding{}, err
	}
	return out, nil
}

// AddFor adds claims on which the finding rests.
func (r *Room) AddFor(ctx context.Context, by ledger.Actor, id string, claims []string) (Finding, error) {
	if len(claims) == 0 {
		return Finding{}, invalid("no claim was named", "Name those the finding rests on.")
	}
	return r.change(ctx, by, id, "finding.supported", func(tx *store.Tx, f Finding) (Finding, error) {
		if err := claimsExist(tx, claims...); err != nil {
			return f, err
		}
		return f.support(claims)
	})
}

// AddAgainst adds a claim that speaks against the finding. It stays, and wants an answer.
func (r *Room) AddAgainst(ctx context.Context, by ledger.Actor, id, claim string) (Finding, error) {
	return r.change(ctx, by, id, "finding.contradicted", func(tx *store.Tx, f Finding) (Finding, error) {
		if err := claimsExist(tx, claim); err != nil {
			return f, err
		}
		return f.contradict(claim)
	})
}

// Answer takes down the team's answer to a contrary claim. It is printed beside it.
func (r *Room) Answer(ctx context.Context, by ledger.Actor, id, claim, answer string) (Finding, error) {
	return r.change(ctx, by, id, "finding.answered", func(tx *store.Tx, f Finding) (Finding, error) {
		return f.answer(Against{claim, answer, by.Member, store.Micros(tx.Now)})
	})
}

// Withdraw takes an erased claim out of a finding, with the answer to it if it was a
// contrary one. A claim that is there stays: it is answered, not taken away.
func (r *Room) Withdraw(ctx context.Context, by ledger.Actor, id, claim string) (Finding, error) {
	return r.change(ctx, by, id, "finding.reduced", func(tx *store.Tx, f Finding) (Finding, error) {
		switch _, err := ReadClaim(tx, claim); fault.KindOf(err) {
		case fault.Withheld:
			return f.without(claim)
		case 0:
			if err != nil {
				return f, err
			}
			return f, fault.New(fault.Refused, claim+" is there, and a claim is never taken away from a finding", "Nothing was written.",
				"Answer it where it speaks against "+id+", or change the finding's outcome.")
		default:
			return f, err
		}
	})
}

// Judge sets standard, assertion and outcome of a finding, and how contrary material
// was looked for. What the judgement leaves empty stays as it is.
func (r *Room) Judge(ctx context.Context, by ledger.Actor, id string, j Judgement) (Finding, error) {
	return r.change(ctx, by, id, "finding.judged", func(tx *store.Tx, f Finding) (Finding, error) {
		c, err := record.ReadCase(tx)
		if err != nil {
			return f, err
		}
		f = f.judged(j)
		return f, validFinding(f, c.Standard)
	})
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

// ReadEvidence gathers what Check looks at: all claims, all sources, the declared standard,
// and which claims of findings were erased.
func ReadEvidence(tx *store.Tx) (ev Evidence, err error) {
	c, err := record.ReadCase(tx)
	if err != nil {
		return ev, err
	}
	known, err := ReadClaims(tx)
	if err != nil {
		return ev, err
	}
	sources, err := record.ReadSources(tx)
	if err != nil {
		return ev, err
	}
	ev = Evidence{Claims: map[string]Claim{}, Sources: map[string]record.Source{}, Standard: c.Standard, Erased: map[string]string{}}
	for _, claim := range known {
		ev.Claims[claim.ID] = claim
	}
	for _, s := range sources {
		ev.Sources[s.ID] = s
	}
	return ev, ev.readErased(tx)
}

// readErased asks the ledger about the claims that findings name and that are not there.
func (ev *Evidence) readErased(tx *store.Tx) error {
	all, err := ReadFindings(tx)
	if err != nil {
		return err
	}
	for _, f := range all {
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

// Evidence gathers what Check looks at.
func (r *Room) Evidence(ctx context.Context) (Evidence, error) {
	return store.Read(ctx, r.db, ReadEvidence)
}

// Checked is a finding with what Check says of it and what its claims come from.
type Checked struct {
	Finding   Finding  `json:"finding"`
	Origins   Origins  `json:"origins"`
	Confirmed []string `json:"confirmed,omitempty"` // claims that independent others confirm
	Issues    []Issue  `json:"issues"`
}

// Check looks at one finding under a policy.
func (r *Room) Check(ctx context.Context, id string, p Policy) (Checked, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (c Checked, err error) {
		if c.Finding, err = ReadFinding(tx, id); err != nil {
			return c, err
		}
		ev, err := ReadEvidence(tx)
		if err != nil {
			return c, err
		}
		c.Origins = CountOrigins(supporting(c.Finding, ev), ev.Sources)
		c.Confirmed = Confirmed(c.Finding, ev)
		c.Issues = Check(c.Finding, ev, p)
		return c, nil
	})
}
