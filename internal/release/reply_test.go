package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// asked is a request to the ministry, due at the end of 2026-06-01 in Paris.
func (h *house) asked(paragraphs ...int) ReplyRequest {
	h.t.Helper()
	return must[ReplyRequest](h.t)(h.RequestReply(h.t.Context(), by("M-01"), ReplyRequest{Release: "R1", Recipient: "The ministry", Channel: "e-mail",
		Deadline: "2026-06-01", Zone: "Europe/Paris", Paragraphs: paragraphs}))
}

// came adds an original and takes it down as a reply.
func (h *house) came(request, on string) Reply {
	h.t.Helper()
	body := fmt.Sprintf("Nobody was held at the depot, number %d. It stores seed.", h.now.UnixMicro())
	got := must[intake.Added](h.t)(h.intake.Add(h.t.Context(), by("M-01"), intake.Incoming{Name: "reply.txt", Body: strings.NewReader(body)}))
	return must[Reply](h.t)(h.ReceiveReply(h.t.Context(), by("M-01"), Reply{Request: request, Originals: []string{got.Original.ID}, ReceivedOn: record.Date(on)}))
}

func (h *house) dispose(id string, d Disposition) (Reply, error) {
	return h.DisposeReply(h.t.Context(), by("M-02"), id, d, 0)
}

func (h *house) undo(id string) (gone bool, err error) {
	err = h.db.Update(h.t.Context(), func(tx *store.Tx) error {
		gone, err = h.Undo(tx, by("M-01"), id, "a slip")
		return err
	})
	return gone, err
}

// What was sent is kept whole, byte for byte and by its hash, whatever becomes of the draft.
func TestRequestKeepsExactlyWhatWasSent(t *testing.T) {
	h, ctx := answered(t), t.Context()
	q := h.asked()
	want := "Held in Arvenia\nR1, sent for reply\n\n1. It is reasonable to conclude that people were held for months.\n\n2. A spokesman called the accusations “a completely fabricated lie”.\n"
	if q.ID != "RQ-01" || q.Text != want || !slices.Equal(q.Paragraphs, []int{1, 2}) || q.SentOn != "2026-05-05" {
		t.Errorf("got %+v", q)
	}
	if sum := sha256.Sum256([]byte(want)); q.Version != hex.EncodeToString(sum[:]) {
		t.Errorf("the version is %s", q.Version)
	}
	part := h.asked(2)
	if strings.Contains(part.Text, "1. ") || !strings.Contains(part.Text, "2. A spokesman") || part.Version == q.Version {
		t.Errorf("paragraph 2 alone: %q", part.Text)
	}
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 2, "A spokesman denied it.", []string{"ST-001"}))
	now := must[Requested](t)(h.ReplyRequest(ctx, "RQ-01"))
	if now.Text != want || now.Version != q.Version || !slices.Equal(now.Changed, []int{2}) {
		t.Errorf("after a change: %+v", now)
	}
	h.whole()
}

// The text of several paragraphs can be read in one way only.
func TestSentTextIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "1. a", "2. b", "    b", "", "R1, sent for reply", "ä “x”"}), 1, 4)
		d, want := Draft{ID: "R1", Title: rapid.SampledFrom([]string{"A case", "1. A case"}).Draw(t, "title")}, map[int]string{}
		for range rapid.IntRange(1, 4).Draw(t, "n") {
			text := strings.TrimSpace(strings.Join(lines.Draw(t, "lines"), "\n"))
			d.Paragraphs = append(d.Paragraphs, Paragraph{N: len(d.Paragraphs) + 1, Text: text})
			want[len(d.Paragraphs)] = text
		}
		if got := sentParagraphs(sentText(d, d.all())); !maps.Equal(got, want) {
			t.Fatalf("%v was read as %v", want, got)
		}
	})
}

