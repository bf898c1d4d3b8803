package app

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"

	"heed/internal/corroborate"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/record"
	"heed/internal/release"
)

// fullCase has at least one row in every table, but for the ones named in bare.
func fullCase(t *testing.T, dir string) *App {
	t.Helper()
	a := withdrawalCase(t, dir)
	ctx, by := t.Context(), a.By()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	got := add(t, a, "The ministry must release all prisoners at once. \"It is a lie,\" the minister said.", false)
	id := got.Original.ID
	_, err := a.Record.AddBasis(ctx, by, record.Basis{Source: id, Kind: record.PublicRecord, Citation: "a newspaper of 1 May 2024"})
	must(err)
	_, err = a.Intake.Propose(ctx, by, id)
	must(err)
	_, err = a.Record.Say(ctx, by, record.Statement{Source: id, From: 2, To: 2, Speaker: "the minister", Words: "It is a lie",
		Target: record.Target{Kind: "accusations"}, Stance: "rejects"})
	must(err)
	c, err := a.Corroborate.AddClaim(ctx, by, corroborate.Claim{Text: "It was demanded.", Source: id, From: 1, To: 1})
	must(err)
	_, err = a.Corroborate.AddFinding(ctx, by, corroborate.Finding{Text: "There are prisoners.", For: []string{c.ID}})
	must(err)
	rec, err := a.Followup.AddRecommendation(ctx, by, followup.Recommendation{Source: id, From: 1, To: 1, Words: "must release all prisoners", Addressees: []string{"the ministry"}})
	must(err)
	_, err = a.Followup.LogSearch(ctx, by, followup.SearchLog{Recommendations: []string{rec.ID}, Actor: "the ministry", SearchedTo: "2024-05-02", Where: "its site"})
	must(err)
	_, err = a.Intake.RecordCustody(ctx, by, intake.Custody{Source: id, Kind: "received", On: "2024-05-02"})
	must(err)
	fullJudgements(t, a, id, rec.ID)
	return a
}

// fullJudgements fills what the team makes of a source, up to a release that was frozen.
func fullJudgements(t *testing.T, a *App, source, rec string) {
	t.Helper()
	ctx, by := t.Context(), a.By()
	var errs []error
	keep := func(_ any, err error) { errs = append(errs, err) }
	origins := 3
	keep(a.Record.DefineTerm(ctx, by, record.Term{ID: "own-term", Means: "something of this case"}, 0))
	_, _, err := a.Record.AddCode(ctx, by, record.Code{Source: source, From: 1, To: 1, Term: "own-term"})
	keep(nil, err)
	keep(a.Record.AddPerson(ctx, by, record.Person{Source: source, Unit: "individual", Label: "the minister"}))
	keep(a.Record.AddPlace(ctx, by, record.Place{Kind: record.PlaceKinds()[0].Word, Label: "a depot", Names: []record.Name{{Text: "Depot"}}}))
	keep(a.Record.AddEvent(ctx, by, record.Event{Title: "Arrests", First: "2024-05~", Acts: []record.EventAct{{N: 1, Type: "torture", Victim: "P-01"}}}))
	keep(a.Record.AddQuantity(ctx, by, record.Quantity{Source: source, From: 1, To: 1, Words: "all prisoners", Value: "1", Unit: "demand", Population: "prisoners",
		Definition: "demands", AssertedBy: "a newspaper"}))
	keep(a.Intake.Correct(ctx, by, "S-001", strings.NewReader("[P-01] spoke in the yard.")))
	keep(a.Corroborate.Declare(ctx, by, corroborate.PolicyChange{MinOrigins: &origins, Why: "the terms of reference say so"}))
	keep(a.Record.Say(ctx, by, record.Statement{Source: source, From: 1, To: 1, Speaker: "the ministry", Words: "must release all prisoners",
		Target: record.Target{Kind: record.TargetRecommendation, ID: rec}, Stance: record.Accepts}))
	keep(a.Followup.TakePosition(ctx, by, followup.Position{Recommendation: rec, Statement: "ST-002", Value: followup.PositionValues()[0]}))
	keep(a.Followup.AddAction(ctx, by, followup.Action{Recommendations: []string{rec}, Actor: "the ministry", What: "released some", Source: source, From: 1, To: 1, Words: "all prisoners"}))
	keep(a.Followup.Assess(ctx, by, followup.Assessment{Recommendation: rec, Axis: followup.Implementation, Value: "initial_steps", AsOf: "2024-05-02", Why: "some are free",
		Confidence: "low", Evidence: []string{"A-01"}}))
	keep(a.Release.AddParagraph(ctx, by, "Their release was demanded.", []string{"C-002"}))
	keep(a.Release.RequestReply(ctx, by, release.ReplyRequest{Release: "R1", Recipient: "the ministry", Channel: "letter", Deadline: "2099-01-01", Paragraphs: []int{1}}))
	keep(a.Release.ReceiveReply(ctx, by, release.Reply{Request: "RQ-01", Originals: []string{source}, Publish: release.NotPublished}))
	keep(a.Release.DisposeReply(ctx, by, "RP-01", release.Disposition{Paragraph: 1, Value: "out_of_scope", Reason: "It speaks of another depot."}, 0))
	result, err := a.Release.Gate(ctx, by, "R1")
	keep(nil, err)
	if err := errors.Join(errs...); err != nil || result.Blocked() > 0 {
		t.Fatalf("%v, %+v", err, result)
	}
}

