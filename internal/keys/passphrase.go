package keys

import (
	"bytes"

	"heed/internal/fault"
)

// ChangePassphrase boxes the keys of a person anew, under another passphrase and cost, and
// moves the pin forward to the roster of now. A wrong old passphrase is
// fault.WrongPassphrase, and nothing is written. Copies of the older file still open with
// the older passphrase: see Change.Replace for one that somebody else knows.
//
// Crash here: the older file or the newer one, whole; one of the two passphrases holds.
func ChangePassphrase(dir, member string, old, passphrase []byte, cost Cost) error {
	if err := validLock(passphrase, cost); err != nil {
		return err
	}
	o, err := unlock(dir, member, old, derive)
	if err != nil {
		return err
	}
	defer o.secrets.wipe()
	l := newLock(passphrase, cost)
	defer l.key.wipe()
	release, err := hold(dir)
	if err != nil {
		return err
	}
	defer release()
	// The work took time: what was opened must still be what is there.
	now, err := read(dir, o.member.ID)
	if err != nil {
		return err
	}
	if !bytes.Equal(now.encode(), o.file.encode()) {
		return fault.New(fault.Conflict, "the key file of "+o.member.ID+" was changed meanwhile", "Nothing was written.", "Try again with the newer passphrase.")
	}
	u, err := o.unlocked()
	if err != nil {
		return err
	}
	r, err := u.proved(dir)
	if err != nil {
		return err
	}
	f, err := l.file(o.member.ID, o.secrets, r.head())
	if err != nil {
		return err
	}
	return replace(dir, o.member.ID+suffix, f.encode())
}
