package corroborate

import (
	"slices"
	"strings"
	"unicode"

	"heed/internal/lang"
	"heed/internal/record"
)

// Origins says from how many places, independent of each other, claims come.
type Origins struct {
	Independent int        `json:"independent"`
	Groups      [][]string `json:"groups"`            // counted sources; those of one group share an origin
	Unknown     []string   `json:"unknown,omitempty"` // sources that are not counted, because their origin is unknown
}

// CountOrigins counts independent origins, never documents: forty papers repeating one
// wire story are one. Sources share an origin when
//
//   - one derives from the other, through any number of steps,
//   - they derive from the same one,
//   - they, or what they derive from, have an organisation or a contact in common.
//
// A source counts when every way back along derived_from ends at a source of its own.
// One whose origin nobody declared, or that derives from such a one, is shown as
// unknown and never counted; it joins others all the same, because what links them was
// declared. Each doubt lowers the count.
func CountOrigins(claims []Claim, sources map[string]record.Source) Origins {
	c := counter{sources: sources, parent: map[string]string{}, own: map[string]bool{}}
	used := map[string]bool{}
	for _, claim := range claims {
		used[claim.Source] = true
		c.follow(claim.Source)
	}
	out := Origins{Groups: [][]string{}}
	groups := map[string][]string{}
	for id := range used {
		if c.known(id) {
			at := c.find(node(id))
			groups[at] = append(groups[at], id)
		} else {
			out.Unknown = append(out.Unknown, id)
		}
	}
	for _, g := range groups {
		slices.SortFunc(g, byNumber)
		out.Groups = append(out.Groups, g)
	}
	slices.SortFunc(out.Groups, func(a, b []string) int { return byNumber(a[0], b[0]) })
	slices.SortFunc(out.Unknown, byNumber)
	out.Independent = len(out.Groups)
	return out
}

// counter joins sources, organisations and contacts that touch (union-find). The kinds
// of nodes differ by a first byte, so that an organisation called S-001 is no source.
type counter struct {
	sources map[string]record.Source
	parent  map[string]string
	own     map[string]bool // what known found
}

func node(source string) string { return "s" + source }

// follow visits a source with all it derives from and joins what touches.
func (c *counter) follow(id string) {
	if _, seen := c.parent[node(id)]; seen {
		return
	}
	c.find(node(id))
	s := c.sources[id]
	if key := organisation(s); key != "" {
		c.join(node(id), "o"+key)
	}
	if key := nameKey(s.Contact); key != "" {
		c.join(node(id), "c"+key)
	}
	for _, from := range s.DerivedFrom {
		c.follow(from)
		c.join(node(id), node(from))
	}
}

// organisation is that of a source as it is compared, "" when none is declared.
func organisation(s record.Source) string { return nameKey(s.Organisation) }

// nameKey is a name as it is compared: letters as they look, folded, without dots, without
// blanks and punctuation at its ends, with one blank between words and for a hyphen. What consists of punctuation
// alone is a name too, and one with all its like: a doubt lowers the count.
func nameKey(name string) string {
	folded := strings.Join(strings.Fields(strings.Map(apart, lang.Fold(lang.Skeleton(name)))), " ")
	key := strings.TrimFunc(folded, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) })
	if key == "" && strings.TrimSpace(lang.Fold(name)) != "" {
		return "."
	}
	return key
}

// apart drops dots and parts what a hyphen joins.
func apart(r rune) rune {
	switch {
	case r == '.':
		return -1
	case unicode.Is(unicode.Dash, r), unicode.Is(unicode.Hyphen, r):
		return ' '
	}
	return r
}

func (c *counter) find(x string) string {
	p, ok := c.parent[x]
	if !ok {
		c.parent[x] = x
		return x
	}
	if p == x {
		return x
	}
	root := c.find(p)
	c.parent[x] = root
	return root
}

func (c *counter) join(a, b string) { c.parent[c.find(a)] = c.find(b) }

// known reports whether every way back ends at a source of its own. A source on its
// way back to itself is held for unknown, so that a circle, which has no end, stays so.
func (c *counter) known(id string) bool {
	if own, seen := c.own[id]; seen {
		return own
	}
	c.own[id] = false
	s, there := c.sources[id]
	own := there && (len(s.DerivedFrom) > 0 || s.Origin == record.OriginOwn)
	for _, from := range s.DerivedFrom {
		own = c.known(from) && own
	}
	c.own[id] = own
	return own
}

// byNumber puts S-9 before S-10.
func byNumber(a, b string) int {
	if len(a) != len(b) {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}
