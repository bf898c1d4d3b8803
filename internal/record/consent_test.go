package record

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/fault"
)

// asked is a consent that every rule lets pass.
func asked(scopes ...Scope) Basis {
	if len(scopes) == 0 {
		scopes = []Scope{answer(UseReport, Given, "")}
	}
	return Basis{Kind: Consent, Scopes: scopes, Interview: Interview{On: "2031-05-01", Interviewer: "M-02", Language: "ug", Interpreter: "E-0004",
		Modality: "oral_recorded", Capacity: "adult", Explained: slices.Clone(needed), Mask: []string{"name", "voice"}}}
}

// Without each of the four points an answer is no consent, and the refusal names what is missing.
func TestConsentNeedsWhatWasExplained(t *testing.T) {
	if err := validConsent(asked()); err != nil {
		t.Fatal(err)
	}
	for i, point := range needed {
		b := asked()
		b.Explained = slices.Delete(b.Explained, i, i+1)
		refused(t, validConsent(b), fault.Refused, "before these were explained: "+point)
	}
	b := asked()
	b.Explained = []string{"risks"}
	refused(t, validConsent(b), fault.Refused, "purpose, uses, confidentiality_limits, withdrawal_right")
}

func TestValidConsent(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*Basis)
		part   string
	}{
		{"no scope", func(b *Basis) { b.Scopes = nil }, "allows nothing"},
		{"unknown point", func(b *Basis) { b.Explained = append(b.Explained, "weather") }, "no explained point"},
		{"unknown mask", func(b *Basis) { b.Mask = []string{"shoes"} }, "no part to mask"},
		{"unknown modality", func(b *Basis) { b.Modality = "telepathy" }, "no modality"},
		{"unknown capacity", func(b *Basis) { b.Capacity = "sleeping" }, "no capacity"},
		{"language in words", func(b *Basis) { b.Language = "the local one" }, "no language tag"},
		{"no day", func(b *Basis) { b.On = "May" }, "no date"},
		{"form in words", func(b *Basis) { b.Form = "a sheet" }, "form is a source"},
		{"interviewer by name", func(b *Basis) { b.Interviewer = "Anna" }, "interviewer is named by id"},
		{"interpreter by name", func(b *Basis) { b.Interpreter = "Anna" }, "interpreter is named by id"},
		{"interpreter a member", func(b *Basis) { b.Interpreter = "M-02" }, "interpreter is named by id"},
		{"guardian by name", func(b *Basis) { b.Guardian = "her mother" }, "guardian is named by id"},
		{"guardian unnamed", func(b *Basis) { b.Modality = "guardian" }, "not said which"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := asked()
			tt.change(&b)
			err := validConsent(b)
			refused(t, err, fault.Invalid, tt.part)
			if strings.Contains(errText(err), "Anna") {
				t.Errorf("the refusal carries content: %v", err)
			}
		})
	}
	b := asked()
	b.Interviewer, b.Interpreter, b.Guardian, b.Modality, b.Capacity, b.Form = "P-01", "P-02", "E-0001", "guardian", "child", "S-002"
	if err := validConsent(b); err != nil {
		t.Error(err)
	}
}

