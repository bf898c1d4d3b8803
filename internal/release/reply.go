package release

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"heed/internal/intake"
	"heed/internal/record"
)

// ReplyRequest is what was sent to somebody the report speaks of, so that they can reply
// before it leaves: the very text, and by when.
type ReplyRequest struct {
	ID         string      `json:"id"`                  // RQ-01
	Release    string      `json:"release"`             // R1
	Recipient  string      `json:"recipient"`           // to whom
	Channel    string      `json:"channel"`             // e-mail, letter, by hand
	SentOn     record.Date `json:"sent_on"`             // a day in Zone
	Deadline   record.Date `json:"deadline"`            // the last day, which ends in Zone
	Zone       string      `json:"zone"`                // IANA name
	Paragraphs []int       `json:"paragraphs"`          // those that were sent, by the numbers they had
	Version    string      `json:"version"`             // SHA-256 of Text, hex
	Text       string      `json:"text"`                // exactly what was sent
	Withdrawn  string      `json:"withdrawn,omitempty"` // why nobody waits for a reply any more
	By         string      `json:"by"`
	At         int64       `json:"at"` // µs since 1970, UTC
}

// Reply is what came back. Its words are those of its original, and stay there.
type Reply struct {
	ID           string        `json:"id"`          // RP-01
	Request      string        `json:"request"`     // RQ-01
	Source       string        `json:"source"`      // the first original; its key covers the reply
	Originals    []string      `json:"originals"`   // the files as received
	ReceivedOn   record.Date   `json:"received_on"` // a day in the request's zone
	Late         bool          `json:"late"`        // after the deadline; taken all the same
	Pages        string        `json:"pages,omitempty"`
	CountedBy    string        `json:"counted_by,omitempty"` // who counted the pages: counts differ
	Publish      string        `json:"publish"`
	Dispositions []Disposition `json:"dispositions,omitempty"` // all there ever were, oldest first; the last of a paragraph counts
	By           string        `json:"by"`
	At           int64         `json:"at"`
}

// Disposition says what became of a reply to one paragraph, by the number it was sent under.
type Disposition struct {
	Paragraph      int            `json:"paragraph"`
	Value          string         `json:"disposition"`
	Reason         string         `json:"reason,omitempty"`
	Source         string         `json:"source,omitempty"` // the reply's passage, where one is named
	Edition        intake.Edition `json:"edition,omitzero"`
	From           int            `json:"from,omitempty"`
	To             int            `json:"to,omitempty"`
	Words          string         `json:"words,omitempty"`           // exact, from that passage
	ChangedVersion string         `json:"changed_version,omitempty"` // of the draft after an accepted correction
	Stance         string         `json:"stance,omitempty"`          // to the act, after HURIDOCS micro-thesaurus 28
	By             string         `json:"by"`
	At             int64          `json:"at"`
}

// How a reply is to be published.
const (
	AnnexFull     = "annex_full"
	AnnexRedacted = "annex_redacted"
	Summary       = "summary"
	Link          = "link"
	NotPublished  = "none"
)

// PublishModes lists them.
func PublishModes() []string {
	return []string{AnnexFull, AnnexRedacted, Summary, Link, NotPublished}
}

// The dispositions.
const (
	AcceptedCorrection = "accepted_factual_correction"
	NotedInText        = "noted_in_text"
	RejectedWithReason = "rejected_with_reason"
	OutOfScope         = "out_of_scope"
)

// DispositionValues lists them.
func DispositionValues() []string {
	return []string{AcceptedCorrection, NotedInText, RejectedWithReason, OutOfScope}
}

// ReplyStances lists how a reply can stand to the act that a paragraph describes.
func ReplyStances() []string {
	return []string{"acknowledges_circumstances", "denies_act", "acknowledges_act_denies_responsibility", "gives_alternative_explanation", "accepts_responsibility"}
}

