package followupcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

// desk is a case with one source, and the verbs to work on it.
type desk struct {
	t    *testing.T
	open Open
}

const text = `The Monitor calls on the Ministry of Order to release everyone held at the depot.

The ministry said it would study the recommendation to release everyone.

The ministry firmly rejects the report.
`

func newDesk(t *testing.T) desk {
	t.Helper()
	clock := func() time.Time { return time.Date(2031, 6, 30, 12, 0, 0, 0, time.UTC) }
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(t.TempDir(), "store.db"), Key: [32]byte{1}, Create: true, Clock: clock,
		Schemas: []store.Schema{ledger.Schema(), intake.Schema(), record.Schema(), corroborate.Schema(), followup.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(t.TempDir(), "originals"), [32]byte{2})
	if err != nil {
		t.Fatal(err)
	}
	c := Case{intake.New(db, blobs, noVault{}, nil), record.New(db), followup.New(db), ledger.Actor{Member: "M-01"}}
	if _, err := c.Record.Begin(t.Context(), c.By, record.Case{Title: "Depot", Training: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Intake.Add(t.Context(), c.By, intake.Incoming{Name: "a.txt", Body: strings.NewReader(text)}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []record.Statement{
		{From: 2, To: 2, Words: "would study the recommendation", Stance: record.WillConsider, Target: record.Target{Kind: record.TargetRecommendation, ID: "R-01"}},
		{From: 3, To: 3, Words: "firmly rejects the report", Stance: record.Rejects, Target: record.Target{Kind: record.TargetReport}},
	} {
		s.Source, s.Speaker, s.SaidOn = "S-001", "Ministry of Order", "2031-05-23"
		if _, err := c.Record.Say(t.Context(), c.By, s); err != nil {
			t.Fatal(err)
		}
	}
	return desk{t, func(_ context.Context, fn func(Case) error) error { return fn(c) }}
}

type noVault struct{}

func (noVault) Prepare(context.Context, seal.Kind, io.Reader) (intake.Sealing, error) {
	return nil, errors.New("nothing is sealed here")
}

func (noVault) Find(context.Context, [32]byte) (seal.Ref, bool, error) { return "", false, nil }

func (d desk) run(args ...string) (out, messages string, err error) {
	d.t.Helper()
	var o, e bytes.Buffer
	s := &console.Session{Env: console.Env{Stdout: &o, Stderr: &e, Getenv: func(string) string { return "" }}}
	root := &cobra.Command{Use: "heed", SilenceErrors: true, SilenceUsage: true}
	s.Flags(root)
	root.AddCommand(Commands(s, d.open)...)
	root.SetArgs(args)
	err = root.ExecuteContext(d.t.Context())
	return o.String(), e.String(), err
}

// does runs a verb that must do it, and looks for what it prints first.
func (d desk) does(want string, args ...string) string {
	d.t.Helper()
	out, _, err := d.run(args...)
	if err != nil || !strings.HasPrefix(out, want) {
		d.t.Fatalf("heed %s: %q, %v, want %q", strings.Join(args, " "), out, err, want)
	}
	return out
}

func (d desk) fails(kind fault.Kind, what string, args ...string) {
	d.t.Helper()
	if out, _, err := d.run(args...); fault.KindOf(err) != kind || !strings.Contains(err.Error(), what) || out != "" {
		d.t.Errorf("heed %s: %q, %v, want %q", strings.Join(args, " "), out, err, what)
	}
}

// TestVerbs goes the whole way on the command line.
func TestVerbs(t *testing.T) {
	d := newDesk(t)
	d.does("R-01  S-001:1  Monitor → Ministry of Order  Release all\n", "rec", "Release all", "--from", "S-001:1", "--to", "Ministry of Order", "--issuer", "Monitor",
		"--words", "release everyone held at the depot", "--deadline", "2031-06", "--theme", "Detention, arbitrary")
	d.does("R-02  S-001:2  Monitor → Ministry of Order, Depot Office  Study it\n", "rec", "Study it", "--from", "S-001:2", "--to", "Ministry of Order,Depot Office", "--issuer", "Monitor", "--verb", "study")
	d.does("R-01  S-001:1", "rec", "R-01", "--groups-with", "R-02", "--deadline", "2031-05", "--verb", "open")
	shown := d.does("R-01  S-001:1", "rec", "R-01")
	for _, want := range []string{"deadline      2031-05 in UTC, passed", "same ask      R-02", "open: specific (5)", "themes        Detention, arbitrary"} {
		if !strings.Contains(shown, want) {
			t.Errorf("no %q in\n%s", want, shown)
		}
	}
	d.does("R-01  due 2031-05  not assessed", "rec", "--overdue")
	d.does("", "rec", "--overdue", "--as-of", "2031-05-31")
	d.fails(fault.Refused, "ST-002 is about the report", "position", "R-01", "--statement", "ST-002", "--value", "rejected")
	d.fails(fault.Refused, "silence is no position", "position", "R-01", "--value", "silent")
	d.does("PS-001  R-01  under_consideration  ST-001  2031-05-23  would study it\n", "position", "R-01", "--statement", "ST-001", "--value", "under_consideration", "--why", "would study it")
	d.does("A-01  R-01,R-02  S-001:2  2031-05~  Ministry of Order: a study\n", "action", "a study", "--rec", "R-01,R-02", "--actor", "Ministry of Order", "--on", "2031-05~", "--from", "S-001:2")
	d.does("AS-001  R-01  implementation  initial_steps  as of 2031-06-30  medium confidence  A-01,S-001:2  by M-01  a study is a step\n", "assess", "R-01", "--axis", "implementation",
		"--value", "initial_steps", "--evidence", "A-01,S-001:2", "--confidence", "medium", "--why", "a study is a step")
	d.fails(fault.Refused, "no search log", "assess", "R-02", "--axis", "reply_quality", "--value", "none", "--why", "nothing came")
	for i, who := range []string{"Ministry of Order", "Depot Office"} {
		d.does([]string{"L-001", "L-002"}[i]+"  R-02  "+who+"  searched to 2031-06-30  press\n", "search-log", "--rec", "R-02", "--actor", who, "--to", "2031-06-30", "--where", "press")
	}
	d.does("AS-002  R-02  reply_quality  none  as of 2031-06-30  L-001,L-002  by M-01  nothing came\n", "assess", "R-02", "--axis", "reply_quality", "--value", "none", "--why", "nothing came")
	for _, v := range [][]string{{"PS-001", "position", "PS-001"}, {"PS-001", "position", "R-01"}, {"PS-001", "position"}, {"", "position", "R-02"}, {"A-01", "action"}, {"A-01", "action", "A-01"},
		{"A-01", "action", "R-02"}, {"AS-001", "assess"}, {"AS-002", "assess", "AS-002"}, {"AS-002", "assess", "R-02"}, {"L-001", "search-log"}, {"L-002", "search-log", "L-002"}, {"R-01", "rec"}} {
		d.does(v[0], v[1:]...)
	}
	d.fails(fault.NotFound, "there is no recommendation R-09", "position", "R-09")
	d.does("As of 2031-06-30", "matrix")
	if out := d.does("As of 2031-05-22", "matrix", "--as-of", "2031-05-22"); strings.Contains(out, "ST-") {
		t.Errorf("the day before anybody spoke:\n%s", out)
	}
}

// TestListsAreCutAloud: whoever reads a part is told on standard error, also under --json.
func TestListsAreCutAloud(t *testing.T) {
	d := newDesk(t)
	for range 3 {
		d.does("R-", "rec", "Release all", "--from", "S-001:1", "--to", "Ministry of Order")
	}
	for _, args := range [][]string{{"rec", "--limit", "2"}, {"matrix", "--limit", "2"}, {"matrix", "--addressee", "ministry of order", "--limit", "2", "--json"}, {"rec", "--limit", "2", "--json"}} {
		out, messages, err := d.run(args...)
		if err != nil || !strings.Contains(messages, "there are 3") || !strings.Contains(messages, "--after R-02") || strings.Contains(out, `R-03`) {
			t.Errorf("%v: %q, %q, %v", args, out, messages, err)
		}
		if slices.Contains(args, "--json") != json.Valid([]byte(messages)) {
			t.Errorf("%v: the notice is %q", args, messages)
		}
	}
	if out, messages, err := d.run("rec", "--after", "R-02"); err != nil || !strings.HasPrefix(out, "R-03") || messages != "" {
		t.Errorf("the rest: %q, %q, %v", out, messages, err)
	}
	out, messages, err := d.run("matrix", "--all", "--json")
	var m followup.Matrix
	if err != nil || messages != "" || json.Unmarshal([]byte(out), &m) != nil || len(m.Recommendations) != 3 {
		t.Errorf("all of it: %q, %v", messages, err)
	}
}

// TestAddresseesOnTheCommandLine: each is kept once, and a comma too many is said.
func TestAddresseesOnTheCommandLine(t *testing.T) {
	d := newDesk(t)
	d.does("R-01  S-001:1  Monitor → Ministry of Order, Depot Office  Release all\n", "rec", "Release all", "--from", "S-001:1", "--issuer", "Monitor",
		"--to", " Ministry of Order ,Depot Office, Ministry of Order")
	for _, list := range []string{"Ministry of Order,,Depot Office", "Ministry of Order,", ","} {
		d.fails(fault.Invalid, "an addressee among them is empty", "rec", "Release all", "--from", "S-001:1", "--to", list)
	}
	d.fails(fault.Invalid, "needs somebody", "rec", "Release all", "--from", "S-001:1", "--to", "")
}

// TestMatrixThatNobodyFits: it is no fault to ask, and the answer names what was asked for;
// what the case does not have is one.
func TestMatrixThatNobodyFits(t *testing.T) {
	d := newDesk(t)
	d.does("R-01", "rec", "Release all", "--from", "S-001:1", "--to", "Ministry of Order")
	if out := d.does("As of", "matrix", "--addressee", "Nobody"); !strings.Contains(out, "No recommendation is made to “Nobody”") {
		t.Errorf("it says %q", out)
	}
	if out := d.does("{", "matrix", "--addressee", "Nobody", "--json"); !strings.Contains(out, `"recommendations": []`) {
		t.Errorf("it is %q", out)
	}
	d.fails(fault.NotFound, "there is no source S-999", "matrix", "--source", "S-999")
	d.fails(fault.NotFound, "there is no recommendation R-999", "matrix", "--after", "R-999")
	d.fails(fault.NotFound, "there is no position PS-999", "position", "--after", "PS-999")
}

// TestSawIsSeen: of two edits that began from the same state the second is refused.
func TestSawIsSeen(t *testing.T) {
	d := newDesk(t)
	d.does("R-01", "rec", "Release all", "--from", "S-001:1", "--to", "Ministry of Order")
	out := d.does("{", "rec", "R-01", "--json")
	var l followup.Lanes
	if err := json.Unmarshal([]byte(out), &l); err != nil || l.Act == 0 {
		t.Fatalf("act %d, %v", l.Act, err)
	}
	saw, _ := json.Marshal(l.Act)
	d.does("R-01", "rec", "R-01", "--deadline", "2032", "--saw", string(saw))
	d.fails(fault.Conflict, "R-01 was changed by M-01", "rec", "R-01", "--deadline", "2033", "--saw", string(saw))
	// An empty flag takes away, a flag that is not given leaves.
	d.does("R-01", "rec", "R-01", "--theme", "Detention")
	d.does("R-01", "rec", "R-01", "--deadline", "")
	if out := d.does("{", "rec", "R-01", "--json"); strings.Contains(out, `"deadline"`) || !strings.Contains(out, `"Detention"`) {
		t.Errorf("it is %s", out)
	}
	d.does("R-01", "rec", "R-01", "--theme", "")
	if out := d.does("{", "rec", "R-01", "--json"); strings.Contains(out, `"themes"`) {
		t.Errorf("it is %s", out)
	}
}

// TestFlagsThatDoNotBelong: a flag that would be dropped without a word is refused before
// the case is opened.
func TestFlagsThatDoNotBelong(t *testing.T) {
	opened := errors.New("the case was opened")
	d := desk{t, func(context.Context, func(Case) error) error { return opened }}
	for _, bad := range []string{
		"rec --to x", "rec --saw 3", "rec --overdue --to x", "rec R-01 --to x", "rec R-01 --from S-001:1", "rec R-01 --saw 3", "rec R-01 --as-of 2031-01-01 --verb x", "rec R-01 --limit 3",
		"rec text", "rec text --from S-001:1 --saw 3", "rec text --from S-001:1 --as-of 2031-01-01", "position --value noted", "position PS-001 --value noted", "position R-01 --value noted --all",
		"action --from S-001:1", "action A-01 --from S-001:1", "action what --rec R-01", "action R-01 --actor x", "assess --axis impact", "assess AS-001 --value none", "assess R-01 --axis impact --all",
		"search-log --actor x", "search-log L-001 --rec R-01", "search-log --rec R-01 --all", "matrix R-01", "matrix --limit 0", "rec --limit -1",
	} {
		if _, _, err := d.run(strings.Fields(bad)...); err == nil || errors.Is(err, opened) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for _, good := range []string{"rec", "rec --after R-01 --limit 3", "rec R-01", "rec R-01 --as-of 2031-01-01 --json", "rec R-01 --verb x --saw 4", "rec --overdue --as-of 2031-01-01",
		"rec text --from S-001:1 --to x --verb y --theme z", "position", "position R-01", "position PS-001", "position R-01 --value noted --statement ST-001", "action", "action R-01", "action what --from S-001:1 --rec R-01",
		"assess", "assess AS-001", "assess R-01 --axis impact --value x", "search-log", "search-log L-001", "search-log --rec R-01 --actor x", "matrix --source S-001 --all"} {
		if _, _, err := d.run(strings.Fields(good)...); !errors.Is(err, opened) {
			t.Errorf("%s: %v", good, err)
		}
	}
}
