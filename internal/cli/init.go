package cli

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/record"
)

func (s *session) initCommand() *cobra.Command {
	var b app.Begin
	var standard, wordsTo string
	c := &cobra.Command{
		Use:   "init DIR",
		Short: "make a case in an empty directory",
		Long: `Make a case in DIR, which must be empty or missing. You become its first member and
custodian. The passphrase is asked twice, or taken from --passphrase-file,
HEED_PASSPHRASE_COMMAND or HEED_PASSPHRASE. The standard of proof is declared once,
for the whole assessment; a finding may raise it, never lower it.

The 24 words of a recovery key are shown once, or written to --recovery-file and not
shown. Write them on paper and keep it away from this machine: with them, and with nothing
else, a forgotten passphrase can be replaced. At a terminal you type them back, and name a
second custodian or say no. With --two-person, what is sealed opens for two custodians
together; the words count as one of them, so give them to somebody else.

  heed init arvenia --title "Detention in Lenz" --handle amina
  heed init arvenia --handle amina --recovery-file /media/stick/words --two-person`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			pass, err := s.newPassphrase(s.PassphraseFile, "HEED_PASSPHRASE")
			if err != nil {
				return err
			}
			defer clear(pass)
			b.Case.Standard = record.Standard(standard)
			b.Cost = s.Cost
			return s.initCase(c.Context(), args[0], b, pass, wordsTo)
		},
	}
	f := c.Flags()
	f.StringVar(&b.Case.Title, "title", "Untitled assessment", "title of the assessment, printed on its report")
	f.StringVar(&b.Handle, "handle", "first", "your handle: 2 to 32 of a-z, 0-9 and -; it is published with your signature")
	f.StringVar(&standard, "standard", string(record.ReasonableGrounds), "declared standard of proof")
	f.StringVar(&b.Case.Zone, "zone", "UTC", "time zone in which the days of this case end")
	f.BoolVar(&b.Case.Training, "training", false, "invented data: marked TRAINING DATA everywhere")
	f.BoolVar(&b.Case.TwoPerson, "two-person", false, "what is sealed opens for two custodians together only")
	f.StringVar(&wordsTo, "recovery-file", "", "write the recovery words to this new file and do not show them")
	return c
}

func (s *session) initCase(ctx context.Context, dir string, b app.Begin, pass []byte, wordsTo string) error {
	hand, err := s.hand(wordsTo)
	if err != nil {
		return err
	}
	defer hand.drop()
	conf, done := s.config(dir)
	defer done()
	a, words, err := app.Init(ctx, conf, b, pass)
	if err != nil {
		return app.Explain(err)
	}
	defer a.Close()
	data := map[string]any{"member": a.By().Member, "handle": b.Handle, "title": b.Case.Title, "two_person": b.Case.TwoPerson}
	if err := hand.over(words, data); err != nil {
		return err
	}
	err = s.Emit(data, func(w io.Writer) {
		fmt.Fprintf(w, "%s  %s  custodian\n", a.By().Member, b.Handle)
		hand.print(w, words)
	})
	if err != nil {
		return err
	}
	hand.retype(words)
	return s.secondCustodian(ctx, a, dir)
}

// tries is how often a person is asked for the same thing.
const tries = 3

// secondCustodian asks for a second one, or an explicit no. The case is made by then, so
// that nothing in here is a failure of the whole.
func (s *session) secondCustodian(ctx context.Context, a *app.App, dir string) error {
	if a.TwoPerson() {
		s.Say("Seals open with two people. Whoever has your passphrase and the words is both: give the words to somebody else.")
	}
	const how = "  heed user add HANDLE --role custodian --store DIR"
	if !s.Terminal || s.JSON {
		s.Say("No second custodian was named; the ledger says so. Name one now:\n%s", how)
		return nil
	}
	for range tries {
		handle, err := s.Ask("Handle of a second custodian, or no: ")
		if err != nil {
			break
		}
		if handle == "no" {
			s.Say("No second custodian, as you said. Later:\n%s", how)
			return nil
		}
		m, _, err := s.admit(ctx, a, keys.New{Handle: handle, Role: keys.Custodian}, "")
		if err == nil {
			fmt.Fprintf(s.Stdout, "%s  %s  %s\n", m.ID, m.Handle, m.Role)
			return nil
		}
		s.Fail(app.Explain(err))
	}
	s.Say("The case in %s stands, with one custodian. Name a second one:\n%s", console.Visible(dir), how)
	return nil
}

// newPassphrase takes a new secret; a person is asked twice.
func (s *session) newPassphrase(file, env string) ([]byte, error) {
	first, err := s.Passphrase(file, env, "New passphrase: ")
	if err != nil || !s.Asked(console.Secret{File: file, Env: env}) {
		return first, err
	}
	second, err := s.Secret("The same again: ")
	if err != nil {
		return nil, err
	}
	defer clear(second)
	if !bytes.Equal(first, second) {
		return nil, fault.New(fault.Invalid, "the two passphrases differ", "Nothing was written.", "Try again.")
	}
	return first, nil
}

// hand carries the words of a new recovery key to where a person can keep them: into a
// file, whose place was made sure of before there were any words, or to standard output.
type hand struct {
	s    *session
	file *console.NewFile
}

func (s *session) hand(path string) (hand, error) {
	if path == "" {
		return hand{s: s}, nil
	}
	f, err := console.CreateNew(path)
	return hand{s, f}, err
}

func (h hand) drop() { h.file.Drop() }

// over writes the words to their file, or puts them into the answer in JSON.
func (h hand) over(w keys.Words, data map[string]any) error {
	if h.file == nil {
		data["recovery_words"] = w.Reveal()
		return nil
	}
	_, err := io.WriteString(h.file, w.Reveal()+"\n")
	if err == nil {
		err = h.file.Commit()
	}
	if err != nil {
		return &fault.Error{Kind: fault.Invalid, What: "the recovery words could not be written, and they are gone", Err: err,
			Safe: "Everything else was done.", Do: "Make another recovery key: heed key add, and remove the one nobody has words of: heed key remove"}
	}
	return nil
}

// print shows the words, unless they are in their file.
func (h hand) print(w io.Writer, words keys.Words) {
	if h.file == nil {
		fmt.Fprintln(w, "recovery  "+words.Reveal())
	}
}

// retype has a person type the words back who has just seen them. What was typed wrong is
// no reason to take anything back: the key is there, and another one can be made.
func (h hand) retype(words keys.Words) {
	s := h.s
	if h.file != nil || s.JSON || !s.Terminal || !s.TerminalOut {
		return
	}
	s.Say("Write these words on paper; they are shown this once. Then type them back, all of them.")
	for range tries {
		typed, err := s.Ask("Recovery words: ")
		if err != nil {
			break
		}
		if again, err := keys.ParseWords([]byte(typed)); err != nil {
			s.Fail(err)
		} else if again.Reveal() == words.Reveal() {
			s.Say("The words are right. Now clear this screen, and put the paper away.")
			return
		} else {
			s.Say("These are the words of another key.")
		}
	}
	s.Say("The words were not typed back. The case is kept as it is, with this recovery key. If you do\nnot have its words on paper, make another one: heed key add")
}
