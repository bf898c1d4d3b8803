package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func header() Header {
	return Header{Release: "R1", Origin: "heed/0123456789abcdef", Title: "Arvenia", Date: "2026-11-24", EvidenceRoot: EvidenceRoot(nil)}
}

func TestHeaderCheck(t *testing.T) {
	for _, c := range []struct {
		what string
		edit func(*Header)
		ok   bool
	}{
		{"as it is", func(*Header) {}, true},
		{"R10", func(h *Header) { h.Release = "R10" }, true},
		{"R0", func(h *Header) { h.Release = "R0" }, false},
		{"R01", func(h *Header) { h.Release = "R01" }, false},
		{"no R", func(h *Header) { h.Release = "1" }, false},
		{"R alone", func(h *Header) { h.Release = "R" }, false},
		{"ten digits", func(h *Header) { h.Release = "R1234567890" }, false},
		{"no origin", func(h *Header) { h.Origin = "" }, false},
		{"blank in the origin", func(h *Header) { h.Origin = "heed a" }, false},
		{"plus in the origin", func(h *Header) { h.Origin = "heed+a" }, false},
		{"long origin", func(h *Header) { h.Origin = strings.Repeat("a", 129) }, false},
		{"letters that look like others in the origin", func(h *Header) { h.Origin = "hееd" }, false},
		{"no title", func(h *Header) { h.Title = "" }, false},
		{"two lines", func(h *Header) { h.Title = "a\nb" }, false},
		{"escape", func(h *Header) { h.Title = "a\x1b[2J" }, false},
		{"C1 control", func(h *Header) { h.Title = "a\u009bb" }, false},
		{"line separator", func(h *Header) { h.Title = "a\u2028b" }, false},
		{"override", func(h *Header) { h.Title = "a\u202eb" }, false},
		{"isolate", func(h *Header) { h.Title = "a\u2067b" }, false},
		{"tag", func(h *Header) { h.Title = "a\U000e0041b" }, false},
		{"blank at the end", func(h *Header) { h.Title = "a " }, false},
		{"not UTF-8", func(h *Header) { h.Title = "a\xff" }, false},
		{"long title", func(h *Header) { h.Title = strings.Repeat("a", 1025) }, false},
		{"Persian with its joiners", func(h *Header) { h.Title = "می\u200cخواهم" }, true},
		{"no such day", func(h *Header) { h.Date = "2026-02-30" }, false},
		{"a time", func(h *Header) { h.Date = "2026-11-24T00:00:00Z" }, false},
		{"short date", func(h *Header) { h.Date = "2026-1-2" }, false},
		{"negative", func(h *Header) { h.EvidenceSize = -1 }, false},
	} {
		h := header()
		c.edit(&h)
		if err := h.Check(); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.what, err)
		}
		// What Check refuses, the reader refuses: they cannot drift apart.
		_, _, err := ParseManifest(MarshalManifest(h, nil))
		if (err == nil) != c.ok || err != nil && err.(*Mismatch).File != ManifestName {
			t.Errorf("%s: parsing: %v", c.what, err)
		}
	}
}

