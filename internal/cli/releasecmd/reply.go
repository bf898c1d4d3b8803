package releasecmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"heed/internal/cli/console"
	"heed/internal/intake"
	"heed/internal/record"
	"heed/internal/release"
)

type replyFlags struct {
	request                    release.ReplyRequest
	reply                      release.Reply
	disposition                release.Disposition
	sentOn, deadline, on       string
	paragraphs, received, from string
	withdraw, out              string
	saw                        int64
	page                       console.Page
}

func (v *verbs) replyCommand() *cobra.Command {
	var f replyFlags
	c := &cobra.Command{
		Use:   "reply [RQ-01 | RP-01] [flags]",
		Short: "ask those the report speaks of for a reply, and say what became of it",
		Long: `Whoever a report speaks of can reply before it leaves. Heed keeps the very text that was
sent and its hash, by when a reply was asked for, what came back, and for each paragraph
what became of it. A late reply is taken and marked late. Nothing leaves while a reply can
still come in time or has no disposition. What is sent passes the check for sealed values
first, so a custodian sends it.

  heed reply --send R1 --to "Government of Arvenia" --channel e-mail --deadline 2025-06-01 \
      --zone Europe/Paris [--paragraphs 1,3] -o sent.txt     writes exactly what is sent
  heed add reply.pdf && heed reply RQ-01 --received S-009 --on 2025-06-03
  heed reply RP-01 --paragraph 3 --disposition rejected_with_reason --reason "…"
  heed reply RP-01 --paragraph 1 --disposition noted_in_text --from S-009:4 --words "…"
  heed reply RQ-01 --withdraw "sent to the wrong ministry"
  heed reply                    all, with what is overdue       heed reply RQ-01   one in full

Dispositions: accepted_factual_correction noted_in_text rejected_with_reason out_of_scope.
A correction is accepted once the report has it: change the paragraph first.
Stances (HURIDOCS 28): acknowledges_circumstances denies_act
acknowledges_act_denies_responsibility gives_alternative_explanation accepts_responsibility.
Publish: annex_full annex_redacted summary link none.`,
		Args: cobra.MaximumNArgs(1),
	}
	f.addTo(c.Flags())
	c.RunE = func(c *cobra.Command, args []string) error {
		id := ""
		if len(args) == 1 {
			id = args[0]
		}
		mode, err := f.mode(c, id)
		if err != nil {
			return console.Usage(err)
		}
		return v.open(c.Context(), func(a Case) error { return mode.run(v, c.Context(), a, f, id) })
	}
	return c
}

func (f *replyFlags) addTo(fl *pflag.FlagSet) {
	fl.StringVar(&f.request.Release, "send", "", "the release whose text is sent")
	fl.StringVar(&f.request.Recipient, "to", "", "to whom")
	fl.StringVar(&f.request.Channel, "channel", "", "how: e-mail, letter, by hand")
	fl.StringVar(&f.sentOn, "sent-on", "", "day it was sent on; today when left out")
	fl.StringVar(&f.deadline, "deadline", "", "last day on which a reply comes in time")
	fl.StringVar(&f.request.Zone, "zone", "", "where that day ends, such as Europe/Paris; the case's zone when left out")
	fl.StringVar(&f.paragraphs, "paragraphs", "", "numbers of the paragraphs to send; all when left out")
	fl.StringVarP(&f.out, "output", "o", "", "write exactly what was sent to this file")
	fl.StringVar(&f.received, "received", "", "the originals that came back, with commas between")
	fl.StringVar(&f.on, "on", "", "day they were received on; today when left out")
	fl.StringVar(&f.reply.Pages, "pages", "", "number of pages")
	fl.StringVar(&f.reply.CountedBy, "counted-by", "", "who counted the pages")
	fl.StringVar(&f.reply.Publish, "publish", "", "annex_full, annex_redacted, summary, link or none")
	fl.StringVar(&f.withdraw, "withdraw", "", "wait for a reply no more, and why")
	fl.IntVar(&f.disposition.Paragraph, "paragraph", 0, "number of the paragraph, as it was sent")
	fl.StringVar(&f.disposition.Value, "disposition", "", "what became of the reply to it")
	fl.StringVar(&f.disposition.Reason, "reason", "", "why; only noted_in_text goes without")
	fl.StringVar(&f.from, "from", "", "address of the passage in the reply")
	fl.StringVar(&f.disposition.Words, "words", "", "exact words of that passage")
	fl.StringVar(&f.disposition.Stance, "stance", "", "how the reply stands to the act")
	fl.Int64Var(&f.saw, "saw", 0, console.SawUsage)
	f.page.AddTo(fl)
}