func TestRecordConsent(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s, form := h.addSealed("[P-01] was held there."), h.addSealed("")
	b := asked(answer(UseReport, Given, ""), answer(UseQuote, Refused, ""))
	b.Source, b.Form = s, form
	got, err := h.RecordConsent(ctx, amina, b)
	if err != nil || got.ID != "B-001" || got.Kind != Consent || got.By != "M-01" || got.Interpreter != "E-0004" {
		t.Fatalf("recorded %+v, %v", got, err)
	}
	h.agrees("recording")
	bases, err := h.Bases(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	if ok, why := Covers(bases, UseReport, AudiencePublic, RoleOnly, noon); !ok {
		t.Error(why)
	}
	unknown := b
	unknown.Form = "S-009"
	_, err = h.RecordConsent(ctx, amina, unknown)
	refused(t, err, fault.NotFound, "S-009")
	unknown = b
	unknown.Interpreter = "P-99"
	_, err = h.RecordConsent(ctx, amina, unknown)
	refused(t, err, fault.NotFound, "P-99")
	unexplained := b
	unexplained.Interview = Interview{}
	_, err = h.RecordConsent(ctx, amina, unexplained)
	refused(t, err, fault.Refused, "no consent before")
	// Nor is there a way around; and to refuse, nobody needs an explanation.
	_, err = h.AddBasis(ctx, amina, Basis{Source: s, Kind: Consent, Scopes: []Scope{answer(UseQuote, Refused, ""), answer(UseReport, Given, "")}})
	refused(t, err, fault.Refused, "no consent before")
	for _, state := range []string{Refused, Withdrawn, NotAsked} {
		if _, err := h.RecordConsent(ctx, amina, Basis{Source: s, Scopes: []Scope{answer(UseReport, state, "")}}); err != nil {
			t.Errorf("%s: %v", state, err)
		}
	}
	if bases, err := h.Bases(ctx, s); err != nil {
		t.Error(err)
	} else if ok, why := Covers(bases, UseReport, AudiencePublic, RoleOnly, noon); ok {
		t.Errorf("covered after a refusal: %s", why)
	}
	h.agrees("refusals")
}

func TestWithdrawConsent(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s, paper := h.addSealed("[P-01] was held there for 31 days."), h.add("A paper said so.")
	for _, use := range []string{UseReport, UseQuote} {
		b := asked(answer(use, Given, ""))
		b.Source = s
		if _, err := h.RecordConsent(ctx, amina, b); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.AddBasis(ctx, amina, Basis{Source: paper, Kind: PublicRecord, Citation: "a paper"}); err != nil {
		t.Fatal(err)
	}
	said, err := h.Say(ctx, amina, Statement{Source: s, From: 1, To: 1, Speaker: "a former detainee", Words: "was held there", Target: Target{Kind: TargetOther, Words: "the depot"}, Stance: Asserts})
	if err != nil {
		t.Fatal(err)
	}
	q := pages("", "31")
	q.Source, q.Words, q.Unit = s, "31 days", "day"
	number, err := h.AddQuantity(ctx, amina, q)
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = h.WithdrawConsent(ctx, amina, s, "\xff")
	refused(t, err, fault.Invalid, "way of the withdrawal")
	list, hit, err := h.WithdrawConsent(ctx, amina, s, "by telephone")
	if err != nil || len(list) != 2 || !slices.Equal(hit.Statements, []string{said.ID}) || !slices.Equal(hit.Quantities, []string{number.ID}) {
		t.Fatalf("withdrawn %+v, hit %+v, %v", list, hit, err)
	}
	h.agrees("withdrawing")
	bases, err := h.Bases(ctx, s)
	if err != nil {
		t.Fatal(err)
	}
	for _, use := range Uses() {
		if ok, why := Covers(bases, use, AudiencePublic, RoleOnly, noon); ok {
			t.Errorf("covered after the withdrawal: %s", why)
		}
	}
	_, _, err = h.WithdrawConsent(ctx, amina, s, "")
	refused(t, err, fault.Conflict, s+" has no consent that could be withdrawn")
	_, _, err = h.WithdrawConsent(ctx, amina, paper, "")
	refused(t, err, fault.Conflict, paper+" has no consent")
	_, _, err = h.WithdrawConsent(ctx, amina, "S-009", "")
	refused(t, err, fault.NotFound, "S-009")
	h.agrees("refusals")
}

// A withdrawal is taken back only for a stated reason, however often it was undone.
func TestUndoingAWithdrawalNeedsAReason(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.addSealed("")
	b := asked()
	b.Source = s
	got, err := h.RecordConsent(ctx, amina, b)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.WithdrawConsent(ctx, amina, s, ""); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err = h.undo(amina, got.ID, " \n")
		refused(t, err, fault.Refused, "withdrawal of B-001 is not taken back without a reason")
		if gone, err := h.undo(amina, got.ID, "it was another person who called"); err != nil || gone {
			t.Fatalf("undone: gone %v, %v", gone, err)
		}
		if bases, err := h.Bases(ctx, s); err != nil || bases[0].Withdrawn {
			t.Errorf("after undoing: %+v, %v", bases, err)
		}
		if _, err := h.undo(amina, got.ID, ""); err != nil { // withdrawn again, which needs none
			t.Fatal(err)
		}
		h.agrees("undoing")
	}
	answered := asked(answer(UseReport, Withdrawn, ""))
	answered.Source = h.addSealed("Another account.")
	if answered, err = h.RecordConsent(ctx, amina, answered); err != nil {
		t.Fatal(err)
	}
	_, err = h.undo(amina, answered.ID, "")
	refused(t, err, fault.Refused, "withdrawal of B-002")
}

// After a withdrawal no basis covers the source any more, and none is taken that would look
// as if it did.
func TestNoBasisAfterAWithdrawal(t *testing.T) {
	h := newHouse(t)
	ctx, s := t.Context(), h.addSealed("")
	b := asked(answer(UseReport, Given, ""))
	b.Source = s
	if _, err := h.RecordConsent(ctx, amina, b); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.WithdrawConsent(ctx, amina, s, ""); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		_, err := h.RecordConsent(ctx, amina, b)
		refused(t, err, fault.Refused, "B-001 was withdrawn, which ends every use of S-001")
	}
	if _, err := h.undo(amina, "B-001", "it was another person who called"); err != nil {
		t.Fatal(err)
	}
	if _, err := h.RecordConsent(ctx, amina, b); err != nil {
		t.Error(err)
	}
}

