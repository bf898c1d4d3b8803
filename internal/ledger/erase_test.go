package ledger

import (
	"encoding/json"
	"slices"
	"testing"

	"heed/internal/fault"
	"heed/internal/store"
)

func history(t *testing.T, db *store.DB, object string) []Past {
	t.Helper()
	past, err := store.Read(t.Context(), db, func(tx *store.Tx) ([]Past, error) { return History(tx, object) })
	if err != nil {
		t.Fatal(err)
	}
	return past
}

func destroy(t *testing.T, db *store.DB, subject string) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		if err := DestroyKey(tx, subject); err != nil {
			return err
		}
		_, err := Append(tx, Act{Kind: KeyDestroyed, By: amina, Object: subject, Detail: map[string]int{"objects": 1}})
		return err
	})
}

// Erasure destroys a data key: versions are gone, the ledger still verifies.
func TestDestroyedKeyLeavesLedgerWhole(t *testing.T) {
	db := open(t)
	held := fill(t, db, 3)
	update(t, db, func(tx *store.Tx) error {
		_, err := Append(tx, Act{Kind: "thing.opened", By: amina, Object: "T-002", Subject: "S-002", Detail: map[string]string{"purpose": "review"}})
		return err
	})
	destroy(t, db, "S-002")
	if p := problems(t, db, held); len(p) != 1 || p[0].Place != "T-002" {
		t.Errorf("problems after erasure, the row still there: %v", p)
	}
	delete(held, "T-002")
	if p := problems(t, db, held); len(p) != 0 {
		t.Errorf("problems after erasure: %v", p)
	}
	past := history(t, db, "T-002")
	if len(past) != 2 {
		t.Fatalf("history: %+v", past)
	}
	for _, p := range past {
		if !p.Erased || p.JSON != nil {
			t.Errorf("not erased: %+v", p)
		}
	}
	update(t, db, func(tx *store.Tx) error {
		var n int
		if err := tx.QueryRow("SELECT count(*) FROM ledger_version v JOIN ledger_entry e USING (seq) WHERE e.subject = 'S-002'").Scan(&n); err != nil || n != 0 {
			t.Errorf("%d versions left, %v", n, err)
		}
		return nil
	})
}

func TestDestroyKeyRefusals(t *testing.T) {
	db := open(t)
	held := fill(t, db, 2)
	for subject, kind := range map[string]fault.Kind{"case": fault.Refused, "": fault.Refused, "S-077": fault.NotFound} {
		err := db.Update(t.Context(), func(tx *store.Tx) error { return DestroyKey(tx, subject) })
		if fault.KindOf(err) != kind {
			t.Errorf("%q: %v", subject, err)
		}
	}
	if err := db.Update(t.Context(), func(tx *store.Tx) error { return DestroyKey(tx, "S-001") }); err == nil {
		t.Error("a key was destroyed without an act")
	}
	if p := problems(t, db, held); len(p) != 0 {
		t.Errorf("problems: %v", p)
	}
	destroy(t, db, "S-001")
	destroy(t, db, "S-001")
	got, err := store.Read(t.Context(), db, Destroyed)
	if err != nil || !slices.Equal(got, []string{"S-001"}) {
		t.Errorf("destroyed: %v, %v", got, err)
	}
	for name, act := range map[string]Act{"version": {Version: 1}, "detail": {Detail: 1}} {
		act.Kind, act.By, act.Object, act.Subject = "thing.added", amina, "T-009", "S-001"
		err := db.Update(t.Context(), func(tx *store.Tx) error { _, err := Append(tx, act); return err })
		if fault.KindOf(err) != fault.Withheld {
			t.Errorf("a %s under a destroyed key: %v", name, err)
		}
	}
	delete(held, "T-001")
	if p := problems(t, db, held); len(p) != 0 {
		t.Errorf("problems: %v", p)
	}
}

// What should be gone and is not, or is gone and should not be.
func TestCheckNamesHalfErasures(t *testing.T) {
	for _, left := range []struct {
		name         string
		version, key bool
	}{{"version", true, false}, {"key", false, true}, {"version and key", true, true}} {
		db := open(t)
		held := fill(t, db, 3)
		var sealed, k []byte
		update(t, db, func(tx *store.Tx) error {
			return tx.QueryRow("SELECT (SELECT sealed FROM ledger_version WHERE seq = 1), (SELECT key FROM ledger_key WHERE subject = 'S-002')").Scan(&sealed, &k)
		})
		destroy(t, db, "S-002")
		update(t, db, func(tx *store.Tx) error {
			tx.Acted()
			if left.version {
				if _, err := tx.Exec("INSERT INTO ledger_version VALUES (1, ?)", sealed); err != nil {
					return err
				}
			}
			if !left.key {
				return nil
			}
			_, err := tx.Exec("INSERT INTO ledger_key VALUES ('S-002', ?)", k)
			return err
		})
		if p := problems(t, db, held); !slices.ContainsFunc(p, func(p Problem) bool { return p.Place == "S-002" }) {
			t.Errorf("%s still there: %v", left.name, p)
		}
	}
}

func TestHistory(t *testing.T) {
	db := open(t)
	held := fill(t, db, 2)
	update(t, db, func(tx *store.Tx) error {
		for _, act := range []Act{
			{Kind: "thing.corrected", Object: "T-001", Version: thing{"T-001", "corrected"}},
			{Kind: "thing.opened", Object: "T-001", Detail: map[string]string{"purpose": "review"}},
			{Kind: "thing.seen", Object: "T-001"},
		} {
			act.By = amina
			if _, err := Append(tx, act); err != nil {
				return err
			}
		}
		return nil
	})
	first, err := json.Marshal(held["T-001"])
	if err != nil {
		t.Fatal(err)
	}
	want := []struct{ kind, text string }{
		{"thing.added", string(first)}, {"thing.corrected", `{"id":"T-001","text":"corrected"}`}, {"thing.opened", `{"purpose":"review"}`}, {"thing.seen", ""},
	}
	past := history(t, db, "T-001")
	if len(past) != len(want) {
		t.Fatalf("got %d acts, want %d", len(past), len(want))
	}
	for i, w := range want {
		if p := past[i]; p.Entry.Kind != w.kind || string(p.JSON) != w.text || p.Erased {
			t.Errorf("%d: got %s %s, want %s %s", i, p.Entry.Kind, p.JSON, w.kind, w.text)
		}
	}
	if past := history(t, db, "T-099"); len(past) != 0 {
		t.Errorf("of nothing: %v", past)
	}
	tamper(t, db, "UPDATE ledger_version SET sealed = zeroblob(80) WHERE seq = 0")
	_, err = store.Read(t.Context(), db, func(tx *store.Tx) ([]Past, error) { return History(tx, "T-001") })
	if fault.KindOf(err) != fault.Conflict {
		t.Errorf("a damaged version: %v", err)
	}
}
