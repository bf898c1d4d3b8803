package vault

import (
	"strings"
	"testing"

	"filippo.io/age"

	"heed/internal/fault"
	"heed/internal/seal"
)

// twoPerson makes it take two: the place's own custodian and the second.
func twoPerson(p place, second custodian) func(*Config) {
	return func(c *Config) {
		c.TwoPerson = true
		c.Custodians = []Custodian{p.who.as("M-01"), second.as("M-02")}
		c.Identities = []age.Identity{p.who, second}
	}
}

func alone(who age.Identity) func(*Config) {
	return func(c *Config) { c.Identities = []age.Identity{who} }
}

func TestTwoPersonsOpen(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true, twoPerson(p, second), noIdentity) // sealing needs nobody
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	v.Close()
	v = p.open(t, false, twoPerson(p, second))
	if got, _ := unseal(t, v, ref); string(got) != "Invented Name" {
		t.Errorf("it reads %q", got)
	}
	if found, err := v.Leaks(t.Context(), amina, "gate", Query{Text: []byte("says Invented Name")}); len(found) != 1 || err != nil {
		t.Errorf("leaks %v, %v", found, err)
	}
	if _, err := v.Commitments(t.Context(), amina, "R1", []seal.Ref{ref}); err != nil {
		t.Error(err)
	}
	if got := problems(t, v); len(got) != 0 {
		t.Errorf("problems: %v", got)
	}
}

// One custodian is as good as none, and the attempt is taken down.
func TestOneOfTwoOpensNothing(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true, twoPerson(p, second))
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	v.Close()
	for _, who := range []custodian{p.who, second} {
		v := p.open(t, false, twoPerson(p, second), alone(who))
		before := who.asked.Load()
		_, _, there := v.Open(t.Context(), amina, ref, "curiosity")
		if e := last(t, p.db); e.Kind != "value.refused" || e.Object != string(ref) {
			t.Errorf("the refusal is not in the ledger: %+v", e)
		}
		acts := len(entries(t, p.db))
		_, _, none := v.Open(t.Context(), amina, "E-0999", "curiosity")
		_, leaks := v.Leaks(t.Context(), amina, "gate", Query{Text: []byte("x")})
		_, commitments := v.Commitments(t.Context(), amina, "R1", []seal.Ref{ref})
		if n, err := v.Rewrap(t.Context(), amina, nil); n != 0 || err != nil {
			t.Errorf("wrapping anew where nothing is behind: %d, %v", n, err)
		}
		for what, err := range map[string]error{"open": there, "unknown": none, "leaks": leaks, "commitments": commitments} {
			if fault.KindOf(err) != fault.Locked || err.Error() != "two custodians must be unlocked" {
				t.Errorf("%s: %v", what, err)
			}
		}
		if who.asked.Load() != before || len(entries(t, p.db)) != acts {
			t.Error("a key was asked for, or an act taken down")
		}
		v.Close()
	}
}

// The same custodian twice are not two, whoever hands the identities in.
func TestOneTwiceIsNotTwo(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true, twoPerson(p, second))
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	v.Close()
	v = p.open(t, false, twoPerson(p, second), func(c *Config) { c.Identities = []age.Identity{p.who, p.who} })
	if _, _, err := v.Open(t.Context(), amina, ref, "curiosity"); fault.KindOf(err) != fault.Withheld {
		t.Errorf("one custodian twice: %v", err)
	}
}

func TestTwoPersonsAreNeededToSeal(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true, twoPerson(p, second), func(c *Config) { c.Custodians = c.Custodians[:1] })
	if _, err := v.Prepare(t.Context(), seal.Name, strings.NewReader("x")); fault.KindOf(err) != fault.Refused {
		t.Errorf("one custodian of two: %v", err)
	}
	if left := p.blobs(t); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
	c := p.config(false)
	c.Custodians = append(c.Custodians, p.who.as("M-02"))
	if _, err := Open(t.Context(), c); fault.KindOf(err) != fault.Invalid {
		t.Errorf("one custodian under two ids: %v", err)
	}
}

// What was wrapped to two stays so until it is wrapped anew, whatever the case says by now.
func TestWrappedToTwoInACaseOfOne(t *testing.T) {
	p, second := newPlace(t), newCustodian(t)
	v := p.open(t, true, twoPerson(p, second))
	ref := keep(t, v, seal.Name, "S-001", []byte("Invented Name"))
	v.Close()
	v = p.open(t, false)
	if _, _, err := v.Open(t.Context(), amina, ref, "review"); fault.KindOf(err) != fault.Locked {
		t.Errorf("one opens what was wrapped to two: %v", err)
	}
	if n, err := v.Rewrap(t.Context(), amina, nil); n != 0 || fault.KindOf(err) != fault.Locked {
		t.Errorf("one wraps anew what was wrapped to two: %d, %v", n, err)
	}
	v.Close()
	v = p.open(t, false, func(c *Config) { c.Identities = append(c.Identities, second) })
	if n, err := v.Rewrap(t.Context(), amina, nil); n != 1 || err != nil {
		t.Errorf("two: %d, %v", n, err)
	}
	v.Close()
	if got, _ := unseal(t, p.open(t, false), ref); string(got) != "Invented Name" {
		t.Errorf("it reads %q", got)
	}
}
