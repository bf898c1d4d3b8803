package corroborate

import (
	"context"
	"slices"

	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// AddClaim takes down what a source asserts. A claim that comes from a statement has
// the statement's passage and words. The passage may be of a sealed source: it is then
// one of the text in which a custodian replaced what must stay sealed.
func (r *Room) AddClaim(ctx context.Context, by ledger.Actor, c Claim) (Claim, error) {
	added, err := r.AddClaims(ctx, by, []Claim{c})
	if err != nil {
		return Claim{}, err
	}
	return added[0], nil
}

// AddClaims takes down many claims in one transaction: all of them, or none. A claim can
// name earlier ones of the same list as contradicted only after they have their ids.
func (r *Room) AddClaims(ctx context.Context, by ledger.Actor, list []Claim) (added []Claim, err error) {
	for i := range list {
		if err := validClaim(list[i].withDefaults()); err != nil {
			return nil, err
		}
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		added = make([]Claim, len(list))
		for i, c := range list {
			if added[i], err = addClaim(tx, by, c.withDefaults()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return added, nil
}

func addClaim(tx *store.Tx, by ledger.Actor, c Claim) (Claim, error) {
	if c.Statement != "" {
		s, err := record.ReadStatement(tx, c.Statement)
		if err != nil {
			return c, err
		}
		if c, err = c.of(s); err != nil {
			return c, err
		}
	}
	p, err := intake.ReadPassage(tx, c.Address())
	if err != nil {
		return c, err
	}
	c.Edition = p.Edition
	if c.Words != "" {
		if err := record.Verbatim(c.Address(), c.Words, p.Text); err != nil {
			return c, err
		}
	}
	if err := named(tx, c.About, c.Contradicts); err != nil {
		return c, err
	}
	if c.ID, err = ledger.NewID(tx, "C", 3); err != nil {
		return c, err
	}
	c.By, c.At = by.Member, store.Micros(tx.Now)
	return c, keepClaim(tx, ledger.Act{Kind: "claim.added", By: by}, c)
}

func keepClaim(tx *store.Tx, act ledger.Act, c Claim) error {
	act.Object, act.Subject, act.Version = c.ID, c.Source, c
	return claims.Keep(tx, act)
}

// named refuses a claim about what is not there.
func named(tx *store.Tx, about, contradicts []string) error {
	for _, id := range about {
		if err := exists(tx, id); err != nil {
			return err
		}
	}
	return claimsExist(tx, contradicts...)
}

// JudgeClaim changes what the team thinks of a claim. What the judgement leaves empty
// stays as it is.
func (r *Room) JudgeClaim(ctx context.Context, by ledger.Actor, id string, j ClaimJudgement) (out Claim, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		c, err := ReadClaim(tx, id)
		if err != nil {
			return err
		}
		if out, err = c.judged(j); err != nil {
			return err
		}
		if err := named(tx, j.About, j.Contradicts); err != nil {
			return err
		}
		return keepClaim(tx, ledger.Act{Kind: "claim.judged", By: by, Saw: j.Saw}, out)
	})
	if err != nil {
		return Claim{}, err
	}
	return out, nil
}

// ReadClaim finds a claim.
func ReadClaim(tx *store.Tx, id string) (Claim, error) { return claims.One(tx, id) }

// ReadClaims lists all claims, oldest first.
func ReadClaims(tx *store.Tx) ([]Claim, error) { return claims.All(tx) }

// Claim finds a claim.
func (r *Room) Claim(ctx context.Context, id string) (Claim, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Claim, error) { return ReadClaim(tx, id) })
}

// Claims lists all claims, oldest first.
func (r *Room) Claims(ctx context.Context) ([]Claim, error) { return store.Read(ctx, r.db, ReadClaims) }

// ClaimPage is a part of a list of claims.
type ClaimPage struct {
	Claims []Claim
	Total  int
	More   bool
}

// ClaimPage lists at most limit claims after one of them, oldest first; "" begins at the
// first, and 0 lists all.
func (r *Room) ClaimPage(ctx context.Context, after string, limit int) (ClaimPage, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (p ClaimPage, err error) {
		if p.Claims, p.More, err = claims.Page(tx, after, limit); err != nil {
			return p, err
		}
		p.Total, err = claims.Count(tx)
		return p, err
	})
}

// Placed is a claim with where it stands.
type Placed struct {
	Claim
	Reliability    string   `json:"reliability"`               // of its source: another judgement than its credibility
	ContradictedBy []string `json:"contradicted_by,omitempty"` // claims that name it as contradicted
	Findings       []Place  `json:"findings,omitempty"`
	Act            int64    `json:"act"` // newest act about it
}

// Place is where a claim stands in a finding.
type Place struct {
	Finding string `json:"finding"`
	Side    string `json:"side"` // for, against
	Status  string `json:"status"`
}

// The sides of a finding.
const (
	SideFor     = "for"
	SideAgainst = "against"
)

// PlacedClaim finds a claim with the findings it stands in and what contradicts it.
func (r *Room) PlacedClaim(ctx context.Context, id string) (Placed, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (p Placed, err error) {
		if p.Claim, err = ReadClaim(tx, id); err != nil {
			return p, err
		}
		naming, err := findingsNaming(tx, id)
		if err != nil {
			return p, err
		}
		ev, err := ReadEvidenceFor(tx, naming...)
		if err != nil {
			return p, err
		}
		for _, f := range naming {
			p.Findings = append(p.Findings, placeIn(f, ev, id))
		}
		if p.ContradictedBy, err = contradictedBy(tx, id); err != nil {
			return p, err
		}
		source, err := record.ReadSource(tx, p.Source)
		if err != nil {
			return p, err
		}
		p.Reliability = source.Reliability
		p.Act, err = ledger.Revision(tx, id)
		return p, err
	})
}

func placeIn(f Finding, ev Evidence, claim string) Place {
	p := Place{Finding: f.ID, Side: SideFor}
	if f.against(claim) >= 0 {
		p.Side = SideAgainst
	}
	for _, s := range Standings(f, ev) {
		if s.Claim == claim {
			p.Status = s.Status
		}
	}
	return p
}

// contradictedBy lists the claims that name a claim as contradicted.
func contradictedBy(tx *store.Tx, claim string) ([]string, error) {
	ids, err := column(tx, contradictingSQL, claim)
	slices.SortFunc(ids, byNumber)
	return ids, err
}

// exists refuses what a claim is about and is not there.
func exists(tx *store.Tx, id string) (err error) {
	switch aboutNoun(id) {
	case "person":
		_, err = record.ReadPerson(tx, id)
	case "place":
		_, err = record.ReadPlace(tx, id)
	case "event":
		_, err = record.ReadEvent(tx, id)
	case "quantity":
		_, err = record.ReadQuantity(tx, id)
	}
	return err
}
