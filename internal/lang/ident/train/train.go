package main

import (
	"crypto/sha256"
	"fmt"
	"math"
	"os"
	"slices"

	"golang.org/x/text/unicode/norm"

	"heed/internal/lang/ident"
)

const (
	least = 3.5 // bits that cost nothing: no gram is more frequent by much
	step  = 0.9 // bits for one of the fifteen costs

	// slack widens what counts as like a language, in 1/16 of a cost: declarations are one kind of text.
	slack = 18
)

// alpha is added to every count, so that what was not seen is dear and not impossible: for
// single characters, of which a language has few, and for runs.
var (
	alpha   = [2]float64{0.01, 0.1}
	buckets = [2]float64{ident.Singles, ident.Buckets - ident.Singles}
)

func run(dir, out string) error {
	c := &corpus{dir: dir}
	var groups []*ident.Group
	scores := map[string][]string{}
	for _, l := range learned {
		g, err := c.group(l.writing, sources(l.from), scores)
		if err != nil {
			return err
		}
		groups = append(groups, g)
	}
	m := ident.NewModel(sha256.Sum256([]byte(c.manifest.String())), groups...)
	data := m.Marshal()
	m, err := ident.Parse(string(data))
	if err != nil {
		return err
	}
	if err := os.WriteFile(out, data, 0o644); err != nil {
		return err
	}
	fmt.Printf("%d bytes\n\n%s\n", len(data), c.manifest.String())
	return report(c, m, scores)
}

// group learns one writing. The paragraphs kept for the score are added to scores by tag.
func (c *corpus) group(writing string, from []source, scores map[string][]string) (*ident.Group, error) {
	var langs []ident.Language
	var all []*counts
	for _, s := range from {
		learn, score, err := c.halves(s)
		if err != nil {
			return nil, err
		}
		scores[string(s.tag)] = score
		all = append(all, count(learn, writing))
		langs = append(langs, ident.Language{Tag: s.tag, Like: like(learn, writing)})
	}
	return ident.NewGroup(writing, langs, func(b, l int) int { return all[l].cost(b) }), nil
}

// counts are of buckets: of single characters and of runs, which are two distributions.
type counts struct {
	n   [ident.Buckets]int
	sum [2]int
}

func kind(bucket int) int {
	if bucket < ident.Singles {
		return 0
	}
	return 1
}

func count(paragraphs []string, writing string) *counts {
	c := &counts{}
	for _, p := range paragraphs {
		ident.Grams(norm.NFC.String(p), writing, func(b int) {
			c.n[b]++
			c.sum[kind(b)]++
		})
	}
	return c
}

// cost is the surprise of a bucket in steps.
func (c *counts) cost(bucket int) int {
	k, all := kind(bucket), c.sum[0]+c.sum[1]
	share := float64(c.sum[k]) / float64(all)
	p := share * (float64(c.n[bucket]) + alpha[k]) / (float64(c.sum[k]) + alpha[k]*buckets[k])
	return min(max(int(math.Round((-math.Log2(p)-least)/step)), 0), ident.MaxCost)
}

// like is what a gram of the language may cost on average, in 1/16: half of the learned
// paragraphs judge the other half, and the dearest passage of some length counts.
func like(paragraphs []string, writing string) int {
	var halves [2][]string
	for i, p := range paragraphs {
		halves[i%2] = append(halves[i%2], p)
	}
	var means []int
	for i, half := range halves {
		c := count(half, writing)
		for _, p := range passages(halves[1-i], 60, 120) {
			sum, n := 0, 0
			ident.Grams(norm.NFC.String(p), writing, func(b int) {
				sum += c.cost(b)
				n++
			})
			if n > 0 {
				means = append(means, sum*16/n)
			}
		}
	}
	if len(means) == 0 {
		return ident.MaxCost * 16
	}
	slices.Sort(means)
	return means[len(means)*9/10] + slack
}
