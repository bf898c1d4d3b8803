package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/store/hold"
)

// Who is somebody who unlocks: a member by id or handle with the passphrase, or whoever
// has the words of a recovery key.
type Who struct {
	Member     string // empty means M-01
	Passphrase []byte
	Words      *keys.Words // of a recovery key, in place of both
}

func (w Who) unlock(dir string) (*keys.Unlocked, error) {
	if w.Words != nil {
		return keys.UnlockRecovery(dir, *w.Words)
	}
	member := w.Member
	if member == "" {
		member = "M-01"
	}
	return keys.Unlock(dir, member, w.Passphrase)
}

// Open unlocks a member, or two for a two-person case, and opens the case; the first one
// acts. A wrong passphrase is a fault, and nothing is written then. What a crash has left
// undone is finished before anybody can stumble over it.
func Open(ctx context.Context, c Config, who Who, second ...Who) (*App, error) {
	lock, err := enter(c, hold.Shared)
	if err != nil {
		return nil, err
	}
	return openHeld(ctx, c, lock, append([]Who{who}, second...))
}

// openHeld opens a case whose lock is held. On failure everything opened so far is
// closed again, and the lock is let go.
func openHeld(ctx context.Context, c Config, lock *hold.Lock, who []Who) (_ *App, err error) {
	a := &App{c: c, lock: lock}
	defer func() {
		if err != nil {
			a.Close()
		}
	}()
	if err := a.unlock(who); err != nil {
		return nil, err
	}
	// Argon2 has left a quarter of a gigabyte behind, and Go would let the rest of the
	// program grow to twice that before it looks for it.
	debug.FreeOSMemory()
	if err := a.wire(ctx, nil); err != nil {
		return nil, err
	}
	return a, a.tidy(ctx)
}

func (a *App) unlock(who []Who) (err error) {
	if len(who) > 2 {
		return fault.New(fault.Invalid, "more than two members cannot be unlocked at once", "Nothing was written.", "")
	}
	if a.member, err = who[0].unlock(a.c.path(keysDir)); err != nil || len(who) == 1 {
		return err
	}
	if a.second, err = who[1].unlock(a.c.path(keysDir)); err != nil {
		return err
	}
	if a.second.ID() == a.member.ID() {
		return fault.New(fault.Invalid, "the second person is the first one again", "Nothing was written.", "Two different custodians are needed.")
	}
	return nil
}

// tidy finishes or removes what a crash left behind.
func (a *App) tidy(ctx context.Context) error {
	if err := a.finishMembers(ctx); err != nil {
		return fmt.Errorf("finishing members: %w", err)
	}
	if err := a.finishDestroying(ctx); err != nil {
		return fmt.Errorf("finishing to destroy keys: %w", err)
	}
	if err := a.rewrapIfBehind(ctx); err != nil {
		return fmt.Errorf("wrapping for a new custodian: %w", err)
	}
	if err := a.sweep(ctx); err != nil {
		return err
	}
	sweepCopies(a.c.Dir)
	// Whoever rotates holds the case alone, and this opening has a share of it: what is
	// staged was cut off before its commit.
	if err := os.RemoveAll(a.c.path(stagedDir)); err != nil {
		return fmt.Errorf("clearing an unfinished rotation: %w", pathless(err))
	}
	return nil
}

// sweep removes what no record refers to, in the vault and among the originals.
func (a *App) sweep(ctx context.Context) error {
	if _, err := a.vault.Sweep(ctx); err != nil {
		return fmt.Errorf("sweeping vault: %w", err)
	}
	if _, err := a.Intake.Sweep(ctx); err != nil {
		return fmt.Errorf("sweeping originals: %w", err)
	}
	return nil
}

// enter takes the case's lock. Rotation holds it alone; everybody else shares it. A
// rotation that a crash cut off after its commit is finished first.
func enter(c Config, take func(string) (*hold.Lock, error)) (*hold.Lock, error) {
	for {
		rotated, err := exists(c.path(rotatedDir))
		if err != nil {
			return nil, err
		}
		if rotated {
			if err := c.finishHeld(); err != nil {
				return nil, err
			}
		}
		// A lock is made only where there is a case, or a part of one.
		locked, err := exists(c.path(lockFile))
		if err == nil && !locked {
			err = whole(c.Dir)
		}
		if err != nil {
			return nil, err
		}
		lock, err := patiently(take, c.path(lockFile))
		if err != nil {
			return nil, Explain(err)
		}
		// Between looking and locking somebody may have rotated and crashed.
		if rotated, err = exists(c.path(rotatedDir)); err == nil && !rotated {
			if err = whole(c.Dir); err == nil {
				return lock, nil
			}
		}
		if err := errors.Join(err, lock.Release()); err != nil {
			return nil, err
		}
	}
}

// How long an opening waits for somebody who has the case alone, and who wants it alone
// for those who share it: most are done in a moment.
const (
	holdTries = 20
	holdPause = 100 * time.Millisecond
)

func patiently(take func(string) (*hold.Lock, error), path string) (lock *hold.Lock, err error) {
	for range holdTries {
		if lock, err = take(path); fault.KindOf(err) != fault.Held {
			return lock, err
		}
		time.Sleep(holdPause)
	}
	return nil, err
}

// finishHeld finishes a rotation alone.
func (c Config) finishHeld() error {
	lock, err := hold.Exclusive(c.path(lockFile))
	if err != nil {
		return Explain(err)
	}
	if rotated, err := exists(c.path(rotatedDir)); err != nil || !rotated {
		return errors.Join(err, lock.Release()) // somebody else has finished it
	}
	return Explain(errors.Join(c.finishRotation(), lock.Release()))
}

// copiesPrefix begins the name of a directory in which a backup keeps what is not
// finished: copies of the databases, in the case's directory, and the file itself, beside
// its place. All of it is ciphertext like what it was copied from.
const copiesPrefix = ".heed-copies-"

// newCopies makes such a directory, and holds it as long as the process lives. An
// opening that sweeps can come between making and holding; then another one is made.
func newCopies(dir string) (path string, lock *hold.Lock, err error) {
	for range 10 {
		if path, err = os.MkdirTemp(dir, copiesPrefix+"*"); err != nil {
			return "", nil, Explain(fmt.Errorf("making a directory for copies: %w", pathless(err)))
		}
		if lock, err = hold.Exclusive(filepath.Join(path, lockFile)); err == nil {
			return path, lock, nil
		}
		os.RemoveAll(path)
	}
	return "", nil, Explain(err)
}

// dropCopies removes a directory of copies and lets go of it.
func dropCopies(path string, lock *hold.Lock) {
	os.RemoveAll(path)
	lock.Release()
}

// sweepCopies removes copies whose process is dead. Best effort: what stays is
// ciphertext, and the next opening tries again.
func sweepCopies(dir string) {
	all, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, d := range all {
		if !d.IsDir() || !strings.HasPrefix(d.Name(), copiesPrefix) {
			continue
		}
		path := filepath.Join(dir, d.Name())
		if lock, err := hold.Exclusive(filepath.Join(path, lockFile)); err == nil {
			dropCopies(path, lock)
		}
	}
}

// pathless drops the path from a file error: a path can hold a name.
func pathless(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	var l *os.LinkError
	if errors.As(err, &l) {
		return l.Err
	}
	return err
}
