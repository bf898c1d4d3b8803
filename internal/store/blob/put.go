package blob

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"sync"

	"filippo.io/age"
)

// Pending is a blob that has been written and read back, and that no committed record refers
// to yet.
// Whoever got it must call Drop when done, whatever happened: after Keep, Drop only lets go.
//
//	p, err := dir.Put(ctx, key, r)
//	…
//	defer p.Drop()
//	// in the transaction that records p.Stat():
//	err = p.Keep()
//	// after the commit:
//	err = p.Settle()
//
// Until Drop, the file is held (flock): Sweep in any process leaves it alone even though no
// committed record refers to it yet.
type Pending struct {
	d    *Dir
	mu   sync.Mutex
	file *os.File // held
	tmp  string   // "" after Drop
	kept bool
	stat Stat
}

// Stat says what was written.
func (p *Pending) Stat() Stat { return p.stat }

// Put reads r to its end and stores it under key, which must be fresh for each original.
// It hashes, pads and encrypts as the bytes pass, in flat memory, into a temporary file;
// forces that to disk; then reads it back, decrypts it and compares the hash before it returns.
// (The reading back sees the system's cache: it catches faulty memory and software, not a disk that lies.)
// After any error nothing is left behind. Canceling ctx stops between two reads of r.
func (d *Dir) Put(ctx context.Context, key [32]byte, r io.Reader) (_ *Pending, err error) {
	f, err := d.createHeld()
	if err != nil {
		return nil, fmt.Errorf("making a temporary: %w", bare(err))
	}
	// Crash here, and at any point up to Keep: a temporary of ciphertext that nobody holds. Sweep removes it.
	p := &Pending{d: d, file: f, tmp: f.Name()}
	done := false
	defer func() {
		if !done { // an error, or a panic in r
			err = errors.Join(err, p.Drop())
		}
	}()
	h, stored := sha256.New(), &tally{h: sha256.New()}
	if p.stat.Size, err = encrypt(io.MultiWriter(f, stored), symmetric{&key}, io.TeeReader(ctxReader{ctx, r}, h)); err != nil {
		return nil, fmt.Errorf("writing blob: %w", bare(err))
	}
	p.stat.SHA256 = [32]byte(h.Sum(nil))
	p.stat.Stored, p.stat.StoredSHA256 = stored.n, [32]byte(stored.h.Sum(nil))
	p.stat.Name = d.name(p.stat.SHA256, key)
	if err := f.Sync(); err != nil {
		return nil, fmt.Errorf("forcing blob to disk: %w", bare(err))
	}
	if err := p.readBack(ctx, key); err != nil {
		return nil, err
	}
	if err := errors.Join(os.Chtimes(p.tmp, noTime, noTime), f.Sync()); err != nil {
		return nil, fmt.Errorf("forcing blob to disk: %w", bare(err))
	}
	done = true
	return p, nil
}

// tally counts and hashes what is written to it.
type tally struct {
	n int64
	h hash.Hash
}

func (t *tally) Write(p []byte) (int, error) {
	t.n += int64(len(p))
	return t.h.Write(p)
}

// encrypt writes the age file of r, padded, and returns how many bytes r had.
func encrypt(w io.Writer, to age.Recipient, r io.Reader) (int64, error) {
	a, err := age.Encrypt(w, to)
	if err != nil {
		return 0, err
	}
	n, err := io.CopyBuffer(a, r, make([]byte, 64<<10))
	if err != nil {
		return 0, err
	}
	if _, err := io.CopyN(a, zeros{}, padded(n)-n); err != nil {
		return 0, err
	}
	return n, a.Close()
}

// readBack decrypts the temporary through the same code as Get, which compares the bytes
// with the name, and the name commits to their SHA-256.
func (p *Pending) readBack(ctx context.Context, key [32]byte) error {
	if _, err := p.file.Seek(0, io.SeekStart); err != nil {
		return fmt.Errorf("reading blob back: %w", bare(err))
	}
	r, err := p.d.newReader(ctx, p.file, p.stat.Name, key, p.stat.Size)
	if err != nil {
		return fmt.Errorf("reading blob back: %w", err)
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return fmt.Errorf("reading blob back: %w", err)
	}
	return nil
}

