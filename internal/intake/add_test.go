package intake

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/seal"
	"heed/internal/store"
)

func TestAddOpen(t *testing.T) {
	h := open(t)
	const body = "Depot held 31\n\nThe Monitor said so. Nobody denied it.\n"
	got := h.add(body)
	sum := sha256.Sum256([]byte(body))
	want := Original{ID: "S-001", ReceivedAt: got.Original.ReceivedAt, By: "M-01", Name: "a.txt", Media: "text/plain; charset=utf-8",
		Size: int64(len(body)), SHA256: hex.EncodeToString(sum[:])}
	if got.Original != want || got.Already || want.ReceivedAt == 0 {
		t.Errorf("got %+v", got.Original)
	}
	if o, err := h.Original(t.Context(), "S-001"); err != nil || o != want {
		t.Errorf("stored %+v, %v", o, err)
	}
	if all, err := h.Originals(t.Context()); err != nil || !slices.Equal(all, []Original{want}) {
		t.Errorf("listed %+v, %v", all, err)
	}
	text, err := h.Text(t.Context(), "S-001")
	if err != nil || len(text.Sentences) != 3 || len(text.Paragraphs) != 2 || text.Body != strings.TrimSpace(body) || got.Text.Body != text.Body {
		t.Errorf("text %+v, %v", text, err)
	}
	if acts := h.acts(); !slices.Equal(acts, []string{"original.received S-001", "working-text.frozen S-001.text"}) {
		t.Errorf("acts %q", acts)
	}
}

