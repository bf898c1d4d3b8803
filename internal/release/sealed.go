package release

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"heed/bundle"
	"heed/internal/intake"
	"heed/internal/lang"
	"heed/internal/record"
)

// segment is one reading of a released file: its raw bytes, its text without markup,
// or one JSON string. A value hidden from one reading shows in another. raw[i] is the
// place in the file of byte i; nil when the reading is the file itself.
type segment struct {
	file  string
	data  []byte
	text  []byte
	raw   []int
	start int // in the text that is asked about
}

// between keeps a value from being found across two readings, whether marks or words
// are compared.
const between = "\n\u241e heedreading \u241e\n"

// readings lists every reading of every file, and joins them into one text, so that
// the vault is asked once and the ledger holds one act for it.
func readings(files []bundle.File) (all []segment, text []byte) {
	for _, f := range files {
		all = append(all, segment{file: f.Name, data: f.Data, text: f.Data})
		switch {
		case strings.HasSuffix(f.Name, ".html"):
			all = append(all, withoutTags(f, ""), withoutTags(f, " "))
		case strings.HasSuffix(f.Name, ".json"):
			all = append(all, jsonStrings(f)...)
		}
		all = append(all, segment{file: f.Name, data: f.Data, text: []byte(f.Name), raw: make([]int, len(f.Name))})
	}
	for i := range all {
		all[i].start = len(text)
		text = append(append(text, all[i].text...), between...)
	}
	return all, text
}

// withoutTags is the text a reader sees: tags replaced, references decoded. It asks
// nothing of the markup but that < begins a tag and > ends it, which the report holds.
func withoutTags(f bundle.File, tag string) segment {
	s := segment{file: f.Name, data: f.Data}
	for i := 0; i < len(f.Data); {
		size, decoded := 1, f.Data[i:i+1]
		switch f.Data[i] {
		case '<':
			if end := bytes.IndexByte(f.Data[i:], '>'); end >= 0 {
				size, decoded = end+1, []byte(tag)
			}
		case '&':
			if end := bytes.IndexByte(f.Data[i:min(i+40, len(f.Data))], ';'); end > 0 {
				size, decoded = end+1, []byte(html.UnescapeString(string(f.Data[i:i+end+1])))
			}
		}
		s.text = append(s.text, decoded...)
		for range decoded {
			s.raw = append(s.raw, i)
		}
		i += size
	}
	return s
}

// jsonStrings is one reading per string, keys too. Its bytes all lie at the string's
// end in the file: good enough for a line number.
func jsonStrings(f bundle.File) (out []segment) {
	d := json.NewDecoder(bytes.NewReader(f.Data))
	for {
		t, err := d.Token()
		if err != nil {
			return out // the end, or no JSON: the raw reading stands
		}
		if v, ok := t.(string); ok && v != "" {
			raw := make([]int, len(v))
			for i := range raw {
				raw[i] = int(d.InputOffset()) - 1
			}
			out = append(out, segment{file: f.Name, data: f.Data, text: []byte(v), raw: raw})
		}
	}
}

// hitsAt turns positions in the joined text into places in files. Several readings of
// one place make one hit. The value itself is never repeated.
func hitsAt(all []segment, spans []Span) (hits []Hit) {
	seen := map[string]bool{}
	for _, span := range spans {
		i := sort.Search(len(all), func(i int) bool { return all[i].start > span.Start }) - 1
		if i < 0 {
			i = 0
		}
		s := all[i]
		at := min(max(span.Start-s.start, 0), len(s.text))
		if s.raw != nil {
			at = s.raw[min(at, len(s.raw)-1)]
		}
		where := s.file + ", " + spot(s, at)
		if seen[where] {
			continue
		}
		seen[where] = true
		hits = append(hits, Hit{Place: where, What: "a sealed value stands here",
			Do: "Take it out of the text or put it in other words. A common word that is part of a sealed name passes in lower case once a public text of the case has it so."})
	}
	return hits
}

// spot names a place as a person finds it: the element with an id in a page, the line
// elsewhere.
func spot(s segment, at int) string {
	if strings.HasSuffix(s.file, ".html") {
		before := s.data[:at]
		if i := bytes.LastIndex(before, []byte(` id="`)); i >= 0 {
			id := before[i+len(` id="`):]
			if end := bytes.IndexByte(id, '"'); end > 0 {
				return "at " + string(id[:end])
			}
		}
	}
	return fmt.Sprintf("line %d", 1+bytes.Count(s.data[:at], []byte("\n")))
}

// namable is released text as it is searched for what names a source.
type namable struct {
	all    []segment
	folded []folding
	ids    map[string]bool // what looks like the id of a source or a seal
	words  []string        // folded, sorted
	joined string          // these, one a line
}

var idForm = regexp.MustCompile(`[A-Z]+-[0-9]+`)

func newNamable(files []bundle.File) *namable {
	n := &namable{ids: map[string]bool{}}
	n.all, _ = readings(files)
	for _, s := range n.all {
		f := fold(string(s.text))
		n.folded = append(n.folded, f)
		n.words = append(n.words, strings.FieldsFunc(f.text, func(r rune) bool { return !isWord(r) })...)
		for _, id := range idForm.FindAll(s.text, -1) {
			n.ids[string(id)] = true
		}
	}
	slices.Sort(n.words)
	n.words = slices.Compact(n.words)
	n.joined = strings.Join(n.words, "\n")
	return n
}

