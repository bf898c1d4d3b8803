package lang

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold returns the form in which spellings of the same words are equal: compatibility
// decomposition (NFKD), no marks, no tatweel, no invisible characters, Arabic letters and
// digits in one shape each, one shape of apostrophe and hyphen, no case, and one blank
// for each run of white space (a run at an end too; nothing is trimmed).
//
// It answers "could this be the same?" and errs towards yes: the leak check compares
// folded text, and there a false alarm costs a look while a miss costs a person.
func Fold(s string) string {
	folded, _ := fold(s, false, false)
	return folded
}

// Skeleton folds s and then writes a Latin letter for each Cyrillic or Greek one that
// looks like it, so that a name and its imitation are equal. What looks alike in one case
// only (В and B) is joined in that case only.
func Skeleton(s string) string {
	folded, _ := fold(s, false, true)
	return folded
}

// SkeletonMap is to Skeleton what FoldMap is to Fold.
func SkeletonMap(s string) (folded string, offsets []int) { return fold(s, true, true) }

// FoldMap folds s and says where each byte came from: byte i of the folded text was made
// by the character that begins at s[offsets[i]]. offsets has one entry more than the
// folded text has bytes, which is len(s); so a find in folded[i:j] lies in
// s[offsets[i]:offsets[j]], with the marks that follow its last letter. One character may
// fold to several (ß to ss): a find that ends inside it has offsets[j] at the beginning
// of that character, and must be widened to its end by whoever needs the whole of it.
func FoldMap(s string) (folded string, offsets []int) {
	return fold(s, true, false)
}

func fold(s string, mapped, skeleton bool) (string, []int) {
	out := make([]byte, 0, len(s))
	var offsets []int
	blank := false
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		before := len(out)
		out, blank = foldRune(out, r, blank, skeleton)
		if mapped {
			for range len(out) - before {
				offsets = append(offsets, i)
			}
		}
		i += n
	}
	if mapped {
		offsets = append(offsets, len(s))
	}
	return string(out), offsets
}

// foldRune appends what r folds to. blank says whether out ends with a blank.
func foldRune(out []byte, r rune, blank, skeleton bool) ([]byte, bool) {
	if r < utf8.RuneSelf {
		return foldPart(out, r, blank)
	}
	if d := decomposed(r); d != "" {
		for _, part := range d {
			if skeleton {
				part = lookalike(part)
			}
			out, blank = foldPart(out, part, blank)
		}
		return out, blank
	}
	if skeleton {
		r = lookalike(r)
	}
	return foldPart(out, r, blank)
}

// lookalike gives the Latin letter that r looks like, or r. A capital that only its
// small letter resembles is joined too, or a skeleton's skeleton would be another.
func lookalike(r rune) rune {
	if r < 0x0370 || r > 0x052F && (r < 0x1C80 || r > 0x1C8F) { // the last are old forms of Cyrillic letters
		return r
	}
	if l := latin(r); l != 0 {
		return l
	}
	if l := latin(unicode.ToLower(unicode.ToUpper(r))); l != 0 {
		return l
	}
	return r
}

// latin is a small choice from Unicode's confusables (UTS 39): letters that no reader
// tells apart in common type, and no digits.
func latin(r rune) rune {
	const (
		like = "аеорсухіјѕһԁԛԝѵӏАВЕКМНОРСТУХІЈЅԚԜαονρτυχκιΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
		is   = "aeopcyxijshdqwvlABEKMHOPCTYXIJSQWaovptuxkiABEZHIKMNOPTYX"
	)
	if i := strings.IndexRune(like, r); i >= 0 {
		return rune(is[i/2]) // each of them has two bytes
	}
	return 0
}

// decomposed is what NFKD makes of one character, "" when that is itself. Korean
// syllables are decomposed by arithmetic, for which the tables have no entry.
func decomposed(r rune) string {
	if 0xAC00 <= r && r <= 0xD7A3 {
		return norm.NFKD.String(string(r))
	}
	return string(norm.NFKD.PropertiesString(string(r)).Decomposition())
}

// foldPart appends what one decomposed character folds to.
func foldPart(out []byte, r rune, blank bool) ([]byte, bool) {
	switch {
	case unicode.IsSpace(r):
		if blank {
			return out, true
		}
		return append(out, ' '), true
	case dropped(r):
		return out, blank
	}
	if to, ok := variant(r); ok {
		return append(out, to...), false
	}
	// Through the upper case first: it joins final sigma, dotless i and the titlecase letters.
	return utf8.AppendRune(out, unicode.ToLower(unicode.ToUpper(r))), false
}

// dropped reports marks and whatever is not seen.
func dropped(r rune) bool {
	switch {
	case r == 0x0640, r == 0x0674: // tatweel; the high hamza that NFKD leaves beside a letter
		return true
	case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r):
		return true
	case r < utf8.RuneSelf:
		return unicode.IsControl(r)
	}
	return unicode.Is(unicode.Cc, r) || unicode.Is(unicode.Cf, r) || ignorable(r) ||
		norm.NFKD.PropertiesString(string(r)).CCC() != 0
}

// variant gives the common shape of letters, digits and punctuation that Unicode keeps
// apart without a decomposition, and that people write for one another. Arabic follows
// the usual folding for search (alef, yeh, kaf, heh in one form each), which joins the
// Persian, Urdu and Uyghur forms to the Arabic ones.
func variant(r rune) (string, bool) {
	switch r {
	case 0x0671, 0x0672, 0x0673: // alef wasla, wavy hamza
		return "\u0627", true
	case 0x0649, 0x06CC, 0x06D2: // alef maksura, Farsi yeh, yeh barree
		return "\u064A", true
	case 0x06A9, 0x06AA: // keheh, swash kaf
		return "\u0643", true
	case 0x0629, 0x06BE, 0x06C1, 0x06C3, 0x06D5: // teh marbuta, heh doachashmee, heh goal, Uyghur ae
		return "\u0647", true
	case 'ß', 'ẞ':
		return "ss", true
	case 'æ', 'Æ':
		return "ae", true
	case 'œ', 'Œ':
		return "oe", true
	case 'ø', 'Ø':
		return "o", true
	case 'ł', 'Ł':
		return "l", true
	case 'đ', 'Đ', 'ð', 'Ð':
		return "d", true
	case 'þ', 'Þ':
		return "th", true
	case 0x2018, 0x2019, 0x201B, 0x02BB, 0x02BC, 0x02BF, 0x02BE, 0x2032, '`':
		return "'", true
	case 0x2010, 0x2012, 0x2013, 0x2014, 0x2212:
		return "-", true
	}
	if 0x0660 <= r && r <= 0x0669 || 0x06F0 <= r && r <= 0x06F9 { // both rows of Arabic-Indic digits
		return string('0' + r&0xF), true
	}
	return "", false
}

// Words returns the words of s for comparison: runs of letters and digits of the folded
// text. Chinese and Japanese, which are written without blanks, give single characters.
func Words(s string) []string {
	var words []string
	start := -1
	folded := Fold(s)
	end := func(at int) {
		if start >= 0 {
			words = append(words, folded[start:at])
			start = -1
		}
	}
	for i, r := range folded {
		switch {
		case ideographic(r):
			end(i)
			words = append(words, string(r))
		case unicode.IsLetter(r), unicode.IsNumber(r), unicode.Is(unicode.Mc, r):
			if start < 0 {
				start = i
			}
		default:
			end(i)
		}
	}
	end(len(folded))
	return words
}

func ideographic(r rune) bool {
	return r >= 0x2E80 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) && !strings.ContainsRune("・゠", r)
}
