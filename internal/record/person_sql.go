package record

import (
	"context"
	"slices"

	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/store"
)

// The tables of people, places and what happened.
var (
	persons = ledger.Table[Person]{Name: "person", Restore: func(p *Person, id, source string) { p.ID, p.Source = id, source }}
	places  = ledger.Table[Place]{Name: "place", Restore: func(p *Place, id, source string) { p.ID, p.Source = id, source }}
	events  = ledger.Table[Event]{Name: "event", Restore: func(e *Event, id, _ string) { e.ID = id }}
)

// AddPerson takes down a person. A protected one stands under the key of a source, and
// goes with it.
func (r *Room) AddPerson(ctx context.Context, by ledger.Actor, p Person) (Person, error) {
	p = p.withDefaults()
	if err := validPerson(p); err != nil {
		return Person{}, err
	}
	err := r.db.Update(ctx, func(tx *store.Tx) (err error) {
		if err := keptSource(tx, p.Source); err != nil {
			return err
		}
		if p.ID, err = ledger.NewID(tx, "P", 2); err != nil {
			return err
		}
		p.By, p.At = by.Member, store.Micros(tx.Now)
		return persons.Keep(tx, ledger.Act{Kind: "person.added", By: by, Object: p.ID, Subject: p.Source, Version: p})
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// keptSource refuses a source that is not there or was erased. "" is no source.
func keptSource(tx *store.Tx, source string) error {
	if source == "" {
		return nil
	}
	_, err := intake.ReadKept(tx, source)
	return err
}

// ChangePerson reads a person, lets change say what is to be different, and writes it, in
// one transaction. saw is the newest act about the person that the editor had seen; 0
// means that they did not look. The source stays: the key under which the earlier
// versions stand cannot be another.
func (r *Room) ChangePerson(ctx context.Context, by ledger.Actor, id string, saw int64, change func(*Person)) (p Person, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		have, err := persons.One(tx, id)
		if err != nil {
			return err
		}
		p = have
		p.Names, p.Sealed = slices.Clone(have.Names), slices.Clone(have.Sealed)
		change(&p)
		p.ID, p.Source, p.By, p.At = have.ID, have.Source, have.By, have.At
		p = p.withDefaults()
		if err := validPerson(p); err != nil {
			return err
		}
		return persons.Keep(tx, ledger.Act{Kind: "person.changed", By: by, Object: p.ID, Subject: p.Source, Saw: saw, Version: p})
	})
	if err != nil {
		return Person{}, err
	}
	return p, nil
}

// ReadPerson finds a person.
func ReadPerson(tx *store.Tx, id string) (Person, error) { return persons.One(tx, id) }

// Person finds a person, and the newest act about them.
func (r *Room) Person(ctx context.Context, id string) (p Person, act int64, err error) {
	return withAct(ctx, r, id, ReadPerson)
}

// Persons lists the persons of a source ("" is any) behind the one called after, at most
// limit of them (0 lists all), and says how many there are.
func (r *Room) Persons(ctx context.Context, source, after string, limit int) (list []Person, total int, err error) {
	return paged(ctx, r, persons, source, after, limit)
}

// withAct reads an object and the newest act about it, so that whoever changes it later
// can say what they had seen.
func withAct[T any](ctx context.Context, r *Room, id string, read func(*store.Tx, string) (T, error)) (v T, act int64, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) (err error) {
		if v, err = read(tx, id); err != nil {
			return err
		}
		act, err = ledger.Revision(tx, id)
		return err
	})
	return v, act, err
}

// paged reads one page of a table, and counts the whole list that it is of.
func paged[T any](ctx context.Context, r *Room, t ledger.Table[T], source, after string, limit int) (list []T, total int, err error) {
	where, args := ofSource(source)
	err = r.db.View(ctx, func(tx *store.Tx) (err error) {
		if total, err = count(tx, t.Name, where, args...); err != nil {
			return err
		}
		list, err = page(tx, t, where, args, after, limit)
		return err
	})
	return list, total, err
}

// naming reads the objects of a table that name an id anywhere in them. It looks for the
// id as JSON writes it, and names says whether it stands there as an id or in the words.
func naming[T any](tx *store.Tx, t ledger.Table[T], id string, names func(T) bool) (out []T, err error) {
	found, err := t.Where(tx, "instr(body, ?) > 0", `"`+id+`"`)
	for _, v := range found {
		if names(v) {
			out = append(out, v)
		}
	}
	return out, err
}

// restsPeople lists the persons, places and events that name an id: of a source, a
// person, a place or an event.
func restsPeople(tx *store.Tx, id string) (ids []string, err error) {
	if id == "" {
		return nil, nil
	}
	people, err := persons.Where(tx, "source = ?", id)
	if err != nil {
		return nil, err
	}
	for _, p := range people {
		ids = append(ids, p.ID)
	}
	where, err := naming(tx, places, id, func(p Place) bool { return p.names(id) })
	if err != nil {
		return nil, err
	}
	own, err := places.Where(tx, "source = ?", id)
	if err != nil {
		return nil, err
	}
	for _, p := range append(own, where...) {
		if !slices.Contains(ids, p.ID) {
			ids = append(ids, p.ID)
		}
	}
	what, err := naming(tx, events, id, func(e Event) bool { return e.names(id) })
	for _, e := range what {
		ids = append(ids, e.ID)
	}
	return ids, err
}
