package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"heed/bundle"
	"heed/internal/corroborate"
	"heed/internal/intake"
	"heed/internal/record"
	"heed/internal/seal"
)

// content is what a release says. Its parts are the files under data/; the page is made
// from it and from nothing else, so that both say the same. The tags name the fields of
// the published files, and FORMAT.md describes them; once published they stay.
type content struct {
	Report     reportData
	Findings   []findingData
	Claims     []claimData
	Statements []statementData
	Sources    []sourceData
}

// reportData is data/report.json.
type reportData struct {
	Release       string          `json:"release"`
	Title         string          `json:"title"`
	Date          string          `json:"date"` // of the gate, in the case's zone
	Origin        string          `json:"origin"`
	Training      bool            `json:"training"`
	Standard      string          `json:"standard"`
	StandardLabel string          `json:"standard_label"`
	Policy        policyData      `json:"policy"`
	Previous      string          `json:"previous"` // the release before, "" for the first
	Paragraphs    []paragraphData `json:"paragraphs"`
}

type policyData struct {
	MinOrigins       int  `json:"min_independent_origins"`
	RequireFirstHand bool `json:"require_first_hand"`
	// What a case declares beyond that; left out where it does not.
	FirstHandMinReliability string `json:"first_hand_min_reliability,omitempty"`
	AllowSingleSource       bool   `json:"allow_single_source,omitempty"`
	MaxSameOrganisation     int    `json:"max_same_organisation,omitempty"`
}

type paragraphData struct {
	N     int      `json:"n"`
	Text  string   `json:"text"`
	Cites []string `json:"cites"`
}

// findingData is one finding in data/findings.json. Outcome not_met does not say that
// something did not happen.
type findingData struct {
	ID             string        `json:"id"`
	Text           string        `json:"text"`
	Standard       string        `json:"standard"`
	Assertion      string        `json:"assertion"`
	Outcome        string        `json:"outcome"`
	For            []string      `json:"for"`
	Against        []againstData `json:"against"`
	ContrarySearch string        `json:"contrary_search"`
	Independent    int           `json:"independent_origins"`
	Unknown        int           `json:"unknown_origins"` // sources whose origin is not known; never counted as independent
}

type againstData struct {
	Claim  string `json:"claim"`
	Answer string `json:"answer"`
}

// claimData is one claim in data/claims.json. Of a sealed source neither the id nor
// the passage is given, so that two of its claims cannot be put together.
type claimData struct {
	ID          string `json:"id"`
	Text        string `json:"text"`
	Source      string `json:"source"` // an id, "a sealed source", or "a source that is not named"
	Passage     string `json:"passage"`
	Words       string `json:"words"`      // the source's exact words, where they are printed
	WordsLang   string `json:"words_lang"` // BCP 47 as the source declares it, "" unknown
	Statement   string `json:"statement"`  // the statement it restates, where that is released too
	FirstHand   bool   `json:"first_hand"`
	Credibility int    `json:"credibility"` // 1–6; 6: cannot be judged
}

// statementData is one statement in data/statements.json: who said what of what. The
// target is never wider than what was addressed.
type statementData struct {
	ID         string     `json:"id"`
	Source     string     `json:"source"`
	Passage    string     `json:"passage"`
	Speaker    string     `json:"speaker"`
	OnBehalfOf string     `json:"on_behalf_of"`
	Addressee  string     `json:"addressee"`
	Words      string     `json:"words"`
	WordsLang  string     `json:"words_lang"`
	Target     targetData `json:"target"`
	Stance     string     `json:"stance"`
	SaidOn     string     `json:"said_on"` // EDTF
}

type targetData struct {
	Kind  string `json:"kind"`
	ID    string `json:"id"`
	Words string `json:"words"`
}

// sourceData is one open source in data/sources.json. Sealed ones are not listed.
type sourceData struct {
	ID           string   `json:"id"`
	Title        string   `json:"title"`
	Kind         string   `json:"kind"`
	Date         string   `json:"date"`
	Organisation string   `json:"organisation"`
	Reliability  string   `json:"reliability"` // A–F; F: cannot be judged
	Origin       string   `json:"origin"`
	DerivedFrom  []string `json:"derived_from"` // of those listed here
	Citations    []string `json:"citations"`    // where it is public
}

// These stand for every source that is not named, alike: a pseudonym would be one name
// for all that a witness said.
const (
	sealedSource  = "a sealed source"
	unnamedSource = "a source that is not named"
)

// label is what the release calls a source.
func (p picture) label(source string) string {
	switch {
	case p.sealed(source):
		return sealedSource
	case p.unnamed(source):
		return unnamedSource
	}
	return source
}

// content cuts out of the picture what the draft rests on.
func (p picture) content() content {
	c := p.cited()
	in := map[string]bool{}
	for _, ids := range [][]string{c.findings, c.claims, c.statements, c.sources} {
		for _, id := range ids {
			in[id] = true
		}
	}
	out := content{Report: p.report(), Findings: []findingData{}, Claims: []claimData{}, Statements: []statementData{}, Sources: []sourceData{}}
	for _, id := range c.findings {
		out.Findings = append(out.Findings, p.finding(id))
	}
	for _, id := range c.claims {
		out.Claims = append(out.Claims, p.claim(id, in))
	}
	for _, id := range c.statements {
		out.Statements = append(out.Statements, p.statement(id))
	}
	for _, id := range c.sources {
		if !p.unnamed(id) {
			out.Sources = append(out.Sources, p.source(id, in))
		}
	}
	return out
}

