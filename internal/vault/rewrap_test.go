package vault

import (
	"context"
	"crypto/sha256"
	"errors"
	"slices"
	"testing"

	"filippo.io/age"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

// custodians makes these the custodians, and the first of them the one at work.
func custodians(who ...custodian) func(*Config) {
	return func(c *Config) {
		c.Custodians = nil
		for i, x := range who {
			c.Custodians = append(c.Custodians, x.as([]string{"M-01", "M-02", "M-03"}[i]))
		}
		c.Identities = []age.Identity{who[0]}
	}
}

func behindIs(t testing.TB, v *Vault, want int) {
	t.Helper()
	if n, err := v.Behind(t.Context()); n != want || err != nil {
		t.Errorf("behind: %d, %v; want %d", n, err, want)
	}
}

func rewrap(t testing.TB, v *Vault, want int) {
	t.Helper()
	if n, err := v.Rewrap(t.Context(), amina, nil); n != want || err != nil {
		t.Errorf("wrapped anew: %d, %v; want %d", n, err, want)
	}
	behindIs(t, v, 0)
}

func itemIDs(t testing.TB, v *Vault) (ids []string) {
	t.Helper()
	err := v.db.View(t.Context(), func(own *store.Tx) (err error) {
		ids, err = texts(own, "SELECT id || settled FROM item ORDER BY id")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

func clean(t testing.TB, v *Vault) {
	t.Helper()
	if got := problems(t, v); len(got) != 0 {
		t.Errorf("problems: %v", got)
	}
}

// A custodian comes, then the first one goes.
func TestRewrap(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	name := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	original := keep(t, v, seal.Original, "S-002", []byte("an interview"))
	before, err := v.Commitments(t.Context(), amina, "R1", []seal.Ref{name, original})
	if err != nil {
		t.Fatal(err)
	}
	rewrap(t, v, 0)
	v.Close()

	v = p.open(t, false, custodians(p.who, second))
	behindIs(t, v, 2)
	third := keep(t, v, seal.Note, "S-001", []byte("sealed to both"))
	behindIs(t, v, 2)
	acts := len(entries(t, p.db))
	var steps []int64
	if n, err := v.Rewrap(t.Context(), amina, func(done, total int64) { steps = append(steps, done, total) }); n != 2 || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	if !slices.Equal(steps, []int64{0, 2, 1, 2, 2, 2}) {
		t.Errorf("progress: %v", steps)
	}
	for i, e := range entries(t, p.db)[acts:] {
		if want := []string{"E-0001", "E-0002"}[i]; e.Kind != "value.rewrapped" || e.Object != want || e.Subject != []string{"S-001", "S-002"}[i] || e.Holds != ledger.State || e.By != "M-01" {
			t.Errorf("entry %+v", e)
		}
	}
	clean(t, v)
	if n := len(itemIDs(t, v)); n != 3 || len(p.blobs(t)) != 3 {
		t.Errorf("%d rows, blobs %v", n, p.blobs(t))
	}
	sweep(t, v, 0)
	v.Close()

	v = p.open(t, false, custodians(second))
	for ref, want := range map[seal.Ref]string{name: "Invented Name", original: "an interview", third: "sealed to both"} {
		if got, _ := unseal(t, v, ref); string(got) != want {
			t.Errorf("%s reads %q", ref, got)
		}
	}
	if after, err := v.Commitments(t.Context(), amina, "R1", []seal.Ref{name, original}); err != nil || !slices.Equal(after, before) {
		t.Errorf("the commitments changed: %v", err)
	}
	if ref, ok, err := v.Find(t.Context(), sha256.Sum256([]byte("an interview"))); ref != original || !ok || err != nil {
		t.Errorf("the same bytes are not found any more: %q, %v", ref, err)
	}
	rewrap(t, v, 3)
	clean(t, v)
	v.Close()
	v = p.open(t, false, custodians(second), alone(p.who))
	if _, _, err := v.Open(t.Context(), amina, name, "review"); fault.KindOf(err) != fault.Withheld {
		t.Errorf("who went still opens: %v", err)
	}
}

// Who cannot open all of it changes nothing.
func TestRewrapIsLocked(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	keep(t, v, seal.Name, "S-001", []byte("one"))
	v.Close()
	v = p.open(t, false, custodians(second))
	keep(t, v, seal.Name, "S-001", []byte("two"))
	v.Close()
	rows, acts := []string(nil), len(entries(t, p.db))
	for name, change := range map[string]func(*Config){
		"nobody":              noIdentity,
		"opens one of them":   alone(second),
		"opens the other one": alone(p.who),
		"a stranger":          alone(newCustodian(t)),
	} {
		v := p.open(t, false, custodians(newCustodian(t), second), change)
		if rows == nil {
			rows = itemIDs(t, v)
		}
		behindIs(t, v, 2)
		if n, err := v.Rewrap(t.Context(), amina, nil); n != 0 || fault.KindOf(err) != fault.Locked {
			t.Errorf("%s: %d, %v", name, n, err)
		}
		if !slices.Equal(itemIDs(t, v), rows) || len(entries(t, p.db)) != acts {
			t.Errorf("%s: something was written", name)
		}
		v.Close()
	}
	v = p.open(t, false, func(c *Config) { c.Custodians = nil })
	if _, err := v.Rewrap(t.Context(), amina, nil); fault.KindOf(err) != fault.Refused {
		t.Errorf("to nobody: %v", err)
	}
}

func TestCanceledRewrapChangesNothing(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	keep(t, v, seal.Name, "S-001", []byte("one"))
	keep(t, v, seal.Name, "S-001", []byte("two"))
	v.Close()
	v = p.open(t, false, custodians(p.who, second))
	rows, acts := itemIDs(t, v), len(entries(t, p.db))
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := v.Rewrap(ctx, amina, func(int64, int64) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if _, err := v.Rewrap(t.Context(), ledger.Actor{}, nil); err == nil {
		t.Error("nobody answers for it, and it went through")
	}
	sweep(t, v, 2) // the rows of the act that failed
	if !slices.Equal(itemIDs(t, v), rows) || len(entries(t, p.db)) != acts {
		t.Error("something was changed")
	}
	rewrap(t, v, 2)
	clean(t, v)
}

// A crash before the references are committed: rows without a reference, whose blobs stay.
func TestRewrapCrashBeforeTheReferences(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Name, "S-001", []byte("one"))
	v.Close()
	v = p.open(t, false, custodians(p.who, second))
	rows := itemIDs(t, v)
	stop := errors.New("stop")
	err := p.db.Update(t.Context(), func(tx *store.Tx) error {
		behind, err := v.behind(tx)
		if err != nil {
			return err
		}
		_, err = v.wrapAnew(t.Context(), behind, v.identities(), func(int64, int64) {})
		return errors.Join(err, stop)
	})
	if !errors.Is(err, stop) {
		t.Fatal(err)
	}
	clean(t, v)
	behindIs(t, v, 1)
	sweep(t, v, 1)
	if !slices.Equal(itemIDs(t, v), rows) {
		t.Error("the old row is gone")
	}
	if got, _ := unseal(t, v, ref); string(got) != "one" {
		t.Errorf("it reads %q", got)
	}
	rewrap(t, v, 1)
	clean(t, v)
}

// A crash after it: the old rows have no reference any more, and are not lost values.
func TestRewrapCrashAfterTheReferences(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Name, "S-001", []byte("one"))
	kept := theItem(t, v)
	v.Close()
	v = p.open(t, false, custodians(p.who, second))
	rewrap(t, v, 1)
	own(t, v, "UPDATE item SET settled = 0")
	putBack(t, v, kept)
	clean(t, v)
	behindIs(t, v, 0)
	sweep(t, v, 1)
	sweep(t, v, 0)
	if got, _ := unseal(t, v, ref); string(got) != "one" {
		t.Errorf("it reads %q", got)
	}
	clean(t, v)
	// A row that is not what the ledger commits to takes no other with it.
	putBack(t, v, kept)
	own(t, v, "UPDATE item SET wrapped = x'01' WHERE id <> ?", kept.id)
	sweep(t, v, 0)
	if n := len(itemIDs(t, v)); n != 2 {
		t.Errorf("%d rows, want 2", n)
	}
}

// A store from before, put back beside a vault from after, costs no key.
func TestOlderStoreAfterRewrap(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	keep(t, v, seal.Name, "S-001", []byte("one"))
	old := itemIDs(t, v)[0]
	v.Close()
	v = p.open(t, false, custodians(p.who, second))
	rewrap(t, v, 1)
	rows := itemIDs(t, v)
	behind(t, p.db, "UPDATE vault_reference SET item = ?", old[:64])
	sweep(t, v, 0)
	if !slices.Equal(itemIDs(t, v), rows) || len(p.blobs(t)) != 1 {
		t.Error("a key or a blob was lost")
	}
	if got := problems(t, v); len(got) != 3 { // reference, its row, the row that nobody knows
		t.Errorf("problems: %v", got)
	}
	behindIs(t, v, 0)
}

// What is damaged, or was exchanged behind the ledger's back, is left as it is and named by
// Check: wrapping it anew would put the custodian's name to it.
func TestRewrapLeavesDamageAlone(t *testing.T) {
	for name, damage := range map[string]func(p place, v *Vault){
		"row gone":    func(_ place, v *Vault) { own(t, v, "DELETE FROM item WHERE kind = 'note'") },
		"row changed": func(_ place, v *Vault) { own(t, v, "UPDATE item SET wrapped = x'01' WHERE kind = 'note'") },
		"set changed": func(_ place, v *Vault) { own(t, v, "UPDATE item SET wrapped_to = '' WHERE kind = 'note'") },
		"other subject": func(p place, _ *Vault) {
			behind(t, p.db, "UPDATE vault_reference SET subject = 'S-009' WHERE kind = 'note'")
		},
		"row and name exchanged": func(p place, v *Vault) {
			own(t, v, "UPDATE item SET stored = stored + 1 WHERE kind = 'note'")
			var i item
			err := v.db.View(t.Context(), func(tx *store.Tx) (err error) {
				var ids []string
				if ids, err = texts(tx, "SELECT id FROM item WHERE kind = 'note'"); err == nil {
					i, _, err = rowOf(tx, ids[0])
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			own(t, v, "UPDATE item SET id = ? WHERE kind = 'note'", i.name())
			behind(t, p.db, "UPDATE vault_reference SET item = ? WHERE kind = 'note'", i.name())
		},
	} {
		t.Run(name, func(t *testing.T) {
			p, second := newPlace(t), newCustodian(t)
			v := p.open(t, true)
			good := keep(t, v, seal.Name, "S-001", []byte("one"))
			bad := keep(t, v, seal.Note, "S-001", []byte("two"))
			damage(p, v)
			v.Close()
			v = p.open(t, false, custodians(p.who, second))
			behindIs(t, v, 1)
			rewrap(t, v, 1)
			v.Close()
			v = p.open(t, false, custodians(second))
			if got, _ := unseal(t, v, good); string(got) != "one" {
				t.Errorf("it reads %q", got)
			}
			if got := problems(t, v); len(got) == 0 || !slices.ContainsFunc(got, func(x ledger.Problem) bool { return x.Place == string(bad) }) {
				t.Errorf("check does not name it: %v", got)
			}
		})
	}
}

// What a faulty program sealed so that nobody can open it keeps no other value back.
func TestRewrapPassesOverTheMalformed(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	x := prepare(t, v, "never to be read")
	x.wrapped = []byte{formOne, 'x'}
	err := p.db.Update(t.Context(), func(tx *store.Tx) error {
		_, err := v.Keep(tx, amina, x, "S-001")
		return err
	})
	if err := errors.Join(err, x.Settle()); err != nil {
		t.Fatal(err)
	}
	ref := keep(t, v, seal.Name, "S-001", []byte("one"))
	v.Close()
	v = p.open(t, false, custodians(p.who, second))
	if n, err := v.Rewrap(t.Context(), amina, nil); n != 1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	behindIs(t, v, 1)
	if got, _ := unseal(t, v, ref); string(got) != "one" {
		t.Errorf("it reads %q", got)
	}
	clean(t, v)
}

// What reads while values are wrapped anew finds them under their new names.
func TestReadingMeetsARewrap(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Name, "S-001", []byte("one"))
	v.Close()
	v = p.open(t, false, custodians(p.who, second))
	err := p.db.View(t.Context(), func(tx *store.Tx) error {
		r, err := readReference(tx, ref)
		if err != nil {
			return err
		}
		rewrap(t, v, 1)
		if got, err := v.Check(t.Context(), tx); len(got) != 0 || err != nil {
			t.Errorf("problems %v, %v", got, err)
		}
		i, err := v.readItem(t.Context(), r)
		if err == nil && i.to != v.audience.name() {
			t.Error("it is the old row")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// From one custodian to two and back.
func TestRewrapToTwoAndBack(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	v.Close()
	v = p.open(t, false, twoPerson(p, second))
	behindIs(t, v, 1)
	rewrap(t, v, 1)
	if got, _ := unseal(t, v, ref); string(got) != "Invented Name" {
		t.Errorf("it reads %q", got)
	}
	v.Close()
	v = p.open(t, false, custodians(p.who), func(c *Config) { c.Identities = append(c.Identities, second) })
	rewrap(t, v, 1)
	clean(t, v)
	v.Close()
	if got, _ := unseal(t, p.open(t, false), ref); string(got) != "Invented Name" {
		t.Errorf("it reads %q", got)
	}
}

// theItem is the one row of the vault's file, to be put back by putBack.
func theItem(t *testing.T, v *Vault) (i item) {
	t.Helper()
	err := v.db.View(t.Context(), func(tx *store.Tx) error {
		return tx.QueryRow("SELECT id, kind, blob, stored, sum, digest, wrapped_to, wrapped FROM item").
			Scan(&i.id, &i.kind, &i.blob, &i.stored, &i.sum, &i.digest, &i.to, &i.wrapped)
	})
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func putBack(t *testing.T, v *Vault, i item) {
	t.Helper()
	own(t, v, "INSERT INTO item (id, kind, blob, stored, sum, digest, settled, wrapped_to, wrapped) VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)",
		i.id, string(i.kind), i.blob, i.stored, i.sum, i.digest, i.to, i.wrapped)
}
