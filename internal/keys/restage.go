package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"time"

	"heed/internal/fault"
)

// Change is what is to be otherwise after a rotation, by ids. The zero value only makes
// the keys of the case anew.
type Change struct {
	Remove []string        // people or recovery keys
	Roles  map[string]Role // of people
	// Replace makes a person's identity and signing key anew, under a new passphrase: one
	// was forgotten, or somebody else may know it. Handle and role stay, whatever New says.
	Replace  map[string]New
	Recovery bool // make one more recovery key
}

const nothing = "Nothing was written."

// allowed holds the change against the roster. by is who asks.
func (c Change) allowed(r *roster, by string) error {
	roles := map[string]Role{}
	for _, m := range r.members {
		roles[m.ID] = m.Role
	}
	for _, id := range slices.Concat(c.Remove, slices.Collect(maps.Keys(c.Roles)), slices.Collect(maps.Keys(c.Replace))) {
		if roles[id] == "" {
			return unknown(id)
		}
	}
	if err := c.sound(by); err != nil {
		return err
	}
	maps.Copy(roles, c.Roles)
	for _, id := range c.Remove {
		delete(roles, id)
	}
	if !slices.Contains(slices.Collect(maps.Values(roles)), Custodian) {
		return fault.New(fault.Refused, "the case would have no custodian left", nothing, "Make another member a custodian first.")
	}
	return nil
}

// unknown names what has the form of an id; anything else may be content.
func unknown(id string) error {
	what := "there is no such member or recovery key"
	if idForm.MatchString(id) {
		what = "there is no " + id + " among the members and recovery keys"
	}
	return fault.New(fault.NotFound, what, nothing, "Name them by the ids they have now.")
}

// sound checks what follows from the change alone.
func (c Change) sound(by string) error {
	for _, id := range c.Remove {
		_, role := c.Roles[id]
		_, anew := c.Replace[id]
		switch {
		case id == by:
			return fault.New(fault.Refused, id+" cannot remove itself", nothing, "Ask another custodian.")
		case role || anew:
			return fault.New(fault.Invalid, id+" cannot be removed and changed at once", nothing, "Do one of the two.")
		}
	}
	for id, role := range c.Roles {
		if isRecovery(id) || !role.person() {
			return fault.New(fault.Invalid, id+" cannot have this role", nothing, "Roles of people: custodian, member.")
		}
	}
	for id, n := range c.Replace {
		if isRecovery(id) {
			return fault.New(fault.Invalid, "the keys of "+id+" cannot be made anew", nothing, "Remove it and make another recovery key.")
		}
		if id == by {
			return fault.New(fault.Invalid, id+" cannot make its own keys anew", nothing, "Change the passphrase, or ask another custodian.")
		}
		if err := validLock(n.Passphrase, n.Cost); err != nil {
			return err
		}
	}
	return nil
}

// staging is a change at work.
type staging struct {
	draft  *statement
	comers map[string]*newcomer // by id
	words  *Words
}

func (g *staging) wipe() {
	for _, n := range g.comers {
		n.wipe()
	}
}

// apply makes the keys that the change wants and the statement that says so. taken is
// every id that has a key file. The caller wipes what came of it, also after an error.
func (c Change) apply(r *roster, taken []string, now time.Time) (g *staging, err error) {
	g = &staging{draft: r.draft(now), comers: map[string]*newcomer{}}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(c.Remove))) {
		g.draft.remove(id)
	}
	for id, role := range c.Roles {
		g.draft.Members[find(g.draft.Members, id)].Role = role
	}
	for id, n := range c.Replace {
		m := &g.draft.Members[find(g.draft.Members, id)]
		if g.comers[id], err = newNewcomer(n.Passphrase, n.Cost); err != nil {
			delete(g.comers, id)
			return g, err
		}
		added := time.UnixMicro(m.AddedAt)
		if *m, err = g.comers[id].public(id, m.Handle, m.Role, added); err != nil {
			return g, err
		}
	}
	if !c.Recovery {
		return g, nil
	}
	n, w, err := newRecovery()
	if err != nil {
		return g, err
	}
	id := nextID(recoveryPrefix, append(taken, r.ever()...))
	g.comers[id], g.words = n, &w
	line, err := n.public(id, recoveryHandle(id), Recovery, now)
	g.draft.add(line)
	return g, err
}

// files are the whole new directory, the roster last: key files of who stays as they are,
// and new ones of who has new keys.
func (g *staging) files(dir string, next *roster) (files []named, err error) {
	for _, m := range next.members {
		if n, ok := g.comers[m.ID]; ok {
			f, err := n.boxed(m.ID, next.head())
			if err != nil {
				return nil, err
			}
			files = append(files, f)
			continue
		}
		f, err := read(dir, m.ID) // strict, so that encode gives the bytes that were read
		if err != nil {
			return nil, err
		}
		files = append(files, named{m.ID + suffix, f.encode()})
	}
	return append(files, named{rosterName, next.encode()}), nil
}

// Restage writes a whole new key directory into stage, which must not exist: new keys for
// the store and the vault's file, and the members as the change wants them. A custodian or
// a recovery key can. dir is not touched; whose key file stays is not asked for a
// passphrase, since its pin is in the longer chain too. It returns the same actor with the
// new keys of the case, and the words of a new recovery key, which are nowhere else.
//
// Leaving no custodian, and removing oneself, are fault.Refused; unknown ids are
// fault.NotFound. Everything is on disk when it returns; when it fails, stage is not there.
//
// Crash here: part of stage, and dir as it was; putting one in the place of the other is the caller's.
func (u *Unlocked) Restage(dir, stage string, c Change, now time.Time) (again *Unlocked, words *Words, err error) {
	if !u.Role().governs() {
		return nil, nil, fault.New(fault.Denied, "only a custodian or a recovery key can make the keys of the case anew", nothing, "Ask a custodian.")
	}
	err = u.change(dir, func(own *secrets, r *roster) error {
		if err := c.allowed(r, u.member.ID); err != nil {
			return err
		}
		taken, err := list(dir)
		if err != nil {
			return err
		}
		g, err := c.apply(r, taken, now)
		defer g.wipe()
		if err != nil {
			return err
		}
		k := own.caseKeys.rotated()
		next, err := u.sign(r, g.draft, own, k)
		if err != nil {
			return err
		}
		if err := g.write(dir, stage, next); err != nil {
			return err
		}
		words = g.words
		m, _ := next.member(u.member.ID)
		again, err = unlocked(m, own.under(k), next.head())
		return err
	})
	return again, words, err
}

// write makes the stage, all of it or nothing.
func (g *staging) write(dir, stage string, next *roster) error {
	files, err := g.files(dir, next)
	if err != nil {
		return err
	}
	if err := mkdir(stage); errors.Is(err, fs.ErrExist) {
		return fault.New(fault.Conflict, "there is something already where the new keys are to be made ready", "It was not touched.", "Remove what an interrupted rotation left.")
	} else if err != nil {
		return err
	}
	if err := writeAll(stage, files); err != nil {
		if err2 := os.RemoveAll(stage); err2 != nil {
			return errors.Join(err, fmt.Errorf("removing the unfinished keys: %w", bare(err2)))
		}
		return err
	}
	return nil
}
