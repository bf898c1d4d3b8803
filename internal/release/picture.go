package release

import (
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"heed/internal/corroborate"
	"heed/internal/intake"
	"heed/internal/lang"
	"heed/internal/record"
	"heed/internal/release/victim"
	"heed/internal/seal"
)

// picture is everything the rules look at, loaded in one transaction: of the case what
// the draft rests on, and what was sent for reply.
type picture struct {
	Case       record.Case
	Draft      Draft
	Previous   string // the release before this one, "" for the first
	Findings   map[string]corroborate.Finding
	Claims     map[string]corroborate.Claim
	Statements map[string]record.Statement
	Sources    map[string]record.Source
	Originals  map[string]intake.Original
	Texts      map[string]intake.Text    // the newest of each source
	Earlier    map[string][]intake.Text  // editions before that something cited is tied to
	Bases      map[string][]record.Basis // by source
	Victims    []victim.Victim           // read where it can matter
	Contrary   map[string][]string       // by claim, the claims that contradict it
	Erased     map[string]string         // claims and statements that are named here and were erased, with their source
	Requests   []ReplyRequest            // of all releases, oldest first
	Replies    map[string][]Reply        // by request
	Gone       map[string][]string       // by request: replies that came and were erased
	Policy     corroborate.Policy
	On         time.Time // the instant the rules look at, in the case's zone
}

// cited is what a draft rests on: what its paragraphs name, the claims for and
// against the findings among that, and the sources under all of it. Sorted.
type cited struct {
	findings, claims, statements, sources []string
}

func (p picture) cited() cited {
	f, c, st, s := map[string]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, para := range p.Draft.Paragraphs {
		for _, id := range para.Cites {
			switch citable(id) {
			case "finding":
				f[id] = true
			case "claim":
				c[id] = true
			case "statement":
				st[id] = true
			}
		}
	}
	for id := range f {
		for _, claim := range p.Findings[id].Claims() {
			c[claim] = true
		}
	}
	for id := range c {
		if claim, ok := p.Claims[id]; ok {
			s[claim.Source] = true
		}
	}
	for id := range st {
		if statement, ok := p.Statements[id]; ok {
			s[statement.Source] = true
		}
	}
	return cited{slices.Sorted(maps.Keys(f)), slices.Sorted(maps.Keys(c)), slices.Sorted(maps.Keys(st)), slices.Sorted(maps.Keys(s))}
}

// sealed reports whether a source's original lies in the vault. One that was erased is
// held for sealed, since nobody knows any more.
func (p picture) sealed(source string) bool {
	o, ok := p.Originals[source]
	return !ok || o.Sealed() || o.Erased != 0
}

// evidence lists the sealed originals under what the draft rests on.
func (p picture) evidence() (refs []seal.Ref) {
	for _, s := range p.cited().sources {
		if o, ok := p.Originals[s]; ok && o.Sealed() {
			refs = append(refs, o.Original)
		}
	}
	return refs
}

// open lists the working texts of what is cited: what stands in one is not secret within
// the case.
func (p picture) open() (out [][]byte) {
	for _, id := range slices.Sorted(maps.Keys(p.Texts)) {
		for _, t := range p.texts(id) {
			out = append(out, []byte(t.Body))
		}
	}
	return out
}

// texts lists the editions of a source's text that were read, the newest first.
func (p picture) texts(source string) []intake.Text {
	if t, ok := p.Texts[source]; ok {
		return append([]intake.Text{t}, p.Earlier[source]...)
	}
	return nil
}

// text is the edition of a text that an address counts in.
func (p picture) text(a intake.Address) (intake.Text, bool) {
	for _, t := range p.texts(a.Source) {
		if t.Edition == a.Edition || t.Edition.IsZero() && a.Edition.IsZero() {
			return t, true
		}
	}
	return intake.Text{}, false
}

// words are exact words that a cited object brings with it.
type words struct {
	id, source, text string
}

