package lang

import "unicode"

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

// ScriptOf is the script of all letters of a text, "" where they show none or several.
func ScriptOf(text string) string {
	for _, s := range scripts {
		if allOf(text, s.letters) {
			return s.code
		}
	}
	return ""
}
