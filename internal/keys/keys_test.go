package keys

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"heed/internal/fault"
)

var (
	pass1 = []byte("seven grey herons")
	pass2 = []byte("a lamp in the window")
	noon  = time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)
)

// directory is the key directory of a case by name, and the words of its recovery key.
type directory struct {
	dir   string
	files map[string][]byte
	words Words
}

// onePair is a case of two members, made once: amina, a custodian, and luis.
var onePair = sync.OnceValues(func() (d directory, err error) {
	tmp, err := os.MkdirTemp("", "keys")
	if err != nil {
		return d, err
	}
	defer os.RemoveAll(tmp)
	dir := filepath.Join(tmp, "keys")
	u, words, err := Create(dir, newPerson("amina", Custodian, pass1), noon)
	if err != nil {
		return d, err
	}
	if _, err := u.Add(dir, newPerson("luis", Ordinary, pass2), noon.Add(time.Hour)); err != nil {
		return d, err
	}
	files, err := contents(dir)
	return directory{files: files, words: words}, err
})

func newPerson(handle string, r Role, pass []byte) New {
	return New{Handle: handle, Role: r, Passphrase: pass, Cost: FloorCost}
}

func contents(dir string) (map[string][]byte, error) {
	entries, err := os.ReadDir(dir)
	files := map[string][]byte{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		files[e.Name()] = b
	}
	return files, err
}

// pair gives each test the same two members in a directory of its own.
func pair(t testing.TB) directory {
	t.Helper()
	d, err := onePair()
	if err != nil {
		t.Fatal(err)
	}
	d.dir = t.TempDir()
	for name := range d.files {
		d.put(t, name, d.files[name])
	}
	return d
}

type fataler interface {
	Helper()
	Fatal(...any)
}

func (d directory) put(t fataler, name string, data []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(d.dir, name), data, 0o600); err != nil {
		t.Fatal(err)
	}
}

