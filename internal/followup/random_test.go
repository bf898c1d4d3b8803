package followup

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// walk is a case on which anything is done in any order.
type walk struct {
	ctx context.Context
	house
	t    *rapid.T
	recs []string
	said []string
	all  []string
}

func (w *walk) rec() string { return rapid.SampledFrom(append(w.recs, "R-99")).Draw(w.t, "rec") }

func (w *walk) step() {
	ctx := w.ctx
	kind := rapid.SampledFrom([]string{"recommend", "change", "say", "position", "action", "assess", "search", "undo"}).Draw(w.t, "act")
	id, err := "", error(nil)
	switch kind {
	case "recommend":
		var r Recommendation
		r, err = w.AddRecommendation(ctx, by, Recommendation{Source: "S-001", From: 1, To: 1, Words: "release everyone held", Addressees: []string{genActor.Draw(w.t, "to")}})
		if id = r.ID; err == nil {
			w.recs = append(w.recs, id)
		}
	case "change":
		groups := rapid.SliceOfNDistinct(rapid.SampledFrom(append(w.recs, "R-99")), 0, 2, rapid.ID[string]).Draw(w.t, "groups")
		_, err = w.ChangeRecommendation(ctx, by, w.rec(), Change{GroupsWith: &groups, Deadline: to(rapid.SampledFrom([]string{"", "2031", "2031-06-01"}).Draw(w.t, "deadline"))}, 0)
	case "say":
		var s record.Statement
		s, err = w.record.Say(ctx, by, record.Statement{Source: "S-001", From: 3, To: 3, Speaker: genActor.Draw(w.t, "speaker"), Stance: genStance.Draw(w.t, "stance"),
			Target: record.Target{Kind: record.TargetRecommendation, ID: w.rec()}, Words: "would study the recommendation", SaidOn: genDate.Draw(w.t, "on")})
		if err == nil {
			w.said = append(w.said, s.ID)
		}
	case "position":
		var p Position
		p, err = w.TakePosition(ctx, by, Position{Recommendation: w.rec(), Statement: rapid.SampledFrom(append(w.said, "ST-999")).Draw(w.t, "st"), Value: rapid.SampledFrom(append(PositionValues(), "silent")).Draw(w.t, "value")})
		id = p.ID
	case "action":
		var a Action
		a, err = w.AddAction(ctx, by, Action{Recommendations: []string{w.rec()}, Actor: ministry, What: "a study", Source: "S-001", From: 3, To: 3, Words: "would study the recommendation"})
		id = a.ID
	case "assess":
		var a Assessment
		axis := rapid.SampledFrom(Axes()).Draw(w.t, "axis")
		a, err = w.Assess(ctx, by, Assessment{Recommendation: w.rec(), Axis: axis, Value: rapid.SampledFrom(AxisValues(axis)).Draw(w.t, "value"), Why: "seen", Confidence: "low",
			Evidence: []string{rapid.SampledFrom(append(slices.Clone(w.all), "S-001:1")).Draw(w.t, "evidence")}})
		id = a.ID
	case "search":
		var l SearchLog
		l, err = w.LogSearch(ctx, by, SearchLog{Recommendations: []string{w.rec()}, Actor: ministry, SearchedTo: "2031-06-30", Where: "press"})
		id = l.ID
	case "undo":
		_, err = w.undoUnlessRested(rapid.SampledFrom(append(slices.Clone(w.all), "R-99")).Draw(w.t, "id"))
	}
	if err == nil && id != "" {
		w.all = append(w.all, id)
	}
}

// undoUnlessRested is the undoing of app: what others rest on does not go.
func (w *walk) undoUnlessRested(id string) (gone bool, err error) {
	err = w.db.Update(w.ctx, func(tx *store.Tx) error {
		if gone, err = w.Undo(tx, by, id, "a mistake"); err != nil || !gone {
			return err
		}
		if rests, err := w.Rests(tx, id); err != nil || len(rests) > 0 {
			return fmt.Errorf("%v rest on it, %v", rests, err)
		}
		return nil
	})
	return gone, err
}

// TestRandomActs: whatever is done in whatever order, the rows agree with the ledger, the
// history of every object replays to its present state, and nothing names what is not there.
func TestRandomActs(t *testing.T) {
	h := newHouse(t) // one for all walks: each has objects of its own
	rapid.Check(t, func(rt *rapid.T) {
		w := &walk{ctx: t.Context(), house: h, t: rt}
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			w.step()
		}
		w.agrees(t, 0)
		for _, id := range w.all {
			w.replays(rt, id)
		}
	})
}

func (w *walk) replays(t *rapid.T, id string) {
	err := w.db.View(w.ctx, func(tx *store.Tx) error {
		past, err := ledger.History(tx, id)
		if err != nil {
			return err
		}
		var last ledger.Past
		for _, p := range past {
			if p.Entry.Holds == ledger.State || p.Entry.Holds == ledger.Ended {
				last = p
			}
		}
		v, err := w.Version(tx, id)
		if last.Entry.Holds == ledger.Ended {
			if err == nil {
				t.Fatalf("%s was taken back and is there", id)
			}
			return nil
		}
		if err != nil {
			return err
		}
		if now, _ := json.Marshal(v); string(now) != string(last.JSON) {
			t.Fatalf("%s is\n%s\nand its history ends in\n%s", id, now, last.JSON)
		}
		for _, name := range names(v) {
			if err := there(tx, name); err != nil {
				t.Fatalf("%s names %s: %v", id, name, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
