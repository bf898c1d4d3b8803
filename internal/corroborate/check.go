package corroborate

import (
	"fmt"
	"slices"

	"heed/internal/lang"
	"heed/internal/record"
)

// Evidence is what Check looks at besides the finding.
type Evidence struct {
	Claims   map[string]Claim
	Sources  map[string]record.Source
	Standard record.Standard   // of the case
	Erased   map[string]string // claims of findings that were erased, with the source they went with

	// Contrary lists, for a claim, the claims of the case that say they contradict it.
	// What a claim itself contradicts stands in the claim.
	Contrary map[string][]string
}

// Issue is one thing that is missing or wrong. Blocks says whether the finding may not
// leave the house with it; the others are shown.
type Issue struct {
	Rule    string `json:"rule"`
	Finding string `json:"finding"`
	Claim   string `json:"claim,omitempty"`
	What    string `json:"what"`
	Blocks  bool   `json:"blocks"`
}

// The rules of Check.
const (
	RuleNoClaims          = "no_claims"
	RuleClaimMissing      = "claim_missing"
	RuleClaimErased       = "claim_erased"
	RuleTooFewOrigins     = "too_few_origins"
	RuleSingleSource      = "single_source"
	RuleOneOrganisation   = "one_organisation"
	RuleOriginUnknown     = "origin_unknown"
	RuleNoFirstHand       = "no_first_hand"
	RuleFirstHandUnjudged = "first_hand_not_judged"
	RuleFirstHandLow      = "first_hand_below_policy"
	RuleContraryUnanswer  = "contrary_unanswered"
	RuleContraryLeftOut   = "contrary_left_out"
	RuleClaimsContradict  = "claims_contradict"
	RuleContraryUnsought  = "contrary_not_searched"
	RuleStandardBelowCase = "standard_below_case"
	RuleRaisedUnexplained = "standard_raised_without_reason"
	RuleWording           = "wording_above_standard"
	RuleBothWays          = "claim_both_for_and_against"
	RuleOutcomeMissing    = "outcome_missing"
	RuleAssertion         = "assertion_against_outcome"
)

// Check says what a finding lacks. It is pure: the same finding, evidence and policy
// give the same issues in the same order, whoever asks.
func Check(f Finding, ev Evidence, p Policy) []Issue {
	c := check{f: f, ev: ev, policy: p}
	c.claims()
	c.origins()
	c.firstHand()
	c.contrary()
	c.contradictions()
	c.standard()
	c.outcome()
	c.wording()
	c.plain()
	return c.issues
}

// Blocks reports whether one of the issues blocks.
func Blocks(issues []Issue) bool {
	return slices.ContainsFunc(issues, func(i Issue) bool { return i.Blocks })
}

type check struct {
	f      Finding
	ev     Evidence
	policy Policy
	issues []Issue
}

func (c *check) report(rule, claim string, blocks bool, format string, args ...any) {
	c.issues = append(c.issues, Issue{Rule: rule, Finding: c.f.ID, Claim: claim, What: fmt.Sprintf(format, args...), Blocks: blocks})
}

// asserts reports whether the finding says that something is so. An outcome such as
// "could not be verified" says that the ladder was not climbed: too few origins are
// then its ground and no defect.
func (f Finding) asserts() bool { return f.Outcome == Met || f.Outcome == "" }

func (c *check) claims() {
	if len(c.f.For) == 0 {
		c.report(RuleNoClaims, "", true, "it rests on no claim")
	}
	for _, a := range c.f.Against {
		if slices.Contains(c.f.For, a.Claim) {
			c.report(RuleBothWays, a.Claim, true, "%s stands for and against it", a.Claim)
		}
	}
	for _, id := range c.f.Claims() {
		if _, ok := c.ev.Claims[id]; ok {
			continue
		}
		if source, erased := c.ev.Erased[id]; erased {
			c.report(RuleClaimErased, id, true, "%s was erased with %s; withdraw it from the finding", id, source)
		} else {
			c.report(RuleClaimMissing, id, true, "%s is not there any more", id)
		}
	}
}

// supporting are the claims for the finding that are there.
func supporting(f Finding, ev Evidence) (out []Claim) {
	for _, id := range f.For {
		if claim, ok := ev.Claims[id]; ok {
			out = append(out, claim)
		}
	}
	return out
}

// counting are the supporting claims that count towards its origins: one that says of
// itself that it contradicts another of them supports something else.
func counting(f Finding, ev Evidence) (out []Claim) {
	all := supporting(f, ev)
	for _, claim := range all {
		if !slices.ContainsFunc(all, func(x Claim) bool { return slices.Contains(claim.Contradicts, x.ID) }) {
			out = append(out, claim)
		}
	}
	return out
}

