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

// AddEvent takes down an event. It is what the team concluded, so it stands under the key
// of the case: when a source goes, what it attested stays, without the passage.
func (r *Room) AddEvent(ctx context.Context, by ledger.Actor, e Event) (Event, error) {
	err := r.db.Update(ctx, func(tx *store.Tx) (err error) {
		if e, err = settleEvent(tx, Event{}, e); err != nil {
			return err
		}
		if e.ID, err = ledger.NewID(tx, "EV", 2); err != nil {
			return err
		}
		e.By, e.At = by.Member, store.Micros(tx.Now)
		return events.Keep(tx, ledger.Act{Kind: "event.added", By: by, Object: e.ID, Version: e})
	})
	if err != nil {
		return Event{}, err
	}
	return e, nil
}

// ChangeEvent is what ChangePerson is of a person; change may refuse.
func (r *Room) ChangeEvent(ctx context.Context, by ledger.Actor, id string, saw int64, change func(*Event) error) (e Event, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		have, err := events.One(tx, id)
		if err != nil {
			return err
		}
		e = have.clone()
		if err := change(&e); err != nil {
			return err
		}
		e.ID, e.By, e.At = have.ID, have.By, have.At
		if e, err = settleEvent(tx, have, e); err != nil {
			return err
		}
		return events.Keep(tx, ledger.Act{Kind: "event.changed", By: by, Object: e.ID, Saw: saw, Version: e})
	})
	if err != nil {
		return Event{}, err
	}
	return e, nil
}

// settleEvent holds an event against what it was and against what it names anew. What it
// named before is not asked for again: that a victim was erased with their source must
// not keep the rest of the event from being corrected.
func settleEvent(tx *store.Tx, have, e Event) (Event, error) {
	e = e.withNumbers()
	if err := validEvent(e); err != nil {
		return Event{}, err
	}
	for i := range e.Attested {
		a := &e.Attested[i]
		if slices.ContainsFunc(have.Attested, func(b Attestation) bool { return b.Anchor == a.Anchor }) {
			continue
		}
		if err := a.tie(tx); err != nil {
			return Event{}, err
		}
	}
	if err := validEvent(e); err != nil { // two addresses may be one passage
		return Event{}, err
	}
	known := have.refs()
	for _, id := range e.refs() {
		if !slices.Contains(known, id) {
			if err := exists(tx, id); err != nil {
				return Event{}, err
			}
		}
	}
	return e, noEventCircle(tx, e)
}

// noEventCircle refuses an event that would come before itself, be part of itself or bring
// itself about, through any number of others. Parallel events may name each other.
func noEventCircle(tx *store.Tx, e Event) error {
	for _, link := range []string{"precedes", "part_of", "causes"} {
		seen := map[string]bool{}
		for todo := e.linked(link); len(todo) > 0; todo = todo[1:] {
			id := todo[0]
			if id == e.ID {
				return fault.New(fault.Refused, e.ID+" would be linked to itself, through others, as "+link, "Nothing was changed.",
					"See what they name: heed event "+e.ID)
			}
			if seen[id] {
				continue
			}
			seen[id] = true
			other, _, err := events.Find(tx, id)
			if err != nil {
				return err
			}
			todo = append(todo, other.linked(link)...)
		}
	}
	return nil
}

// exists refuses an id under which nothing stands.
func exists(tx *store.Tx, id string) (err error) {
	switch kind, _, _ := strings.Cut(id, "-"); {
	case kind == "P":
		_, err = persons.One(tx, id)
	case kind == "PL":
		_, err = places.One(tx, id)
	case kind == "EV":
		_, err = events.One(tx, id)
	case intake.ValidSource(id):
		_, err = intake.ReadKept(tx, id)
	default:
		_, err = ReadTerm(tx, id)
	}
	return err
}

// stands refuses an event that came back and names what was taken back meanwhile. What
// was erased stays named.
func (e Event) stands(tx *store.Tx) error {
	for _, id := range e.refs() {
		if err := exists(tx, id); err != nil && fault.KindOf(err) != fault.Withheld {
			return err
		}
	}
	return noEventCircle(tx, e)
}

// ReadEvent finds an event.
func ReadEvent(tx *store.Tx, id string) (Event, error) { return events.One(tx, id) }

// ReadVictims reads what tells who was a victim and has a name that is public: the public
// persons and, if there are any, all events.
func ReadVictims(tx *store.Tx) (public []Person, all []Event, err error) {
	public, err = persons.Where(tx, `instr(body, '"public":true') > 0`)
	if err == nil && len(public) > 0 {
		all, err = events.All(tx)
	}
	return public, all, err
}

// Event finds an event, and the newest act about it.
func (r *Room) Event(ctx context.Context, id string) (e Event, act int64, err error) {
	return withAct(ctx, r, id, ReadEvent)
}

// Events lists events as Persons does persons.
func (r *Room) Events(ctx context.Context, after string, limit int) (list []Event, total int, err error) {
	return paged(ctx, r, events, "", after, limit)
}

// EventsNaming lists the events that name a person, a place, another event or a source.
func (r *Room) EventsNaming(ctx context.Context, id string) ([]Event, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Event, error) {
		return naming(tx, events, id, func(e Event) bool { return e.names(id) })
	})
}
