package record

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/fault"
)

func consent(id string, at int64, scopes ...Scope) Basis {
	return Basis{ID: id, Source: "S-001", Kind: Consent, Scopes: scopes, At: at}
}

func answer(use, state, expires string) Scope {
	return Scope{use, AudiencePublic, RoleOnly, state, expires}
}

func public(id string) Basis {
	return Basis{ID: id, Source: "S-001", Kind: PublicRecord, Citation: "printed in the gazette"}
}

// Each line is one rule: the reason names it and the basis that decided.
func TestCovers(t *testing.T) {
	withdrawn := consent("B-001", 1, answer(UseReport, Given, ""))
	withdrawn.Withdrawn = true
	uncited, victim, assessed := public("B-001"), public("B-001"), public("B-002")
	uncited.Citation = " "
	victim.NamesVictim = true
	assessed.NamesVictim, assessed.RiskAssessment = true, "named by the family, in print since 2029"
	given := consent("B-001", 1, answer(UseReport, Given, ""))
	tests := []struct {
		name                       string
		bases                      []Basis
		use, audience, attribution string
		ok                         bool
		why                        string
	}{
		{"consent given", []Basis{given}, UseReport, AudiencePublic, RoleOnly, true, "consent: B-001"},
		{"no basis", nil, UseReport, AudiencePublic, RoleOnly, false, "no basis"},
		{"unknown use", []Basis{public("B-001")}, "gossip", AudiencePublic, RoleOnly, false, "unknown word"},
		{"unknown audience", []Basis{public("B-001")}, UseReport, "everybody", RoleOnly, false, "unknown word"},
		{"unknown attribution", []Basis{public("B-001")}, UseReport, AudiencePublic, "", false, "unknown word"},
		{"another use", []Basis{given}, UseQuote, AudiencePublic, RoleOnly, false, "not asked: no consent answers verbatim_quote"},
		{"another audience", []Basis{given}, UseReport, "court", RoleOnly, false, "not asked: no consent answers"},
		{"another attribution", []Basis{given}, UseReport, AudiencePublic, Named, false, "not asked: no consent answers"},
		{"named covers no less", []Basis{consent("B-001", 1, Scope{UseReport, AudiencePublic, Named, Given, ""})}, UseReport, AudiencePublic, RoleOnly, false, "not asked"},
		{"not asked", []Basis{consent("B-001", 1, answer(UseReport, NotAsked, ""))}, UseReport, AudiencePublic, RoleOnly, false, "not asked: B-001 says that nobody asked"},
		{"refused", []Basis{consent("B-001", 1, answer(UseReport, Refused, ""))}, UseReport, AudiencePublic, RoleOnly, false, "refused: B-001"},
		{"answer taken back", []Basis{consent("B-001", 1, answer(UseReport, Withdrawn, ""))}, UseReport, AudiencePublic, RoleOnly, false, "withdrawn: B-001"},
		{"answer run out", []Basis{consent("B-001", 1, answer(UseReport, Expired, ""))}, UseReport, AudiencePublic, RoleOnly, false, "expired: B-001"},
		{"unknown state", []Basis{consent("B-001", 1, answer(UseReport, "perhaps", ""))}, UseReport, AudiencePublic, RoleOnly, false, "perhaps: B-001"},
		{"the last day", []Basis{consent("B-001", 1, answer(UseReport, Given, "2031-05-23"))}, UseReport, AudiencePublic, RoleOnly, true, "consent"},
		{"the day after", []Basis{consent("B-001", 1, answer(UseReport, Given, "2031-05-22"))}, UseReport, AudiencePublic, RoleOnly, false, "expired: B-001 held"},
		{"mind changed to yes", []Basis{consent("B-001", 1, answer(UseReport, Refused, "")), consent("B-002", 2, answer(UseReport, Given, ""))}, UseReport, AudiencePublic, RoleOnly, true, "consent: B-002"},
		{"mind changed to no", []Basis{consent("B-002", 2, answer(UseReport, Refused, "")), given}, UseReport, AudiencePublic, RoleOnly, false, "refused: B-002"},
		{"in one instant the later id", []Basis{consent("B-1000", 1, answer(UseReport, Refused, "")), consent("B-999", 1, answer(UseReport, Given, ""))}, UseReport, AudiencePublic, RoleOnly, false, "refused: B-1000"},
		{"withdrawn", []Basis{withdrawn}, UseReport, AudiencePublic, RoleOnly, false, "withdrawn: B-001 was withdrawn"},
		{"withdrawn beside another", []Basis{withdrawn, consent("B-002", 2, answer(UseReport, Given, ""))}, UseReport, AudiencePublic, RoleOnly, false, "withdrawn: B-001 was withdrawn"},
		{"withdrawn beside public record", []Basis{withdrawn, public("B-002")}, UseReport, AudiencePublic, RoleOnly, false, "withdrawn: B-001 was withdrawn"},
		{"background is not cited", []Basis{consent("B-001", 1, Scope{UseReport, AudiencePublic, BackgroundOnly, Given, ""})}, UseReport, AudiencePublic, BackgroundOnly, false, "background"},
		{"background informs", []Basis{consent("B-001", 1, Scope{UseAnalysis, "team", BackgroundOnly, Given, ""})}, UseAnalysis, "team", BackgroundOnly, true, "consent"},
		{"public record", []Basis{public("B-001")}, UseReport, AudiencePublic, Named, true, "public record: B-001"},
		{"public record uncited", []Basis{uncited}, UseReport, AudiencePublic, Named, false, "no citation"},
		{"public record names a victim", []Basis{victim}, UseReport, AudiencePublic, Named, false, "victim named: B-001"},
		{"victim named beside another record", []Basis{victim, public("B-002")}, UseReport, AudiencePublic, Named, false, "victim named: B-001"},
		{"victim named after the assessment", []Basis{assessed, {ID: "B-003", Kind: PublicRecord, Citation: "x", NamesVictim: true}}, UseReport, AudiencePublic, Named, false, "victim named: B-003"},
		{"whatever order they come in", []Basis{{ID: "B-003", Kind: PublicRecord, Citation: "x", NamesVictim: true}, assessed}, UseReport, AudiencePublic, Named, false, "victim named: B-003"},
		{"victim named, assessed by a later one", []Basis{victim, assessed}, UseReport, AudiencePublic, Named, true, "public record"},
		{"public record to recontact", []Basis{public("B-001")}, UseRecontact, "team", Named, false, "act towards a person"},
		{"public record to record", []Basis{public("B-001")}, UseRecording, "team", Named, false, "act towards a person"},
		{"public record beside consent", []Basis{public("B-001"), consent("B-002", 2, answer(UseAnalysis, Given, ""))}, UseReport, AudiencePublic, RoleOnly, false, "not asked"},
		{"public record after consent", []Basis{given, {ID: "B-002", Kind: PublicRecord, Citation: "x", At: 2}}, UseQuote, AudiencePublic, RoleOnly, false, "not asked"},
		{"scopes of a public record", []Basis{{ID: "B-001", Kind: PublicRecord, Scopes: []Scope{answer(UseReport, Given, "")}}, consent("B-002", 2, answer(UseAnalysis, Given, ""))}, UseReport, AudiencePublic, RoleOnly, false, "not asked"},
		{"unknown kind", []Basis{{ID: "B-001", Kind: "rumour", Citation: "x"}}, UseReport, AudiencePublic, RoleOnly, false, "no citation"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			ok, why := Covers(tt.bases, tt.use, tt.audience, tt.attribution, noon)
			if ok != tt.ok || !strings.HasPrefix(why, tt.why) && !strings.Contains(why, tt.why) {
				t.Errorf("got %v, %q; want %v, %q", ok, why, tt.ok, tt.why)
			}
			if strings.Contains(why, "gazette") {
				t.Errorf("the reason carries content: %q", why)
			}
		})
	}
}

