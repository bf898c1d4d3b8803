package record

import "time"

// Date is a civil date as people know it: a year, a month or a day, written YYYY,
// YYYY-MM or YYYY-MM-DD (EDTF level 0 without times). It belongs to no zone until
// somebody asks when it ends.
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

// ParseDate reads a civil date. It is strict: a day that the calendar does not have,
// such as 2022-02-30, is refused, and so is every other way of writing.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse(dateForm(len(s)), s); err != nil || len(s) == 0 || s[:4] == "0000" {
		return "", invalid("this is no date of the calendar", "Write it like 2022, 2022-08 or 2022-08-31.")
	}
	return Date(s), nil
}

// IsDay reports whether the date names one day.
func (d Date) IsDay() bool { return len(d) == len(dayForm) }

// first is the first day, and whether d is a date at all.
func (d Date) first() (time.Time, bool) {
	t, err := time.Parse(dateForm(len(d)), string(d))
	return t, err == nil && d != ""
}

// Earliest is the first day that the date may mean; "" of what is no date.
func (d Date) Earliest() Date {
	t, ok := d.first()
	if !ok {
		return ""
	}
	return DateOf(t)
}

// Latest is the last day that the date may mean; "" of what is no date.
func (d Date) Latest() Date {
	t, ok := d.first()
	switch {
	case !ok:
		return ""
	case len(d) == len("2006"):
		t = t.AddDate(1, 0, -1)
	case len(d) == len("2006-01"):
		t = t.AddDate(0, 1, -1)
	}
	return DateOf(t)
}

// DateOf is the day of an instant in the zone that the instant carries.
func DateOf(t time.Time) Date { return Date(t.Format(dayForm)) }

// End is the last microsecond of the date's latest day in a zone: "as of D" means
// everything up to and including it.
func (d Date) End(zone *time.Location) time.Time {
	last, ok := d.Latest().first()
	if !ok {
		return time.Time{}
	}
	next := time.Date(last.Year(), last.Month(), last.Day()+1, 0, 0, 0, 0, zone)
	// Where clocks go forward at midnight the next day has no 00:00, and time.Date may
	// answer with an instant before the change. The day then ends with the change.
	if DateOf(next) <= DateOf(last) {
		if _, change := next.ZoneBounds(); !change.IsZero() {
			next = change
		}
	}
	return next.Add(-time.Microsecond)
}