// The last day of a deadline ends in its own zone.
func TestOverdueEndsWithTheDayInItsZone(t *testing.T) {
	for _, tt := range []struct{ zone, last string }{
		{"Europe/Paris", "2025-06-01T21:59:59.999999Z"}, {"America/New_York", "2025-06-02T03:59:59.999999Z"}, {"UTC", "2025-06-01T23:59:59.999999Z"},
	} {
		q := ReplyRequest{Deadline: "2025-06-01", Zone: tt.zone}
		last, err := time.Parse(time.RFC3339Nano, tt.last)
		if err != nil {
			t.Fatal(err)
		}
		if Overdue(q, last) || !Overdue(q, last.Add(time.Microsecond)) || !q.Due().Equal(last) {
			t.Errorf("%s: due %v, want %v", tt.zone, q.Due().UTC(), last)
		}
	}
}

func TestRequestRefusals(t *testing.T) {
	h, ctx := answered(t), t.Context()
	good := ReplyRequest{Release: "R1", Recipient: "The ministry", Channel: "letter", Deadline: "2026-06-01", Zone: "Europe/Paris"}
	for name, tt := range map[string]struct {
		change func(*ReplyRequest)
		kind   fault.Kind
		what   string
	}{
		"no release":             {func(q *ReplyRequest) { q.Release = "R7" }, fault.NotFound, "no release R7"},
		"nobody":                 {func(q *ReplyRequest) { q.Recipient = " " }, fault.Invalid, "recipient is missing"},
		"no channel":             {func(q *ReplyRequest) { q.Channel = "" }, fault.Invalid, "channel is missing"},
		"two lines":              {func(q *ReplyRequest) { q.Channel = "letter\nand" }, fault.Invalid, "one line"},
		"no deadline":            {func(q *ReplyRequest) { q.Deadline = "" }, fault.Invalid, "deadline is no day"},
		"a month":                {func(q *ReplyRequest) { q.Deadline = "2026-06" }, fault.Invalid, "deadline is no day"},
		"a deadline before":      {func(q *ReplyRequest) { q.Deadline = "2026-05-04" }, fault.Invalid, "before the day it was sent on"},
		"no zone of that name":   {func(q *ReplyRequest) { q.Zone = "Arvenia/Lenz" }, fault.Invalid, "time zone"},
		"the machine's own zone": {func(q *ReplyRequest) { q.Zone = "Local" }, fault.Invalid, "time zone"},
		"sent tomorrow":          {func(q *ReplyRequest) { q.SentOn = "2026-05-07" }, fault.Invalid, "has not come yet"},
		"no such paragraph":      {func(q *ReplyRequest) { q.Paragraphs = []int{1, 9} }, fault.NotFound, "paragraph 9"},
		"turned round":           {func(q *ReplyRequest) { q.Recipient = "The \u202eministry" }, fault.Invalid, "direction override"},
	} {
		q := good
		tt.change(&q)
		_, err := h.RequestReply(ctx, by("M-01"), q)
		t.Run(name, func(t *testing.T) { refused(t, err, tt.kind, tt.what) })
	}
	if list, n, err := h.ReplyRequests(ctx, "", 0); err != nil || n != 0 || len(list) != 0 {
		t.Errorf("%d requests, %v", n, err)
	}
}

// What is sent leaves the house: a sealed value in it, or nobody to ask, stops it.
func TestWhatIsSentForReplyIsCheckedForSealedValues(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.vault.names = [][]byte{[]byte(canary)}
	must[Draft](t)(h.AddParagraph(ctx, by("M-01"), "So "+canary+" says.", []string{"C-001"}))
	q := ReplyRequest{Release: "R1", Recipient: "The ministry", Channel: "letter", Deadline: "2026-06-01", Zone: "UTC"}
	_, err := h.RequestReply(ctx, by("M-01"), q)
	refused(t, err, fault.Refused, "the text to be sent, line 8")
	q.Paragraphs = []int{1, 2} // the others can be sent
	must[ReplyRequest](t)(h.RequestReply(ctx, by("M-01"), q))
	h.vault.locked = fault.New(fault.Locked, "locked", "", "")
	if _, err := h.RequestReply(ctx, by("M-01"), q); fault.KindOf(err) != fault.Locked {
		t.Errorf("sent unasked: %v", err)
	}
	if _, n, _ := h.ReplyRequests(ctx, "", 0); n != 1 {
		t.Errorf("%d requests", n)
	}
	h.whole()
}

