package release

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"strings"

	"heed/internal/record"
)

//go:embed report.html.tmpl
var reportTemplate string

// page is what the template sees.
type page struct {
	content
	Preview bool
	Title   string
	Open    []findingData // findings that do not meet their standard
}

// trainingTitle marks invented data wherever only a title is seen.
const trainingTitle = "TRAINING DATA: "

// title is the title of the release, marked when its data are invented.
func (c content) title() string {
	if c.Report.Training {
		return trainingTitle + c.Report.Title
	}
	return c.Report.Title
}

// page writes report.html: one file that needs no other and runs nothing.
func (c content) page(preview bool) ([]byte, error) {
	p := page{content: c, Preview: preview, Title: c.title()}
	claims := map[string]string{}
	for _, x := range c.Claims {
		claims[x.ID] = x.Text
	}
	for _, f := range c.Findings {
		if f.Outcome != "met" {
			p.Open = append(p.Open, f)
		}
	}
	t, err := template.New("report").Funcs(template.FuncMap{
		"words":    func(s string) string { return strings.ReplaceAll(s, "_", " ") },
		"standard": func(s string) string { return record.Standard(s).Words() },
		"claim":    func(id string) string { return claims[id] },
	}).Parse(reportTemplate)
	if err != nil {
		return nil, fmt.Errorf("reading template of the report: %w", err)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return nil, fmt.Errorf("writing report: %w", err)
	}
	return b.Bytes(), nil
}
