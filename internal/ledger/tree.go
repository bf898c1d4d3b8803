package ledger

import (
	"database/sql"
	"fmt"

	"golang.org/x/mod/sumdb/note"
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

// Checkpoint signs the head as a C2SP tlog-checkpoint: origin, size, root, then the
// signatures. It is what leaves the machine, so that a later `check --against` can
// tell a ledger that only grew from one that was rewritten or rolled back.
func Checkpoint(tx *store.Tx, origin string, signers ...note.Signer) ([]byte, error) {
	h, err := HeadOf(tx)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("%s\n%d\n%s\n", origin, h.Size, h.Root)
	return note.Sign(&note.Note{Text: text}, signers...)
}

// storedHashes returns all stored hashes in order, for a check that rebuilds them.
func storedHashes(tx *store.Tx, yield func(idx int64, h []byte) error) error {
	return tx.Each("SELECT idx, hash FROM ledger_hash ORDER BY idx", nil, func(rows *sql.Rows) error {
		var idx int64
		var h []byte
		if err := rows.Scan(&idx, &h); err != nil {
			return err
		}
		return yield(idx, h)
	})
}
