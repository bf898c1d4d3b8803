package corroborate

import (
	"context"

	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// Brief is a finding as it is read before it is signed for: what Check says, and each
// claim for and against it with both judgements, the source's reliability and the
// claim's credibility, which are never made one.
type Brief struct {
	Checked
	Policy   Policy          `json:"policy"`
	Declared record.Standard `json:"declared_standard"` // of the case
	Claims   []Weighed       `json:"claims"`            // those for it first; what was erased is among the issues
	Act      int64           `json:"act"`               // newest act about it
}

// Weighed is a claim on one side of a finding.
type Weighed struct {
	Side        string   `json:"side"` // for, against
	Claim       Claim    `json:"claim"`
	Reliability string   `json:"reliability"` // of its source
	Standing    Standing `json:"standing"`
}

// Brief reads one finding in full, under the policy of the case.
func (r *Room) Brief(ctx context.Context, id string) (Brief, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (b Brief, err error) {
		f, err := ReadFinding(tx, id)
		if err != nil {
			return b, err
		}
		ev, err := ReadEvidenceFor(tx, f)
		if err != nil {
			return b, err
		}
		if b.Policy, err = ReadPolicy(tx); err != nil {
			return b, err
		}
		b.Checked, b.Declared, b.Claims = checked(f, ev, b.Policy), ev.Standard, weigh(f, ev)
		b.Act, err = ledger.Revision(tx, id)
		return b, err
	})
}
