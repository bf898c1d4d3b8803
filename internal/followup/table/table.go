// Package table reads tables of recommendations that others keep: the CSV export of UPR
// Info, and the JSON and Excel exports of OHCHR's Universal Human Rights Index (UHRI).
//
// It turns bytes into rows and knows nothing of cases. What it promises:
//
//   - Every record of the file becomes one Row, in order. A record that cannot be taken
//     says why (Wrong), one that is no recommendation says what it is (Out), and a part of
//     it that could not be read is noted (Notes). Nothing is passed over.
//   - Raw is the cell's text exactly as decoded; Text is the same made fit to be read.
//   - What was guessed (encoding, line ends, separator) is told in the Reading, with how
//     many bytes decided. What cannot be told from the bytes is refused, not guessed.
//   - A file that is broken as a whole is a fault.Invalid, without any content of it.
//
// It bounds what a file can cost: its size, its rows, a cell, and what unpacks from it.
package table

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"heed/internal/fault"
)

// Format names a kind of file.
type Format string

// The formats.
const (
	UPRInfo  Format = "upr-info"
	UHRIJSON Format = "uhri-json"
	UHRIXLSX Format = "uhri-xlsx"
)

// Formats lists them in the order in which they are offered.
func Formats() []Format { return []Format{UPRInfo, UHRIJSON, UHRIXLSX} }

// The limits. The real files stay far below: UPR Info's largest part has 2 MB, UHRI's
// full JSON export 400 MB and 270,000 records, and Excel allows 32,767 characters a cell.
const (
	maxCSV     = 32 << 20 // bytes of a CSV file; it is read whole
	maxJSON    = 4 << 30  // bytes of a JSON file; it is streamed
	maxRecord  = 1 << 20  // bytes of one JSON record
	maxXLSX    = 64 << 20 // bytes of an Excel file as it lies there; see examine.go
	maxRows    = 1_000_000
	maxCell    = 64 << 10 // bytes
	maxList    = 1000     // states, themes and the like of one record
	maxColumns = 256      // of a header
	maxName    = 1 << 10  // bytes of the name of a column
)

// Row is one record of a table.
type Row struct {
	N    int // counted from 1, without the header
	Line int // where it begins in the file; in an Excel file the row of the sheet

	// Lines is how many lines of a CSV file it takes, when they are several and it cannot be
	// taken: a quote that does not close takes the rows behind it with it.
	Lines int

	To, From     []string // the states it is made to, and those that make it
	Body         string   // the mechanism or treaty body: UPR, CRC
	Symbol       string   // of the document it stands in
	Paragraph    string   // its number there
	Raw, Text    string
	Response     string // the table's own word for the position
	Action       int    // UPR Info's action category, 1 to 5; 0 not given
	Themes       []string
	Affected     []string
	SDGs         []string // codes of goals and targets: 16, 16.2
	Session      string
	Cycle        string
	Date         string // of the document, YYYY-MM-DD
	AnnotationID string

	Out   string   // what it is, when it is no recommendation
	Wrong string   // why it cannot be taken
	Notes []string // what of it could not be read
}

// note says that a part of the row was left out.
func (r *Row) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// Reading says how a file was read.
type Reading struct {
	Format    Format   `json:"format"`
	Rows      int      `json:"rows"`
	Blank     int      `json:"blank,omitempty"`  // lines without anything; they are no rows
	Joined    int      `json:"joined,omitempty"` // further lines that refused rows take: each may have been a row
	Left      []string `json:"left,omitempty"`   // columns that are not taken
	Separator string   `json:"separator,omitempty"`
	Ends      Ends     `json:"line_ends,omitzero"`
	Encoding  Encoding `json:"encoding,omitzero"`
	Notes     []string `json:"notes,omitempty"`
}

// Options say how to read.
type Options struct {
	Format   Format
	Encoding string // one of Encodings(); "" looks at the bytes. CSV only
}

// Read reads a table and calls yield for every record, until yield fails. The Reading
// is whole only when it returns nil.
func Read(in io.Reader, o Options, yield func(Row) error) (Reading, error) {
	if o.Encoding != "" && (o.Format != UPRInfo || !slices.Contains(Encodings(), o.Encoding)) {
		return Reading{}, invalid("this is no encoding that can be chosen here",
			"For a CSV file choose one of: "+strings.Join(Encodings(), ", ")+". The other formats have one only.")
	}
	rows := 0
	counted := func(r Row) error {
		if rows++; rows > maxRows {
			return invalid(fmt.Sprintf("the file has more than %d rows", maxRows), "Split it.")
		}
		return yield(r)
	}
	var reading Reading
	var err error
	switch o.Format {
	case UPRInfo:
		reading, err = readUPR(in, o.Encoding, counted)
	case UHRIJSON:
		reading, err = readUHRI(in, counted)
	case UHRIXLSX:
		reading, err = readXLSX(in, counted)
	default:
		return reading, invalid("this is no format of a table", "Choose one of: "+formatNames()+".")
	}
	reading.Format, reading.Rows = o.Format, rows
	return reading, err
}

func formatNames() string {
	var names []string
	for _, f := range Formats() {
		names = append(names, string(f))
	}
	return strings.Join(names, ", ")
}

// Head is how many bytes of a file Guess looks at.
const Head = 8 << 10

// Guess tells the format by how a file begins.
func Guess(in io.Reader) (Format, bool) {
	head, _ := bufio.NewReaderSize(in, Head).Peek(Head)
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return UHRIXLSX, true
	case bytes.HasPrefix(bytes.TrimLeft(bytes.TrimPrefix(head, bom), " \t\r\n"), []byte("[")):
		return UHRIJSON, true
	}
	if _, ok := separatorOf(firstLine(bytes.TrimPrefix(head, bom))); ok {
		return UPRInfo, true
	}
	return "", false
}

// readAll reads a file that is kept in memory whole.
func readAll(in io.Reader, limit int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(in, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(b)) > limit:
		return nil, invalid(fmt.Sprintf("the file has more than the %d MiB that can be read of this format", limit>>20), "Split it.")
	case len(b) == 0:
		return nil, invalid("the file is empty", "Check that it is the right file.")
	}
	return b, nil
}

// invalid refuses a whole file.
func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}
