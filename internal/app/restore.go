package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"heed/internal/backup"
	"heed/internal/durable"
	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/store"
	"heed/internal/store/blob"
	"heed/internal/store/hold"
)

// Restoring says what to bring back.
type Restoring struct {
	Backup  io.Reader
	Log     io.Reader // the newest ledger that is left, or nil; see App.WriteLog
	Keys    []string  // verifier keys that may have signed it, beside those the backup knows
	Expired bool      // restore it although it has expired
}

// Restored says what came back.
type Restored struct {
	MadeAt    time.Time
	ExpiresAt time.Time
	Entries   int64    // of the ledger in the backup
	Lost      int64    // acts that the newer ledger has and the backup has not
	Destroyed []string // sources whose keys were destroyed since, and again now
	Problems  []ledger.Problem
}

// Restore brings a case back into c.Dir, which must be empty or missing. Keys that were
// destroyed after the backup, as the newer ledger says, are destroyed again before the
// case gets its place. Everything is built and checked in a directory of its own in c.Dir,
// so that nothing is written to another disk, and comes into force like a rotation:
//
//	.heed-copies-…/case written   crash: the next restore into DIR clears it
//	renamed to rotated/           this commits; crash: the next opening moves the files
func Restore(ctx context.Context, c Config, r Restoring, who Who, second ...Who) (out Restored, err error) {
	made, err := emptyDir(c.Dir)
	if err != nil {
		return out, err
	}
	defer func() {
		if err != nil && made {
			os.Remove(c.Dir) // what was not there before is not there after a failure
		}
	}()
	beside, lock, err := newCopies(c.Dir)
	if err != nil {
		return out, err
	}
	defer dropCopies(beside, lock)
	at := c
	at.Dir = filepath.Join(beside, "case")
	if err := os.Mkdir(at.Dir, 0o700); err != nil {
		return out, Explain(fmt.Errorf("making the directory: %w", pathless(err)))
	}
	if out, err = at.rebuild(ctx, r, append([]Who{who}, second...)); err != nil {
		return out, Explain(err)
	}
	if err := durable.Tree(at.Dir); err != nil {
		return out, Explain(fmt.Errorf("forcing to disk: %w", err))
	}
	c.Progress.tell("committing", 0, 0)
	return out, Explain(c.adopt(at.Dir))
}

// adopt puts a whole case into its place.
func (c Config) adopt(from string) error {
	lock, err := hold.Exclusive(c.path(lockFile))
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := os.Rename(from, c.path(rotatedDir)); err != nil {
		os.Remove(c.path(lockFile))
		return fmt.Errorf("giving the case its place: %w", pathless(err))
	}
	if err := durable.Dir(c.Dir); err != nil {
		return fmt.Errorf("forcing to disk: %w", err)
	}
	// Crash here: committed. finishRotation does the rest, here or at the next opening.
	return c.finishRotation()
}

// rebuild unpacks the backup into the directory, opens the case there, and brings it up
// to what the newer ledger says of destroyed keys.
func (c Config) rebuild(ctx context.Context, r Restoring, who []Who) (out Restored, err error) {
	b, err := backup.Read(r.Backup)
	if err != nil {
		return out, err
	}
	h := b.Header()
	out = Restored{MadeAt: store.Time(h.MadeAt), ExpiresAt: store.Time(h.ExpiresAt), Entries: h.Entries}
	if c.Clock().After(out.ExpiresAt) && !r.Expired {
		return out, fault.New(fault.Refused, "the backup expired on "+out.ExpiresAt.Format(time.DateOnly)+
			": what was withdrawn since may be in it", "Nothing was restored.",
			"If it is all there is: --expired, with the newest log there is in --log, and destroy again what was withdrawn.")
	}
	if err := c.unpack(ctx, b, who[0]); err != nil {
		return out, err
	}
	lock, err := hold.Exclusive(c.path(lockFile))
	if err != nil {
		return out, err
	}
	a, err := openHeld(ctx, c, lock, who)
	if err != nil {
		return out, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return out, a.settleRestore(ctx, h, r, &out)
}

// unpack writes the key files, unlocks by them, and writes everything else. Nothing of it
// counts before the end of the backup has shown that it is whole.
func (c Config) unpack(ctx context.Context, b *backup.Reader, who Who) error {
	if err := os.Mkdir(c.path(keysDir), 0o700); err != nil {
		return pathless(err)
	}
	for name, data := range b.Header().KeyFiles {
		if err := os.WriteFile(filepath.Join(c.path(keysDir), name), data, 0o600); err != nil {
			return pathless(err)
		}
	}
	u, err := who.unlock(c.path(keysDir))
	if err != nil {
		return err
	}
	defer u.Close()
	verifier, err := c.signerOf(u, b.Header().By)
	if err != nil {
		return err
	}
	put, err := c.placer(ctx, u)
	if err != nil {
		return err
	}
	done := int64(0)
	return b.Extract(u.Identity(), verifier, func(name string, size int64, r io.Reader) error {
		done++
		c.Progress.tell("restoring files", done, 0)
		return errors.Join(put(name, size, r), ctx.Err())
	})
}

// signerOf is the key of the member who says to have made the backup; nobody else's counts.
func (c Config) signerOf(u *keys.Unlocked, id string) (note.Verifiers, error) {
	members, err := u.Members(c.path(keysDir))
	if err != nil {
		return nil, err
	}
	for _, m := range members {
		if m.ID == id {
			v, err := note.NewVerifier(m.VerifierKey)
			return note.VerifierList(v), err
		}
	}
	return note.VerifierList(), nil // the backup will say that it does not know the signature
}

// placer knows where each file of a backup goes. A name it does not know is refused: the
// backup was signed by a member, so it is of a newer Heed.
func (c Config) placer(ctx context.Context, u *keys.Unlocked) (func(string, int64, io.Reader) error, error) {
	k := u.CaseKeys()
	originals, err := blob.Open(c.path(originalsDir), k.BlobNameKey)
	if err != nil {
		return nil, err
	}
	sealed, err := blob.Open(c.path(vaultDir), k.BlobNameKey)
	if err != nil {
		return nil, err
	}
	return func(name string, size int64, r io.Reader) error {
		dir, base, nested := strings.Cut(name, "/")
		switch {
		case name == storeFile || name == vaultFile:
			return writeWhole(c.path(name), r)
		case nested && dir == originalsDir:
			return originals.Import(ctx, base, size, r)
		case nested && dir == vaultDir:
			return sealed.Import(ctx, base, size, r)
		}
		return fault.New(fault.Conflict, "the backup holds a file that this version does not know", "Nothing was restored.", "Use the version that made it, or a newer one.")
	}, nil
}

func writeWhole(path string, r io.Reader) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return pathless(err)
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}

