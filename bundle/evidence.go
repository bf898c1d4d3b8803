package bundle

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"
)

// The evidence tree commits to the sealed items a release rests on. Commitments are
// salted per release, so they look random: sorting them bytewise is a shuffle that
// everyone can repeat, and decoys cannot be told from the rest.

func sorted(commitments [][32]byte) [][32]byte {
	s := slices.Clone(commitments)
	slices.SortFunc(s, func(a, b [32]byte) int { return bytes.Compare(a[:], b[:]) })
	return s
}

// EvidenceRoot is the RFC 6962 tree hash over the commitments in bytewise order. Of none
// it is the SHA-256 of nothing.
func EvidenceRoot(commitments [][32]byte) [32]byte {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, idx := range indexes {
			out[i] = stored[idx]
		}
		return out, nil
	})
	for n, c := range sorted(commitments) {
		add, err := tlog.StoredHashes(int64(n), c[:], reader)
		if err != nil {
			panic("internal error: hashing evidence: " + err.Error()) // unreachable: the reader never fails
		}
		stored = append(stored, add...)
	}
	root, err := tlog.TreeHash(int64(len(commitments)), reader)
	if err != nil {
		panic("internal error: hashing evidence: " + err.Error()) // unreachable: as above
	}
	return root
}

// MarshalEvidence returns data/evidence.json. The commitments must differ from each other.
func MarshalEvidence(commitments [][32]byte) []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"commitments\": [")
	for i, c := range sorted(commitments) {
		if i > 0 {
			b.WriteString(",")
		}
		fmt.Fprintf(&b, "\n    \"%x\"", c)
	}
	if len(commitments) > 0 {
		b.WriteString("\n  ")
	}
	b.WriteString("]\n}\n")
	return b.Bytes()
}

// ParseEvidence reads data/evidence.json. It accepts only what MarshalEvidence writes;
// any refusal is a *Mismatch.
func ParseEvidence(data []byte) ([][32]byte, error) {
	refuse := func(what string) ([][32]byte, error) { return nil, &Mismatch{EvidenceName, what} }
	var untrusted struct {
		Commitments []string `json:"commitments"`
	}
	if err := json.Unmarshal(data, &untrusted); err != nil {
		return refuse("it is not the JSON of a list of commitments")
	}
	commitments := make([][32]byte, len(untrusted.Commitments))
	for i, s := range untrusted.Commitments {
		b, err := hex.DecodeString(s)
		if err != nil || len(b) != 32 {
			return refuse(fmt.Sprintf("commitment %d is not 64 hexadecimal digits", i+1))
		}
		commitments[i] = [32]byte(b)
		if i > 0 && bytes.Compare(commitments[i-1][:], b) >= 0 {
			return refuse(fmt.Sprintf("commitment %d is not in order", i+1))
		}
	}
	if !bytes.Equal(data, MarshalEvidence(commitments)) {
		return refuse("it is not in canonical form")
	}
	return commitments, nil
}
