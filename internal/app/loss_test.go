package app

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/record"
	"heed/internal/seal"
)

// keptSafe is a case with one sealed name and one open original, whose words are kept.
func keptSafe(t *testing.T, c record.Case) (Config, keys.Words) {
	t.Helper()
	conf := Config{Dir: filepath.Join(t.TempDir(), "case"), Clock: SystemClock}
	a, words, err := Init(t.Context(), conf, Begin{Case: c, Handle: "amina", Cost: keys.FloorCost}, []byte(testPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	add(t, a, "An open article.", false)
	sealName(t, a, "S-001", "Nadia Brodok")
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return conf, words
}

// allThere opens the case, and fails unless everything is in it and can be unsealed.
func allThere(t *testing.T, c Config, who Who, second ...Who) *App {
	t.Helper()
	a, err := Open(t.Context(), c, who, second...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	for id, why := range problemsOf(t, a) {
		t.Errorf("check: %s: %s", id, why)
	}
	var name, body bytes.Buffer
	if err := a.Unseal(t.Context(), "E-0001", "to see whether it is there", &name); err != nil || name.String() != "Nadia Brodok" {
		t.Errorf("the seal does not open: %v", err)
	}
	if _, err := a.Intake.Copy(t.Context(), a.By(), "S-001", &body); err != nil || body.String() != "An open article." {
		t.Errorf("the original is not there: %v", err)
	}
	return a
}

func with(handle, passphrase string) Who { return Who{Member: handle, Passphrase: []byte(passphrase)} }

const otherPassphrase = "quite another one"

func newMember(handle string, role keys.Role) keys.New {
	return keys.New{Handle: handle, Role: role, Passphrase: []byte(otherPassphrase), Cost: keys.FloorCost}
}

// addPerson adds a member and answers how many seals were wrapped.
func addPerson(t *testing.T, c Config, handle string, role keys.Role, who ...Who) int {
	t.Helper()
	a, err := Open(t.Context(), c, who[0], who[1:]...)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	_, n, err := a.AddMember(t.Context(), newMember(handle, role))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestLostPassphrase: the words of the recovery key give the member new keys.
func TestLostPassphrase(t *testing.T) {
	c, words := keptSafe(t, record.Case{Title: "Lost"})
	before := checkpointOf(t, c, me())
	r, err := Recover(t.Context(), c, "M-01", []byte(otherPassphrase), keys.FloorCost, Who{Words: &words})
	if err != nil {
		t.Fatal(err)
	}
	if r.Rewrapped != 1 {
		t.Errorf("%d seals were wrapped anew", r.Rewrapped)
	}
	a := allThere(t, c, with("amina", otherPassphrase))
	// A checkpoint that the lost key signed is still one of this case.
	if _, problems, err := a.Check(t.Context(), before); err != nil || len(problems) > 0 {
		t.Errorf("against the older checkpoint: %v %v", problems, err)
	}
	a.Close()
	if _, err := Open(t.Context(), c, me()); fault.KindOf(err) != fault.WrongPassphrase {
		t.Errorf("the old passphrase: %v", err)
	}
	if words, err := keys.ParseWords([]byte(strings.Repeat("abandon ", 23) + "art")); err == nil {
		if _, err := Recover(t.Context(), c, "M-01", []byte(otherPassphrase), keys.FloorCost, Who{Words: &words}); fault.KindOf(err) != fault.WrongPassphrase {
			t.Errorf("words of no key: %v", err)
		}
	} else {
		t.Error(err)
	}
}

func checkpointOf(t *testing.T, c Config, who Who) []byte {
	t.Helper()
	a, err := Open(t.Context(), c, who)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	cp, err := a.Checkpoint(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return cp
}

// TestLostCustodian: another custodian goes on alone, and removes the lost one.
func TestLostCustodian(t *testing.T) {
	c, _ := keptSafe(t, record.Case{Title: "Lost"})
	if n := addPerson(t, c, "ben", keys.Custodian, me()); n != 1 {
		t.Errorf("%d seals were wrapped for the new custodian", n)
	}
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(c.Dir)); err != nil {
		t.Fatal(err)
	}
	allThere(t, c, with("ben", otherPassphrase)).Close()
	if _, err := Rotate(t.Context(), c, keys.Change{Remove: []string{"M-01"}}, with("ben", otherPassphrase)); err != nil {
		t.Fatal(err)
	}
	a := allThere(t, c, with("ben", otherPassphrase))
	if n := len(a.Members()); n != 2 {
		t.Errorf("%d members and recovery keys are left", n)
	}
	a.Close()
	if _, err := Open(t.Context(), c, me()); err == nil {
		t.Error("who was removed can still open the case")
	}
	// The removed member's key file of before, put back, opens nothing.
	clone(t, filepath.Join(old, keysDir, "M-01.json"), filepath.Join(c.Dir, keysDir, "M-01.json"))
	if _, err := Open(t.Context(), c, me()); err == nil {
		t.Error("an old key file opens the case")
	}
}

// TestLostMachine: a backup and the words of the recovery key bring everything back.
func TestLostMachine(t *testing.T) {
	c, words := keptSafe(t, record.Case{Title: "Lost"})
	a, err := Open(t.Context(), c, me())
	if err != nil {
		t.Fatal(err)
	}
	if err := backupTo(a, c.Dir+".backup"); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if err := os.RemoveAll(c.Dir); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(c.Dir + ".backup")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	other := Config{Dir: filepath.Join(t.TempDir(), "elsewhere"), Clock: SystemClock}
	if _, err := Restore(t.Context(), other, Restoring{Backup: f}, Who{Words: &words}); err != nil {
		t.Fatal(err)
	}
	if _, err := Recover(t.Context(), other, "amina", []byte(otherPassphrase), keys.FloorCost, Who{Words: &words}); err != nil {
		t.Fatal(err)
	}
	allThere(t, other, with("amina", otherPassphrase))
}

// TestLogOfNewerKeys: the newest log may be signed by a key that the old backup does not
// know; then it counts only for who says that this key is trusted.
func TestLogOfNewerKeys(t *testing.T) {
	c, words := keptSafe(t, record.Case{Title: "Newer keys"})
	a, err := Open(t.Context(), c, me())
	if err != nil {
		t.Fatal(err)
	}
	if err := backupTo(a, c.Dir+".backup"); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if _, err := Recover(t.Context(), c, "M-01", []byte(otherPassphrase), keys.FloorCost, Who{Words: &words}); err != nil {
		t.Fatal(err)
	}
	if a, err = Open(t.Context(), c, with("amina", otherPassphrase)); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Destroy(t.Context(), "S-001", "the person has withdrawn"); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	if err := a.WriteLog(t.Context(), &log); err != nil {
		t.Fatal(err)
	}
	for i, trusted := range [][]string{nil, a.VerifierKeys()} {
		f, err := os.Open(c.Dir + ".backup")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		at := Config{Dir: filepath.Join(t.TempDir(), "again"), Clock: SystemClock}
		out, err := Restore(t.Context(), at, Restoring{Backup: f, Log: bytes.NewReader(log.Bytes()), Keys: trusted}, me())
		switch {
		case i == 0 && err == nil:
			t.Error("a log counts that nobody of the backup signed")
		case i == 1 && (err != nil || len(out.Destroyed) != 1):
			t.Errorf("with the key trusted: %+v, %v", out, err)
		}
	}
}

// TestRoles: who is made custodian opens what was sealed before; who is none any more does not.
func TestRoles(t *testing.T) {
	c, _ := keptSafe(t, record.Case{Title: "Roles"})
	if n := addPerson(t, c, "ben", keys.Ordinary, me()); n != 0 {
		t.Errorf("%d seals were wrapped for an ordinary member", n)
	}
	for _, tt := range []struct {
		role keys.Role
		want fault.Kind
	}{{keys.Custodian, 0}, {keys.Ordinary, fault.Locked}} {
		if _, err := Rotate(t.Context(), c, keys.Change{Roles: map[string]keys.Role{"M-02": tt.role}}, me()); err != nil {
			t.Fatal(err)
		}
		a, err := Open(t.Context(), c, with("ben", otherPassphrase))
		if err != nil {
			t.Fatal(err)
		}
		var name bytes.Buffer
		if err := a.Unseal(t.Context(), "E-0001", "to see who may", &name); fault.KindOf(err) != tt.want {
			t.Errorf("as %s: %v", tt.role, err)
		}
		a.Close()
	}
	if _, err := Rotate(t.Context(), c, keys.Change{}, with("ben", otherPassphrase)); fault.KindOf(err) != fault.Denied {
		t.Errorf("an ordinary member rotates: %v", err)
	}
}

// TestRotateHoldsAlone: while somebody has the case open nobody rotates, and nothing is
// written; and the other way round.
func TestRotateHoldsAlone(t *testing.T) {
	c, _ := keptSafe(t, record.Case{Title: "Held"})
	a, err := Open(t.Context(), c, me())
	if err != nil {
		t.Fatal(err)
	}
	before := listing(t, c.Dir)
	if _, err := Rotate(t.Context(), c, keys.Change{}, me()); fault.KindOf(err) != fault.Held {
		t.Errorf("rotating an open case: %v", err)
	}
	if after := listing(t, c.Dir); after != before {
		t.Errorf("a refused rotation left:\n%s\nbefore:\n%s", after, before)
	}
	a.Close()
	held := false
	c2 := c
	c2.Progress = func(string, int64, int64) {
		if held {
			return
		}
		held = true
		if b, err := Open(context.Background(), c, me()); fault.KindOf(err) != fault.Held {
			t.Errorf("opening while rotating: %v", err)
			b.Close()
		}
	}
	if _, err := Rotate(t.Context(), c2, keys.Change{}, me()); err != nil {
		t.Fatal(err)
	}
	if !held {
		t.Error("rotating told nothing of its steps")
	}
	allThere(t, c, me())
}

func listing(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	eachFile(t, dir, func(path string, _ []byte) { b.WriteString(path + "\n") })
	return b.String()
}

// TestTwoPersons: one custodian opens nothing alone; two do; words count as a person.
func TestTwoPersons(t *testing.T) {
	c, words := keptSafe(t, record.Case{Title: "Two", TwoPerson: true})
	a, err := Open(t.Context(), c, me())
	if err != nil {
		t.Fatal(err)
	}
	var name bytes.Buffer
	if err := a.Unseal(t.Context(), "E-0001", "to see who may", &name); fault.KindOf(err) != fault.Locked || name.Len() > 0 {
		t.Errorf("one custodian alone: %v", err)
	}
	if _, _, err := a.AddMember(t.Context(), newMember("ben", keys.Custodian)); fault.KindOf(err) != fault.Locked {
		t.Errorf("one custodian alone adds another: %v", err)
	}
	a.Close()
	allThere(t, c, me(), Who{Words: &words}).Close()
	if n := addPerson(t, c, "ben", keys.Custodian, me(), Who{Words: &words}); n != 1 {
		t.Errorf("%d seals were wrapped for the new custodian", n)
	}
	allThere(t, c, with("ben", otherPassphrase), me()).Close()
	if _, err := Open(t.Context(), c, me(), me()); fault.KindOf(err) != fault.Invalid {
		t.Errorf("the same person twice: %v", err)
	}
	if _, err := Rotate(t.Context(), c, keys.Change{}, me(), with("ben", otherPassphrase)); err != nil {
		t.Fatal(err)
	}
	b := allThere(t, c, with("ben", otherPassphrase), me())
	// Sealing takes nobody but one member.
	b.Close()
	if a, err = Open(t.Context(), c, me()); err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	if _, err := a.Seal(t.Context(), "S-001", seal.Note, strings.NewReader("one more")); err != nil {
		t.Error(err)
	}
}

func TestChangePassphrase(t *testing.T) {
	c, _ := keptSafe(t, record.Case{Title: "Change"})
	a, err := Open(t.Context(), c, me())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.ChangePassphrase(t.Context(), []byte("not the old one"), []byte(otherPassphrase), keys.FloorCost); fault.KindOf(err) != fault.WrongPassphrase {
		t.Errorf("a wrong old passphrase: %v", err)
	}
	if err := a.ChangePassphrase(t.Context(), []byte(testPassphrase), []byte(otherPassphrase), keys.FloorCost); err != nil {
		t.Fatal(err)
	}
	a.Close()
	if _, err := Open(t.Context(), c, me()); fault.KindOf(err) != fault.WrongPassphrase {
		t.Errorf("the old passphrase: %v", err)
	}
	allThere(t, c, with("", otherPassphrase))
}