func (d directory) unlock(t fataler, member string, pass []byte) *Unlocked {
	t.Helper()
	u, err := Unlock(d.dir, member, pass)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func (d directory) recover(t fataler, w Words) *Unlocked {
	t.Helper()
	u, err := UnlockRecovery(d.dir, w)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// keyFile is a copy of a member's file to change.
func (d directory) keyFile(t fataler, id string) *keyFile {
	t.Helper()
	f, err := parse(d.files[id+".json"])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// roster is what the directory holds now.
func (d directory) roster(t fataler) *roster {
	t.Helper()
	r, err := readRoster(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (d directory) unchanged(t testing.TB) {
	t.Helper()
	after, err := contents(d.dir)
	if err != nil || !maps.EqualFunc(after, d.files, bytes.Equal) {
		t.Errorf("the directory changed: %d files (%v)", len(after), err)
	}
}

func wantKind(t testing.TB, err error, kind fault.Kind, names string) {
	t.Helper()
	if fault.KindOf(err) != kind || !strings.Contains(errText(err), names) {
		t.Errorf("got %v (kind %d), want kind %d naming %q", err, fault.KindOf(err), kind, names)
	}
}

func errText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestCreate(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "keys")
	u, words, err := Create(dir, newPerson("amina", "", pass1), noon)
	if err != nil {
		t.Fatal(err)
	}
	if u.ID() != "M-01" || u.Handle() != "amina" || u.Role() != Custodian {
		t.Errorf("the first member is %s %s %s", u.ID(), u.Handle(), u.Role())
	}
	if want := noon.Truncate(time.Microsecond); !u.Member().AddedAt.Equal(want) {
		t.Errorf("added at %v, want %v", u.Member().AddedAt, want)
	}
	modes := map[string]fs.FileMode{dir: fs.ModeDir | 0o700}
	for _, name := range []string{"M-01.json", "K-01.json", "roster"} {
		modes[filepath.Join(dir, name)] = 0o600
	}
	for path, want := range modes {
		if fi, err := os.Stat(path); err != nil || fi.Mode() != want {
			t.Errorf("%s: %v %v, want %v", filepath.Base(path), fi.Mode(), err, want)
		}
	}
	if files, err := contents(dir); err != nil || len(files) != 3 {
		t.Errorf("the directory holds %d files, want 3 (%v)", len(files), err)
	}
	k, err := UnlockRecovery(dir, words)
	if err != nil || k.ID() != "K-01" || k.Handle() != "recovery-1" || k.Role() != Recovery || !reflect.DeepEqual(k.CaseKeys(), u.CaseKeys()) {
		t.Errorf("the words open something else (%v)", err)
	}
	_, _, err = Create(dir, newPerson("other", Custodian, pass1), noon)
	wantKind(t, err, fault.Conflict, "has members")
	if again, err := Unlock(dir, "amina", pass1); err != nil || !reflect.DeepEqual(again.CaseKeys(), u.CaseKeys()) {
		t.Errorf("a second Create changed the first member (%v)", err)
	}
}

func TestCreateRefuses(t *testing.T) {
	cheap := Cost{FloorCost.MemoryKiB - 1, FloorCost.Passes, FloorCost.Lanes}
	good := func(edit func(*New)) New {
		n := newPerson("amina", Custodian, pass1)
		edit(&n)
		return n
	}
	for name, n := range map[string]New{
		"empty passphrase": good(func(n *New) { n.Passphrase = nil }),
		"short passphrase": good(func(n *New) { n.Passphrase = []byte("ÄÖÜäöüß") }), // 7 characters of 14 bytes
		"cheap memory":     good(func(n *New) { n.Cost = cheap }),
		"no passes":        good(func(n *New) { n.Cost.Passes = 0 }),
		"no lanes":         good(func(n *New) { n.Cost.Lanes = 0 }),
		"dear":             good(func(n *New) { n.Cost.MemoryKiB = ceilingMemory + 1 }),
		"no handle":        good(func(n *New) { n.Handle = "" }),
		"odd handle":       good(func(n *New) { n.Handle = "Amina" }),
		"reserved handle":  good(func(n *New) { n.Handle = "recovery-1" }),
		"no custodian":     good(func(n *New) { n.Role = Ordinary }),
		"recovery":         good(func(n *New) { n.Role = Recovery }),
	} {
		dir := filepath.Join(t.TempDir(), "keys")
		_, _, err := Create(dir, n, noon)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was left behind", name)
		}
	}
}

// What fails half way leaves nothing, and touches nothing that was there.
func TestCreateLeavesNothingBehind(t *testing.T) {
	for _, name := range []string{"M-01.json", "K-01.json", "roster"} {
		dir := t.TempDir()
		d := directory{dir: dir, files: map[string][]byte{name: []byte("somebody's")}}
		d.put(t, name, d.files[name])
		_, _, err := Create(dir, newPerson("amina", Custodian, pass1), noon)
		wantKind(t, err, fault.Conflict, "")
		d.unchanged(t)
		// The same while it writes, as if the file had come meanwhile.
		u, _, files, err := found(newPerson("amina", Custodian, pass1), noon)
		if err != nil {
			t.Fatal(err)
		}
		u.Close()
		wantKind(t, writeAll(dir, files), fault.Conflict, name)
		d.unchanged(t)
	}
}

// A directory that cannot be made, or whose path is a name, gives an error without the path.
func TestErrorsCarryNoPath(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "Mehmet Yilmaz", "keys")
	u := pair(t).unlock(t, "amina", pass1)
	_, _, createErr := Create(missing, newPerson("amina", Custodian, pass1), noon)
	_, unlockErr := Unlock(missing, "amina", pass1)
	_, recoverErr := UnlockRecovery(missing, Words{})
	_, membersErr := u.Members(missing)
	_, addErr := u.Add(missing, newPerson("noor", Ordinary, pass1), noon)
	_, _, stageErr := u.Restage(missing, missing+"2", Change{}, noon)
	_, _, stageErr2 := u.Restage(pair(t).dir, missing, Change{}, noon)
	for i, err := range []error{createErr, stageErr2, unlockErr, recoverErr, membersErr, addErr, stageErr} {
		if err == nil || strings.Contains(err.Error(), "Mehmet") || i > 1 && fault.KindOf(err) != fault.NoStore {
			t.Errorf("%d: got %v", i, err)
		}
	}
	_, err := Unlock(t.TempDir(), "amina", pass1)
	wantKind(t, err, fault.NoStore, "no case")
}

func TestValidHandle(t *testing.T) {
	for s, want := range map[string]bool{
		"am": true, "amina": true, "demo-luis": true, "7of9": true, strings.Repeat("a", 32): true, "m-x1": true,
		"": false, "a": false, strings.Repeat("a", 33): false, "Amina": false, "a b": false, "a+b": false, "a.b": false,
		"a_b": false, "-a": false, "a-": false, "ämina": false, "amina\n": false, "m-01": false, "m-17": false, "k-01": false,
		"recovery": false, "recovery-1": false, "recovery-team": false, "recoveryteam": true, "my-recovery": true,
	} {
		if ValidHandle(s) != want {
			t.Errorf("ValidHandle(%q) = %v", s, !want)
		}
	}
}

func TestPassphraseIsNormalised(t *testing.T) {
	const nfc, nfd = "caf\u00e9 at dawn", "cafe\u0301 at dawn"
	dir := filepath.Join(t.TempDir(), "keys")
	if _, _, err := Create(dir, newPerson("amina", Custodian, []byte(nfc)), noon); err != nil {
		t.Fatal(err)
	}
	if _, err := Unlock(dir, "amina", []byte(nfd)); err != nil {
		t.Error(err)
	}
	// Seven characters stay seven, however they were typed.
	wantKind(t, validPassphrase([]byte("cafe\u0301 bc")), fault.Invalid, "shorter")
	if err := validPassphrase([]byte("cafe\u0301 bcd")); err != nil {
		t.Error(err)
	}
}

func TestUnlockByIDAndHandle(t *testing.T) {
	d := pair(t)
	for _, c := range []struct {
		member string
		pass   []byte
		id     string
		role   Role
	}{{"M-01", pass1, "M-01", Custodian}, {"amina", pass1, "M-01", Custodian}, {"M-02", pass2, "M-02", Ordinary}, {"luis", pass2, "M-02", Ordinary}} {
		u := d.unlock(t, c.member, c.pass)
		if u.ID() != c.id || u.Role() != c.role {
			t.Errorf("%s opens %s, a %s", c.member, u.ID(), u.Role())
		}
	}
}

// A wrong passphrase, an unknown person, one who was removed and a recovery key give one
// answer for one amount of work, and nothing is written.
func TestWrongPassphrase(t *testing.T) {
	d := pair(t)
	d = d.restaged(t, d.unlock(t, "amina", pass1), Change{Remove: []string{"M-02"}})
	d.put(t, "M-02.json", pair(t).files["M-02.json"]) // put back
	d.files["M-02.json"] = pair(t).files["M-02.json"]
	var first *fault.Error
	for _, c := range []struct {
		member string
		pass   []byte
	}{{"M-01", pass2}, {"amina", nil}, {"amina", []byte("Seven grey herons")}, {"M-02", pass2}, {"luis", pass2}, {"M-09", pass1}, {"nobody", pass1},
		{"", pass1}, {"../M-01", pass1}, {"K-01", d.words.passphrase()}, {"recovery-1", d.words.passphrase()}} {
		var costs []Cost
		_, err := unlock(d.dir, c.member, c.pass, func(p, salt []byte, cost Cost) derived {
			costs = append(costs, cost)
			return derive(p, salt, cost)
		})
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.WrongPassphrase {
			t.Errorf("%q: %v", c.member, err)
			continue
		}
		if first == nil {
			first = f
		}
		if *f != *first {
			t.Errorf("%q: the answer is another: %v", c.member, f)
		}
		if len(costs) != 1 || costs[0] != FloorCost {
			t.Errorf("%q: the work was %v", c.member, costs)
		}
	}
	d.unchanged(t)
}

func TestAdd(t *testing.T) {
	d := pair(t)
	u, luis := d.unlock(t, "amina", pass1), d.unlock(t, "luis", pass2)
	m, err := u.Add(d.dir, newPerson("noor", Custodian, []byte("nine slow rivers")), noon)
	if err != nil {
		t.Fatal(err)
	}
	if m.ID != "M-03" || m.Handle != "noor" || m.Role != Custodian {
		t.Errorf("added %+v", m)
	}
	for _, by := range []*Unlocked{u, luis, d.unlock(t, "luis", pass2), d.recover(t, d.words)} {
		members, err := by.Members(d.dir)
		if err != nil || idList(members) != "M-01 M-02 M-03 K-01" || members[2].Public() != m.Public() {
			t.Errorf("%s sees %v (%v)", by.ID(), idList(members), err)
		}
	}
	if fi, err := os.Stat(filepath.Join(d.dir, "M-03.json")); err != nil || fi.Mode() != 0o600 {
		t.Errorf("the file is %v %v", fi, err)
	}
	third := d.unlock(t, "noor", []byte("nine slow rivers"))
	if !reflect.DeepEqual(third.CaseKeys(), u.CaseKeys()) {
		t.Error("the third member has other case keys")
	}
	if _, err := third.Add(d.dir, newPerson("sami", Ordinary, pass1), noon); err != nil {
		t.Errorf("a new custodian adds: %v", err)
	}
}

func idList(members []Member) string {
	var ids []string
	for _, m := range members {
		ids = append(ids, m.ID)
	}
	return strings.Join(ids, " ")
}

func TestAddRecovery(t *testing.T) {
	d := pair(t)
	u := d.unlock(t, "amina", pass1)
	m, words, err := u.AddRecovery(d.dir, noon)
	if err != nil || m.ID != "K-02" || m.Handle != "recovery-2" || m.Role != Recovery {
		t.Fatalf("added %+v (%v)", m, err)
	}
	for w, id := range map[string]string{d.words.Reveal(): "K-01", words.Reveal(): "K-02"} {
		parsed, err := ParseWords([]byte(w))
		if err != nil {
			t.Fatal(err)
		}
		if k := d.recover(t, parsed); k.ID() != id || !reflect.DeepEqual(k.CaseKeys(), u.CaseKeys()) {
			t.Errorf("the words of %s open %s", id, k.ID())
		}
	}
	_, _, err = d.unlock(t, "luis", pass2).AddRecovery(d.dir, noon)
	wantKind(t, err, fault.Denied, "")
	_, _, err = d.recover(t, words).AddRecovery(d.dir, noon)
	wantKind(t, err, fault.Denied, "")
}

func TestAddRefuses(t *testing.T) {
	d := pair(t)
	amina, luis, k := d.unlock(t, "amina", pass1), d.unlock(t, "luis", pass2), d.recover(t, d.words)
	cheap := newPerson("noor", Ordinary, pass1)
	cheap.Cost.MemoryKiB = 8
	for i, c := range []struct {
		by   *Unlocked
		n    New
		kind fault.Kind
	}{
		{luis, newPerson("noor", Ordinary, pass1), fault.Denied},
		{k, newPerson("noor", Ordinary, pass1), fault.Denied},
		{amina, newPerson("luis", Ordinary, pass1), fault.Conflict},
		{amina, newPerson("amina", Ordinary, pass1), fault.Conflict},
		{amina, newPerson("recovery-2", Ordinary, pass1), fault.Invalid},
		{amina, newPerson("noor", "owner", pass1), fault.Invalid},
		{amina, newPerson("noor", "", pass1), fault.Invalid},
		{amina, newPerson("noor", Recovery, pass1), fault.Invalid},
		{amina, newPerson("n", Ordinary, pass1), fault.Invalid},
		{amina, newPerson("noor", Ordinary, []byte("short")), fault.Invalid},
		{amina, cheap, fault.Invalid},
	} {
		_, err := c.by.Add(d.dir, c.n, noon)
		if fault.KindOf(err) != c.kind {
			t.Errorf("%d: %v", i, err)
		}
	}
	d.unchanged(t)
}

// A crash between key file and roster leaves a key file that is nobody's: it opens
// nothing, hinders nobody, stays, and its id is not given again.
func TestKeyFileThatNoRosterNames(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	if _, err := amina.Add(d.dir, newPerson("noor", Custodian, pass2), noon); err != nil {
		t.Fatal(err)
	}
	d.put(t, "roster", d.files["roster"]) // as if the second write had not come
	left, err := os.ReadFile(filepath.Join(d.dir, "M-03.json"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = Unlock(d.dir, "M-03", pass2)
	wantKind(t, err, fault.WrongPassphrase, "")
	d.put(t, "M-05.json", []byte("half a f")) // where there are no links, also part of one
	again := d.unlock(t, "amina", pass1)
	m, err := again.Add(d.dir, newPerson("noor", Custodian, pass2), noon)
	if err != nil || m.ID != "M-06" {
		t.Fatalf("added %s (%v)", m.ID, err)
	}
	if b, err := os.ReadFile(filepath.Join(d.dir, "M-03.json")); err != nil || !bytes.Equal(b, left) {
		t.Errorf("the file that was left is not as it was (%v)", err)
	}
	if u := d.unlock(t, "noor", pass2); u.ID() != "M-06" {
		t.Errorf("noor is %s", u.ID())
	}
}

// Programs of several custodians add at once: each waits for the others, and nobody is lost.
func TestAddAtOnce(t *testing.T) {
	d := pair(t)
	var wg sync.WaitGroup
	handles := []string{"noor", "sami", "ines", "omar", "noor"}
	errs := make([]error, len(handles))
	for i, h := range handles {
		u := d.unlock(t, "amina", pass1)
		wg.Go(func() { _, errs[i] = u.Add(d.dir, newPerson(h, Ordinary, pass2), noon) })
	}
	wg.Wait()
	refused := 0
	for _, err := range errs {
		if err != nil {
			refused++
			wantKind(t, err, fault.Conflict, "the handle is or was that of")
		}
	}
	members, err := d.unlock(t, "luis", pass2).Members(d.dir)
	if err != nil || refused != 1 || idList(members) != "M-01 M-02 M-03 M-04 M-05 M-06 K-01" {
		t.Errorf("%d were refused, the roster has %s (%v)", refused, idList(members), err)
	}
	if files, _ := contents(d.dir); len(files) != 8 {
		t.Errorf("there are %d files", len(files))
	}
	for _, h := range handles {
		d.unlock(t, h, pass2)
	}
}

// What is held is held against everybody who would change it, and against nobody who reads.
func TestHold(t *testing.T) {
	d := pair(t)
	release, err := hold(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tryHold(d.dir); !errors.Is(err, errHeld) {
		t.Errorf("held twice: %v", err)
	}
	u := d.unlock(t, "amina", pass1)
	done := make(chan error)
	go func() { _, err := u.Add(d.dir, newPerson("noor", Ordinary, pass2), noon); done <- err }()
	select {
	case err := <-done:
		t.Fatalf("added while held: %v", err)
	case <-time.After(300 * time.Millisecond):
	}
	d.unchanged(t)
	release()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestChangePassphrase(t *testing.T) {
	d := pair(t)
	const fresh = "eleven tall doors"
	dear := Cost{MemoryKiB: floorMemory, Passes: 2, Lanes: 1}
	for i, c := range []struct {
		member   string
		old, now []byte
		cost     Cost
		kind     fault.Kind
	}{
		{"luis", pass1, []byte(fresh), FloorCost, fault.WrongPassphrase},
		{"nobody", pass2, []byte(fresh), FloorCost, fault.WrongPassphrase},
		{"K-01", d.words.passphrase(), []byte(fresh), FloorCost, fault.WrongPassphrase},
		{"luis", pass2, []byte("short"), FloorCost, fault.Invalid},
		{"luis", pass2, []byte(fresh), Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}, fault.Invalid},
	} {
		err := ChangePassphrase(d.dir, c.member, c.old, c.now, c.cost)
		if fault.KindOf(err) != c.kind {
			t.Errorf("%d: %v", i, err)
		}
	}
	d.unchanged(t)
	before := d.unlock(t, "luis", pass2)
	if err := ChangePassphrase(d.dir, "luis", pass2, []byte(fresh), dear); err != nil {
		t.Fatal(err)
	}
	_, err := Unlock(d.dir, "luis", pass2)
	wantKind(t, err, fault.WrongPassphrase, "")
	after := d.unlock(t, "M-02", []byte(fresh))
	if after.Member().public() != before.Member().public() || !reflect.DeepEqual(after.CaseKeys(), before.CaseKeys()) {
		t.Error("another member came out")
	}
	if f, err := read(d.dir, "M-02"); err != nil || f.Cost != dear {
		t.Errorf("the cost is %+v (%v)", f.Cost, err)
	}
	files, _ := contents(d.dir)
	delete(files, "M-02.json")
	other := maps.Clone(d.files)
	delete(other, "M-02.json")
	if !maps.EqualFunc(files, other, bytes.Equal) {
		t.Error("something else changed")
	}
}

// The pin moves forward with the passphrase: who has seen a statement takes no roster
// from before it any more, while the older key file still does.
func TestPinMovesWithThePassphrase(t *testing.T) {
	d := pair(t)
	if _, err := d.unlock(t, "amina", pass1).Add(d.dir, newPerson("noor", Ordinary, pass2), noon); err != nil {
		t.Fatal(err)
	}
	if err := ChangePassphrase(d.dir, "luis", pass2, pass2, FloorCost); err != nil {
		t.Fatal(err)
	}
	d.put(t, "roster", d.files["roster"])
	_, err := Unlock(d.dir, "luis", pass2)
	wantKind(t, err, fault.Conflict, "not written by members of this case")
	d.put(t, "M-02.json", d.files["M-02.json"])
	d.unlock(t, "luis", pass2)
}

func TestSigner(t *testing.T) {
	u := pair(t).unlock(t, "amina", pass1)
	v, err := note.NewVerifier(u.Member().VerifierKey)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Sign(&note.Note{Text: "a\n"}, u.Signer())
	if err != nil {
		t.Fatal(err)
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil || n.Sigs[0].Name != "amina" {
		t.Errorf("%+v %v", n, err)
	}
}

func TestIdentityOpens(t *testing.T) {
	d := pair(t)
	amina, luis := d.unlock(t, "amina", pass1), d.unlock(t, "luis", pass2)
	var b bytes.Buffer
	w, err := age.Encrypt(&b, amina.Member().Recipient)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "text")
	w.Close()
	r, err := age.Decrypt(bytes.NewReader(b.Bytes()), amina.Identity())
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || string(got) != "text" {
		t.Errorf("%q %v", got, err)
	}
	if _, err := age.Decrypt(bytes.NewReader(b.Bytes()), luis.Identity()); err == nil {
		t.Error("another member opened it")
	}
}

func TestClose(t *testing.T) {
	d := pair(t)
	u := d.unlock(t, "amina", pass1)
	k, s, id, signer := u.CaseKeys(), u.secrets(), u.Identity(), u.Signer()
	store := k.StoreKey
	u.Close()
	u.Close()
	if s.caseKeys != (caseKeys{}) || !bytes.Equal(s.signing, make([]byte, len(s.signing))) || s.identity != nil {
		t.Error("the keys are still there")
	}
	if k.StoreKey != store {
		t.Error("a copy handed out before turned into zeros")
	}
	if u.CaseKeys() != (CaseKeys{}) {
		t.Error("closed keys were handed out")
	}
	_, signErr := signer.Sign([]byte("a"))
	_, openErr := id.Unwrap(nil)
	_, membersErr := u.Members(d.dir)
	_, removedErr := u.Removed(d.dir)
	_, addErr := u.Add(d.dir, newPerson("noor", Ordinary, pass1), noon)
	_, _, stageErr := u.Restage(d.dir, filepath.Join(t.TempDir(), "stage"), Change{}, noon)
	for _, err := range []error{signErr, openErr, membersErr, removedErr, addErr, stageErr} {
		wantKind(t, err, fault.Locked, "M-01")
	}
	if u.ID() != "M-01" || u.Handle() != "amina" {
		t.Error("the public part went too")
	}
}

// Signing while the keys are wiped gives a whole signature or none (run with -race).
func TestCloseWhileSigning(t *testing.T) {
	u := pair(t).unlock(t, "amina", pass1)
	v, err := note.NewVerifier(u.Member().VerifierKey)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 50 {
				sig, err := u.Signer().Sign([]byte("text"))
				if err == nil && !v.Verify([]byte("text"), sig) || err != nil && fault.KindOf(err) != fault.Locked {
					t.Errorf("signature %x, %v", sig, err)
				}
				u.CaseKeys()
			}
		})
	}
	wg.Go(u.Close)
	wg.Wait()
}

// Two members of one case, whoever they are, unlock to equal case keys; two cases never share any.
func TestCaseKeysLaw(t *testing.T) {
	d := pair(t)
	a, b := d.unlock(t, "amina", pass1), d.unlock(t, "luis", pass2)
	if !reflect.DeepEqual(a.CaseKeys(), b.CaseKeys()) {
		t.Error("two members have different case keys")
	}
	if a.secrets().identity.String() == b.secrets().identity.String() || bytes.Equal(a.secrets().signing, b.secrets().signing) {
		t.Error("two members share keys of their own")
	}
	seen := map[[32]byte]bool{}
	for range 10 {
		k := newCaseKeys()
		for _, key := range k.all() {
			if seen[*key] || *key == [32]byte{} {
				t.Fatal("a key came twice or is empty")
			}
			seen[*key] = true
		}
	}
}

func TestPackLaw(t *testing.T) {
	s, err := newSecrets()
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		p := pin{rapid.Int64Min(1).Draw(t, "n"), [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "sum"))}
		packed := s.pack(p)
		got, gotPin, err := unpack(packed)
		if err != nil || gotPin != p || !bytes.Equal(got.signing, s.signing) || got.identity.String() != s.identity.String() {
			t.Fatalf("got other secrets (%v)", err)
		}
		if _, _, err := unpack(packed[:rapid.IntRange(0, len(packed)-1).Draw(t, "cut")]); err == nil {
			t.Fatal("a cut box was taken")
		}
	})
}

// What is wrapped to some opens for each of them, and to nobody else.
func TestWrapLaw(t *testing.T) {
	d := pair(t)
	r := d.roster(t)
	amina, luis := d.unlock(t, "amina", pass1).secrets(), d.unlock(t, "luis", pass2).secrets()
	rapid.Check(t, func(t *rapid.T) {
		key := func(name string) [32]byte {
			return [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, name))
		}
		k := caseKeys{key("store"), key("vault"), key("blob")}
		wrapped, err := k.wrap(r.members[:1])
		if err != nil {
			t.Fatal(err)
		}
		if got, err := unwrap(wrapped, amina.identity); err != nil || got != k {
			t.Fatalf("other keys came out (%v)", err)
		}
		if _, err := unwrap(wrapped, luis.identity); !errors.Is(err, errKeys) {
			t.Fatalf("opened for somebody else (%v)", err)
		}
	})
}
