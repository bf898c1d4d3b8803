package intake

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/fault"
	"heed/internal/intake/quote"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

var amina = ledger.Actor{Member: "M-01"}

// house is the room with everything it stands on, in a directory of its own.
type house struct {
	*Room
	t      *testing.T
	dir    string
	sealer *safe
	engine *parrot
}

func open(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	at := time.Date(2031, 5, 20, 10, 0, 0, 0, time.UTC)
	clock := func() time.Time { at = at.Add(time.Second); return at }
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "s.db"), Create: true, Clock: clock,
		Schemas: []store.Schema{ledger.Schema(), Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "originals"), [32]byte{7})
	if err != nil {
		t.Fatal(err)
	}
	s, e := &safe{kept: map[string]sealed{}}, &parrot{version: "parrot/1"}
	return &house{New(db, blobs, s, e), t, dir, s, e}
}

// add takes in a text that must be taken.
func (h *house) add(text string) Added {
	h.t.Helper()
	got, err := h.Add(h.t.Context(), amina, Incoming{Name: "a.txt", Body: strings.NewReader(text)})
	if err != nil {
		h.t.Fatal(err)
	}
	h.check()
	return got
}

func (h *house) addSealedText(text string) Added {
	h.t.Helper()
	got, err := h.Add(h.t.Context(), amina, Incoming{Name: "witness.txt", Body: strings.NewReader(text), Sealed: true})
	if err != nil {
		h.t.Fatal(err)
	}
	h.check()
	return got
}

