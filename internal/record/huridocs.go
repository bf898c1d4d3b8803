package record

import (
	"slices"
	"strings"
)

// Word is one entry of a short list of ours, with the code of the closest entry in the
// list of HURIDOCS that the function which returns it names. A code that ends in the
// middle of their tree stands for the whole branch; "" means that they have none. The
// words are ours, and so is the choice: their lists are theirs and are not shipped.
type Word struct {
	Word string `json:"word"`
	Code string `json:"code,omitempty"`
}

// Units lists what a person counts as (list 7).
func Units() []Word {
	return []Word{{UnitIndividual, "01"}, {"family", ""}, {"group", ""}, {"organisation", ""}, {"community", ""}, {"social_group", ""}, {"people_in_general", ""}}
}

// UnitIndividual is one human being. All other units count several.
const UnitIndividual = "individual"

// Sexes lists what may be recorded of somebody's sex (list 39). It is left out unless the
// work needs it.
func Sexes() []Word { return []Word{{"female", ""}, {"male", "01"}, {"other", ""}} }

// PlaceKinds lists what a place can be (list 17).
func PlaceKinds() []Word {
	return []Word{{"home", "0101"}, {"land", "0103"}, {"camp", ""}, {"prison", ""}, {"police_station", ""}, {"court", ""}, {"hospital", ""}, {"school", ""},
		{"workplace", ""}, {"factory", ""}, {"religious_site", ""}, {"cemetery", ""}, {"checkpoint", ""}, {"border", ""}, {"street", ""}, {"settlement", ""},
		{"district", ""}, {"region", ""}, {"country", ""}, {"other", ""}, {"unknown", ""}}
}

// LawOrPolicy is the type of act that harms by being in force: it needs no victim. All
// types of what is done to somebody are terms of the codebook (list 4).
const LawOrPolicy = "discriminatory_law_or_policy"

// Degrees lists how a person had part in an act (list 18).
func Degrees() []Word {
	return []Word{{"carried_out", "0101"}, {"gave_orders", "0102"}, {"let_it_happen", "0103"}, {"present", "0104"}, {"planned", "0105"}, {"suspected", "0106"},
		{"exploited_or_discriminated", "02"}, {"made_the_law", "03"}, {"applied_the_law", "04"}, {"superior_failed_to_prevent", "05"},
		{"politically_responsible", "06"}, {"other", "90"}, {"unknown", "99"}}
}

// Connections lists how a source knows of an event (list 19).
func Connections() []Word {
	return []Word{{"victim", "0101"}, {"witness", "0102"}, {"perpetrator", "0103"}, {"relative", "020101"}, {"colleague", "020102"},
		{"third_party", "03"}, {"reporter", "0301"}, {"lawyer", "0401"}, {"medical", "0402"}, {"ngo", "0404"}, {"human_rights_ngo", "040401"},
		{"facility_staff", ""}, {"official", ""}, {"document", ""}, {"unknown", "99"}}
}

// Chains lists how one event stands to another (list 22).
func Chains() []Word {
	return []Word{{"precedes", "01"}, {"part_of", "21"}, {"causes", "03"}, {"parallel", "11"}}
}

// VictimStatuses lists what became of a victim (list 25).
func VictimStatuses() []Word {
	return []Word{{"dead", "0101"}, {"wounded", "0102"}, {"missing", "0103"}, {"found_alive", "0104"}, {"released_or_escaped", "0201"},
		{"held", "0202"}, {"arbitrarily_held", "020204"}, {"fugitive", "0203"}, {"restricted", "03"}, {"exiled_or_displaced", "03"},
		{"lost_work", "20"}, {"other", "90"}, {"unknown", "99"}}
}

// InvolvementStatuses lists what became of somebody who had part in an act (list 26).
func InvolvementStatuses() []Word {
	return []Word{{"in_post", "01"}, {"uncharged", "0101"}, {"charged", "0102"}, {"tried", "0103"}, {"punished", "0103"}, {"other", "90"}, {"unknown", "99"}}
}

// CodeOf is the code of a word in its list, if the list has the word.
func CodeOf(list []Word, word string) (code string, known bool) {
	i := slices.IndexFunc(list, func(w Word) bool { return w.Word == word })
	if i < 0 {
		return "", false
	}
	return list[i].Code, true
}

// oneOf refuses a word that is not in its list. What it would be called is for a person.
func oneOf(what string, list []Word, word string) error {
	if _, known := CodeOf(list, word); known {
		return nil
	}
	return invalid("this is no "+what, "Choose one of: "+strings.Join(wordsOf(list), ", ")+".")
}

// wordsOf are the words of a list, in its order.
func wordsOf(list []Word) (out []string) {
	for _, w := range list {
		out = append(out, w.Word)
	}
	return out
}
