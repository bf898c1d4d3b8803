package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Ends counts what ends the lines of a file, outside of quoted cells.
type Ends struct {
	CR   int `json:"cr,omitempty"`
	LF   int `json:"lf,omitempty"`
	CRLF int `json:"crlf,omitempty"`
}

// String names them: CR, LF, CRLF, or several with their numbers.
func (e Ends) String() string {
	var parts []string
	for _, p := range []struct {
		name string
		n    int
	}{{"CR", e.CR}, {"LF", e.LF}, {"CRLF", e.CRLF}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", p.name, p.n))
		}
	}
	if len(parts) == 1 {
		name, _, _ := strings.Cut(parts[0], " ")
		return name
	}
	return strings.Join(parts, ", ")
}

// Inside quoted cells a line end must survive encoding/csv, which makes \n of \r\n and
// counts \n only. These bytes are in no UTF-8 text, so they can mark what stood there.
const (
	markedCRLF = "\xff\n"
	markedCR   = "\xfe\n"
)

var unmark = strings.NewReplacer(markedCRLF, "\r\n", markedCR, "\r")

// normal is a CSV text whose lines end in \n, also where they ended in \r.
type normal struct {
	text   []byte
	ends   Ends
	blank  int // empty lines; encoding/csv passes over them
	opened int // the line in which a quoted cell begins that never ends, or 0
}

// normalise rewrites line ends. Which of them end a record is decided by the quotes and
// never by the ends themselves: a \r in a quoted cell is a part of the cell.
func normalise(b []byte, separator byte) (n normal) {
	n.text = make([]byte, 0, len(b)+len(b)/64)
	line, opened := 1, 0 // opened is where the open quoted cell begins; 0 outside
	fresh := true        // a cell begins here
	empty := true        // nothing on this line yet
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case c == '\r' || c == '\n':
			end := "\n"
			switch {
			case c == '\r' && i+1 < len(b) && b[i+1] == '\n':
				i++
				end = markedCRLF
			case c == '\r':
				end = markedCR
			}
			line++
			if opened != 0 {
				n.text = append(n.text, end...)
				continue
			}
			n.ends.count(end)
			if empty {
				n.blank++
			}
			n.text, fresh, empty = append(n.text, '\n'), true, true
			continue
		case opened != 0 && c == '"' && i+1 < len(b) && b[i+1] == '"':
			i++
			n.text = append(n.text, '"')
		case opened != 0 && c == '"':
			opened = 0
		case opened == 0 && c == '"' && fresh:
			opened = line
		}
		fresh = opened == 0 && c == separator
		empty = false
		n.text = append(n.text, c)
	}
	n.opened = opened
	return n
}

func (e *Ends) count(end string) {
	switch end {
	case markedCRLF:
		e.CRLF++
	case markedCR:
		e.CR++
	default:
		e.LF++
	}
}

// columns gives each known column its place in a header.
type columns map[string]int

// cells are one record, by column. A column that is not there is empty.
type cells struct {
	at  columns
	row []string
}

func (c cells) get(name string) string {
	if i, ok := c.at[name]; ok && i < len(c.row) {
		return c.row[i]
	}
	return ""
}

// headerOf finds the known columns in a header, in whatever order they stand, and names
// the rest. known gives each accepted spelling, folded, its column.
func headerOf(cells []string, known map[string]string) (at columns, rest []string, err error) {
	at = columns{}
	if len(cells) > maxColumns {
		return nil, nil, invalid(fmt.Sprintf("the header has more than %d columns", maxColumns), "Take out those that are not needed, and try again.")
	}
	for i, cell := range cells {
		if len(cell) > maxName {
			return nil, nil, invalid(fmt.Sprintf("the name of a column is longer than %d bytes", maxName), "Check that it is the right file.")
		}
		name, ok := known[strings.ToLower(strings.Join(strings.Fields(cell), " "))]
		_, twice := at[name]
		switch {
		case !ok:
			rest = append(rest, cell)
		case twice:
			return nil, nil, invalid("the header has the column "+name+" twice", "Take one of them out, and try again.")
		default:
			at[name] = i
		}
	}
	return at, rest, nil
}

// need refuses a header without a column that must be there.
func (at columns) need(names ...string) error {
	var missing []string
	for _, n := range names {
		if _, ok := at[n]; !ok {
			missing = append(missing, n)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	slices.Sort(missing)
	return invalid("the header lacks: "+strings.Join(missing, ", "), "Check that it is the right file and format.")
}

// separators are what may stand between cells; Excel writes ; where , is the decimal mark.
const separators = ",;\t"

// separatorOf finds the separator that makes the line a header of UPR Info.
func separatorOf(line []byte) (byte, bool) {
	for i := range len(separators) {
		r := csv.NewReader(bytes.NewReader(line))
		r.Comma = rune(separators[i])
		header, err := r.Read()
		if err != nil {
			continue
		}
		header = header[:min(len(header), maxColumns)] // that there are more is told by whoever reads on
		if at, _, err := headerOf(header, uprColumns); err == nil && at.need(uprNeeds...) == nil {
			return separators[i], true
		}
	}
	return ',', false
}

func firstLine(b []byte) []byte {
	if i := bytes.IndexAny(b, "\r\n"); i >= 0 {
		return b[:i]
	}
	return b
}

// span is where a record stands: its first line, and how many it takes.
type span struct{ line, lines int }

// eachRecord calls yield for the header and every record: its lines, its cells, or why it
// is none. A quoted cell that never ends would swallow the rest, so the file is refused.
func eachRecord(n normal, separator byte, yield func(at span, cells []string, wrong string) error) error {
	if n.opened != 0 {
		return invalid(fmt.Sprintf("a quoted cell that begins in line %d never ends", n.opened), "Close it there, and try again.")
	}
	r := csv.NewReader(bytes.NewReader(n.text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = rune(separator), -1, true
	for {
		record, err := r.Read()
		var bad *csv.ParseError
		switch {
		case err == io.EOF:
			return nil
		case errors.As(err, &bad):
			if err := yield(span{bad.StartLine, bad.Line - bad.StartLine + 1}, nil, "its quotes are wrong"); err != nil {
				return err
			}
			continue
		case err != nil:
			return err
		}
		at := span{lines: 1}
		at.line, _ = r.FieldPos(0)
		for i, c := range record {
			if n := strings.Count(c, "\n"); n > 0 {
				at.lines += n
				record[i] = unmark.Replace(c)
			}
		}
		// Behind wrong quotes the end of a record can bear a mark.
		last := &record[len(record)-1]
		for n := len(*last); n > 0 && (*last)[n-1] >= 0xfe; n-- { // bytes that UTF-8 does not have
			*last = (*last)[:n-1]
		}
		if err := yield(at, record, ""); err != nil {
			return err
		}
	}
}
