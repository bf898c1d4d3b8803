package record

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/lang"
)

// Target is what a statement is about, no wider than its words. "A lie" said of the
// accusations is not said of the report, and opposing a release rejects nothing in it.
type Target struct {
	Kind  string `json:"kind"`
	ID    string `json:"id,omitempty"`    // of one recommendation or finding (F-01)
	Words string `json:"words,omitempty"` // what else it is about; needed for other
}

// The kinds of targets.
const (
	TargetRecommendation  = "recommendation"  // one, by its id
	TargetRecommendations = "recommendations" // all that one source makes: the one with the ID, or else the statement's own
	TargetReport          = "report"
	TargetRelease         = "release" // the act of publishing
	TargetAccusations     = "accusations"
	TargetFinding         = "finding" // one, by its id
	TargetOther           = "other"   // in words
)

// TargetKinds lists them.
func TargetKinds() []string {
	return []string{TargetRecommendation, TargetRecommendations, TargetReport, TargetRelease, TargetAccusations, TargetFinding, TargetOther}
}

func (t Target) String() string {
	switch {
	case t.ID != "":
		return t.Kind + " " + t.ID
	case t.Words != "":
		return t.Kind + ": " + t.Words
	}
	return t.Kind
}

// Stance is what a speaker does to the target.
type Stance string

// The stances.
const (
	Recommends    Stance = "recommends"
	Urges         Stance = "urges"
	Endorses      Stance = "endorses"
	Accepts       Stance = "accepts"
	AcceptsInPart Stance = "accepts_in_part"
	Notes         Stance = "notes"
	WillConsider  Stance = "will_consider"
	Opposes       Stance = "opposes"
	Rejects       Stance = "rejects"
	Denies        Stance = "denies"
	Criticises    Stance = "criticises"
	Confirms      Stance = "confirms"
	Asserts       Stance = "asserts"
)

// Stances lists them.
func Stances() []Stance {
	return []Stance{Recommends, Urges, Endorses, Accepts, AcceptsInPart, Notes, WillConsider, Opposes, Rejects, Denies, Criticises, Confirms, Asserts}
}

// Statement is what somebody said, in their exact words.
type Statement struct {
	ID         string         `json:"id"` // ST-001
	Source     string         `json:"source"`
	From       int            `json:"from"` // sentences
	To         int            `json:"to"`
	Edition    intake.Edition `json:"edition,omitzero"` // of the text in which they stand
	Speaker    string         `json:"speaker"`
	SpeakerID  string         `json:"speaker_id,omitempty"` // P-01, where the speaker is a person of the case
	OnBehalfOf string         `json:"on_behalf_of,omitempty"`
	Addressee  string         `json:"addressee,omitempty"`
	Words      string         `json:"words"` // exact bytes of the passage
	Target     Target         `json:"target"`
	Stance     Stance         `json:"stance"`
	SaidOn     string         `json:"said_on,omitempty"`  // a Date
	Proposal   string         `json:"proposal,omitempty"` // the quote proposal it was accepted from
	By         string         `json:"by"`                 // the member who took it down
	At         int64          `json:"at"`                 // µs since 1970, UTC
}

// Address is where the words stand.
func (s Statement) Address() intake.Address {
	return intake.Address{Source: s.Source, From: s.From, To: s.To, Edition: s.Edition}
}

// validStatement holds a statement against the passage it claims to quote.
func validStatement(s Statement, passage string) error {
	if err := Verbatim(s.Address(), s.Words, passage); err != nil {
		return err
	}
	for _, f := range []struct {
		what, value string
		required    bool
	}{{"speaker", s.Speaker, true}, {"body spoken for", s.OnBehalfOf, false}, {"addressee", s.Addressee, false}} {
		if err := line(f.what, f.value, f.required); err != nil {
			return err
		}
	}
	if s.SpeakerID != "" && !numbered("P", s.SpeakerID) {
		return invalid("the speaker's id is none of a person", "Write it like P-01, or leave it out.")
	}
	if !slices.Contains(Stances(), s.Stance) {
		return invalid("a statement needs its stance", "Choose one of: "+joined(Stances())+".")
	}
	if s.SaidOn != "" {
		if _, err := ParseDate(s.SaidOn); err != nil {
			return err
		}
	}
	return validTarget(s.Target)
}