// The day that counts is the one in the zone of the instant.
func TestCoversCountsDaysInTheZone(t *testing.T) {
	bases := []Basis{consent("B-001", 1, answer(UseReport, Given, "2031-05-22"))}
	late := time.Date(2031, 5, 22, 23, 30, 0, 0, time.UTC)
	if ok, why := Covers(bases, UseReport, AudiencePublic, RoleOnly, late); !ok {
		t.Error(why)
	}
	if ok, _ := Covers(bases, UseReport, AudiencePublic, RoleOnly, late.In(time.FixedZone("", 3600))); ok {
		t.Error("the day is over in the zone of the case")
	}
	if ok, why := Covers(bases, UseReport, AudiencePublic, RoleOnly, Date("2031-05-22").End(time.UTC)); !ok {
		t.Error(why)
	}
}

func anyBasis(t *rapid.T, id int) Basis {
	scope := rapid.Custom(func(t *rapid.T) Scope {
		return Scope{rapid.SampledFrom([]string{UseReport, UseQuote}).Draw(t, "use"), rapid.SampledFrom([]string{"team", AudiencePublic}).Draw(t, "audience"),
			rapid.SampledFrom([]string{Named, RoleOnly}).Draw(t, "attribution"), rapid.SampledFrom(ScopeStates()).Draw(t, "state"),
			rapid.SampledFrom([]string{"", "2031-05-22", "2031-05-23"}).Draw(t, "expires")}
	})
	return Basis{ID: "B-00" + string(rune('1'+id)), Kind: rapid.SampledFrom([]string{Consent, PublicRecord}).Draw(t, "kind"), At: int64(rapid.IntRange(0, 3).Draw(t, "at")),
		Scopes: rapid.SliceOfN(scope, 0, 3).Draw(t, "scopes"), Citation: rapid.SampledFrom([]string{"", "x"}).Draw(t, "citation"),
		Interview:      Interview{On: rapid.SampledFrom([]string{"", "", "1970", "1970-01", "1970-01-01", "2031-05-22", "2031-05"}).Draw(t, "on")},
		RiskAssessment: rapid.SampledFrom([]string{"", "x"}).Draw(t, "risk"),
		NamesVictim:    rapid.Bool().Draw(t, "victim"), Withdrawn: rapid.IntRange(0, 9).Draw(t, "withdrawn") == 0}
}

