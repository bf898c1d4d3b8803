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
		if _, err := intake.ReadKept(tx, s.ID); err != nil {
			return err
		}
		for _, id := range s.DerivedFrom { // that one of them was erased does not undo where this comes from
			if _, err := intake.ReadOriginal(tx, id); err != nil {
				return err
			}
		}
		if err := noCircle(tx, s); err != nil {
			return err
		}
		return descriptions.Keep(tx, ledger.Act{Kind: "source.described", By: by, Object: s.ID + sourceSuffix, Subject: s.ID, Version: s})
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
	described, err := descriptions.All(tx)
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

// ReadSource reads a source. An original that nobody described is unknown in all
// respects, and so is one that was erased.
func ReadSource(tx *store.Tx, id string) (Source, error) {
	s, ok, err := descriptions.Find(tx, id+sourceSuffix)
	if ok || err != nil {
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
	described, err := descriptions.All(tx)
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
