package ident

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"slices"
	"strings"

	"heed/internal/lang"
)

// version is the first line of the file of weights. The second is the SHA-256 of the
// training manifest in hex; then a byte with the number of groups, and for each
//
//	4 bytes  the writing (ISO 15924)
//	1 byte   number of languages
//	         for each: 1 byte length of tag, tag, 2 bytes Like
//	         for each of 8192 buckets: a cost per language, 4 bits each, high half first, padded to a byte
//
// with numbers big endian, and nothing after the last.
const version = "heed/ident/v1"

// MaxCost is the greatest cost of a gram.
const MaxCost = 15

// Language is one that a group can tell.
type Language struct {
	Tag  lang.Tag
	Like int // a text whose grams cost more on average, in 1/16, is not in it
}

// Group are the languages of one writing with the costs of their grams.
type Group struct {
	Name  string
	langs []Language
	costs []uint8 // one per language, bucket by bucket
}

// Model is what a file of weights holds.
type Model struct {
	Manifest [32]byte
	groups   []*Group
}

var errForm = errors.New("ident: weights of another form")

// NewGroup makes a group; cost gives the cost of a bucket in a language.
func NewGroup(name string, langs []Language, cost func(bucket, language int) int) *Group {
	g := &Group{Name: name, langs: langs}
	for b := range Buckets {
		for l := range langs {
			g.costs = append(g.costs, uint8(min(max(cost(b, l), 0), MaxCost)))
		}
	}
	return g
}

// NewModel joins groups.
func NewModel(manifest [32]byte, groups ...*Group) *Model {
	return &Model{Manifest: manifest, groups: groups}
}

// add adds what a gram costs in each language.
func (g *Group) add(cost []int, bucket int) {
	at := bucket * len(g.langs)
	for l, c := range g.costs[at : at+len(cost)] {
		cost[l] += int(c)
	}
}

func (m *Model) group(name string) *Group {
	for _, g := range m.groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}

// Marshal gives the file.
func (m *Model) Marshal() []byte {
	out := []byte(version + "\n" + hex.EncodeToString(m.Manifest[:]) + "\n")
	out = append(out, byte(len(m.groups)))
	for _, g := range m.groups {
		out = append(out, g.Name...)
		out = append(out, byte(len(g.langs)))
		for _, l := range g.langs {
			out = append(append(out, byte(len(l.Tag))), l.Tag...)
			out = binary.BigEndian.AppendUint16(out, uint16(l.Like))
		}
		for row := range slices.Chunk(g.costs, len(g.langs)) {
			for pair := range slices.Chunk(row, 2) {
				b := pair[0] << 4
				if len(pair) == 2 {
					b |= pair[1]
				}
				out = append(out, b)
			}
		}
	}
	return out
}

// Parse reads a file of weights.
func Parse(data string) (*Model, error) {
	rest, ok := strings.CutPrefix(data, version+"\n")
	if !ok || len(rest) < 66 || rest[64] != '\n' {
		return nil, errForm
	}
	manifest, err := hex.DecodeString(rest[:64])
	if err != nil || hex.EncodeToString(manifest) != rest[:64] {
		return nil, errForm
	}
	m := &Model{Manifest: [32]byte(manifest)}
	r := &cutter{rest: rest[65:]}
	for range r.byte() {
		g := r.group()
		if r.bad || len(g.langs) == 0 || index(g.Name) < 0 || m.group(g.Name) != nil {
			return nil, errForm
		}
		m.groups = append(m.groups, g)
	}
	if r.bad || r.rest != "" {
		return nil, errForm
	}
	return m, nil
}

// cutter takes pieces from the front of a text; bad says that one was not there.
type cutter struct {
	rest string
	bad  bool
}

func (c *cutter) take(n int) string {
	if c.bad || n > len(c.rest) {
		c.bad = true
		return strings.Repeat("\x00", min(n, 4))
	}
	piece := c.rest[:n]
	c.rest = c.rest[n:]
	return piece
}

func (c *cutter) byte() int { return int(c.take(1)[0]) }

func (c *cutter) group() *Group {
	g := &Group{Name: c.take(4)}
	for range c.byte() {
		tag := lang.ParseTag(c.take(c.byte()))
		like := c.take(2)
		if tag == "" {
			c.bad = true
		}
		g.langs = append(g.langs, Language{tag, int(like[0])<<8 | int(like[1])})
	}
	row := (len(g.langs) + 1) / 2
	packed := c.take(row * Buckets)
	if c.bad || row == 0 {
		c.bad = true
		return g
	}
	g.costs = make([]uint8, 0, len(g.langs)*Buckets)
	for i := range len(packed) {
		g.costs = append(g.costs, packed[i]>>4)
		switch low := packed[i] & MaxCost; {
		case i%row < row-1 || len(g.langs)%2 == 0:
			g.costs = append(g.costs, low)
		case low != 0:
			c.bad = true
		}
	}
	return g
}
