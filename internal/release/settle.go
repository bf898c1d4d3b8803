package release

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/record"
)

// settle fills in and checks a request against the draft whose text it takes.
func (q ReplyRequest) settle(d Draft, now time.Time) (ReplyRequest, error) {
	zone, err := q.zone()
	if err != nil {
		return q, err
	}
	if err := firstOf(oneLine("recipient", q.Recipient, true), oneLine("channel", q.Channel, true), day("day it was sent on", q.SentOn)); err != nil {
		return q, err
	}
	today := record.DateOf(now.In(zone))
	switch err := day("deadline", q.Deadline); {
	case err != nil:
		return q, err
	case q.SentOn > today:
		return q, invalid("the day it was sent on has not come yet", "Record it when it is sent.")
	case q.Deadline < q.SentOn:
		return q, invalid("the deadline lies before the day it was sent on", "Give the last day on which a reply comes in time.")
	case len(d.Paragraphs) == 0:
		return q, invalid(d.ID+" has no paragraphs", "Write the report first: heed report \"…\" --cite F-01")
	}
	if len(q.Paragraphs) == 0 {
		q.Paragraphs = d.all()
	}
	q.Paragraphs = slices.Compact(slices.Sorted(slices.Values(q.Paragraphs)))
	for _, n := range q.Paragraphs {
		if n < 1 || n > len(d.Paragraphs) {
			return q, noParagraph(d, n)
		}
	}
	q.Text = sentText(d, q.Paragraphs)
	q.Version = versionOf(q.Text)
	return q, nil
}

// settle fills in and checks a reply against the request it answers. It is late by the
// days of the request's zone alone, and a late one is taken.
func (r Reply) settle(q ReplyRequest, now time.Time) (Reply, error) {
	zone, err := q.zone()
	if err != nil {
		return r, err
	}
	if err := firstOf(day("day it was received on", r.ReceivedOn), oneLine("number of pages", r.Pages, false), oneLine("who counted", r.CountedBy, false)); err != nil {
		return r, err
	}
	switch {
	case r.ReceivedOn > record.DateOf(now.In(zone)):
		return r, invalid("the day it was received on has not come yet", "")
	case r.ReceivedOn < q.SentOn:
		return r, invalid("it was received before "+q.ID+" was sent", "Name the request that it answers.")
	case (r.Pages == "") != (r.CountedBy == ""):
		return r, invalid("a number of pages needs who counted them", "Counts differ. Give both, or neither.")
	case len(r.Originals) == 0:
		return r, invalid("a reply is an original of the case", "Add what came first: heed add FILE")
	}
	if r.Publish == "" {
		r.Publish = NotPublished
	}
	r.Originals = unique(r.Originals)
	r.Source, r.Late, r.Dispositions = r.Originals[0], r.ReceivedOn > q.Deadline, nil
	return r, validMode(r.Publish)
}

func validMode(mode string) error {
	if !slices.Contains(PublishModes(), mode) {
		return invalid("this is no way of publishing a reply", "Choose one of: "+strings.Join(PublishModes(), ", ")+".")
	}
	return nil
}

// settle checks a disposition of a reply to a request. passage is the text where its
// words should stand; newest the draft in which an accepted correction must show.
func (d Disposition) settle(r Reply, q ReplyRequest, passage string, newest Draft) (Disposition, error) {
	d.Reason = strings.TrimSpace(d.Reason)
	switch {
	case !slices.Contains(q.Paragraphs, d.Paragraph):
		return d, fault.New(fault.NotFound, fmt.Sprintf("paragraph %d was not sent with %s", d.Paragraph, q.ID), "Nothing was written.", "See what was sent: heed reply "+q.ID)
	case !slices.Contains(DispositionValues(), d.Value):
		return d, invalid("this is no disposition", "Choose one of: "+strings.Join(DispositionValues(), ", ")+".")
	case lang.Blank(d.Reason) && d.Value != NotedInText:
		return d, invalid("the disposition "+d.Value+" needs its reason", "Say why. Only "+NotedInText+" goes without.")
	case d.Stance != "" && !slices.Contains(ReplyStances(), d.Stance):
		return d, invalid("this is no stance of a reply", "Choose one of: "+strings.Join(ReplyStances(), ", ")+".")
	}
	if err := prose("reason", d.Reason); err != nil {
		return d, err
	}
	switch {
	case d.Source == "" && d.Words != "":
		return d, invalid("the words of a reply need the passage they stand in", "Give its address: S-009:4")
	case d.Source != "" && d.Source != r.Source:
		return d, fault.New(fault.Invalid, "words are taken from "+r.Source+", whose key covers "+r.ID, "Nothing was written.",
			"Record the other original as a reply of its own.")
	case d.Source != "":
		if err := record.Verbatim(d.Address(), d.Words, passage); err != nil {
			return d, err
		}
	}
	d.ChangedVersion = ""
	if d.Value != AcceptedCorrection {
		return d, nil
	}
	if newest.stands(sentParagraphs(q.Text)[d.Paragraph]) {
		return d, fault.New(fault.Refused, fmt.Sprintf("paragraph %d stands in %s as it was sent", d.Paragraph, newest.ID), "Nothing was written.",
			fmt.Sprintf("Change it first, then record the correction: heed report --change %d \"…\"", d.Paragraph))
	}
	d.ChangedVersion = versionOf(sentText(newest, newest.all()))
	return d, nil
}

func unique(ids []string) (out []string) {
	for _, id := range ids {
		if !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}

func invalid(what, do string) error {
	return fault.New(fault.Invalid, what, "Nothing was written.", do)
}

func noParagraph(d Draft, n int) error {
	return fault.New(fault.NotFound, fmt.Sprintf("there is no paragraph %d: %s has %d", n, d.ID, len(d.Paragraphs)), "Nothing was written.", "")
}

// firstOf is the first error there is.
func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// day refuses what names no one day: a deadline must end at one instant.
func day(what string, d record.Date) error {
	if _, err := record.ParseDate(string(d)); err != nil || !d.IsDay() {
		return invalid("the "+what+" is no day", "Write it like 2025-06-01.")
	}
	return nil
}

// oneLine checks a text of one line; prose one of several.
func oneLine(what, s string, required bool) error {
	if required && lang.Blank(s) {
		return invalid("the "+what+" is missing", "Give the "+what+" and try again.")
	}
	if strings.ContainsAny(s, "\n\t") {
		return invalid("the "+what+" is more than one line", "Write it on one line.")
	}
	return prose(what, s)
}

func prose(what, s string) error {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }) {
		return invalid("the "+what+" holds what is no text", "Write it again.")
	}
	return record.InOrder(s)
}
