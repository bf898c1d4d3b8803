// Package corroborate is where claims become findings: what a source asserts, what we
// conclude from several of them, at a declared standard of proof, and what stands
// against it.
//
// A claim is tied to a passage and, when it is quoted, to exact words. A finding rests
// on claims and shows those against it with their answers. CountOrigins says how many
// origins independent of each other the claims come from, and Check what is missing
// before the finding may leave the house; both are pure, so that the page, the command
// line and the gate cannot differ.
//
// Tables: claim, finding, policy.
// Acts: claim.added, claim.judged, finding.added, finding.judged, finding.reworded,
// finding.supported, finding.contradicted, finding.answered, finding.reduced,
// policy.declared; and those of undoing: claim.restored, claim.retracted, and so on.
//
// What this room refuses:
//
//   - A standard below the one the case declared, or above it without a reason, or lower
//     than the finding already has.
//   - A finding whose words claim more than its standard and outcome.
//   - Credibility 1 (confirmed by others) by hand: it follows from Confirmed.
//   - Words meant to be printed that do not stand in their passage.
//   - One claim for and against the same finding.
//
// Reliability of a source and credibility of a claim are two judgements and are never
// made into one number. What Check asks for is a policy, declared for the case with its
// reason; until then DefaultPolicy holds. A contrary claim is never taken away; it is
// answered. A claim that was erased with its source is withdrawn from its findings, by a
// person (Withdraw); until then it blocks them. What a member wrote about it, in a
// finding's text or an answer, is the team's and is not erased with it.
package corroborate

import (
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/lang"
	"heed/internal/record"
)

// Claim is what one source asserts, worded by the team and tied to a passage.
type Claim struct {
	ID          string `json:"id"` // C-001
	Text        string `json:"text"`
	Source      string `json:"source"`
	From        int    `json:"from"` // sentences
	To          int    `json:"to"`
	Words       string `json:"words,omitempty"`     // exact bytes of the passage
	Quoted      bool   `json:"quoted,omitempty"`    // the words are meant to be printed as they are
	Statement   string `json:"statement,omitempty"` // ST-001, when somebody said it
	FirstHand   bool   `json:"first_hand,omitempty"`
	Credibility int    `json:"credibility"` // 2 to 6; 6 is "cannot be judged", not "worst"
	Attribution string `json:"attribution"` // how its source may be named where it is cited
	By          string `json:"by"`
	At          int64  `json:"at"` // µs since 1970, UTC

	Edition     intake.Edition `json:"edition,omitzero"`      // of the text that From and To count in
	About       []string       `json:"about,omitempty"`       // persons, places, events, quantities: P-01, PL-01, EV-01, QT-01
	Contradicts []string       `json:"contradicts,omitempty"` // claims
	Elements    []string       `json:"elements,omitempty"`    // what of an event it supports; nothing is nobody has said
}

// CredibilityUnjudged is the grade of every claim until somebody judges it, and
// CredibilityConfirmed the one that nobody can give by hand.
const (
	CredibilityConfirmed = 1
	CredibilityUnjudged  = 6
)

// Address is the passage the claim is tied to.
func (c Claim) Address() intake.Address {
	return intake.Address{Source: c.Source, From: c.From, To: c.To, Edition: c.Edition}
}

func (c Claim) withDefaults() Claim {
	if c.Credibility == 0 {
		c.Credibility = CredibilityUnjudged
	}
	if c.Attribution == "" {
		c.Attribution = record.NotForAttribution
	}
	c.About, c.Contradicts, c.Elements = unique(c.About), unique(c.Contradicts), unique(c.Elements)
	return c
}

