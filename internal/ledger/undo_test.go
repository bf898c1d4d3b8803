package ledger_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

var luis = ledger.Actor{Member: "M-02"}

func paint(tx *store.Tx, by ledger.Actor, colour string, saw int64) error {
	return pebbles.Keep(tx, ledger.Act{Kind: "pebble.painted", By: by, Object: "P-3", Subject: "south", Version: pebble{"P-3", "south", colour}, Saw: saw})
}

func (h shore) undo(id string) (gone bool) {
	h.t.Helper()
	h.do(func(tx *store.Tx) (err error) {
		gone, err = beach.Undo(tx, amina, id, "a slip")
		return err
	})
	return gone
}

// colour is the present colour of P-3, or the word of the fault.
func (h shore) colour() (colour string) {
	h.t.Helper()
	h.view(func(tx *store.Tx) error {
		p, err := pebbles.One(tx, "P-3")
		if colour = p.Colour; err != nil {
			colour = err.Error()
		}
		return nil
	})
	return colour
}

func TestEverythingIsUndoneByANewAct(t *testing.T) {
	h := openShore(t)
	h.do(func(tx *store.Tx) error { return paint(tx, luis, "blue", 0) })
	for _, want := range []string{"white", "blue", "white"} { // undone, redone, undone
		if gone := h.undo("P-3"); gone || h.colour() != want {
			t.Fatalf("it is %s, want %s", h.colour(), want)
		}
	}
	// The act that made an object is taken back with the object, and the object comes back.
	if !h.undo("H-1") {
		t.Error("the shell is still there")
	}
	h.view(func(tx *store.Tx) error {
		if _, err := shells.One(tx, "H-1"); fault.KindOf(err) != fault.NotFound || !strings.Contains(err.Error(), "was taken back in act") {
			t.Errorf("%v", err)
		}
		return nil
	})
	if p := h.check(); len(p) != 0 {
		t.Errorf("check names %q", p)
	}
	if h.undo("H-1") {
		t.Error("the shell did not come back")
	}
	if p := h.check(); len(p) != 0 {
		t.Errorf("check names %q", p)
	}
	h.view(func(tx *store.Tx) error {
		past, err := ledger.History(tx, "P-3")
		var kinds []string
		for _, p := range past {
			kinds = append(kinds, p.Entry.Kind)
		}
		want := []string{"pebble.found", "pebble.painted", "act.undone", "pebble.restored", "act.undone", "pebble.restored", "act.undone", "pebble.restored"}
		if !slices.Equal(kinds, want) {
			t.Errorf("history %v", kinds)
		}
		if detail := string(past[2].JSON); !strings.Contains(detail, `"why":"a slip"`) || !strings.Contains(detail, `"kind":"pebble.painted"`) {
			t.Errorf("the undoing says %s", detail)
		}
		return err
	})
}

func TestUndoRefusesWhatNobodyHasAndWhatIsErased(t *testing.T) {
	h := openShore(t)
	h.do(func(tx *store.Tx) error {
		if _, err := beach.Undo(tx, amina, "P-99", ""); fault.KindOf(err) != fault.NotFound {
			t.Errorf("unknown: %v", err)
		}
		if _, err := beach.Erase(tx, "south"); err != nil {
			return err
		}
		if err := ledger.DestroyKey(tx, "south"); err != nil {
			return err
		}
		if _, err := beach.Undo(tx, amina, "P-3", ""); fault.KindOf(err) != fault.Withheld {
			t.Errorf("erased: %v", err)
		}
		_, err := ledger.Append(tx, ledger.Act{Kind: ledger.KeyDestroyed, By: amina, Object: "south"})
		return err
	})
}

// Two people began from the same state: the second to write is told who was faster.
func TestSimultaneousEditsConflictVisibly(t *testing.T) {
	h := openShore(t)
	var saw int64
	h.view(func(tx *store.Tx) (err error) {
		saw, err = ledger.Revision(tx, "P-3")
		return err
	})
	h.do(func(tx *store.Tx) error { return paint(tx, luis, "blue", saw) })
	err := h.db.Update(t.Context(), func(tx *store.Tx) error { return paint(tx, amina, "green", saw) })
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "P-3 was changed by M-02") {
		t.Errorf("%v", err)
	}
	if h.colour() != "blue" {
		t.Errorf("it is %s", h.colour())
	}
}

func TestPagesHoldEveryObjectOnceInOrder(t *testing.T) {
	h := openShore(t)
	h.do(func(tx *store.Tx) error {
		for i := range 1200 {
			p := pebble{ID: fmt.Sprintf("P-%03d", i+100), Source: "west"}
			if err := pebbles.Keep(tx, ledger.Act{Kind: "pebble.found", By: amina, Object: p.ID, Subject: "west", Version: p}); err != nil {
				return err
			}
		}
		return nil
	})
	h.view(func(tx *store.Tx) error {
		all, err := pebbles.All(tx)
		if err != nil {
			return err
		}
		n, err := pebbles.Count(tx)
		if err != nil || n != len(all) {
			t.Errorf("counted %d of %d, %v", n, len(all), err)
		}
		rapid.Check(t, func(t *rapid.T) {
			limit := rapid.SampledFrom([]int{60, 100, 400, 401, 1202, 1203, 1204}).Draw(t, "limit")
			var got []pebble
			for after, more := "", true; more; after = got[len(got)-1].ID {
				var page []pebble
				if page, more, err = pebbles.Page(tx, after, limit); err != nil || len(page) == 0 {
					t.Fatalf("a page of %d, %v", len(page), err)
				}
				got = append(got, page...)
			}
			if !slices.Equal(got, all) {
				t.Errorf("pages of %d hold %d of %d", limit, len(got), len(all))
			}
		})
		ids := []string{"P-2", "P-9999"}
		for _, p := range all[:1100] {
			ids = append(ids, p.ID)
		}
		some, err := pebbles.Some(tx, ids)
		if err != nil || len(some) != 1100 || some["P-2"].Colour != "grey" {
			t.Errorf("%d of %d found, %v", len(some), len(ids), err)
		}
		red, err := pebbles.Where(tx, "body ->> '$.colour' = ?", "red")
		if err != nil || len(red) != 1 || red[0].ID != "P-10" {
			t.Errorf("red: %v, %v", red, err)
		}
		return nil
	})
}
