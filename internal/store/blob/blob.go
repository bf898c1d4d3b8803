// Package blob keeps originals: encrypted files in a directory, one per original.
//
// There is no Delete. What was received stays, and what must go is erased by destroying
// its key elsewhere; Sweep then removes the file too.
//
// A blob is an age file (age-encryption.org/v1, STREAM in chunks of 64 KiB) under one
// 32-byte key that the caller keeps; see cipher.go. Its plaintext is the exact bytes
// followed by zeros up to a Padmé length; see padding.go. The caller also keeps the exact
// size, the SHA-256 and the name. What a listing of the directory tells is how many
// blobs there are and their padded sizes:
//
//   - the name is HMAC-SHA256(name key, SHA-256(plaintext) || key) in hex, so that nobody
//     without the name key can ask whether a known file is here, and equal files under
//     different keys have unrelated names;
//   - modification times of files and directories are set to one fixed instant. The change
//     time (ctime) and, on some systems, the birth time cannot be set by a program; they remain.
//
// Directory layout: ROOT/ab/abcdef… (64 hex digits, sharded by the first two) for blobs in
// their places, ROOT/pending-NAME for a whole blob until the record that refers to it is
// committed, and ROOT/tmp-… for what is being written. All of it is ciphertext, and
// directories have mode 0700.
//
// Where a file lies says all there is to say of it; no mode and no time does, so that a copy
// that loses them loses nothing. What is in its place was acknowledged once, and Sweep never
// removes it, whatever the record says by then, unless its key was destroyed by an act. So an
// older copy of the records, put back beside newer files, costs no file.
//
// Errors carry no paths: a directory may be named after a person.
package blob

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"heed/internal/fault"
)

// Dir is a directory of blobs. It may be used by several goroutines and processes at once.
type Dir struct {
	root string
	// name computes the name of the blob with that plaintext under that key. It is a function
	// so that printing a Dir cannot print the name key: fmt follows a pointer to an
	// array when it is given %s for it.
	name func(sum, key [32]byte) string
}

// Stat describes a blob as the caller must keep it.
type Stat struct {
	Name   string   // 64 hex digits
	Size   int64    // of the plaintext, in bytes, without padding
	SHA256 [32]byte // of the plaintext, without padding

	Stored       int64    // bytes that the file has: padded and encrypted
	StoredSHA256 [32]byte // of the file
}

// noTime stands in place of every modification time.
var noTime = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// What the names of files begin with that are not in their places.
const (
	tmpPrefix     = "tmp-"
	pendingPrefix = "pending-"
)

// Open opens the directory at root and makes it if only its last element is missing.
// The name key must stay the same for the life of the directory: names depend on it.
func Open(root string, nameKey [32]byte) (*Dir, error) {
	if err := os.Mkdir(root, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("making the directory of originals: %w", bare(err))
	}
	fi, err := os.Stat(root)
	if err != nil {
		return nil, fmt.Errorf("opening the directory of originals: %w", bare(err))
	}
	if !fi.IsDir() {
		return nil, fault.New(fault.Invalid, "the place of the originals is not a directory", "nothing was changed", "restore the case from a backup")
	}
	return &Dir{root, namer(nameKey)}, nil
}

// Get streams the plaintext of a blob; size is its exact size as given by Put.
//
// Each chunk is authenticated before it is handed out, but only the end shows that nothing
// is missing and that this is the blob of that name. So nothing that was read may be trusted
// before Read has returned io.EOF or size bytes: the last bytes are withheld until everything
// has been checked. Closing earlier checks nothing.
//
// A blob that is not there is fault.NotFound. A wrong key, a file that was cut, changed or
// exchanged, and a size that is not the recorded one are fault.Conflict.
func (d *Dir) Get(ctx context.Context, name string, key [32]byte, size int64) (io.ReadCloser, error) {
	if size < 0 {
		return nil, errName()
	}
	f, err := d.openFile(name)
	if err != nil {
		return nil, err
	}
	r, err := d.newReader(ctx, f, name, key, size)
	if err != nil {
		f.Close()
		return nil, err
	}
	return r, nil
}

