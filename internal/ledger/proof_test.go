package ledger

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/store"
)

const testOrigin = "heed/test"

// seeded signs with a key that is the same in every run, so that the seeds of fuzzing hold.
type seeded struct {
	note.Verifier
	key ed25519.PrivateKey
}

func (s seeded) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(s.key, msg), nil }

func signerOf(t testing.TB, seed byte) (note.Signer, string) {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	vkey, err := note.NewEd25519VerifierKey(testOrigin+"/M-01", key.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	v, err := note.NewVerifier(vkey)
	if err != nil {
		t.Fatal(err)
	}
	return seeded{v, key}, vkey
}

// look appends n acts that hold nothing.
func look(t testing.TB, db *store.DB, n int) {
	t.Helper()
	update(t, db, func(tx *store.Tx) error {
		for range n {
			if _, err := Append(tx, Act{Kind: "thing.seen", By: amina, Object: "thing"}); err != nil {
				return err
			}
		}
		return nil
	})
}

func read[T any](t testing.TB, db *store.DB, fn func(*store.Tx) (T, error)) T {
	t.Helper()
	v, err := store.Read(t.Context(), db, fn)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// rfcPath is the audit path as RFC 6962, section 2.1.1, writes it, from the leaves.
func rfcPath(m int, d [][]byte) [][32]byte {
	if len(d) == 1 {
		return nil
	}
	k := 1
	for k*2 < len(d) {
		k *= 2
	}
	if m < k {
		return append(rfcPath(m, d[:k]), rfcRoot(d[k:]))
	}
	return append(rfcPath(m-k, d[k:]), rfcRoot(d[:k]))
}

func rfcRoot(d [][]byte) [32]byte {
	switch len(d) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, d[0]...))
	}
	k := 1
	for k*2 < len(d) {
		k *= 2
	}
	l, r := rfcRoot(d[:k]), rfcRoot(d[k:])
	return sha256.Sum256(append(append([]byte{1}, l[:]...), r[:]...))
}

// Every entry of ledgers of many sizes is proved, in the form of c2sp.org/tlog-proof.
func TestProveEntry(t *testing.T) {
	db := open(t)
	signer, key := signerOf(t, 1)
	for n := 1; n <= 9; n++ {
		look(t, db, 1)
		entries := entriesOf(t, db)
		var leaves [][]byte
		for _, e := range entries {
			leaf, err := e.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			leaves = append(leaves, leaf)
		}
		for seq := range leaves {
			proof := read(t, db, func(tx *store.Tx) ([]byte, error) { return ProveEntry(tx, testOrigin, int64(seq), signer) })
			if err := CheckEntryProof(proof, leaves[seq], []string{key}); err != nil {
				t.Errorf("%d of %d: %v", seq, n, err)
			}
			want := fmt.Sprintf("c2sp.org/tlog-proof@v1\nindex %d\n", seq)
			for _, h := range rfcPath(seq, leaves) {
				want += tlog.Hash(h).String() + "\n"
			}
			want += fmt.Sprintf("\n%s\n%d\n%s\n\n— heed/test/M-01 ", testOrigin, n, tlog.Hash(rfcRoot(leaves)))
			if !strings.HasPrefix(string(proof), want) {
				t.Errorf("got %q, want %q…", proof, want)
			}
			other := leaves[(seq+1)%n]
			if err := CheckEntryProof(proof, other, []string{key}); n > 1 && fault.KindOf(err) != fault.Conflict {
				t.Errorf("%d of %d passed for another entry: %v", seq, n, err)
			}
		}
	}
	for _, seq := range []int64{-1, 9} {
		_, err := store.Read(t.Context(), db, func(tx *store.Tx) ([]byte, error) { return ProveEntry(tx, testOrigin, seq, signer) })
		if fault.KindOf(err) != fault.NotFound {
			t.Errorf("entry %d: %v", seq, err)
		}
	}
}

// No byte of a proof or of its entry can be changed.
func TestEntryProofTampering(t *testing.T) {
	db := open(t)
	signer, key := signerOf(t, 1)
	_, stranger := signerOf(t, 2)
	look(t, db, 6)
	leaf, err := entriesOf(t, db)[2].Marshal()
	if err != nil {
		t.Fatal(err)
	}
	proof := read(t, db, func(tx *store.Tx) ([]byte, error) { return ProveEntry(tx, testOrigin, 2, signer) })
	for i := range proof {
		changed := bytes.Clone(proof)
		changed[i] ^= 1
		if err := CheckEntryProof(changed, leaf, []string{key}); err == nil {
			t.Errorf("byte %d of the proof changed: passed", i)
		}
		if err := CheckEntryProof(proof[:i], leaf, []string{key}); err == nil {
			t.Errorf("the first %d bytes of the proof: passed", i)
		}
	}
	for i := range leaf {
		changed := bytes.Clone(leaf)
		changed[i] ^= 1
		if err := CheckEntryProof(proof, changed, []string{key}); err == nil {
			t.Errorf("byte %d of the entry changed: passed", i)
		}
	}
	if err := CheckEntryProof(proof, leaf, []string{stranger}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("signed by a stranger: %v", err)
	}
	if err := CheckEntryProof(append(bytes.Clone(proof), '\n'), leaf, []string{key}); err == nil {
		t.Error("a line more passed")
	}
	extra := bytes.Replace(proof, []byte("\nindex"), []byte("\nextra YWI=\nindex"), 1)
	if err := CheckEntryProof(extra, leaf, []string{key}); err != nil {
		t.Errorf("with extra data, which the format allows: %v", err)
	}
}

