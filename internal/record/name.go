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
			names[i].Script = lang.ScriptOf(n.Text)
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
		if !lang.Written(n.Text, n.Script) {
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
