package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"heed/internal/fault"
)

// OpenStored opens the file of a blob as it lies on the disk, for a backup: ciphertext, and
// the same bytes whatever was done in between, since blobs never change. A blob that is not
// there is fault.NotFound.
func (d *Dir) OpenStored(name string) (io.ReadCloser, int64, error) {
	f, err := d.openFile(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, 0, fmt.Errorf("reading blob %s: %w", name, bare(err))
	}
	return &storedFile{f, func() { d.untouch(name) }}, info.Size(), nil
}

// storedFile takes back the access time when it is closed.
type storedFile struct {
	f       *os.File
	untouch func()
}

func (s *storedFile) Read(p []byte) (int, error) {
	n, err := s.f.Read(p)
	if err != nil && err != io.EOF {
		err = bare(err)
	}
	return n, err
}

func (s *storedFile) Close() error {
	s.untouch()
	return s.f.Close()
}

// Import puts the file of a blob, as OpenStored gave it, into its place, for a restore. r must
// give size bytes. Without its key nothing says whether they are the blob of that name; Stored
// does, with the record, and so does reading it. A blob that is there is fault.Conflict, and
// after any error nothing is left behind.
func (d *Dir) Import(ctx context.Context, name string, size int64, r io.Reader) (err error) {
	if !validName(name) || size < 0 {
		return errName()
	}
	switch f, err := d.openFile(name); {
	case err == nil:
		f.Close()
		return fault.New(fault.Conflict, "a blob of that name is there already", "it was not touched", "restore into an empty directory")
	case fault.KindOf(err) != fault.NotFound:
		return err
	}
	f, err := d.createHeld()
	if err != nil {
		return fmt.Errorf("making a temporary: %w", bare(err))
	}
	tmp := f.Name()
	// Crash here, and until the rename: a temporary that nobody holds. Sweep removes it.
	if err := receive(ctx, f, size, r); err != nil {
		err = errors.Join(bare(err), bare(removeHeld(f, tmp)))
		os.Chtimes(d.root, noTime, noTime) // best effort, see Drop
		return fmt.Errorf("importing blob: %w", err)
	}
	if err := d.land(f, tmp, name); err != nil {
		return fmt.Errorf("importing blob: %w", bare(err))
	}
	return nil
}

// receive writes size bytes and forces them to disk.
func receive(ctx context.Context, f *os.File, size int64, r io.Reader) error {
	n, err := io.Copy(f, io.LimitReader(ctxReader{ctx, r}, size))
	if err != nil {
		return err
	}
	if n == size {
		// Whether r ends here shows only in asking for more.
		extra, err := io.ReadFull(ctxReader{ctx, r}, make([]byte, 1))
		if err != nil && err != io.EOF {
			return err
		}
		n += int64(extra)
	}
	if n != size {
		return fault.New(fault.Conflict, "a blob to be restored has another length than it should", "it was not kept", "use another backup")
	}
	return errors.Join(f.Sync(), os.Chtimes(f.Name(), noTime, noTime), f.Sync())
}

// land renames a held temporary into the place of a blob, and lets go of it.
func (d *Dir) land(f *os.File, tmp, name string) error {
	if err := d.makeShard(name); err != nil {
		return errors.Join(err, removeHeld(f, tmp))
	}
	f, err := renameHeld(f, tmp, d.path(name))
	if err != nil {
		return errors.Join(err, removeHeld(f, tmp))
	}
	// Crash here: in its place, or a temporary again.
	if f != nil {
		err = f.Close()
	}
	return errors.Join(err, d.force(d.shard(name), d.root))
}
