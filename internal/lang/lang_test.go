package lang

import (
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestVisible(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "Amina said: \"yes\" — 100 %", "Amina said: \"yes\" — 100 %"},
		{"scripts", "شهادة 证词 показания", "شهادة 证词 показания"},
		{"marks stay", "e\u0301 سَ", "e\u0301 سَ"},
		{"lines", "a\nb\r\nc\td", `a\nb\r\nc\td`},
		{"escape sequence", "\x1b[31mred\x1b]0;title\x07", `\u001B[31mred\u001B]0;title\u0007`},
		{"nul and delete", "a\x00b\x7f", `a\u0000b\u007F`},
		{"c1", "a\u0085b\u009b2J", `a\u0085b\u009B2J`},
		{"embedding and override", "a\u202a\u202b\u202c\u202d\u202eb", `a\u202A\u202B\u202C\u202D\u202Eb`},
		{"isolates", "\u2066\u2067\u2068\u2069", `\u2066\u2067\u2068\u2069`},
		{"marks of direction", "\u200e\u200f\u061c", `\u200E\u200F\u061C`},
		{"zero width", "a\u200bb\u200cc\u200dd\u2060e\u00adf", `a\u200Bb\u200Cc\u200Dd\u2060e\u00ADf`},
		{"byte order mark", "\ufeffa", `\uFEFFa`},
		{"separators", "a\u2028b\u2029c", `a\u2028b\u2029c`},
		{"invalid", "a\xff\xc3", `a\xFF\xC3`},
		{"surrogate as bytes", "\xed\xa0\x80", `\xED\xA0\x80`},
		{"replacement character is itself", "\ufffd", "\ufffd"},
		{"fillers and selectors", "\u3164\ufe0f\u034f", `\u3164\uFE0F\u034F`},
		{"tags and private use", "\U000e0041\ue000", `\U000E0041\uE000`},
		{"verse sign is seen", "\u06dd\u0601", "\u06dd\u0601"},
		{"backslash", `C:\new`, `C:\new`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Visible(tt.in); got != tt.want {
				t.Errorf("Visible(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

// visibleLaws holds for any bytes at all.
func visibleLaws(t interface {
	Helper()
	Errorf(string, ...any)
}, s string) {
	t.Helper()
	v := Visible(s)
	if !utf8.ValidString(v) {
		t.Errorf("Visible(%q) is no UTF-8", s)
	}
	for _, r := range v {
		hidden := unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r)
		if unicode.IsControl(r) || hidden || unicode.In(r, unicode.Zl, unicode.Zp) {
			t.Errorf("Visible(%q) holds %U", s, r)
		}
	}
	if again := Visible(v); again != v {
		t.Errorf("Visible is not settled: %q, then %q", v, again)
	}
}

func TestVisibleLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { visibleLaws(t, text().Draw(t, "s")) })
	for r := rune(0); r <= unicode.MaxRune; r++ {
		visibleLaws(t, string(r))
	}
}

// text draws strings with many of the characters that matter here, and raw bytes.
func text() *rapid.Generator[string] {
	odd := []rune("aA é\u0301\u0640ـأىک۴ßŁ가中か\u200b\u202e\u2067\u2069\u00a0\n\t\x00\ufb01\ufdfa.،-’'1")
	return rapid.OneOf(
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.SampledFrom(odd)), func(r []rune) string { return string(r) }),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
}

