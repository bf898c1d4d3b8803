package ident

import "unicode"

// Buckets is how many there are in each group.
const Buckets = 1 << 13

// Grams yields a bucket for each run of one to three characters in the letters that text has
// of a writing, lower-cased, with one blank before and after each word; a blank alone is
// none. Other letters, digits and signs end a word, but an apostrophe within one is a letter
// of it, in one form. Vowel signs of Arabic, which most texts leave out, and what is not
// seen are passed over.
func Grams(text, name string, yield func(bucket int)) {
	i := index(name)
	if i < 0 {
		return
	}
	w := writings[i]
	a, b := rune(0), ' ' // the two before
	next := func(c rune) {
		if c == ' ' && b == ' ' {
			return
		}
		if c != ' ' {
			yield(hash(0, 0, c))
		}
		yield(hash(0, b, c))
		if a != 0 {
			yield(hash(a, b, c))
		}
		a, b = b, c
	}
	quote := false
	for _, r := range text {
		switch {
		case passed(r):
		case apostrophe(r):
			quote = b != ' '
		case letter(r, w):
			if quote {
				next('\'')
				quote = false
			}
			next(unicode.ToLower(r))
		case unicode.IsMark(r): // of no script: an accent that did not compose
		default:
			next(' ')
			quote = false
		}
	}
	next(' ')
}

// letter takes the Tibetan stop between syllables for one: a word has several of them.
func letter(r rune, w writing) bool {
	if r == 0x0F0B {
		return w.name == "Tibt"
	}
	return (unicode.IsLetter(r) || unicode.IsMark(r)) && unicode.In(r, w.tables...)
}

func passed(r rune) bool {
	return r == 0x0640 || 0x064B <= r && r <= 0x0652 || r == 0x0670 || unicode.Is(unicode.Cf, r)
}

func apostrophe(r rune) bool {
	switch r {
	case '\'', '`', 0x2018, 0x2019, 0x02BB, 0x02BC, 0x02BF, 0x02BE, 0x2032:
		return true
	}
	return false
}

// Singles is how many of the buckets are for single characters. They share with no run, so
// that a letter which a language does not have stays unheard of in it; within the letters
// of a writing the low ten bits tell them apart.
const Singles = 1 << 10

// hash mixes up to three characters (FNV-1a over 32-bit steps, with a last stir, because
// the buckets are its low bits).
func hash(a, b, c rune) int {
	if b == 0 {
		return int(uint32(c) % Singles)
	}
	h := uint32(2166136261)
	for _, r := range [3]rune{a, b, c} {
		h = (h ^ uint32(r)) * 16777619
		h ^= h >> 15
	}
	h *= 0x2c1b3c6d
	h ^= h >> 16
	if h%Buckets < Singles {
		h += Singles
	}
	return int(h % Buckets)
}
