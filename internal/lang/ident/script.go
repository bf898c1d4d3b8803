package ident

import (
	"strings"
	"unicode"

	"heed/internal/lang"
)

// writing is a script, or scripts that are written together.
type writing struct {
	name   string
	tables []*unicode.RangeTable
	tag    lang.Tag // of the one language that it is the script of, or ""
	dense  bool     // a letter says as much as three Latin ones
}

// The writings whose languages are told otherwise than by the script.
const (
	han  = "Hani"
	kana = "Kana"
)

// writings are looked through in this order; the first are the most frequent. What stands
// in none counts for nothing.
var writings = []writing{
	{name: "Latn", tables: []*unicode.RangeTable{unicode.Latin}},
	{name: "Cyrl", tables: []*unicode.RangeTable{unicode.Cyrillic}},
	{name: "Arab", tables: []*unicode.RangeTable{unicode.Arabic}},
	{name: han, tables: []*unicode.RangeTable{unicode.Han}, dense: true},
	{name: kana, tables: []*unicode.RangeTable{unicode.Hiragana, unicode.Katakana}, tag: "ja", dense: true},
	{name: "Hang", tables: []*unicode.RangeTable{unicode.Hangul}, tag: "ko", dense: true},
	{name: "Deva", tables: []*unicode.RangeTable{unicode.Devanagari}},
	{name: "Tibt", tables: []*unicode.RangeTable{unicode.Tibetan}},
	{name: "Hebr", tables: []*unicode.RangeTable{unicode.Hebrew}},
	{name: "Ethi", tables: []*unicode.RangeTable{unicode.Ethiopic}},
	{name: "Mymr", tables: []*unicode.RangeTable{unicode.Myanmar}},
	{name: "Grek", tables: []*unicode.RangeTable{unicode.Greek}, tag: "el"},
	{name: "Armn", tables: []*unicode.RangeTable{unicode.Armenian}, tag: "hy"},
	{name: "Geor", tables: []*unicode.RangeTable{unicode.Georgian}, tag: "ka"},
	{name: "Thai", tables: []*unicode.RangeTable{unicode.Thai}, tag: "th"},
	{name: "Laoo", tables: []*unicode.RangeTable{unicode.Lao}, tag: "lo"},
	{name: "Khmr", tables: []*unicode.RangeTable{unicode.Khmer}, tag: "km"},
	{name: "Gujr", tables: []*unicode.RangeTable{unicode.Gujarati}, tag: "gu"},
	{name: "Guru", tables: []*unicode.RangeTable{unicode.Gurmukhi}, tag: "pa"},
	{name: "Taml", tables: []*unicode.RangeTable{unicode.Tamil}, tag: "ta"},
	{name: "Telu", tables: []*unicode.RangeTable{unicode.Telugu}, tag: "te"},
	{name: "Knda", tables: []*unicode.RangeTable{unicode.Kannada}, tag: "kn"},
	{name: "Mlym", tables: []*unicode.RangeTable{unicode.Malayalam}, tag: "ml"},
	{name: "Sinh", tables: []*unicode.RangeTable{unicode.Sinhala}, tag: "si"},
	{name: "Thaa", tables: []*unicode.RangeTable{unicode.Thaana}, tag: "dv"},
	{name: "Mong", tables: []*unicode.RangeTable{unicode.Mongolian}, tag: "mn-Mong"},
	{name: "Yiii", tables: []*unicode.RangeTable{unicode.Yi}, tag: "ii", dense: true},
}

// least is the fewest letters on which an answer can rest.
func (w writing) least() int {
	switch {
	case w.dense:
		return 6 * 3
	case w.tag != "":
		return 10
	}
	return 20
}

// scanned is a text with the letters of each writing counted, those that are dense thrice.
type scanned struct {
	text  string
	count []int // by the index of writings
	total int
}

func scan(text string) scanned {
	s := scanned{text: text, count: make([]int, len(writings))}
	last := 0 // letters come in runs
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) {
			continue
		}
		if !unicode.In(r, writings[last].tables...) {
			i := writingOf(r)
			if i < 0 {
				continue
			}
			last = i
		}
		n := 1
		if writings[last].dense {
			n = 3
		}
		s.count[last] += n
		s.total += n
	}
	return s
}

func writingOf(r rune) int {
	for i, w := range writings {
		if unicode.In(r, w.tables...) {
			return i
		}
	}
	return -1
}

// dominant is the writing with the most letters, and how many. Japanese is written with
// Chinese characters among kana and at times more of them; Korean may hold some.
func (s scanned) dominant() (w writing, most int) {
	count := append([]int(nil), s.count...)
	h, k, hangul := index(han), index(kana), index("Hang")
	switch {
	case count[k]*8 > count[h]: // a Chinese text may quote a few kana
		count[k], count[h] = count[k]+count[h], 0
	case count[hangul] > count[h]:
		count[hangul], count[h] = count[hangul]+count[h], 0
	}
	at := 0
	for i, n := range count {
		if n > count[at] {
			at = i
		}
	}
	return writings[at], count[at]
}

func index(name string) int {
	for i, w := range writings {
		if w.name == name {
			return i
		}
	}
	return -1 // unreachable: the names are constants of this file
}

