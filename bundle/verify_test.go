package bundle

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

func TestVerify(t *testing.T) {
	for earlier := range 6 {
		r := sample(t, earlier)
		b, err := verify(r.encode(t), r.signers...)
		if err != nil {
			t.Fatalf("after %d releases: %v", earlier, err)
		}
		if b.Header.Release != r.header.Release || b.Evidence != 4 || len(b.Signers) != 2 || !b.Signers[0].Trusted {
			t.Errorf("got %+v", b)
		}
		if l := b.Log; l.Index != int64(earlier) || l.Size != int64(earlier)+1 || l.OldSize != int64(earlier) {
			t.Errorf("log %+v", l)
		}
		if page, ok := b.File(ReportName); !ok || !bytes.Contains(page, []byte("Arvenia")) {
			t.Errorf("the report is %q", page)
		}
		if limits := strings.Join(b.Limits(), "\n"); !strings.Contains(limits, "told the truth") ||
			!strings.Contains(limits, "left out") || !strings.Contains(limits, "self-declared") {
			t.Errorf("limits: %s", limits)
		}
	}
}

// TestHistory: the heads of two releases of one log fit together.
func TestHistory(t *testing.T) {
	logs := newTree(t, 3)
	old, err := tlog.TreeHash(2, logs)
	if err != nil {
		t.Fatal(err)
	}
	r := sample(t, 2)
	b, err := verify(r.encode(t), r.signers...)
	if err != nil || b.Log.OldRoot != old {
		t.Errorf("%v: old root %v, want %v", err, b.Log.OldRoot, old)
	}
}

// TestEveryByteOfEveryFile changes each byte of each file and makes the archive anew, as
// somebody would who wants the change to go unnoticed.
func TestEveryByteOfEveryFile(t *testing.T) {
	for _, earlier := range []int{0, 1, 3} {
		r := sample(t, earlier)
		files := r.build(t)
		for _, f := range files {
			for i := range f.Data {
				for _, mask := range []byte{0x01, 0x20, 0x80} {
					bad := bytes.Clone(f.Data)
					bad[i] ^= mask
					b, err := verify(encode(t, replace(files, f.Name, bad)), r.signers...)
					if f.Name == ManifestName {
						wantManifest(t, b, err)
						continue
					}
					wantMismatch(t, b, err, f.Name)
				}
				if t.Failed() {
					t.Fatalf("at byte %d of %s", i, f.Name)
				}
			}
		}
	}
}

// wantManifest allows, for a change inside a line of MANIFEST, the file of that line.
func wantManifest(t *testing.T, b *Bundle, err error) {
	t.Helper()
	m, ok := err.(*Mismatch)
	if !ok || b != nil || m.File != ManifestName && !Listed(m.File) {
		t.Errorf("got %v with bundle %v, want a mismatch of MANIFEST or of a file it lists", err, b != nil)
	}
}

// TestEveryFileCut cuts and extends each file, and takes it away.
func TestEveryFileCut(t *testing.T) {
	r := sample(t, 3)
	files := r.build(t)
	for _, f := range files {
		for n := range f.Data {
			b, err := verify(encode(t, replace(files, f.Name, f.Data[:n])), r.signers...)
			if f.Name == ManifestName {
				wantManifest(t, b, err)
				continue
			}
			wantMismatch(t, b, err, f.Name)
		}
		for _, more := range []string{"\n", " ", "\x00", "x\n", string(f.Data)} {
			b, err := verify(encode(t, replace(files, f.Name, slices.Concat(f.Data, []byte(more)))), r.signers...)
			if f.Name == KeysName && more == string(f.Data) {
				wantMismatch(t, b, err, CheckpointName) // four keys, two signatures
				continue
			}
			wantMismatch(t, b, err, f.Name)
		}
		b, err := verify(encode(t, replace(files, f.Name, nil)), r.signers...)
		wantMismatch(t, b, err, f.Name)
	}
}

