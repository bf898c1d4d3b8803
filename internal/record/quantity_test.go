package record

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
)

// pages is a page count that every rule lets pass.
func pages(id, value string) Quantity {
	return Quantity{ID: id, Source: "S-001", From: 1, To: 1, Words: "121-page", Value: value, Unit: "page", Population: "the reply",
		Definition: "pages of the document", AssertedBy: "the newspaper"}
}

// between is the same count as a range.
func between(id, low, high string) Quantity {
	q := pages(id, "")
	q.Low, q.High = low, high
	return q
}

func TestValidQuantity(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Quantity)
		part   string
	}{
		{"as it is", func(q *Quantity) {}, ""},
		{"decimal", func(q *Quantity) { q.Value = "0.50" }, ""},
		{"below zero", func(q *Quantity) { q.Value = "-3" }, ""},
		{"range", func(q *Quantity) { q.Value, q.Low, q.High = "", "10", "10.5" }, ""},
		{"at least", func(q *Quantity) { q.Value, q.Low = "", "1000000" }, ""},
		{"at most", func(q *Quantity) { q.Value, q.High = "", "0" }, ""},
		{"period", func(q *Quantity) { q.Period = "2017-03~/2019" }, ""},
		{"no number", func(q *Quantity) { q.Value = "" }, "number is missing"},
		{"value and range", func(q *Quantity) { q.Low = "1" }, "not both"},
		{"turned round", func(q *Quantity) { q.Value, q.Low, q.High = "", "2", "1.9" }, "ends before it begins"},
		{"words for a number", func(q *Quantity) { q.Value = "many" }, "no exact decimal"},
		{"exponent", func(q *Quantity) { q.Value = "1e6" }, "no exact decimal"},
		{"fraction", func(q *Quantity) { q.Value = "1/3" }, "no exact decimal"},
		{"separators", func(q *Quantity) { q.Value = "1,000" }, "no exact decimal"},
		{"leading zero", func(q *Quantity) { q.Value = "012" }, "no exact decimal"},
		{"other digits", func(q *Quantity) { q.Value = "١٢" }, "no exact decimal"},
		{"period in words", func(q *Quantity) { q.Period = "last year" }, "no date"},
		{"no unit", func(q *Quantity) { q.Unit = "" }, "unit is missing"},
		{"no population", func(q *Quantity) { q.Population = " " }, "population is missing"},
		{"no definition", func(q *Quantity) { q.Definition = "" }, "definition is missing"},
		{"nobody asserts it", func(q *Quantity) { q.AssertedBy = "" }, "name of who asserts it is missing"},
		{"override", func(q *Quantity) { q.Definition = "a\u202eb" }, "override"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := pages("", "121")
			tt.change(&q)
			err := validQuantity(q)
			if tt.part == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, fault.Invalid, tt.part)
		})
	}
}

// Numbers that count different things are not compared, and the refusal names what differs.
func TestQuantitiesOfDifferentDefinitionAreNotComparable(t *testing.T) {
	for part, change := range map[string]func(*Quantity){
		"unit":                         func(q *Quantity) { q.Unit = "sheet" },
		"population":                   func(q *Quantity) { q.Population = "the report" },
		"period":                       func(q *Quantity) { q.Period = "2022" },
		"definition":                   func(q *Quantity) { q.Definition = "pages with annexes" },
		"unit, population, definition": func(q *Quantity) { q.Unit, q.Population, q.Definition = "a", "b", "c" },
	} {
		q := pages("QT-02", "121")
		change(&q)
		_, err := CompareQuantities(pages("QT-01", "121"), q)
		refused(t, err, fault.Refused, "QT-01 and QT-02 count different things: they differ in "+part)
		_, err = CompareQuantities(q, pages("QT-01", "131"))
		refused(t, err, fault.Refused, "they differ in "+part)
	}
	// Spelling alone makes no difference.
	q := pages("QT-02", "121")
	q.Unit, q.Population = " Page", "the  Réply"
	if c, err := CompareQuantities(pages("QT-01", "121"), q); err != nil || c.Verdict != QuantitiesAgree {
		t.Errorf("spelt otherwise: %+v, %v", c, err)
	}
}

func TestCompareQuantities(t *testing.T) {
	for _, tt := range []struct {
		a, b Quantity
		want Comparison
	}{
		{pages("A", "121"), pages("B", "131"), Comparison{Verdict: QuantitiesDiffer, By: "10", Larger: "B"}},
		{pages("A", "131"), pages("B", "121"), Comparison{Verdict: QuantitiesDiffer, By: "10", Larger: "A"}},
		{pages("A", "121"), pages("B", "121.00"), Comparison{Verdict: QuantitiesAgree}},
		{pages("A", "0.3"), pages("B", "0.1"), Comparison{Verdict: QuantitiesDiffer, By: "0.2", Larger: "A"}},
		{pages("A", "-0.000000001"), pages("B", "999999999999999999"), Comparison{Verdict: QuantitiesDiffer, By: "999999999999999999.000000001", Larger: "B"}},
		{between("A", "100", "130"), pages("B", "121"), Comparison{Verdict: QuantitiesOverlap, Low: "121", High: "121"}},
		{between("A", "100", "130"), between("B", "130", "200"), Comparison{Verdict: QuantitiesOverlap, Low: "130", High: "130"}},
		{between("A", "100", "130"), between("B", "131", "200"), Comparison{Verdict: QuantitiesDiffer, By: "1", Larger: "B"}},
		{between("A", "100", "130"), between("B", "100.0", "130"), Comparison{Verdict: QuantitiesAgree}},
		{between("A", "100", ""), between("B", "", "120"), Comparison{Verdict: QuantitiesOverlap, Low: "100", High: "120"}},
		{between("A", "100", ""), between("B", "200", ""), Comparison{Verdict: QuantitiesOverlap, Low: "200"}},
		{between("A", "", "7"), between("B", "", "5"), Comparison{Verdict: QuantitiesOverlap, High: "5"}},
		{between("A", "", "7"), between("B", "8", ""), Comparison{Verdict: QuantitiesDiffer, By: "1", Larger: "B"}},
		{between("A", "100", ""), between("B", "100", ""), Comparison{Verdict: QuantitiesAgree}},
	} {
		tt.want.First, tt.want.Second = "A", "B"
		if got, err := CompareQuantities(tt.a, tt.b); err != nil || got != tt.want {
			t.Errorf("%s against %s: %+v, %v; want %+v", tt.a.Number(), tt.b.Number(), got, err, tt.want)
		}
	}
}