// chinese tells the two ways of writing Chinese by characters that only one of them has.
func chinese(text string) (tag lang.Tag, sure bool) {
	hans, hant := 0, 0
	for _, r := range text {
		switch {
		case strings.ContainsRune(onlyHans, r):
			hans++
		case strings.ContainsRune(onlyHant, r):
			hant++
		}
	}
	switch {
	case hans > 3*hant:
		return "zh-Hans", hans > 1
	case hant > 3*hans:
		return "zh-Hant", hant > 1
	}
	return Undetermined, false
}

// Frequent characters in their two forms, pair by pair. Left out are simplified ones that
// are traditional characters of their own (后, 里, 干, 台, 云) or common variants.
const (
	onlyHans = "们这国说时对会过动学经发进种还问间关开长门见现东马车书军农业产为义习乡买乱争亚亲从仅仓仪众优传伤伦体债倾储党兰兴养兽冲决况净减击刘则刚创删别剂剑剧劝办务劳势区医华协单卖卢卫却压厅历厉县参双变叙叶号叹吗听启员呜响团园围图圆场坏块坚坛坝坟坠垒垦执墙壮声处备够头夹夺奋奖妇妈孙宝实宠审宪宫宽宾导寻寿将尔尘尝层属岁岛峡币师帐帮带广庆库应庙废异弃张弹强归当录彻径忆忧态总恋恳恶悬惊惧惨惯懒战户扩扫扬抚抛抢护报担拟拥拨择挡挤挥损换据断无旧显晓暂术机杀杂权条来杨极构枪标栏树样档桥检楼欢欧残毁毕汇汉汤沟没沪泪泽济浅测浏浑浓涛润涨渐渔湾湿满滚滤滥灭灯灵灾炉炼点烂烛烦烧热爱爷牵犹狱独狭猎献环玛电画畅疗疯监盖盘睁矿码砖础确碍礼祸秃积称稳穷窃竞笔笼签简类粮紧纠红约级纪纯纲纳纵纷纸纹纺线练组细织终绍结绕绘给络绝统继绩续维绵综绿缓编缘缩罗罚罢职联肃肠肤肿胁胆脉脏脑脚脱艰艳艺节苏荡荣药莱获营萧蓝虏虑虽虾补装观规视览觉计订认讨让训议讯记讲许论设访证评识诉诊词译试诗诚话诞询该详语误请诸读课谁调谈谊谋谓谢谣谱贝负贡财责败货质贩贪购贯贵贷贸费贺贼资赋赌赏赔赖赚赛赞赵趋跃践踪轨转轮软轻载较辅辆辈辉辑输边辽达迁运违连迟选递逻遗邓邮邻郑酱释针钉钟钢钱铁铃铜银铺链销锁锅锋错锦键镇镜闪闭闲闷闹闻阅队阳阴阵阶际陆陈险随隐难雾韩页顶项顺须顾预领频题颜额风飞饭饮饰饱馆驱驻驾验骂骗骤鱼鲁鲜鸟鸡鸣鸭鸿鹰黄龙龄齐齿龟"
	onlyHant = "們這國說時對會過動學經發進種還問間關開長門見現東馬車書軍農業產為義習鄉買亂爭亞親從僅倉儀眾優傳傷倫體債傾儲黨蘭興養獸衝決況淨減擊劉則剛創刪別劑劍劇勸辦務勞勢區醫華協單賣盧衛卻壓廳歷厲縣參雙變敘葉號嘆嗎聽啟員嗚響團園圍圖圓場壞塊堅壇壩墳墜壘墾執牆壯聲處備夠頭夾奪奮獎婦媽孫寶實寵審憲宮寬賓導尋壽將爾塵嘗層屬歲島峽幣師帳幫帶廣慶庫應廟廢異棄張彈強歸當錄徹徑憶憂態總戀懇惡懸驚懼慘慣懶戰戶擴掃揚撫拋搶護報擔擬擁撥擇擋擠揮損換據斷無舊顯曉暫術機殺雜權條來楊極構槍標欄樹樣檔橋檢樓歡歐殘毀畢匯漢湯溝沒滬淚澤濟淺測瀏渾濃濤潤漲漸漁灣濕滿滾濾濫滅燈靈災爐煉點爛燭煩燒熱愛爺牽猶獄獨狹獵獻環瑪電畫暢療瘋監蓋盤睜礦碼磚礎確礙禮禍禿積稱穩窮竊競筆籠簽簡類糧緊糾紅約級紀純綱納縱紛紙紋紡線練組細織終紹結繞繪給絡絕統繼績續維綿綜綠緩編緣縮羅罰罷職聯肅腸膚腫脅膽脈臟腦腳脫艱艷藝節蘇蕩榮藥萊獲營蕭藍虜慮雖蝦補裝觀規視覽覺計訂認討讓訓議訊記講許論設訪證評識訴診詞譯試詩誠話誕詢該詳語誤請諸讀課誰調談誼謀謂謝謠譜貝負貢財責敗貨質販貪購貫貴貸貿費賀賊資賦賭賞賠賴賺賽讚趙趨躍踐蹤軌轉輪軟輕載較輔輛輩輝輯輸邊遼達遷運違連遲選遞邏遺鄧郵鄰鄭醬釋針釘鐘鋼錢鐵鈴銅銀鋪鏈銷鎖鍋鋒錯錦鍵鎮鏡閃閉閒悶鬧聞閱隊陽陰陣階際陸陳險隨隱難霧韓頁頂項順須顧預領頻題顏額風飛飯飲飾飽館驅駐駕驗罵騙驟魚魯鮮鳥雞鳴鴨鴻鷹黃龍齡齊齒龜"
)
