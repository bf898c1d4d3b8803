package table

import (
	"bytes"
	"fmt"
	"io"
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
// runs rows together whose numbers do not ascend. It also takes as much memory as a file
// asks for. So every part is looked through first, and a file is refused whole. Nothing is
// unpacked to disk: the parts stay below the limit from which it would.
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
	if err := examine(b); err != nil {
		return reading, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked})
	if err != nil {
		return reading, invalid("the Excel file cannot be opened", "Save it once more, and try again.")
	}
	defer f.Close()
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
