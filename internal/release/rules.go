package release

import (
	"fmt"
	"slices"
	"strings"

	"heed/internal/corroborate"
	"heed/internal/lang"
	"heed/internal/record"
	"heed/internal/release/quotation"
)

// The checks that are no rules of the picture alone.
const (
	ruleSealed = "sealed"
	ruleSigned = "signers"
)

// rule is one condition of the gate that needs no vault. look counts what it looked
// at and lists what stands in the way; note, if there is one, says more than the number.
type rule struct {
	name, title string
	look        func(picture) (int, []Hit)
	note        func(picture) string
}

// rules lists the rules in the order in which they are shown. Signing and releasing
// run them again, because a basis can be withdrawn at any moment.
func rules() []rule {
	return []rule{
		{"traces", "every paragraph traces to a claim", traces, nil},
		{"checks", "every cited finding meets its standard", checks, nil},
		{"answers", "every contrary claim is answered", answers, nil},
		{"wording", "no paragraph claims more than what it cites", wording, wordingNote},
		{"basis", "every source has a basis for this use", basis, nil},
		{"quotes", "quoted words stand verbatim in a cited source", quotes, nil},
		{"reply", "each reply is disposed of, and none is still awaited", replied, repliedNote},
	}
}

// look runs the rules.
func (p picture) look() (out []Check) {
	for _, r := range rules() {
		count, hits := r.look(p)
		c := check(r.name, r.title, count, hits)
		if r.note != nil {
			c.Note = r.note(p)
		}
		out = append(out, c)
	}
	return out
}

func check(name, title string, count int, hits []Hit) Check {
	for i := range hits {
		hits[i].Rule = name
	}
	return Check{Rule: name, Title: title, Passed: len(hits) == 0, Count: count, Hits: append([]Hit{}, hits...)}
}

func place(p Paragraph) string { return fmt.Sprintf("paragraph %d", p.N) }

// traces: every paragraph cites something, and every cited finding has claims.
func traces(p picture) (n int, hits []Hit) {
	if len(p.Draft.Paragraphs) == 0 {
		hits = append(hits, Hit{Place: p.Draft.ID, What: "it has no paragraphs", Do: "Add a paragraph that cites a finding, a claim or a statement."})
	}
	for _, para := range p.Draft.Paragraphs {
		n++
		if len(para.Cites) == 0 {
			hits = append(hits, Hit{Place: place(para), What: "it cites nothing", Do: "Cite a finding, a claim or a statement, or drop the paragraph."})
		}
		for _, id := range para.Cites {
			if !p.has(id) {
				hits = append(hits, Hit{Place: place(para), What: "it cites " + shown(id) + ", which " + p.absence(id), Do: "Cite something else, or drop the paragraph."})
			}
		}
	}
	for _, id := range p.cited().findings {
		if f, ok := p.Findings[id]; ok && len(f.For) == 0 {
			hits = append(hits, Hit{Place: id, What: "no claim stands under it", Do: "Add the claims it rests on, or cite it no more."})
		}
	}
	return n, hits
}

func (p picture) has(id string) (ok bool) {
	switch citable(id) {
	case "finding":
		_, ok = p.Findings[id]
	case "claim":
		_, ok = p.Claims[id]
	case "statement":
		_, ok = p.Statements[id]
	}
	return ok
}

// absence says why something that is named is not there.
func (p picture) absence(id string) string {
	if source, ok := p.Erased[id]; ok {
		return "was erased with " + source
	}
	return "is not in this case"
}

// checks: corroborate.Check has nothing that blocks to say of a cited finding. A contrary
// claim without an answer has a rule of its own here.
func checks(p picture) (n int, hits []Hit) {
	ev := corroborate.Evidence{Claims: p.Claims, Sources: p.Sources, Standard: p.Case.Standard, Erased: p.Erased, Contrary: p.Contrary}
	for _, id := range p.cited().findings {
		f, ok := p.Findings[id]
		if !ok {
			continue
		}
		n++
		for _, issue := range corroborate.Check(f, ev, p.Policy) {
			if issue.Blocks && issue.Rule != corroborate.RuleContraryUnanswer {
				hits = append(hits, Hit{Place: id, What: issue.What, Do: "Mend the finding (its claims, its standard or its wording), or cite it no more. The check is called " + issue.Rule + "."})
			}
		}
	}
	return n, hits
}

// answers: every contrary claim of a cited finding has an answer, and so has what
// contradicts a claim that is cited by itself.
func answers(p picture) (n int, hits []Hit) {
	for _, id := range p.cited().findings {
		for _, a := range p.Findings[id].Against {
			if _, erased := p.Erased[a.Claim]; erased {
				continue // checks asks for its withdrawal
			}
			n++
			if lang.Blank(a.Answer) {
				hits = append(hits, Hit{Place: a.Claim + " against " + id, What: a.Claim + " contradicts " + id + " and is not answered",
					Do: "Answer " + a.Claim + " on " + id + ", or change the finding so that " + a.Claim + " no longer contradicts it."})
			}
		}
	}
	more, open := uncontested(p)
	return n + more, append(hits, open...)
}

