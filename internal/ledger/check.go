package ledger

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

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

// Check proves that the tree is whole, that every version is the one committed to,
// and that each object in the rooms is in the state its last act left it in. It
// reads everything and writes nothing.
func Check(tx *store.Tx, rooms ...Room) ([]Problem, error) {
	c := checker{tx: tx, latest: map[string][]byte{}, gone: map[string]bool{}}
	if err := c.entries(); err != nil {
		return nil, err
	}
	if err := c.tree(); err != nil {
		return nil, err
	}
	for _, r := range rooms {
		if err := c.room(r); err != nil {
			return nil, err
		}
	}
	for id := range c.latest {
		c.report(id, "the ledger knows it, but no room holds it")
	}
	return c.problems, nil
}

type checker struct {
	tx       *store.Tx
	problems []Problem
	records  []tlog.Hash
	latest   map[string][]byte // object → its last version
	gone     map[string]bool   // objects whose last version was erased with its key
}

func (c *checker) report(place, what string) {
	c.problems = append(c.problems, Problem{place, what})
}

func (c *checker) entries() error {
	want := int64(0)
	return c.tx.Each(`SELECT e.seq, e.kind, e.object, e.subject, e.leaf, v.sealed
		FROM ledger_entry e LEFT JOIN ledger_version v ON v.seq = e.seq ORDER BY e.seq`, nil, func(rows *sql.Rows) error {
		var seq int64
		var kind, object, subject string
		var leaf, sealed []byte
		if err := rows.Scan(&seq, &kind, &object, &subject, &leaf, &sealed); err != nil {
			return err
		}
		place := "entry " + strconv.FormatInt(seq, 10)
		if seq != want {
			c.report("entry "+strconv.FormatInt(want, 10), "it is missing")
			want = seq
		}
		want++
		c.records = append(c.records, tlog.RecordHash(leaf))
		e, err := ParseEntry(leaf)
		if err != nil || e.Seq != seq || e.Kind != kind || e.Object != object || e.Subject != subject {
			c.report(place, "its columns differ from its record")
			return nil
		}
		return c.version(place, e, sealed)
	})
}

// version opens what stands beside an entry and holds it against the commitment.
func (c *checker) version(place string, e Entry, sealed []byte) error {
	if e.Holds == Nothing {
		if sealed != nil {
			c.report(place, "a version stands beside an entry that holds none")
		}
		return nil
	}
	k, err := findKey(c.tx, e.Subject)
	if errors.Is(err, sql.ErrNoRows) {
		if e.Holds == State {
			delete(c.latest, e.Object)
			c.gone[e.Object] = true
		}
		return nil
	}
	if err != nil {
		return err
	}
	text, err := k.decrypt(e.Seq, sealed)
	if err != nil || k.commit(e.Seq, text) != e.Commitment {
		c.report(place, "its version is not the one committed to")
		return nil
	}
	if e.Holds == State {
		c.latest[e.Object] = text
	}
	return nil
}

// tree rebuilds every stored hash from the records.
func (c *checker) tree() error {
	var want []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, idx := range indexes {
			out[i] = want[idx]
		}
		return out, nil
	})
	for n, r := range c.records {
		add, err := tlog.StoredHashesForRecordHash(int64(n), r, reader)
		if err != nil {
			return fmt.Errorf("rebuilding tree at %d: %w", n, err)
		}
		want = append(want, add...)
	}
	next := int64(0)
	err := storedHashes(c.tx, func(idx int64, h []byte) error {
		if idx != next || idx >= int64(len(want)) || !bytes.Equal(h, want[idx][:]) {
			c.report("hash "+strconv.FormatInt(idx, 10), "it does not follow from the entries")
		}
		next = idx + 1
		return nil
	})
	if err == nil && next < int64(len(want)) {
		c.report("hash "+strconv.FormatInt(next, 10), "it is missing")
	}
	return err
}

// room compares what a room holds with the last version of each object.
func (c *checker) room(r Room) error {
	ids, err := r.IDs(c.tx)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if c.gone[id] {
			continue
		}
		want, known := c.latest[id]
		delete(c.latest, id)
		if !known {
			c.report(id, "no act in the ledger made it")
			continue
		}
		now, err := r.Version(c.tx, id)
		if err != nil {
			c.report(id, "it cannot be read")
			continue
		}
		text, err := json.Marshal(now)
		if err != nil || !bytes.Equal(text, want) {
			c.report(id, "it differs from what its last act left")
		}
	}
	return nil
}

// CheckAgainst proves that the ledger only grew since a checkpoint was exported.
// keys are the note verifier keys the checkpoint may be signed by; one must have signed.
func CheckAgainst(tx *store.Tx, origin string, checkpoint []byte, keys []string) ([]Problem, error) {
	var verifiers []note.Verifier
	for _, k := range keys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return nil, fmt.Errorf("reading verifier key: %w", err)
		}
		verifiers = append(verifiers, v)
	}
	n, err := note.Open(checkpoint, note.VerifierList(verifiers...))
	if err != nil {
		return []Problem{{"checkpoint", "no member of this case signed it, or it was changed"}}, nil
	}
	old, err := parseCheckpoint(n.Text)
	if err != nil || old.origin != origin {
		return []Problem{{"checkpoint", "it belongs to another case"}}, nil
	}
	have, err := HeadOf(tx)
	if err != nil {
		return nil, err
	}
	if have.Size < old.Size {
		return []Problem{{"ledger", fmt.Sprintf("it has %d entries, the checkpoint %d: acts are gone, or an older copy was put in place", have.Size, old.Size)}}, nil
	}
	then, err := headAt(tx, old.Size)
	if err != nil {
		return nil, err
	}
	if then.Root != old.Root {
		return []Problem{{"ledger", fmt.Sprintf("its first %d entries are not those the checkpoint was made of: it was rewritten", old.Size)}}, nil
	}
	return nil, nil
}

type checkpointBody struct {
	origin string
	Head
}

// parseCheckpoint reads the three lines of a C2SP checkpoint.
func parseCheckpoint(text string) (c checkpointBody, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return c, errors.New("malformed checkpoint")
	}
	c.origin = lines[0]
	if c.Size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || c.Size < 0 || strconv.FormatInt(c.Size, 10) != lines[1] {
		return c, errors.New("malformed checkpoint")
	}
	if c.Root, err = tlog.ParseHash(lines[2]); err != nil || c.Root.String() != lines[2] {
		return c, errors.New("malformed checkpoint")
	}
	return c, nil
}
