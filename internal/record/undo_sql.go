package record

import (
	"slices"
	"strings"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/lang"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Undo takes back the newest act about an object of this room by new acts, and says
// whether the object is gone with it. Undone once more, it is back.
//
// Beyond what the ledger refuses: a code is its coder's; a withdrawal of consent is taken
// back only for a stated reason; and what comes back must rest on what is still there.
func (r *Room) Undo(tx *store.Tx, by ledger.Actor, id, why string) (gone bool, err error) {
	if err := mayUndo(tx, by, id, why); err != nil {
		return false, err
	}
	before, err := proposalOf(tx, id)
	if err != nil {
		return false, err
	}
	if gone, err = shelves.Undo(tx, by, id, why); err != nil {
		return gone, err
	}
	if gone {
		if before == "" {
			return true, nil
		}
		return true, intake.ReopenProposal(tx, by, before)
	}
	return false, standsAgain(tx, by, id, before != "")
}

// mayUndo holds the wish against whose the object is and what it says now.
func mayUndo(tx *store.Tx, by ledger.Actor, id, why string) error {
	if strings.HasPrefix(id, "CD-") { // it may be gone, so that only its history knows whose it was
		past, err := ledger.History(tx, id)
		if err != nil || len(past) == 0 {
			return err
		}
		return Code{ID: id, Coder: past[0].Entry.By}.onlyBy(by)
	}
	b, _, err := bases.Find(tx, id)
	if err == nil && b.takenBack() && lang.Blank(why) {
		err = fault.New(fault.Refused, "the withdrawal of "+b.ID+" is not taken back without a reason", "It covers nothing, as before.",
			"Say who told the team that the person had not withdrawn, and how: --why \"…\"")
	}
	return err
}

// takenBack reports whether a person withdrew, all of it or an answer.
func (b Basis) takenBack() bool {
	return b.Withdrawn || slices.ContainsFunc(b.Scopes, func(s Scope) bool { return s.State == Withdrawn })
}

// proposalOf is the proposal that a statement was accepted from, "" of anything else.
func proposalOf(tx *store.Tx, id string) (string, error) {
	s, _, err := statements.Find(tx, id)
	return s.Proposal, err
}

// standsAgain refuses what came back and rests on nothing any more. A statement that was
// gone and accepted a proposal accepts it again; there tells that it was not gone.
func standsAgain(tx *store.Tx, by ledger.Actor, id string, there bool) error {
	v, err := shelves.Version(tx, id)
	if err != nil {
		return err
	}
	switch v := v.(type) {
	case Code:
		if _, err := ReadTerm(tx, v.Term); err != nil {
			return err
		}
		err = once(tx, v)
	case Term:
		err = noTermCircle(tx, v)
	case Source:
		err = noCircle(tx, v)
	case Event:
		err = v.stands(tx)
	case Quantity:
		if v.Statement != "" {
			_, err = ReadStatement(tx, v.Statement)
		}
	case Statement:
		if v.Proposal != "" && !there {
			err = intake.SettleProposal(tx, by, v.Proposal, "accepted")
		}
		if err == nil {
			err = knownPerson(tx, v.SpeakerID)
		}
	}
	return err
}

// rests are the places in this room where an object names another one.
var rests = []struct{ table, field string }{
	{"statement", "target.id"}, {"statement", "speaker_id"}, {"statement", "proposal"},
	{"quantity", "statement"}, {"code", "term"}, {"term", "parent"},
	{"basis", "form"}, {"basis", "interviewer"}, {"basis", "interpreter"}, {"basis", "guardian"},
}

// Rests lists the objects of this room that name an object of any room, and would point
// at nothing without it.
func (r *Room) Rests(tx *store.Tx, id string) (out []string, err error) {
	for _, at := range rests {
		ids, err := column(tx, "SELECT id FROM "+at.table+" WHERE body ->> '$."+at.field+"' = ? ORDER BY length(id), id", id)
		if err != nil {
			return nil, err
		}
		out = append(out, ids...)
	}
	people, err := restsPeople(tx, id)
	return unique(append(out, people...)), err
}
