package vault

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"filippo.io/age"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

func TestSealAndOpen(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	large := bytes.Repeat([]byte("an interview, line after line\n"), 20_000)
	values := []struct {
		kind  seal.Kind
		value []byte
	}{
		{seal.Name, []byte("Invented Name")}, {seal.Place, []byte("Invented Place\n")}, {seal.Note, []byte{0, 1, 2, 0}},
		{seal.FileName, nil}, {seal.Original, large},
	}
	for i, x := range values {
		ref := keep(t, v, x.kind, "S-001", x.value)
		if want := seal.Ref([]string{"E-0001", "E-0002", "E-0003", "E-0004", "E-0005"}[i]); ref != want {
			t.Errorf("ref %s, want %s", ref, want)
		}
		if e := last(t, p.db); e.Kind != "value.sealed" || e.Object != string(ref) || e.Subject != "S-001" || e.Holds != ledger.State || e.By != "M-01" {
			t.Errorf("entry %+v", e)
		}
		got, kind := unseal(t, v, ref)
		if kind != x.kind || !bytes.Equal(got, x.value) {
			t.Errorf("%s: %d bytes of kind %s, want %d of %s", ref, len(got), kind, len(x.value), x.kind)
		}
		if e := last(t, p.db); e.Kind != "value.opened" || e.Object != string(ref) || e.Holds != ledger.Detail {
			t.Errorf("entry %+v", e)
		}
	}
	err := p.db.View(t.Context(), func(tx *store.Tx) error {
		items, err := v.List(tx)
		if len(items) != len(values) || items[4] != (Item{"E-0005", seal.Original, "S-001"}) {
			t.Errorf("list %v", items)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := problems(t, v); len(got) != 0 {
		t.Errorf("problems of an honest vault: %v", got)
	}
	v.Close()
	if got, _ := unseal(t, p.open(t, false), "E-0005"); !bytes.Equal(got, large) {
		t.Error("after closing and opening the bytes differ")
	}
}

func TestEachCustodianOpens(t *testing.T) {
	p := newPlace(t)
	second := newCustodian(t)
	both := func(c *Config) { c.Custodians = append(c.Custodians, second.as("M-02")) }
	v := p.open(t, true, both)
	ref := keep(t, v, seal.Name, "S-001", []byte("x y"))
	v.Close()
	v = p.open(t, false, both, func(c *Config) { c.Identities = []age.Identity{second} })
	if got, _ := unseal(t, v, ref); string(got) != "x y" {
		t.Errorf("the second custodian reads %q", got)
	}
}

func TestMemberSealsAndCannotOpen(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true, noIdentity)
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	_, _, there := v.Open(t.Context(), amina, ref, "curiosity")
	if e := last(t, p.db); e.Kind != "value.refused" || e.Object != string(ref) {
		t.Errorf("the refusal is not in the ledger: %+v", e)
	}
	before := len(entries(t, p.db))
	_, _, none := v.Open(t.Context(), amina, "E-0999", "curiosity")
	if len(entries(t, p.db)) != before {
		t.Error("an entry about a value that is not there")
	}
	for _, err := range []error{there, none} {
		var f *fault.Error
		if !errors.As(err, &f) || f.Kind != fault.Locked || f.What != "this is sealed; the custodian can open it" || f.Do != "Unlock as a custodian." {
			t.Errorf("refusal: %#v", err)
		}
	}
	if there.Error() != none.Error() {
		t.Errorf("a member can tell %q from %q", there, none)
	}
	if _, err := v.Leaks(t.Context(), amina, "gate", Query{Text: []byte("x")}); fault.KindOf(err) != fault.Locked {
		t.Errorf("leak check without custodian: %v", err)
	}
	if _, err := v.Commitments(t.Context(), amina, "R1", []seal.Ref{ref}); fault.KindOf(err) != fault.Locked {
		t.Errorf("commitments without custodian: %v", err)
	}
}

func TestRefusalThatCannotBeWrittenStaysARefusal(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true, noIdentity)
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	if _, _, err := v.Open(t.Context(), ledger.Actor{}, ref, "curiosity"); fault.KindOf(err) != fault.Locked || errors.Unwrap(err) == nil {
		t.Errorf("got %v, want a refusal with its cause", err)
	}
}

// To a custodian for whom it was not sealed, a value is as one that is not there.
func TestUnknownAndForeignLookAlike(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	v.Close()
	v = p.open(t, false, func(c *Config) { c.Identities = []age.Identity{newCustodian(t)} })
	_, _, foreign := v.Open(t.Context(), amina, ref, "review")
	_, _, unknown := v.Open(t.Context(), amina, "E-0999", "review")
	if fault.KindOf(foreign) != fault.Withheld || fault.KindOf(unknown) != fault.Withheld || foreign.Error() != unknown.Error() {
		t.Errorf("foreign: %v; unknown: %v", foreign, unknown)
	}
}

func TestPurposeIsRequired(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	before := len(entries(t, p.db))
	for _, purpose := range []string{"", "  \n ", "ab", " ab ", strings.Repeat("x", 1001)} {
		if _, _, err := v.Open(t.Context(), amina, ref, purpose); fault.KindOf(err) != fault.Invalid {
			t.Errorf("purpose of %d bytes: %v", len(purpose), err)
		}
		if _, err := v.Leaks(t.Context(), amina, purpose, Query{}); fault.KindOf(err) != fault.Invalid {
			t.Errorf("leak check, purpose of %d bytes: %v", len(purpose), err)
		}
	}
	if len(entries(t, p.db)) != before || p.who.asked.Load() != 0 {
		t.Error("without a purpose something was written or opened")
	}
	if _, _, err := v.Open(t.Context(), amina, ref, "عذر"); err != nil {
		t.Errorf("a purpose of three characters: %v", err)
	}
}

// The act comes first: when the ledger cannot be written, no key is asked for.
func TestFailedLedgerWriteDenies(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Original, "S-001", []byte("an interview of more than six words in all"))
	ask := map[string]func(by ledger.Actor) error{
		"open": func(by ledger.Actor) error { _, _, err := v.Open(t.Context(), by, ref, "review"); return err },
		"leaks": func(by ledger.Actor) error {
			_, err := v.Leaks(t.Context(), by, "review", Query{Text: []byte("x")})
			return err
		},
		"commitments": func(by ledger.Actor) error {
			_, err := v.Commitments(t.Context(), by, "R1", []seal.Ref{ref})
			return err
		},
	}
	for name, f := range ask {
		if err := f(ledger.Actor{}); err == nil {
			t.Errorf("%s: nobody answers for it, and it went through", name)
		}
	}
	behind(t, p.db, "ALTER TABLE ledger_hash RENAME TO no_entry")
	for name, f := range ask {
		if err := f(amina); err == nil {
			t.Errorf("%s went through without an entry", name)
		}
	}
	if n := p.who.asked.Load(); n != 0 {
		t.Errorf("a key was asked for %d times", n)
	}
	behind(t, p.db, "ALTER TABLE no_entry RENAME TO ledger_hash")
	for name, f := range ask {
		if err := f(amina); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSealingIsRefused(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	for name, prepare := range map[string]func() (*Prepared, error){
		"unknown kind": func() (*Prepared, error) { return v.Prepare(t.Context(), "secret", strings.NewReader("x")) },
		"long name": func() (*Prepared, error) {
			return v.Prepare(t.Context(), seal.Name, bytes.NewReader(make([]byte, maxShort+1)))
		},
	} {
		if _, err := prepare(); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	longest, err := v.Prepare(t.Context(), seal.Name, bytes.NewReader(make([]byte, maxShort)))
	if err != nil {
		t.Fatalf("the longest name: %v", err)
	}
	longest.Drop()
	if left := p.blobs(t); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	v.Close()
	v = p.open(t, false, func(c *Config) { c.Custodians = nil })
	if _, err := v.Prepare(t.Context(), seal.Name, strings.NewReader("x")); fault.KindOf(err) != fault.Refused {
		t.Errorf("no custodian: %v", err)
	}
}

func TestDropLeavesNothing(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	x, err := v.Prepare(t.Context(), seal.Name, strings.NewReader("Invented Name"))
	if err != nil {
		t.Fatal(err)
	}
	if x.Size() != 13 {
		t.Errorf("size %d", x.Size())
	}
	if err := errors.Join(x.Drop(), x.Drop()); err != nil {
		t.Fatal(err)
	}
	if left := p.blobs(t); len(left) != 0 || len(entries(t, p.db)) != 0 {
		t.Errorf("left: %v", left)
	}
}

func TestExisting(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	original := []byte("an interview that comes twice")
	early, err := v.Prepare(t.Context(), seal.Original, bytes.NewReader(original))
	if err != nil {
		t.Fatal(err)
	}
	defer early.Drop()
	if ref, ok := early.Existing(); ok {
		t.Errorf("exists before anything was sealed: %s", ref)
	}
	ref := keep(t, v, seal.Original, "S-001", original)
	if got, ok := early.Existing(); !ok || got != ref {
		t.Errorf("prepared before, asked after: %q, %v; want %s", got, ok, ref)
	}
	for name, x := range map[string]struct {
		kind  seal.Kind
		value string
		want  seal.Ref
	}{
		"same":          {seal.Original, string(original), ref},
		"one byte more": {seal.Original, string(original) + "\n", ""},
		"another kind":  {seal.Note, string(original), ""},
	} {
		p, err := v.Prepare(t.Context(), x.kind, strings.NewReader(x.value))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := p.Existing(); got != x.want || ok != (x.want != "") {
			t.Errorf("%s: %q, %v; want %q", name, got, ok, x.want)
		}
		p.Drop()
	}
}

// Inside the transaction that holds the writer's turn the question can be asked too.
func TestExistingWithinTheTransaction(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	x, err := v.Prepare(t.Context(), seal.Original, strings.NewReader("twice"))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Drop()
	ref := keep(t, v, seal.Original, "S-001", []byte("twice"))
	err = p.db.Update(t.Context(), func(*store.Tx) error {
		if got, ok := x.Existing(); !ok || got != ref {
			t.Errorf("got %q, %v", got, ok)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// A member must not be able to try names one after the other, so names have no digest.
func TestNoDigestOfWhatCanBeGuessed(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	for _, kind := range []seal.Kind{seal.Name, seal.Place, seal.Note, seal.FileName} {
		keep(t, v, kind, "S-001", []byte("guess me"))
		x, err := v.Prepare(t.Context(), kind, strings.NewReader("guess me"))
		if err != nil {
			t.Fatal(err)
		}
		if ref, ok := x.Existing(); ok {
			t.Errorf("%s: a guess is confirmed by %s", kind, ref)
		}
		x.Drop()
	}
	err := v.db.View(t.Context(), func(tx *store.Tx) error {
		var n int
		err := tx.QueryRow("SELECT count(*) FROM item WHERE digest <> x''").Scan(&n)
		if n != 0 {
			t.Errorf("%d digests of short values", n)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCommitments(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	values := map[seal.Ref][]byte{}
	for _, b := range [][]byte{[]byte("one"), []byte("two"), bytes.Repeat([]byte("x"), 200_000)} {
		values[keep(t, v, seal.Original, "S-001", b)] = b
	}
	refs := []seal.Ref{"E-0003", "E-0001"}
	r1, err := v.Commitments(t.Context(), amina, "R1", refs)
	if err != nil {
		t.Fatal(err)
	}
	if e := last(t, p.db); e.Kind != "evidence.committed" || e.Object != "R1" {
		t.Errorf("entry %+v", e)
	}
	for i, ref := range refs {
		leaf := seal.Leaf(seal.ReleaseSalt(saltOf(t, v, ref), "R1"), seal.Original)
		leaf.Write(values[ref])
		if seal.Commitment(leaf.Sum(nil)) != r1[i] {
			t.Errorf("%s: the commitment is not that of its bytes", ref)
		}
	}
	again, err := v.Commitments(t.Context(), amina, "R1", refs)
	if err != nil || again[0] != r1[0] {
		t.Errorf("asked again: %v, %v", again, err)
	}
	r2, err := v.Commitments(t.Context(), amina, "R2", refs)
	if err != nil || r2[0] == r1[0] {
		t.Errorf("another release has the same commitment, %v", err)
	}
	before := len(entries(t, p.db))
	if _, err := v.Commitments(t.Context(), amina, "R1", []seal.Ref{"E-0001", "E-0999"}); fault.KindOf(err) != fault.Withheld {
		t.Errorf("unknown ref: %v", err)
	}
	if c, err := v.Commitments(t.Context(), amina, "R1", nil); c != nil || err != nil {
		t.Errorf("no refs: %v, %v", c, err)
	}
	if len(entries(t, p.db)) != before {
		t.Error("an act without an opening")
	}
}

// Equal values have salts and keys of their own.
func TestSaltsAreFresh(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	a, b := keep(t, v, seal.Name, "S-001", []byte("same")), keep(t, v, seal.Name, "S-001", []byte("same"))
	if saltOf(t, v, a) == saltOf(t, v, b) || saltOf(t, v, a) == [32]byte{} {
		t.Error("two values share a salt")
	}
}

func saltOf(t testing.TB, v *Vault, ref seal.Ref) [32]byte {
	t.Helper()
	var r reference
	err := v.caseDB.View(t.Context(), func(tx *store.Tx) (err error) {
		r, err = readReference(tx, ref)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	i, err := v.readItem(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	k, err := i.unwrap(v.identities())
	if err != nil {
		t.Fatal(err)
	}
	return *k.salt
}
