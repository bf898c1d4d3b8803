// Package releasecmd is the command line of the report before it leaves: its paragraphs,
// and the right of reply of those it speaks of. Gate, signing and release are verbs of
// package cli, since they need a member's keys.
//
// Like every face it holds no rule of its own: it reads words, asks the room, and prints
// what it says. It never sees how a case is opened.
package releasecmd

import (
	"context"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/ledger"
	"heed/internal/release"
)

// Case is what these verbs work on.
type Case struct {
	Release *release.Room
	By      ledger.Actor
}

// Open runs fn on the case with the acting member unlocked.
type Open func(ctx context.Context, fn func(Case) error) error

// verbs is what the commands hang on.
type verbs struct {
	*console.Session
	open Open
}

// Commands makes the verbs report and reply.
func Commands(s *console.Session, open Open) []*cobra.Command {
	v := &verbs{s, open}
	return []*cobra.Command{v.reportCommand(), v.replyCommand()}
}
