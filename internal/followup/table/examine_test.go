package table

import (
	"archive/zip"
	"bytes"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// mostAllocated is what refusing a file may allocate in all, beyond its own size.
const mostAllocated = 48 << 20

// packed is a workbook of these parts, with those that every workbook has.
func packed(t testing.TB, parts ...string) []byte {
	t.Helper()
	all := append([]string{
		"[Content_Types].xml", `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/_rels/workbook.xml.rels", `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
	}, parts...)
	if !strings.Contains(strings.Join(parts, "\n"), "<workbook") {
		all = append(all, "xl/workbook.xml", `<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(all); i += 2 {
		part, err := w.Create(all[i])
		if err == nil {
			_, err = part.Write([]byte(all[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// noise does not pack: a part of it makes a file large, and so gives it much room.
func noise(bytes int) string {
	b := make([]byte, bytes/2)
	rand.NewChaCha8([32]byte{}).Read(b)
	return hex.EncodeToString(b)
}

const sheetPart = "xl/worksheets/sheet1.xml"

func sheetOf(rows string) string {
	return `<worksheet><sheetData>` + headerRow + rows + `</sheetData></worksheet>`
}

var headerRow = inlineRow("Text", "Countries Concerned", "Reccomending Body", "OHCHR Annotation ID")

func inlineRow(texts ...string) string {
	var b strings.Builder
	for _, s := range texts {
		fmt.Fprintf(&b, `<c t="inlineStr"><is><t>%s</t></is></c>`, s)
	}
	return "<row>" + b.String() + "</row>"
}

// TestCostlyWorkbooksAreRefused, each for its own reason, and before much is spent on them.
func TestCostlyWorkbooksAreRefused(t *testing.T) {
	repeat := strings.Repeat
	sst := func(items string) string { return `<sst>` + items + `</sst>` }
	pad := []string{"docProps/pad.bin", noise(400_000)} // 200 KB packed: room for 800,000 elements
	with := func(parts ...string) []byte { return packed(t, append(parts, pad...)...) }
	tests := []struct {
		name string
		book []byte
		what string
	}{
		{"one huge text", packed(t, sheetPart, sheetOf(inlineRow(repeat("A", 20<<20)))), "unpacks to more than 200 times its size"},
		{"a tag that never ends", with(sheetPart, sheetOf(`<c r="`+repeat("A", 1<<20))), "holds a text or tag of more than 512 KiB"},
		{"a long text in pieces", with(sheetPart, sheetOf("<row><c><is><t>"+repeat(repeat("A", 1000)+"<!---->", 200)+"</t></is></c></row>")), "holds a text of more than 128 KiB"},
		{"shared texts out of proportion", packed(t, sheetPart, sheetOf(""), "xl/sharedStrings.xml", sst("<si><t>"+repeat("A", 5<<20)+"</t></si>"), "docProps/pad.bin", noise(80_000)),
			"has shared texts of more than 50 times its size, or 256 MiB"},
		{"a far column", packed(t, sheetPart, sheetOf(`<row r="2"><c r="XFD2"><v>1</v></c></row>`)), "has a row of more than 64 columns"},
		{"many columns", packed(t, sheetPart, sheetOf("<row>"+repeat("<c/>", 65)+"</row>")), "has a row of more than 64 columns"},
		{"a column outside of its row", packed(t, sheetPart, sheetOf(`<row r="2"/><c r="XFD2"><v>1</v></c>`)), "has a row of more than 64 columns"},
		{"a sheet by another name", packed(t, "xl/media/a.bin", sheetOf("<row>"+repeat("<c/>", 65)+"</row>")), "has a row of more than 64 columns"},
		{"empty cells", with(sheetPart, sheetOf(repeat("<row>"+repeat("<c/>", 64)+"</row>", 1000))), "has more than 8 empty cells for each that is filled"},
		{"empty cells in a small file", packed(t, sheetPart, sheetOf(repeat("<row>"+repeat("<c/>", 64)+"</row>", 700))+repeat("<x/>", 60_000)),
			"is filled with empty cells or tags: it has more than 4 for each of its bytes, or 48000000"},
		{"empty rows", packed(t, sheetPart, sheetOf(repeat("<row/>", 200_000))), "is filled with empty cells or tags: it has more than 4 for each of its bytes, or 48000000"},
		{"empty shared texts", with(sheetPart, sheetOf(""), "xl/sharedStrings.xml", sst(repeat("<si/>", 300_000))), "has more shared texts than a file of its size holds, or more than 2000000"},
		{"styles", with(sheetPart, sheetOf(""), "xl/styles.xml", "<styleSheet>"+repeat("<xf/>", 300_000)+"</styleSheet>"), "has more than 200000 elements outside of its sheets"},
		{"nested tags", packed(t, sheetPart, repeat("<a>", 200)), "is nested more than 100 deep"},
		{"many sheets", packed(t, "xl/workbook.xml", "<workbook><sheets>"+repeat(`<sheet name="S"/>`, 33)+"</sheets></workbook>"), "has more than 32 sheets"},
		{"one text everywhere", packed(t, "xl/sharedStrings.xml", sst("<si><t>"+noise(60_000)+"</t></si>"), sheetPart, sheetOf(repeat(`<row><c t="s"><v>0</v></c></row>`, 20_000))),
			"repeats its texts to more than 200 times its size"},
		{"a text full of escapes", packed(t, sheetPart, sheetOf(inlineRow(repeat("_x0041_", 9_000)))), "repeats its texts to more than 200 times its size"},
		{"another encoding", packed(t, sheetPart, `<?xml version="1.0" encoding="windows-1252"?>`+sheetOf("")), "is not in UTF-8"},
		{"a part twice", packed(t, sheetPart, sheetOf(""), `XL\worksheets\sheet1.xml`, sheetOf("")), "has a part twice"},
	}
	for _, tt := range tests {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, _, err := readRows(tt.book, Options{Format: UHRIXLSX})
		runtime.ReadMemStats(&after)
		refused(t, tt.name, err, "the Excel file "+tt.what)
		if spent := after.TotalAlloc - before.TotalAlloc; spent > mostAllocated {
			t.Errorf("%s: %d KiB were allocated to refuse %d KiB", tt.name, spent>>10, len(tt.book)>>10)
		}
	}
}

// TestLimitsOfCounts: what a test cannot write out in full is refused one beyond its limit.
func TestLimitsOfCounts(t *testing.T) {
	for _, tt := range []struct {
		name string
		had  examination
		what string
	}{
		{"rows", examination{lines: maxLines}, "has more than 2000000 rows"},
		{"cells", examination{cells: maxCells, filled: maxCells}, "has more than 20000000 cells"},
	} {
		tt.had.size = maxXLSX
		s := scan{examination: &tt.had}
		err := eachToken(strings.NewReader(sheetOf("")), s.see)
		refused(t, tt.name, asRefusal(err, nil), "the Excel file "+tt.what)
	}
}

// TestAnotherContainerIsRefused: the library takes what begins like an encrypted file for
// one, whatever was looked through behind that beginning.
func TestAnotherContainerIsRefused(t *testing.T) {
	book := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), workbook(t, uhriSheet, sheetRow("a"))...)
	_, _, err := readRows(book, Options{Format: UHRIXLSX})
	refused(t, "an encrypted file", err, "the file is no Excel file (.xlsx)")
}

// TestReferencesInPieces: a number that a comment divides is one number.
func TestReferencesInPieces(t *testing.T) {
	book := workbook(t, uhriSheet, sheetRow("a"))
	_, _, err := readRows(rewritten(t, book, sheetPart, replacing(`t="s"><v>0<`, `t="s"><v>1<!-- -->9<!-- -->9<`)), Options{Format: UHRIXLSX})
	refused(t, "a number in pieces", err, "a sheet of the Excel file is broken")
}

// TestUsualWorkbooksAreWithinTheLimits: long ones of few words too, with empty columns that
// have a style.
func TestUsualWorkbooksAreWithinTheLimits(t *testing.T) {
	rows := [][]any{uhriSheet}
	for i := range 5_000 {
		row := sheetRow(fmt.Sprintf("186.%d Close it", i))
		for j := 5; j < 8; j++ {
			row[j] = ""
		}
		rows = append(rows, row)
	}
	if got, _ := rowsOf(t, workbook(t, rows...), Options{Format: UHRIXLSX}); len(got) != 5_000 {
		t.Errorf("%d rows", len(got))
	}
}
