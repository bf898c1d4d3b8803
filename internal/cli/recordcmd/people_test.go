package recordcmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

// desk is a case at which somebody types. It seals by noting what was handed in.
type desk struct {
	t      *testing.T
	of     Case
	sealed []string // "S-001 name VALUE"
}

// closedDoor is a vault that has nothing and takes nothing from the door.
type closedDoor struct{}

func (closedDoor) Prepare(context.Context, seal.Kind, io.Reader) (intake.Sealing, error) {
	return nil, errors.New("not at this door")
}

func (closedDoor) Find(context.Context, [32]byte) (seal.Ref, bool, error) { return "", false, nil }

func newDesk(t *testing.T) *desk {
	t.Helper()
	dir := t.TempDir()
	db, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "s.db"), Create: true,
		Clock:   func() time.Time { return time.Date(2031, 5, 23, 12, 0, 0, 0, time.UTC) },
		Schemas: []store.Schema{ledger.Schema(), intake.Schema(), record.Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	blobs, err := blob.Open(filepath.Join(dir, "originals"), [32]byte{1})
	if err != nil {
		t.Fatal(err)
	}
	d := &desk{t: t, of: Case{Intake: intake.New(db, blobs, closedDoor{}, nil), Record: record.New(db), By: ledger.Actor{Member: "M-01"}}}
	d.of.Seal = func(_ context.Context, source string, kind seal.Kind, value io.Reader) (seal.Ref, error) {
		b, err := io.ReadAll(value)
		d.sealed = append(d.sealed, source+" "+string(kind)+" "+string(b))
		return seal.Ref("E-000" + string(rune('0'+len(d.sealed)))), err
	}
	if _, err := d.of.Record.Begin(t.Context(), d.of.By, record.Case{Title: "Detention in Lenz"}); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"The prison in Lenz is closed. Two were taken.", "Nobody was held in Lenz."} {
		if _, err := d.of.Intake.Add(t.Context(), d.of.By, intake.Incoming{Name: "a.txt", Body: strings.NewReader(text)}); err != nil {
			t.Fatal(err)
		}
	}
	return d
}

// types runs one command and returns what it answers.
func (d *desk) types(stdin string, asJSON bool, words ...string) (out, said string, err error) {
	d.t.Helper()
	var answer, messages bytes.Buffer
	s := &console.Session{Env: console.Env{Stdin: strings.NewReader(stdin), Stdout: &answer, Stderr: &messages, Getenv: func(string) string { return "" }}}
	root := &cobra.Command{Use: "heed", SilenceErrors: true, SilenceUsage: true}
	s.Flags(root)
	v := &verbs{s, func(_ context.Context, fn func(Case) error) error { return fn(d.of) }}
	root.AddCommand(v.personCommand(), v.placeCommand(), v.eventCommand())
	if asJSON {
		words = append(words, "--json")
	}
	root.SetArgs(words)
	err = root.ExecuteContext(d.t.Context())
	return answer.String(), messages.String(), err
}

// answers runs a command that must do what it is told.
func (d *desk) answers(words ...string) string {
	d.t.Helper()
	out, said, err := d.types("", false, words...)
	if err != nil {
		d.t.Fatalf("%q: %v\n%s", words, err, said)
	}
	return out
}

