package record

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/store"
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

// Of two edits that began from the same act the second is refused, visibly.
func TestStaleSourceIsAConflict(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	id := h.add("A first text.")
	to := func(title string) func(Source) (Source, error) {
		return func(s Source) (Source, error) { s.Title = title; return s, nil }
	}
	seen := func() int64 {
		act, err := h.Revision(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return act
	}
	before := seen()
	if before != -1 {
		t.Errorf("the newest act about a source that nobody described is %d", before)
	}
	if _, err := h.Change(ctx, amina, id, before, to("first")); err != nil {
		t.Fatal(err)
	}
	saw := seen()
	if _, err := h.Change(ctx, luis, id, saw, to("second")); err != nil {
		t.Fatal(err)
	}
	for _, old := range []int64{before, saw} {
		_, err := h.Change(ctx, amina, id, old, to("third"))
		refused(t, err, fault.Conflict, "S-001.source was changed by M-02")
	}
	if got, err := h.Source(ctx, id); err != nil || got.Title != "second" {
		t.Errorf("left %+v, %v", got, err)
	}
	h.agrees("stale edits")
}

// Two people who change different parts at the same time both find their part kept.
func TestTwoEditsAtOnceKeepBoth(t *testing.T) {
	h := newHouse(t)
	id := h.add("A first text.")
	errs := make(chan error, 2)
	for _, edit := range []func(*Source){func(s *Source) { s.Title = "Wire" }, func(s *Source) { s.Organisation = "Invented Wire" }} {
		go func() {
			_, err := h.Change(t.Context(), amina, id, 0, func(s Source) (Source, error) { edit(&s); return s, nil })
			errs <- err
		}()
	}
	for range 2 {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	if got, err := h.Source(t.Context(), id); err != nil || got.Title != "Wire" || got.Organisation != "Invented Wire" {
		t.Errorf("left %+v, %v", got, err)
	}
	h.agrees("two edits")
}

// An edit that its editor gives up, or that moves to another source, changes nothing there.
func TestChangeKeepsToItsSource(t *testing.T) {
	h := newHouse(t)
	a, b := h.add("A first text."), h.add("A second text.")
	_, err := h.Change(t.Context(), amina, a, 0, func(Source) (Source, error) { return Source{}, fault.New(fault.Invalid, "given up", "", "") })
	refused(t, err, fault.Invalid, "given up")
	got, err := h.Change(t.Context(), amina, a, 0, func(Source) (Source, error) { return Source{ID: b, Title: "mine"}, nil })
	if err != nil || got.ID != a {
		t.Errorf("changed %+v, %v", got, err)
	}
	if other, err := h.Source(t.Context(), b); err != nil || other.Title != "" {
		t.Errorf("the other became %+v, %v", other, err)
	}
	h.agrees("changing")
}

// ReadSourcesOf finds exactly what the named sources derive from, through any number of
// steps, and with it every circle that reading all sources would find.
func TestReadSourcesOfFindsAllUpstream(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	ids := make([]string, 8)
	for i := range ids {
		ids[i] = h.add(fmt.Sprintf("Text number %d.", i))
	}
	for at, from := range map[int][]string{1: {ids[0]}, 2: {ids[1]}, 3: {ids[2], ids[6]}, 5: {ids[4]}} {
		if _, err := h.Describe(ctx, amina, Source{ID: ids[at], DerivedFrom: from}); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct{ of, want []int }{{[]int{3}, []int{0, 1, 2, 3, 6}}, {[]int{5, 5}, []int{4, 5}}, {[]int{7}, []int{7}}, {nil, nil}} {
		var of, want []string
		for _, i := range tt.of {
			of = append(of, ids[i])
		}
		for _, i := range tt.want {
			want = append(want, ids[i])
		}
		err := h.db.View(ctx, func(tx *store.Tx) error {
			got, err := ReadSourcesOf(tx, of)
			if found := slices.Sorted(maps.Keys(got)); !slices.Equal(found, want) {
				t.Errorf("upstream of %v: %v, want %v", of, found, want)
			}
			for id, s := range got {
				if whole, err := ReadSource(tx, id); err != nil || fmt.Sprint(whole) != fmt.Sprint(s) {
					t.Errorf("%s is %+v, and read alone %+v, %v", id, s, whole, err)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}
