package extract

import (
	"slices"
	"strings"
	"testing"
)

// In these tests a bar marks each border that the splitter must set.
func TestSentences(t *testing.T) {
	tests := []struct{ name, want string }{
		// Latin
		{"plain", "One is here. | Two is there! | Is three? | Four."},
		{"no stop at the end", "One is here. | Two is there"},
		{"closing quotes", "“All is well.” | He left. | “Go!” | ‘Yes.’ | \"No.\" | They stayed."},
		{"a quote goes on in lower case", "“All is well.” he said. | “Go!” she cried."},
		{"two sentences in a quote", "“The depot is a store. | Nobody is held,” the ministry said."},
		{"brackets around a sentence", "It was shut. | (It has been opened since.) | No one came."},
		{"a bracket within", "The ministry (sic!) Amina named said so. | End."},
		{"brackets and quotes", "He agreed (“I do.”). | She left."},
		{"omission in a quote", "It should “urgently repeal all … laws, policies and practices” at once."},
		{"omission before a name", "It asked that “all … Arvenian laws” and \"all ... Lenz rules\" be repealed."},
		{"omission in brackets", "He said “the depot […] The ministry […] is shut”. | End."},
		{"omission typed with blanks", "It should repeal all . . . Arvenian laws. | End."},
		{"trailing off", "He waited… | Then he left. | Nobody... | Amina saw it."},
		{"trailing off in lower case", "He waited… and left."},
		{"four dots", "He waited.... | Amina came."},
		{"mixed stops", "Really?! | Yes!! | Well... ok."},
		{"decimals and versions", "It rose 3.5 per cent to 1.000.000 in V.1.0 of the list. | End."},
		{"addresses", "See www.example.org/a.b?c=d and mail a.b@example.org. | End."},
		{"no blank behind", "It ended.Then nothing. | End."},
		{"a quote without a blank", "“It ended.”|Then nothing came."},
		{"note signs", "It was shut.[12] | Two came.¹ | Three left.[1]"},
		{"dashes", "“Gone.” – so he said. | “Gone.” | — Amina left."},
		{"a quote before a comma", "“Yes!”, Amina said. | “Yes!” , Amina said. | End."},
		{"a long way to the next word", "One." + strings.Repeat(" ", 2*look) + "| Two."},
		{"digits begin", "Nobody came. | 31 people were held."},
		{"redacted names begin", "It was night. | [P-01] was taken. | “[P-02] saw it.”"},
		{"ends in symbols", "Amina said so. ***"},
		{"dot typed after a blank", "Amina said so . | Nobody came ."},
		// English abbreviations
		{"titles", "Mr. Verelin met Mrs. Salko, Ms. Orin, Dr. Lenz and Gen. Dovar. | Prof. Amin left."},
		{"double title", "Maj.-Gen. Dovar spoke. | Lt. Col. Orin did not."},
		{"acronyms", "The U.S. Government and the U.N. Human Rights Office spoke. | End."},
		{"acronym at an end", "It left for the U.S. | The ministry stayed. | He spoke to the U.N. | But nobody came."},
		{"initials", "J. R. Verelin and Tomas A. Salko spoke. | End."},
		{"numbers", "See No. 5, Nos. 6 and 7, Art. 9, para. 3 and Vol. II of it. | He said no. | The depot was shut."},
		{"months", "On Sept. 11 and Aug. 4 it rained. | It was shut in Sept. | The next month too."},
		{"a.m.", "It began at 9 a.m. Thursday. | It ended at 5 p.m. | The depot was shut."},
		{"companies", "Lenz Grain Co. Ltd. bought it. | It was sold to Dovar Inc. | The ministry knew."},
		{"latin abbreviations", "Tools, e.g. Hammers, i.e. Iron, etc. were found. | See Orin v. Ministry and cf. Lenz."},
		{"items", "1. The state should release all. | 2. It should say why. | IV. Lenz."},
		{"a year at an end", "It happened in 2019. | Amina saw it."},
		{"stop in a quote before a source", "It was ‘completely open’. | AFP"},
		// Cyrillic
		{"russian", "Он сказал: «Никого нет». | Она ушла. | «Почему?» | Никто не знал."},
		{"russian dash", "«Никого нет!» — сказал он. | Конец."},
		{"russian initials", "А. С. Верелин и И.О. Орин ушли. | Конец."},
		{"russian abbreviations", "Жители г. Ленца, ул. Садовая, и др. люди, т.е. Орины. | В 2019 г. | Он ушёл."},
		{"russian and so on", "Дома, сады и т.д. | Конец."},
		// others in Latin letters
		{"german", "Am 3. März kam Dr. Lenz, z.B. Amina. | „Es ist leer.“ | Niemand kam. | Nr. 5 auch."},
		{"french", "« C’est vide. » | Personne ne vint. | « Vide ! » dit-il. | M. Dupont et Mme. Orin partirent."},
		{"spanish", "¿Quién? | ¡Nadie! | El Sr. García y la Sra. Orin salieron. | EE. UU. Mañana no."},
		// Arabic and Urdu
		{"arabic", "من قال ذلك؟ | قال د. أحمد نعم. | ثم غادر! | انتهى."},
		{"arabic without blanks", "من قال ذلك؟|نعم.|ثم غادر."},
		{"urdu", "وہ چلا گیا۔ | کیوں؟ | کسی کو معلوم نہیں۔"},
		{"arabic quote", "قال: «المستودع مغلق.» | ثم غادر."},
		{"arabic omission", "طالب بإلغاء «جميع … القوانين» فورا. | انتهى."},
		// CJK and others
		{"chinese", "他说没有人。|为什么？|不知道！|完"},
		{"chinese quote", "他说：“没有人。”|她走了。"},
		{"chinese omission", "他说……我不知道。|完。"},
		{"japanese", "「誰もいない。」と述べた。|彼は去った。"},
		{"full width", "没有人！？|为什么"},
		{"hindi", "कोई नहीं था। | वह चला गया।"},
		{"armenian", "Ոչ ոք չկար։ | Նա գնաց։"},
		{"thai writes no stops", "ไม่มีใครอยู่ที่นั่น เขาจากไปแล้ว"},
		// characters that are not seen
		{"direction marks at stops", "One is here.\u200f | Two is there\u200e. | \u202bThree.\u202c | Four."},
		{"direction marks in abbreviations", "Mr\u200e. Verelin and the U.\u200fS. Government met M\u200br. Orin."},
		{"overrides", "\u202eOne is here.\u202c | Two\u2067.\u2069 | Three."},
		{"isolates in chinese", "\u2067没有人。\u2069|\u2067为什么？\u2069|完"},
		{"unseen at the end", "One is here. \u200f"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var want []string
			for s := range strings.SplitSeq(tt.want, "|") {
				want = append(want, strings.TrimSpace(s))
			}
			in := strings.ReplaceAll(strings.ReplaceAll(tt.want, " | ", " "), "|", "")
			x := read(t, in)
			if got := sentences(x); !slices.Equal(got, want) {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		})
	}
}

