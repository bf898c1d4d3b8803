package corroborate

import (
	"fmt"
	"math/rand/v2"

	"heed/internal/fault"
	"heed/internal/record"
	"heed/internal/store"
)

// acts does things at random to a case. What is refused is refused: the point is that
// what is not leaves the room and the ledger in step.
type acts struct {
	h                 house
	r                 *rand.Rand
	claims, findings  int
	sources           []string
	erased            map[string]bool
	refusals, success int
}

func newActs(h house, seed uint64) *acts {
	return &acts{h: h, r: rand.New(rand.NewPCG(seed, 1)), claims: 3, findings: 1, sources: []string{"S-001", "S-002", "S-003"}, erased: map[string]bool{}}
}

func pick[T any](a *acts, list []T) T { return list[a.r.IntN(len(list))] }

func (a *acts) claim() string   { return fmt.Sprintf("C-%03d", 1+a.r.IntN(a.claims)) }
func (a *acts) finding() string { return fmt.Sprintf("F-%02d", 1+a.r.IntN(a.findings)) }

// step does one act.
func (a *acts) step() {
	ctx, h := a.h.t.Context(), a.h
	var err error
	switch a.r.IntN(12) {
	case 0:
		id := h.add(fmt.Sprintf("Somebody says something for the %d time.", len(a.sources)))
		a.sources = append(a.sources, id)
		_, err = h.record.Describe(ctx, amina, record.Source{ID: id, DerivedFrom: []string{pick(a, a.sources[:len(a.sources)-1])}})
	case 1, 2:
		c := Claim{Text: "x", Source: pick(a, a.sources), From: 1, To: 1, Contradicts: []string{a.claim()}, FirstHand: true}
		if _, err = h.AddClaim(ctx, amina, c); err == nil {
			a.claims++
		}
	case 3:
		_, err = h.JudgeClaim(ctx, karim, a.claim(), ClaimJudgement{Credibility: 2 + a.r.IntN(5), Elements: []string{pick(a, Elements())}, Contradicts: []string{a.claim()}})
	case 4:
		if _, err = h.AddFinding(ctx, amina, Finding{Text: "People were held.", For: []string{a.claim()}, Against: []Against{{Claim: a.claim(), Answer: "no"}}}); err == nil {
			a.findings++
		}
	case 5:
		_, err = h.Edit(ctx, karim, a.finding(), Edit{For: []string{a.claim()}, Against: []string{a.claim()}, Saw: int64(a.r.IntN(2) * 3)})
	case 6:
		_, err = h.Judge(ctx, amina, a.finding(), Judgement{Outcome: pick(a, Outcomes()), Standard: pick(a, record.Standards()), Reason: "x"})
	case 7:
		_, err = h.Answer(ctx, karim, a.finding(), a.claim(), "It is older.")
	case 8:
		_, err = h.Reword(ctx, karim, a.finding(), pick(a, []string{"People were held.", strong}))
	case 9:
		_, err = h.Withdraw(ctx, karim, a.finding(), a.claim())
	case 10:
		_, err = h.Declare(ctx, amina, PolicyChange{MinOrigins: to(1 + a.r.IntN(4)), Why: "x"})
	case 11:
		if a.r.IntN(8) == 0 {
			a.erase(pick(a, a.sources))
			return
		}
		err = h.db.Update(ctx, func(tx *store.Tx) error {
			_, err := h.Undo(tx, amina, pick(a, []string{a.claim(), a.finding(), "policy"}), "x")
			return err
		})
	}
	switch {
	case err == nil:
		a.success++
	case fault.KindOf(err) == 0:
		a.h.t.Fatalf("no refusal: %v", err)
	default:
		a.refusals++
	}
}

func (a *acts) erase(source string) {
	if a.erased[source] {
		return
	}
	a.erased[source] = true
	a.h.erase(source)
}
