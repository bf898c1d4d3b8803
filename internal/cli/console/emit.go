package console

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/lang"
)

// Emit prints an answer: data as JSON under --json, else the text that write makes.
func (s *Session) Emit(data any, write func(w io.Writer)) error {
	s.shown.rest()
	if !s.JSON {
		var b strings.Builder
		write(&b)
		_, err := io.WriteString(s.Stdout, b.String())
		return err
	}
	e := json.NewEncoder(s.Stdout)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(data)
}

// Say prints a message for the person at the terminal.
func (s *Session) Say(format string, args ...any) {
	s.shown.rest()
	if !s.JSON {
		fmt.Fprintf(s.Stderr, format+"\n", args...)
	}
}

// EachLine is emit for a list too long to hold: each calls yield for every item, as a line
// of text or an element of a JSON array.
func EachLine[T any](s *Session, each func(yield func(T) error) error, text func(T) string) error {
	s.shown.rest()
	out := bufio.NewWriter(s.Stdout)
	n := 0
	write := func(item T) (err error) {
		if !s.JSON {
			_, err = fmt.Fprintln(out, text(item))
			return err
		}
		b, err := json.MarshalIndent(item, "  ", "  ")
		if err != nil {
			return err
		}
		before := ",\n  "
		if n == 0 {
			before = "[\n  "
		}
		n++
		_, err = fmt.Fprintf(out, "%s%s", before, b)
		return err
	}
	if err := each(write); err != nil {
		return err
	}
	switch {
	case s.JSON && n == 0:
		fmt.Fprintln(out, "[]")
	case s.JSON:
		fmt.Fprint(out, "\n]\n")
	}
	return out.Flush()
}

// Visible makes text from outside safe to print on one line.
func Visible(s string) string { return lang.Visible(s) }

// Fields joins what is not empty with two blanks.
func Fields(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "  ")
}

// Counted writes a number with its noun: 1 byte, 2 bytes.
func Counted[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// NonNil makes JSON say [] where there is nothing, since null would be a third answer.
func NonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// Lines splits at line ends of any kind.
func Lines(s string) []string {
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
}

// Listing refuses flags that were given to a verb which is about to list: what they were
// meant to record would be dropped without a word.
func Listing(c *cobra.Command, missing string) error {
	n := 0
	for _, name := range pageFlags {
		if f := c.Flags().Lookup(name); f != nil && f.Changed {
			n++
		}
	}
	if c.Flags().NFlag() > ChangedPersistent(c)+n {
		return usageError{errors.New(missing)}
	}
	return nil
}

// idForm is what ids look like, also those of no kind.
var idForm = regexp.MustCompile(`^[A-Za-z]{1,2}-?\d+$`)

// InWords refuses an id where words are expected: whoever mistypes one means to see
// something, and not to write it down under another.
func InWords(text, do string) error {
	if !idForm.MatchString(strings.TrimSpace(text)) {
		return nil
	}
	return Usage(errors.New("this looks like an id and is no text; " + do))
}

// Words splits a comma-separated flag; blanks around the parts do not count.
func Words(s string) (out []string) {
	for _, p := range strings.Split(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}

// Wrap prints a list of words below its name, for the help.
func Wrap(name string, words []string) string {
	var b strings.Builder
	b.WriteString(name + ":")
	width := b.Len()
	for _, w := range words {
		if width+1+len(w) > 90 {
			b.WriteString("\n ")
			width = 1
		}
		b.WriteString(" " + w)
		width += 1 + len(w)
	}
	return b.String() + "\n"
}
