package record

import (
	"context"
	"time"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/store"
)

// AddBasis takes down why a source may be used. Bases are never changed: a new answer
// is a new basis. Leave to a question whose terms were not explained is refused.
func (r *Room) AddBasis(ctx context.Context, by ledger.Actor, b Basis) (Basis, error) {
	if b.Kind == Consent {
		if err := validConsent(b); err != nil {
			return Basis{}, err
		}
		return r.addBasis(ctx, by, "basis.added", b)
	}
	if err := validBasis(b); err != nil {
		return Basis{}, err
	}
	if err := validInterview(b.Interview); err != nil {
		return Basis{}, err
	}
	return r.addBasis(ctx, by, "basis.added", b)
}

// RecordConsent takes down what a person answered, and how they were asked. Answers to a
// question whose terms were not explained are refused.
func (r *Room) RecordConsent(ctx context.Context, by ledger.Actor, b Basis) (Basis, error) {
	b.Kind = Consent
	if err := validConsent(b); err != nil {
		return Basis{}, err
	}
	return r.addBasis(ctx, by, "consent.recorded", b)
}

func (r *Room) addBasis(ctx context.Context, by ledger.Actor, kind string, b Basis) (Basis, error) {
	b.Withdrawn, b.WithdrawnAt, b.WithdrawnBy, b.WithdrawnVia = false, 0, "", ""
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		o, err := intake.ReadKept(tx, b.Source)
		if err != nil {
			return err
		}
		if o.Sealed() && b.Kind == PublicRecord {
			return fault.New(fault.Refused, o.ID+" is sealed, and what is sealed is not public record", "Nothing was written.",
				"Record consent, or add the published form as an original of its own.")
		}
		if err := standing(tx, b.Source); err != nil {
			return err
		}
		if err := present(tx, b.Interview); err != nil {
			return err
		}
		if b.ID, err = ledger.NewID(tx, "B", 3); err != nil {
			return err
		}
		b.By, b.At = by.Member, store.Micros(tx.Now)
		return keepBasis(tx, by, kind, b)
	})
	return b, err
}

// standing refuses a further basis of a source one of whose bases was withdrawn: it would
// cover nothing, and look as if it did.
func standing(tx *store.Tx, source string) error {
	bases, err := ReadBases(tx, source)
	for _, b := range bases {
		if b.Withdrawn {
			return fault.New(fault.Refused, b.ID+" was withdrawn, which ends every use of "+source+": no other basis covers it", "Nothing was written.",
				"If the withdrawal was taken down by mistake: heed undo "+b.ID+" --why \"…\". What the person says and allows from now on is an original of its own.")
		}
	}
	return err
}

// present refuses an interview whose form or people are not in the case, and one of a day
// that is still to come.
func present(tx *store.Tx, i Interview) error {
	now, err := today(tx)
	if err != nil {
		return err
	}
	if Date(i.On).Earliest() > DateOf(now) {
		return invalid("the answers would be of a day that is still to come", "Give the day on which they were given: --on 2022-05-03")
	}
	if i.Form != "" {
		if _, err := intake.ReadKept(tx, i.Form); err != nil {
			return err
		}
	}
	for _, id := range []string{i.Interviewer, i.Interpreter, i.Guardian} {
		if err := knownPerson(tx, id); err != nil {
			return err
		}
	}
	return nil
}

func keepBasis(tx *store.Tx, by ledger.Actor, kind string, b Basis) error {
	return bases.Keep(tx, ledger.Act{Kind: kind, By: by, Object: b.ID, Subject: b.Source, Version: b})
}

