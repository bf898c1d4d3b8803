package followup

import (
	"cmp"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"

	"heed/internal/lang"
)

// Text writes the matrix for a terminal: one block per recommendation, so that thirteen
// of them fit as well as two. Every line that says something is followed by the
// statements it rests on, newest first. Words from outside are made visible.
func (m Matrix) Text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "As of %s, to the end of that day in %s. Dates marked ~ are counted by the latest day they may mean.\n", m.AsOf, m.Zone)
	if len(m.Recommendations) == 0 {
		fmt.Fprintf(&b, "\n%s\n", cmp.Or(m.none, "No recommendations yet."))
	}
	names := 0
	for _, row := range m.Rows {
		names = max(names, cells(lang.Visible(row.Actor)))
	}
	for i, rec := range m.Recommendations {
		fmt.Fprintf(&b, "\n%s  %s\n", rec.ID, lang.Visible(rec.Text))
		fmt.Fprintf(&b, "      %s  to %s  %s\n", rec.Address(), lang.Visible(strings.Join(rec.Addressees, "; ")), verbWords(rec))
		m.column(&b, i, min(names, maxName))
	}
	if m.Part && len(m.Recommendations) > 0 {
		b.WriteString("\nThese are chosen recommendations. What was said of something else stands in the whole matrix.\n")
	}
	if len(m.Apart) > 0 {
		b.WriteString("\nSaid of something else; none of it sets a position on a recommendation:\n")
		for _, s := range m.Apart {
			fmt.Fprintf(&b, "  %s  %s, said of %s\n", lang.Visible(s.Actor), StanceWords(s.Stance), lang.Visible(TargetWords(s.Target)))
			s.text(&b)
		}
	}
	return b.String()
}

// none names all that a query asked for, where no recommendation fits it; "" when it
// asked for all.
func (q MatrixQuery) none() string {
	var asked []string
	if len(q.Recommendations) > 0 {
		asked = append(asked, "is one of "+lang.Visible(strings.Join(q.Recommendations, ", ")))
	}
	if q.Addressee != "" {
		asked = append(asked, "is made to “"+lang.Visible(q.Addressee)+"”")
	}
	if q.Source != "" {
		asked = append(asked, "stands in "+q.Source)
	}
	if q.After != "" {
		asked = append(asked, "comes after "+q.After)
	}
	if asked == nil {
		return ""
	}
	return "No recommendation " + strings.Join(asked, " and ") + ". All there are: heed rec"
}

// maxIdle is how many actors are named of whom nothing is known; of more, their number.
const maxIdle = 12

// column writes what all actors said of one recommendation.
func (m Matrix) column(b *strings.Builder, i, names int) {
	idle := 0
	for _, row := range m.Rows {
		if row.Cells[i].idle() {
			idle++
		}
	}
	for _, row := range m.Rows {
		if idle <= maxIdle || !row.Cells[i].idle() {
			row.Cells[i].text(b, lang.Visible(row.Actor), names)
		}
	}
	if idle > maxIdle {
		fmt.Fprintf(b, "  %d others: not searched\n", idle)
	}
}

// idle reports whether a cell says no more than that nobody asked this actor anything and
// nobody has looked.
func (c Cell) idle() bool { return c.Kind == NotSearched && !c.Addressee }

// maxName bounds the column of names; a longer name pushes its own line only.
const maxName = 40

func verbWords(r Recommendation) string {
	if r.Category == 0 {
		return "action not judged"
	}
	return fmt.Sprintf("%s: %s (%d)", lang.Visible(r.Verb), CategoryWords(r.Category), r.Category)
}

func (c Cell) text(b *strings.Builder, name string, names int) {
	fmt.Fprintf(b, "  %s  %s", name+strings.Repeat(" ", max(0, names-cells(name))), lang.Visible(c.Shows))
	switch {
	case c.Count == 1:
		b.WriteString(" (1 statement)")
	case c.Count > 1:
		fmt.Fprintf(b, " (%d statements)", c.Count)
	}
	if c.Position != nil {
		fmt.Fprintf(b, " (%s)", c.Position.ID)
	}
	if c.Detail != "" {
		fmt.Fprintf(b, "; %s", lang.Visible(c.Detail))
	}
	if c.Addressee {
		b.WriteString("  [addressee]")
	}
	b.WriteByte('\n')
	for _, s := range c.Statements {
		s.text(b)
	}
}

func (s Said) text(b *strings.Builder) {
	date := s.SaidOn
	switch {
	case date == "":
		date = "undated"
	case s.Imprecise:
		date += "~"
	}
	fmt.Fprintf(b, "      %s  %s  %s  %s", lang.Visible(date), s.Statement, s.Address, lang.Visible(s.Speaker))
	if s.OnBehalfOf != "" {
		fmt.Fprintf(b, " for %s", lang.Visible(s.OnBehalfOf))
	}
	if s.OfAll {
		b.WriteString(", of all recommendations")
	}
	fmt.Fprintf(b, ": “%s”\n", lang.Visible(s.Words))
}

// cells counts the columns a terminal gives to s: two for wide characters, none for
// marks and other characters that have no width of their own (UAX #11).
func cells(s string) (n int) {
	for _, r := range s {
		switch k := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		case k == width.EastAsianWide, k == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}
