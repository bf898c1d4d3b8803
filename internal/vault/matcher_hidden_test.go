package vault

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/seal"
)

// Ways in which a name stands in a text and its letters do not stand in a row. As in
// TestLeaks, what must be found stands in ⟦ ⟧ and nothing else may be found.
func TestHiddenNames(t *testing.T) {
	irena := []sealed{{seal.Name, "Irena Salko"}}
	one := []sealed{{seal.Name, "Irena"}}
	salko := []sealed{{seal.Name, "Salko"}}
	ali := []sealed{{seal.Name, "Ali Can"}}
	wang := []sealed{{seal.Name, "王小明"}}
	tests := []struct {
		name   string
		values []sealed
		text   string
	}{
		{"right-to-left override", irena, "The witness ⟦\u202eoklaS anerI\u202c⟧ spoke."},
		{"override, words turned round", irena, "The witness ⟦\u202eanerI oklaS\u202c⟧ spoke."},
		{"override to the line's end", one, "The \u202e anerX\n⟦Ir\u202eane\u202c⟧ spoke."},
		{"override over lines of a page", []sealed{{seal.Name, "Ali Can"}}, "The ⟦\u202enaC\nilA\u202c⟧ spoke."},
		{"override to the text's end", one, "The ⟦\u202eanerI⟧"},
		{"override of a part of a word", one, "The ⟦Ir\u202eane\u202c⟧ spoke."},
		{"override with an embedding in it", one, "The ⟦\u202ex \u202banerI\u202c y\u202c⟧ spoke \u202eof\u202c."},
		{"override in an isolate", one, "The \u2067x ⟦\u202eanerI\u2069⟧ spoke anerI."},
		{"an override's end in an isolate ends nothing", one, "The ⟦\u202e\u2066\u202canerI\u2069\u202c⟧ spoke."},
		{"an isolate's end without an isolate", one, "The ⟦\u202e\u2069anerI\u202c⟧ spoke."},
		{"left-to-right override of Arabic", []sealed{{seal.Name, "كريم"}}, "The ⟦\u202dميرك\u202c⟧ spoke."},
		{"an isolate alone", one, "The \u2067⟦Ire\u2069na⟧ spoke."},
		{"escaped override", one, "The ⟦&#x202e;anerI&#x202c;⟧ spoke."},
		{"turned round without an override", one, "The anerI\u202e x\u202c spoke."},

		{"short words in order", ali, "⟦Ali Can⟧ spoke"},
		{"short words in another order", ali, "⟦Can Ali⟧ spoke"},
		{"short words with others between", ali, "⟦Can, that is: Ali⟧ spoke"},
		{"short words too far apart", ali, "Can he say that Ali spoke"},
		{"one short word", ali, "Ali-like, Canalis"},
		{"one short word twice", []sealed{{seal.Name, "Ali Ali"}}, "Ali came; then, as we know, ⟦Ali, Ali⟧"},
		{"an initial is not asked for", []sealed{{seal.Place, "Bu K. Ro"}}, "in ⟦Ro, Bu⟧"},
		{"not from one text to the next", ali, "Can\n\u241e heedreading \u241e\nAli"},
		{"a note has no order", []sealed{{seal.Note, "Ali Can"}}, "Can Ali"},

		{"two characters of a Chinese name", wang, "他说⟦小明⟧在那里。⟦小明⟧王来了。小红，明，王"},
		{"two characters, the first ones", wang, "他说⟦王小⟧在那里。"},
		{"two syllables of a Korean name", []sealed{{seal.Name, "김철수"}}, "그는 ⟦철수⟧를 보았다, 철숙"},
		{"kana", []sealed{{seal.Name, "さくら"}}, "⟦くら⟧さ"},
		{"of a place all characters", []sealed{{seal.Place, "自治区"}}, "自治，⟦自治区⟧"},

		{"Cyrillic letters in a Latin name", irena, "The ⟦Irеna Sаlko⟧ spoke."},
		{"one word of it", irena, "The ⟦Sаlko⟧ spoke."},
		{"Cyrillic capitals", []sealed{{seal.Name, "Boba"}}, "The ⟦ВОВА⟧ spoke."},
		{"Latin letters in a Cyrillic name", []sealed{{seal.Name, "Вова Сомов"}}, "The ⟦ВOВA⟧ spoke; and then that ⟦Coмoв⟧."},
		{"Latin letters only", []sealed{{seal.Name, "Роса"}}, "The ⟦Poca⟧ spoke."},
		{"Greek letters", irena, "The ⟦Ιrena Salkο⟧, ⟦Salkο⟧"},
		{"a short name with one Cyrillic letter", []sealed{{seal.Name, "Ali"}}, "The ⟦Аli⟧ spoke."},
		{"a look-alike in a broken word", one, "The ⟦Ir-еna⟧ spoke."},
		{"ordinary Russian", []sealed{{seal.Name, "Co"}, {seal.Name, "Oh Co"}, {seal.Name, "Copa"}}, "Он со своей сестрой; ссора, которая ох со."},
		{"ordinary Russian for longer names", append(irena, sealed{seal.Name, "Marat Hope"}), "Свидетель сказал, что его вывели из дома. Мара, норе."},
		{"ordinary Greek", []sealed{{seal.Name, "To"}, {seal.Name, "Kai"}}, "και το παιδί"},

		{"a hyphen", one, "The ⟦Ire-na⟧ spoke."},
		{"a middle dot", one, "The ⟦Ire·na⟧ spoke."},
		{"blanks", one, "The ⟦I r e n a⟧ spoke."},
		{"dots", one, "The ⟦I.r.e.n.a⟧ spoke."},
		{"hyphens and blanks", one, "⟦I r-e n.a⟧"},
		{"underscores and apostrophes", one, "⟦I_re'na⟧, ⟦Ir’ena⟧"},
		{"two signs", one, "⟦Ire--na⟧, ⟦Ire. na⟧, ⟦I  r  e  n  a⟧"},
		{"a blank in a word", one, "⟦Ire na⟧, ⟦I rena⟧"},
		{"a short name, spelled out", []sealed{{seal.Name, "Ali"}}, "⟦A l i⟧, ⟦A-l-i⟧, a li"},
		{"letters before a word", []sealed{{seal.Name, "Ali"}}, "⟦a l i⟧ 5, a l ion"},
		{"plural", salko, "The ⟦Salkos⟧"},
		{"inflected", salko, "⟦Salkova⟧ and ⟦Salko's⟧"},
		{"inflected, in looks", salko, "⟦Sаlkova⟧"},
		{"of a place", []sealed{{seal.Place, "Orvane"}}, "the ⟦Orvanese⟧"},
		{"the beginning of a word of a file name", []sealed{{seal.FileName, "salko mill"}}, "Salkova"},
		{"four letters begin many words", []sealed{{seal.Name, "Mari Ostrel"}}, "marine"},

		{"nationality", []sealed{{seal.Name, "Ali"}}, "the nationality"},
		{"fire nation", one, "the fire nation, fire-nation"},
		{"interview", []sealed{{seal.FileName, "interview.txt"}}, "an interview"},
		{"salt", salko, "salt, salk, ⟦Salk⟧"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, want := places(tt.text)
			if got := leaks(text, nil, tt.values...); !slices.Equal(got, want) {
				t.Errorf("in %q\ngot  %v %q\nwant %v", text, got, words(text, got), want)
			}
		})
	}
}

