package bundle

import (
	"archive/zip"
	"bytes"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// owners says for each byte of a canonical archive which file it belongs to.
func owners(files []File) (of []string) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	for _, c := range layout(files) {
		for range c.data {
			of = append(of, c.of)
		}
	}
	return of
}

// TestEveryFlippedByteIsNamed flips every byte of a whole bundle in several ways. With
// and without trusted keys the answer is a mismatch of the very file that the byte
// belongs to, or of the end of the archive.
func TestEveryFlippedByteIsNamed(t *testing.T) {
	for earlier := range 2 {
		r := sample(t, earlier)
		good := r.encode(t)
		of := owners(r.build(t))
		if len(of) != len(good) {
			t.Fatalf("%d owners of %d bytes", len(of), len(good))
		}
		for i := range good {
			for _, mask := range []byte{0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff} {
				bad := bytes.Clone(good)
				bad[i] ^= mask
				b, err := verify(bad)
				wantMismatch(t, b, err, of[i])
				b, err = verify(bad, r.signers...)
				wantMismatch(t, b, err, of[i])
			}
			if t.Failed() {
				t.Fatalf("at byte %d", i)
			}
		}
	}
}

func TestTruncatedOrExtended(t *testing.T) {
	r := sample(t, 0)
	good := r.encode(t)
	for n := range good {
		b, err := verify(good[:n], r.signers...)
		wantMismatch(t, b, err, theEnd)
	}
	for _, more := range []string{"\x00", "\n", "PK\x05\x06", string(good)} {
		b, err := verify([]byte(string(good)+more), r.signers...)
		if more == string(good) {
			// The last end record is whole, but its directory would begin in the first copy.
			if ExitCode(err) != 6 || b != nil {
				t.Errorf("two bundles in one file: %v", err)
			}
			continue
		}
		wantMismatch(t, b, err, theEnd)
	}
	b, err := verify([]byte("x"+string(good)), r.signers...)
	if ExitCode(err) != 6 || b != nil {
		t.Errorf("a byte before the bundle: %v", err)
	}
}

