package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
)

// restaged is the directory after a change.
func (d directory) restaged(t testing.TB, by *Unlocked, c Change) directory {
	t.Helper()
	d, _, _ = d.restage(t, by, c)
	return d
}

func (d directory) restage(t testing.TB, by *Unlocked, c Change) (directory, *Unlocked, *Words) {
	t.Helper()
	before, err := contents(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	stage := filepath.Join(t.TempDir(), "stage")
	u, w, err := by.Restage(d.dir, stage, c, noon)
	if err != nil {
		t.Fatal(err)
	}
	(directory{dir: d.dir, files: before}).unchanged(t)
	files, err := contents(stage)
	if err != nil {
		t.Fatal(err)
	}
	return directory{stage, files, d.words}, u, w
}

func TestRestageRotates(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	next, u, w := d.restage(t, amina, Change{})
	if w != nil {
		t.Error("words without a new recovery key")
	}
	old, now := *amina.CaseKeys().caseKeys, *u.CaseKeys().caseKeys
	if old.StoreKey == now.StoreKey || old.VaultFileKey == now.VaultFileKey || old.BlobNameKey != now.BlobNameKey {
		t.Error("not the two keys changed that must")
	}
	for _, by := range []*Unlocked{next.unlock(t, "amina", pass1), next.unlock(t, "luis", pass2), next.recover(t, next.words)} {
		if !reflect.DeepEqual(by.CaseKeys(), u.CaseKeys()) {
			t.Errorf("%s has other keys", by.ID())
		}
		if members, err := by.Members(next.dir); err != nil || idList(members) != "M-01 M-02 K-01" {
			t.Errorf("%s sees %s (%v)", by.ID(), idList(members), err)
		}
	}
	for _, name := range []string{"M-01.json", "M-02.json", "K-01.json"} {
		if !bytes.Equal(next.files[name], d.files[name]) {
			t.Errorf("%s is not as it was", name)
		}
	}
	for path, want := range map[string]fs.FileMode{"": fs.ModeDir | 0o700, "roster": 0o600, "M-01.json": 0o600} {
		if fi, err := os.Stat(filepath.Join(next.dir, path)); err != nil || fi.Mode() != want {
			t.Errorf("%q: %v %v", path, fi.Mode(), err)
		}
	}
	amina.Close()
	if _, err := u.Signer().Sign([]byte("a\n")); err != nil {
		t.Errorf("closing who asked closed the other: %v", err)
	}
	if _, err := u.Add(next.dir, newPerson("noor", Ordinary, pass1), noon); err != nil {
		t.Errorf("adding after a rotation: %v", err)
	}
}

// Several generations: whoever stays unlocks with the key file of the first day, and sees
// who is there now.
func TestGenerations(t *testing.T) {
	d := pair(t)
	u := d.unlock(t, "amina", pass1)
	var seen []CaseKeys
	want := []string{"M-01", "M-02"}
	for i := range 4 {
		m, err := u.Add(d.dir, newPerson(fmt.Sprintf("guest-%d", i), Custodian, pass1), noon)
		if err != nil {
			t.Fatal(err)
		}
		c := Change{Recovery: i == 2}
		if i > 0 {
			c.Remove = []string{fmt.Sprintf("M-%02d", i+2)} // the guest of before
		}
		seen = append(seen, u.CaseKeys())
		d, u, _ = d.restage(t, u, c)
		want = []string{"M-01", "M-02", m.ID, "K-01"}
	}
	want = append(want, "K-02")
	luis := d.unlock(t, "luis", pass2)
	members, err := luis.Members(d.dir)
	if err != nil || idList(members) != strings.Join(want, " ") {
		t.Errorf("the roster is %s (%v)", idList(members), err)
	}
	removed, err := luis.Removed(d.dir)
	if err != nil || strings.Join(removed, " ") != "M-03 M-04 M-05" {
		t.Errorf("removed are %v (%v)", removed, err)
	}
	if r := d.roster(t); len(r.notes) != 10 {
		t.Errorf("the chain has %d statements", len(r.notes))
	}
	for _, k := range seen {
		if k.StoreKey == luis.StoreKey() {
			t.Error("a store key came back")
		}
	}
	d.recover(t, d.words)
	_, err = u.Add(d.dir, newPerson("guest-0", Ordinary, pass1), noon)
	wantKind(t, err, fault.Conflict, "M-03") // a handle of before
}

func (u *Unlocked) StoreKey() [32]byte { return u.CaseKeys().StoreKey }

// After a removal nothing that the person kept opens anything of the new directory.
func TestRemovedOpensNothing(t *testing.T) {
	d := pair(t)
	amina, luis := d.unlock(t, "amina", pass1), d.unlock(t, "luis", pass2)
	next, u, _ := d.restage(t, amina, Change{Remove: []string{"M-02", "M-02"}})
	if _, ok := next.files["M-02.json"]; ok {
		t.Error("the key file is still there")
	}
	next.put(t, "M-02.json", d.files["M-02.json"])
	_, err := Unlock(next.dir, "luis", pass2)
	wantKind(t, err, fault.WrongPassphrase, "")
	if _, err := unwrap(next.roster(t).wrapped, luis.secrets().identity); !errors.Is(err, errKeys) {
		t.Errorf("the new keys open for who was removed (%v)", err)
	}
	// Nor is anything wrapped to them left anywhere in the roster.
	data := next.files["roster"]
	if n := bytes.Count(data, []byte("YWdlLWVuY3J5cHRpb24")); n != 1 { // base64 of "age-encryption"
		t.Errorf("there are %d age files in the roster", n)
	}
	_, err = luis.Members(next.dir)
	wantKind(t, err, fault.Conflict, "M-02")
	if removed, err := u.Removed(next.dir); err != nil || !slices.Equal(removed, []string{"M-02"}) {
		t.Errorf("removed are %v (%v)", removed, err)
	}
	m, err := u.Add(next.dir, newPerson("noor", Ordinary, pass2), noon)
	if err != nil || m.ID != "M-03" {
		t.Errorf("the next is %s (%v)", m.ID, err)
	}
}

// A recovery key that was removed opens nothing, and another one does.
func TestRecoveryKeyIsExchanged(t *testing.T) {
	d := pair(t)
	next, _, w := d.restage(t, d.unlock(t, "amina", pass1), Change{Remove: []string{"K-01"}, Recovery: true})
	next.put(t, "K-01.json", d.files["K-01.json"])
	_, err := UnlockRecovery(next.dir, d.words)
	wantKind(t, err, fault.WrongPassphrase, "")
	if k := next.recover(t, *w); k.ID() != "K-02" || k.Handle() != "recovery-2" {
		t.Errorf("the new words open %s", k.ID())
	}
}

func TestRoles(t *testing.T) {
	d := pair(t)
	next, u, _ := d.restage(t, d.unlock(t, "amina", pass1), Change{Roles: map[string]Role{"M-01": Ordinary, "M-02": Custodian}})
	luis := next.unlock(t, "luis", pass2)
	if u.Role() != Ordinary || luis.Role() != Custodian {
		t.Errorf("the roles are %s and %s", u.Role(), luis.Role())
	}
	_, err := u.Add(next.dir, newPerson("noor", Ordinary, pass1), noon)
	wantKind(t, err, fault.Denied, "")
	if _, err := luis.Add(next.dir, newPerson("noor", Ordinary, pass1), noon); err != nil {
		t.Error(err)
	}
}

// The words make the keys of a custodian who forgot everything anew; the old file, with
// the old passphrase, opens nothing any more.
func TestReplace(t *testing.T) {
	d := pair(t)
	amina, k := d.unlock(t, "amina", pass1), d.recover(t, d.words)
	fresh := []byte("eleven tall doors")
	next, by, _ := d.restage(t, k, Change{Replace: map[string]New{"M-01": {Handle: "other", Role: Ordinary, Passphrase: fresh, Cost: FloorCost}}})
	if by.ID() != "K-01" {
		t.Errorf("the actor is %s", by.ID())
	}
	again := next.unlock(t, "amina", fresh)
	was, is := amina.Member(), again.Member()
	if is.ID != was.ID || is.Handle != was.Handle || is.Role != was.Role || !is.AddedAt.Equal(was.AddedAt) {
		t.Errorf("more than the keys changed: %+v", is)
	}
	if is.RecipientText == was.RecipientText || is.VerifierKey == was.VerifierKey {
		t.Error("the keys are the old ones")
	}
	if !reflect.DeepEqual(again.CaseKeys(), by.CaseKeys()) || again.StoreKey() == amina.StoreKey() {
		t.Error("the case keys are not the new ones")
	}
	_, err := Unlock(next.dir, "amina", pass1)
	wantKind(t, err, fault.WrongPassphrase, "")
	next.put(t, "M-01.json", d.files["M-01.json"])
	_, err = Unlock(next.dir, "amina", pass1)
	wantKind(t, err, fault.Conflict, "M-01")
	next.put(t, "M-01.json", next.files["M-01.json"])
	if _, err := again.Add(next.dir, newPerson("noor", Ordinary, pass1), noon); err != nil {
		t.Errorf("who has new keys signs with them: %v", err)
	}
	next.unlock(t, "luis", pass2)
}

func TestRestageRefuses(t *testing.T) {
	d := pair(t)
	amina, luis, k := d.unlock(t, "amina", pass1), d.unlock(t, "luis", pass2), d.recover(t, d.words)
	person := newPerson("", "", pass2)
	for i, c := range []struct {
		by   *Unlocked
		c    Change
		kind fault.Kind
	}{
		{luis, Change{}, fault.Denied},
		{amina, Change{Remove: []string{"M-01"}}, fault.Refused},
		{k, Change{Remove: []string{"K-01"}}, fault.Refused},
		{k, Change{Remove: []string{"M-01"}}, fault.Refused},
		{amina, Change{Roles: map[string]Role{"M-01": Ordinary}}, fault.Refused},
		{k, Change{Roles: map[string]Role{"M-01": Ordinary}}, fault.Refused},
		{amina, Change{Remove: []string{"M-09"}}, fault.NotFound},
		{amina, Change{Remove: []string{"luis"}}, fault.NotFound},
		{amina, Change{Remove: []string{""}}, fault.NotFound},
		{amina, Change{Roles: map[string]Role{"M-03": Ordinary}}, fault.NotFound},
		{amina, Change{Replace: map[string]New{"M-03": person}}, fault.NotFound},
		{amina, Change{Roles: map[string]Role{"M-02": Recovery}}, fault.Invalid},
		{amina, Change{Roles: map[string]Role{"M-02": "owner"}}, fault.Invalid},
		{amina, Change{Roles: map[string]Role{"K-01": Custodian}}, fault.Invalid},
		{amina, Change{Replace: map[string]New{"K-01": person}}, fault.Invalid},
		{amina, Change{Replace: map[string]New{"M-01": person}}, fault.Invalid},
		{amina, Change{Replace: map[string]New{"M-02": {Passphrase: []byte("short"), Cost: FloorCost}}}, fault.Invalid},
		{amina, Change{Replace: map[string]New{"M-02": {Passphrase: pass2}}}, fault.Invalid},
		{amina, Change{Remove: []string{"M-02"}, Roles: map[string]Role{"M-02": Custodian}}, fault.Invalid},
		{amina, Change{Remove: []string{"M-02"}, Replace: map[string]New{"M-02": person}}, fault.Invalid},
	} {
		stage := filepath.Join(t.TempDir(), "stage")
		u, w, err := c.by.Restage(d.dir, stage, c.c, noon)
		if fault.KindOf(err) != c.kind || u != nil || w != nil {
			t.Errorf("%d: %v", i, err)
		}
		if _, err := os.Lstat(stage); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%d: something was left", i)
		}
	}
	stage := t.TempDir()
	_, _, err := amina.Restage(d.dir, stage, Change{}, noon)
	wantKind(t, err, fault.Conflict, "")
	if entries, err := os.ReadDir(stage); err != nil || len(entries) > 0 {
		t.Errorf("something was written (%v)", err)
	}
	d.unchanged(t)
}

