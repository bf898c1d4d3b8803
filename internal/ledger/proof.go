package ledger

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"heed/internal/fault"
	"heed/internal/store"
)

// A proof of one entry has the form of c2sp.org/tlog-proof, so that common tools read it:
//
//	c2sp.org/tlog-proof@v1
//	index 12
//	AbC…=            the audit path of RFC 6962, section 2.1.1, leaf's sibling first
//
//	ORIGIN           the signed checkpoint
//	…
//
// A proof of growth is that of RFC 6962, section 2.1.2, between two heads:
//
//	heed/growth/v1
//	old SIZE ROOT
//	new SIZE ROOT
//	AbC…=
const (
	proofHead  = "c2sp.org/tlog-proof@v1"
	growthHead = "heed/growth/v1"
)

// maxPath bounds the hashes of a proof: a tree has at most 63 levels, and a proof of growth
// may name one hash more.
const maxPath = 64

// ProveEntry proves that entry seq stands in the ledger whose head it signs.
func ProveEntry(tx *store.Tx, origin string, seq int64, signers ...note.Signer) ([]byte, error) {
	head, err := HeadOf(tx)
	if err != nil {
		return nil, err
	}
	if seq < 0 || seq >= head.Size {
		return nil, fault.New(fault.NotFound, fmt.Sprintf("there is no entry %d", seq), "", "List the entries with: heed log")
	}
	path, err := tlog.ProveRecord(head.Size, seq, hashes(tx))
	if err != nil {
		return nil, fmt.Errorf("proving entry %d: %w", seq, err)
	}
	signed, err := head.sign(origin, signers...)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nindex %d\n", proofHead, seq)
	for _, h := range path {
		fmt.Fprintf(&b, "%s\n", h)
	}
	b.WriteByte('\n')
	b.Write(signed)
	return b.Bytes(), nil
}

// CheckEntryProof checks that leaf, the nine lines of an entry, stands in a ledger whose
// checkpoint one of the keys signed. The origin of that checkpoint is not looked at.
func CheckEntryProof(proof, leaf []byte, keys []string) error {
	index, path, signed, err := parseEntryProof(proof)
	if err != nil {
		return mismatch("it is no proof of an entry")
	}
	c, err := openCheckpoint(signed, keys)
	if err != nil {
		return err
	}
	e, err := ParseEntry(leaf)
	if err != nil || e.Seq != index {
		return mismatch("the proof is of another entry")
	}
	if err := tlog.CheckRecord(path, c.Size, c.Root, index, tlog.RecordHash(leaf)); err != nil {
		return mismatch("the entry does not stand in the ledger that the checkpoint signs")
	}
	return nil
}

// parseEntryProof takes a proof apart. Extra data, which the format allows and nothing
// authenticates, is passed over.
func parseEntryProof(proof []byte) (index int64, path tlog.RecordProof, signed []byte, err error) {
	head, signed, ok := bytes.Cut(proof, []byte("\n\n"))
	lines := strings.Split(string(head), "\n")
	if !ok || lines[0] != proofHead {
		return 0, nil, nil, errProof
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		if _, err := base64.StdEncoding.Strict().DecodeString(lines[0][len("extra "):]); err != nil {
			return 0, nil, nil, errProof
		}
		lines = lines[1:]
	}
	if len(lines) == 0 {
		return 0, nil, nil, errProof
	}
	number, ok := strings.CutPrefix(lines[0], "index ")
	index, err = strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || index < 0 || strconv.FormatInt(index, 10) != number {
		return 0, nil, nil, errProof
	}
	hashes, err := parsePath(lines[1:])
	return index, hashes, signed, err
}

var errProof = errors.New("malformed proof")

func parsePath(lines []string) (path []tlog.Hash, err error) {
	if len(lines) > maxPath {
		return nil, errProof
	}
	for _, l := range lines {
		h, err := parseHash(l)
		if err != nil {
			return nil, errProof
		}
		path = append(path, h)
	}
	return path, nil
}

// ProveGrowth proves that the ledger of an earlier head is the beginning of this one. It is
// fault.Conflict when it is not. Nothing in it is signed: whoever checks it has both heads
// from checkpoints.
func ProveGrowth(tx *store.Tx, old Head) ([]byte, error) {
	now, err := HeadOf(tx)
	if err != nil {
		return nil, err
	}
	if old.Size < 0 || old.Size > now.Size {
		return nil, mismatch(fmt.Sprintf("the ledger has %d entries and had %d: acts are gone, or an older copy was put in place", now.Size, old.Size))
	}
	then, err := headAt(tx, old.Size)
	if err != nil {
		return nil, err
	}
	if then != old {
		return nil, mismatch(fmt.Sprintf("the first %d entries are not those of the earlier head: the ledger was rewritten", old.Size))
	}
	var path tlog.TreeProof
	if old.Size > 0 {
		if path, err = tlog.ProveTree(now.Size, old.Size, hashes(tx)); err != nil {
			return nil, fmt.Errorf("proving growth from %d: %w", old.Size, err)
		}
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\nold %d %s\nnew %d %s\n", growthHead, old.Size, old.Root, now.Size, now.Root)
	for _, h := range path {
		fmt.Fprintf(&b, "%s\n", h)
	}
	return b.Bytes(), nil
}

// CheckGrowthProof checks a proof of growth and returns the heads that it is about. It is the
// caller who holds them against signed checkpoints.
func CheckGrowthProof(proof []byte) (old, now Head, err error) {
	lines := strings.Split(string(proof), "\n")
	if len(lines) < 4 || lines[0] != growthHead || lines[len(lines)-1] != "" {
		return Head{}, Head{}, mismatch("it is no proof of growth")
	}
	old, err1 := parseGrowthHead(lines[1], "old ")
	now, err2 := parseGrowthHead(lines[2], "new ")
	path, err3 := parsePath(lines[3 : len(lines)-1])
	if err1 != nil || err2 != nil || err3 != nil {
		return Head{}, Head{}, mismatch("it is no proof of growth")
	}
	if !grew(path, old, now) {
		return Head{}, Head{}, mismatch("the later head does not grow from the earlier one")
	}
	return old, now, nil
}

// grew treats the empty tree apart, of which RFC 6962 knows no proof: all grow from it.
func grew(path tlog.TreeProof, old, now Head) bool {
	if old.Size > 0 {
		return tlog.CheckTree(path, now.Size, now.Root, old.Size, old.Root) == nil
	}
	empty, err := new(edge).head()
	return err == nil && old == empty && len(path) == 0 && (now.Size > 0 || now == empty)
}

func parseGrowthHead(line, name string) (Head, error) {
	rest, ok := strings.CutPrefix(line, name)
	size, root, ok2 := strings.Cut(rest, " ")
	if !ok || !ok2 {
		return Head{}, errProof
	}
	return parseHead(size, root)
}
