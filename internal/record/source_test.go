package record

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
)

func TestValidSource(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Source)
		part   string
	}{
		{"nothing said", func(s *Source) {}, ""},
		{"all said", func(s *Source) {
			*s = Source{Title: "Wire", Kind: "press_article", Date: "2031-05", Organisation: "Invented Wire", Contact: "[P-03]",
				Origin: OriginDerived, DerivedFrom: []string{"S-002"}, Reliability: "B", Reason: "corrected itself\r\n\tin print"}
		}, ""},
		{"title", func(s *Source) { s.Title = "a\nb" }, "title"},
		{"organisation", func(s *Source) { s.Organisation = "a\x00" }, "organisation"},
		{"contact", func(s *Source) { s.Contact = "a\xff" }, "contact"},
		{"reason", func(s *Source) { s.Reason = "a\x1b[2J" }, "reason"},
		{"date", func(s *Source) { s.Date = "2022-02-30" }, "date"},
		{"kind", func(s *Source) { s.Kind = "rumour" }, "kind of source"},
		{"origin", func(s *Source) { s.Origin = "first" }, "origin of a source"},
		{"own and derived", func(s *Source) { s.Origin, s.DerivedFrom = OriginOwn, []string{"S-002"} }, "has the origin derived"},
		{"unknown and derived", func(s *Source) { s.Origin, s.DerivedFrom = OriginUnknown, []string{"S-002"} }, "has the origin derived"},
		{"derived from nothing", func(s *Source) { s.Origin = OriginDerived }, "from which it derives"},
		{"reliability", func(s *Source) { s.Reliability = "G" }, "grade of reliability"},
		{"reliability of two", func(s *Source) { s.Reliability = "AB" }, "grade of reliability"},
		{"reliability in digits", func(s *Source) { s.Reliability, s.Reason = "1", "x" }, "grade of reliability"},
		{"small reliability", func(s *Source) { s.Reliability = "a" }, "grade of reliability"},
		{"reliability without reason", func(s *Source) { s.Reliability, s.Reason = "E", " " }, "needs its reason"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := Source{ID: "S-001"}
			tt.change(&s)
			err := validSource(s.withDefaults())
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

func TestDescribe(t *testing.T) {
	h := newHouse(t)
	a, b, c := h.add("A first text."), h.add("A second text."), h.addSealed("")
	if got, err := h.Source(t.Context(), c); err != nil || got.Kind != "unknown" || got.Origin != OriginUnknown || got.Reliability != "F" {
		t.Errorf("an original nobody described is %+v, %v", got, err)
	}
	s, err := h.Describe(t.Context(), amina, Source{ID: b, Kind: "press_article", DerivedFrom: []string{a, a}})
	if err != nil {
		t.Fatal(err)
	}
	h.agrees("describing")
	if s.Origin != OriginDerived || !slices.Equal(s.DerivedFrom, []string{a}) || s.Reliability != "F" {
		t.Errorf("described as %+v", s)
	}
	if s, err = h.Describe(t.Context(), amina, Source{ID: b, Title: "again"}); err != nil || s.Origin != OriginUnknown {
		t.Errorf("a description does not replace the one before: %+v, %v", s, err)
	}
	h.agrees("describing again")
	all, err := h.Sources(t.Context())
	if err != nil || len(all) != 3 || all[0].ID != a || all[1].Title != "again" || all[2].ID != c {
		t.Errorf("sources: %+v, %v", all, err)
	}
	for _, bad := range []Source{{ID: "S-009"}, {ID: a, DerivedFrom: []string{"S-009"}}} {
		_, err := h.Describe(t.Context(), amina, bad)
		refused(t, err, fault.NotFound, "S-009")
	}
	_, err = h.Source(t.Context(), "S-009")
	refused(t, err, fault.NotFound, "S-009")
	_, err = h.Describe(t.Context(), amina, Source{ID: a, Kind: "rumour"})
	refused(t, err, fault.Invalid, "kind of source")
	h.agrees("refusals")
}

func TestCirclesAreRefused(t *testing.T) {
	for steps := 1; steps <= 5; steps++ {
		t.Run(fmt.Sprint(steps), func(t *testing.T) {
			h := newHouse(t)
			ids := make([]string, steps)
			for i := range ids {
				ids[i] = h.add(fmt.Sprintf("Text number %d.", i))
			}
			for i := range steps - 1 {
				if _, err := h.Describe(t.Context(), amina, Source{ID: ids[i], DerivedFrom: ids[i+1 : i+2]}); err != nil {
					t.Fatal(err)
				}
			}
			last := ids[steps-1]
			_, err := h.Describe(t.Context(), amina, Source{ID: last, DerivedFrom: ids[:1]})
			for _, id := range ids {
				refused(t, err, fault.Invalid, id)
			}
			if got, err := h.Source(t.Context(), last); err != nil || len(got.DerivedFrom) != 0 {
				t.Errorf("the circle was kept: %+v, %v", got, err)
			}
			h.agrees("a refused circle")
		})
	}
}

// Circle finds a way exactly when the source can be reached from itself, and what it
// returns is such a way.
func TestCircleLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		derived := edges(t, 7)
		reach := map[string]map[string]bool{}
		for range derived { // as many rounds as sources reach everything
			for a, next := range derived {
				if reach[a] == nil {
					reach[a] = map[string]bool{}
				}
				for _, b := range next {
					reach[a][b] = true
					for c := range reach[b] {
						reach[a][c] = true
					}
				}
			}
		}
		for a := range derived {
			way := Circle(derived, a)
			if (way != nil) != reach[a][a] {
				t.Fatalf("from %s in %v: %v", a, derived, way)
			}
			for i := 1; i < len(way); i++ {
				if !slices.Contains(derived[way[i-1]], way[i]) {
					t.Fatalf("%v is no way in %v", way, derived)
				}
			}
			if way != nil && (way[0] != a || way[len(way)-1] != a) {
				t.Fatalf("%v does not begin and end at %s", way, a)
			}
		}
	})
}

func edges(t *rapid.T, n int) map[string][]string {
	derived := map[string][]string{}
	id := rapid.Map(rapid.IntRange(1, n), func(i int) string { return fmt.Sprintf("S-%03d", i) })
	for i := 1; i <= n; i++ {
		derived[fmt.Sprintf("S-%03d", i)] = rapid.SliceOfN(id, 0, 2).Draw(t, "from")
	}
	return derived
}