// Differences are exact, and the order of the two does not matter.
func TestCompareQuantitiesLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.Map(rapid.IntRange(-10_000, 10_000), func(n int) string { return fmt.Sprintf("%d.%03d", n/1000, max(n, -n)%1000) }).
			Filter(decimalForm.MatchString)
		a, b := pages("A", number.Draw(t, "a")), pages("B", number.Draw(t, "b"))
		c, err := CompareQuantities(a, b)
		d, err2 := CompareQuantities(b, a)
		if err != nil || err2 != nil || c.Verdict != d.Verdict || c.By != d.By || c.Larger != d.Larger {
			t.Fatalf("%+v and %+v: %v %v", c, d, err, err2)
		}
		difference := new(big.Rat).Sub(exact(a.Value), exact(b.Value))
		if (c.Verdict == QuantitiesAgree) != (difference.Sign() == 0) {
			t.Fatalf("%s and %s: %s", a.Value, b.Value, c.Verdict)
		}
		if c.Verdict == QuantitiesDiffer && exact(c.By).Cmp(difference.Abs(difference)) != 0 {
			t.Fatalf("%s and %s differ by %s", a.Value, b.Value, c.By)
		}
	})
}

func TestNumberIsShownAsItWasGiven(t *testing.T) {
	for want, q := range map[string]Quantity{"121.0": pages("", "121.0"), "at least 7": between("", "7", ""), "at most 8": between("", "", "8"), "7 to 8": between("", "7", "8")} {
		if got := q.Number(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAddQuantity(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s, other := h.add("The reply is a 121-page document. The ministry read it."), h.add("It has 131 pages.")
	said, err := h.Say(ctx, amina, Statement{Source: s, From: 1, To: 1, Speaker: "the paper", Words: "a 121-page document", Target: Target{Kind: TargetReport}, Stance: Asserts})
	if err != nil {
		t.Fatal(err)
	}
	q := pages("QT-99", "121")
	q.By = "M-09"
	got, err := h.AddQuantity(ctx, amina, q)
	if err != nil || got.ID != "QT-01" || got.By != "M-01" || got.At != noon.UnixMicro() {
		t.Fatalf("added %+v, %v", got, err)
	}
	h.agrees("adding")
	if back, err := h.Quantity(ctx, got.ID); err != nil || back != got {
		t.Errorf("read back %+v, %v", back, err)
	}
	q.Source, q.From, q.To, q.Words, q.Statement = "", 0, 0, "", said.ID
	if got, err = h.AddQuantity(ctx, amina, q); err != nil || got.Address() != said.Address() || got.Words != said.Words {
		t.Errorf("of a statement: %+v, %v", got, err)
	}
	refuse := func(change func(*Quantity), kind fault.Kind, part string) {
		t.Helper()
		q := pages("", "121")
		change(&q)
		_, err := h.AddQuantity(ctx, amina, q)
		refused(t, err, kind, part)
	}
	refuse(func(q *Quantity) { q.Words = "131-page" }, fault.Invalid, "do not stand in S-001:1")
	refuse(func(q *Quantity) { q.Words = "21-page" }, fault.Invalid, "inside a word")
	refuse(func(q *Quantity) { q.Words = "" }, fault.Invalid, "exact words are missing")
	refuse(func(q *Quantity) { q.From, q.To = 3, 3 }, fault.NotFound, "S-001:3")
	refuse(func(q *Quantity) { q.Statement = "ST-009" }, fault.NotFound, "ST-009")
	refuse(func(q *Quantity) { q.Source, q.Words, q.Statement = other, "131 pages", said.ID }, fault.Conflict, "ST-001 stands in S-001:1")
	refuse(func(q *Quantity) { q.From, q.To, q.Words, q.Statement = 2, 2, "ministry", said.ID }, fault.Conflict, "ST-001 stands in S-001:1")
	refuse(func(q *Quantity) { q.Unit = "" }, fault.Invalid, "unit is missing")
	list, total, err := h.Quantities(ctx, s, "QT-01", 5)
	if err != nil || len(list) != 1 || list[0].ID != "QT-02" || total != 2 {
		t.Errorf("quantities: %+v of %d, %v", list, total, err)
	}
	if list, total, err := h.Quantities(ctx, other, "", 0); err != nil || len(list) != 0 || total != 0 {
		t.Errorf("quantities of %s: %+v of %d, %v", other, list, total, err)
	}
	h.agrees("refusals")
}
