package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"heed/internal/lang"
	"heed/internal/lang/ident"
)

// The lengths of passages, in characters, for which the score is given.
var lengths = [][2]int{{30, 60}, {60, 120}, {120, 1 << 30}}

// passages cuts paragraphs at blanks into pieces of min to max characters; where no blanks
// are written, anywhere.
func passages(paragraphs []string, least, most int) (out []string) {
	for _, p := range paragraphs {
		r := []rune(p)
		for len(r) >= least {
			n := min(len(r), most-1)
			if n < len(r) {
				for i := n; i > least; i-- {
					if r[i] == ' ' {
						n = i
						break
					}
				}
			}
			out = append(out, strings.TrimSpace(string(r[:n])))
			r = r[n:]
		}
	}
	return out
}

// tally counts what became of passages.
type tally struct{ n, right, sure, sureWrong int }

func (t *tally) add(want, got lang.Tag, sure bool) {
	t.n++
	if got == want {
		t.right++
	}
	if sure {
		t.sure++
		if got != want {
			t.sureWrong++
		}
	}
}

func (t *tally) String() string {
	pc := func(n, of int) string {
		if of == 0 {
			return "    -"
		}
		return fmt.Sprintf("%5.1f", 100*float64(n)/float64(of))
	}
	return fmt.Sprintf("%5d passages, right %s %%, confident %s %%, of these wrong %s %%", t.n, pc(t.right, t.n), pc(t.sure, t.n), pc(t.sureWrong, t.sure))
}

func report(c *corpus, m *ident.Model, scores map[string][]string) error {
	for _, s := range sources(decided) {
		_, score, err := c.halves(s)
		if err != nil {
			return err
		}
		scores[string(s.tag)] = score
	}
	for _, l := range lengths {
		all := &tally{}
		fmt.Printf("\n%d to %d characters\n", l[0], l[1])
		for _, tag := range slices.Sorted(maps.Keys(scores)) {
			t, wrong := &tally{}, map[lang.Tag]int{}
			for _, p := range passages(scores[tag], l[0], l[1]) {
				got, sure := m.Identify(p)
				t.add(lang.Tag(tag), got, sure)
				all.add(lang.Tag(tag), got, sure)
				if got != lang.Tag(tag) {
					wrong[got]++
				}
			}
			fmt.Printf("  %-8s %s  %v\n", tag, t, wrong)
		}
		fmt.Printf("  together %s\n", all)
	}
	return strangers(c, m)
}

// strangers reports passages of 60 to 120 characters from declarations that were not
// learned: in other languages, dialects and spellings.
func strangers(c *corpus, m *ident.Model) error {
	codes, err := c.others()
	if err != nil {
		return err
	}
	fmt.Println("\ndeclarations that were not learned, taken with confidence for")
	all := &tally{}
	for _, code := range codes {
		_, score, err := c.halves(source{"", []string{code}})
		if err != nil {
			return err
		}
		t, as := &tally{}, map[lang.Tag]int{}
		for _, p := range passages(score, 60, 120) {
			got, sure := m.Identify(p)
			t.add("", got, sure)
			all.add("", got, sure)
			if sure {
				as[got]++
			}
		}
		if t.sure*2 > t.n {
			fmt.Printf("  %-16s %3d of %3d  %v\n", code, t.sure, t.n, as)
		}
	}
	fmt.Printf("  together %d of %d passages\n", all.sure, all.n)
	return nil
}
