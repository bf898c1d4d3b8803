package intake

import (
	"errors"
	"strings"

	"heed/internal/intake/quote"
)

// document is the working text in the form the quote engine reads.
func (t Text) document() quote.Document {
	d := quote.Document{Body: t.Body}
	for _, p := range t.Paragraphs {
		d.Paragraphs = append(d.Paragraphs, quote.Span{Start: p.Start, End: p.End})
	}
	for _, s := range t.Sentences {
		d.Sentences = append(d.Sentences, quote.Span{Start: s.Start, End: s.End})
	}
	return d
}

// proposal turns the engine's spans into words. Discontinuous words are given as the
// one run that holds them all, so that what a person accepts stands verbatim in the text.
// An engine that points outside its passage has misread the text, and is refused.
func (t Text) proposal(q quote.Proposal) (Proposal, error) {
	from, err := t.Passage(Address{Source: t.Source, From: q.From, To: q.To, Edition: t.Edition})
	if err != nil {
		return Proposal{}, errOutside
	}
	spans := append([]quote.Span{q.Speaker, q.Mention, q.OnBehalfOf, q.Cue}, q.Content...)
	for _, s := range spans {
		if s.Start < s.End && (s.Start < 0 || s.End > len(t.Body)) {
			return Proposal{}, errOutside
		}
	}
	var words string
	if n := len(q.Content); n > 0 {
		first, last := q.Content[0].Start, q.Content[n-1].End
		if first < from.Start || last > from.End || first > last {
			return Proposal{}, errOutside
		}
		words = t.Body[first:last]
	}
	cut := func(s quote.Span) string {
		if s.Start >= s.End { // unset
			return ""
		}
		return strings.TrimSpace(t.Body[s.Start:s.End])
	}
	mention := cut(q.Mention)
	if mention == cut(q.Speaker) {
		mention = ""
	}
	return Proposal{Source: t.Source, Edition: t.Edition.plain(), From: q.From, To: q.To, Kind: string(q.Kind), Speaker: cut(q.Speaker), Mention: mention,
		OnBehalfOf: cut(q.OnBehalfOf), Cue: cut(q.Cue), Words: words, Target: string(q.Target), Stance: string(q.Stance), Rule: q.Rule}, nil
}

var errOutside = errors.New("internal error: the quote engine pointed outside its passage")
