package release

import (
	"testing"

	"golang.org/x/mod/sumdb/tlog"
	"pgregory.net/rapid"

	"heed/bundle"
	"heed/internal/seal"
)

// TestLogProofs: for every size, the last leaf is in the log and the log only grew.
func TestLogProofs(t *testing.T) {
	var log releaseLog
	for n := int64(1); n <= 20; n++ {
		log = append(log, bundle.ReleaseLeaf([]byte{byte(n)}))
		root, err := log.root(n)
		if err != nil {
			t.Fatal(err)
		}
		in, err := log.inclusion()
		if err != nil || tlog.CheckRecord(in, n, root, n-1, log[n-1]) != nil {
			t.Errorf("inclusion at %d: %v", n, err)
		}
		for old := int64(1); old < n; old++ {
			was, err := log.root(old)
			if err != nil {
				t.Fatal(err)
			}
			proof, err := log.consistency(old)
			if err != nil || tlog.CheckTree(proof, n, root, old, was) != nil {
				t.Errorf("consistency %d to %d: %v", old, n, err)
			}
		}
	}
}

// TestPadded: the number is a power of two from eight on, all given are there, sorted.
func TestPadded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		given := make([]seal.Commitment, rapid.IntRange(0, 40).Draw(t, "n"))
		for i := range given {
			given[i][0], given[i][1] = byte(i), 7
		}
		out, err := padded(given)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(out); n < 8 || n&(n-1) != 0 || n < len(given) || n >= 2*max(8, len(given)) {
			t.Fatalf("%d commitments for %d", n, len(given))
		}
		seen := map[[32]byte]bool{}
		for i, c := range out {
			seen[c] = true
			if i > 0 && string(out[i-1][:]) >= string(c[:]) {
				t.Fatal("not sorted, or twice")
			}
		}
		for _, c := range given {
			if !seen[c] {
				t.Fatal("one is missing")
			}
		}
	})
}
