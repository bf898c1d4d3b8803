package release

import (
	"cmp"
	"context"
	"slices"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// Begin makes the next draft. After a release it starts with that release's
// paragraphs, since a correction is a new release and not a changed one.
func (r *Room) Begin(ctx context.Context, by ledger.Actor) (d Draft, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		d, err = begin(tx, by)
		return err
	})
	return d, err
}

func begin(tx *store.Tx, by ledger.Actor) (d Draft, err error) {
	all, err := readDrafts(tx)
	if err != nil {
		return d, err
	}
	c, err := record.ReadCase(tx)
	if err != nil {
		return d, err
	}
	d = Draft{Title: c.Title, State: StateDraft, Paragraphs: []Paragraph{}}
	if n := len(all); n > 0 {
		last := all[n-1]
		if last.State != StateReleased {
			return d, fault.New(fault.Conflict, last.ID+" is not released yet", "Nothing was written.", "Work on "+last.ID+", or release it first.")
		}
		d.Paragraphs = last.Paragraphs
	}
	if d.ID, err = ledger.NewID(tx, "R", 0); err != nil {
		return d, err
	}
	return d, write(tx, by, "release.begun", &d)
}

// DraftEdit is one change of a report's paragraphs. The zero value of a field asks for
// nothing, or says that the editor did not look.
type DraftEdit struct {
	Release string   // R1; the open draft when an added paragraph names none
	N       int      // the paragraph to change, drop or move; 0 adds one at the end
	To      int      // the number it moves to
	Drop    bool     // take it out
	Text    string   // its new text, where it is added or changed
	Cites   []string // its new cites, with a text
	Saw     int64    // newest act about the release that the editor had seen
}

// AddParagraph adds a paragraph at the end of the open draft, and begins a draft when
// there is none. A paragraph without cites is taken and stopped by the gate.
func (r *Room) AddParagraph(ctx context.Context, by ledger.Actor, text string, cites []string) (d Draft, err error) {
	return r.Edit(ctx, by, DraftEdit{Text: text, Cites: cites})
}

// ChangeParagraph puts a new text and new cites in the place of paragraph n.
func (r *Room) ChangeParagraph(ctx context.Context, by ledger.Actor, id string, n int, text string, cites []string) (Draft, error) {
	if n == 0 {
		n = -1 // 0 would add one
	}
	return r.Edit(ctx, by, DraftEdit{Release: id, N: n, Text: text, Cites: cites})
}

// DropParagraph takes paragraph n out; those behind it move up.
func (r *Room) DropParagraph(ctx context.Context, by ledger.Actor, id string, n int) (Draft, error) {
	return r.Edit(ctx, by, DraftEdit{Release: id, N: n, Drop: true})
}

// Edit changes the paragraphs of a draft that is not released. A frozen draft is taken
// back by it.
func (r *Room) Edit(ctx context.Context, by ledger.Actor, e DraftEdit) (d Draft, err error) {
	p, err := newParagraph(e)
	if err != nil {
		return d, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if err := known(tx, p.Cites); err != nil {
			return err
		}
		begun := false
		if d, begun, err = e.draft(tx, by); err != nil {
			return err
		}
		saw := e.Saw
		if begun {
			saw = 0 // nobody can have seen it
		}
		if d.State == StateGated {
			if err := reopen(tx, by, &d, saw); err != nil {
				return err
			}
			saw = 0 // the act before is our own
		}
		kind, err := e.apply(&d, p)
		if err != nil {
			return err
		}
		return writeSeen(tx, by, kind, &d, saw)
	})
	return d, err
}

// draft is the draft to edit, and whether the edit begins it.
func (e DraftEdit) draft(tx *store.Tx, by ledger.Actor) (d Draft, begun bool, err error) {
	if e.adds() && e.Release == "" {
		return openDraft(tx, by)
	}
	if d, err = readDraft(tx, e.Release); err == nil && d.State == StateReleased {
		err = errReleased(d.ID)
	}
	return d, false, err
}

func (e DraftEdit) adds() bool { return e.N == 0 && !e.Drop && e.To == 0 }

