package followup

import (
	"cmp"
	"slices"
	"time"

	"heed/internal/record"
)

// index finds what belongs to a cell of the matrix without looking through everything for
// each: there are as many cells as recommendations times actors.
type index struct {
	in   MatrixInput
	asOf record.Date
	recs []Recommendation
	said []Said // counted by the day, newest first

	keys       map[string]string        // actorKey of each name
	about      []bool                   // of said: whether it is about any of recs
	statements map[string]int           // those that positions name → said; -1 when not counted
	ofOne      []map[string][]int       // recommendation → actor → said, in their order
	ofAll      map[[2]string][]int      // source, actor → said of all recommendations of the source, in their order
	everything map[[2]string][]Said     // source, actor → the same, as cells show it
	addressees []map[string]bool        // recommendation → actor
	positions  map[string][]Position    // recommendation → positions
	searches   map[[2]string][]Searched // recommendation, actor → searches
}

func indexed(in MatrixInput, asOf record.Date) *index {
	if in.Zone == nil {
		in.Zone = time.UTC
	}
	recs := slices.SortedFunc(slices.Values(in.Recommendations), func(a, b Recommendation) int { return byID(a.ID, b.ID) })
	x := &index{in: in, asOf: asOf, recs: recs, said: counted(in, asOf), keys: map[string]string{}, statements: map[string]int{}, ofAll: map[[2]string][]int{},
		everything: map[[2]string][]Said{}, positions: map[string][]Position{}, searches: map[[2]string][]Searched{}}
	at, sources := map[string]int{}, map[string]bool{}
	for i, r := range recs {
		at[r.ID], sources[r.Source] = i, true
		to := map[string]bool{}
		for _, a := range r.Addressees {
			to[x.key(a)] = true
		}
		x.addressees = append(x.addressees, to)
		x.ofOne = append(x.ofOne, map[string][]int{})
	}
	x.about = make([]bool, len(x.said))
	for _, p := range in.Positions {
		x.positions[p.Recommendation] = append(x.positions[p.Recommendation], p)
		x.statements[p.Statement] = -1
	}
	for i := range x.said {
		s := &x.said[i]
		if _, named := x.statements[s.Statement]; named {
			x.statements[s.Statement] = i
		}
		key := x.key(s.Actor)
		rec, known := at[s.Target.ID]
		switch {
		case s.Target.Kind == record.TargetRecommendations:
			of := [2]string{whose(s.Target, s.source), key}
			x.ofAll[of] = append(x.ofAll[of], i)
			x.everything[of] = append(x.everything[of], *s)
			x.about[i] = sources[of[0]]
		case s.Target.Kind == record.TargetRecommendation && known:
			x.ofOne[rec][key] = append(x.ofOne[rec][key], i)
			x.about[i] = true
		}
	}
	for _, l := range in.Searches {
		if to := record.Date(l.SearchedTo); to.IsDay() {
			for _, rec := range l.Recommendations {
				k := [2]string{rec, x.key(l.Actor)}
				x.searches[k] = append(x.searches[k], Searched{Log: l.ID, To: min(to, asOf), Where: l.Where, By: l.By})
			}
		}
	}
	return x
}

// key is the actorKey of a name, worked out once.
func (x *index) key(name string) string {
	k, known := x.keys[name]
	if !known {
		k = actorKey(name)
		x.keys[name] = k
	}
	return k
}

// actors lists the rows: whom the recommendations address, in their order, then all
// others who spoke of one or were searched for, by name.
func (x *index) actors() []string {
	var addressed, others []string
	seen := map[string]bool{}
	add := func(list *[]string, name string) {
		if k := x.key(name); !seen[k] {
			seen[k] = true
			*list = append(*list, name)
		}
	}
	for _, r := range x.recs {
		for _, a := range r.Addressees {
			add(&addressed, a)
		}
	}
	for i, s := range slices.Backward(x.said) {
		if x.about[i] {
			add(&others, s.Actor)
		}
	}
	for _, l := range slices.SortedFunc(slices.Values(x.in.Searches), func(a, b SearchLog) int { return byID(a.ID, b.ID) }) {
		add(&others, l.Actor)
	}
	slices.SortFunc(others, func(a, b string) int { return cmp.Or(cmp.Compare(x.key(a), x.key(b)), cmp.Compare(a, b)) })
	return append(addressed, others...)
}

