package corroborate

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/record"
)

func own(id string) record.Source { return record.Source{ID: id, Origin: record.OriginOwn} }

func derived(id string, from ...string) record.Source {
	return record.Source{ID: id, Origin: record.OriginDerived, DerivedFrom: from}
}

func by(s record.Source, organisation, contact string) record.Source {
	s.Organisation, s.Contact = organisation, contact
	return s
}

func known(list ...record.Source) map[string]record.Source {
	m := map[string]record.Source{}
	for _, s := range list {
		m[s.ID] = s
	}
	return m
}

// claimsOf has one claim from each source.
func claimsOf(sources ...string) (out []Claim) {
	for i, s := range sources {
		out = append(out, Claim{ID: fmt.Sprintf("C-%03d", i+1), Source: s})
	}
	return out
}

func TestCountOrigins(t *testing.T) {
	unknown := record.Source{ID: "S-009", Origin: record.OriginUnknown}
	tests := []struct {
		name    string
		claims  []Claim
		sources map[string]record.Source
		groups  [][]string
		unknown []string
	}{
		{"nothing", nil, nil, [][]string{}, nil},
		{"two of their own", claimsOf("S-001", "S-002"), known(own("S-001"), own("S-002")), [][]string{{"S-001"}, {"S-002"}}, nil},
		{"two claims of one source", claimsOf("S-001", "S-001"), known(own("S-001")), [][]string{{"S-001"}}, nil},
		{"one repeats the other", claimsOf("S-001", "S-002"), known(own("S-001"), derived("S-002", "S-001")), [][]string{{"S-001", "S-002"}}, nil},
		{"both repeat a third", claimsOf("S-002", "S-003"), known(own("S-001"), derived("S-002", "S-001"), derived("S-003", "S-001")), [][]string{{"S-002", "S-003"}}, nil},
		{"through three steps", claimsOf("S-001", "S-004"), known(own("S-001"), derived("S-002", "S-001"), derived("S-003", "S-002"), derived("S-004", "S-003")),
			[][]string{{"S-001", "S-004"}}, nil},
		{"one that mixes two joins them", claimsOf("S-001", "S-002", "S-003"), known(own("S-001"), own("S-002"), derived("S-003", "S-001", "S-002")),
			[][]string{{"S-001", "S-002", "S-003"}}, nil},
		{"who did not claim joins nobody", claimsOf("S-001", "S-002"), known(own("S-001"), own("S-002"), derived("S-003", "S-001", "S-002")),
			[][]string{{"S-001"}, {"S-002"}}, nil},
		{"one organisation", claimsOf("S-001", "S-002"), known(by(own("S-001"), "Arvenia Monitor", ""), by(own("S-002"), "ARVENIA  monitor", "")),
			[][]string{{"S-001", "S-002"}}, nil},
		{"one organisation, however it is typed", claimsOf("S-001", "S-002", "S-003"), known(by(own("S-001"), "Wire Co", ""), by(own("S-002"), "  wire  co. ", ""), by(own("S-003"), "“WIRE CO”,", "")),
			[][]string{{"S-001", "S-002", "S-003"}}, nil},
		{"one contact, however it is typed", claimsOf("S-001", "S-002"), known(by(own("S-001"), "", "J. Doe"), by(own("S-002"), "", " j doe;")), [][]string{{"S-001", "S-002"}}, nil},
		{"two organisations", claimsOf("S-001", "S-002"), known(by(own("S-001"), "Wire Co", ""), by(own("S-002"), "Wireco", "")), [][]string{{"S-001"}, {"S-002"}}, nil},
		{"a dash is an organisation too", claimsOf("S-001", "S-002"), known(by(own("S-001"), "-", ""), by(own("S-002"), " -- ", "")), [][]string{{"S-001", "S-002"}}, nil},
		{"one contact", claimsOf("S-001", "S-002"), known(by(own("S-001"), "", "[P-03]"), by(own("S-002"), "", "[P-03]")), [][]string{{"S-001", "S-002"}}, nil},
		{"no organisation is none in common", claimsOf("S-001", "S-002"), known(by(own("S-001"), " ", "  "), by(own("S-002"), "", " ")), [][]string{{"S-001"}, {"S-002"}}, nil},
		{"a contact is no organisation", claimsOf("S-001", "S-002"), known(by(own("S-001"), "x", ""), by(own("S-002"), "", "x")), [][]string{{"S-001"}, {"S-002"}}, nil},
		{"an organisation is no source", claimsOf("S-001", "S-002"), known(by(own("S-001"), "S-002", ""), own("S-002")), [][]string{{"S-001"}, {"S-002"}}, nil},
		{"the organisation of what it repeats", claimsOf("S-002", "S-003"), known(by(own("S-001"), "Wire", ""), derived("S-002", "S-001"), by(own("S-003"), "Wire", "")),
			[][]string{{"S-002", "S-003"}}, nil},
		{"unknown is not counted", claimsOf("S-001", "S-009"), known(own("S-001"), unknown), [][]string{{"S-001"}}, []string{"S-009"}},
		{"not described is unknown", claimsOf("S-001", "S-008"), known(own("S-001")), [][]string{{"S-001"}}, []string{"S-008"}},
		{"what repeats unknown is unknown", claimsOf("S-002"), known(unknown, derived("S-002", "S-009")), [][]string{}, []string{"S-002"}},
		{"partly unknown is unknown", claimsOf("S-002"), known(own("S-001"), unknown, derived("S-002", "S-001", "S-009")), [][]string{}, []string{"S-002"}},
		{"partly unknown in the other order", claimsOf("S-002"), known(own("S-001"), unknown, derived("S-002", "S-009", "S-001")), [][]string{}, []string{"S-002"}},
		{"derived from nothing is unknown", claimsOf("S-001"), known(derived("S-001")), [][]string{}, []string{"S-001"}},
		{"a circle is unknown", claimsOf("S-001", "S-002", "S-003"), known(derived("S-001", "S-002"), derived("S-002", "S-001"), derived("S-003", "S-001")),
			[][]string{}, []string{"S-001", "S-002", "S-003"}},
		{"unknown joins what it shares", claimsOf("S-001", "S-002", "S-009"), known(by(own("S-001"), "x", ""), by(own("S-002"), "", "y"), by(unknown, "x", "y")),
			[][]string{{"S-001", "S-002"}}, []string{"S-009"}},
		{"in the order of their numbers", claimsOf("S-1000", "S-999"), known(own("S-1000"), own("S-999")), [][]string{{"S-999"}, {"S-1000"}}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := Origins{len(tt.groups), tt.groups, tt.unknown}
			if got := CountOrigins(tt.claims, tt.sources); !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// A wire story through many layers of papers that each cite two of the layer before:
// every way leads to the one origin, and there are 2^60 ways.
func TestCountOriginsOfManyWays(t *testing.T) {
	sources := known(own("S-000a"), own("S-000b"))
	for layer := 1; layer <= 60; layer++ {
		for _, side := range "ab" {
			s := derived(fmt.Sprintf("S-%03d%c", layer, side), fmt.Sprintf("S-%03da", layer-1), fmt.Sprintf("S-%03db", layer-1))
			sources[s.ID] = s
		}
	}
	if got := CountOrigins(claimsOf("S-060a", "S-060b"), sources); got.Independent != 1 || len(got.Unknown) != 0 {
		t.Errorf("got %+v", got)
	}
}

// world draws sources, some derived from others, and claims from some of them.
func world(t *rapid.T) ([]Claim, map[string]record.Source) {
	n := rapid.IntRange(1, 8).Draw(t, "n")
	id := rapid.Map(rapid.IntRange(1, n+1), func(i int) string { return fmt.Sprintf("S-%03d", i) })
	sources := map[string]record.Source{}
	for i := 1; i <= n; i++ {
		s := record.Source{ID: fmt.Sprintf("S-%03d", i), Origin: rapid.SampledFrom([]string{"own", "own", "own", "unknown"}).Draw(t, "origin"),
			Organisation: rapid.SampledFrom([]string{"", "", "", "A", "B"}).Draw(t, "organisation"),
			Contact:      rapid.SampledFrom([]string{"", "", "", "p", "q"}).Draw(t, "contact")}
		if rapid.IntRange(0, 2).Draw(t, "derives") == 0 {
			s.DerivedFrom = rapid.SliceOfN(id, 1, 2).Draw(t, "from")
		}
		sources[s.ID] = s
	}
	var claims []Claim
	for i, s := range rapid.SliceOfN(id, 0, 8).Draw(t, "claims") {
		claims = append(claims, Claim{ID: fmt.Sprintf("C-%03d", i+1), Source: s})
	}
	return claims, sources
}

func TestCountOriginsLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claims, sources := world(t)
		got := CountOrigins(claims, sources)
		used := map[string]bool{}
		for _, c := range claims {
			used[c.Source] = true
		}
		all := slices.Clone(got.Unknown)
		for _, g := range got.Groups {
			all = append(all, g...)
		}
		slices.Sort(all)
		if got.Independent != len(got.Groups) || got.Independent > len(used) || !slices.Equal(all, slices.Sorted(maps.Keys(used))) {
			t.Fatalf("%+v of the sources %v", got, used)
		}
		if again := CountOrigins(rapid.Permutation(claims).Draw(t, "shuffled"), sources); !reflect.DeepEqual(again, got) {
			t.Fatalf("in another order %+v, before %+v", again, got)
		}
	})
}

