package followup

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"heed/internal/fault"
	"heed/internal/record"
	"heed/internal/store"
)

// MatrixLimit is how many recommendations a matrix holds unless another limit is given.
const MatrixLimit = 200

// maxCells bounds a matrix that somebody asks for whole: tens of thousands of imported
// recommendations times all the states of the world are read by nobody.
const maxCells = 1_000_000

// MatrixQuery says which matrix is meant. What is empty does not count.
type MatrixQuery struct {
	AsOf            string   // a day; "" is today in the case's zone
	Recommendations []string // these only
	Addressee       string   // those made to this actor
	Source          string   // those that this source makes
	After           string   // those behind this id
	Limit           int      // at most so many, in the order of their ids; 0 is MatrixLimit, less is no limit
}

// part reports whether recommendations are chosen by what they are.
func (q MatrixQuery) part() bool {
	return len(q.Recommendations) > 0 || q.Addressee != "" || q.Source != ""
}

// Matrix draws a matrix. It reads what the chosen recommendations need, and no more.
func (r *Room) Matrix(ctx context.Context, q MatrixQuery) (m Matrix, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		var in MatrixInput
		if in.Zone, err = zoneOf(tx); err != nil {
			return err
		}
		day, err := dayOf(tx, "a matrix", q.AsOf, in.Zone)
		if err != nil {
			return err
		}
		left := 0
		if err := q.there(tx); err != nil {
			return err
		}
		if in.Recommendations, left, err = q.choose(tx); err != nil {
			return err
		}
		if err := in.read(tx, q.part()); err != nil {
			return err
		}
		if (left > 0 || q.After != "") && !q.part() {
			if err := in.withoutOthers(tx); err != nil {
				return err
			}
		}
		x := indexed(in, day)
		actors := x.actors()
		if n := len(actors) * len(in.Recommendations); n > maxCells {
			return fault.New(fault.Invalid, fmt.Sprintf("this matrix would have %d cells", n), "", "Choose recommendations, a source or an addressee, or a lower limit.")
		}
		m = x.matrix(actors)
		m.Part, m.Left = q.part(), left
		if len(in.Recommendations) == 0 {
			m.Recommendations, m.none = []Recommendation{}, q.none()
		}
		return nil
	})
	return m, err
}

// there refuses a source and an id to go on from that the case does not have: what they
// leave would look like a case without recommendations.
func (q MatrixQuery) there(tx *store.Tx) error {
	if q.Source != "" {
		if _, err := record.ReadSource(tx, q.Source); err != nil {
			return err
		}
	}
	return behind(tx, recommendations, q.After)
}

// choose reads the recommendations that are meant, and says how many more there are.
func (q MatrixQuery) choose(tx *store.Tx) (list []Recommendation, left int, err error) {
	limit := q.Limit
	if limit == 0 {
		limit = MatrixLimit
	}
	if len(q.Recommendations) == 0 && q.Addressee == "" {
		return q.paged(tx, limit)
	}
	if list, err = q.chosen(tx); err != nil {
		return nil, 0, err
	}
	list = slices.DeleteFunc(list, func(r Recommendation) bool {
		return q.Addressee != "" && !r.Addresses(q.Addressee) || q.Source != "" && r.Source != q.Source || q.After != "" && byID(r.ID, q.After) <= 0
	})
	if limit > 0 && len(list) > limit {
		list, left = list[:limit], len(list)-limit
	}
	return list, left, nil
}

