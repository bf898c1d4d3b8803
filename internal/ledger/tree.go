package ledger

import (
	"database/sql"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"

	"heed/internal/store"
)

// Head is the state of the tree: how many entries, and the hash that commits to
// all of them in order (RFC 6962, section 2.1).
type Head struct {
	Size int64
	Root tlog.Hash
}

// HeadOf returns the tree's head.
func HeadOf(tx *store.Tx) (Head, error) {
	n, err := size(tx)
	if err != nil {
		return Head{}, err
	}
	return headAt(tx, n)
}

// headAt is the head as it stood when there were n entries.
func headAt(tx *store.Tx, n int64) (Head, error) {
	root, err := tlog.TreeHash(n, hashes(tx))
	if err != nil {
		return Head{}, fmt.Errorf("hashing tree of %d: %w", n, err)
	}
	return Head{Size: n, Root: root}, nil
}

// grow adds record seq to the stored hashes.
func grow(tx *store.Tx, seq int64, record tlog.Hash) error {
	add, err := tlog.StoredHashesForRecordHash(seq, record, hashes(tx))
	if err != nil {
		return fmt.Errorf("growing tree at %d: %w", seq, err)
	}
	first := tlog.StoredHashIndex(0, seq)
	for i, h := range add {
		if _, err := tx.Exec("INSERT INTO ledger_hash (idx, hash) VALUES (?, ?)", first+int64(i), h[:]); err != nil {
			return fmt.Errorf("growing tree at %d: %w", seq, err)
		}
	}
	return nil
}

// hashes reads stored hashes inside the transaction, so that an entry and its
// place in the tree commit together.
func hashes(tx *store.Tx) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		out := make([]tlog.Hash, len(indexes))
		for i, idx := range indexes {
			var b []byte
			if err := tx.QueryRow("SELECT hash FROM ledger_hash WHERE idx = ?", idx).Scan(&b); err != nil {
				return nil, fmt.Errorf("reading hash %d: %w", idx, err)
			}
			if len(b) != tlog.HashSize {
				return nil, fmt.Errorf("hash %d has %d bytes", idx, len(b))
			}
			copy(out[i][:], b)
		}
		return out, nil
	})
}

// edge is the right edge of a growing tree: the newest whole subtree of each size. With it
// a tree of any length is hashed in one pass and in the memory of some hashes.
type edge struct {
	n      int64
	levels [63]tlog.Hash
	new    []tlog.Hash
}

// add takes the hash of the next record and returns the hashes that tlog stores with it, in
// its order. They are good until the next call.
func (e *edge) add(h tlog.Hash) []tlog.Hash {
	level := 0
	e.new = append(e.new[:0], h)
	for ; e.n>>level&1 == 1; level++ {
		h = tlog.NodeHash(e.levels[level], h)
		e.new = append(e.new, h)
	}
	e.levels[level] = h
	e.n++
	return e.new
}

// head is the head of what was added.
func (e *edge) head() (Head, error) {
	root, err := tlog.TreeHash(0, nil)
	if err != nil {
		return Head{}, fmt.Errorf("hashing an empty tree: %w", err)
	}
	for level, first := 0, true; level < bits.Len64(uint64(e.n)); level++ {
		switch {
		case e.n>>level&1 == 0:
		case first:
			root, first = e.levels[level], false
		default:
			root = tlog.NodeHash(e.levels[level], root)
		}
	}
	return Head{Size: e.n, Root: root}, nil
}

// stored walks the stored hashes in order, beside a walk over the entries.
type stored struct {
	rows *sql.Rows
	idx  int64
	hash []byte
	end  bool
}

// openStored stands on the first hash. The caller closes the rows.
func openStored(tx *store.Tx) (*stored, error) {
	rows, err := tx.Query("SELECT idx, hash FROM ledger_hash ORDER BY idx")
	if err != nil {
		return nil, fmt.Errorf("reading stored hashes: %w", err)
	}
	s := &stored{rows: rows}
	if err := s.next(); err != nil {
		rows.Close()
		return nil, err
	}
	return s, nil
}

func (s *stored) next() error {
	if !s.rows.Next() {
		s.end = true
		return s.rows.Err()
	}
	return s.rows.Scan(&s.idx, &s.hash)
}
