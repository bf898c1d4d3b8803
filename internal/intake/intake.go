// Package intake is the door of the house: originals come in, bit by bit as they
// were received, and leave as working text in addressed sentences and as quote
// proposals that wait for a person.
//
// An original is open or sealed. An open one lies encrypted in the blob store under a
// data key of its own; a sealed one, and the name it arrived under, go to the vault
// through a Sealer, and this room keeps their references only. The id of an original
// (S-001) is also the id of the source it comes from.
//
// A working text is frozen: sentence addresses (S-001:14) point into it for ever. For a
// sealed original it is a text in which a custodian has replaced what must stay sealed.
// An original that is read again gets a further edition of its text, with addresses of
// their own (S-001/2:14); earlier editions stay.
//
// Custody is who held an original before and after: where it was collected, from whom it
// came, to whom it went. It is added to and never changed; of a sealed original what it
// says in words is sealed too.
//
// Tables: original, working_text, paragraph, sentence, earlier_text, proposal, custody.
// Acts: original.received, original.copied, working-text.frozen, working-text.superseded,
// proposal.made, proposal.accepted, proposal.dropped, proposal.reopened, custody.recorded.
//
// This room never changes an original, never guesses a text it cannot read, and never
// lets a proposal act as a statement. It deletes in one case only, when the key of a
// source is destroyed (Erase): the original's row stays and says when that was.
package intake

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/seal"
)

// Original is what is known of the bytes as received. Of a sealed one neither name,
// size, type nor digest is known here.
type Original struct {
	ID         string   `json:"id"`
	ReceivedAt int64    `json:"received_at"`      // µs since 1970, UTC
	By         string   `json:"by"`               // the member who took it in
	Name       string   `json:"name,omitempty"`   // of the file, without directories; escapes stand for what is not seen
	Media      string   `json:"media,omitempty"`  // media type as sniffed
	Size       int64    `json:"size,omitempty"`   // bytes
	SHA256     string   `json:"sha256,omitempty"` // hex, of the exact bytes
	NoText     string   `json:"no_text,omitempty"`
	Original   seal.Ref `json:"seal_original,omitempty"`
	FileName   seal.Ref `json:"seal_file_name,omitempty"`
	Erased     int64    `json:"erased_at,omitempty"` // µs since 1970, UTC: its key was destroyed then
}

// Sealed reports whether the bytes lie in the vault. Of an erased original nobody knows.
func (o Original) Sealed() bool { return o.Original != "" }

// kept refuses an original that was erased.
func (o Original) kept() error {
	if o.Erased == 0 {
		return nil
	}
	return fault.New(fault.Withheld, o.ID+" was erased on "+time.UnixMicro(o.Erased).UTC().Format(dayForm)+": its key was destroyed",
		"Its acts stand in the ledger, without their content.", "If it may be used again, add it again: it becomes a source of its own.")
}

// Paragraph and Sentence are spans of a working text: 1-based numbers, half-open
// byte ranges of Body.
type Paragraph struct {
	N, Start, End int
	Dir           lang.Direction
	Lang          lang.Tag // "" unknown
	Found         bool     // by the program, from the words; otherwise the original declares it
}

// Sentence is one addressed sentence.
type Sentence struct {
	N, Para, Start, End int
}

// Text is a frozen working text.
type Text struct {
	Source     string
	Edition    Edition
	Format     string
	Title      string
	Body       string
	Paragraphs []Paragraph
	Sentences  []Sentence
}

// Proposal is what a quote engine thinks somebody said. It is no statement until a
// person accepts it.
type Proposal struct {
	ID         string  `json:"id"`
	Source     string  `json:"source"`
	Edition    Edition `json:"edition,omitzero"`
	From       int     `json:"from"` // sentences
	To         int     `json:"to"`
	Kind       string  `json:"kind"` // direct, mixed, indirect
	Speaker    string  `json:"speaker,omitempty"`
	Mention    string  `json:"mention,omitempty"` // how the passage itself names the speaker, when that differs
	OnBehalfOf string  `json:"on_behalf_of,omitempty"`
	Cue        string  `json:"cue,omitempty"`
	Words      string  `json:"words"` // exact bytes of the working text
	Target     string  `json:"target,omitempty"`
	Stance     string  `json:"stance,omitempty"`
	Rule       string  `json:"rule"`
	Engine     string  `json:"engine"`
	State      string  `json:"state"` // open, accepted, dropped
}

