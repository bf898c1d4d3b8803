package keys

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"heed/internal/fault"
)

// The associated data of the box is what the file shows, byte for byte.
func TestPublicPartIsExact(t *testing.T) {
	d := pair(t)
	p := d.parsed(t, "M-01")
	if want := append([]byte(`{"public":`), marshal(p.member.Public())...); !bytes.HasPrefix(d.files["M-01.json"], want) {
		t.Errorf("the file begins otherwise than\n%s", want)
	}
}

// One changed byte, wherever and whatever, is never taken: not by the member's own
// passphrase and not by the others.
func TestOneChangedByte(t *testing.T) {
	d := pair(t)
	luis, data := d.unlock(t, "luis", pass2), d.files["M-01.json"]
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(data)
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		b[at] = rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte("AQgw019azM-,\" "))).Filter(func(c byte) bool { return c != data[at] }).Draw(t, "byte")
		d.put(t, "M-01.json", b)
		if _, err := Unlock(d.dir, "M-01", pass1); fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.WrongPassphrase {
			t.Fatalf("unlocking: %v", err)
		}
		if _, err := luis.Members(d.dir); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "M-01") {
			t.Fatalf("the roster: %v", err)
		}
	})
}

// freshKey is a verifier key that nobody signs with.
func freshKey(t *testing.T, handle string) string {
	t.Helper()
	s, err := newSecrets(caseKeys{})
	if err != nil {
		t.Fatal(err)
	}
	k, err := s.verifierKey(handle)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// Each part of a file, replaced by another that has the right form.
func TestEditedParts(t *testing.T) {
	d := pair(t)
	luis, other := d.unlock(t, "luis", pass2), d.parsed(t, "M-02")
	for name, c := range map[string]struct {
		edit func(p *parsed)
		kind fault.Kind // to the owner
	}{
		"handle": {func(p *parsed) {
			p.Public.Handle, p.Public.VerifierKey = "anima", freshKey(t, "anima")
		}, fault.Conflict},
		"role":       {func(p *parsed) { p.Public.Role = Ordinary }, fault.Conflict},
		"recipient":  {func(p *parsed) { p.Public.Recipient = other.Public.Recipient }, fault.Conflict},
		"verifier":   {func(p *parsed) { p.Public.VerifierKey = freshKey(t, "amina") }, fault.Conflict},
		"added at":   {func(p *parsed) { p.Public.AddedAt++ }, fault.Conflict},
		"box":        {func(p *parsed) { p.Box = other.Box }, fault.Conflict},
		"nonce":      {func(p *parsed) { p.Box[0]++ }, fault.Conflict},
		"roster mac": {func(p *parsed) { p.RosterMAC = other.RosterMAC }, fault.Conflict},
		"cost":       {func(p *parsed) { p.Cost.Passes++ }, fault.WrongPassphrase},
		"salt":       {func(p *parsed) { p.Salt = other.Salt }, fault.WrongPassphrase},
		"check":      {func(p *parsed) { p.Check = other.Check }, fault.WrongPassphrase},
	} {
		p := d.parsed(t, "M-01")
		c.edit(p)
		d.put(t, "M-01.json", p.encode())
		_, err := Unlock(d.dir, "M-01", pass1)
		if fault.KindOf(err) != c.kind || c.kind == fault.Conflict && !strings.Contains(err.Error(), "M-01") {
			t.Errorf("%s: unlocking: %v", name, err)
		}
		if _, err := luis.Members(d.dir); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "M-01") {
			t.Errorf("%s: the roster: %v", name, err)
		}
	}
}

