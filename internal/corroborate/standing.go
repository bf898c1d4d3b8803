package corroborate

import (
	"slices"

	"heed/internal/lang"
)

// The statuses of a claim inside a finding.
const (
	Uncorroborated              = "uncorroborated"
	PartlyCorroborated          = "partly_corroborated"
	Corroborated                = "corroborated"
	Contradicted                = "contradicted"
	ContradictedAndCorroborated = "contradicted_and_corroborated"
)

// Statuses lists them.
func Statuses() []string {
	return []string{Uncorroborated, PartlyCorroborated, Corroborated, Contradicted, ContradictedAndCorroborated}
}

// Elements lists what of an event a claim can support. Accounts seldom agree in all.
func Elements() []string { return []string{"who", "what", "where", "when", "how"} }

// Standing is how a claim stands beside the other claims of a finding.
type Standing struct {
	Claim    string   `json:"claim"`
	Status   string   `json:"status"`
	Elements []string `json:"elements,omitempty"`        // of its own: those that independent others support too
	By       []string `json:"corroborated_by,omitempty"` // claims of independent origins on the same side
	Against  []string `json:"contradicted_by,omitempty"` // claims of the finding

	whole bool // all that it says is supported by independent others
}

// Standings says how each claim of a finding stands, those for it first. Both sides are
// measured alike: a contrary claim is corroborated by other contrary claims, and
// contradicted by those for the finding.
//
// A claim is corroborated by another of an independent origin, as far as both say that
// they support the same elements; where one of the two does not say which, only in part.
// A contrary claim that names no claim which it contradicts speaks against all of them.
// An answer takes no contradiction away; it is read beside it.
func Standings(f Finding, ev Evidence) (out []Standing) {
	pro, contra := supporting(f, ev), contrary(f, ev)
	general := map[string]bool{} // contrary claims that name none
	for _, c := range contra {
		general[c.ID] = !slices.ContainsFunc(pro, func(x Claim) bool { return contradict(x, c) })
	}
	for i, side := range [][]Claim{pro, contra} {
		of := CountOrigins(side, ev.Sources).groups()
		for _, c := range side {
			s := Standing{Claim: c.ID}
			s.corroborate(c, side, of)
			for k, others := range [][]Claim{pro, contra} {
				for _, x := range others {
					if contradict(c, x) || i != k && (general[c.ID] || general[x.ID]) {
						s.Against = append(s.Against, x.ID)
					}
				}
			}
			s.Status = s.status()
			out = append(out, s)
		}
	}
	return out
}

// groups says for each counted source to which group it belongs.
func (o Origins) groups() map[string]int {
	of := map[string]int{}
	for i, g := range o.Groups {
		for _, source := range g {
			of[source] = i
		}
	}
	return of
}

// corroborate looks for claims of other origins that support what c does.
func (s *Standing) corroborate(c Claim, side []Claim, of map[string]int) {
	own, counted := of[c.Source]
	if !counted {
		return
	}
	said := map[string]bool{}
	for _, x := range side {
		if at, counted := of[x.Source]; !counted || at == own {
			continue
		}
		switch {
		case len(c.Elements) == 0 && len(x.Elements) == 0:
			s.whole = true
		case len(c.Elements) == 0 || len(x.Elements) == 0: // in part
		case !slices.ContainsFunc(x.Elements, func(e string) bool { return slices.Contains(c.Elements, e) }):
			continue
		}
		s.By = append(s.By, x.ID)
		for _, e := range x.Elements {
			said[e] = true
		}
	}
	for _, e := range Elements() {
		if said[e] && slices.Contains(c.Elements, e) {
			s.Elements = append(s.Elements, e)
		}
	}
	if len(c.Elements) > 0 && len(s.Elements) == len(c.Elements) {
		s.whole = true
	}
}

func (s *Standing) status() string {
	switch {
	case len(s.Against) > 0 && len(s.By) > 0:
		return ContradictedAndCorroborated
	case len(s.Against) > 0:
		return Contradicted
	case s.whole:
		return Corroborated
	case len(s.By) > 0:
		return PartlyCorroborated
	}
	return Uncorroborated
}

// contradict reports whether one of two claims names the other as contradicted: said
// once, it holds for both.
func contradict(a, b Claim) bool {
	return slices.Contains(a.Contradicts, b.ID) || slices.Contains(b.Contradicts, a.ID)
}

// contrary are the claims against the finding that are there.
func contrary(f Finding, ev Evidence) (out []Claim) {
	for _, a := range f.Against {
		if claim, ok := ev.Claims[a.Claim]; ok {
			out = append(out, claim)
		}
	}
	return out
}

// Confirmed lists the claims of a finding that other, independent origins confirm in
// all they say, and which may therefore be shown with credibility 1. A contrary claim
// without an answer leaves none, and a claim that another claim for the finding
// contradicts is not among them.
func Confirmed(f Finding, ev Evidence) (ids []string) {
	for _, a := range f.Against {
		if lang.Blank(a.Answer) {
			return nil
		}
	}
	claims := supporting(f, ev)
	of := CountOrigins(claims, ev.Sources).groups()
	for _, c := range claims {
		s := Standing{Claim: c.ID}
		s.corroborate(c, claims, of)
		if s.whole && !slices.ContainsFunc(claims, func(x Claim) bool { return contradict(c, x) }) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

// weigh lists the claims of a finding that are there, those for it first.
func weigh(f Finding, ev Evidence) []Weighed {
	out, pro := []Weighed{}, len(supporting(f, ev))
	for i, s := range Standings(f, ev) {
		side := SideFor
		if i >= pro {
			side = SideAgainst
		}
		c := ev.Claims[s.Claim]
		out = append(out, Weighed{side, c, ev.Sources[c.Source].Reliability, s})
	}
	return out
}
