package record

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseDate(t *testing.T) {
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
		d, err := ParseDate(tt.in)
		if err != nil || string(d.Earliest()) != tt.first || string(d.Latest()) != tt.last {
			t.Errorf("%s: got %s to %s, %v; want %s to %s", tt.in, d.Earliest(), d.Latest(), err, tt.first, tt.last)
		}
	}
	for _, bad := range []string{"", "2022-02-30", "2023-02-29", "2022-13", "2022-00", "2022-00-10", "2022-1-1", "22", "20220831", "2022-08-31T00", "2022/08/31",
		" 2022", "2022-08-", "+2022", "-022", "0000", "0000-01-01", "20 22", "２０２２", "2022-08-31 ", "2022~", "202X", "31-08-2022"} {
		if d, err := ParseDate(bad); err == nil {
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
		d := DateOf(time.Unix(rapid.Int64Range(0, 4e9).Draw(t, "at"), 0).In(zone))
		end := d.End(zone)
		if DateOf(end) != d || DateOf(end.Add(time.Microsecond)) <= d {
			t.Fatalf("%s in %s ends %v", d, zone, end)
		}
	})
}

func dateLaws(t interface{ Errorf(string, ...any) }, s string) {
	d, err := ParseDate(s)
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
		if again, err := ParseDate(string(day)); err != nil || again != day || !day.IsDay() {
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
