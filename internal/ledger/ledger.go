// Package ledger is the append-only record of who did what, when.
//
// Every act is one entry: a few lines of text with the sequence number, instant,
// kind, member, object and a commitment to the object's new version. Entries are
// the records of an RFC 6962 Merkle tree (golang.org/x/mod/sumdb/tlog); its head is
// signed as a C2SP checkpoint. The version itself stands beside the entry, encrypted
// under the data key of the subject it concerns: destroying that key erases every
// version, while the entries and the tree still verify.
//
// Tables: ledger_entry (the exact bytes, and columns to find them by), ledger_hash
// (tlog's stored hashes), ledger_version, ledger_key (data keys), ledger_counter (ids).
//
// Nothing is changed or deleted here but a destroyed data key with its versions.
// Entries hold ids and never content. The order of acts is that of their sequence
// numbers; when the machine's clock was set back, that is an act of its own.
//
// Acts of the ledger itself: key.destroyed (taken down by whoever asked DestroyKey, in
// the same transaction) and clock.set-back.
package ledger

import (
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"heed/internal/store"
)

//go:embed schema/*.sql
var files embed.FS

// Schema returns the ledger's migrations.
func Schema() store.Schema { return store.SchemaIn("ledger", files, "schema") }

// Actor is who answers for an act. Every method that writes or opens takes one, so
// that the compiler sees to it that somebody is responsible.
type Actor struct {
	Member string // M-01
}

// Act is what Append takes down.
type Act struct {
	Kind    string // glossary noun, dot, verb in the past: "claim.added"
	By      Actor
	Object  string // C-001
	Subject string // whose data key covers the version: a source's id, or "" for the case

	// Version is the full new state of the object; Detail are facts of the act that
	// are no state, such as the purpose of an opening. Either is kept as JSON under
	// the subject's data key. Ends says that the object ceases with this act: from
	// then on no room holds it. At most one of the three is set.
	Version any
	Detail  any
	Ends    bool

	// Saw is the newest act about the object that whoever changes it had seen, as
	// Revision gives it. When there is a newer one by now, Append refuses, so that of two
	// people who edit at once neither overwrites the other unseen. 0 asks for no such check.
	Saw int64
}

// caseSubject is the subject of what concerns no one source.
const caseSubject = "case"

// Append takes down one act in the transaction that does it, and returns its
// sequence number, counted from 0. Without this call the commit fails.
//
// When the clock stands before the newest entry, an act that says so comes first.
// The instants of entries are what the clock said and are never straightened.
func Append(tx *store.Tx, act Act) (int64, error) {
	if err := act.unseen(tx); err != nil {
		return 0, err
	}
	seq, newest, err := next(tx)
	if err != nil {
		return 0, err
	}
	if tx.Now.Before(newest) {
		back := Act{Kind: setBackKind, By: act.By, Object: caseSubject, Detail: setBack{store.Micros(newest)}}
		if err := add(tx, seq, back); err != nil {
			return 0, err
		}
		seq++
	}
	return seq, add(tx, seq, act)
}

// setBackKind is the kind of the act that says that the clock was set back.
const setBackKind = "clock.set-back"

// setBack is its detail: the instant of the entry before it, which
// is later than its own.
type setBack struct {
	Newest int64 `json:"newest"`
}

// add writes one entry, what stands beside it, and its place in the tree.
func add(tx *store.Tx, seq int64, act Act) error {
	e := Entry{Seq: seq, At: tx.Now, Kind: act.Kind, By: act.By.Member, Object: act.Object, Subject: act.Subject}
	if e.Subject == "" {
		e.Subject = caseSubject
	}
	sealed, err := e.enclose(tx, act)
	if err != nil {
		return fmt.Errorf("enclosing version of %s: %w", act.Object, err)
	}
	leaf, err := e.Marshal()
	if err != nil {
		return fmt.Errorf("writing entry %d: %w", seq, err)
	}
	if _, err := tx.Exec("INSERT INTO ledger_entry (seq, kind, object, subject, leaf) VALUES (?, ?, ?, ?, ?)",
		seq, e.Kind, e.Object, e.Subject, leaf); err != nil {
		return fmt.Errorf("writing entry %d: %w", seq, err)
	}
	if sealed != nil {
		if _, err := tx.Exec("INSERT INTO ledger_version (seq, sealed) VALUES (?, ?)", seq, sealed); err != nil {
			return fmt.Errorf("writing version %d: %w", seq, err)
		}
	}
	if err := grow(tx, seq, tlog.RecordHash(leaf)); err != nil {
		return err
	}
	tx.Acted()
	return nil
}