// The order in which bases come does not matter, a withdrawal always ends the use, and
// nothing is covered that no basis allows.
func TestCoversLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var bases []Basis
		for i := range rapid.IntRange(0, 5).Draw(t, "n") {
			bases = append(bases, anyBasis(t, i))
		}
		before := slices.Clone(bases)
		ok, why := Covers(bases, UseReport, AudiencePublic, RoleOnly, noon)
		if why == "" {
			t.Fatal("a decision without a reason")
		}
		shuffled := rapid.Permutation(bases).Draw(t, "shuffled")
		if ok2, why2 := Covers(shuffled, UseReport, AudiencePublic, RoleOnly, noon); ok2 != ok || why2 != why && ok {
			t.Fatalf("%v %q became %v %q in another order", ok, why, ok2, why2)
		}
		if !slices.EqualFunc(before, bases, func(a, b Basis) bool { return a.ID == b.ID }) {
			t.Fatal("the bases were put in another order for the caller")
		}
		if len(bases) > 0 {
			bases[0].Withdrawn = true
			if ok, why := Covers(bases, UseReport, AudiencePublic, RoleOnly, noon); ok {
				t.Fatalf("covered after a withdrawal: %s", why)
			}
		}
		if ok && !slices.ContainsFunc(before, func(b Basis) bool {
			return b.Kind == PublicRecord && b.Citation != "" || slices.ContainsFunc(b.Scopes, func(s Scope) bool {
				return s.Use == UseReport && s.Audience == AudiencePublic && s.Attribution == RoleOnly && s.State == Given
			})
		}) {
			t.Fatalf("covered, and nobody allowed it: %s", why)
		}
	})
}

