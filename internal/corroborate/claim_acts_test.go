package corroborate

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// place adds a place that claims can be about.
func (h house) place() string {
	h.t.Helper()
	p, err := h.record.AddPlace(h.t.Context(), amina, record.Place{Kind: "prison", Names: []record.Name{{Text: "The Lenz depot", Script: "Latn"}}})
	if err != nil {
		h.t.Fatal(err)
	}
	return p.ID
}

func TestClaimSaysWhatItIsAbout(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s, depot := h.add("People were held there."), h.place()
	first := h.claim(s)
	c, err := h.AddClaim(ctx, amina, Claim{Text: "x", Source: s, From: 1, To: 1, About: []string{depot, depot}, Contradicts: []string{first},
		Elements: []string{"who", "where", "who"}})
	if err != nil || !slices.Equal(c.About, []string{depot}) || !slices.Equal(c.Elements, []string{"who", "where"}) {
		t.Fatalf("added %+v, %v", c, err)
	}
	h.agrees("adding")
	for _, tt := range []struct {
		claim Claim
		kind  fault.Kind
		part  string
	}{
		{Claim{About: []string{"P-09"}}, fault.NotFound, "P-09"},
		{Claim{About: []string{"PL-09"}}, fault.NotFound, "PL-09"},
		{Claim{About: []string{"EV-09"}}, fault.NotFound, "EV-09"},
		{Claim{About: []string{"QT-09"}}, fault.NotFound, "QT-09"},
		{Claim{About: []string{"S-001"}}, fault.Invalid, "persons, places, events or quantities"},
		{Claim{About: []string{"P-1x"}}, fault.Invalid, "persons, places, events or quantities"},
		{Claim{Contradicts: []string{"C-099"}}, fault.NotFound, "C-099"},
		{Claim{Elements: []string{"why"}}, fault.Invalid, "element of an event"},
	} {
		tt.claim.Text, tt.claim.Source, tt.claim.From, tt.claim.To = "x", s, 1, 1
		_, err := h.AddClaim(ctx, amina, tt.claim)
		refused(t, err, tt.kind, tt.part)
	}
	h.agrees("refusals")
}

func TestContradictionIsShownOnBothSides(t *testing.T) {
	h := contested(t)
	ctx := t.Context()
	s := h.add("Nobody was there in May.")
	if _, err := h.AddClaim(ctx, amina, Claim{Text: "x", Source: s, From: 1, To: 1, Contradicts: []string{"C-001"}}); err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]Placed{
		"C-001": {ContradictedBy: []string{"C-004"}, Findings: []Place{{"F-01", SideFor, ContradictedAndCorroborated}}},
		"C-003": {Findings: []Place{{"F-01", SideAgainst, Contradicted}}},
		"C-004": {Claim: Claim{Contradicts: []string{"C-001"}}},
	} {
		got, err := h.PlacedClaim(ctx, id)
		if err != nil || !slices.Equal(got.Contradicts, want.Contradicts) || !slices.Equal(got.ContradictedBy, want.ContradictedBy) ||
			!slices.Equal(got.Findings, want.Findings) || got.Reliability != "F" || got.Act < 1 {
			t.Errorf("%s: %+v, %v", id, got, err)
		}
	}
	// The finding rests on C-001 and is silent about what contradicts it.
	if got := h.issues(); !slices.Equal(rules(got), []string{RuleContraryLeftOut}) || got[0].Claim != "C-004" {
		t.Errorf("issues %+v", got)
	}
	if _, err := h.Edit(ctx, amina, "F-01", Edit{Against: []string{"C-004"}, Answers: []Against{{Claim: "C-004", Answer: "It speaks of another year."}}}); err != nil {
		t.Fatal(err)
	}
	if got := h.issues(); len(got) != 0 {
		t.Errorf("answered: %+v", got)
	}
}

