package extract

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"

	"heed/internal/lang"
)

// maxDepth bounds the open elements. Pages have a few dozen.
const maxDepth = 512

// looksLikeHTML goes by the first thing in the document, as browsers do when nobody
// tells them the type: plain text that begins with one of these is rare enough.
func looksLikeHTML(s string) bool {
	s = strings.TrimLeftFunc(s, func(r rune) bool { return unicode.IsSpace(r) || unseen(r) })
	head := strings.ToLower(s[:min(len(s), 64)])
	for _, sign := range []string{"<!doctype html", "<!--", "<html", "<head", "<body", "<title", "<meta", "<script", "<style", "<article",
		"<section", "<main", "<header", "<div", "<table", "<p", "<h1", "<h2", "<ul", "<ol", "<blockquote"} {
		rest, ok := strings.CutPrefix(head, sign)
		if !ok {
			continue
		}
		if sign == "<!--" || rest == "" || strings.ContainsAny(rest[:1], " \t\n\r\f>/") {
			return true
		}
	}
	// XHTML begins like any XML.
	return strings.HasPrefix(head, "<?xml") && strings.Contains(strings.ToLower(s[:min(len(s), 1024)]), "<html")
}

// element is what must be remembered of an open element.
type element struct {
	name   string
	hidden bool // it or one around it is not part of the text
	pre    bool
	dir    lang.Direction // "" when none is declared
	lang   lang.Tag
}

// page reads HTML from its tokens. It builds no tree: the tree that browsers build can
// be hundreds of times as large as the document, and the package's parser panics at a
// certain depth. Only what matters for the text is followed: blocks, and what is hidden.
type page struct {
	title    string
	titled   bool
	blocks   []block
	para     strings.Builder
	of       element // the block para belongs to
	gap      bool    // white space is due before the next word
	breaks   int     // <br> since the last word
	open     []element
	count    map[string]int // open elements by name
	inTitle  bool
	encoding string // declared, lower case
}

// readHTML returns the title and the paragraphs. marked: a byte order mark said that
// this is UTF-8, which outranks what the document says of itself.
func readHTML(s string, marked bool) (string, []block, error) {
	if !marked && !declaredUTF8(xmlEncoding(s)) {
		return "", nil, ErrEncoding
	}
	p := &page{count: map[string]int{}}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken: // the end: strings.Reader knows no other error
			p.end()
			if !marked && !declaredUTF8(p.encoding) {
				return "", nil, ErrEncoding
			}
			return p.title, p.blocks, nil
		case html.TextToken:
			p.text(string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			if err := p.start(z.Token()); err != nil {
				return "", nil, err
			}
		case html.EndTagToken:
			p.finish(z.Token().Data)
		}
	}
}

// The names browsers take for UTF-8 (Encoding Standard, section 4.2); "" is undeclared.
func declaredUTF8(name string) bool {
	switch name {
	case "", "utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8":
		return true
	}
	return false
}

func xmlEncoding(s string) string {
	decl, _, ok := strings.Cut(s[:min(len(s), 256)], "?>")
	if !ok || !strings.HasPrefix(decl, "<?xml") {
		return ""
	}
	_, value, ok := strings.Cut(decl, "encoding")
	if !ok {
		return ""
	}
	return strings.ToLower(strings.Trim(value, "= \t\n\r\"'"))
}

func (p *page) top() element {
	if len(p.open) == 0 {
		return element{}
	}
	return p.open[len(p.open)-1]
}

func (p *page) start(t html.Token) error {
	attr := attributes(t)
	name := t.Data
	if p.count["head"] > 0 && !inHead(name) {
		p.closeTo("head")
	}
	switch name {
	case "meta":
		p.meta(attr)
		return nil
	case "title":
		p.inTitle = !p.titled && p.count["svg"] == 0
		p.titled = p.titled || p.inTitle
	case "br":
		p.lineBreak()
		return nil
	}
	if void(name) {
		if name == "hr" {
			p.end()
		}
		return nil
	}
	p.closeImplied(name)
	if isBlock(name) {
		p.end()
	}
	e := p.child(name, attr)
	if name == "q" && !e.hidden {
		p.write("“")
	}
	// Inside the text only blocks matter; inside what is hidden every element counts,
	// so that its end is found. (In SVG a self-closing tag has no end.)
	if isBlock(name) || e.hidden && t.Type != html.SelfClosingTagToken {
		if len(p.open) == maxDepth {
			return ErrMarkup
		}
		p.open = append(p.open, e)
		p.count[name]++
	}
	return nil
}

func attributes(t html.Token) map[string]string {
	attr := map[string]string{}
	for _, a := range t.Attr {
		if _, twice := attr[a.Key]; !twice { // the first one counts
			attr[a.Key] = a.Val
		}
	}
	return attr
}

// child is the element that opens within the current one.
func (p *page) child(name string, attr map[string]string) element {
	around := p.top()
	e := element{name: name, hidden: around.hidden || skipped(name), pre: around.pre || name == "pre", dir: around.dir, lang: around.lang}
	if _, ok := attr["hidden"]; ok || strings.Contains(squeeze(attr["style"]), "display:none") {
		e.hidden = true
	}
	if _, ok := attr["open"]; name == "dialog" && !ok {
		e.hidden = true
	}
	if v, ok := attr["lang"]; ok {
		e.lang = lang.ParseTag(strings.TrimSpace(v))
	} else if v, ok := attr["xml:lang"]; ok {
		e.lang = lang.ParseTag(strings.TrimSpace(v))
	}
	switch d := lang.Direction(strings.ToLower(strings.TrimSpace(attr["dir"]))); d {
	case lang.LeftToRight, lang.RightToLeft:
		e.dir = d
	case "auto":
		e.dir = ""
	}
	return e
}