// Stored reads the file of a blob as it lies on the disk, without any key, and returns what
// Stat says of it while nobody has changed it. A blob that is not there is fault.NotFound.
func (d *Dir) Stored(ctx context.Context, name string) (size int64, sum [32]byte, err error) {
	f, _, err := d.OpenStored(name)
	if err != nil {
		return 0, sum, err
	}
	h := sha256.New()
	size, err = io.Copy(h, ctxReader{ctx, f})
	if err := errors.Join(err, f.Close()); err != nil {
		return 0, sum, fmt.Errorf("reading blob %s: %w", name, bare(err))
	}
	return size, [32]byte(h.Sum(nil)), nil
}

// openFile opens the file of a blob: in its place, else pending, else in its place after all,
// where another process may have put it between the two looks.
func (d *Dir) openFile(name string) (f *os.File, err error) {
	if !validName(name) {
		return nil, errName()
	}
	for _, path := range []string{d.path(name), d.pending(name), d.path(name)} {
		if f, err = os.Open(path); !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.New(fault.NotFound, "the stored original is missing", "the ledger still says what it was", "restore the file from a backup")
	}
	if err != nil {
		return nil, fmt.Errorf("opening blob %s: %w", name, bare(err))
	}
	return f, nil
}

// untouch takes back the access time that reading has left, wherever the blob lies now. Best
// effort: on a disk mounted read-only there is nothing to take back.
func (d *Dir) untouch(name string) {
	for _, path := range []string{d.path(name), d.pending(name)} {
		os.Chtimes(path, noTime, noTime)
	}
}

func errName() error {
	return fault.New(fault.Invalid, "this is not the name and size of a stored original", "nothing was changed", "")
}

// List returns the names of all blobs in ascending order, those in their places and the
// pending ones, each once. Files that are not blobs are passed over.
func (d *Dir) List(ctx context.Context) ([]string, error) {
	files, err := os.ReadDir(d.root)
	if err != nil {
		return nil, fmt.Errorf("listing blobs: %w", bare(err))
	}
	var names []string
	for _, f := range files {
		// Before the places are read: what moves there meanwhile must not be missed.
		if name, ok := strings.CutPrefix(f.Name(), pendingPrefix); ok && f.Type().IsRegular() && validName(name) {
			names = append(names, name)
		}
	}
	settled, err := d.Settled(ctx)
	if err != nil {
		return nil, err
	}
	names = append(names, settled...)
	slices.Sort(names)
	return slices.Compact(names), nil
}

// Settled returns the names of the blobs in their places, in ascending order. One that no
// record refers to, asked for afterwards, is the trace of a record that was there once.
func (d *Dir) Settled(ctx context.Context) ([]string, error) {
	shards, err := os.ReadDir(d.root)
	if err != nil {
		return nil, fmt.Errorf("listing blobs: %w", bare(err))
	}
	var names []string
	for _, s := range shards {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !s.IsDir() || len(s.Name()) != 2 {
			continue
		}
		files, err := os.ReadDir(filepath.Join(d.root, s.Name()))
		if err != nil {
			return nil, fmt.Errorf("listing blobs: %w", bare(err))
		}
		for _, f := range files {
			if f.Type().IsRegular() && validName(f.Name()) && strings.HasPrefix(f.Name(), s.Name()) {
				names = append(names, f.Name())
			}
		}
	}
	slices.Sort(names)
	return names, nil
}

func (d *Dir) shard(name string) string { return filepath.Join(d.root, name[:2]) }
func (d *Dir) path(name string) string  { return filepath.Join(d.root, name[:2], name) }

// pending is where a blob lies between Keep and Settle.
func (d *Dir) pending(name string) string { return filepath.Join(d.root, pendingPrefix+name) }

func namer(nameKey [32]byte) func(sum, key [32]byte) string {
	return func(sum, key [32]byte) string {
		h := hmac.New(sha256.New, nameKey[:])
		h.Write(sum[:])
		h.Write(key[:])
		return hex.EncodeToString(h.Sum(nil))
	}
}

func validName(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}

// bare strips the paths from an error of the file system. A fault carries none and stays whole.
func bare(err error) error {
	if fault.KindOf(err) != 0 {
		return err
	}
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
