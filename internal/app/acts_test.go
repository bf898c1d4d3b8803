package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// TestRandomActsKeepAllInvariants does random acts in any order, by two members, on ids
// that may be there or not, and holds what must hold whatever was done: check finds
// nothing, the history of every object replays to its present state, a code still points
// at its sentence, nobody's code is changed by another, no source derives from itself, no
// use is covered that nobody allowed, and no words about something else set a position.
func TestRandomActsKeepAllInvariants(t *testing.T) {
	template := filepath.Join(t.TempDir(), "case")
	seed(t, template)
	n, done := 0, map[string]int{}
	lives(t, "25")
	rapid.Check(t, func(rt *rapid.T) {
		n++
		dir := filepath.Join(filepath.Dir(template), fmt.Sprint("case", n))
		if err := os.CopyFS(dir, os.DirFS(template)); err != nil {
			rt.Fatal(err)
		}
		a, err := Open(t.Context(), Config{Dir: dir, Clock: ticking()}, me())
		if err != nil {
			rt.Fatal(err)
		}
		defer func() {
			a.Close()
			os.RemoveAll(dir)
		}()
		p := &player{T: rt, a: a, ctx: t.Context(), coded: map[string]string{}, done: done, texts: 2}
		for range 60 {
			p.act()
		}
		p.invariants()
	})
	// Acts that are always refused would show nothing.
	t.Log(done)
	for name := range new(player).acts() {
		if done[name] == 0 {
			t.Errorf("the act %q never went through", name)
		}
	}
}

// lives sets how many lives of a case are lived: HEED_ACTS, or so many.
func lives(t *testing.T, few string) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	t.Cleanup(func() { checks.Value.Set(before) })
	if err := checks.Value.Set(cmp.Or(os.Getenv("HEED_ACTS"), few)); err != nil {
		t.Fatal("HEED_ACTS is a number")
	}
}

// seed makes a case with one or two objects of most kinds, so that acts find something.
func seed(t *testing.T, dir string) {
	t.Helper()
	a := begin(t, dir, record.Case{Title: "Acts"})
	ctx, by := t.Context(), a.By()
	body := "A note begins here. The ministry opposed the report. The ministry accepts the recommendation. They counted 121 pages."
	add(t, a, body, false)
	add(t, a, body+" And signed.", true)
	_, err := a.Intake.Freeze(ctx, by, "S-002", strings.NewReader(body))
	must := func(_ any, e error) { err = errors.Join(err, e) }
	for i, source := range []string{"S-001", "S-002"} {
		must(a.Corroborate.AddClaim(ctx, by, corroborate.Claim{Text: "Something was so.", Source: source, From: 2, To: 2, FirstHand: i == 0}))
	}
	must(a.Corroborate.AddFinding(ctx, by, corroborate.Finding{Text: "It is reasonable to conclude that it was so.", For: []string{"C-001"}, Against: []corroborate.Against{{Claim: "C-002"}}}))
	must(a.Followup.AddRecommendation(ctx, by, followup.Recommendation{Text: "Release them", Source: "S-001", From: 3, To: 3,
		Words: "The ministry accepts the recommendation.", Addressees: []string{"Ministry"}}))
	for _, target := range []record.Target{{Kind: record.TargetRecommendation, ID: "R-01"}, {Kind: record.TargetReport}} {
		must(a.Record.Say(ctx, by, record.Statement{Source: "S-001", From: 3, To: 3, Words: "The ministry accepts the recommendation.", Speaker: "Ministry", Target: target, Stance: record.Accepts}))
	}
	must(a.Followup.AddAction(ctx, by, followup.Action{Recommendations: []string{"R-01"}, Actor: "Ministry", What: "released some", Source: "S-001", From: 3, To: 3, Words: "The ministry"}))
	_, _, coding := a.Record.AddCode(ctx, by, record.Code{Source: "S-002", From: 2, To: 2, Term: "torture"})
	must(nil, coding)
	must(a.Record.AddPerson(ctx, by, record.Person{Source: "S-002", Unit: "individual", Label: "a former detainee"}))
	if err = errors.Join(err, a.Close()); err != nil {
		t.Fatal(err)
	}
}