// unique drops what stands twice; of nothing it makes nil.
func unique(ids []string) (out []string) {
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

// ClaimJudgement is what JudgeClaim may change about a claim; an empty field keeps what
// stands. The words, the passage and who was there do not change: who wrote them down
// wrongly undoes the claim and adds another.
type ClaimJudgement struct {
	Credibility int
	Attribution string
	Elements    []string // instead of those it had
	About       []string // besides those it has
	Contradicts []string // besides those it has
	Saw         int64    // newest act about it that the editor had seen; 0 did not look
}

// judged is the claim under a judgement.
func (c Claim) judged(j ClaimJudgement) (Claim, error) {
	if j.Credibility == 0 && j.Attribution == "" && len(j.Elements)+len(j.About)+len(j.Contradicts) == 0 {
		return c, invalid("nothing is judged", "Give a credibility, an attribution, elements, or what it is about or contradicts.")
	}
	if j.Credibility != 0 {
		c.Credibility = j.Credibility
	}
	if j.Attribution != "" {
		c.Attribution = j.Attribution
	}
	if len(j.Elements) > 0 {
		c.Elements = unique(j.Elements)
	}
	c.About, c.Contradicts = unique(slices.Concat(c.About, j.About)), unique(slices.Concat(c.Contradicts, j.Contradicts))
	if slices.Contains(c.Contradicts, c.ID) {
		return c, invalid(c.ID+" cannot contradict itself", "Name the other claim.")
	}
	return c, validClaim(c)
}

// validClaim says what is wrong with a claim, as far as it shows without its passage.
func validClaim(c Claim) error {
	if err := text("text of the claim", c.Text, true); err != nil {
		return err
	}
	switch {
	case c.Quoted && c.Words == "" && c.Statement == "":
		return invalid("a quoted claim needs the exact words", "Copy them from the passage.")
	case c.Credibility == CredibilityConfirmed:
		return fault.New(fault.Refused, "credibility 1 says that other sources confirm it, and nobody gives it by hand", "Nothing was written.",
			"Use 2 to 6; a finding shows which of its claims others confirm.")
	case c.Credibility < CredibilityConfirmed || c.Credibility > CredibilityUnjudged:
		return invalid("this is no grade of credibility", "Use 2 to 6; 6 means that it cannot be judged.")
	case !slices.Contains(record.Attributions(), c.Attribution):
		return invalid("this is no attribution", "Choose one of: "+strings.Join(record.Attributions(), ", ")+".")
	case slices.ContainsFunc(c.Elements, func(e string) bool { return !slices.Contains(Elements(), e) }):
		return invalid("this is no element of an event", "Choose of: "+strings.Join(Elements(), ", ")+".")
	case slices.ContainsFunc(c.About, func(id string) bool { return aboutNoun(id) == "" }):
		return invalid("a claim is about persons, places, events or quantities", "Name them by their ids: P-01, PL-01, EV-01, QT-01.")
	}
	return nil
}

// aboutNoun tells by its id what a claim is about, "" when a claim cannot be about it.
func aboutNoun(id string) string {
	prefix, digits, _ := strings.Cut(id, "-")
	if digits == "" || len(digits) > 12 || strings.Trim(digits, "0123456789") != "" {
		return ""
	}
	return map[string]string{"P": "person", "PL": "place", "EV": "event", "QT": "quantity"}[prefix]
}

// of ties a claim to a statement: the passage and the words are those of the statement.
// Fewer words may be taken, more or others may not.
func (c Claim) of(s record.Statement) (Claim, error) {
	if c.Source != "" && c.Address().String() != s.Address().String() { // edition 0 and 1 are the same
		return c, fault.New(fault.Conflict, s.ID+" stands in "+s.Address().String()+", not in "+c.Address().String(), "Nothing was written.",
			"Leave the passage out; it follows from the statement.")
	}
	at := s.Address()
	c.Source, c.From, c.To, c.Edition = at.Source, at.From, at.To, at.Edition
	if c.Words == "" {
		c.Words = s.Words
	}
	switch found, whole := record.Stand(c.Words, s.Words); {
	case !found:
		return c, invalid("the words are not those of "+s.ID, "Leave them out, or copy some of the statement's.")
	case !whole:
		return c, invalid("the words begin or end inside a word of "+s.ID, "Leave them out, or copy whole words.")
	}
	return c, nil
}

// text checks a text of several lines.
func text(what, s string, required bool) error { return lang.Text(what, s, required) }

func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}

// shown makes what a user typed safe to repeat in a message.
func shown(id string) string {
	if r := []rune(id); len(r) > 32 {
		id = string(r[:32]) + "…"
	}
	return lang.Visible(id)
}
