package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/record"
)

type addFlags struct {
	sealed, open bool
	again        bool
	kind, name   string
	textOf       string
	collected    string
	from         string
}

func (s *session) addCommand() *cobra.Command {
	var f addFlags
	c := &cobra.Command{
		Use:   "add FILE…|-",
		Short: "take in originals",
		Long: `Take in originals, bit by bit as they are. One line per original comes back, beginning
with its id. An interview is sealed unless --open is given; a sealed original and its file
name go to the vault, and only a custodian can open them.

  heed add article.html
  heed add --kind interview notes.txt
  heed add --text-of S-002 redacted.txt     the text of a sealed original without names

--text-of freezes a working text: what a custodian wrote after replacing names and
places by [P-01]. It is open from then on. A corrected one (--again) becomes a further
edition: its sentences have addresses of their own (S-002/2:14), the earlier text stays, and
so does what points into it. To be rid of a name that slipped in, destroy the source's key.

  heed add --again --text-of S-002 corrected.txt
  heed add --again S-001                    read an open original again, with this version

--collected-on and --received-from are recorded as custody (heed custody S-001); of a sealed
original they are sealed too.

  heed add --kind interview --collected-on 2026-03-02 notes.txt`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if f.sealed && f.open {
				return console.Usage(errors.New("--sealed and --open exclude each other"))
			}
			if f.again && (f.sealed || f.open || f.kind+f.collected+f.from != "") {
				return console.Usage(errors.New("--again takes in nothing new: it goes with --text-of, or with sources"))
			}
			if f.textOf != "" && (len(args) != 1 || f.collected+f.from != "") {
				return console.Usage(errors.New("--text-of takes one file, and no custody"))
			}
			return s.opened(c.Context(), func(a *app.App) error {
				switch {
				case f.textOf != "":
					return s.freeze(c.Context(), a, f, args[0])
				case f.again:
					return s.reread(c.Context(), a, args)
				}
				return s.addAll(c.Context(), a, f, args)
			})
		},
	}
	fl := c.Flags()
	fl.BoolVar(&f.sealed, "sealed", false, "seal the originals and their file names")
	fl.BoolVar(&f.open, "open", false, "do not seal, even an interview")
	fl.StringVar(&f.kind, "kind", "", "what the sources are: interview, press_article, official_statement, report, …")
	fl.StringVar(&f.name, "name", "standard input", "file name recorded for -")
	fl.BoolVar(&f.again, "again", false, "make a further edition of a working text")
	fl.StringVar(&f.textOf, "text-of", "", "freeze FILE as the working text of this sealed source")
	fl.StringVar(&f.collected, "collected-on", "", "when it was collected: 2026, 2026-03 or 2026-03-02")
	fl.StringVar(&f.from, "received-from", "", "from whom it came")
	return c
}

// addAll takes in each file, and prints its line as soon as it is taken in for good; under
// --json all come at the end. One that fails does not stop the others: the status is
// then 3, and the message says which argument it was, by its place and not its name.
func (s *session) addAll(ctx context.Context, a *app.App, f addFlags, args []string) error {
	lines := []addedLine{}
	var failed []error
	already := 0
	for i, arg := range args {
		got, err := s.addOne(ctx, a, f, arg)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("input %d of %d: %w", i+1, len(args), err))
			lines = append(lines, addedLine{Input: i + 1, Error: sentencesOf(err)})
			s.complain(err, i+1, len(args))
			continue
		}
		l := lineOf(got)
		if lines = append(lines, l); got.Already {
			already++
			s.passedOver(f, l.ID)
		}
		if !s.JSON {
			if err := s.Emit(nil, l.print); err != nil {
				return err
			}
		}
	}
	if s.JSON {
		if err := s.Emit(lines, nil); err != nil {
			return err
		}
	}
	s.Say("%d added, %d already here, %d failed", len(args)-len(failed)-already, already, len(failed))
	switch {
	case len(failed) == 0:
		return nil
	case len(failed) == len(args):
		return failed[0]
	}
	return console.Exit(console.ExitPartly, fault.New(fault.Invalid, fmt.Sprintf("%d of %d inputs failed", len(failed), len(args)),
		"The others are safe.", "See above what was wrong with each."))
}

// passedOver says that what was given beside a repeated original was not recorded.
func (s *session) passedOver(f addFlags, id string) {
	if len(f.custody()) > 0 {
		s.Say("%s is here already: its custody was not recorded again. Add a step with: heed custody %s --add …", id, id)
	}
}

// addedLine is what is said of one input.
type addedLine struct {
	intake.Original
	Already   bool              `json:"already"`
	Sentences int               `json:"sentences"`
	Input     int               `json:"input,omitempty"` // its place among the arguments, when it failed
	Error     map[string]string `json:"error,omitempty"`
}

