package ledger

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"heed/internal/fault"
	"heed/internal/store"
)

func logOf(t testing.TB, db *store.DB) []byte {
	t.Helper()
	signer, _ := signerOf(t, 1)
	var b bytes.Buffer
	read(t, db, func(tx *store.Tx) (any, error) { return nil, WriteLog(tx, &b, testOrigin, signer) })
	return b.Bytes()
}

func extends(t *testing.T, l *Log, db *store.DB) error {
	t.Helper()
	return db.View(t.Context(), func(tx *store.Tx) error { return l.Extends(tx) })
}

func TestLogRoundTrip(t *testing.T) {
	db := open(t)
	_, key := signerOf(t, 1)
	for _, more := range []int{0, 1, 2, 5} {
		fill(t, db, more)
		text := logOf(t, db)
		l, err := ReadLog(iotest.OneByteReader(bytes.NewReader(text)), testOrigin, []string{key})
		if err != nil {
			t.Fatal(err)
		}
		entries := entriesOf(t, db)
		if len(l.Entries) != len(entries) || l.Head != read(t, db, HeadOf) {
			t.Fatalf("%d entries, head %v", len(l.Entries), l.Head)
		}
		for i, e := range entries {
			if l.Entries[i] != e {
				t.Errorf("entry %d: %v, want %v", i, l.Entries[i], e)
			}
		}
		if bytes.Contains(text, []byte("words")) {
			t.Error("the log carries content")
		}
	}
}

// No byte of a log can be changed, dropped or added.
func TestLogTampering(t *testing.T) {
	db := open(t)
	_, key := signerOf(t, 1)
	_, stranger := signerOf(t, 2)
	fill(t, db, 3)
	text := logOf(t, db)
	refused := func(name string, b []byte, origin string, keys ...string) {
		t.Helper()
		if _, err := ReadLog(bytes.NewReader(b), origin, keys); fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", name, err)
		}
	}
	for i := range text {
		changed := bytes.Clone(text)
		changed[i] ^= 1
		refused("a byte changed", changed, testOrigin, key)
		refused("cut", text[:i], testOrigin, key)
	}
	parts := strings.SplitAfter(string(text), "\n\n")
	first, second, third, rest := parts[0], parts[1], parts[2], strings.Join(parts[3:], "")
	refused("an entry dropped", []byte(first+third+rest), testOrigin, key)
	refused("the last entry dropped", []byte(first+second+rest), testOrigin, key)
	refused("entries exchanged", []byte(first+third+second+rest), testOrigin, key)
	refused("an entry twice", []byte(first+second+second+third+rest), testOrigin, key)
	refused("a line more", []byte(string(text)+"x\n"), testOrigin, key)
	refused("another origin", text, "heed/other", key)
	refused("signed by a stranger", text, testOrigin, stranger)
	refused("no key", text, testOrigin)
	refused("a long line", []byte(logHead+entryHead+"\n"+strings.Repeat("x", maxLine+1)), testOrigin, key)
	refused("a long end", []byte(logHead+strings.Repeat("x", maxCheckpoint+1)), testOrigin, key)
	broken := errors.New("unplugged")
	_, err := ReadLog(io.MultiReader(bytes.NewReader(text[:300]), iotest.ErrReader(broken)), testOrigin, []string{key})
	if !errors.Is(err, broken) {
		t.Errorf("a reader that fails: %v", err)
	}
}

func TestExtends(t *testing.T) {
	db, other := open(t), open(t)
	_, key := signerOf(t, 1)
	logged := func(db *store.DB) *Log {
		t.Helper()
		l, err := ReadLog(bytes.NewReader(logOf(t, db)), testOrigin, []string{key})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	empty := logged(db)
	fill(t, db, 4)
	early := logged(db)
	older := logged(other)
	fill(t, db, 3)
	fill(t, other, 4)
	for name, tt := range map[string]struct {
		log  *Log
		db   *store.DB
		want fault.Kind
	}{
		"its own":          {logged(db), db, 0},
		"an empty store":   {logged(db), open(t), 0},
		"an older log":     {early, db, fault.Conflict},
		"an empty log":     {empty, db, fault.Conflict},
		"both empty":       {older, open(t), 0},
		"of another store": {logged(db), other, fault.Conflict},
	} {
		if err := extends(t, tt.log, tt.db); fault.KindOf(err) != tt.want || (err == nil) != (tt.want == 0) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A store that grew and was put back to an older copy is the beginning of its later log.
func TestExtendsOlderCopy(t *testing.T) {
	db := open(t)
	_, key := signerOf(t, 1)
	fill(t, db, 5)
	path := t.TempDir() + "/copy.db"
	if err := db.CopyTo(t.Context(), path, [32]byte{3}); err != nil {
		t.Fatal(err)
	}
	fill(t, db, 3)
	l, err := ReadLog(bytes.NewReader(logOf(t, db)), testOrigin, []string{key})
	if err != nil {
		t.Fatal(err)
	}
	copied, err := store.Open(t.Context(), store.Config{Path: path, Key: [32]byte{3}, Schemas: []store.Schema{Schema()}, Clock: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer copied.Close()
	if err := extends(t, l, copied); err != nil {
		t.Error(err)
	}
	fill(t, copied, 1)
	if err := extends(t, l, copied); fault.KindOf(err) != fault.Conflict {
		t.Errorf("a copy that went its own way: %v", err)
	}
}

// A ledger that does not make up its tree is not signed.
func TestNoLogOfADamagedLedger(t *testing.T) {
	signer, _ := signerOf(t, 1)
	for _, sql := range []string{
		"UPDATE ledger_entry SET leaf = CAST(replace(leaf, 'M-01', 'M-02') AS BLOB) WHERE seq = 1",
		"UPDATE ledger_entry SET leaf = x'00' WHERE seq = 1",
		"DELETE FROM ledger_version WHERE seq = 1; DELETE FROM ledger_entry WHERE seq = 1",
	} {
		db := open(t)
		fill(t, db, 4)
		tamper(t, db, sql)
		err := db.View(t.Context(), func(tx *store.Tx) error { return WriteLog(tx, io.Discard, testOrigin, signer) })
		if fault.KindOf(err) != fault.Conflict {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

func FuzzReadLog(f *testing.F) {
	_, key := signerOf(f, 1)
	db := open(f)
	for range 3 {
		f.Add(logOf(f, db))
		fill(f, db, 2)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		l, err := ReadLog(bytes.NewReader(b), testOrigin, []string{key})
		if err != nil {
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("no fault: %v", err)
			}
			return
		}
		if l.Head.Size != int64(len(l.Entries)) {
			t.Errorf("%d entries, head of %d", len(l.Entries), l.Head.Size)
		}
	})
}
