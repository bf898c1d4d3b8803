package ledger

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"heed/internal/fault"
	"heed/internal/store"
)

// Problem is one thing that does not agree. Place is an entry ("entry 12"), an
// object ("C-001") or a hash; What says what is wrong, without content.
type Problem struct {
	Place string
	What  string
}

// Room tells what a room holds now, for comparison with the ledger.
type Room interface {
	IDs(tx *store.Tx) ([]string, error)
	Version(tx *store.Tx, id string) (any, error)
}

// Check proves that the tree is whole, that every version is the one committed to, that
// data keys are gone only where an act says so, and that each object in the rooms is in
// the state its last act left it in. It reads everything and writes nothing.
//
// It goes once over the entries and keeps of them a digest for each object and nothing
// else, so that a case of a million acts is checked in some hundred megabytes.
func Check(tx *store.Tx, rooms ...Room) ([]Problem, error) {
	c := checker{tx: tx, keys: keyring{tx: tx}, objects: map[string]object{}, subjects: map[string]*subject{}, ids: map[string]int64{}}
	for _, step := range []func() error{c.entries, c.erased, c.strays, c.counters} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	for _, r := range rooms {
		if err := c.room(r); err != nil {
			return nil, err
		}
	}
	for _, id := range slices.Sorted(maps.Keys(c.objects)) {
		if c.objects[id].state == living {
			c.report(id, "the ledger knows it, but no room holds it")
		}
	}
	if c.more > 0 {
		c.problems = append(c.problems, Problem{"ledger", fmt.Sprintf("%d more problems", c.more)})
	}
	return c.problems, nil
}

// maxProblems is as many as anybody reads; a tree with a wrong first entry has millions.
const maxProblems = 1000

type checker struct {
	tx       *store.Tx
	problems []Problem
	more     int // problems not listed

	keys     keyring
	edge     edge
	stored   *stored
	idx      int64 // of the stored hash to come
	broken   bool  // an entry is missing, so no later hash can be built
	at       time.Time
	versions int64
	objects  map[string]object
	subjects map[string]*subject
	ids      map[string]int64 // the highest number given for each counter
}

// object is what the last act about an object left.
type object struct {
	state  objectState
	digest [sha256.Size]byte // of its JSON, while living
}

type objectState int8

const (
	living objectState = iota + 1
	ended              // by an act
	erased             // with its data key
	opaque             // its version is damaged, and reported
	seen               // a room holds it, and it was compared
)

// subject is what the entries say of one data key.
type subject struct {
	needed, destroyed, left bool // an entry needs it, an act destroyed it, a version under it is there
	missing                 bool
}

func (c *checker) report(place, what string) {
	if len(c.problems) == maxProblems {
		c.more++
		return
	}
	c.problems = append(c.problems, Problem{place, what})
}

func (c *checker) subject(name string) *subject {
	s := c.subjects[name]
	if s == nil {
		s = &subject{}
		c.subjects[name] = s
	}
	return s
}

// entries walks over entries and stored hashes side by side.
func (c *checker) entries() (err error) {
	if c.stored, err = openStored(c.tx); err != nil {
		return err
	}
	defer c.stored.rows.Close()
	want := int64(0)
	err = c.tx.Each(`SELECT e.seq, e.kind, e.object, e.subject, e.leaf, v.sealed
		FROM ledger_entry e LEFT JOIN ledger_version v ON v.seq = e.seq ORDER BY e.seq`, nil, func(rows *sql.Rows) error {
		var seq int64
		var kind, object, subject string
		var leaf, sealed []byte
		if err := rows.Scan(&seq, &kind, &object, &subject, &leaf, &sealed); err != nil {
			return err
		}
		if seq != want {
			c.report("entry "+strconv.FormatInt(want, 10), "it is missing")
			c.broken = true
		}
		want = seq + 1
		if err := c.tree(leaf); err != nil {
			return err
		}
		e, err := ParseEntry(leaf)
		if err != nil || e.Seq != seq || e.Kind != kind || e.Object != object || e.Subject != subject {
			c.report("entry "+strconv.FormatInt(seq, 10), "its columns differ from its record")
		}
		if err != nil {
			return nil
		}
		return c.entry(e, sealed)
	})
	if err != nil || c.broken {
		return err
	}
	for !c.stored.end {
		if err := c.foreign(); err != nil {
			return err
		}
	}
	return nil
}

