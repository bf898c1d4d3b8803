package table

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// xlsxColumns are the headers of UHRI's Excel export, as it misspells them and as they
// should be. Other columns are left.
var xlsxColumns = map[string]string{
	"text": "Text", "countries concerned": "Countries", "country concerned": "Countries",
	"reccomending body": "Body", "recommending body": "Body", "document symbol": "Symbol",
	"document publication date": "Date", "upr session": "Session", "upr cycle": "Cycle",
	"upr reccomending states": "From", "upr recommending states": "From",
	"upr position": "Position", "themes": "Themes", "affected persons": "Affected", "sdgs": "SDGs",
	"ohchr annotation id": "Annotation", "annotation type": "Type",
}

var xlsxNeeds = []string{"Text", "Countries", "Body", "Annotation"}

// headerRows is how far down the header may stand.
const headerRows = 20

// readXLSX reads UHRI's Excel export: the first sheet that has its header.
//
// The library reads leniently: it ends a sheet without a word where its XML breaks, and
// runs rows together whose numbers do not ascend. So every sheet is looked through first,
// and a file is refused whole. Nothing is unpacked to disk: the parts stay below the limit
// from which it would.
func readXLSX(in io.Reader, yield func(Row) error) (reading Reading, err error) {
	// A broken file must not end the program, whatever the library makes of it.
	defer func() {
		if recover() != nil {
			err = invalid("the Excel file is broken", "Save it once more, and try again.")
		}
	}()
	b, err := readAll(in, maxXLSX)
	if err != nil {
		return reading, err
	}
	if err := unpacks(b); err != nil {
		return reading, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return reading, invalid("the Excel file cannot be opened", "Save it once more, and try again.")
	}
	defer f.Close()
	if err := sound(f); err != nil {
		return reading, err
	}
	props, err := f.GetWorkbookProps()
	x := sheet{dates1904: err == nil && props.Date1904 != nil && *props.Date1904, yield: yield, reading: &reading}
	for _, name := range f.GetSheetList() {
		if err := x.read(f, name); err != nil {
			return reading, err
		}
	}
	if x.header == nil {
		return reading, invalid("no sheet has the header of UHRI's export", "It begins with Text and Countries Concerned. Check that it is the right file.")
	}
	if _, said := x.header["Type"]; !said {
		reading.Notes = append(reading.Notes, "this export does not say which rows are recommendations: concerns and observations of treaty bodies may be among them")
	}
	return reading, nil
}

// unpacks looks at a zip file's directory before anything is unpacked: what it says is
// held to, since more bytes than announced are an error of the part.
func unpacks(b []byte) error {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return invalid("the file is no Excel file (.xlsx)", "Save it as .xlsx, and try again.")
	}
	total := uint64(0)
	for _, p := range z.File {
		total += min(p.UncompressedSize64, math.MaxInt64/maxParts) // cannot overflow, since the parts are counted
		if len(z.File) > maxParts || total > maxUnpacked {
			return invalid(fmt.Sprintf("the Excel file unpacks to more than %d MiB, or %d parts", maxUnpacked>>20, maxParts), "Split it, or take the JSON export.")
		}
	}
	return nil
}

// sound refuses a workbook of which the library would read less than there is.
func sound(f *excelize.File) (err error) {
	broken := invalid("a sheet of the Excel file is broken", "Save it once more, and try again.")
	shared := -1
	f.Pkg.Range(func(path, part any) bool {
		if strings.EqualFold(path.(string), "xl/sharedStrings.xml") {
			if shared, err = countShared(part.([]byte)); err != nil {
				err = broken
			}
		}
		return err == nil
	})
	f.Pkg.Range(func(path, part any) bool {
		if name := strings.ToLower(path.(string)); err == nil && strings.HasPrefix(name, "xl/worksheets/") && strings.HasSuffix(name, ".xml") {
			if soundSheet(part.([]byte), shared) != nil {
				err = broken
			}
		}
		return err == nil
	})
	return err
}

var errUnsound = errors.New("unsound")

func countShared(part []byte) (n int, err error) {
	return n, eachToken(part, func(t xml.Token) error {
		if e, ok := t.(xml.StartElement); ok && e.Name.Local == "si" {
			n++
		}
		return nil
	})
}

// soundSheet holds to: the XML is whole, rows and the cells in them ascend, cells stand in
// their rows, and shared texts are there.
func soundSheet(part []byte, shared int) error {
	s := soundness{shared: shared}
	return eachToken(part, func(t xml.Token) error {
		sound := true
		switch t := t.(type) {
		case xml.StartElement:
			sound = s.begin(t)
		case xml.CharData:
			if s.value && s.refers {
				n, err := strconv.Atoi(strings.TrimSpace(string(t)))
				sound = err == nil && n >= 0 && n < s.shared
			}
		case xml.EndElement:
			s.value = false
		}
		if !sound {
			return errUnsound
		}
		return nil
	})
}