func (c *check) origins() {
	claims := supporting(c.f, c.ev)
	o := CountOrigins(counting(c.f, c.ev), c.ev.Sources)
	switch {
	case o.Independent >= c.policy.MinOrigins:
	case o.Independent == 1 && c.policy.mayRestOnOne(c.f):
		c.report(RuleSingleSource, "", false, "it rests on one source, and may be reported only as resting on one")
	default:
		c.report(RuleTooFewOrigins, "", c.f.asserts(), "its claims come from %d independent %s, and %d are needed",
			o.Independent, plural(o.Independent, "origin"), c.policy.MinOrigins)
	}
	if len(o.Unknown) > 0 {
		c.report(RuleOriginUnknown, "", false, "the origin of %s is unknown and is not counted", listed(o.Unknown))
	}
	if c.policy.MaxSameOrganisation == 0 {
		return
	}
	for _, ids := range leaning(claims, c.ev.Sources, c.policy.MaxSameOrganisation) {
		c.report(RuleOneOrganisation, "", false, "%s are of one organisation and count as one origin", listed(ids))
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

func (c *check) firstHand() {
	if !c.policy.RequireFirstHand || !c.f.asserts() {
		return
	}
	taken, unjudged, low := c.policy.firstHand(supporting(c.f, c.ev), c.ev.Sources)
	switch {
	case len(taken) > 0:
	case len(unjudged)+len(low) == 0:
		c.report(RuleNoFirstHand, "", true, "none of its claims is first-hand")
	default:
		if len(unjudged) > 0 {
			c.report(RuleFirstHandUnjudged, "", true, "the reliability of the sources of %s is not judged, and the policy asks for %s or better",
				listed(unjudged), c.policy.FirstHandMinReliability)
		}
		if len(low) > 0 {
			c.report(RuleFirstHandLow, "", true, "the reliability of the sources of %s is below %s, which the policy asks for",
				listed(low), c.policy.FirstHandMinReliability)
		}
	}
}

func (c *check) contrary() {
	for _, a := range c.f.Against {
		if _, erased := c.ev.Erased[a.Claim]; !erased && lang.Blank(a.Answer) {
			c.report(RuleContraryUnanswer, a.Claim, true, "%s speaks against it and has no answer", a.Claim)
		}
	}
	if len(c.f.Against) == 0 && lang.Blank(c.f.ContrarySearch) {
		c.report(RuleContraryUnsought, "", true, "nothing speaks against it, and nobody has recorded how that was looked for")
	}
}

// contradictions looks for what contradicts a claim for the finding and does not stand
// against it: who leaves a contrary claim out has not answered it.
func (c *check) contradictions() {
	claims := supporting(c.f, c.ev)
	for i, claim := range claims {
		for _, id := range c.ev.contradicting(claim) {
			if c.f.against(id) < 0 && !slices.Contains(c.f.For, id) {
				c.report(RuleContraryLeftOut, id, true, "%s contradicts %s and does not stand against the finding", id, claim.ID)
			}
		}
		for _, x := range claims[:i] {
			if contradict(claim, x) {
				c.report(RuleClaimsContradict, claim.ID, false, "%s and %s stand for it and contradict each other", x.ID, claim.ID)
			}
		}
	}
}

// contradicting lists the claims that contradict a claim or that it contradicts, as far
// as they are there.
func (ev Evidence) contradicting(c Claim) (ids []string) {
	ids = slices.Clone(ev.Contrary[c.ID])
	for _, id := range c.Contradicts {
		if _, there := ev.Claims[id]; there {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, byNumber)
	return slices.Compact(ids)
}

func (c *check) standard() {
	switch have, declared := c.f.Standard.Rank(), c.ev.Standard.Rank(); {
	case have < declared:
		c.report(RuleStandardBelowCase, "", true, "its standard is below %s, which the case declared", c.ev.Standard)
	case have > declared && lang.Blank(c.f.Reason):
		c.report(RuleRaisedUnexplained, "", true, "its standard is above %s, which the case declared, without a reason", c.ev.Standard)
	}
}

func (c *check) outcome() {
	if !slices.Contains(Outcomes(), c.f.Outcome) {
		c.report(RuleOutcomeMissing, "", true, "nobody has said whether the standard is met")
	}
	if c.f.Assertion == Established && !c.f.asserts() {
		c.report(RuleAssertion, "", true, "it is called established, and its outcome is %s", c.f.Outcome)
	}
	if c.f.Assertion == Refuted && c.f.Outcome == Met {
		c.report(RuleAssertion, "", true, "it is called refuted, and its outcome is met")
	}
	if c.f.Assertion == Unverified && c.f.Outcome == Met {
		c.report(RuleAssertion, "", true, "it is called unverified, and its outcome is met")
	}
}

// wording: a finding is refused with such words when it is written; what an earlier
// version let through is named here.
func (c *check) wording() {
	for _, w := range tooStrong(c.f) {
		c.report(RuleWording, "", true, "%s", w)
	}
}
