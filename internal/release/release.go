// Package release turns findings into a report that leaves the house.
//
// A draft is a list of numbered paragraphs that cite findings, claims and statements.
// The gate looks at it with rules (pure functions over a loaded picture, rules.go)
// and with a question to the vault (sealed.go). When every rule passes, it freezes
// the files of the bundle; two members sign what was frozen; Release puts the leaf
// into the release log and hands out the bytes. After any change the draft is a draft
// again and its signatures are superseded.
//
// Before that, those the report speaks of can reply (reply.go): the very text that was
// sent is kept with its hash and its deadline, what came back is an original of the case,
// and each paragraph gets a disposition. The gate waits while a reply can still come in
// time, and until each that came is disposed of. The right of reply does not close: a late
// reply is taken and marked late, and waits for the next release. What is sent passes the
// check for sealed values like a released byte. A reply itself is not in the bundle yet;
// the one that names individuals will pass the same check when it is.
//
// Tables: release (a draft or release with its paragraphs and signatures),
// release_file (the frozen bytes), reply_request, reply (with all its dispositions).
// Acts: release.begun, paragraph.added, paragraph.changed, paragraph.dropped,
// paragraph.moved, release.reopened, release.restored, release.retracted, release.gated,
// release.signed, release.released; reply.requested, reply.withdrawn, reply.received,
// reply.disposed, reply.changed, reply.restored, reply.retracted. That a reply came is an
// act about the request too, so that it stays known when the reply is erased.
//
// Of a case the gate reads what the draft rests on; the whole case is looked through only
// for what the report must not name.
//
// This room cannot open a seal: it never imports the vault. It asks through Seals and
// is answered with positions and commitments; without an answer nothing is released.
// When the key of a source is destroyed, a frozen draft that rests on it is a draft again
// (Erase); what was released is public and stays.
//
// A released file never says which sealed source a claim comes from, names no member
// but those who signed, and holds no time but the date of the gate.
package release

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
)

// The states of a draft.
const (
	StateDraft    = "draft"    // it can be changed
	StateGated    = "gated"    // its files are frozen and wait for signatures
	StateReleased = "released" // it is in the release log, for ever
)

// MinSigners is how many members must sign, each with a key of their own.
const MinSigners = 2

// Paragraph is one numbered paragraph of the report.
type Paragraph struct {
	N     int      `json:"n"`
	Text  string   `json:"text"`
	Cites []string `json:"cites,omitempty"` // F-01, C-001, ST-001
}

// Signature is one member's signature over the checkpoint of the release log.
type Signature struct {
	Member string `json:"member"`
	Name   string `json:"name"` // of the key, as in the signature line
	Key    string `json:"key"`  // the note verifier key
	Line   string `json:"line"` // the line of the signed note
	At     int64  `json:"at"`   // µs since 1970, UTC
}

// FrozenFile names a frozen file by its digest.
type FrozenFile struct {
	Name   string `json:"name"`
	SHA256 string `json:"sha256"` // hex
}

// Draft is a release on its way out, or one that is out.
type Draft struct {
	ID         string       `json:"id"` // R1
	Title      string       `json:"title"`
	State      string       `json:"state"`
	Paragraphs []Paragraph  `json:"paragraphs"`
	Content    string       `json:"content,omitempty"`    // digest of what the frozen files were made from
	Manifest   string       `json:"manifest,omitempty"`   // sha256 of MANIFEST, hex
	Date       string       `json:"date,omitempty"`       // of the gate, in the case's zone
	Files      []FrozenFile `json:"files,omitempty"`      // what lies frozen
	Signatures []Signature  `json:"signatures,omitempty"` // those that count
	Superseded []Signature  `json:"superseded,omitempty"` // those given before a later change
	Leaf       int64        `json:"leaf,omitempty"`       // 1-based place in the release log
	At         int64        `json:"at"`                   // of the last act, µs since 1970, UTC
	By         string       `json:"by"`
}

// Span is a half-open range of bytes.
type Span struct{ Start, End int }

// Seals is the vault as this room sees it: questions that are answered with positions
// and commitments, never with values. app hands in the vault. Both methods take an act
// down before they look, so they must not be called inside a transaction.
type Seals interface {
	// Leaks finds sealed values in text. What stands in an open text is no secret.
	Leaks(ctx context.Context, by ledger.Actor, purpose string, text []byte, open [][]byte) ([]Span, error)
	// Commitments returns one salted commitment per ref, good for this release only.
	Commitments(ctx context.Context, by ledger.Actor, id string, refs []seal.Ref) ([]seal.Commitment, error)
}

// Hit is one thing that stands in the way: where, what, and the ways out.
type Hit struct {
	Rule  string `json:"rule"`
	Place string `json:"place"`
	What  string `json:"what"`
	Do    string `json:"do"`
}

// Check is what one rule of the gate said.
type Check struct {
	Rule    string `json:"rule"`
	Title   string `json:"title"` // the rule in words
	Passed  bool   `json:"passed"`
	Waiting bool   `json:"waiting,omitempty"` // not passed yet, and blocks no freezing
	Count   int    `json:"count"`             // how many things it looked at
	Note    string `json:"note,omitempty"`    // "0 of 2"
	Hits    []Hit  `json:"hits"`
}

// State is the check in one word: pass, blocked or waiting.
func (c Check) State() string {
	switch {
	case c.Passed:
		return "pass"
	case c.Waiting:
		return "waiting"
	}
	return "blocked"
}

// Result is what the gate said. Manifest is the digest of the frozen MANIFEST, empty
// when something blocks.
type Result struct {
	ID       string  `json:"id"`
	Checks   []Check `json:"checks"`
	Manifest string  `json:"manifest,omitempty"`
}

// Blocked counts the checks that block. None means that the files are frozen.
func (r Result) Blocked() int {
	n := 0
	for _, c := range r.Checks {
		if c.State() == "blocked" {
			n++
		}
	}
	return n
}

// refusal makes a fault of a result that blocks.
func (r Result) refusal(act string) error {
	for _, c := range r.Checks {
		if c.State() != "blocked" {
			continue
		}
		what, do := "the rule "+c.Rule+" blocks it", ""
		if len(c.Hits) > 0 {
			what, do = c.Hits[0].Place+": "+c.Hits[0].What, c.Hits[0].Do
		}
		return fault.New(fault.Refused, fmt.Sprintf("%s is not %s: %s", r.ID, act, what), "Nothing was changed.", do)
	}
	return nil
}

// wellFormed takes a paragraph's text as typed. Line ends are made LF, since HTML
// knows no other; what no reader could see or check is refused.
func wellFormed(text string) (string, error) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
	bad := func(what string) (string, error) {
		return "", fault.New(fault.Invalid, what, "Nothing was written.", "Write the paragraph's text again.")
	}
	switch {
	case !utf8.ValidString(text):
		return bad("the paragraph is no valid UTF-8")
	case !strings.ContainsFunc(text, func(r rune) bool { return unicode.IsGraphic(r) && !unicode.IsSpace(r) }):
		return bad("the paragraph has no text")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return bad("the paragraph holds control characters")
	}
	return text, record.InOrder(text)
}

// citable says what kind of object an id names: finding, claim, statement, or "".
func citable(id string) string {
	prefix, digits, _ := strings.Cut(id, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return map[string]string{"F": "finding", "C": "claim", "ST": "statement"}[prefix]
}

func shown(id string) string {
	if r := []rune(id); len(r) > 32 {
		id = string(r[:32]) + "…"
	}
	return lang.Visible(id)
}
