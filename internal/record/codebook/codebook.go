// Package codebook is the list of terms that passages are coded with in every case: a
// short list of violations, mapped to the numbers of the HURIDOCS list of acts
// (micro-thesaurus 4). A case adds terms of its own beside it, and changes none of it.
package codebook

import (
	"cmp"
	"slices"
	"strings"
)

// Term is an entry of the codebook: what a code can say, and what it means by it.
type Term struct {
	ID       string   `json:"id"` // the word itself
	Means    string   `json:"means"`
	Huridocs []string `json:"huridocs,omitempty"` // what the HURIDOCS list of acts (micro-thesaurus 4) calls it
	Parent   string   `json:"parent,omitempty"`   // the wider term that it is a kind of
}

// seed is the list. A term without a number has none at HURIDOCS.
var seed = []Term{
	{"arrest", "seizing a person and taking them into custody", h("030101"), ""},
	{"arbitrary_detention", "holding a person without a legal ground, or against the law that gives one", h("030102"), ""},
	{"enforced_disappearance", "detention by or for the state that is denied, or whose place is concealed", h("030103"), ""},
	{"abduction", "taking a person away by force, without an arrest", h("030104"), ""},
	{"house_arrest", "confining a person to their home", h("030105"), ""},
	{"slavery", "holding a person as property, or in servitude", h("030106"), ""},
	{"mass_roundup", "seizing many people at once without looking at each", h("030107"), ""},
	{"curfew", "forbidding people to be outside at given hours", h("030108"), ""},
	{"torture", "severe pain inflicted on purpose, with an official behind it", h("02011111"), ""},
	{"physical_assault", "violence against the body, short of torture", h("020101"), ""},
	{"sexual_assault", "a sexual act forced on a person, short of rape", h("02011103"), ""},
	{"rape", "penetration of the body without consent", h("02011101"), "sexual_assault"},
	{"threats", "announcing harm to make a person act or keep silent", h("02010301"), ""},
	{"death_threats", "announcing that a person will be killed", h("02010302"), "threats"},
	{"surveillance", "watching a person, or what they write and say, without their leave", h("02010303"), ""},
	{"illegal_search", "searching a person or home without a legal ground", h("040101"), ""},
	{"collective_punishment", "punishing a group for what some of it did", h("020121"), ""},
	{"death_in_custody", "a person dies while held", h("01010601"), ""},
	{"death_from_denied_medical_care", "a person dies because care was withheld", h("0101900302"), "death_in_custody"},
	{"discriminatory_law_or_policy", "a rule that treats a group worse, with or without a victim at hand", h("032101", "082101", "112101"), ""},
	{"denial_of_fair_trial", "a trial without the guarantees that make it one", h("350114"), ""},
	{"denial_of_counsel", "keeping a person from a lawyer of their choice", h("350109"), "denial_of_fair_trial"},
	{"denial_presumption_innocence", "treating a person as guilty before judgement", h("350101"), "denial_of_fair_trial"},
	{"inhuman_detention_conditions", "space, food, hygiene or isolation that degrade a person held", h("36010201", "36010202", "36010203"), ""},
	{"denial_of_medical_care", "withholding care from a person held", h("36010204"), "inhuman_detention_conditions"},
	{"travel_restriction", "keeping a person from leaving, as by taking the passport", h("050106"), ""},
	{"denial_of_return", "keeping a person from coming back to their country", h("050107"), ""},
	{"displacement", "making people leave the place where they live", h("050104"), ""},
	{"exile", "making a person leave the country", h("050102"), ""},
	{"forced_labour", "work under threat of a penalty", h("30010201"), ""},
	{"forced_sterilisation", "ending fertility without consent", h("080101"), ""},
	{"forced_contraception", "preventing pregnancy without consent", h("080102"), ""},
	{"forced_abortion", "ending a pregnancy without consent", h("080103"), ""},
	{"religious_restriction", "forbidding or punishing belief or worship", h("110101"), ""},
	{"language_restriction", "forbidding or punishing a language", h("560101"), ""},
	{"cultural_restriction", "forbidding or punishing what a people does as such", h("560102"), ""},
	{"property_destruction", "destroying homes, places of worship or graves", h("130103", "560102"), ""},
	{"family_separation", "taking children or spouses from their family", nil, ""},
	{"reprisals_abroad", "harm at home for what somebody said or did abroad, or there", nil, ""},
	{"forced_medication", "giving drugs without consent", nil, ""},
}

func h(numbers ...string) []string { return numbers }

// Terms lists them.
func Terms() []Term { return slices.Clone(seed) }

// Find finds one of them.
func Find(id string) (Term, bool) {
	i := slices.IndexFunc(seed, func(t Term) bool { return t.ID == id })
	if i < 0 {
		return Term{}, false
	}
	return seed[i], true
}

// Nearest lists the known terms that look most like a word, the best first; of those
// that look unlike it, none.
func Nearest(word string, known []Term) (out []string) {
	word = strings.ToLower(word)
	type near struct {
		id   string
		away int
	}
	var found []near
	for _, t := range known {
		away := distance(word, t.ID)
		if word != "" && (strings.Contains(t.ID, word) || strings.Contains(word, t.ID)) {
			away = min(away, 1) // detention for arbitrary_detention
		}
		if away <= max(2, len(word)/3) {
			found = append(found, near{t.ID, away})
		}
	}
	slices.SortFunc(found, func(a, b near) int { return cmp.Or(cmp.Compare(a.away, b.away), cmp.Compare(a.id, b.id)) })
	for _, n := range found[:min(3, len(found))] {
		out = append(out, n.id)
	}
	return out
}

// distance is Levenshtein's: how many letters must be put in, taken out or exchanged.
// Words of more than maxWord bytes are not compared.
func distance(a, b string) int {
	const maxWord = 64
	if len(a) > maxWord || len(b) > maxWord {
		return maxWord
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
