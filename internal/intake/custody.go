package intake

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"heed/internal/fault"
	"heed/internal/seal"
)

// Custody is one step in the way of an original: who held it, when, and how it came or
// went. Of a sealed source the note is sealed; kind and date are not.
type Custody struct {
	ID     string   `json:"id"` // CU-0001
	Source string   `json:"source"`
	Kind   string   `json:"kind"`
	On     string   `json:"on,omitempty"`        // YYYY, YYYY-MM or YYYY-MM-DD; "" when nobody knows
	Note   string   `json:"note,omitempty"`      // place, means, from whom or to whom
	Seal   seal.Ref `json:"seal_note,omitempty"` // of the note, where the source is sealed
	At     int64    `json:"at"`                  // of recording, µs since 1970, UTC
	By     string   `json:"by"`                  // the member who recorded it
}

// CustodyKinds lists the steps. Hashing, sealing and opening are acts of the ledger and
// no steps of their own; neither is a destroyed key.
func CustodyKinds() []string {
	return []string{"collected", "received", "transferred", "copied", "fixity-verified", "fixity-failed", "disclosed"}
}

const dayForm = "2006-01-02"

// valid says what is wrong with a step. At least a kind is known of each.
func (c Custody) valid() error {
	if !slices.Contains(CustodyKinds(), c.Kind) {
		return invalid("this is no kind of custody", "Choose one of: "+strings.Join(CustodyKinds(), ", ")+".")
	}
	if c.On != "" && !civil(c.On) {
		return invalid("this is no date of the calendar", "Write it like 2022, 2022-08 or 2022-08-31, or leave it out.")
	}
	switch {
	case !utf8.ValidString(c.Note):
		return invalid("the note is no valid UTF-8", "Write it again.")
	case strings.ContainsFunc(c.Note, func(r rune) bool { return unicode.IsControl(r) && !strings.ContainsRune("\n\r\t", r) }):
		return invalid("the note holds control characters", "Write it again without them.")
	case strings.ContainsAny(c.Note, "\u202d\u202e"):
		return invalid("the note holds a direction override: a reader would see another order than the one that is stored", "Write it again without U+202D and U+202E.")
	}
	return nil
}

// civil reports whether s is a year, month or day of the calendar (EDTF level 0).
func civil(s string) bool {
	for _, form := range []string{dayForm[:4], dayForm[:7], dayForm} {
		if len(s) == len(form) {
			_, err := time.Parse(form, s)
			return err == nil && s[:4] != "0000"
		}
	}
	return false
}

func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}
