package extract

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// rule says what a full stop after an abbreviation can be.
type rule int

const (
	none          rule = iota // no abbreviation: it ends the sentence
	never                     // a name or more words follow
	beforeNumber              // it belongs to the number that follows, else it ends the sentence
	unlessStarter             // it ends the sentence only before a word that begins sentences
	afterNumber               // it ends the sentence after a number ("в 2019 г."), else not ("г. Москва")
)

// abbreviation judges the word before a full stop. The lists hold what press reports and
// documents of the United Nations use in English, French, German, Spanish and Russian; a
// word that is missing costs a border too many, never a wrong byte.
func abbreviation(word string) rule {
	switch word {
	case "Mr", "Mrs", "Ms", "Messrs", "Dr", "Prof", "Rev", "Hon", "Amb", "Gen", "Maj", "Col", "Lt", "Capt", "Cmdr", "Sgt", "Cpl", "Pvt", "Adm", "Brig",
		"Rep", "Reps", "Sen", "Sens", "Gov", "Pres", "Supt", "Insp", "St", "Ste", "Mt", "Ft", "vs", "viz", "cf", "Cf", "approx", "ca", "ibid",
		"Mme", "Mlle", "MM", "Mgr", "env",
		"Hr", "bzw", "Abs", "Sra", "Srta", "Dra", "Gral", "Lic", "Ing",
		"ул", "им", "см", "тов", "проф", "акад", "ген", "полк", "стр", "гл", "обл", "пос", "св", "напр":
		return never
	case "No", "Nos", "no", "nos", "Nr", "Art", "Arts", "art", "arts", "para", "paras", "pp", "Fig", "fig", "Vol", "vol", "Ch", "Sec", "sec", "Res", "Doc",
		"núm", "pág", "п", "пп", "ст", "рис", "табл",
		"Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sep", "Sept", "Oct", "Nov", "Dec":
		return beforeNumber
	case "Jr", "Sr", "Inc", "Ltd", "Co", "Corp", "Bros", "etc", "al", "Bd", "Blvd", "Ave", "EE", "UU":
		return unlessStarter
	case "г", "гг", "в", "вв":
		return afterNumber
	case "др", "пр", "руб", "тыс", "млн", "млрд", "чел":
		return none // they end a sentence as often as not; a lower-case word decides
	}
	return byShape(word)
}

// byShape judges words that no list can hold: initials and abbreviations with inner dots.
func byShape(word string) rule {
	r, _ := utf8.DecodeRuneInString(word)
	if utf8.RuneCountInString(word) == 1 {
		switch {
		case unicode.IsUpper(r):
			return unlessStarter // an initial, or the last letter of a name like "Block C"
		case unicode.IsLower(r), unicode.Is(unicode.Arabic, r): // v. State, p. 5, د. أحمد
			return never
		}
		return none
	}
	if !strings.Contains(word, ".") {
		return none
	}
	for part := range strings.SplitSeq(word, ".") {
		n := utf8.RuneCountInString(part)
		if n == 0 || n > 3 || strings.IndexFunc(part, unicode.IsDigit) >= 0 {
			return none
		}
	}
	switch word {
	case "e.g", "i.e", "z.B", "d.h", "p.ex", "u.a", "т.е", "т.н":
		return never
	case "т.д", "т.п":
		return none
	}
	return unlessStarter // U.S. U.N. a.m. Ph.D. А.С.
}

// starter lists English words that begin sentences and no names: after "U.S." or "Inc."
// nothing else tells a new sentence from the rest of a name.
func starter(word string) bool {
	switch word {
	case "The", "A", "An", "In", "On", "At", "By", "For", "From", "With", "To", "Of", "As", "It", "Its", "He", "His", "She", "Her", "They", "Their", "We", "Our",
		"I", "You", "This", "That", "These", "Those", "There", "Here", "But", "And", "Or", "So", "Yet", "If", "When", "While", "Where", "Who", "What", "Why", "How",
		"After", "Before", "Since", "Until", "During", "However", "Although", "Though", "Because", "Meanwhile", "Also", "Some", "Many", "Most", "Several",
		"Each", "Every", "No", "Not", "None", "Both", "Then", "Only", "Under", "According":
		return true
	}
	return false
}

func germanMonth(word string) bool {
	switch word {
	case "Januar", "Jänner", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember":
		return true
	}
	return false
}

// roman reports whether word is a Roman numeral as documents number their parts.
func roman(word string) bool {
	return word != "" && word != "I" && strings.Trim(word, "IVXLC") == ""
}
