package app

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3"

	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/vault"
)

// canaries are sealed in an interview, in its file name and in a field.
var canaries = []string{"Qarazhyrwitness", "Zemlyowfile", "Uxbridgyanfield"}

// TestCanaryIsNowhere seals three canaries and then reads every byte that the case left:
// every file as it lies on the disk, and every page of the case's store and of the
// vault's own database as they are when decrypted, free pages included. What is sealed
// stands in none of them, in no common encoding.
func TestCanaryIsNowhere(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	a := begin(t, dir, record.Case{Title: "Canary"})
	ctx := t.Context()
	interview := strings.Repeat("I was held at the depot, says "+canaries[0]+". ", 300)
	got, err := a.Intake.Add(ctx, a.By(), intake.Incoming{Name: canaries[1] + ".txt", Body: strings.NewReader(interview), Sealed: true})
	if err != nil {
		t.Fatal(err)
	}
	ref, err := a.Seal(ctx, got.Original.ID, seal.Name, strings.NewReader(canaries[2]))
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	if err := a.Unseal(ctx, ref, "to see whether it opens", &shown); err != nil || shown.String() != canaries[2] {
		t.Fatalf("the seal does not open: %v", err)
	}
	if _, err := a.vault.Leaks(ctx, a.By(), "to look for a leak", queryFor("a report without names")); err != nil {
		t.Fatal(err)
	}
	k := a.member.CaseKeys()
	for _, db := range []struct {
		file string
		key  [32]byte
	}{{storeFile, k.StoreKey}, {vaultFile, k.VaultFileKey}} {
		plain := decrypted(t, filepath.Join(dir, db.file), db.key)
		if !bytes.Contains(plain, []byte("CREATE TABLE")) {
			t.Fatalf("%s does not hold what it must; this test would see nothing", db.file)
		}
		refuseCanaries(t, "decrypted "+db.file, plain)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{dir, tmp} {
		eachFile(t, root, func(path string, b []byte) {
			refuseCanaries(t, path, b)
			refuseCanaries(t, "name of "+path, []byte(path))
		})
	}
}

// decrypted copies a database page by page into a plain file and returns its bytes. The
// online backup copies free pages too, where something deleted could still stand.
func decrypted(t *testing.T, path string, key [32]byte) []byte {
	t.Helper()
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: "vfs=adiantum"}
	c, err := sqlite3.OpenFlags(dsn.String(), sqlite3.OPEN_READWRITE|sqlite3.OPEN_URI)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Exec("PRAGMA hexkey='" + hex.EncodeToString(key[:]) + "'"); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(t.TempDir(), "plain.db")
	if err := c.Backup("main", "file:"+filepath.ToSlash(plain)); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(plain)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(b, []byte("SQLite format 3\x00")) {
		t.Fatal("the copy is no plain database; this test would see nothing")
	}
	return b
}

// refuseCanaries looks for each canary as it is, in hex, in base64 at each of its three
// alignments, in UTF-16, and in either case.
func refuseCanaries(t *testing.T, where string, b []byte) {
	t.Helper()
	lower := bytes.ToLower(b)
	for i, c := range canaries {
		forms := map[string][]byte{"as it is": []byte(c), "hex": []byte(hex.EncodeToString([]byte(c))), "utf-16": []byte(strings.Join(strings.Split(c, ""), "\x00"))}
		for shift := range 3 {
			enc := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + c))
			forms["base64"+strings.Repeat("+", shift)] = []byte(enc[4 : len(enc)-4])
		}
		for form, want := range forms {
			if bytes.Contains(lower, bytes.ToLower(want)) {
				t.Errorf("%s: canary %d stands there, %s", where, i, form)
			}
		}
	}
}

func eachFile(t *testing.T, root string, fn func(path string, b []byte)) {
	t.Helper()
	n := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		n++
		rel, err := filepath.Rel(root, path)
		fn(rel, b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files read", n)
}

// A second custodian opens what is sealed after joining; an ordinary member never does.
func TestOnlyCustodiansOpen(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := begin(t, dir, record.Case{Title: "Two people"})
	cfg := Config{Dir: dir, Clock: SystemClock}
	for handle, role := range map[string]keys.Role{"luis": keys.Custodian, "noor": keys.Ordinary} {
		if _, _, err := a.AddMember(t.Context(), keys.New{Handle: handle, Role: role, Passphrase: []byte(testPassphrase), Cost: keys.FloorCost}); err != nil {
			t.Fatal(err)
		}
	}
	a.Close()
	open := func(member string) *App {
		b, err := Open(context.Background(), cfg, Who{Member: member, Passphrase: []byte(testPassphrase)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { b.Close() })
		return b
	}
	noor := open("noor")
	got, err := noor.Intake.Add(t.Context(), noor.By(), intake.Incoming{Name: "n.txt", Body: strings.NewReader("An interview."), Sealed: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := noor.Unseal(t.Context(), got.Original.Original, "to read it again", new(bytes.Buffer)); err == nil {
		t.Error("an ordinary member opened a seal")
	}
	var b bytes.Buffer
	luis := open("luis")
	if err := luis.Unseal(t.Context(), got.Original.Original, "to read it", &b); err != nil || b.String() != "An interview." {
		t.Errorf("the second custodian reads %q: %v", b.String(), err)
	}
	if _, _, err := noor.AddMember(t.Context(), newMember("eve", keys.Custodian)); err == nil {
		t.Error("an ordinary member made a custodian")
	}
}

func queryFor(text string) vault.Query { return vault.Query{Text: []byte(text)} }
