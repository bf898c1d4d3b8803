// Package ident says in which language a paragraph is written.
//
// It looks at the script first: Korean, Thai or Georgian letters decide alone. Where
// languages share a script it adds up costs of character 1- to 3-grams (naive Bayes), which
// are small integers learned from the Universal Declaration of Human Rights and lie in one
// file beside the code; PROVENANCE.md says from which texts, and ./train makes the file.
// Chinese is told by characters that only one of its two ways of writing has.
//
// The same text has the same answer on every machine: deciding uses no floating point.
// Time is linear and only the beginning of a long text is looked at.
//
// What it does not do. An answer is a guess, and its use is to choose rules and direction
// for a text whose author declared no language; it is never evidence of who wrote it.
// Languages without a place in the file may be taken for a neighbour: what is near one
// (Malay to Indonesian, Bosnian to Croatian) is so taken with confidence.
package ident

import (
	_ "embed"
	"sync"

	"golang.org/x/text/unicode/norm"

	"heed/internal/lang"
)

// Undetermined is the tag of a text whose language was not found.
const Undetermined lang.Tag = "und"

const (
	// maxBytes is how much of a text is looked at.
	maxBytes = 8 << 10

	// By how much the best language must be cheaper than the next: in all, and in percent of
	// the number of grams. What is like no language here is often nearly as like a second one.
	minMargin  = 20
	minPercent = 10 // where more than fewLanguages share the script

	fewLanguages = 3
)

//go:embed weights.bin
var weights string

var embedded = sync.OnceValues(func() (*Model, error) { return Parse(weights) })

// Identify gives the language of a paragraph: a tag, or Undetermined when the text is
// short, mixed, or like none. Without confidence a tag is only the nearest there is.
func Identify(text string) (tag lang.Tag, confident bool) {
	m, err := embedded()
	if err != nil {
		panic("internal error: " + err.Error()) // a test parses the embedded file
	}
	return m.Identify(text)
}

// Identify is the function of the same name under this model.
func (m *Model) Identify(text string) (tag lang.Tag, confident bool) {
	s := scan(head(text))
	w, most := s.dominant()
	if most < w.least() || most*3 < s.total*2 {
		return Undetermined, false
	}
	pure := most*5 >= s.total*4
	if w.tag != "" {
		return w.tag, pure
	}
	if w.name == han {
		tag, sure := chinese(s.text)
		return tag, sure && pure
	}
	g := m.group(w.name)
	if g == nil {
		return Undetermined, false
	}
	v := g.judge(s.text, w)
	if v.unlike() {
		return Undetermined, false
	}
	return g.langs[v.best].Tag, pure && v.clear()
}

// head is the beginning of a text that is looked at, composed, cut between characters.
func head(text string) string {
	if len(text) > maxBytes {
		n := maxBytes
		for n > maxBytes-4 && text[n]&0xC0 == 0x80 {
			n--
		}
		text = text[:n]
	}
	return norm.NFC.String(text)
}

// verdict is what the languages of a group cost for a text.
type verdict struct {
	n            int // grams
	best, second int // indices
	cost         []int
	like         int // most that a gram of the best language costs on average, in 1/16
}

func (g *Group) judge(text string, w writing) verdict {
	v := verdict{cost: make([]int, len(g.langs)), second: -1}
	Grams(text, w.name, func(bucket int) {
		v.n++
		g.add(v.cost, bucket)
	})
	for i, c := range v.cost {
		switch {
		case c < v.cost[v.best]:
			v.second, v.best = v.best, i
		case i != v.best && (v.second < 0 || c < v.cost[v.second]):
			v.second = i
		}
	}
	v.like = g.langs[v.best].Like
	return v
}

// unlike reports that even the best language does not explain the text.
func (v verdict) unlike() bool { return v.cost[v.best]*16 > v.like*v.n }

// clear reports that the second-best language is well behind.
func (v verdict) clear() bool {
	if v.second < 0 {
		return true
	}
	margin := v.cost[v.second] - v.cost[v.best]
	return margin >= minMargin && (len(v.cost) <= fewLanguages || margin*100 >= minPercent*v.n)
}
