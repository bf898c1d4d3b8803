package app

import (
	"context"
	"fmt"

	"heed/internal/intake"
	"heed/internal/lang"
	"heed/internal/release"
)

// Status is what stands in a case, and what waits for somebody's judgement.
type Status struct {
	Title     string         `json:"title"`
	Originals intake.Counts  `json:"originals"`
	Objects   map[string]int `json:"objects"` // by table
	Waiting   []Waiting      `json:"waiting"`
}

// Waiting is something that a person has to look at.
type Waiting struct {
	What  string `json:"what"`
	Count int    `json:"count"`
	First string `json:"first,omitempty"` // the id of one of them
	Do    string `json:"do"`              // the command that shows them
}

// Status gathers both. It checks no finding: heed finding does.
func (a *App) Status(ctx context.Context) (s Status, err error) {
	c, err := a.Record.Case(ctx)
	if err != nil {
		return s, err
	}
	s = Status{Title: c.Title, Objects: map[string]int{}, Waiting: []Waiting{}}
	if s.Originals, err = a.Intake.Counts(ctx); err != nil {
		return s, err
	}
	for _, count := range []func(context.Context) (map[string]int, error){a.Record.Counts, a.Corroborate.Counts, a.Followup.Counts} {
		counts, err := count(ctx)
		if err != nil {
			return s, err
		}
		for table, n := range counts {
			s.Objects[table] = n
		}
	}
	for _, look := range []func(context.Context, *Status) error{a.waitingSources, a.waitingFindings, a.waitingReplies, a.waitingReport, a.waitingDeadlines} {
		if err := look(ctx, &s); err != nil {
			return s, err
		}
	}
	return s, nil
}

func (s *Status) wait(what string, count int, first, do string) {
	if count > 0 {
		s.Waiting = append(s.Waiting, Waiting{what, count, first, do})
	}
}

func (a *App) waitingSources(ctx context.Context, s *Status) error {
	based, err := a.Record.Based(ctx)
	if err != nil {
		return err
	}
	o := s.Originals
	s.wait("proposals of who said what", o.Open, "", "heed quotes")
	s.wait("sources without a basis, which nothing may use", o.Originals-o.Erased-based, "", "heed help basis")
	s.wait("originals without a working text", o.WithoutText, "", "heed show")
	return nil
}

func (a *App) waitingFindings(ctx context.Context, s *Status) error {
	findings, err := a.Corroborate.Findings(ctx)
	if err != nil {
		return err
	}
	var unjudged, unanswered int
	var first, other string
	for _, f := range findings {
		if f.Outcome == "" {
			if unjudged++; unjudged == 1 {
				first = f.ID
			}
		}
		for _, against := range f.Against {
			if lang.Blank(against.Answer) {
				if unanswered++; unanswered == 1 {
					other = f.ID
				}
			}
		}
	}
	s.wait("findings without an outcome", unjudged, first, "heed finding "+first)
	s.wait("contrary claims without an answer", unanswered, other, "heed finding "+other)
	return nil
}

func (a *App) waitingReplies(ctx context.Context, s *Status) error {
	requests, _, err := a.Release.ReplyRequests(ctx, "", 0)
	if err != nil {
		return err
	}
	var open, late, undisposed int
	var waits, over, reply string
	for _, q := range requests {
		switch q.Standing {
		case release.Awaited:
			open, waits = open+1, q.ID
		case release.Unreplied:
			late, over = late+1, q.ID
		}
		for _, r := range q.Replies {
			full, err := a.Release.Reply(ctx, r.ID)
			if err != nil {
				return err
			}
			if len(full.Undisposed) > 0 {
				undisposed, reply = undisposed+len(full.Undisposed), r.ID
			}
		}
	}
	s.wait("requests for a reply that are open", open, waits, "heed reply "+waits)
	s.wait("requests for a reply whose deadline has passed without one", late, over, "heed reply "+over)
	s.wait("paragraphs of a reply without a disposition", undisposed, reply, "heed reply "+reply)
	return nil
}

func (a *App) waitingReport(ctx context.Context, s *Status) error {
	drafts, err := a.Release.Drafts(ctx)
	if err != nil || len(drafts) == 0 {
		return err
	}
	switch d := drafts[len(drafts)-1]; d.State {
	case release.StateDraft:
		s.wait("paragraphs of a draft that has not passed the gate", len(d.Paragraphs), d.ID, "heed gate "+d.ID)
	case release.StateGated:
		s.wait(fmt.Sprintf("signatures of %d that are needed", release.MinSigners), release.MinSigners-len(d.Signatures), d.ID, "heed sign "+d.ID)
	}
	return nil
}

func (a *App) waitingDeadlines(ctx context.Context, s *Status) error {
	late, err := a.Followup.Overdue(ctx, "")
	if err != nil || len(late) == 0 {
		return err
	}
	first := late[0].Recommendation.ID
	s.wait("recommendations whose deadline has passed", len(late), first, "heed rec "+first)
	return nil
}
