package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/mod/sumdb/note"

	"heed/internal/backup"
	"heed/internal/durable"
	"heed/internal/fault"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Backup says what was written.
type Backup struct {
	Path       string
	Size       int64
	SHA256     [32]byte // of the file
	Entries    int64    // of the ledger in it
	ExpiresAt  time.Time
	Checkpoint []byte // signed head of the ledger in it, to be kept somewhere else
}

const (
	backupObject = "backup"
	backupBegun  = "backup.begun"
	backupMade   = "backup.made"
)

type backupDetail struct {
	ExpiresAt int64  `json:"expires_at"` // µs since 1970, UTC
	SHA256    string `json:"sha256,omitempty"`
	Size      int64  `json:"size,omitempty"`
}

// Backup writes the whole case into one file that must not exist: both databases as they
// stand at one moment, all originals and sealed values as ciphertext, and the key files. Any
// member can, and anybody who can unlock in the case of then, or has words of a recovery
// key, can restore it. The file is read back and checked before it gets its name.
//
//	backup.begun   crash after: copies and a temporary; the next opening removes the copies
//	file written, read back, synced, linked to its name
//	backup.made    crash before: the file is whole, and the act that says so is missing
func (a *App) Backup(ctx context.Context, dest string, expires time.Time) (b Backup, err error) {
	if !expires.After(a.c.Clock()) {
		return b, fault.New(fault.Invalid, "the backup would expire before it is made", "Nothing was written.", "Give a later day with --expires.")
	}
	if _, err := os.Lstat(dest); err == nil {
		return b, errTaken()
	}
	b = Backup{Path: dest, ExpiresAt: expires.UTC().Truncate(time.Microsecond)}
	if err := a.appendBackup(ctx, backupBegun, backupDetail{ExpiresAt: store.Micros(expires)}); err != nil {
		return b, err
	}
	a.c.Progress.tell("backup begun", 0, 0)
	copies, lock, err := newCopies(a.c.Dir)
	if err != nil {
		return b, err
	}
	defer dropCopies(copies, lock)
	s, err := a.snapshot(ctx, copies)
	if err != nil {
		return b, err
	}
	b.Entries, b.Checkpoint = s.head.Size, s.checkpoint
	if err := a.writeBackup(ctx, &b, s); err != nil {
		return b, err
	}
	a.c.Progress.tell("backup in its place", 0, 0)
	return b, a.appendBackup(ctx, backupMade, backupDetail{ExpiresAt: store.Micros(expires), SHA256: fmt.Sprintf("%x", b.SHA256), Size: b.Size})
}

func errTaken() error {
	return fault.New(fault.Conflict, "there is a file of that name already", "It was not touched.", "Choose another name for the backup.")
}

func (a *App) appendBackup(ctx context.Context, kind string, d backupDetail) error {
	return a.db.Update(ctx, func(tx *store.Tx) error {
		_, err := ledger.Append(tx, ledger.Act{Kind: kind, By: a.By(), Object: backupObject, Detail: d})
		return err
	})
}

// snapshot is a case at one moment: copies of both databases, and which blobs there were.
type snapshot struct {
	dir        string // of the copies
	origin     string
	head       ledger.Head
	checkpoint []byte
	originals  []string
	sealed     []string
}

// snapshot takes its copies under one write pause: it holds the writer's turn of the
// case's store, and who writes to the vault holds that too. Blobs never change, so they
// are only listed here.
func (a *App) snapshot(ctx context.Context, dir string) (s snapshot, err error) {
	s.dir = dir
	about, err := a.begun(ctx)
	if err != nil {
		return s, err
	}
	s.origin = about.Origin
	err = a.db.Update(ctx, func(tx *store.Tx) (err error) {
		if s.head, err = ledger.HeadOf(tx); err != nil {
			return err
		}
		if s.checkpoint, err = ledger.Checkpoint(tx, ledgerOrigin(*about), a.Signer()); err != nil {
			return err
		}
		if s.originals, err = a.Intake.Names(ctx); err != nil {
			return err
		}
		if s.sealed, err = a.vault.Names(ctx); err != nil {
			return err
		}
		return a.copyFiles(ctx, dir, a.member.CaseKeys())
	})
	return s, err
}