// An old form that is taken down late does not undo what the person said since, and where
// only the month of an answer is known, the doubt does not allow.
func TestConsentCountsByTheDayItWasGiven(t *testing.T) {
	on := func(day string, at int64, state string) Basis {
		b := consent("B-00"+string(rune('0'+at)), at, answer(UseReport, state, ""))
		b.On = day
		return b
	}
	recorded := func(day time.Time, state string) Basis {
		return consent("B-009", day.UnixMicro(), answer(UseReport, state, ""))
	}
	may := time.Date(2024, 5, 3, 9, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		name  string
		bases []Basis
		want  bool
	}{
		{"a refusal, then leave of before taken down later", []Basis{on("2024-05-03", 1, Refused), on("2024-05-02", 2, Given)}, false},
		{"leave, then a refusal of before taken down later", []Basis{on("2024-05-03", 1, Given), on("2024-05-02", 2, Refused)}, true},
		{"a mind changed on one day", []Basis{on("2024-05-03", 1, Refused), on("2024-05-03", 2, Given)}, true},
		{"leave of the month of a refusal", []Basis{on("2024-05-03", 1, Refused), on("2024-05", 2, Given)}, false},
		{"a refusal of the month of leave", []Basis{on("2024-05", 1, Refused), on("2024-05-30", 2, Given)}, false},
		{"leave of the year of a refusal on its first day", []Basis{on("2024-01-01", 1, Refused), on("2024", 2, Given)}, false},
		{"a refusal of the month of leave on its last day", []Basis{on("2024-05", 1, Refused), on("2024-05-31", 2, Given)}, false},
		{"a refusal and leave of one month", []Basis{on("2024-05", 1, Refused), on("2024-05", 2, Given)}, false},
		{"leave of the month after", []Basis{on("2024-05", 1, Refused), on("2024-06", 2, Given)}, true},
		{"leave without a day counts from when it was recorded", []Basis{on("2024-05-02", 1, Refused), recorded(may, Given)}, true},
		{"a refusal without a day does, too", []Basis{on("2024-05-02", 1, Given), recorded(may, Refused)}, false},
		{"leave recorded before the refusal", []Basis{on("2024-05-04", 1, Refused), recorded(may, Given)}, false},
	} {
		for range 2 {
			ok, why := Covers(tt.bases, UseReport, AudiencePublic, RoleOnly, noon)
			if ok != tt.want {
				t.Errorf("%s: %v, %s", tt.name, ok, why)
			}
			slices.Reverse(tt.bases)
		}
	}
}

// What has no day is of the day on which it was recorded in the zone of the case, where the
// days of the others were counted, too.
func TestConsentWithoutADayCountsInTheZone(t *testing.T) {
	east := time.FixedZone("", 12*3600)
	leave, refusal := consent("B-001", 1, answer(UseReport, Given, "")), consent("B-002", time.Date(2031, 5, 22, 23, 0, 0, 0, time.UTC).UnixMicro(), answer(UseReport, Refused, ""))
	leave.On = "2031-05-23"
	if ok, why := Covers([]Basis{leave, refusal}, UseReport, AudiencePublic, RoleOnly, noon.In(east)); ok {
		t.Errorf("refused later on the day of the leave: %s", why)
	}
	for _, c := range ConsentMatrix([]Basis{leave, refusal}, noon.In(east)) {
		if len(c.Answers) > 0 && c.Answers[0].State != Refused {
			t.Errorf("the matrix says %+v", c)
		}
	}
}

