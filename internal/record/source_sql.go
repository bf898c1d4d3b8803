package record

import (
	"context"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/store"
)

// sourceSuffix makes the ledger's name of a description from the id of its original,
// which the ledger knows as the original itself.
const sourceSuffix = ".source"

// Describe takes down where an original comes from. It replaces what was said before;
// the earlier description stays in the ledger.
func (r *Room) Describe(ctx context.Context, by ledger.Actor, s Source) (Source, error) {
	s = s.withDefaults()
	s.DerivedFrom = unique(s.DerivedFrom)
	if err := validSource(s); err != nil {
		return Source{}, err
	}
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		for _, id := range append([]string{s.ID}, s.DerivedFrom...) {
			if _, err := intake.ReadOriginal(tx, id); err != nil {
				return err
			}
		}
		if err := noCircle(tx, s); err != nil {
			return err
		}
		return keep(tx, "source", "", ledger.Act{Kind: "source.described", By: by, Object: s.ID + sourceSuffix, Subject: s.ID, Version: s}, s.ID)
	})
	return s, err
}

func unique(ids []string) (out []string) {
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// noCircle refuses a source that would derive from itself: its origin would be nowhere.
func noCircle(tx *store.Tx, s Source) error {
	described, err := read(tx, "source", bySource, "", restoreSource)
	if err != nil {
		return err
	}
	derived := map[string][]string{}
	for _, d := range described {
		derived[d.ID] = d.DerivedFrom
	}
	derived[s.ID] = s.DerivedFrom
	if way := Circle(derived, s.ID); way != nil {
		return fault.New(fault.Invalid, "a source cannot derive from itself: "+strings.Join(way, " from "), "Nothing was written.",
			"Change what one of them derives from.")
	}
	return nil
}

func restoreSource(s *Source, id, _ string) { s.ID = id }

// readDescription reads what somebody said of an original.
func readDescription(tx *store.Tx, id string) (Source, error) {
	found, err := read(tx, "source", byID, id, restoreSource)
	return one(found, err, "description of source", id)
}

// ReadSource reads a source. An original that nobody described is unknown in all respects.
func ReadSource(tx *store.Tx, id string) (Source, error) {
	s, err := readDescription(tx, id)
	if fault.KindOf(err) != fault.NotFound {
		return s, err
	}
	if _, err := intake.ReadOriginal(tx, id); err != nil {
		return Source{}, err
	}
	return undescribed(id), nil
}

// ReadSources lists the sources of all originals, in the order of intake.
func ReadSources(tx *store.Tx) ([]Source, error) {
	originals, err := intake.ReadOriginals(tx)
	if err != nil {
		return nil, err
	}
	described, err := read(tx, "source", bySource, "", restoreSource)
	if err != nil {
		return nil, err
	}
	known := map[string]Source{}
	for _, s := range described {
		known[s.ID] = s
	}
	var out []Source
	for _, o := range originals {
		s, ok := known[o.ID]
		if !ok {
			s = undescribed(o.ID)
		}
		out = append(out, s)
	}
	return out, nil
}

// Source reads one source.
func (r *Room) Source(ctx context.Context, id string) (Source, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Source, error) { return ReadSource(tx, id) })
}

// Sources lists all sources.
func (r *Room) Sources(ctx context.Context) ([]Source, error) {
	return store.Read(ctx, r.db, ReadSources)
}