// A disk writer who knows no passphrase of the case makes key files in a case of their
// own and slips one in. Nobody's roster takes it, under whatever name.
func TestForeignCustodian(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	foreign := func(id, handle string) []byte {
		s, err := newSecrets(newCaseKeys())
		if err != nil {
			t.Fatal(err)
		}
		f, err := s.file(newcomer{id: id, handle: handle, role: Custodian, passphrase: []byte("known to them"), cost: FloorCost, at: noon})
		if err != nil {
			t.Fatal(err)
		}
		return f.encode()
	}
	put := func(name string, data []byte, id string) {
		t.Helper()
		d.put(t, name, data)
		_, err := amina.Members(d.dir)
		wantKind(t, err, fault.Conflict, id)
	}
	put("M-03.json", foreign("M-03", "helper"), "M-03")
	put("M-03.json", foreign("M-03", "luis"), "another member's") // which of the two would luis unlock?
	_, err := Unlock(d.dir, "luis", pass2)
	wantKind(t, err, fault.Conflict, "M-03")
	put("M-03.json", foreign("M-04", "helper"), "M-03")
	put("M-03.json", d.files["M-02.json"], "M-03") // a true file under a second name
	os.Remove(filepath.Join(d.dir, "M-03.json"))
	put("M-02.json", foreign("M-02", "luis"), "M-02")
	if _, err := Unlock(d.dir, "luis", pass2); fault.KindOf(err) != fault.WrongPassphrase {
		t.Errorf("the member whose file was replaced: %v", err)
	}
}

func TestSwappedFiles(t *testing.T) {
	d := pair(t)
	luis := d.unlock(t, "luis", pass2)
	d.put(t, "M-01.json", d.files["M-02.json"])
	d.put(t, "M-02.json", d.files["M-01.json"])
	_, err := Unlock(d.dir, "M-01", pass1)
	wantKind(t, err, fault.Conflict, "M-01")
	_, err = luis.Members(d.dir)
	wantKind(t, err, fault.Conflict, "M-01")
}

// The roster of a directory in which the member's own file is gone, or that is another
// one of the same case keys, is not the roster of the case.
func TestOwnFileGone(t *testing.T) {
	d := pair(t)
	luis := d.unlock(t, "luis", pass2)
	os.Remove(filepath.Join(d.dir, "M-02.json"))
	_, err := luis.Members(d.dir)
	wantKind(t, err, fault.Conflict, "M-02")
}

