package ledger

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Holding says what stands beside an entry.
type Holding string

// The holdings.
const (
	Nothing Holding = "nothing" // the act alone
	State   Holding = "state"   // the full new version of the object
	Detail  Holding = "detail"  // facts of the act, no state of the object
	Ended   Holding = "ended"   // the object ceased with the act: no room holds it any more
)

// Entry is one line of the ledger. Its text form is the record of the Merkle tree:
//
//	heed/entry/v1
//	seq 12
//	at 1785924000000000
//	kind claim.added
//	by M-01
//	object C-001
//	subject S-001
//	holds state
//	commitment 3f…  (64 hex digits; "-" when nothing stands beside it)
//
// each line ended by LF. at is microseconds since 1970, UTC. FORMAT.md has the rules.
type Entry struct {
	Seq        int64
	At         time.Time
	Kind       string
	By         string
	Object     string
	Subject    string
	Holds      Holding
	Commitment [32]byte
}

// encloses reports whether something stands beside the entry.
func (e Entry) encloses() bool { return e.Holds == State || e.Holds == Detail }

const entryHead = "heed/entry/v1"

var errEntry = errors.New("malformed ledger entry")

// Marshal writes the text form. Fields are words: an empty one or one with white
// space is refused, since it could forge a line.
func (e Entry) Marshal() ([]byte, error) {
	for _, w := range []string{e.Kind, e.By, e.Object, e.Subject} {
		if w == "" || !utf8.ValidString(w) || strings.ContainsFunc(w, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }) {
			return nil, errEntry
		}
	}
	var b bytes.Buffer
	commitment := "-"
	if e.encloses() {
		commitment = hex.EncodeToString(e.Commitment[:])
	}
	fmt.Fprintf(&b, "%s\nseq %d\nat %d\nkind %s\nby %s\nobject %s\nsubject %s\nholds %s\ncommitment %s\n",
		entryHead, e.Seq, e.At.UnixMicro(), e.Kind, e.By, e.Object, e.Subject, e.Holds, commitment)
	return b.Bytes(), nil
}

// ParseEntry reads the text form. It is strict: what Marshal would not write, byte
// for byte, is refused, so that an entry has one form only.
func ParseEntry(leaf []byte) (Entry, error) {
	lines := strings.Split(string(leaf), "\n")
	names := []string{"seq", "at", "kind", "by", "object", "subject", "holds", "commitment"}
	if len(lines) != len(names)+2 || lines[0] != entryHead {
		return Entry{}, errEntry
	}
	value := map[string]string{}
	for i, name := range names {
		v, ok := strings.CutPrefix(lines[i+1], name+" ")
		if !ok {
			return Entry{}, errEntry
		}
		value[name] = v
	}
	e := Entry{Kind: value["kind"], By: value["by"], Object: value["object"], Subject: value["subject"], Holds: Holding(value["holds"])}
	seq, err1 := strconv.ParseInt(value["seq"], 10, 64)
	at, err2 := strconv.ParseInt(value["at"], 10, 64)
	if err1 != nil || err2 != nil || seq < 0 {
		return Entry{}, errEntry
	}
	e.Seq, e.At = seq, time.UnixMicro(at).UTC()
	switch e.Holds {
	case State, Detail:
		c, err := hex.DecodeString(value["commitment"])
		if err != nil || len(c) != len(e.Commitment) {
			return Entry{}, errEntry
		}
		copy(e.Commitment[:], c)
	case Nothing, Ended:
	default:
		return Entry{}, errEntry
	}
	if again, err := e.Marshal(); err != nil || !bytes.Equal(again, leaf) {
		return Entry{}, errEntry
	}
	return e, nil
}
