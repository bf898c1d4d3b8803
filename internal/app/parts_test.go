package app

import (
	"bytes"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/store"
)

func reopen(t *testing.T, dir string) *App {
	t.Helper()
	a, err := Open(t.Context(), Config{Dir: dir, Clock: SystemClock}, me())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() })
	return a
}

func add(t *testing.T, a *App, body string, sealed bool) intake.Added {
	t.Helper()
	got, err := a.Intake.Add(t.Context(), a.By(), intake.Incoming{Name: "a.txt", Body: strings.NewReader(body), Sealed: sealed})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func sealName(t *testing.T, a *App, source, name string) seal.Ref {
	t.Helper()
	ref, err := a.Seal(t.Context(), source, seal.Name, strings.NewReader(name))
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

// problemsOf is what check says, by place.
func problemsOf(t *testing.T, a *App) map[string]string {
	t.Helper()
	_, problems, err := a.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, p := range problems {
		out[p.Place] += p.What + "\n"
	}
	return out
}

// tree reads every file of the originals and of the vault's directory.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, part := range []string{originalsDir, vaultDir} {
		eachFile(t, filepath.Join(dir, part), func(path string, b []byte) { files[part+"/"+path] = string(b) })
	}
	return files
}

// move renames a file of the case.
func move(t *testing.T, dir, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
		t.Fatal(err)
	}
}

func clone(t *testing.T, from, to string) {
	t.Helper()
	b, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
}

// An older store, put back beside newer originals and seals, loses none of them: check
// names what the store does not know, and with the newer store all is there again.
func TestOlderStoreLosesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := begin(t, dir, record.Case{Title: "Older store"})
	add(t, a, "The first.", false)
	a.Close()
	db, aside := filepath.Join(dir, storeFile), t.TempDir()
	clone(t, db, filepath.Join(aside, "old"))
	a = reopen(t, dir)
	open, sealed := add(t, a, "The second.", false).Original, add(t, a, "A testimony.", true).Original
	name := sealName(t, a, open.ID, "Tomas Verelin")
	a.Close()
	before := tree(t, dir)
	clone(t, db, filepath.Join(aside, "new"))

	clone(t, filepath.Join(aside, "old"), db)
	a = reopen(t, dir)
	got := problemsOf(t, a)
	if !strings.Contains(got["originals"], "1 files lie there") || !strings.Contains(got["vault"], "3 values") {
		t.Errorf("check says %q", got)
	}
	a.Close()
	reopen(t, dir).Close()
	if after := tree(t, dir); !maps.Equal(before, after) {
		t.Errorf("of %d files %d are left", len(before), len(after))
	}

	clone(t, filepath.Join(aside, "new"), db)
	a = reopen(t, dir)
	if got := problemsOf(t, a); len(got) != 0 {
		t.Errorf("with the newer store check says %q", got)
	}
	var b bytes.Buffer
	if _, err := a.Intake.Copy(t.Context(), a.By(), open.ID, &b); err != nil || b.String() != "The second." {
		t.Errorf("the open original reads %q, %v", b.String(), err)
	}
	for ref, want := range map[seal.Ref]string{sealed.Original: "A testimony.", sealed.FileName: "a.txt", name: "Tomas Verelin"} {
		b.Reset()
		if err := a.Unseal(t.Context(), ref, "to see whether it is there", &b); err != nil || b.String() != want {
			t.Errorf("%s reads %q, %v", ref, b.String(), err)
		}
	}
}