func TestValidBasis(t *testing.T) {
	yes := answer(UseReport, Given, "")
	tests := []struct {
		name  string
		basis Basis
		part  string
	}{
		{"consent", consent("", 0, yes, answer(UseQuote, Given, "2032-01-31")), ""},
		{"public record", public(""), ""},
		{"public record of a victim, not assessed yet", Basis{Kind: PublicRecord, Citation: "x", NamesVictim: true}, ""},
		{"no kind", Basis{}, "kind of basis"},
		{"consent to nothing", consent("", 0), "allows nothing"},
		{"unknown use", consent("", 0, Scope{"gossip", AudiencePublic, RoleOnly, Given, ""}), "no use"},
		{"unknown audience", consent("", 0, Scope{UseReport, "all", RoleOnly, Given, ""}), "no audience"},
		{"unknown attribution", consent("", 0, Scope{UseReport, AudiencePublic, "", Given, ""}), "no attribution"},
		{"unknown state", consent("", 0, answer(UseReport, "", "")), "no state of consent"},
		{"expires in a month", consent("", 0, answer(UseReport, Given, "2032-01")), "one day"},
		{"expires never", consent("", 0, answer(UseReport, Given, "2032-02-30")), "one day"},
		{"two answers", consent("", 0, yes, answer(UseReport, Refused, "")), "twice"},
		{"uncited", Basis{Kind: PublicRecord, Citation: " "}, "needs its citation"},
		{"public record with scopes", Basis{Kind: PublicRecord, Citation: "x", Scopes: []Scope{yes}}, "no scopes"},
		{"citation", Basis{Kind: PublicRecord, Citation: "\x1b"}, "citation"},
		{"risk assessment", Basis{Kind: PublicRecord, Citation: "x", RiskAssessment: "\xff"}, "risk assessment"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := validBasis(tt.basis)
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

func TestAddAndWithdrawBasis(t *testing.T) {
	h := newHouse(t)
	open, sealed := h.add("A first text."), h.addSealed("")
	add := func(b Basis, source string) (Basis, error) {
		b.Source = source
		return h.AddBasis(t.Context(), amina, b)
	}
	given := consent("", 0, answer(UseReport, Given, ""))
	given.Explained = Explanations()
	pretended := given
	pretended.ID, pretended.Withdrawn, pretended.WithdrawnBy = "B-777", true, "M-09"
	b, err := add(pretended, sealed)
	if err != nil || b.ID != "B-001" || b.By != "M-01" || b.At != noon.UnixMicro() || b.Withdrawn || b.WithdrawnBy != "" {
		t.Fatalf("added %+v, %v", b, err)
	}
	h.agrees("adding")
	if _, err := add(public(""), open); err != nil {
		t.Fatal(err)
	}
	_, err = add(public(""), sealed)
	refused(t, err, fault.Refused, sealed)
	_, err = add(given, "S-009")
	refused(t, err, fault.NotFound, "S-009")
	_, err = add(Basis{}, open)
	refused(t, err, fault.Invalid, "kind of basis")

	_, err = h.WithdrawBasis(t.Context(), amina, "B-009", "")
	refused(t, err, fault.NotFound, "B-009")
	_, err = h.WithdrawBasis(t.Context(), amina, b.ID, "\xff")
	refused(t, err, fault.Invalid, "way of the withdrawal")
	b, err = h.WithdrawBasis(t.Context(), amina, b.ID, "")
	if err != nil || !b.Withdrawn || b.WithdrawnAt != noon.UnixMicro() || b.WithdrawnBy != "M-01" {
		t.Fatalf("withdrawn %+v, %v", b, err)
	}
	h.agrees("withdrawing")
	_, err = h.WithdrawBasis(t.Context(), amina, b.ID, "by telephone")
	refused(t, err, fault.Conflict, "withdrawn already")

	bases, err := h.Bases(t.Context(), sealed)
	if err != nil || len(bases) != 1 || !bases[0].Withdrawn {
		t.Errorf("bases of %s: %+v, %v", sealed, bases, err)
	}
	if all, err := h.Bases(t.Context(), ""); err != nil || len(all) != 2 {
		t.Errorf("all bases: %+v, %v", all, err)
	}
	h.agrees("refusals")
}
