package backup

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"heed/internal/fault"
)

type file struct{ name, data string }

var sample = []file{{"store.db", "rows and rows"}, {"originals/ab/abcdef-0.x", ""}, {"vault.db", strings.Repeat("z", 300)}}

func header() Header {
	root := sha256.Sum256([]byte("head"))
	return Header{Origin: "heed/0123456789abcdef", MadeAt: 1_700_000_000_000_000, ExpiresAt: 1_707_776_000_000_000, By: "M-01", Entries: 12,
		Root:     base64.StdEncoding.EncodeToString(root[:]),
		KeyFiles: map[string][]byte{"roster": []byte("one\ntwo\n"), "M-01.json": []byte("{}\n")}}
}

// people are one who makes backups and one who opens them.
type people struct {
	signer   note.Signer
	verifier note.Verifiers
	id       age.Identity
	to       age.Recipient
}

func newPeople(t testing.TB) people {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, "amina")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return people{signer, note.VerifierList(verifier), id, id.Recipient()}
}

func adding(files []file) func(func(string, int64, io.Reader) error) error {
	return func(add func(string, int64, io.Reader) error) error {
		for _, f := range files {
			if err := add(f.name, int64(len(f.data)), strings.NewReader(f.data)); err != nil {
				return err
			}
		}
		return nil
	}
}

func (p people) write(t testing.TB, h Header, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, h, []age.Recipient{p.to}, p.signer, adding(files)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (p people) read(r io.Reader) (h Header, files []file, err error) {
	b, err := Read(r)
	if err != nil {
		return h, nil, err
	}
	err = b.Extract(p.id, p.verifier, func(name string, size int64, r io.Reader) error {
		data, err := io.ReadAll(r)
		if err == nil && int64(len(data)) != size {
			err = fmt.Errorf("%s has %d bytes, was said to have %d", name, len(data), size)
		}
		files = append(files, file{name, string(data)})
		return err
	})
	return b.Header(), files, err
}

func TestRoundTrip(t *testing.T) {
	p, other := newPeople(t), newPeople(t)
	for name, files := range map[string][]file{
		"nothing":                     nil,
		"some":                        sample,
		"just a chunk":                {{"a", strings.Repeat("a", 64<<10)}},
		"more than a chunk":           {{"a", strings.Repeat("a", 200_001)}, {"b", "b"}},
		"as long a name as there is":  {{strings.Repeat("n", maxName), "x"}},
		"a name with all it may have": {{"0/a-b.c/9.z", "x"}},
	} {
		var b bytes.Buffer
		if err := Write(&b, header(), []age.Recipient{other.to, p.to}, p.signer, adding(files)); err != nil {
			t.Fatal(err)
		}
		h, got, err := p.read(iotest.OneByteReader(&b))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want := header()
		want.Format = Format
		if !slices.Equal(got, files) || fmt.Sprint(h) != fmt.Sprint(want) {
			t.Errorf("%s: came back as %v with %v", name, h, got)
		}
	}
}

func TestRoundTripLaw(t *testing.T) {
	p := newPeople(t)
	rapid.Check(t, func(t *rapid.T) {
		m := rapid.MapOfN(rapid.StringMatching(`[a-z0-9-]{1,3}(/[a-z0-9-]{1,9}(\.[a-z]{1,3})?){0,2}`), rapid.String(), 0, 6).Draw(t, "files")
		var files []file
		for _, name := range slices.Sorted(maps.Keys(m)) {
			files = append(files, file{name, m[name]})
		}
		var b bytes.Buffer
		if err := Write(&b, header(), []age.Recipient{p.to}, p.signer, adding(files)); err != nil {
			t.Fatal(err)
		}
		if _, got, err := p.read(&b); err != nil || !slices.Equal(got, files) {
			t.Fatalf("%v came back as %v: %v", files, got, err)
		}
	})
}

func TestTwoOfTheSameDiffer(t *testing.T) {
	p := newPeople(t)
	a, b := p.write(t, header(), sample), p.write(t, header(), sample)
	_, a, _ = bytes.Cut(a, []byte("age-encryption.org/v1\n"))
	_, b, _ = bytes.Cut(b, []byte("age-encryption.org/v1\n"))
	if bytes.Equal(a, b) || len(a) == 0 {
		t.Error("two backups of the same content do not differ")
	}
}

// knowing is an identity that knows the file key already. It spares thousands of openings,
// and it is the harder case: no flipped byte is excused because the stanza did not open.
type knowing struct{ key []byte }

func (k *knowing) Unwrap([]*age.Stanza) ([]byte, error) { return bytes.Clone(k.key), nil }

// learning takes the file key down.
type learning struct {
	age.Identity
	got *knowing
}

func (l learning) Unwrap(s []*age.Stanza) ([]byte, error) {
	key, err := l.Identity.Unwrap(s)
	l.got.key = bytes.Clone(key)
	return key, err
}

// TestEveryFlippedByteFails: no byte can be changed, no end cut off, nothing added.
func TestEveryFlippedByteFails(t *testing.T) {
	p := newPeople(t)
	whole := p.write(t, header(), sample)
	known := &knowing{}
	learner := p
	learner.id = learning{p.id, known}
	if _, _, err := learner.read(bytes.NewReader(whole)); err != nil {
		t.Fatalf("unchanged: %v", err)
	}
	fails := func(what string, b []byte) {
		t.Helper()
		knower := p
		knower.id = known
		if _, _, err := knower.read(bytes.NewReader(b)); fault.KindOf(err) != fault.Conflict && fault.KindOf(err) != fault.Invalid {
			t.Fatalf("%s: kind %d: %v", what, fault.KindOf(err), err)
		}
	}
	for i := range whole {
		b := bytes.Clone(whole)
		b[i] ^= 1 << (i % 8)
		fails(fmt.Sprintf("byte %d of %d flipped", i, len(b)), b)
		fails(fmt.Sprintf("cut at %d of %d", i, len(b)), whole[:i])
		if i%64 > 0 {
			continue
		}
		if _, _, err := p.read(bytes.NewReader(b)); fault.KindOf(err) == 0 {
			t.Fatalf("byte %d of %d flipped, with the real key: %v", i, len(b), err)
		}
	}
	fails("a byte more", append(bytes.Clone(whole), 0))
	fails("another backup behind it", slices.Concat(whole, whole))
}

// TestDamageIsNamed: in a file of many chunks the fault says which file broke.
func TestDamageIsNamed(t *testing.T) {
	p := newPeople(t)
	whole := p.write(t, header(), []file{{"first", strings.Repeat("a", 100_000)}, {"second", strings.Repeat("b", 200_000)}, {"third", "c"}})
	for at, want := range map[int]string{len(whole) - 150_000: "second", len(whole) - 220_000: "first", len(whole) - 1: "second"} {
		b := bytes.Clone(whole)
		b[at] ^= 1
		if _, _, err := p.read(bytes.NewReader(b)); fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "at "+want) {
			t.Errorf("flipped at %d: %v, want one about %s", at, err, want)
		}
	}
}

