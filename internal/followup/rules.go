package followup

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/fault"
	"heed/internal/record"
)

// oneLine refuses what could not be shown on a line, or would come back changed from
// the ledger, whose versions are JSON.
func oneLine(what, s string, required bool) error {
	switch {
	case required && strings.TrimSpace(s) == "":
		return invalid("the "+what+" is missing", "Give it and try again.")
	case !utf8.ValidString(s):
		return invalid("the "+what+" is no valid UTF-8", "Write it again.")
	case strings.ContainsFunc(s, unicode.IsControl):
		return invalid("the "+what+" holds control characters", "Write it again without them.")
	}
	return record.InOrder(s)
}

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