// soundness is where in a sheet one is.
type soundness struct {
	shared, row, column int
	refers, value       bool // the cell refers to a shared text; this is its value
}

func (s *soundness) begin(e xml.StartElement) bool {
	switch e.Name.Local {
	case "row":
		n := s.row + 1
		if r := attr(e, "r"); r != "" {
			var err error
			if n, err = strconv.Atoi(r); err != nil {
				return false
			}
		}
		sound := n > s.row && n <= excelize.TotalRows
		s.row, s.column = n, 0
		return sound
	case "c":
		s.refers = attr(e, "t") == "s"
		column, row := s.column+1, s.row
		if r := attr(e, "r"); r != "" {
			var err error
			if column, row, err = excelize.CellNameToCoordinates(r); err != nil {
				return false
			}
		}
		style := attr(e, "s")
		_, err := strconv.Atoi(style)
		sound := column > s.column && row == s.row && (style == "" || err == nil)
		s.column = column
		return sound
	case "v":
		s.value = true
	}
	return true
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name && a.Name.Space == "" {
			return a.Value
		}
	}
	return ""
}

// eachToken goes through a whole XML text, and fails where it breaks.
func eachToken(part []byte, see func(xml.Token) error) error {
	for d := xml.NewDecoder(bytes.NewReader(part)); ; {
		t, err := d.Token()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
		if err := see(t); err != nil {
			return err
		}
	}
}

// sheet is the reading of a workbook's sheets.
type sheet struct {
	header    columns
	dates1904 bool
	yield     func(Row) error
	reading   *Reading
	rows      int
}

// read reads a sheet if it is the first with a header, and notes it otherwise.
func (x *sheet) read(f *excelize.File, name string) error {
	rows, err := f.Rows(name)
	if err != nil {
		return invalid("a sheet of the Excel file cannot be read", "Save it once more, and try again.")
	}
	defer rows.Close()
	mine := false
	line, filled := 0, 0
	for rows.Next() {
		line++
		record, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return invalid(fmt.Sprintf("row %d of the sheet cannot be read", line), "Save it once more, and try again.")
		}
		empty := !slices.ContainsFunc(record, func(c string) bool { return strings.TrimSpace(c) != "" })
		switch {
		case empty && mine:
			x.reading.Blank++
		case empty:
		case mine:
			if err := x.row(line, record); err != nil {
				return err
			}
		default:
			if filled++; x.header != nil || filled > headerRows {
				x.reading.Notes = append(x.reading.Notes, "another sheet was not read: it is not the first with the header of UHRI's export")
				return nil
			}
			if mine, err = x.begins(record); err != nil {
				return err
			}
		}
	}
	if rows.Error() != nil {
		return invalid("a sheet of the Excel file cannot be read to its end", "Save it once more, and try again.")
	}
	return nil
}

// begins reports whether the record is the header.
func (x *sheet) begins(record []string) (bool, error) {
	at, rest, err := headerOf(record, xlsxColumns)
	if err != nil || at.need(xlsxNeeds...) != nil {
		return false, err
	}
	x.header, x.reading.Left = at, slices.DeleteFunc(rest, func(c string) bool { return strings.TrimSpace(c) == "" })
	return true, nil
}

// row hands on one record. A cell of several values has them on lines of their own.
func (x *sheet) row(line int, record []string) error {
	x.rows++
	c := cells{x.header, record}
	u := uhriRecord{AnnotationID: text(c.get("Annotation")), AnnotationType: linesOf(c.get("Type")), Body: text(c.get("Body")), Symbol: text(c.get("Symbol")),
		Text: text(c.get("Text")), Countries: linesOf(c.get("Countries")), UprRecommendingCountry: linesOf(c.get("From")), UprCycle: text(c.get("Cycle")),
		UprSession: linesOf(c.get("Session")), UprPositions: linesOf(c.get("Position")), Themes: linesOf(c.get("Themes")),
		AffectedPersons: linesOf(c.get("Affected")), Sdgs: linesOf(c.get("SDGs")), PublicationDate: text(x.day(c.get("Date")))}
	if _, said := x.header["Type"]; !said {
		u.AnnotationType = list{"Recommendations"}
	}
	r := Row{N: x.rows, Line: line}
	r.uhri(u)
	return x.yield(r)
}

// day turns the number of a day, as Excel keeps it, into a date. What is no number stays.
func (x *sheet) day(s string) string {
	n, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || !(n >= 1 && n < 2958466) { // to the end of 9999
		return s
	}
	t, err := excelize.ExcelDateToTime(n, x.dates1904)
	if err != nil {
		return s
	}
	return t.Format(time.DateOnly)
}

func linesOf(cell string) list {
	return strings.FieldsFunc(cell, func(r rune) bool { return r == '\n' || r == '\r' })
}
