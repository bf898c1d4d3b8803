package intake

import (
	"bytes"
	"errors"
	"fmt"

	"heed/internal/intake/extract"
	"heed/internal/lang"
	"heed/internal/lang/ident"
)

// opening keeps what may become the working text while an original streams by: all of
// it, or of an original too large for that only the first bytes, by which its type is
// told. So memory stays flat whatever comes in. The blob store compares what it
// stored with what streamed by, so that both are the same bytes.
type opening struct {
	chunks [][]byte // of one length each, so that nothing is copied while it grows
	size   int
	over   bool
}

func (o *opening) Write(p []byte) (int, error) {
	o.size += len(p)
	if o.over {
		return len(p), nil
	}
	for rest := p; len(rest) > 0; {
		n := len(o.chunks) - 1
		if n < 0 || len(o.chunks[n]) == cap(o.chunks[n]) {
			o.chunks = append(o.chunks, make([]byte, 0, 64<<10))
			n++
		}
		c := o.chunks[n]
		take := min(len(rest), cap(c)-len(c))
		o.chunks[n], rest = append(c, rest[:take]...), rest[take:]
	}
	if o.size > extract.MaxText {
		o.over, o.chunks = true, o.chunks[:1:1]
	}
	return len(p), nil
}

// read makes the working text of an open original. What cannot be read is kept all
// the same; the reason is recorded and shown.
func (o *opening) read() (text *Text, media, why string) {
	b := bytes.Join(o.chunks, nil)
	if o.over {
		return nil, extract.Sniff(b), noText(extract.ErrTooLarge)
	}
	t, err := extract.Read(b)
	if err != nil {
		return nil, extract.Sniff(b), noText(err)
	}
	return working(t), t.Format.Media(), ""
}

// working is the extractor's text in the words of this room.
func working(t extract.Text) *Text {
	w := &Text{Format: string(t.Format), Title: t.Title, Body: t.Body}
	for _, p := range t.Paragraphs {
		q := Paragraph{N: p.N, Start: p.Start, End: p.End, Dir: p.Dir, Lang: p.Lang}
		if q.Lang == "" {
			q.Lang, q.Found = found(t.Body[p.Start:p.End])
		}
		w.Paragraphs = append(w.Paragraphs, q)
	}
	for _, s := range t.Sentences {
		w.Sentences = append(w.Sentences, Sentence{N: s.N, Para: s.Para, Start: s.Start, End: s.End})
	}
	return w
}

// found is the language that the words of a paragraph show with confidence, where none is
// declared. It is frozen with the text: a later engine changes no old one.
func found(words string) (tag lang.Tag, confident bool) {
	if tag, confident = ident.Identify(words); !confident {
		return "", false
	}
	return tag, true
}

// noText words why an original has no working text. The reasons are the extractor's.
func noText(err error) string {
	switch {
	case errors.Is(err, extract.ErrBinary):
		return "this is no text: it holds bytes that no text has"
	case errors.Is(err, extract.ErrEncoding):
		return "this is no valid UTF-8"
	case errors.Is(err, extract.ErrTooLarge):
		return fmt.Sprintf("this is too large to be read as text (at most %d MiB and %d sentences)", extract.MaxText>>20, extract.MaxSentences)
	case errors.Is(err, extract.ErrEmpty):
		return "no text was found in it"
	case errors.Is(err, extract.ErrMarkup):
		return "its elements are nested too deeply"
	}
	return "no text could be read from it"
}