// What a name becomes in a sentence, and in the hands of whoever writes it.
func TestLeaksOfChangedNames(t *testing.T) {
	name := func(s string) []sealed { return []sealed{{seal.Name, s}} }
	verelin := []sealed{{seal.Place, "Verelin"}}
	tests := []struct {
		name   string
		values []sealed
		text   string
	}{
		{"broken", verelin, "⟦Vere lin⟧; ⟦Bro/dok⟧ ⟦Vere- lin⟧. ⟦Ve re lin⟧, ⟦Vere\nlin⟧, ⟦v|e (re) li:n⟧"},
		{"broken into seven", verelin, "v/e/r/e/l/i/n"},
		{"broken, and more letters", verelin, "Vere linx, xVere lin, Vere 1 lin, Ve relins"},
		{"broken, from one text to the next", verelin, "Vere\n\u241e lin"},
		{"broken with escapes", verelin, "⟦Vere&nbsp;lin⟧, ⟦Vere%2Flin⟧"},
		{"broken, in looks", verelin, "⟦Vеre lin⟧"},
		{"broken beside a Chinese character", verelin, "中⟦Vere lin⟧中"},
		{"four letters broken", name("Anna"), "An na"},
		{"broken in Arabic", name("الخطيب"), "⟦الخ طيب⟧"},
		{"Indic vowels are letters too", name("करतना"), "करा तन, कर तन"},
		{"four letters inflected", name("Иван Сомов"), "⟦Ивана⟧, ⟦Иваном⟧, Ивановск, иваны"},
		{"plural of four letters", name("Anna Ostrel"), "⟦Annas⟧, ⟦ANNAS⟧, annas, Annalise, Ann"},
		{"another last letter", name("Irena"), "⟦Irenu⟧ ⟦Ireny⟧ ⟦Irenom⟧ ⟦Irenovo⟧, Irenovova, irenu, Iris"},
		{"one more letter", name("Salko"), "⟦Salkova⟧ ⟦salkova⟧"},
		{"another word in small letters", name("Marina"), "marine, ⟦Marine⟧, ⟦marinas⟧"},
		{"inflected, in looks", name("Irena"), "⟦Irеnu⟧"},
		{"Arabic before a name", name("أحمد الخطيب"), "⟦وأحمد⟧ ثم ⟦لأحمد⟧ ثم ⟦والخطيب⟧ ثم سسسسأحمد"},
		{"Hebrew before a name", name("יוסף"), "⟦ליוסף⟧, ⟦ושליוסף⟧"},
		{"Latin before an Arabic name", name("علي كريم"), "xكريم"},
		{"Latin before a name", name("Karim Ostrel"), "alKarim"},
		{"three letters have nothing before", name("علي حسن"), "وحسن"},
		{"written as one", name("Li Na"), "⟦LiNa⟧, ⟦nali⟧, Linas"},
		{"written as one, with a hyphen in the name", name("Jean-Luc Pol"), "⟦JeanLuc⟧; then ⟦PolLucJean⟧"},
		{"an apostrophe", name("O'Brien"), "⟦OBrien⟧, ⟦BrienO⟧"},
		{"an apostrophe in one word", name("Sean O'Bri"), "⟦OBri⟧"},
		{"too short as one", name("A Li"), "Ali"},
		{"four words as one", name("A Bo Ce Do"), "DoCeBoA"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, want := places(tt.text)
			values := append(slices.Clone(tt.values), sealed{seal.Place, "Brodok"})
			if got := leaks(text, nil, values...); !slices.Equal(got, want) {
				t.Errorf("in %q\ngot  %v %q\nwant %v", text, got, words(text, got), want)
			}
		})
	}
}