// Verbatim refuses words that do not stand in a passage byte for byte, and words that
// begin or end inside a character or a word.
func Verbatim(at intake.Address, words, passage string) error {
	if lang.Blank(words) {
		return invalid("the exact words are missing", "Copy them from "+at.String()+".")
	}
	found, whole := Stand(words, passage)
	switch {
	case !found:
		return fault.New(fault.Invalid, "the words do not stand in "+at.String()+" as written", "Nothing was written.",
			"Copy them exactly; see them with: heed show "+at.String())
	case !whole:
		return fault.New(fault.Invalid, "the words begin or end inside a word of "+at.String(), "Nothing was written.",
			"Copy whole words; see them with: heed show "+at.String())
	}
	return nil
}

// Stand reports whether words stand in a text byte for byte, and whether they do so
// somewhere without cutting a word: "ject" stands in "reject" and says the opposite.
func Stand(words, text string) (found, whole bool) {
	if words == "" || !utf8.ValidString(words) {
		return false, false
	}
	for at := 0; ; {
		i := strings.Index(text[at:], words)
		if i < 0 {
			return found, false
		}
		start := at + i
		end := start + len(words)
		if !cuts(text[:start], words) && !cuts(words, text[end:]) {
			return true, true
		}
		found, at = true, start+1
	}
}

// joiners are not seen and part no words.
const joiners = "\u00ad\u200c\u200d\u2060"

// cuts reports whether one word reaches from the end of before to the beginning of after.
func cuts(before, after string) bool {
	before, after = strings.TrimRight(before, joiners), strings.TrimLeft(after, joiners)
	if before == "" || after == "" {
		return false
	}
	a, _ := utf8.DecodeLastRuneInString(before)
	b, _ := utf8.DecodeRuneInString(after)
	if !inWord(a) || !inWord(b) {
		return false
	}
	return unicode.IsMark(b) || !Unspaced(a) && !Unspaced(b)
}

func inWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r) }

// Unspaced reports whether r belongs to a script that is written without blanks, so
// that no letter beside it says where a word ends.
func Unspaced(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar, unicode.Tibetan) ||
		r == 0x3006 || r == 0x30FC || r == 0xFF70 // signs that Han and kana share
}

// validTarget checks the form. Whether R-01 or F-01 exists is known downstream only.
func validTarget(t Target) error {
	if err := line("words of the target", t.Words, false); err != nil {
		return err
	}
	prefix := map[string]string{TargetRecommendation: "R", TargetFinding: "F"}[t.Kind]
	switch {
	case !slices.Contains(TargetKinds(), t.Kind):
		return invalid("a statement needs its target", "Choose one of: "+strings.Join(TargetKinds(), ", ")+".")
	case prefix != "" && !numbered(prefix, t.ID):
		return invalid("the target "+t.Kind+" needs the id of one", "Write it like "+prefix+"-01.")
	case t.Kind == TargetRecommendations && (t.ID == "" || intake.ValidSource(t.ID)):
	case prefix == "" && t.ID != "":
		return invalid("the target "+t.Kind+" has no id of that form", "Drop the id, or choose the kind that it belongs to.")
	case prefix == "" && looksLikeID(t.Words):
		return invalid("the target "+t.Kind+" is described by words, and these are an id", "Choose the kind that the id belongs to: recommendation:R-01, finding:F-01, recommendations:S-001.")
	case t.Kind == TargetOther && lang.Blank(t.Words):
		return invalid("the target other needs words", "Say what the statement is about.")
	}
	return nil
}

// looksLikeID reports whether words are nothing but an id, by which a reader would take the
// target for that object.
func looksLikeID(words string) bool {
	prefix, digits, ok := strings.Cut(strings.TrimSpace(words), "-")
	return ok && len(prefix) <= 2 && len(digits) >= 2 && strings.Trim(prefix, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == "" && strings.Trim(digits, "0123456789") == ""
}

// numbered reports whether id has the form PREFIX-01.
func numbered(prefix, id string) bool {
	digits, ok := strings.CutPrefix(id, prefix+"-")
	return ok && len(digits) >= 2 && len(digits) <= 12 && strings.Trim(digits, "0123456789") == ""
}

// settles refuses to accept a proposal by a statement about something else.
func (s Statement) settles(p intake.Proposal) error {
	if p.Source != s.Source || p.Address().Edition != s.Address().Edition || p.To < s.From || p.From > s.To {
		return fault.New(fault.Conflict, p.ID+" is about "+p.Address().String()+", not about "+s.Address().String(), "Nothing was written.",
			"Take the statement down with the passage of the proposal, or without the proposal.")
	}
	return nil
}
