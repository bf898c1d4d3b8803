package table

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// uhriRecord is one annotation of UHRI's JSON export, as far as it is taken. The regions
// are facts about states and are left.
type uhriRecord struct {
	AffectedPersons        list
	AnnotationID           text `json:"AnnotationId"`
	AnnotationType         list
	Body                   text
	Countries              list
	PublicationDate        text
	Sdgs                   list
	Symbol                 text
	Text                   text
	Themes                 list
	UprCycle               text
	UprPositions           list
	UprRecommendingCountry list
	UprSession             list
}

// uhriTaken are the keys of the fields that are.
var uhriTaken = []string{"AffectedPersons", "AnnotationId", "AnnotationType", "Body", "Countries", "PublicationDate", "Sdgs", "Symbol", "Text", "Themes",
	"UprCycle", "UprPositions", "UprRecommendingCountry", "UprSession"}

// UHRIFields lists them.
func UHRIFields() []string { return slices.Clone(uhriTaken) }

// doubledKey is a key of a record that stands in it twice, or "". Only one of the two
// values would be read, and nobody could say which was meant. Keys that are not taken do
// not matter; capitals do not either, since the reading of JSON does not heed them.
func doubledKey(record []byte) string {
	var seen [32]bool // by place in uhriTaken
	depth := 0
	for i := 0; i < len(record); i++ {
		switch record[i] {
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case '"':
			from := i
			for i++; i < len(record) && record[i] != '"'; i++ {
				if record[i] == '\\' {
					i++
				}
			}
			to := min(i+1, len(record))
			if depth != 1 || !bytes.HasPrefix(bytes.TrimLeft(record[to:], " \t\r\n"), []byte(":")) {
				continue
			}
			at := takenKey(record[from:to])
			if at >= 0 && seen[at] {
				return uhriTaken[at]
			}
			if at >= 0 {
				seen[at] = true
			}
		}
	}
	return ""
}

// takenKey is the place of a quoted key among those taken, or -1.
func takenKey(quoted []byte) int {
	if len(quoted) > 256 { // as escaped as can be, the longest has fewer
		return -1
	}
	var key string
	if json.Unmarshal(quoted, &key) != nil {
		return -1
	}
	return slices.IndexFunc(uhriTaken, func(k string) bool { return strings.EqualFold(k, key) })
}

// uhriLeft are the fields that are not taken.
var uhriLeft = []string{"DocumentId", "PublicationDateOnUhri", "Regions", "UprRecommendingRegions"}

// list and text take a value of the other form too: an export of one value and one of
// several differ in that.
type (
	list []string
	text string
)

func (l *list) UnmarshalJSON(b []byte) error {
	var many []text
	if b[0] != '[' {
		var one text
		err := one.UnmarshalJSON(b)
		if *l = nil; one != "" {
			*l = list{string(one)}
		}
		return err
	}
	err := json.Unmarshal(b, &many)
	*l = nil
	for _, t := range many {
		*l = append(*l, string(t))
	}
	return err
}

func (t *text) UnmarshalJSON(b []byte) error {
	switch {
	case b[0] == '"':
		return json.Unmarshal(b, (*string)(t))
	case string(b) == "null":
		*t = ""
	case b[0] == '-' || b[0] >= '0' && b[0] <= '9':
		*t = text(b)
	default:
		return errors.New("neither text nor number")
	}
	return nil
}

// readUHRI reads UHRI's JSON export, one record at a time: the whole has 400 MB.
func readUHRI(in io.Reader, yield func(Row) error) (Reading, error) {
	reading := Reading{Left: uhriLeft, Encoding: Encoding{Name: utf8Enc}}
	src := &metered{in: bufio.NewReaderSize(in, 64<<10), whole: maxJSON}
	if head, _ := src.in.Peek(len(bom)); bytes.Equal(head, bom) {
		src.in.Discard(len(bom))
	}
	d := json.NewDecoder(src)
	src.left = maxRecord
	if t, err := d.Token(); err != nil || t != json.Delim('[') {
		return reading, src.broken(err, "the file is no JSON array")
	}
	for n := 1; d.More(); n++ {
		src.left = maxRecord
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return reading, src.broken(err, fmt.Sprintf("the JSON is broken in record %d", n))
		}
		r := Row{N: n, Line: src.line(d.InputOffset() - int64(len(raw)))}
		var rec *uhriRecord
		switch err := json.Unmarshal(raw, &rec); {
		case err != nil:
			r.Wrong = "it does not have the form of a record"
		case rec == nil:
			r.Wrong = "it is empty"
		case doubledKey(raw) != "":
			r.Wrong = "the key " + doubledKey(raw) + " stands twice"
		default:
			r.uhri(*rec)
		}
		if err := yield(r); err != nil {
			return reading, err
		}
	}
	src.left = maxRecord
	if _, err := d.Token(); err != nil {
		return reading, src.broken(err, "the JSON array never ends: the file was cut off")
	}
	if _, err := d.Token(); err != io.EOF {
		return reading, src.broken(err, "something follows after the end of the JSON array")
	}
	return reading, nil
}