// A word of a name that open texts use as an ordinary word.
func TestLeaksExcused(t *testing.T) {
	prison := []sealed{{seal.Place, "Lenz Prison"}}
	judge := []sealed{{seal.Name, "Judge Amina Rahimi"}}
	tests := []struct {
		name   string
		values []sealed
		open   string
		text   string
	}{
		{"small in both", prison, "He left the prison.", "in the prison, the pri-son"},
		{"small in the text only", prison, "The Prison. PRISON.", "in the ⟦prison⟧"},
		{"small in open texts only", prison, "He left the prison.", "the ⟦Prison⟧, the ⟦PRISON⟧, the ⟦priSon⟧"},
		{"the beginning of a longer word", prison, "the prisoner", "a prisoner, a ⟦prison⟧, ⟦prisons⟧, a ⟦Prisoner⟧"},
		{"the whole value", prison, "a lenz prison", "a ⟦lenz prison⟧, ⟦prison lenz⟧, ⟦lenzprison⟧"},
		{"a value of one word", []sealed{{seal.Place, "Prison"}}, "the prison", "the ⟦prison⟧"},
		{"village", []sealed{{seal.Place, "village of Brodok"}}, "our village", "a village near ⟦Brodok⟧. And then the ⟦village of Brodok⟧"},
		{"judge", judge, "the judge said; am in a", "the judge, ⟦Judge⟧ X, but ⟦judges⟧; I am in a house; ⟦Am in a⟧"},
		{"broken, and not in open texts", judge, "am", "⟦am ina⟧, ⟦am in a⟧"},
		{"written as one", []sealed{{seal.Name, "Ma Ke"}}, "they make", "we make; ⟦MaKe⟧, ⟦kema⟧"},
		{"an imitation", prison, "the prison", "the prison, the ⟦рrison⟧"},
		{"escaped", prison, "the prison", "the ⟦%50rison⟧"},
		{"broken and escaped", judge, "am in a", "⟦%41m in a⟧ house"},
		{"Arabic", []sealed{{seal.Place, "سجن الخطيب"}}, "الخطيب", "في ⟦الخطيب⟧"},
		{"Georgian", []sealed{{seal.Name, "ნინო ბერიძე"}}, "ბერიძე", "⟦ბერიძე⟧"},
		{"Cyrillic", []sealed{{seal.Place, "Тюрьма Ленца"}}, "эта тюрьма", "тюрьма, ⟦Тюрьма⟧"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			text, want := places(tt.text)
			if got := leaks(text, []string{"", tt.open}, tt.values...); !slices.Equal(got, want) {
				t.Errorf("in %q\ngot  %v %q\nwant %v", text, got, words(text, got), want)
			}
		})
	}
}

