package app

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/store"
)

// withdrawn are strings of a source that is withdrawn: in the sealed original and its
// name, in a sealed field, in the working text, in a claim, in what is known of the source,
// in its basis, and in an open original.
var withdrawn = struct{ original, name, field, text, claim, title, open string }{
	"Qwithdrawnoriginal", "Qwithdrawnfilename", "Qwithdrawnfield", "Qwithdrawntext", "Qwithdrawnclaim", "Qwithdrawntitle", "Qwithdrawnopen",
}

func allWithdrawn() []string {
	w := withdrawn
	return []string{w.original, w.name, w.field, w.text, w.claim, w.title, w.open}
}

// withdrawalCase holds a sealed interview S-001 and an open note S-002 that hold the
// strings, and an open article S-003 that does not.
func withdrawalCase(t *testing.T, dir string) *App {
	t.Helper()
	a := begin(t, dir, record.Case{Title: "Withdrawal"})
	ctx := t.Context()
	got, err := a.Intake.Add(ctx, a.By(), intake.Incoming{Name: withdrawn.name + ".txt", Sealed: true,
		Body: strings.NewReader(strings.Repeat("She said "+withdrawn.original+". ", 2000))})
	if err != nil {
		t.Fatal(err)
	}
	id := got.Original.ID
	if _, err := a.Seal(ctx, id, seal.Name, strings.NewReader(withdrawn.field)); err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("[P-01] spoke of "+withdrawn.text+" in the yard. ", 500)
	if _, err := a.Intake.Freeze(ctx, a.By(), id, strings.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Record.Describe(ctx, a.By(), record.Source{ID: id, Kind: "interview", Title: withdrawn.title}); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Corroborate.AddClaim(ctx, a.By(), corroborate.Claim{Text: withdrawn.claim, Source: id, From: 1, To: 1}); err != nil {
		t.Fatal(err)
	}
	add(t, a, "An open note with "+withdrawn.open+" in it. It has two sentences.", false)
	add(t, a, "An article of somebody else. It stays.", false)
	return a
}

// standsIn looks for the strings in every byte of the case: files, their names, and all
// pages of both databases as they are when decrypted, free ones included.
func standsIn(t *testing.T, a *App) map[string]string {
	t.Helper()
	found := map[string]string{}
	look := func(where string, b []byte) {
		for _, s := range allWithdrawn() {
			if bytes.Contains(b, []byte(s)) {
				found[s] = where
			}
		}
	}
	k, dir := a.member.CaseKeys(), a.c.Dir
	look("store", decrypted(t, filepath.Join(dir, storeFile), k.StoreKey))
	look("vault", decrypted(t, filepath.Join(dir, vaultFile), k.VaultFileKey))
	look("store's log", decryptedLog(t, a))
	eachFile(t, dir, func(path string, b []byte) {
		look(path, b)
		look(path, []byte(path))
	})
	err := a.db.View(t.Context(), func(tx *store.Tx) error {
		return ledger.Versions(tx, func(p ledger.Past) error {
			look("version", p.JSON)
			return nil
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// decryptedLog is what a reader of the write-ahead log with the key could see. A log that
// was truncated has no bytes, and then there is nothing to see.
func decryptedLog(t *testing.T, a *App) []byte {
	t.Helper()
	info, err := os.Stat(a.c.path(storeFile + "-wal"))
	if err != nil || info.Size() == 0 {
		return nil
	}
	return []byte(strings.Join(allWithdrawn(), " ")) // not empty: count it as everything
}

func unsealAll(t *testing.T, a *App) (all []byte) {
	t.Helper()
	items, err := a.Seals(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		var b bytes.Buffer
		if err := a.Unseal(t.Context(), i.Ref, "looking for what is left", &b); err != nil {
			t.Fatal(err)
		}
		all = append(all, b.Bytes()...)
	}
	return all
}

// TestDestroyErases destroys the keys of two sources and looks for their strings in every
// page, file, log and version; then it restores a backup of before with the newer ledger,
// and looks again there.
func TestDestroyErases(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := withdrawalCase(t, dir)
	if !bytes.Contains(unsealAll(t, a), []byte(withdrawn.field)) || standsIn(t, a)[withdrawn.claim] == "" {
		t.Fatal("the strings are not there to begin with: this test would see nothing")
	}
	if err := backupTo(a, dir+".backup"); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"S-001", "S-002"} {
		d, err := a.Destroy(t.Context(), id, "the person has withdrawn")
		if err != nil {
			t.Fatal(err)
		}
		if id == "S-001" && (len(d.Seals) != 3 || len(d.Backups) != 1 || len(d.Objects) == 0) {
			t.Errorf("destroying answers %+v", d)
		}
	}
	allGone(t, a)
	var log bytes.Buffer
	if err := a.WriteLog(t.Context(), &log); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	b, out := restored(t, dir, Restoring{Log: &log})
	if len(out.Destroyed) != 2 || out.Lost == 0 || len(out.Problems) > 0 {
		t.Errorf("restoring answers %+v", out)
	}
	allGone(t, b)
}

// allGone fails if a string stands anywhere, and if what should have stayed has not.
func allGone(t *testing.T, a *App) {
	t.Helper()
	for s, where := range standsIn(t, a) {
		t.Errorf("%s still stands in: %s", s, where)
	}
	if b := unsealAll(t, a); len(b) > 0 {
		t.Errorf("%d bytes can still be unsealed", len(b))
	}
	for id, why := range problemsOf(t, a) {
		t.Errorf("check: %s: %s", id, why)
	}
	for _, id := range []string{"S-001", "S-002"} {
		if _, err := a.Seal(t.Context(), id, seal.Note, strings.NewReader("one more")); fault.KindOf(err) == 0 {
			t.Errorf("something could be sealed for the erased %s", id)
		}
		if _, err := a.Intake.Copy(t.Context(), a.By(), id, io.Discard); fault.KindOf(err) == 0 {
			t.Errorf("the erased %s can be copied", id)
		}
		past, err := a.History(t.Context(), id)
		if err != nil || !past[0].Erased {
			t.Errorf("the history of %s is not erased (%v)", id, err)
		}
	}
	var body bytes.Buffer
	if _, err := a.Intake.Copy(t.Context(), a.By(), "S-003", &body); err != nil || !strings.Contains(body.String(), "It stays.") {
		t.Errorf("what had nothing to do with it is gone: %v", err)
	}
}

// restored restores DIR.backup beside it and opens it.
func restored(t *testing.T, dir string, r Restoring) (*App, Restored) {
	t.Helper()
	f, err := os.Open(dir + ".backup")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r.Backup = f
	c := Config{Dir: filepath.Join(t.TempDir(), "restored"), Clock: SystemClock}
	out, err := Restore(t.Context(), c, r, me())
	if err != nil {
		t.Fatal(err)
	}
	return reopen(t, c.Dir), out
}

func TestDestroyRefuses(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := withdrawalCase(t, dir)
	tests := []struct {
		name, source, reason string
		want                 fault.Kind
	}{
		{"no reason", "S-001", "  ", fault.Invalid},
		{"no reason that is seen", "S-001", "\u200b\u2060\u3164\u200b", fault.Invalid},
		{"no such source", "S-099", "the person has withdrawn", fault.NotFound},
		{"no source at all", "C-001", "the person has withdrawn", fault.NotFound},
	}
	for _, tt := range tests {
		if _, err := a.Destroy(t.Context(), tt.source, tt.reason); fault.KindOf(err) != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if _, err := a.Destroy(t.Context(), "S-002", "the person has withdrawn"); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Destroy(t.Context(), "S-002", "the person has withdrawn"); fault.KindOf(err) != fault.Conflict {
		t.Errorf("destroying twice: %v", err)
	}
	// The same bytes may come again, as a source of their own.
	if got := add(t, a, "An open note with "+withdrawn.open+" in it. It has two sentences.", false); got.Already || got.Original.ID == "S-002" {
		t.Errorf("the same bytes again: %+v", got.Original)
	}
}

// TestExpiredBackup: what was withdrawn since is in it, so it takes a word to restore it.
func TestExpiredBackup(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := withdrawalCase(t, dir)
	if err := backupTo(a, dir+".backup"); err != nil {
		t.Fatal(err)
	}
	a.Close()
	later := Config{Dir: dir + ".later", Clock: func() time.Time { return SystemClock().Add(48 * time.Hour) }}
	for _, tt := range []struct {
		expired bool
		want    fault.Kind
	}{{false, fault.Refused}, {true, 0}} {
		f, err := os.Open(dir + ".backup")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := Restore(t.Context(), later, Restoring{Backup: f, Expired: tt.expired}, me()); fault.KindOf(err) != tt.want || (tt.want == 0) != (err == nil) {
			t.Errorf("expired %v: %v", tt.expired, err)
		}
		if _, err := os.Stat(later.Dir); tt.want != 0 && err == nil {
			t.Error("a refused restore left a directory")
		}
	}
}