// ticking is a clock that goes on by a second with each look.
func ticking() func() time.Time {
	at := time.Date(2031, 5, 20, 10, 0, 0, 0, time.UTC)
	return func() time.Time { at = at.Add(time.Second); return at }
}

// player does random acts on one case.
type player struct {
	*rapid.T
	a     *App
	ctx   context.Context
	texts int
	coded map[string]string // by code: the sentence it was put on
	done  map[string]int    // acts that went through, by name
}

// by is one of two members. The second has no keys here; who acts is all that counts.
func (p *player) by() ledger.Actor {
	return ledger.Actor{Member: rapid.SampledFrom([]string{"M-01", "M-02"}).Draw(p.T, "by")}
}

// id draws an id of a kind: of one that is there, was there, or never was.
func (p *player) id(form string) string {
	return fmt.Sprintf(form, rapid.SampledFrom([]int{1, 1, 1, 2, 2, 3}).Draw(p.T, form))
}

func (p *player) passage() (source string, from, to int, edition intake.Edition) {
	from = rapid.IntRange(1, 4).Draw(p.T, "from")
	return p.id("S-%03d"), from, from + rapid.IntRange(0, 1).Draw(p.T, "more"), rapid.SampledFrom([]intake.Edition{0, 0, 0, 2}).Draw(p.T, "edition")
}

// words are the exact words at an address, or others.
func (p *player) words(a intake.Address) string {
	if got, err := p.a.Intake.Passage(p.ctx, a); err == nil {
		return got.Text
	}
	return "words of nobody"
}

func (p *player) acts() map[string]func() error {
	return map[string]func() error{
		"add": p.add, "correct": p.correct, "describe": p.describe, "basis": p.basis, "withdraw": p.withdraw, "term": p.term, "code": p.code, "recode": p.recode,
		"person": p.person, "place": p.place, "event": p.event, "say": p.say, "quantity": p.quantity, "claim": p.claim, "finding": p.finding, "against": p.against,
		"answer": p.answer, "judge": p.judge, "policy": p.policy, "paragraph": p.paragraph, "rec": p.rec, "position": p.position, "action": p.action, "assess": p.assess, "search": p.search,
		"undo": p.undo, "destroy": p.destroy,
	}
}

func (p *player) act() {
	acts := p.acts()
	names := append(slices.Sorted(maps.Keys(acts)), "undo", "undo", "undo", "recode", "answer", "assess", "position", "judge", "event", "code")
	name := rapid.SampledFrom(names).Draw(p.T, "act")
	err := acts[name]()
	if err == nil {
		p.done[name]++
	}
	switch fault.KindOf(err) {
	case fault.Invalid, fault.Refused, fault.Conflict, fault.NotFound, fault.Withheld:
	default:
		if err != nil {
			p.Fatalf("%s fails without a reason for a person: %v", name, err)
		}
	}
}

func (p *player) add() error {
	p.texts++
	sealed := rapid.Bool().Draw(p.T, "sealed")
	body := fmt.Sprintf("Note %d begins here. The ministry opposed the report. The ministry accepts the recommendation. They counted 121 pages.", p.texts)
	got, err := p.a.Intake.Add(p.ctx, p.by(), intake.Incoming{Name: "note.txt", Body: strings.NewReader(body), Sealed: sealed})
	if err != nil || !sealed {
		return err
	}
	_, err = p.a.Intake.Freeze(p.ctx, p.by(), got.Original.ID, strings.NewReader(body))
	return err
}

func (p *player) correct() error {
	p.texts++
	body := fmt.Sprintf("A line in front, %d. The ministry opposed the report. The ministry accepts the recommendation. They counted 121 pages.", p.texts)
	_, err := p.a.Intake.Correct(p.ctx, p.by(), p.id("S-%03d"), strings.NewReader(body))
	return err
}