// unchecked are columns in which a change is harmless, with the reason.
var unchecked = map[string]string{
	"item.settled":    "it says only whether a row may be swept, and check counts the rows",
	"item.wrapped_to": "it says only for whom a key should be wrapped anew; an opening does that",
}

// TestTamperedRows changes one column after the other of a row of every table of both
// databases, and deletes a row of every table: the case does not open, or check names it.
func TestTamperedRows(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := fullCase(t, dir)
	k := a.member.CaseKeys()
	a.Close()
	bare := []string{}
	for _, part := range []struct {
		file string
		key  [32]byte
	}{{storeFile, k.StoreKey}, {vaultFile, k.VaultFileKey}} {
		path := filepath.Join(dir, part.file)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, table := range tables(t, path, part.key) {
			if rows := count(t, path, part.key, table); rows == 0 {
				bare = append(bare, table)
				continue
			}
			statements := []string{"DELETE FROM " + table + first(table)}
			for _, column := range columns(t, path, part.key, table) {
				if unchecked[table+"."+column] == "" {
					statements = append(statements, change(table, column))
				}
			}
			for _, s := range statements {
				rawExec(t, path, part.key, s)
				if !noticed(t, dir) {
					t.Errorf("%s: nobody notices: %s", part.file, s)
				}
				if err := os.WriteFile(path, whole, 0o600); err != nil {
					t.Fatal(err)
				}
				for _, tail := range []string{"-wal", "-shm"} {
					os.Remove(path + tail)
				}
			}
		}
	}
	if len(bare) > 0 {
		t.Errorf("tables without a row, which this test does not reach: %q", bare)
	}
}

// withoutRowid are the tables that have no rowid, with their keys.
var withoutRowid = map[string]string{"paragraph": "source, n", "sentence": "source, n", "release_file": "release, name"}

// first picks one row of a table.
func first(table string) string {
	if key := withoutRowid[table]; key != "" {
		return fmt.Sprintf(" WHERE (%s) = (SELECT %[1]s FROM %s LIMIT 1)", key, table)
	}
	return " WHERE rowid = (SELECT min(rowid) FROM " + table + ")"
}

// change makes another value of the same type. JSON stays JSON, since an index may read it.
func change(table, column string) string {
	return fmt.Sprintf(`UPDATE %s SET %s = CASE typeof(%[2]s) WHEN 'integer' THEN (SELECT max(%[2]s) FROM %[1]s) + 1
		WHEN 'blob' THEN CASE length(%[2]s) WHEN 0 THEN x'01' ELSE unhex(replace(substr(hex(%[2]s), 1, 1), substr(hex(%[2]s), 1, 1),
			CASE substr(hex(%[2]s), 1, 1) WHEN '0' THEN '1' ELSE '0' END) || substr(hex(%[2]s), 2)) END
		WHEN 'text' THEN %[2]s || CASE json_valid(%[2]s) WHEN 1 THEN ' ' ELSE 'x' END ELSE %[2]s || 'x' END%s`, table, column, first(table))
}

// noticed reports whether the case does not open or check finds something.
func noticed(t *testing.T, dir string) bool {
	t.Helper()
	a, err := Open(t.Context(), Config{Dir: dir, Clock: SystemClock}, me())
	if err != nil {
		return true
	}
	defer a.Close()
	_, problems, err := a.Check(t.Context(), nil)
	return err != nil || len(problems) > 0
}