// lines holds an answer against its lines, blanks at their ends apart.
func lines(t *testing.T, got string, want ...string) {
	t.Helper()
	var have []string
	for _, l := range strings.Split(strings.TrimSuffix(got, "\n"), "\n") {
		have = append(have, strings.TrimSpace(l))
	}
	if strings.Join(have, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

func TestPersonVerb(t *testing.T) {
	d := newDesk(t)
	lines(t, d.answers("person"), "")
	lines(t, d.answers("person", "--label", "a former detainee", "--source", "S-002"), "P-01  individual  protected  S-002  “a former detainee”")
	lines(t, d.answers("person", "--public", "--why", "minister", "--name", "Ilan Dorr", "--lang", "en", "--also", "transliteration:ru:Cyrl:Илан: Дорр"), "P-02  individual  public  “Ilan Dorr”  minister")
	lines(t, d.answers("person", "P-02", "--birth", "197X", "--contact", "the ministry", "--also", "title:en::Minister"),
		"P-02  individual  public  “Ilan Dorr”  197X  the ministry  minister  act 7", "name  “Ilan Dorr”  en  Latn", "transliteration  “Илан: Дорр”  ru  Cyrl", "title  “Minister”  en  Latn")
	lines(t, d.answers("person", "P-02", "--name", "Ilan D.", "--saw", "7"),
		"P-02  individual  public  “Ilan D.”  197X  the ministry  minister  act 8", "name  “Ilan D.”  Latn", "transliteration  “Илан: Дорр”  ru  Cyrl", "title  “Minister”  en  Latn")
	lines(t, d.answers("person"), "P-01  individual  protected  S-002  “a former detainee”", "P-02  individual  public  “Ilan D.”  197X  the ministry  minister")
	lines(t, d.answers("person", "S-002"), "P-01  individual  protected  S-002  “a former detainee”")
	lines(t, d.answers("person", "P-01", "--saw", "1"), "P-01  individual  protected  S-002  “a former detainee”  act 5")
	_, said, err := d.types("", false, "person", "--limit", "1")
	if err != nil || !strings.Contains(said, "there are 2") || !strings.Contains(said, "--after P-01") {
		t.Errorf("%s, %v", said, err)
	}
}

// A name to seal goes from standard input to the vault and nowhere else.
func TestPersonVerbSeals(t *testing.T) {
	const name = "Quzzelbranyark"
	d := newDesk(t)
	d.answers("person", "--label", "a former detainee", "--source", "S-002")
	out, said, err := d.types(name, false, "person", "P-01", "--seal-name", "--lang", "ug", "--script", "Arab")
	if err != nil {
		t.Fatal(err)
	}
	lines(t, out, "P-01  individual  protected  S-002  “a former detainee”  act 6", "E-0001  sealed name  ug  Arab")
	file := filepath.Join(t.TempDir(), "value")
	if err := os.WriteFile(file, []byte(name), 0o600); err != nil {
		t.Fatal(err)
	}
	asJSON, said2, err := d.types("", true, "person", "P-01", "--seal", "contact", "--file", file)
	var p struct {
		record.Person
		Act int64
	}
	if err != nil || json.Unmarshal([]byte(asJSON), &p) != nil || len(p.Sealed) != 2 || p.Sealed[1].What != "contact" || p.Act != 7 {
		t.Errorf("%s, %v", asJSON, err)
	}
	added, said3, err := d.types(name, false, "person", "--source", "S-001", "--seal-name")
	if err != nil || !strings.HasPrefix(added, "P-02") {
		t.Error(added, err)
	}
	if got := strings.Join(d.sealed, "; "); got != "S-002 name "+name+"; S-002 note "+name+"; S-001 name "+name {
		t.Error(got)
	}
	if strings.Contains(out+said+asJSON+said2+added+said3, name) {
		t.Error("the name is told")
	}
	d.answers("place", "--protected", "--source", "S-001", "--label", "a family house")
	d.answers("place", "--source", "S-001", "--name", "Lenz prison")
	// What is refused is refused before anything is read and sealed.
	for _, words := range [][]string{{"person", "P-01", "--seal", "file"}, {"person", "P-09", "--seal-name"}, {"person", "P-01", "--seal-name", "--seal", "birth"},
		{"person", "P-01", "--file", file}, {"person", "P-01", "--seal-name", "--name", "x"}, {"person", "P-01", "--seal-name", "--script", "arabic"},
		{"person", "--seal-name"}, {"place", "--name", "Lenz", "--seal", "coordinates"}, {"person", "P-01", "--seal-name", "--unit", "crowd"}, {"person", "P-01", "--seal-name", "--birth", "1979"},
		{"person", "--source", "S-001", "--seal-name", "--sex", "x"}, {"place", "--protected", "--source", "S-001", "--seal-name", "--kind", "cave"},
		{"place", "PL-01", "--seal", "address", "--precision", "exact"}} {
		if _, _, err := d.types(name, false, words...); err == nil || len(d.sealed) != 3 {
			t.Errorf("%q: %v, sealed %d", words, err, len(d.sealed))
		}
	}
	if _, _, err := d.types("41.5,75", false, "place", "PL-02", "--seal", "coordinates", "--precision", "exact"); fault.KindOf(err) != fault.Invalid || len(d.sealed) != 3 {
		t.Errorf("%v, sealed %d", err, len(d.sealed))
	}
	_, said, err = d.types(name, false, "person", "P-01", "--seal-name", "--saw", "2")
	if fault.KindOf(err) != fault.Conflict || !strings.Contains(said, "E-0004 and belongs to nothing") {
		t.Errorf("%s, %v", said, err)
	}
}

func TestPlaceVerb(t *testing.T) {
	d := newDesk(t)
	lines(t, d.answers("place", "--name", "Lenz prison", "--lang", "en", "--kind", "prison", "--at", "41.123456,75.5", "--precision", "10km", "--region", "North"),
		"PL-01  prison  “Lenz prison”  41.123456,75.5  public: 10km  North")
	d.answers("place", "PL-01", "--status", "closed", "--from", "S-001:1", "--since", "2030-03~")
	lines(t, d.answers("place", "PL-01", "--status", "operating", "--from", "S-002:1", "--until", "2031", "--also", "alias:ru:Cyrl:Ленц"),
		"PL-01  prison  “Lenz prison”  41.123456,75.5  public: 10km  North  statuses: 2  act 7", "name  “Lenz prison”  en  Latn", "alias  “Ленц”  ru  Cyrl",
		"published of where it lies:  41.1  75.6  North", "closed  2030-03~  S-001:1  M-01", "operating  until 2031  S-002:1  M-01")
	lines(t, d.answers("place", "--protected", "--source", "S-002", "--kind", "home", "--label", "a family house"), "PL-02  home  protected  S-002  “a family house”  public: withheld")
	for _, bad := range []string{"the hill behind the mill", "41,5;75", "41.5", "91,75", ""} {
		if _, _, err := d.types(bad, false, "place", "PL-02", "--seal", "coordinates"); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if _, _, err := d.types("", false, "place", "PL-02", "--precision", "exact"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a protected place, to the point: %v", err)
	}
	if _, _, err := d.types("41.5,75", false, "place", "PL-02", "--seal", "coordinates"); err != nil {
		t.Fatal(err)
	}
	lines(t, d.answers("place", "PL-02"), "PL-02  home  protected  S-002  “a family house”  public: withheld  act 9", "E-0001  sealed coordinates", "published of where it lies:  nothing")
	lines(t, d.answers("place", "S-002"), "PL-02  home  protected  S-002  “a family house”  public: withheld", "E-0001  sealed coordinates")
	out, _, err := d.types("", true, "place", "PL-01")
	var p struct {
		Public record.Published
		Act    int64
	}
	if err != nil || json.Unmarshal([]byte(out), &p) != nil || p.Public.Lat != "41.1" || p.Act != 7 {
		t.Errorf("%s, %v", out, err)
	}
}

// What stands open of a protected place, and says where it lies, is told.
func TestOpenDistrictOfAProtectedPlaceIsTold(t *testing.T) {
	d := newDesk(t)
	for _, tt := range []struct {
		words []string
		told  bool
	}{{[]string{"place", "--protected", "--source", "S-002", "--label", "a house", "--district", "Lenz"}, true}, {[]string{"place", "PL-01", "--kind", "home"}, true},
		{[]string{"place", "PL-01", "--district", ""}, false}, {[]string{"place", "--name", "Lenz prison", "--district", "Lenz"}, false}} {
		_, said, err := d.types("", false, tt.words...)
		if err != nil || strings.Contains(said, "The district of PL-01 stands open") != tt.told {
			t.Errorf("%q: %s, %v", tt.words, said, err)
		}
	}
}

func TestEventVerb(t *testing.T) {
	d := newDesk(t)
	d.answers("person", "--label", "a former detainee", "--source", "S-001")
	d.answers("person", "--public", "--why", "minister", "--name", "Ilan Dorr")
	d.answers("place", "--name", "Lenz prison")
	lines(t, d.answers("event", "--title", "Arrests in Lenz", "--on", "2030-03/2030-05", "--place", "PL-01"), "EV-01  2030-03/2030-05  PL-01  Arrests in Lenz")
	lines(t, d.answers("event", "--title", "A decree", "--act", record.LawOrPolicy, "--on", "2029", "--link", "causes:EV-01"), "EV-02  A decree  1 event act")
	d.answers("event", "EV-01", "--act", "arrest", "--victim", "P-01", "--on", "2030-03-XX", "--status", "held", "--involve", "P-02", "--degree", "planned")
	d.answers("event", "EV-01", "--involve", "P-02", "--degree", "gave_orders", "--in", "1", "--status", "in_post")
	out := d.answers("event", "EV-01", "--attest", "S-001:2", "--connection", "witness", "--text", "Two were\ntaken.")
	lines(t, out, "EV-01  2030-03/2030-05  PL-01  Arrests in Lenz  1 event act  1 passage  act 12", `Two were\ntaken.`, "1  arrest  P-01  2030-03-XX  held", "P-02  planned",
		"P-02  gave_orders  in_post", "S-001:2  witness")
	lines(t, d.answers("event", "--of", "P-02"), "EV-01  2030-03/2030-05  PL-01  Arrests in Lenz  1 event act  1 passage")
	lines(t, d.answers("event"), "EV-01  2030-03/2030-05  PL-01  Arrests in Lenz  1 event act  1 passage", "EV-02  A decree  1 event act")
	lines(t, d.answers("event", "EV-02"), "EV-02  A decree  1 event act  act 9", "1  discriminatory_law_or_policy  2029", "causes  EV-01")
	lines(t, d.answers("person", "P-02"), "P-02  individual  public  “Ilan Dorr”  minister  act 6", "name  “Ilan Dorr”  Latn", "EV-01  event act 1  arrest  planned", "EV-01  event act 1  arrest  gave_orders")
}

// Protecting somebody later takes out what stood open, and says that the history keeps it.
func TestProtectedLater(t *testing.T) {
	d := newDesk(t)
	d.answers("person", "--public", "--why", "minister", "--name", "Ilan Dorr", "--birth", "1979", "--source", "S-001")
	d.answers("place", "--name", "Lenz prison", "--at", "41,75", "--source", "S-001")
	for _, words := range [][]string{{"person", "P-01", "--public=false", "--label", "a former minister"}, {"place", "PL-01", "--protected", "--label", "a prison"}} {
		out, said, err := d.types("", false, words...)
		if err != nil || strings.Contains(out, "Lenz") || strings.Contains(out, "Ilan") || strings.Contains(out, "41") || !strings.Contains(out, "protected") || !strings.Contains(said, "stays in its history") {
			t.Errorf("%q: %s%s, %v", words, out, said, err)
		}
	}
	if _, _, err := d.types("", false, "place", "PL-01", "--protected", "--name", "Lenz"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("a protected place was named: %v", err)
	}
	d.answers("person", "--public", "--why", "minister", "--name", "Ilan Dorr") // of no source: nothing to protect it with
	if _, _, err := d.types("", false, "person", "P-02", "--public=false"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("protected without a source: %v", err)
	}
	if out := d.answers("place", "PL-01", "--protected=false"); !strings.HasPrefix(out, "PL-01  unknown  S-001") {
		t.Error(out)
	}
}

// Words that were not understood change nothing, and are usage errors.
func TestPeopleVerbsUsage(t *testing.T) {
	d := newDesk(t)
	d.answers("event", "--title", "Arrests in Lenz")
	for _, words := range [][]string{
		{"person", "Ilan"}, {"person", "PL-01"}, {"person", "S-001", "--label", "x"}, {"person", "--also", "Ilan", "--public"}, {"person", "P-01", "--source", "S-002"},
		{"place", "P-01"}, {"place", "PL-01", "--status", "closed"}, {"place", "PL-01", "--from", "S-001:1"}, {"place", "PL-01", "--since", "2030"}, {"place", "PL-01", "--source", "S-001"},
		{"event", "Arrests"}, {"event", "S-001"}, {"event", "EV-01", "--victim", "P-01"}, {"event", "EV-01", "--involve", "P-01"}, {"event", "EV-01", "--degree", "planned"},
		{"event", "EV-01", "--involve", "P-01", "--degree", "planned"}, {"event", "EV-01", "--in", "1"}, {"event", "EV-01", "--status", "held"}, {"event", "EV-01", "--attest", "S-001:1"},
		{"event", "EV-01", "--link", "EV-02"}, {"event", "EV-01", "--of", "P-01"}, {"event", "--involve", "P-01", "--degree", "planned", "--in", "1"},
	} {
		if _, _, err := d.types("", false, words...); console.StatusOf(err) != console.ExitUsage {
			t.Errorf("%q: %v", words, err)
		}
	}
	for _, words := range [][]string{{"event", "EV-01", "--involve", "P-01", "--degree", "planned", "--in", "3"}, {"event", "EV-09"}, {"person", "P-09"}, {"place", "PL-09"}, {"person", "S-009"}} {
		if _, _, err := d.types("", false, words...); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%q: %v", words, err)
		}
	}
	for _, words := range [][]string{{"place", "--name", "x", "--at", "north"}, {"event", "EV-01", "--attest", "here", "--connection", "victim"}, {"person", "--name", "Ilan", "--source", "S-001"}} {
		var f *fault.Error
		if _, _, err := d.types("", false, words...); !errors.As(err, &f) || f.Kind != fault.Invalid || strings.Contains(f.What+f.Do, "Ilan") {
			t.Errorf("%q: %v", words, err)
		}
	}
	lines(t, d.answers("event", "EV-01"), "EV-01  Arrests in Lenz  act 5")
}
