package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/cli/recordcmd"
	"heed/internal/fault"
	"heed/internal/intake"
)

func (s *session) showCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show [S-001[:14[-15]] | ID]",
		Short: "list the sources, or show one with its sentences, or anything else that has an id",
		Long: `Without an argument, list the sources. With a source, show what is known of it and its
working text, each sentence behind its address. Before each paragraph stands a mark with its
language, as far as it is known, and its direction. With an address, show that passage. Any
other id shows the fields of that object as they stand, and its newest act, for --saw.

  heed show S-001
  heed show S-001:14-15
  heed show S-001/1               the first of several editions of its text
  heed show F-01`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error {
				switch {
				case len(args) == 0:
					return s.showSources(c.Context(), a)
				case strings.Contains(args[0], ":"):
					return s.showPassage(c.Context(), a, args[0])
				case strings.Contains(args[0], "/"):
					return s.showEdition(c.Context(), a, args[0])
				case intake.ValidSource(args[0]):
					return s.showSource(c.Context(), a, args[0])
				}
				return s.showObject(c.Context(), a, args[0])
			})
		},
	}
}

func (s *session) showSources(ctx context.Context, a *app.App) error {
	originals, err := a.Intake.Originals(ctx)
	if err != nil {
		return err
	}
	if len(originals) == 0 {
		s.Say("No sources yet. Add a file: heed add article.html")
	}
	return s.Emit(console.NonNil(originals), func(w io.Writer) {
		for _, o := range originals {
			fmt.Fprintln(w, console.Fields(o.ID, describe(o)))
		}
	})
}

func (s *session) showSource(ctx context.Context, a *app.App, id string) error {
	o, err := a.Intake.Original(ctx, id)
	if err != nil {
		return err
	}
	src, err := a.Record.Source(ctx, id)
	if err != nil {
		return err
	}
	bases, err := a.Record.Bases(ctx, id)
	if err != nil {
		return err
	}
	t, err := a.Intake.Text(ctx, id)
	noText := ""
	if kind := fault.KindOf(err); kind == fault.NotFound || kind == fault.Withheld {
		noText = err.Error()
	} else if err != nil {
		return err
	}
	data := map[string]any{"original": o, "edition": max(1, int(t.Edition)), "source": src, "bases": console.NonNil(bases), "paragraphs": paragraphs(t), "sentences": numbered(t)}
	return s.Emit(data, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(o.ID, describe(o)))
		recordcmd.PrintSource(w, src)
		for _, b := range bases {
			fmt.Fprintln(w, "  "+recordcmd.BasisLine(b))
		}
		if noText != "" {
			fmt.Fprintln(w, "  "+noText)
		}
		if t.Edition > 1 {
			fmt.Fprintf(w, "  text: edition %d; earlier ones stay: heed show %s/1\n", t.Edition, o.ID)
		}
		printText(w, t)
	})
}

// showEdition shows one edition of a text.
func (s *session) showEdition(ctx context.Context, a *app.App, which string) error {
	source, number, _ := strings.Cut(which, "/")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return console.Usage(errors.New("write an edition like S-001/1"))
	}
	t, err := a.Intake.Edition(ctx, source, intake.Edition(n))
	if err != nil {
		return err
	}
	data := map[string]any{"source": source, "edition": n, "paragraphs": paragraphs(t), "sentences": numbered(t)}
	return s.Emit(data, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(source, fmt.Sprintf("text, edition %d", n)))
		printText(w, t)
	})
}

// showObject shows the fields of anything with an id.
func (s *session) showObject(ctx context.Context, a *app.App, id string) error {
	v, newest, err := a.Object(ctx, id)
	if err != nil {
		return err
	}
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return s.Emit(map[string]any{"id": id, "act": newest.Seq, "object": json.RawMessage(body)}, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(id, newest.Kind, "act "+strconv.FormatInt(newest.Seq, 10)))
		printChanges(w, nil, membersOf(body))
	})
}