// A reply is an original of the case, and belongs to its key.
func TestReplyIsAnOriginal(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.asked()
	_, err := h.ReceiveReply(ctx, by("M-01"), Reply{Request: "RQ-01"})
	refused(t, err, fault.Invalid, "an original of the case")
	_, err = h.ReceiveReply(ctx, by("M-01"), Reply{Request: "RQ-01", Originals: []string{"S-099"}})
	if fault.KindOf(err) != fault.NotFound {
		t.Errorf("got %v", err)
	}
	_, err = h.ReceiveReply(ctx, by("M-01"), Reply{Request: "RQ-09", Originals: []string{"S-002"}})
	refused(t, err, fault.NotFound, "no reply request RQ-09")
	for _, bad := range []Reply{
		{ReceivedOn: "2026-05-04"}, {ReceivedOn: "2026-05-07"}, {ReceivedOn: "2026-05"}, {Pages: "121"}, {CountedBy: "CNN"}, {Publish: "loudly"},
	} {
		bad.Request, bad.Originals = "RQ-01", []string{"S-002"}
		if _, err := h.ReceiveReply(ctx, by("M-01"), bad); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%+v was taken: %v", bad, err)
		}
	}
	r := h.came("RQ-01", "")
	if r.ID != "RP-01" || r.Source != "S-004" || r.Late || r.Publish != NotPublished || r.ReceivedOn != "2026-05-05" {
		t.Errorf("got %+v", r)
	}
	got := must[Reply](t)(h.PublishReply(ctx, by("M-01"), "RP-01", AnnexRedacted, 0))
	if got.Publish != AnnexRedacted {
		t.Errorf("got %+v", got)
	}
	h.whole()
}

// Right of reply does not close: late replies are taken and marked, after a withdrawal
// and after the release too.
func TestLateReplyIsTakenAndMarkedLate(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.asked()
	h.now = h.now.AddDate(0, 2, 0)
	if r := h.came("RQ-01", "2026-06-01"); r.Late {
		t.Error("it came on the last day and is called late")
	}
	if r := h.came("RQ-01", "2026-06-02"); !r.Late {
		t.Error("it came after the last day and is not called late")
	}
	must[ReplyRequest](t)(h.WithdrawRequest(ctx, by("M-01"), "RQ-01", "the wrong ministry", 0))
	if r := h.came("RQ-01", "2026-06-03"); !r.Late {
		t.Error("not late")
	}
	_, err := h.WithdrawRequest(ctx, by("M-01"), "RQ-01", "again", 0)
	refused(t, err, fault.Conflict, "withdrawn already")
	h.whole()
}

