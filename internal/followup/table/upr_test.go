package table

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"

	"heed/internal/fault"
)

const header = "To,To-Rgrp,To-Org,Text,From,From-Rgrp,From-Org,Response,Action,Issue,Session"

// rowsOf reads a table and returns its rows.
func rowsOf(t testing.TB, b []byte, o Options) ([]Row, Reading) {
	t.Helper()
	rows, reading, err := readRows(b, o)
	if err != nil {
		t.Fatal(err)
	}
	return rows, reading
}

func readRows(b []byte, o Options) (rows []Row, reading Reading, err error) {
	reading, err = Read(bytes.NewReader(b), o, func(r Row) error {
		rows = append(rows, r)
		return nil
	})
	return rows, reading, err
}

// csvOf is a table with the header of UPR Info, lines ending as given.
func csvOf(end string, lines ...string) []byte {
	return []byte(header + end + strings.Join(lines, end) + end)
}

func line(text string) string {
	return "Arvenia,Asia,," + text + ",Nordmark,WEOG,EU,Accepted,5,Justice,17"
}

// refused expects a fault about the whole file, without content.
func refused(t *testing.T, name string, err error, what string) {
	t.Helper()
	if fault.KindOf(err) != fault.Invalid || err.Error() != what {
		t.Errorf("%s: %v, want %q", name, err, what)
	}
}

// TestLineEnds: whatever ends the lines, the rows are the same, and it is told.
func TestLineEnds(t *testing.T) {
	for end, name := range map[string]string{"\r": "CR", "\n": "LF", "\r\n": "CRLF"} {
		rows, reading := rowsOf(t, csvOf(end, line("Release everyone"), line("Close the depot")), Options{Format: UPRInfo})
		if len(rows) != 2 || rows[1].Text != "Close the depot" || rows[1].Line != 3 || rows[1].N != 2 || reading.Ends.String() != name {
			t.Errorf("%s: %d rows, ends %s: %+v", name, len(rows), reading.Ends, rows)
		}
	}
	mixed := header + "\r" + line("a") + "\n" + line("b") + "\r\n" + line("c")
	rows, reading := rowsOf(t, []byte(mixed), Options{Format: UPRInfo})
	if len(rows) != 3 || reading.Ends.String() != "CR 1, LF 1, CRLF 1" {
		t.Errorf("mixed: %d rows, %s", len(rows), reading.Ends)
	}
}

// TestLineEndsInCells: a line end inside a quoted cell is a part of it, byte by byte, and
// the rows behind it keep their lines.
func TestLineEndsInCells(t *testing.T) {
	for _, end := range []string{"\r", "\n", "\r\n"} {
		for _, inner := range []string{"\r", "\n", "\r\n", "\r\r", "\n\r"} {
			cell := `"Release` + inner + `everyone, ""now"""`
			rows, _ := rowsOf(t, csvOf(end, line(cell), line("Close the depot")), Options{Format: UPRInfo})
			want := "Release" + inner + `everyone, "now"`
			if len(rows) != 2 || rows[0].Raw != want || rows[0].Text != `Release everyone, "now"` {
				t.Errorf("%q in lines ending in %q: %+v", inner, end, rows)
				continue
			}
			if ends := strings.Count(strings.ReplaceAll(inner, "\r\n", "\n"), "\r") + strings.Count(inner, "\n"); rows[1].Line != 3+ends {
				t.Errorf("%q in lines ending in %q: the next row begins in line %d", inner, end, rows[1].Line)
			}
		}
	}
}

// TestCellsComeBackExactly: what a table holds is what was written into it, for any text.
func TestCellsComeBackExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		end := rapid.SampledFrom([]string{"\r", "\n", "\r\n"}).Draw(t, "end")
		var texts []string
		var lines []string
		for range rapid.IntRange(1, 5).Draw(t, "rows") {
			s := "x" + rapid.StringOf(rapid.SampledFrom([]rune("ab é,;\"\r\n\t<&"))).Draw(t, "text")
			texts = append(texts, s)
			lines = append(lines, line(`"`+strings.ReplaceAll(s, `"`, `""`)+`"`))
		}
		rows, reading, err := readRows(csvOf(end, lines...), Options{Format: UPRInfo})
		if err != nil || len(rows) != len(texts) || reading.Rows != len(texts) {
			t.Fatalf("%d rows of %d, %v", len(rows), len(texts), err)
		}
		for i, r := range rows {
			if r.Raw != texts[i] || r.Wrong != "" {
				t.Fatalf("row %d came back as %q (%s), was %q", i+1, r.Raw, r.Wrong, texts[i])
			}
		}
	})
}

