package followup

import (
	"encoding/json"
	"fmt"
	"testing"

	"heed/internal/record"
	"heed/internal/store"
)

// put writes rows past the ledger, all in one commit: a benchmark measures reading.
func (h house) put(tb testing.TB, table string, n int, row func(i int) (id string, v any)) {
	tb.Helper()
	err := h.db.Update(tb.Context(), func(tx *store.Tx) error {
		tx.Acted()
		for i := range n {
			id, v := row(i)
			body, err := json.Marshal(v)
			if err != nil {
				return err
			}
			source := "S-001"
			if table == "search_log" || table == "assessment" {
				source = ""
			}
			if _, err := tx.Exec("INSERT INTO "+table+" (id, source, body) VALUES (?, ?, ?)", id, source, string(body)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
}

// busy is a case with 300 recommendations, 20,000 statements of 30 actors (one in ten of
// them of the report, one in a thousand of all recommendations), positions and searches.
func busy(tb testing.TB) house {
	h := newHouse(tb)
	actor := func(i int) string { return fmt.Sprintf("State %d", i%30) }
	h.put(tb, "recommendation", 300, func(i int) (string, any) {
		id := fmt.Sprintf("R-%02d", i+1)
		return id, rec(id, actor(i))
	})
	h.put(tb, "statement", 20_000, func(i int) (string, any) {
		id, kind, target := fmt.Sprintf("ST-%03d", i+1), record.TargetRecommendation, fmt.Sprintf("R-%02d", i%300+1)
		switch {
		case i%1000 == 0:
			kind, target = record.TargetRecommendations, ""
		case i%10 == 0:
			kind, target = record.TargetReport, ""
		}
		return id, st(id, actor(i/7), record.Stances()[i%13], kind, target, fmt.Sprintf("2031-%02d-%02d", i%5+1, i%28+1))
	})
	h.put(tb, "position", 2_000, func(i int) (string, any) {
		id := fmt.Sprintf("PS-%03d", i+1)
		return id, Position{ID: id, Recommendation: fmt.Sprintf("R-%02d", i%300+1), Statement: fmt.Sprintf("ST-%03d", i%300+1), Value: Noted, AsOf: "2031-06-01"}
	})
	h.put(tb, "search_log", 100, func(i int) (string, any) {
		id := fmt.Sprintf("L-%03d", i+1)
		return id, SearchLog{ID: id, Recommendations: []string{fmt.Sprintf("R-%02d", i+1), "R-01"}, Actor: actor(i), SearchedTo: "2031-06-01", Where: "press"}
	})
	return h
}

func BenchmarkMatrix(b *testing.B) {
	h := busy(b)
	for name, q := range map[string]MatrixQuery{"all": {AsOf: "2031-06-30", Limit: -1}, "200": {AsOf: "2031-06-30"}, "10": {AsOf: "2031-06-30", Limit: 10},
		"one": {AsOf: "2031-06-30", Recommendations: []string{"R-150"}}, "addressee": {AsOf: "2031-06-30", Addressee: "state 7"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := h.Matrix(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("rec", func(b *testing.B) {
		for b.Loop() {
			if _, err := h.Rec(b.Context(), "R-150", "2031-06-30"); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkImported is a case with as many imported recommendations as the database of
// UPR Info has, made to 193 states.
func BenchmarkImported(b *testing.B) {
	h := newHouse(b)
	const n = 41_066
	h.put(b, "recommendation", n, func(i int) (string, any) {
		id := fmt.Sprintf("R-%02d", i+1)
		return id, imported(id, i+1, fmt.Sprintf("State %d", i%193))
	})
	h.put(b, "position", n, func(i int) (string, any) {
		id := fmt.Sprintf("PS-%03d", i+1)
		return id, Position{ID: id, Recommendation: fmt.Sprintf("R-%02d", i+1), Row: i + 1, Value: Noted, AsOf: "2031-06-01"}
	})
	for name, q := range map[string]MatrixQuery{"default": {}, "addressee": {Addressee: "STATE 7"}, "source": {Source: "S-001"}, "behind": {After: "R-40000"}} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, err := h.Matrix(b.Context(), q); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	for name, read := range map[string]func() error{
		"rec":     func() error { _, err := h.Rec(b.Context(), "R-20000", ""); return err },
		"list":    func() error { _, _, err := h.RecommendationsAfter(b.Context(), "R-20000", 200); return err },
		"overdue": func() error { _, err := h.Overdue(b.Context(), ""); return err },
		"rests": func() error {
			return h.db.View(b.Context(), func(tx *store.Tx) error { _, err := h.Rests(tx, "R-20000"); return err })
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
