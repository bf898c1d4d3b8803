package release

import (
	"maps"
	"slices"
	"time"

	"heed/internal/corroborate"
	"heed/internal/intake"
	"heed/internal/record"
	"heed/internal/seal"
)

// picture is everything the rules look at, loaded in one transaction. It holds the
// whole case and not only what the draft cites, so that a rule can see what is missing.
type picture struct {
	Case       record.Case
	Draft      Draft
	Previous   string // the release before this one, "" for the first
	Findings   map[string]corroborate.Finding
	Claims     map[string]corroborate.Claim
	Statements map[string]record.Statement
	Sources    map[string]record.Source
	Originals  map[string]intake.Original
	Texts      map[string]intake.Text
	Bases      map[string][]record.Basis // by source
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
		for _, claim := range claimsOf(p.Findings[id]) {
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

// claimsOf lists the claims for and against a finding.
func claimsOf(f corroborate.Finding) []string {
	out := slices.Clone(f.For)
	for _, a := range f.Against {
		out = append(out, a.Claim)
	}
	return out
}

// sealed reports whether a source's original lies in the vault.
func (p picture) sealed(source string) bool {
	o, ok := p.Originals[source]
	return !ok || o.Sealed()
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

// open lists the working texts: what stands in them is not secret within the case.
func (p picture) open() (out [][]byte) {
	for _, id := range slices.Sorted(maps.Keys(p.Texts)) {
		out = append(out, []byte(p.Texts[id].Body))
	}
	return out
}

// words are exact words that a cited object brings with it.
type words struct {
	id, source, text string
}

// wordsUnder lists the exact words a paragraph may quote: those of the claims and
// statements it cites, and of the claims for and against the findings it cites.
func (p picture) wordsUnder(para Paragraph) (out []words) {
	claim := func(id string) {
		if c, ok := p.Claims[id]; ok && c.Words != "" {
			out = append(out, words{id, c.Source, c.Words})
		}
	}
	for _, id := range para.Cites {
		switch citable(id) {
		case "finding":
			for _, c := range claimsOf(p.Findings[id]) {
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
