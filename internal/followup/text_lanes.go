package followup

import (
	"fmt"
	"strings"

	"heed/internal/lang"
)

// Text writes the lanes for a terminal. Words from outside are made visible.
func (l Lanes) Text() string {
	var b strings.Builder
	r := l.Recommendation
	fmt.Fprintf(&b, "%s  %s  %s → %s  %s\n", r.ID, r.Address(), lang.Visible(r.Issuer), lang.Visible(strings.Join(r.Addressees, ", ")), lang.Visible(r.Text))
	fmt.Fprintf(&b, "As of %s, to the end of that day in %s. Dates marked ~ are counted by the latest day they may mean.\n", l.AsOf, l.Zone)
	for _, f := range l.facts() {
		if f[1] != "" {
			fmt.Fprintf(&b, "  %-13s %s\n", f[0], f[1])
		}
	}
	l.said(&b)
	l.done(&b)
	b.WriteString("\nSeen\n")
	axis(&b, Impact, l.Seen.Impact)
	axis(&b, ReplyQuality, l.Seen.ReplyQuality)
	earlier(&b, l.Seen.History, l.Seen.Impact, l.Seen.ReplyQuality)
	return b.String()
}

// facts are what a recommendation is filed under, with a word before each.
func (l Lanes) facts() [][2]string {
	r := l.Recommendation
	deadline := r.Deadline
	if deadline != "" {
		deadline += " in " + r.DeadlineZone
		if l.Passed {
			deadline += ", passed"
		}
	}
	document := r.Symbol
	if r.Paragraph != "" {
		document = strings.TrimSpace(document + " paragraph " + r.Paragraph)
	}
	asks := verbWords(r)
	if r.Category != 0 && r.CategoryBy != "" && r.CategoryBy != ByVerb {
		asks = fmt.Sprintf("%s (%d), as coded by %s", CategoryWords(r.Category), r.Category, lang.Visible(r.CategoryBy))
	}
	join := func(list []string) string { return lang.Visible(strings.Join(list, ", ")) }
	return [][2]string{{"words", "“" + lang.Visible(r.Words) + "”"}, {"asks", asks}, {"deadline", deadline}, {"document", lang.Visible(document)},
		{"themes", join(r.Themes)}, {"for", join(r.Affected)}, {"done when", lang.Visible(r.Criterion)}, {"follows from", join(r.FollowsFrom)},
		{"same ask", join(l.GroupsWith)}, {"in place of", join(r.Supersedes)}, {"superseded by", join(l.SupersededBy)},
		{"response", lang.Visible(r.Response)}, {"act", fmt.Sprint(l.Act)}}
}

func (l Lanes) said(b *strings.Builder) {
	b.WriteString("\nSaid\n")
	names := 0
	for _, s := range l.Said.Actors {
		names = max(names, cells(lang.Visible(s.Actor)))
	}
	for _, s := range l.Said.Actors {
		s.text(b, lang.Visible(s.Actor), min(names, maxName))
	}
	for _, p := range l.Said.Positions {
		from := p.Statement
		if from == "" {
			from = p.coded()
		}
		asOf := "as of " + p.AsOf
		if p.AsOf == "" {
			asOf = "undated"
		}
		fmt.Fprintf(b, "  %s  %s  %s, from %s, by %s%s\n", p.ID, PositionWords(p.Value), asOf, from, p.By, reason(p.Why))
	}
}

func (l Lanes) done(b *strings.Builder) {
	b.WriteString("\nDone\n")
	axis(b, Implementation, l.Done.Implementation)
	earlier(b, l.Done.History, l.Done.Implementation)
	if len(l.Done.Actions) == 0 {
		b.WriteString("  no action recorded\n")
	}
	for _, a := range l.Done.Actions {
		on := a.On
		if on == "" {
			on = "undated"
		}
		fmt.Fprintf(b, "  %s  %s  %s: %s%s\n      %s  “%s”\n", a.ID, on, lang.Visible(a.Actor), lang.Visible(a.What), reason(a.Why), a.Address(), lang.Visible(a.Words))
	}
}

// axis writes what counts on one axis.
func axis(b *strings.Builder, name Axis, a *Assessment) {
	if a == nil {
		fmt.Fprintf(b, "  %-15s not assessed\n", AxisWords(name))
		return
	}
	fmt.Fprintf(b, "  %-15s %s  %s\n", AxisWords(name), ValueWords(a.Value), a.rests())
}

// earlier writes the assessments that count no more.
func earlier(b *strings.Builder, history []Assessment, latest ...*Assessment) {
	now := map[string]bool{}
	for _, a := range latest {
		if a != nil {
			now[a.ID] = true
		}
	}
	for _, a := range history {
		if !now[a.ID] {
			fmt.Fprintf(b, "      before: %s %s  %s\n", AxisWords(a.Axis), ValueWords(a.Value), a.rests())
		}
	}
}

// rests is by whom and why an assessment was made.
func (a Assessment) rests() string {
	parts := []string{"as of " + a.AsOf}
	if a.Confidence != "" {
		parts = append(parts, a.Confidence+" confidence")
	}
	if len(a.Evidence) > 0 {
		parts = append(parts, "shown by "+strings.Join(a.Evidence, " "))
	}
	return strings.Join(append(parts, "by "+a.By), ", ") + " (" + a.ID + ")" + reason(a.Why)
}

func reason(why string) string {
	if why == "" {
		return ""
	}
	return ": " + lang.Visible(why)
}
