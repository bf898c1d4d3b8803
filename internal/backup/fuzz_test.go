package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"slices"
	"testing"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"heed/internal/fault"
)

// records writes a plaintext by hand, signed as it stands; tail follows the note.
func records(p people, h Header, files []file, tail string) []byte {
	h.Format = Format
	line, _ := h.marshal()
	l := list{sum: sha256.New()}
	var b []byte
	for _, f := range files {
		b = binary.BigEndian.AppendUint16(b, uint16(len(f.name)))
		b = append(b, f.name...)
		b = binary.BigEndian.AppendUint64(b, uint64(len(f.data)))
		b = append(b, f.data...)
		sum := sha256.New()
		sum.Write([]byte(f.data))
		l.add(sum, int64(len(f.data)), f.name)
	}
	signed, _ := note.Sign(&note.Note{Text: l.text(line)}, p.signer)
	b = binary.BigEndian.AppendUint32(append(b, 0, 0), uint32(len(signed)))
	return append(append(b, signed...), tail...)
}

// around makes a backup of any plaintext at all.
func (p people) around(t testing.TB, plain []byte) []byte {
	t.Helper()
	h := header()
	h.Format = Format
	line, err := h.marshal()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	b.WriteString(Format + "\n" + string(line))
	w, err := age.Encrypt(&b, p.to)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestRecordsAreStrict: whoever knows the recipients can encrypt any records to them, and
// a member can sign a note of any form.
func TestRecordsAreStrict(t *testing.T) {
	p := newPeople(t)
	good := records(p, header(), sample, "")
	if _, files, err := p.read(bytes.NewReader(p.around(t, good))); err != nil || !slices.Equal(files, sample) {
		t.Fatalf("by hand: %v, %v", files, err)
	}
	signature := bytes.LastIndexByte(good, '=') - 1 // the last two bits of this sign are nobody's
	loose := bytes.Clone(good)
	loose[signature]++
	twice := append(bytes.Clone(good), good[bytes.LastIndex(good, []byte("\u2014")):]...)
	at := bytes.LastIndex(good, []byte(Format)) - 4
	binary.BigEndian.PutUint32(twice[at:], uint32(len(twice)-at-4))
	huge := []byte{0, 0, 0xff, 0xff, 0xff, 0xff}
	for name, plain := range map[string][]byte{
		"nothing":                    nil,
		"a byte behind the note":     records(p, header(), sample, "x"),
		"a name twice":               records(p, header(), []file{{"a", "1"}, {"a", "1"}}, ""),
		"loose base64":               loose,
		"the signature twice":        twice,
		"a note of four gigabytes":   huge,
		"no note":                    {0, 0, 0, 0, 0, 0},
		"a size beyond all":          append([]byte{0, 1, 'a'}, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"a size beyond what is left": append([]byte{0, 1, 'a'}, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
		"a file that was taken out":  append(bytes.Clone(good[:0]), good[2+len("store.db")+8+len(sample[0].data):]...),
	} {
		if _, _, err := p.read(bytes.NewReader(p.around(t, plain))); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzRead: any bytes are refused or have the one form, and nothing that was not signed
// extracts.
func FuzzRead(f *testing.F) {
	p := newPeople(f)
	whole := p.write(f, header(), sample)
	f.Add([]byte(""))
	f.Add([]byte(Format + "\n"))
	f.Add([]byte(Format + "\n{}\n"))
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Read(bytes.NewReader(data))
		if err != nil {
			if fault.KindOf(err) == 0 {
				t.Fatalf("refused without a fault: %v", err)
			}
			return
		}
		line, err := b.Header().marshal()
		if err != nil || !bytes.HasPrefix(data, append([]byte(Format+"\n"), line...)) {
			t.Fatalf("the header has another form: %v", err)
		}
		err = b.Extract(p.id, p.verifier, func(string, int64, io.Reader) error { return nil })
		if err == nil != bytes.Equal(data, whole) || err != nil && fault.KindOf(err) == 0 {
			t.Fatalf("extracted: %v", err)
		}
	})
}

// FuzzRecords: whatever was encrypted, what extracts is what Write writes of those files.
func FuzzRecords(f *testing.F) {
	p := newPeople(f)
	for _, files := range [][]file{nil, sample, {{"a/b", "x"}}} {
		f.Add(records(p, header(), files, ""))
	}
	f.Add([]byte{0, 1, 'a', 0, 0, 0, 0, 0, 0, 0, 1, 'x', 0, 0, 0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, plain []byte) {
		_, files, err := p.read(bytes.NewReader(p.around(t, plain)))
		switch {
		case err != nil && fault.KindOf(err) != fault.Conflict:
			t.Fatalf("refused with %v", err)
		case err == nil && !bytes.Equal(records(p, header(), files, ""), plain):
			t.Fatalf("two forms of one backup: %v", files)
		}
	})
}
