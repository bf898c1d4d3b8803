package ledger_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

var amina = ledger.Actor{Member: "M-01"}

// pebble and shell are two kinds of objects.
type pebble struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Colour string `json:"colour"`
}

type shell struct {
	ID    string `json:"id"`
	Sound string `json:"sound"`
}

var (
	pebbles = ledger.Table[pebble]{Name: "pebble", Restore: func(p *pebble, id, source string) { p.ID, p.Source = id, source }}
	shells  = ledger.Table[shell]{Name: "shell", Noun: "sea shell", Restore: func(s *shell, id, _ string) { s.ID = id }}
)

const schema = `-- +goose Up
CREATE TABLE pebble (id TEXT PRIMARY KEY, source TEXT NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE shell (id TEXT PRIMARY KEY, source TEXT NOT NULL, body TEXT NOT NULL) STRICT;
`

// beach is a room of these two.
var beach = ledger.Shelves{pebbles, shells}

type shore struct {
	t  *testing.T
	db *store.DB
}

func openShore(t *testing.T) shore {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "s.db"), Create: true,
		Clock:   func() time.Time { return time.Date(2031, 5, 20, 10, 0, 0, 0, time.UTC) },
		Schemas: []store.Schema{ledger.Schema(), {Room: "beach", FS: fstest.MapFS{"00001_beach.sql": {Data: []byte(schema)}}}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	h := shore{t, db}
	h.do(func(tx *store.Tx) error {
		for prefix, n := range map[string]int{"P": 10, "H": 1} { // these ids were given
			for range n {
				if _, err := ledger.NewID(tx, prefix, 1); err != nil {
					return err
				}
			}
		}
		for _, p := range []pebble{{"P-2", "north", "grey"}, {"P-10", "north", "red"}, {"P-3", "south", "white"}} {
			if err := pebbles.Keep(tx, ledger.Act{Kind: "pebble.found", By: amina, Object: p.ID, Subject: p.Source, Version: p}); err != nil {
				return err
			}
		}
		return shells.Keep(tx, ledger.Act{Kind: "shell.found", By: amina, Object: "H-1", Version: shell{"H-1", "sea"}})
	})
	return h
}

