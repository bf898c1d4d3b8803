package intake

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// dump is every value of every column of the tables of this room, as text.
func (h *house) dump() string {
	h.t.Helper()
	var b strings.Builder
	err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
		for _, table := range append(contentTables(), "original") {
			rows, err := tx.Query("SELECT * FROM " + table)
			if err != nil {
				return err
			}
			columns, err := rows.Columns()
			if err != nil {
				return err
			}
			for rows.Next() {
				values := make([]any, len(columns))
				for i := range values {
					values[i] = new(sql.RawBytes)
				}
				if err := rows.Scan(values...); err != nil {
					return err
				}
				for _, v := range values {
					fmt.Fprintf(&b, "%s\n", *v.(*sql.RawBytes))
				}
			}
			if err := rows.Err(); err != nil {
				return err
			}
			rows.Close()
		}
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return b.String()
}

func TestErase(t *testing.T) {
	h := open(t)
	const kept = "Tomas said “no”."
	h.add(kept)
	h.add(spoken)
	for _, s := range []string{"S-001", "S-002"} {
		if _, err := h.Propose(t.Context(), amina, s); err != nil {
			t.Fatal(err)
		}
	}
	h.custody(Custody{Source: "S-002", Kind: "collected", Note: "at Verelin's"})
	before, err := h.Original(t.Context(), "S-002")
	if err != nil {
		t.Fatal(err)
	}
	if d := h.dump(); !strings.Contains(d, "Amina") || !strings.Contains(d, "Verelin") || !strings.Contains(d, before.SHA256) {
		t.Fatal("the dump does not hold what it must; this test would see nothing")
	}
	if erased := h.destroy("S-002"); !slices.Equal(erased, []string{"S-002", "S-002.text", "Q-002", "Q-003", "CU-0001"}) {
		t.Errorf("erased %q", erased)
	}
	for _, secret := range []string{"Amina", "depot", "Verelin", before.SHA256, "collected"} {
		if strings.Contains(h.dump(), secret) {
			t.Errorf("%q still stands in the tables", secret)
		}
	}
	o, err := h.Original(t.Context(), "S-002")
	if want := (Original{ID: "S-002", ReceivedAt: before.ReceivedAt, By: "M-01", Erased: o.Erased}); err != nil || o != want || o.Erased <= o.ReceivedAt {
		t.Errorf("what stays is %+v, %v", o, err)
	}
	if all, err := h.Originals(t.Context()); err != nil || len(all) != 2 || all[1] != o {
		t.Errorf("listed %+v, %v", all, err)
	}
	if all, err := h.Proposals(t.Context(), ""); err != nil || len(all) != 1 {
		t.Errorf("proposals %+v, %v", all, err)
	}
	if b := h.copy("S-001"); b != kept {
		t.Errorf("erasing one source cost another: %q", b)
	}
}

func TestErasedIsRefused(t *testing.T) {
	h := open(t)
	h.add(spoken)
	h.addSealedText("words of Verelin")
	if _, err := h.Propose(t.Context(), amina, "S-001"); err != nil {
		t.Fatal(err)
	}
	h.destroy("S-001")
	h.destroy("S-002")
	for _, s := range []string{"S-001", "S-002"} {
		tests := map[string]func() error{
			"copy":    func() error { _, err := h.Copy(t.Context(), amina, s, io.Discard); return err },
			"text":    func() error { _, err := h.Text(t.Context(), s); return err },
			"propose": func() error { _, err := h.Propose(t.Context(), amina, s); return err },
			"correct": func() error { _, err := h.Correct(t.Context(), amina, s, strings.NewReader("text")); return err },
			"reread":  func() error { _, err := h.Reread(t.Context(), amina, s); return err },
			"freeze":  func() error { _, err := h.Freeze(t.Context(), amina, s, strings.NewReader("text")); return err },
			"custody": func() error {
				_, err := h.RecordCustody(t.Context(), amina, Custody{Source: s, Kind: "copied", Note: "x"})
				return err
			},
			"passage": func() error {
				return h.db.View(t.Context(), func(tx *store.Tx) error { _, err := ReadPassage(tx, Address{Source: s, From: 1, To: 1}); return err })
			},
			"kept": func() error {
				return h.db.View(t.Context(), func(tx *store.Tx) error { _, err := ReadKept(tx, s); return err })
			},
		}
		for name, do := range tests {
			h.untouched(func() {
				f := refused(t, do(), fault.Withheld)
				if f.What != s+" was erased on 2031-05-20: its key was destroyed" || f.Safe == "" || f.Do == "" {
					t.Errorf("%s %s: %+v", name, s, f)
				}
			})
		}
		if none, err := h.Custody(t.Context(), s); err != nil || len(none) != 0 {
			t.Errorf("custody of %s: %+v, %v", s, none, err)
		}
	}
	_, err := h.Proposal(t.Context(), "Q-001")
	if f := refused(t, err, fault.Withheld); !strings.HasPrefix(f.What, "Q-001 was erased with S-001") {
		t.Errorf("%+v", f)
	}
	refused(t, h.drop("Q-001"), fault.Withheld)
}