func TestDispositionRefusals(t *testing.T) {
	h := answered(t)
	h.asked(2)
	h.came("RQ-01", "")
	for name, tt := range map[string]struct {
		d    Disposition
		kind fault.Kind
		what string
	}{
		"a paragraph that was not sent": {Disposition{Paragraph: 1, Value: NotedInText}, fault.NotFound, "was not sent with RQ-01"},
		"no such disposition":           {Disposition{Paragraph: 2, Value: "ignored"}, fault.Invalid, "no disposition"},
		"rejected without a reason":     {Disposition{Paragraph: 2, Value: RejectedWithReason, Reason: " "}, fault.Invalid, "needs its reason"},
		"rejected for what none sees":   {Disposition{Paragraph: 2, Value: RejectedWithReason, Reason: "\u200b"}, fault.Invalid, "needs its reason"},
		"out of scope without a reason": {Disposition{Paragraph: 2, Value: OutOfScope}, fault.Invalid, "needs its reason"},
		"accepted without a reason":     {Disposition{Paragraph: 2, Value: AcceptedCorrection}, fault.Invalid, "needs its reason"},
		"no such stance":                {Disposition{Paragraph: 2, Value: NotedInText, Stance: "angry"}, fault.Invalid, "no stance"},
		"words without an address":      {Disposition{Paragraph: 2, Value: NotedInText, Words: "It stores seed."}, fault.Invalid, "need the passage"},
		"words of another source":       {Disposition{Paragraph: 2, Value: NotedInText, Source: "S-002", From: 1, To: 1, Words: "lie"}, fault.Invalid, "words are taken from S-004"},
		"other words":                   {Disposition{Paragraph: 2, Value: NotedInText, Source: "S-004", From: 2, To: 2, Words: "It stored seed."}, fault.Invalid, "do not stand in S-004:2"},
		"half a word":                   {Disposition{Paragraph: 2, Value: NotedInText, Source: "S-004", From: 2, To: 2, Words: "It stores see"}, fault.Invalid, "inside a word"},
		"no such passage":               {Disposition{Paragraph: 2, Value: NotedInText, Source: "S-004", From: 7, To: 7, Words: "x"}, fault.NotFound, "S-004:7"},
	} {
		_, err := h.dispose("RP-01", tt.d)
		t.Run(name, func(t *testing.T) { refused(t, err, tt.kind, tt.what) })
	}
	got := must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 2, Value: NotedInText, Source: "S-004", From: 2, To: 2, Words: "It stores seed.", Stance: "denies_act"}))
	if d, ok := got.Disposition(2); !ok || d.Words != "It stores seed." || d.By != "M-02" || d.Address().String() != "S-004:2" {
		t.Errorf("got %+v", got)
	}
	h.whole()
}

// A correction is accepted when the report has it, and the disposition names the version
// that has it.
func TestAcceptedCorrectionNeedsAChangedReport(t *testing.T) {
	h, ctx := answered(t), t.Context()
	q := h.asked()
	h.came("RQ-01", "")
	accept := Disposition{Paragraph: 1, Value: AcceptedCorrection, Reason: "It was weeks."}
	_, err := h.dispose("RP-01", accept)
	refused(t, err, fault.Refused, "paragraph 1 stands in R1 as it was sent")
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 2, "A spokesman denied it.", []string{"ST-001"}))
	if _, err := h.dispose("RP-01", accept); fault.KindOf(err) != fault.Refused {
		t.Errorf("another paragraph was changed: %v", err)
	}
	d := must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 1, "It is reasonable to conclude that people were held for weeks.", []string{"F-01"}))
	got := must[Reply](t)(h.dispose("RP-01", accept))
	if v := got.Dispositions[0].ChangedVersion; v != versionOf(sentText(d, []int{1, 2})) || v == q.Version {
		t.Errorf("changed version %q", v)
	}
	if got := must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 2, Value: NotedInText, ChangedVersion: "made up"})); got.Dispositions[1].ChangedVersion != "" {
		t.Error("a version was taken as it was given")
	}
	h.whole()
}

// Every disposition stays; the last one of a paragraph counts.
func TestLaterDispositionReplaces(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.asked()
	h.came("RQ-01", "")
	must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 1, Value: NotedInText}))
	act := must[Replied](t)(h.Reply(ctx, "RP-01")).Act
	got := must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 1, Value: OutOfScope, Reason: "It speaks of another depot."}))
	if d, _ := got.Disposition(1); d.Value != OutOfScope || len(got.Dispositions) != 2 {
		t.Errorf("got %+v", got)
	}
	_, err := h.DisposeReply(ctx, by("M-01"), "RP-01", Disposition{Paragraph: 2, Value: NotedInText}, act)
	refused(t, err, fault.Conflict, "RP-01 was changed by M-02")
	if _, err := h.undo("RP-01"); err != nil {
		t.Fatal(err)
	}
	if d, _ := must[Replied](t)(h.Reply(ctx, "RP-01")).Disposition(1); d.Value != NotedInText {
		t.Errorf("after undo: %+v", d)
	}
	want := []string{"reply.received", "reply.disposed", "reply.disposed", "act.undone", "reply.restored"}
	if acts := h.acts("RP-01"); !slices.Equal(acts, want) {
		t.Errorf("acts %v", acts)
	}
	h.whole()
}

