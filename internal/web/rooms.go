package web

import (
	"context"

	"heed/internal/corroborate"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/record"
	"heed/internal/release"
)

// Rooms is the View of an open case.
type Rooms struct {
	Intake      *intake.Room
	Record      *record.Room
	Corroborate *corroborate.Room
	Release     *release.Room
	Followup    *followup.Room
}

// Case reads the case.
func (r Rooms) Case(ctx context.Context) (record.Case, error) { return r.Record.Case(ctx) }

// Sources lists all sources and which of them are sealed.
func (r Rooms) Sources(ctx context.Context) ([]Source, error) {
	originals, err := r.Intake.Originals(ctx)
	if err != nil {
		return nil, err
	}
	sealed := map[string]bool{}
	for _, o := range originals {
		sealed[o.ID] = o.Sealed()
	}
	sources, err := r.Record.Sources(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]Source, len(sources))
	for i, s := range sources {
		out[i] = Source{s, sealed[s.ID]}
	}
	return out, nil
}

// Matrix draws the matrix.
func (r Rooms) Matrix(ctx context.Context, asOf string) (followup.Matrix, error) {
	return r.Followup.Matrix(ctx, followup.MatrixQuery{AsOf: asOf})
}

// Findings lists all findings with what is missing from them.
func (r Rooms) Findings(ctx context.Context) ([]corroborate.Checked, error) {
	return r.Corroborate.CheckAll(ctx)
}

// Claims lists all claims.
func (r Rooms) Claims(ctx context.Context) ([]corroborate.Claim, error) {
	return r.Corroborate.Claims(ctx)
}

// Drafts lists all drafts and releases.
func (r Rooms) Drafts(ctx context.Context) ([]release.Draft, error) { return r.Release.Drafts(ctx) }
