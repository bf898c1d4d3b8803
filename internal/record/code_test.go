package record

import (
	"context"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/record/codebook"
	"heed/internal/store"
)

var luis = ledger.Actor{Member: "M-02"}

const roundup = "Soldiers came at night. Forty men were taken. Nobody showed a warrant. The mosque was closed."

func (h house) code(by ledger.Actor, source string, from, to int, term string) Code {
	h.t.Helper()
	c, added, err := h.AddCode(h.t.Context(), by, Code{Source: source, From: from, To: to, Term: term})
	if err != nil || !added {
		h.t.Fatalf("coding: added %v, %v", added, err)
	}
	return c
}

// The terms of every case pass the rules for a case's own, but for being there already.
func TestSeedTermsAreSound(t *testing.T) {
	seen := map[string]bool{}
	for _, term := range codebook.Terms() {
		if seen[term.ID] || !termForm.MatchString(term.ID) || term.Means == "" || slices.Contains(notTerms, term.ID) {
			t.Errorf("term %+v", term)
		}
		seen[term.ID] = true
		for _, n := range term.Huridocs {
			if !numberForm.MatchString(n) {
				t.Errorf("%s has the number %q", term.ID, n)
			}
		}
		if _, ok := codebook.Find(term.Parent); term.Parent != "" && !ok {
			t.Errorf("%s has the parent %q", term.ID, term.Parent)
		}
	}
}

func TestDefineTerm(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	define := func(id, means, parent string, saw int64) (Term, error) {
		return h.DefineTerm(ctx, amina, Term{ID: id, Means: means, Parent: parent}, saw)
	}
	if _, err := define("internet_cut", "a region is taken off the network", "collective_punishment", 0); err != nil {
		t.Fatal(err)
	}
	h.agrees("defining")
	for _, tt := range []struct{ id, means, parent, part string }{
		{"Internet", "x", "", "cannot be a term"},
		{"x", "x", "", "cannot be a term"},
		{"policy", "x", "", "name of something else"},
		{"torture", "x", "", "every case has"},
		{"night_raid", " ", "", "meaning of the term is missing"},
		{"internet_cut", "x", "internet_cut", "kind of itself"},
	} {
		_, err := define(tt.id, tt.means, tt.parent, 0)
		refused(t, err, fault.Invalid, tt.part)
	}
	_, err := h.DefineTerm(ctx, amina, Term{ID: "night_raid", Means: "x", Huridocs: []string{"xx21"}}, 0)
	refused(t, err, fault.Invalid, "no HURIDOCS number")
	_, err = define("night_raid", "x", "raid", 0)
	refused(t, err, fault.NotFound, "no term raid")
	_, err = define("internet_cut", "a region is taken off the network", "collective_punishment", 0)
	refused(t, err, fault.Conflict, "defined so already")
	if _, err := define("phone_cut", "telephones are cut", "internet_cut", 0); err != nil {
		t.Fatal(err)
	}
	_, err = define("internet_cut", "again", "phone_cut", 0)
	refused(t, err, fault.Invalid, "kind of itself")

	saw, err := h.Revision(ctx, "internet_cut")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := define("internet_cut", "the network is cut", "", saw); err != nil {
		t.Fatal(err)
	}
	_, err = define("internet_cut", "the telephone is cut", "", saw)
	refused(t, err, fault.Conflict, "internet_cut was changed by M-01")
	terms, err := h.Terms(ctx)
	if n := len(codebook.Terms()); err != nil || len(terms) != n+2 || terms[n].Means != "the network is cut" {
		t.Errorf("codebook: %+v, %v", terms[len(terms)-2:], err)
	}
	h.agrees("changing")
}

// An unknown term is refused, and the known ones that look like it are named.
func TestUnknownTermIsRefusedWithTheNearest(t *testing.T) {
	h := newHouse(t)
	s := h.add(roundup)
	_, _, err := h.AddCode(t.Context(), amina, Code{Source: s, From: 1, To: 1, Term: "arbitrary_detetnion"})
	refused(t, err, fault.NotFound, "no term arbitrary_detetnion")
	if do := doOf(err); !strings.Contains(do, "Nearest: arbitrary_detention.") {
		t.Errorf("the advice is %q", do)
	}
	h.agrees("a refusal")
}

func doOf(err error) string {
	f, ok := err.(*fault.Error)
	if !ok {
		return ""
	}
	return f.Do
}

