package edtf

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseCivil(t *testing.T) {
	tests := []struct{ in, first, last string }{
		{"2022", "2022-01-01", "2022-12-31"},
		{"2022-02", "2022-02-01", "2022-02-28"},
		{"2024-02", "2024-02-01", "2024-02-29"},
		{"2022-12", "2022-12-01", "2022-12-31"},
		{"2022-08-31", "2022-08-31", "2022-08-31"},
		{"2024-02-29", "2024-02-29", "2024-02-29"},
		{"0001", "0001-01-01", "0001-12-31"},
		{"9999-12", "9999-12-01", "9999-12-31"},
	}
	for _, tt := range tests {
		d, err := ParseCivil(tt.in)
		if err != nil || string(d.Earliest()) != tt.first || string(d.Latest()) != tt.last {
			t.Errorf("%s: got %s to %s, %v; want %s to %s", tt.in, d.Earliest(), d.Latest(), err, tt.first, tt.last)
		}
	}
	for _, bad := range []string{"", "2022-02-30", "2023-02-29", "2022-13", "2022-00", "2022-00-10", "2022-1-1", "22", "20220831", "2022-08-31T00", "2022/08/31",
		" 2022", "2022-08-", "+2022", "-022", "0000", "0000-01-01", "20 22", "２０２２", "2022-08-31 ", "2022~", "202X", "31-08-2022"} {
		if d, err := ParseCivil(bad); err == nil {
			t.Errorf("%q was read as %s", bad, d)
		}
	}
	if Date("").Earliest() != "" || Date("x").Latest() != "" || !Date("").End(time.UTC).IsZero() {
		t.Error("what is no date has days")
	}
}

func TestDateEnd(t *testing.T) {
	tests := []struct{ date, zone, want string }{
		{"2022-08-31", "UTC", "2022-08-31T23:59:59.999999Z"},
		{"2022-08", "UTC", "2022-08-31T23:59:59.999999Z"},
		{"2022", "Asia/Shanghai", "2022-12-31T15:59:59.999999Z"},
		{"2022-10-30", "Europe/Paris", "2022-10-30T22:59:59.999999Z"},
		// The clocks of São Paulo went from 24:00 to 01:00: the next day had no 00:00.
		{"2018-11-03", "America/Sao_Paulo", "2018-11-04T02:59:59.999999Z"},
		// They went back from 24:00 to 23:00: the hour before midnight came twice.
		{"2018-02-17", "America/Sao_Paulo", "2018-02-18T02:59:59.999999Z"},
		// Samoa left out 30 December 2011.
		{"2011-12-29", "Pacific/Apia", "2011-12-30T09:59:59.999999Z"},
	}
	for _, tt := range tests {
		zone, err := time.LoadLocation(tt.zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := Date(tt.date).End(zone).UTC().Format("2006-01-02T15:04:05.999999Z07:00"); got != tt.want {
			t.Errorf("%s in %s ends %s, want %s", tt.date, tt.zone, got, tt.want)
		}
	}
}

// The end of a day belongs to it, and a microsecond later is another day.
func TestDateEndLaw(t *testing.T) {
	zones := []string{"UTC", "Europe/Paris", "Asia/Kathmandu", "America/Sao_Paulo", "Pacific/Chatham", "Africa/Cairo"}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		d := Of(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).In(zone))
		end := d.End(zone)
		if Of(end) != d || Of(end.Add(time.Microsecond)) <= d {
			t.Fatalf("%s in %s ends %v", d, zone, end)
		}
	})
}

func dateLaws(t interface{ Errorf(string, ...any) }, s string) {
	d, err := ParseCivil(s)
	if err != nil {
		if d != "" {
			t.Errorf("a refused date came back as %q", d)
		}
		return
	}
	first, last := d.Earliest(), d.Latest()
	switch {
	case string(d) != s, first > last, first[:len(s)] != d, last[:len(s)] != d, d.IsDay() != (first == last):
		t.Errorf("%q is %s to %s", s, first, last)
	}
	for _, day := range []Date{first, last} {
		if again, err := ParseCivil(string(day)); err != nil || again != day || !day.IsDay() {
			t.Errorf("%q holds %q, which is no day: %v", s, day, err)
		}
	}
}

func TestDateLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dateLaws(t, rapid.StringMatching(`[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?`).Draw(t, "date"))
	})
}

func FuzzParseDate(f *testing.F) {
	for _, s := range []string{"2022", "2022-08", "2022-08-31", "2022-02-30", "0000", "2022-08-31T00:00", "２０２２"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { dateLaws(t, s) })
}

