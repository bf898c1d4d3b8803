package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
	"heed/internal/vault"
)

// Begin says what kind of case to make.
type Begin struct {
	Case   record.Case
	Handle string    // of the first member, who is a custodian
	Cost   keys.Cost // of the key files; the zero value is keys.DefaultCost
}

// Init makes a case in an empty or missing directory and opens it for its first
// member. When it fails, the files it made are removed again.
func Init(ctx context.Context, c Config, b Begin, passphrase []byte) (_ *App, err error) {
	made, err := emptyDir(c.Dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			discard(c.Dir, made)
		}
	}()
	if err := record.ValidCase(b.Case); err != nil {
		return nil, err
	}
	member, err := keys.Create(filepath.Join(c.Dir, keysDir), b.Handle, passphrase, cost(b.Cost), c.Clock())
	if err != nil {
		return nil, err
	}
	a, err := open(ctx, c, member, true)
	if err != nil {
		return nil, err
	}
	if err := a.begin(ctx, b.Case); err != nil {
		a.Close()
		return nil, err
	}
	return a, nil
}

// begin takes down the first acts: the case, its first member, and that this member
// is the only custodian so far.
func (a *App) begin(ctx context.Context, c record.Case) error {
	if _, err := a.Record.Begin(ctx, a.By(), c); err != nil {
		return err
	}
	return a.db.Update(ctx, func(tx *store.Tx) error {
		if err := a.appendMember(tx, a.members[0]); err != nil {
			return err
		}
		_, err := ledger.Append(tx, ledger.Act{Kind: "case.left-with-one-custodian", By: a.By(), Object: "case",
			Detail: map[string]string{"note": "no second custodian was named when the case was made"}})
		return err
	})
}

func (a *App) appendMember(tx *store.Tx, m keys.Member) error {
	_, err := ledger.Append(tx, ledger.Act{Kind: "member.added", By: a.By(), Object: m.ID, Version: m.Public()})
	return err
}

func cost(c keys.Cost) keys.Cost {
	if c == (keys.Cost{}) {
		return keys.DefaultCost
	}
	return c
}

// emptyDir makes the case's directory, or takes one that is there and empty.
func emptyDir(dir string) (made bool, err error) {
	if dir == "" {
		return false, fault.New(fault.Invalid, "no directory was named", "Nothing was written.", "heed init DIR")
	}
	entries, err := os.ReadDir(dir)
	switch {
	case err == nil && len(entries) > 0:
		return false, fault.New(fault.Conflict, "the directory is not empty", "It was not touched.", "Choose another directory for the case.")
	case err == nil:
		return false, nil
	case !errors.Is(err, fs.ErrNotExist):
		return false, fmt.Errorf("looking at the directory: %w", pathless(err))
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return false, fmt.Errorf("making the directory: %w", pathless(err))
	}
	return true, nil
}

// discard removes what a failed Init made. It knows the names, so that a directory
// which was there before keeps whatever else may have come into it meanwhile.
func discard(dir string, made bool) {
	for _, name := range []string{keysDir, originalsDir, vaultDir, storeFile, storeFile + "-wal", storeFile + "-shm", vaultFile, vaultFile + "-wal", vaultFile + "-shm"} {
		os.RemoveAll(filepath.Join(dir, name))
	}
	if made {
		os.Remove(dir)
	}
}

// pathless drops the path from a file error: a path can hold a name.
func pathless(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// AddMember gives another person keys of their own. The key file is written first and
// the act after it; what a crash between leaves, the next opening finishes.
func (a *App) AddMember(ctx context.Context, handle string, role keys.Role, passphrase []byte, c keys.Cost, clock func() time.Time) (m keys.Member, err error) {
	if a.member.Role() != keys.Custodian {
		return m, fault.New(fault.Denied, "only a custodian can add a member", "Nothing was written.", "Ask a custodian: heed user")
	}
	if err := a.refuseSealed(ctx, handle); err != nil {
		return m, err
	}
	if m, err = a.member.Add(filepath.Join(a.dir, keysDir), handle, role, passphrase, cost(c), clock()); err != nil {
		return m, err
	}
	if err := a.db.Update(ctx, func(tx *store.Tx) error { return a.appendMember(tx, m) }); err != nil {
		return m, err
	}
	a.members, err = a.member.Members(filepath.Join(a.dir, keysDir))
	return m, err
}

// refuseSealed keeps a handle, which is published with its signatures and can never be
// changed, from being the name of somebody who is sealed.
func (a *App) refuseSealed(ctx context.Context, handle string) error {
	found, err := a.vault.Leaks(ctx, a.By(), "naming a member", vault.Query{Text: []byte(handle)})
	if fault.KindOf(err) == fault.Withheld {
		return nil // sealed before this custodian came; the release asks again
	}
	if err == nil && len(found) > 0 {
		err = fault.New(fault.Refused, "this handle holds something that is sealed", "Nothing was written.",
			"Handles are published with signatures; choose one that has nothing to do with the case.")
	}
	return err
}

// finishMembers takes down the acts of members whose key file a crash cut off from its
// act. The roster was proved before, so such a file was written by a custodian.
func (a *App) finishMembers(ctx context.Context) error {
	var missing []keys.Member
	err := a.db.View(ctx, func(tx *store.Tx) error {
		for _, m := range a.members {
			known, err := ledger.Known(tx, m.ID)
			if err != nil {
				return err
			}
			if !known {
				missing = append(missing, m)
			}
		}
		return nil
	})
	if err != nil || len(missing) == 0 {
		return err
	}
	return a.db.Update(ctx, func(tx *store.Tx) error {
		for _, m := range missing {
			if err := a.appendMember(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}

// Members lists the members of the case, oldest first.
func (a *App) Members() []keys.Member { return a.members }

// VerifierKeys lists the members' note verifier keys: what a reader needs to check a
// signature, and should get from somewhere else than the bundle.
func (a *App) VerifierKeys() (vkeys []string) {
	for _, m := range a.members {
		vkeys = append(vkeys, m.VerifierKey)
	}
	return vkeys
}

// roster is the key directory as the ledger sees it: who the members are.
type roster struct{ members []keys.Member }

func (r roster) IDs(*store.Tx) (ids []string, err error) {
	for _, m := range r.members {
		ids = append(ids, m.ID)
	}
	return ids, nil
}

func (r roster) Version(_ *store.Tx, id string) (any, error) {
	for _, m := range r.members {
		if m.ID == id {
			return m.Public(), nil
		}
	}
	return nil, fault.New(fault.NotFound, "there is no member "+id, "", "")
}
