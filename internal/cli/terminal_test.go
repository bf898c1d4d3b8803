package cli

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/keys"
)

// person sits at a terminal: secrets and answers are typed in this order, and each may
// look at what is on the screen.
type person struct {
	t                *testing.T
	secrets, answers []func(screen string) string
	out, err         bytes.Buffer
	env              map[string]string
}

func types(s string) func(string) string { return func(string) string { return s } }

var shownWords = regexp.MustCompile(`(?m)^recovery  (.*)$`)

// copiesWords types what stands on the screen, as people do.
func copiesWords(screen string) string {
	return " " + strings.ToUpper(strings.ReplaceAll(shownWords.FindStringSubmatch(screen)[1], " ", "   "))
}

func (p *person) next(from *[]func(string) string, prompt string) (string, error) {
	if len(*from) == 0 {
		return "", io.EOF
	}
	answer := (*from)[0]
	*from = (*from)[1:]
	p.err.WriteString(prompt + "\n")
	return answer(p.out.String()), nil
}

// run carries out one command, and fails the test unless it ends with the status.
func (p *person) run(status int, args ...string) {
	p.t.Helper()
	p.out.Reset()
	p.err.Reset()
	env := Env{Args: args, Stdin: strings.NewReader(""), Stdout: &p.out, Stderr: &p.err, Getenv: func(k string) string { return p.env[k] },
		Clock: app.SystemClock, Terminal: true, TerminalOut: true, Cost: keys.FloorCost,
		Secret: func(prompt string) ([]byte, error) {
			s, err := p.next(&p.secrets, prompt)
			return []byte(s), err
		},
		Ask: func(prompt string) (string, error) { return p.next(&p.answers, prompt) }}
	if got := Run(p.t.Context(), env); got != status {
		p.t.Fatalf("%v: status %d, want %d\n%s%s", args, got, status, &p.out, &p.err)
	}
	if len(p.secrets)+len(p.answers) > 0 {
		p.t.Fatalf("%v: %d secrets and %d answers were not asked for\n%s%s", args, len(p.secrets), len(p.answers), &p.out, &p.err)
	}
}

func (p *person) says(where *bytes.Buffer, want ...string) {
	p.t.Helper()
	for _, w := range want {
		if !strings.Contains(where.String(), w) {
			p.t.Errorf("%q is not in:\n%s", w, where)
		}
	}
}

func newPerson(t *testing.T, secrets ...string) *person {
	p := &person{t: t, env: map[string]string{}}
	for _, s := range secrets {
		p.secrets = append(p.secrets, types(s))
	}
	return p
}

const (
	mine    = "a long enough one"
	another = "another long one"
)

func TestInitAtATerminal(t *testing.T) {
	p := newPerson(t, mine, mine, another, another)
	dir := filepath.Join(t.TempDir(), "case")
	p.answers = []func(string) string{copiesWords, types("luis")}
	p.run(0, "init", dir, "--handle", "amina", "--two-person")
	p.says(&p.out, "M-01  amina  custodian", "M-02  luis  custodian")
	p.says(&p.err, "The words are right")
	p.secrets = []func(string) string{types(another)}
	p.run(0, "user", "--store", dir, "--as", "luis")
	p.says(&p.out, "M-01  amina  custodian\nM-02  luis  custodian\n")
}