// WithdrawBasis takes down that a person took consent back, or that a public record
// can no longer be relied on. From then on no basis of the source covers anything.
// via says how it reached the team and may be empty: no form stands in the way.
func (r *Room) WithdrawBasis(ctx context.Context, by ledger.Actor, id, via string) (b Basis, err error) {
	if err := text("way of the withdrawal", via, false); err != nil {
		return Basis{}, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if b, err = ReadBasis(tx, id); err != nil {
			return err
		}
		if b.Withdrawn {
			return fault.New(fault.Conflict, b.ID+" is withdrawn already", "It covers nothing.", "")
		}
		b.Withdrawn, b.WithdrawnAt, b.WithdrawnBy, b.WithdrawnVia = true, store.Micros(tx.Now), by.Member, via
		return keepBasis(tx, by, "basis.withdrawn", b)
	})
	return b, err
}

// Affected is what rests on the words of a source whose consent was withdrawn.
type Affected struct {
	Statements []string `json:"statements"`
	Quantities []string `json:"quantities"`
}

// WithdrawConsent takes down that a person took back all they had agreed to. via says how
// it reached the team and may be empty. It returns the consents withdrawn, and what in
// this room rests on the source's words: nothing of it is erased.
func (r *Room) WithdrawConsent(ctx context.Context, by ledger.Actor, source, via string) (out []Basis, hit Affected, err error) {
	if err := text("way of the withdrawal", via, false); err != nil {
		return nil, hit, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := intake.ReadKept(tx, source); err != nil {
			return err
		}
		all, err := ReadBases(tx, source)
		if err != nil {
			return err
		}
		for _, b := range all {
			if b.Kind != Consent || b.Withdrawn {
				continue
			}
			b.Withdrawn, b.WithdrawnAt, b.WithdrawnBy, b.WithdrawnVia = true, store.Micros(tx.Now), by.Member, via
			if err := keepBasis(tx, by, "consent.withdrawn", b); err != nil {
				return err
			}
			out = append(out, b)
		}
		if len(out) == 0 {
			return fault.New(fault.Conflict, source+" has no consent that could be withdrawn", "Without consent nothing is used that is not public record.",
				"See what it is used by: heed basis "+source)
		}
		hit, err = affected(tx, source)
		return err
	})
	return out, hit, err
}

func affected(tx *store.Tx, source string) (hit Affected, err error) {
	hit = Affected{Statements: []string{}, Quantities: []string{}}
	said, err := statements.Of(tx, source)
	if err != nil {
		return hit, err
	}
	for _, s := range said {
		hit.Statements = append(hit.Statements, s.ID)
	}
	numbers, err := quantities.Of(tx, source)
	for _, q := range numbers {
		hit.Quantities = append(hit.Quantities, q.ID)
	}
	return hit, err
}

// Consent draws the matrix of what was answered about a source, as it counts today in the
// zone of the case.
func (r *Room) Consent(ctx context.Context, source string) (cells []ConsentCell, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if _, err := intake.ReadOriginal(tx, source); err != nil {
			return err
		}
		now, err := today(tx)
		if err != nil {
			return err
		}
		bases, err := ReadBases(tx, source)
		cells = ConsentMatrix(bases, now)
		return err
	})
	return cells, err
}

// today is the instant of the transaction in the zone of the case.
func today(tx *store.Tx) (time.Time, error) {
	c, err := ReadCase(tx)
	if err != nil {
		return time.Time{}, err
	}
	zone, err := c.Location()
	if err != nil {
		return time.Time{}, err
	}
	return tx.Now.In(zone), nil
}

// knownPerson refuses the id of a person who is not in the case. A member's id and a
// sealed reference are known elsewhere.
func knownPerson(tx *store.Tx, id string) error {
	if !numbered("P", id) {
		return nil
	}
	_, err := ReadPerson(tx, id)
	return err
}

// ReadBasis finds a basis.
func ReadBasis(tx *store.Tx, id string) (Basis, error) { return bases.One(tx, id) }

// ReadBases lists the bases of a source, oldest first; "" lists all.
func ReadBases(tx *store.Tx, source string) ([]Basis, error) { return bases.Of(tx, source) }

// Bases lists the bases of a source, oldest first; "" lists all.
func (r *Room) Bases(ctx context.Context, source string) ([]Basis, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Basis, error) { return ReadBases(tx, source) })
}
