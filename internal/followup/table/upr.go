package table

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// uprColumns are the columns of UPR Info's export that are taken. The regional groups and
// organisations of both states are facts about states and are left.
var uprColumns = map[string]string{"to": "To", "from": "From", "text": "Text", "response": "Response", "action": "Action", "issue": "Issue", "session": "Session"}

// UPRColumns lists them.
func UPRColumns() []string { return slices.Sorted(maps.Values(uprColumns)) }

// uprNeeds are those without which a row says nothing.
var uprNeeds = []string{"To", "From", "Text", "Session"}

// readUPR reads UPR Info's CSV. Known of the real files: lines end in CR only, some bytes
// are MacRoman, some rows stand there twice, and names hold entities from a web page.
func readUPR(in io.Reader, encoding string, yield func(Row) error) (Reading, error) {
	var reading Reading
	raw, err := readAll(in, maxCSV)
	if err != nil {
		return reading, err
	}
	text, enc, err := decode(raw, encoding)
	if err != nil {
		return reading, err
	}
	reading.Encoding = enc
	separator, _ := separatorOf(firstLine(text))
	n := normalise(text, separator)
	reading.Ends, reading.Blank, reading.Separator = n.ends, n.blank, string(separator)
	var header columns
	width, rows := 0, 0
	err = eachRecord(n, separator, func(at span, record []string, wrong string) (err error) {
		if header == nil {
			width = len(record)
			if header, reading.Left, err = headerOf(record, uprColumns); err == nil {
				err = header.need(uprNeeds...)
			}
			return err
		}
		rows++
		r := Row{N: rows, Line: at.line, Wrong: wrong}
		switch {
		case wrong != "":
		case len(record) != width:
			r.Wrong = fmt.Sprintf("it has %d cells, and the header %d", len(record), width)
		default:
			r.upr(cells{header, record})
		}
		if r.Wrong != "" && at.lines > 1 {
			r.Wrong += fmt.Sprintf("; lines %d to %d were read as one row", at.line, at.line+at.lines-1)
			r.Lines = at.lines
			reading.Joined += at.lines - 1
		}
		return yield(r)
	})
	if err == nil && header == nil {
		err = invalid("the file has no header", "Check that it is the right file.")
	}
	return reading, err
}

// upr fills in a row from its cells.
func (r *Row) upr(c cells) {
	r.Raw = strings.Clone(c.get("Text"))
	r.Text = readable(r.Raw)
	r.Body = "UPR"
	r.Session = name(c.get("Session"))
	r.Response = name(c.get("Response"))
	if to := name(c.get("To")); to != "" {
		r.To = []string{to}
	}
	switch from := name(c.get("From")); from {
	case "", "(Unknown)":
		r.note("the state that recommends is not known to the table")
	default:
		r.From = []string{from}
	}
	issues := strings.Split(c.get("Issue"), ",")
	for _, issue := range issues[:min(len(issues), maxList)] {
		r.Themes = appendNew(r.Themes, name(issue))
	}
	if a := name(c.get("Action")); a != "" {
		if n, err := strconv.Atoi(a); err == nil && n >= 1 && n <= 5 {
			r.Action = n
		} else {
			r.note("its action category is none of 1 to 5")
		}
	}
	r.judge(c.row)
	r.tooMany(len(issues))
}
