package release

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"heed/internal/corroborate"
	"heed/internal/lang"
	"heed/internal/record"
)

// wording: a paragraph is worded no stronger than the weakest finding it cites. One that
// cites claims or statements alone says what others say, and concludes nothing.
func wording(p picture) (n int, hits []Hit) {
	for _, para := range p.Draft.Paragraphs {
		n++
		var under []corroborate.Finding
		for _, id := range para.Cites {
			if f, ok := p.Findings[id]; ok {
				under = append(under, f)
			}
		}
		do := "Write plainer words, or put what rests on a stronger finding into a paragraph of its own. What may be said: heed finding --verbs"
		if len(under) == 0 {
			do = "Say who says so, put what is theirs into quotation marks, or cite the finding that concludes it."
		}
		for _, what := range corroborate.Wording(para.Text, under...) {
			hits = append(hits, Hit{Place: place(para), What: what, Do: do})
		}
	}
	return n, hits
}

// wordingNote names the paragraphs whose words nobody weighed: the lists are in English.
func wordingNote(p picture) string {
	var unread []string
	for _, para := range p.Draft.Paragraphs {
		if !corroborate.English(para.Text) {
			unread = append(unread, strconv.Itoa(para.N))
		}
	}
	if len(unread) == 0 {
		return ""
	}
	return fmt.Sprintf("%d; not read in other languages than English: paragraph %s", len(p.Draft.Paragraphs), strings.Join(unread, ", "))
}

// uncontested: what contradicts a claim that a paragraph cites by itself stands with its
// answer in a finding that the paragraph cites too. Otherwise to cite the claims and not
// the finding would be the way around every answer.
func uncontested(p picture) (n int, hits []Hit) {
	for _, para := range p.Draft.Paragraphs {
		for _, id := range para.Cites {
			for _, against := range p.contradicting(id) {
				n++
				if !p.weighed(para, id, against) {
					hits = append(hits, Hit{Place: place(para), What: against + " contradicts " + id + ", and no finding cited here answers it",
						Do: "Cite here a finding that lists " + against + " and answers it, or cite " + id + " no more."})
				}
			}
		}
	}
	return n, hits
}

// contradicting lists the claims that contradict a claim or that it contradicts.
func (p picture) contradicting(claim string) []string {
	ids := slices.Clone(p.Contrary[claim])
	for _, id := range p.Claims[claim].Contradicts {
		if _, there := p.Claims[id]; there {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// weighed reports whether a finding cited in the paragraph has both claims before it. An
// answer that is missing there has a hit of its own.
func (p picture) weighed(para Paragraph, claim, against string) bool {
	return slices.ContainsFunc(para.Cites, func(id string) bool {
		f := p.Findings[id]
		lists := func(claim string) bool {
			return slices.ContainsFunc(f.Against, func(a corroborate.Against) bool { return a.Claim == claim })
		}
		return lists(against) || slices.Contains(f.For, against) && (lists(claim) || slices.Contains(f.For, claim))
	})
}

// unassessed reports whether a source rests on public record alone, and nobody has
// recorded what it may do to those whom it names.
func (p picture) unassessed(source string) bool {
	bases := p.Bases[source]
	return len(bases) > 0 && !slices.ContainsFunc(bases, func(b record.Basis) bool {
		return b.Kind != record.PublicRecord || !lang.Blank(b.RiskAssessment)
	})
}

// victims lists the public persons whom what is cited of a source names as victims, as far
// as the case knows: the source attests an event in which they are one, a claim from it is
// about them or such an event, they speak in it, or a text that rests on it has their name.
func (p picture) victims(source string) (ids []string) {
	c, texts := p.cited(), p.written()
	for _, v := range p.Victims {
		named := slices.Contains(v.Sources, source) ||
			slices.ContainsFunc(c.claims, func(id string) bool { return p.Claims[id].Source == source && v.In(p.Claims[id].About...) }) ||
			slices.ContainsFunc(c.statements, func(id string) bool {
				s := p.Statements[id]
				return s.Source == source && (s.SpeakerID == v.Person || v.Named(s.Words) || v.Named(s.Speaker))
			}) ||
			slices.ContainsFunc(texts, func(t written) bool {
				rests := t.source == source || slices.ContainsFunc(t.under, func(w words) bool { return w.source == source })
				return rests && v.Named(t.text)
			})
		if named {
			ids = append(ids, v.Person)
		}
	}
	return ids
}

// victimsNamed: that a victim stands in the public record is no leave to spread the name.
// Whether a basis says so of itself or the case knows it comes to the same.
func victimsNamed(p picture, source string) (hits []Hit) {
	if !p.unassessed(source) {
		return nil
	}
	if ids := p.victims(source); len(ids) > 0 {
		hits = append(hits, Hit{Place: source, What: fmt.Sprintf("%s names a victim (%s), and no risk assessment is recorded", source, strings.Join(ids, ", ")),
			Do: fmt.Sprintf("Record the basis anew with what it may do to them: heed basis %s --public-record \"…\" --names-victim --risk \"…\"; or cite %s no more.",
				source, strings.Join(p.resting(source), ", "))})
	}
	return hits
}