// Keep gives the blob its name, as a pending one, and forces that to disk. It may be called
// again after an error.
func (p *Pending) Keep() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tmp == "" {
		return errors.New("keeping blob: it was dropped")
	}
	if !p.kept {
		f, err := renameHeld(p.file, p.tmp, p.d.pending(p.stat.Name))
		p.file = f
		if err != nil {
			return fmt.Errorf("keeping blob: %w", bare(err))
		}
		p.kept = true
	}
	// Crash here, and until the caller commits its record: the temporary or a whole pending
	// blob that nothing refers to. Sweep removes either.
	if err := p.d.force(p.d.root); err != nil {
		return fmt.Errorf("keeping blob: %w", bare(err))
	}
	// Crash here: the blob has its name for good. Only now may a record that refers to it be committed.
	return nil
}

// Settle puts a kept blob into its place, because a committed record refers to it: from then
// on Sweep does not remove it. A crash between the commit and Settle costs nothing: the blob is
// read where it lies, and the next Sweep, by the same record, settles it.
func (p *Pending) Settle() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.kept {
		return errors.New("settling blob: it was not kept")
	}
	f, err := p.d.place(p.file, p.stat.Name)
	if p.tmp == "" && f != nil { // dropped before: nobody would let go of it any more
		err, f = errors.Join(err, f.Close()), nil
	}
	p.file = f
	if err != nil {
		return fmt.Errorf("settling blob: %w", bare(err))
	}
	return nil
}

// place puts a pending blob into its place and forces that to disk. f is its file when this
// process holds it, else nil; it is returned as renameHeld returns it. A blob that is in its
// place already stays there.
func (d *Dir) place(f *os.File, name string) (*os.File, error) {
	if err := d.makeShard(name); err != nil {
		return f, err
	}
	f, err := renameHeld(f, d.pending(name), d.path(name))
	if errors.Is(err, fs.ErrNotExist) {
		_, err = os.Lstat(d.path(name)) // somebody who swept was faster
	}
	if err != nil {
		return f, err
	}
	// Crash here: pending, in its place, or both, and read in either. It is never in neither:
	// the new entry is forced to disk before the end of the old one.
	return f, d.force(d.shard(name), d.root)
}

// makeShard makes the directory of a blob's place and forces it to disk.
// Crash here: an empty directory, harmless.
func (d *Dir) makeShard(name string) error {
	err := os.Mkdir(d.shard(name), 0o700)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.force(d.root)
}

// force takes back the times of directories and forces their entries to disk, in that order.
func (d *Dir) force(dirs ...string) error {
	for _, dir := range dirs {
		if err := errors.Join(os.Chtimes(dir, noTime, noTime), syncPath(dir)); err != nil {
			return err
		}
	}
	return nil
}

// Drop removes a blob that was not kept, and lets go of one that was. Dropping twice does nothing.
func (p *Pending) Drop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.tmp == "" {
		return nil
	}
	var err error
	if !p.kept {
		err = removeHeld(p.file, p.tmp)
		// Best effort: the time of the directory says that something was tried.
		os.Chtimes(p.d.root, noTime, noTime)
	} else if p.file != nil {
		err = p.file.Close()
	}
	p.file, p.tmp = nil, ""
	if err != nil {
		return fmt.Errorf("dropping blob: %w", bare(err))
	}
	return nil
}

// createHeld makes a temporary and takes its lock. A sweeper may see the file before it is
// locked; then one of two happens: the sweeper holds the lock, or it has removed the file
// already. Either way another temporary is made.
func (d *Dir) createHeld() (*os.File, error) {
	for {
		f, err := os.CreateTemp(d.root, tmpPrefix+"*") // mode 0600
		if err != nil {
			return nil, err
		}
		held, err := hold(f)
		if err == nil && held && samePlace(f, f.Name()) {
			return f, nil
		}
		if err := removeHeld(f, f.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		if err != nil {
			return nil, err
		}
	}
}

// samePlace reports whether the open file is still the one at path.
func samePlace(f *os.File, path string) bool {
	a, err := f.Stat()
	if err != nil {
		return false
	}
	b, err := os.Lstat(path)
	return err == nil && os.SameFile(a, b)
}

// ctxReader stops when ctx is done, and hides every method of r but Read.
type ctxReader struct {
	ctx context.Context
	r   io.Reader
}

func (c ctxReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}

// zeros never ends.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
