// Package app wires the rooms of one case together: it unlocks a member's keys, opens
// the store, the originals and the vault, and hands each room what it may have.
//
// It is the only importer of the vault. The rooms get it through interfaces of their
// own that cannot open a seal; Seal and Unseal, which can, are methods here for the
// command line. One App acts for one member; in a two-person case a second one may be
// unlocked beside the first, for what takes two.
//
// What concerns all files of a case at once lies here too: rotation and removal of keys,
// erasing by destroying a key, backup and restore. Each of them is finished by the next
// opening when a crash cuts it off; the crash notes stand in their files.
//
// Acts of its own: member.added, member.removed, member.role-changed, member.recovered,
// key.added, key.rotated, key.removed, key.destroy-requested, key.destroyed, backup.begun,
// backup.made, case.left-with-one-custodian, case.restored, case.exported.
package app

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"heed/internal/corroborate"
	"heed/internal/followup"
	"heed/internal/intake"
	"heed/internal/intake/quote"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/release"
	"heed/internal/store"
	"heed/internal/store/blob"
	"heed/internal/store/hold"
	"heed/internal/vault"
)

// Config says which case, by which clock, and who is told how far a long step is.
type Config struct {
	Dir      string
	Clock    func() time.Time
	Progress Progress // may be nil
}

// Progress is told what is being done and how much of it; total is 0 where that is not
// known. It is called from the goroutine that works, so it must be quick.
type Progress func(step string, done, total int64)

func (p Progress) tell(step string, done, total int64) {
	if p != nil {
		p(step, done, total)
	}
}

// of is a Progress for one step, for a room that knows no other.
func (p Progress) of(step string) func(done, total int64) {
	return func(done, total int64) { p.tell(step, done, total) }
}

// SystemClock is the clock of the machine. Nothing else in the house reads it.
func SystemClock() time.Time { return time.Now() }

// App is an open case with one member unlocked, or two.
type App struct {
	Intake      *intake.Room
	Record      *record.Room
	Corroborate *corroborate.Room
	Release     *release.Room
	Followup    *followup.Room

	c       Config
	lock    *hold.Lock
	member  *keys.Unlocked
	second  *keys.Unlocked // in a two-person case, or nil
	db      *store.DB
	vault   *vault.Vault
	two     bool          // what is sealed opens for two custodians together only
	members []keys.Member // people and recovery keys
}

// The files of a case, under its directory.
const (
	keysDir      = "keys"
	storeFile    = "store.db"
	originalsDir = "originals"
	vaultFile    = "vault.db"
	vaultDir     = "vault"
	lockFile     = "lock"
)

func (c Config) path(name string) string { return filepath.Join(c.Dir, name) }

// schemas lists the rooms in the order in which work flows.
func schemas() []store.Schema {
	return []store.Schema{ledger.Schema(), vault.Schema(), intake.Schema(), record.Schema(), corroborate.Schema(), release.Schema(), followup.Schema()}
}

// wire opens the files and makes the rooms. The roster is proved before anything is
// sealed to it: a custodian slipped in by someone who can write to the disk must never
// receive a seal.
func (a *App) wire(ctx context.Context, create *record.Case) (err error) {
	if a.members, err = a.member.Members(a.c.path(keysDir)); err != nil {
		return err
	}
	k := a.member.CaseKeys()
	a.db, err = store.Open(ctx, store.Config{Path: a.c.path(storeFile), Key: k.StoreKey, Schemas: schemas(), Clock: a.c.Clock, Create: create != nil})
	if err != nil {
		return err
	}
	about := create
	if about == nil {
		// Before anything asks this store what may go.
		if about, err = a.begun(ctx); err != nil {
			return err
		}
	}
	originals, err := blob.Open(a.c.path(originalsDir), k.BlobNameKey)
	if err != nil {
		return err
	}
	a.two = about.TwoPerson
	if a.vault, err = vault.Open(ctx, a.vaultConfig(a.c.path(vaultFile), a.two, create != nil)); err != nil {
		return err
	}
	a.Intake = intake.New(a.db, originals, sealer{a.vault}, quote.New())
	a.Record = record.New(a.db)
	a.Corroborate = corroborate.New(a.db)
	a.Release = release.New(a.db, seals{a.vault})
	a.Followup = followup.New(a.db)
	return nil
}

// vaultConfig opens the vault for sealing, and for opening when a custodian is at work.
func (a *App) vaultConfig(path string, twoPerson, create bool) vault.Config {
	k := a.member.CaseKeys()
	c := vault.Config{Path: path, FileKey: k.VaultFileKey, BlobRoot: a.c.path(vaultDir), BlobNameKey: k.BlobNameKey,
		Case: a.db, TwoPerson: twoPerson, Create: create, Clock: a.c.Clock}
	for _, m := range a.members {
		if opens(m.Role) {
			c.Custodians = append(c.Custodians, vault.Custodian{ID: m.ID, Recipient: m.Recipient, Key: m.RecipientText})
		}
	}
	for _, u := range a.atWork() {
		if opens(u.Role()) {
			c.Identities = append(c.Identities, u.Identity())
		}
	}
	return c
}

// opens reports whether what is sealed is wrapped to this role.
func opens(r keys.Role) bool { return r == keys.Custodian || r == keys.Recovery }

// atWork are the members who are unlocked here.
func (a *App) atWork() []*keys.Unlocked {
	if a.second == nil {
		return []*keys.Unlocked{a.member}
	}
	return []*keys.Unlocked{a.member, a.second}
}

// recipients are everybody who may open a backup: all members and recovery keys.
func (a *App) recipients() (to []age.Recipient) {
	for _, m := range a.members {
		to = append(to, m.Recipient)
	}
	return to
}

// Close forgets the members' keys and closes the files. It can be called twice.
func (a *App) Close() error {
	err := a.closeFiles()
	for _, u := range []*keys.Unlocked{a.member, a.second} {
		if u != nil {
			u.Close()
		}
	}
	a.member, a.second = nil, nil
	return errors.Join(err, a.lock.Release())
}

// closeFiles closes the two databases and keeps the lock and the keys.
func (a *App) closeFiles() error {
	var errs []error
	if a.vault != nil {
		errs = append(errs, a.vault.Close())
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	a.vault, a.db = nil, nil
	return errors.Join(errs...)
}

// TwoPerson reports whether what is sealed opens for two custodians together only.
func (a *App) TwoPerson() bool { return a.two }

// By is the unlocked member as actor.
func (a *App) By() ledger.Actor { return ledger.Actor{Member: a.member.ID()} }

// Signer is the unlocked member's signing key.
func (a *App) Signer() note.Signer { return a.member.Signer() }

// Sign signs a frozen release with the unlocked member's own key.
func (a *App) Sign(ctx context.Context, id string) (release.Draft, error) {
	return a.Release.Sign(ctx, a.By(), id, a.Signer(), a.member.Member().VerifierKey)
}
