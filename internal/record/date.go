package record

import (
	"time"

	"heed/internal/record/edtf"
)

// Date is a date as people know it, civil or uncertain.
type Date = edtf.Date

// ParseDate reads a civil date: a year, a month or a day, written YYYY, YYYY-MM or
// YYYY-MM-DD.
func ParseDate(s string) (Date, error) { return edtf.ParseCivil(s) }

// ParseEDTF reads a civil or an uncertain date, such as 2017-03~, 201X or 2017/.. .
func ParseEDTF(s string) (Date, error) { return edtf.Parse(s) }

// DateOf is the day of an instant in the zone that the instant carries.
func DateOf(t time.Time) Date { return edtf.Of(t) }