func (p *player) describe() error {
	_, err := p.a.Record.Describe(p.ctx, p.by(), record.Source{ID: p.id("S-%03d"), Organisation: p.id("office %d"), DerivedFrom: []string{p.id("S-%03d")}})
	return err
}

func (p *player) basis() error {
	s := record.Scope{Use: record.UseReport, Audience: record.AudiencePublic, Attribution: record.RoleOnly,
		State: rapid.SampledFrom(record.ScopeStates()).Draw(p.T, "state")}
	_, err := p.a.Record.AddBasis(p.ctx, p.by(), record.Basis{Source: p.id("S-%03d"), Kind: record.Consent, Interview: record.Interview{Explained: record.Explanations()}, Scopes: []record.Scope{s}})
	return err
}

func (p *player) withdraw() error {
	_, err := p.a.Record.WithdrawBasis(p.ctx, p.by(), p.id("B-%03d"), "by telephone")
	return err
}

func (p *player) term() error {
	_, err := p.a.Record.DefineTerm(p.ctx, p.by(), record.Term{ID: p.id("own-term-%d"), Means: "something of this case"}, 0)
	return err
}

func (p *player) code() error {
	source, from, to, edition := p.passage()
	by := p.by()
	c := record.Code{Source: source, From: from, To: to, Edition: edition, Term: rapid.SampledFrom([]string{"torture", "own-term-1", "own-term-2"}).Draw(p.T, "term")}
	got, _, err := p.a.Record.AddCode(p.ctx, by, c)
	if err == nil {
		p.coded[got.ID] = p.words(got.Address())
	}
	return err
}

func (p *player) recode() error {
	id, by := p.id("CD-%04d"), p.by()
	was, err := p.a.Record.Code(p.ctx, id)
	if err != nil {
		return err
	}
	_, err = p.a.Record.ChangeCode(p.ctx, by, id, 0, func(c record.Code) (record.Code, error) { c.Note = "seen again"; return c, nil })
	if err == nil && was.Coder != by.Member {
		p.Fatalf("%s of %s was changed by %s", id, was.Coder, by.Member)
	}
	return err
}

func (p *player) person() error {
	_, err := p.a.Record.AddPerson(p.ctx, p.by(), record.Person{Source: p.id("S-%03d"), Unit: "individual", Label: "a former detainee"})
	return err
}

func (p *player) place() error {
	_, err := p.a.Record.AddPlace(p.ctx, p.by(), record.Place{Kind: record.PlaceKinds()[0].Word, Label: "a depot", Names: []record.Name{{Text: "Depot", Kind: record.NameProper}}})
	return err
}

func (p *player) event() error {
	e := record.Event{Title: "Arrests", First: "2024-05~", Place: p.id("PL-%02d"), Acts: []record.EventAct{{N: 1, Type: "torture", Victim: p.id("P-%02d")}}}
	_, err := p.a.Record.AddEvent(p.ctx, p.by(), e)
	return err
}

func (p *player) say() error {
	source, from, to, edition := p.passage()
	at := intake.Address{Source: source, From: from, To: to, Edition: edition}
	target := rapid.SampledFrom([]record.Target{{Kind: record.TargetReport}, {Kind: record.TargetRelease}, {Kind: record.TargetAccusations}, {Kind: record.TargetRecommendation, ID: "R-01"}, {Kind: record.TargetRecommendations}, {Kind: record.TargetRecommendations, ID: "S-001"}}).Draw(p.T, "target")
	_, err := p.a.Record.Say(p.ctx, p.by(), record.Statement{Source: source, From: from, To: to, Edition: edition, Words: p.words(at), Speaker: "Ministry",
		Target: target, Stance: rapid.SampledFrom(record.Stances()).Draw(p.T, "stance")})
	return err
}

