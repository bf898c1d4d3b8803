package ledger

import (
	"cmp"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/store"
)

// Table keeps the objects of one kind for a room: each row is an object as JSON, with its
// id and the source it comes from, in the columns id, source and body. Body is the whole
// object, as it stands beside the object's last act; id and source are that act's object
// and subject, and reading puts them back into the object, so that a changed column shows
// in Check like a changed body. What concerns no one source has an empty one.
type Table[T any] struct {
	Name    string // of the table in the database
	Noun    string // for a person, where that is not the name
	Acts    string // nouns of its acts, with blanks between; the name with dashes when empty
	Prefix  string // of its ids, where another table has acts of the same noun
	Restore func(v *T, id, source string)
}

// Shelves are the tables of a room, of whatever kind.
type Shelves []shelf

type shelf interface {
	ids(tx *store.Tx) ([]string, error)
	version(tx *store.Tx, id string) (any, bool, error)
	erase(tx *store.Tx, source string) ([]string, error)
	count(tx *store.Tx) (name string, n int, err error)
	owns(noun, id string) bool
	restore(tx *store.Tx, act Act, version []byte) error
	retract(tx *store.Tx, act Act) error
}

// Keep writes the row of the act's object, in the place of an earlier one, with its act.
func (t Table[T]) Keep(tx *store.Tx, act Act) error {
	body, err := json.Marshal(act.Version)
	if err != nil {
		return err
	}
	if _, err := tx.Exec("INSERT INTO "+t.Name+" (id, source, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body",
		act.Object, act.Subject, string(body)); err != nil {
		return fmt.Errorf("writing %s: %w", act.Object, err)
	}
	_, err = Append(tx, act)
	return err
}

// All reads the whole table, oldest id first.
func (t Table[T]) All(tx *store.Tx) ([]T, error) { return t.read(tx, "true", 0) }

// Of reads the objects of one source, oldest id first; "" reads all.
func (t Table[T]) Of(tx *store.Tx, source string) ([]T, error) {
	if source == "" {
		return t.All(tx)
	}
	return t.read(tx, "source = ?", 0, source)
}

// Where reads the objects that a condition holds for, oldest id first. The condition is
// written in this house and never typed by anybody: what was typed is an argument. On a
// large table it needs an index, such as one on body ->> '$.statement'.
func (t Table[T]) Where(tx *store.Tx, condition string, args ...any) ([]T, error) {
	return t.read(tx, condition, 0, args...)
}

// Page reads at most limit objects behind the id after, oldest first, and says whether
// there are more. With after "" it begins at the first, with limit 0 it reads all. An id to
// go on from that nobody ever had is refused; one that was erased still has its place.
func (t Table[T]) Page(tx *store.Tx, after string, limit int) (list []T, more bool, err error) {
	want := 0
	if limit > 0 {
		want = limit + 1
	}
	if after != "" {
		if _, err := t.One(tx, after); err != nil && fault.KindOf(err) != fault.Withheld {
			return nil, false, err
		}
	}
	// In this form SQLite begins in the index on (length(id), id), and not at its start.
	list, err = t.read(tx, "length(id) >= length(?1) AND (length(id) > length(?1) OR id > ?1)", want, after)
	if limit > 0 && len(list) > limit {
		return list[:limit], true, err
	}
	return list, false, err
}

// Count is how many objects the table holds.
func (t Table[T]) Count(tx *store.Tx) (n int, err error) {
	if err := tx.QueryRow("SELECT count(*) FROM " + t.Name).Scan(&n); err != nil {
		return 0, fmt.Errorf("counting %s: %w", t.Name, err)
	}
	return n, nil
}

func (t Table[T]) count(tx *store.Tx) (string, int, error) {
	n, err := t.Count(tx)
	return t.Name, n, err
}

// some is how many ids one query of Some asks for.
const some = 500