// The gate: no request passes and says so; one that is open waits; past its deadline it
// passes and says so; a reply wants a disposition of every paragraph that was sent.
func TestGateAndReplies(t *testing.T) {
	h, ctx := answered(t), t.Context()
	if c := checkOf(h.pass("R1"), "reply"); c.Count != 0 || c.Note != "no reply was requested" {
		t.Errorf("without a request: %+v", c)
	}
	must[Draft](t)(h.AddParagraph(ctx, by("M-01"), "Guards said so too.", []string{"C-002"}))
	h.asked()
	if names, says := h.blocked("R1"); !slices.Equal(names, []string{"reply"}) || !strings.Contains(says, "RQ-01: a reply can come in time until the end of 2026-06-01 (Europe/Paris)") {
		t.Errorf("%q block:\n%s", names, says)
	}
	h.came("RQ-01", "")
	must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 1, Value: NotedInText}))
	must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 2, Value: NotedInText}))
	if names, says := h.blocked("R1"); !slices.Equal(names, []string{"reply"}) || !strings.Contains(says, "RP-01 paragraph 3: ") || strings.Contains(says, "paragraph 1") {
		t.Errorf("%q block:\n%s", names, says)
	}
	must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 3, Value: OutOfScope, Reason: "It speaks of another depot."}))
	h.pass("R1")
	// One that comes between the gate and the signatures stops them.
	must[Draft](t)(h.sign("R1", "M-01", newKey(t, "anna")))
	h.came("RQ-01", "")
	_, err := h.sign("R1", "M-02", newKey(t, "boris"))
	refused(t, err, fault.Refused, "RP-02 paragraph 1")
}

func TestGateAfterDeadlineOrWithdrawal(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.asked()
	h.asked(1)
	must[ReplyRequest](t)(h.WithdrawRequest(ctx, by("M-01"), "RQ-02", "sent twice", 0))
	if names, says := h.blocked("R1"); !slices.Equal(names, []string{"reply"}) || strings.Contains(says, "RQ-02") {
		t.Errorf("%q block:\n%s", names, says)
	}
	h.now = time.Date(2026, 6, 1, 21, 59, 50, 0, time.UTC)
	if names, _ := h.blocked("R1"); !slices.Equal(names, []string{"reply"}) {
		t.Error("it does not wait on the last day")
	}
	h.now = time.Date(2026, 6, 1, 22, 0, 0, 0, time.UTC)
	if c := checkOf(h.pass("R1"), "reply"); c.Count != 2 || c.Note != "2; no reply to RQ-01" {
		t.Errorf("after the deadline: %+v", c)
	}
	standing := map[string]string{}
	list, _, err := h.ReplyRequests(ctx, "", 0)
	for _, q := range list {
		standing[q.ID] = q.Standing
	}
	if err != nil || standing["RQ-01"] != Unreplied || standing["RQ-02"] != NotSought {
		t.Errorf("%v, %v", standing, err)
	}
}

// A reply that came too late for its release is not lost: the next one answers it.
func TestLateReplyWaitsForTheNextRelease(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.asked(1)
	h.now = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	data := h.released("R1", newKey(t, "anna"), newKey(t, "boris"))
	h.came("RQ-01", "2026-07-01")
	if again := must[[]byte](t)(h.Release(ctx, by("M-01"), "R1", "")); !slices.Equal(again, data) {
		t.Error("a late reply changed what is out")
	}
	must[Draft](t)(h.AddParagraph(ctx, by("M-01"), "The ministry replied.", []string{"C-002"}))
	if names, says := h.blocked("R2"); !slices.Equal(names, []string{"reply"}) || !strings.Contains(says, "RP-01 paragraph 1") {
		t.Errorf("%q block:\n%s", names, says)
	}
	// A correction belongs into the next release.
	_, err := h.dispose("RP-01", Disposition{Paragraph: 1, Value: AcceptedCorrection, Reason: "It was weeks."})
	refused(t, err, fault.Refused, "stands in R2 as it was sent")
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R2", 1, "It is reasonable to conclude that people were held for weeks.", []string{"F-01"}))
	must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 1, Value: AcceptedCorrection, Reason: "It was weeks."}))
	h.pass("R2")
	h.whole()
}