// enclose encrypts the version or detail and notes its commitment in the entry.
func (e *Entry) enclose(tx *store.Tx, act Act) ([]byte, error) {
	var body any
	switch {
	case act.Version != nil && act.Detail != nil, act.Ends && (act.Version != nil || act.Detail != nil):
		return nil, errors.New("internal error: an act has a version, a detail or an end, and one of them only")
	case act.Version != nil:
		body, e.Holds = act.Version, State
	case act.Detail != nil:
		body, e.Holds = act.Detail, Detail
	case act.Ends:
		e.Holds = Ended
		return nil, nil
	default:
		e.Holds = Nothing
		return nil, nil
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	key, err := dataKey(tx, e.Subject)
	if err != nil {
		return nil, err
	}
	e.Commitment = key.commit(e.Seq, text)
	return key.encrypt(e.Seq, text)
}

// size is the number of entries.
func size(tx *store.Tx) (n int64, err error) {
	if err := tx.QueryRow("SELECT coalesce(max(seq) + 1, 0) FROM ledger_entry").Scan(&n); err != nil {
		return 0, fmt.Errorf("counting entries: %w", err)
	}
	return n, nil
}

// next is the sequence number to come and the instant of the newest entry.
func next(tx *store.Tx) (seq int64, newest time.Time, err error) {
	var leaf []byte
	err = tx.QueryRow("SELECT seq, leaf FROM ledger_entry ORDER BY seq DESC LIMIT 1").Scan(&seq, &leaf)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, time.Time{}, nil
	}
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("reading newest entry: %w", err)
	}
	e, err := ParseEntry(leaf)
	if err != nil {
		return 0, time.Time{}, fmt.Errorf("reading entry %d: %w", seq, err)
	}
	return seq + 1, e.At, nil
}

// NewID takes the next id of a prefix: NewID(tx, "C", 3) is C-001, and with width 0
// the form is R1. An acknowledged id is never given twice; that of an act that was rolled back is.
func NewID(tx *store.Tx, prefix string, width int) (string, error) {
	var n int64
	err := tx.QueryRow(`INSERT INTO ledger_counter (prefix, n) VALUES (?, 1)
		ON CONFLICT (prefix) DO UPDATE SET n = n + 1 RETURNING n`, counterName(prefix, width)).Scan(&n)
	if err != nil {
		return "", fmt.Errorf("numbering: %w", err)
	}
	if width == 0 {
		return fmt.Sprintf("%s%d", prefix, n), nil
	}
	return fmt.Sprintf("%s-%0*d", prefix, width, n), nil
}

// counterName keeps R-01 (recommendations) and R1 (releases) apart.
func counterName(prefix string, width int) string {
	if width == 0 {
		return prefix
	}
	return prefix + "-"
}

// Follow calls yield for each entry from seq after on, oldest first, until yield
// fails. Rooms downstream follow the ledger with it; after is one more than the last seen.
func Follow(tx *store.Tx, after int64, yield func(Entry) error) error {
	return tx.Each("SELECT leaf FROM ledger_entry WHERE seq >= ? ORDER BY seq", []any{after}, func(rows *sql.Rows) error {
		var leaf []byte
		if err := rows.Scan(&leaf); err != nil {
			return err
		}
		e, err := ParseEntry(leaf)
		if err != nil {
			return err
		}
		return yield(e)
	})
}

// Known reports whether any act is about the object.
func Known(tx *store.Tx, object string) (known bool, err error) {
	if err := tx.QueryRow("SELECT count(*) > 0 FROM ledger_entry WHERE object = ?", object).Scan(&known); err != nil {
		return false, fmt.Errorf("looking for acts of %s: %w", object, err)
	}
	return known, nil
}

// LastAt is the instant of the newest entry, zero when there is none.
func LastAt(tx *store.Tx) (time.Time, error) {
	_, at, err := next(tx)
	return at, err
}