// apply makes the change, numbers the paragraphs anew and names the act.
func (e DraftEdit) apply(d *Draft, p Paragraph) (kind string, err error) {
	defer d.number()
	if e.adds() {
		d.Paragraphs = append(d.Paragraphs, p)
		return "paragraph.added", nil
	}
	for _, n := range []int{e.N, cmp.Or(e.To, e.N)} {
		if n < 1 || n > len(d.Paragraphs) {
			return "", noParagraph(*d, n)
		}
	}
	switch {
	case e.Drop:
		d.Paragraphs = slices.Delete(d.Paragraphs, e.N-1, e.N)
		return "paragraph.dropped", nil
	case e.To != 0:
		moved := d.Paragraphs[e.N-1]
		d.Paragraphs = slices.Insert(slices.Delete(d.Paragraphs, e.N-1, e.N), e.To-1, moved)
		return "paragraph.moved", nil
	}
	d.Paragraphs[e.N-1] = p
	return "paragraph.changed", nil
}

func errReleased(id string) error {
	return fault.New(fault.Conflict, id+" is released, and a release is never changed", "Nothing was written.",
		"A correction is a new release: add its paragraph, and the next draft begins with those of "+id+".")
}

// newParagraph is the paragraph that an edit writes, if it writes one.
func newParagraph(e DraftEdit) (p Paragraph, err error) {
	if e.Drop || e.To != 0 {
		return p, nil
	}
	if p.Text, err = wellFormed(e.Text); err != nil {
		return p, err
	}
	for _, c := range e.Cites {
		if !slices.Contains(p.Cites, c) {
			p.Cites = append(p.Cites, c)
		}
	}
	return p, nil
}

// openDraft is the draft that is not released; without one it begins the next.
func openDraft(tx *store.Tx, by ledger.Actor) (d Draft, begun bool, err error) {
	all, err := readDrafts(tx)
	if err != nil {
		return d, false, err
	}
	if n := len(all); n > 0 && all[n-1].State != StateReleased {
		return all[n-1], false, nil
	}
	d, err = begin(tx, by)
	return d, true, err
}

// reopen takes a frozen draft back: its files are dropped and its signatures, which
// were given for those files, are superseded. They stay on record.
func reopen(tx *store.Tx, by ledger.Actor, d *Draft, saw int64) error {
	if d.State != StateGated {
		return nil
	}
	if err := writeFiles(tx, d, nil); err != nil {
		return err
	}
	d.State, d.Content, d.Manifest, d.Date = StateDraft, "", "", ""
	d.Superseded = append(d.Superseded, d.Signatures...)
	d.Signatures = nil
	return writeSeen(tx, by, "release.reopened", d, saw)
}

// Erase takes a frozen draft that rests on a source back, before the key of that source is
// destroyed: its files hold words of the source, and are deleted with the signatures given
// for them. It says which draft must pass the gate again. Its paragraphs stay; they are
// the team's, and the gate stops those that cite what was erased. It can be called before
// or after the other rooms erase, in the same transaction; a second time it does nothing.
//
// Replies of which the source is the first original go with it, and what was made of them.
//
// What was released stays as it is. It is public: deleting it here would call nothing back,
// and would only take from the team the means to show what was published.
func (r *Room) Erase(tx *store.Tx, by ledger.Actor, source string) (reopened []string, err error) {
	all, err := readDrafts(tx)
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if d.State != StateGated {
			continue
		}
		p, err := readPicture(tx, d.ID)
		if err != nil {
			return nil, err
		}
		now, err := p.digest()
		if err != nil {
			return nil, err
		}
		// Where other rooms erased before, what it was frozen from is not there any more.
		if now == d.Content && !slices.Contains(p.cited().sources, source) {
			continue
		}
		if err := reopen(tx, by, &d, 0); err != nil {
			return nil, err
		}
		reopened = append(reopened, d.ID)
	}
	_, err = r.EraseReplies(tx, source)
	return reopened, err
}

func (d *Draft) number() {
	for i := range d.Paragraphs {
		d.Paragraphs[i].N = i + 1
	}
}
