package record

import (
	"maps"
	"regexp"
	"slices"

	"heed/internal/intake"
	"heed/internal/record/codebook"
)

// Term is an entry of the codebook: one that every case has, or one of the case's own.
type Term = codebook.Term

// seed are the terms that every case has.
var seed = codebook.Terms()

// builtIn finds one of them.
func builtIn(id string) (Term, bool) { return codebook.Find(id) }

var (
	termForm   = regexp.MustCompile(`^[a-z][a-z0-9_-]{1,39}$`)
	numberForm = regexp.MustCompile(`^[0-9]{2,14}$`)
)

// notTerms are words that are ids of something else in every case: one id is one object.
var notTerms = []string{caseID, "policy", "vault", "backup"}

// validTerm says what is wrong with a term of a case's own.
func validTerm(t Term) error {
	switch {
	case !termForm.MatchString(t.ID):
		return invalid("this cannot be a term", "Write it in small Latin letters, digits, _ and -, at most 40 of them, and begin with a letter.")
	case slices.Contains(notTerms, t.ID):
		return invalid(t.ID+" is the name of something else", "Choose another word.")
	}
	if _, ok := builtIn(t.ID); ok {
		return invalid(t.ID+" stands in the codebook that every case has", "Use it as it is, or define a term of another name under it: --parent "+t.ID)
	}
	if slices.ContainsFunc(t.Huridocs, func(n string) bool { return !numberForm.MatchString(n) }) {
		return invalid("this is no HURIDOCS number", "Write the digits alone, such as 030102.")
	}
	return text("meaning of the term", t.Means, true)
}

// Code is one coder's judgement that a passage is an instance of a term. Two coders who
// say the same of a passage make two codes: neither changes or replaces the other's.
type Code struct {
	ID      string         `json:"id"` // CD-0001
	Source  string         `json:"source"`
	From    int            `json:"from"` // sentences
	To      int            `json:"to"`
	Edition intake.Edition `json:"edition,omitzero"` // of the text that was coded
	Term    string         `json:"term"`
	Note    string         `json:"note,omitempty"`
	Coder   string         `json:"coder"` // the member who made it
	At      int64          `json:"at"`    // µs since 1970, UTC
}

// Address is the passage, in the edition of the text that was coded.
func (c Code) Address() intake.Address {
	return intake.Address{Source: c.Source, From: c.From, To: c.To, Edition: c.Edition}
}

// same reports whether two codes say the same of the same passage in the same person's name.
func (c Code) same(d Code) bool {
	return c.Address() == d.Address() && c.Term == d.Term && c.Coder == d.Coder
}

// Agreement is how two coders used one term, in sentences: how many both coded with it,
// and how many only the one or the other.
type Agreement struct {
	Term       string `json:"term"`
	Both       int    `json:"both"`
	OnlyFirst  int    `json:"only_first"`
	OnlySecond int    `json:"only_second"`
}

// CompareCodes holds two coders' codes on one source against each other, term by term.
// Codes that overlap count a sentence once.
//
// It gives counts and no coefficient such as kappa: most sentences of a text carry no
// code at all, and agreement by chance is then computed from what neither looked at, so
// that the number says more about the length of the text than about the coders.
func CompareCodes(codes []Code, first, second string) []Agreement {
	type place struct {
		edition intake.Edition
		n       int
	}
	coded := map[string]map[place][2]bool{} // by term: who coded the sentence
	for _, c := range codes {
		who := slices.Index([]string{first, second}, c.Coder)
		if who < 0 {
			continue
		}
		if coded[c.Term] == nil {
			coded[c.Term] = map[place][2]bool{}
		}
		for n := c.From; n <= c.To; n++ {
			at := place{c.Address().Edition, n}
			by := coded[c.Term][at]
			by[who] = true
			coded[c.Term][at] = by
		}
	}
	var out []Agreement
	for _, term := range slices.Sorted(maps.Keys(coded)) {
		a := Agreement{Term: term}
		for _, by := range coded[term] {
			switch by {
			case [2]bool{true, true}:
				a.Both++
			case [2]bool{true, false}:
				a.OnlyFirst++
			default:
				a.OnlySecond++
			}
		}
		out = append(out, a)
	}
	return out
}