func (h shore) do(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.db.Update(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h shore) view(fn func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.db.View(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// check lists the places where room and ledger differ.
func (h shore) check() (places []string) {
	h.t.Helper()
	h.view(func(tx *store.Tx) error {
		problems, err := ledger.Check(tx, beach)
		for _, p := range problems {
			places = append(places, p.Place)
		}
		return err
	})
	return places
}

func TestKeepAndRead(t *testing.T) {
	h := openShore(t)
	h.do(func(tx *store.Tx) error {
		return pebbles.Keep(tx, ledger.Act{Kind: "pebble.washed", By: amina, Object: "P-3", Subject: "south", Version: pebble{"P-3", "south", "blue"}})
	})
	h.view(func(tx *store.Tx) error {
		all, err := pebbles.All(tx)
		if want := []pebble{{"P-2", "north", "grey"}, {"P-3", "south", "blue"}, {"P-10", "north", "red"}}; err != nil || !slices.Equal(all, want) {
			t.Errorf("all: %v, %v", all, err)
		}
		of, err := pebbles.Of(tx, "north")
		if err != nil || len(of) != 2 || of[1].ID != "P-10" {
			t.Errorf("of one source: %v, %v", of, err)
		}
		if every, err := pebbles.Of(tx, ""); err != nil || len(every) != 3 {
			t.Errorf("of every source: %v, %v", every, err)
		}
		if s, err := shells.One(tx, "H-1"); err != nil || s.Sound != "sea" {
			t.Errorf("one: %v, %v", s, err)
		}
		if v, err := beach.Version(tx, "P-10"); err != nil || v != (pebble{"P-10", "north", "red"}) {
			t.Errorf("version: %v, %v", v, err)
		}
		if _, err := beach.Version(tx, "P-11"); err == nil {
			t.Error("an object that nobody has was read")
		}
		return nil
	})
	if p := h.check(); len(p) != 0 {
		t.Errorf("check names %q", p)
	}
}

func TestCheckNamesChangedColumns(t *testing.T) {
	for q, place := range map[string]string{
		"UPDATE pebble SET source = 'north' WHERE id = 'P-3'":       "P-3",
		"UPDATE pebble SET body = replace(body, 'red', 'rad')":      "P-10",
		"UPDATE shell SET body = json_set(body, '$.sound', 'land')": "H-1",
		// SQL would find this one by grey's opposite, and Go would show grey.
		"UPDATE pebble SET body = '{\"colour\":\"black\",' || substr(body, 2) WHERE id = 'P-2'": "P-2",
		"UPDATE pebble SET body = replace(body, '{', '{ ') WHERE id = 'P-10'":                   "P-10",
		"UPDATE shell SET source = 'south' WHERE id = 'H-1'":                                    "H-1",
		"DELETE FROM pebble WHERE id = 'P-2'":                                                   "P-2",
		"INSERT INTO shell VALUES ('H-2', '', '{\"id\":\"H-2\"}')":                              "H-2",
		"UPDATE shell SET body = '{' WHERE id = 'H-1'":                                          "H-1",
		"UPDATE pebble SET body = json_set(body, '$.colour', 'green') WHERE id = 'P-2'":         "P-2",
	} {
		h := openShore(t)
		h.do(func(tx *store.Tx) error {
			tx.Acted()
			_, err := tx.Exec(q)
			return err
		})
		if p := h.check(); !slices.Equal(p, []string{place}) {
			t.Errorf("%s: check names %q", q, p)
		}
	}
}

func TestEraseOfObjects(t *testing.T) {
	h := openShore(t)
	h.do(func(tx *store.Tx) error {
		for _, none := range []string{"", "east"} { // the empty source is that of the case
			if ids, err := beach.Erase(tx, none); err != nil || len(ids) != 0 {
				t.Errorf("erasing %q took %q, %v", none, ids, err)
			}
		}
		ids, err := beach.Erase(tx, "north")
		if err != nil || !slices.Equal(ids, []string{"P-2", "P-10"}) {
			t.Errorf("erased %q, %v", ids, err)
		}
		if again, err := beach.Erase(tx, "north"); err != nil || len(again) != 0 {
			t.Errorf("a second time: %q, %v", again, err)
		}
		if err := ledger.DestroyKey(tx, "north"); err != nil {
			return err
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: ledger.KeyDestroyed, By: amina, Object: "north", Detail: ids})
		return err
	})
	if p := h.check(); len(p) != 0 {
		t.Errorf("check names %q", p)
	}
	h.view(func(tx *store.Tx) error {
		_, err := pebbles.One(tx, "P-2")
		if fault.KindOf(err) != fault.Withheld || !strings.HasPrefix(err.Error(), "P-2 was erased with north") {
			t.Errorf("an erased one: %v", err)
		}
		if source, erased, err := ledger.Erased(tx, "P-10"); source != "north" || !erased || err != nil {
			t.Errorf("got %s, %v, %v", source, erased, err)
		}
		for _, id := range []string{"P-3", "H-1", "P-99"} {
			if source, erased, err := ledger.Erased(tx, id); source != "" || erased || err != nil {
				t.Errorf("%s: %s, %v, %v", id, source, erased, err)
			}
		}
		return nil
	})
}

func TestMissing(t *testing.T) {
	h := openShore(t)
	h.view(func(tx *store.Tx) error {
		_, err := shells.One(tx, "\x1b[2J")
		if fault.KindOf(err) != fault.NotFound || err.Error() != `there is no sea shell \u001B[2J` {
			t.Errorf("got %v", err)
		}
		_, err = pebbles.One(tx, "")
		if fault.KindOf(err) != fault.NotFound || err.Error() != "there is no pebble " {
			t.Errorf("got %v", err)
		}
		return nil
	})
}

// An unknown id is echoed short and on one line, cut between characters.
func TestEcho(t *testing.T) {
	tests := []struct{ in, want string }{
		{"S-999", "S-999"},
		{strings.Repeat("é", 32), strings.Repeat("é", 32)},
		{strings.Repeat("é", 33), strings.Repeat("é", 32) + "…"},
		{"\x1b]0;x\a\u202e", `\u001B]0;x\u0007\u202E`},
	}
	for _, tt := range tests {
		if got := ledger.Echo(tt.in); got != tt.want {
			t.Errorf("Echo(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}
