package record

import (
	"slices"
	"strings"
	"unicode"

	"heed/internal/lang"
)

// Name is one open spelling of what a public person or a place is called.
type Name struct {
	Text   string `json:"text"`
	Lang   string `json:"lang,omitempty"` // BCP 47; "" is unknown
	Script string `json:"script"`         // ISO 15924
	Kind   string `json:"kind"`
}

// The kinds of names that rules name. NameKinds lists all.
const (
	NameProper          = "name"
	NameAlias           = "alias"
	NameTransliteration = "transliteration"
)

// NameKinds lists what a spelling can be.
func NameKinds() []string { return []string{NameProper, NameAlias, NameTransliteration, "title"} }

// withScripts fills in the script of names that have none, where their letters show it.
func withScripts(names []Name) []Name {
	names = slices.Clone(names)
	for i, n := range names {
		if n.Kind == "" {
			names[i].Kind = NameProper
		}
		if n.Script == "" {
			names[i].Script = scriptOf(n.Text)
		}
	}
	return names
}

func validNames(names []Name) error {
	for i, n := range names {
		if err := line("name", n.Text, true); err != nil {
			return err
		}
		if !slices.Contains(NameKinds(), n.Kind) {
			return invalid("this is no kind of name", "Choose one of: "+strings.Join(NameKinds(), ", ")+".")
		}
		if err := validLang(n.Lang, n.Script); err != nil {
			return err
		}
		if n.Script == "" {
			return invalid("the script of a name is missing, and its letters do not show it", "Name it as ISO 15924 does: --script Latn")
		}
		if !Written(n.Text, n.Script) {
			return invalid("the letters of a name are not of its script", "Correct the name or the script; Han is Hans, Hant or Hani.")
		}
		if slices.Contains(names[:i], n) {
			return invalid("one name stands here twice", "Keep it once.")
		}
	}
	return nil
}

// validLang checks the form of a language tag and a script, and that a script within the
// tag is the same. Either may be left out.
func validLang(tag, script string) error {
	if tag != "" {
		if first, _, _ := strings.Cut(string(lang.ParseTag(tag)), "-"); len(first) < 2 || len(first) > 3 {
			return invalid("this is no language tag", "Write it like en, ug or zh-Hans (BCP 47).")
		}
	}
	if script == "" {
		return nil
	}
	if !scriptForm(script) {
		return invalid("this is no script", "Write it like Latn, Cyrl, Arab or Hans (ISO 15924).")
	}
	for _, sub := range strings.Split(tag, "-")[1:] {
		if len(sub) == len(script) && unicode.IsLetter(rune(sub[0])) && !strings.EqualFold(sub, script) {
			return invalid("the language tag names another script", "Let both name the same one, or leave it out of the tag.")
		}
	}
	return nil
}

// scriptForm: four letters, the first of them a capital.
func scriptForm(s string) bool {
	return len(s) == 4 && 'A' <= s[0] && s[0] <= 'Z' && strings.Trim(s[1:], "abcdefghijklmnopqrstuvwxyz") == ""
}

// scripts are the letters of the scripts that are known here, most used first. That of
// any other code cannot be checked and is taken as it is given.
var scripts = []struct {
	code    string
	letters []*unicode.RangeTable
}{
	{"Latn", []*unicode.RangeTable{unicode.Latin}}, {"Arab", []*unicode.RangeTable{unicode.Arabic}}, {"Cyrl", []*unicode.RangeTable{unicode.Cyrillic}},
	{"Hani", []*unicode.RangeTable{unicode.Han}}, {"Hans", []*unicode.RangeTable{unicode.Han}}, {"Hant", []*unicode.RangeTable{unicode.Han}},
	{"Jpan", []*unicode.RangeTable{unicode.Han, unicode.Hiragana, unicode.Katakana}}, {"Kore", []*unicode.RangeTable{unicode.Hangul, unicode.Han}},
	{"Hang", []*unicode.RangeTable{unicode.Hangul}}, {"Thai", []*unicode.RangeTable{unicode.Thai}}, {"Hebr", []*unicode.RangeTable{unicode.Hebrew}},
	{"Grek", []*unicode.RangeTable{unicode.Greek}}, {"Deva", []*unicode.RangeTable{unicode.Devanagari}}, {"Armn", []*unicode.RangeTable{unicode.Armenian}},
	{"Geor", []*unicode.RangeTable{unicode.Georgian}}, {"Beng", []*unicode.RangeTable{unicode.Bengali}}, {"Taml", []*unicode.RangeTable{unicode.Tamil}},
	{"Telu", []*unicode.RangeTable{unicode.Telugu}}, {"Gujr", []*unicode.RangeTable{unicode.Gujarati}}, {"Guru", []*unicode.RangeTable{unicode.Gurmukhi}},
	{"Knda", []*unicode.RangeTable{unicode.Kannada}}, {"Mlym", []*unicode.RangeTable{unicode.Malayalam}}, {"Sinh", []*unicode.RangeTable{unicode.Sinhala}},
	{"Mymr", []*unicode.RangeTable{unicode.Myanmar}}, {"Khmr", []*unicode.RangeTable{unicode.Khmer}}, {"Laoo", []*unicode.RangeTable{unicode.Lao}},
	{"Tibt", []*unicode.RangeTable{unicode.Tibetan}}, {"Mong", []*unicode.RangeTable{unicode.Mongolian}}, {"Ethi", []*unicode.RangeTable{unicode.Ethiopic}},
	{"Syrc", []*unicode.RangeTable{unicode.Syriac}}, {"Thaa", []*unicode.RangeTable{unicode.Thaana}},
}

// Written reports whether the letters of a text can be of a script: each is, or is one
// that all scripts share, and there is at least one. It is a light check against names
// in the wrong field, and cannot tell simplified from traditional characters.
func Written(text, script string) bool {
	for _, s := range scripts {
		if s.code == script {
			return allOf(text, s.letters)
		}
	}
	return true
}

func allOf(text string, letters []*unicode.RangeTable) (some bool) {
	for _, r := range text {
		switch {
		case unicode.In(r, letters...):
			some = some || unicode.IsLetter(r)
		case unicode.IsLetter(r) && !unicode.In(r, unicode.Common, unicode.Inherited):
			return false
		}
	}
	return some
}

// scriptOf is the script of all letters of a text, "" where they show none or several.
func scriptOf(text string) string {
	for _, s := range scripts {
		if allOf(text, s.letters) {
			return s.code
		}
	}
	return ""
}