// printText prints the sentences, with a mark before each paragraph.
func printText(w io.Writer, t intake.Text) {
	marks := map[int]paragraphLine{}
	for _, p := range paragraphs(t) {
		marks[p.N] = p
	}
	para := 0
	for i, n := range numbered(t) {
		if p := t.Sentences[i].Para; p != para {
			para = p
			fmt.Fprintln(w, console.Fields(fmt.Sprintf("¶ %d", p), marks[p].Lang, marks[p].Dir, found(marks[p])))
		}
		fmt.Fprintf(w, "%s  %s\n", n.Address, console.Visible(n.Text))
	}
}

// found marks what no person said.
func found(p paragraphLine) string {
	if p.Found {
		return "(by its words)"
	}
	return ""
}

type paragraphLine struct {
	N    int    `json:"n"`
	Lang string `json:"lang"` // und where it is not known
	Dir  string `json:"dir"`
	// Found says that the program found the language by the words: the original declares none.
	Found bool `json:"found,omitempty"`
}

func paragraphs(t intake.Text) []paragraphLine {
	out := []paragraphLine{}
	for _, p := range t.Paragraphs {
		out = append(out, paragraphLine{p.N, cmp.Or(string(p.Lang), "und"), string(p.Dir), p.Found})
	}
	return out
}

type sentenceLine struct {
	Address string `json:"address"`
	Text    string `json:"text"`
	Para    int    `json:"paragraph,omitempty"`
}

// numbered gives each sentence its address.
func numbered(t intake.Text) []sentenceLine {
	out := []sentenceLine{}
	for _, x := range t.Sentences {
		out = append(out, sentenceLine{intake.Address{Source: t.Source, From: x.N, To: x.N, Edition: t.Edition}.String(), t.Body[x.Start:x.End], x.Para})
	}
	return out
}

func (s *session) showPassage(ctx context.Context, a *app.App, address string) error {
	addr, err := intake.ParseAddress(address)
	if err != nil {
		return err
	}
	p, err := a.Intake.Passage(ctx, addr)
	if err != nil {
		return err
	}
	return s.Emit(sentenceLine{Address: addr.String(), Text: p.Text}, func(w io.Writer) { fmt.Fprintf(w, "%s  %s\n", addr, console.Visible(p.Text)) })
}

func (s *session) getCommand() *cobra.Command {
	var dir string
	c := &cobra.Command{
		Use:   "get S-001 -o DIR",
		Short: "write an open original to a directory, bit by bit",
		Long: `Write the original to DIR under its id and the name it came with. Its hash is checked on
the way out; a file that is there already is not overwritten. What is sealed stays sealed:
see heed unseal.`,
		Args: cobra.ExactArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			return s.opened(c.Context(), func(a *app.App) error { return s.getOriginal(c.Context(), a, args[0], dir) })
		},
	}
	c.Flags().StringVarP(&dir, "output", "o", ".", "directory to write to")
	return c
}

func (s *session) getOriginal(ctx context.Context, a *app.App, id, dir string) error {
	o, err := a.Intake.Original(ctx, id)
	if err != nil {
		return err
	}
	name := o.ID
	if o.Name != "" {
		name += "-" + strings.Map(plainRune, filepath.Base(o.Name))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fault.New(fault.Invalid, "the directory cannot be made: "+console.Reason(err), "Nothing was written.", "Choose another place for it.")
	}
	path := filepath.Join(dir, name)
	err = console.WriteNew(path, func(w io.Writer) error {
		_, err := a.Intake.Copy(ctx, a.By(), id, w)
		return err
	})
	if err != nil {
		return err
	}
	return s.Emit(map[string]any{"id": o.ID, "path": path, "sha256": o.SHA256, "size": o.Size}, func(w io.Writer) {
		fmt.Fprintln(w, console.Fields(o.ID, console.Visible(path), "sha256 "+o.SHA256))
	})
}

// plainRune keeps a file name from holding what a shell or a terminal would act on.
func plainRune(r rune) rune {
	if r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|`, r) || console.Visible(string(r)) != string(r) {
		return '_'
	}
	return r
}
