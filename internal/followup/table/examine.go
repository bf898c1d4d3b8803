package table

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The limits of an Excel file. UHRI's full export, as Excel, would have 300 MB of XML in
// 60 MB, 4 million cells in 15 columns, and 500,000 shared texts. What repeats itself packs
// to a thousandth, so a file must also be in proportion: its XML unpacks to a tenth or a
// twentieth, a cell takes some bytes of the packed file, and few texts stand there twice.
const (
	maxUnpacked = 512 << 20 // bytes of all parts unpacked
	maxShared   = 256 << 20 // bytes of the shared texts
	maxParts    = 4096
	maxSheets   = 32
	maxWidth    = 64 // columns
	maxLines    = 2_000_000
	maxCells    = 20_000_000
	maxTexts    = 2_000_000  // shared
	maxElements = 48_000_000 // of XML
	maxOutside  = 200_000    // of these, neither in a sheet nor in the shared texts
	maxToken    = 512 << 10  // bytes of one tag, or of one text as it is written in XML
	maxText     = 128 << 10  // bytes of one text; a cell has 32,767 characters
	maxDepth    = 100

	// In proportion to the size of the file, and what is granted to the smallest.
	unpackRatio, unpackFloor   = 200, 4 << 20
	sharedRatio, sharedFloor   = 50, 4 << 20
	elementRatio, elementFloor = 4, 100_000
	textFloor                  = 50_000 // one shared text in two bytes
	blankRatio, blankFloor     = 8, 50_000
)

// examine refuses an Excel file that the library would read wrongly or could not bear. It
// streams the parts, keeps one tag or text at a time, and stops at the first violation.
func examine(b []byte) error {
	// With another beginning the library would take it for an encrypted file.
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil || !bytes.HasPrefix(b, []byte("PK")) {
		return invalid("the file is no Excel file (.xlsx)", "Save it as .xlsx, and try again.")
	}
	x := examination{size: len(b)}
	if err := x.directory(z.File); err != nil {
		return err
	}
	for _, shared := range []bool{true, false} { // cells refer to the shared texts
		for _, p := range z.File {
			if (partName(p) == sharedPart) != shared {
				continue
			}
			if err := x.part(p); err != nil {
				return err
			}
		}
	}
	return nil
}

const sharedPart = "xl/sharedstrings.xml"

