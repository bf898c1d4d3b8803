package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"heed/internal/fault"
)

// firstID is the member who made the case.
const firstID = "M-01"

// newcomer is a member to be.
type newcomer struct {
	id, handle string
	role       Role
	passphrase []byte
	cost       Cost
	at         time.Time
}

func (n newcomer) valid() error {
	const safe = "Nothing was written."
	if !ValidHandle(n.handle) {
		return fault.New(fault.Invalid, "this cannot be a handle", safe, "Use 2 to 32 of a-z, 0-9 and -. It is published with every signature.")
	}
	if !n.role.Valid() {
		return fault.New(fault.Invalid, "there is no such role", safe, "Roles: custodian, member.")
	}
	if err := n.cost.valid(); err != nil {
		f := fault.New(fault.Invalid, "this cost cannot be taken", safe, "")
		f.Err = err
		return f
	}
	return validPassphrase(n.passphrase)
}

// Create makes the key directory, fresh keys for the case, and its first member M-01, a
// custodian, whom it returns unlocked. A directory that has members already is
// fault.Conflict. When it fails, nothing is left behind.
func Create(dir, handle string, passphrase []byte, cost Cost, now time.Time) (_ *Unlocked, err error) {
	n := newcomer{id: firstID, handle: handle, role: Custodian, passphrase: passphrase, cost: cost, at: now}
	if err := n.valid(); err != nil {
		return nil, err
	}
	made, err := makeDir(dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil && made {
			os.Remove(dir)
		}
	}()
	s, m, err := admit(dir, n, newCaseKeys())
	if err != nil {
		return nil, err
	}
	return unlocked(m, s)
}

// makeDir makes the directory, or takes one that is there and has no members.
func makeDir(dir string) (made bool, err error) {
	switch err := os.Mkdir(dir, 0o700); {
	case err == nil:
		// The entry of the directory itself lies in the one above.
		if err := syncDir(filepath.Dir(dir)); err != nil {
			os.Remove(dir)
			return false, fmt.Errorf("making the key directory: %w", bare(err))
		}
		return true, nil
	case !errors.Is(err, fs.ErrExist):
		return false, fmt.Errorf("making the key directory: %w", bare(err))
	}
	ids, err := list(dir)
	if err != nil {
		return false, err
	}
	if len(ids) > 0 {
		return false, fault.New(fault.Conflict, "the key directory has members already", "It was not touched.", "Open the case, or choose another directory.")
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return false, fmt.Errorf("making the key directory: %w", bare(err))
	}
	return false, nil
}

// admit makes the newcomer's own keys and writes the key file.
func admit(dir string, n newcomer, k caseKeys) (*secrets, Member, error) {
	s, err := newSecrets(k)
	if err != nil {
		return nil, Member{}, err
	}
	f, err := s.file(n)
	if err != nil {
		s.wipe()
		return nil, Member{}, err
	}
	data := f.encode()
	p, err := parse(data)
	if err != nil {
		s.wipe()
		return nil, Member{}, fmt.Errorf("internal error: a new key file does not parse: %w", err) // unreachable: valid and encode see to it
	}
	if err := write(dir, n.id, data); err != nil {
		s.wipe()
		return nil, Member{}, err
	}
	return s, p.member, nil
}

// Add gives another person keys of their own and writes the key file. Only a custodian
// can, and only to a roster that is proved. A handle that is taken is fault.Conflict.
// What is sealed from now on opens for a new custodian too; what was sealed before does not.
func (u *Unlocked) Add(dir, handle string, role Role, passphrase []byte, cost Cost, now time.Time) (m Member, err error) {
	if u.Role() != Custodian {
		return m, fault.New(fault.Denied, "only a custodian can add a member", "Nothing was written.", "Ask a custodian.")
	}
	n := newcomer{handle: handle, role: role, passphrase: passphrase, cost: cost, at: now}
	if err := n.valid(); err != nil {
		return m, err
	}
	members, err := u.Members(dir)
	if err != nil {
		return m, err
	}
	for _, other := range members {
		if other.Handle == handle {
			return m, fault.New(fault.Conflict, "the handle is taken by "+other.ID, "Nothing was written.", "Choose another handle.")
		}
	}
	n.id = fmt.Sprintf("M-%02d", number(members[len(members)-1].ID)+1)
	err = u.use(func(own *secrets) error {
		s, added, err := admit(dir, n, own.caseKeys)
		if err == nil {
			s.wipe()
			m = added
		}
		return err
	})
	return m, err
}

// Members reads every key file and gives their public parts, in the order of ids. A file
// that no member of this case wrote, or that was changed in any place, is fault.Conflict
// with the id of its member, and so is an own file that is gone or is another: nothing may be
// sealed to a roster that is not proved.
func (u *Unlocked) Members(dir string) (members []Member, err error) {
	files, err := readAll(dir)
	if err != nil {
		return nil, err
	}
	own := false
	err = u.use(func(s *secrets) error {
		for _, p := range files {
			if !p.vouched(s.caseKeys.RosterKey) {
				return conflict(p.member.ID, errForeign)
			}
			own = own || p.Public == u.member.public()
			members = append(members, p.member)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !own {
		return nil, conflict(u.member.ID, errors.New("it is not the file that was unlocked"))
	}
	return members, nil
}

// Unlock opens the keys of a member, named by id or handle. It writes nothing.
//
// A wrong passphrase is fault.WrongPassphrase, and so is a member whom there is not,
// after the same Argon2 work: an answer does not tell who the members are. An edited key
// file is fault.Conflict with the member's id.
func Unlock(dir, member string, passphrase []byte) (*Unlocked, error) {
	return unlock(dir, member, passphrase, derive)
}

// unlock reads all files whoever is asked for, so that one that is broken gives the same
// answer to everybody. The work for a member whom there is not has the cost of the first
// member's file, as most have.
func unlock(dir, member string, passphrase []byte, work func(passphrase, salt []byte, c Cost) derived) (*Unlocked, error) {
	files, err := readAll(dir)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, noCase()
	}
	p, known := files[0], false
	for _, f := range files {
		if f.member.ID == member || f.member.Handle == member {
			p, known = f, true
		}
	}
	k := work(passphrase, p.Salt, p.Cost)
	defer k.wipe()
	if !equal(k.check, p.Check) || !known {
		return nil, fault.New(fault.WrongPassphrase, "the passphrase opens nothing, or there is no such member", "Nothing was written.", "Check the member and the passphrase, and try again.")
	}
	s, err := p.open(k)
	if err != nil {
		return nil, conflict(p.member.ID, err)
	}
	return unlocked(p.member, s)
}

func noCase() error {
	return fault.New(fault.NoStore, "there is no case in this directory", "Nothing was written.", "Make one with: heed init DIR")
}