// Address is the address of the passage.
func (p Proposal) Address() Address {
	return Address{Source: p.Source, From: p.From, To: p.To, Edition: p.Edition}
}

// content is what makes two proposals the same. In a further edition of the text the same
// words of the same speaker are, wherever they stand there.
type content struct {
	from, to       int
	speaker, words string
}

func (p Proposal) content(e Edition) content {
	if p.Edition.plain() != e.plain() {
		return content{0, 0, p.Speaker, p.Words}
	}
	return content{p.From, p.To, p.Speaker, p.Words}
}

// Address names sentences of one source: S-001:14, or S-001:14-15 for several; in a
// further edition of its text S-001/2:14.
type Address struct {
	Source   string
	From, To int // 1-based, inclusive
	Edition  Edition
}

func (a Address) String() string {
	source := a.Source
	if !a.Edition.IsZero() {
		source = fmt.Sprintf("%s/%d", source, a.Edition)
	}
	if a.From == a.To {
		return fmt.Sprintf("%s:%d", source, a.From)
	}
	return fmt.Sprintf("%s:%d-%d", source, a.From, a.To)
}

// ParseAddress reads an address. It has one form only: what String would not write is refused.
func ParseAddress(s string) (Address, error) {
	bad := fault.New(fault.Invalid, "this is not the address of a passage", "", "Write it like S-001:14 or S-001:14-15.")
	source, sentences, ok := strings.Cut(s, ":")
	source, edition, later := strings.Cut(source, "/")
	if !ok || !ValidSource(source) {
		return Address{}, bad
	}
	first, last, several := strings.Cut(sentences, "-")
	a := Address{Source: source}
	var err error
	if later {
		n, err := strconv.Atoi(edition)
		if err != nil {
			return Address{}, bad
		}
		a.Edition = Edition(n)
	}
	if a.From, err = strconv.Atoi(first); err != nil {
		return Address{}, bad
	}
	a.To = a.From
	if several {
		if a.To, err = strconv.Atoi(last); err != nil {
			return Address{}, bad
		}
	}
	if a.From < 1 || a.To < a.From || a.String() != s {
		return Address{}, bad
	}
	return a, nil
}

// ValidSource reports whether s has the form of a source's id: S- and at least three digits.
func ValidSource(s string) bool {
	digits, ok := strings.CutPrefix(s, "S-")
	if !ok || len(digits) < 3 || len(digits) > 12 {
		return false
	}
	return strings.Trim(digits, "0123456789") == ""
}

// Passage is the text at an address: the span from the first sentence's start to the
// last one's end.
type Passage struct {
	Address    Address
	Edition    Edition // of the text it was cut from, 0 for the first
	Start, End int     // bytes of the working text
	Text       string
}

// Passage cuts the passage out of the text.
func (t Text) Passage(a Address) (Passage, error) {
	if a.Source != t.Source || a.Edition.plain() != t.Edition.plain() || a.From < 1 || a.To < a.From || a.To > len(t.Sentences) {
		return Passage{}, noSuchSentence(a, len(t.Sentences))
	}
	return passage(a, t.Sentences[a.From-1].Start, t.Sentences[a.To-1].End, t.Body), nil
}

func passage(a Address, start, end int, body string) Passage {
	a.Edition = a.Edition.plain()
	return Passage{Address: a, Edition: a.Edition, Start: start, End: end, Text: body[start:end]}
}

func noSuchSentence(a Address, have int) error {
	return fault.New(fault.NotFound, fmt.Sprintf("there is no passage %s: %s has %d sentences", a, a.Source, have), "",
		"See its sentences with: heed show "+a.Source)
}

// maxName is how many bytes of a file's name are recorded; file systems allow no more.
const maxName = 255

// baseName is the name under which an open original is recorded: on one line, and without
// directories, whose names may tell more than the file's. Where a backslash separates
// directories, whoever calls has cut them off; elsewhere it is a character of the name.
func baseName(name string) string {
	name = name[strings.LastIndexByte(name, '/')+1:]
	if name == "." || name == ".." {
		return ""
	}
	name = lang.Visible(name)
	if len(name) <= maxName {
		return name
	}
	cut := maxName
	for !utf8.RuneStart(name[cut]) {
		cut--
	}
	return name[:cut]
}