func (p picture) report() reportData {
	d := p.Draft
	r := reportData{Release: d.ID, Title: d.Title, Date: d.Date, Origin: p.Case.Origin, Training: p.Case.Training,
		Standard: string(p.Case.Standard), StandardLabel: p.Case.StandardLabel, Previous: p.Previous,
		Policy:     policyData{p.Policy.MinOrigins, p.Policy.RequireFirstHand, p.Policy.FirstHandMinReliability, p.Policy.AllowSingleSource, p.Policy.MaxSameOrganisation},
		Paragraphs: []paragraphData{}}
	for _, para := range d.Paragraphs {
		r.Paragraphs = append(r.Paragraphs, paragraphData{para.N, para.Text, append([]string{}, para.Cites...)})
	}
	return r
}

func (p picture) finding(id string) findingData {
	f := p.Findings[id]
	d := findingData{ID: id, Text: f.Text, Standard: string(f.Standard), Assertion: string(f.Assertion), Outcome: string(f.Outcome),
		For: append([]string{}, f.For...), Against: []againstData{}, ContrarySearch: f.ContrarySearch}
	for _, a := range f.Against {
		d.Against = append(d.Against, againstData{a.Claim, a.Answer})
	}
	var claims []corroborate.Claim
	for _, c := range f.For {
		if claim, ok := p.Claims[c]; ok {
			claims = append(claims, claim)
		}
	}
	origins := corroborate.CountOrigins(claims, p.Sources)
	d.Independent, d.Unknown = origins.Independent, len(origins.Unknown)
	return d
}

func (p picture) claim(id string, in map[string]bool) claimData {
	c := p.Claims[id]
	d := claimData{ID: id, Text: c.Text, Source: p.label(c.Source), FirstHand: c.FirstHand, Credibility: c.Credibility}
	if in[c.Statement] {
		d.Statement = c.Statement
	}
	if c.Quoted {
		d.Words = c.Words
	}
	if p.unnamed(c.Source) {
		return d
	}
	a := c.Address()
	d.Passage = a.String()
	if d.Words != "" {
		d.WordsLang = p.language(a)
	}
	return d
}

func (p picture) statement(id string) statementData {
	s := p.Statements[id]
	d := statementData{ID: id, Source: p.label(s.Source), Words: s.Words, Stance: string(s.Stance),
		Target: targetData{string(s.Target.Kind), s.Target.ID, s.Target.Words}}
	if p.unnamed(s.Source) {
		return d
	}
	d.Passage, d.SaidOn = s.Address().String(), s.SaidOn
	d.Speaker, d.OnBehalfOf, d.Addressee = s.Speaker, s.OnBehalfOf, s.Addressee
	d.WordsLang = p.language(s.Address())
	return d
}

func (p picture) source(id string, in map[string]bool) sourceData {
	s := p.Sources[id]
	d := sourceData{ID: id, Title: s.Title, Kind: string(s.Kind), Date: s.Date, Organisation: s.Organisation,
		Reliability: string(s.Reliability), Origin: string(s.Origin), DerivedFrom: []string{}, Citations: []string{}}
	for _, from := range s.DerivedFrom {
		if in[from] && !p.unnamed(from) {
			d.DerivedFrom = append(d.DerivedFrom, from)
		}
	}
	for _, b := range p.Bases[id] {
		if b.Kind == record.PublicRecord && !b.Withdrawn && b.Citation != "" {
			d.Citations = append(d.Citations, b.Citation)
		}
	}
	return d
}

// language is what the source declares of the paragraph a passage begins in.
func (p picture) language(a intake.Address) string {
	t, _ := p.text(a)
	if a.From < 1 || a.From > len(t.Sentences) {
		return ""
	}
	for _, para := range t.Paragraphs {
		if para.N == t.Sentences[a.From-1].Para {
			return string(para.Lang)
		}
	}
	return ""
}

// digest names the content, without the date of the gate: when it is another, what was
// frozen and signed is no longer what the case says.
func (p picture) digest() (string, error) {
	c := p.content()
	c.Report.Date = ""
	b, err := json.Marshal(struct {
		Content  content
		Evidence []seal.Ref
	}{c, p.evidence()})
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:]), err
}

// files are the released files but MANIFEST and what signs it.
func (c content) files(commitments [][32]byte) ([]bundle.File, error) {
	page, err := c.page(false)
	if err != nil {
		return nil, err
	}
	out := []bundle.File{{Name: "report.html", Data: page}, {Name: "data/evidence.json", Data: bundle.MarshalEvidence(commitments)}}
	for name, v := range map[string]any{
		"report":     c.Report,
		"findings":   map[string]any{"findings": c.Findings},
		"claims":     map[string]any{"claims": c.Claims},
		"statements": map[string]any{"statements": c.Statements},
		"sources":    map[string]any{"sources": c.Sources},
	} {
		data, err := marshalData(v)
		if err != nil {
			return nil, fmt.Errorf("writing data/%s.json: %w", name, err)
		}
		out = append(out, bundle.File{Name: "data/" + name + ".json", Data: data})
	}
	return sorted(out), nil
}

// marshalData writes JSON with sorted keys, indented, ended by LF: what a person can
// read and a diff can show. Keys are sorted by way of maps, which encoding/json sorts.
func marshalData(v any) ([]byte, error) {
	b, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var tree any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&tree); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err = e.Encode(tree)
	return out.Bytes(), err
}
