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
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"heed/internal/app"
	"heed/internal/keys"
)

// Env is the world as the command line sees it. Tests hand in their own.
type Env struct {
	Args   []string // without the program's name
	Stdin  io.Reader
	Stdout io.Writer
	Stderr io.Writer
	Getenv func(string) string
	Clock  func() time.Time

	// Terminal reports whether a person sits there: standard input and error are terminals.
	Terminal bool
	// TerminalOut reports whether what is printed goes to a terminal and nowhere else.
	TerminalOut bool
	// Cost is that of new key files; the zero value is the house's default.
	Cost keys.Cost

	// Secret asks for a line without showing it. Only called when Terminal holds.
	Secret func(prompt string) ([]byte, error)
}

// System is the Env of the process.
func System() Env {
	noCoreDumps()
	in, msg := int(os.Stdin.Fd()), int(os.Stderr.Fd())
	return Env{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Clock: app.SystemClock, Terminal: term.IsTerminal(in) && term.IsTerminal(msg),
		TerminalOut: term.IsTerminal(int(os.Stdout.Fd())),
		Secret: func(prompt string) ([]byte, error) {
			io.WriteString(os.Stderr, prompt)
			defer io.WriteString(os.Stderr, "\n")
			return term.ReadPassword(in)
		}}
}

// session is one run of the program.
type session struct {
	Env
	store          string
	as             string
	passphraseFile string
	json           bool
	verbs          *cobra.Command
	started        bool // the words were understood; what fails from here on is no usage error
}

// Run carries out one command and returns its exit status.
func Run(ctx context.Context, env Env) int {
	s := &session{Env: env}
	root := s.root()
	s.verbs = root
	root.SetArgs(env.Args)
	root.SetIn(env.Stdin)
	root.SetOut(env.Stdout)
	root.SetErr(env.Stderr)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return exitOK
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		err = errInterrupted
	case !s.started:
		err = usageError{err}
	}
	// --json may stand after the word that was not understood, so it is looked for again.
	for _, a := range env.Args {
		s.json = s.json || a == "--json"
	}
	return s.fail(err)
}

func (s *session) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "heed",
		Short:         "the system of record for human-rights assessments",
		Long:          "Heed takes an assessment from the first source to the last recommendation.\nOne directory is one case. Start with: heed demo",
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRun: func(*cobra.Command, []string) {
			s.started = true
		},
	}
	f := root.PersistentFlags()
	f.StringVar(&s.store, "store", s.Getenv("HEED_STORE"), "the case's directory (or HEED_STORE)")
	f.StringVar(&s.as, "as", s.Getenv("HEED_AS"), "the member who acts: id or handle (or HEED_AS; M-01 otherwise)")
	f.StringVar(&s.passphraseFile, "passphrase-file", "", "file with the passphrase (or HEED_PASSPHRASE_COMMAND, HEED_PASSPHRASE)")
	f.BoolVar(&s.json, "json", false, "print JSON, also for errors")
	s.addGroups(root)
	root.CompletionOptions.HiddenDefaultCmd = true
	return root
}

// addGroups adds all verbs, in groups that stand in the order in which work flows.
func (s *session) addGroups(root *cobra.Command) {
	for _, g := range []struct {
		id, title string
		commands  []*cobra.Command
	}{
		{"case", "The case:", []*cobra.Command{s.initCommand(), s.userCommand(), s.checkCommand(), s.checkpointCommand(), s.logCommand(), s.serveCommand()}},
		{"intake", "Originals and seals:", []*cobra.Command{s.addCommand(), s.showCommand(), s.getCommand(), s.quotesCommand(), s.sealCommand(), s.unsealCommand()}},
		{"record", "Sources, bases, statements:", []*cobra.Command{s.sourceCommand(), s.basisCommand(), s.sayCommand()}},
		{"corroborate", "Claims and findings:", []*cobra.Command{s.claimCommand(), s.findingCommand()}},
		{"release", "Report and release:", []*cobra.Command{s.reportCommand(), s.gateCommand(), s.signCommand(), s.releaseCommand(), s.verifyCommand()}},
		{"followup", "What became of it:", []*cobra.Command{s.recCommand(), s.positionCommand(), s.searchLogCommand(), s.matrixCommand()}},
		{"more", "More:", []*cobra.Command{s.demoCommand(), s.versionCommand()}},
	} {
		root.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, c := range g.commands {
			c.GroupID = g.id
			root.AddCommand(c)
		}
	}
	root.SetHelpCommandGroupID("more")
}