// raw opens a database behind the house's back.
func raw(t *testing.T, path string, key [32]byte) *sql.DB {
	t.Helper()
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: "vfs=adiantum"}
	db, err := driver.Open(dsn.String(), func(c *sqlite3.Conn) error {
		return c.Exec(fmt.Sprintf("PRAGMA hexkey='%x'; PRAGMA ignore_check_constraints=on; PRAGMA foreign_keys=off", key))
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

func rawExec(t *testing.T, path string, key [32]byte, statement string) {
	t.Helper()
	db := raw(t, path, key)
	defer db.Close()
	r, err := db.Exec(statement)
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if n, err := r.RowsAffected(); err != nil || n != 1 {
		t.Fatalf("%s: %d rows, %v", statement, n, err)
	}
}

func strings1(t *testing.T, path string, key [32]byte, query string) (out []string) {
	t.Helper()
	db := raw(t, path, key)
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		out = append(out, s)
	}
	return out
}

// tables lists all tables but goose's, whose versions an opening reads, and SQLite's own.
func tables(t *testing.T, path string, key [32]byte) []string {
	t.Helper()
	return strings1(t, path, key, "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '%_migration' AND name NOT LIKE 'sqlite_%' ORDER BY name")
}

func columns(t *testing.T, path string, key [32]byte, table string) []string {
	t.Helper()
	return strings1(t, path, key, "SELECT name FROM pragma_table_info('"+table+"')")
}

func count(t *testing.T, path string, key [32]byte, table string) int {
	t.Helper()
	return len(strings1(t, path, key, "SELECT 'x' FROM "+table))
}

// TestTamperedFiles flips one byte in each kind of file, at its beginning, in the middle
// and at its end: the case does not open, or check names it.
func TestTamperedFiles(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	fullCase(t, dir).Close()
	kinds := map[string]string{}
	eachFile(t, dir, func(path string, b []byte) {
		kind := strings.SplitN(filepath.ToSlash(path), "/", 2)[0]
		if kind == keysDir {
			kind = path
		}
		if len(b) > 0 && kinds[kind] == "" {
			kinds[kind] = path
		}
	})
	want := []string{keysDir + "/K-01.json", keysDir + "/M-01.json", keysDir + "/roster", originalsDir, storeFile, vaultDir, vaultFile}
	for _, kind := range want {
		path := filepath.Join(dir, kinds[kind])
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatalf("there is no file of the kind %s", kind)
		}
		for _, at := range []int{0, 20, len(whole) / 3, len(whole) / 2, len(whole) - 20, len(whole) - 1} {
			flipped := slices.Clone(whole)
			flipped[at] ^= 1
			os.Chmod(path, 0o600)
			if err := os.WriteFile(path, flipped, 0o600); err != nil {
				t.Fatal(err)
			}
			if !noticed(t, dir) {
				t.Errorf("nobody notices byte %d of %d in a file of the kind %s", at, len(whole), kind)
			}
			if err := os.WriteFile(path, whole, 0o600); err != nil {
				t.Fatal(err)
			}
			for _, tail := range []string{"-wal", "-shm"} {
				os.Remove(path + tail)
			}
		}
	}
	if noticed(t, dir) {
		t.Error("the case is not as it was: the results above mean nothing")
	}
}

// TestRolledBack puts the whole directory back to an older copy: only a checkpoint that
// was exported meanwhile tells.
func TestRolledBack(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := begin(t, dir, record.Case{Title: "Rolled back"})
	add(t, a, "The first.", false)
	a.Close()
	old := filepath.Join(t.TempDir(), "old")
	if err := os.CopyFS(old, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	a = reopen(t, dir)
	add(t, a, "The second.", false)
	a.Close()
	c := Config{Dir: dir, Clock: SystemClock}
	newer := checkpointOf(t, c, me())
	b := reopen(t, old)
	if _, problems, err := b.Check(t.Context(), nil); err != nil || len(problems) > 0 {
		t.Errorf("an older copy alone looks whole: %v %v", problems, err)
	}
	if _, problems, err := b.Check(t.Context(), newer); err != nil || len(problems) != 1 {
		t.Errorf("against the newer checkpoint: %v %v", problems, err)
	}
}