func TestFold(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"case and marks", "Élodie NAÏVE", "elodie naive"},
		{"compatibility", "ﬁle №5 ①", "file no5 1"},
		{"white space", "a \t\n\u00a0\u3000 b", "a b"},
		{"ends are not trimmed", "  a  ", " a "},
		{"blanks around a dropped one", "a \u200b b", "a b"},
		{"invisible", "A\u200bmi\u00adna\ufeff\u202e", "amina"},
		{"controls", "Ami\x01na", "amina"},
		{"hamza forms", "أحمد إبراهيم آمنة", "احمد ابراهيم امنه"},
		{"vowel signs and tatweel", "مُحَمَّـــد", "محمد"},
		{"wasla", "ٱسم", "اسم"},
		{"Persian letters", "یک کتاب", "يك كتاب"},
		{"maksura", "ليلى", "ليلي"},
		{"Uyghur heh forms", "مەھەللە", "مهههلله"},
		{"presentation forms", "ﻣﺤﻤﺪ", "محمد"},
		{"digits", "٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ ４２", "0123456789 0123456789 42"},
		{"sharp s", "Straße STRASSE", "strasse strasse"},
		{"sigma", "ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"},
		{"Turkish i", "İstanbul ıssız", "istanbul issiz"},
		{"letters with strokes", "Łukasz Đỗ Ærø", "lukasz do aero"},
		{"apostrophes and hyphens", "O’Brien Qur\u02bcan Al\u2011Sham", "o'brien qur'an al-sham"},
		{"Cyrillic", "Ёлка Й", "елка и"},
		{"invalid bytes", "a\xffb", "a\ufffdb"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Fold(tt.in); got != tt.want {
				t.Errorf("Fold(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestSkeleton(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"Cyrillic in Latin", "Irеna Sаlko", "irena salko"},
		{"capitals", "АВЕКМНОРСТУХІЈЅԚԜ", "abekmhopctyxijsqw"},
		{"small letters", "аеорсухіјѕһԁԛԝѵӏ", "aeopcyxijshdqwvl"},
		{"Greek", "αονρτυχκι ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "aovptuxki abezhikmnoptyx"},
		{"composed", "ёїά", "eia"},
		{"what looks like nothing Latin", "бвгджзиклмнтф βγδλ", "бвгджзиклмнтф βγδλ"},
		{"digits", "01", "01"},
		{"full width", "Ｉｒеｎа", "irena"},
	}
	for _, tt := range tests {
		if got := Skeleton(tt.in); got != tt.want {
			t.Errorf("%s: Skeleton(%q) = %q, want %q", tt.name, tt.in, got, tt.want)
		}
	}
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if once := Skeleton(string(r)); Skeleton(once) != once || Fold(once) != once {
			t.Errorf("%U has the skeleton %q, not settled", r, once)
		}
	}
}

// Spellings that are equal when folded have one skeleton, unless case tells them apart.
func TestSkeletonLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { skeletonLaws(t, text().Draw(t, "s")) })
}

func skeletonLaws(t errorer, s string) {
	t.Helper()
	skeleton, at := SkeletonMap(s)
	folded, _ := FoldMap(s)
	if skeleton != Skeleton(s) || Skeleton(skeleton) != skeleton || utf8.RuneCountInString(skeleton) != utf8.RuneCountInString(folded) {
		t.Errorf("Skeleton(%q) = %q", s, skeleton)
	}
	if len(at) != len(skeleton)+1 || at[len(skeleton)] != len(s) || !slices.IsSorted(at) {
		t.Errorf("SkeletonMap(%q): offsets %v", s, at)
	}
}

// Folding twice must be folding once, or a folded name would not be found in folded text.
func TestFoldIsSettledForEveryCharacter(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if once := Fold(string(r)); Fold(once) != once {
			t.Errorf("%U folds to %q, then to %q", r, once, Fold(once))
		}
	}
}

type errorer interface {
	Helper()
	Errorf(string, ...any)
}

func foldLaws(t errorer, s string) {
	t.Helper()
	folded, offsets := FoldMap(s)
	if folded != Fold(s) || Fold(folded) != folded || !utf8.ValidString(folded) {
		t.Errorf("Fold(%q) = %q is not settled", s, folded)
	}
	if strings.Contains(folded, "  ") {
		t.Errorf("Fold(%q) = %q has two blanks together", s, folded)
	}
	if len(offsets) != len(folded)+1 || offsets[len(folded)] != len(s) || !slices.IsSorted(offsets) {
		t.Errorf("FoldMap(%q): %d offsets %v for %d bytes", s, len(offsets), offsets, len(folded))
		return
	}
	for i := range folded {
		r, n := utf8.DecodeRuneInString(s[offsets[i]:])
		one := Fold(string(r))
		if n == 0 || !strings.Contains(one, folded[i:i+1]) && one != " " {
			t.Errorf("FoldMap(%q): byte %d of %q does not come from %q", s, i, folded, r)
		}
	}
}

func TestFoldLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { foldLaws(t, text().Draw(t, "s")) })
}

