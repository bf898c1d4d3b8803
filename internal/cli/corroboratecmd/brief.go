package corroboratecmd

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/record"
)

// printBrief prints a finding as a reviewer reads it: what is said and at what standard,
// what stands for it and what against, in the same form and the same order, where it
// comes from, and what Check says.
func printBrief(w io.Writer, b corroborate.Brief) {
	f := b.Finding
	fmt.Fprintln(w, console.Fields(f.ID, string(f.Standard), f.Assertion, strings.ToUpper(f.Outcome), fmt.Sprintf("act %d", b.Act)))
	fmt.Fprintf(w, "  %s\n", console.Visible(f.Text))
	if f.Legal.Modality != "" {
		fmt.Fprintf(w, "  in law: %s %s\n", strings.ReplaceAll(f.Legal.Modality, "_", " "), console.Visible(f.Legal.Text))
	}
	printLadder(w, b)
	rests := "nothing"
	if len(f.For) > 0 {
		rests = strings.Join(f.For, ", ")
	}
	fmt.Fprintf(w, "  rests on %s: %s\n", rests, console.Counted(b.Origins.Independent, "independent origin"))
	for i, g := range b.Origins.Groups {
		fmt.Fprintf(w, "    origin %d: %s\n", i+1, strings.Join(g, ", "))
	}
	if len(b.Origins.Unknown) > 0 {
		fmt.Fprintf(w, "  origin unknown, not counted: %s\n", strings.Join(b.Origins.Unknown, ", "))
	}
	if len(b.Confirmed) > 0 {
		fmt.Fprintf(w, "  confirmed by others, credibility 1: %s\n", strings.Join(b.Confirmed, ", "))
	}
	printSide(w, b, corroborate.SideFor)
	printSide(w, b, corroborate.SideAgainst)
	if f.ContrarySearch != "" {
		fmt.Fprintf(w, "  contrary material was looked for: %s\n", console.Visible(f.ContrarySearch))
	}
	fmt.Fprintf(w, "  checked under %s\n", policyLine(b.Policy))
	printIssues(w, b.Issues)
}

// outcomeWords say what an outcome means where that is easily misread.
var outcomeWords = map[string]string{
	corroborate.Met:          "met",
	corroborate.NotMet:       "not met: the material does not reach the standard, and does not show that it did not happen",
	corroborate.Inconclusive: "inconclusive: contrary material is not resolved",
	corroborate.CannotVerify: "cannot be verified",
	corroborate.OutOfScope:   "outside the scope",
}

// printLadder prints the standards of proof with the finding's rung. Those above it are
// plain: they were not failed, they were not claimed.
func printLadder(w io.Writer, b corroborate.Brief) {
	f := b.Finding
	for _, s := range slices.Backward(record.Standards()) {
		mark := " "
		var notes []string
		if s == b.Declared {
			notes = append(notes, "declared for the case")
		}
		if s == f.Standard {
			mark = ">"
			if s.Rank() > b.Declared.Rank() {
				notes = append(notes, "raised: "+console.Visible(f.Reason))
			}
			outcome, judged := outcomeWords[f.Outcome]
			if !judged {
				outcome = "not judged yet"
			}
			notes = append(notes, outcome)
		}
		fmt.Fprintf(w, "  %s %s\n", mark, console.Fields(s.Words(), strings.Join(notes, "; ")))
	}
}

// printSide prints the claims of one side. Both sides are always there.
func printSide(w io.Writer, b corroborate.Brief, side string) {
	n := 0
	for _, c := range b.Claims {
		if c.Side == side {
			n++
		}
	}
	fmt.Fprintf(w, "  %s: %s\n", strings.ToUpper(side), console.Counted(n, "claim"))
	for _, c := range b.Claims {
		if c.Side == side {
			printWeighed(w, b.Finding, c)
		}
	}
}

func printWeighed(w io.Writer, f corroborate.Finding, c corroborate.Weighed) {
	const indent = "      "
	k, answer := c.Claim, ""
	open := ""
	if i := slices.IndexFunc(f.Against, func(a corroborate.Against) bool { return a.Claim == k.ID }); i >= 0 && c.Side == corroborate.SideAgainst {
		if answer = f.Against[i].Answer; answer == "" {
			open = "OPEN"
		} else {
			open = "answered by " + f.Against[i].AnsweredBy
		}
	}
	fmt.Fprintln(w, "  "+console.Fields(c.Side+" "+k.ID, open, k.Address().String(), k.Statement, firstHand(k), c.Standing.Status))
	fmt.Fprintf(w, "%s%s\n", indent, console.Visible(k.Text))
	printJudgements(w, indent, k, c.Reliability)
	if len(c.Standing.By) > 0 {
		what := ""
		if len(c.Standing.Elements) > 0 {
			what = " in " + strings.Join(c.Standing.Elements, ", ")
		}
		fmt.Fprintf(w, "%scorroborated%s by %s\n", indent, what, strings.Join(c.Standing.By, ", "))
	}
	if len(c.Standing.Against) > 0 {
		fmt.Fprintf(w, "%scontradicted by %s\n", indent, strings.Join(c.Standing.Against, ", "))
	}
	if answer != "" {
		fmt.Fprintf(w, "%sanswer: %s\n", indent, console.Visible(answer))
	}
}

func printIssues(w io.Writer, issues []corroborate.Issue) {
	for _, i := range issues {
		fmt.Fprintln(w, "  "+issueLine(i))
	}
	if len(issues) == 0 {
		fmt.Fprintln(w, "  all checks pass")
	}
}
