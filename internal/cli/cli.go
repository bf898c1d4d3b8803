// Package cli is the command line: it reads words, asks the rooms, and prints what
// they say. It holds no rule of its own.
//
// The contract that scripts rely on: data on standard output, messages on standard
// error, --json on every verb and on every error, secrets never among the arguments,
// and the exit statuses of exit.go. Text that came from outside is printed with
// control and bidi characters made visible (lang.Visible), so that a file cannot
// drive the terminal. Nothing is asked unless standard input and error are terminals.
package cli

import (
	"context"
	"errors"
	"regexp"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/cli/corroboratecmd"
	"heed/internal/cli/followupcmd"
	"heed/internal/cli/recordcmd"
	"heed/internal/cli/releasecmd"
)

// Env is the world as the command line sees it.
type Env = console.Env

// System is the Env of the process.
func System() Env { return console.System(app.SystemClock) }

// Verb makes a command of a package that stands beside this one: what builds or measures
// whole cases is no part of the command line, and hangs its verb on it.
type Verb func(*console.Session) *cobra.Command

// session is one run of the program, on which the verbs hang.
type session struct {
	*console.Session
	more []Verb
	held *app.App // a case that is open already; otherwise each verb opens its own
}

func newSession(env Env, more []Verb) *session {
	s := &session{Session: &console.Session{Env: env}, more: more}
	s.Serve = s.serveDir
	return s
}

// parsing is what Go says of a number that cannot be read.
var parsing = regexp.MustCompile(`: strconv\.Parse(Int|Uint): .*$`)

// Run carries out one command and returns its exit status.
func Run(ctx context.Context, env Env, more ...Verb) int {
	s := newSession(env, more)
	root, err := s.root()
	if err != nil {
		return s.Fail(err)
	}
	s.Verbs = root
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err = root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return console.ExitOK
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		err = console.ErrInterrupted
	case !s.Started:
		err = console.Usage(err)
	}
	// --json may stand after the word that was not understood, so it is looked for again.
	for _, a := range env.Args {
		s.JSON = s.JSON || a == "--json"
	}
	return s.Fail(err)
}

func (s *session) root() (*cobra.Command, error) {
	root := &cobra.Command{
		Use:           "heed",
		Short:         "the system of record for human-rights assessments",
		Long:          "Heed takes an assessment from the first source to the last recommendation.\nOne directory is one case. Start with: heed demo",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(*cobra.Command, []string) error {
			if s.Database != "" {
				return errors.New("this version keeps a case in one directory with SQLite inside; PostgreSQL and other databases are not built yet")
			}
			s.Started = true
			return nil
		},
	}
	s.Flags(root)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error {
		return errors.New(parsing.ReplaceAllString(err.Error(), "; it takes a whole number"))
	})
	s.addGroups(root)
	helps, err := topics()
	root.AddCommand(helps...)
	return root, err
}

// addGroups adds all verbs, in groups that stand in the order in which work flows.
func (s *session) addGroups(root *cobra.Command) {
	var more []*cobra.Command
	for _, verb := range s.more {
		more = append(more, verb(s.Session))
	}
	for _, g := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"case", "The case:", []*cobra.Command{s.initCommand(), s.statusCommand(), s.userCommand(), s.keyCommand(), s.passphraseCommand(), s.serveCommand()}},
		{"safe", "Copies and proofs:", []*cobra.Command{s.backupCommand(), s.restoreCommand(), s.exportCommand(), s.checkCommand(), s.checkpointCommand(),
			s.logCommand(), s.historyCommand(), s.undoCommand(), s.proofCommand()}},
		{"intake", "Originals and seals:", []*cobra.Command{s.addCommand(), s.showCommand(), s.getCommand(), s.custodyCommand(), s.sealCommand(), s.unsealCommand()}},
		{"record", "Sources, people, places, words:", recordcmd.Commands(s.Session, s.openRecord)},
		{"corroborate", "Claims and findings:", corroboratecmd.Commands(s.Session, s.openCorroborate)},
		{"release", "Report, reply and release:", append(releasecmd.Commands(s.Session, s.openRelease), s.gateCommand(), s.signCommand(), s.releaseCommand(), s.verifyCommand())},
		{"followup", "What became of it:", followupcmd.Commands(s.Session, s.openFollowup)},
		{"more", "More:", append(more, s.completionCommand(), s.versionCommand())},
	} {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
	root.SetHelpCommandGroupID("more")
}
