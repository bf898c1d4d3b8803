package quote

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Extract implements Extractor.
func (r *rules) Extract(d Document) []Proposal {
	if !d.sound() {
		return nil
	}
	x := &reading{rules: r, doc: d}
	for p := range d.Paragraphs {
		x.paragraph(p)
	}
	return x.out
}

// sound reports whether the spans are those of a working text.
func (d Document) sound() bool {
	if !utf8.ValidString(d.Body) {
		return false
	}
	for _, spans := range [][]Span{d.Paragraphs, d.Sentences} {
		last := 0
		for _, s := range spans {
			if s.Start < last || s.End < s.Start || s.End > len(d.Body) || !border(d.Body, s.Start) || !border(d.Body, s.End) {
				return false
			}
			last = s.End
		}
	}
	return true
}

func border(body string, i int) bool { return i == len(body) || utf8.RuneStart(body[i]) }

// reading is one pass over a document.
type reading struct {
	*rules
	doc      Document
	out      []Proposal
	memory   memory
	sentence int // the first one not read yet
	units    int
	goesOn   bool  // the last paragraph ended inside quoted words
	waiting  []int // proposals whose speaker comes where the quoted words end
}

func (x *reading) paragraph(p int) {
	s := x.doc.Paragraphs[p]
	next := ""
	if p+1 < len(x.doc.Paragraphs) {
		next = x.doc.Body[x.doc.Paragraphs[p+1].Start:x.doc.Paragraphs[p+1].End]
	}
	runs := x.lex.quotes(x.doc.Body, s, next)
	endsOpen := len(runs) > 0 && runs[len(runs)-1].goesOn
	made := len(x.out)
	for _, u := range x.split(p, s, runs) {
		x.unit(u, runs, endsOpen)
	}
	if len(x.waiting) > 0 && !endsOpen {
		x.settle(made, p)
	}
	x.goesOn = endsOpen
}

// split makes units of the paragraph's sentences. Sentences that share a quoted run
// are one unit, and so are a question in quote marks and the words that say who asked it.
func (x *reading) split(p int, para Span, runs []quoted) (out []*unit) {
	ss := x.doc.Sentences
	for x.sentence < len(ss) && ss[x.sentence].Start < para.Start {
		x.sentence++
	}
	var last *unit
	for ; x.sentence < len(ss) && ss[x.sentence].End <= para.End; x.sentence++ {
		s := ss[x.sentence]
		if last != nil && (inside(runs, s.Start) || x.asked(last.Span, s, runs)) {
			last.End = s.End
			continue
		}
		last = &unit{lex: x.lex, body: x.doc.Body, Span: s, para: p}
		out = append(out, last)
	}
	return out
}

func inside(runs []quoted, at int) bool {
	i := sort.Search(len(runs), func(i int) bool { return runs[i].End > at })
	return i < len(runs) && runs[i].Start < at
}

// asked: quoted words that end like a sentence, and after them words that do not begin
// like one, or that come after a question.
func (x *reading) asked(before, s Span, runs []quoted) bool {
	text := strings.TrimRightFunc(x.doc.Body[before.Start:before.End], unicode.IsSpace)
	i := sort.Search(len(runs), func(i int) bool { return runs[i].End >= before.Start+len(text) })
	if i == len(runs) || runs[i].End != before.Start+len(text) || runs[i].goesOn {
		return false
	}
	rest := strings.TrimLeftFunc(x.doc.Body[s.Start:s.End], unicode.IsSpace)
	first, _ := utf8.DecodeRuneInString(rest)
	_, width := utf8.DecodeLastRuneInString(text)
	inner := strings.TrimRight(text[:len(text)-width], " ")
	question := strings.HasSuffix(inner, "?") || strings.HasSuffix(inner, "!")
	return unicode.IsLower(first) || question && unicode.IsUpper(first)
}

// longestUnit, in items: what is longer is a table or no sentence at all, and reading
// it would take the square of its length.
const longestUnit = 400

