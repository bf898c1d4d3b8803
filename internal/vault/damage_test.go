package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"filippo.io/age"

	"heed/internal/fault"
	"heed/internal/seal"
)

func TestDamageIsNoticed(t *testing.T) {
	cut := func(p place, t *testing.T, change func([]byte) []byte) {
		f := p.blobs(t)[0]
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(f, change(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		name    string
		damage  func(t *testing.T, p place, v *Vault)
		checked bool // also seen by Check, which opens nothing
	}{
		{"blob gone", func(t *testing.T, p place, v *Vault) { os.Remove(p.blobs(t)[0]) }, true},
		{"blob cut", func(t *testing.T, p place, v *Vault) { cut(p, t, func(b []byte) []byte { return b[:len(b)-1] }) }, true},
		{"blob changed", func(t *testing.T, p place, v *Vault) {
			cut(p, t, func(b []byte) []byte { b[len(b)-1] ^= 1; return b })
		}, true},
		{"row gone", func(t *testing.T, p place, v *Vault) { own(t, v, "DELETE FROM item") }, true},
		{"key exchanged", func(t *testing.T, p place, v *Vault) { own(t, v, "UPDATE item SET wrapped = zeroblob(1300)") }, true},
		{"kind changed", func(t *testing.T, p place, v *Vault) { own(t, v, "UPDATE item SET kind = 'name'") }, true},
		{"kind changed on both sides", func(t *testing.T, p place, v *Vault) {
			own(t, v, "UPDATE item SET kind = 'name'")
			behind(t, p.db, "UPDATE vault_reference SET kind = 'name'")
		}, true},
		{"reference changed", func(t *testing.T, p place, v *Vault) {
			behind(t, p.db, "UPDATE vault_reference SET item = '00'")
		}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := newPlace(t)
			v := p.open(t, true)
			ref := keep(t, v, seal.Note, "S-001", []byte("something that stays sealed"))
			tt.damage(t, p, v)
			found := false
			for _, x := range problems(t, v) {
				found = found || x.Place == string(ref)
			}
			if found != tt.checked {
				t.Errorf("check names the value: %v, want %v: %v", found, tt.checked, problems(t, v))
			}
			r, _, err := v.Open(t.Context(), amina, ref, "review")
			if err == nil {
				_, err = io.Copy(io.Discard, r)
				r.Close()
			}
			if fault.KindOf(err) != fault.Conflict {
				t.Errorf("opening it: %v", err)
			}
			if _, err := v.Leaks(t.Context(), amina, "gate", Query{Text: []byte("x")}); fault.KindOf(err) != fault.Conflict {
				t.Errorf("a leak check that could not read all says: %v", err)
			}
			if _, err := v.Commitments(t.Context(), amina, "R1", []seal.Ref{ref}); fault.KindOf(err) != fault.Conflict {
				t.Errorf("committing to it: %v", err)
			}
		})
	}
}

// What custodians decrypt says itself what kind it is, and is read strictly.
func TestItemKeyIsReadStrictly(t *testing.T) {
	who := newCustodian(t)
	k := &itemKey{key: &[32]byte{1}, salt: &[32]byte{2}, size: 3, kind: seal.Name}
	to := audience{custodians: []Custodian{who.as("M-01")}}
	wrapped, err := k.wrapTo(to)
	if err != nil {
		t.Fatal(err)
	}
	got, err := item{kind: seal.Name, wrapped: wrapped}.unwrap([]age.Identity{who})
	if err != nil || *got.key != *k.key || *got.salt != *k.salt || got.size != 3 || got.kind != seal.Name {
		t.Fatalf("it does not come back: %v", err)
	}
	if _, err := (item{kind: seal.Place, wrapped: wrapped}).unwrap([]age.Identity{who}); err == nil {
		t.Error("a row of another kind passes")
	}
	k.size = -1
	if wrapped, err = k.wrapTo(to); err != nil {
		t.Fatal(err)
	}
	if _, err := (item{kind: seal.Name, wrapped: wrapped}).unwrap([]age.Identity{who}); err == nil {
		t.Error("a negative size passes")
	}
}

// Check opens no seal, also for a custodian.
func TestCheckOpensNothing(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	keep(t, v, seal.Name, "S-001", []byte("x y"))
	if got := problems(t, v); len(got) != 0 || p.who.asked.Load() != 0 {
		t.Errorf("problems %v, keys asked for %d times", got, p.who.asked.Load())
	}
}

func TestCloseTwice(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ref := keep(t, v, seal.Name, "S-001", []byte("x y"))
	if err := errors.Join(v.Close(), v.Close()); err != nil {
		t.Fatal(err)
	}
	if _, _, err := v.Open(t.Context(), amina, ref, "review"); fault.KindOf(err) != fault.Locked {
		t.Errorf("a closed vault: %v", err)
	}
}

func TestOpenRefusals(t *testing.T) {
	p := newPlace(t)
	if _, err := Open(t.Context(), p.config(false)); fault.KindOf(err) != fault.NoStore {
		t.Errorf("no vault: %v", err)
	}
	p.open(t, true).Close()
	if _, err := Open(t.Context(), p.config(true)); fault.KindOf(err) != fault.Conflict {
		t.Errorf("making one over another: %v", err)
	}
	wrong := p.config(false)
	wrong.FileKey[0]++
	if _, err := Open(t.Context(), wrong); fault.KindOf(err) != fault.Conflict {
		t.Errorf("wrong key: %v", err)
	}
}

func TestCanceledSealingLeavesNothing(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := v.Prepare(ctx, seal.Name, strings.NewReader("x y")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if left := p.blobs(t); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}

// The name of an item covers each field of its row.
func TestItemNameCoversTheRow(t *testing.T) {
	base := item{kind: seal.Name, blob: "ab", stored: 12, sum: []byte{3}, wrapped: []byte{1}}
	for name, change := range map[string]func(*item){
		"kind":    func(i *item) { i.kind = seal.Place },
		"blob":    func(i *item) { i.blob = "ac" },
		"stored":  func(i *item) { i.stored = 13 },
		"sum":     func(i *item) { i.sum = []byte{4} },
		"to":      func(i *item) { i.to = "ab" },
		"wrapped": func(i *item) { i.wrapped = []byte{2} },
	} {
		other := base
		change(&other)
		if other.name() == base.name() {
			t.Errorf("%s can be changed unnoticed", name)
		}
	}
	if b, err := hex.DecodeString(base.name()); err != nil || len(b) != sha256.Size {
		t.Errorf("name %q", base.name())
	}
}