// A refusal of a later day always wins over leave of an earlier one, however either is
// dated and whichever was recorded first.
func TestConsentOrderLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := func(label string) Date {
			at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 800).Draw(t, label))
			d := DateOf(at)
			return d[:rapid.SampledFrom([]int{4, 7, 10}).Draw(t, label+" known")]
		}
		given, refusal := day("given"), day("refused")
		a := consent("B-001", int64(rapid.IntRange(1, 2).Draw(t, "at")), answer(UseReport, Given, ""))
		b := consent("B-002", int64(rapid.IntRange(1, 2).Draw(t, "at")), answer(UseReport, Refused, ""))
		a.On, b.On = string(given), string(refusal)
		ok, why := Covers([]Basis{a, b}, UseReport, AudiencePublic, RoleOnly, noon)
		if again, _ := Covers([]Basis{b, a}, UseReport, AudiencePublic, RoleOnly, noon); again != ok {
			t.Fatalf("refused on %s, given on %s: in another order %v", refusal, given, again)
		}
		if ok && (refusal.Latest() > given.Earliest() || refusal.Latest() == given.Earliest() && !(refusal.IsDay() && given.IsDay())) {
			t.Fatalf("in doubt, refused on %s, given on %s: %s", refusal, given, why)
		}
		if ok && refusal.Latest() > given.Earliest() {
			t.Fatalf("refused on %s, given on %s: %s", refusal, given, why)
		}
		if !ok && refusal.Latest() < given.Earliest() {
			t.Fatalf("refused on %s, then given on %s: %s", refusal, given, why)
		}
	})
}

// Nobody has answered tomorrow.
func TestConsentOfADayToCome(t *testing.T) {
	h := newHouse(t)
	b := asked(answer(UseReport, Given, ""))
	b.Source = h.addSealed("")
	for day, come := range map[string]bool{"2031-05-24": true, "2031-06": true, "2032": true, "2031-05-23": false, "2031-05": false, "2031": false} {
		b.On = day
		_, err := h.RecordConsent(t.Context(), amina, b)
		if !come && err != nil {
			t.Errorf("%s: %v", day, err)
		}
		if come {
			refused(t, err, fault.Invalid, "still to come")
		}
	}
}

// What informs only is cited in no use that shows it to readers.
func TestBackgroundIsNeverCited(t *testing.T) {
	for _, use := range Uses() {
		bases := []Basis{consent("B-001", 1, Scope{use, AudiencePublic, BackgroundOnly, Given, ""})}
		shows := slices.Contains([]string{"public_report", "verbatim_quote", "advocacy", "publish_audio_video", "share_with_media"}, use)
		if ok, why := Covers(bases, use, AudiencePublic, BackgroundOnly, noon); ok == shows {
			t.Errorf("%s: %v, %s", use, ok, why)
		}
	}
}

// A risk assessment of blanks is none.
func TestVictimNeedsARiskAssessmentInWords(t *testing.T) {
	b := public("B-001")
	b.NamesVictim, b.RiskAssessment = true, " \n"
	if ok, why := Covers([]Basis{b}, UseReport, AudiencePublic, Named, noon); ok {
		t.Error(why)
	}
}

// Default is deny: of all questions a consent allows the one that was answered.
func TestConsentAllowsOneQuestionOnly(t *testing.T) {
	bases := []Basis{consent("B-001", 1, answer(UseReport, Given, ""))}
	allowed := 0
	for _, use := range Uses() {
		for _, audience := range Audiences() {
			for _, attribution := range Attributions() {
				if ok, _ := Covers(bases, use, audience, attribution, noon); ok {
					allowed++
				}
			}
		}
	}
	if allowed != 1 {
		t.Errorf("one answer allows %d questions", allowed)
	}
}

// The matrix says given exactly where a use is covered, and has a cell for each use and
// audience.
func TestConsentMatrixAgreesWithCovers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var bases []Basis
		for i := range rapid.IntRange(0, 4).Draw(t, "n") {
			b := anyBasis(t, i)
			b.Kind = Consent
			bases = append(bases, b)
		}
		cells := ConsentMatrix(bases, noon)
		if len(cells) != len(Uses())*len(Audiences()) {
			t.Fatalf("%d cells", len(cells))
		}
		for _, c := range cells {
			given := map[string]bool{}
			for _, a := range c.Answers {
				given[a.Attribution] = a.State == Given
			}
			for _, attribution := range Attributions() {
				if ok, why := Covers(bases, c.Use, c.Audience, attribution, noon); ok != given[attribution] {
					t.Fatalf("%s %s %s: the matrix says %v, covered is %v (%s)", c.Use, c.Audience, attribution, c.Answers, ok, why)
				}
			}
		}
	})
}
