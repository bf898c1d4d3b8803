package table

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

const record = `{"AffectedPersons":["- Children"],"AnnotationId":"0A1B-22","AnnotationType":"- Recommendations","Body":"- CRC","Countries":["- Arvenia"],
"DocumentId":7,"PublicationDate":"2013-12-04T00:00:00","PublicationDateOnUhri":"2014-01-01","Regions":["- Asia"],
"Sdgs":["- 16.2 - Protect children from abuse","- 4 - Education","- 5.a - Land","- 18 - None","- 16.2 - Protect children from abuse"],
"Symbol":"CRC/C/ARV/CO/6-7","Text":"12.3.<b>The Committee</b> recommends<br/>that the State&nbsp;party &lt;close&gt; the depot<script>x()</script>.",
"Themes":["- Violence against children","- Detention"],"UprCycle":null,"UprPositions":[],"UprRecommendingCountry":[],"UprRecommendingRegions":[],"UprSession":[]}`

// TestUHRIRecord: dashes, tags and entities go, the number of the paragraph is read from
// the text, and codes of goals stand alone.
func TestUHRIRecord(t *testing.T) {
	rows, reading := rowsOf(t, []byte("\n\n[\n"+record+"\n]\n"), Options{Format: UHRIJSON})
	want := Row{N: 1, Line: 4, To: []string{"Arvenia"}, Body: "CRC", Symbol: "CRC/C/ARV/CO/6-7", Paragraph: "12.3", Raw: rows[0].Raw,
		Text:   "12.3.The Committee recommends that the State party <close> the depot .",
		Themes: []string{"Violence against children", "Detention"}, Affected: []string{"Children"}, SDGs: []string{"16.2", "4", "5.a"},
		Date: "2013-12-04", AnnotationID: "0a1b-22", Notes: []string{"a Sustainable Development Goal without its code was left out"}}
	if !reflect.DeepEqual(rows[0], want) {
		t.Errorf("got\n%+v\nwant\n%+v", rows[0], want)
	}
	if !strings.HasPrefix(rows[0].Raw, "12.3.<b>The") {
		t.Errorf("the exact text is %q", rows[0].Raw)
	}
	if !reflect.DeepEqual(reading.Left, uhriLeft) || reading.Encoding.Name != utf8Enc {
		t.Errorf("%+v", reading)
	}
}

// TestConcernsAreNoRecommendations, and are counted; what does not say what it is, is refused.
func TestConcernsAreNoRecommendations(t *testing.T) {
	for kind, want := range map[string]Row{
		`"- Recommendations"`:                             {},
		`["- Concerns/Observations","- Recommendations"]`: {},
		`"- Concerns/Observations"`:                       {Out: "concern or observation"},
		`["- Concerns/Observations"]`:                     {Out: "concern or observation"},
		`"- Something new"`:                               {Wrong: "its AnnotationType says neither that it is a recommendation nor a concern or an observation"},
		`null`:                                            {Wrong: "its AnnotationType says neither that it is a recommendation nor a concern or an observation"},
	} {
		rows, _ := rowsOf(t, []byte("["+strings.Replace(record, `"- Recommendations"`, kind, 1)+"]"), Options{Format: UHRIJSON})
		if rows[0].Out != want.Out || rows[0].Wrong != want.Wrong {
			t.Errorf("%s: %q, %q", kind, rows[0].Out, rows[0].Wrong)
		}
	}
}

// TestUHRIRecordsStandAlone: one that is wrong costs no other one.
func TestUHRIRecordsStandAlone(t *testing.T) {
	b := "[" + record + ",\nnull,\n3,\n" + strings.Replace(record, `["- Arvenia"]`, `{"a":1}`, 1) + ",\n" +
		strings.Replace(record, `["- Arvenia"]`, `"- Arvenia"`, 1) + ",\n" + strings.Replace(record, `["- Arvenia"]`, `[]`, 1) + "\n]"
	rows, _ := rowsOf(t, []byte(b), Options{Format: UHRIJSON})
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d line %d: %s", r.N, r.Line, r.Wrong))
	}
	want := []string{"1 line 1: ", "2 line 6: it is empty", "3 line 7: it does not have the form of a record", "4 line 8: it does not have the form of a record",
		"5 line 13: ", "6 line 18: it does not say to whom it is made"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// TestBrokenJSONIsRefused whole, with the record where it breaks.
func TestBrokenJSONIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, text, what string }{
		{"an object", `{"a":1}`, "the file is no JSON array"},
		{"nothing", "", "the file is empty"},
		{"cut inside a record", "[" + record + "," + record[:90], "the JSON is broken in record 2"},
		{"cut behind a record", "[" + record, "the JSON array never ends: the file was cut off"},
		{"cut behind a comma", "[" + record + ",", "the JSON is broken in record 2"},
		{"no comma", "[" + record + record + "]", "the JSON is broken in record 2"},
		{"more behind it", "[" + record + "][]", "something follows after the end of the JSON array"},
	} {
		_, _, err := readRows([]byte(tt.text), Options{Format: UHRIJSON})
		refused(t, tt.name, err, tt.what)
	}
}