func TestWhoOpensAndWhoSigned(t *testing.T) {
	p, other := newPeople(t), newPeople(t)
	whole := p.write(t, header(), sample)
	stranger := p
	stranger.id = other.id
	if _, files, err := stranger.read(bytes.NewReader(whole)); fault.KindOf(err) != fault.Denied || files != nil {
		t.Errorf("a stranger's key: %v", err)
	}
	foreign := p
	foreign.verifier = other.verifier
	if _, _, err := foreign.read(bytes.NewReader(whole)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("signed by somebody else: %v", err)
	}
	nobody := p
	nobody.verifier = nil
	if _, _, err := nobody.read(bytes.NewReader(whole)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("with nobody who may sign: %v", err)
	}
}

// TestRead: the header is open to everybody, before any key, and says nothing of the files.
func TestRead(t *testing.T) {
	p := newPeople(t)
	mark := []byte("age-encryption.org/v1\n")
	var heads [][]byte
	for _, files := range [][]file{nil, sample} {
		whole := p.write(t, header(), files)
		b, err := Read(bytes.NewReader(whole))
		if err != nil {
			t.Fatal(err)
		}
		h := header()
		h.Format = Format
		if fmt.Sprint(b.Header()) != fmt.Sprint(h) {
			t.Errorf("read %v", b.Header())
		}
		head, body, _ := bytes.Cut(whole, mark)
		if heads = append(heads, head); len(body) == 0 || bytes.Contains(whole, []byte("store.db")) {
			t.Error("a file's name can be read without a key")
		}
	}
	if !bytes.Equal(heads[0], heads[1]) {
		t.Error("the header differs with the files")
	}
	for name, s := range map[string]string{"empty": "", "another form": "heed/backup/v2\n{}\n", "a bundle": "PK\x03\x04 and more"} {
		if _, err := Read(strings.NewReader(s)); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	endless := io.MultiReader(strings.NewReader(Format+"\n"), zeros{})
	if _, err := Read(endless); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a header without an end: %v", err)
	}
}

// TestHeaderIsSigned: a header from another backup of the same signer does not pass.
func TestHeaderIsSigned(t *testing.T) {
	p := newPeople(t)
	h := header()
	h.ExpiresAt++
	mark := []byte("age-encryption.org/v1\n")
	head, _, _ := bytes.Cut(p.write(t, h, sample), mark)
	_, body, _ := bytes.Cut(p.write(t, header(), sample), mark)
	if _, _, err := p.read(bytes.NewReader(slices.Concat(head, mark, body))); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a later expiry than was signed: %v", err)
	}
}