// What came back goes with its source; that it was asked for stays.
func TestReplyGoesWithItsSource(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.asked()
	r := h.came("RQ-01", "")
	must[Reply](t)(h.dispose("RP-01", Disposition{Paragraph: 1, Value: NotedInText, Source: r.Source, From: 2, To: 2, Words: "It stores seed."}))
	h.erase(r.Source, false)
	_, err := h.Reply(ctx, "RP-01")
	refused(t, err, fault.Withheld, "RP-01 was erased with S-004")
	if q := must[Requested](t)(h.ReplyRequest(ctx, "RQ-01")); len(q.Replies) != 0 || q.Text == "" || q.Standing != Answered || !slices.Equal(q.Erased, []string{"RP-01"}) {
		t.Errorf("got %+v", q)
	}
	h.pass("R1") // a reply has come: nobody says that none did
	for _, p := range h.past("RP-01") {
		if p.JSON != nil {
			t.Errorf("the ledger still holds %s", p.JSON)
		}
	}
	_, err = h.ReceiveReply(ctx, by("M-01"), Reply{Request: "RQ-01", Originals: []string{r.Source}})
	if fault.KindOf(err) != fault.Withheld {
		t.Errorf("a reply of an erased source: %v", err)
	}
}

func (h *house) past(id string) []ledger.Past {
	h.t.Helper()
	return must[[]ledger.Past](h.t)(store.Read(h.t.Context(), h.db, func(tx *store.Tx) ([]ledger.Past, error) { return ledger.History(tx, id) }))
}

// A reply is undone by a new act. What was sent is not: the gate would wait no more, and
// say that nobody was asked. It is withdrawn, with a reason, and that can be undone.
func TestWhatWasSentIsNotUndone(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.asked()
	_, err := h.undo("RQ-01")
	refused(t, err, fault.Refused, "heed reply RQ-01 --withdraw")
	if q := must[Requested](t)(h.ReplyRequest(ctx, "RQ-01")); q.Text == "" || q.Standing != Awaited {
		t.Errorf("got %+v", q)
	}
	h.came("RQ-01", "")
	if gone, err := h.undo("RP-01"); err != nil || !gone {
		t.Fatalf("%v, %v", gone, err)
	}
	must[ReplyRequest](t)(h.WithdrawRequest(ctx, by("M-01"), "RQ-01", "a slip", 0))
	if gone, err := h.undo("RQ-01"); err != nil || gone {
		t.Fatalf("%v, %v", gone, err)
	}
	if q := must[Requested](t)(h.ReplyRequest(ctx, "RQ-01")); q.Withdrawn != "" || q.Standing != Awaited {
		t.Errorf("got %+v", q)
	}
	if gone, err := h.undo("RQ-01"); err != nil || gone {
		t.Fatalf("undone twice: %v, %v", gone, err)
	}
	if q := must[Requested](t)(h.ReplyRequest(ctx, "RQ-01")); q.Withdrawn != "a slip" {
		t.Errorf("got %+v", q)
	}
	h.whole()
}

