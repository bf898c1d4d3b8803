package bundle

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// person is a signer with keys made from a seed, so that every run makes the same bytes.
type person struct {
	note.Signer
	vkey string
}

func newPerson(t testing.TB, name, seed string) person {
	t.Helper()
	s := sha256.Sum256([]byte("seed for tests only: " + seed))
	public := ed25519.NewKeyFromSeed(s[:]).Public().(ed25519.PublicKey)
	vkey, err := note.NewEd25519VerifierKey(name, public)
	if err != nil {
		t.Fatal(err)
	}
	hash := strings.Split(vkey, "+")[1]
	signer, err := note.NewSigner(fmt.Sprintf("PRIVATE+KEY+%s+%s+%s", name, hash, base64.StdEncoding.EncodeToString(append([]byte{1}, s[:]...))))
	if err != nil {
		t.Fatal(err)
	}
	return person{signer, vkey}
}

// release is what a bundle is made of. The zero edits leave it as the release room would.
type release struct {
	header      Header
	files       []File
	commitments [][32]byte
	signers     []person
	earlier     int // releases before this one
}

func office(t testing.TB) (ana, ben person) {
	return newPerson(t, "ana", "ana"), newPerson(t, "ben", "ben")
}

func sample(t testing.TB, earlier int) release {
	ana, ben := office(t)
	var commitments [][32]byte
	for i := range 4 {
		commitments = append(commitments, sha256.Sum256([]byte{byte(i)}))
	}
	return release{
		header: Header{
			Release: fmt.Sprintf("R%d", earlier+1), Origin: "heed/0123456789abcdef",
			Title: "Training case: Arvenia", Date: "2026-11-24",
		},
		files: []File{
			{ReportName, []byte("<!doctype html>\n<title>Arvenia</title>\n<p id=\"p1\">Training data.</p>\n")},
			{"data/findings.json", []byte("[]\n")},
		},
		commitments: commitments,
		signers:     []person{ana, ben},
		earlier:     earlier,
	}
}

// build returns all files of the bundle.
func (r release) build(t testing.TB) []File {
	t.Helper()
	h := r.header
	h.EvidenceSize, h.EvidenceRoot = len(r.commitments), EvidenceRoot(r.commitments)
	if err := h.Check(); err != nil {
		t.Fatal(err)
	}
	files := append(slices.Clone(r.files), File{EvidenceName, MarshalEvidence(r.commitments)})
	return r.sign(t, files, MarshalManifest(h, files))
}

// sign adds manifest and what is made from it, whatever manifest says.
func (r release) sign(t testing.TB, files []File, manifest []byte) []File {
	t.Helper()
	leaves := newTree(t, r.earlier)
	leaves.add(t, ReleaseLeaf(manifest))
	size := leaves.size
	root, err := tlog.TreeHash(size, leaves)
	if err != nil {
		t.Fatal(err)
	}
	path, err := tlog.ProveRecord(size, size-1, leaves)
	if err != nil {
		t.Fatal(err)
	}
	files = append(files, File{ManifestName, manifest},
		File{CheckpointName, signNote(t, Checkpoint(r.header.Origin, size, root), r.signers)},
		File{KeysName, keysOf(r.signers)},
		File{InclusionName, Inclusion{Index: size - 1, Path: path}.Marshal()})
	if size > 1 {
		files = append(files, File{ConsistencyName, leaves.grownFrom(t, size-1).Marshal()})
	}
	return files
}

func (r release) encode(t testing.TB) []byte { return encode(t, r.build(t)) }

// signNote puts a signature line per signer, repeated signers too, which note.Sign would drop.
func signNote(t testing.TB, text string, signers []person) []byte {
	t.Helper()
	b := bytes.NewBufferString(text + "\n")
	for _, s := range signers {
		one, err := note.Sign(&note.Note{Text: text}, s.Signer)
		if err != nil {
			t.Fatal(err)
		}
		b.Write(one[len(text)+1:])
	}
	return b.Bytes()
}

func keysOf(signers []person) []byte {
	var vkeys []string
	for _, s := range signers {
		vkeys = append(vkeys, s.vkey)
	}
	return MarshalKeys(vkeys)
}

func encode(t testing.TB, files []File) []byte {
	t.Helper()
	data, err := Encode(files)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// tree is a release log in memory.
type tree struct {
	size   int64
	hashes []tlog.Hash
}

func newTree(t testing.TB, n int) *tree {
	tr := &tree{}
	for i := range n {
		tr.add(t, ReleaseLeaf(fmt.Appendf(nil, "manifest %d", i)))
	}
	return tr
}

func (tr *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, idx := range indexes {
		out[i] = tr.hashes[idx]
	}
	return out, nil
}

func (tr *tree) add(t testing.TB, leaf tlog.Hash) {
	t.Helper()
	add, err := tlog.StoredHashesForRecordHash(tr.size, leaf, tr)
	if err != nil {
		t.Fatal(err)
	}
	tr.hashes = append(tr.hashes, add...)
	tr.size++
}

func (tr *tree) grownFrom(t testing.TB, old int64) Consistency {
	t.Helper()
	root, err := tlog.TreeHash(old, tr)
	if err != nil {
		t.Fatal(err)
	}
	path, err := tlog.ProveTree(tr.size, old, tr)
	if err != nil {
		t.Fatal(err)
	}
	return Consistency{OldSize: old, OldRoot: root, Path: path}
}

// verify is what a reader does.
func verify(data []byte, trusted ...person) (*Bundle, error) {
	var p Policy
	for _, k := range trusted {
		p.Keys = append(p.Keys, k.vkey)
	}
	u, err := Parse(data)
	if err != nil {
		return nil, err
	}
	return u.Verify(p)
}

// replace returns files with one file's bytes changed, or without it if data is nil.
func replace(files []File, name string, data []byte) (out []File) {
	for _, f := range files {
		switch {
		case f.Name != name:
			out = append(out, f)
		case data != nil:
			out = append(out, File{name, data})
		}
	}
	return out
}

func get(t testing.TB, files []File, name string) []byte {
	t.Helper()
	data, ok := find(files, name)
	if !ok {
		t.Fatalf("no file %s", name)
	}
	return data
}

// wantMismatch checks that err is a mismatch of that file, and that no bundle came with it.
func wantMismatch(t *testing.T, b *Bundle, err error, file string) {
	t.Helper()
	m, ok := err.(*Mismatch)
	switch {
	case !ok || ExitCode(err) != 6 || b != nil:
		t.Errorf("got %v with bundle %v, want a mismatch of %s and no bundle", err, b != nil, file)
	case m.File != file:
		t.Errorf("mismatch of %q (%s), want %s", m.File, m.What, file)
	case m.What == "":
		t.Errorf("mismatch of %s says nothing", file)
	}
}
