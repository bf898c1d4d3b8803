// Package quote reads a working text and proposes who said what: the words, who said
// them, for whom, of what, and what the speaker did to it (urged, opposed, denied).
//
// It is a set of named rules over small lists of words (data/), with no model, no
// database, no clock and no network: the same text gives the same proposals on every
// machine. A proposal is spans of the text and nothing else; no word is ever altered.
// It stays a proposal until a person accepts it.
//
// The rules, as they stand in Proposal.Rule:
//
//	direct-before    the minister said: "…"
//	direct-after     "…", the minister said
//	direct-inverted  "…", said the minister
//	mixed, indirect  the minister said (that) …, with or without quoted words
//	trailing         the depot is empty, the ministry said
//	according-to     …, according to the ministry
//	urge             the report calls for …, recommends that …; the minister urged …
//	called           the ambassador called the accusations "…"
//	judged           the ministry denounced the report
//	hope             the minister hopes …
//	considered       the ministry will study the recommendation
//	relative         the report, which it said ignored …
//	reports          there are reports of …
//	document         a document that detailed …
//	colon            The minister: "…"
//	floating         a paragraph of quoted words only, spoken by whoever spoke before it
//
// Targets are never widened: opposing the release of a report says nothing of the
// report, and rejecting a report says nothing of its recommendations. A target that
// the words do not name is left empty; so is one that is named in part only ("some of
// the recommendations"). English verbs only: in other languages the quoted paragraphs
// are found, and nothing else.
package quote

// Span is a half-open range of bytes of a document's body.
type Span struct{ Start, End int }

func (s Span) empty() bool { return s.Start >= s.End }

// Document is a working text: its bytes, its paragraphs and its sentences, each in
// order, disjoint and inside the body.
type Document struct {
	Body       string
	Paragraphs []Span
	Sentences  []Span
}

// Kind says how much of the content stands inside quote marks: all, some or none.
type Kind string

// The kinds.
const (
	Direct   Kind = "direct"
	Mixed    Kind = "mixed"
	Indirect Kind = "indirect"
)

// Target is what a statement is about; empty when the rules do not see it.
type Target string

// The targets that rules can see. Recommendations means all of them, as a body: a
// single one has no target here, because only a person can say which one it is.
// Release is the act of publishing. Other is kept for people: no rule proposes it.
const (
	Recommendations Target = "recommendations"
	Report          Target = "report"
	Release         Target = "release"
	Accusations     Target = "accusations"
	Other           Target = "other"
)

// Stance is what the speaker does to the target; empty when the rules do not see it.
type Stance string

// The stances, in the words of the record.
const (
	Recommends    Stance = "recommends"
	Urges         Stance = "urges"
	Endorses      Stance = "endorses"
	Accepts       Stance = "accepts"
	AcceptsInPart Stance = "accepts_in_part"
	Notes         Stance = "notes"
	WillConsider  Stance = "will_consider"
	Opposes       Stance = "opposes"
	Rejects       Stance = "rejects"
	Denies        Stance = "denies"
	Criticises    Stance = "criticises"
	Confirms      Stance = "confirms"
	Asserts       Stance = "asserts"
)

// Proposal is one statement the rules see. Content lies within the sentences From to
// To. Speaker may lie before them: it is the mention that a pronoun or "the mission"
// refers back to, and Mention is what stands at the place. Spans that are not known
// are zero.
type Proposal struct {
	From, To                 int // sentences, 1-based, inclusive
	Kind                     Kind
	Speaker, OnBehalfOf, Cue Span
	Mention                  Span
	Content                  []Span
	Target                   Target
	Stance                   Stance
	Rule                     string
}

// Extractor reads documents. It has no state: it may be used by many at once.
type Extractor interface {
	// Version names the engine and its rules; it changes whenever they do.
	Version() string
	// Extract proposes statements in the order of the text. A document whose spans are
	// out of range, out of order or off a rune's border gets no proposals.
	Extract(Document) []Proposal
}

// New returns the rule-based extractor.
func New() Extractor { return &rules{readLexicon()} }

// rules is the extractor: its lists of words, read once.
type rules struct{ lex *lexicon }

func (*rules) Version() string { return "rules/1" }