// TestTampered changes the files of a good bundle in one way each.
func TestTampered(t *testing.T) {
	r := sample(t, 2)
	ana, ben := office(t)
	eve, mal := newPerson(t, "eve", "eve"), newPerson(t, "mal", "mal")
	good := r.build(t)
	other := sample(t, 2)
	other.files[0].Data = []byte("<p>another report</p>\n")
	resigned := func(signers ...person) []byte {
		text, _, _ := strings.Cut(string(get(t, good, CheckpointName)), "\n\n")
		return signNote(t, text+"\n", signers)
	}
	checkpoint := string(get(t, good, CheckpointName))
	for _, c := range []struct {
		what  string
		files []File
		file  string
	}{
		{"extra file", append(slices.Clone(good), File{"zzz.txt", []byte("x")}), "zzz.txt"},
		{"extra file among the proofs", append(slices.Clone(good), File{"proofs/more", []byte("x")}), "proofs/more"},
		{"swapped files", replace(replace(good, ReportName, get(t, good, "data/findings.json")), "data/findings.json", get(t, good, ReportName)), "data/findings.json"},
		{"another report", replace(good, ReportName, other.files[0].Data), ReportName},
		{"another report with its MANIFEST", replace(replace(good, ReportName, other.files[0].Data), ManifestName, get(t, other.build(t), ManifestName)), ManifestName},
		{"another evidence file", replace(good, EvidenceName, MarshalEvidence(r.commitments[:3])), EvidenceName},
		{"KEYS of others", replace(good, KeysName, keysOf([]person{eve, mal})), CheckpointName},
		{"KEYS in another order", replace(good, KeysName, keysOf([]person{ben, ana})), CheckpointName},
		{"KEYS with one key only", replace(good, KeysName, keysOf([]person{ana})), KeysName},
		{"KEYS with one key more", replace(good, KeysName, keysOf([]person{ana, ben, eve})), CheckpointName},
		{"signature of nobody in KEYS", replace(good, CheckpointName, resigned(ana, ben, eve)), KeysName},
		{"signature taken away", replace(good, CheckpointName, resigned(ana)), CheckpointName},
		{"signatures turned round", replace(good, CheckpointName, resigned(ben, ana)), CheckpointName},
		{"blank before a signature", replace(good, CheckpointName, []byte(strings.Replace(checkpoint, "— ana", "—  ana", 1))), CheckpointName},
		{"blank after a signature", replace(good, CheckpointName, []byte(strings.TrimSuffix(checkpoint, "\n")+" \n")), CheckpointName},
		{"carriage return in a signature", replace(good, CheckpointName, []byte(strings.TrimSuffix(checkpoint, "\n")+"\r\n")), CheckpointName},
		{"no blank line", replace(good, CheckpointName, []byte(strings.Replace(checkpoint, "\n\n", "\n", 1))), CheckpointName},
		{"nothing but blank lines", replace(good, CheckpointName, []byte("\n\n")), CheckpointName},
		{"KEYS with a comment", replace(good, KeysName, append([]byte("# keys\n"), get(t, good, KeysName)...)), KeysName},
		{"KEYS with a carriage return", replace(good, KeysName, []byte(ana.vkey+"\r\n"+ben.vkey+"\n")), KeysName},
		{"KEYS with an upper-case hash", replace(good, KeysName, []byte(upperHash(ana.vkey)+"\n"+ben.vkey+"\n")), KeysName},
		{"proof of another leaf", replace(good, InclusionName, Inclusion{Index: 0, Path: mustInclusion(t, good).Path}.Marshal()), InclusionName},
		{"index beyond the tree", replace(good, InclusionName, Inclusion{Index: 3, Path: mustInclusion(t, good).Path}.Marshal()), InclusionName},
		{"growth from the log itself", replace(good, ConsistencyName, Consistency{OldSize: 3}.Marshal()), ConsistencyName},
		{"growth from nothing", replace(good, ConsistencyName, Consistency{OldSize: 0}.Marshal()), ConsistencyName},
		{"growth from a larger log", replace(good, ConsistencyName, Consistency{OldSize: 9}.Marshal()), ConsistencyName},
		{"proofs of another log", replace(good, ConsistencyName, get(t, sample(t, 4).build(t), ConsistencyName)), ConsistencyName},
	} {
		t.Run(c.what, func(t *testing.T) {
			b, err := verify(encode(t, c.files), r.signers...)
			wantMismatch(t, b, err, c.file)
			b, err = verify(encode(t, c.files))
			wantMismatch(t, b, err, c.file)
		})
	}
}