func TestRestsNamesWhatWouldHang(t *testing.T) {
	h := answered(t)
	h.asked()
	r := h.came("RQ-01", "")
	for id, want := range map[string][]string{"F-01": {"R1"}, "ST-001": {"R1"}, "C-001": nil, "R1": {"RQ-01"}, "RQ-01": {"RP-01"}, r.Source: {"RP-01"}, "RP-01": nil} {
		got := must[[]string](t)(store.Read(t.Context(), h.db, func(tx *store.Tx) ([]string, error) { return h.Rests(tx, id) }))
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
}

// The published names of the fields.
func TestReplyJSON(t *testing.T) {
	b, err := json.Marshal(Reply{ID: "RP-01", Dispositions: []Disposition{{Paragraph: 1, Value: NotedInText}}})
	want := `{"id":"RP-01","request":"","source":"","originals":null,"received_on":"","late":false,"publish":"","dispositions":[{"paragraph":1,"disposition":"noted_in_text","by":"","at":0}],"by":"","at":0}`
	if err != nil || string(b) != want {
		t.Errorf("%s, %v", b, err)
	}
}

// small is a case with as little in it as passes the gate.
func small(t *testing.T) *house {
	h, ctx := build(t, false), t.Context()
	must[intake.Added](t)(h.intake.Add(ctx, by("M-01"), intake.Incoming{Name: "ministry.txt", Body: strings.NewReader("Nobody was held there.")}))
	must[record.Basis](t)(h.record.AddBasis(ctx, by("M-01"), record.Basis{Source: "S-001", Kind: record.PublicRecord, Citation: "a paper"}))
	must[record.Statement](t)(h.record.Say(ctx, by("M-01"), record.Statement{Source: "S-001", From: 1, To: 1, Speaker: "The ministry",
		Words: "Nobody was held there.", Target: record.Target{Kind: record.TargetAccusations}, Stance: record.Denies}))
	for _, text := range []string{"It denied it.", "It said more."} {
		must[Draft](t)(h.AddParagraph(ctx, by("M-01"), text, []string{"ST-001"}))
	}
	return h
}

// Random acts in any order leave a store that agrees with its ledger, and every object's
// history ends in its present state.
func TestRepliesInAnyOrder(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		h, ctx := small(t), t.Context()
		pick := func(prefix string) string {
			return fmt.Sprintf("%s-%02d", prefix, rapid.IntRange(1, 3).Draw(rt, prefix))
		}
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			n := rapid.IntRange(1, 3).Draw(rt, "paragraph")
			h.now = h.now.Add(time.Duration(rapid.IntRange(0, 20).Draw(rt, "days")) * 24 * time.Hour)
			switch rapid.IntRange(0, 8).Draw(rt, "act") {
			case 0:
				h.RequestReply(ctx, by("M-01"), ReplyRequest{Release: "R1", Recipient: "x", Channel: "y", Deadline: record.DateOf(h.now.AddDate(0, 0, 10)), Zone: "UTC", Paragraphs: []int{n}})
			case 1:
				h.ReceiveReply(ctx, by("M-01"), Reply{Request: pick("RQ"), Originals: []string{"S-001"}})
			case 2:
				h.dispose(pick("RP"), Disposition{Paragraph: n, Value: rapid.SampledFrom(DispositionValues()).Draw(rt, "value"), Reason: "so"})
			case 3:
				h.WithdrawRequest(ctx, by("M-01"), pick("RQ"), "so", 0)
			case 4:
				h.Edit(ctx, by("M-01"), DraftEdit{Release: "R1", N: n, Text: fmt.Sprintf("Text %d.", h.now.Unix()), Cites: []string{"ST-001"}})
			case 5:
				h.Edit(ctx, by("M-01"), DraftEdit{Release: "R1", N: n, To: 1})
			case 6:
				h.undo(rapid.SampledFrom([]string{pick("RP"), pick("RQ"), "R1"}).Draw(rt, "undone"))
			case 7:
				h.Gate(ctx, by("M-01"), "R1")
			case 8:
				h.PublishReply(ctx, by("M-01"), pick("RP"), Summary, 0)
			}
		}
		if p := h.problems(); len(p) > 0 {
			rt.Fatalf("check: %v", p)
		}
		for _, id := range []string{"R1", "RQ-01", "RP-01"} {
			h.replays(rt, id)
		}
	})
}

// replays demands that the newest version in the history of an object is its present state.
func (h *house) replays(t interface{ Fatalf(string, ...any) }, id string) {
	var last string
	for _, p := range h.past(id) {
		switch p.Entry.Holds {
		case ledger.State:
			last = string(p.JSON)
		case ledger.Ended:
			last = ""
		}
	}
	if last == "" {
		return
	}
	var now string
	err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
		v, err := h.Version(tx, id)
		if err != nil {
			return err
		}
		b, err := json.Marshal(v)
		now = string(b)
		return err
	})
	if err != nil || now != last {
		t.Fatalf("%s: the history ends with\n%s\nand now it is\n%s, %v", id, last, now, err)
	}
}