// basis: at this moment, every source under what the draft rests on may be used in a
// public report, with the attribution the report uses, and verbatim where its exact
// words are printed: in quotation marks, or as a member's own text that repeats them.
func basis(p picture) (n int, hits []Hit) {
	verbatim, repeated := p.verbatim(), p.repeated()
	for _, id := range p.cited().claims {
		if p.Claims[id].Attribution == record.BackgroundOnly {
			hits = append(hits, Hit{Place: id, What: "it is background only: it may inform and may not be cited", Do: "Cite something else, or ask the source for another attribution."})
		}
	}
	for _, source := range p.cited().sources {
		hits = append(hits, victimsNamed(p, source)...)
		attribution := p.attribution(source)
		uses := []string{record.UseReport}
		if verbatim[source] || len(repeated[source]) > 0 {
			uses = append(uses, record.UseQuote)
		}
		for _, use := range uses {
			n++
			ok, why := record.Covers(p.Bases[source], use, record.AudiencePublic, attribution, p.On)
			if ok {
				continue
			}
			what := fmt.Sprintf("no basis covers %s, audience %s, attribution %s: %s", use, record.AudiencePublic, attribution, why)
			if use != record.UseQuote || verbatim[source] {
				hits = append(hits, Hit{Place: source, What: what,
					Do: fmt.Sprintf("Record a basis of %s for this use, or cite %s no more.", source, strings.Join(p.resting(source), ", "))})
			}
			if use != record.UseQuote {
				continue
			}
			for _, at := range repeated[source] {
				hits = append(hits, Hit{Place: at, What: fmt.Sprintf("it repeats %d or more words of %s in a row, and %s", minRepeated, source, what),
					Do: "Put it in other words, or record the consent of " + source + " to be quoted (" + record.UseQuote + ")."})
			}
		}
	}
	return n, hits
}

// attribution is how the report names a source: a sealed one by its role and no more,
// an open one by its title and organisation. An open source that agreed to its role
// only, or of which a cited claim asks for that, is treated like a sealed one. Where
// neither is covered, the rule asks for the name.
func (p picture) attribution(source string) string {
	if p.sealed(source) {
		return record.RoleOnly
	}
	covered := func(attribution string) bool {
		ok, _ := record.Covers(p.Bases[source], record.UseReport, record.AudiencePublic, attribution, p.On)
		return ok
	}
	if !covered(record.Named) && covered(record.RoleOnly) {
		return record.RoleOnly
	}
	for _, id := range p.cited().claims {
		if c := p.Claims[id]; c.Source == source && (c.Attribution == record.RoleOnly || c.Attribution == record.Pseudonym) {
			return record.RoleOnly
		}
	}
	return record.Named
}

// unnamed reports whether the release must not say which source this is.
func (p picture) unnamed(source string) bool { return p.attribution(source) != record.Named }

// verbatim lists the sources whose exact words the release prints.
func (p picture) verbatim() map[string]bool {
	out := map[string]bool{}
	c := p.cited()
	for _, id := range c.statements {
		if s, ok := p.Statements[id]; ok {
			out[s.Source] = true
		}
	}
	for _, id := range c.claims {
		if claim := p.Claims[id]; claim.Quoted && claim.Words != "" {
			out[claim.Source] = true
		}
	}
	for _, t := range p.written() {
		if !t.quotes {
			continue
		}
		for _, q := range quotation.Find(t.text) {
			for _, w := range t.under {
				if strings.Contains(w.text, q.Text) {
					out[w.source] = true
				}
			}
		}
	}
	return out
}

// resting lists the cited claims and statements that come from a source.
func (p picture) resting(source string) (ids []string) {
	c := p.cited()
	for _, id := range c.claims {
		if p.Claims[id].Source == source {
			ids = append(ids, id)
		}
	}
	for _, id := range c.statements {
		if p.Statements[id].Source == source {
			ids = append(ids, id)
		}
	}
	return ids
}

// quotes: words that a paragraph, finding, claim or answer prints in quotation marks
// stand, byte for byte and as whole words, in the words or the passage of something it
// cites or rests on. A typographic difference is a difference.
func quotes(p picture) (n int, hits []Hit) {
	for _, t := range p.written() {
		if !t.quotes {
			continue
		}
		for i, q := range quotation.Find(t.text) {
			n++
			if q.Closed && slices.ContainsFunc(t.under, func(w words) bool { _, whole := record.Stand(q.Text, w.text); return whole }) {
				continue
			}
			h := Hit{Place: fmt.Sprintf("%s, quotation %d", t.place, i+1), What: "these words do not stand in what it rests on as they are printed",
				Do: "Write it anew with the words exactly as in a claim, statement or passage it rests on, with your own punctuation outside the marks; or without the marks."}
			if t.para {
				h.What = "these words do not stand in what the paragraph cites as they are printed"
				h.Do = "Write them exactly as in the source, with your own punctuation outside the marks; or cite the statement or claim that has them; or take the marks away."
			}
			if !q.Closed {
				h.What, h.Do = "the quotation is not closed", "Close the quotation mark, or take it away."
			}
			hits = append(hits, h)
		}
	}
	return n, hits
}
