package record

import (
	"math/big"
	"regexp"
	"strings"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/lang"
)

// Quantity is a number that somebody asserts, with what it counts. "A million" of people
// ever held and "a million" held at once are two quantities, and nothing here adds,
// averages or ranks them.
type Quantity struct {
	ID         string         `json:"id"` // QT-01
	Source     string         `json:"source"`
	From       int            `json:"from"` // sentences
	To         int            `json:"to"`
	Edition    intake.Edition `json:"edition,omitzero"`
	Words      string         `json:"words"`           // exact bytes of the passage in which the number stands
	Value      string         `json:"value,omitempty"` // exact decimal; or Low and High, of which one may be open
	Low        string         `json:"low,omitempty"`
	High       string         `json:"high,omitempty"`
	Unit       string         `json:"unit"`
	Population string         `json:"population"` // of whom or what
	Period     string         `json:"period,omitempty"`
	Definition string         `json:"definition"` // what was counted: in custody at once, ever, on a list
	AssertedBy string         `json:"asserted_by"`
	Statement  string         `json:"statement,omitempty"` // in which it is asserted
	By         string         `json:"by"`
	At         int64          `json:"at"` // µs since 1970, UTC
}

// Address is where the words stand.
func (q Quantity) Address() intake.Address {
	return intake.Address{Source: q.Source, From: q.From, To: q.To, Edition: q.Edition}
}

// decimalForm is one way of writing each number, but for zeros at the end: 1.50 says how
// exactly it was given.
var decimalForm = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$`)

// bounds are the smallest and the largest that the quantity can be; nil is open.
func (q Quantity) bounds() (low, high *big.Rat) {
	if q.Value != "" {
		v := exact(q.Value)
		return v, v
	}
	return exact(q.Low), exact(q.High)
}

// exact reads an exact decimal; nil of an empty one.
func exact(s string) *big.Rat {
	if s == "" {
		return nil
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil
	}
	return r
}

// written is the shortest exact decimal.
func written(r *big.Rat) string {
	s := r.FloatString(9) // exact: no sum of what decimalForm allows has more places
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Number is the quantity's number as it is written for a person.
func (q Quantity) Number() string {
	switch {
	case q.Value != "":
		return q.Value
	case q.High == "":
		return "at least " + q.Low
	case q.Low == "":
		return "at most " + q.High
	}
	return q.Low + " to " + q.High
}

func validQuantity(q Quantity) error {
	if err := validNumber(q); err != nil {
		return err
	}
	for _, f := range []struct {
		what, value string
	}{{"unit", q.Unit}, {"population", q.Population}, {"definition", q.Definition}, {"name of who asserts it", q.AssertedBy}} {
		if err := line(f.what, f.value, true); err != nil {
			return err
		}
	}
	if q.Period != "" {
		if _, err := ParseEDTF(q.Period); err != nil {
			return err
		}
	}
	return nil
}

func validNumber(q Quantity) error {
	for _, n := range []string{q.Value, q.Low, q.High} {
		if n != "" && !decimalForm.MatchString(n) {
			return invalid("this is no exact decimal", "Write digits, with a point before decimals and nothing between thousands: 1000000 or 12.5.")
		}
	}
	low, high := q.bounds()
	switch {
	case q.Value != "" && q.Low+q.High != "":
		return invalid("a quantity is one value or a range, not both", "Give --value, or --low and --high.")
	case low == nil && high == nil:
		return invalid("the number is missing", "Give --value, or --low and --high, of which one may be left out.")
	case low != nil && high != nil && low.Cmp(high) > 0:
		return invalid("the range ends before it begins", "Give the smaller number as --low.")
	}
	return nil
}

// Comparison is what two comparable quantities say of each other.
type Comparison struct {
	First   string `json:"first"`
	Second  string `json:"second"`
	Verdict string `json:"verdict"`          // agree, differ, overlap
	By      string `json:"by,omitempty"`     // differ: the distance between them
	Low     string `json:"low,omitempty"`    // overlap: what both allow
	High    string `json:"high,omitempty"`   // of an open end nothing stands here
	Larger  string `json:"larger,omitempty"` // differ: which of them
}

// The verdicts.
const (
	QuantitiesAgree   = "agree"
	QuantitiesDiffer  = "differ"
	QuantitiesOverlap = "overlap" // ranges that neither are the same nor exclude each other
)

// CompareQuantities compares two numbers, and refuses when they count different things:
// only what has one unit, population, period and definition can agree or differ.
func CompareQuantities(a, b Quantity) (Comparison, error) {
	var differ []string
	for _, part := range []struct{ what, a, b string }{
		{"unit", a.Unit, b.Unit}, {"population", a.Population, b.Population}, {"period", a.Period, b.Period}, {"definition", a.Definition, b.Definition},
	} {
		if folded(part.a) != folded(part.b) {
			differ = append(differ, part.what)
		}
	}
	if len(differ) > 0 {
		return Comparison{}, fault.New(fault.Refused, a.ID+" and "+b.ID+" count different things: they differ in "+strings.Join(differ, ", "),
			"Both stand as they were asserted.", "Show them side by side in words. If they mean the same, take both down in the same words.")
	}
	c := Comparison{First: a.ID, Second: b.ID}
	alow, ahigh := a.bounds()
	blow, bhigh := b.bounds()
	switch {
	case equal(alow, blow) && equal(ahigh, bhigh):
		c.Verdict = QuantitiesAgree
	case ahigh != nil && blow != nil && ahigh.Cmp(blow) < 0:
		c.Verdict, c.Larger, c.By = QuantitiesDiffer, b.ID, written(new(big.Rat).Sub(blow, ahigh))
	case bhigh != nil && alow != nil && bhigh.Cmp(alow) < 0:
		c.Verdict, c.Larger, c.By = QuantitiesDiffer, a.ID, written(new(big.Rat).Sub(alow, bhigh))
	default:
		c.Verdict, c.Low, c.High = QuantitiesOverlap, end(alow, blow, 1), end(ahigh, bhigh, -1)
	}
	return c, nil
}

func folded(s string) string { return strings.TrimSpace(lang.Fold(s)) }

func equal(a, b *big.Rat) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Cmp(b) == 0
}

// end is the larger (sign 1) or smaller (-1) of two ends, "" when both are open.
func end(a, b *big.Rat, sign int) string {
	switch {
	case a == nil && b == nil:
		return ""
	case a == nil, b != nil && b.Cmp(a) == sign:
		a = b
	}
	return written(a)
}