// matrix draws a row for each actor.
func (x *index) matrix(actors []string) Matrix {
	m := Matrix{AsOf: x.asOf, Zone: x.in.Zone.String(), Until: x.asOf.End(x.in.Zone).UTC(), Recommendations: x.recs, Rows: []Row{}, Apart: []Said{}}
	for i, s := range x.said {
		if !x.about[i] {
			m.Apart = append(m.Apart, s)
		}
	}
	for _, actor := range actors {
		row := Row{Actor: actor}
		for i, rec := range x.recs {
			row.Cells = append(row.Cells, x.cell(i, rec, actor))
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// cell is the cell of an actor and the recommendation at i.
func (x *index) cell(i int, rec Recommendation, actor string) Cell {
	key := x.key(actor)
	c := Cell{Recommendation: rec.ID, Addressee: x.addressees[i][key], Statements: x.saidOf(i, key)}
	c.Count = len(c.Statements)
	for _, s := range c.Statements {
		// The list is newest first; only what shares the newest day speaks for the cell.
		first := c.Statements[0]
		if s.Counted != first.Counted || (s.SaidOn == "") != (first.SaidOn == "") {
			break
		}
		if !slices.Contains(c.Stances, s.Stance) {
			c.Stances = append(c.Stances, s.Stance)
		}
	}
	if c.Addressee {
		c.Position = x.position(rec, key)
	}
	if c.Count == 0 && c.Position == nil {
		c.Searched = x.search(rec.ID, key)
	}
	c.word()
	return c
}

// saidOf is what an actor said of the recommendation at i, newest first. Nobody changes
// the slice: cells share it where an actor spoke of all recommendations only.
func (x *index) saidOf(i int, key string) []Said {
	of := [2]string{x.recs[i].Source, key}
	one, all := x.ofOne[i][key], x.ofAll[of]
	if len(one) == 0 {
		return slices.Clip(x.everything[of])
	}
	out := make([]Said, 0, len(one)+len(all))
	for len(one) > 0 && len(all) > 0 {
		next := &one
		if all[0] < one[0] {
			next = &all
		}
		out = append(out, x.said[(*next)[0]])
		*next = (*next)[1:]
	}
	for _, i := range slices.Concat(one, all) {
		out = append(out, x.said[i])
	}
	return out
}

// position is the one that counts as of the day: of those read from what the addressee
// said of the recommendation, or coded in its row, the one of the latest date; of one
// date, the one recorded last.
func (x *index) position(rec Recommendation, key string) *Position {
	var best *Position
	var bestDay record.Date
	for _, p := range x.positions[rec.ID] {
		day, ok := x.dayOf(p, rec, key)
		if !ok || day > x.asOf {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(day, bestDay), cmp.Compare(p.At, best.At), byID(p.ID, best.ID)) > 0 {
			best, bestDay = &p, day
		}
	}
	return best
}

// dayOf is the day from which a position counts, and whether it is one of this cell.
func (x *index) dayOf(p Position, rec Recommendation, key string) (record.Date, bool) {
	if p.Statement == "" {
		day := countedDay(record.Date(p.AsOf), p.At, x.in.Sources[p.Source], x.in.Zone)
		return day, p.Row > 0 && p.Row == rec.Row && p.Source == rec.Source && len(rec.Addressees) == 1
	}
	i, ok := x.statements[p.Statement]
	if !ok || i < 0 || x.key(x.said[i].Actor) != key || !about(x.said[i].Target, x.said[i].source, rec) {
		return "", false
	}
	return max(x.said[i].Counted, record.Date(p.AsOf).Latest()), true
}

// search finds the one that reaches furthest. One that went beyond the day covers the day
// too, and is quoted no further than that.
func (x *index) search(rec, key string) *Searched {
	var best *Searched
	for _, s := range x.searches[[2]string{rec, key}] {
		if best == nil || cmp.Or(cmp.Compare(s.To, best.To), -byID(s.Log, best.Log)) > 0 {
			best = &s
		}
	}
	return best
}