// settleRestore takes down that the case came from a backup, destroys what was destroyed
// since, and checks everything.
func (a *App) settleRestore(ctx context.Context, h backup.Header, r Restoring, out *Restored) error {
	gone, err := a.readNewer(ctx, r, out)
	if err != nil {
		return err
	}
	detail := map[string]any{"made_at": h.MadeAt, "entries": h.Entries, "lost": out.Lost}
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		_, err := ledger.Append(tx, ledger.Act{Kind: "case.restored", By: a.By(), Object: caseObject, Detail: detail})
		return err
	})
	if err != nil {
		return err
	}
	for _, source := range gone {
		err := a.db.Update(ctx, func(tx *store.Tx) error {
			_, err := ledger.Append(tx, ledger.Act{Kind: destroyRequested, By: a.By(), Object: source,
				Detail: map[string]string{"reason": "it was destroyed after the backup, as the newer log says"}})
			return err
		})
		if err != nil {
			return err
		}
		if _, err := a.destroy(ctx, a.By(), source); err != nil {
			return fmt.Errorf("destroying the key of %s again: %w", source, err)
		}
		out.Destroyed = append(out.Destroyed, source)
	}
	_, out.Problems, err = a.Check(ctx, nil)
	return err
}

// mayDestroy lists the verifier keys whose word on destroyed keys counts: those of the
// custodians and recovery keys of the backup. Nobody else could have destroyed one, and
// whoever was removed before could write what they like.
func (a *App) mayDestroy() (vkeys []string) {
	for _, m := range a.members {
		if opens(m.Role) {
			vkeys = append(vkeys, m.VerifierKey)
		}
	}
	return vkeys
}

// readNewer reads the newer ledger, which must begin with all acts of the backup, and
// answers which sources it says were destroyed since. Whoever got keys after the backup
// signs with one that it does not know.
func (a *App) readNewer(ctx context.Context, r Restoring, out *Restored) (gone []string, err error) {
	if r.Log == nil {
		return nil, nil
	}
	about, err := a.begun(ctx)
	if err != nil {
		return nil, err
	}
	return gone, a.db.View(ctx, func(tx *store.Tx) error {
		newer, err := ledger.ReadLog(r.Log, ledgerOrigin(*about), append(a.mayDestroy(), r.Keys...))
		if err != nil {
			return err
		}
		if err := newer.Extends(tx); err != nil {
			return err
		}
		head, err := ledger.HeadOf(tx)
		if err != nil {
			return err
		}
		out.Lost = newer.Head.Size - head.Size
		done, err := ledger.Destroyed(tx)
		if err != nil {
			return err
		}
		for _, e := range newer.Entries {
			// A request counts too: what was asked for durably would have been done.
			if (e.Kind == ledger.KeyDestroyed || e.Kind == destroyRequested) && !slices.Contains(done, e.Object) {
				done = append(done, e.Object)
				if known, err := ledger.Known(tx, e.Object); err != nil {
					return err
				} else if known {
					gone = append(gone, e.Object)
				}
			}
		}
		return nil
	})
}