func TestAddTwice(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	h.untouched(func() {
		got, err := h.Add(t.Context(), amina, Incoming{Name: "another.txt", Body: strings.NewReader("The Monitor said so.")})
		if err != nil || !got.Already || got.Original.ID != "S-001" || got.Original.Name != "a.txt" {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	if got := h.add("Another said no."); got.Already || got.Original.ID != "S-002" {
		t.Errorf("a repeat cost an id: %+v", got.Original)
	}
}

func TestAddSealed(t *testing.T) {
	h := open(t)
	const witness = "My name is Tomas Verelin."
	got := h.addSealedText(witness)
	want := Original{ID: "S-001", ReceivedAt: got.Original.ReceivedAt, By: "M-01", Original: "E-0001", FileName: "E-0002"}
	if got.Original != want || got.Text != nil || !got.Original.Sealed() {
		t.Errorf("of a sealed original is known %+v", got.Original)
	}
	if v := h.sealer.kept["E-0002"]; string(v.value) != "witness.txt" || v.Kind != seal.FileName || v.Subject != "S-001" {
		t.Errorf("sealed name: %+v", v)
	}
	if v := h.sealer.kept["E-0001"]; string(v.value) != witness || v.Kind != seal.Original || v.Subject != "S-001" {
		t.Errorf("sealed original: %+v", v)
	}
	if f := h.files(); len(f) != 0 {
		t.Errorf("a sealed original left %d files with the open ones", len(f))
	}
	if _, err := h.Text(t.Context(), "S-001"); fault.KindOf(err) != fault.Withheld {
		t.Errorf("text of a sealed original: %v", err)
	}
	h.untouched(func() {
		again, err := h.Add(t.Context(), amina, Incoming{Name: "copy.txt", Body: strings.NewReader(witness), Sealed: true})
		if err != nil || !again.Already || again.Original != want {
			t.Errorf("the same again: %+v, %v", again, err)
		}
	})
}

func TestAddSealedWithoutName(t *testing.T) {
	h := open(t)
	got, err := h.Add(t.Context(), amina, Incoming{Body: strings.NewReader("words"), Sealed: true})
	if err != nil || got.Original.FileName != "" || len(h.sealer.kept) != 1 {
		t.Errorf("got %+v, %v", got.Original, err)
	}
	h.check()
}

func TestAddSealedIsWholeOrNothing(t *testing.T) {
	for _, kind := range []seal.Kind{seal.Original, seal.FileName} {
		h := open(t)
		h.sealer.fail = string(kind)
		h.untouched(func() {
			got, err := h.Add(t.Context(), amina, Incoming{Name: "w.txt", Body: strings.NewReader("words"), Sealed: true})
			if err == nil || got.Original.ID != "" {
				t.Errorf("keeping the %s failed, and Add answered %+v, %v", kind, got, err)
			}
		})
	}
}

func TestAddEmpty(t *testing.T) {
	h := open(t)
	for _, sealed := range []bool{false, true} {
		h.untouched(func() {
			_, err := h.Add(t.Context(), amina, Incoming{Name: "a.txt", Body: strings.NewReader(""), Sealed: sealed})
			refused(t, err, fault.Invalid)
		})
	}
}

// What cannot be read as text is kept all the same, with the reason.
func TestAddWithoutText(t *testing.T) {
	tests := []struct{ name, body, media, why string }{
		{"binary", "\x89PNG\r\n\x1a\n\x00\x01", "image/png", "bytes that no text has"},
		{"nul in text", "words\x00words", "application/octet-stream", "bytes that no text has"},
		{"invalid UTF-8", "caf\xe9", "text/plain", "no valid UTF-8"},
		{"html in another encoding", "<html><meta charset=koi8-r><p>x", "text/html; charset=utf-8", "no valid UTF-8"},
		{"white space", " \r\n\t ", "text/plain; charset=utf-8", "no text was found"},
		{"deep markup", "<html>" + strings.Repeat("<div>", 600) + "x", "text/html; charset=utf-8", "nested too deeply"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t)
			got := h.add(tt.body)
			if got.Text != nil || got.Original.Media != tt.media || !strings.Contains(got.Original.NoText, tt.why) {
				t.Errorf("got %+v", got.Original)
			}
			f := func() *fault.Error { _, err := h.Text(t.Context(), "S-001"); return refused(t, err, fault.NotFound) }()
			if !strings.Contains(f.What, tt.why) {
				t.Errorf("the refusal does not say why: %s", f.What)
			}
			if b := h.copy("S-001"); b != tt.body {
				t.Errorf("kept %q", b)
			}
		})
	}
}

// Whatever ends the lines, the sentences are those a person reads, and the bytes stay.
func TestAddReadsEveryLineEnd(t *testing.T) {
	h := open(t)
	for i, end := range []string{"\n", "\r\n", "\r", "\u2028", "\u0085"} {
		body := strings.ReplaceAll("One and|more.||Two. Three.|", "|", end)
		got := h.add(body)
		x, err := h.Text(t.Context(), got.Original.ID)
		if err != nil || x.Body != "One and more.\n\nTwo. Three." || len(x.Sentences) != 3 || len(x.Paragraphs) != 2 {
			t.Errorf("%q: %+v, %v", end, x, err)
			continue
		}
		for n, want := range []string{"One and more.", "Two.", "Three."} {
			if p, err := x.Passage(Address{Source: x.Source, From: n + 1, To: n + 1}); err != nil || p.Text != want {
				t.Errorf("%q: sentence %d is %q, %v", end, n+1, p.Text, err)
			}
		}
		if b := h.copy(got.Original.ID); b != body {
			t.Errorf("line end %d: kept %q", i, b)
		}
	}
	h.check()
}

// TestAddFindsLanguages: what a document declares stands, even if its words are in another
// language; what it leaves open is found, or stays open.
func TestAddFindsLanguages(t *testing.T) {
	const german = "Das Ministerium teilte am Dienstag mit, es habe den Bericht gelesen."
	const russian = "Министерство заявило во вторник, что прочитало доклад и ответит в течение шестидесяти дней."
	h := open(t)
	h.add(german + "\n\n" + russian + "\n\nJa.")
	h.add("<html><p lang=fr>" + german + "<p>" + russian + "<p lang='no tag'>" + german)
	for id, want := range map[string][]lang.Tag{"S-001": {"de", "ru", ""}, "S-002": {"fr", "ru", "de"}} {
		x, err := h.Text(t.Context(), id)
		if err != nil || len(x.Paragraphs) != len(want) {
			t.Fatalf("%s: %+v, %v", id, x, err)
		}
		for i, p := range x.Paragraphs {
			if p.Lang != want[i] {
				t.Errorf("%s, paragraph %d: %q, want %q", id, p.N, p.Lang, want[i])
			}
		}
	}
	h.check()
}

func TestAddReadsDirectionsAndLanguages(t *testing.T) {
	h := open(t)
	const hidden = "\u202eMr\u200f. Verelin left.\u202c He \u2067قال\u2069 so.\n\nنعم."
	h.add(hidden)
	x, err := h.Text(t.Context(), "S-001")
	if err != nil || x.Body != hidden || len(x.Sentences) != 3 || x.Paragraphs[0].Dir != lang.LeftToRight || x.Paragraphs[1].Dir != lang.RightToLeft {
		t.Errorf("direction controls: %+v, %v", x, err)
	}
	if b := h.copy("S-001"); b != hidden {
		t.Errorf("kept %q", b)
	}
	h.add("<html lang=fr><title>Le dépôt</title><p>Oui.<p>Non.<p lang=ar dir=rtl>2031 OK")
	x, err = h.Text(t.Context(), "S-002")
	if err != nil || x.Format != "html" || x.Title != "Le dépôt" || x.Paragraphs[1].Lang != "fr" || x.Paragraphs[1].Dir != lang.LeftToRight ||
		x.Paragraphs[2].Lang != "ar" || x.Paragraphs[2].Dir != lang.RightToLeft {
		t.Errorf("html: %+v, %v", x, err)
	}
	h.check()
}

// A body that cannot be read, or that breaks off because its file vanished, leaves
// neither blob nor row, and the error has no path in it.
func TestAddUnreadableBody(t *testing.T) {
	failing := func(err error) io.Reader {
		return iotest.ErrReader(&fs.PathError{Op: "read", Path: "/people/tomas/Verelin.txt", Err: err})
	}
	begun := strings.Repeat("words ", 50_000)
	tests := []struct {
		name string
		body func() io.Reader
	}{
		{"unreadable", func() io.Reader { return failing(fs.ErrPermission) }},
		{"a directory", func() io.Reader { return failing(errors.New("is a directory")) }},
		{"vanished", func() io.Reader {
			return io.MultiReader(strings.NewReader(begun), failing(errors.New("stale file handle")))
		}},
		{"vanished at the end", func() io.Reader {
			return iotest.DataErrReader(io.MultiReader(strings.NewReader(begun), failing(fs.ErrClosed)))
		}},
		{"cut off", func() io.Reader { return io.MultiReader(strings.NewReader(begun), failing(io.ErrUnexpectedEOF)) }},
	}
	for _, tt := range tests {
		for _, sealed := range []bool{false, true} {
			h := open(t)
			h.untouched(func() {
				got, err := h.Add(t.Context(), amina, Incoming{Name: "a.txt", Body: tt.body(), Sealed: sealed})
				if err == nil || got.Original.ID != "" {
					t.Errorf("%s, sealed %v: %+v, %v", tt.name, sealed, got, err)
				}
				if !sealed && strings.Contains(err.Error(), "Verelin") { // of a sealed one the vault speaks
					t.Errorf("%s: %v", tt.name, err)
				}
			})
			if got := h.add("The Monitor said so."); got.Original.ID != "S-001" {
				t.Errorf("%s: a body that failed cost an id: %s", tt.name, got.Original.ID)
			}
		}
	}
}

func TestAddStopped(t *testing.T) {
	h := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.untouched(func() {
		body := io.MultiReader(strings.NewReader("words"), readerFunc(func([]byte) (int, error) { cancel(); return 0, nil }), strings.NewReader("more"))
		if _, err := h.Add(ctx, amina, Incoming{Body: body}); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// An act that cannot be taken down undoes the row. The blob that was named before the
// commit is swept later, like after a crash.
func TestAddWithoutActIsUndone(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	_, err := h.Add(t.Context(), amina, Incoming{Name: "b.txt", Body: strings.NewReader("Nobody denied it.")})
	if err != nil {
		t.Fatal(err)
	}
	acts := h.acts()
	nobody := amina
	nobody.Member = ""
	if got, err := h.Add(t.Context(), nobody, Incoming{Body: strings.NewReader("third")}); err == nil || got.Original.ID != "" {
		t.Fatalf("an original without a member was taken in: %+v, %v", got, err)
	}
	if !slices.Equal(h.acts(), acts) || len(h.files()) != 3 {
		t.Fatalf("acts %q, %d files", h.acts(), len(h.files()))
	}
	if n, err := h.Sweep(t.Context()); n != 1 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	if n, err := h.Sweep(t.Context()); n != 0 || err != nil || len(h.files()) != 2 {
		t.Errorf("swept %d, %v; %d files", n, err, len(h.files()))
	}
	h.check()
	if b := h.copy("S-001"); b != "The Monitor said so." {
		t.Errorf("sweeping cost an original: %q", b)
	}
}

// stream makes its bytes as they are asked for and watches the heap meanwhile.
type stream struct {
	left  int64
	calls int
	peak  uint64
}

func (s *stream) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	s.look()
	n := int(min(int64(len(p)), s.left))
	for i := range p[:n] {
		p[i] = "The Monitor said so. "[(s.left-int64(i))%21]
	}
	s.left -= int64(n)
	return n, nil
}

func (s *stream) Write(p []byte) (int, error) {
	s.look()
	s.left += int64(len(p))
	return len(p), nil
}

func (s *stream) look() {
	if s.calls++; s.calls%64 == 0 {
		s.peak = max(s.peak, heap())
	}
}

func heap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestAddAndCopyInFlatMemory(t *testing.T) {
	// What may become a working text is held, and that is 16 MiB; the rest is buffers and garbage.
	const size, ceiling = 200 << 20, 48 << 20
	h := open(t)
	h.add("warm up") // the engine's own memory is not what is measured
	runtime.GC()
	before := heap()
	in := &stream{left: size}
	got, err := h.Add(t.Context(), amina, Incoming{Name: "long.txt", Body: in})
	if err != nil {
		t.Fatal(err)
	}
	if got.Original.Size != size || got.Original.Media != "text/plain; charset=utf-8" || !strings.Contains(got.Original.NoText, "too large") {
		t.Errorf("got %+v", got.Original)
	}
	out := &stream{}
	if _, err := h.Copy(t.Context(), amina, got.Original.ID, out); err != nil || out.left != size {
		t.Errorf("copied %d bytes, %v", out.left, err)
	}
	if in.peak > before+ceiling || out.peak > before+ceiling {
		t.Errorf("the heap grew from %d to %d (in) and %d (out) bytes", before, in.peak, out.peak)
	}
	h.check()
}

func TestFreeze(t *testing.T) {
	h := open(t)
	h.addSealedText("My name is Tomas Verelin. I saw it.")
	x, err := h.Freeze(t.Context(), amina, "S-001", strings.NewReader("My name is [P-01].\nI saw it."))
	if err != nil || x.Source != "S-001" || len(x.Sentences) != 2 {
		t.Fatalf("got %+v, %v", x, err)
	}
	h.check()
	stored, err := h.Text(t.Context(), "S-001")
	if err != nil || fmt.Sprint(stored) != fmt.Sprint(x) {
		t.Errorf("stored %+v, %v", stored, err)
	}
	h.untouched(func() {
		x, err := h.Freeze(t.Context(), amina, "S-001", strings.NewReader("Another text."))
		refused(t, err, fault.Conflict)
		if x.Body != "" {
			t.Errorf("a refused text came back: %q", x.Body)
		}
	})
}

func TestFreezeRefusals(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	h.addSealedText("My name is Tomas Verelin.")
	h.add("caf\xe9")
	broken := iotest.ErrReader(&fs.PathError{Op: "read", Path: "/people/tomas/Verelin.txt", Err: errors.New("input/output error")})
	tests := []struct {
		name, source string
		body         io.Reader
		want         fault.Kind
	}{
		{"open", "S-001", strings.NewReader("text"), fault.Conflict},
		{"open, without text", "S-003", strings.NewReader("text"), fault.Conflict},
		{"unknown", "S-009", strings.NewReader("text"), fault.NotFound},
		{"empty", "S-002", strings.NewReader(" \n"), fault.Invalid},
		{"binary", "S-002", strings.NewReader("a\x00"), fault.Invalid},
		{"encoding", "S-002", strings.NewReader("caf\xe9"), fault.Invalid},
		{"too large", "S-002", io.LimitReader(&stream{left: 1 << 30}, 16<<20+1), fault.Invalid},
		{"unreadable", "S-002", broken, fault.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h.untouched(func() {
				_, err := h.Freeze(t.Context(), amina, tt.source, tt.body)
				if f := refused(t, err, tt.want); strings.Contains(f.Error(), "Verelin") || f.Safe == "" && tt.want != fault.NotFound {
					t.Errorf("%+v", f)
				}
			})
		})
	}
}

// The ledger must notice a changed row, whichever it is.
func TestCheckNamesChangedRows(t *testing.T) {
	tests := []struct{ sql, place string }{
		{"UPDATE original SET name = 'b.txt' WHERE id = 'S-001'", "S-001"},
		{"UPDATE original SET seal_original = 'E-0009' WHERE id = 'S-002'", "S-002"},
		{"UPDATE working_text SET body = replace(body, 'Monitor', 'Ministry')", "S-001.text"},
		{"UPDATE working_text SET title = 'x'", "S-001.text"},
		{"UPDATE sentence SET end_byte = end_byte - 1 WHERE n = 1", "S-001.text"},
		{"UPDATE paragraph SET dir = 'rtl'", "S-001.text"},
		{"UPDATE paragraph SET lang = 'fr'", "S-001.text"},
		{"DELETE FROM sentence WHERE n = 2", "S-001.text"},
		{"UPDATE proposal SET state = 'dropped'", "Q-001"},
		{"UPDATE proposal SET body = replace(body, 'so', 'no')", "Q-001"},
		{"DELETE FROM proposal", "Q-001"},
		{"UPDATE original SET erased_at = 1 WHERE id = 'S-001'", "S-001"},
		{"UPDATE custody SET kind = 'copied' WHERE id = 'CU-0001'", "CU-0001"},
		{"UPDATE custody SET on_date = '2030'  WHERE id = 'CU-0001'", "CU-0001"},
		{"UPDATE custody SET note = 'from nobody' WHERE id = 'CU-0001'", "CU-0001"},
		{"UPDATE custody SET source = 'S-002' WHERE id = 'CU-0001'", "CU-0001"},
		{"UPDATE custody SET seal_note = 'E-0009' WHERE id = 'CU-0002'", "CU-0002"},
		{"UPDATE custody SET by_member = 'M-02' WHERE id = 'CU-0002'", "CU-0002"},
		{"UPDATE custody SET at = at + 1 WHERE id = 'CU-0002'", "CU-0002"},
		{"DELETE FROM custody WHERE id = 'CU-0001'", "CU-0001"},
	}
	for _, tt := range tests {
		h := open(t)
		h.add("Amina said “so”. Nobody denied it. The Monitor did.")
		h.addSealedText("words")
		if _, err := h.Propose(t.Context(), amina, "S-001"); err != nil {
			t.Fatal(err)
		}
		for _, source := range []string{"S-001", "S-002"} {
			h.custody(Custody{Source: source, Kind: "collected", On: "2031-05", Note: "from a neighbour"})
		}
		h.check()
		h.tamper(tt.sql)
		h.check(tt.place)
	}
}

// tamper changes rows behind the ledger's back.
func (h *house) tamper(sql string) {
	h.t.Helper()
	err := h.db.Update(h.t.Context(), func(tx *store.Tx) error {
		tx.Acted()
		_, err := tx.Exec(sql)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// What is sealed never comes in once more in the open: the leak check would take its
// words for known.
func TestAddOpenOfWhatIsSealed(t *testing.T) {
	h := open(t)
	const witness = "My name is Tomas Verelin."
	sealed := h.addSealedText(witness).Original
	h.untouched(func() {
		got, err := h.Add(t.Context(), amina, Incoming{Name: "w.txt", Body: strings.NewReader(witness)})
		if err != nil || !got.Already || got.Original != sealed || got.Text != nil {
			t.Errorf("got %+v, %v", got, err)
		}
	})
	h.sealer.lost = errors.New("the vault does not answer")
	h.untouched(func() {
		if _, err := h.Add(t.Context(), amina, Incoming{Body: strings.NewReader("other words")}); !errors.Is(err, h.sealer.lost) {
			t.Errorf("nobody knows whether it is sealed, and Add says %v", err)
		}
	})
}

func TestAddSettles(t *testing.T) {
	h := open(t)
	h.addSealedText("words")
	if want := []seal.Kind{seal.Original, seal.FileName}; !slices.Equal(h.sealer.settled, want) {
		t.Errorf("settled %v, want %v", h.sealer.settled, want)
	}
	h.addSealedText("words")
	h.sealer.fail = string(seal.Original)
	if _, err := h.Add(t.Context(), amina, Incoming{Body: strings.NewReader("more"), Sealed: true}); err == nil {
		t.Fatal("it was kept")
	}
	if len(h.sealer.settled) != 2 {
		t.Errorf("settled without a commit: %v", h.sealer.settled)
	}
	h.add("The Monitor said so.")
	h.add("The Monitor said so.")
	if settled, err := h.blobs.Settled(t.Context()); err != nil || len(settled) != 1 {
		t.Errorf("settled %v, %v", settled, err)
	}
}
