package releasecmd

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
)

var errOpened = errors.New("the case was opened")

// run gives words to the verbs, on a case that cannot be opened.
func run(t *testing.T, args ...string) error {
	t.Helper()
	var out bytes.Buffer
	s := &console.Session{Env: console.Env{Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }}}
	root := &cobra.Command{Use: "heed", SilenceErrors: true, SilenceUsage: true}
	s.Flags(root)
	root.AddCommand(Commands(s, func(context.Context, func(Case) error) error { return errOpened })...)
	root.SetArgs(args)
	root.SetOut(&out)
	root.SetErr(&out)
	return root.Execute()
}

// A flag that would be dropped without a word is refused before the case is opened.
func TestFlagsThatDoNotBelongAreRefused(t *testing.T) {
	for _, bad := range []string{
		"reply --to x", "reply --deadline 2025-06-01", "reply --saw 3", "reply RQ-01 --reason x", "reply RP-01 --to x", "reply RP-01 -o file",
		"reply RQ-01 --send R1", "reply RQ-01 --paragraph 3", "reply RP-01 --received S-009", "reply RP-01 --withdraw x", "reply RP-01 --disposition out_of_scope",
		"reply --send R1 --received S-009", "reply --send R1 --on 2025-06-01", "reply RQ-01 --received S-009 --reason x", "reply RQ-01 --all",
		"report --cite F-01", "report --change 1", "report text --drop 1", "report text --html x", "report --drop 1 --move 2 --to 1", "report --move 1", "report --to 1",
		"report --saw 4",
	} {
		if err := run(t, strings.Fields(bad)...); console.StatusOf(err) != console.ExitUsage {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, good := range []string{
		"reply", "reply --after RQ-01 --limit 3", "reply RQ-01", "reply RP-01", "reply RQ-01 -o file", "reply RQ-01 --withdraw x --saw 3",
		"reply RQ-01 --received S-009 --on 2025-06-03 --pages 3 --counted-by us --publish link", "reply RP-01 --publish link",
		"reply RP-01 --paragraph 3 --disposition out_of_scope --reason x --from S-009:1 --words y --stance denies_act --saw 4", "reply --json",
		"reply --send R1 --to x --channel y --deadline 2025-06-01 --zone UTC --paragraphs 1,3 --sent-on 2025-05-01",
		"report", "report text", "report text --cite F-01 --saw 4", "report text --change 1", "report --drop 1 --saw 4", "report --move 1 --to 2", "report --html x", "report --release R1",
	} {
		if err := run(t, strings.Fields(good)...); !errors.Is(err, errOpened) {
			t.Errorf("%s: %v", good, err)
		}
	}
}
