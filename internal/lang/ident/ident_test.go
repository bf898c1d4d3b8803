package ident

import (
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"heed/internal/lang"
)

// sentences are of other kinds of text than the declaration that was learned from: news, an
// account, a notice. Each must be told, and with confidence.
var sentences = map[lang.Tag][]string{
	"en": {"The ministry said on Tuesday that it had read the report and would answer within sixty days.",
		"My brother was taken from his shop in March, and nobody told us where he was for two years."},
	"fr": {"Le ministère a déclaré mardi qu'il avait lu le rapport et qu'il répondrait dans les soixante jours.",
		"Mon frère a été emmené de sa boutique en mars et pendant deux ans personne ne nous a dit où il était."},
	"es": {"El ministerio dijo el martes que había leído el informe y que respondería en sesenta días.",
		"A mi hermano se lo llevaron de su tienda en marzo y durante dos años nadie nos dijo dónde estaba."},
	"de": {"Das Ministerium teilte am Dienstag mit, es habe den Bericht gelesen und werde binnen sechzig Tagen antworten.",
		"Mein Bruder wurde im März aus seinem Laden geholt, und zwei Jahre lang sagte uns niemand, wo er war."},
	"pt": {"O ministério disse na terça-feira que leu o relatório e que responderá dentro de sessenta dias.",
		"O meu irmão foi levado da loja em março e durante dois anos ninguém nos disse onde ele estava."},
	"it": {"Il ministero ha detto martedì di aver letto il rapporto e che risponderà entro sessanta giorni.",
		"Mio fratello è stato portato via dal negozio a marzo e per due anni nessuno ci ha detto dov'era."},
	"nl": {"Het ministerie zei dinsdag dat het rapport gelezen was en dat er binnen zestig dagen een antwoord komt.",
		"Mijn broer werd in maart uit zijn winkel gehaald en twee jaar lang vertelde niemand ons waar hij was."},
	"pl": {"Ministerstwo poinformowało we wtorek, że przeczytało raport i odpowie w ciągu sześćdziesięciu dni.",
		"Mojego brata zabrano ze sklepu w marcu i przez dwa lata nikt nam nie powiedział, gdzie jest."},
	"vi": {"Bộ cho biết hôm thứ Ba rằng họ đã đọc bản báo cáo và sẽ trả lời trong vòng sáu mươi ngày.",
		"Anh tôi bị đưa đi khỏi cửa hàng vào tháng ba và suốt hai năm không ai cho chúng tôi biết anh ở đâu."},
	"id": {"Kementerian mengatakan pada hari Selasa bahwa laporan itu sudah dibaca dan akan dijawab dalam enam puluh hari.",
		"Kakak saya dibawa dari tokonya pada bulan Maret dan selama dua tahun tidak ada yang memberi tahu kami di mana dia."},
	"tr": {"Bakanlık salı günü raporu okuduğunu ve altmış gün içinde cevap vereceğini söyledi.",
		"Ağabeyimi mart ayında dükkânından götürdüler ve iki yıl boyunca kimse bize nerede olduğunu söylemedi."},
	"az": {"Nazirlik çərşənbə axşamı hesabatı oxuduğunu və altmış gün ərzində cavab verəcəyini bildirdi.",
		"Qardaşımı mart ayında dükanından apardılar və iki il heç kim bizə onun harada olduğunu demədi."},
	"uz-Latn": {"Vazirlik seshanba kuni hisobotni oʻqib chiqqanini va oltmish kun ichida javob berishini aytdi.",
		"Akamni mart oyida do‘konidan olib ketishdi va ikki yil davomida hech kim bizga uning qayerdaligini aytmadi."},
	"uz-Cyrl": {"Вазирлик сешанба куни ҳисоботни ўқиб чиққанини ва олтмиш кун ичида жавоб беришини айтди.",
		"Акамни март ойида дўконидан олиб кетишди ва икки йил давомида ҳеч ким бизга унинг қаердалигини айтмади."},
	"ug-Latn": {"Ministirliq seyshenbe küni doklatni oqup chiqqanliqini we atmish kün ichide jawab béridighanliqini éytti.",
		"Akamni mart éyida dukinidin élip ketti, ikki yilghiche héchkim bizge uning nede ikenlikini démidi."},
	"ug": {"مىنىستىرلىق سەيشەنبە كۈنى دوكلاتنى ئوقۇپ چىققانلىقىنى ۋە ئاتمىش كۈن ئىچىدە جاۋاب بېرىدىغانلىقىنى ئېيتتى.",
		"ئاكامنى مارت ئېيىدا دۇكىنىدىن ئېلىپ كەتتى، ئىككى يىلغىچە ھېچكىم بىزگە ئۇنىڭ نەدە ئىكەنلىكىنى دېمىدى."},
	"ar": {"قالت الوزارة يوم الثلاثاء إنها قرأت التقرير وإنها سترد عليه خلال ستين يوما.",
		"أُخِذَ أخي من دكانه في شهر آذار، ولم يخبرنا أحد طوال سنتين أين كان."},
	"fa": {"وزارتخانه روز سه\u200cشنبه اعلام کرد که گزارش را خوانده است و ظرف شصت روز پاسخ خواهد داد.",
		"برادرم را در ماه مارس از مغازه\u200cاش بردند و دو سال هیچ کس به ما نگفت که او کجاست."},
	"ur": {"وزارت نے منگل کو کہا کہ اس نے رپورٹ پڑھ لی ہے اور ساٹھ دن کے اندر جواب دے گی۔",
		"میرے بھائی کو مارچ میں اس کی دکان سے لے جایا گیا اور دو سال تک کسی نے ہمیں نہیں بتایا کہ وہ کہاں ہے۔"},
	"ps": {"وزارت د سې\u200cشنبې په ورځ وویل چې راپور یې لوستلی دی او په شپېتو ورځو کې به ځواب ورکړي.",
		"زما ورور یې په مارچ کې له دوکانه بوتلو او دوه کاله هیچا موږ ته ونه ویل چې هغه چېرته دی."},
	"ru": {"Министерство заявило во вторник, что прочитало доклад и ответит в течение шестидесяти дней.",
		"Его задержали у магазина в марте; родственникам ничего не сообщали, и только через два года пришло письмо."},
	"uk": {"Міністерство заявило у вівторок, що прочитало доповідь і відповість протягом шістдесяти днів.",
		"Мого брата забрали з крамниці в березні, і два роки нам ніхто не казав, де він."},
	"bg": {"Министерството заяви във вторник, че е прочело доклада и ще отговори до шестдесет дни.",
		"Отведоха брат ми от магазина през март и две години никой не ни каза къде е."},
	"kk": {"Министрлік сейсенбі күні баяндаманы оқып шыққанын және алпыс күн ішінде жауап беретінін айтты.",
		"Ағамды наурыз айында дүкенінен алып кетті, екі жыл бойы ешкім бізге оның қайда екенін айтқан жоқ."},
	"ky": {"Министрлик шейшемби күнү баяндаманы окуп чыкканын жана алтымыш күндүн ичинде жооп берерин айтты.",
		"Байкемди март айында дүкөнүнөн алып кетишти, эки жыл бою эч ким бизге анын кайда экенин айткан жок."},
	"tg": {"Вазорат рӯзи сешанбе гуфт, ки гузоришро хондааст ва дар давоми шаст рӯз ҷавоб медиҳад.",
		"Бародарамро моҳи март аз дӯконаш бурданд ва ду сол ҳеҷ кас ба мо нагуфт, ки ӯ дар куҷост."},
	"tt": {"Министрлык сишәмбе көнне докладны укып чыкканын һәм алтмыш көн эчендә җавап бирәчәген әйтте.",
		"Абыемны март аенда кибетеннән алып киттеләр, ике ел буе беркем дә безгә аның кайда икәнен әйтмәде."},
	"mn": {"Яам мягмар гарагт илтгэлийг уншсан бөгөөд жаран хоногийн дотор хариу өгнө гэж мэдэгдэв.",
		"Ахыг минь гуравдугаар сард дэлгүүрээс нь аваад явсан, хоёр жилийн турш хэн ч бидэнд хаана байгааг нь хэлээгүй."},
	"zh-Hans": {"外交部发言人星期二说，他们已经看过这份报告，将在六十天内作出答复。", "我哥哥三月份从店里被带走，两年里没有人告诉我们他在哪里。"},
	"zh-Hant": {"外交部發言人星期二說，他們已經看過這份報告，將在六十天內作出答覆。", "我哥哥三月份從店裡被帶走，兩年裡沒有人告訴我們他在哪裡。"},
	"ja":      {"外務省は火曜日、報告書を読んだうえで六十日以内に回答すると述べた。", "兄は三月に店から連れて行かれ、二年間どこにいるのか誰も教えてくれなかった。"},
	"ko":      {"외교부는 화요일 보고서를 읽었으며 육십 일 안에 답하겠다고 밝혔다.", "형은 삼월에 가게에서 끌려갔고 이 년 동안 아무도 어디 있는지 말해 주지 않았다."},
	"bo":      {"ལྷན་ཁང་གིས་གཟའ་མིག་དམར་ཉིན་སྙན་ཐོ་ཀློག་ཟིན་པ་དང་ཉིན་དྲུག་ཅུའི་ནང་ལན་སྤྲོད་རྒྱུ་ཡིན་ཞེས་བཤད། ངའི་ཨ་ཇོ་ཟླ་བ་གསུམ་པར་ཚོང་ཁང་ནས་ཁྲིད་སོང་། ལོ་གཉིས་རིང་ཁོང་ག་པར་ཡོད་མེད་སུས་ཀྱང་ང་ཚོར་མ་བཤད།"},
	"hi": {"मंत्रालय ने मंगलवार को कहा कि उसने रिपोर्ट पढ़ ली है और साठ दिनों के भीतर जवाब देगा।",
		"मेरे भाई को मार्च में उसकी दुकान से ले जाया गया और दो साल तक किसी ने हमें नहीं बताया कि वह कहाँ है।"},
	"sv": {"Departementet sade på tisdagen att man har läst rapporten och kommer att svara inom sextio dagar."},
	"cs": {"Ministerstvo v úterý uvedlo, že si zprávu přečetlo a odpoví na ni do šedesáti dnů."},
	"he": {"המשרד מסר ביום שלישי כי קרא את הדוח וכי ישיב עליו בתוך שישים יום."},
	"el": {"Το υπουργείο δήλωσε την Τρίτη ότι διάβασε την έκθεση και θα απαντήσει σε εξήντα ημέρες."},
	"th": {"กระทรวงกล่าวเมื่อวันอังคารว่าได้อ่านรายงานแล้วและจะตอบภายในหกสิบวัน"},
	"ka": {"სამინისტრომ სამშაბათს განაცხადა, რომ მოხსენება წაიკითხა და პასუხს სამოც დღეში გასცემს."},
}

