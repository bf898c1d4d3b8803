package corroborate

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/record"
)

func TestStandings(t *testing.T) {
	sources := known(own("S-001"), own("S-002"), own("S-003"), derived("S-004", "S-001"), record.Source{ID: "S-005", Origin: record.OriginUnknown})
	claim := func(id, source, elements string, contradicts ...string) Claim {
		return Claim{ID: id, Source: source, Elements: strings.Fields(elements), Contradicts: contradicts}
	}
	tests := []struct {
		name     string
		pro      []Claim
		contra   []Claim
		status   string // of each, those for it first
		elements string // of the first
	}{
		{"alone", []Claim{claim("C-1", "S-001", "")}, nil, "uncorroborated", ""},
		{"two origins", []Claim{claim("C-1", "S-001", ""), claim("C-2", "S-002", "")}, nil, "corroborated corroborated", ""},
		{"one repeats the other", []Claim{claim("C-1", "S-001", ""), claim("C-2", "S-004", "")}, nil, "uncorroborated uncorroborated", ""},
		{"an unknown origin corroborates nothing", []Claim{claim("C-1", "S-001", ""), claim("C-2", "S-005", "")}, nil, "uncorroborated uncorroborated", ""},
		{"same elements", []Claim{claim("C-1", "S-001", "who where"), claim("C-2", "S-002", "where who when")}, nil, "corroborated partly_corroborated", "who where"},
		{"some elements", []Claim{claim("C-1", "S-001", "who where"), claim("C-2", "S-002", "where")}, nil, "partly_corroborated corroborated", "where"},
		{"no element in common", []Claim{claim("C-1", "S-001", "who"), claim("C-2", "S-002", "when")}, nil, "uncorroborated uncorroborated", ""},
		{"elements of two others", []Claim{claim("C-1", "S-001", "who where"), claim("C-2", "S-002", "where"), claim("C-3", "S-003", "who")}, nil,
			"corroborated corroborated corroborated", "who where"},
		{"one says which, the other does not", []Claim{claim("C-1", "S-001", "who"), claim("C-2", "S-002", "")}, nil, "partly_corroborated partly_corroborated", ""},
		{"contrary in general", []Claim{claim("C-1", "S-001", ""), claim("C-2", "S-002", "")}, []Claim{claim("C-3", "S-003", "")},
			"contradicted_and_corroborated contradicted_and_corroborated contradicted", ""},
		{"contrary to one", []Claim{claim("C-1", "S-001", ""), claim("C-2", "S-002", "")}, []Claim{claim("C-3", "S-003", "", "C-2")},
			"corroborated contradicted_and_corroborated contradicted", ""},
		{"named by the one for it", []Claim{claim("C-1", "S-001", "", "C-3")}, []Claim{claim("C-3", "S-003", "")}, "contradicted contradicted", ""},
		{"contrary claims corroborate each other", []Claim{claim("C-1", "S-001", "")}, []Claim{claim("C-2", "S-002", ""), claim("C-3", "S-003", "")},
			"contradicted contradicted_and_corroborated contradicted_and_corroborated", ""},
		{"two for it contradict", []Claim{claim("C-1", "S-001", ""), claim("C-2", "S-002", "", "C-1")}, nil, "contradicted_and_corroborated contradicted_and_corroborated", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f, ev := Finding{ID: "F-01"}, Evidence{Claims: map[string]Claim{}, Sources: sources}
			for _, c := range tt.pro {
				f.For, ev.Claims[c.ID] = append(f.For, c.ID), c
			}
			for _, c := range tt.contra {
				f.Against, ev.Claims[c.ID] = append(f.Against, Against{Claim: c.ID, Answer: "x"}), c
			}
			var got []string
			all := Standings(f, ev)
			for _, s := range all {
				got = append(got, s.Status)
			}
			if strings.Join(got, " ") != tt.status || strings.Join(all[0].Elements, " ") != tt.elements {
				t.Errorf("got %+v", all)
			}
		})
	}
}

// Every claim that is there has one status, whatever stands where, and the statuses do
// not depend on the order of the claims.
func TestStandingsLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		claims, sources := world(t)
		f, ev := Finding{ID: "F-01"}, Evidence{Claims: map[string]Claim{}, Sources: sources}
		for i, c := range claims {
			c.Elements = rapid.SliceOfNDistinct(rapid.SampledFrom(Elements()), 0, 3, rapid.ID).Draw(t, "elements")
			if i > 0 && rapid.IntRange(0, 3).Draw(t, "contradicts") == 0 {
				c.Contradicts = []string{claims[i-1].ID}
			}
			ev.Claims[c.ID] = c
			if rapid.Bool().Draw(t, "for") {
				f.For = append(f.For, c.ID)
			} else {
				f.Against = append(f.Against, Against{Claim: c.ID, Answer: "x"})
			}
		}
		of := func(list []Standing) map[string]string {
			m := map[string]string{}
			for _, s := range list {
				m[s.Claim] = s.Status
				if !slices.Contains(Statuses(), s.Status) || slices.Contains(s.By, s.Claim) || slices.Contains(s.Against, s.Claim) {
					t.Fatalf("%+v", s)
				}
			}
			return m
		}
		first := of(Standings(f, ev))
		if len(first) != len(claims) {
			t.Fatalf("%d of %d", len(first), len(claims))
		}
		g := f
		g.For, g.Against = rapid.Permutation(f.For).Draw(t, "pro"), rapid.Permutation(f.Against).Draw(t, "contra")
		if again := of(Standings(g, ev)); !reflect.DeepEqual(again, first) {
			t.Fatalf("first %v, then %v", first, again)
		}
		for _, id := range Confirmed(f, ev) {
			if first[id] == Uncorroborated || first[id] == Contradicted {
				t.Fatalf("%s is confirmed and %s", id, first[id])
			}
		}
	})
}

// Every wording that a standard and an outcome offer may be written there, and none is
// offered below the standard from which it may.
func TestVerbsMayBeWritten(t *testing.T) {
	for _, s := range record.Standards() {
		for _, o := range append(Outcomes(), "") {
			words := Verbs(s, o)
			if len(words) == 0 {
				t.Errorf("%s %s offers nothing", s, o)
			}
			for _, v := range words {
				if got := tooStrong(Finding{Text: "Here " + v + " people were held.", Standard: s, Outcome: o}); len(got) != 0 {
					t.Errorf("%q is offered for %s %s and refused: %v", v, s, o, got)
				}
			}
		}
	}
	for i, v := range verbs[:len(verbs)-1] {
		below := verbs[i+1].from
		for _, words := range strings.Split(v.words, "; ") {
			if slices.Contains(Verbs(below, Met), words) || len(tooStrong(Finding{Text: "Here " + words + " x.", Standard: below, Outcome: Met})) == 0 {
				t.Errorf("%q passes at %s", words, below)
			}
		}
	}
	if ValidVerbs("certainty", nil) == nil || ValidVerbs(record.ReasonableGrounds, []string{"true"}) == nil || ValidVerbs(record.ReasonableGrounds, Outcomes()) != nil {
		t.Error("what there is no list for is not told from what there is")
	}
}
