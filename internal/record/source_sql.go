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

// named is the name under which the ledger knows what id names in this room: a source's
// description has one of its own.
func named(id string) string {
	if intake.ValidSource(id) {
		return id + sourceSuffix
	}
	return id
}

// Describe takes down where an original comes from. It replaces what was said before;
// the earlier description stays in the ledger.
func (r *Room) Describe(ctx context.Context, by ledger.Actor, s Source) (Source, error) {
	return r.Change(ctx, by, s.ID, 0, func(Source) (Source, error) { return s, nil })
}

// Change edits the description of a source: fn is given what is recorded and answers what
// shall be. Both are one transaction, so that of two edits at a time each begins from what
// the other left. An editor who began from the act saw (see Revision) is refused when there
// is a newer one; 0 did not look.
func (r *Room) Change(ctx context.Context, by ledger.Actor, id string, saw int64, fn func(Source) (Source, error)) (s Source, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := intake.ReadKept(tx, id); err != nil {
			return err
		}
		have, err := ReadSource(tx, id)
		if err != nil {
			return err
		}
		if s, err = fn(have); err != nil {
			return err
		}
		s.ID = id
		s = s.withDefaults()
		s.DerivedFrom = unique(s.DerivedFrom)
		if err := validSource(s); err != nil {
			return err
		}
		if s.Date != have.Date {
			if err := noDayToCome(tx, s.Date, "the source would be of a day that is still to come", "Give the day on which it was published or made, or leave it out."); err != nil {
				return err
			}
		}
		for _, id := range s.DerivedFrom { // that one of them was erased does not undo where this comes from
			if _, err := intake.ReadOriginal(tx, id); err != nil {
				return err
			}
		}
		if err := noCircle(tx, s); err != nil {
			return err
		}
		return descriptions.Keep(tx, ledger.Act{Kind: "source.described", By: by, Object: id + sourceSuffix, Subject: id, Version: s, Saw: saw})
	})
	return s, err
}

func unique(ids []string) (out []string) {
	seen := map[string]bool{}
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// noCircle refuses a source that would derive from itself: its origin would be nowhere.
func noCircle(tx *store.Tx, s Source) error {
	upstream, err := ReadSourcesOf(tx, s.DerivedFrom)
	if err != nil {
		return err
	}
	derived := map[string][]string{}
	for id, d := range upstream {
		derived[id] = d.DerivedFrom
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

// ReadSourcesOf reads these sources and all they derive from, through any number of
// steps. An original that nobody described is unknown in all respects, and so is one that
// was erased or never was.
func ReadSourcesOf(tx *store.Tx, ids []string) (map[string]Source, error) {
	found := map[string]Source{}
	for next := unique(ids); len(next) > 0; {
		var names []string
		for _, id := range next {
			names = append(names, id+sourceSuffix)
		}
		described, err := descriptions.Some(tx, names)
		if err != nil {
			return nil, err
		}
		var upstream []string
		for _, id := range next {
			s, ok := described[id+sourceSuffix]
			if !ok {
				s = undescribed(id)
			}
			found[id] = s
			upstream = append(upstream, s.DerivedFrom...)
		}
		next = slices.DeleteFunc(unique(upstream), func(id string) bool { _, known := found[id]; return known })
	}
	return found, nil
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