func lineOf(g intake.Added) addedLine {
	l := addedLine{Original: g.Original, Already: g.Already}
	if g.Text != nil {
		l.Sentences = len(g.Text.Sentences)
	}
	return l
}

func (l addedLine) print(w io.Writer) {
	fmt.Fprintln(w, console.Fields(l.ID, describe(l.Original), sentences(l.Sentences), alreadyHere(l.Already)))
}

// sentencesOf is an error as it stands in JSON.
func sentencesOf(err error) map[string]string {
	var f *fault.Error
	if errors.As(err, &f) {
		return map[string]string{"what": f.What, "safe": f.Safe, "do": f.Do}
	}
	return map[string]string{"what": err.Error()}
}

// complain reports one failed input among several at once.
func (s *session) complain(err error, n, of int) {
	if of == 1 {
		return // it will be the error of the whole command
	}
	var f *fault.Error
	if errors.As(err, &f) {
		s.Say("input %d of %d: %s. %s %s", n, of, f.What, f.Safe, f.Do)
		return
	}
	s.Say("input %d of %d: %v", n, of, err)
}

func (s *session) addOne(ctx context.Context, a *app.App, f addFlags, arg string) (intake.Added, error) {
	in := intake.Incoming{Name: f.name, Body: s.Stdin, Sealed: f.sealed || f.kind == "interview" && !f.open, Custody: f.custody()}
	var size int64
	if arg != "-" {
		file, err := console.OpenFile(arg)
		if err != nil {
			return intake.Added{}, err
		}
		defer file.Close()
		in.Name, in.Body = filepath.Base(arg), file
		if info, err := file.Stat(); err == nil {
			size = info.Size()
		}
	}
	in.Body = s.Watched(in.Body, console.TakingIn, size)
	got, err := a.Intake.Add(ctx, a.By(), in)
	if err != nil || f.kind == "" || got.Already {
		return got, err
	}
	_, err = a.Record.Describe(ctx, a.By(), record.Source{ID: got.Original.ID, Kind: f.kind})
	return got, err
}

// custody is what is known of the way of the originals before they came in.
func (f addFlags) custody() (steps []intake.Custody) {
	if f.collected != "" {
		steps = append(steps, intake.Custody{Kind: "collected", On: f.collected})
	}
	if f.from != "" {
		steps = append(steps, intake.Custody{Kind: "received", Note: "from " + f.from})
	}
	return steps
}

// describe is what may be said of an original in one line.
func describe(o intake.Original) string {
	if o.Erased != 0 {
		return "ERASED on " + day(o.Erased) + ": its key was destroyed"
	}
	if o.Sealed() {
		return "sealed as " + string(o.Original)
	}
	return console.Fields(console.Visible(o.Name), "sha256 "+o.SHA256[:16], console.Counted(o.Size, "byte"), o.NoText)
}

func sentences(n int) string {
	if n == 0 {
		return ""
	}
	return console.Counted(n, "sentence")
}

func alreadyHere(already bool) string {
	if already {
		return "already here"
	}
	return ""
}

// freeze gives a sealed original its working text, or a further edition of it.
func (s *session) freeze(ctx context.Context, a *app.App, f addFlags, arg string) error {
	body := s.Stdin
	if arg != "-" {
		file, err := console.OpenFile(arg)
		if err != nil {
			return err
		}
		defer file.Close()
		body = file
	}
	give := a.Intake.Freeze
	if f.again {
		give = a.Intake.Correct
	}
	t, err := give(ctx, a.By(), f.textOf, body)
	if err != nil {
		return err
	}
	return s.Emit(newFrozen(t), newFrozen(t).print)
}

// reread reads open originals again; each is an act of its own.
func (s *session) reread(ctx context.Context, a *app.App, sources []string) error {
	out := []frozen{}
	for _, id := range sources {
		t, err := a.Intake.Reread(ctx, a.By(), id)
		if err != nil {
			return err
		}
		out = append(out, newFrozen(t))
	}
	return s.Emit(out, func(w io.Writer) {
		for _, f := range out {
			f.print(w)
		}
	})
}

// frozen is what is said of a working text that was made.
type frozen struct {
	Source    string `json:"source"`
	Edition   int    `json:"edition"`
	Sentences int    `json:"sentences"`
}

func newFrozen(t intake.Text) frozen {
	return frozen{t.Source, max(1, int(t.Edition)), len(t.Sentences)}
}

func (f frozen) print(w io.Writer) {
	edition := ""
	if f.Edition > 1 {
		edition = fmt.Sprintf("edition %d", f.Edition)
	}
	fmt.Fprintln(w, console.Fields(f.Source, "working text frozen", edition, sentences(f.Sentences)))
}