// check holds all tables against the ledger. It is called after every act.
func (h *house) check(want ...string) {
	h.t.Helper()
	var places []string
	err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
		problems, err := ledger.Check(tx, h.Room, h.sealer)
		for _, p := range problems {
			places = append(places, p.Place)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	if !slices.Equal(places, want) {
		h.t.Errorf("check names %q, want %q", places, want)
	}
}

// acts lists the kinds and objects in the ledger.
func (h *house) acts() (out []string) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
		return ledger.Follow(tx, 0, func(e ledger.Entry) error {
			out = append(out, e.Kind+" "+e.Object)
			return nil
		})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// destroy erases a source the way app does: rows, data key and act in one commit.
func (h *house) destroy(source string) (erased []string) {
	h.t.Helper()
	err := h.db.Update(h.t.Context(), func(tx *store.Tx) (err error) {
		if erased, err = h.Erase(tx, source); err != nil {
			return err
		}
		if err := ledger.DestroyKey(tx, source); err != nil {
			return err
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: ledger.KeyDestroyed, By: amina, Object: source, Detail: erased})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	for id, k := range h.sealer.kept { // the vault destroys its own keys
		if k.Subject == source {
			delete(h.sealer.kept, id)
		}
	}
	h.check()
	return erased
}

// custody records a step that must be taken.
func (h *house) custody(c Custody) Custody {
	h.t.Helper()
	got, err := h.RecordCustody(h.t.Context(), amina, c)
	if err != nil {
		h.t.Fatal(err)
	}
	h.check()
	return got
}

// files lists what lies in the directory of originals, temporaries included.
func (h *house) files() (out []string) {
	h.t.Helper()
	err := filepath.WalkDir(filepath.Join(h.dir, "originals"), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			out = append(out, path)
		}
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// untouched runs fn and fails when it left an act, a row or a file behind.
func (h *house) untouched(fn func()) {
	h.t.Helper()
	state := func() (n int, acts, files []string) {
		err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
			return tx.QueryRow("SELECT (SELECT count(*) FROM original) + (SELECT count(*) FROM working_text) + (SELECT count(*) FROM earlier_text) + (SELECT count(*) FROM sentence) + (SELECT count(*) FROM proposal) + (SELECT count(*) FROM custody)").Scan(&n)
		})
		if err != nil {
			h.t.Fatal(err)
		}
		return n, h.acts(), h.files()
	}
	rows, acts, files := state()
	fn()
	rows2, acts2, files2 := state()
	if rows != rows2 || !slices.Equal(acts, acts2) || !slices.Equal(files, files2) {
		h.t.Errorf("something was left behind: rows %d→%d, acts %q→%q, files %d→%d", rows, rows2, acts, acts2, len(files), len(files2))
	}
	if n := h.sealer.loose; n != 0 {
		h.t.Errorf("%d prepared values were neither kept nor dropped", n)
	}
}

// refused holds an error against the kind of fault it must be.
func refused(t *testing.T, err error, want fault.Kind) *fault.Error {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != want {
		t.Fatalf("got %v, want a fault of kind %d", err, want)
	}
	return f
}

// safe is a Sealer that keeps values in memory, and the room of their references.
type safe struct {
	kept  map[string]sealed
	loose int    // prepared, and neither kept nor dropped
	fail  string // the kind whose Keep fails
	lost  error  // of Find

	settled []seal.Kind
}

type sealed struct {
	Kind    seal.Kind
	Subject string
	value   []byte
}

func (s *safe) Prepare(_ context.Context, kind seal.Kind, r io.Reader) (Sealing, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	s.loose++
	return &envelope{safe: s, kind: kind, value: b}, nil
}

func (s *safe) IDs(*store.Tx) (ids []string, err error) {
	for id := range s.kept {
		ids = append(ids, id)
	}
	return ids, nil
}

func (s *safe) Version(_ *store.Tx, id string) (any, error) { return s.kept[id], nil }

func (s *safe) Find(_ context.Context, sum [32]byte) (seal.Ref, bool, error) {
	for id, k := range s.kept {
		if k.Kind == seal.Original && sha256.Sum256(k.value) == sum {
			return seal.Ref(id), true, nil
		}
	}
	return "", false, s.lost
}

type envelope struct {
	safe  *safe
	kind  seal.Kind
	value []byte
	done  bool
}

// Settle fails after it was noted: an act that is committed must stand all the same.
func (e *envelope) Settle() error {
	e.safe.settled = append(e.safe.settled, e.kind)
	return errors.New("the vault's disk is full")
}

func (e *envelope) Existing() (seal.Ref, bool) {
	for id, k := range e.safe.kept {
		if k.Kind == e.kind && e.kind == seal.Original && bytes.Equal(k.value, e.value) {
			return seal.Ref(id), true
		}
	}
	return "", false
}

func (e *envelope) Keep(tx *store.Tx, by ledger.Actor, subject string) (seal.Ref, error) {
	if string(e.kind) == e.safe.fail {
		return "", errors.New("the vault's disk is full")
	}
	id, err := ledger.NewID(tx, "E", 4)
	if err != nil {
		return "", err
	}
	v := sealed{e.kind, subject, e.value}
	if _, err := ledger.Append(tx, ledger.Act{Kind: "seal.made", By: by, Object: id, Subject: subject, Version: v}); err != nil {
		return "", err
	}
	e.safe.kept[id] = v
	return seal.Ref(id), nil
}

func (e *envelope) Drop() error {
	if !e.done {
		e.done = true
		e.safe.loose--
	}
	return nil
}

func (e *envelope) Size() int64 { return int64(len(e.value)) }

// parrot is a quote engine: whoever it hears first in a sentence said what stands in “…”.
type parrot struct {
	version string
	extra   []quote.Proposal
}

func (p *parrot) Version() string { return p.version }

func (p *parrot) Extract(d quote.Document) []quote.Proposal {
	out := slices.Clone(p.extra)
	for i, s := range d.Sentences {
		text := d.Body[s.Start:s.End]
		a, b := strings.Index(text, "“"), strings.Index(text, "”")
		if a < 0 || b < a {
			continue
		}
		speaker := quote.Span{Start: s.Start, End: s.Start + strings.Index(text, " ")}
		out = append(out, quote.Proposal{From: i + 1, To: i + 1, Kind: quote.Direct, Speaker: speaker, Rule: "parrot",
			Content: []quote.Span{{Start: s.Start + a, End: s.Start + b + len("”")}}})
	}
	return out
}

// unsound fails when check finds nothing wrong after a change that no act made.
func (h *house) unsound(tx *store.Tx, change string) error {
	problems, err := ledger.Check(tx, h.Room, h.sealer)
	if err == nil && len(problems) == 0 {
		h.t.Errorf("check finds nothing after %s", change)
	}
	return err
}