func TestWriteRefuses(t *testing.T) {
	p := newPeople(t)
	add := func(name string, size int64, r io.Reader) func(func(string, int64, io.Reader) error) error {
		return func(add func(string, int64, io.Reader) error) error {
			add(name, size, r) // an error that is dropped here must fail the backup all the same
			return nil
		}
	}
	broken := errors.New("broken")
	for name, tt := range map[string]struct {
		files func(func(string, int64, io.Reader) error) error
		want  fault.Kind
		err   error
	}{
		"shorter":         {add("a", 5, strings.NewReader("four")), fault.Conflict, nil},
		"longer":          {add("a", 3, strings.NewReader("four")), fault.Conflict, nil},
		"not empty":       {add("a", 0, strings.NewReader("x")), fault.Conflict, nil},
		"negative":        {add("a", -1, strings.NewReader("")), fault.Invalid, nil},
		"broken reader":   {add("a", 9, iotest.ErrReader(broken)), 0, broken},
		"broken at end":   {add("a", 1, io.MultiReader(strings.NewReader("x"), iotest.ErrReader(broken))), 0, broken},
		"broken callback": {func(func(string, int64, io.Reader) error) error { return broken }, 0, broken},
		"twice":           {adding([]file{{"a", "1"}, {"b", "2"}, {"a", "1"}}), fault.Invalid, nil},
	} {
		var b bytes.Buffer
		err := Write(&b, header(), []age.Recipient{p.to}, p.signer, tt.files)
		if err == nil || fault.KindOf(err) != tt.want || tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := p.read(&b); err == nil {
			t.Errorf("%s: what was left behind extracts", name)
		}
	}
	if err := Write(io.Discard, header(), nil, p.signer, adding(nil)); fault.KindOf(err) != fault.Invalid {
		t.Errorf("for nobody: %v", err)
	}
}

func TestNames(t *testing.T) {
	p := newPeople(t)
	for _, bad := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/../b", "a/./b", ".a", "a.", "a..b", "a./b", "A", "a b", "a\\b", "a\n", "ä", "a:b", strings.Repeat("n", maxName+1)} {
		if err := Write(io.Discard, header(), []age.Recipient{p.to}, p.signer, adding([]file{{bad, ""}})); fault.KindOf(err) != fault.Invalid {
			t.Errorf("the name %q was taken: %v", bad, err)
		}
		if plain := records(p, header(), []file{{bad, ""}}, ""); bad != "" {
			if _, _, err := p.read(bytes.NewReader(p.around(t, plain))); fault.KindOf(err) != fault.Conflict {
				t.Errorf("the name %q was read: %v", bad, err)
			}
		}
	}
}