// A copy of a case may lose the marks of its files (an archive, a memory stick). Even then,
// and with an older store or an older vault beside them, nothing is lost for good.
func TestCopyWithoutMarksLosesNothing(t *testing.T) {
	for _, part := range []string{storeFile, vaultFile} {
		t.Run(part, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "case")
			a := begin(t, dir, record.Case{Title: "Copied"})
			add(t, a, "The first.", true)
			a.Close()
			db, aside := filepath.Join(dir, part), t.TempDir()
			clone(t, db, filepath.Join(aside, "old"))
			a = reopen(t, dir)
			open, sealed := add(t, a, "The second.", false).Original, add(t, a, "A testimony.", true).Original
			a.Close()
			clone(t, db, filepath.Join(aside, "new"))
			forgetMarks(t, dir)
			clone(t, filepath.Join(aside, "old"), db)
			reopen(t, dir).Close()
			reopen(t, dir).Close()
			clone(t, filepath.Join(aside, "new"), db)
			a = reopen(t, dir)
			if got := problemsOf(t, a); len(got) != 0 {
				t.Errorf("with the newer file check says %q", got)
			}
			var b bytes.Buffer
			if _, err := a.Intake.Copy(t.Context(), a.By(), open.ID, &b); err != nil || b.String() != "The second." {
				t.Errorf("the open original reads %q, %v", b.String(), err)
			}
			b.Reset()
			if err := a.Unseal(t.Context(), sealed.Original, "to see whether it is there", &b); err != nil || b.String() != "A testimony." {
				t.Errorf("the sealed original reads %q, %v", b.String(), err)
			}
		})
	}
}

