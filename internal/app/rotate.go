package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"heed/internal/durable"
	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/store/hold"
	"heed/internal/vault"
)

// Rotated says what a rotation did.
type Rotated struct {
	Members   []keys.Member // as they are now, recovery keys among them
	Removed   []keys.Member // who was among them before
	Rewrapped int           // sealed values that were wrapped anew
	Words     *keys.Words   // of a new recovery key, or nil
}

// Two names of one directory: while it is staged, and once the rotation is committed.
const (
	stagedDir  = "rotating"
	rotatedDir = "rotated"
)

// Rotate gives the case a new store key and a new key of the vault's file, and changes
// who holds them: members removed, roles changed, a person's lost keys made anew. What is
// sealed is wrapped anew to the custodians of afterwards. It holds the case alone: while
// anybody else has it open it is fault.Held, and nothing is written.
//
// Who held a key before may have kept a copy of the files of then; see THREAT_MODEL.md.
//
// Everything is made ready in a directory of its own, with the acts in the copied store,
// and comes into force with one rename:
//
//	rotating/ written and synced   crash: the case is as before; the next opening clears it
//	renamed to rotated/            this commits; crash: the next opening moves the files
func Rotate(ctx context.Context, c Config, change keys.Change, who Who, second ...Who) (r Rotated, err error) {
	lock, err := enter(c, hold.Exclusive)
	if err != nil {
		return r, err
	}
	a, err := openHeld(ctx, c, lock, append([]Who{who}, second...))
	if err != nil {
		return r, err
	}
	defer func() { err = Explain(errors.Join(err, a.Close())) }()
	defer os.RemoveAll(c.path(stagedDir)) // after the commit it has another name
	if r, err = a.stage(ctx, change); err != nil {
		return Rotated{}, err
	}
	c.Progress.tell("committing", 0, 0)
	if err := durable.Tree(c.path(stagedDir)); err != nil {
		return Rotated{}, fmt.Errorf("forcing to disk: %w", err)
	}
	if err := os.Rename(c.path(stagedDir), c.path(rotatedDir)); err != nil {
		return Rotated{}, fmt.Errorf("committing: %w", pathless(err))
	}
	if err := durable.Dir(c.Dir); err != nil {
		return r, fmt.Errorf("forcing to disk: %w", err) // the name is there: with the new words, if any
	}
	// Crash here: committed. finishRotation does the rest, here or at the next opening.
	return r, c.finishRotation()
}

// stage makes the new keys, and copies of both files under them, in which it takes down
// the acts and wraps what is sealed anew. The files of the case are only read.
func (a *App) stage(ctx context.Context, change keys.Change) (r Rotated, err error) {
	dir := a.c.path(stagedDir)
	if err := os.Mkdir(dir, 0o700); err != nil {
		return r, fmt.Errorf("making a directory: %w", pathless(err))
	}
	if len(change.Roles)+len(change.Replace) > 0 || change.Recovery {
		if err := a.mayChangeCustodians(ctx); err != nil {
			return r, err
		}
	}
	a.c.Progress.tell("making keys", 0, 0)
	before := a.members
	change = byID(change, before)
	member, words, err := a.member.Restage(a.c.path(keysDir), filepath.Join(dir, keysDir), change, a.c.Clock())
	if err != nil {
		return r, err
	}
	about, err := a.begun(ctx)
	if err != nil {
		member.Close()
		return r, err
	}
	staged := &App{c: a.c, member: member, second: a.second}
	defer func() {
		err = errors.Join(err, staged.closeFiles())
		member.Close()
	}()
	if staged.members, err = member.Members(filepath.Join(dir, keysDir)); err != nil {
		return r, err
	}
	if err := a.copyFiles(ctx, dir, member.CaseKeys()); err != nil {
		return r, err
	}
	if err := staged.wireCopies(ctx, dir, about.TwoPerson); err != nil {
		return r, err
	}
	if err := staged.appendRotation(ctx, before, change); err != nil {
		return r, err
	}
	n, err := staged.vault.Rewrap(ctx, staged.By(), a.c.Progress.of("wrapping seals"))
	if err == nil {
		err = staged.settleCopies(ctx, dir, about.TwoPerson)
	}
	return Rotated{staged.members, gone(before, staged.members), n, words}, err
}