// partName is what the library knows a part by, in small letters.
func partName(p *zip.File) string {
	return strings.ToLower(strings.ReplaceAll(p.Name, `\`, "/"))
}

// examination is what was seen of a file.
type examination struct {
	size     int
	elements int
	outside  int
	sheets   int
	lines    int
	cells    int
	filled   int
	text     int     // what the cells' texts cost, those of shared texts wherever one is referred to
	costs    []int32 // of the shared texts
}

// granted is what a file of this size may have.
func (x *examination) granted(ratio, floor, most int) int {
	return min(max(x.size*ratio, floor), most)
}

func tooMuch(format string, args ...any) error {
	return invalid("the Excel file "+fmt.Sprintf(format, args...), "Take UHRI's own export, of a part of the records, or its JSON export.")
}

func brokenSheet() error {
	return invalid("a sheet of the Excel file is broken", "Save it once more, and try again.")
}

// directory looks at what the file says of its parts before anything is unpacked: it is
// held to that, since more bytes than announced are an error of the part.
func (x *examination) directory(parts []*zip.File) error {
	total := uint64(0)
	seen := map[string]bool{}
	for _, p := range parts {
		total += min(p.UncompressedSize64, math.MaxInt64/maxParts) // cannot overflow, since the parts are counted
		name := partName(p)
		switch {
		case len(parts) > maxParts || total > maxUnpacked:
			return tooMuch("unpacks to more than %d MiB, or %d parts", maxUnpacked>>20, maxParts)
		case total > uint64(x.granted(unpackRatio, unpackFloor, maxUnpacked)):
			return tooMuch("unpacks to more than %d times its size", unpackRatio)
		case name == sharedPart && p.UncompressedSize64 > uint64(x.granted(sharedRatio, sharedFloor, maxShared)):
			return tooMuch("has shared texts of more than %d times its size, or %d MiB", sharedRatio, maxShared>>20)
		case seen[name]:
			return invalid("the Excel file has a part twice", "Save it once more, and try again.")
		}
		seen[name] = true
	}
	return nil
}

// part looks through one part. What kind it is, its content tells: the library follows
// references, and takes a part of any name for a sheet.
func (x *examination) part(p *zip.File) error {
	cannot := invalid("the Excel file cannot be opened", "Save it once more, and try again.")
	in, err := p.Open()
	if err != nil {
		return cannot
	}
	defer in.Close()
	name := partName(p)
	s := scan{examination: x, shared: name == sharedPart}
	err = eachToken(in, s.see)
	var syntax *xml.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, errUnsound), s.root == "worksheet", s.shared, strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml"):
		return asRefusal(err, brokenSheet())
	case errors.As(err, &syntax) && !strings.HasSuffix(name, ".xml") && !strings.HasSuffix(name, ".rels"):
		return nil // a picture, or the like
	}
	return asRefusal(err, cannot)
}

// asRefusal keeps a refusal that says why.
func asRefusal(err error, otherwise error) error {
	if l := (limitError{}); errors.As(err, &l) {
		return l.error
	}
	return otherwise
}

// limitError is a refusal on its way through the reader of XML.
type limitError struct{ error }

var errUnsound = errors.New("unsound")

// tokens hands out the bytes of one tag or text, up to the limit.
type tokens struct {
	in   *bufio.Reader
	left int
}

func (t *tokens) ReadByte() (byte, error) {
	if t.left--; t.left < 0 {
		return 0, limitError{tooMuch("holds a text or tag of more than %d KiB", maxToken>>10)}
	}
	return t.in.ReadByte()
}

// Read is never used: the reader of XML goes byte by byte where it can.
func (t *tokens) Read(b []byte) (n int, err error) {
	for n < len(b) && err == nil {
		if b[n], err = t.ReadByte(); err == nil {
			n++
		}
	}
	return n, err
}

// eachToken goes through a whole XML text, and fails where it breaks.
func eachToken(in io.Reader, see func(xml.Token) error) error {
	t := tokens{in: bufio.NewReaderSize(in, 16<<10)}
	d := xml.NewDecoder(&t)
	d.CharsetReader = func(string, io.Reader) (io.Reader, error) {
		return nil, limitError{invalid("the Excel file is not in UTF-8", "Save it once more, and try again.")}
	}
	for {
		t.left = maxToken
		token, err := d.Token()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = see(token)
		}
		if err != nil {
			return err
		}
	}
}

// scan is where in a part one is.
type scan struct {
	*examination
	shared      bool // these are the shared texts
	root        string
	depth       int
	row, column int
	cell        bool // in a row's cell, or in a shared text
	counted     bool // the cell has a value
	refers      bool // it refers to a shared text
	value       bool // this is the value
	number      string
	length      int // bytes of the cell's text
	marks       int // _ in it
}

func (s *scan) see(t xml.Token) error {
	switch t := t.(type) {
	case xml.StartElement:
		return s.begin(t)
	case xml.CharData:
		return s.chars(t)
	case xml.EndElement:
		return s.end(t.Name.Local)
	}
	return nil
}

func (s *scan) begin(e xml.StartElement) error {
	if s.depth++; s.depth == 1 {
		s.root = e.Name.Local
	}
	if err := s.count(); err != nil {
		return err
	}
	switch e.Name.Local {
	case "sheet":
		if s.sheets++; s.sheets > maxSheets && s.root == "workbook" {
			return limitError{tooMuch("has more than %d sheets", maxSheets)}
		}
	case "si":
		if s.shared {
			s.cell, s.length, s.marks = true, 0, 0
			return s.texts()
		}
	case "row":
		return s.beginRow(e)
	case "c":
		if s.row > 0 { // else it is no cell of a sheet
			return s.beginCell(e)
		}
	case "v", "is", "f":
		if s.cell && !s.counted {
			s.counted = true
			s.filled++
		}
		s.value, s.number = e.Name.Local == "v", ""
	}
	return nil
}

// count counts an element of XML.
func (s *scan) count() error {
	if s.elements++; s.elements > s.granted(elementRatio, elementFloor, maxElements) {
		return limitError{tooMuch("is filled with empty cells or tags: it has more than %d for each of its bytes, or %d", elementRatio, maxElements)}
	}
	if s.root != "worksheet" && !s.shared {
		s.outside++
	}
	switch {
	case s.outside > maxOutside:
		return limitError{tooMuch("has more than %d elements outside of its sheets", maxOutside)}
	case s.depth > maxDepth:
		return limitError{tooMuch("is nested more than %d deep", maxDepth)}
	}
	return nil
}

// texts counts a shared text.
func (s *scan) texts() error {
	if s.costs = append(s.costs, 0); len(s.costs) > min(textFloor+s.size/2, maxTexts) {
		return limitError{tooMuch("has more shared texts than a file of its size holds, or more than %d", maxTexts)}
	}
	return nil
}

// beginRow holds to: rows ascend.
func (s *scan) beginRow(e xml.StartElement) error {
	n := s.row + 1
	if r := attr(e, "r"); r != "" {
		var err error
		if n, err = strconv.Atoi(r); err != nil {
			return errUnsound
		}
	}
	if n <= s.row || n > excelize.TotalRows {
		return errUnsound
	}
	if s.row, s.column = n, 0; s.root == "worksheet" {
		s.lines++
	}
	if s.lines > maxLines {
		return limitError{tooMuch("has more than %d rows", maxLines)}
	}
	return nil
}

// beginCell holds to: cells ascend in their row and stand in it, and are not too many.
func (s *scan) beginCell(e xml.StartElement) error {
	s.refers = attr(e, "t") == "s"
	s.cell, s.counted, s.length, s.marks = true, false, 0, 0
	column, row := s.column+1, s.row
	if r := attr(e, "r"); r != "" {
		var err error
		if column, row, err = excelize.CellNameToCoordinates(r); err != nil {
			return errUnsound
		}
	}
	style := attr(e, "s")
	if _, err := strconv.Atoi(style); style != "" && err != nil || column <= s.column || row != s.row {
		return errUnsound
	}
	s.column = column
	s.cells++
	switch {
	case column > maxWidth:
		return limitError{tooMuch("has a row of more than %d columns", maxWidth)}
	case s.cells > maxCells:
		return limitError{tooMuch("has more than %d cells", maxCells)}
	case s.cells-s.filled > blankFloor+blankRatio*s.filled:
		return limitError{tooMuch("has more than %d empty cells for each that is filled", blankRatio)}
	}
	return nil
}

// chars counts the text of a cell or of a shared text. One text can come in pieces.
func (s *scan) chars(t xml.CharData) error {
	if !s.cell {
		return nil
	}
	s.marks += bytes.Count(t, []byte("_"))
	if s.length += len(t); s.length > maxText {
		return limitError{tooMuch("holds a text of more than %d KiB", maxText>>10)}
	}
	if s.value && s.refers {
		s.number += string(t)
	}
	return nil
}

// cost is what it costs the library to read the text once: its bytes, and a copy of it for
// each character that is written as _x0041_.
func (s *scan) cost() int { return s.length * (1 + s.marks/16) }

// say counts the text that cells show. A small file can refer to one large text from everywhere.
func (s *scan) say(n int) error {
	if s.text += n; s.text > s.granted(unpackRatio, unpackFloor, 2*maxUnpacked) {
		return limitError{tooMuch("repeats its texts to more than %d times its size", unpackRatio)}
	}
	return nil
}

// end holds to: a shared text that is referred to is there.
func (s *scan) end(name string) error {
	s.depth--
	switch {
	case name == "si" && s.shared && len(s.costs) > 0:
		s.costs[len(s.costs)-1] = int32(s.cost())
		s.cell = false
	case name == "c" && s.cell:
		s.cell = false
		return s.say(s.cost())
	case name == "v" && s.value:
		s.value = false
		number := strings.TrimSpace(s.number)
		if !s.refers || number == "" {
			return nil
		}
		n, err := strconv.Atoi(number)
		if err != nil || n < 0 || n >= len(s.costs) {
			return errUnsound
		}
		return s.say(int(s.costs[n]))
	}
	return nil
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}
