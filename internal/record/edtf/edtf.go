// Package edtf reads dates as people know them: a year, a month or a day, and what nobody
// knows for certain, in a part of EDTF level 1 (ISO 8601-2). It knows no zone until
// somebody asks when a date ends, and no calendar but the Gregorian one.
package edtf

import (
	"strings"
	"time"

	"heed/internal/fault"
)

// Date is a date as people know it. A civil date is a year, a month or a day, written
// YYYY, YYYY-MM or YYYY-MM-DD. An uncertain one is written in a part of EDTF level 1
// (ISO 8601-2):
//
//	2017-03?  2017-03~  2017-03%   uncertain, approximate, both
//	201X  20XX  2017-XX  2017-03-XX  2017-XX-XX   digits that nobody knows
//	2017-03/2018~    from one date to another
//	2017/..  ../2018   without an end, without a beginning
//	2017/  /2018       with an end or a beginning that nobody knows
//
// It belongs to no zone until somebody asks when it ends. It has no times and no seasons.
//
// The types of dates of HURIDOCS (list 48) are in it: 01, an estimate, is 2017-03~; 02,
// the day is unknown, is 2017-03-XX; 03, day and month are unknown, is 2017-XX-XX.
type Date string

const dayForm = "2006-01-02"

// dateForms are the layouts by the length of the text.
func dateForm(n int) string {
	switch n {
	case len("2006"), len("2006-01"), len(dayForm):
		return dayForm[:n]
	}
	return ""
}

// ParseCivil reads a civil date. It is strict: a day that the calendar does not have,
// such as 2022-02-30, is refused, and so is every other way of writing.
func ParseCivil(s string) (Date, error) {
	if _, _, ok := civil(s); !ok {
		return "", invalid("this is no date of the calendar", "Write it like 2022, 2022-08 or 2022-08-31.")
	}
	return Date(s), nil
}

// Parse reads a civil or an uncertain date. An interval that ends before it begins is
// refused.
func Parse(s string) (Date, error) {
	first, last, ok := span(s)
	if !ok || first != "" && last != "" && first > last {
		return "", invalid("this is no date that can be read", "Write it like 2017, 2017-03~, 2017-03-XX, 201X, 2017-03/2018, or 2017/.. where there is no end.")
	}
	return Date(s), nil
}

// IsDay reports whether the date names one day, and is sure of it.
func (d Date) IsDay() bool {
	_, _, ok := civil(string(d))
	return ok && len(d) == len(dayForm)
}

// Earliest is the first day that the date may mean; "" of what is no date, and of an
// interval without a known beginning. That a date is approximate does not move its first
// and last day: nobody said by how much.
func (d Date) Earliest() Date {
	first, _, _ := span(string(d))
	return first
}

// Latest is the last day that the date may mean; "" of what is no date, and of an
// interval without a known end.
func (d Date) Latest() Date {
	_, last, _ := span(string(d))
	return last
}

// civil is the first and the last day of a civil date.
func civil(s string) (first, last time.Time, ok bool) {
	first, err := time.Parse(dateForm(len(s)), s)
	if err != nil || s == "" || first.Year() == 0 {
		return first, last, false
	}
	switch last = first; len(s) {
	case len("2006"):
		last = first.AddDate(1, 0, -1)
	case len("2006-01"):
		last = first.AddDate(0, 1, -1)
	}
	return first, last, true
}

// span is the first and the last day of any date; "" where it is open.
func span(s string) (first, last Date, ok bool) {
	a, b, interval := strings.Cut(s, "/")
	if !interval {
		return dated(s)
	}
	first, _, okA := dated(a)
	_, last, okB := dated(b)
	openA, openB := a == "" || a == "..", b == "" || b == ".."
	return first, last, (okA || openA) && (okB || openB) && !(openA && openB)
}

// dated is the first and the last day of what is no interval.
func dated(s string) (first, last Date, ok bool) {
	if len(s) > len(dayForm)+1 {
		return "", "", false
	}
	if s != "" && strings.ContainsRune("?~%", rune(s[len(s)-1])) {
		s = s[:len(s)-1]
	}
	known := strings.TrimSuffix(strings.TrimSuffix(s, "-XX"), "-XX")
	low, high := known, known
	if len(s) == len("2006") {
		// Of a year alone the last digits may be unknown: a decade, or a century.
		n := min(2, strings.Count(s, "X"))
		known = strings.TrimSuffix(s, strings.Repeat("X", n))
		low, high = known+strings.Repeat("0", n), known+strings.Repeat("9", n)
	}
	from, _, okLow := civil(low)
	_, to, okHigh := civil(high)
	if !okLow || !okHigh {
		return "", "", false
	}
	return Of(from), Of(to), true
}

// Of is the day of an instant in the zone that the instant carries.
func Of(t time.Time) Date { return Date(t.Format(dayForm)) }

// End is the last microsecond of the date's latest day in a zone: "as of D" means
// everything up to and including it.
func (d Date) End(zone *time.Location) time.Time {
	last, _, ok := civil(string(d.Latest()))
	if !ok {
		return time.Time{}
	}
	next := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, zone)
	// Where clocks go forward at midnight the next day has no 00:00, and time.Date may
	// answer with an instant before the change. The day then ends with the change.
	if Of(next) <= Of(last) {
		if _, change := next.ZoneBounds(); !change.IsZero() {
			next = change
		}
	}
	return next.Add(-time.Microsecond)
}

// InOrder refuses what is no date, and what would end before it can have begun. Either
// may be left out.
func InOrder(first, last string) error {
	for _, s := range []string{first, last} {
		if s == "" {
			continue
		}
		if _, err := Parse(s); err != nil {
			return err
		}
	}
	if from, to := Date(first).Earliest(), Date(last).Latest(); from != "" && to != "" && from > to {
		return invalid("this would end before it begins", "Turn the two dates round, or correct one of them.")
	}
	return nil
}

func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}
