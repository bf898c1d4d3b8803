package keys

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"heed/internal/durable"
	"heed/internal/fault"
)

// Who every case begins with.
const (
	firstPerson   = "M-01"
	firstRecovery = "K-01"
)

// New is a person to be. It holds a passphrase in the open: it is made for one call, and
// neither kept nor printed.
type New struct {
	Handle     string
	Role       Role // custodian or member
	Passphrase []byte
	Cost       Cost
}

func (n New) valid() error {
	const safe = "Nothing was written."
	if !ValidHandle(n.Handle) {
		return fault.New(fault.Invalid, "this cannot be a handle", safe, "Use 2 to 32 of a-z, 0-9 and -, not beginning with recovery. It is published with every signature.")
	}
	if !n.Role.person() {
		return fault.New(fault.Invalid, "there is no such role", safe, "Roles: custodian, member.")
	}
	return validLock(n.Passphrase, n.Cost)
}

func validLock(passphrase []byte, c Cost) error {
	if err := c.valid(); err != nil {
		f := fault.New(fault.Invalid, "this cost cannot be taken", "Nothing was written.", "Leave it out to take the usual one.")
		f.Err = err
		return f
	}
	return validPassphrase(passphrase)
}

// newcomer is fresh keys, and the passphrase that is to open them.
type newcomer struct {
	*secrets
	lock lock
}

func newNewcomer(passphrase []byte, c Cost) (*newcomer, error) {
	s, err := newSecrets()
	if err != nil {
		return nil, err
	}
	return &newcomer{s, newLock(passphrase, c)}, nil
}

// newRecovery is a newcomer whom words open. 256 random bits cannot be guessed at any
// cost, so the least cost there is will do.
func newRecovery() (*newcomer, Words, error) {
	w, err := newWords()
	if err != nil {
		return nil, w, err
	}
	passphrase := w.passphrase()
	defer clear(passphrase)
	n, err := newNewcomer(passphrase, FloorCost)
	return n, w, err
}

func (n *newcomer) wipe() {
	n.secrets.wipe()
	n.lock.key.wipe()
}

// public is the newcomer's line in the roster.
func (n *newcomer) public(id, handle string, r Role, at time.Time) (public, error) {
	vkey, err := n.verifierKey(handle)
	return public{Format: format, ID: id, Handle: handle, Role: r, Recipient: n.identity.Recipient().String(),
		VerifierKey: vkey, AddedAt: at.UnixMicro()}, err
}

// named is a file to be written.
type named struct {
	name string
	data []byte
}

// boxed is the newcomer's key file.
func (n *newcomer) boxed(id string, p pin) (named, error) {
	f, err := n.lock.file(id, n.secrets, p)
	if err != nil {
		return named{}, err
	}
	return named{id + suffix, f.encode()}, nil
}

// writeAll writes new files in their order. What fails leaves none of them behind.
func writeAll(dir string, files []named) error {
	for i, f := range files {
		if err := write(dir, f.name, f.data); err != nil {
			for _, g := range files[:i] {
				os.Remove(filepath.Join(dir, g.name))
			}
			return err
		}
	}
	return nil
}

// Create makes the key directory, fresh keys for the case, its first member M-01, a
// custodian, whom it returns unlocked, and the recovery key K-01, whose words it returns. They
// are nowhere else. A directory that has keys already is fault.Conflict. When it fails,
// nothing is left behind.
//
// Crash here: key files and no roster, which is no case; Create does not take the directory again.
func Create(dir string, first New, now time.Time) (_ *Unlocked, _ Words, err error) {
	if first.Role == "" {
		first.Role = Custodian
	}
	if err := first.valid(); err != nil {
		return nil, Words{}, err
	}
	if first.Role != Custodian {
		return nil, Words{}, fault.New(fault.Invalid, "the first member must be a custodian", "Nothing was written.", "Add others afterwards.")
	}
	made, err := makeDir(dir)
	if err != nil {
		return nil, Words{}, err
	}
	defer func() {
		if err != nil && made {
			os.Remove(dir)
		}
	}()
	u, w, files, err := found(first, now)
	if err != nil {
		return nil, Words{}, err
	}
	if err := writeAll(dir, files); err != nil {
		u.Close()
		return nil, Words{}, err
	}
	return u, w, nil
}

// found makes the first two members and the first statement.
func found(first New, now time.Time) (_ *Unlocked, w Words, _ []named, err error) {
	recovery, w, err := newRecovery()
	if err != nil {
		return nil, w, nil, err
	}
	defer recovery.wipe()
	person, err := newNewcomer(first.Passphrase, first.Cost)
	if err != nil {
		return nil, w, nil, err
	}
	defer person.lock.key.wipe()
	person.caseKeys = newCaseKeys()
	p, err1 := person.public(firstPerson, first.Handle, Custodian, now)
	k, err2 := recovery.public(firstRecovery, recoveryHandle(firstRecovery), Recovery, now)
	m, err3 := p.parse()
	if err := errors.Join(err1, err2, err3); err != nil {
		return nil, w, nil, err
	}
	pen, err := person.pen(m)
	if err != nil {
		return nil, w, nil, err
	}
	r, err := (*roster)(nil).extend(&statement{At: now.UnixMicro(), Members: []public{p, k}, Removed: []string{}}, person.caseKeys, pen)
	if err != nil {
		return nil, w, nil, err
	}
	mine, err1 := person.boxed(firstPerson, r.head())
	theirs, err2 := recovery.boxed(firstRecovery, r.head())
	if err := errors.Join(err1, err2); err != nil {
		return nil, w, nil, err
	}
	u, err := unlocked(m, person.secrets, r.head())
	return u, w, []named{mine, theirs, {rosterName, r.encode()}}, err
}