func upperHash(vkey string) string {
	parts := strings.SplitN(vkey, "+", 3)
	return parts[0] + "+" + strings.ToUpper(parts[1]) + "+" + parts[2]
}

func mustInclusion(t *testing.T, files []File) Inclusion {
	t.Helper()
	p, err := ParseInclusion(get(t, files, InclusionName))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestSignedNonsense: people who are trusted signed something that is no release. Their
// signatures do not make it one.
func TestSignedNonsense(t *testing.T) {
	r := sample(t, 1)
	h := r.header
	h.EvidenceSize, h.EvidenceRoot = len(r.commitments), EvidenceRoot(r.commitments)
	evidence := File{EvidenceName, MarshalEvidence(r.commitments)}
	files := append(slices.Clone(r.files), evidence)
	first := sample(t, 0)
	for _, c := range []struct {
		what  string
		files func() []File
		file  string
	}{
		{"evidence root of others", func() []File {
			bad := h
			bad.EvidenceRoot = EvidenceRoot(r.commitments[:2])
			return r.sign(t, files, MarshalManifest(bad, files))
		}, ManifestName},
		{"evidence size of others", func() []File {
			bad := h
			bad.EvidenceSize++
			return r.sign(t, files, MarshalManifest(bad, files))
		}, ManifestName},
		{"evidence in another form", func() []File {
			other := append(slices.Clone(r.files), File{EvidenceName, bytes.ReplaceAll(evidence.Data, []byte("  "), []byte("\t"))})
			return r.sign(t, other, MarshalManifest(h, other))
		}, EvidenceName},
		{"origin of another log", func() []File {
			bad := h
			bad.Origin = "heed/other"
			return r.sign(t, files, MarshalManifest(bad, files))
		}, ManifestName},
		{"MANIFEST lists what is not there", func() []File {
			return r.sign(t, files, MarshalManifest(h, append(slices.Clone(files), File{"data/gone.json", nil})))
		}, "data/gone.json"},
		{"MANIFEST leaves out what is there", func() []File {
			return r.sign(t, files, MarshalManifest(h, files[1:]))
		}, ReportName},
		{"no report", func() []File { return r.sign(t, files[1:], MarshalManifest(h, files[1:])) }, ReportName},
		{"no evidence file", func() []File { return r.sign(t, r.files, MarshalManifest(h, r.files)) }, EvidenceName},
		{"no proof of growth", func() []File { return replace(r.build(t), ConsistencyName, nil) }, ConsistencyName},
		{"growth of the first release", func() []File {
			return append(first.build(t), File{ConsistencyName, Consistency{OldSize: 1}.Marshal()})
		}, ConsistencyName},
		{"growth from the very same log", func() []File {
			all := r.build(t)
			_, _, root, _ := parseCheckpoint(strings.SplitAfter(string(get(t, all, CheckpointName)), "=\n")[0])
			return replace(all, ConsistencyName, Consistency{OldSize: 2, OldRoot: root}.Marshal())
		}, ConsistencyName},
		{"checkpoint with an extension line", func() []File {
			all := r.build(t)
			text, _, _ := strings.Cut(string(get(t, all, CheckpointName)), "\n\n")
			return replace(all, CheckpointName, signNote(t, text+"\nextension\n", r.signers))
		}, CheckpointName},
		{"checkpoint of an empty log", func() []File {
			return replace(first.build(t), CheckpointName, signNote(t, Checkpoint(r.header.Origin, 0, tlog.Hash(EvidenceRoot(nil))), r.signers))
		}, CheckpointName},
		{"checkpoint with a padded size", func() []File {
			all := r.build(t)
			text, _, _ := strings.Cut(string(get(t, all, CheckpointName)), "\n\n")
			return replace(all, CheckpointName, signNote(t, strings.Replace(text, "\n2\n", "\n02\n", 1)+"\n", r.signers))
		}, CheckpointName},
		{"somebody else's place in the log", func() []File {
			all := r.build(t)
			p := mustInclusion(t, all)
			p.Index = 0
			return replace(all, InclusionName, p.Marshal())
		}, InclusionName},
		{"too many signatures", func() []File {
			many := r
			many.signers = slices.Repeat(r.signers, maxSigners)
			return many.build(t)
		}, KeysName},
	} {
		t.Run(c.what, func(t *testing.T) {
			b, err := verify(encode(t, c.files()), r.signers...)
			wantMismatch(t, b, err, c.file)
		})
	}
}

// TestOlderLeaf: a release may stand anywhere in the log of its checkpoint, for example
// when a bundle is made again after a later release.
func TestOlderLeaf(t *testing.T) {
	r := sample(t, 0)
	files := r.build(t)
	log := newTree(t, 0)
	log.add(t, ReleaseLeaf(get(t, files, ManifestName)))
	log.add(t, ReleaseLeaf([]byte("later")))
	root, err := tlog.TreeHash(2, log)
	if err != nil {
		t.Fatal(err)
	}
	path, err := tlog.ProveRecord(2, 0, log)
	if err != nil {
		t.Fatal(err)
	}
	files = replace(files, CheckpointName, signNote(t, Checkpoint(r.header.Origin, 2, root), r.signers))
	files = replace(files, InclusionName, Inclusion{0, path}.Marshal())
	b, err := verify(encode(t, append(files, File{ConsistencyName, log.grownFrom(t, 1).Marshal()})), r.signers...)
	if err != nil || b.Log.Index != 0 || b.Log.Size != 2 {
		t.Errorf("%v", err)
	}
}

// TestTrust: who must have signed, and what does not count twice. Everything here is
// whole, so that the bundle comes with the refusal.
func TestTrust(t *testing.T) {
	ana, ben := office(t)
	eve := newPerson(t, "eve", "eve")
	ana2 := newPerson(t, "ana", "another key of ana")
	alias := newPerson(t, "alias", "ana") // ana's key under another name
	for _, c := range []struct {
		what    string
		signers []person
		trusted []person
		min     int
		people  int
		ok      bool
	}{
		{"both", []person{ana, ben}, []person{ana, ben}, 0, 2, true},
		{"both and a stranger", []person{eve, ana, ben}, []person{ben, ana}, 0, 2, true},
		{"no key given", []person{ana, ben}, nil, 0, 0, false},
		{"one trusted only", []person{ana, ben}, []person{ana}, 0, 1, false},
		{"one trusted twice in the policy", []person{ana, ben}, []person{ana, ana}, 0, 1, false},
		{"others trusted", []person{ana, ben}, []person{eve, ana2}, 0, 0, false},
		{"same signer twice", []person{ana, ana}, []person{ana, ben}, 0, 1, false},
		{"two keys of one name", []person{ana, ana2}, []person{ana, ana2}, 0, 1, false},
		{"one key under two names", []person{ana, alias}, []person{ana, alias}, 0, 1, false},
		{"one signature", []person{ana}, []person{ana, ben}, 0, 1, false},
		{"one is enough if the reader says so", []person{ana}, []person{ana}, 1, 1, true},
		{"three wanted", []person{ana, ben}, []person{ana, ben}, 3, 2, false},
		{"a negative number means the default", []person{ana}, []person{ana}, -1, 1, false},
		{"re-made by others", []person{eve, newPerson(t, "mal", "mal")}, []person{ana, ben}, 0, 0, false},
		{"re-made by others under the same names", []person{newPerson(t, "ana", "eve"), newPerson(t, "ben", "mal")}, []person{ana, ben}, 0, 0, false},
	} {
		t.Run(c.what, func(t *testing.T) {
			r := sample(t, 1)
			r.signers = c.signers
			u, err := Parse(r.encode(t))
			if err != nil {
				t.Fatal(err)
			}
			p := Policy{MinSigners: c.min}
			for _, k := range c.trusted {
				p.Keys = append(p.Keys, k.vkey)
			}
			b, err := u.Verify(p)
			if b == nil || b.Header.Release != "R2" || len(b.Signers) != len(c.signers) {
				t.Fatalf("bundle %+v, error %v", b, err)
			}
			if c.ok {
				if err != nil || ExitCode(err) != 0 {
					t.Errorf("got %v", err)
				}
				return
			}
			var untrusted *Untrusted
			if !errors.As(err, &untrusted) || ExitCode(err) != 7 || untrusted.Trusted != c.people {
				t.Errorf("got %v, want %d people trusted", err, c.people)
			}
		})
	}
}

// TestPolicyKeys: a key that cannot be read is the reader's mistake, not a finding.
func TestPolicyKeys(t *testing.T) {
	r := sample(t, 0)
	u, err := Parse(r.encode(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"", "ana", r.signers[0].vkey + "\n", upperHash(r.signers[0].vkey)} {
		b, err := u.Verify(Policy{Keys: []string{r.signers[0].vkey, r.signers[1].vkey, key}})
		if b != nil || ExitCode(err) != 1 {
			t.Errorf("%q: %v", key, err)
		}
	}
}

func TestExitCode(t *testing.T) {
	m, u := &Mismatch{"a", "b"}, &Untrusted{}
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, 0}, {m, 6}, {u, 7}, {errors.New("x"), 1},
		{fmt.Errorf("reading: %w", m), 6}, {fmt.Errorf("reading: %w", u), 7}, {errors.Join(u, m), 6},
	} {
		if got := ExitCode(c.err); got != c.want {
			t.Errorf("%v: %d, want %d", c.err, got, c.want)
		}
	}
}

