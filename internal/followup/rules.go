package followup

import (
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/lang"
)

// oneLine checks a text of one line.
func oneLine(what, s string, required bool) error { return lang.Line(what, s, required) }

// invalid is a refusal before anything was written.
func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}

// oneLines checks a list of lines, none of them empty or there twice.
func oneLines(what string, list []string) error {
	for i, s := range list {
		if err := oneLine(what, s, true); err != nil {
			return err
		}
		if slices.Contains(list[:i], s) {
			return invalid("the "+what+" is named twice", "Name each once.")
		}
	}
	return nil
}

// actorsOf is a list of actors as it is kept: without blanks around the names, each once. Two
// ways to write a name both stay, since whether they are one is for a person to say. An
// empty name is refused: between two commas one may be missing.
func actorsOf(what string, list []string) (out []string, err error) {
	for _, name := range list {
		name = strings.TrimSpace(name)
		if lang.Blank(name) {
			return nil, invalid("an "+what+" among them is empty", "Write each name, with one comma between two.")
		}
		if !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	return out, nil
}