func (p *player) quantity() error {
	source, _, _, edition := p.passage()
	_, err := p.a.Record.AddQuantity(p.ctx, p.by(), record.Quantity{Source: source, From: 4, To: 4, Edition: edition, Words: "121 pages", Value: "121", Unit: "page",
		Population: "the paper", Definition: "pages", AssertedBy: "a newspaper"})
	return err
}

func (p *player) claim() error {
	source, from, to, edition := p.passage()
	_, err := p.a.Corroborate.AddClaim(p.ctx, p.by(), corroborate.Claim{Text: "Something was so.", Source: source, From: from, To: to, Edition: edition})
	return err
}

func (p *player) finding() error {
	f := corroborate.Finding{Text: "It is reasonable to conclude that it was so.", For: []string{p.id("C-%03d")}, Outcome: corroborate.Met, ContrarySearch: "read all"}
	_, err := p.a.Corroborate.AddFinding(p.ctx, p.by(), f)
	return err
}

func (p *player) against() error {
	_, err := p.a.Corroborate.AddAgainst(p.ctx, p.by(), p.id("F-%02d"), p.id("C-%03d"))
	return err
}

func (p *player) answer() error {
	_, err := p.a.Corroborate.Answer(p.ctx, p.by(), p.id("F-%02d"), p.id("C-%03d"), "It was looked into.")
	return err
}

func (p *player) judge() error {
	_, err := p.a.Corroborate.Judge(p.ctx, p.by(), p.id("F-%02d"), corroborate.Judgement{Outcome: rapid.SampledFrom(corroborate.Outcomes()).Draw(p.T, "outcome")})
	return err
}

func (p *player) policy() error {
	n := rapid.IntRange(1, 3).Draw(p.T, "origins")
	_, err := p.a.Corroborate.Declare(p.ctx, p.by(), corroborate.PolicyChange{MinOrigins: &n, Why: "the terms of reference say so"})
	return err
}

func (p *player) paragraph() error {
	_, err := p.a.Release.AddParagraph(p.ctx, p.by(), "A paragraph of the report.", []string{p.id("F-%02d")})
	return err
}

func (p *player) rec() error {
	source, from, to, edition := p.passage()
	at := intake.Address{Source: source, From: from, To: to, Edition: edition}
	_, err := p.a.Followup.AddRecommendation(p.ctx, p.by(), followup.Recommendation{Text: "Release them", Source: source, From: from, To: to, Edition: edition,
		Words: p.words(at), Addressees: []string{"Ministry"}})
	return err
}

func (p *player) position() error {
	id, rec := p.id("ST-%03d"), p.id("R-%02d")
	s, serr := p.a.Record.Statement(p.ctx, id)
	r, rerr := p.a.Followup.Recommendation(p.ctx, rec)
	_, err := p.a.Followup.TakePosition(p.ctx, p.by(), followup.Position{Recommendation: rec, Statement: id,
		Value: rapid.SampledFrom(followup.PositionValues()).Draw(p.T, "value")})
	if err == nil && (serr != nil || rerr != nil || !followup.About(s, r)) {
		p.Fatalf("words about %s set a position on %s", s.Target, rec)
	}
	return err
}

func (p *player) action() error {
	source, from, to, edition := p.passage()
	at := intake.Address{Source: source, From: from, To: to, Edition: edition}
	_, err := p.a.Followup.AddAction(p.ctx, p.by(), followup.Action{Recommendations: []string{p.id("R-%02d")}, Actor: "Ministry", What: "released some", Source: source,
		From: from, To: to, Edition: edition, Words: p.words(at)})
	return err
}

func (p *player) assess() error {
	_, err := p.a.Followup.Assess(p.ctx, p.by(), followup.Assessment{Recommendation: p.id("R-%02d"), Axis: followup.Implementation, Value: "initial_steps",
		AsOf: "2031-05-01", Why: "some are free", Confidence: "low", Evidence: []string{p.id("A-%02d")}})
	return err
}

