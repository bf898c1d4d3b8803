package corroboratecmd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/intake/quote"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

// desk is a case with these verbs in front of it.
type desk struct {
	t    *testing.T
	c    Case
	door *intake.Room
}

func newDesk(t *testing.T) desk {
	t.Helper()
	return newDeskAt(t, func() time.Time { return time.Date(2031, 5, 23, 12, 0, 0, 0, time.UTC) })
}

func newDeskAt(t *testing.T, clock func() time.Time) desk {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "s.db"), Create: true,
		Clock:   clock,
		Schemas: []store.Schema{ledger.Schema(), intake.Schema(), record.Schema(), corroborate.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "originals"), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	d := desk{t, Case{record.New(db), corroborate.New(db), ledger.Actor{Member: "M-01"}}, intake.New(db, blobs, nothing{}, nothing{})}
	if _, err := d.c.Record.Begin(t.Context(), d.c.By, record.Case{Title: "Detention in Lenz"}); err != nil {
		t.Fatal(err)
	}
	for i, text := range []string{"People were held at the depot. Guards stood at the gate.", "We saw people in four rooms.", "Nobody was held, the ministry said."} {
		got, err := d.door.Add(t.Context(), d.c.By, intake.Incoming{Name: "a.txt", Body: strings.NewReader(text)})
		if err != nil {
			t.Fatal(err)
		}
		s := record.Source{ID: got.Original.ID, Origin: record.OriginOwn}
		if i == 0 {
			s.Reliability, s.Reason = "B", "it held up"
		}
		if _, err := d.c.Record.Describe(t.Context(), d.c.By, s); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// nothing seals and proposes nothing.
type nothing struct{}

func (nothing) Prepare(context.Context, seal.Kind, io.Reader) (intake.Sealing, error) {
	return nil, io.EOF
}
func (nothing) Find(context.Context, [32]byte) (seal.Ref, bool, error) { return "", false, nil }
func (nothing) Version() string                                        { return "nothing/1" }
func (nothing) Extract(quote.Document) []quote.Proposal                { return nil }

// run carries out one command and returns what it printed.
func (d desk) run(args ...string) (stdout, stderr string, err error) {
	d.t.Helper()
	var out, msg bytes.Buffer
	s := &console.Session{Env: console.Env{Stdin: strings.NewReader(""), Stdout: &out, Stderr: &msg, Getenv: func(string) string { return "" }}}
	root := &cobra.Command{Use: "heed", SilenceErrors: true, SilenceUsage: true}
	s.Flags(root)
	root.AddCommand(Commands(s, func(_ context.Context, fn func(Case) error) error { return fn(d.c) })...)
	root.SetArgs(args)
	err = root.ExecuteContext(d.t.Context())
	return out.String(), msg.String(), err
}

// says runs a command that must work, and holds what it prints against patterns.
func (d desk) says(args []string, patterns ...string) string {
	d.t.Helper()
	out, msg, err := d.run(args...)
	if err != nil {
		d.t.Fatalf("%q: %v", args, err)
	}
	for _, p := range patterns {
		if !regexp.MustCompile("(?m)" + p).MatchString(out + msg) {
			d.t.Errorf("%q prints no %s:\n%s%s", args, p, out, msg)
		}
	}
	return out
}

// fails runs a command that must not work.
func (d desk) fails(args []string, status int, part string) {
	d.t.Helper()
	out, _, err := d.run(args...)
	if err == nil || console.StatusOf(err) != status || !strings.Contains(err.Error(), part) || out != "" {
		d.t.Errorf("%q: %v (status %d), and printed %q; want status %d with %q", args, err, console.StatusOf(err), out, status, part)
	}
}

func words(line string) []string { return strings.Fields(line) }

// argue is a finding with a claim for it of each of two origins and one against it.
func (d desk) argue() {
	d.t.Helper()
	d.says(words("claim Held --from S-001:1 --first-hand --credibility 2 --attribution role_only --words depot --quoted"), `^C-001  S-001:1  first-hand  credibility 2  Held$`)
	d.says(words("claim Seen --from S-002:1"), `^C-002`)
	d.says(words("claim Nobody --from S-003:1 --contradicts C-001"), `^C-003`)
	d.says([]string{"finding", "It is reasonable to conclude that people were held.", "--for", "C-001,C-002", "--against", "C-003", "--assertion", "established", "--outcome", "met"},
		`^F-01  reasonable_grounds  established  MET  act \d+$`)
}

func TestClaimVerb(t *testing.T) {
	d := newDesk(t)
	d.says(words("claim"), "Nothing is claimed yet")
	d.argue()
	d.says(words("claim"), `^C-001  S-001:1  first-hand  credibility 2  Held$`, `^C-003  S-003:1  credibility 6  Nobody$`)
	d.says(words("claim C-001"), `^C-001  S-001:1  first-hand  act \d+$`, `^  claim: credibility 2, probably true$`, `^  source: reliability B, usually reliable$`,
		`^  attribution: role_only$`, `^  words: “depot”  may be quoted$`, `^  contradicted by C-003$`, `^  for F-01  contradicted_and_corroborated$`)
	d.says(words("claim C-003"), `^  contradicts C-001$`, `^  against F-01  contradicted$`)
	var p corroborate.Placed
	if err := json.Unmarshal([]byte(d.says(words("claim C-002 --credibility 3 --elements who,where --json"))), &p); err != nil || p.Credibility != 3 || len(p.Elements) != 2 {
		t.Errorf("judged %+v, %v", p, err)
	}
	d.says([]string{"claim", "C-002", "--attribution", "named", "--saw", fmt.Sprint(p.Act)}, `attribution: named`, `credibility 3`, `supports: who, where`)
	d.fails([]string{"claim", "C-002", "--credibility", "4", "--saw", fmt.Sprint(p.Act)}, console.ExitFailed, "C-002 was changed by M-01")
	d.fails(words("claim C-002 --credibility 1"), console.ExitRefused, "credibility 1")
	d.fails(words("claim C-002 --from S-001:1"), console.ExitUsage, "--from cannot be used here")
	d.fails(words("claim C-002 --saw 3"), console.ExitUsage, "--saw cannot be used here")
	d.fails(words("claim New --from S-001:1 --saw 3"), console.ExitUsage, "--saw cannot be used here")
	d.fails(words("claim --from S-001:1"), console.ExitUsage, "write what the source asserts")
	d.fails(words("claim C-099"), console.ExitFailed, "no claim C-099")
	d.fails(words("claim New --from S-001"), console.ExitFailed, "not the address")
	d.fails(words("claim New --from S-001:9"), console.ExitFailed, "S-001:9")
	d.fails(words("claim New --from S-001:1 --about P-01"), console.ExitFailed, "P-01")
}

func TestLongListsAreCutAndSaySo(t *testing.T) {
	d := newDesk(t)
	var many []corroborate.Claim
	for range 205 {
		many = append(many, corroborate.Claim{Text: "x", Source: "S-001", From: 1, To: 1})
	}
	if _, err := d.c.Corroborate.AddClaims(t.Context(), d.c.By, many); err != nil {
		t.Fatal(err)
	}
	if out := d.says(words("claim"), "there are 205", "--after C-200"); strings.Count(out, "\n") != 200 {
		t.Errorf("%d lines", strings.Count(out, "\n"))
	}
	if out := d.says(words("claim --after C-200")); strings.Count(out, "\n") != 5 || strings.Contains(out, "C-200 ") {
		t.Errorf("after: %s", out)
	}
	var list []corroborate.Claim
	if err := json.Unmarshal([]byte(d.says(words("claim --all --json"))), &list); err != nil || len(list) != 205 {
		t.Errorf("all: %d, %v", len(list), err)
	}
	for range 51 {
		if _, err := d.c.Corroborate.AddFinding(t.Context(), d.c.By, corroborate.Finding{Text: "x"}); err != nil {
			t.Fatal(err)
		}
	}
	if out := d.says(words("finding"), "there are 51", "--after F-50"); strings.Count(out, "\n") != 50 {
		t.Errorf("%d lines", strings.Count(out, "\n"))
	}
	d.says(words("finding --limit 1 --after F-10"), `^F-11  5 BLOCKS  x$`)
}

func TestFindingVerb(t *testing.T) {
	d := newDesk(t)
	d.says(words("finding"), "Nothing is concluded yet")
	d.argue()
	page := d.says(words("finding F-01"),
		`^    reasonable suspicion$`, `^  > reasonable grounds to conclude  declared for the case; met$`,
		`^  rests on C-001, C-002: 2 independent origins$`, `^    origin 1: S-001$`, `^    origin 2: S-002$`,
		`^  FOR: 2 claims$`, `^  for C-001  S-001:1  first-hand  contradicted_and_corroborated$`, `^      claim: credibility 2, probably true$`,
		`^      source: reliability B, usually reliable$`, `^      corroborated by C-002$`, `^      contradicted by C-003$`,
		`^  AGAINST: 1 claim$`, `^  against C-003  OPEN  S-003:1  contradicted$`,
		`^  checked under at least 2 independent origins; one first-hand$`,
		`^  BLOCKS  contrary_unanswered  C-003  C-003 speaks against it and has no answer$`)
	if strings.Contains(page, "confirmed by others") {
		t.Errorf("confirmed with an open claim against it:\n%s", page)
	}
	d.says(words("finding"), `^F-01  met  1 BLOCKS  It is reasonable`)
	d.says([]string{"finding", "F-01", "--answer", "C-003", "--text", "It let nobody in."}, `^  against C-003  answered by M-01  S-003:1`, `^      answer: It let nobody in.$`,
		`^  all checks pass$`, `^  confirmed by others, credibility 1: C-001, C-002$`)
	d.says(words("finding"), `^F-01  met  all checks pass  It is`)
	d.says([]string{"finding", "F-01", "--legal", "unlawful detention", "--modality", "may_constitute", "--standard", "clear_and_convincing", "--reason", "it names a person"},
		`^  in law: may constitute unlawful detention$`, `^  > clear and convincing evidence  raised: it names a person; met$`, `^    reasonable grounds to conclude  declared for the case$`)
	d.says([]string{"finding", "F-01", "--outcome", "not_met", "--assertion", "unverified", "--reword", "The material does not reach the standard."},
		`NOT_MET`, `not met: the material does not reach the standard, and does not show that it did not happen`)

	d.fails([]string{"finding", "It is proven."}, console.ExitRefused, "“proven” claims more than reasonable_grounds")
	d.fails([]string{"finding", "F-01", "--reword", "It is proven beyond reasonable doubt."}, console.ExitRefused, "claims more")
	d.fails([]string{"finding", "F-01", "--reword", " "}, console.ExitUsage, "--reword needs the words")
	d.fails(words("finding F-01 --text x"), console.ExitUsage, "--answer C-003")
	d.fails(words("finding F-01 --answer C-003"), console.ExitFailed, "answer is missing")
	d.fails(words("finding F-01 --saw 3"), console.ExitUsage, "say what to change")
	d.fails(words("finding F-01 --for C-002 --saw 3"), console.ExitFailed, "F-01 was changed by")
	d.fails(words("finding F-01 --withdraw C-001"), console.ExitRefused, "C-001 is there")
	d.fails(words("finding New --answer C-001"), console.ExitUsage, "--answer cannot be used here")
	d.fails(words("finding --for C-001"), console.ExitUsage, "write the finding")
	d.fails(words("finding F-09"), console.ExitFailed, "no finding F-09")
	d.fails(words("finding F-01 --standard reasonable_suspicion"), console.ExitRefused, "only raised")

	var b corroborate.Brief
	if err := json.Unmarshal([]byte(d.says(words("finding F-01 --json"))), &b); err != nil || len(b.Claims) != 3 || b.Finding.ID != "F-01" || b.Origins.Independent != 2 || b.Act == 0 {
		t.Errorf("json: %+v, %v", b, err)
	}
	var list []map[string]any
	if err := json.Unmarshal([]byte(d.says(words("finding --json"))), &list); err != nil || len(list) != 1 || list[0]["id"] != "F-01" || list[0]["blocks"] != 0.0 {
		t.Errorf("json list: %v, %v", list, err)
	}
}

// Both halves of a finding are always there, also where one is empty.
func TestBothHalvesAreAlwaysThere(t *testing.T) {
	d := newDesk(t)
	d.says(words("claim Held --from S-001:1"))
	d.says(words("finding Held. --against C-001 --contrary-search archives"), `^  FOR: 0 claims$`, `^  AGAINST: 1 claim$`, `^  contrary material was looked for: archives$`, `not judged yet`)
}

func TestVerbsFlag(t *testing.T) {
	d := newDesk(t)
	d.says(words("finding --verbs"), `^reasonable_grounds, the strongest first$`, `^met$`, `^  it is reasonable to conclude that$`, `^cannot_verify$`, `^  could not be verified$`)
	if out := d.says(words("finding --verbs --standard clear_and_convincing --outcome met"), `^  it is established that$`); strings.Contains(out, "not_met") {
		t.Errorf("more than was asked for: %s", out)
	}
	d.fails(words("finding --verbs --standard certainty"), console.ExitFailed, "no standard of proof")
	d.fails(words("finding --verbs --outcome true"), console.ExitFailed, "no outcome")
	d.fails(words("finding F-01 --verbs"), console.ExitUsage, "--verbs goes with")
}

func TestPolicyVerb(t *testing.T) {
	d := newDesk(t)
	d.says(words("policy"), `^policy  not declared`, `^  at least 2 independent origins; one first-hand$`)
	d.says([]string{"policy", "--min-origins", "3", "--first-hand-min", "C", "--same-organisation", "1", "--why", "it is contested"}, `^policy  declared by M-01  act \d+$`,
		`^  at least 3 independent origins; one first-hand, of a source judged C or better; more than 1 of one organisation are shown$`, `^  why: it is contested$`)
	d.says([]string{"policy", "--first-hand-min", "any", "--single-source", "yes", "--why", "one witness"}, `This policy asks less than the one before it: first_hand_min_reliability, allow_single_source`,
		`asks less than the one before it`, `a single source where the finding says less than established`)
	d.says([]string{"policy", "--first-hand", "no", "--single-source", "no", "--why", "documents only"}, `first-hand not asked for`)
	var p struct {
		corroborate.Policy
		Declared bool  `json:"declared"`
		Act      int64 `json:"act"`
	}
	if err := json.Unmarshal([]byte(d.says(words("policy --json"))), &p); err != nil || !p.Declared || p.MinOrigins != 3 || p.Act == 0 {
		t.Errorf("json: %+v, %v", p, err)
	}
	d.fails(words("policy --min-origins 2"), console.ExitFailed, "reason of the policy")
	d.fails(words("policy --first-hand-min F --why x"), console.ExitFailed, "F says")
	d.fails(words("policy --first-hand perhaps --why x"), console.ExitUsage, "yes or no")
	d.fails(words("policy --why x"), console.ExitUsage, "--why cannot be used here")
	d.fails(words("policy --min-origins 2 --why x --saw 3"), console.ExitFailed, "policy was changed by")
	if _, _, err := d.run("policy", "more"); err == nil || fault.KindOf(err) != 0 {
		t.Errorf("words that mean nothing: %v", err)
	}
}

// What a source or a member wrote cannot drive the terminal.
func TestNothingDrivesTheTerminal(t *testing.T) {
	d := newDesk(t)
	d.says([]string{"claim", "a\tb\nc", "--from", "S-001:1"})
	d.says([]string{"finding", "a\nb", "--for", "C-001", "--contrary-search", "a\nb"})
	for _, args := range [][]string{{"claim"}, {"claim", "C-001"}, {"finding"}, {"finding", "F-01"}} {
		if out := d.says(args); strings.Contains(out, "\nb") || strings.Contains(out, "\nc") || strings.Contains(out, "\t") {
			t.Errorf("%q prints control characters:\n%q", args, out)
		}
	}
}

func TestIssuesOfAllFindings(t *testing.T) {
	d := newDesk(t)
	d.says(words("finding --issues"), "Nothing is concluded yet")
	d.argue()
	d.says([]string{"finding", "It is reasonable to conclude that nobody was let in.", "--outcome", "met", "--contrary-search", "archives"}, `^F-02`)
	out := d.says(words("finding --issues"), `^F-01  BLOCKS  contrary_unanswered  C-003  C-003 speaks against it and has no answer$`, `^F-02  BLOCKS  no_claims  it rests on no claim$`)
	var all []corroborate.Issue
	if err := json.Unmarshal([]byte(d.says(words("finding --issues --json"))), &all); err != nil || len(all) != strings.Count(out, "\n") || all[0].Finding != "F-01" || !all[0].Blocks {
		t.Errorf("json: %+v, %v", all, err)
	}
	if out := d.says(words("finding --issues --limit 1"), "there are 2", "--after F-01"); strings.Contains(out, "F-02") {
		t.Errorf("cut to one finding: %s", out)
	}
	if out := d.says(words("finding --issues --after F-01"), `^F-02  BLOCKS`); strings.Contains(out, "F-01") {
		t.Errorf("after the first: %s", out)
	}
	d.says([]string{"finding", "F-01", "--answer", "C-003", "--text", "It let nobody in."})
	d.says(words("finding --issues --limit 1"), `^All checks pass for 1 finding\.$`)
	if out := d.says(words("finding --issues --limit 1 --json")); out != "[]\n" {
		t.Errorf("json of nothing: %q", out)
	}
	d.says([]string{"policy", "--same-organisation", "1", "--why", "contested"})
	for id, s := range map[string]string{"S-001": "Wire Co", "S-002": " WIRE co. "} {
		if _, err := d.c.Record.Describe(t.Context(), d.c.By, record.Source{ID: id, Origin: record.OriginOwn, Organisation: s}); err != nil {
			t.Fatal(err)
		}
	}
	d.says(words("finding --issues"), `^F-01  shown  one_organisation  S-001, S-002 are of one organisation`)
	d.fails(words("finding F-01 --issues"), console.ExitUsage, "heed finding F-01")
	d.fails(words("finding --issues --outcome met"), console.ExitUsage, "--outcome cannot be used here")
	d.fails(words("finding --issues --saw 3"), console.ExitUsage, "--saw cannot be used here")
}

// Who edits without --saw is told whose change stood there before.
func TestEditAfterAnotherIsTold(t *testing.T) {
	now := time.Date(2031, 5, 23, 12, 0, 0, 0, time.UTC)
	d := newDeskAt(t, func() time.Time { return now })
	d.argue()
	d.says(words("policy --min-origins 3 --why contested"))
	const told = "to be refused instead, use --saw."
	quiet := func(args ...string) {
		t.Helper()
		if _, msg, err := d.run(args...); err != nil || strings.Contains(msg, told) {
			t.Errorf("%q: %v, says %q", args, err, msg)
		}
	}
	now = now.Add(justBefore)
	quiet("finding", "F-01", "--contrary-search", "archives")
	quiet("claim", "C-001", "--credibility", "3")
	quiet("policy", "--min-origins", "2", "--why", "as before")
	quiet("finding", "F-01")

	now = now.Add(time.Minute)
	reword := []string{"finding", "F-01", "--reword", "It is reasonable to conclude that people were held there."}
	d.says(reword, `^F-01 was changed by M-01 in act \d+ just before; `+told)

	now = now.Add(justBefore)
	d.c.By.Member = "M-02"
	for id, args := range map[string][]string{"F-01": reword, "C-001": words("claim C-001 --credibility 4"), "policy": words("policy --min-origins 3 --why more")} {
		d.says(args, "^"+id+` was changed by M-01 in act \d+ before this; `+told)
		d.says(args, "^"+id+` was changed by M-02 in act \d+ just before; `+told)
	}
	var b corroborate.Brief
	if err := json.Unmarshal([]byte(d.says(words("finding F-01 --json"))), &b); err != nil {
		t.Fatal(err)
	}
	quiet("finding", "F-01", "--contrary-search", "two archives", "--saw", fmt.Sprint(b.Act))
	out, msg, err := d.run("finding", "F-01", "--outcome", "nonsense")
	if err == nil || out != "" || strings.Contains(msg, told) {
		t.Errorf("a refused edit: %q, %q, %v", out, msg, err)
	}
}