func TestAddCode(t *testing.T) {
	h := newHouse(t)
	s := h.add(roundup)
	c, added, err := h.AddCode(t.Context(), amina, Code{ID: "CD-9999", Coder: "M-09", Source: s, From: 2, To: 3, Term: "mass_roundup", Note: "no warrant"})
	if err != nil || !added || c.ID != "CD-0001" || c.Coder != "M-01" || c.At != noon.UnixMicro() || c.Edition != 0 {
		t.Fatalf("coded %+v, %v, %v", c, added, err)
	}
	h.agrees("coding")
	again, added, err := h.AddCode(t.Context(), amina, Code{Source: s, From: 2, To: 3, Term: "mass_roundup"})
	if err != nil || added || again != c {
		t.Errorf("the same once more: %+v, %v, %v", again, added, err)
	}
	for _, other := range []Code{{Source: s, From: 2, To: 2, Term: "mass_roundup"}, {Source: s, From: 2, To: 3, Term: "arrest"}} {
		if _, added, err := h.AddCode(t.Context(), amina, other); err != nil || !added {
			t.Errorf("another passage or term: %v, %v", added, err)
		}
	}
	for _, tt := range []struct {
		code Code
		kind fault.Kind
		part string
	}{
		{Code{Source: s, From: 9, To: 9, Term: "arrest"}, fault.NotFound, s + ":9"},
		{Code{Source: "S-009", From: 1, To: 1, Term: "arrest"}, fault.NotFound, "S-009"},
		{Code{Source: s, From: 1, To: 1, Term: "arrest", Note: "\xff"}, fault.Invalid, "note"},
		{Code{Source: s, From: 1, To: 1, Term: "arrest", Note: "a\u202eb"}, fault.Invalid, "override"},
	} {
		_, _, err := h.AddCode(t.Context(), amina, tt.code)
		refused(t, err, tt.kind, tt.part)
	}
	h.agrees("refusals")
}

// Two coders' codes never overwrite each other: each is an object of its own, and only
// its coder changes it, takes it back or undoes what was done to it.
func TestTwoCodersNeverOverwrite(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.add(roundup)
	a, b := h.code(amina, s, 2, 3, "mass_roundup"), h.code(luis, s, 2, 3, "mass_roundup")
	if a.ID == b.ID {
		t.Fatalf("both are %s", a.ID)
	}
	to := func(term string) func(Code) (Code, error) {
		return func(c Code) (Code, error) { c.Term, c.Coder = term, "M-02"; return c, nil }
	}
	_, err := h.ChangeCode(ctx, luis, a.ID, 0, to("arrest"))
	refused(t, err, fault.Refused, "CD-0001 is the code of M-01")
	_, err = h.TakeBackCode(ctx, luis, a.ID, 0)
	refused(t, err, fault.Refused, "CD-0001 is the code of M-01")
	_, err = h.undo(luis, a.ID, "it is mine")
	refused(t, err, fault.Refused, "CD-0001 is the code of M-01")
	changed, err := h.ChangeCode(ctx, amina, a.ID, 0, to("abduction"))
	if err != nil || changed.Term != "abduction" || changed.Coder != "M-01" || changed.From != 2 {
		t.Errorf("changed to %+v, %v", changed, err)
	}
	if other, err := h.Code(ctx, b.ID); err != nil || other != b {
		t.Errorf("the other's code became %+v, %v", other, err)
	}
	if _, err := h.TakeBackCode(ctx, amina, a.ID, 0); err != nil {
		t.Fatal(err)
	}
	h.agrees("taking back")
	_, err = h.Code(ctx, a.ID)
	refused(t, err, fault.NotFound, a.ID)
	_, err = h.undo(luis, a.ID, "bring it back")
	refused(t, err, fault.Refused, "CD-0001 is the code of M-01")
	if gone, err := h.undo(amina, a.ID, ""); err != nil || gone {
		t.Errorf("undone: gone %v, %v", gone, err)
	}
	if back, err := h.Code(ctx, a.ID); err != nil || back != changed {
		t.Errorf("back came %+v, %v", back, err)
	}
	h.agrees("bringing back")
}

