package table

import (
	"bytes"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// Encoding is what a file's characters were read as, and what decided it.
type Encoding struct {
	Name     string `json:"name"`
	Given    bool   `json:"given,omitempty"`    // by the user; else by the bytes
	Beyond   int    `json:"beyond_ascii"`       // bytes that are not ASCII
	Decided  int    `json:"decided,omitempty"`  // of these, that make sense this way only
	Doubtful int    `json:"doubtful,omitempty"` // that would make more sense the other way
}

// The encodings. UPR Info's files come from Excel on an old Macintosh.
const (
	ascii   = "us-ascii"
	utf8Enc = "utf-8"
	windows = "windows-1252"
	macRoma = "macintosh"
)

// Encodings lists those that can be chosen.
func Encodings() []string { return []string{utf8Enc, windows, macRoma} }

var bom = []byte("\xef\xbb\xbf")

// decode turns the bytes of a file into UTF-8 and says why it read them so.
func decode(b []byte, given string) ([]byte, Encoding, error) {
	marked := bytes.HasPrefix(b, bom)
	b = bytes.TrimPrefix(b, bom)
	e := Encoding{Name: given, Given: given != "", Beyond: beyond(b)}
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xfe")), bytes.HasPrefix(b, []byte("\xfe\xff")):
		return nil, e, invalid("the file is UTF-16", "Save it as UTF-8 and try again.")
	case bytes.IndexByte(b, 0) >= 0:
		return nil, e, invalid("the file holds zero bytes: it is no text", "Check that it is the right file.")
	case given == utf8Enc && !utf8.Valid(b):
		return nil, e, invalid("the file is no valid UTF-8", "Leave --encoding out, or choose another.")
	case given == "" && e.Beyond == 0:
		e.Name = ascii
	case given == "" && (marked || utf8.Valid(b)):
		if e.Name, e.Decided = utf8Enc, utf8.RuneCount(b)-(len(b)-e.Beyond); !utf8.Valid(b) {
			return nil, e, invalid("the file says that it is UTF-8 and is not", "Save it once more, or choose with --encoding.")
		}
	case given == "":
		if err := e.weigh(b); err != nil {
			return nil, e, err
		}
	}
	switch e.Name {
	case windows:
		b, _ = charmap.Windows1252.NewDecoder().Bytes(b) // no byte is an error to it
	case macRoma:
		b, _ = charmap.Macintosh.NewDecoder().Bytes(b)
	}
	return b, e, nil
}

func beyond(b []byte) (n int) {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			n++
		}
	}
	return n
}

// weigh chooses between Windows-1252 and MacRoman, byte by byte: which of the two makes
// of it something that stands where it stands. When as many speak for the one as for the
// other, a person must choose.
func (e *Encoding) weigh(b []byte) error {
	var win, mac int
	for i, c := range b {
		if c < utf8.RuneSelf {
			continue
		}
		w, m := fits(charmap.Windows1252, b, i), fits(charmap.Macintosh, b, i)
		switch {
		case w > m:
			win++
		case m > w:
			mac++
		}
	}
	switch {
	case win > mac:
		e.Name, e.Decided, e.Doubtful = windows, win, mac
	case mac > win:
		e.Name, e.Decided, e.Doubtful = macRoma, mac, win
	default:
		return invalid("the bytes do not tell whether the file is Windows-1252 or MacRoman",
			"Look at its accented letters in a text editor, and choose with --encoding windows-1252 or --encoding macintosh.")
	}
	return nil
}

// fits weighs what a byte would be in an encoding against its neighbours: a small letter
// inside a word fits, a capital after a small letter does not, nor does a sign inside a word.
func fits(in *charmap.Charmap, b []byte, i int) int {
	at := func(i int) rune {
		if i < 0 || i >= len(b) {
			return ' '
		}
		return in.DecodeByte(b[i])
	}
	before, r, after := at(i-1), at(i), at(i+1)
	inside := unicode.IsLetter(before) && unicode.IsLetter(after)
	switch {
	case unicode.IsControl(r), r == utf8.RuneError:
		return -2
	case unicode.IsLetter(r) && !unicode.Is(unicode.Lm, r) && r != 'ª' && r != 'º' && r != 'ƒ' && r != 'π' && r != 'Ω':
		return letterFits(before, r, after)
	case r == '’':
		return apostropheFits(before, after, at(i+2))
	case r == '“' || r == '‘':
		return truth(!unicode.IsLetter(before) && (unicode.IsLetter(after) || unicode.IsDigit(after)))
	case r == '”':
		return truth(!unicode.IsLetter(after) && !unicode.IsSpace(before))
	case r == '–' || r == '—' || r == '\u00a0' || r == '…' || r == '°':
		return truth(!inside)
	}
	return -1 // † ‰ ¬ ∂ and the like: hardly ever in a recommendation
}

func letterFits(before, r, after rune) int {
	switch {
	case unicode.IsUpper(r) && unicode.IsLower(before), unicode.IsLower(r) && unicode.IsUpper(after),
		unicode.IsUpper(r) && unicode.IsLower(after) && unicode.IsLetter(before):
		return -1
	case !unicode.IsLetter(before) && !unicode.IsLetter(after):
		return 0
	}
	return 1
}

// apostropheFits is surer where an English genitive stands.
func apostropheFits(before, after, next rune) int {
	switch {
	case !unicode.IsLetter(before):
		return -1
	case after == 's' && !unicode.IsLetter(next):
		return 2
	}
	return 1
}

func truth(fits bool) int {
	if fits {
		return 1
	}
	return -1
}
