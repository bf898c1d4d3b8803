package backup

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"heed/internal/fault"
)

// Write writes a backup to w: the header, then what files adds, for the recipients, and
// the signer's note. signer must be the member whom the header names. Each call of add
// writes one file of exactly size bytes; after one that failed the backup cannot be
// finished, whatever files returns.
//
// Crash here, or an error: what stands in w has no end and nobody can extract it. To sync
// it and to give it its name is the caller's.
func Write(w io.Writer, h Header, to []age.Recipient, signer note.Signer, files func(add func(name string, size int64, r io.Reader) error) error) error {
	h.Format = Format
	line, err := h.marshal()
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return fault.New(fault.Invalid, "a backup needs somebody who can open it", "Nothing was written.", "")
	}
	out := &sink{w: w}
	if _, err := io.WriteString(out, Format+"\n"+string(line)); err != nil {
		return writing(err)
	}
	plain, err := age.Encrypt(out, to...)
	if err != nil {
		return writing(err)
	}
	b := &writer{out: out, plain: plain, seen: map[nameSum]bool{}, list: list{sum: sha256.New()}}
	err = files(b.add)
	switch {
	case b.err != nil:
		return b.err
	case err != nil:
		b.err = err
		return err
	}
	b.err = errors.New("a backup that ended takes no more files")
	if err := b.end(line, signer); err != nil {
		return writing(err)
	}
	return writing(plain.Close())
}

// writer is a backup between its header and its end.
type writer struct {
	out   *sink
	plain io.Writer // into the age stream
	seen  map[nameSum]bool
	list  list
	err   error // sticky
}

func (b *writer) add(name string, size int64, r io.Reader) error {
	if b.err == nil {
		b.err = b.file(name, size, r)
	}
	return b.err
}

func (b *writer) file(name string, size int64, r io.Reader) error {
	switch key := sumName(name); {
	case !validName(name) || size < 0:
		return fault.New(fault.Invalid, "a backup takes no file of this name or size", unfinished, "")
	case b.seen[key]:
		return fault.New(fault.Invalid, "a backup takes "+name+" once", unfinished, "")
	case b.list.n == maxFiles:
		return fault.New(fault.Invalid, "a backup takes no more than ten million files", unfinished, "")
	default:
		b.seen[key] = true
	}
	head := binary.BigEndian.AppendUint16(nil, uint16(len(name)))
	head = binary.BigEndian.AppendUint64(append(head, name...), uint64(size))
	if _, err := b.plain.Write(head); err != nil {
		return writing(err)
	}
	h := sha256.New()
	n, err := io.CopyN(io.MultiWriter(b.plain, h), r, size)
	if b.out.err != nil {
		return writing(b.out.err)
	}
	if err == nil {
		var more int64
		more, err = io.CopyN(io.Discard, r, 1)
		n += more
	}
	if err != nil && err != io.EOF {
		return fmt.Errorf("reading %s for the backup: %w", name, bare(err))
	}
	if n != size {
		return fault.New(fault.Conflict, name+" has another size than was said when its turn came", unfinished, "Make the backup again.")
	}
	b.list.add(h, size, name)
	return nil
}

const unfinished = "The backup was not finished; the case was not changed."

func (b *writer) end(line []byte, signer note.Signer) error {
	signed, err := note.Sign(&note.Note{Text: b.list.text(line)}, signer)
	if err != nil {
		return err
	}
	if len(signed) > maxNote {
		return errors.New("the signed note is too long") // unreachable: a name has 32 characters
	}
	end := binary.BigEndian.AppendUint32([]byte{0, 0}, uint32(len(signed)))
	_, err = b.plain.Write(append(end, signed...))
	return err
}

// list is the running digest of the files, the same for both sides.
type list struct {
	n   int
	sum hash.Hash
}

func (l *list) add(file hash.Hash, size int64, name string) {
	l.n++
	fmt.Fprintf(l.sum, "%x  %d  %s\n", file.Sum(nil), size, name)
}

// text is what the note signs.
func (l *list) text(header []byte) string {
	return fmt.Sprintf("%s\n%x\n%d\n%x\n", Format, sha256.Sum256(header), l.n, l.sum.Sum(nil))
}

// nameSum stands for a name in the set of those that were seen: ten million of them must fit.
type nameSum [16]byte

func sumName(name string) nameSum {
	sum := sha256.Sum256([]byte(name))
	return nameSum(sum[:16])
}

// sink remembers what the disk said, so that it is not taken for an error of a file's reader.
type sink struct {
	w   io.Writer
	err error
}

func (s *sink) Write(p []byte) (int, error) {
	n, err := s.w.Write(p)
	if err != nil && s.err == nil {
		s.err = bare(err)
	}
	return n, err
}

func writing(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing the backup: %w", bare(err))
}
