package ledger

import (
	"bufio"
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"heed/internal/store"
)

// A log is the whole ledger as text, without what stands beside the entries:
//
//	heed/log/v1
//	heed/entry/v1    the nine lines of entry 0
//	…
//	                 an empty line after each entry
//	ORIGIN           the signed checkpoint of all of them
//	…
//
// It holds ids and no content, so it can lie where the case does not, and show later that
// acts were taken out of a copy of the case.
const logHead = "heed/log/v1\n"

// What a log may hold: an entry is nine words, a checkpoint a few signatures.
const (
	maxLine       = 4 << 10
	maxCheckpoint = 64 << 10
	maxEntries    = 10_000_000
)

// WriteLog writes the ledger as text and signs its head.
func WriteLog(tx *store.Tx, w io.Writer, origin string, signers ...note.Signer) error {
	out := bufio.NewWriter(w)
	out.WriteString(logHead) // the error stays until Flush
	var tree edge
	err := tx.Each("SELECT leaf FROM ledger_entry ORDER BY seq", nil, func(rows *sql.Rows) error {
		var leaf []byte
		if err := rows.Scan(&leaf); err != nil {
			return err
		}
		if e, err := ParseEntry(leaf); err != nil || e.Seq != tree.n {
			return mismatch(fmt.Sprintf("entry %d is damaged", tree.n))
		}
		out.Write(leaf)
		out.WriteByte('\n')
		tree.add(tlog.RecordHash(leaf))
		return nil
	})
	if err != nil {
		return err
	}
	written, err := tree.head()
	if err != nil {
		return err
	}
	have, err := HeadOf(tx)
	if err != nil {
		return err
	}
	if written != have {
		return mismatch("the entries of the ledger do not make up its tree")
	}
	signed, err := written.sign(origin, signers...)
	if err != nil {
		return err
	}
	out.Write(signed)
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing log: %w", err)
	}
	return nil
}

// Log is a log whose entries make up the tree that its checkpoint signs.
type Log struct {
	Head    Head
	Entries []Entry // entry n is the nth
}

// ReadLog reads a log to its end and believes it only when it rebuilt the root that one of
// the keys signed for this origin.
func ReadLog(r io.Reader, origin string, keys []string) (*Log, error) {
	in := bufio.NewReaderSize(r, maxLine)
	head, err := line(in)
	if err != nil {
		return nil, err
	}
	if string(head) != logHead {
		return nil, mismatch("it is no log of a ledger")
	}
	l := &Log{}
	rebuilt, err := l.read(in)
	if err != nil {
		return nil, err
	}
	signed, err := io.ReadAll(io.LimitReader(in, maxCheckpoint+1))
	if err != nil {
		return nil, fmt.Errorf("reading log: %w", err)
	}
	if len(signed) > maxCheckpoint {
		return nil, mismatch("the log does not end with a checkpoint")
	}
	if l.Head, err = ParseCheckpoint(signed, origin, keys); err != nil {
		return nil, err
	}
	if rebuilt != l.Head {
		return nil, mismatch("the entries of the log are not those that its checkpoint signs")
	}
	return l, nil
}

// read takes the entries and returns the head that they make up.
func (l *Log) read(in *bufio.Reader) (Head, error) {
	var tree edge
	for {
		leaf, err := nextEntry(in)
		if err != nil {
			return Head{}, err
		}
		if leaf == nil {
			return tree.head()
		}
		e, err := ParseEntry(leaf)
		if err != nil || e.Seq != tree.n || tree.n == maxEntries {
			return Head{}, mismatch(fmt.Sprintf("entry %d of the log is damaged", tree.n))
		}
		l.Entries = append(l.Entries, e)
		tree.add(tlog.RecordHash(leaf))
	}
}

// nextEntry reads one entry with its empty line, or nothing when a checkpoint follows.
func nextEntry(in *bufio.Reader) ([]byte, error) {
	if first, err := in.Peek(len(entryHead) + 1); err != nil || string(first) != entryHead+"\n" {
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("reading log: %w", err)
		}
		return nil, nil
	}
	var leaf []byte
	for range 9 {
		l, err := line(in)
		if err != nil {
			return nil, err
		}
		leaf = append(leaf, l...)
	}
	blank, err := line(in)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(blank, []byte("\n")) {
		return nil, mismatch("an entry of the log has more than its nine lines")
	}
	return leaf, nil
}

// line reads to the end of a line, which is part of it.
func line(in *bufio.Reader) ([]byte, error) {
	l, err := in.ReadSlice('\n')
	switch {
	case errors.Is(err, io.EOF):
		return nil, mismatch("the log breaks off")
	case errors.Is(err, bufio.ErrBufferFull):
		return nil, mismatch("a line of the log is too long")
	case err != nil:
		return nil, fmt.Errorf("reading log: %w", err)
	}
	return l, nil
}

// Extends is nil when the store's whole ledger is the beginning of the log. Otherwise it is
// fault.Conflict: the store holds acts that the log does not, or others.
func (l *Log) Extends(tx *store.Tx) error {
	have, err := HeadOf(tx)
	if err != nil {
		return err
	}
	if have.Size > int64(len(l.Entries)) {
		return mismatch(fmt.Sprintf("the case has %d acts and the log %d: the log is older", have.Size, len(l.Entries)))
	}
	var tree edge
	for _, e := range l.Entries[:have.Size] {
		leaf, err := e.Marshal() // the one form that it has
		if err != nil {
			return err
		}
		tree.add(tlog.RecordHash(leaf))
	}
	then, err := tree.head()
	if err != nil {
		return err
	}
	if then != have {
		return mismatch("the acts of the case are not those that the log begins with: it is of another case, or one of both was rewritten")
	}
	return nil
}
