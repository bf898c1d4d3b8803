// Package console is one run of the program as the verbs see it: who acts and with what
// secrets, how a case is opened, how answers, messages, errors and progress are printed,
// and the exit statuses.
//
// Data goes to standard output and messages to standard error; --json holds for both.
// Secrets never stand among the arguments. Text that came from outside is printed with
// control and bidi characters made visible (lang.Visible), so that a file cannot drive
// the terminal. Nothing is asked unless standard input and error are terminals.
package console

import (
	"bytes"
	"context"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"heed/internal/fault"
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
	// TerminalErr reports whether messages do.
	TerminalErr bool
	// Cost is that of new key files; the zero value is the house's default.
	Cost keys.Cost

	// Secret asks for a line without showing it, Ask for one that may be seen. Only
	// called when Terminal holds.
	Secret func(prompt string) ([]byte, error)
	Ask    func(prompt string) (string, error)
}

// System is the Env of the process, with the clock it is told.
func System(clock func() time.Time) Env {
	noCoreDumps()
	in, msg := int(os.Stdin.Fd()), int(os.Stderr.Fd())
	return Env{Args: os.Args[1:], Stdin: os.Stdin, Stdout: os.Stdout, Stderr: os.Stderr,
		Getenv: os.Getenv, Clock: clock, Terminal: term.IsTerminal(in) && term.IsTerminal(msg),
		TerminalOut: term.IsTerminal(int(os.Stdout.Fd())), TerminalErr: term.IsTerminal(msg),
		Secret: func(prompt string) ([]byte, error) {
			io.WriteString(os.Stderr, prompt)
			defer io.WriteString(os.Stderr, "\n")
			return term.ReadPassword(in)
		},
		Ask: func(prompt string) (string, error) {
			io.WriteString(os.Stderr, prompt)
			return askLine(os.Stdin)
		}}
}

// maxLine bounds what a person types in answer to a question.
const maxLine = 4096

// askLine reads one line byte by byte: what comes after it is not for this question.
func askLine(r io.Reader) (string, error) {
	var typed []byte
	for b := make([]byte, 1); len(typed) < maxLine; {
		n, err := r.Read(b)
		switch {
		case n == 1 && b[0] == '\n':
			return string(bytes.TrimSuffix(typed, []byte("\r"))), nil
		case n == 1:
			typed = append(typed, b[0])
		case err != nil:
			return "", err
		}
	}
	return "", fault.New(fault.Invalid, "this line is too long", "Nothing was written.", "Try again.")
}

// DefaultAddr is where a case is served unless another address is given.
const DefaultAddr = "127.0.0.1:7343"

// Session is one run of the program.
type Session struct {
	Env
	Store          string
	As             string
	PassphraseFile string
	With           string // the second person, for what takes two
	WithFile       string // file with that person's passphrase
	WordsFile      string // file with the words of a recovery key
	Database       string
	JSON           bool
	Verbs          *cobra.Command
	Started        bool // the words were understood; what fails from here on is no usage error

	// Serve shows the case in dir as a page until the context ends.
	Serve func(ctx context.Context, dir, addr string, passphrase []byte) error

	shown *progress
}

// Flags adds the flags that belong to every verb; ChangedPersistent knows them too.
func (s *Session) Flags(root *cobra.Command) {
	f := root.PersistentFlags()
	f.StringVar(&s.Store, "store", s.Getenv("HEED_STORE"), "the case's directory (or HEED_STORE)")
	f.StringVar(&s.As, "as", s.Getenv("HEED_AS"), "the member who acts: id or handle (or HEED_AS; M-01 otherwise)")
	f.StringVar(&s.PassphraseFile, "passphrase-file", "", "file with the passphrase (or HEED_PASSPHRASE_COMMAND, HEED_PASSPHRASE)")
	f.StringVar(&s.With, "with", "", "a second person beside the acting one, where it takes two: id, handle, or recovery")
	f.StringVar(&s.WithFile, "with-passphrase-file", "", "file with that person's passphrase (or HEED_WITH_PASSPHRASE_COMMAND, HEED_WITH_PASSPHRASE)")
	f.StringVar(&s.WordsFile, "recovery-file", "", "file with the words of a recovery key (or HEED_RECOVERY_COMMAND, HEED_RECOVERY)")
	f.StringVar(&s.Database, "db", "", "not built yet: a case is a directory")
	f.BoolVar(&s.JSON, "json", false, "print JSON; errors, and the notice that a list was cut, are JSON on standard error")
}

// ChangedPersistent counts the flags given that belong to every command.
func ChangedPersistent(c *cobra.Command) (n int) {
	for _, name := range []string{"store", "as", "passphrase-file", "with", "with-passphrase-file", "recovery-file", "db", "json"} {
		if f := c.InheritedFlags().Lookup(name); f != nil && f.Changed {
			n++
		}
	}
	return n
}
