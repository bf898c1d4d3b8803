package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"heed/internal/durable"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/lang"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

// Destroyed says what went with a key, and what is out of reach.
type Destroyed struct {
	Source  string     `json:"source"`
	Seals   []seal.Ref `json:"seals"`
	Objects []string   `json:"objects"`
	Backups []Kept     `json:"backups"` // that were made before and have not expired
}

// Kept is a backup that may still hold what was destroyed.
type Kept struct {
	MadeAt    time.Time `json:"made_at"`
	ExpiresAt time.Time `json:"expires_at"`
}

const (
	destroyRequested = "key.destroy-requested"
	minReason        = 3
	maxReason        = 1000
)

// Destroy erases what the case holds of one source, by destroying its keys: the sealed
// values, the original, its text, and every version, passage, claim, statement and
// position that rests on it. The ledger still verifies. Only a custodian can, and nothing
// brings it back but a backup of before.
//
//	key.destroy-requested   crash before: nothing happened; after: the next opening goes on
//	vault: keys blanked     in the vault's own file
//	rows, data key, act     committed together: key.destroyed
//	logs cut, blobs swept   crash before: the next opening does it
func (a *App) Destroy(ctx context.Context, source, reason string) (d Destroyed, err error) {
	if a.member.Role() != keys.Custodian {
		return d, fault.New(fault.Denied, "only a custodian can destroy a key", "Nothing was destroyed.", "Ask a custodian: heed user")
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n < minReason || n > maxReason || lang.Blank(reason) {
		return d, fault.New(fault.Invalid, "a key is destroyed for a stated reason only", "Nothing was destroyed.",
			fmt.Sprintf("Say why, in %d to %d characters, without names: it stays in the ledger for good.", minReason, maxReason))
	}
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		o, err := intake.ReadOriginal(tx, source)
		if err != nil {
			return err
		}
		if o.Erased != 0 {
			return fault.New(fault.Conflict, source+" was erased already", "Nothing was changed.", "See: heed history "+source)
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: destroyRequested, By: a.By(), Object: source, Detail: map[string]string{"reason": reason}})
		return err
	})
	if err != nil {
		return d, err
	}
	a.c.Progress.tell("request written", 0, 0)
	if d, err = a.destroy(ctx, a.By(), source); err != nil {
		return d, fmt.Errorf("destroying the key of %s (the next opening goes on): %w", source, err)
	}
	d.Backups, err = a.keptBackups(ctx)
	return d, err
}

// destroy carries out a request that stands in the ledger. It can be done again.
func (a *App) destroy(ctx context.Context, by ledger.Actor, source string) (d Destroyed, err error) {
	d.Source = source
	if d.Seals, err = a.vault.DestroyKeys(ctx, source); err != nil {
		return d, err
	}
	a.c.Progress.tell("vault keys destroyed", 0, 0)
	if err := a.markErasing(); err != nil {
		return d, err
	}
	// Copies of before an upgrade hold the keys too.
	for _, name := range []string{storeFile, vaultFile} {
		if err := os.Remove(a.c.path(name) + store.UpgradeSuffix); err != nil && !errors.Is(err, os.ErrNotExist) {
			return d, fmt.Errorf("removing the copy of before an upgrade: %w", pathless(err))
		}
	}
	if err := a.db.Update(ctx, func(tx *store.Tx) error { return a.erase(tx, by, &d) }); err != nil {
		return d, err
	}
	a.c.Progress.tell("rows erased", 0, 0)
	if err := a.cutLog(ctx); err != nil {
		return d, err
	}
	a.c.Progress.tell("log truncated", 0, 0)
	return d, a.sweep(ctx)
}

// erasingFile is there from before rows are erased until the log that held them is cut.
const erasingFile = "erasing"

func (a *App) markErasing() error {
	f, err := os.OpenFile(a.c.path(erasingFile), os.O_CREATE|os.O_WRONLY, 0o600)
	if err == nil {
		err = errors.Join(f.Close(), durable.Dir(a.c.Dir))
	}
	if err != nil {
		return fmt.Errorf("noting that rows will be erased: %w", pathless(err))
	}
	return nil
}

// cutLog takes the erased rows out of the write-ahead log.
// Crash before the mark is gone: the next opening cuts the log once more.
func (a *App) cutLog(ctx context.Context) error {
	if err := a.db.TruncateWAL(ctx); err != nil {
		return err
	}
	if err := os.Remove(a.c.path(erasingFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing a mark: %w", pathless(err))
	}
	return nil
}

// erase takes out of every room what it holds of the source, with the data key of all its
// versions, in one transaction with the act.
func (a *App) erase(tx *store.Tx, by ledger.Actor, d *Destroyed) error {
	if err := a.vault.MarkDestroyed(tx, d.Source); err != nil {
		return err
	}
	// A release that waits for signatures is reopened first, by its own act.
	if _, err := a.Release.Erase(tx, by, d.Source); err != nil {
		return err
	}
	d.Objects = nil
	for _, erase := range []func(*store.Tx, string) ([]string, error){a.Followup.Erase, a.Release.EraseReplies, a.Corroborate.Erase, a.Record.Erase, a.Intake.Erase} {
		ids, err := erase(tx, d.Source)
		if err != nil {
			return err
		}
		d.Objects = append(d.Objects, ids...)
	}
	if err := ledger.DestroyKey(tx, d.Source); err != nil {
		return err
	}
	_, err := ledger.Append(tx, ledger.Act{Kind: ledger.KeyDestroyed, By: by, Object: d.Source,
		Detail: map[string]any{"seals": d.Seals, "objects": d.Objects}})
	return err
}

// finishDestroying carries out requests that a crash cut off: what was asked for durably
// is done, whoever opens the case next.
func (a *App) finishDestroying(ctx context.Context) error {
	var asked, done []string
	err := a.db.View(ctx, func(tx *store.Tx) (err error) {
		if asked, err = ledger.Objects(tx, destroyRequested); err == nil {
			done, err = ledger.Destroyed(tx)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, source := range asked {
		if slices.Contains(done, source) {
			continue
		}
		by, err := a.requestedBy(ctx, source)
		if err == nil {
			_, err = a.destroy(ctx, by, source)
		}
		if err != nil {
			return err
		}
	}
	if marked, err := exists(a.c.path(erasingFile)); err != nil || !marked {
		return err
	}
	return a.cutLog(ctx)
}

// requestedBy is who asked for the destruction: they answer for it, whoever finishes it.
func (a *App) requestedBy(ctx context.Context, source string) (by ledger.Actor, err error) {
	past, err := store.Read(ctx, a.db, func(tx *store.Tx) ([]ledger.Past, error) { return ledger.History(tx, source) })
	for _, p := range past {
		if p.Entry.Kind == destroyRequested {
			by.Member = p.Entry.By
		}
	}
	return by, err
}

// keptBackups lists the backups that have not expired.
func (a *App) keptBackups(ctx context.Context) (kept []Kept, err error) {
	now := a.c.Clock()
	err = a.db.View(ctx, func(tx *store.Tx) error {
		past, err := ledger.History(tx, backupObject)
		for _, p := range past {
			var d backupDetail
			if p.Entry.Kind != backupBegun || json.Unmarshal(p.JSON, &d) != nil {
				continue
			}
			if expires := store.Time(d.ExpiresAt); expires.After(now) {
				kept = append(kept, Kept{p.Entry.At, expires})
			}
		}
		return err
	})
	return kept, err
}
