package followup

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/record"
)

// TestMatrixIsThePlainOne: the matrix that is built with an index is the one that looks
// through everything for each cell, for any input.
func TestMatrixIsThePlainOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := genWide(t)
		day := record.Date(rapid.SampledFrom([]string{"2031-06-30", "2030-12-31", "2032-06-01"}).Draw(t, "day"))
		got, _ := json.MarshalIndent(BuildMatrix(in, day), "", " ")
		want, _ := json.MarshalIndent(plainMatrix(in, day), "", " ")
		if string(got) != string(want) {
			t.Fatalf("the index changed the matrix:\n%s\nwant\n%s", got, want)
		}
	})
}

// genWide is a case with more of everything than genInput has, and actors that write the
// same name in several ways.
func genWide(t *rapid.T) MatrixInput {
	names := rapid.SampledFrom([]string{ministry, " ministry of  ORDER\u200f", monitor, envoy, "Envoy of Nordmark ", "Zealand", "وزارة النظام"})
	ids := rapid.SampledFrom([]string{"R-01", "R-02", "R-09", "R-10", "R-100", "R-77"})
	in := MatrixInput{Zone: time.UTC, Sources: map[string]record.Date{"S-002": record.Date(genDate.Draw(t, "dated"))}}
	for _, id := range rapid.SliceOfNDistinct(ids, 0, 5, rapid.ID[string]).Draw(t, "recommendations") {
		if id != "R-77" {
			in.Recommendations = append(in.Recommendations, rec(id, rapid.SliceOfN(names, 1, 3).Draw(t, "addressees")...))
		}
	}
	for i := range rapid.IntRange(0, 20).Draw(t, "statements") {
		s := st(fmt.Sprintf("ST-%03d", i+1), names.Draw(t, "speaker"), genStance.Draw(t, "stance"), genKind.Draw(t, "kind"), "", genDate.Draw(t, "said"))
		if s.Target.Kind == record.TargetRecommendation {
			s.Target.ID = ids.Draw(t, "target")
		} else if s.Target.Kind == record.TargetRecommendations {
			s.Target.ID = rapid.SampledFrom([]string{"", "S-001", "S-001", "S-009"}).Draw(t, "whose")
		}
		if rapid.Bool().Draw(t, "spokesman") {
			s.OnBehalfOf = names.Draw(t, "for")
		}
		s.At = rapid.Int64Range(0, 3e15).Draw(t, "at")
		in.Statements = append(in.Statements, s)
	}
	for i := range rapid.IntRange(0, 8).Draw(t, "positions") {
		in.Positions = append(in.Positions, Position{ID: fmt.Sprintf("PS-%03d", i+1), Recommendation: ids.Draw(t, "rec"), At: rapid.Int64Range(0, 2).Draw(t, "at"),
			Statement: fmt.Sprintf("ST-%03d", rapid.IntRange(1, 22).Draw(t, "st")), Value: rapid.SampledFrom(PositionValues()).Draw(t, "value"), AsOf: genDate.Draw(t, "as of")})
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "searches") {
		in.Searches = append(in.Searches, SearchLog{ID: fmt.Sprintf("L-%03d", i+1), Actor: names.Draw(t, "actor"), Where: "press",
			Recommendations: rapid.SliceOfN(ids, 1, 3).Draw(t, "for"), SearchedTo: rapid.SampledFrom([]string{"2031-05-01", "2031-06-30", "2032-02-01", "2031-06"}).Draw(t, "to")})
	}
	return in
}

// plainMatrix is BuildMatrix as it was before it had an index.
func plainMatrix(in MatrixInput, asOf record.Date) Matrix {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	m := Matrix{AsOf: asOf, Zone: in.Zone.String(), Until: asOf.End(in.Zone).UTC(), Rows: []Row{}, Apart: []Said{},
		Recommendations: slices.SortedFunc(slices.Values(in.Recommendations), func(a, b Recommendation) int { return byID(a.ID, b.ID) })}
	said := counted(in, asOf)
	for _, s := range said {
		if !slices.ContainsFunc(m.Recommendations, func(r Recommendation) bool { return about(s.Target, s.source, r) }) {
			m.Apart = append(m.Apart, s)
		}
	}
	for _, actor := range plainActors(m.Recommendations, said, in.Searches) {
		row := Row{Actor: actor}
		for _, rec := range m.Recommendations {
			row.Cells = append(row.Cells, plainCell(in, asOf, said, actor, rec))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

func plainActors(recs []Recommendation, said []Said, searches []SearchLog) []string {
	var addressed, others []string
	seen := map[string]bool{}
	add := func(list *[]string, name string) {
		if k := actorKey(name); !seen[k] {
			seen[k] = true
			*list = append(*list, name)
		}
	}
	for _, r := range recs {
		for _, a := range r.Addressees {
			add(&addressed, a)
		}
	}
	for _, s := range slices.Backward(said) {
		if slices.ContainsFunc(recs, func(r Recommendation) bool { return about(s.Target, s.source, r) }) {
			add(&others, s.Actor)
		}
	}
	for _, l := range slices.SortedFunc(slices.Values(searches), func(a, b SearchLog) int { return byID(a.ID, b.ID) }) {
		add(&others, l.Actor)
	}
	slices.SortFunc(others, func(a, b string) int { return cmp.Or(cmp.Compare(actorKey(a), actorKey(b)), cmp.Compare(a, b)) })
	return append(addressed, others...)
}

func plainCell(in MatrixInput, asOf record.Date, said []Said, actor string, rec Recommendation) Cell {
	c := Cell{Recommendation: rec.ID, Addressee: rec.Addresses(actor)}
	for _, s := range said {
		if sameActor(s.Actor, actor) && about(s.Target, s.source, rec) {
			c.Statements = append(c.Statements, s)
		}
	}
	c.Count = len(c.Statements)
	for _, s := range c.Statements {
		// The list is newest first; only what shares the newest day speaks for the cell.
		if first := c.Statements[0]; s.Counted == first.Counted && (s.SaidOn == "") == (first.SaidOn == "") && !slices.Contains(c.Stances, s.Stance) {
			c.Stances = append(c.Stances, s.Stance)
		}
	}
	if c.Addressee {
		c.Position = plainPosition(in.Positions, c.Statements, rec.ID, asOf)
	}
	if c.Count == 0 {
		c.Searched = plainSearch(in.Searches, actor, rec.ID, asOf)
	}
	c.word()
	return c
}

func plainPosition(all []Position, said []Said, rec string, asOf record.Date) *Position {
	var best *Position
	var bestDay record.Date
	for _, p := range all {
		i := slices.IndexFunc(said, func(s Said) bool { return s.Statement == p.Statement })
		if p.Recommendation != rec || i < 0 {
			continue
		}
		day := max(said[i].Counted, record.Date(p.AsOf).Latest())
		if day > asOf {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(day, bestDay), cmp.Compare(p.At, best.At), byID(p.ID, best.ID)) > 0 {
			best, bestDay = &p, day
		}
	}
	return best
}

func plainSearch(all []SearchLog, actor, rec string, asOf record.Date) *Searched {
	var best *Searched
	for _, l := range all {
		to := record.Date(l.SearchedTo)
		if !to.IsDay() || !l.Covers(actor, rec) {
			continue
		}
		s := Searched{Log: l.ID, To: min(to, asOf), Where: l.Where, By: l.By}
		if best == nil || cmp.Or(cmp.Compare(s.To, best.To), -byID(s.Log, best.Log)) > 0 {
			best = &s
		}
	}
	return best
}