// Whoever knows the passphrase and the case keys can box anything; the public part must
// still be that of the secrets inside.
func TestBoxAgreesWithPublicPart(t *testing.T) {
	d := pair(t)
	p := d.parsed(t, "M-01")
	k := derive(pass1, p.Salt, p.Cost)
	s, err := p.open(k)
	if err != nil {
		t.Fatal(err)
	}
	other := d.parsed(t, "M-02")
	for name, edit := range map[string]func(*parsed){
		"nothing":      func(*parsed) {},
		"recipient":    func(p *parsed) { p.Public.Recipient = other.Public.Recipient },
		"verifier key": func(p *parsed) { p.Public.VerifierKey = other.Public.VerifierKey },
	} {
		q := d.parsed(t, "M-01")
		edit(q)
		f, err := s.seal(q.body, k)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (&parsed{keyFile: f}).open(k); (err == nil) != (name == "nothing") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file that is genuine but for a cost below the floor is refused: the floor is not only
// a matter of making files.
func TestFloorOnReading(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	cheap := Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}
	f, err := amina.secrets().file(newcomer{id: "M-01", handle: "amina", role: Custodian, passphrase: pass1, cost: cheap, at: noon})
	if err != nil {
		t.Fatal(err)
	}
	d.put(t, "M-01.json", f.encode())
	_, err = Unlock(d.dir, "M-01", pass1)
	wantKind(t, err, fault.Conflict, "below the floor")
	if _, err = amina.Members(d.dir); !errors.Is(err, errCheap) {
		t.Errorf("the roster: %v", err)
	}
	for _, c := range []Cost{{ceilingMemory + 1, 1, 1}, {floorMemory, ceilingPasses + 1, 1}, {floorMemory, 1, ceilingLanes + 1}} {
		if !errors.Is(c.valid(), errDear) {
			t.Errorf("%+v is taken", c)
		}
	}
	for _, c := range []Cost{FloorCost, DefaultCost} {
		if c.valid() != nil {
			t.Errorf("%+v is refused", c)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	d := pair(t)
	good := string(d.files["M-01.json"])
	if _, err := parse([]byte(good)); err != nil {
		t.Fatal(err)
	}
	p := d.parsed(t, "M-01")
	edited := func(edit func(*parsed)) string {
		q := d.parsed(t, "M-01")
		edit(q)
		return string(q.encode())
	}
	swap := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("no %q in a key file", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	for name, data := range map[string]string{
		"empty":            "",
		"no end":           strings.TrimSuffix(good, "\n"),
		"two ends":         good + "\n",
		"two values":       good + good,
		"white space":      swap(`{"public"`, `{ "public"`),
		"unknown field":    swap(`{"public"`, `{"note":"","public"`),
		"unknown public":   swap(`"added_at"`, `"email":"","added_at"`),
		"same field twice": swap(`"role":"custodian"`, `"role":"custodian","role":"custodian"`),
		"other case":       swap(`"role"`, `"Role"`),
		"missing field":    swap(`"role":"custodian",`, ``),
		"escape":           swap(`"role":"custodian"`, `"role":"c\u0075stodian"`),
		"line feed in key": edited(func(p *parsed) { p.Public.VerifierKey = p.Public.VerifierKey[:30] + "\n" + p.Public.VerifierKey[30:] }),
		"upper hash":       edited(func(p *parsed) { p.Public.VerifierKey = upperHash(p.Public.VerifierKey) }),
		"foreign key name": edited(func(p *parsed) { p.Public.VerifierKey = d.parsed(t, "M-02").Public.VerifierKey }),
		"upper recipient":  edited(func(p *parsed) { p.Public.Recipient = strings.ToUpper(p.Public.Recipient) }),
		"short recipient":  edited(func(p *parsed) { p.Public.Recipient = p.Public.Recipient[:99] }),
		"X25519 recipient": edited(func(p *parsed) { p.Public.Recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p" }),
		"format":           edited(func(p *parsed) { p.Public.Format = "heed/v2/member" }),
		"id":               edited(func(p *parsed) { p.Public.ID = "M-1" }),
		"zero id":          edited(func(p *parsed) { p.Public.ID = "M-00" }),
		"path as id":       edited(func(p *parsed) { p.Public.ID = "../M-01" }),
		"role":             edited(func(p *parsed) { p.Public.Role = "owner" }),
		"handle": edited(func(p *parsed) {
			p.Public.Handle, p.Public.VerifierKey = "amina-", freshKey(t, "amina-")
		}),
		"short salt":         edited(func(p *parsed) { p.Salt = p.Salt[1:] }),
		"no salt":            edited(func(p *parsed) { p.Salt = nil }),
		"short check":        edited(func(p *parsed) { p.Check = p.Check[1:] }),
		"short mac":          edited(func(p *parsed) { p.RosterMAC = p.RosterMAC[1:] }),
		"no box":             edited(func(p *parsed) { p.Box = p.Box[:40] }),
		"too large":          edited(func(p *parsed) { p.Box = make([]byte, maxFileSize) }),
		"below the floor":    edited(func(p *parsed) { p.Cost.MemoryKiB = floorMemory - 1 }),
		"above the ceiling":  edited(func(p *parsed) { p.Cost.MemoryKiB = ceilingMemory + 1 }),
		"too many lanes":     swap(`"lanes":1`, `"lanes":256`),
		"negative memory":    swap(`"memory_kib":`, `"memory_kib":-`),
		"fraction of a time": swap(`"added_at":`, `"added_at":0.`),
	} {
		_, err := parse([]byte(data))
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		if strings.Contains(err.Error(), p.Public.Recipient[:20]) || strings.Contains(err.Error(), "owner") {
			t.Errorf("%s: the error holds content: %v", name, err)
		}
	}
}

// upperHash writes the key hash of a verifier key in capitals, with a letter that has one.
func upperHash(vkey string) string {
	parts := strings.SplitN(vkey, "+", 3)
	if up := strings.ToUpper(parts[1]); up != parts[1] {
		parts[1] = up
	} else {
		parts[1] = "0" + parts[1]
	}
	return strings.Join(parts, "+")
}

func TestReadRefusesWhatIsNoFile(t *testing.T) {
	d := pair(t)
	luis := d.unlock(t, "luis", pass2)
	path := filepath.Join(d.dir, "M-01.json")
	os.Rename(path, path+".old")
	if err := os.Symlink(path+".old", path); err != nil {
		t.Fatal(err)
	}
	_, err := luis.Members(d.dir)
	wantKind(t, err, fault.Conflict, "M-01")
	os.Remove(path)
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err = luis.Members(d.dir)
	wantKind(t, err, fault.Conflict, "M-01")
}

// Names that are no ids, among them what a crash leaves while writing, are passed over.
func TestListPassesOver(t *testing.T) {
	d := pair(t)
	for _, name := range []string{"tmp-123", "M-3.json", "m-03.json", "M-03.json~", "M-03", "M-00.json", "README"} {
		d.put(t, name, []byte("x"))
	}
	if ids, err := list(d.dir); err != nil || strings.Join(ids, " ") != "M-01 M-02" {
		t.Errorf("%v %v", ids, err)
	}
	d.put(t, "M-100.json", nil)
	d.put(t, "M-99.json", nil)
	if ids, err := list(d.dir); err != nil || strings.Join(ids, " ") != "M-01 M-02 M-99 M-100" {
		t.Errorf("%v %v", ids, err)
	}
}

func TestWriteNeverOverwrites(t *testing.T) {
	d := pair(t)
	wantKind(t, write(d.dir, "M-01", []byte("other")), fault.Conflict, "M-01")
	after, err := contents(d.dir)
	if err != nil || len(after) != 2 || !bytes.Equal(after["M-01.json"], d.files["M-01.json"]) {
		t.Errorf("the directory changed: %d files (%v)", len(after), err)
	}
}

// Where there are no links, the same holds.
func TestPublishWithoutLinks(t *testing.T) {
	dir := t.TempDir()
	none := func(string, string) error { return &os.LinkError{Op: "link", Err: errors.ErrUnsupported} }
	path := filepath.Join(dir, "M-01.json")
	if err := publish("", path, []byte("one"), none); err != nil {
		t.Fatal(err)
	}
	if err := publish("", path, []byte("two"), none); !errors.Is(err, fs.ErrExist) {
		t.Errorf("got %v", err)
	}
	b, _ := os.ReadFile(path)
	if fi, err := os.Stat(path); err != nil || fi.Mode() != 0o600 || string(b) != "one" {
		t.Errorf("%q %v %v", b, fi.Mode(), err)
	}
}

// golden is a case of two members as the first version wrote it.
const golden = "testdata/case"

// What was written once opens for good.
func TestGolden(t *testing.T) {
	amina, err := Unlock(golden, "amina", pass1)
	if err != nil {
		t.Fatal(err)
	}
	luis, err := Unlock(golden, "M-02", pass2)
	if err != nil {
		t.Fatal(err)
	}
	members, err := luis.Members(golden)
	if err != nil || len(members) != 2 || members[0].public() != amina.Member().public() {
		t.Errorf("the roster is %v (%v)", members, err)
	}
	if amina.Role() != Custodian || luis.Role() != Ordinary || *amina.CaseKeys().caseKeys != *luis.CaseKeys().caseKeys {
		t.Error("the members are not who they were")
	}
}

// FuzzParse: what parse takes has one form, can be named and published as it is, and
// costs no more work than the ceiling.
func FuzzParse(f *testing.F) {
	// The same in every process: the fuzzing engine asks its workers to agree on the seeds.
	files, err := contents(golden)
	if err != nil || len(files) != 2 {
		f.Fatal(len(files), err)
	}
	for _, data := range files {
		f.Add(data)
		f.Add(bytes.ToUpper(data))
		f.Add(data[:len(data)/2])
	}
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := parse(data)
		if err != nil {
			return
		}
		if !bytes.Equal(p.encode(), data) {
			t.Fatal("two forms of one key file")
		}
		m := p.member
		if m.public() != p.Public || !ValidHandle(m.Handle) || !m.Role.Valid() || m.Recipient == nil || m.AddedAt.Location() != time.UTC {
			t.Fatalf("took %+v", m)
		}
		if r, ok := m.Recipient.(fmt.Stringer); !ok || r.String() != m.RecipientText {
			t.Fatal("two forms of one recipient")
		}
		if v, err := note.NewVerifier(m.VerifierKey); err != nil || v.Name() != m.Handle {
			t.Fatalf("took verifier key %q", m.VerifierKey)
		}
		if p.Cost.valid() != nil {
			t.Fatalf("took cost %+v", p.Cost)
		}
	})
}