// Whatever else is declared to link two counted sources, the count never rises.
func TestLinksNeverRaiseTheCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claims, sources := world(t)
		before := CountOrigins(claims, sources)
		var counted []string
		for _, g := range before.Groups {
			counted = append(counted, g...)
		}
		if len(counted) == 0 {
			return
		}
		pick := rapid.SampledFrom(counted)
		a, b := sources[pick.Draw(t, "a")], pick.Draw(t, "b")
		switch rapid.IntRange(0, 2).Draw(t, "link") {
		case 0:
			a.DerivedFrom = append(slices.Clone(a.DerivedFrom), b)
		case 1:
			a.Organisation = "A"
			if sources[a.ID].Organisation != "" {
				return // replacing one organisation by another takes a link away
			}
		case 2:
			a.Contact = "p"
			if sources[a.ID].Contact != "" {
				return
			}
		}
		sources[a.ID] = a
		if after := CountOrigins(claims, sources); after.Independent > before.Independent {
			t.Fatalf("%s linked to %s raises %+v to %+v", a.ID, b, before, after)
		}
	})
}

// A document that repeats a counted one adds nothing.
func TestRepetitionAddsNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claims, sources := world(t)
		before := CountOrigins(claims, sources)
		if before.Independent == 0 {
			return
		}
		from := rapid.SampledFrom(before.Groups).Draw(t, "group")[0]
		sources["S-099"] = derived("S-099", from)
		if after := CountOrigins(append(claims, Claim{ID: "C-099", Source: "S-099"}), sources); after.Independent != before.Independent {
			t.Fatalf("repeating %s makes %+v of %+v", from, after, before)
		}
	})
}

