// Package app wires the rooms of one case together: it unlocks a member's keys, opens
// the store, the originals and the vault, and hands each room what it may have.
//
// It is the only importer of the vault. The rooms get it through interfaces of their
// own that cannot open a seal; Seal and Unseal, which can, are methods here for the
// command line. One App acts for one member.
package app

import (
	"context"
	"errors"
	"fmt"
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
	"heed/internal/vault"
)

// Config says which case and by which clock.
type Config struct {
	Dir   string
	Clock func() time.Time
}

// SystemClock is the clock of the machine. Nothing else in the house reads it.
func SystemClock() time.Time { return time.Now() }

// App is an open case with one member unlocked.
type App struct {
	Intake      *intake.Room
	Record      *record.Room
	Corroborate *corroborate.Room
	Release     *release.Room
	Followup    *followup.Room

	dir     string
	member  *keys.Unlocked
	db      *store.DB
	vault   *vault.Vault
	members []keys.Member
}

// The files of a case, under its directory.
const (
	keysDir      = "keys"
	storeFile    = "store.db"
	originalsDir = "originals"
	vaultFile    = "vault.db"
	vaultDir     = "vault"
)

// schemas lists the rooms in the order in which work flows.
func schemas() []store.Schema {
	return []store.Schema{ledger.Schema(), vault.Schema(), intake.Schema(), record.Schema(), corroborate.Schema(), release.Schema(), followup.Schema()}
}

// Open unlocks a member and opens the case. member is an id or a handle; empty means M-01.
// A wrong passphrase is a fault, and nothing is written then.
func Open(ctx context.Context, c Config, member string, passphrase []byte) (*App, error) {
	if err := whole(c.Dir); err != nil {
		return nil, err
	}
	if member == "" {
		member = "M-01"
	}
	unlocked, err := keys.Unlock(filepath.Join(c.Dir, keysDir), member, passphrase)
	if err != nil {
		return nil, err
	}
	return open(ctx, c, unlocked, false)
}

// open builds the App. On failure everything opened so far is closed again.
func open(ctx context.Context, c Config, member *keys.Unlocked, create bool) (_ *App, err error) {
	a := &App{dir: c.Dir, member: member}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	// The roster is proved before anything is sealed to it: a custodian slipped in by
	// someone who can write to the disk must never receive a seal.
	if a.members, err = member.Members(filepath.Join(c.Dir, keysDir)); err != nil {
		return nil, err
	}
	k := member.CaseKeys()
	a.db, err = store.Open(ctx, store.Config{Path: filepath.Join(c.Dir, storeFile), Key: k.StoreKey, Schemas: schemas(), Clock: c.Clock, Create: create})
	if err != nil {
		return nil, err
	}
	if !create {
		// Before anything asks this store what may go.
		if err := a.begun(ctx); err != nil {
			return nil, err
		}
	}
	originals, err := blob.Open(filepath.Join(c.Dir, originalsDir), k.BlobNameKey)
	if err != nil {
		return nil, err
	}
	if err := a.openVault(ctx, c, create); err != nil {
		return nil, err
	}
	a.Intake = intake.New(a.db, originals, sealer{a.vault}, quote.New())
	a.Record = record.New(a.db)
	a.Corroborate = corroborate.New(a.db)
	a.Release = release.New(a.db, seals{a.vault})
	a.Followup = followup.New(a.db)
	if create {
		return a, nil
	}
	// What a crash left behind is finished or put aside before anybody can stumble over it.
	if err := a.finishMembers(ctx); err != nil {
		return nil, fmt.Errorf("finishing members: %w", err)
	}
	if _, err := a.vault.Sweep(ctx); err != nil {
		return nil, fmt.Errorf("sweeping vault: %w", err)
	}
	if _, err := a.Intake.Sweep(ctx); err != nil {
		return nil, fmt.Errorf("sweeping originals: %w", err)
	}
	return a, nil
}

// openVault opens the vault for sealing, and for opening when the member is a custodian.
func (a *App) openVault(ctx context.Context, c Config, create bool) (err error) {
	k := a.member.CaseKeys()
	var custodians []age.Recipient
	for _, m := range a.members {
		if m.Role == keys.Custodian {
			custodians = append(custodians, m.Recipient)
		}
	}
	var identities []age.Identity
	if a.member.Role() == keys.Custodian {
		identities = []age.Identity{a.member.Identity()}
	}
	a.vault, err = vault.Open(ctx, vault.Config{
		Path: filepath.Join(c.Dir, vaultFile), FileKey: k.VaultFileKey,
		BlobRoot: filepath.Join(c.Dir, vaultDir), BlobNameKey: k.BlobNameKey,
		Case: a.db, Custodians: custodians, Identities: identities, Create: create, Clock: c.Clock,
	})
	return err
}

// Close forgets the member's keys and closes the files. It can be called twice.
func (a *App) Close() error {
	var errs []error
	if a.vault != nil {
		errs = append(errs, a.vault.Close())
	}
	if a.db != nil {
		errs = append(errs, a.db.Close())
	}
	if a.member != nil {
		a.member.Close()
	}
	a.vault, a.db, a.member = nil, nil, nil
	return errors.Join(errs...)
}

// By is the unlocked member as actor.
func (a *App) By() ledger.Actor { return ledger.Actor{Member: a.member.ID()} }

// Signer is the unlocked member's signing key.
func (a *App) Signer() note.Signer { return a.member.Signer() }

// Sign signs a frozen release with the unlocked member's own key.
func (a *App) Sign(ctx context.Context, id string) (release.Draft, error) {
	vkey := ""
	for _, m := range a.members {
		if m.ID == a.member.ID() {
			vkey = m.VerifierKey
		}
	}
	return a.Release.Sign(ctx, a.By(), id, a.Signer(), vkey)
}
