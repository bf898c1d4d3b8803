package bundle

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// The release log is an append-only RFC 6962 tree with one leaf per release. Its head is
// a C2SP tlog-checkpoint, its proofs are two small text files.

// Checkpoint is the text that the signers sign: origin, size and root, a line each, as
// C2SP tlog-checkpoint has it.
func Checkpoint(origin string, size int64, root tlog.Hash) string {
	return fmt.Sprintf("%s\n%d\n%s\n", origin, size, root)
}

// parseCheckpoint accepts only what Checkpoint writes.
func parseCheckpoint(text string) (origin string, size int64, root tlog.Hash, ok bool) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || !validOrigin(lines[0]) {
		return "", 0, root, false
	}
	size, ok = parseSize(lines[1])
	root, rootOK := parseHash(lines[2])
	if !ok || !rootOK || size < 1 || Checkpoint(lines[0], size, root) != text {
		return "", 0, root, false
	}
	return lines[0], size, root, true
}

// Inclusion is the proof that a leaf stands at Index of the tree of the checkpoint.
type Inclusion struct {
	Index int64
	Path  []tlog.Hash
}

// Consistency is the proof that the tree of the checkpoint begins with the tree of
// OldSize leaves whose root is OldRoot.
type Consistency struct {
	OldSize int64
	OldRoot tlog.Hash
	Path    []tlog.Hash
}

const (
	inclusionTitle   = "heed inclusion 1"
	consistencyTitle = "heed consistency 1"
)

// Marshal returns proofs/inclusion.
func (p Inclusion) Marshal() []byte {
	return marshalProof(fmt.Sprintf("%s\nindex %d\n", inclusionTitle, p.Index), p.Path)
}

// Marshal returns proofs/consistency.
func (p Consistency) Marshal() []byte {
	return marshalProof(fmt.Sprintf("%s\nold-size %d\nold-root %s\n", consistencyTitle, p.OldSize, p.OldRoot), p.Path)
}

func marshalProof(head string, path []tlog.Hash) []byte {
	var b bytes.Buffer
	b.WriteString(head)
	for _, h := range path {
		fmt.Fprintf(&b, "hash %s\n", h)
	}
	return b.Bytes()
}

// ParseInclusion accepts only what Marshal writes; any refusal is a *Mismatch.
func ParseInclusion(data []byte) (Inclusion, error) {
	var p Inclusion
	values, path, ok := parseProof(data, inclusionTitle, "index")
	if ok {
		p.Path = path
		p.Index, ok = parseSize(values[0])
	}
	if !ok || !bytes.Equal(p.Marshal(), data) {
		return Inclusion{}, &Mismatch{InclusionName, "it is not a proof in canonical form"}
	}
	return p, nil
}

// ParseConsistency accepts only what Marshal writes; any refusal is a *Mismatch.
func ParseConsistency(data []byte) (Consistency, error) {
	var p Consistency
	values, path, ok := parseProof(data, consistencyTitle, "old-size", "old-root")
	if ok {
		var sizeOK, rootOK bool
		p.Path = path
		p.OldSize, sizeOK = parseSize(values[0])
		p.OldRoot, rootOK = parseHash(values[1])
		ok = sizeOK && rootOK
	}
	if !ok || !bytes.Equal(p.Marshal(), data) {
		return Consistency{}, &Mismatch{ConsistencyName, "it is not a proof in canonical form"}
	}
	return p, nil
}

// parseProof reads the title, a line per key, and the hashes. A path has at most a hash
// per level, so 64 lines are more than any tree needs.
func parseProof(data []byte, title string, keys ...string) (values []string, path []tlog.Hash, ok bool) {
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(lines) < 1+len(keys) || len(lines) > 1+len(keys)+64 || lines[0] != title {
		return nil, nil, false
	}
	for i, key := range keys {
		value, ok := strings.CutPrefix(lines[1+i], key+" ")
		if !ok {
			return nil, nil, false
		}
		values = append(values, value)
	}
	for _, line := range lines[1+len(keys):] {
		value, ok := strings.CutPrefix(line, "hash ")
		h, hashOK := parseHash(value)
		if !ok || !hashOK {
			return nil, nil, false
		}
		path = append(path, h)
	}
	return values, path, true
}

func parseSize(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && isNumber(s)
}

// parseHash reads base64. The decoder passes over line ends and stray bits, so each
// caller prints what it read again and compares.
func parseHash(s string) (tlog.Hash, bool) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || len(b) != tlog.HashSize {
		return tlog.Hash{}, false
	}
	return tlog.Hash(b), true
}
