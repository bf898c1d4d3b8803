package release

import (
	"context"
	"strings"

	"heed/bundle"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// The tables of the right of reply. The text that was sent is the team's; what is made of
// a reply belongs to the reply, and both to its original.
var (
	requests = ledger.Table[ReplyRequest]{Name: "reply_request", Noun: "reply request", Acts: "reply", Prefix: "RQ-",
		Restore: func(q *ReplyRequest, id, _ string) { q.ID = id }}
	replies = ledger.Table[Reply]{Name: "reply", Acts: "reply", Prefix: "RP-",
		Restore: func(r *Reply, id, source string) { r.ID, r.Source = id, source }}
)

// shelves are the tables of this room but that of the releases.
var shelves = ledger.Shelves{requests, replies}

// shelved reports whether an id is one of the right of reply.
func shelved(id string) bool {
	return strings.HasPrefix(id, requests.Prefix) || strings.HasPrefix(id, replies.Prefix)
}

// beingSent is what the check for sealed values calls the text.
const beingSent = "the text to be sent"

// RequestReply takes down what is sent to whom and by when: the text of the draft as it
// is now, which is returned in the request. The text leaves the house, so it passes the
// check for sealed values first, like any released byte.
func (r *Room) RequestReply(ctx context.Context, by ledger.Actor, q ReplyRequest) (ReplyRequest, error) {
	checked, p, err := r.compose(ctx, q)
	if err != nil {
		return q, err
	}
	sealed, err := r.sealedCheck(ctx, by, "reply request of "+q.Release, p, []bundle.File{{Name: beingSent, Data: []byte(checked.Text)}})
	if err != nil {
		return q, err
	}
	if err := (Result{ID: q.Release, Checks: []Check{sealed}}).refusal("sent for reply"); err != nil {
		return q, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if q, err = composed(tx, q); err != nil {
			return err
		}
		if q.Version != checked.Version {
			return fault.New(fault.Conflict, "somebody worked on "+q.Release+" while it was checked", "Nothing was written.", "Send it again.")
		}
		if q.ID, err = ledger.NewID(tx, "RQ", 2); err != nil {
			return err
		}
		q.By, q.At = by.Member, store.Micros(tx.Now)
		return requests.Keep(tx, ledger.Act{Kind: "reply.requested", By: by, Object: q.ID, Version: q})
	})
	return q, err
}

func (r *Room) compose(ctx context.Context, q ReplyRequest) (out ReplyRequest, p picture, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if out, err = composed(tx, q); err == nil {
			p, err = readPicture(tx, q.Release)
		}
		return err
	})
	return out, p, err
}

// composed is the request with the text of the draft as it is now. Days left out are
// today, and a zone left out is that of the case.
func composed(tx *store.Tx, q ReplyRequest) (ReplyRequest, error) {
	d, err := readDraft(tx, q.Release)
	if err != nil {
		return q, err
	}
	if q.Zone == "" {
		c, err := record.ReadCase(tx)
		if err != nil {
			return q, err
		}
		q.Zone = c.Zone
	}
	zone, err := q.zone()
	if err != nil {
		return q, err
	}
	if q.SentOn == "" {
		q.SentOn = record.DateOf(tx.Now.In(zone))
	}
	q.Withdrawn = ""
	return q.settle(d, tx.Now)
}

// WithdrawRequest says that nobody waits for a reply any more, and why. What was sent
// stays on record, and a reply that comes all the same is taken.
func (r *Room) WithdrawRequest(ctx context.Context, by ledger.Actor, id, why string, saw int64) (q ReplyRequest, err error) {
	if err := oneLine("reason", why, true); err != nil {
		return q, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if q, err = requests.One(tx, id); err != nil {
			return err
		}
		if q.Withdrawn != "" {
			return fault.New(fault.Conflict, q.ID+" is withdrawn already", "Nothing was changed.", "")
		}
		q.Withdrawn, q.By, q.At = why, by.Member, store.Micros(tx.Now)
		return requests.Keep(tx, ledger.Act{Kind: "reply.withdrawn", By: by, Object: q.ID, Version: q, Saw: saw})
	})
	return q, err
}

// ReceiveReply takes down what came back. Its originals were added to the case before,
// bit by bit. A day left out is today, and nothing is published of it until somebody says
// so. A late reply is taken and marked; so is one to a request that was withdrawn
// or a release that is out.
func (r *Room) ReceiveReply(ctx context.Context, by ledger.Actor, reply Reply) (Reply, error) {
	given := reply
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		q, err := requests.One(tx, given.Request)
		if err != nil {
			return err
		}
		if given.ReceivedOn == "" {
			zone, err := q.zone()
			if err != nil {
				return err
			}
			given.ReceivedOn = record.DateOf(tx.Now.In(zone))
		}
		if reply, err = given.settle(q, tx.Now); err != nil {
			return err
		}
		for _, id := range reply.Originals {
			if _, err := intake.ReadKept(tx, id); err != nil {
				return err
			}
		}
		if reply.ID, err = ledger.NewID(tx, "RP", 2); err != nil {
			return err
		}
		reply.By, reply.At = by.Member, store.Micros(tx.Now)
		// That it came stays with the request when the reply is erased with its source.
		note := ledger.Act{Kind: "reply.received", By: by, Object: q.ID, Detail: received{reply.ID}}
		if _, err := ledger.Append(tx, note); err != nil {
			return err
		}
		return replies.Keep(tx, ledger.Act{Kind: "reply.received", By: by, Object: reply.ID, Subject: reply.Source, Version: reply})
	})
	return reply, err
}

// received is what the history of a request keeps of a reply.
type received struct {
	Reply string `json:"reply"`
}

// DisposeReply says what became of a reply to one paragraph. It can be said anew: the
// last word counts, and those before stay and are shown.
func (r *Room) DisposeReply(ctx context.Context, by ledger.Actor, id string, d Disposition, saw int64) (reply Reply, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if reply, err = replies.One(tx, id); err != nil {
			return err
		}
		q, err := requests.One(tx, reply.Request)
		if err != nil {
			return err
		}
		passage := ""
		if d.Source != "" {
			found, err := intake.ReadPassage(tx, d.Address())
			if err != nil {
				return err
			}
			passage, d.Edition = found.Text, found.Edition
		}
		drafts, err := readDrafts(tx)
		if err != nil {
			return err
		}
		given, err := d.settle(reply, q, passage, drafts[len(drafts)-1])
		if err != nil {
			return err
		}
		given.By, given.At = by.Member, store.Micros(tx.Now)
		reply.Dispositions = append(reply.Dispositions, given)
		reply.By, reply.At = given.By, given.At
		return replies.Keep(tx, ledger.Act{Kind: "reply.disposed", By: by, Object: reply.ID, Subject: reply.Source, Version: reply, Saw: saw})
	})
	return reply, err
}

// PublishReply decides how a reply is to be published.
func (r *Room) PublishReply(ctx context.Context, by ledger.Actor, id, mode string, saw int64) (reply Reply, err error) {
	if err := validMode(mode); err != nil {
		return reply, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if reply, err = replies.One(tx, id); err != nil {
			return err
		}
		reply.Publish, reply.By, reply.At = mode, by.Member, store.Micros(tx.Now)
		return replies.Keep(tx, ledger.Act{Kind: "reply.changed", By: by, Object: reply.ID, Subject: reply.Source, Version: reply, Saw: saw})
	})
	return reply, err
}