// copyFiles copies both databases under new keys.
func (a *App) copyFiles(ctx context.Context, dir string, k keys.CaseKeys) error {
	a.c.Progress.tell("copying the store", 0, 0)
	if err := a.db.CopyTo(ctx, filepath.Join(dir, storeFile), k.StoreKey); err != nil {
		return err
	}
	a.c.Progress.tell("copying the vault's file", 0, 0)
	return a.vault.CopyTo(ctx, filepath.Join(dir, vaultFile), k.VaultFileKey)
}

// wireCopies opens the copies, beside the blobs of the case, which no rotation moves.
func (a *App) wireCopies(ctx context.Context, dir string, twoPerson bool) (err error) {
	a.db, err = store.Open(ctx, store.Config{Path: filepath.Join(dir, storeFile), Key: a.member.CaseKeys().StoreKey, Schemas: schemas(), Clock: a.c.Clock})
	if err != nil {
		return err
	}
	a.vault, err = vault.Open(ctx, a.vaultConfig(filepath.Join(dir, vaultFile), twoPerson, false))
	return err
}

// settleCopies makes sure that both copies are whole without their logs, which nobody
// moves: SQLite says nothing when a log cannot be written back on closing, as on a full
// disk. What was written is closed, opened anew and read to its end, before it takes the
// place of what there was.
func (a *App) settleCopies(ctx context.Context, dir string, twoPerson bool) error {
	a.c.Progress.tell("checking the copies", 0, 0)
	err := a.db.TruncateWAL(ctx)
	if err = errors.Join(err, a.vault.TruncateWAL(ctx), a.closeFiles()); err != nil {
		return err
	}
	for _, name := range []string{storeFile, vaultFile} {
		if info, err := os.Stat(filepath.Join(dir, name) + "-wal"); err == nil && info.Size() > 0 {
			return fault.New(fault.Conflict, "the copy of "+name+" could not be written to its end; the disk may be full", "The case is as it was before.", "Make room and try again.")
		}
	}
	if err := a.wireCopies(ctx, dir, twoPerson); err != nil {
		return err
	}
	damage, err := a.db.Integrity(ctx)
	more, verr := a.vault.Integrity(ctx)
	if err := errors.Join(err, verr); err != nil {
		return err
	}
	if len(damage)+len(more) > 0 {
		return fault.New(fault.Conflict, "a copy of the case reads back damaged", "The case is as it was before.", "Look at the disk, and try again.")
	}
	return a.closeFiles()
}

// appendRotation takes down who went, who changed, and that the keys are new.
func (a *App) appendRotation(ctx context.Context, before []keys.Member, change keys.Change) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		for _, act := range rotationActs(before, a.members, change) {
			act.By = a.By()
			if _, err := ledger.Append(tx, act); err != nil {
				return err
			}
		}
		return nil
	})
}

// rotationActs derives the acts from the two rosters, so that none can be forgotten.
func rotationActs(before, after []keys.Member, change keys.Change) (acts []ledger.Act) {
	now := map[string]keys.Member{}
	for _, m := range after {
		now[m.ID] = m
	}
	var ids []string
	for _, m := range before {
		ids = append(ids, m.ID)
		noun := nounOf(m.Role)
		n, stays := now[m.ID]
		_, replaced := change.Replace[m.ID]
		switch {
		case !stays:
			acts = append(acts, ledger.Act{Kind: noun + ".removed", Object: m.ID, Ends: true})
		case replaced:
			acts = append(acts, ledger.Act{Kind: "member.recovered", Object: m.ID, Version: n.Public()})
		case n.Role != m.Role:
			acts = append(acts, ledger.Act{Kind: "member.role-changed", Object: m.ID, Version: n.Public()})
		}
	}
	for _, id := range slices.Sorted(maps.Keys(now)) {
		if !slices.Contains(ids, id) {
			acts = append(acts, ledger.Act{Kind: nounOf(now[id].Role) + ".added", Object: id, Version: now[id].Public()})
		}
	}
	return append(acts, ledger.Act{Kind: "key.rotated", Object: caseObject})
}

