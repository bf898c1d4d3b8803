package release

import (
	"context"
	"fmt"
	"slices"

	"heed/internal/corroborate"
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

// AddParagraph adds a paragraph at the end of the open draft, and begins a draft when
// there is none. A paragraph without cites is taken and stopped by the gate.
func (r *Room) AddParagraph(ctx context.Context, by ledger.Actor, text string, cites []string) (d Draft, err error) {
	p, err := newParagraph(text, cites)
	if err != nil {
		return d, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if err := known(tx, p.Cites); err != nil {
			return err
		}
		if d, err = openDraft(tx, by); err != nil {
			return err
		}
		if err := reopen(tx, by, &d); err != nil {
			return err
		}
		d.Paragraphs = append(d.Paragraphs, p)
		return renumber(tx, by, "paragraph.added", &d)
	})
	return d, err
}

// ChangeParagraph puts a new text and new cites in the place of paragraph n.
func (r *Room) ChangeParagraph(ctx context.Context, by ledger.Actor, id string, n int, text string, cites []string) (Draft, error) {
	p, err := newParagraph(text, cites)
	if err != nil {
		return Draft{}, err
	}
	return r.edit(ctx, by, id, n, "paragraph.changed", func(tx *store.Tx, d *Draft) error {
		d.Paragraphs[n-1] = p
		return known(tx, p.Cites)
	})
}

// DropParagraph takes paragraph n out; those behind it move up.
func (r *Room) DropParagraph(ctx context.Context, by ledger.Actor, id string, n int) (Draft, error) {
	return r.edit(ctx, by, id, n, "paragraph.dropped", func(_ *store.Tx, d *Draft) error {
		d.Paragraphs = slices.Delete(d.Paragraphs, n-1, n)
		return nil
	})
}

// edit changes one paragraph of a draft that is not released.
func (r *Room) edit(ctx context.Context, by ledger.Actor, id string, n int, kind string, change func(*store.Tx, *Draft) error) (d Draft, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if d, err = readDraft(tx, id); err != nil {
			return err
		}
		if d.State == StateReleased {
			return errReleased(id)
		}
		if n < 1 || n > len(d.Paragraphs) {
			return fault.New(fault.NotFound, fmt.Sprintf("there is no paragraph %d: %s has %d", n, d.ID, len(d.Paragraphs)), "Nothing was written.", "")
		}
		if err := reopen(tx, by, &d); err != nil {
			return err
		}
		if err := change(tx, &d); err != nil {
			return err
		}
		return renumber(tx, by, kind, &d)
	})
	return d, err
}

func errReleased(id string) error {
	return fault.New(fault.Conflict, id+" is released, and a release is never changed", "Nothing was written.",
		"A correction is a new release: add its paragraph, and the next draft begins with those of "+id+".")
}

func newParagraph(text string, cites []string) (p Paragraph, err error) {
	if p.Text, err = wellFormed(text); err != nil {
		return p, err
	}
	for _, c := range cites {
		if !slices.Contains(p.Cites, c) {
			p.Cites = append(p.Cites, c)
		}
	}
	return p, nil
}

// openDraft is the draft that is not released; without one it begins the next.
func openDraft(tx *store.Tx, by ledger.Actor) (Draft, error) {
	all, err := readDrafts(tx)
	if err != nil {
		return Draft{}, err
	}
	if n := len(all); n > 0 && all[n-1].State != StateReleased {
		return all[n-1], nil
	}
	return begin(tx, by)
}

// reopen takes a frozen draft back: its files are dropped and its signatures, which
// were given for those files, are superseded. They stay on record.
func reopen(tx *store.Tx, by ledger.Actor, d *Draft) error {
	if d.State != StateGated {
		return nil
	}
	if err := writeFiles(tx, d, nil); err != nil {
		return err
	}
	d.State, d.Content, d.Manifest, d.Date = StateDraft, "", "", ""
	d.Superseded = append(d.Superseded, d.Signatures...)
	d.Signatures = nil
	return write(tx, by, "release.reopened", d)
}

// Erase takes a frozen draft that rests on a source back, before the key of that source is
// destroyed: its files hold words of the source, and are deleted with the signatures given
// for them. It says which draft must pass the gate again. Its paragraphs stay; they are
// the team's, and the gate stops those that cite what was erased. It can be called before
// or after the other rooms erase, in the same transaction; a second time it does nothing.
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
		if err := reopen(tx, by, &d); err != nil {
			return nil, err
		}
		reopened = append(reopened, d.ID)
	}
	return reopened, nil
}

func renumber(tx *store.Tx, by ledger.Actor, kind string, d *Draft) error {
	for i := range d.Paragraphs {
		d.Paragraphs[i].N = i + 1
	}
	return write(tx, by, kind, d)
}

// known refuses cites that name nothing in this case.
func known(tx *store.Tx, cites []string) error {
	if len(cites) == 0 {
		return nil
	}
	have := map[string]bool{}
	findings, err := corroborate.ReadFindings(tx)
	if err != nil {
		return err
	}
	claims, err := corroborate.ReadClaims(tx)
	if err != nil {
		return err
	}
	statements, err := record.ReadStatements(tx)
	if err != nil {
		return err
	}
	for _, f := range findings {
		have[f.ID] = true
	}
	for _, c := range claims {
		have[c.ID] = true
	}
	for _, s := range statements {
		have[s.ID] = true
	}
	for _, id := range cites {
		if !have[id] {
			noun := citable(id)
			if noun == "" {
				noun = "finding, claim or statement"
			}
			return fault.New(fault.NotFound, "there is no "+noun+" "+shown(id), "Nothing was written.", "A paragraph cites findings (F-01), claims (C-001) or statements (ST-001).")
		}
	}
	return nil
}