func squeeze(style string) string {
	return strings.ToLower(strings.Join(strings.Fields(style), ""))
}

// meta takes note of the first declared encoding.
func (p *page) meta(attr map[string]string) {
	if p.encoding != "" {
		return
	}
	if v := attr["charset"]; v != "" {
		p.encoding = strings.ToLower(strings.TrimSpace(v))
	} else if strings.EqualFold(attr["http-equiv"], "content-type") {
		_, v, _ := strings.Cut(strings.ToLower(attr["content"]), "charset=")
		v, _, _ = strings.Cut(v, ";")
		p.encoding = strings.Trim(v, " \t\n\r\"'")
	}
}

// closeImplied ends the elements that the start of name ends without saying so.
func (p *page) closeImplied(name string) {
	switch name {
	case "li":
		p.closeSibling([]string{"li"}, "ul", "ol", "menu")
	case "dt", "dd":
		p.closeSibling([]string{"dt", "dd"}, "dl")
	case "td", "th":
		p.closeSibling([]string{"td", "th"}, "tr", "table")
	case "tr":
		p.closeSibling([]string{"tr"}, "table")
	}
	if isBlock(name) {
		p.closeSibling([]string{"p"}, "button", "table", "td", "th")
	}
}

// closeSibling ends the innermost open element among names, unless one of within lies
// nearer: that one began a structure of its own.
func (p *page) closeSibling(names []string, within ...string) {
	open := 0
	for _, n := range names {
		open += p.count[n]
	}
	if open == 0 {
		return
	}
	for i := len(p.open) - 1; i >= 0; i-- {
		for _, n := range names {
			if p.open[i].name == n {
				p.cut(i)
				return
			}
		}
		for _, w := range within {
			if p.open[i].name == w {
				return
			}
		}
	}
}

// finish handles an end tag.
func (p *page) finish(name string) {
	switch name {
	case "title":
		p.inTitle = false
	case "br": // </br> is <br> to every browser
		p.lineBreak()
	case "q":
		if !p.top().hidden {
			p.write("”")
		}
	}
	if isBlock(name) {
		p.end()
	}
	p.closeTo(name)
}

// closeTo ends the innermost open element of that name and all within it. The end of
// an inline element closes no block, and nothing outside a table's cell is closed from within.
func (p *page) closeTo(name string) {
	if p.count[name] == 0 {
		return
	}
	for i := len(p.open) - 1; i >= 0; i-- {
		n := p.open[i].name
		if n == name {
			p.cut(i)
			return
		}
		if isBlock(n) && !isBlock(name) && !skipped(name) || (n == "td" || n == "th") && !tablePart(name) && name != "body" && name != "html" {
			return
		}
	}
}

// cut ends the open elements from i on.
func (p *page) cut(i int) {
	for _, e := range p.open[i:] {
		if isBlock(e.name) {
			p.end()
		}
		p.count[e.name]--
	}
	p.open = p.open[:i]
}

// text takes in a run of characters.
func (p *page) text(s string) {
	if p.inTitle {
		p.title = strings.Join(strings.Fields(clean(s)), " ")
		return
	}
	if p.count["head"] > 0 && p.top().name == "head" && strings.TrimSpace(s) != "" {
		p.closeTo("head") // text cannot stand in a head: the body has begun
	}
	e := p.top()
	if e.hidden {
		return
	}
	s = clean(s)
	if !e.pre {
		p.run(s)
		return
	}
	for i, line := range strings.Split(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		if i > 0 {
			p.lineBreak()
		}
		p.run(line)
	}
}

// run writes words with one blank between them. Only HTML's own white space is run
// together: a no-break space is a character of the text.
func (p *page) run(s string) {
	for s != "" {
		if i := strings.IndexAny(s, " \t\n\r\f"); i != 0 {
			if i < 0 {
				i = len(s)
			}
			p.write(s[:i])
			s = s[i:]
			continue
		}
		s = strings.TrimLeft(s, " \t\n\r\f")
		p.gap = true
	}
}

// write appends a word to the paragraph.
func (p *page) write(word string) {
	if p.breaks > 1 {
		p.end()
	}
	if p.para.Len() == 0 {
		p.of = p.top()
	} else if p.gap || p.breaks > 0 {
		p.para.WriteByte(' ')
	}
	p.gap, p.breaks = false, 0
	p.para.WriteString(word)
}

// lineBreak is <br>: one is a blank, two are the end of a paragraph.
func (p *page) lineBreak() {
	if !p.top().hidden {
		p.breaks++
	}
}

// end closes the paragraph.
func (p *page) end() {
	if p.para.Len() > 0 {
		p.blocks = append(p.blocks, block{p.para.String(), p.of.dir, p.of.lang})
	}
	p.para.Reset()
	p.gap, p.breaks = false, 0
}

// clean drops what entities can smuggle past decode: controls would drive a terminal,
// line ends of Unicode would break the one-line form of a paragraph.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t', r == '\r', r == '\f':
			return r
		case r == '\v', r == 0x85, r == 0x2028, r == 0x2029:
			return ' '
		case r < ' ':
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
