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

// directory is the key files of a case by name.
type directory struct {
	dir   string
	files map[string][]byte
}

// onePair is a case of two members, made once: amina, a custodian, and luis.
var onePair = sync.OnceValues(func() (map[string][]byte, error) {
	dir, err := os.MkdirTemp("", "keys")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	u, err := Create(filepath.Join(dir, "keys"), "amina", pass1, FloorCost, noon)
	if err != nil {
		return nil, err
	}
	if _, err := u.Add(filepath.Join(dir, "keys"), "luis", Ordinary, pass2, FloorCost, noon.Add(time.Hour)); err != nil {
		return nil, err
	}
	return contents(filepath.Join(dir, "keys"))
})

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
	files, err := onePair()
	if err != nil {
		t.Fatal(err)
	}
	d := directory{t.TempDir(), files}
	for name := range files {
		d.put(t, name, files[name])
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

// parsed is a copy of a member's file to change.
func (d directory) parsed(t fataler, id string) *parsed {
	t.Helper()
	p, err := parse(d.files[id+".json"])
	if err != nil {
		t.Fatal(err)
	}
	return p
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
	u, err := Create(dir, "amina", pass1, FloorCost, noon)
	if err != nil {
		t.Fatal(err)
	}
	if u.ID() != "M-01" || u.Handle() != "amina" || u.Role() != Custodian {
		t.Errorf("the first member is %s %s %s", u.ID(), u.Handle(), u.Role())
	}
	if want := noon.Truncate(time.Microsecond); !u.Member().AddedAt.Equal(want) {
		t.Errorf("added at %v, want %v", u.Member().AddedAt, want)
	}
	for path, want := range map[string]fs.FileMode{dir: fs.ModeDir | 0o700, filepath.Join(dir, "M-01.json"): 0o600} {
		if fi, err := os.Stat(path); err != nil || fi.Mode() != want {
			t.Errorf("%s: %v %v, want %v", filepath.Base(path), fi.Mode(), err, want)
		}
	}
	if files, err := contents(dir); err != nil || len(files) != 1 {
		t.Errorf("the directory holds %d files, want 1 (%v)", len(files), err)
	}
	_, err = Create(dir, "other", pass1, FloorCost, noon)
	wantKind(t, err, fault.Conflict, "has members")
	if again, err := Unlock(dir, "amina", pass1); err != nil || !reflect.DeepEqual(again.CaseKeys(), u.CaseKeys()) {
		t.Errorf("a second Create changed the first member (%v)", err)
	}
}

func TestCreateRefuses(t *testing.T) {
	cheap := Cost{FloorCost.MemoryKiB - 1, FloorCost.Passes, FloorCost.Lanes}
	for name, c := range map[string]struct {
		handle string
		pass   string
		cost   Cost
	}{
		"empty passphrase": {"amina", "", FloorCost},
		"short passphrase": {"amina", "ÄÖÜäöüß", FloorCost}, // 7 characters of 14 bytes
		"cheap memory":     {"amina", "seven grey herons", cheap},
		"no passes":        {"amina", "seven grey herons", Cost{FloorCost.MemoryKiB, 0, 1}},
		"no lanes":         {"amina", "seven grey herons", Cost{FloorCost.MemoryKiB, 1, 0}},
		"dear":             {"amina", "seven grey herons", Cost{ceilingMemory + 1, 1, 1}},
		"no handle":        {"", "seven grey herons", FloorCost},
		"odd handle":       {"Amina", "seven grey herons", FloorCost},
	} {
		dir := filepath.Join(t.TempDir(), "keys")
		_, err := Create(dir, c.handle, []byte(c.pass), c.cost, noon)
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: something was left behind", name)
		}
	}
}

// A directory that cannot be made, or whose path is a name, gives an error without the path.
func TestErrorsCarryNoPath(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "Mehmet Yilmaz", "keys")
	_, err := Create(missing, "amina", pass1, FloorCost, noon)
	if err == nil || strings.Contains(err.Error(), "Mehmet") {
		t.Errorf("got %v", err)
	}
	_, err = Unlock(missing, "amina", pass1)
	if fault.KindOf(err) != fault.NoStore || strings.Contains(err.Error(), "Mehmet") {
		t.Errorf("got %v", err)
	}
	_, err = Unlock(t.TempDir(), "amina", pass1)
	wantKind(t, err, fault.NoStore, "no case")
}

func TestValidHandle(t *testing.T) {
	for s, want := range map[string]bool{
		"am": true, "amina": true, "demo-luis": true, "7of9": true, strings.Repeat("a", 32): true, "m-x1": true,
		"": false, "a": false, strings.Repeat("a", 33): false, "Amina": false, "a b": false, "a+b": false, "a.b": false,
		"a_b": false, "-a": false, "a-": false, "ämina": false, "amina\n": false, "m-01": false, "m-17": false,
	} {
		if ValidHandle(s) != want {
			t.Errorf("ValidHandle(%q) = %v", s, !want)
		}
	}
}