func TestSentences(t *testing.T) {
	for want, list := range sentences {
		for _, s := range list {
			for form, text := range map[string]string{"as it is": s, "decomposed": norm.NFD.String(s), "in capitals": strings.ToUpper(s)} {
				got, sure := Identify(text)
				if got != want || !sure {
					t.Errorf("%s, %s: %s, confident %v: %s", want, form, got, sure, text)
				}
			}
		}
	}
}

// TestNear holds short texts in which little tells a language from its neighbour: they may
// be left open, and must not be taken for another with confidence.
func TestNear(t *testing.T) {
	for want, s := range map[lang.Tag]string{
		"ru": "Моего брата увезли из магазина в марте, и целых два года мы не знали, жив ли он.",
		"bo": "ལྷན་ཁང་གིས་གཟའ་མིག་དམར་ཉིན་སྙན་ཐོ་ཀློག་ཟིན་པ་དང་ཉིན་དྲུག་ཅུའི་ནང་ལན་སྤྲོད་རྒྱུ་ཡིན་ཞེས་བཤད།",
		"nb": "Departementet sa tirsdag at rapporten er lest og vil bli besvart innen seksti dager.",
		"sk": "Ministerstvo v utorok uviedlo, že správu prečítalo a odpovie na ňu do šesťdesiatich dní.",
		"gl": "O ministerio dixo o martes que leu o informe e que responderá en sesenta días.",
	} {
		if got, sure := Identify(s); got != want && sure {
			t.Errorf("%s was taken for %s with confidence", want, got)
		}
	}
}

