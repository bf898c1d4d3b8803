package release

import (
	"context"
	"encoding/json"
	"slices"

	"heed/internal/ledger"
	"heed/internal/store"
)

// Requested is a request with what came of it.
type Requested struct {
	ReplyRequest
	Standing string   `json:"standing"`
	Due      int64    `json:"due"`               // the last instant in time, µs since 1970, UTC
	Changed  []int    `json:"changed,omitempty"` // paragraphs whose text the newest report has no more
	Replies  []Reply  `json:"replies"`
	Erased   []string `json:"erased,omitempty"` // replies that came and went with their sources
	Act      int64    `json:"act"`              // the newest about the request
}

// Replied is a reply with what is still to be said of it.
type Replied struct {
	Reply
	Undisposed []int `json:"undisposed"`
	Act        int64 `json:"act"`
}

// ReplyRequest shows one request.
func (r *Room) ReplyRequest(ctx context.Context, id string) (Requested, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (out Requested, err error) {
		q, err := requests.One(tx, id)
		if err != nil {
			return out, err
		}
		drafts, err := readDrafts(tx)
		if err != nil {
			return out, err
		}
		return requested(tx, q, drafts[len(drafts)-1])
	})
}

// ReplyRequests lists requests behind an id, oldest first, and says how many there are.
func (r *Room) ReplyRequests(ctx context.Context, after string, limit int) (list []Requested, total int, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		page, _, err := requests.Page(tx, after, limit)
		if err != nil {
			return err
		}
		drafts, err := readDrafts(tx)
		if err != nil {
			return err
		}
		for _, q := range page {
			one, err := requested(tx, q, drafts[len(drafts)-1])
			if err != nil {
				return err
			}
			list = append(list, one)
		}
		total, err = requests.Count(tx)
		return err
	})
	return list, total, err
}

func requested(tx *store.Tx, q ReplyRequest, newest Draft) (out Requested, err error) {
	out = Requested{ReplyRequest: q, Due: store.Micros(q.Due()), Changed: q.changed(newest), Replies: []Reply{}}
	if out.Act, err = ledger.Revision(tx, q.ID); err != nil {
		return out, err
	}
	to, gone, err := repliesTo(tx, q.ID)
	out.Replies, out.Erased = append(out.Replies, to...), gone
	out.Standing = q.standing(len(to)+len(gone), tx.Now)
	return out, err
}

// repliesTo reads the replies to a request, and says which others came and were erased.
func repliesTo(tx *store.Tx, request string) (there []Reply, gone []string, err error) {
	if there, err = replies.Where(tx, "body ->> '$.request' = ?", request); err != nil {
		return nil, nil, err
	}
	past, err := ledger.History(tx, request)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range past {
		var came received
		if p.Entry.Kind != "reply.received" || json.Unmarshal(p.JSON, &came) != nil {
			continue
		}
		if slices.ContainsFunc(there, func(r Reply) bool { return r.ID == came.Reply }) {
			continue
		}
		_, erased, err := ledger.Erased(tx, came.Reply)
		if err != nil {
			return nil, nil, err
		}
		if erased {
			gone = append(gone, came.Reply)
		}
	}
	return there, gone, nil
}

// Reply shows one reply.
func (r *Room) Reply(ctx context.Context, id string) (Replied, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (out Replied, err error) {
		if out.Reply, err = replies.One(tx, id); err != nil {
			return out, err
		}
		q, err := requests.One(tx, out.Request)
		if err != nil {
			return out, err
		}
		out.Undisposed = append([]int{}, out.Reply.Undisposed(q)...)
		out.Act, err = ledger.Revision(tx, id)
		return out, err
	})
}

// readReplies reads all requests with the replies to them.
func (p *picture) readReplies(tx *store.Tx) (err error) {
	if p.Requests, err = requests.All(tx); err != nil {
		return err
	}
	p.Replies, p.Gone = map[string][]Reply{}, map[string][]string{}
	for _, q := range p.Requests {
		if p.Replies[q.ID], p.Gone[q.ID], err = repliesTo(tx, q.ID); err != nil {
			return err
		}
	}
	return nil
}

// EraseReplies takes out the replies of a source, in the transaction that destroys its
// key, and says which they were. That something was asked for and sent stays.
func (r *Room) EraseReplies(tx *store.Tx, source string) ([]string, error) {
	return shelves.Erase(tx, source)
}

// Rests lists the objects of this room that name an object of any room: drafts that cite
// it, requests for a reply to a release, replies to a request, and replies that are it.
func (r *Room) Rests(tx *store.Tx, id string) (ids []string, err error) {
	drafts, err := readDrafts(tx)
	if err != nil {
		return nil, err
	}
	for _, d := range drafts {
		if slices.ContainsFunc(d.Paragraphs, func(p Paragraph) bool { return slices.Contains(p.Cites, id) }) {
			ids = append(ids, d.ID)
		}
	}
	sent, err := requests.Where(tx, "body ->> '$.release' = ?", id)
	if err != nil {
		return nil, err
	}
	for _, q := range sent {
		ids = append(ids, q.ID)
	}
	came, err := replies.Where(tx, "body ->> '$.request' = ?1 OR EXISTS (SELECT 1 FROM json_each(body, '$.originals') WHERE value = ?1)", id)
	for _, reply := range came {
		ids = append(ids, reply.ID)
	}
	return ids, err
}