// Of two edits that began from the same act the second is refused, visibly.
func TestStaleCodeIsAConflict(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	c := h.code(amina, h.add(roundup), 1, 1, "arrest")
	saw, err := h.Revision(ctx, c.ID)
	if err != nil {
		t.Fatal(err)
	}
	note := func(s string) func(Code) (Code, error) {
		return func(c Code) (Code, error) { c.Note = s; return c, nil }
	}
	if _, err := h.ChangeCode(ctx, amina, c.ID, saw, note("first")); err != nil {
		t.Fatal(err)
	}
	_, err = h.ChangeCode(ctx, amina, c.ID, saw, note("second"))
	refused(t, err, fault.Conflict, c.ID+" was changed by M-01")
	_, err = h.TakeBackCode(ctx, amina, c.ID, saw)
	refused(t, err, fault.Conflict, c.ID+" was changed by M-01")
	if got, err := h.Code(ctx, c.ID); err != nil || got.Note != "first" {
		t.Errorf("left %+v, %v", got, err)
	}
	h.agrees("a stale edit")
}

// A change cannot make a coder say the same twice, and neither can an undo.
func TestNoCodeTwice(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.add(roundup)
	a, b := h.code(amina, s, 1, 1, "arrest"), h.code(amina, s, 1, 1, "abduction")
	to := func(term string) func(Code) (Code, error) {
		return func(c Code) (Code, error) { c.Term = term; return c, nil }
	}
	_, err := h.ChangeCode(ctx, amina, b.ID, 0, to("arrest"))
	refused(t, err, fault.Conflict, a.ID+" says so already")
	_, err = h.ChangeCode(ctx, amina, b.ID, 0, to("arest"))
	refused(t, err, fault.NotFound, "no term arest")
	if _, err := h.TakeBackCode(ctx, amina, a.ID, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := h.ChangeCode(ctx, amina, b.ID, 0, to("arrest")); err != nil {
		t.Fatal(err)
	}
	_, err = h.undo(amina, a.ID, "")
	refused(t, err, fault.Conflict, b.ID+" says so already")
	h.agrees("refusals")
}

// A code on a text that was extracted again still points at its own sentence.
func TestCodeStaysAtItsSentence(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s := h.addSealed("Forty men were taken. Nobody showed a warrant.")
	before := h.code(amina, s, 1, 1, "mass_roundup")
	if _, err := h.intake.Correct(ctx, amina, s, strings.NewReader("Soldiers came at night. Forty men were taken. Nobody showed a paper.")); err != nil {
		t.Fatal(err)
	}
	words := func(c Code) string {
		p, err := h.intake.Passage(ctx, c.Address())
		if err != nil {
			t.Fatal(err)
		}
		return p.Text
	}
	kept, err := h.Code(ctx, before.ID)
	if err != nil || words(kept) != "Forty men were taken." {
		t.Errorf("the code stands at %s: %q, %v", kept.Address(), words(kept), err)
	}
	after, added, err := h.AddCode(ctx, amina, Code{Source: s, From: 1, To: 1, Edition: 2, Term: "mass_roundup"})
	if err != nil || !added || words(after) != "Soldiers came at night." {
		t.Errorf("the first sentence of the new text: %+v, %v, %v", after, added, err)
	}
	// Two coders who coded one sentence in two editions agree; a sentence that is gone is
	// not counted.
	if _, _, err := h.AddCode(ctx, luis, Code{Source: s, From: 2, To: 2, Edition: 2, Term: "mass_roundup"}); err != nil {
		t.Fatal(err)
	}
	h.code(luis, s, 2, 2, "arrest")
	got, moved, err := h.Compared(ctx, s, "M-01", "M-02")
	if want := []Agreement{{"mass_roundup", 1, 1, 0}}; err != nil || moved != 1 || !slices.Equal(got, want) {
		t.Errorf("compared %v, %d moved, %v; want %v", got, moved, err, want)
	}
	h.agrees("a corrected text")
}

func TestCompareCodes(t *testing.T) {
	code := func(coder, term string, from, to int) Code {
		return Code{Source: "S-001", From: from, To: to, Term: term, Coder: coder}
	}
	codes := []Code{
		code("M-01", "arrest", 1, 4), code("M-01", "arrest", 3, 5), code("M-02", "arrest", 4, 6), code("M-03", "arrest", 1, 9),
		code("M-02", "rape", 2, 2), code("M-01", "curfew", 7, 8), code("M-02", "curfew", 7, 8),
		{Source: "S-001", Edition: 2, From: 4, To: 4, Term: "arrest", Coder: "M-02"},
	}
	want := []Agreement{{"arrest", 2, 3, 2}, {"curfew", 2, 0, 0}, {"rape", 0, 0, 1}}
	if got := CompareCodes(codes, "M-01", "M-02"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := CompareCodes(nil, "M-01", "M-02"); len(got) != 0 {
		t.Errorf("of nothing came %v", got)
	}
}

// Which coder is called first changes the names of the columns and nothing else, and the
// counts add up to the sentences each coded.
func TestCompareCodesLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		codes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Code {
			from := rapid.IntRange(1, 8).Draw(t, "from")
			return Code{Source: "S-001", From: from, To: from + rapid.IntRange(0, 4).Draw(t, "more"),
				Term:  rapid.SampledFrom([]string{"arrest", "curfew"}).Draw(t, "term"),
				Coder: rapid.SampledFrom([]string{"M-01", "M-02", "M-03"}).Draw(t, "coder")}
		}), 0, 8).Draw(t, "codes")
		got, back := CompareCodes(codes, "M-01", "M-02"), CompareCodes(codes, "M-02", "M-01")
		if len(got) != len(back) {
			t.Fatalf("%v and %v", got, back)
		}
		for i, a := range got {
			b := back[i]
			if a.Term != b.Term || a.Both != b.Both || a.OnlyFirst != b.OnlySecond || a.OnlySecond != b.OnlyFirst {
				t.Fatalf("%v turned round is %v", a, b)
			}
			mine := map[int]bool{}
			for _, c := range codes {
				for n := c.From; n <= c.To && c.Term == a.Term && c.Coder == "M-01"; n++ {
					mine[n] = true
				}
			}
			if a.Both+a.OnlyFirst != len(mine) {
				t.Fatalf("M-01 coded %d sentences, and %v counts otherwise", len(mine), a)
			}
		}
	})
}

