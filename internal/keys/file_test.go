package keys

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
)

// The associated data of the box is what the file shows before it, byte for byte.
func TestOpeningIsExact(t *testing.T) {
	d := pair(t)
	f := d.keyFile(t, "M-01")
	want := bytes.TrimSuffix(marshal(f.opening), []byte("}"))
	if !bytes.HasPrefix(d.files["M-01.json"], want) {
		t.Errorf("the file begins otherwise than\n%s", want)
	}
}

// One changed byte, wherever and whatever, is never taken.
func TestOneChangedByte(t *testing.T) {
	d := pair(t)
	data := d.files["M-01.json"]
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(data)
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		b[at] = rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte("AQgw019azM-,\" "))).Filter(func(c byte) bool { return c != data[at] }).Draw(t, "byte")
		d.put(t, "M-01.json", b)
		if _, err := Unlock(d.dir, "M-01", pass1); fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.WrongPassphrase {
			t.Fatalf("unlocking: %v", err)
		}
	})
}

// Each part of a file, replaced by another that has the right form.
func TestEditedParts(t *testing.T) {
	d := pair(t)
	other := d.keyFile(t, "M-02")
	for name, c := range map[string]struct {
		edit func(f *keyFile)
		kind fault.Kind
	}{
		"id":     {func(f *keyFile) { f.ID = "M-02" }, fault.Conflict},
		"box":    {func(f *keyFile) { f.Box = other.Box }, fault.Conflict},
		"nonce":  {func(f *keyFile) { f.Box[0]++ }, fault.Conflict},
		"text":   {func(f *keyFile) { f.Box[30]++ }, fault.Conflict},
		"tag":    {func(f *keyFile) { f.Box[len(f.Box)-1]++ }, fault.Conflict},
		"length": {func(f *keyFile) { f.Box = f.Box[:len(f.Box)-1] }, fault.Conflict},
		"cost":   {func(f *keyFile) { f.Cost.Passes++ }, fault.WrongPassphrase},
		"salt":   {func(f *keyFile) { f.Salt = other.Salt }, fault.WrongPassphrase},
		"check":  {func(f *keyFile) { f.Check = other.Check }, fault.WrongPassphrase},
	} {
		f := d.keyFile(t, "M-01")
		c.edit(f)
		d.put(t, "M-01.json", f.encode())
		_, err := Unlock(d.dir, "M-01", pass1)
		if fault.KindOf(err) != c.kind || c.kind == fault.Conflict && !strings.Contains(err.Error(), "M-01") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The box binds the cost and the id also to somebody who knows the passphrase's key.
func TestBoxBindsItsOpening(t *testing.T) {
	d := pair(t)
	f := d.keyFile(t, "M-01")
	k := derive(pass1, f.Salt, f.Cost)
	for name, edit := range map[string]func(*keyFile){
		"nothing": func(*keyFile) {},
		"format":  func(f *keyFile) { f.Format = "heed/v2/key-file" },
		"id":      func(f *keyFile) { f.ID = "M-02" },
		"cost":    func(f *keyFile) { f.Cost.Lanes++ },
		"salt":    func(f *keyFile) { f.Salt[0]++ },
	} {
		g := d.keyFile(t, "M-01")
		edit(g)
		if _, _, err := g.open(k); (err == nil) != (name == "nothing") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A broken file gives one answer to everybody. One that is missing stops its owner only.
func TestBrokenAndMissingFiles(t *testing.T) {
	for _, id := range []string{"M-02", "K-01"} {
		d := pair(t)
		d.put(t, id+".json", []byte("{}\n"))
		for _, name := range []string{"amina", "luis", "nobody"} {
			for _, pass := range [][]byte{pass1, pass2} {
				_, err := Unlock(d.dir, name, pass)
				wantKind(t, err, fault.Conflict, id)
			}
		}
	}
	d := pair(t)
	os.Remove(filepath.Join(d.dir, "M-02.json"))
	os.Remove(filepath.Join(d.dir, "K-01.json"))
	d.unlock(t, "amina", pass1)
	_, err := Unlock(d.dir, "luis", pass2)
	wantKind(t, err, fault.Conflict, "M-02")
	_, err = UnlockRecovery(d.dir, d.words)
	wantKind(t, err, fault.Conflict, "K-01")
	_, err = Unlock(d.dir, "nobody", pass2)
	wantKind(t, err, fault.WrongPassphrase, "")
	os.Remove(filepath.Join(d.dir, "M-01.json"))
	_, err = Unlock(d.dir, "nobody", pass2)
	wantKind(t, err, fault.Conflict, "M-01")
}

func TestSwappedFiles(t *testing.T) {
	d := pair(t)
	d.put(t, "M-01.json", d.files["M-02.json"])
	d.put(t, "M-02.json", d.files["M-01.json"])
	_, err := Unlock(d.dir, "M-01", pass1)
	wantKind(t, err, fault.Conflict, "M-01")
}

// A key file that somebody made for a member whose passphrase they do not know shows other
// keys than the roster: it is refused even with the right pin.
func TestForeignKeyFile(t *testing.T) {
	d := pair(t)
	n, err := newNewcomer([]byte("known to them"), FloorCost)
	if err != nil {
		t.Fatal(err)
	}
	f, err := n.boxed("M-02", d.roster(t).head())
	if err != nil {
		t.Fatal(err)
	}
	d.put(t, f.name, f.data)
	_, err = Unlock(d.dir, "luis", []byte("known to them"))
	wantKind(t, err, fault.Conflict, "M-02")
	_, err = Unlock(d.dir, "luis", pass2)
	wantKind(t, err, fault.WrongPassphrase, "")
}

// A file that is genuine but for a cost below the floor is refused: the floor is not only
// a matter of making files.
func TestFloorOnReading(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	f, err := newLock(pass1, Cost{MemoryKiB: 8, Passes: 1, Lanes: 1}).file("M-01", amina.secrets(), d.roster(t).head())
	if err != nil {
		t.Fatal(err)
	}
	d.put(t, "M-01.json", f.encode())
	_, err = Unlock(d.dir, "M-01", pass1)
	wantKind(t, err, fault.Conflict, "below the floor")
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
	edited := func(edit func(*keyFile)) string {
		f := d.keyFile(t, "M-01")
		edit(f)
		return string(f.encode())
	}
	swap := func(from, to string) string {
		if !strings.Contains(good, from) {
			t.Fatalf("no %q in a key file", from)
		}
		return strings.Replace(good, from, to, 1)
	}
	for name, data := range map[string]string{
		"empty":             "",
		"no end":            strings.TrimSuffix(good, "\n"),
		"two ends":          good + "\n",
		"two values":        good + good,
		"white space":       swap(`{"format"`, `{ "format"`),
		"unknown field":     swap(`{"format"`, `{"note":"","format"`),
		"same field twice":  swap(`"id":"M-01"`, `"id":"M-01","id":"M-01"`),
		"other case":        swap(`"salt"`, `"Salt"`),
		"missing field":     swap(`"id":"M-01",`, ``),
		"escape":            swap(`"id":"M-01"`, `"id":"M-\u0030\u0031"`),
		"line feed in salt": swap(`"salt":"`, `"salt":"\n`),
		"format":            edited(func(f *keyFile) { f.Format = "heed/v2/key-file" }),
		"id":                edited(func(f *keyFile) { f.ID = "M-1" }),
		"zero id":           edited(func(f *keyFile) { f.ID = "M-00" }),
		"other id":          edited(func(f *keyFile) { f.ID = "S-01" }),
		"path as id":        edited(func(f *keyFile) { f.ID = "../M-01" }),
		"short salt":        edited(func(f *keyFile) { f.Salt = f.Salt[1:] }),
		"no salt":           edited(func(f *keyFile) { f.Salt = nil }),
		"short check":       edited(func(f *keyFile) { f.Check = f.Check[1:] }),
		"no box":            edited(func(f *keyFile) { f.Box = f.Box[:40] }),
		"too large":         edited(func(f *keyFile) { f.Box = make([]byte, maxFileSize) }),
		"below the floor":   edited(func(f *keyFile) { f.Cost.MemoryKiB = floorMemory - 1 }),
		"above the ceiling": edited(func(f *keyFile) { f.Cost.MemoryKiB = ceilingMemory + 1 }),
		"too many lanes":    swap(`"lanes":1`, `"lanes":256`),
		"negative memory":   swap(`"memory_kib":`, `"memory_kib":-`),
		"fraction":          swap(`"passes":1`, `"passes":1.0`),
	} {
		if _, err := parse([]byte(data)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestReadRefusesWhatIsNoFile(t *testing.T) {
	for name, who := range map[string]string{"M-01.json": "M-01", "roster": "roster"} {
		d := pair(t)
		path := filepath.Join(d.dir, name)
		os.Rename(path, path+".old")
		if err := os.Symlink(path+".old", path); err != nil {
			t.Fatal(err)
		}
		_, err := Unlock(d.dir, "amina", pass1)
		wantKind(t, err, fault.Conflict, who)
		os.Remove(path)
		if err := os.Mkdir(path, 0o700); err != nil {
			t.Fatal(err)
		}
		_, err = Unlock(d.dir, "amina", pass1)
		wantKind(t, err, fault.Conflict, who)
	}
}

// Names that are no ids, among them what a crash leaves while writing, are passed over.
func TestListPassesOver(t *testing.T) {
	d := pair(t)
	for _, name := range []string{"tmp-123", "M-3.json", "m-03.json", "M-03.json~", "M-03", "M-00.json", "S-01.json", "lock", "README"} {
		d.put(t, name, []byte("x"))
	}
	if ids, err := list(d.dir); err != nil || strings.Join(ids, " ") != "M-01 M-02 K-01" {
		t.Errorf("%v %v", ids, err)
	}
	d.put(t, "M-100.json", nil)
	d.put(t, "M-99.json", nil)
	d.put(t, "K-02.json", nil)
	if ids, err := list(d.dir); err != nil || strings.Join(ids, " ") != "M-01 M-02 M-99 M-100 K-01 K-02" {
		t.Errorf("%v %v", ids, err)
	}
	d.unlock(t, "luis", pass2)
}

func TestWriteNeverOverwrites(t *testing.T) {
	d := pair(t)
	wantKind(t, write(d.dir, "M-01.json", []byte("other")), fault.Conflict, "M-01")
	d.unchanged(t)
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

// golden is a case as the first version wrote it: amina made it, added luis, removed a
// guest with new keys of the case, and luis changed the passphrase.
const (
	golden      = "testdata/case"
	goldenWords = "mail alley climb grocery point train crater gossip toe special clump blur " +
		"tornado athlete cook essay symbol someone minor glance steak catch stool crater"
)

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
	w, err := ParseWords([]byte(goldenWords))
	if err != nil {
		t.Fatal(err)
	}
	k, err := UnlockRecovery(golden, w)
	if err != nil {
		t.Fatal(err)
	}
	members, err := luis.Members(golden)
	if err != nil || idList(members) != "M-01 M-02 K-01" || members[0].public() != amina.Member().public() || members[2].public() != k.Member().public() {
		t.Errorf("the roster is %s (%v)", idList(members), err)
	}
	if removed, err := k.Removed(golden); err != nil || strings.Join(removed, " ") != "M-03" {
		t.Errorf("removed are %v (%v)", removed, err)
	}
	if amina.Role() != Custodian || luis.Role() != Ordinary || !reflect.DeepEqual(amina.CaseKeys(), luis.CaseKeys()) || !reflect.DeepEqual(amina.CaseKeys(), k.CaseKeys()) {
		t.Error("the members are not who they were")
	}
}

// FuzzParse: what parse takes has one form, and costs no more work than the ceiling.
func FuzzParse(f *testing.F) {
	// The same in every process: the fuzzing engine asks its workers to agree on the seeds.
	files, err := contents(golden)
	if err != nil || len(files) != 4 {
		f.Fatal(len(files), err)
	}
	for _, data := range files {
		f.Add(data)
		f.Add(bytes.ToUpper(data))
		f.Add(data[:len(data)/2])
	}
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		k, err := parse(data)
		if err != nil {
			return
		}
		if !bytes.Equal(k.encode(), data) {
			t.Fatal("two forms of one key file")
		}
		if k.Cost.valid() != nil || !idForm.MatchString(k.ID) || len(k.Salt) != saltSize {
			t.Fatalf("took %+v", k)
		}
		// Whatever is in it, no passphrase's key makes it panic.
		if _, _, err := k.open(derived{box: make([]byte, 32)}); err == nil {
			t.Fatal("zeros opened a box")
		}
	})
}