// replyMode is one of the things the verb does, with the flags that belong to it.
type replyMode struct {
	flags string
	run   func(*verbs, context.Context, Case, replyFlags, string) error
}

// mode finds what is asked for, and refuses flags that would be dropped without a word.
func (f replyFlags) mode(c *cobra.Command, id string) (m replyMode, err error) {
	given := func(flag string) bool { return c.Flags().Changed(flag) }
	reply := strings.HasPrefix(id, "RP-")
	switch {
	case given("send") && id == "":
		m = replyMode{"send to channel sent-on deadline zone paragraphs output", (*verbs).sendForReply}
	case given("received") && !reply && id != "":
		m = replyMode{"received on pages counted-by publish", (*verbs).receiveReply}
	case given("withdraw") && !reply && id != "":
		m = replyMode{"withdraw saw", (*verbs).withdrawRequest}
	case given("paragraph") && reply:
		m = replyMode{"paragraph disposition reason from words stance saw", (*verbs).disposeReply}
	case given("publish") && reply:
		m = replyMode{"publish saw", (*verbs).publishReply}
	case reply:
		m = replyMode{"", (*verbs).showReply}
	case id != "":
		m = replyMode{"output", (*verbs).showRequest}
	default:
		m = replyMode{"after limit all", (*verbs).listRequests}
	}
	c.LocalNonPersistentFlags().VisitAll(func(fl *pflag.Flag) {
		if fl.Changed && !slices.Contains(strings.Fields(m.flags), fl.Name) {
			err = errors.New("--" + fl.Name + " does not go with the rest: see heed reply --help")
		}
	})
	return m, err
}

func (v *verbs) sendForReply(ctx context.Context, a Case, f replyFlags, _ string) error {
	q := f.request
	q.SentOn, q.Deadline = record.Date(f.sentOn), record.Date(f.deadline)
	var err error
	if q.Paragraphs, err = numbers(f.paragraphs); err != nil {
		return console.Usage(err)
	}
	var file *console.NewFile
	if f.out != "" { // before the request is taken down: what cannot be written is not sent
		if file, err = console.CreateNew(f.out); err != nil {
			return err
		}
		defer file.Drop()
	}
	if q, err = a.Release.RequestReply(ctx, a.By, q); err != nil {
		return err
	}
	if file != nil {
		if _, err := io.WriteString(file, q.Text); err != nil {
			return err
		}
		if err := file.Commit(); err != nil {
			return err
		}
	} else {
		v.Say("Send exactly the text that was taken down: heed reply %s -o FILE", q.ID)
	}
	return v.showRequest(ctx, a, replyFlags{}, q.ID)
}

// numbers reads 1,3 as paragraphs.
func numbers(s string) (out []int, err error) {
	for _, word := range console.Words(s) {
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, errors.New("number the paragraphs like 1,3")
		}
		out = append(out, n)
	}
	return out, nil
}

func (v *verbs) receiveReply(ctx context.Context, a Case, f replyFlags, id string) error {
	r := f.reply
	r.Request, r.Originals, r.ReceivedOn = id, console.Words(f.received), record.Date(f.on)
	r, err := a.Release.ReceiveReply(ctx, a.By, r)
	if err != nil {
		return err
	}
	return v.showReply(ctx, a, f, r.ID)
}

func (v *verbs) withdrawRequest(ctx context.Context, a Case, f replyFlags, id string) error {
	if _, err := a.Release.WithdrawRequest(ctx, a.By, id, f.withdraw, f.saw); err != nil {
		return err
	}
	return v.showRequest(ctx, a, replyFlags{}, id)
}

func (v *verbs) disposeReply(ctx context.Context, a Case, f replyFlags, id string) error {
	d := f.disposition
	if f.from != "" {
		at, err := intake.ParseAddress(f.from)
		if err != nil {
			return err
		}
		d.Source, d.From, d.To, d.Edition = at.Source, at.From, at.To, at.Edition
	}
	if _, err := a.Release.DisposeReply(ctx, a.By, id, d, f.saw); err != nil {
		return err
	}
	return v.showReply(ctx, a, f, id)
}