func TestJudgeClaim(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.add("People were held there.")
	id, other := h.claim(s), h.claim(s)
	before, err := h.PlacedClaim(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.JudgeClaim(ctx, karim, id, ClaimJudgement{Credibility: 3, Saw: before.Act})
	if err != nil || c.Credibility != 3 || c.Attribution != record.NotForAttribution || c.By != "M-01" || c.Text != before.Text {
		t.Fatalf("judged %+v, %v", c, err)
	}
	h.agrees("judging")
	_, err = h.JudgeClaim(ctx, amina, id, ClaimJudgement{Credibility: 4, Saw: before.Act})
	refused(t, err, fault.Conflict, id+" was changed by M-02")
	if c, err = h.JudgeClaim(ctx, amina, id, ClaimJudgement{Attribution: record.RoleOnly, Elements: []string{"who"}, About: []string{h.place()}, Contradicts: []string{other}}); err != nil ||
		c.Credibility != 3 || c.Attribution != record.RoleOnly || !slices.Equal(c.Contradicts, []string{other}) {
		t.Errorf("judged again %+v, %v", c, err)
	}
	if c, err = h.JudgeClaim(ctx, amina, id, ClaimJudgement{Elements: []string{"when"}}); err != nil || !slices.Equal(c.Elements, []string{"when"}) || len(c.Contradicts) != 1 || len(c.About) != 1 {
		t.Errorf("other elements: %+v, %v", c, err)
	}
	for _, tt := range []struct {
		id   string
		j    ClaimJudgement
		kind fault.Kind
		part string
	}{
		{id, ClaimJudgement{Saw: 3}, fault.Invalid, "nothing is judged"},
		{id, ClaimJudgement{Credibility: 1}, fault.Refused, "credibility 1"},
		{id, ClaimJudgement{Credibility: 7}, fault.Invalid, "grade of credibility"},
		{id, ClaimJudgement{Attribution: "anonymous"}, fault.Invalid, "attribution"},
		{id, ClaimJudgement{Contradicts: []string{id}}, fault.Invalid, "cannot contradict itself"},
		{id, ClaimJudgement{Contradicts: []string{"C-099"}}, fault.NotFound, "C-099"},
		{id, ClaimJudgement{About: []string{"P-77"}}, fault.NotFound, "P-77"},
		{"C-099", ClaimJudgement{Credibility: 2}, fault.NotFound, "C-099"},
	} {
		_, err := h.JudgeClaim(ctx, amina, tt.id, tt.j)
		refused(t, err, tt.kind, tt.part)
	}
	if k := h.kinds(id); k != "claim.added claim.judged claim.judged claim.judged" {
		t.Errorf("acts: %s", k)
	}
	h.agrees("refusals")
}

func TestAddClaimsIsAllOrNothing(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.add("People were held there. Many were ill.")
	good := Claim{Text: "x", Source: s, From: 1, To: 1}
	_, err := h.AddClaims(ctx, amina, []Claim{good, {Text: "x", Source: s, From: 9, To: 9}})
	refused(t, err, fault.NotFound, "S-001:9")
	_, err = h.AddClaims(ctx, amina, []Claim{good, {}})
	refused(t, err, fault.Invalid, "text of the claim")
	if p, err := h.ClaimPage(ctx, "", 0); err != nil || p.Total != 0 || p.More || len(p.Claims) != 0 {
		t.Fatalf("left %+v, %v", p, err)
	}
	var many []Claim
	for range 12 {
		many = append(many, good)
	}
	added, err := h.AddClaims(ctx, amina, many)
	if err != nil || len(added) != 12 || added[11].ID != "C-012" {
		t.Fatalf("added %+v, %v", added, err)
	}
	p, err := h.ClaimPage(ctx, "C-002", 5)
	if err != nil || p.Total != 12 || !p.More || len(p.Claims) != 5 || p.Claims[0].ID != "C-003" {
		t.Errorf("a page: %+v, %v", p, err)
	}
	if p, err = h.ClaimPage(ctx, "C-010", 5); err != nil || p.More || len(p.Claims) != 2 {
		t.Errorf("the last page: %+v, %v", p, err)
	}
	h.agrees("adding many")
}

// A claim of the first text means the same sentence when the source has another text.
func TestClaimKeepsItsSentence(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.addSealed("[P-01] was held there.")
	first, err := h.AddClaim(ctx, amina, Claim{Text: "x", Source: s, From: 1, To: 1, Words: "was held there"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.intake.Correct(ctx, amina, s, strings.NewReader("The date is missing. [P-01] was held there.")); err != nil {
		t.Fatal(err)
	}
	c := Claim{Text: "x", Source: s, From: 2, To: 2, Words: "was held there", Edition: 2}
	second, err := h.AddClaim(ctx, amina, c)
	if err != nil || second.Address().String() != s+"/2:2" {
		t.Fatalf("in the second text: %+v, %v", second, err)
	}
	c.Edition = 1
	_, err = h.AddClaim(ctx, amina, c)
	refused(t, err, fault.NotFound, s+":2")
	for _, c := range []Claim{first, second} {
		p, err := h.intake.Passage(ctx, c.Address())
		if err != nil || !strings.Contains(p.Text, "[P-01] was held there.") {
			t.Errorf("%s reads %q, %v", c.Address(), p.Text, err)
		}
	}
	h.agrees("another text")
}

// Versions of before stand in ledgers and must come out as they went in.
func TestOldVersionsStayEqual(t *testing.T) {
	for _, tt := range []struct {
		v    any
		body string
	}{
		{&Claim{}, `{"id":"C-001","text":"x","source":"S-001","from":1,"to":2,"words":"y","quoted":true,"statement":"ST-001","first_hand":true,"credibility":6,"attribution":"named","by":"M-01","at":7}`},
		{&Finding{}, `{"id":"F-01","text":"x","standard":"reasonable_grounds","reason":"r","assertion":"established","outcome":"met","for":["C-001"],"against":[{"claim":"C-002","answer":"a","answered_by":"M-01","answered_at":7}],"contrary_search":"s","by":"M-01","at":7}`},
	} {
		if err := json.Unmarshal([]byte(tt.body), tt.v); err != nil {
			t.Fatal(err)
		}
		if got, err := json.Marshal(tt.v); err != nil || string(got) != tt.body {
			t.Errorf("%s comes out as %s, %v", tt.body, got, err)
		}
	}
}

func TestUndoAndRests(t *testing.T) {
	h := contested(t)
	ctx := t.Context()
	s, depot := h.add("The ministry said it held nobody."), h.place()
	st, err := h.record.Say(ctx, amina, record.Statement{Source: s, From: 1, To: 1, Speaker: "the ministry", Words: "it held nobody",
		Target: record.Target{Kind: record.TargetAccusations}, Stance: record.Denies})
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.AddClaim(ctx, amina, Claim{Text: "x", Statement: st.ID, About: []string{depot}, Contradicts: []string{"C-001", "C-002"}})
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string]string{"C-001": "F-01 C-004", "C-003": "F-01", "C-004": "", "C-00": "", depot: "C-004", "PL-0": "", st.ID: "C-004", "F-01": "", "": "", "policy": "", `"`: "", "%": ""} {
		if got := strings.Join(h.rests(id), " "); got != want {
			t.Errorf("on %q rests %q, want %q", id, got, want)
		}
	}
	if _, err := h.JudgeClaim(ctx, amina, c.ID, ClaimJudgement{Credibility: 2}); err != nil {
		t.Fatal(err)
	}
	if h.undo(c.ID) {
		t.Error("the judgement took the claim with it")
	}
	if got, err := h.Claim(ctx, c.ID); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("undone: %+v, %v", got, err)
	}
	h.undo(c.ID) // the judgement again
	if got, err := h.Claim(ctx, c.ID); err != nil || got.Credibility != 2 {
		t.Errorf("redone: %+v, %v", got, err)
	}
	single := h.claim(s)
	if !h.undo(single) {
		t.Error("a claim stays when its adding is undone")
	}
	_, err = h.Claim(ctx, single)
	refused(t, err, fault.NotFound, single)
	if k := h.kinds(single); k != "claim.added act.undone claim.retracted" {
		t.Errorf("acts: %s", k)
	}
	if h.undo("F-01") != true {
		t.Error("the finding stays")
	}
	h.agrees("undoing")
}

// A claim that a finding names and that was taken back all the same is withdrawn like an
// erased one.
func TestWithdrawOfWhatWasTakenBack(t *testing.T) {
	h := contested(t)
	h.undo("C-002")
	if got := h.issues(); !slices.Contains(rules(got), RuleClaimMissing) {
		t.Errorf("issues %+v", got)
	}
	f, err := h.Withdraw(t.Context(), amina, "F-01", "C-002")
	if err != nil || !slices.Equal(f.For, []string{"C-001"}) {
		t.Errorf("withdrawn: %+v, %v", f, err)
	}
	h.agrees("withdrawing")
}

// Of whatever was added, judged, undone and erased, in whatever order, the rows are what
// the ledger says, and each history replays to the present state.
func TestRandomActsAgreeWithTheLedger(t *testing.T) {
	for seed := range 4 {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			h := contested(t)
			r := newActs(h, uint64(seed))
			for range 60 {
				r.step()
			}
			h.agrees("sixty acts")
			r.replay()
		})
	}
}

// replay holds the newest version in the history of each object against its row.
func (r *acts) replay() {
	err := r.h.db.View(r.h.t.Context(), func(tx *store.Tx) error {
		ids, err := r.h.IDs(tx)
		if err != nil {
			return err
		}
		for _, id := range ids {
			past, err := ledger.History(tx, id)
			if err != nil {
				return err
			}
			past = slices.DeleteFunc(past, func(p ledger.Past) bool { return p.Entry.Holds == ledger.Detail })
			v, err := r.h.Version(tx, id)
			if err != nil {
				return err
			}
			if body, err := json.Marshal(v); err != nil || string(body) != string(past[len(past)-1].JSON) {
				r.h.t.Errorf("%s is %s, and its history ends with %s", id, body, past[len(past)-1].JSON)
			}
		}
		return nil
	})
	if err != nil {
		r.h.t.Fatal(err)
	}
}