// mayName reports whether the text may name a source. It errs to one side only, and
// spares the search for thousands of titles that are not there.
func (n *namable) mayName(o intake.Original, s record.Source) bool {
	return n.ids[o.ID] || n.ids[string(o.Original)] || n.ids[string(o.FileName)] || n.mayHold(s.Title) || n.mayHold(s.Contact)
}

// mayHold reports whether a phrase may stand in the text: its first word begins some word
// of it, and the others stand in one.
func (n *namable) mayHold(s string) bool {
	words := lang.Words(s)
	for i, word := range words {
		if at := strings.IndexFunc(word, func(r rune) bool { return !isWord(r) }); at >= 0 {
			word = word[:at]
		}
		if i > 0 && !strings.Contains(n.joined, word) {
			return false
		}
		if at, _ := slices.BinarySearch(n.words, word); i == 0 && word != "" && (at == len(n.words) || !strings.HasPrefix(n.words[at], word)) {
			return false
		}
	}
	return len(words) > 0
}

// named finds what would point to a source that is sealed or not named, though no sealed
// value is in it: its id, the references of its seals, its title and its contact.
func (p picture) named(n *namable) (hits []Hit) {
	seen := map[string]bool{}
	for _, id := range slices.Sorted(maps.Keys(p.Originals)) {
		o := p.Originals[id]
		if !p.unnamed(id) {
			continue
		}
		title, contact := phrase(p.Sources[id].Title, 2), phrase(p.Sources[id].Contact, 1)
		for i, s := range n.all {
			text := string(s.text)
			for what, found := range map[string]int{
				"its id":              wordIndex(text, id),
				"the id of its seal":  max(wordIndex(text, string(o.Original)), wordIndex(text, string(o.FileName))),
				"its title":           n.folded[i].index(title),
				"its contact in Heed": n.folded[i].index(contact),
			} {
				if found < 0 {
					continue
				}
				if s.raw != nil {
					found = s.raw[min(found, len(s.raw)-1)]
				}
				where := s.file + ", " + spot(s, found)
				if key := where + id + what; !seen[key] {
					seen[key] = true
					hits = append(hits, Hit{Place: where, What: id + ", which the report must not name, is named here by " + what,
						Do: "Take it out of the text, or change what the case records as the source's title or contact."})
				}
			}
		}
	}
	slices.SortFunc(hits, func(a, b Hit) int { return strings.Compare(a.Place+a.What, b.Place+b.What) })
	return hits
}

// reordered finds direction overrides, wherever they come from: in words copied from a
// source too, a reader would see another order than the one that is checked.
func reordered(all []segment) (hits []Hit) {
	seen := map[string]bool{}
	for _, s := range all {
		for at := range s.text {
			r, _ := utf8.DecodeRune(s.text[at:])
			if !strings.ContainsRune(record.Overrides, r) {
				continue
			}
			raw := at
			if s.raw != nil {
				raw = s.raw[at]
			}
			where := s.file + ", " + spot(s, raw)
			if !seen[where] {
				seen[where] = true
				hits = append(hits, Hit{Place: where, What: "a direction override stands here: a reader would see another order than the one that is checked",
					Do: "Write the text again without it; where it stands in the exact words of a source, quote words without it, or cite them no more."})
			}
		}
	}
	return hits
}

// wordIndex finds an id that is no part of a longer one.
func wordIndex(text, id string) int {
	if id == "" {
		return -1
	}
	for from := 0; ; {
		i := strings.Index(text[from:], id)
		if i < 0 {
			return -1
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(id):])
		if !isWord(before) && !isWord(after) {
			return i
		}
		from = i + 1
	}
}

// isWord reports whether r would make a word longer. Scripts written without blanks,
// which all lie above, have no such border.
func isWord(r rune) bool { return r < 0x2E80 && len(lang.Words(string(r))) > 0 }

// phrase is a title or contact as a pattern over folded text: its words, with anything
// between them that is no word. It is nil when there are too few words to mean anything.
func phrase(s string, least int) *regexp.Regexp {
	words := lang.Words(s)
	if len(words) < least || utf8.RuneCountInString(strings.Join(words, "")) < 4 {
		return nil
	}
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteString(`[^\p{L}\p{N}\p{Mc}]*`)
		}
		b.WriteString(regexp.QuoteMeta(w))
	}
	return regexp.MustCompile(b.String())
}

// folding is a reading in its folded form, with the way back.
type folding struct {
	text    string
	offsets []int
}

func fold(text string) (f folding) {
	f.text, f.offsets = lang.FoldMap(text)
	return f
}

// index finds a phrase that is no part of longer words.
func (f folding) index(p *regexp.Regexp) int {
	if p == nil {
		return -1
	}
	for _, at := range p.FindAllStringIndex(f.text, -1) {
		before, _ := utf8.DecodeLastRuneInString(f.text[:at[0]])
		after, _ := utf8.DecodeRuneInString(f.text[at[1]:])
		if !isWord(before) && !isWord(after) {
			return f.offsets[at[0]]
		}
	}
	return -1
}