func TestUndetermined(t *testing.T) {
	for name, s := range map[string]string{
		"nothing":                 "",
		"signs":                   "— 12.03.2019, 14:30 … (§ 7) 100 %",
		"a word":                  "ministry",
		"two of Chinese":          "报告",
		"Han of both":             "中文大人山水火木日月",
		"half and half":           "The ministry said on Tuesday Министерство заявило во вторник",
		"a language not learned":  "ꦲꦏ꧀ꦱꦫꦗꦮꦲꦏ꧀ꦱꦫꦗꦮꦲꦏ꧀ꦱꦫ",
		"letters without a sense": "xqzj wvkq zxxq jjvw qkzx wqvj xzkq vjwx qqzk xjwv kzxq wvjq",
		"a digest":                "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"bad bytes":               "\xff\xfe\xfd\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x90\x91",
	} {
		if got, sure := Identify(s); got != Undetermined || sure {
			t.Errorf("%s: %s, confident %v", name, got, sure)
		}
	}
}

// TestQuotedForeignWords: a few words of another script do not change the answer.
func TestQuotedForeignWords(t *testing.T) {
	for want, s := range map[lang.Tag]string{
		"en":      "The spokesman used the word 报告 (report) twice and then read a long statement from his notes.",
		"zh-Hans": "发言人说，这份报告（OHCHR Assessment）已经看过，将在六十天内作出答复。他们还说，中方坚决反对。",
		"ja":      "外務省報道官は火曜日、国連人権高等弁務官事務所の報告書について記者会見で説明した。",
		"ru":      "Представитель сказал, что доклад Управления (OHCHR) прочитан и ответ будет дан в срок.",
	} {
		if got, sure := Identify(s); got != want || !sure {
			t.Errorf("%s: %s, confident %v", want, got, sure)
		}
	}
}

