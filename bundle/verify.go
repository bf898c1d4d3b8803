package bundle

import (
	"crypto/sha256"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// Policy is what the reader brings along.
type Policy struct {
	Keys       []string // verifier keys the reader got elsewhere and trusts
	MinSigners int      // how many different people must have signed with them; 0 means 2
}

const defaultSigners = 2

// Verify accounts for every byte of the bundle and then asks who stands behind it.
//
// A *Mismatch means that the bundle is not what was signed; there is no *Bundle then. An
// *Untrusted means that it is, but that too few signers are trusted; the *Bundle comes
// with it. Any other error is about the policy.
func (u *Unverified) Verify(p Policy) (*Bundle, error) {
	trusted, err := p.trusted()
	if err != nil {
		return nil, err
	}
	b, keys, m := u.check()
	if m != nil {
		return nil, m
	}
	for _, k := range keys {
		b.Signers = append(b.Signers, Signer{k.Name(), k.KeyHash(), k.text, trusted[k.text]})
	}
	need := p.MinSigners
	if need <= 0 {
		need = defaultSigners
	}
	if n := people(keys, trusted); n < need {
		return b, &Untrusted{b.Signers, n, need}
	}
	return b, nil
}

func (p Policy) trusted() (map[string]bool, error) {
	trusted := map[string]bool{}
	for i, text := range p.Keys {
		k, err := parseKey(text)
		if err != nil {
			return nil, fmt.Errorf("trusted key %d: %w", i+1, err)
		}
		trusted[k.text] = true
	}
	return trusted, nil
}

// people counts signers with trusted keys that differ in name and in key: neither two
// lines of one key nor two keys of one name are two people.
func people(keys []key, trusted map[string]bool) int {
	n := 0
	seen := map[string]bool{}
	for _, k := range keys {
		name, public := "name "+k.Name(), "key "+k.public
		if trusted[k.text] && !seen[name] && !seen[public] {
			n++
			seen[name], seen[public] = true, true
		}
	}
	return n
}

// check is all of Verify that does not depend on the reader.
func (u *Unverified) check() (*Bundle, []key, *Mismatch) {
	for _, name := range []string{ManifestName, EvidenceName, ReportName, KeysName, CheckpointName, InclusionName} {
		if _, ok := find(u.files, name); !ok {
			return nil, nil, &Mismatch{name, "it is missing"}
		}
	}
	manifest, _ := find(u.files, ManifestName)
	h, sums, err := ParseManifest(manifest)
	if err != nil {
		return nil, nil, err.(*Mismatch)
	}
	if m := u.checkListed(sums); m != nil {
		return nil, nil, m
	}
	if m := u.checkEvidence(h); m != nil {
		return nil, nil, m
	}
	listedKeys, _ := find(u.files, KeysName)
	keys, m := parseKeys(listedKeys)
	if m != nil {
		return nil, nil, m
	}
	log, m := u.checkLog(h, keys, ReleaseLeaf(manifest))
	if m != nil {
		return nil, nil, m
	}
	return &Bundle{Header: h, Files: u.files, Evidence: h.EvidenceSize, Log: log}, keys, nil
}

// checkListed holds the files against MANIFEST, both ways.
func (u *Unverified) checkListed(sums []Sum) *Mismatch {
	listed := map[string][32]byte{}
	for _, s := range sums {
		listed[s.Name] = s.SHA256
	}
	for _, f := range u.files {
		if !Listed(f.Name) {
			continue
		}
		sum, ok := listed[f.Name]
		switch {
		case !ok:
			return &Mismatch{f.Name, "MANIFEST does not list it"}
		case sha256.Sum256(f.Data) != sum:
			return &Mismatch{f.Name, "its bytes differ from what MANIFEST says"}
		}
		delete(listed, f.Name)
	}
	for _, s := range sums {
		if _, ok := listed[s.Name]; ok {
			return &Mismatch{s.Name, "MANIFEST lists it, and it is missing"}
		}
	}
	return nil
}

func (u *Unverified) checkEvidence(h Header) *Mismatch {
	data, _ := find(u.files, EvidenceName)
	commitments, err := ParseEvidence(data)
	if err != nil {
		return err.(*Mismatch)
	}
	if len(commitments) != h.EvidenceSize || EvidenceRoot(commitments) != h.EvidenceRoot {
		// The file is the one that MANIFEST lists, so MANIFEST contradicts itself.
		return &Mismatch{ManifestName, "its evidence root is not that of data/evidence.json"}
	}
	return nil
}

// checkLog verifies the signatures and then walks from the checkpoint to the leaf and to
// the log of the release before.
func (u *Unverified) checkLog(h Header, keys []key, leaf tlog.Hash) (log Log, m *Mismatch) {
	signed, _ := find(u.files, CheckpointName)
	text, m := openCheckpoint(string(signed), keys)
	if m != nil {
		return log, m
	}
	origin, size, root, ok := parseCheckpoint(text)
	switch {
	case !ok:
		return log, &Mismatch{CheckpointName, "its text is not a checkpoint in canonical form"}
	case origin != h.Origin:
		return log, &Mismatch{ManifestName, "its origin is not that of the signed checkpoint"}
	}
	grown, m := u.checkGrowth(size, root)
	if m != nil {
		return log, m
	}
	proof, _ := find(u.files, InclusionName)
	in, err := ParseInclusion(proof)
	if err != nil {
		return log, err.(*Mismatch)
	}
	if tlog.CheckRecord(in.Path, size, root, in.Index, leaf) == nil {
		return Log{in.Index, size, root, grown.OldSize, grown.OldRoot}, nil
	}
	// Either changed. A proof of growth by one leaf passes through that leaf, and a tree
	// of one leaf is that leaf: so they tell whether MANIFEST is still what was signed.
	if leaf == root || slices.Contains(grown.Path, leaf) {
		return log, &Mismatch{InclusionName, "it does not lead from MANIFEST to the signed checkpoint"}
	}
	return log, &Mismatch{ManifestName, "it is not what was signed: proofs/inclusion does not lead from it to the checkpoint"}
}

// checkGrowth demands a proof from every release but the first, since a log that need
// not prove its growth can be rewritten.
func (u *Unverified) checkGrowth(size int64, root tlog.Hash) (c Consistency, m *Mismatch) {
	refuse := func(what string) (Consistency, *Mismatch) { return c, &Mismatch{ConsistencyName, what} }
	proof, ok := find(u.files, ConsistencyName)
	switch {
	case size == 1 && ok:
		return refuse("nothing precedes the first release")
	case size == 1:
		return c, nil
	case !ok:
		return refuse("it is missing")
	}
	c, err := ParseConsistency(proof)
	if err != nil {
		return c, err.(*Mismatch)
	}
	if c.OldSize >= size || tlog.CheckTree(c.Path, size, root, c.OldSize, c.OldRoot) != nil {
		return refuse("it does not lead from the earlier log to the signed checkpoint")
	}
	return c, nil
}
