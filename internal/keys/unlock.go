package keys

import (
	"errors"

	"heed/internal/fault"
)

// opened is a member whose box is open and who was found in the roster.
type opened struct {
	file    *keyFile
	roster  *roster
	member  Member
	secrets *secrets
}

func (o *opened) unlocked() (*Unlocked, error) {
	return unlocked(o.member, o.secrets, o.roster.head())
}

// Unlock opens the keys of a person, named by id or handle. It writes nothing.
//
// A wrong passphrase is fault.WrongPassphrase, and so is a person whom there is not, or
// not any more, after the same Argon2 work: an answer does not tell who the members are,
// and removing somebody needs no answer of its own. A recovery key is no person. An edited
// key file or roster is fault.Conflict.
func Unlock(dir, member string, passphrase []byte) (*Unlocked, error) {
	o, err := unlock(dir, member, passphrase, derive)
	if err != nil {
		return nil, err
	}
	return o.unlocked()
}

// unlock reads all key files whoever is asked for, so that one that is broken gives the
// same answer to everybody. The work for a person whom there is not has the cost of the
// first person's file, as most have.
func unlock(dir, name string, passphrase []byte, work func(passphrase, salt []byte, c Cost) derived) (*opened, error) {
	r, err := readRoster(dir)
	if err != nil {
		return nil, err
	}
	files, err := r.keyFiles(dir)
	if err != nil {
		return nil, err
	}
	m, known := r.member(name)
	known = known && m.Role.person()
	if !known {
		m = r.firstPerson(files)
	}
	f := files[m.ID]
	if f == nil {
		return nil, conflict(m.ID, errMissing)
	}
	k := work(passphrase, f.Salt, f.Cost)
	defer k.wipe()
	if !equal(k.check, f.Check) || !known {
		return nil, fault.New(fault.WrongPassphrase, "the passphrase opens nothing, or there is no such member", "Nothing was written.", "Check the member and the passphrase, and try again.")
	}
	return r.admit(m, f, k)
}

// keyFiles reads the key file of every member. One that is missing hinders only its owner:
// whoever is to make those keys anew must be able to unlock.
func (r *roster) keyFiles(dir string) (map[string]*keyFile, error) {
	files := map[string]*keyFile{}
	for _, m := range r.members {
		f, err := read(dir, m.ID)
		if errors.Is(err, errMissing) {
			continue
		}
		if err != nil {
			return nil, err
		}
		files[m.ID] = f
	}
	return files, nil
}

// firstPerson is the first who has a key file, or else the first.
func (r *roster) firstPerson(files map[string]*keyFile) Member {
	for _, m := range r.members {
		if m.Role.person() && files[m.ID] != nil {
			return m
		}
	}
	return r.members[0]
}

// admit opens the box and holds box and roster against each other: the roster must be one
// that grew from the statement in the box, and name the keys in it.
func (r *roster) admit(m Member, f *keyFile, k derived) (*opened, error) {
	s, p, err := f.open(k)
	if err != nil {
		return nil, conflict(m.ID, err)
	}
	err = func() error {
		if !r.holds(p) {
			return rosterConflict(errForeign)
		}
		if !s.shows(m) {
			return conflict(m.ID, errAnew)
		}
		if !f.genuine(m) {
			return conflict(m.ID, errEdited)
		}
		if s.caseKeys, err = unwrap(r.wrapped, s.identity); err != nil {
			return rosterConflict(err)
		}
		return nil
	}()
	if err != nil {
		s.wipe()
		return nil, err
	}
	return &opened{f, r, m, s}, nil
}

// UnlockRecovery opens the recovery key that the words are of. Words that open none are
// fault.WrongPassphrase. Of the key files it reads those of recovery keys only, and one that
// is broken does not keep another from opening: this is for when things went wrong.
func UnlockRecovery(dir string, w Words) (*Unlocked, error) {
	r, err := readRoster(dir)
	if err != nil {
		return nil, err
	}
	passphrase := w.passphrase()
	defer clear(passphrase)
	var broken error
	for _, m := range r.members {
		if m.Role != Recovery {
			continue
		}
		f, err := read(dir, m.ID)
		if err != nil {
			broken = errors.Join(broken, err)
			continue
		}
		k := derive(passphrase, f.Salt, f.Cost)
		defer k.wipe()
		if !equal(k.check, f.Check) {
			continue
		}
		o, err := r.admit(m, f, k)
		if err != nil {
			return nil, err
		}
		return o.unlocked()
	}
	if broken != nil {
		return nil, broken
	}
	return nil, fault.New(fault.WrongPassphrase, "these words open no recovery key of this case", "Nothing was written.", "Check that they are the words of this case, and that the key was not removed since.")
}

// Members gives the people and recovery keys who are present, people first, each in the
// order of ids. The roster must have grown from the one that was unlocked, and name this
// member as then: anything else is fault.Conflict, and nothing may be sealed to it.
func (u *Unlocked) Members(dir string) (members []Member, err error) {
	err = u.use(func(*secrets) error {
		r, err := u.proved(dir)
		if err == nil {
			members = r.members
		}
		return err
	})
	return members, err
}

// AdmittedBy says who signed the statement of the roster that first names each member: the
// one who answers for it, whoever takes it down.
func (u *Unlocked) AdmittedBy(dir string) (by map[string]string, err error) {
	err = u.use(func(*secrets) error {
		r, err := u.proved(dir)
		if err == nil {
			by, err = r.admittedBy()
		}
		return err
	})
	return by, err
}

// Damaged gives the ids of members and recovery keys whose key file is missing or is not
// as they wrote it. Their owners would learn it at the next unlock, and then it is late.
func (u *Unlocked) Damaged(dir string) (ids []string, err error) {
	members, err := u.Members(dir)
	for _, m := range members {
		f, err := read(dir, m.ID)
		if fault.KindOf(err) == fault.Conflict || err == nil && !f.genuine(m) {
			ids = append(ids, m.ID)
		} else if err != nil {
			return nil, err
		}
	}
	return ids, err
}

// Removed gives the ids of all who ever were members and are not any more.
func (u *Unlocked) Removed(dir string) (ids []string, err error) {
	err = u.use(func(*secrets) error {
		r, err := u.proved(dir)
		if err == nil {
			ids = r.newest().Removed
		}
		return err
	})
	return ids, err
}

// proved reads the roster and holds it against what was unlocked.
func (u *Unlocked) proved(dir string) (*roster, error) {
	r, err := readRoster(dir)
	if err != nil {
		return nil, err
	}
	if !r.holds(u.seen) {
		return nil, rosterConflict(errForeign)
	}
	if m, ok := r.member(u.member.ID); !ok || m.public() != u.member.public() {
		return nil, rosterConflict(errors.New("what it says of " + u.member.ID + " is not what was unlocked"))
	}
	return r, nil
}

// current is the proved roster, when its case keys are those that were unlocked: whoever
// adds to it wraps them again, and must not put old ones in the place of new ones.
func (u *Unlocked) current(dir string, own *secrets) (*roster, error) {
	r, err := u.proved(dir)
	if err != nil {
		return nil, err
	}
	k, err := unwrap(r.wrapped, own.identity)
	if err != nil {
		return nil, rosterConflict(err)
	}
	if k != own.caseKeys {
		return nil, fault.New(fault.Conflict, "the keys of the case were changed since "+u.member.ID+" unlocked", "Nothing was written.", "Unlock and try again.")
	}
	return r, nil
}
