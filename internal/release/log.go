package release

import (
	"crypto/rand"
	"fmt"
	"slices"

	"golang.org/x/mod/sumdb/tlog"

	"heed/internal/seal"
)

// releaseLog is the append-only log of releases: one leaf each, oldest first. It has
// few leaves, so its tree is made anew whenever it is asked for.
type releaseLog []tlog.Hash

func (l releaseLog) reader() (tlog.HashReader, error) {
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, at := range indexes {
			out[i] = stored[at]
		}
		return out, nil
	})
	for n, leaf := range l {
		add, err := tlog.StoredHashesForRecordHash(int64(n), leaf, reader)
		if err != nil {
			return nil, fmt.Errorf("building release log: %w", err)
		}
		stored = append(stored, add...)
	}
	return reader, nil
}

// root is the hash that commits to the first n leaves in order.
func (l releaseLog) root(n int64) (tlog.Hash, error) {
	reader, err := l.reader()
	if err != nil {
		return tlog.Hash{}, err
	}
	return tlog.TreeHash(n, reader)
}

// inclusion proves that the last leaf is in the log.
func (l releaseLog) inclusion() (tlog.RecordProof, error) {
	reader, err := l.reader()
	if err != nil {
		return nil, err
	}
	return tlog.ProveRecord(int64(len(l)), int64(len(l)-1), reader)
}

// consistency proves that the log only grew since it had n leaves.
func (l releaseLog) consistency(n int64) (tlog.TreeProof, error) {
	reader, err := l.reader()
	if err != nil {
		return nil, err
	}
	return tlog.ProveTree(int64(len(l)), n, reader)
}

// leastCommitments is the smallest number of commitments a release carries.
const leastCommitments = 8

// padded mixes decoys among the commitments up to 8, 16, 32, … and sorts all, so that
// neither their number nor their order says anything. A decoy is 32 random bytes: to
// one without a salt a commitment is nothing else.
func padded(given []seal.Commitment) ([][32]byte, error) {
	size := leastCommitments
	for size < len(given) {
		size *= 2
	}
	out := make([][32]byte, 0, size)
	for _, c := range given {
		out = append(out, [32]byte(c))
	}
	for len(out) < size {
		var decoy [32]byte
		if _, err := rand.Read(decoy[:]); err != nil {
			return nil, fmt.Errorf("making decoys: %w", err)
		}
		out = append(out, decoy)
	}
	slices.SortFunc(out, func(a, b [32]byte) int { return slices.Compare(a[:], b[:]) })
	return out, nil
}