func TestPassphraseIsNormalised(t *testing.T) {
	const nfc, nfd = "caf\u00e9 at dawn", "cafe\u0301 at dawn"
	dir := filepath.Join(t.TempDir(), "keys")
	if _, err := Create(dir, "amina", []byte(nfc), FloorCost, noon); err != nil {
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

// A wrong passphrase and an unknown member give one answer for one amount of work, and
// nothing is written.
func TestWrongPassphrase(t *testing.T) {
	d := pair(t)
	var first *fault.Error
	for _, c := range []struct {
		member string
		pass   []byte
	}{{"M-01", pass2}, {"M-02", pass1}, {"amina", nil}, {"amina", []byte("Seven grey herons")}, {"M-09", pass1}, {"nobody", pass1}, {"", pass1}, {"../M-01", pass1}} {
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
	after, err := contents(d.dir)
	if err != nil || !maps.EqualFunc(after, d.files, bytes.Equal) {
		t.Errorf("the directory changed (%v)", err)
	}
}

func TestAdd(t *testing.T) {
	d := pair(t)
	u := d.unlock(t, "amina", pass1)
	m, err := u.Add(d.dir, "noor", Custodian, []byte("nine slow rivers"), FloorCost, noon)
	if err != nil {
		t.Fatal(err)
	}
	if m.ID != "M-03" || m.Handle != "noor" || m.Role != Custodian {
		t.Errorf("added %+v", m)
	}
	members, err := d.unlock(t, "luis", pass2).Members(d.dir)
	if err != nil || len(members) != 3 || members[2].Public() != m.Public() {
		t.Errorf("luis sees %v (%v)", members, err)
	}
	if fi, err := os.Stat(filepath.Join(d.dir, "M-03.json")); err != nil || fi.Mode() != 0o600 {
		t.Errorf("the file is %v %v", fi, err)
	}
	if third := d.unlock(t, "noor", []byte("nine slow rivers")); !reflect.DeepEqual(third.CaseKeys(), u.CaseKeys()) {
		t.Error("the third member has other case keys")
	}
}

func TestAddRefuses(t *testing.T) {
	d := pair(t)
	amina, luis := d.unlock(t, "amina", pass1), d.unlock(t, "luis", pass2)
	for _, c := range []struct {
		by     *Unlocked
		handle string
		role   Role
		pass   []byte
		kind   fault.Kind
	}{
		{luis, "noor", Ordinary, pass1, fault.Denied},
		{amina, "luis", Ordinary, pass1, fault.Conflict},
		{amina, "amina", Ordinary, pass1, fault.Conflict},
		{amina, "noor", "owner", pass1, fault.Invalid},
		{amina, "noor", "", pass1, fault.Invalid},
		{amina, "n", Ordinary, pass1, fault.Invalid},
		{amina, "noor", Ordinary, []byte("short"), fault.Invalid},
	} {
		_, err := c.by.Add(d.dir, c.handle, c.role, c.pass, FloorCost, noon)
		wantKind(t, err, c.kind, "")
	}
	d.put(t, "M-05.json", []byte("{}"))
	_, err := amina.Add(d.dir, "noor", Ordinary, pass1, FloorCost, noon)
	wantKind(t, err, fault.Conflict, "M-05")
	os.Remove(filepath.Join(d.dir, "M-05.json"))
	after, err := contents(d.dir)
	if err != nil || !maps.EqualFunc(after, d.files, bytes.Equal) {
		t.Errorf("the directory changed (%v)", err)
	}
}

// Several custodians' programs add at once: whoever is refused has added nothing, and the
// roster stays whole.
func TestAddAtOnce(t *testing.T) {
	d := pair(t)
	u := d.unlock(t, "amina", pass1)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = u.Add(d.dir, "noor", Ordinary, pass2, FloorCost, noon) })
	}
	wg.Wait()
	added := 0
	for _, err := range errs {
		if err == nil {
			added++
		} else if fault.KindOf(err) != fault.Conflict {
			t.Error(err)
		}
	}
	members, err := u.Members(d.dir)
	if err != nil || added != 1 || len(members) != 3 {
		t.Errorf("%d were added, the roster has %d (%v)", added, len(members), err)
	}
	if files, _ := contents(d.dir); len(files) != 3 {
		t.Errorf("%d files are left", len(files))
	}
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
	_, addErr := u.Add(d.dir, "noor", Ordinary, pass1, FloorCost, noon)
	for _, err := range []error{signErr, openErr, membersErr, addErr} {
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
	s, err := newSecrets(caseKeys{})
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		key := func(name string) [32]byte {
			return [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, name))
		}
		s.caseKeys = caseKeys{key("store"), key("vault"), key("blob"), key("roster")}
		packed := s.pack()
		got, err := unpack(packed)
		if err != nil || got.caseKeys != s.caseKeys || !bytes.Equal(got.signing, s.signing) || got.identity.String() != s.identity.String() {
			t.Fatalf("got other secrets (%v)", err)
		}
		if _, err := unpack(packed[:rapid.IntRange(0, len(packed)-1).Draw(t, "cut")]); err == nil {
			t.Fatal("a cut box was taken")
		}
	})
}