func TestParagraphsEndSentences(t *testing.T) {
	x := read(t, "Depot held 31, watchdog says\n\nThe Monitor named Mr.\n\nVerelin, of the U.S.\n\nand left")
	if got := sentences(x); len(got) != 4 || got[0] != "Depot held 31, watchdog says" {
		t.Errorf("got %q", got)
	}
}

// article is invented: press text as agencies send it.
const article = `Depot held 31, watchdog says

Ministry calls the claim 'pure invention'

An observer at the gate of the Lenz depot said 'nobody had told them of a charge'. Wire
Beta V.1.0 - Machine translation

LENZ, Sept. 2 (Invented Wire) — The Arvenia Monitor, led by Dr. I. Salko, “confirms what the office has been saying for some time, that people must be told of a charge”, said Mr Verelin's spokesman, Tomas Orin.

“The office very much hopes that the ministry will take up the recommendations.”

It also asks the ministry to “urgently repeal all … decrees and practices” that allow it. The U.S. envoy to the U.N. called it “grave.” He left at 9 p.m. The ministry did not.`

func TestArticle(t *testing.T) {
	x := read(t, article)
	want := []string{
		"Depot held 31, watchdog says",
		"Ministry calls the claim 'pure invention'",
		"An observer at the gate of the Lenz depot said 'nobody had told them of a charge'.",
		"Wire Beta V.1.0 - Machine translation",
		"LENZ, Sept. 2 (Invented Wire) — The Arvenia Monitor, led by Dr. I. Salko, “confirms what the office has been saying for some time, that people must be told of a charge”, said Mr Verelin's spokesman, Tomas Orin.",
		"“The office very much hopes that the ministry will take up the recommendations.”",
		"It also asks the ministry to “urgently repeal all … decrees and practices” that allow it.",
		"The U.S. envoy to the U.N. called it “grave.”",
		"He left at 9 p.m.",
		"The ministry did not.",
	}
	if got := sentences(x); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	settled(t, x)
}

// A megabyte of each is read in a moment, or splitting is not linear.
func TestSplittingIsLinear(t *testing.T) {
	for _, piece := range []string{".", ". ", "! ", "A. ", "(", "( a. ", "\u200f", ".\u200f", "\u200f.", ".[1]", "“", ". »", "。", "…", "a.b.", "г. "} {
		read(t, "A"+strings.Repeat(piece, 1<<20/len(piece))+"B")
	}
}
