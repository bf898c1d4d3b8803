package corroboratecmd

import (
	"context"
	"time"

	"heed/internal/ledger"
)

// justBefore is how old a change may be that its own author may have forgotten, or made
// in another window.
const justBefore = 10 * time.Minute

// unseen carries out an edit of an object. When it was made without --saw, it says whose
// change stood there before, where that may not have been seen: two people who edit at
// once overwrite each other's words otherwise without a word.
func (v *verbs) unseen(ctx context.Context, a Case, id string, saw int64, edit func() error) error {
	if saw != 0 {
		return edit()
	}
	before, found, err := a.Corroborate.Newest(ctx, id)
	if err != nil {
		return err
	}
	if err := edit(); err != nil || !found {
		return err
	}
	after, _, err := a.Corroborate.Newest(ctx, id)
	if err != nil {
		return err
	}
	v.tell(id, a.By.Member, before, after)
	return nil
}

// tell says whose change another followed. How long ago that was is told by the clock
// that dated both.
func (v *verbs) tell(id, me string, before, after ledger.Entry) {
	switch young := after.At.Sub(before.At) < justBefore; {
	case young:
		v.Say("%s was changed by %s in act %d just before; to be refused instead, use --saw.", id, before.By, before.Seq)
	case before.By != me:
		v.Say("%s was changed by %s in act %d before this; to be refused instead, use --saw.", id, before.By, before.Seq)
	}
}