// However a name is typed, the count never rises: case, blanks, dots, and punctuation at
// its ends make no other organisation and no other contact of it.
func TestDecorationNeverRaisesTheCount(t *testing.T) {
	ends := rapid.SliceOfN(rapid.SampledFrom([]string{" ", "\t", "\u00A0", ".", ",", ";", "“", "”", "(", ")", "—", "-", "'", "\u200B"}), 0, 4)
	decorated := func(t *rapid.T, name string) string {
		if strings.TrimSpace(name) == "" {
			return name
		}
		words := strings.Fields(name)
		for i, w := range words {
			w = rapid.SampledFrom([]string{w, strings.ToUpper(w), strings.ToLower(w)}).Draw(t, "case")
			words[i] = w + rapid.SampledFrom([]string{"", "."}).Draw(t, "dot")
		}
		between := rapid.SampledFrom([]string{" ", "  ", " \t", "\u2003"}).Draw(t, "between")
		return strings.Join(ends.Draw(t, "before"), "") + strings.Join(words, between) + strings.Join(ends.Draw(t, "after"), "")
	}
	names := rapid.SampledFrom([]string{"", "", "Wire Co", "Monitor of Arvenia", "[P-03]", "-", "?"})
	rapid.Check(t, func(t *rapid.T) {
		claims, sources := world(t)
		for id, s := range sources {
			s.Organisation, s.Contact = names.Draw(t, "organisation"), names.Draw(t, "contact")
			sources[id] = s
		}
		before := CountOrigins(claims, sources)
		for id, s := range sources {
			s.Organisation, s.Contact = decorated(t, s.Organisation), decorated(t, s.Contact)
			sources[id] = s
		}
		if after := CountOrigins(claims, sources); after.Independent > before.Independent {
			t.Fatalf("%+v, typed otherwise %+v: %+v", before, after, sources)
		}
	})
}

// However a name is written, its sources are those of one.
func TestOneNameInManyLetters(t *testing.T) {
	for _, name := range []string{"INVENTED-WIRE", "Invented  Wire.", "\u0399nvented Wire", "Invented Wir\u0435", "Invented\u2011Wire", "\uff29nvented Wire"} {
		if nameKey(name) != nameKey("Invented Wire") {
			t.Errorf("%+q is %q, not %q", name, nameKey(name), nameKey("Invented Wire"))
		}
	}
	if nameKey("Invented Wire") == nameKey("Invented Tower") {
		t.Error("two names are one")
	}
}