// TestBoundsOfJSON: a record that never ends is not read into memory.
func TestBoundsOfJSON(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(`[{"Text":"`), zeros{})
	read := &counting{r: endless}
	_, err := Read(read, Options{Format: UHRIJSON}, func(Row) error { return nil })
	refused(t, "an endless record", err, "a record has more than 1024 KiB")
	if read.n > 4*maxRecord {
		t.Errorf("%d bytes were read", read.n)
	}
	many := strings.Replace(record, `["- Arvenia"]`, `["- `+strings.Join(numbers(maxList+1), `","- `)+`"]`, 1)
	rows, _ := rowsOf(t, []byte("["+many+"]"), Options{Format: UHRIJSON})
	if rows[0].Wrong != "one of its lists has more than 1000 values" {
		t.Errorf("%s", rows[0].Wrong)
	}
	deep := "[" + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + "]"
	if _, _, err := readRows([]byte(deep), Options{Format: UHRIJSON}); err == nil {
		t.Error("a file nested 20,000 deep was read")
	}
}

func numbers(n int) (out []string) {
	for i := range n {
		out = append(out, fmt.Sprint("State ", i))
	}
	return out
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '0'
	}
	return len(b), nil
}

type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += n
	return n, err
}

func TestParagraphOf(t *testing.T) {
	for text, want := range map[string]string{"4.The Committee": "4", "186.12. Ratify": "186.12", "186.1 Ratify": "186.1", "12) Close": "12", "7": "7",
		"10,000 people": "", "5th of May": "", "Ratify 4": "", "": "", "4.5.6: x": "4.5.6", "12345678 x": ""} {
		if got := paragraphOf(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSDGCodes(t *testing.T) {
	for s, want := range map[string]string{"- 16.2 - Protect": "16.2", "16": "16", "- 17.b - x": "17.b", "0 - none": "", "18 - x": "", "16.z - x": "", "Protect children": "", "": ""} {
		if got, ok := sdgOf(s); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", s, got, ok)
		}
	}
}

func TestTagless(t *testing.T) {
	for s, want := range map[string]string{"<p>a</p><p>b</p>": "a b", "a<b>b</b>c": "abc", "a < b & c &amp; d": "a < b & c & d", "<script>x</script>y": "y",
		"<style>p{}</style>y": "y", "a<br>b": "a b", "fewer than <5 children": "fewer than <5 children", "&#8217;": "’", "a<!-- b -->c": "ac", "<p": "", "": ""} {
		if got := tagless(s); got != want {
			t.Errorf("%q: %q, want %q", s, got, want)
		}
	}
}

// uhriSheet are the headers as UHRI's Excel export spells them.
var uhriSheet = []any{"Text", "Countries Concerned", "Reccomending Body", "Document Symbol", "Document Publication Date", "UPR Session",
	"UPR Reccomending States", "UPR Position", "Themes", "Affected Persons", "Sdgs", "OHCHR Annotation Id"}

// workbook makes an Excel file with these rows in its first sheet.
func workbook(t testing.TB, rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func samples(t testing.TB) map[Format][]byte {
	return map[Format][]byte{UPRInfo: csvOf("\r", line("a"), line("b")), UHRIJSON: []byte(" [" + record + "," + record + "]"),
		UHRIXLSX: workbook(t, uhriSheet, sheetRow("a"), sheetRow("b"))}
}

func sheetRow(text string) []any {
	return []any{text, "- Arvenia", "- UPR", "A/HRC/25/9", 41612, "17", "- Nordmark\n- Südland", "- Supported/Noted", "- Detention\n- Justice", "- Children", "- 16.2 - Protect", "0A1B-22"}
}

// TestUHRIWorkbook: headers as they are misspelt, dates as Excel counts days, lists on
// lines, the row of the sheet as its line.
func TestUHRIWorkbook(t *testing.T) {
	rows, reading := rowsOf(t, workbook(t, []any{"Universal Human Rights Index"}, nil, uhriSheet, sheetRow("186.1 Close it"), nil, sheetRow("186.2 Open it")), Options{Format: UHRIXLSX})
	want := Row{N: 1, Line: 4, To: []string{"Arvenia"}, From: []string{"Nordmark", "Südland"}, Body: "UPR", Symbol: "A/HRC/25/9", Paragraph: "186.1",
		Raw: "186.1 Close it", Text: "186.1 Close it", Response: "Supported/Noted", Themes: []string{"Detention", "Justice"}, Affected: []string{"Children"},
		SDGs: []string{"16.2"}, Session: "17", Date: "2013-12-04", AnnotationID: "0a1b-22"}
	if !reflect.DeepEqual(rows[0], want) {
		t.Errorf("got\n%+v\nwant\n%+v", rows[0], want)
	}
	if len(rows) != 2 || rows[1].Line != 6 || rows[1].N != 2 || reading.Blank != 1 || len(reading.Notes) != 1 {
		t.Errorf("%d rows, %+v", len(rows), reading)
	}
	spelt := append([]any{"Annotation Type", "Remarks"}, uhriSheet...)
	spelt[4], spelt[8] = "Recommending Body", "UPR Recommending States"
	rows, reading = rowsOf(t, workbook(t, spelt, append([]any{"- Concerns/Observations", "mine"}, sheetRow("a")...)), Options{Format: UHRIXLSX})
	if rows[0].Out == "" || rows[0].Body != "UPR" || len(rows[0].From) != 2 || !reflect.DeepEqual(reading.Left, []string{"Remarks"}) || len(reading.Notes) != 0 {
		t.Errorf("%+v\n%+v", rows, reading)
	}
}

func TestExcelDays(t *testing.T) {
	for _, tt := range []struct {
		cell  string
		since bool
		want  string
	}{{"41612", false, "2013-12-04"}, {"41612.75", false, "2013-12-04"}, {"40150", true, "2013-12-04"}, {"2013-12-04", false, "2013-12-04"},
		{"0", false, "0"}, {"1e300", false, "1e300"}, {"NaN", false, "NaN"}, {"", false, ""}} {
		x := sheet{dates1904: tt.since}
		if got := x.day(tt.cell); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.cell, got, tt.want)
		}
	}
	r := Row{}
	if r.dated("4 December 2013"); r.Date != "" || len(r.Notes) != 1 {
		t.Errorf("a date that cannot be read: %+v", r)
	}
}

// TestDoubledKeysAreRefused: of two values under one key only one would be kept, in silence.
func TestDoubledKeysAreRefused(t *testing.T) {
	with := func(more string) string { return strings.Replace(record, "{", "{"+more+",", 1) }
	for _, tt := range []struct{ name, record, wrong string }{
		{"once", record, ""},
		{"twice", with(`"Text":"another"`), "the key Text stands twice"},
		{"the same value", with(`"Body" : "- CRC"`), "the key Body stands twice"},
		{"in other capitals", with(`"countries":["- Südland"]`), "the key Countries stands twice"},
		{"escaped", with(`"\u0054ext":"another"`), "the key Text stands twice"},
		{"one that is not taken", with(`"Regions":["- Africa"]`), ""},
		{"inside another value", with(`"Remarks":{"Text":"a","Text":"b"}`), ""},
		{"as a value", with(`"Remarks":"Text\":","More":["Text","Text"]`), ""},
	} {
		rows, _ := rowsOf(t, []byte("["+tt.record+","+record+"]"), Options{Format: UHRIJSON})
		if rows[0].Wrong != tt.wrong || rows[1].Wrong != "" {
			t.Errorf("%s: %q, want %q; the next: %q", tt.name, rows[0].Wrong, tt.wrong, rows[1].Wrong)
		}
	}
}

// TestTakenKeysAreTheFields: none is forgotten when a field is added.
func TestTakenKeysAreTheFields(t *testing.T) {
	var keys []string
	for f := range reflect.TypeFor[uhriRecord]().Fields() {
		key := f.Name
		if tag := f.Tag.Get("json"); tag != "" {
			key = tag
		}
		keys = append(keys, key)
	}
	if !reflect.DeepEqual(keys, uhriTaken) {
		t.Errorf("the fields are\n%v, the keys\n%v", keys, uhriTaken)
	}
}

// TestAddresseesOnce: a state that a row names twice is addressed once.
func TestAddresseesOnce(t *testing.T) {
	with := strings.Replace(record, `["- Arvenia"]`, `["- Arvenia","","- Südland"," arvenia ","Arvenia","- "]`, 1)
	rows, _ := rowsOf(t, []byte("["+with+"]"), Options{Format: UHRIJSON})
	if want := []string{"Arvenia", "Südland"}; !reflect.DeepEqual(rows[0].To, want) {
		t.Errorf("%q", rows[0].To)
	}
	row := sheetRow("a")
	row[1] = "- Arvenia\n\n- Südland\nARVENIA"
	rows, _ = rowsOf(t, workbook(t, uhriSheet, row), Options{Format: UHRIXLSX})
	if want := []string{"Arvenia", "Südland"}; !reflect.DeepEqual(rows[0].To, want) {
		t.Errorf("%q", rows[0].To)
	}
}

// TestLongListsCostLittle: a list beyond the limit is not compared value by value.
func TestLongListsCostLittle(t *testing.T) {
	if got := values(numbers(100 * maxList)); len(got) != maxList {
		t.Errorf("%d values", len(got))
	}
	r := Row{}
	if r.sdgs(numbers(100 * maxList)); len(r.Notes) > maxList {
		t.Errorf("%d notes", len(r.Notes))
	}
}