func TestParse(t *testing.T) {
	tests := []struct{ in, first, last string }{
		{"2022", "2022-01-01", "2022-12-31"},
		{"2022-08-31", "2022-08-31", "2022-08-31"},
		{"2017-03~", "2017-03-01", "2017-03-31"},
		{"2017?", "2017-01-01", "2017-12-31"},
		{"2017-03-05%", "2017-03-05", "2017-03-05"},
		{"201X", "2010-01-01", "2019-12-31"},
		{"20XX", "2000-01-01", "2099-12-31"},
		{"199X~", "1990-01-01", "1999-12-31"},
		{"2017-XX", "2017-01-01", "2017-12-31"},
		{"2017-XX-XX", "2017-01-01", "2017-12-31"},
		{"2024-02-XX", "2024-02-01", "2024-02-29"},
		{"2017-03/2018", "2017-03-01", "2018-12-31"},
		{"2017-03~/2017-03-XX?", "2017-03-01", "2017-03-31"},
		{"2017/..", "2017-01-01", ""},
		{"../2018", "", "2018-12-31"},
		{"2017-03/", "2017-03-01", ""},
		{"/2018", "", "2018-12-31"},
	}
	for _, tt := range tests {
		d, err := Parse(tt.in)
		if err != nil || string(d.Earliest()) != tt.first || string(d.Latest()) != tt.last {
			t.Errorf("%s: got %s to %s, %v; want %s to %s", tt.in, d.Earliest(), d.Latest(), err, tt.first, tt.last)
		}
	}
	for _, bad := range []string{"", "?", "X", "XXXX", "2XXX", "X017", "20X7", "201X-03", "201X-XX", "2017-X3", "2017-3X", "2017-XX-03", "2017-03-1X", "2017-03-XX-XX",
		"2017-XX-XX-XX", "-XX", "2017~~", "~2017", "2017-13-XX", "2017-02-30", "2018/2017", "2017-04/2017-03-XX", "..", "/", "../..", "/..", "2017//", "2017/2018/2019",
		"2017 / 2018", "2017-21", "000X", "0000", "Y12017", "2017-03-05T10:00", "２０１X", "2017-03~ "} {
		if d, err := Parse(bad); err == nil {
			t.Errorf("%q was read as %s to %s", bad, d.Earliest(), d.Latest())
		}
	}
}

// A civil date stays what it was: the dates of sources and statements are never uncertain.
func TestParseDateTakesNoUncertainDate(t *testing.T) {
	for _, s := range []string{"2017~", "2017?", "2017%", "201X", "20XX", "2017-XX", "2017-03-XX", "2017-XX-XX", "2017/2018", "2017/..", "../2018", "2017/", "/2018"} {
		if _, err := Parse(s); err != nil {
			t.Errorf("%s is no uncertain date: %v", s, err)
		}
		if _, err := ParseCivil(s); err == nil {
			t.Errorf("%s was taken for a civil date", s)
		}
		if Date(s).IsDay() {
			t.Errorf("%s is one day", s)
		}
	}
	if got := Date("2017-03-XX").End(time.UTC).Format(time.RFC3339); got != "2017-03-31T23:59:59Z" {
		t.Errorf("2017-03-XX ends %s", got)
	}
	if !Date("2017/..").End(time.UTC).IsZero() {
		t.Error("what is open has an end")
	}
}

// edtfLaws hold of whatever was read, and of nothing else.
func edtfLaws(t interface{ Errorf(string, ...any) }, s string) {
	d, err := Parse(s)
	first, last := Date(s).Earliest(), Date(s).Latest()
	switch {
	case err != nil && d != "":
		t.Errorf("a refused date came back as %q", d)
	case err == nil && string(d) != s:
		t.Errorf("%q came back as %q", s, d)
	case err == nil && first == "" && last == "":
		t.Errorf("%q may be any day", s)
	case err == nil && first != "" && last != "" && first > last:
		t.Errorf("%q is %s to %s", s, first, last)
	}
	for _, day := range []Date{first, last} {
		if day != "" && !day.IsDay() {
			t.Errorf("%q holds %q, which is no day", s, day)
		}
	}
	if _, civil := ParseCivil(s); civil == nil && err != nil {
		t.Errorf("%q is a civil date and no EDTF", s)
	}
}

// edtf draws a date without its interval.
func edtf(t *rapid.T, label string) string {
	s := rapid.SampledFrom([]string{`20[0-9]{2}`, `20[0-9]X`, `20XX`, `20[0-9]{2}-(0[1-9]|1[0-2])`, `20[0-9]{2}-XX`, `20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])`,
		`20[0-9]{2}-(0[1-9]|1[0-2])-XX`, `20[0-9]{2}-XX-XX`}).Draw(t, label+" form")
	return rapid.StringMatching(s+`[?~%]?`).Draw(t, label)
}

func TestEDTFLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := edtf(t, "a")
		if _, err := Parse(a); err != nil {
			t.Fatalf("%s: %v", a, err)
		}
		edtfLaws(t, a)
		open := rapid.SampledFrom([]string{"", ".."}).Draw(t, "open")
		for _, s := range []string{a + "/" + edtf(t, "b"), a + "/" + open, open + "/" + a} {
			edtfLaws(t, s)
		}
		edtfLaws(t, rapid.StringMatching(`[0-9X]{4}(-[0-9X]{2}(-[0-9X]{2})?)?[?~%]?(/(\.\.|[0-9X]{4})?)?`).Draw(t, "any"))
	})
}

// TestEDTFNarrows: whoever learns one more digit of a date knows of no day that the date
// could not have been before, and how sure they are moves no day.
func TestEDTFNarrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := string(Of(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).UTC()))
		wider := []string{day, day[:7] + "-XX", day[:7], day[:4] + "-XX-XX", day[:4] + "-XX", day[:4], day[:3] + "X", day[:2] + "XX"}
		for i, s := range wider[1:] {
			narrow, wide := Date(wider[i]), Date(s)
			if narrow.Earliest() < wide.Earliest() || narrow.Latest() > wide.Latest() {
				t.Fatalf("%s is %s to %s, and %s is %s to %s", narrow, narrow.Earliest(), narrow.Latest(), wide, wide.Earliest(), wide.Latest())
			}
			for _, q := range []string{"?", "~", "%"} {
				if d := wide + Date(q); d.Earliest() != wide.Earliest() || d.Latest() != wide.Latest() {
					t.Fatalf("%s is %s to %s", d, d.Earliest(), d.Latest())
				}
			}
		}
	})
}

func FuzzParseEDTF(f *testing.F) {
	for _, s := range []string{"2022", "2017-03~", "201X", "2017-XX-XX", "2017-03-XX%", "2017/..", "/2018", "2018/2017", "-XX", "2017-21"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { edtfLaws(t, s) })
}