// paged reads those behind an id, of one source or of all. It finds their ids first: a
// table that was imported has tens of thousands.
func (q MatrixQuery) paged(tx *store.Tx, limit int) (list []Recommendation, left int, err error) {
	var ids []string
	query, args := "SELECT id FROM recommendation WHERE (length(id) > length(?1) OR length(id) = length(?1) AND id > ?1)", []any{q.After}
	if q.Source != "" {
		query, args = query+" AND source = ?2", append(args, q.Source)
	}
	err = tx.Each(query, args, func(rows *sql.Rows) error {
		var id string
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("looking for recommendations: %w", err)
	}
	slices.SortFunc(ids, byID)
	if limit > 0 && len(ids) > limit {
		ids, left = ids[:limit], len(ids)-limit
	}
	found, err := recommendations.Some(tx, ids)
	for _, id := range ids {
		list = append(list, found[id])
	}
	return list, left, err
}

// chosen reads by the narrower of the choices.
func (q MatrixQuery) chosen(tx *store.Tx) ([]Recommendation, error) {
	if len(q.Recommendations) == 0 {
		return madeTo(tx, q.Addressee)
	}
	found, err := recommendations.Some(tx, q.Recommendations)
	if err != nil {
		return nil, err
	}
	var list []Recommendation
	for _, id := range q.Recommendations {
		if _, ok := found[id]; !ok {
			_, err := ReadRecommendation(tx, id)
			return nil, err
		}
		if !slices.ContainsFunc(list, func(r Recommendation) bool { return r.ID == id }) {
			list = append(list, found[id])
		}
	}
	slices.SortFunc(list, func(a, b Recommendation) int { return byID(a.ID, b.ID) })
	return list, nil
}

// madeTo reads the recommendations made to an actor, however each writes the name. The
// first addressees come from an index, those made to several are few.
func madeTo(tx *store.Tx, actor string) ([]Recommendation, error) {
	var names []string
	err := tx.Each("SELECT DISTINCT body ->> '$.addressees[0]' FROM recommendation WHERE body ->> '$.addressees[0]' > ''", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		if sameActor(name, actor) {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("looking for addressees: %w", err)
	}
	condition, arg := within("body ->> '$.addressees[0]'", names)
	first, err := recommendations.Where(tx, condition, arg)
	if err != nil {
		return nil, err
	}
	several, err := recommendations.Where(tx, "id IN (SELECT id FROM recommendation WHERE body ->> '$.addressees[1]' > '')")
	if err != nil {
		return nil, err
	}
	list := slices.Concat(first, slices.DeleteFunc(several, func(r Recommendation) bool { return !r.Addresses(actor) }))
	slices.SortFunc(list, func(a, b Recommendation) int { return byID(a.ID, b.ID) })
	return slices.CompactFunc(list, func(a, b Recommendation) bool { return a.ID == b.ID }), nil
}

// read reads what was said of the recommendations, the positions on them and the searches
// for them. Without part it reads what was said of something else too, and all searches.
func (in *MatrixInput) read(tx *store.Tx, part bool) (err error) {
	ids := idsOf(in.Recommendations)
	if in.Statements, err = saidOf(tx, ids, part); err != nil {
		return err
	}
	if in.Positions, err = of(tx, positions, ids); err != nil {
		return err
	}
	if in.Searches, err = searches.All(tx); err != nil {
		return err
	}
	if part {
		in.narrow(ids)
	}
	return in.date(tx)
}

// saidOf reads what was said of recommendations, by themselves or as a body; without part,
// of anything.
func saidOf(tx *store.Tx, ids []string, part bool) ([]record.Statement, error) {
	if !part {
		return record.ReadStatements(tx)
	}
	all, err := record.ReadStatementsOn(tx, record.TargetRecommendations)
	for _, id := range ids {
		one, oneErr := record.ReadStatementsAbout(tx, id)
		all, err = append(all, one...), cmp.Or(err, oneErr)
	}
	return all, err
}

// narrow leaves what is about the recommendations.
func (in *MatrixInput) narrow(ids []string) {
	known, sources := map[string]bool{}, map[string]bool{}
	for _, id := range ids {
		known[id] = true
	}
	for _, r := range in.Recommendations {
		sources[r.Source] = true
	}
	in.Statements = slices.DeleteFunc(in.Statements, func(s record.Statement) bool {
		return !(s.Target.Kind == record.TargetRecommendations && sources[whose(s.Target, s.Source)]) &&
			!(s.Target.Kind == record.TargetRecommendation && known[s.Target.ID])
	})
	in.Searches = slices.DeleteFunc(in.Searches, func(l SearchLog) bool {
		return !slices.ContainsFunc(l.Recommendations, func(id string) bool { return known[id] })
	})
}

// withoutOthers leaves out what was said of recommendations that are there but not in this
// matrix: it was said of nothing else.
func (in *MatrixInput) withoutOthers(tx *store.Tx) error {
	shown := map[string]bool{}
	for _, r := range in.Recommendations {
		shown[r.ID] = true
	}
	var others []string
	for _, s := range in.Statements {
		if s.Target.Kind == record.TargetRecommendation && !shown[s.Target.ID] {
			others = append(others, s.Target.ID)
		}
	}
	there, err := recommendations.Some(tx, others)
	if err != nil {
		return err
	}
	in.Statements = slices.DeleteFunc(in.Statements, func(s record.Statement) bool {
		_, ok := there[s.Target.ID]
		return ok && s.Target.Kind == record.TargetRecommendation && !shown[s.Target.ID]
	})
	return nil
}

// date reads when the sources of what has no date of its own are dated.
func (in *MatrixInput) date(tx *store.Tx) (err error) {
	var undated []string
	for _, s := range in.Statements {
		if record.Date(s.SaidOn).Latest() == "" && !slices.Contains(undated, s.Source) {
			undated = append(undated, s.Source)
		}
	}
	for _, p := range in.Positions {
		if p.Statement == "" && record.Date(p.AsOf).Latest() == "" && !slices.Contains(undated, p.Source) {
			undated = append(undated, p.Source)
		}
	}
	in.Sources, err = datesOf(tx, undated)
	return err
}

// datesOf is when each source is dated, where somebody said so.
func datesOf(tx *store.Tx, ids []string) (map[string]record.Date, error) {
	sources, err := record.ReadSourcesOf(tx, ids)
	if err != nil {
		return nil, err
	}
	dates := map[string]record.Date{}
	for id, s := range sources {
		dates[id] = record.Date(s.Date)
	}
	return dates, nil
}