func encoded(t testing.TB, in *charmap.Charmap, s string) []byte {
	t.Helper()
	b, err := in.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestEncodingIsToldByTheBytes and never guessed in silence: the reading says how many
// bytes decided, and where they do not, a person must.
func TestEncodingIsToldByTheBytes(t *testing.T) {
	mac, win := charmap.Macintosh, charmap.Windows1252
	texts := func(s string) string { return string(csvOf("\r", line(s))) }
	tests := []struct {
		name, text string
		in         *charmap.Charmap
		want       Encoding
	}{
		{"French on a Macintosh", "the crime of lèse-majesté vis-à-vis the Länder", mac, Encoding{Name: macRoma, Beyond: 4, Decided: 4}},
		{"Spanish on a Macintosh", "the Defensoría and the Guaraní Kaiowá", mac, Encoding{Name: macRoma, Beyond: 3, Decided: 1}},
		{"French on Windows", "the crime of lèse-majesté in Côte d’Ivoire", win, Encoding{Name: windows, Beyond: 4, Decided: 4}},
		{"English on Windows", "women’s rights – “all of them”", win, Encoding{Name: windows, Beyond: 4, Decided: 2}},
		{"UTF-8", "lèse-majesté", nil, Encoding{Name: utf8Enc, Beyond: 4, Decided: 2}},
		{"ASCII", "release everyone", nil, Encoding{Name: ascii}},
	}
	for _, tt := range tests {
		b := []byte(texts(tt.text))
		if tt.in != nil {
			b = encoded(t, tt.in, texts(tt.text))
		}
		rows, reading, err := readRows(b, Options{Format: UPRInfo})
		if err != nil || reading.Encoding != tt.want || rows[0].Text != tt.text {
			t.Errorf("%s: %+v, %v, %+v", tt.name, reading.Encoding, err, rows)
		}
	}
	for _, tt := range []struct{ name, text, what string }{
		{"one sign that both could be", "the state\x92 ", "the bytes do not tell whether the file is Windows-1252 or MacRoman"},
		{"UTF-16", "\xff\xfeT\x00o\x00", "the file is UTF-16"},
		{"zero bytes", "a\x00b", "the file holds zero bytes: it is no text"},
		{"a mark of UTF-8 before what is none", string(bom) + header + "\n" + line("l\x8ese"), "the file says that it is UTF-8 and is not"},
	} {
		b := []byte(tt.text)
		if tt.name[0] == 'o' {
			b = csvOf("\n", line(tt.text))
		}
		_, _, err := readRows(b, Options{Format: UPRInfo})
		refused(t, tt.name, err, tt.what)
	}
}

// TestEncodingCanBeChosen where the bytes do not tell, and the reading says who chose.
func TestEncodingCanBeChosen(t *testing.T) {
	b := csvOf("\n", line("the state\x92 "))
	for enc, want := range map[string]string{windows: "the state’", macRoma: "the stateí"} {
		rows, reading := rowsOf(t, b, Options{Format: UPRInfo, Encoding: enc})
		if rows[0].Text != want || reading.Encoding != (Encoding{Name: enc, Given: true, Beyond: 1}) {
			t.Errorf("%s: %q, %+v", enc, rows[0].Text, reading.Encoding)
		}
	}
	_, _, err := readRows(b, Options{Format: UPRInfo, Encoding: utf8Enc})
	refused(t, "no UTF-8", err, "the file is no valid UTF-8")
	for _, o := range []Options{{Format: UPRInfo, Encoding: "latin9"}, {Format: UHRIJSON, Encoding: utf8Enc}} {
		_, _, err = readRows(b, o)
		refused(t, "no choice", err, "this is no encoding that can be chosen here")
	}
}

// TestHeaderByName: columns are found by their names, in any order, and what is not taken
// is told.
func TestHeaderByName(t *testing.T) {
	b := []byte("\xef\xbb\xbf Session ;FROM;Remarks;text;to\nX;Nordmark;private;Close it;Arvenia\n")
	rows, reading := rowsOf(t, b, Options{Format: UPRInfo})
	want := Row{N: 1, Line: 2, To: []string{"Arvenia"}, From: []string{"Nordmark"}, Body: "UPR", Raw: "Close it", Text: "Close it", Session: "X"}
	if len(rows) != 1 || !reflect.DeepEqual(rows[0], want) || reading.Separator != ";" || !reflect.DeepEqual(reading.Left, []string{"Remarks"}) {
		t.Errorf("%+v\n%+v", rows, reading)
	}
	for _, tt := range []struct{ name, text, what string }{
		{"columns missing", "To,Text\na,b\n", "the header lacks: From, Session"},
		{"a column twice", "To,From,Text,Session,to\n", "the header has the column To twice"},
		{"nothing", "", "the file is empty"},
		{"only line ends", "\r\r", "the file has no header"},
		{"another table", "name;age\n", "the header lacks: From, Session, Text, To"},
	} {
		_, _, err := readRows([]byte(tt.text), Options{Format: UPRInfo})
		refused(t, tt.name, err, tt.what)
	}
}

// TestEveryRecordBecomesARow: nothing is passed over, and what is wrong has its line.
func TestEveryRecordBecomesARow(t *testing.T) {
	b := csvOf("\r",
		line("Release everyone"),
		"Arvenia,Asia",              // too few
		line("Release, and more"),   // a comma outside of quotes
		line(`Release the "depot"`), // quotes inside a cell that is not quoted
		line(`"Release" everyone`),  // a quoted cell that goes on
		"",                          // nothing
		strings.Replace(line(""), "Arvenia", " ", 1),
		line(" "),
		line("Release\x07everyone"),
		line("Release\u202eeveryone"),
		line("Close the depot"))
	rows, reading := rowsOf(t, b, Options{Format: UPRInfo})
	var got []string
	for _, r := range rows {
		got = append(got, fmt.Sprintf("%d line %d: %s", r.N, r.Line, r.Wrong))
	}
	want := []string{"1 line 2: ", "2 line 3: it has 2 cells, and the header 11", "3 line 4: it has 12 cells, and the header 11", "4 line 5: its quotes are wrong",
		"5 line 6: its quotes are wrong", "6 line 8: it does not say to whom it is made", "7 line 9: it has no text", "8 line 10: it holds control characters",
		"9 line 11: it holds a direction override: a reader would see another order than the one that is kept", "10 line 12: "}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if reading.Rows != 10 || reading.Blank != 1 {
		t.Errorf("%+v", reading)
	}
}

// TestOpenQuoteIsRefused: it would swallow every row behind it.
func TestOpenQuoteIsRefused(t *testing.T) {
	_, _, err := readRows(csvOf("\r", line("a"), line(`"Release everyone`), line("b"), line("c")), Options{Format: UPRInfo})
	refused(t, "open quote", err, "a quoted cell that begins in line 3 never ends")
}

// TestPartsThatCannotBeRead are noted, and the row is taken without them.
func TestPartsThatCannotBeRead(t *testing.T) {
	b := []byte(header + "\nArvenia,,,Release all,&#40;Unknown&#41;,,,Accepted,six,\"Justice,,Justice, Right to\nwater\",17\nArvenia,,,A lost \uFFFD letter,Nordmark,,,Accepted,,,17\n")
	rows, _ := rowsOf(t, b, Options{Format: UPRInfo})
	want := []string{"the state that recommends is not known to the table", "its action category is none of 1 to 5"}
	if r := rows[0]; r.Wrong != "" || !reflect.DeepEqual(r.Notes, want) || r.From != nil || r.Action != 0 || !reflect.DeepEqual(r.Themes, []string{"Justice", "Right to water"}) {
		t.Errorf("%+v", r)
	}
	if r := rows[1]; r.Wrong != "" || !reflect.DeepEqual(r.Notes, []string{"it holds the sign of a character that was lost (U+FFFD)"}) {
		t.Errorf("%+v", r)
	}
}

// TestBoundsOfCSV: a cell, a file.
func TestBoundsOfCSV(t *testing.T) {
	rows, _ := rowsOf(t, csvOf("\n", line(strings.Repeat("x", maxCell+1)), line(strings.Repeat("x", maxCell))), Options{Format: UPRInfo})
	if rows[0].Wrong != "a cell is longer than 64 KiB" || rows[1].Wrong != "" {
		t.Errorf("%s, %s", rows[0].Wrong, rows[1].Wrong)
	}
	_, err := Read(strings.NewReader(strings.Repeat("x", maxCSV+1)), Options{Format: UPRInfo}, func(Row) error { return nil })
	refused(t, "a large file", err, "the file has more than the 32 MiB that can be read of this format")
}

func TestReadStopsWhenAsked(t *testing.T) {
	enough := errors.New("enough")
	for f, b := range samples(t) {
		n := 0
		_, err := Read(bytes.NewReader(b), Options{Format: f}, func(Row) error {
			n++
			return enough
		})
		if !errors.Is(err, enough) || n != 1 {
			t.Errorf("%s: %v after %d rows", f, err, n)
		}
	}
}

func TestGuess(t *testing.T) {
	for want, b := range samples(t) {
		if got, ok := Guess(bytes.NewReader(b)); !ok || got != want {
			t.Errorf("%s is taken for %s", want, got)
		}
	}
	for _, s := range []string{"", "PK", "{}", "name,age\n", "%PDF-1.4"} {
		if got, ok := Guess(strings.NewReader(s)); ok {
			t.Errorf("%q is taken for %s", s, got)
		}
	}
	if _, err := Read(strings.NewReader(""), Options{Format: "pdf"}, nil); fault.KindOf(err) != fault.Invalid {
		t.Errorf("an unknown format: %v", err)
	}
}

func FuzzUPR(f *testing.F) {
	f.Add(csvOf("\r", line("Release everyone"), line(`"a""b`+"\r\n"+`c"`)))
	f.Add(encoded(f, charmap.Macintosh, string(csvOf("\r", line("lèse-majesté")))))
	f.Add([]byte("To;From;Text;Session\n;;;\n\"\n"))
	f.Fuzz(func(t *testing.T, b []byte) { lawful(t, b, UPRInfo) })
}

// lawful is what holds for every file: it is refused as a fault, or every row is whole.
func lawful(t *testing.T, b []byte, f Format) {
	rows, reading, err := readRows(b, Options{Format: f})
	if err != nil {
		if fault.KindOf(err) != fault.Invalid {
			t.Errorf("an error that is no fault: %v", err)
		}
		return
	}
	if reading.Rows != len(rows) {
		t.Errorf("%d rows, and the reading says %d", len(rows), reading.Rows)
	}
	last := 0
	for i, r := range rows {
		taken := r.Wrong == "" && r.Out == ""
		if r.N != i+1 || r.Line < last || taken && (len(r.To) == 0 || r.Text == "" || strings.ContainsAny(r.Text, "\n\r")) {
			t.Errorf("row %d: %+v", i+1, r)
		}
		last = r.Line
	}
}

// TestJoinedLinesAreTold: a quote that does not close takes lines with it. The refusal says
// which, and the reading how many; the row behind them is whole.
func TestJoinedLinesAreTold(t *testing.T) {
	for _, end := range []string{"\r", "\n", "\r\n"} {
		b := csvOf(end, line("a"), line(`"Release everyone`), line("Close it"), line(`a "wide" road`), line("b"), line("\"c"+end+"d\",e"), line("f"))
		rows, reading := rowsOf(t, b, Options{Format: UPRInfo})
		var got []string
		for _, r := range rows {
			got = append(got, fmt.Sprintf("%d+%d %s", r.Line, r.Lines, r.Wrong))
		}
		want := []string{"2+0 ", "3+3 its quotes are wrong; lines 3 to 5 were read as one row", "6+0 ",
			"7+2 it has 12 cells, and the header 11; lines 7 to 8 were read as one row", "9+0 "}
		if !reflect.DeepEqual(got, want) || reading.Joined != 3 {
			t.Errorf("lines ending in %q: %d joined\n%s", end, reading.Joined, strings.Join(got, "\n"))
		}
	}
}

// TestWrongQuotesLeaveNoMarks: behind wrong quotes, the marks of line ends stay out of cells.
func TestWrongQuotesLeaveNoMarks(t *testing.T) {
	for _, end := range []string{"\r", "\n", "\r\n"} {
		b := csvOf(end, line(`"a"b,"c`), line("d"), line(`e",f`), line("g"))
		rows, reading, err := readRows(b, Options{Format: UPRInfo})
		if err != nil {
			t.Fatalf("lines ending in %q: %v", end, err)
		}
		if r := rows[1]; r.Session != "17" || r.Wrong != "" || len(r.Notes) != 0 {
			t.Errorf("lines ending in %q: %+v, %+v", end, r, reading)
		}
	}
}

// TestHeadersAreBounded: in columns and in their names.
func TestHeadersAreBounded(t *testing.T) {
	wide := func(n int) []byte { return []byte("To,From,Text,Session" + strings.Repeat(",c", n-4) + "\n") }
	if _, reading := rowsOf(t, wide(maxColumns), Options{Format: UPRInfo}); len(reading.Left) != maxColumns-4 {
		t.Errorf("%d columns are not taken", len(reading.Left))
	}
	if got, ok := Guess(bytes.NewReader(wide(100_000))); !ok || got != UPRInfo {
		t.Errorf("a header of too many columns is taken for %q, so that nobody says what is wrong with it", got)
	}
	for name, tt := range map[string]struct {
		text []byte
		what string
	}{
		"columns": {wide(maxColumns + 1), "the header has more than 256 columns"},
		"a name":  {[]byte("To,From,Text,Session," + strings.Repeat("c", maxName+1) + "\n"), "the name of a column is longer than 1024 bytes"},
	} {
		_, _, err := readRows(tt.text, Options{Format: UPRInfo})
		refused(t, name, err, tt.what)
	}
}

// TestThemesAreBounded: a cell of very many themes refuses its row.
func TestThemesAreBounded(t *testing.T) {
	b := csvOf("\n", strings.Replace(line("a"), "Justice", `"`+strings.Join(numbers(maxList+1), ",")+`"`, 1), line("b"))
	rows, _ := rowsOf(t, b, Options{Format: UPRInfo})
	if rows[0].Wrong != "one of its lists has more than 1000 values" || rows[1].Wrong != "" {
		t.Errorf("%q, %q", rows[0].Wrong, rows[1].Wrong)
	}
}