func TestFoldMapFindsTheOriginalSpelling(t *testing.T) {
	s := "x  Éli\u200bse\u0301 said"
	folded, at := FoldMap(s)
	i := strings.Index(folded, "elise")
	if got := s[at[i]:at[i+len("elise")]]; got != "Éli\u200bse\u0301" {
		t.Errorf("found %q", got)
	}
	if s := "Amina"; s[:mustEnd(FoldMap(s))] != s {
		t.Error("the end of the folded text is not the end of the text")
	}
}

func mustEnd(folded string, offsets []int) int { return offsets[len(folded)] }

func TestDirectionOf(t *testing.T) {
	tests := []struct {
		name, in string
		want     Direction
	}{
		{"latin", "Amina", LeftToRight},
		{"arabic", "شهادة", RightToLeft},
		{"hebrew", "עדות", RightToLeft},
		{"thaana", "ދިވެހި", RightToLeft},
		{"digits and signs first", "«12» — شهادة", RightToLeft},
		{"nothing strong", "12 … !", LeftToRight},
		{"empty", "", LeftToRight},
		{"arabic, then latin", "شهادة Amina", RightToLeft},
		{"latin, then arabic", "Amina شهادة", LeftToRight},
		{"what is isolated does not count", "\u2067شهادة\u2069 Amina", LeftToRight},
		{"an override is no strong character", "\u202eAmina", LeftToRight},
		{"a closing isolate too many", "\u2069شهادة", RightToLeft},
		{"bad bytes", "\xff\xfeشهادة", RightToLeft},
		{"cut short", "\xd8", LeftToRight},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := DirectionOf(tt.in); got != tt.want {
				t.Errorf("DirectionOf(%q) = %s, want %s", tt.in, got, tt.want)
			}
		})
	}
}

func TestWords(t *testing.T) {
	tests := []struct {
		name, in string
		want     []string
	}{
		{"latin", "Mr. O'Brien's 2nd \"visit\"…", []string{"mr", "o", "brien", "s", "2nd", "visit"}},
		{"arabic", "قال، أحمد: «نعم»", []string{"قال", "احمد", "نعم"}},
		{"chinese", "证词123和abc", []string{"证", "词", "123", "和", "abc"}},
		{"japanese", "カタ・かな", []string{"カ", "タ", "か", "な"}},
		{"hangul words", "증언 하나", []string{Fold("증언"), Fold("하나")}},
		{"devanagari keeps spacing vowels", "गवाही है", []string{"गवाह\u0940", "ह"}},
		{"nothing", " … — ", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := Words(tt.in); !slices.Equal(got, tt.want) {
				t.Errorf("Words(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func TestParseTag(t *testing.T) {
	for _, good := range []string{"en", "en-GB", "zh-Hans-CN", "ug-Arab", "es-419", "de-1901", "x-private", "i-klingon"} {
		if ParseTag(good) != Tag(good) {
			t.Errorf("ParseTag(%q) = %q", good, ParseTag(good))
		}
	}
	for _, bad := range []string{"", "-", "en-", "-en", "en_GB", "en GB", "419", "englishlanguage", "e\u00f1", "en\n", strings.Repeat("en-", 30) + "en"} {
		if got := ParseTag(bad); got != "" {
			t.Errorf("ParseTag(%q) = %q, want unknown", bad, got)
		}
	}
}

// FuzzText: nothing that can be in a file breaks a law of this package.
func FuzzText(f *testing.F) {
	for _, s := range []string{"", "Amina", "\x1b[2J", "\u202eanimA", "أحمد", "\xff\xfe", "e\u0301\u0640", "\ufdfa", "  \u200b "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		visibleLaws(t, s)
		foldLaws(t, s)
		skeletonLaws(t, s)
		for _, w := range Words(s) {
			if w == "" || Fold(w) != w {
				t.Errorf("Words(%q) holds %q", s, w)
			}
		}
		if d := DirectionOf(s); d != LeftToRight && d != RightToLeft {
			t.Errorf("DirectionOf(%q) = %q", s, d)
		}
		if tag := ParseTag(s); tag != "" && string(tag) != s {
			t.Errorf("ParseTag(%q) = %q", s, tag)
		}
	})
}