// caseObject is the ledger's name for the case.
const caseObject = "case"

// nounOf names what a line of the roster is: a person, or a recovery key.
func nounOf(r keys.Role) string {
	if r == keys.Recovery {
		return "key"
	}
	return "member"
}

// finishRotation moves the files of a committed rotation, or restore, into their places. Each step
// can be done again, and the order does not matter to who comes after a crash: as long as
// rotated/ is there, nobody opens the case without finishing first.
func (c Config) finishRotation() error {
	from := c.path(rotatedDir)
	for _, name := range []string{storeFile, vaultFile} {
		c.Progress.tell("moving "+name, 0, 0)
		if err := moveDatabase(filepath.Join(from, name), c.path(name)); err != nil {
			return err
		}
	}
	for _, name := range []string{originalsDir, vaultDir} {
		if err := moveFolder(filepath.Join(from, name), c.path(name)); err != nil {
			return err
		}
	}
	if err := c.moveKeys(from); err != nil {
		return err
	}
	if err := durable.Dir(c.Dir); err != nil {
		return fmt.Errorf("forcing to disk: %w", err)
	}
	// Crash here: all is in place; the next opening removes what is left of rotated/.
	c.Progress.tell("removing old keys", 0, 0)
	if err := os.RemoveAll(from); err != nil {
		return fmt.Errorf("removing the old keys: %w", pathless(err))
	}
	return durable.Dir(c.Dir)
}

// moveDatabase puts a rotated database over the old one. The log of the old one goes
// first: it is under the old key, its content is in the copy, and SQLite must not find it.
// A copy of before an upgrade goes too: it is under the old key.
func moveDatabase(from, to string) error {
	there, err := exists(from)
	if err != nil || !there {
		return err // moved before a crash
	}
	for _, suffix := range []string{"-wal", "-shm", store.UpgradeSuffix} {
		if err := os.Remove(to + suffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("removing the old log: %w", pathless(err))
		}
	}
	// Crash here: the old database without its log, and the new one still in rotated/.
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("moving a database: %w", pathless(err))
	}
	return nil
}

// moveFolder moves what a restore has brought; a rotation leaves these where they are.
func moveFolder(from, to string) error {
	there, err := exists(from)
	if err != nil || !there {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return fmt.Errorf("moving files: %w", pathless(err))
	}
	return nil
}

// moveKeys exchanges the key directories.
func (c Config) moveKeys(from string) error {
	staged, live, old := filepath.Join(from, keysDir), c.path(keysDir), filepath.Join(from, "old-keys")
	c.Progress.tell("moving keys away", 0, 0)
	there, err := exists(staged)
	if err != nil || !there {
		return err
	}
	switch there, err := exists(live); {
	case err != nil:
		return err
	case there:
		if err := os.Rename(live, old); err != nil {
			return fmt.Errorf("moving keys: %w", pathless(err))
		}
	}
	// Crash here: no key directory, but the one in rotated/.
	c.Progress.tell("moving keys", 0, 0)
	if err := os.Rename(staged, live); err != nil {
		return fmt.Errorf("moving keys: %w", pathless(err))
	}
	return nil
}

// Recover gives a member who lost the passphrase keys of their own again: a new identity,
// a new signing key, a new passphrase. Whoever has the words of a recovery key can, and any
// other custodian. Old signatures stay valid under the old key.
func Recover(ctx context.Context, c Config, member string, passphrase []byte, cost keys.Cost, who Who, second ...Who) (Rotated, error) {
	if who.Words == nil && who.Member == member {
		return Rotated{}, fault.New(fault.Invalid, "a member who can unlock needs no recovery", "Nothing was written.", "To change your passphrase: heed passphrase")
	}
	change := keys.Change{Replace: map[string]keys.New{member: {Passphrase: passphrase, Cost: costOf(cost)}}}
	return Rotate(ctx, c, change, who, second...)
}
