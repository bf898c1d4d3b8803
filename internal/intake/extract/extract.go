// Package extract turns bytes of unknown make into working text: paragraphs and
// sentences with their places, in the words and the order of the document.
//
// It reads plain text and HTML in UTF-8 and refuses the rest by name: what it cannot
// read it does not guess. The bytes may be hostile, so every step is linear in their
// length, and nothing is run, fetched or looked up.
//
// The text that comes out is the document's own, byte for byte, except that
//
//   - line ends inside a paragraph are one blank (none between two ideographs), white
//     space at the ends of lines is dropped, and paragraphs are joined by an empty line;
//   - HTML loses what a reader of the page would not see (script, style, navigation,
//     hidden elements), white space is run together as a browser does, <q> gets its
//     quotation marks, and control characters written as entities become U+FFFD;
//   - byte order marks at the beginning are dropped.
//
// Characters that steer direction or are not seen stay in the text, since words are
// quoted exactly; the splitter looks past them.
package extract

import (
	"bytes"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/lang"
)

// Limits of a working text. Reading holds a document in memory, and every sentence
// becomes a row.
const (
	MaxText      = 16 << 20 // bytes
	MaxSentences = 250_000
)

// The reasons why there is no working text.
var (
	ErrBinary   = errors.New("extract: bytes that no text has")
	ErrEncoding = errors.New("extract: not UTF-8")
	ErrTooLarge = errors.New("extract: too large")
	ErrEmpty    = errors.New("extract: no text")
	ErrMarkup   = errors.New("extract: elements nested too deeply")
)

// Format is what the bytes were read as.
type Format string

// The formats.
const (
	Plain Format = "text"
	HTML  Format = "html"
)

// Media is the media type of the format.
func (f Format) Media() string {
	if f == HTML {
		return "text/html; charset=utf-8"
	}
	return "text/plain; charset=utf-8"
}

// Text is what was read. Body is valid UTF-8 without line ends, but for the empty
// lines between paragraphs.
type Text struct {
	Format     Format
	Title      string // what an HTML document calls itself
	Body       string
	Paragraphs []Paragraph
	Sentences  []Sentence
}

// Paragraph is a span of Body: bytes Start to End, numbered from 1.
type Paragraph struct {
	N, Start, End int
	Dir           lang.Direction
	Lang          lang.Tag // as declared, or unknown
}

// Sentence is a span of Body within one paragraph, numbered from 1 through the text.
// Each visible byte of a paragraph lies in one sentence.
type Sentence struct {
	N, Para, Start, End int
}

// block is a paragraph before it has a place.
type block struct {
	text string
	dir  lang.Direction // declared, or ""
	lang lang.Tag
}

// Read reads a document.
func Read(b []byte) (Text, error) {
	if len(b) > MaxText {
		return Text{}, ErrTooLarge
	}
	s, marked, err := decode(b)
	if err != nil {
		return Text{}, err
	}
	if !looksLikeHTML(s) {
		return assemble(Text{Format: Plain}, plain(s))
	}
	title, blocks, err := readHTML(s, marked)
	if err != nil {
		return Text{}, err
	}
	return assemble(Text{Format: HTML, Title: title}, blocks)
}

// decode checks that b is text in UTF-8; marked says that it began with a byte order
// mark. Bytes of controls are looked for first: an image is no "wrong encoding".
func decode(b []byte) (s string, marked bool, err error) {
	if bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		return "", false, ErrEncoding // UTF-16, whose every second byte is NUL
	}
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != '\f' {
			return "", false, ErrBinary
		}
	}
	if !utf8.Valid(b) {
		return "", false, ErrEncoding
	}
	s, marked = strings.CutPrefix(string(b), "\uFEFF")
	return s, marked, nil
}

// assemble gives blocks their places and splits them into sentences.
func assemble(t Text, blocks []block) (Text, error) {
	var body strings.Builder
	for _, b := range blocks {
		text := strings.TrimFunc(b.text, unicode.IsSpace)
		if body.Len() == 0 { // where it would be a byte order mark to the next reader
			text = strings.TrimLeftFunc(text, func(r rune) bool { return unicode.IsSpace(r) || r == 0xFEFF })
		}
		if blank(text) {
			continue
		}
		if body.Len() > 0 {
			body.WriteString("\n\n")
		}
		p := Paragraph{N: len(t.Paragraphs) + 1, Start: body.Len(), Dir: b.dir, Lang: b.lang}
		if p.Dir == "" {
			p.Dir = lang.DirectionOf(text)
		}
		body.WriteString(text)
		p.End = body.Len()
		t.Paragraphs = append(t.Paragraphs, p)
		for _, s := range split(text) {
			t.Sentences = append(t.Sentences, Sentence{N: len(t.Sentences) + 1, Para: p.N, Start: p.Start + s.start, End: p.Start + s.end})
		}
		if len(t.Sentences) > MaxSentences {
			return Text{}, ErrTooLarge
		}
	}
	if len(t.Paragraphs) == 0 {
		return Text{}, ErrEmpty
	}
	t.Body = body.String()
	return t, nil
}

// blank reports whether nothing of s would be seen.
func blank(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return !unicode.IsSpace(r) && !unseen(r) }) < 0
}

// unseen reports characters that take no place: direction controls, joiners, zero-width
// blanks, fillers. (The Arabic number and verse signs are of the same category and are seen.)
func unseen(r rune) bool {
	if r < 0x80 {
		return false
	}
	return unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r) ||
		unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r)
}
