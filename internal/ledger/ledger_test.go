package ledger

import (
	"bytes"
	"crypto/rand"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"heed/internal/store"
)

var amina = Actor{Member: "M-01"}

// thing is the object of a room made for these tests.
type thing struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type things map[string]thing

func (t things) IDs(*store.Tx) ([]string, error) {
	var ids []string
	for id := range t {
		ids = append(ids, id)
	}
	return ids, nil
}

func (t things) Version(_ *store.Tx, id string) (any, error) { return t[id], nil }

func open(t testing.TB) *store.DB { return openAt(t, time.Now) }

func openAt(t testing.TB, clock func() time.Time) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "s.db"), Create: true,
		Schemas: []store.Schema{Schema()}, Clock: clock})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func update(t testing.TB, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	if err := db.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

func entriesOf(t testing.TB, db *store.DB) (out []Entry) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return Follow(tx, 0, func(e Entry) error {
			out = append(out, e)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fill appends n things and returns what a room would hold of them.
func fill(t testing.TB, db *store.DB, n int) things {
	held := things{}
	for range n {
		update(t, db, func(tx *store.Tx) error {
			id, err := NewID(tx, "T", 3)
			if err != nil {
				return err
			}
			held[id] = thing{id, "words about " + id}
			_, err = Append(tx, Act{Kind: "thing.added", By: amina, Object: id, Subject: "S-00" + id[len(id)-1:], Version: held[id]})
			return err
		})
	}
	return held
}

func problems(t *testing.T, db *store.DB, rooms ...Room) (out []Problem) {
	t.Helper()
	err := db.View(t.Context(), func(tx *store.Tx) (err error) {
		out, err = Check(tx, rooms...)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestCheckPassesOnAnHonestLedger(t *testing.T) {
	db := open(t)
	held := fill(t, db, 9)
	update(t, db, func(tx *store.Tx) error {
		held["T-003"] = thing{"T-003", "corrected"}
		if _, err := Append(tx, Act{Kind: "thing.corrected", By: amina, Object: "T-003", Version: held["T-003"]}); err != nil {
			return err
		}
		_, err := Append(tx, Act{Kind: "thing.opened", By: amina, Object: "T-003", Detail: map[string]string{"purpose": "review"}})
		return err
	})
	if p := problems(t, db, held); len(p) != 0 {
		t.Errorf("problems in an honest ledger: %v", p)
	}
}

func TestCheckComparesRooms(t *testing.T) {
	db := open(t)
	held := fill(t, db, 3)
	held["T-002"] = thing{"T-002", "changed behind the ledger's back"}
	held["T-777"] = thing{"T-777", "never taken down"}
	delete(held, "T-003")
	want := map[string]bool{"T-002": true, "T-777": true, "T-003": true}
	for _, p := range problems(t, db, held) {
		delete(want, p.Place)
		if strings.Contains(p.What, "behind") || strings.Contains(p.What, "never") {
			t.Errorf("a problem carries content: %v", p)
		}
	}
	if len(want) != 0 {
		t.Errorf("not named: %v", want)
	}
}

func TestCheckAgainstCheckpoint(t *testing.T) {
	skey, vkey, err := note.GenerateKey(rand.Reader, "heed/test/M-01")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	const origin = "heed/test"
	db, other := open(t), open(t)
	fill(t, db, 5)
	fill(t, other, 5)
	var cp []byte
	view := func(db *store.DB, fn func(tx *store.Tx) error) {
		t.Helper()
		if err := db.View(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	view(db, func(tx *store.Tx) (err error) {
		cp, err = Checkpoint(tx, origin, signer)
		return err
	})
	against := func(db *store.DB, cp []byte, keys ...string) (out []Problem) {
		view(db, func(tx *store.Tx) (err error) {
			out, err = CheckAgainst(tx, origin, cp, keys)
			return err
		})
		return out
	}
	fill(t, db, 2)
	if p := against(db, cp, vkey); len(p) != 0 {
		t.Errorf("a ledger that only grew: %v", p)
	}
	if p := against(other, cp, vkey); len(p) != 1 {
		t.Errorf("another ledger of the same size passed: %v", p)
	}
	if p := against(open(t), cp, vkey); len(p) != 1 {
		t.Errorf("a rolled back ledger passed: %v", p)
	}
	if p := against(db, bytes.Replace(cp, []byte("\n5\n"), []byte("\n4\n"), 1), vkey); len(p) != 1 {
		t.Errorf("a changed checkpoint passed: %v", p)
	}
	_, stranger, err := note.GenerateKey(rand.Reader, "heed/test/M-02")
	if err != nil {
		t.Fatal(err)
	}
	if p := against(db, cp, stranger); len(p) != 1 {
		t.Errorf("a checkpoint signed by nobody of the case passed: %v", p)
	}
}

func TestVersionsAreCiphertextAndIDsNotReused(t *testing.T) {
	db := open(t)
	fill(t, db, 2)
	err := db.View(t.Context(), func(tx *store.Tx) error {
		return tx.Each("SELECT sealed FROM ledger_version", nil, func(rows *sql.Rows) error {
			var b []byte
			if err := rows.Scan(&b); err != nil {
				return err
			}
			if bytes.Contains(b, []byte("words")) {
				t.Error("a version stands in clear")
			}
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	update(t, db, func(tx *store.Tx) error {
		tx.Acted()
		for _, tt := range []struct {
			prefix string
			width  int
			want   string
		}{{"T", 3, "T-003"}, {"R", 2, "R-01"}, {"R", 0, "R1"}, {"R", 2, "R-02"}} {
			if id, err := NewID(tx, tt.prefix, tt.width); err != nil || id != tt.want {
				t.Errorf("got %s, %v; want %s", id, err, tt.want)
			}
		}
		return nil
	})
}

func TestEntryRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[A-Za-z0-9._-]{1,12}`)
		e := Entry{Seq: rapid.Int64Min(0).Draw(t, "seq"), At: time.UnixMicro(rapid.Int64Range(0, 1<<52).Draw(t, "at")).UTC(),
			Kind: word.Draw(t, "kind"), By: word.Draw(t, "by"), Object: word.Draw(t, "object"), Subject: word.Draw(t, "subject"),
			Holds: rapid.SampledFrom([]Holding{Nothing, State, Detail, Ended}).Draw(t, "holds")}
		if e.encloses() {
			copy(e.Commitment[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "commitment"))
		}
		b, err := e.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		back, err := ParseEntry(b)
		if err != nil || back != e {
			t.Fatalf("got %+v, %v; want %+v", back, err, e)
		}
	})
}

func TestEntryRefusesForgedLines(t *testing.T) {
	for _, object := range []string{"", "C-001\nby M-02", "C-001 ", "C-001\u2028x", "C-001\u0085", "C\x00", "C\xff"} {
		e := Entry{Kind: "a.b", By: "M-01", Object: object, Subject: "case", Holds: Nothing}
		if _, err := e.Marshal(); err == nil {
			t.Errorf("an entry about %q was written", object)
		}
	}
}

func FuzzParseEntry(f *testing.F) {
	b, err := Entry{Kind: "a.b", By: "M-01", Object: "C-001", Subject: "case", Holds: State}.Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte(entryHead + "\nseq +1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEntry(b)
		if err != nil {
			return
		}
		again, err := e.Marshal()
		if err != nil || !bytes.Equal(again, b) {
			t.Errorf("an entry with two forms: %q", b)
		}
	})
}

func FuzzParseCheckpoint(f *testing.F) {
	f.Add("heed/x\n5\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")
	f.Fuzz(func(t *testing.T, s string) {
		c, err := parseCheckpoint(s)
		if err == nil && c.Size < 0 {
			t.Error("negative size")
		}
	})
}