// A second time nothing is left to erase, and an unknown source is named.
func TestEraseAgain(t *testing.T) {
	h := open(t)
	h.add(spoken)
	h.destroy("S-001")
	before := h.dump()
	err := h.db.Update(t.Context(), func(tx *store.Tx) error {
		erased, err := h.Erase(tx, "S-001")
		if len(erased) != 0 {
			t.Errorf("erased %q once more", erased)
		}
		return err
	})
	if err != nil || h.dump() != before {
		t.Errorf("a second time: %v", err)
	}
	err = h.db.Update(t.Context(), func(tx *store.Tx) error { _, err := h.Erase(tx, "S-009"); return err })
	refused(t, err, fault.NotFound)
}

// The same bytes may come in again. They are another source, which nobody has withdrawn.
func TestAddAfterErase(t *testing.T) {
	h := open(t)
	first := h.add(spoken).Original
	h.destroy("S-001")
	again := h.add(spoken)
	if again.Already || again.Original.ID != "S-002" || again.Original.SHA256 != first.SHA256 {
		t.Errorf("got %+v", again.Original)
	}
	sealed := h.addSealedText("words").Original
	h.destroy(sealed.ID)
	if got := h.addSealedText("words"); got.Already || got.Original.ID == sealed.ID {
		t.Errorf("got %+v", got.Original)
	}
	if n, err := h.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if b := h.copy("S-002"); b != spoken {
		t.Errorf("sweeping the erased file cost the new one: %q", b)
	}
}

// The file of an erased original is a problem until it is swept, and none afterwards.
func TestSweepRemovesErased(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	h.add(spoken)
	h.destroy("S-002")
	problems, err := h.CheckBlobs(t.Context())
	if err != nil || len(problems) != 1 || problems[0].Place != "S-002" || !strings.Contains(problems[0].What, "its file still lies there") {
		t.Errorf("before: %v, %v", problems, err)
	}
	for _, want := range []int{1, 0} {
		if n, err := h.Sweep(t.Context()); n != want || err != nil || len(h.files()) != 1 {
			t.Errorf("swept %d, %v; %d files", n, err, len(h.files()))
		}
	}
	if problems, err := h.CheckBlobs(t.Context()); err != nil || len(problems) != 0 {
		t.Errorf("after: %v, %v", problems, err)
	}
	if b := h.copy("S-001"); b != "The Monitor said so." {
		t.Errorf("got %q", b)
	}
}

// A row that says erased, without an act, costs no file: check names it, and the bytes
// are there when the row is brought back.
func TestSweepWantsTheAct(t *testing.T) {
	h := open(t)
	h.add(spoken)
	h.tamper("UPDATE original SET erased_at = 1")
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil || len(h.files()) != 1 {
		t.Errorf("swept %d, %v; %d files", n, err, len(h.files()))
	}
	h.check("S-001")
	h.tamper("UPDATE original SET erased_at = 0")
	if b := h.copy("S-001"); b != spoken {
		t.Errorf("got %q", b)
	}
}

// A commit that fails erases nothing, and a blob is only swept once its row says so.
func TestEraseIsWholeOrNothing(t *testing.T) {
	h := open(t)
	h.add(spoken)
	h.untouched(func() {
		err := h.db.Update(t.Context(), func(tx *store.Tx) error {
			if _, err := h.Erase(tx, "S-001"); err != nil {
				return err
			}
			return context.Canceled
		})
		if err == nil {
			t.Error("the commit did not fail")
		}
	})
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	h.check()
	var b bytes.Buffer
	if _, err := h.Copy(t.Context(), amina, "S-001", &b); err != nil || b.String() != spoken {
		t.Errorf("got %q, %v", b.String(), err)
	}
}

// Content that comes back after its key was destroyed, such as by an older copy of a
// table, is a problem. The ledger has nothing to hold it against.
func TestCheckNamesWhatIsBack(t *testing.T) {
	tests := []string{
		"UPDATE original SET erased_at = 0 WHERE id = 'S-001'",
		"UPDATE original SET name = 'Verelin.txt' WHERE id = 'S-001'",
		"UPDATE original SET sha256 = 'ab' WHERE id = 'S-001'",
		"UPDATE original SET size = 9 WHERE id = 'S-001'",
		"UPDATE original SET seal_name = 'E-0001' WHERE id = 'S-001'",
		"UPDATE original SET blob_key = x'00' WHERE id = 'S-001'",
		"INSERT INTO working_text VALUES ('S-001', 'text', '', 'Amina', 1)",
		"INSERT INTO proposal VALUES ('Q-001', 'S-001', 'e', '{}', 'open')",
		"INSERT INTO custody VALUES ('CU-0001', 'S-001', 'copied', '', '', '', 1, 'M-01')",
	}
	for _, q := range tests {
		h := open(t)
		h.add(spoken)
		h.destroy("S-001")
		if _, err := h.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.tamper(q)
		var problems []ledger.Problem
		err := h.db.View(t.Context(), func(tx *store.Tx) (err error) { problems, err = leftovers(tx); return err })
		if err != nil || len(problems) != 1 || problems[0].Place != "S-001" {
			t.Errorf("%s: %v, %v", q, problems, err)
		}
	}
}