// TestErrorsCarryNoPath: what the system says of a file may hold its path.
func TestErrorsCarryNoPath(t *testing.T) {
	p := newPeople(t)
	secret := &fs.PathError{Op: "write", Path: "cases/amina/case", Err: syscall.ENOSPC}
	err := Write(failing{secret}, header(), []age.Recipient{p.to}, p.signer, adding(sample))
	if !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "amina") {
		t.Errorf("writing: %v", err)
	}
	err = Write(io.Discard, header(), []age.Recipient{p.to}, p.signer, func(add func(string, int64, io.Reader) error) error {
		return add("a", 1, iotest.ErrReader(secret))
	})
	if !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "amina") {
		t.Errorf("reading a file: %v", err)
	}
	whole := p.write(t, header(), sample)
	for _, at := range []int{0, 3, 40, len(whole) / 2, len(whole) - 1, len(whole)} {
		_, _, err := p.read(io.MultiReader(bytes.NewReader(whole[:at]), iotest.ErrReader(secret)))
		if !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "amina") || fault.KindOf(err) != 0 {
			t.Errorf("reading broke at %d: %v", at, err)
		}
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func TestPut(t *testing.T) {
	p := newPeople(t)
	whole := p.write(t, header(), sample)
	b, err := Read(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	var kept io.Reader
	err = b.Extract(p.id, p.verifier, func(_ string, _ int64, r io.Reader) error {
		if kept != nil {
			if n, err := kept.Read(make([]byte, 1)); n != 0 || err == nil || err == io.EOF {
				t.Errorf("a file is read after its turn: %d, %v", n, err)
			}
		}
		kept = r
		return nil // unread: the rest is checked all the same
	})
	if err != nil {
		t.Errorf("unread files: %v", err)
	}
	if err := b.Extract(p.id, p.verifier, nil); err == nil {
		t.Error("extracted twice")
	}
	b, err = Read(bytes.NewReader(whole))
	if err != nil {
		t.Fatal(err)
	}
	stop := errors.New("no room")
	if err := b.Extract(p.id, p.verifier, func(string, int64, io.Reader) error { return stop }); err != stop {
		t.Errorf("put failed and Extract says %v", err)
	}
}

func TestHeaderForm(t *testing.T) {
	root := header().Root
	for name, change := range map[string]func(h *Header){
		"no origin":         func(h *Header) { h.Origin = "" },
		"plus in origin":    func(h *Header) { h.Origin = "heed+x" },
		"blank in origin":   func(h *Header) { h.Origin = "heed x" },
		"long origin":       func(h *Header) { h.Origin = strings.Repeat("o", maxOrigin+1) },
		"no time":           func(h *Header) { h.MadeAt = 0 },
		"never expires":     func(h *Header) { h.ExpiresAt = 0 },
		"expired when made": func(h *Header) { h.ExpiresAt = h.MadeAt },
		"expires too late":  func(h *Header) { h.ExpiresAt = maxInstant },
		"a name":            func(h *Header) { h.By = "amina" },
		"a recovery key":    func(h *Header) { h.By = "K-01" },
		"fewer than none":   func(h *Header) { h.Entries = -1 },
		"no root":           func(h *Header) { h.Root = "" },
		"short root":        func(h *Header) { h.Root = root[4:] },
		"loose root":        func(h *Header) { h.Root = root[:42] + "B=" },
		"line in root":      func(h *Header) { h.Root = root[:40] + "\n" + root[40:] },
		"no keys":           func(h *Header) { h.KeyFiles = nil },
		"dot file":          func(h *Header) { h.KeyFiles[".x"] = nil },
		"path":              func(h *Header) { h.KeyFiles["a/b"] = nil },
		"parent":            func(h *Header) { h.KeyFiles[".."] = nil },
		"long name":         func(h *Header) { h.KeyFiles[strings.Repeat("k", 65)] = nil },
		"same but for case": func(h *Header) { h.KeyFiles["m-01.JSON"] = nil },
		"large":             func(h *Header) { h.KeyFiles["big"] = make([]byte, maxKeyFile+1) },
		"large together": func(h *Header) {
			for i := range 13 {
				h.KeyFiles[fmt.Sprintf("big-%d", i)] = make([]byte, maxKeyFile)
			}
		},
	} {
		h := header()
		h.Format = Format
		change(&h)
		if _, err := h.marshal(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	h := header()
	h.Format = Format
	h.Origin = `<"&\>`
	line, err := h.marshal()
	if err != nil {
		t.Fatal(err)
	}
	if got, ok := parseHeader(line); !ok || got.Origin != h.Origin || !bytes.Contains(line, []byte(`"<\"&\\>"`)) {
		t.Errorf("%s came back as %v", line, got)
	}
	for _, s := range []string{
		" " + string(line), string(line) + " ", strings.Replace(string(line), `":`, `": `, 1), strings.Replace(string(line), "{", `{"x":1,`, 1),
		strings.Replace(string(line), `"entries"`, `"Entries"`, 1), strings.Replace(string(line), "<", `\u003c`, 1), strings.TrimSuffix(string(line), "\n"), "null\n", "{}\n", "[]\n", "",
		strings.Replace(string(line), Format, "heed/backup/v2", 1), strings.Replace(string(line), `"entries":12`, `"entries":12,"entries":12`, 1),
	} {
		if _, ok := parseHeader([]byte(s)); ok {
			t.Errorf("taken: %s", s)
		}
	}
}

// TestMemoryIsFlat writes and reads 64 MiB in one go; neither side may hold a sixteenth of it.
func TestMemoryIsFlat(t *testing.T) {
	const size = 64 << 20
	p := newPeople(t)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most := heap(), uint64(0)
	r, w := io.Pipe()
	go func() {
		w.CloseWithError(Write(w, header(), []age.Recipient{p.to}, p.signer, func(add func(string, int64, io.Reader) error) error {
			return add("big", size, io.LimitReader(zeros{}, size))
		}))
	}()
	b, err := Read(r)
	if err != nil {
		t.Fatal(err)
	}
	err = b.Extract(p.id, p.verifier, func(_ string, _ int64, r io.Reader) error {
		for range 8 {
			if _, err := io.CopyN(io.Discard, r, size/8); err != nil {
				return err
			}
			most = max(most, heap())
		}
		return nil
	})
	if err != nil || most > before+size/16 {
		t.Errorf("held %d bytes more than the %d before, for a file of %d: %v", most-before, before, size, err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

func BenchmarkWrite(b *testing.B) {
	p := newPeople(b)
	b.SetBytes(64 << 20)
	b.ReportAllocs()
	for b.Loop() {
		if err := Write(io.Discard, header(), []age.Recipient{p.to}, p.signer, func(add func(string, int64, io.Reader) error) error {
			return add("big", 64<<20, io.LimitReader(zeros{}, 64<<20))
		}); err != nil {
			b.Fatal(err)
		}
	}
}