// TestOtherZipForms holds the reader to the one form: archives that unzip to the same
// files are refused.
func TestOtherZipForms(t *testing.T) {
	r := sample(t, 0)
	files := r.build(t)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	forms := map[string]func(w *zip.Writer, f File) error{
		"archive/zip, stored": func(w *zip.Writer, f File) error {
			e, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
			if err == nil {
				_, err = e.Write(f.Data)
			}
			return err
		},
		"archive/zip, deflated": func(w *zip.Writer, f File) error {
			e, err := w.Create(f.Name)
			if err == nil {
				_, err = e.Write(f.Data)
			}
			return err
		},
		"extra field": func(w *zip.Writer, f File) error {
			e, err := w.CreateRaw(&zip.FileHeader{Name: f.Name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(f.Data),
				CompressedSize64: uint64(len(f.Data)), UncompressedSize64: uint64(len(f.Data)), Extra: []byte{0xca, 0xfe, 0, 0}})
			if err == nil {
				_, err = e.Write(f.Data)
			}
			return err
		},
	}
	for name, add := range forms {
		var buf bytes.Buffer
		w := zip.NewWriter(&buf)
		for _, f := range files {
			if err := add(w, f); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		b, err := verify(buf.Bytes(), r.signers...)
		if ExitCode(err) != 6 || b != nil || err.(*Mismatch).File == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNames builds archives that the encoder refuses to write and looks how the reader
// answers.
func TestNames(t *testing.T) {
	file := func(name string) File { return File{name, []byte(name)} }
	for _, c := range []struct {
		what  string
		files []File
		named string
	}{
		{"duplicate", []File{file("a"), file("a")}, "a"},
		{"not sorted", []File{file("b"), file("a")}, "a"},
		{"same but for case", []File{file("A"), file("a")}, "a"},
		{"file and directory", []File{file("a"), file("a/b")}, "a/b"},
		{"file and directory but for case", []File{file("A/b"), file("a")}, "a"},
		{"directory and file but for case", []File{file("A"), file("a/b")}, "a/b"},
		{"climbing", []File{file("../a")}, theArchive},
		{"climbing inside", []File{file("a/../b")}, theArchive},
		{"absolute", []File{file("/a")}, theArchive},
		{"backslash", []File{file(`a\b`)}, theArchive},
		{"drive", []File{file("c:a")}, theArchive},
		{"hidden", []File{file(".a")}, theArchive},
		{"option", []File{file("-rf")}, theArchive},
		{"empty segment", []File{file("a//b")}, theArchive},
		{"directory entry", []File{{"a/", nil}}, theArchive},
		{"empty", []File{file("")}, theArchive},
		{"NUL", []File{file("a\x00b")}, theArchive},
		{"not ASCII", []File{file("é")}, theArchive},
		{"line end", []File{file("a\nb")}, theArchive},
		{"129 bytes", []File{file(strings.Repeat("a", 129))}, theArchive},
	} {
		var raw []byte
		for _, chunk := range layout(c.files) {
			raw = append(raw, chunk.data...)
		}
		b, err := verify(raw)
		t.Run(c.what, func(t *testing.T) { wantMismatch(t, b, err, c.named) })
		shuffled := slices.Clone(c.files)
		if _, err := Encode(shuffled); err == nil && c.what != "not sorted" {
			t.Errorf("%s: Encode writes it", c.what)
		} else if ExitCode(err) > 1 {
			t.Errorf("%s: Encode reports a finding about a bundle", c.what)
		}
	}
	for _, name := range []string{"a", "A.b-c_d", "data/x.json", "0/1/2", strings.Repeat("a", 128)} {
		if !ValidName(name) {
			t.Errorf("%q is refused", name)
		}
	}
}

// TestTooManyFiles: a count that wraps around the 16 bits of the end record must not pass.
func TestTooManyFiles(t *testing.T) {
	var files []File
	for i := range 1<<16 + 1 {
		files = append(files, File{Name: fmt.Sprintf("f%06d", i)})
	}
	if _, err := Encode(files); err == nil {
		t.Error("Encode writes 65537 files")
	}
	var raw []byte
	for _, c := range layout(files) {
		raw = append(raw, c.data...)
	}
	b, err := verify(raw)
	wantMismatch(t, b, err, theArchive)
	if data, err := Encode(files[:maxFiles]); err != nil {
		t.Error(err)
	} else if _, err := Parse(data); err != nil {
		t.Error(err)
	}
}

// TestTooLarge: sizes that the classic fields cannot hold are refused before anything is
// copied. The files share their bytes, which nothing touches.
func TestTooLarge(t *testing.T) {
	data := make([]byte, MaxSize/8)
	var files []File
	for i := range 8 {
		files = append(files, File{fmt.Sprint(i), data})
	}
	if _, err := Encode(files); err == nil || ExitCode(err) != 1 {
		t.Errorf("Encode writes more than 2 GiB: %v", err)
	}
}

func TestNotAnArchive(t *testing.T) {
	for _, s := range []string{"", "x", "hello, this is no archive at all", strings.Repeat("PK\x05\x06", 30)} {
		b, err := verify([]byte(s))
		wantMismatch(t, b, err, theEnd)
	}
	b, err := verify(encode(t, nil))
	wantMismatch(t, b, err, ManifestName)
}

// randomFiles draws files with valid names.
func randomFiles(rnd *rand.Rand) (files []File) {
	const letters = "abcXYZ019._-"
	for range rnd.IntN(8) {
		var segments []string
		for range 1 + rnd.IntN(3) {
			s := string(letters[rnd.IntN(9)])
			for range rnd.IntN(6) {
				s += string(letters[rnd.IntN(len(letters))])
			}
			segments = append(segments, s)
		}
		data := make([]byte, rnd.IntN(200))
		for i := range data {
			data[i] = byte(rnd.Uint32())
		}
		files = append(files, File{strings.Join(segments, "/"), data})
	}
	return files
}

// TestEncodeParse: what is encoded parses to the same files in order of their names, the
// order in which they came does not matter, and encoding again gives the same bytes.
func TestEncodeParse(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	encoded := 0
	for range 2000 {
		files := randomFiles(rnd)
		data, err := Encode(files)
		if err != nil {
			continue // two names collided
		}
		encoded++
		u, err := Parse(data)
		if err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
		if len(files) > 0 && !reflect.DeepEqual(u.files, files) {
			t.Fatalf("got %v, want %v", u.files, files)
		}
		slices.Reverse(files)
		if again := encode(t, files); !bytes.Equal(again, data) {
			t.Fatal("another order of the files gives another archive")
		}
	}
	if encoded < 1000 {
		t.Fatalf("only %d of 2000 lists could be encoded", encoded)
	}
}

// TestArchiveZipReadsIt: a reader that shares no code with this one finds the same files.
func TestArchiveZipReadsIt(t *testing.T) {
	r := sample(t, 1)
	want, data := r.build(t), r.encode(t)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != len(want) {
		t.Fatalf("%d files, want %d", len(z.File), len(want))
	}
	for _, f := range z.File {
		rc, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(rc)
		if err != nil || !bytes.Equal(got, get(t, want, f.Name)) {
			t.Errorf("%s: %v", f.Name, err)
		}
		if f.Method != zip.Store || f.Flags != 0 || len(f.Extra) != 0 || f.Comment != "" || f.Modified.Format("2006-01-02 15:04:05") != "1980-01-01 00:00:00" {
			t.Errorf("%s: header %+v", f.Name, f.FileHeader)
		}
	}
}

// FuzzParse: whatever parses is exactly what the encoder writes, and what does not is a
// mismatch that names something.
func FuzzParse(f *testing.F) {
	for earlier := range 3 {
		f.Add(sample(f, earlier).encode(f))
	}
	f.Add(encode(f, nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		u, err := Parse(data)
		if err != nil {
			if m, ok := err.(*Mismatch); !ok || m.File == "" || m.What == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		if again := encode(t, u.files); !bytes.Equal(again, data) {
			t.Fatal("accepted bytes that the encoder does not write")
		}
		if b, err := u.Verify(Policy{}); err == nil || b == nil && ExitCode(err) != 6 {
			t.Fatalf("without keys: %v", err)
		}
	})
}