func TestManifest(t *testing.T) {
	files := []File{{"b", []byte("b")}, {ReportName, []byte("r")}, {"a", []byte("a")}}
	for _, name := range []string{ManifestName, CheckpointName, KeysName, InclusionName, ConsistencyName} {
		files = append(files, File{name, []byte("not listed")})
	}
	manifest := MarshalManifest(header(), files)
	want := fmt.Sprintf(`# heed bundle 1
# release: R1
# origin: heed/0123456789abcdef
# title: Arvenia
# date: 2026-11-24
# evidence-size: 0
# evidence-root: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
%x  a
%x  b
%x  report.html
`, sha256.Sum256([]byte("a")), sha256.Sum256([]byte("b")), sha256.Sum256([]byte("r")))
	if string(manifest) != want {
		t.Fatalf("got\n%s\nwant\n%s", manifest, want)
	}
	h, sums, err := ParseManifest(manifest)
	if err != nil || h != header() || len(sums) != 3 || sums[1].Name != "b" {
		t.Errorf("%v %+v %+v", err, h, sums)
	}
	for what, edit := range map[string]func(string) string{
		"upper-case digits": func(s string) string { return strings.Replace(s, "# evidence-root: e3", "# evidence-root: E3", 1) },
		"upper-case sum": func(s string) string {
			i := strings.Index(s, "  b\n")
			return s[:i-64] + strings.ToUpper(s[i-64:i]) + s[i:]
		},
		"binary mark":          func(s string) string { return strings.Replace(s, "  b\n", " *b\n", 1) },
		"three blanks":         func(s string) string { return strings.Replace(s, "  b\n", "   b\n", 1) },
		"no last line end":     func(s string) string { return strings.TrimSuffix(s, "\n") },
		"line ends of Windows": func(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") },
		"empty line":           func(s string) string { return s + "\n" },
		"comment among sums":   func(s string) string { return s + "# more\n" },
		"another version":      func(s string) string { return strings.Replace(s, "bundle 1", "bundle 2", 1) },
		"header turned round": func(s string) string {
			return strings.Replace(s, "# release: R1\n# origin: heed/0123456789abcdef\n", "# origin: heed/0123456789abcdef\n# release: R1\n", 1)
		},
		"padded size":  func(s string) string { return strings.Replace(s, "size: 0", "size: 00", 1) },
		"signed size":  func(s string) string { return strings.Replace(s, "size: 0", "size: +0", 1) },
		"huge size":    func(s string) string { return strings.Replace(s, "size: 0", "size: 99999999999", 1) },
		"lists itself": func(s string) string { return strings.Replace(s, "  a\n", "  MANIFEST\n", 1) },
		"unsafe name":  func(s string) string { return strings.Replace(s, "  a\n", "  ../a\n", 1) },
		"twice":        func(s string) string { return strings.Replace(s, "  b\n", "  a\n", 1) },
		"not sorted":   func(s string) string { return strings.Replace(s, "  b\n", "  z\n", 1) },
		"empty":        func(string) string { return "" },
	} {
		bad := edit(want)
		if bad == want {
			t.Errorf("%s: the edit changes nothing", what)
		}
		_, _, err := ParseManifest([]byte(bad))
		if m, ok := err.(*Mismatch); !ok || m.File != ManifestName {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzParseManifest(f *testing.F) {
	f.Add(MarshalManifest(header(), []File{{"a", nil}, {ReportName, []byte("r")}}))
	for earlier := range 2 {
		data, _ := find(sample(f, earlier).build(f), ManifestName)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		h, sums, err := ParseManifest(data)
		if err != nil {
			if m, ok := err.(*Mismatch); !ok || m.File != ManifestName || m.What == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		if h.Check() != nil || !bytes.Equal(marshalManifest(h, sums), data) {
			t.Fatal("accepted a manifest that is not written so")
		}
	})
}

// TestEvidenceRoot holds the root against trees computed by hand from RFC 6962, 2.1:
// leaf = SHA-256(0x00 ‖ c), node = SHA-256(0x01 ‖ left ‖ right).
func TestEvidenceRoot(t *testing.T) {
	c := func(b byte) (c [32]byte) { return [32]byte(bytes.Repeat([]byte{b}, 32)) }
	leaf := func(c [32]byte) [32]byte { return sha256.Sum256(append([]byte{0}, c[:]...)) }
	node := func(l, r [32]byte) [32]byte { return sha256.Sum256(slices.Concat([]byte{1}, l[:], r[:])) }
	for _, k := range []struct {
		commitments [][32]byte
		want        [32]byte
	}{
		{nil, sha256.Sum256(nil)},
		{[][32]byte{c(7)}, leaf(c(7))},
		{[][32]byte{c(2), c(1)}, node(leaf(c(1)), leaf(c(2)))},
		{[][32]byte{c(0xff), c(1), c(0x80)}, node(node(leaf(c(1)), leaf(c(0x80))), leaf(c(0xff)))},
	} {
		if got := EvidenceRoot(k.commitments); got != k.want {
			t.Errorf("%d commitments: %x, want %x", len(k.commitments), got, k.want)
		}
	}
	// A published vector: a commitment and its leaf hash.
	commitment, err := hex.DecodeString("4023d261b0c64b7de62235dcbd73ecab3d824f664c7c21b297fdfae07f40f969")
	if err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprintf("%x", EvidenceRoot([][32]byte{[32]byte(commitment)})); got != "ac0156e97bbf0f7c79b353a6bff65cb56cb3a9063f55d1c449d8455d2e5da778" {
		t.Errorf("leaf hash %s", got)
	}
}

func TestReleaseLeaf(t *testing.T) {
	sum := sha256.Sum256([]byte("MANIFEST"))
	if want := sha256.Sum256(append([]byte{0}, sum[:]...)); ReleaseLeaf([]byte("MANIFEST")) != want {
		t.Error("the leaf is not SHA-256(0x00 ‖ SHA-256(MANIFEST))")
	}
}

// TestEvidence: any list of different commitments comes back sorted, the order in which
// they are given does not matter.
func TestEvidence(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for n := range 40 {
		var cs [][32]byte
		for range n {
			var c [32]byte
			for i := range c {
				c[i] = byte(rnd.Uint32())
			}
			cs = append(cs, c)
		}
		data, root := MarshalEvidence(cs), EvidenceRoot(cs)
		got, err := ParseEvidence(data)
		if err != nil || !slices.Equal(got, sorted(cs)) {
			t.Fatalf("%d commitments: %v", n, err)
		}
		slices.Reverse(cs)
		if !bytes.Equal(MarshalEvidence(cs), data) || EvidenceRoot(cs) != root {
			t.Fatal("the order in which commitments are given can be seen")
		}
	}
	one := strings.Repeat("0f", 32)
	for what, bad := range map[string]string{
		"empty":             "",
		"null":              "null\n",
		"no list":           "{}\n",
		"null list":         "{\n  \"commitments\": null\n}\n",
		"other white space": "{\"commitments\":[]}\n",
		"upper case":        "{\n  \"commitments\": [\n    \"" + strings.ToUpper(one) + "\"\n  ]\n}\n",
		"short":             "{\n  \"commitments\": [\n    \"0f\"\n  ]\n}\n",
		"twice":             "{\n  \"commitments\": [\n    \"" + one + "\",\n    \"" + one + "\"\n  ]\n}\n",
		"another key":       "{\n  \"commitments\": [],\n  \"times\": []\n}\n",
		"key in capitals":   "{\n  \"Commitments\": []\n}\n",
		"trailing bytes":    "{\n  \"commitments\": []\n}\n\n",
	} {
		_, err := ParseEvidence([]byte(bad))
		if m, ok := err.(*Mismatch); !ok || m.File != EvidenceName {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzParseEvidence(f *testing.F) {
	f.Add(MarshalEvidence(nil))
	f.Add(MarshalEvidence(sample(f, 0).commitments))
	f.Fuzz(func(t *testing.T, data []byte) {
		cs, err := ParseEvidence(data)
		if err != nil {
			if m, ok := err.(*Mismatch); !ok || m.File != EvidenceName || m.What == "" {
				t.Fatalf("%#v", err)
			}
			return
		}
		if !bytes.Equal(MarshalEvidence(cs), data) {
			t.Fatal("accepted evidence that is not written so")
		}
	})
}

// TestProofs: every proof in a log of every size up to 20 comes back as it was.
func TestProofs(t *testing.T) {
	for n := int64(1); n <= 20; n++ {
		log := newTree(t, int(n))
		for i := range n {
			path, err := tlog.ProveRecord(n, i, log)
			if err != nil {
				t.Fatal(err)
			}
			p := Inclusion{i, path}
			got, err := ParseInclusion(p.Marshal())
			if err != nil || got.Index != i || !slices.Equal(got.Path, []tlog.Hash(path)) {
				t.Errorf("inclusion %d of %d: %v", i, n, err)
			}
		}
		for old := int64(1); old < n; old++ {
			c := log.grownFrom(t, old)
			got, err := ParseConsistency(c.Marshal())
			if err != nil || !reflect.DeepEqual(got, c) {
				t.Errorf("consistency %d to %d: %v", old, n, err)
			}
		}
	}
}

func TestProofForms(t *testing.T) {
	zero := tlog.Hash{}.String()
	for _, bad := range []string{
		"", "\n", "heed inclusion 1", "heed inclusion 1\n", "heed inclusion 2\nindex 0\n", "heed inclusion 1\nindex 0",
		"heed inclusion 1\nindex -1\n", "heed inclusion 1\nindex +1\n", "heed inclusion 1\nindex 01\n", "heed inclusion 1\nindex 9223372036854775808\n",
		"heed inclusion 1\nindex 0\n\n", "heed inclusion 1\nindex 0\nhash \n", "heed inclusion 1\nindex 0\n" + zero + "\n",
		"heed inclusion 1\nindex 0\nhash " + zero[:43] + "\n", "heed inclusion 1\nindex 0\nhash " + zero + " \n",
		"heed inclusion 1\nindex 0\nhash " + zero[:42] + "B=\n", // stray bits in the last digit
		"heed inclusion 1\nindex 0\n" + strings.Repeat("hash "+zero+"\n", 65),
		"heed consistency 1\nold-size 1\nold-root " + zero + "\n",
	} {
		_, err := ParseInclusion([]byte(bad))
		if m, ok := err.(*Mismatch); !ok || m.File != InclusionName {
			t.Errorf("inclusion %q: %v", bad, err)
		}
	}
	for _, bad := range []string{"", "heed consistency 1\nold-root " + zero + "\nold-size 1\n", "heed consistency 1\nold-size 1\n",
		"heed consistency 1\nold-size 1\nold-root x\n", "heed consistency 1\nold-size x\nold-root " + zero + "\n"} {
		_, err := ParseConsistency([]byte(bad))
		if m, ok := err.(*Mismatch); !ok || m.File != ConsistencyName {
			t.Errorf("consistency %q: %v", bad, err)
		}
	}
	good := Checkpoint("o", 1, tlog.Hash{})
	for _, bad := range []string{"", good[1:], strings.TrimSuffix(good, "\n"), good + "x", good + "\n", good + "x\n", "o\n1\n" + zero[:42] + "B=\n", "o\n1\n" + zero[:20] + "\r" + zero[20:] + "\n",
		"o o" + good[1:], "o\n0\n" + zero + "\n", "o\n-1\n" + zero + "\n"} {
		if _, _, _, ok := parseCheckpoint(bad); ok {
			t.Errorf("checkpoint %q is taken", bad)
		}
	}
	if _, _, _, ok := parseCheckpoint(good); !ok {
		t.Errorf("checkpoint %q is refused", good)
	}
	if p, err := ParseInclusion(Inclusion{Index: math.MaxInt64}.Marshal()); err != nil || p.Index != math.MaxInt64 {
		t.Errorf("largest index: %v", err)
	}
}

func FuzzParseProofs(f *testing.F) {
	for _, earlier := range []int{0, 1, 4} {
		files := sample(f, earlier).build(f)
		for _, name := range []string{InclusionName, ConsistencyName, CheckpointName} {
			if data, ok := find(files, name); ok {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if p, err := ParseInclusion(data); err == nil && !bytes.Equal(p.Marshal(), data) {
			t.Fatal("accepted an inclusion proof that is not written so")
		}
		if p, err := ParseConsistency(data); err == nil {
			if !bytes.Equal(p.Marshal(), data) {
				t.Fatal("accepted a consistency proof that is not written so")
			}
			_ = tlog.CheckTree(p.Path, p.OldSize+1, p.OldRoot, p.OldSize, p.OldRoot) // must not panic
		}
		if origin, size, root, ok := parseCheckpoint(string(data)); ok && Checkpoint(origin, size, root) != string(data) {
			t.Fatal("accepted a checkpoint that is not written so")
		}
	})
}

// FuzzKeys: no KEYS and no checkpoint make the verifier panic, and an accepted one has
// one form only.
func FuzzKeys(f *testing.F) {
	r := sample(f, 0)
	files := r.build(f)
	keys, _ := find(files, KeysName)
	checkpoint, _ := find(files, CheckpointName)
	f.Add(keys, checkpoint)
	f.Add([]byte("\n"), []byte("\n\n"))
	f.Fuzz(func(t *testing.T, keys, checkpoint []byte) {
		if vkeys, err := ParseKeyFile(keys); err == nil && len(vkeys) == 0 {
			t.Fatal("no key and no error")
		}
		ks, m := parseKeys(keys)
		if m != nil {
			return
		}
		var vkeys []string
		for _, k := range ks {
			vkeys = append(vkeys, k.text)
		}
		if !bytes.Equal(MarshalKeys(vkeys), keys) {
			t.Fatal("accepted KEYS that are not written so")
		}
		if text, m := openCheckpoint(string(checkpoint), ks); m == nil && !bytes.HasPrefix(checkpoint, []byte(text+"\n")) {
			t.Fatal("the text is not the beginning of the note")
		}
	})
}

func TestParseKeyFile(t *testing.T) {
	ana, ben := office(t)
	got, err := ParseKeyFile([]byte("# the office\r\n\n  " + ana.vkey + " \r\n#\n" + ben.vkey))
	if err != nil || !slices.Equal(got, []string{ana.vkey, ben.vkey}) {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range []string{newPerson(t, strings.Repeat("a", 129), "long").vkey, newPerson(t, "an\x1b[31ma", "escape").vkey,
		newPerson(t, "an\u202ea", "override").vkey, "", "\n# nothing\n", "ana", ana.vkey + " " + ben.vkey, upperHash(ana.vkey), ana.vkey[:len(ana.vkey)-1]} {
		if got, err := ParseKeyFile([]byte(bad)); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

// TestCommonTools checks a bundle with tools that share no code with this package. Where
// they are missing, archive/zip and crypto/sha256 stand in for them (TestArchiveZipReadsIt
// and TestManifest), but not where the whole of the tests is to run.
func TestCommonTools(t *testing.T) {
	for _, tool := range []string{"unzip", "sha256sum"} {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("HEED_CI") != "" {
				t.Fatalf("%s is missing: on Debian, apt-get install unzip coreutils", tool)
			}
			t.Logf("%s is missing", tool)
			return
		}
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "r.heed")
	if err := os.WriteFile(name, sample(t, 1).encode(t), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("unzip", "-q", name, "-d", dir).CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	sums := func() (string, error) {
		cmd := exec.Command("sha256sum", "-c", "--strict", ManifestName)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := sums(); err != nil || out != "data/evidence.json: OK\ndata/findings.json: OK\nreport.html: OK\n" {
		t.Errorf("sha256sum: %v\n%s", err, out)
	}
	if err := os.WriteFile(filepath.Join(dir, ReportName), []byte("another report"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := sums(); err == nil || !strings.Contains(out, "report.html: FAILED") {
		t.Errorf("sha256sum of a changed report: %v\n%s", err, out)
	}
}