// A key file that is needed and cannot be had stops it, and nothing is left.
func TestRestageNeedsTheKeyFiles(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	for _, spoil := range []func(){
		func() { d.put(t, "M-02.json", []byte("{}")) },
		func() { os.Remove(filepath.Join(d.dir, "M-02.json")) },
	} {
		spoil()
		stage := filepath.Join(t.TempDir(), "stage")
		_, _, err := amina.Restage(d.dir, stage, Change{}, noon)
		wantKind(t, err, fault.Conflict, "M-02")
		if _, err := os.Lstat(stage); !errors.Is(err, fs.ErrNotExist) {
			t.Error("something was left")
		}
	}
	// The way out: new keys for whoever has lost the file.
	next := d.restaged(t, d.unlock(t, "amina", pass1), Change{Replace: map[string]New{"M-02": newPerson("", "", pass2)}})
	next.unlock(t, "luis", pass2)
}

// Whoever unlocked before a rotation and comes back to the new directory must not put the
// old keys of the case into its roster.
func TestStaleKeysAreNotWrapped(t *testing.T) {
	d := pair(t)
	stale := d.unlock(t, "amina", pass1)
	next := d.restaged(t, stale, Change{})
	_, err := stale.Add(next.dir, newPerson("noor", Ordinary, pass1), noon)
	wantKind(t, err, fault.Conflict, "since M-01 unlocked")
	_, _, err = stale.Restage(next.dir, filepath.Join(t.TempDir(), "stage"), Change{}, noon)
	wantKind(t, err, fault.Conflict, "since M-01 unlocked")
	next.unchanged(t)
}
