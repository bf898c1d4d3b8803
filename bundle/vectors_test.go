package bundle

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The published vectors in testdata are for every implementation of FORMAT.md. They are
// made by: go test ./bundle -run TestVectors -update
var update = flag.Bool("update", false, "write the published vectors anew")

const vectorsHead = `# Test vectors for verifiers of the bundle format, see FORMAT.md.
# Verify each file with the keys of trusted.keys. The columns are:
# file, exit status, the file that a mismatch names (- if there is none), what was done.
`

// vector is a bundle and what a verifier must say of it.
type vector struct {
	name, file, what string
	exit             int
	data             []byte
}

func vectors(t *testing.T) []vector {
	first, second := sample(t, 0), sample(t, 1)
	good, grown := first.build(t), second.build(t)
	whole := encode(t, good)
	ana, ben := office(t)
	eve, mal := newPerson(t, "eve", "eve"), newPerson(t, "mal", "mal")
	signedBy := func(signers ...person) []byte {
		r := first
		r.signers = signers
		return r.encode(t)
	}
	forged := first
	forged.files = []File{{ReportName, []byte("<!doctype html>\n<p>Forged.</p>\n")}, first.files[1]}
	flip := func(i int) []byte {
		bad := bytes.Clone(whole)
		bad[i] ^= 1
		return bad
	}
	at := func(text string) int { return bytes.Index(whole, []byte(text)) }
	raw := func(files []File) (data []byte) {
		for _, c := range layout(files) {
			data = append(data, c.data...)
		}
		return data
	}
	byName := slices.Clone(good)
	slices.SortFunc(byName, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	forgedSigned := forged
	forgedSigned.signers = []person{eve, mal}
	return []vector{
		{"good", "-", "a first release", 0, whole},
		{"good-second", "-", "a second release, with a proof of growth", 0, encode(t, grown)},
		{"flipped-report", ReportName, "one bit of the report flipped in the archive", 6, flip(at("Training data."))},
		{"flipped-header", "data/findings.json", "one bit of a local header flipped (method)", 6, flip(at("data/findings.json[]") - localLen + 8)},
		{"flipped-directory", ReportName, "one bit of a directory record flipped (date)", 6, flip(bytes.LastIndex(whole, []byte(ReportName)) - recordLen + 14)},
		{"flipped-end", theEnd, "one bit of the end record flipped (count)", 6, flip(len(whole) - endLen + 10)},
		{"truncated", theEnd, "the last byte is missing", 6, whole[:len(whole)-1]},
		{"appended", theEnd, "a byte follows", 6, append(bytes.Clone(whole), 0)},
		{"edited-report", ReportName, "the report edited, the archive made anew", 6, encode(t, replace(good, ReportName, forged.files[0].Data))},
		{"edited-manifest", ManifestName, "the report and MANIFEST edited, the signatures kept", 6,
			encode(t, replace(replace(good, ReportName, forged.files[0].Data), ManifestName, get(t, forged.build(t), ManifestName)))},
		{"unlisted", "data/more.json", "a file that MANIFEST does not list", 6, encode(t, append(slices.Clone(good), File{"data/more.json", []byte("{}\n")}))},
		{"missing", "data/findings.json", "a listed file taken away", 6, encode(t, replace(good, "data/findings.json", nil))},
		{"duplicate", ReportName, "the report stands twice", 6, raw(append(slices.Clone(byName), byName[len(byName)-1]))},
		{"unsafe-name", theArchive, "a name that climbs out of the directory", 6, raw(append([]File{{"../x", nil}}, byName...))},
		{"keys-swapped", CheckpointName, "KEYS in another order than the signatures", 6, encode(t, replace(good, KeysName, keysOf([]person{ben, ana})))},
		{"no-growth", ConsistencyName, "a second release without its proof of growth", 6, encode(t, replace(grown, ConsistencyName, nil))},
		{"forged", "-", "another report, signed by others", 7, forgedSigned.encode(t)},
		{"one-signer", "-", "signed by one person only", 7, signedBy(ana)},
		{"same-signer-twice", "-", "signed twice by one person", 7, signedBy(ana, ana)},
		{"one-unknown", "-", "one of the two signers is unknown", 7, signedBy(ana, eve)},
	}
}

func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	keys, err := os.ReadFile("testdata/trusted.keys")
	if err != nil {
		t.Fatal(err)
	}
	trusted, err := ParseKeyFile(keys)
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile("testdata/vectors.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{"trusted.keys": true, "vectors.txt": true, "fuzz": true}
	for line := range strings.Lines(string(table)) {
		if line[0] == '#' {
			continue
		}
		f := strings.Split(strings.TrimSpace(line), "\t")
		seen[f[0]] = true
		checkVector(t, trusted, f[0], f[1], f[2])
	}
	found, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		if !seen[f.Name()] {
			t.Errorf("testdata/%s is in no line of vectors.txt", f.Name())
		}
	}
	// The vectors on disk are those that this package would write: the format did not drift.
	for _, v := range vectors(t) {
		got, err := os.ReadFile(filepath.Join("testdata", v.name+".heed"))
		if err != nil || !bytes.Equal(got, v.data) {
			t.Errorf("%s differs from what is made now: %v", v.name, err)
		}
	}
}

func checkVector(t *testing.T, trusted []string, name, exit, file string) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	var b *Bundle
	u, err := Parse(data)
	if err == nil {
		b, err = u.Verify(Policy{Keys: trusted})
	}
	named := "-"
	if m, ok := err.(*Mismatch); ok {
		named = m.File
	}
	if got := strconv.Itoa(ExitCode(err)); got != exit || named != file || (b == nil) != (exit == "6") {
		t.Errorf("%s: exit %s, file %q (%v), want %s, %q", name, got, named, err, exit, file)
	}
}

func writeVectors(t *testing.T) {
	ana, ben := office(t)
	table := bytes.NewBufferString(vectorsHead)
	write := func(name string, data []byte) {
		if err := os.WriteFile(filepath.Join("testdata", name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, v := range vectors(t) {
		fmt.Fprintf(table, "%s.heed\t%d\t%s\t%s\n", v.name, v.exit, v.file, v.what)
		write(v.name+".heed", v.data)
	}
	write("vectors.txt", table.Bytes())
	write("trusted.keys", append([]byte("# The keys of the vectors, made from seeds that everybody knows. For tests only.\n"), keysOf([]person{ana, ben})...))
}
