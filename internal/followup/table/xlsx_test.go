package table

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// rewritten is a workbook with one of its parts changed.
func rewritten(t testing.TB, book []byte, part string, change func(string) string) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	found := false
	for _, p := range in.File {
		r, err := p.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if p.Name == part {
			found = true
			changed := change(string(b))
			if changed == string(b) {
				t.Fatalf("%s was not changed: %s", part, b)
			}
			b = []byte(changed)
		}
		to, err := w.Create(p.Name)
		if err == nil {
			_, err = to.Write(b)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil || !found {
		t.Fatal(err, found)
	}
	return out.Bytes()
}

func replacing(old, new string) func(string) string {
	return func(s string) string { return strings.Replace(s, old, new, 1) }
}

// TestUnsoundWorkbooksAreRefused: the library would read less of them than there is, or
// something else, and say nothing.
func TestUnsoundWorkbooksAreRefused(t *testing.T) {
	book := workbook(t, uhriSheet, sheetRow("a"), sheetRow("b"))
	const sheet, shared = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	broken := "a sheet of the Excel file is broken"
	tests := []struct {
		name   string
		part   string
		change func(string) string
		what   string
	}{
		{"the sheet ends early", sheet, func(s string) string { return s[:strings.Index(s, `<row r="3"`)] }, broken},
		{"a row comes again", sheet, replacing(`<row r="3"`, `<row r="2"`), broken},
		{"a row that is no number", sheet, replacing(`<row r="3"`, `<row r="x"`), broken},
		{"a row beyond the last", sheet, replacing(`<row r="3"`, `<row r="2000000"`), broken},
		{"a cell of another row", sheet, replacing(`r="B3"`, `r="B2"`), broken},
		{"a cell comes again", sheet, replacing(`r="B3"`, `r="A3"`), broken},
		{"a cell without a place", sheet, replacing(`r="B3"`, `r="3"`), broken},
		{"a style that is none", sheet, replacing(`r="B3"`, `r="B3" s="x"`), broken},
		{"a shared text that is not there", sheet, replacing(`t="s"><v>0<`, `t="s"><v>99999<`), broken},
		{"a shared text that is no number", sheet, replacing(`t="s"><v>0<`, `t="s"><v>x<`), broken},
		{"shared texts end early", shared, func(s string) string { return s[:len(s)/2] }, broken},
		{"no header", shared, replacing("Countries Concerned", "Land"), "no sheet has the header of UHRI's export"},
		{"a header twice", shared, replacing("Themes", "Text"), "the header has the column Text twice"},
		{"a workbook that is none", "xl/workbook.xml", func(string) string { return "<" }, "the Excel file cannot be opened"},
	}
	for _, tt := range tests {
		_, _, err := readRows(rewritten(t, book, tt.part, tt.change), Options{Format: UHRIXLSX})
		refused(t, tt.name, err, tt.what)
	}
	for _, tt := range []struct{ name, text, what string }{
		{"no zip file", "PK\x03\x04 and no more", "the file is no Excel file (.xlsx)"},
		{"nothing", "", "the file is empty"},
		{"cut off", string(book[:len(book)/2]), "the file is no Excel file (.xlsx)"},
	} {
		_, _, err := readRows([]byte(tt.text), Options{Format: UHRIXLSX})
		refused(t, tt.name, err, tt.what)
	}
	var other bytes.Buffer
	w := zip.NewWriter(&other)
	w.Create("readme.txt")
	w.Close()
	_, _, err := readRows(other.Bytes(), Options{Format: UHRIXLSX})
	if err == nil {
		t.Error("another zip file was read")
	}
}

// TestZipBombs: what would unpack to too much is refused before it is unpacked.
func TestZipBombs(t *testing.T) {
	var bomb bytes.Buffer
	w := zip.NewWriter(&bomb)
	part, err := w.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	chunk := make([]byte, 1<<20)
	for range maxUnpacked>>20 + 1 {
		part.Write(chunk)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, _, err = readRows(bomb.Bytes(), Options{Format: UHRIXLSX})
	refused(t, "a bomb", err, "the Excel file unpacks to more than 512 MiB, or 4096 parts")
	var many bytes.Buffer
	w = zip.NewWriter(&many)
	for range maxParts + 1 {
		if _, err := w.Create("x"); err != nil {
			t.Fatal(err)
		}
	}
	w.Close()
	_, _, err = readRows(many.Bytes(), Options{Format: UHRIXLSX})
	refused(t, "many parts", err, "the Excel file unpacks to more than 512 MiB, or 4096 parts")
	// One that says it is small and is not: the part is cut where it said it ends.
	lying := bytes.Clone(bomb.Bytes())
	for at := 0; ; { // every place where the size stands
		i := bytes.Index(lying[at:], []byte{0x00, 0x00, 0x10, 0x20})
		if i < 0 {
			break
		}
		copy(lying[at+i:], []byte{0x10, 0, 0, 0})
		at += i + 4
	}
	if _, _, err = readRows(lying, Options{Format: UHRIXLSX}); err == nil {
		t.Error("a part with more bytes than announced was read")
	}
}

// TestOtherSheetsAreTold: what is not read is said.
func TestOtherSheetsAreTold(t *testing.T) {
	f := excelize.NewFile()
	for i, name := range []string{"Sheet1", "Notes", "Empty"} {
		f.NewSheet(name)
		row := [][]any{uhriSheet, {"a note"}, {}}[i]
		f.SetSheetRow(name, "A1", &row)
	}
	var two bytes.Buffer
	if err := f.Write(&two); err != nil {
		t.Fatal(err)
	}
	if _, reading := rowsOf(t, two.Bytes(), Options{Format: UHRIXLSX}); len(reading.Notes) != 2 || !strings.HasPrefix(reading.Notes[0], "another sheet was not read") {
		t.Errorf("%q", reading.Notes)
	}
	book := workbook(t, []any{"only", "notes"})
	_, _, err := readRows(book, Options{Format: UHRIXLSX})
	refused(t, "notes only", err, "no sheet has the header of UHRI's export")
	rows := [][]any{}
	for range headerRows + 1 {
		rows = append(rows, []any{"a note"})
	}
	_, _, err = readRows(workbook(t, append(rows, uhriSheet, sheetRow("a"))...), Options{Format: UHRIXLSX})
	refused(t, "a header far below", err, "no sheet has the header of UHRI's export")
}

// TestUnpackingLeavesNothingOnDisk: the library unpacks large parts into files in the
// clear, which a limit keeps it from.
func TestUnpackingLeavesNothingOnDisk(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	rows := [][]any{uhriSheet}
	noise := rand.NewChaCha8([32]byte{})
	for range 700 { // a shared part of 21 MB: the library's own limit is 16
		long := make([]byte, 15_000)
		noise.Read(long) // what repeats itself is refused
		rows = append(rows, sheetRow(hex.EncodeToString(long)))
	}
	book, n := workbook(t, rows...), 0
	_, err := Read(bytes.NewReader(book), Options{Format: UHRIXLSX}, func(Row) error {
		if n++; n == 1 { // while it reads: it clears up behind itself
			if left := entries(t, dir); len(left) != 0 {
				t.Errorf("unpacked to disk: %v", left)
			}
		}
		return nil
	})
	if err != nil || n != 700 {
		t.Fatalf("%d rows, %v", n, err)
	}
}

// TestFormatsAgree: a record of the JSON export and its row in the Excel export say the same.
func TestFormatsAgree(t *testing.T) {
	asJSON := `[{"Text":"186.1 Close it","Countries":["- Arvenia"],"Body":"- UPR","Symbol":"A/HRC/25/9","PublicationDate":"2013-12-04","UprSession":["- 17"],
	"UprRecommendingCountry":["- Nordmark","- Südland"],"UprPositions":["- Supported/Noted"],"Themes":["- Detention","- Justice"],"AffectedPersons":["- Children"],
	"Sdgs":["- 16.2 - Protect"],"AnnotationId":"0A1B-22","AnnotationType":"- Recommendations"}]`
	a, _ := rowsOf(t, []byte(asJSON), Options{Format: UHRIJSON})
	b, _ := rowsOf(t, workbook(t, uhriSheet, sheetRow("186.1 Close it")), Options{Format: UHRIXLSX})
	a[0].Line = b[0].Line
	if !reflect.DeepEqual(a, b) {
		t.Errorf("JSON\n%+v\nExcel\n%+v", a, b)
	}
}

func FuzzUHRI(f *testing.F) {
	f.Add([]byte("[" + record + "," + record + "]"))
	f.Add([]byte("\xef\xbb\xbf[\n{\"Text\":3},null,[[]]]"))
	f.Fuzz(func(t *testing.T, b []byte) { lawful(t, b, UHRIJSON) })
}

func FuzzXLSX(f *testing.F) {
	book := workbook(f, uhriSheet, sheetRow("a"), sheetRow("b"))
	f.Add([]byte(""), "xl/workbook.xml")
	f.Add([]byte(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Text</t></is></c></row></sheetData></worksheet>`), "xl/worksheets/sheet1.xml")
	f.Add([]byte(`<sst><si><t>Text</t></si></sst>`), "xl/sharedStrings.xml")
	f.Add([]byte(`<a/>`), "xl/styles.xml")
	f.Fuzz(func(t *testing.T, b []byte, part string) {
		// The parts are what a hostile file is made of: changed bytes of a zip file are found by its sums.
		switch part {
		case "xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml", "xl/_rels/workbook.xml.rels":
			lawful(t, rewritten(t, book, part, func(s string) string { return string(b) + strings.Repeat(" ", max(0, len(s)-len(b)+1)) }), UHRIXLSX)
		default:
			lawful(t, b, UHRIXLSX)
		}
	})
}

func entries(t *testing.T, dir string) (names []string) {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