func (v *verbs) publishReply(ctx context.Context, a Case, f replyFlags, id string) error {
	if _, err := a.Release.PublishReply(ctx, a.By, id, f.reply.Publish, f.saw); err != nil {
		return err
	}
	return v.showReply(ctx, a, f, id)
}

func (v *verbs) listRequests(ctx context.Context, a Case, f replyFlags, _ string) error {
	list, total, err := a.Release.ReplyRequests(ctx, f.page.After, f.page.Ask())
	if err != nil {
		return err
	}
	return console.List(v.Session, f.page, list, total, func(q release.Requested) string { return q.ID }, printRequest)
}

func printRequest(w io.Writer, q release.Requested) {
	fmt.Fprintln(w, console.Fields(q.ID, q.Release, console.Visible(q.Recipient), "sent "+string(q.SentOn), fmt.Sprintf("due %s (%s)", q.Deadline, q.Zone), q.Standing))
	for _, r := range q.Replies {
		fmt.Fprintln(w, "  "+replyLine(r, r.Undisposed(q.ReplyRequest)))
	}
	for _, id := range q.Erased {
		fmt.Fprintln(w, "  "+console.Fields(id, "came, and was erased with its source"))
	}
}

func replyLine(r release.Reply, open []int) string {
	late := ""
	if r.Late {
		late = "late"
	}
	waits := "every paragraph has its disposition"
	if len(open) > 0 {
		waits = "no disposition of paragraph " + joined(open)
	}
	return console.Fields(r.ID, strings.Join(r.Originals, ", "), "received "+string(r.ReceivedOn), late, waits)
}

func joined(numbers []int) string {
	var out []string
	for _, n := range numbers {
		out = append(out, strconv.Itoa(n))
	}
	return strings.Join(out, ", ")
}

func (v *verbs) showRequest(ctx context.Context, a Case, f replyFlags, id string) error {
	q, err := a.Release.ReplyRequest(ctx, id)
	if err != nil {
		return err
	}
	if f.out != "" {
		if err := console.WriteNew(f.out, func(w io.Writer) error { _, err := io.WriteString(w, q.Text); return err }); err != nil {
			return err
		}
	}
	return v.Emit(q, func(w io.Writer) {
		printRequest(w, q)
		fmt.Fprintln(w, "  "+console.Fields("by "+console.Visible(q.Channel), "paragraphs "+joined(q.Paragraphs), console.ActText(q.Act)))
		if q.Withdrawn != "" {
			fmt.Fprintln(w, "  withdrawn: "+console.Visible(q.Withdrawn))
		}
		if len(q.Changed) > 0 {
			fmt.Fprintln(w, "  the report says otherwise now: paragraph "+joined(q.Changed))
		}
		fmt.Fprintln(w, "  sent, sha256 "+q.Version+":")
		for _, line := range console.Lines(strings.TrimSuffix(q.Text, "\n")) {
			fmt.Fprintln(w, strings.TrimRight("  | "+console.Visible(line), " "))
		}
	})
}

func (v *verbs) showReply(ctx context.Context, a Case, _ replyFlags, id string) error {
	r, err := a.Release.Reply(ctx, id)
	if err != nil {
		return err
	}
	return v.Emit(r, func(w io.Writer) {
		fmt.Fprintln(w, replyLine(r.Reply, r.Undisposed))
		pages := ""
		if r.Pages != "" {
			pages = console.Visible(r.Pages) + " pages, counted by " + console.Visible(r.CountedBy)
		}
		fmt.Fprintln(w, "  "+console.Fields("to "+r.Request, pages, "publish "+r.Publish, console.ActText(r.Act)))
		for i, d := range r.Dispositions {
			fmt.Fprintln(w, "  "+dispositionLine(d, slices.ContainsFunc(r.Dispositions[i+1:], func(later release.Disposition) bool { return later.Paragraph == d.Paragraph })))
		}
	})
}

func dispositionLine(d release.Disposition, replaced bool) string {
	words, version, again := "", "", ""
	if d.Words != "" {
		words = d.Address().String() + " “" + console.Visible(d.Words) + "”"
	}
	if d.ChangedVersion != "" {
		version = "report now sha256 " + d.ChangedVersion
	}
	if replaced {
		again = "(replaced)"
	}
	return console.Fields(fmt.Sprintf("paragraph %d", d.Paragraph), d.Value, again, console.Visible(d.Reason), d.Stance, words, version, d.By)
}