// An imitation in an open text excuses no name, and a name in one no other word.
func TestLooksOfAnOriginal(t *testing.T) {
	original := sealed{seal.Original, "He went with Kessim to the mill that nobody knew. We saw Росa there."}
	for marked, open := range map[string]string{
		"Then ⟦Kеssim⟧ came.":               "",
		"⟦He went with Kеssim to the mill⟧": "",
		"Then Kеssim came.":                 "So Kessim said.",
		"Then Poca came.":                   "", // Latin for Cyrillic letters: of names and places only
	} {
		text, want := places(marked)
		if got := leaks(text, []string{open}, original); !slices.Equal(got, want) {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

// Every rendering leads back: its bytes were made of places of the text, in order.
func TestRenderings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom([]string{"a", "B", " ", "-", ".", "é", "\u0301", "\n", "\xff", "&#65;", "%42", "&#x202e;",
			"\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2069", "小"}))
		text := strings.Join(parts.Draw(t, "parts"), "")
		r := rendering{s: text}
		lines := rapid.Bool().Draw(t, "lines")
		displayed := func(r rendering) (rendering, bool) { return r.displayed(lines) }
		for _, next := range []func(rendering) (rendering, bool){rendering.unescaped, displayed, rendering.joined} {
			another, ok := next(r)
			if !ok {
				continue
			}
			r = another
			if len(r.from) != len(r.s) || len(r.to) != len(r.s) || !slices.IsSorted(r.from) || !slices.IsSorted(r.to) {
				t.Fatalf("%q: %+v", text, r)
			}
			for i := range r.from {
				if r.from[i] >= r.to[i] || r.to[i] > len(text) {
					t.Fatalf("%q: byte %d of %q: %d to %d", text, i, r.s, r.from[i], r.to[i])
				}
			}
		}
	})
}