// wordsUnder lists the exact words a paragraph may quote: those of the claims and
// statements it cites, and of the claims for and against the findings it cites, and
// the passages of all these claims.
func (p picture) wordsUnder(para Paragraph) (out []words) {
	claim := func(id string) {
		c, ok := p.Claims[id]
		if !ok {
			return
		}
		if c.Words != "" {
			out = append(out, words{id, c.Source, c.Words})
		}
		out = append(out, p.passage(id, c)...)
	}
	for _, id := range para.Cites {
		switch citable(id) {
		case "finding":
			for _, c := range p.Findings[id].Claims() {
				claim(c)
			}
		case "claim":
			claim(id)
		case "statement":
			if s, ok := p.Statements[id]; ok {
				out = append(out, words{id, s.Source, s.Words})
			}
		}
	}
	return out
}

// wordsBehind lists the exact words that claims rest on: their own, those of the
// statements they restate, and their passages.
func (p picture) wordsBehind(claims ...string) (out []words) {
	for _, id := range claims {
		c, ok := p.Claims[id]
		if !ok {
			continue
		}
		if c.Words != "" {
			out = append(out, words{id, c.Source, c.Words})
		}
		if s, ok := p.Statements[c.Statement]; ok {
			out = append(out, words{s.ID, s.Source, s.Words})
		}
		out = append(out, p.passage(id, c)...)
	}
	return out
}

// passage gives the sentences a claim rests on, none where its source has no such text.
func (p picture) passage(id string, c corroborate.Claim) []words {
	t, ok := p.text(c.Address())
	if !ok {
		return nil
	}
	passage, err := t.Passage(c.Address())
	if err != nil {
		return nil
	}
	return []words{{id, c.Source, passage.Text}}
}

// written is a text in a member's words that the release prints.
type written struct {
	place, text string
	para        bool    // it is a paragraph
	quotes      bool    // what it prints in quotation marks must stand in under
	under       []words // the exact words it may quote
	source      string  // the source whose title it is, "" for none
}

// written lists them. Names of persons and bodies are not among them.
func (p picture) written() (out []written) {
	out = append(out, written{place: p.Draft.ID + ", title", text: p.Draft.Title})
	for _, para := range p.Draft.Paragraphs {
		out = append(out, written{place: place(para), text: para.Text, para: true, quotes: true, under: p.wordsUnder(para)})
	}
	c := p.cited()
	for _, id := range c.findings {
		f := p.Findings[id]
		under := p.wordsBehind(f.Claims()...)
		out = append(out, written{place: id, text: f.Text, quotes: true, under: under},
			written{place: id + ", search for contrary material", text: f.ContrarySearch})
		for _, a := range f.Against {
			out = append(out, written{place: a.Claim + " against " + id, text: a.Answer, quotes: true, under: under})
		}
	}
	for _, id := range c.claims {
		out = append(out, written{place: id, text: p.Claims[id].Text, quotes: true, under: p.wordsBehind(id)})
	}
	for _, id := range c.statements {
		out = append(out, written{place: id + ", target", text: p.Statements[id].Target.Words})
	}
	for _, id := range c.sources {
		if !p.unnamed(id) {
			out = append(out, written{place: id + ", title", text: p.Sources[id].Title, source: id})
		}
	}
	return out
}

// minRepeated is the number of words in a row from which a text says a thing in its
// source's words and not in its own.
const minRepeated = 6

// repeated lists, by cited source, the places where a member's text repeats so many
// words of the source's working text in a row, with marks or without.
func (p picture) repeated() map[string][]string {
	texts := p.written()
	runs := map[string][]int{} // texts by what they hold
	for i, t := range texts {
		for run := range runsOf(t.text) {
			if at := runs[run]; len(at) == 0 || at[len(at)-1] != i {
				runs[run] = append(at, i)
			}
		}
	}
	out := map[string][]string{}
	if len(runs) == 0 {
		return out
	}
	for _, source := range p.cited().sources {
		found := map[int]bool{}
		for _, t := range p.texts(source) {
			for run := range runsOf(t.Body) {
				for _, i := range runs[run] {
					found[i] = found[i] || texts[i].source != source // its own title is no testimony
				}
			}
		}
		for i, t := range texts {
			if found[i] && !slices.Contains(out[source], t.place) {
				out[source] = append(out[source], t.place)
			}
		}
	}
	return out
}

// runsOf gives every run of minRepeated words of a text, folded.
func runsOf(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		all := lang.Words(text)
		for i := 0; i+minRepeated <= len(all); i++ {
			if !yield(strings.Join(all[i:i+minRepeated], " ")) {
				return
			}
		}
	}
}