// makeDir makes the directory, or takes one that is there and has no keys.
func makeDir(dir string) (made bool, err error) {
	if err := mkdir(dir); !errors.Is(err, fs.ErrExist) {
		return err == nil, err
	}
	ids, err := list(dir)
	if err != nil {
		return false, err
	}
	if _, err := os.Lstat(filepath.Join(dir, rosterName)); len(ids) > 0 || err == nil {
		return false, fault.New(fault.Conflict, "the key directory has members already", "It was not touched.", "Open the case, or choose another directory.")
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return false, fmt.Errorf("making the key directory: %w", bare(err))
	}
	return false, nil
}

// mkdir makes a directory to disk: its entry lies in the one above.
func mkdir(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return fmt.Errorf("making the key directory: %w", bare(err))
	}
	if err := durable.Dir(filepath.Dir(filepath.Clean(dir))); err != nil {
		os.Remove(dir)
		return fmt.Errorf("making the key directory: %w", bare(err))
	}
	return nil
}

// Add gives another person keys of their own. Only a custodian can, and only to a roster
// that is proved. A handle that somebody has, or ever had, is fault.Conflict. What is sealed from
// now on opens for a new custodian too; what was sealed before, once it is wrapped anew.
func (u *Unlocked) Add(dir string, n New, now time.Time) (Member, error) {
	if err := u.mayAdd(); err != nil {
		return Member{}, err
	}
	if err := n.valid(); err != nil {
		return Member{}, err
	}
	c, err := newNewcomer(n.Passphrase, n.Cost)
	if err != nil {
		return Member{}, err
	}
	defer c.wipe()
	return u.admit(dir, c, place{personPrefix, n.Handle, n.Role, now})
}

// AddRecovery makes one more recovery key and returns its words, which are nowhere else.
func (u *Unlocked) AddRecovery(dir string, now time.Time) (Member, Words, error) {
	if err := u.mayAdd(); err != nil {
		return Member{}, Words{}, err
	}
	c, w, err := newRecovery()
	if err != nil {
		return Member{}, Words{}, err
	}
	defer c.wipe()
	m, err := u.admit(dir, c, place{recoveryPrefix, "", Recovery, now})
	if err != nil {
		return Member{}, Words{}, err
	}
	return m, w, nil
}

func (u *Unlocked) mayAdd() error {
	if u.Role() != Custodian {
		return fault.New(fault.Denied, "only a custodian can add a member or a recovery key", "Nothing was written.", "Ask a custodian.")
	}
	return nil
}

// place is what a newcomer is to be in the roster.
type place struct {
	prefix string
	handle string // of a person
	role   Role
	at     time.Time
}

// in gives the newcomer's line: the first free id, and a handle that was nobody's.
func (p place) in(r *roster, dir string, n *newcomer) (public, error) {
	ids, err := list(dir) // a key file that no roster names holds its id
	if err != nil {
		return public{}, err
	}
	id := nextID(p.prefix, append(ids, r.ever()...))
	if isRecovery(id) {
		return n.public(id, recoveryHandle(id), p.role, p.at)
	}
	if by, taken := r.everHandle(p.handle); taken {
		return public{}, fault.New(fault.Conflict, "the handle is or was that of "+by, "Nothing was written.", "Choose another handle.")
	}
	return n.public(id, p.handle, p.role, p.at)
}

// admit puts a newcomer into the roster: the key file first, then the roster that names it.
func (u *Unlocked) admit(dir string, c *newcomer, p place) (m Member, err error) {
	err = u.change(dir, func(own *secrets, r *roster) error {
		line, err := p.in(r, dir, c)
		if err != nil {
			return err
		}
		draft := r.draft(p.at)
		draft.add(line)
		next, err := u.sign(r, draft, own, own.caseKeys)
		if err != nil {
			return err
		}
		f, err := c.boxed(line.ID, next.head())
		if err != nil {
			return err
		}
		if err := write(dir, f.name, f.data); err != nil {
			return err
		}
		// Crash here: a key file that the roster does not name. It is nobody's, and its id stays taken.
		if err := replace(dir, rosterName, next.encode()); err != nil {
			if !stands(dir, rosterName, next.encode()) {
				os.Remove(filepath.Join(dir, f.name)) // it was made here just now
			}
			return err
		}
		m, _ = next.member(line.ID)
		return nil
	})
	return m, err
}

// change lends fn the roster of now and a copy of the secrets, while nobody else changes keys.
func (u *Unlocked) change(dir string, fn func(own *secrets, r *roster) error) error {
	own, err := u.copied()
	if err != nil {
		return err
	}
	defer own.wipe()
	release, err := hold(dir)
	if err != nil {
		return err
	}
	defer release()
	r, err := u.current(dir, own)
	if err != nil {
		return err
	}
	return fn(own, r)
}

// sign extends the roster in this member's name.
func (u *Unlocked) sign(r *roster, draft *statement, own *secrets, k caseKeys) (*roster, error) {
	pen, err := own.pen(u.member)
	if err != nil {
		return nil, err
	}
	return r.extend(draft, k, pen)
}
