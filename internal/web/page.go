package web

import (
	"context"
	"fmt"
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/corroborate"
	"heed/internal/followup"
	"heed/internal/lang"
	"heed/internal/record"
	"heed/internal/release"
)

// page is what the template shows: everything is named and worded here.
type page struct {
	Case     record.Case
	Sources  []Source
	Matrix   followup.Matrix
	Rows     []recommendation
	Apart    []said
	Findings []corroborate.Checked
	Claims   []corroborate.Claim
	Drafts   []release.Draft

	at map[string]bool // anchors on the page
}

// recommendation is one row of the matrix: the page turns followup's rows of actors
// over, so that in a narrow window it falls into one list per recommendation.
type recommendation struct {
	followup.Recommendation
	Cells []cell
}

type cell struct {
	followup.Cell
	Actor  string
	Anchor string
	Said   []said
}

// said is a statement where the page shows it. The first place has the anchor.
type said struct {
	followup.Said
	Anchor string
	Place  link
}

// read gathers the page.
func read(ctx context.Context, view View, asOf string) (*page, error) {
	p := &page{at: map[string]bool{}}
	var err error
	// The question that a reader can get wrong goes first.
	if p.Matrix, err = view.Matrix(ctx, asOf); err != nil {
		return nil, err
	}
	if p.Case, err = view.Case(ctx); err != nil {
		return nil, err
	}
	if p.Sources, err = view.Sources(ctx); err != nil {
		return nil, err
	}
	if p.Findings, err = view.Findings(ctx); err != nil {
		return nil, err
	}
	if p.Claims, err = view.Claims(ctx); err != nil {
		return nil, err
	}
	if p.Drafts, err = view.Drafts(ctx); err != nil {
		return nil, err
	}
	p.arrange()
	return p, nil
}

// arrange turns the matrix over and gives every object one anchor.
func (p *page) arrange() {
	for _, s := range p.Sources {
		p.at[s.ID] = true
	}
	for _, f := range p.Findings {
		p.at[f.Finding.ID] = true
	}
	for _, c := range p.Claims {
		p.at[c.ID] = true
	}
	for i, rec := range p.Matrix.Recommendations {
		p.at[rec.ID] = true
		row := recommendation{Recommendation: rec}
		for n, actor := range p.Matrix.Rows {
			c := actor.Cells[i]
			row.Cells = append(row.Cells, cell{Cell: c, Actor: actor.Actor, Anchor: fmt.Sprintf("%s-%d", rec.ID, n+1), Said: p.anchored(c.Statements)})
		}
		p.Rows = append(p.Rows, row)
	}
	p.Apart = p.anchored(p.Matrix.Apart)
}

func (p *page) anchored(statements []followup.Said) []said {
	var out []said
	for _, s := range statements {
		source, _, _ := strings.Cut(s.Address, ":")
		one := said{Said: s, Place: link{source, s.Address, p.at[source]}}
		if !p.at[s.Statement] {
			p.at[s.Statement], one.Anchor = true, s.Statement
		}
		out = append(out, one)
	}
	return out
}

// link is an id, or an address in a source, and where it leads on this page.
type link struct {
	Anchor, Shows string
	There         bool
}

// Link leads to an object.
func (p *page) Link(id string) link { return link{id, id, p.at[id]} }

// Asserts is the text of a claim.
func (p *page) Asserts(id string) string {
	for _, c := range p.Claims {
		if c.ID == id {
			return c.Text
		}
	}
	return ""
}

// Links leads to several.
func (p *page) Links(ids []string) []link {
	var out []link
	for _, id := range ids {
		out = append(out, p.Link(id))
	}
	return out
}

// Place leads from the address of a passage to its source.
func (p *page) Place(source string, at fmt.Stringer) link {
	return link{source, at.String(), p.at[source]}
}

// words are the functions of the templates.
var words = template.FuncMap{
	"show":     one,
	"lines":    lines,
	"words":    func(s any) string { return strings.ReplaceAll(fmt.Sprint(s), "_", " ") },
	"sentence": sentence,
	"target":   followup.TargetWords,
	"position": followup.PositionWords,
	"stance":   followup.StanceWords,
	"category": followup.CategoryWords,
	"plural":   plural,
}

// prose are the unseen characters that a text to be read keeps: its lines, and the
// joiners without which Persian, Uyghur and Indic words are spelt wrongly. None of them
// changes the order in which words are shown.
const prose = "\n\u200c\u200d"

// lines shows a text of several lines, one a name or a single line. Whatever else is
// not seen becomes an escape, isolated so that the text around it cannot turn it over.
func lines(s string) template.HTML { return shown(strings.ReplaceAll(s, "\r\n", "\n"), prose) }

func one(s any) template.HTML { return shown(fmt.Sprint(s), "") }

func shown(s, keep string) template.HTML {
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		as := lang.Visible(s[i : i+n])
		if as == s[i:i+n] || strings.ContainsRune(keep, r) {
			b.WriteString(template.HTMLEscapeString(s[i : i+n]))
		} else {
			b.WriteString(`<bdi class="mark">` + template.HTMLEscapeString(as) + `</bdi>`)
		}
		i += n
	}
	return template.HTML(b.String()) // every piece was escaped on its way in
}

// sentence gives what a fault says a capital and a stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + strings.TrimSuffix(s[n:], ".") + "."
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
