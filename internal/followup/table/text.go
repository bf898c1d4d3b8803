package table

import (
	"html"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	parser "golang.org/x/net/html"
)

// name makes a short cell fit to be compared: entities of a web page resolved, blanks
// around and doubled ones taken out. The letters stay what they are.
func name(cell string) string { return strings.Clone(readable(cell)) }

// readable is a text on one line, entities resolved.
func readable(s string) string { return strings.Join(strings.Fields(html.UnescapeString(s)), " ") }

// undashed is a value of UHRI without the dash that its export puts before it.
func undashed(s string) string {
	s = name(s)
	if s == "-" {
		return ""
	}
	return strings.TrimSpace(strings.TrimPrefix(s, "- "))
}

// tagless takes the tags out of a text from a web page and resolves its entities. A tag that
// would begin a new line counts as a blank, so that words of two lines do not grow together.
func tagless(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return readable(s)
	}
	var b strings.Builder
	silent := 0 // inside script or style
	t := parser.NewTokenizer(strings.NewReader(s))
	for {
		switch t.Next() {
		case parser.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case parser.TextToken:
			if silent == 0 {
				b.Write(t.Text())
			}
		case parser.StartTagToken:
			tag, _ := t.TagName()
			if hides(string(tag)) {
				silent++
			}
			b.WriteString(between(string(tag)))
		case parser.EndTagToken:
			tag, _ := t.TagName()
			if hides(string(tag)) {
				silent = max(0, silent-1)
			}
			b.WriteString(between(string(tag)))
		case parser.SelfClosingTagToken:
			tag, _ := t.TagName()
			b.WriteString(between(string(tag)))
		}
	}
}

func hides(tag string) bool { return tag == "script" || tag == "style" }

// between is what a tag leaves behind: nothing where it only marks words.
func between(tag string) string {
	switch tag {
	case "a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "em", "font", "i", "ins", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u", "wbr":
		return ""
	}
	return " "
}

var (
	paragraphNumber = regexp.MustCompile(`^[0-9]{1,6}(\.[0-9]{1,6})*`)
	sdgCode         = regexp.MustCompile(`^([0-9]{1,2})(\.([0-9]{1,2}|[a-d]))?$`)
)

// paragraphOf is the number that a text begins with. UHRI has no field for it. A number
// that goes on (10,000 or 5th) is none.
func paragraphOf(text string) string {
	n := paragraphNumber.FindString(text)
	next, _ := utf8.DecodeRuneInString(text[len(n):])
	if n == "" || len(n) < len(text) && !unicode.IsSpace(next) && !strings.ContainsRune(".):;–-", next) {
		return ""
	}
	return n
}

// sdgOf is the code of a goal or target: what stands before " - ".
func sdgOf(s string) (string, bool) {
	code, _, _ := strings.Cut(undashed(s), " - ")
	code = strings.TrimSpace(code)
	m := sdgCode.FindStringSubmatch(code)
	if m == nil || len(m[1]) == 2 && m[1] > "17" || strings.Trim(m[1], "0") == "" {
		return "", false
	}
	return code, true
}

func appendNew(list []string, s string) []string {
	if s == "" || slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// judge says why a row cannot be taken, or what in it a reader should know.
func (r *Row) judge(all []string) {
	names := slices.Concat(r.To, r.From, r.Themes, r.Affected, []string{r.Body, r.Symbol, r.Response, r.Session, r.Cycle, r.AnnotationID})
	switch {
	case slices.ContainsFunc(all, func(c string) bool { return len(c) > maxCell }):
		r.Wrong = "a cell is longer than 64 KiB"
	case len(r.To) == 0:
		r.Wrong = "it does not say to whom it is made"
	case r.Text == "":
		r.Wrong = "it has no text"
	case strings.ContainsFunc(r.Raw, unprintable), slices.ContainsFunc(names, func(s string) bool { return strings.ContainsFunc(s, unprintable) }):
		r.Wrong = "it holds control characters"
	case strings.ContainsAny(r.Raw, overrides), slices.ContainsFunc(names, func(s string) bool { return strings.ContainsAny(s, overrides) }):
		r.Wrong = "it holds a direction override: a reader would see another order than the one that is kept"
	}
	if slices.ContainsFunc(all, func(c string) bool { return strings.ContainsRune(c, utf8.RuneError) }) {
		r.note("it holds the sign of a character that was lost (U+FFFD)")
	}
}

// overrides turn the order in which letters are shown.
const overrides = "\u202d\u202e"

// unprintable characters are no part of a text; ends of lines and tabs are.
func unprintable(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' }