func TestCodesAreListedBySentence(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	s, other := h.add(roundup), h.add("Another text.")
	last := h.code(amina, s, 4, 4, "religious_restriction")
	first := h.code(luis, s, 1, 2, "arrest")
	second := h.code(amina, s, 2, 3, "arrest")
	elsewhere := h.code(amina, other, 1, 1, "arrest")
	list := func(f CodeFilter, after string, limit int) ([]Code, int) {
		got, total, err := h.Codes(ctx, f, after, limit)
		if err != nil {
			t.Fatal(err)
		}
		return got, total
	}
	for _, tt := range []struct {
		name  string
		f     CodeFilter
		after string
		limit int
		want  []Code
		total int
	}{
		{"a source", CodeFilter{Source: s}, "", 0, []Code{first, second, last}, 3},
		{"its first page", CodeFilter{Source: s}, "", 2, []Code{first, second}, 3},
		{"its second page", CodeFilter{Source: s}, second.ID, 2, []Code{last}, 3},
		{"a coder on it", CodeFilter{Source: s, Coder: "M-01"}, "", 0, []Code{second, last}, 2},
		{"a term on it", CodeFilter{Source: s, Term: "arrest"}, "", 0, []Code{first, second}, 2},
		{"a passage", CodeFilter{Source: s, From: 3, To: 4}, "", 0, []Code{second, last}, 2},
		{"everything", CodeFilter{}, "", 0, []Code{last, first, second, elsewhere}, 4},
		{"a coder", CodeFilter{Coder: "M-01"}, second.ID, 5, []Code{elsewhere}, 3},
		{"a term", CodeFilter{Term: "arrest"}, "", 2, []Code{first, second}, 3},
	} {
		if got, total := list(tt.f, tt.after, tt.limit); !slices.Equal(got, tt.want) || total != tt.total {
			t.Errorf("%s: %v of %d, want %v of %d", tt.name, got, total, tt.want, tt.total)
		}
	}
	_, _, err := h.Codes(ctx, CodeFilter{Source: s}, "CD-0099", 2)
	refused(t, err, fault.NotFound, "CD-0099")
}

// undo takes an act back as the case does, in one transaction.
func (h house) undo(by ledger.Actor, id, why string) (gone bool, err error) {
	err = h.db.Update(context.Background(), func(tx *store.Tx) error {
		gone, err = h.Undo(tx, by, id, why)
		return err
	})
	return gone, err
}

func (h house) rests(id string) (ids []string) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(tx *store.Tx) (err error) {
		ids, err = h.Rests(tx, id)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return ids
}
