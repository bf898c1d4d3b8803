package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"heed/internal/lang"
)

// learned lists for each writing its languages with the declarations they are learned from.
// Beside those that are asked for stand their neighbours, so that these are not taken for them.
var learned = []struct {
	writing string
	from    string // tag=declaration[+declaration] …
}{
	{"Latn", "en=eng fr=fra es=spa de=deu_1996 pt=por_BR+por_PT it=ita nl=nld uz-Latn=uzn_latn az=azj_latn tr=tur ug-Latn=uig_latn " +
		"id=ind vi=vie pl=pol sv=swe da=dan nb=nob fi=fin cs=ces sk=slk hu=hun ro=ron_2006 hr=hrv sl=slv sq=als ca=cat gl=glg eu=eus " +
		"lt=lit lv=lav et=est is=isl ga=gle cy=cym mt=mlt tl=tgl sw=swh so=som ha=hau_NG yo=yor zu=zul af=afr ku=kmr tk=tuk_latn crh=crh jv=jav mg=plt eo=epo"},
	{"Cyrl", "ru=rus uk=ukr bg=bul kk=kaz ky=kir tg=tgk tt=tat uz-Cyrl=uzn_cyrl mn=khk be=bel sr-Cyrl=srp_cyrl mk=mkd cv=chv sah=sah tyv=tyv " +
		"os=oss az-Cyrl=azj_cyrl tk-Cyrl=tuk_cyrl"},
	{"Arab", "ar=arb fa=pes_1+pes_2 ur=urd ps=pbu ug=uig_arab pnb=pnb ms-Arab=mly_arab"},
	{"Deva", "hi=hin mr=mar ne=nep sa=san mai=mai bho=bho"},
	{"Tibt", "bo=bod dz=dzo"},
	{"Hebr", "he=heb yi=ydd"},
	{"Ethi", "am=amh ti=tir"},
	{"Mymr", "my=mya shn=shn mnw=mnw"},
}

// decided are declarations in languages that their script decides, or two characters do.
const decided = "zh-Hans=cmn_hans zh-Hant=cmn_hant ja=jpn ko=kor th=tha el=ell_monotonic hy=hye ka=kat lo=lao km=khm gu=guj pa=pan ta=tam te=tel kn=kan ml=mal si=sin dv=div"

// source is a language with the names of its declarations.
type source struct {
	tag   lang.Tag
	codes []string
}

func sources(list string) (out []source) {
	for _, s := range strings.Fields(list) {
		tag, codes, _ := strings.Cut(s, "=")
		out = append(out, source{lang.Tag(tag), strings.Split(codes, "+")})
	}
	return out
}

// corpus reads declarations and keeps the manifest of those that were learned from.
type corpus struct {
	dir      string
	manifest strings.Builder
}

// halves gives the paragraphs of a language: those to learn from and those to score with.
func (c *corpus) halves(s source) (learn, score []string, err error) {
	for _, code := range s.codes {
		data, err := os.ReadFile(filepath.Join(c.dir, code+".html"))
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintf(&c.manifest, "%x  %s  %s\n", sha256.Sum256(data), code, s.tag)
		paragraphs, err := read(data)
		if err != nil {
			return nil, nil, err
		}
		for i, p := range paragraphs {
			if i%2 == 0 {
				learn = append(learn, p)
			} else {
				score = append(score, p)
			}
		}
	}
	// Declarations repeat themselves, and one in two spellings shares paragraphs.
	score = slices.DeleteFunc(score, func(p string) bool { return slices.Contains(learn, p) })
	return learn, score, nil
}

// others lists the declarations that are neither learned nor decided.
func (c *corpus) others() (codes []string, err error) {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	lists := []string{decided}
	for _, g := range learned {
		lists = append(lists, g.from)
	}
	for _, list := range lists {
		for _, s := range sources(list) {
			for _, code := range s.codes {
				known[code] = true
			}
		}
	}
	for _, e := range entries {
		code, ok := strings.CutSuffix(e.Name(), ".html")
		if ok && !known[code] {
			codes = append(codes, code)
		}
	}
	return codes, nil
}

// read takes the paragraphs and items of lists out of a declaration.
func read(data []byte) (paragraphs []string, err error) {
	doc, err := html.Parse(strings.NewReader(string(data)))
	if err != nil {
		return nil, err
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.DataAtom != atom.P && n.DataAtom != atom.Li {
			continue
		}
		if n.DataAtom == atom.Li && n.FirstChild != nil && holdsParagraph(n) {
			continue
		}
		var b strings.Builder
		for d := range n.Descendants() {
			if d.Type == html.TextNode {
				b.WriteString(d.Data)
			}
		}
		if p := strings.Join(strings.Fields(b.String()), " "); p != "" {
			paragraphs = append(paragraphs, p)
		}
	}
	return paragraphs, nil
}

func holdsParagraph(n *html.Node) bool {
	for d := range n.Descendants() {
		if d.DataAtom == atom.P {
			return true
		}
	}
	return false
}