// Some reads the objects with these ids, as many of them as there are.
func (t Table[T]) Some(tx *store.Tx, ids []string) (map[string]T, error) {
	found := map[string]T{}
	for chunk := range slices.Chunk(ids, some) {
		var args []any
		for _, id := range chunk {
			args = append(args, id)
		}
		err := t.each(tx, "id IN (?"+strings.Repeat(", ?", len(chunk)-1)+")", "", args, func(id string, v T) { found[id] = v })
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// Find reads the object with an id, if it is there.
func (t Table[T]) Find(tx *store.Tx, id string) (v T, ok bool, err error) {
	found, err := t.read(tx, "id = ?", 0, id)
	if err != nil || len(found) == 0 {
		return v, false, err
	}
	return found[0], true, nil
}

// One reads the object with an id. Without it the answer is that of Missing.
func (t Table[T]) One(tx *store.Tx, id string) (T, error) {
	v, ok, err := t.Find(tx, id)
	if err == nil && !ok {
		err = Missing(tx, cmp.Or(t.Noun, t.Name), id)
	}
	return v, err
}

func (t Table[T]) read(tx *store.Tx, where string, limit int, args ...any) (out []T, err error) {
	order := " ORDER BY length(id), id"
	if limit > 0 {
		order += fmt.Sprintf(" LIMIT %d", limit)
	}
	err = t.each(tx, where, order, args, func(_ string, v T) { out = append(out, v) })
	return out, err
}

func (t Table[T]) each(tx *store.Tx, where, order string, args []any, yield func(id string, v T)) error {
	return tx.Each("SELECT id, source, body FROM "+t.Name+" WHERE "+where+order, args, func(rows *sql.Rows) error {
		var id, source, body string
		var v T
		if err := rows.Scan(&id, &source, &body); err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(body), &v); err != nil {
			return fmt.Errorf("reading %s: %w", id, err)
		}
		t.Restore(&v, id, source)
		yield(id, v)
		return nil
	})
}

func (t Table[T]) ids(tx *store.Tx) ([]string, error) { return column(tx, "SELECT id FROM "+t.Name) }

// AsWritten refuses the body of a row that reads as the object v and is written otherwise
// than any version of Heed writes it: SQL takes the first of two keys of one name and Go
// the last, so that what queries find and what is shown could differ.
func AsWritten(id, body string, v any) error {
	again, err := json.Marshal(v)
	if err == nil && string(again) != body {
		err = fmt.Errorf("the row of %s is not written as any version of Heed writes it", id)
	}
	return err
}

// version reads an object as check compares it with the ledger, AsWritten. The source
// must be the subject of its acts, since erasing goes by it.
func (t Table[T]) version(tx *store.Tx, id string) (any, bool, error) {
	var source, body string
	err := tx.QueryRow("SELECT source, body FROM "+t.Name+" WHERE id = ?", id).Scan(&source, &body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("reading %s: %w", id, err)
	}
	var v T
	if err := json.Unmarshal([]byte(body), &v); err != nil {
		return nil, true, fmt.Errorf("reading %s: %w", id, err)
	}
	t.Restore(&v, id, source)
	if err := AsWritten(id, body, v); err != nil {
		return nil, true, err
	}
	last, known, err := Newest(tx, id)
	if err == nil && known && last.Subject != cmp.Or(source, caseSubject) {
		err = fmt.Errorf("the row of %s names another source than its acts", id)
	}
	return v, true, err
}

func (t Table[T]) erase(tx *store.Tx, source string) ([]string, error) {
	ids, err := column(tx, "DELETE FROM "+t.Name+" WHERE source = ? AND source <> '' RETURNING id", source)
	if err != nil {
		return nil, fmt.Errorf("erasing what %s holds of %s: %w", t.Name, Echo(source), err)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return ids, nil
}

// column collects the one text column that a query answers with.
func column(tx *store.Tx, query string, args ...any) (out []string, err error) {
	err = tx.Each(query, args, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}

// IDs lists every object on the shelves.
func (s Shelves) IDs(tx *store.Tx) (all []string, err error) {
	for _, t := range s {
		ids, err := t.ids(tx)
		if err != nil {
			return nil, err
		}
		all = append(all, ids...)
	}
	return all, nil
}

// Version reads an object as it was given to the ledger.
func (s Shelves) Version(tx *store.Tx, id string) (any, error) {
	for _, t := range s {
		if v, ok, err := t.version(tx, id); ok || err != nil {
			return v, err
		}
	}
	return nil, errors.New("no object of this room")
}

// Erase deletes every object of a source from the shelves, and says which they were. A
// second time there is nothing left to delete. It appends no act: whoever destroys the
// key of the source does, in the same transaction.
func (s Shelves) Erase(tx *store.Tx, source string) (erased []string, err error) {
	for _, t := range s {
		ids, err := t.erase(tx, source)
		if err != nil {
			return nil, err
		}
		erased = append(erased, ids...)
	}
	return erased, nil
}

// Counts is how many objects stand in each table, by the table's name.
func (s Shelves) Counts(tx *store.Tx) (map[string]int, error) {
	counts := map[string]int{}
	for _, t := range s {
		name, n, err := t.count(tx)
		if err != nil {
			return nil, err
		}
		counts[name] = n
	}
	return counts, nil
}

// Erased reports whether an object went with the key of its source, and which that was.
func Erased(tx *store.Tx, id string) (source string, erased bool, err error) {
	past, err := History(tx, id)
	for _, p := range past {
		if p.Erased {
			return p.Entry.Subject, true, err
		}
	}
	return "", false, err
}

// Missing is the answer for an id under which nothing stands: nobody ever had it, it was
// taken back, or it was erased.
func Missing(tx *store.Tx, noun, id string) error {
	past, err := History(tx, id)
	if err != nil {
		return err
	}
	for _, p := range past {
		if p.Erased {
			return fault.New(fault.Withheld, id+" was erased with "+p.Entry.Subject+", whose key was destroyed", "The acts about it stand in the ledger, without their content.", "")
		}
	}
	if n := len(past); n > 0 && past[n-1].Entry.Holds == Ended {
		return fault.New(fault.NotFound, fmt.Sprintf("%s was taken back in act %d", id, past[n-1].Entry.Seq), "What it said stands in its history: heed history "+id,
			"Bring it back with: heed undo "+id)
	}
	return fault.New(fault.NotFound, "there is no "+noun+" "+Echo(id), "", "")
}

// Echo is an id as somebody typed it, fit for an error: one line, and short, since what
// was typed in the place of an id may be anything.
func Echo(id string) string {
	n := 0
	for i := range id {
		if n++; n > 32 {
			return lang.Visible(id[:i]) + "…"
		}
	}
	return lang.Visible(id)
}
