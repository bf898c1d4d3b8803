package record

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/intake/quote"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

var amina = ledger.Actor{Member: "M-01"}

// noon is the instant of every act in these tests.
var noon = time.Date(2031, 5, 23, 12, 0, 0, 0, time.UTC)

// house is a case with its door and this room.
type house struct {
	*Room
	t      *testing.T
	intake *intake.Room
}

// newHouse makes a case that has begun and has no originals.
func newHouse(t *testing.T) house {
	t.Helper()
	h := emptyHouse(t)
	if _, err := h.Begin(t.Context(), amina, Case{Title: "Detention in Lenz"}); err != nil {
		t.Fatal(err)
	}
	return h
}

func emptyHouse(t *testing.T) house {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "s.db"), Create: true, Clock: func() time.Time { return noon },
		Schemas: []store.Schema{ledger.Schema(), intake.Schema(), Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "originals"), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	return house{New(db), t, intake.New(db, blobs, &sealer{}, said{})}
}

// sealer gives references to values it forgets.
type sealer struct{ n int }

func (s *sealer) Prepare(_ context.Context, _ seal.Kind, r io.Reader) (intake.Sealing, error) {
	s.n++
	b, err := io.ReadAll(r)
	return forgotten{seal.Ref("E-000" + string(rune('0'+s.n))), int64(len(b))}, err
}

type forgotten struct {
	ref  seal.Ref
	size int64
}

func (f forgotten) Keep(*store.Tx, ledger.Actor, string) (seal.Ref, error) { return f.ref, nil }
func (f forgotten) Drop() error                                            { return nil }
func (f forgotten) Existing() (seal.Ref, bool)                             { return "", false }
func (f forgotten) Size() int64                                            { return f.size }

// said proposes that everything in the first sentence was said by somebody.
type said struct{}

func (said) Version() string { return "said/1" }

func (said) Extract(d quote.Document) []quote.Proposal {
	s := d.Sentences[0]
	return []quote.Proposal{{From: 1, To: 1, Kind: quote.Direct, Speaker: quote.Span{Start: s.Start, End: s.Start + 1}, Content: []quote.Span{s}, Stance: quote.Opposes, Target: quote.Release, Rule: "said"}}
}

// add takes in an open original and returns its id.
func (h house) add(text string) string {
	h.t.Helper()
	got, err := h.intake.Add(h.t.Context(), amina, intake.Incoming{Name: "a.txt", Body: strings.NewReader(text)})
	if err != nil {
		h.t.Fatal(err)
	}
	if got.Text == nil {
		h.t.Fatalf("no working text: %s", got.Original.NoText)
	}
	return got.Original.ID
}

// addSealed takes in a sealed original; with a text it gets one without names.
func (h house) addSealed(text string) string {
	h.t.Helper()
	got, err := h.intake.Add(h.t.Context(), amina, intake.Incoming{Name: "b.txt", Body: strings.NewReader("sealed " + text), Sealed: true})
	if err != nil {
		h.t.Fatal(err)
	}
	if text != "" {
		if _, err := h.intake.Freeze(h.t.Context(), amina, got.Original.ID, strings.NewReader(text)); err != nil {
			h.t.Fatal(err)
		}
	}
	return got.Original.ID
}

// problems compares the room with the ledger.
func (h house) problems() (out []ledger.Problem) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(tx *store.Tx) (err error) {
		out, err = ledger.Check(tx, h.intake, h.Room)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// agrees fails the test when the room and the ledger differ after an act.
func (h house) agrees(act string) {
	h.t.Helper()
	if p := h.problems(); len(p) != 0 {
		h.t.Errorf("after %s: %v", act, p)
	}
}

// refused holds an error against the kind and a part of the message.
func refused(t *testing.T, err error, kind fault.Kind, part string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(errText(err), part) {
		t.Errorf("got %q (kind %d), want kind %d with %q", errText(err), fault.KindOf(err), kind, part)
	}
}

func errText(err error) string {
	if err == nil {
		return "no error"
	}
	return err.Error()
}

func (*sealer) Find(context.Context, [32]byte) (seal.Ref, bool, error) { return "", false, nil }

func (forgotten) Settle() error { return nil }