// FuzzTampered changes a stretch of one file of a bundle that is trusted, or of the
// archive itself. Nothing but the bundle as it was may pass.
func FuzzTampered(f *testing.F) {
	r := sample(f, 2)
	good := r.encode(f)
	files := r.build(f)
	f.Add(uint8(0), uint16(0), uint16(1), []byte("x"))
	f.Add(uint8(len(files)), uint16(30), uint16(0), []byte("\n"))
	for i, file := range files {
		f.Add(uint8(i), uint16(len(file.Data)-1), uint16(1), []byte("\r\n"))
	}
	f.Fuzz(func(t *testing.T, which uint8, at, drop uint16, patch []byte) {
		edit := func(b []byte) []byte {
			from := int(at) % (len(b) + 1)
			to := min(from+int(drop), len(b))
			return slices.Concat(b[:from], patch, b[to:])
		}
		var data []byte
		if i := int(which) % (len(files) + 1); i < len(files) {
			data = encode(t, replace(files, files[i].Name, append([]byte{}, edit(files[i].Data)...)))
		} else {
			data = edit(good)
		}
		b, err := verify(data, r.signers...)
		if bytes.Equal(data, good) {
			if err != nil {
				t.Fatalf("unchanged: %v", err)
			}
			return
		}
		if m, ok := err.(*Mismatch); !ok || b != nil || m.File == "" {
			t.Fatalf("a changed bundle gives %v", err)
		}
	})
}