// changed lists the paragraphs that were sent and whose text stands in the draft no more.
func (q ReplyRequest) changed(d Draft) (numbers []int) {
	sent := sentParagraphs(q.Text)
	for _, n := range q.Paragraphs {
		if !d.stands(sent[n]) {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// zone is where the days of the request end. What was stored once names a zone.
func (q ReplyRequest) zone() (*time.Location, error) {
	return record.Case{Zone: q.Zone}.Location()
}

// Due is the last instant at which a reply is not late, zero when the machine does not
// know the request's zone.
func (q ReplyRequest) Due() time.Time {
	zone, err := q.zone()
	if err != nil {
		return time.Time{}
	}
	return q.Deadline.End(zone)
}

// Overdue reports whether the deadline of a request has passed. It asks for no reply and
// closes nothing: a late reply is taken.
func Overdue(q ReplyRequest, now time.Time) bool { return now.After(q.Due()) }

// Address is where the words of the reply stand.
func (d Disposition) Address() intake.Address {
	return intake.Address{Source: d.Source, From: d.From, To: d.To, Edition: d.Edition}
}

// Disposition is what counts for a paragraph: the last one that was given.
func (r Reply) Disposition(n int) (d Disposition, ok bool) {
	for _, given := range r.Dispositions {
		if given.Paragraph == n {
			d, ok = given, true
		}
	}
	return d, ok
}

// Undisposed lists the paragraphs that were sent and of which nobody has said what became
// of the reply to them.
func (r Reply) Undisposed(q ReplyRequest) (numbers []int) {
	for _, n := range q.Paragraphs {
		if _, ok := r.Disposition(n); !ok {
			numbers = append(numbers, n)
		}
	}
	return numbers
}

// The standings of a request.
const (
	Awaited   = "awaited"   // nothing has come, and the deadline has not passed
	Unreplied = "overdue"   // nothing has come, and the deadline has passed
	Answered  = "answered"  // a reply has come
	NotSought = "withdrawn" // nothing has come, and nobody waits any more
)

// standing is the standing of a request to which so many replies came.
func (q ReplyRequest) standing(came int, now time.Time) string {
	switch {
	case came > 0:
		return Answered
	case q.Withdrawn != "":
		return NotSought
	case Overdue(q, now):
		return Unreplied
	}
	return Awaited
}

// replied: every paragraph that was sent has a disposition once a reply has come, and
// nothing leaves while a reply can still come in time. A reply to an earlier release
// that came too late for it must be disposed of in the next one; it is not lost.
func replied(p picture) (n int, hits []Hit) {
	for _, q := range p.Requests {
		own := q.Release == p.Draft.ID
		if !own && !before(q.Release, p.Draft.ID) {
			continue
		}
		n++
		for _, r := range p.Replies[q.ID] {
			for _, k := range r.Undisposed(q) {
				hits = append(hits, Hit{Place: fmt.Sprintf("%s paragraph %d", r.ID, k), What: "a reply has come, and nobody has said what becomes of it",
					Do: fmt.Sprintf("Say it: heed reply %s --paragraph %d --disposition … --reason …", r.ID, k)})
			}
		}
		if own && p.standing(q) == Awaited {
			hits = append(hits, Hit{Place: q.ID, What: fmt.Sprintf("a reply can come in time until the end of %s (%s)", q.Deadline, q.Zone),
				Do: "Wait until then, or withdraw the request: heed reply " + q.ID + " --withdraw \"WHY\""})
		}
	}
	return n, hits
}

func (p picture) standing(q ReplyRequest) string {
	return q.standing(len(p.Replies[q.ID])+len(p.Gone[q.ID]), p.On)
}

// repliedNote says what a number would leave open.
func repliedNote(p picture) string {
	n, _ := replied(p)
	if n == 0 {
		return "no reply was requested"
	}
	var without []string
	for _, q := range p.Requests {
		if q.Release == p.Draft.ID && p.standing(q) == Unreplied {
			without = append(without, q.ID)
		}
	}
	note := fmt.Sprint(n)
	if len(without) > 0 {
		note += "; no reply to " + strings.Join(without, ", ")
	}
	if numbers := p.unsent(); len(numbers) > 0 {
		note += "; nobody was sent what stands in paragraph " + strings.Join(numbers, ", ")
	}
	return note
}

// unsent lists the paragraphs whose text stands in nothing that was sent for reply: those
// that came or changed since. Corrections are among them, so that it is for the two who
// sign to say whether somebody must be asked again.
func (p picture) unsent() (numbers []string) {
	sent := map[string]bool{}
	for _, q := range p.Requests {
		if q.Release == p.Draft.ID && q.Withdrawn == "" {
			for _, text := range sentParagraphs(q.Text) {
				sent[text] = true
			}
		}
	}
	for _, para := range p.Draft.Paragraphs {
		if len(sent) > 0 && !sent[para.Text] {
			numbers = append(numbers, strconv.Itoa(para.N))
		}
	}
	return numbers
}

// before reports whether one release was begun before another.
func before(a, b string) bool { return len(a) < len(b) || len(a) == len(b) && a < b }