// tree builds the hashes that come with a record and holds them against the stored ones.
func (c *checker) tree(leaf []byte) error {
	if c.broken {
		return nil
	}
	for _, h := range c.edge.add(tlog.RecordHash(leaf)) {
		for !c.stored.end && c.stored.idx < c.idx {
			if err := c.foreign(); err != nil {
				return err
			}
		}
		here := "hash " + strconv.FormatInt(c.idx, 10)
		found := !c.stored.end && c.stored.idx == c.idx
		c.idx++
		if !found {
			c.report(here, "it is missing")
			continue
		}
		if !bytes.Equal(c.stored.hash, h[:]) {
			c.report(here, "it does not follow from the entries")
		}
		if err := c.stored.next(); err != nil {
			return err
		}
	}
	return nil
}

// foreign passes over a stored hash that no record makes.
func (c *checker) foreign() error {
	c.report("hash "+strconv.FormatInt(c.stored.idx, 10), "it does not follow from the entries")
	return c.stored.next()
}

// entry takes down what one entry says of its instant, its object and its subject.
func (c *checker) entry(e Entry, sealed []byte) error {
	here := "entry " + strconv.FormatInt(e.Seq, 10)
	if e.At.Before(c.at) && e.Kind != setBackKind {
		c.report(here, "it is earlier than the entry before it, and no act says that the clock was set back")
	}
	c.at = e.At
	if e.Kind == KeyDestroyed {
		c.subject(e.Object).destroyed = true
	}
	if counter, n, ok := numbered(e.Object); ok && e.Holds == State {
		c.ids[counter] = max(c.ids[counter], n)
	}
	if sealed != nil {
		c.versions++
	}
	if e.encloses() {
		return c.version(here, e, sealed)
	}
	if sealed != nil {
		c.report(here, "a version stands beside an entry that holds none")
	}
	if e.Holds == Ended {
		c.objects[e.Object] = object{state: ended}
	}
	return nil
}

// version opens what stands beside an entry and holds it against the commitment.
func (c *checker) version(here string, e Entry, sealed []byte) error {
	s := c.subject(e.Subject)
	s.needed = true
	now := object{state: living}
	text, err := c.keys.open(e, sealed)
	switch {
	case errors.Is(err, errNoKey):
		s.missing = true
		s.left = s.left || sealed != nil
		now.state = erased
	case fault.KindOf(err) == fault.Conflict:
		c.report(here, "its version is not the one committed to")
		now.state = opaque
	case err != nil:
		return err
	default:
		now.digest = sha256.Sum256(text)
	}
	if e.Holds == State {
		c.objects[e.Object] = now
	}
	return nil
}

// room compares what a room holds with the last version of each object.
func (c *checker) room(r Room) error {
	ids, err := r.IDs(c.tx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		want := c.objects[id]
		switch want.state {
		case erased:
			c.report(id, "its key was destroyed, and a room still holds it")
			continue
		case opaque:
			continue
		case ended:
			c.report(id, "its last act ended it, and a room still holds it")
			continue
		case seen:
			c.report(id, "it is held twice")
			continue
		case living:
		default:
			c.report(id, "no act in the ledger made it")
			continue
		}
		c.objects[id] = object{state: seen}
		now, err := r.Version(c.tx, id)
		if err != nil {
			c.report(id, "it cannot be read")
			continue
		}
		text, err := json.Marshal(now)
		if err != nil || sha256.Sum256(text) != want.digest {
			c.report(id, "it differs from what its last act left")
		}
	}
	return nil
}