// TestInitKeepsTheCase: whatever goes wrong after the case was made, it is there, and it
// is said.
func TestInitKeepsTheCase(t *testing.T) {
	wrong := types(strings.TrimSpace(strings.Repeat("abandon ", 23) + "art"))
	for name, tt := range map[string]struct {
		secrets []string
		answers []func(string) string
		says    []string
	}{
		"wrong words three times": {nil, []func(string) string{wrong, types("abandon"), types(""), types("no")},
			[]string{"words of another key", "these are 1 words", "The words were not typed back. The case is kept", "heed key add", "No second custodian, as you said"}},
		"right at the second try":   {nil, []func(string) string{wrong, copiesWords, types("no")}, []string{"The words are right"}},
		"nobody there any more":     {nil, nil, []string{"The words were not typed back", "stands, with one custodian"}},
		"no handle of a custodian":  {[]string{another, another}, []func(string) string{copiesWords, types("Not A Handle!")}, []string{"stands, with one custodian"}},
		"passphrases differ, again": {[]string{another, mine, another, another}, []func(string) string{copiesWords, types("luis"), types("luis")}, []string{"the two passphrases differ"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPerson(t, append([]string{mine, mine}, tt.secrets...)...)
			dir := filepath.Join(t.TempDir(), "case")
			p.answers = tt.answers
			p.run(0, "init", dir, "--handle", "amina")
			p.says(&p.err, tt.says...)
			p.secrets = []func(string) string{types(mine)}
			p.run(0, "check", "--store", dir)
		})
	}
}

// TestWordsInAFileAreNotShown: nor are they asked back, since nobody has seen them.
func TestWordsInAFileAreNotShown(t *testing.T) {
	p := newPerson(t, mine, mine)
	p.answers = []func(string) string{types("no")}
	dir, file := filepath.Join(t.TempDir(), "case"), filepath.Join(t.TempDir(), "words")
	p.run(0, "init", dir, "--handle", "amina", "--recovery-file", file)
	words, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file of the words has mode %v", info.Mode())
	}
	if strings.Contains(p.out.String(), "recovery") || strings.Contains(p.err.String(), strings.TrimSpace(string(words))) {
		t.Error("the recovery words were printed")
	}
	// With them, asked for without being shown, a new passphrase can be had.
	p.secrets = []func(string) string{types(another), types(another), types(strings.ToUpper(string(words)))}
	p.run(0, "key", "recover", "amina", "--recovery", "--store", dir)
	p.secrets = []func(string) string{types(another)}
	p.run(0, "show", "--store", dir)
	p.secrets = []func(string) string{types(mine)}
	p.run(console.ExitWrongPassphrase, "show", "--store", dir)
}

// made is a case with one open source, whose passphrase stands in the environment.
func made(t *testing.T) (*person, string) {
	p := newPerson(t)
	p.env["HEED_PASSPHRASE"] = mine
	dir, words, text := filepath.Join(t.TempDir(), "case"), filepath.Join(t.TempDir(), "words"), filepath.Join(t.TempDir(), "a.txt")
	p.answers = []func(string) string{types("no")}
	p.run(0, "init", dir, "--handle", "amina", "--recovery-file", words)
	if err := os.WriteFile(text, []byte("The depot stores seed."), 0o600); err != nil {
		t.Fatal(err)
	}
	p.run(0, "add", text, "--store", dir)
	return p, dir
}

func TestDestroyIsConfirmedByTyping(t *testing.T) {
	p, dir := made(t)
	p.answers = []func(string) string{types("S-002")}
	p.run(console.ExitFailed, "key", "destroy", "S-001", "--reason", "withdrawn by letter", "--store", dir)
	p.says(&p.err, "Nothing was destroyed")
	p.run(0, "show", "S-001:1", "--store", dir)
	p.answers = []func(string) string{types(" S-001 ")}
	p.run(0, "key", "destroy", "S-001", "--reason", "withdrawn by letter", "--store", dir)
	p.says(&p.err, "This cannot be undone. Type S-001 to go on")
	p.run(console.ExitFailed, "show", "S-001:1", "--store", dir)
}

// TestRotationWaitsForNobody: while anybody has the case open its keys stay, and the
// status says so.
func TestRotationWaitsForNobody(t *testing.T) {
	p, dir := made(t)
	a, err := app.Open(t.Context(), app.Config{Dir: dir, Clock: app.SystemClock}, app.Who{Passphrase: []byte(mine)})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	p.run(console.ExitHeld, "key", "rotate", "--store", dir)
	p.says(&p.err, "others have the case open", "Nothing was written")
	p.run(0, "show", "--store", dir)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	p.run(0, "key", "rotate", "--store", dir)
}