// uhri fills in a row from a record.
func (r *Row) uhri(u uhriRecord) {
	r.Raw = string(u.Text)
	r.Text = tagless(r.Raw)
	r.Paragraph = paragraphOf(r.Text)
	r.Body, r.Symbol, r.Cycle = undashed(string(u.Body)), name(string(u.Symbol)), undashed(string(u.UprCycle))
	r.AnnotationID = strings.ToLower(name(string(u.AnnotationID)))
	r.To, r.From = states(u.Countries), states(u.UprRecommendingCountry)
	r.Themes, r.Affected = values(u.Themes), values(u.AffectedPersons)
	r.Session = strings.Join(values(u.UprSession), ", ")
	r.Response = strings.Join(values(u.UprPositions), "/")
	r.sdgs(u.Sdgs)
	r.dated(string(u.PublicationDate))
	r.judge(slices.Concat([]string{r.Raw}, u.Countries, u.UprRecommendingCountry, u.Themes, u.AffectedPersons,
		[]string{string(u.Body), string(u.Symbol)}))
	r.tooMany(len(u.Countries), len(u.UprRecommendingCountry), len(u.Themes), len(u.AffectedPersons), len(u.Sdgs), len(u.UprSession), len(u.UprPositions), len(u.AnnotationType))
	r.kind(values(u.AnnotationType))
}

// kind keeps apart what asks for something and what only says something. An annotation
// can be both.
func (r *Row) kind(kinds []string) {
	named := func(prefix string) bool {
		return slices.ContainsFunc(kinds, func(k string) bool { return strings.HasPrefix(strings.ToLower(k), prefix) })
	}
	switch {
	case named("recommendation"):
	case named("concern"), named("observation"):
		r.Out, r.Wrong, r.Notes = "concern or observation", "", nil
	default:
		r.Wrong = "its AnnotationType says neither that it is a recommendation nor a concern or an observation"
	}
}

func (r *Row) sdgs(all []string) {
	for _, s := range all[:min(len(all), maxList)] {
		switch code, ok := sdgOf(s); {
		case ok:
			r.SDGs = appendNew(r.SDGs, code)
		case undashed(s) != "":
			r.note("a Sustainable Development Goal without its code was left out")
		}
	}
}

// dated takes the day of a date as UHRI writes it.
func (r *Row) dated(s string) {
	s = strings.TrimSpace(s)
	if s == "" {
		return
	}
	if day, _, _ := strings.Cut(s, "T"); len(day) == len(time.DateOnly) {
		if _, err := time.Parse(time.DateOnly, day); err == nil {
			r.Date = day
			return
		}
	}
	r.note("the date of its document could not be read")
}

func (r *Row) tooMany(lengths ...int) {
	if slices.Max(lengths) > maxList {
		r.Wrong = fmt.Sprintf("one of its lists has more than %d values", maxList)
	}
}

// values are the values of a field, without dashes, empty ones and repetitions. Of those
// beyond the limit the row is refused.
func values(all []string) (out []string) {
	for _, s := range all[:min(len(all), maxList)] {
		out = appendNew(out, undashed(s))
	}
	return out
}

// states are values of which one is the same in other capitals: a state is addressed once.
func states(all []string) (out []string) {
	for _, s := range values(all) {
		if !slices.ContainsFunc(out, func(o string) bool { return strings.EqualFold(o, s) }) {
			out = append(out, s)
		}
	}
	return out
}

// metered is a reader that bounds one record and the whole, and counts lines.
type metered struct {
	in    *bufio.Reader
	left  int64 // of the record
	whole int64
	err   error   // why reading was stopped, when it was not the end of the file
	read  int64   // bytes handed out
	ends  []int64 // where lines ended that line has not counted
	lines int     // those it has
}

func (m *metered) Read(b []byte) (int, error) {
	switch {
	case m.left <= 0:
		m.err = invalid(fmt.Sprintf("a record has more than %d KiB", maxRecord>>10), "Check that it is the right file.")
	case m.whole <= 0:
		m.err = invalid(fmt.Sprintf("the file has more than the %d GiB that can be read of this format", maxJSON>>30), "Split it.")
	}
	if m.err != nil {
		return 0, m.err
	}
	n, err := m.in.Read(b)
	for i, c := range b[:n] {
		if c == '\n' {
			m.ends = append(m.ends, m.read+int64(i))
		}
	}
	m.read, m.left, m.whole = m.read+int64(n), m.left-int64(n), m.whole-int64(n)
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

// line is the line that a byte stands in. It is asked for in ascending order.
func (m *metered) line(offset int64) int {
	i := 0
	for i < len(m.ends) && m.ends[i] < offset {
		i++
	}
	m.ends, m.lines = m.ends[i:], m.lines+i
	return m.lines + 1
}

// broken is the reason why a file ended early: that of the reader, if it had one.
func (m *metered) broken(err error, what string) error {
	switch {
	case m.err != nil:
		return m.err
	case errors.Is(err, io.EOF) && m.read == 0:
		return invalid("the file is empty", "Check that it is the right file.")
	}
	return invalid(what, "Fetch the file once more; check that it is the right file and format.")
}
