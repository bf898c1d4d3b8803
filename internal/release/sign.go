package release

import (
	"strings"

	"golang.org/x/mod/sumdb/note"

	"heed/bundle"
	"heed/internal/fault"
)

// signing is what a member signs: the release log with this release as its last leaf.
type signing struct {
	origin string
	log    releaseLog // with this release's leaf
}

func (s signing) text() (string, error) {
	root, err := s.log.root(int64(len(s.log)))
	return bundle.Checkpoint(s.origin, int64(len(s.log)), root), err
}

// sign returns the line of the signed note, after reading it back under the key that
// readers will use: a signature nobody can verify must not count.
func (s signing) sign(signer note.Signer, vkey string) (string, error) {
	text, err := s.text()
	if err != nil {
		return "", err
	}
	signed, err := note.Sign(&note.Note{Text: text}, signer)
	if err != nil {
		return "", err
	}
	if err := verifies(signed, vkey); err != nil {
		return "", err
	}
	return strings.TrimPrefix(string(signed), text+"\n"), nil
}

// checkpoint joins the signatures under the text, each verified once more.
func (s signing) checkpoint(sigs []Signature) ([]byte, error) {
	text, err := s.text()
	if err != nil {
		return nil, err
	}
	signed := text + "\n"
	for _, sig := range sigs {
		if err := verifies([]byte(text+"\n"+sig.Line), sig.Key); err != nil {
			return nil, err
		}
		signed += sig.Line
	}
	return []byte(signed), nil
}

func verifies(signed []byte, vkey string) error {
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return fault.New(fault.Invalid, "this is no verifier key", "Nothing was signed.", "")
	}
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) != 0 {
		return fault.New(fault.Refused, "a signature does not verify under the member's key", "It does not count.", "Check the member's keys.")
	}
	return nil
}

// admit refuses a second signature by one member, with one key or under one name: two
// signatures must be two people, also for those who verify.
func admit(d Draft, member, name, vkey string) error {
	for _, s := range d.Signatures {
		switch {
		case s.Member == member:
			return fault.New(fault.Refused, member+" has signed "+d.ID+" already", "The signature stands.", "Somebody else must sign too.")
		case keyOf(s.Key) == keyOf(vkey):
			return fault.New(fault.Refused, "another member has signed "+d.ID+" with this key already", "Nothing was signed.", "Each member signs with a key of their own.")
		case s.Name == name:
			return fault.New(fault.Refused, "a key of the same name has signed "+d.ID+" already", "Nothing was signed.", "To a reader two keys of one name are one person. Rename one member.")
		}
	}
	return nil
}

// keyOf is the key itself, without the name and hash that can differ for one key.
func keyOf(vkey string) string { return vkey[strings.LastIndex(vkey, "+")+1:] }

// enough refuses a release that fewer than two members signed.
func enough(d Draft) error {
	members, public := map[string]bool{}, map[string]bool{}
	for _, s := range d.Signatures {
		members[s.Member], public[keyOf(s.Key)] = true, true
	}
	if min(len(members), len(public)) < MinSigners {
		return fault.New(fault.Refused, signers(d).Note+" members have signed "+d.ID, "Nothing was released.", "Another member signs with: heed sign "+d.ID+" --as MEMBER")
	}
	return nil
}

// tail makes what stands in a bundle beside what MANIFEST lists: checkpoint, proofs, keys.
func (s signing) tail(sigs []Signature) ([]bundle.File, error) {
	checkpoint, err := s.checkpoint(sigs)
	if err != nil {
		return nil, err
	}
	proof, err := s.log.inclusion()
	if err != nil {
		return nil, err
	}
	size := int64(len(s.log))
	inclusion := bundle.Inclusion{Index: size - 1, Path: proof}
	out := []bundle.File{{Name: bundle.CheckpointName, Data: checkpoint}, {Name: bundle.InclusionName, Data: inclusion.Marshal()}, {Name: bundle.KeysName, Data: keys(sigs)}}
	if size == 1 {
		return out, nil
	}
	consistency, err := s.consistency(size)
	if err != nil {
		return nil, err
	}
	return append(out, consistency), nil
}

// consistency proves that the log only grew since the release before.
func (s signing) consistency(size int64) (f bundle.File, err error) {
	old, err := s.log.root(size - 1)
	if err != nil {
		return f, err
	}
	path, err := s.log.consistency(size - 1)
	if err != nil {
		return f, err
	}
	return bundle.File{Name: bundle.ConsistencyName, Data: bundle.Consistency{OldSize: size - 1, OldRoot: old, Path: path}.Marshal()}, nil
}

// keys is KEYS: one verifier key per signature, in the order of the checkpoint.
func keys(sigs []Signature) []byte {
	var vkeys []string
	for _, s := range sigs {
		vkeys = append(vkeys, s.Key)
	}
	return bundle.MarshalKeys(vkeys)
}