// TestOnlyTheBeginningCounts also holds the cut at a character's border.
func TestOnlyTheBeginningCounts(t *testing.T) {
	for shift := range 4 {
		long := strings.Repeat("x", shift) + " " + strings.Repeat(sentences["ru"][0]+" ", 200)
		if h := head(long); !utf8.ValidString(h) || len(h) > maxBytes {
			t.Errorf("shift %d: the head has %d bytes, valid %v", shift, len(h), utf8.ValidString(h))
		}
		if got, sure := Identify(long + strings.Repeat(sentences["en"][0], 1000)); got != "ru" || !sure {
			t.Errorf("shift %d: %s, confident %v", shift, got, sure)
		}
	}
}

func TestEmbeddedWeights(t *testing.T) {
	m, err := Parse(weights)
	if err != nil {
		t.Fatal(err)
	}
	if string(m.Marshal()) != weights || len(weights) > 400<<10 {
		t.Errorf("the file of weights has %d bytes or another form", len(weights))
	}
	for _, cut := range []int{0, 1, 20, 79, 80, 90, len(weights) / 2, len(weights) - 1} {
		if _, err := Parse(weights[:cut]); err == nil {
			t.Errorf("cut at %d and taken", cut)
		}
	}
	if _, err := Parse(weights + "x"); err == nil {
		t.Error("a byte more and taken")
	}
	odd := string(NewModel([32]byte{}, NewGroup("Latn", []Language{{"en", 9}}, func(b, l int) int { return b })).Marshal())
	if _, err := Parse(odd[:len(odd)-1] + string(odd[len(odd)-1]|1)); err == nil {
		t.Error("a cost of no language and taken")
	}
}

func TestModelRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		langs := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Language {
			return Language{lang.Tag(rapid.StringMatching(`[a-z]{2,3}(-[A-Z][a-z]{3})?`).Draw(t, "tag")), rapid.IntRange(0, 65535).Draw(t, "like")}
		}), 1, 5).Draw(t, "langs")
		costs := rapid.SliceOfN(rapid.IntRange(0, MaxCost), 8*len(langs), 8*len(langs)).Draw(t, "costs")
		m := NewModel([32]byte{1}, NewGroup("Latn", langs, func(b, l int) int { return costs[b%8*len(langs)+l] }))
		again, err := Parse(string(m.Marshal()))
		if err != nil {
			t.Fatal(err)
		}
		for b := range 8 {
			got := make([]int, len(langs))
			again.groups[0].add(got, b)
			for l := range langs {
				if got[l] != costs[b*len(langs)+l] {
					t.Fatalf("bucket %d costs %v", b, got)
				}
			}
		}
	})
}

func TestGrams(t *testing.T) {
	collect := func(s, name string) (out []int) {
		Grams(s, name, func(b int) { out = append(out, b) })
		return out
	}
	same := func(a, b string) {
		t.Helper()
		x, y := collect(a, "Latn"), collect(b, "Latn")
		if len(x) == 0 || len(x) != len(y) {
			t.Fatalf("%q has %d grams, %q has %d", a, len(x), b, len(y))
		}
		for i := range x {
			if x[i] != y[i] {
				t.Fatalf("%q and %q differ at %d", a, b, i)
			}
		}
	}
	same("o\u02bbzbek", "O\u2018ZBEK")
	same("one two", " one, 2 две two! ")
	same("na\u00adme", "name")
	same("'quoted'", "quoted")
	// "ab": " a" "a"; "ab" "b" " ab"; "b " "ab "
	if got := len(collect("ab", "Latn")); got != 7 {
		t.Errorf("two letters have %d grams, want 7", got)
	}
	if len(collect("абв", "Latn")) != 0 || len(collect("abc", "none")) != 0 {
		t.Error("letters of another writing are counted")
	}
}

func FuzzIdentify(f *testing.F) {
	for _, list := range sentences {
		f.Add(list[0])
	}
	f.Add("\xff\xfe")
	f.Add(strings.Repeat("é", maxBytes))
	f.Fuzz(func(t *testing.T, s string) {
		tag, sure := Identify(s)
		if lang.ParseTag(string(tag)) != tag || tag == "" || tag == Undetermined && sure {
			t.Errorf("%q: %q, confident %v", s, tag, sure)
		}
		if again, sure2 := Identify(s); again != tag || sure2 != sure {
			t.Errorf("%q: first %s, then %s", s, tag, again)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(string(NewModel([32]byte{}, NewGroup("Latn", []Language{{"en", 9}}, func(b, l int) int { return b })).Marshal()))
	f.Add(version + "\n")
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := Parse(s); err == nil && string(m.Marshal()) != s {
			t.Errorf("%q has another form", s)
		} else if err == nil {
			m.Identify(sentences["en"][0])
		}
	})
}

func BenchmarkIdentify(b *testing.B) {
	s := sentences["en"][0]
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Identify(s)
	}
}
