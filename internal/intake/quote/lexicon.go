package quote

import (
	"embed"
	"strings"
)

//go:embed data/*.txt
var data embed.FS

// verb is one line of cues.txt.
type verb struct {
	frames map[string]bool
	clause Stance // of a clause that follows
	object Stance // of an object that follows
}

func (v *verb) is(frame string) bool { return v.frames[frame] }

// form is one way in which a verb stands in a text.
type form struct {
	words []string
	verb  *verb
}

// lexicon is the lists of words the rules know.
type lexicon struct {
	classes map[string]map[string]bool
	phrases map[string][][]string // classes whose members are several words
	forms   map[string][]form     // by first word, longest first
	marks   map[rune]string       // opening mark → closing marks
}

func readLexicon() *lexicon {
	lex := &lexicon{classes: map[string]map[string]bool{}, phrases: map[string][][]string{}, forms: map[string][]form{}, marks: map[rune]string{}}
	for _, line := range lines("marks") {
		f := strings.Fields(line)
		lex.marks[[]rune(f[0])[0]] = strings.Join(f[1:], "")
	}
	for _, line := range lines("words") {
		name, members, _ := strings.Cut(line, ":")
		set := map[string]bool{}
		for _, w := range strings.Fields(members) {
			set[w] = true
			if strings.Contains(w, "_") {
				lex.phrases[name] = append(lex.phrases[name], strings.Split(w, "_"))
			}
		}
		lex.classes[name] = set
	}
	for _, line := range lines("cues") {
		f := strings.Split(line, ";")
		v := &verb{frames: map[string]bool{}, clause: Stance(strings.TrimSpace(f[2])), object: Stance(strings.TrimSpace(f[3]))}
		for _, frame := range strings.Fields(f[1]) {
			v.frames[frame] = true
		}
		for _, w := range strings.Fields(f[0]) {
			lex.addForm(form{strings.Split(w, "_"), v})
		}
	}
	return lex
}

// addForm keeps the longest form first: "called on" is no form of "called".
func (l *lexicon) addForm(f form) {
	list := l.forms[f.words[0]]
	at := 0
	for at < len(list) && len(list[at].words) >= len(f.words) {
		at++
	}
	list = append(list[:at:at], append([]form{f}, list[at:]...)...)
	l.forms[f.words[0]] = list
}

func (l *lexicon) has(class, word string) bool { return l.classes[class][word] }

func lines(name string) (out []string) {
	b, err := data.ReadFile("data/" + name + ".txt")
	if err != nil {
		panic("internal error: the list " + name + " is not built in") // unreachable: embedded above
	}
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			out = append(out, line)
		}
	}
	return out
}