// forgetMarks makes every file writable, as unpacking an archive may.
func forgetMarks(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestCheckNamesGarbledPages garbles one page after the other of both databases: check
// names the database, or the case does not open at all. It never says that all is well.
func TestCheckNamesGarbledPages(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := begin(t, dir, record.Case{Title: "Garbled"})
	add(t, a, "An article of the ministry. It said nothing.", false)
	add(t, a, "A testimony.", true)
	a.Close()
	for _, part := range []string{storeFile, vaultFile} {
		path := filepath.Join(dir, part)
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for at := 0; at < len(whole); at += 4096 {
			garbled := bytes.Clone(whole)
			garbled[at+50] ^= 1
			if err := os.WriteFile(path, garbled, 0o600); err != nil {
				t.Fatal(err)
			}
			if a, err := Open(t.Context(), Config{Dir: dir, Clock: SystemClock}, me()); err == nil {
				_, problems, err := a.Check(t.Context(), nil)
				if err == nil && len(problems) == 0 {
					t.Errorf("%s: page %d is garbled, and check says that all is well", part, at/4096)
				}
				a.Close()
			}
			for _, tail := range []string{"-wal", "-shm"} {
				os.Remove(path + tail)
			}
		}
		if err := os.WriteFile(path, whole, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// refusedUnchanged opens a case that must be refused, and compares its directory.
func refusedUnchanged(t *testing.T, dir, want string) {
	t.Helper()
	list := func() (all []string) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			all = append(all, path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	before := list()
	a, err := Open(t.Context(), Config{Dir: dir, Clock: SystemClock}, me())
	if err == nil {
		a.Close()
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != fault.Conflict || !strings.Contains(f.What, want) || f.Safe == "" || f.Do == "" || strings.Contains(f.Do, "init") {
		t.Errorf("want %q: %v", want, err)
	}
	if after := list(); !slices.Equal(before, after) {
		t.Errorf("want %q: the directory was changed:\n%q\n%q", want, before, after)
	}
}

func TestEmptyStoreIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := begin(t, dir, record.Case{Title: "Empty store"})
	open := add(t, a, "The first.", false).Original
	sealName(t, a, open.ID, "Tomas Verelin")
	key := a.member.CaseKeys().StoreKey
	a.Close()
	before := tree(t, dir)
	for _, file := range []string{storeFile, vaultFile} {
		path := filepath.Join(dir, file)
		clone(t, path, path+".aside")
		if err := os.Truncate(path, 0); err != nil {
			t.Fatal(err)
		}
		refusedUnchanged(t, dir, "the store is empty")
		move(t, dir, file+".aside", file)
	}
	// A store that has its tables and no case in them is as empty.
	move(t, dir, storeFile, storeFile+".aside")
	fresh, err := store.Open(t.Context(), store.Config{Path: filepath.Join(dir, storeFile), Key: key, Schemas: schemas(), Clock: SystemClock, Create: true})
	if err != nil {
		t.Fatal(err)
	}
	fresh.Close()
	refusedUnchanged(t, dir, "holds no case")
	move(t, dir, storeFile+".aside", storeFile)
	if after := tree(t, dir); !maps.Equal(before, after) || len(after) != 2 {
		t.Errorf("of %d files %d are left", len(before), len(after))
	}
	if got := problemsOf(t, reopen(t, dir)); len(got) != 0 {
		t.Errorf("check says %q", got)
	}
}

func TestStoreWithoutItsFirstActIsRefused(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := begin(t, dir, record.Case{Title: "No act"})
	err := a.db.Update(t.Context(), func(tx *store.Tx) error {
		tx.Acted()
		_, err := tx.Exec("UPDATE ledger_entry SET object = 'else' WHERE object = 'case'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	a.Close()
	refusedUnchanged(t, dir, "holds no case")
}

func TestMissingPartsAreNamed(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	begin(t, dir, record.Case{Title: "Missing parts"}).Close()
	for part, want := range map[string]string{storeFile: "(store.db)", vaultFile: "(vault.db)", originalsDir: "(originals)", vaultDir: "(vault)",
		keysDir: "the key files are missing", keysDir + "/M-01.json": "the key files are missing"} {
		move(t, dir, part, "aside")
		refusedUnchanged(t, dir, want)
		move(t, dir, "aside", part)
	}
	for _, elsewhere := range []string{t.TempDir(), filepath.Join(t.TempDir(), "nowhere")} {
		if _, err := Open(t.Context(), Config{Dir: elsewhere, Clock: SystemClock}, Who{}); fault.KindOf(err) != fault.NoStore {
			t.Errorf("no case: %v", err)
		}
	}
	reopen(t, dir)
}

// A flipped bit in a sealed file, and two sealed files exchanged for each other, are
// named by a check that opens no seal.
func TestCheckNamesChangedSealedBytes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "case")
	a := begin(t, dir, record.Case{Title: "Changed bytes"})
	source := add(t, a, "The first.", false).Original.ID
	refs := []seal.Ref{sealName(t, a, source, "Tomas Verelin"), sealName(t, a, source, "Another Name")}
	files, err := filepath.Glob(filepath.Join(dir, vaultDir, "*", "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("files %q, %v", files, err)
	}
	var was [2][]byte
	for i, f := range files {
		if was[i], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(f, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flipped := bytes.Clone(was[0])
	flipped[len(flipped)/2] ^= 1
	for _, tt := range []struct {
		name string
		now  [2][]byte
		want int
	}{{"as they were", was, 0}, {"flipped", [2][]byte{flipped, was[1]}, 1}, {"exchanged", [2][]byte{was[1], was[0]}, 2}} {
		for i, f := range files {
			if err := os.WriteFile(f, tt.now[i], 0o600); err != nil {
				t.Fatal(err)
			}
		}
		n := 0
		for place := range problemsOf(t, a) {
			if slices.Contains(refs, seal.Ref(place)) {
				n++
			}
		}
		if n != tt.want {
			t.Errorf("%s: check names %d seals, want %d", tt.name, n, tt.want)
		}
	}
}

// What is sealed is not taken in once more in the open.
func TestSealedIsNotAddedInTheOpen(t *testing.T) {
	a := begin(t, filepath.Join(t.TempDir(), "case"), record.Case{Title: "Twice"})
	const words = "I was held at the depot, says Tomas Verelin."
	sealed := add(t, a, words, true).Original
	var before, after ledger.Head
	before, _, _ = a.Check(t.Context(), nil)
	got := add(t, a, words, false)
	if !got.Already || got.Original != sealed || got.Text != nil {
		t.Errorf("got %+v", got)
	}
	after, _, _ = a.Check(t.Context(), nil)
	if before != after || len(tree(t, a.c.Dir)) != 2 {
		t.Errorf("something was written: %v, %v, %d files", before, after, len(tree(t, a.c.Dir)))
	}
}

// A copy of a case's directory is a case.
func TestCopiedDirectoryOpens(t *testing.T) {
	root := t.TempDir()
	a := begin(t, filepath.Join(root, "case"), record.Case{Title: "Copied"})
	source := add(t, a, "The first.", false).Original.ID
	sealName(t, a, source, "Tomas Verelin")
	a.Close()
	if err := os.CopyFS(filepath.Join(root, "copy"), os.DirFS(filepath.Join(root, "case"))); err != nil {
		t.Fatal(err)
	}
	b := reopen(t, filepath.Join(root, "copy"))
	add(t, b, "The second.", true)
	if got := problemsOf(t, b); len(got) != 0 {
		t.Errorf("check says %q", got)
	}
}
