package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"heed/internal/lang"
)

// emit prints an answer: data as JSON under --json, else the text that write makes.
func (s *session) emit(data any, write func(w io.Writer)) error {
	if !s.json {
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

// say prints a message for the person at the terminal.
func (s *session) say(format string, args ...any) {
	if !s.json {
		fmt.Fprintf(s.Stderr, format+"\n", args...)
	}
}

// visible makes text from outside safe to print on one line.
func visible(s string) string { return lang.Visible(s) }

// fields joins what is not empty with two blanks.
func fields(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "  ")
}

// counted writes a number with its noun: 1 byte, 2 bytes.
func counted[N int | int64](n N, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// nonNil makes JSON say [] where there is nothing, since null would be a third answer.
func nonNil[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// lines splits at line ends of any kind.
func lines(s string) []string {
	return strings.Split(strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(s), "\n")
}

// listing refuses flags that were given to a verb which is about to list: what they were
// meant to record would be dropped without a word.
func listing(c *cobra.Command, missing string) error {
	if c.Flags().NFlag() > changedPersistent(c) {
		return usageError{errors.New(missing)}
	}
	return nil
}

// words splits a comma-separated flag; blanks around the parts do not count.
func words(s string) (out []string) {
	for _, p := range strings.Split(s, ",") {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return out
}