func TestGrowth(t *testing.T) {
	db, other := open(t), open(t)
	var heads []Head
	for n := range 10 {
		if n > 0 {
			look(t, db, 1)
		}
		heads = append(heads, read(t, db, HeadOf))
	}
	now := heads[len(heads)-1]
	for _, old := range heads {
		proof := read(t, db, func(tx *store.Tx) ([]byte, error) { return ProveGrowth(tx, old) })
		from, to, err := CheckGrowthProof(proof)
		if err != nil || from != old || to != now {
			t.Errorf("from %d: %v, %v, %v", old.Size, from, to, err)
		}
		for i := range proof {
			changed := bytes.Clone(proof)
			changed[i] ^= 1
			// A changed head is another claim: it must not pass as one about these heads.
			if from, to, err := CheckGrowthProof(changed); err == nil && from == old && to == now {
				t.Errorf("from %d, byte %d changed: passed", old.Size, i)
			}
			if i < len(proof)-1 {
				if _, _, err := CheckGrowthProof(proof[:i]); err == nil {
					t.Errorf("from %d, cut at %d: passed", old.Size, i)
				}
			}
		}
	}
	look(t, other, 5)
	for name, old := range map[string]Head{"another ledger": read(t, other, HeadOf), "a longer one": {Size: 11, Root: now.Root}, "a negative one": {Size: -1}} {
		_, err := store.Read(t.Context(), db, func(tx *store.Tx) ([]byte, error) { return ProveGrowth(tx, old) })
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The edge of a growing tree hashes as tlog does.
func TestEdge(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e edge
		var all []tlog.Hash
		reader := tlog.HashReaderFunc(func(indexes []int64) (out []tlog.Hash, err error) {
			for _, i := range indexes {
				out = append(out, all[i])
			}
			return out, nil
		})
		for i, b := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 5), 0, 70).Draw(t, "records") {
			want, err := tlog.StoredHashes(int64(i), b, reader)
			if err != nil {
				t.Fatal(err)
			}
			if got := e.add(tlog.RecordHash(b)); fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("record %d: %v, want %v", i, got, want)
			}
			all = append(all, want...)
		}
		want, err := tlog.TreeHash(e.n, reader)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := e.head(); err != nil || got.Root != want || got.Size != e.n {
			t.Fatalf("got %v, %v; want %v", got, err, want)
		}
	})
}

func FuzzEntryProof(f *testing.F) {
	db := open(f)
	signer, key := signerOf(f, 1)
	look(f, db, 3)
	leaf, err := entriesOf(f, db)[1].Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(read(f, db, func(tx *store.Tx) ([]byte, error) { return ProveEntry(tx, testOrigin, 1, signer) }), leaf)
	f.Add([]byte(proofHead+"\nextra !\nindex 0\n\n"), leaf)
	f.Fuzz(func(t *testing.T, proof, of []byte) {
		if err := CheckEntryProof(proof, of, []string{key}); err != nil {
			return
		}
		if e, err := ParseEntry(of); err != nil || !bytes.Contains(proof, fmt.Appendf(nil, "\nindex %d\n", e.Seq)) {
			t.Errorf("a proof of %q: %q", of, proof)
		}
	})
}

func FuzzGrowthProof(f *testing.F) {
	db := open(f)
	old := read(f, db, HeadOf)
	for range 3 {
		look(f, db, 3)
		f.Add(read(f, db, func(tx *store.Tx) ([]byte, error) { return ProveGrowth(tx, old) }))
		old = read(f, db, HeadOf)
	}
	f.Fuzz(func(t *testing.T, proof []byte) {
		from, to, err := CheckGrowthProof(proof)
		if err != nil {
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("no fault: %v", err)
			}
			return
		}
		want := fmt.Sprintf("%s\nold %d %s\nnew %d %s\n", growthHead, from.Size, from.Root, to.Size, to.Root)
		if from.Size > to.Size || !strings.HasPrefix(string(proof), want) {
			t.Errorf("two forms, or it shrank: %q", proof)
		}
	})
}
