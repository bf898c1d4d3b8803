package corroborate

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
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

var amina, karim = ledger.Actor{Member: "M-01"}, ledger.Actor{Member: "M-02"}

// noon is the instant of every act in these tests.
var noon = time.Date(2031, 5, 23, 12, 0, 0, 0, time.UTC)

// house is a case with its door, its record and this room.
type house struct {
	*Room
	t      testing.TB
	intake *intake.Room
	record *record.Room
}

func newHouse(t testing.TB) house {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "s.db"), Create: true, Clock: func() time.Time { return noon },
		Schemas: []store.Schema{ledger.Schema(), intake.Schema(), record.Schema(), Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "originals"), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	h := house{New(db), t, intake.New(db, blobs, &sealer{}, silent{}), record.New(db)}
	if _, err := h.record.Begin(t.Context(), amina, record.Case{Title: "Detention in Lenz"}); err != nil {
		t.Fatal(err)
	}
	return h
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

// silent proposes nothing.
type silent struct{}

func (silent) Version() string                         { return "silent/1" }
func (silent) Extract(quote.Document) []quote.Proposal { return nil }

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

// claim adds a claim tied to the first sentence of a source.
func (h house) claim(source string) string {
	h.t.Helper()
	c, err := h.AddClaim(h.t.Context(), amina, Claim{Text: "People were held at the depot.", Source: source, From: 1, To: 1})
	if err != nil {
		h.t.Fatal(err)
	}
	return c.ID
}

// problems compares the rooms with the ledger.
func (h house) problems() (out []ledger.Problem) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(tx *store.Tx) (err error) {
		out, err = ledger.Check(tx, h.intake, h.record, h.Room)
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

// kinds lists the acts about an object, oldest first.
func (h house) kinds(object string) string {
	h.t.Helper()
	var out []string
	err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
		return ledger.Follow(tx, 0, func(e ledger.Entry) error {
			if e.Object == object {
				out = append(out, e.Kind)
			}
			return nil
		})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return strings.Join(out, " ")
}

// refused holds an error against the kind and a part of the message.
func refused(t *testing.T, err error, kind fault.Kind, part string) {
	t.Helper()
	msg := "no error"
	if err != nil {
		msg = err.Error()
	}
	if fault.KindOf(err) != kind || !strings.Contains(msg, part) {
		t.Errorf("got %q (kind %d), want kind %d with %q", msg, fault.KindOf(err), kind, part)
	}
}

func (*sealer) Find(context.Context, [32]byte) (seal.Ref, bool, error) { return "", false, nil }

func (forgotten) Settle() error { return nil }

// undo takes back the newest act about an object.
func (h house) undo(id string) (gone bool) {
	h.t.Helper()
	err := h.db.Update(h.t.Context(), func(tx *store.Tx) (err error) {
		gone, err = h.Undo(tx, amina, id, "it was a mistake")
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return gone
}

// rests lists what of this room names an object.
func (h house) rests(id string) (on []string) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(tx *store.Tx) (err error) {
		on, err = h.Rests(tx, id)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return on
}

// act is one of amina's.
func act(kind string) ledger.Act { return ledger.Act{Kind: kind, By: amina} }
