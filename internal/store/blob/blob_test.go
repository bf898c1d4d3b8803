package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
)

// store is what any place for originals must do; TestConformance holds it to that.
type store interface {
	Put(context.Context, [32]byte, io.Reader) (*Pending, error)
	Get(context.Context, string, [32]byte, int64) (io.ReadCloser, error)
	List(context.Context) ([]string, error)
	Sweep(ctx context.Context, keep, gone func(string) bool) (int, error)
}

var _ store = (*Dir)(nil)

var key1, key2 = [32]byte{1}, [32]byte{2}

func open(t testing.TB) *Dir {
	t.Helper()
	d, err := Open(filepath.Join(t.TempDir(), "originals"), [32]byte{42})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func put(t testing.TB, d store, key [32]byte, b []byte) Stat {
	t.Helper()
	p, err := d.Put(t.Context(), key, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Keep(), p.Settle(), p.Drop()); err != nil {
		t.Fatal(err)
	}
	return p.Stat()
}

// leave does what a crash between Keep and Settle does.
func leave(t testing.TB, d *Dir, b []byte) Stat {
	t.Helper()
	p, err := d.Put(t.Context(), key1, bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(p.Keep(), p.Drop()); err != nil {
		t.Fatal(err)
	}
	return p.Stat()
}

func all(string) bool  { return true }
func none(string) bool { return false }

func sweep(t testing.TB, d *Dir, keep, gone func(string) bool, want int) {
	t.Helper()
	if n, err := d.Sweep(t.Context(), keep, gone); n != want || err != nil {
		t.Errorf("swept %d, %v; want %d", n, err, want)
	}
}

func get(d store, s Stat, key [32]byte) ([]byte, error) {
	r, err := d.Get(context.Background(), s.Name, key, s.Size)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

// noise returns n bytes that do not end in a zero.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	if n > 0 {
		b[n-1] |= 1
	}
	return b
}

// left lists every file under the root, so that tests see what was left behind.
func left(t testing.TB, d *Dir) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(d.root, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			files = append(files, e.Name())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestConformance(t *testing.T) {
	d := open(t)
	var names []string
	for _, n := range []int{0, 1, 4095, 4096, 4097, 64<<10 - 1, 64 << 10, 64<<10 + 1, 300_000, 1 << 20} {
		b := noise(n)
		s := put(t, d, key1, b)
		if s.Size != int64(n) || s.SHA256 != sha256.Sum256(b) {
			t.Errorf("%d bytes: stat %d %x", n, s.Size, s.SHA256)
		}
		got, err := get(d, s, key1)
		if err != nil || !bytes.Equal(got, b) {
			t.Errorf("%d bytes: got %d back, %v", n, len(got), err)
		}
		names = append(names, s.Name)
	}
	slices.Sort(names)
	if got, err := d.List(t.Context()); err != nil || !slices.Equal(got, names) {
		t.Errorf("list %v, %v; want %v", got, err, names)
	}
	if got := left(t, d); len(got) != len(names) {
		t.Errorf("files left: %v", got)
	}
	if _, err := get(d, Stat{Name: strings.Repeat("0", 64)}, key1); fault.KindOf(err) != fault.NotFound {
		t.Errorf("missing blob: %v", err)
	}
	for _, bad := range []string{"", "..", "../../etc/passwd", strings.Repeat("A", 64), strings.Repeat("0", 63) + "/"} {
		if _, err := get(d, Stat{Name: bad}, key1); fault.KindOf(err) != fault.Invalid {
			t.Errorf("name %q: %v", bad, err)
		}
	}
}

func TestPutTwiceIsOneBlob(t *testing.T) {
	d := open(t)
	a, b := put(t, d, key1, noise(10)), put(t, d, key1, noise(10))
	if a.Name != b.Name || len(left(t, d)) != 1 {
		t.Errorf("%v and %v, files %v", a, b, left(t, d))
	}
	if got, err := get(d, a, key1); err != nil || !bytes.Equal(got, noise(10)) {
		t.Error(got, err)
	}
}

func TestNames(t *testing.T) {
	d, other := open(t), open(t)
	other.name = namer([32]byte{43})
	b := noise(100)
	a1, a2, o1 := put(t, d, key1, b), put(t, d, key2, b), put(t, other, key1, b)
	if a1.Name == a2.Name || a1.Name == o1.Name {
		t.Error("equal files have related names")
	}
	if a1.SHA256 != a2.SHA256 {
		t.Error("equal files have other hashes")
	}
}

func TestMetadataTellsNothing(t *testing.T) {
	d := open(t)
	a, b := put(t, d, key1, noise(5)), put(t, d, key2, noise(4000))
	if _, err := get(d, a, key1); err != nil {
		t.Fatal(err)
	}
	fa, _ := os.Stat(d.path(a.Name))
	fb, _ := os.Stat(d.path(b.Name))
	if fa.Size() != fb.Size() {
		t.Errorf("sizes %d and %d", fa.Size(), fb.Size())
	}
	for _, path := range []string{d.root, d.shard(a.Name), d.path(a.Name)} {
		fi, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if !fi.ModTime().Equal(noTime) {
			t.Errorf("a time: %v", fi.ModTime())
		}
		if runtime.GOOS != "windows" && fi.Mode().Perm()&0o077 != 0 {
			t.Errorf("mode %v", fi.Mode())
		}
	}
}

func TestDropLeavesNothing(t *testing.T) {
	d := open(t)
	p, err := d.Put(t.Context(), key1, bytes.NewReader(noise(100)))
	if err != nil {
		t.Fatal(err)
	}
	sweep(t, d, none, nil, 0) // under a living writer
	if err := errors.Join(p.Drop(), p.Drop()); err != nil {
		t.Error(err)
	}
	if err := p.Keep(); err == nil {
		t.Error("kept what was dropped")
	}
	if got := left(t, d); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

type failing struct {
	after int64
	err   error
	panic bool
}

func (f *failing) Read(p []byte) (int, error) {
	if f.after <= 0 {
		if f.panic {
			panic("reader")
		}
		return 0, f.err
	}
	n := min(int64(len(p)), f.after)
	f.after -= n
	return int(n), nil
}

func TestReaderFails(t *testing.T) {
	d := open(t)
	named := &fs.PathError{Op: "read", Path: "/media/Amina interview.m4a", Err: io.ErrClosedPipe}
	for _, after := range []int64{0, 1, 1 << 20} {
		_, err := d.Put(t.Context(), key1, &failing{after: after, err: named})
		if !errors.Is(err, io.ErrClosedPipe) || strings.Contains(err.Error(), "Amina") {
			t.Errorf("after %d: %v", after, err)
		}
	}
	refused := fault.New(fault.Refused, "too large", "", "")
	if _, err := d.Put(t.Context(), key1, &failing{err: refused}); fault.KindOf(err) != fault.Refused {
		t.Errorf("a fault of the reader became %v", err)
	}
	func() {
		defer func() { recover() }()
		d.Put(t.Context(), key1, &failing{after: 9, panic: true})
	}()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Put(ctx, key1, bytes.NewReader(noise(9))); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if got := left(t, d); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

// meddler ends its input by flipping a byte of what Put has written so far.
type meddler struct {
	t *testing.T
	d *Dir
	n int
}

func (m *meddler) Read(p []byte) (int, error) {
	if m.n--; m.n > 0 {
		return len(p), nil
	}
	f, err := os.OpenFile(filepath.Join(m.d.root, left(m.t, m.d)[0]), os.O_RDWR, 0)
	if err != nil {
		m.t.Fatal(err)
	}
	defer f.Close()
	b := make([]byte, 1)
	if _, err := f.ReadAt(b, 1000); err != nil {
		m.t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte{b[0] ^ 1}, 1000); err != nil {
		m.t.Fatal(err)
	}
	return 0, io.EOF
}

func TestReadingBackFindsDamage(t *testing.T) {
	d := open(t)
	if _, err := d.Put(t.Context(), key1, &meddler{t, d, 10}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("error %v", err)
	}
	if got := left(t, d); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
}

func TestTampering(t *testing.T) {
	d := open(t)
	const n = 200_000
	s := put(t, d, key1, noise(n))
	other := put(t, d, key1, noise(n+1)) // same key, same padded size
	path := d.path(s.Name)
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	swapped, _ := os.ReadFile(d.path(other.Name))
	flip := func(i int) []byte {
		b := slices.Clone(good)
		b[i] ^= 1
		return b
	}
	size := func(n int64) Stat { return Stat{Name: s.Name, Size: n} }
	for _, tt := range []struct {
		what string
		file []byte
		stat Stat
		key  [32]byte
	}{
		{"wrong key", good, s, key2},
		{"no bytes", nil, s, key1},
		{"flipped in the intro", flip(3), s, key1},
		{"flipped in the stanza", flip(60), s, key1},
		{"flipped in the first chunk", flip(1000), s, key1},
		{"flipped in the last byte", flip(len(good) - 1), s, key1},
		{"cut in the header", good[:50], s, key1},
		{"cut at a chunk", good[:len(good)-64<<10], s, key1},
		{"cut by a byte", good[:len(good)-1], s, key1},
		{"longer", append(slices.Clone(good), 0), s, key1},
		{"another blob", swapped, s, key1},
		{"size less by one", good, size(n - 1), key1},
		{"size more by one", good, size(n + 1), key1},
		{"size of another bucket", good, size(2 * n), key1},
		{"size zero", good, size(0), key1},
	} {
		if err := os.WriteFile(path, tt.file, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := get(d, tt.stat, tt.key)
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %d bytes, error %v", tt.what, len(got), err)
		}
		if err != nil && strings.Contains(err.Error(), d.root) {
			t.Errorf("%s: the error carries a path: %v", tt.what, err)
		}
		if int64(len(got)) >= tt.stat.Size && tt.stat.Size > 0 {
			t.Errorf("%s: all bytes were handed out", tt.what)
		}
	}
}

// A caller that stops at the recorded size, and so never sees io.EOF, must not be fooled.
func TestLastBytesAreWithheld(t *testing.T) {
	d := open(t)
	s := put(t, d, key1, noise(100_000))
	b, _ := os.ReadFile(d.path(s.Name))
	b[len(b)-1] ^= 1 // in the padding
	if err := os.WriteFile(d.path(s.Name), b, 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := d.Get(t.Context(), s.Name, key1, s.Size)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	n, err := io.ReadFull(r, make([]byte, s.Size))
	if int64(n) >= s.Size || fault.KindOf(err) != fault.Conflict {
		t.Errorf("%d of %d bytes, %v", n, s.Size, err)
	}
	if _, err := r.Read(make([]byte, 1)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("the fault did not last: %v", err)
	}
}

// Padmé's law: never shorter, never more than 12 % longer above the smallest bucket, and each
// padded size is its own padded size, so that the classes do not overlap.
func TestPaddedLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(0, 1<<16), rapid.Int64Range(0, 1<<50)).Draw(t, "n")
		p := padded(n)
		if p < n || p < minPadded || padded(p) != p {
			t.Fatalf("padded(%d) = %d, padded again %d", n, p, padded(p))
		}
		if p > minPadded && float64(p-n) > 0.12*float64(n) {
			t.Fatalf("padded(%d) = %d: more than 12 %%", n, p)
		}
		if m := n + rapid.Int64Range(0, 1<<20).Draw(t, "more"); padded(m) < p {
			t.Fatalf("padded(%d) = %d < padded(%d) = %d", m, padded(m), n, p)
		}
	})
}

func TestPadded(t *testing.T) {
	for _, tt := range []struct{ n, want int64 }{
		{0, 4096}, {4096, 4096},
		{4097, 4352},       // e=12, s=4: steps of 2^8
		{100_000, 100_352}, // e=16, s=5: steps of 2^11; 49 × 2048
		{1 << 20, 1 << 20},
		{1<<20 + 1, 1<<20 + 1<<15}, // e=20, s=5: steps of 2^15
	} {
		if got := padded(tt.n); got != tt.want {
			t.Errorf("padded(%d) = %d, want %d", tt.n, got, tt.want)
		}
	}
}

func TestPrintsNoKey(t *testing.T) {
	d, err := Open(t.TempDir(), [32]byte(bytes.Repeat([]byte{171}, 32)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := d.Put(t.Context(), [32]byte(bytes.Repeat([]byte{187}, 32)), strings.NewReader("canary and canary and canary"))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Drop()
	if err := p.Keep(); err != nil {
		t.Fatal(err)
	}
	r, err := d.Get(t.Context(), p.Stat().Name, [32]byte(bytes.Repeat([]byte{187}, 32)), p.Stat().Size)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Read(make([]byte, 20)); err != nil { // so that age has a chunk of it in hand
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%s", "%q"} {
		for _, v := range []any{d, *d, struct{ d *Dir }{d}, p, struct{ p *Pending }{p}, r, struct{ r io.ReadCloser }{r}} {
			for _, leak := range []string{"171 171", "abab", "0xab, 0xab", "187 187", "bbbb", "0xbb, 0xbb", "canary", "99 97 110", "63616e"} {
				if s := fmt.Sprintf(verb, v); strings.Contains(s, leak) {
					t.Errorf("%s of %T prints a key: %s", verb, v, s)
				}
			}
		}
	}
}

// Storing and reading 64 MiB must not need 64 MiB. What the runtime took from the system is a
// high-water mark: it never falls.
func TestFlatMemory(t *testing.T) {
	d := open(t)
	const size = 64 << 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := d.Put(t.Context(), key1, &failing{after: size, err: io.EOF})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Drop()
	if err := p.Keep(); err != nil {
		t.Fatal(err)
	}
	r, err := d.Get(t.Context(), p.Stat().Name, key1, p.Stat().Size)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if n, err := io.Copy(io.Discard, r); n != size || err != nil {
		t.Fatal(n, err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.Sys - before.Sys; after.Sys > before.Sys && grown > size/2 {
		t.Errorf("memory grew by %d MiB", grown>>20)
	}
}

func benchmark(b *testing.B, f func(d *Dir, data []byte, s Stat)) {
	d, data := open(b), noise(32<<20)
	s := put(b, d, key1, data)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		f(d, data, s)
	}
}

func BenchmarkPut(b *testing.B) {
	benchmark(b, func(d *Dir, data []byte, _ Stat) { put(b, d, key1, data) })
}

func BenchmarkGet(b *testing.B) {
	benchmark(b, func(d *Dir, _ []byte, s Stat) {
		r, err := d.Get(context.Background(), s.Name, key1, s.Size)
		if err != nil {
			b.Fatal(err)
		}
		defer r.Close()
		if _, err := io.Copy(io.Discard, r); err != nil {
			b.Fatal(err)
		}
	})
}

// What Put says of the file is what lies there, also when it was copied to another place.
func TestStored(t *testing.T) {
	d := open(t)
	s := put(t, d, key1, noise(70_000))
	b, err := os.ReadFile(d.path(s.Name))
	if err != nil || s.Stored != int64(len(b)) || s.StoredSHA256 != sha256.Sum256(b) {
		t.Errorf("stat says %d bytes, there are %d, %v", s.Stored, len(b), err)
	}
	size, sum, err := d.Stored(t.Context(), s.Name)
	if err != nil || size != s.Stored || sum != s.StoredSHA256 {
		t.Errorf("stored: %d, %x, %v", size, sum, err)
	}
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(d.root)); err != nil {
		t.Fatal(err)
	}
	other, err := Open(copied, [32]byte{42})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := get(other, s, key1); err != nil || !bytes.Equal(got, noise(70_000)) {
		t.Errorf("of a copy: %v", err)
	}
	if _, _, err := d.Stored(t.Context(), strings.Repeat("0", 64)); fault.KindOf(err) != fault.NotFound {
		t.Errorf("missing: %v", err)
	}
	if _, _, err := d.Stored(t.Context(), ".."); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no name: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := d.Stored(ctx, s.Name); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}
