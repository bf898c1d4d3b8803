package cli

import (
	"bytes"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestEveryExampleIsUnderstood reads each line of every help and topic that shows a
// command, and looks whether its verb and its flags are there and its words are as many as
// the verb takes: a help that teaches what does not work is worse than none.
func TestEveryExampleIsUnderstood(t *testing.T) {
	n := 0
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, line := range strings.Split(c.Long, "\n") {
			if _, example, ok := strings.Cut(line, "  heed "); ok && strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "  printf ") {
				if !ok {
					_, example, _ = strings.Cut(line, "| heed ")
				}
				n++
				understood(t, c.CommandPath(), example)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(rootForTest(t))
	if n < 60 {
		t.Errorf("only %d examples were found", n)
	}
}

func rootForTest(t *testing.T) *cobra.Command {
	t.Helper()
	root, err := newSession(canaryEnv([]string{"help"}, "", new(bytes.Buffer), new(bytes.Buffer)), outside).root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

// understood parses one example without running it.
func understood(t *testing.T, where, example string) {
	t.Helper()
	words := shellWords(example)
	c, rest, err := rootForTest(t).Find(words)
	if err != nil || !c.HasParent() || !c.Runnable() && len(rest) > 0 {
		t.Errorf("%s: no such verb: heed %s", where, example)
		return
	}
	if c.Name() == "completion" || c.Parent().Name() == "completion" {
		return
	}
	if err := c.ParseFlags(rest); err != nil {
		t.Errorf("%s: heed %s: %v", where, example, err)
		return
	}
	if err := c.ValidateArgs(c.Flags().Args()); err != nil {
		t.Errorf("%s: heed %s: %v", where, example, err)
	}
}

// shellWords splits like a shell as far as the examples need it: quotation marks hold
// words together, and what stands two blanks behind a command explains it.
func shellWords(s string) (out []string) {
	for _, end := range []string{"  ", " # ", " && ", " \\"} {
		s, _, _ = strings.Cut(s, end)
	}
	word, quoted, begun := "", rune(0), false
	for _, r := range s {
		switch {
		case r == quoted:
			quoted = 0
		case quoted == 0 && (r == '"' || r == '\''):
			quoted, begun = r, true
		case quoted == 0 && r == ' ':
			if begun {
				out = append(out, word)
			}
			word, begun = "", false
		default:
			word, begun = word+string(r), true
		}
	}
	if begun {
		out = append(out, word)
	}
	return out
}