func (x *reading) unit(u *unit, runs []quoted, endsOpen bool) {
	x.units++
	u.n = x.units
	from := sort.Search(len(runs), func(i int) bool { return runs[i].End > u.Start })
	u.items = x.lex.items(x.doc.Body, u.Span, runs[from:])
	if len(u.items) > longestUnit {
		return
	}
	seen := 0
	for _, f := range u.statements() {
		if f.lone {
			x.float(u, f, endsOpen)
			continue
		}
		if f.subject.lo > seen {
			x.memory.observe(u, seen, f.subject.lo)
		}
		seen = max(seen, f.subject.hi)
		s := x.memory.resolve(u, f.subject)
		x.propose(u, f, x.memory.name(s))
	}
	x.memory.observe(u, seen, len(u.items))
}

// float gives quoted words that stand alone to whoever spoke before them in the
// paragraph, else in the paragraph before.
func (x *reading) float(u *unit, f found, endsOpen bool) {
	s, ok := x.memory.spokeIn(u.para)
	if !ok {
		s, ok = x.memory.spokeIn(u.para - 1)
	}
	if endsOpen && !x.goesOn {
		ok = false // the words go on in the next paragraph, and their speaker may stand there
	}
	if !ok {
		s = speaker{}
	}
	s.mention, s.para, s.unit = Span{}, u.para, u.n
	if !ok && !x.wholeParagraph(u) {
		return
	}
	if x.propose(u, f, s) && !ok && endsOpen {
		x.waiting = append(x.waiting, len(x.out)-1)
	}
}

func (x *reading) wholeParagraph(u *unit) bool {
	p := x.doc.Paragraphs[u.para]
	return strings.TrimSpace(x.doc.Body[p.Start:u.Start]) == "" && strings.TrimSpace(x.doc.Body[u.End:p.End]) == ""
}

// settle gives what waits to the speaker of the paragraph in which the words end; made
// is the first proposal of that paragraph.
func (x *reading) settle(made, para int) {
	if s, ok := x.memory.spokeIn(para); ok && made < len(x.out) {
		for _, i := range x.waiting {
			x.out[i].Speaker, x.out[i].OnBehalfOf = s.who, s.behalf
		}
	}
	x.waiting = nil
}

// propose adds the proposal, unless its words do not lie in sentences.
func (x *reading) propose(u *unit, f found, s speaker) bool {
	u.judge(&f, s)
	p := Proposal{Speaker: s.who, OnBehalfOf: s.behalf, Mention: s.mention, Content: f.pieces, Target: f.target, Stance: f.stance, Rule: f.rule}
	all := append([]Span{}, f.pieces...)
	if f.cue.verb != nil {
		p.Cue = u.cueSpan(f.cue)
		all = append(all, p.Cue)
	}
	if !s.mention.empty() {
		all = append(all, s.mention)
	}
	p.Kind = u.kind(f)
	var ok bool
	if p.From, p.To, ok = x.sentences(all); !ok {
		return false
	}
	x.out = append(x.out, p)
	if !s.who.empty() {
		x.memory.spoke = append(x.memory.spoke, s)
	}
	return true
}

// cueSpan is the verb with what belongs to it: "has called", "firmly opposed".
func (u *unit) cueSpan(c cue) Span {
	from := c.from
	for from < c.at && u.in(from, "adverb") {
		from++
	}
	return span(u.items, from, c.end)
}

// sentences are the numbers of the sentences that hold all the spans.
func (x *reading) sentences(spans []Span) (from, to int, ok bool) {
	lo, hi := spans[0].Start, spans[0].End
	for _, s := range spans {
		lo, hi = min(lo, s.Start), max(hi, s.End)
	}
	ss := x.doc.Sentences
	i := sort.Search(len(ss), func(i int) bool { return ss[i].End > lo })
	j := sort.Search(len(ss), func(i int) bool { return ss[i].End >= hi })
	if i == len(ss) || j == len(ss) || ss[i].Start > lo || j < i {
		return 0, 0, false
	}
	return i + 1, j + 1, true
}

// kind counts the words inside quote marks. Words held at arm's length (the so-called
// “school”) are not quoted.
func (u *unit) kind(f found) Kind {
	in, out := 0, 0
	for _, p := range f.pieces {
		for i, it := range u.items {
			switch {
			case it.Start < p.Start || it.End > p.End || it.what == mark:
			case it.what == quote && u.word(i-1) != "so-called":
				in++
			default:
				out++
			}
		}
	}
	switch {
	case in == 0:
		return Indirect
	case out == 0:
		return Direct
	}
	return Mixed
}