// writeBackup writes the file in a directory beside its place, reads it back, and links
// it to its name, which fails when the name is taken meanwhile.
func (a *App) writeBackup(ctx context.Context, b *Backup, s snapshot) (err error) {
	keyFiles, err := a.keyFiles()
	if err != nil {
		return err
	}
	sweepCopies(filepath.Dir(b.Path))
	beside, lock, err := newCopies(filepath.Dir(b.Path))
	if err != nil {
		return err
	}
	defer dropCopies(beside, lock)
	f, err := os.OpenFile(filepath.Join(beside, "backup"), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return Explain(fmt.Errorf("writing the backup: %w", pathless(err)))
	}
	defer f.Close()
	h := backup.Header{Origin: s.origin, MadeAt: store.Micros(a.c.Clock()), ExpiresAt: store.Micros(b.ExpiresAt), By: a.member.ID(),
		Entries: s.head.Size, Root: s.head.Root.String(), KeyFiles: keyFiles}
	sum := sha256.New()
	err = backup.Write(io.MultiWriter(f, sum), h, a.recipients(), a.Signer(), func(add func(string, int64, io.Reader) error) error {
		return a.addFiles(ctx, s, add)
	})
	if err != nil {
		return Explain(pathless(err))
	}
	b.SHA256 = [32]byte(sum.Sum(nil))
	if err := f.Sync(); err != nil {
		return Explain(fmt.Errorf("writing the backup: %w", pathless(err)))
	}
	if err := a.readBack(ctx, f, b); err != nil {
		return err
	}
	switch err := os.Link(f.Name(), b.Path); {
	case errors.Is(err, os.ErrExist):
		return errTaken()
	case err != nil: // no links here, as on a memory stick
		if _, err := os.Lstat(b.Path); err == nil {
			return errTaken()
		}
		if err := os.Rename(f.Name(), b.Path); err != nil {
			return Explain(fmt.Errorf("writing the backup: %w", pathless(err)))
		}
	}
	return durable.Dir(filepath.Dir(b.Path))
}

// readBack reads the file as a restore would, from the disk, and keeps nothing.
func (a *App) readBack(ctx context.Context, f *os.File, b *Backup) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading the backup back: %w", pathless(err))
	}
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("reading the backup back: %w", pathless(err))
	}
	b.Size = info.Size()
	sum := sha256.New()
	done := int64(0)
	seen := seenBy(func(n int) {
		done += int64(n)
		a.c.Progress.tell("reading the backup back", done, b.Size)
	})
	r, err := backup.Read(io.TeeReader(f, io.MultiWriter(sum, seen)))
	if err != nil {
		return fmt.Errorf("reading the backup back: %w", err)
	}
	v, err := note.NewVerifier(a.member.Member().VerifierKey)
	if err != nil {
		return err
	}
	err = r.Extract(a.member.Identity(), note.VerifierList(v), func(_ string, _ int64, r io.Reader) error {
		_, err := io.Copy(io.Discard, r)
		return errors.Join(err, ctx.Err())
	})
	if err != nil {
		return fmt.Errorf("reading the backup back: %w", err)
	}
	if [32]byte(sum.Sum(nil)) != b.SHA256 {
		return fault.New(fault.Conflict, "the backup reads back differently from what was written", "It was not kept.", "Look at the disk, and choose another one.")
	}
	return nil
}

// seenBy is a writer that keeps nothing and says how many bytes came by.
type seenBy func(n int)

func (s seenBy) Write(p []byte) (int, error) {
	s(len(p))
	return len(p), nil
}

// keyFiles reads the roster and the key files of its members, without which nothing in the
// backup can be opened. What else lies in the directory is nobody's, and the header is read by everybody.
func (a *App) keyFiles() (map[string][]byte, error) {
	files := map[string][]byte{}
	for _, name := range keys.Files(a.members) {
		b, err := os.ReadFile(filepath.Join(a.c.path(keysDir), name))
		if errors.Is(err, os.ErrNotExist) {
			continue // check names it; what there is must still be backed up
		}
		if err != nil {
			return nil, fmt.Errorf("reading key files: %w", pathless(err))
		}
		files[name] = b
	}
	return files, nil
}

// addFiles gives all files of the snapshot to the backup.
func (a *App) addFiles(ctx context.Context, s snapshot, add func(string, int64, io.Reader) error) error {
	total := int64(2 + len(s.originals) + len(s.sealed))
	done := int64(0)
	put := func(name string, open func() (io.ReadCloser, int64, error)) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		r, size, err := open()
		if err != nil {
			return err
		}
		done++
		a.c.Progress.tell("writing the backup", done, total)
		return errors.Join(add(name, size, r), r.Close())
	}
	for _, name := range []string{storeFile, vaultFile} {
		if err := put(name, func() (io.ReadCloser, int64, error) { return openWhole(filepath.Join(s.dir, name)) }); err != nil {
			return err
		}
	}
	for _, name := range s.originals {
		if err := put(originalsDir+"/"+name, func() (io.ReadCloser, int64, error) { return a.Intake.OpenStored(name) }); err != nil {
			return err
		}
	}
	for _, name := range s.sealed {
		if err := put(vaultDir+"/"+name, func() (io.ReadCloser, int64, error) { return a.vault.OpenStored(name) }); err != nil {
			return err
		}
	}
	return nil
}

func openWhole(path string) (io.ReadCloser, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, pathless(err)
	}
	info, err := f.Stat()
	if err != nil {
		return nil, 0, errors.Join(pathless(err), f.Close())
	}
	return f, info.Size(), nil
}
