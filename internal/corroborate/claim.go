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
// Tables: claim, finding.
// Acts: claim.added, finding.added, finding.judged, finding.supported,
// finding.contradicted, finding.answered, finding.reduced.
//
// What this room refuses:
//
//   - A standard below the one the case declared, or above it without a reason.
//   - Credibility 1 (confirmed by others) by hand: it follows from Confirmed.
//   - Words meant to be printed that do not stand in their passage.
//   - One claim for and against the same finding.
//
// Reliability of a source and credibility of a claim are two judgements and are never
// made into one number. A contrary claim is never taken away; it is answered. A claim that
// was erased with its source is withdrawn from its findings, by a person (Withdraw); until
// then it blocks them. What a member wrote about it, in a finding's text or an answer, is
// the team's and is not erased with it.
package corroborate

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

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
}

// CredibilityUnjudged is the grade of every claim until somebody judges it, and
// CredibilityConfirmed the one that nobody can give by hand.
const (
	CredibilityConfirmed = 1
	CredibilityUnjudged  = 6
)

// Address is the passage the claim is tied to.
func (c Claim) Address() intake.Address {
	return intake.Address{Source: c.Source, From: c.From, To: c.To}
}

func (c Claim) withDefaults() Claim {
	if c.Credibility == 0 {
		c.Credibility = CredibilityUnjudged
	}
	if c.Attribution == "" {
		c.Attribution = record.NotForAttribution
	}
	return c
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
	}
	return nil
}

// of ties a claim to a statement: the passage and the words are those of the statement.
// Fewer words may be taken, more or others may not.
func (c Claim) of(s record.Statement) (Claim, error) {
	if c.Source != "" && c.Address() != s.Address() {
		return c, fault.New(fault.Conflict, s.ID+" stands in "+s.Address().String()+", not in "+c.Address().String(), "Nothing was written.",
			"Leave the passage out; it follows from the statement.")
	}
	c.Source, c.From, c.To = s.Source, s.From, s.To
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

// text checks a text of several lines. What is no valid UTF-8 is refused: it would
// come back changed from the ledger, whose versions are JSON.
func text(what, s string, required bool) error {
	switch {
	case required && strings.TrimSpace(s) == "":
		return invalid("the "+what+" is missing", "Give the "+what+" and try again.")
	case !utf8.ValidString(s):
		return invalid("the "+what+" is no valid UTF-8", "Write it again.")
	case strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }):
		return invalid("the "+what+" holds control characters", "Write it again without them.")
	}
	return record.InOrder(s)
}

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