func (p *player) search() error {
	_, err := p.a.Followup.LogSearch(p.ctx, p.by(), followup.SearchLog{Recommendations: []string{p.id("R-%02d")}, Actor: "Ministry", SearchedTo: "2031-05-01", Where: "its site"})
	return err
}

func (p *player) undo() error {
	form := rapid.SampledFrom([]string{"S-%03d.source", "B-%03d", "CD-%04d", "own-term-%d", "P-%02d", "PL-%02d", "EV-%02d", "ST-%03d", "QT-%02d", "C-%03d", "F-%02d", "R-%02d", "PS-%03d",
		"A-%02d", "AS-%03d", "L-%03d", "R%d"}).Draw(p.T, "form")
	_, err := p.a.Undo(p.ctx, p.id(form), "a slip")
	return err
}

// destroy erases a source, rarely enough that most lives keep theirs.
func (p *player) destroy() error {
	if rapid.IntRange(0, 9).Draw(p.T, "rarely") > 0 {
		return fault.New(fault.Refused, "not this time", "", "")
	}
	_, err := p.a.Destroy(p.ctx, p.id("S-%03d"), "withdrawn")
	return err
}

func (p *player) invariants() {
	if _, problems, err := p.a.Check(p.ctx, nil); err != nil || len(problems) > 0 {
		p.Fatalf("check: %v, %v", problems, err)
	}
	err := p.a.db.View(p.ctx, func(tx *store.Tx) error {
		for _, room := range p.a.rooms() {
			ids, err := room.IDs(tx)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if err := replays(tx, room, id); err != nil {
					return err
				}
			}
		}
		return p.sources(tx)
	})
	if err != nil {
		p.Fatal(err)
	}
	for id, words := range p.coded {
		if c, err := p.a.Record.Code(p.ctx, id); err == nil && p.words(c.Address()) != words {
			p.Fatalf("%s points at %q, and was put on %q", id, p.words(c.Address()), words)
		}
	}
}

// replays reports, as an error, an object whose last state in the history is not the one
// that stands.
func replays(tx *store.Tx, room ledger.Room, id string) error {
	past, err := ledger.History(tx, id)
	if err != nil {
		return err
	}
	var last []byte
	for _, e := range past {
		if e.Entry.Holds == ledger.State {
			last = e.JSON
		}
		if e.Entry.Holds == ledger.Ended {
			last = nil
		}
	}
	now, err := room.Version(tx, id)
	if err != nil {
		return err
	}
	present, err := json.Marshal(now)
	if err != nil {
		return err
	}
	if string(present) != string(last) {
		return errors.New("the history of " + id + " does not replay to its present state")
	}
	return nil
}

// sources looks at what must hold of every source.
func (p *player) sources(tx *store.Tx) error {
	all, err := record.ReadSources(tx)
	if err != nil {
		return err
	}
	derived := map[string][]string{}
	for _, s := range all {
		derived[s.ID] = s.DerivedFrom
	}
	for _, s := range all {
		if way := record.Circle(derived, s.ID); way != nil {
			return fmt.Errorf("a circle: %v", way)
		}
		bases, err := record.ReadBases(tx, s.ID)
		if err != nil {
			return err
		}
		given := slices.ContainsFunc(bases, func(b record.Basis) bool { return len(b.Scopes) > 0 && b.Scopes[0].State == record.Given })
		taken := slices.ContainsFunc(bases, func(b record.Basis) bool { return b.Withdrawn })
		if ok, why := record.Covers(bases, record.UseReport, record.AudiencePublic, record.RoleOnly, tx.Now); ok && (!given || taken) {
			return fmt.Errorf("%s is covered: %s", s.ID, why)
		}
		if ok, why := record.Covers(bases, record.UseQuote, record.AudiencePublic, record.RoleOnly, tx.Now); ok {
			return fmt.Errorf("%s is covered for what nobody was asked: %s", s.ID, why)
		}
	}
	return nil
}
