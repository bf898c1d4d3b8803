package backup

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"io"
	"math"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"heed/internal/fault"
)

// Reader is a backup whose header was read. What follows is taken by Extract, once.
type Reader struct {
	header Header
	line   []byte // the header's, as it stands
	src    *source
	rest   *bufio.Reader
	spent  bool
}

// Read reads the header of a backup and nothing beyond what it buffers.
func Read(r io.Reader) (*Reader, error) {
	b := &Reader{src: &source{r: r}}
	b.rest = bufio.NewReader(b.src)
	magic := make([]byte, len(Format)+1)
	if _, err := io.ReadFull(b.rest, magic); err != nil || string(magic) != Format+"\n" {
		if b.src.err != nil {
			return nil, b.src.failed()
		}
		return nil, fault.New(fault.Invalid, "this is no backup, or one of a form that this program does not know", "Nothing was written.", "Check the file, or use a newer program.")
	}
	for {
		part, err := b.rest.ReadSlice('\n')
		b.line = append(b.line, part...)
		if err == nil && len(b.line) <= maxHeader {
			break
		}
		if err != bufio.ErrBufferFull || len(b.line) > maxHeader {
			return nil, b.damaged("its header", err)
		}
	}
	var ok bool
	if b.header, ok = parseHeader(b.line); !ok {
		return nil, b.damaged("its header", nil)
	}
	return b, nil
}

// Header is what the backup says of itself. Nobody vouches for it before Extract.
func (b *Reader) Header() Header { return b.header }

// Extract decrypts the backup and hands each file to put, in their order. What put wrote
// counts only when Extract returned nil: before that nothing is proved but that somebody
// encrypted it. verifier knows the one key that may have signed, that of the member in the
// header. A put need not read all of its file; r must not be used after it returned.
//
// Faults: Denied when the identity opens nothing, Conflict for damage and for a signature
// that does not hold.
func (b *Reader) Extract(id age.Identity, verifier note.Verifiers, put func(name string, size int64, r io.Reader) error) error {
	if b.spent {
		return errors.New("a backup is a stream and is extracted once")
	}
	b.spent = true
	plain, err := age.Decrypt(b.rest, id)
	var foreign *age.NoIdentityMatchError
	switch {
	case b.src.err != nil:
		return b.src.failed()
	case errors.As(err, &foreign):
		return fault.New(fault.Denied, "this member's key does not open the backup", "Nothing was written.", "Take a member of that time, or a recovery key.")
	case err != nil:
		return b.damaged("the beginning of its encrypted part", err)
	}
	x := &extraction{b: b, plain: plain, seen: map[nameSum]bool{}, list: list{sum: sha256.New()}}
	for {
		name, size, err := x.next()
		if err != nil {
			return err
		}
		if name == "" {
			return x.end(verifier)
		}
		if err := x.file(name, size, put); err != nil {
			return err
		}
	}
}

type extraction struct {
	b     *Reader
	plain io.Reader
	seen  map[nameSum]bool
	list  list
}

// next reads what stands before a file's bytes; no name means the last record.
func (x *extraction) next() (name string, size int64, err error) {
	where := "its first file"
	if x.list.n > 0 {
		where = fmt.Sprintf("the record after its file %d", x.list.n)
	}
	var length [2]byte
	if _, err := io.ReadFull(x.plain, length[:]); err != nil {
		return "", 0, x.b.damaged(where, err)
	}
	n := int(binary.BigEndian.Uint16(length[:]))
	if n == 0 {
		return "", 0, nil
	}
	if n > maxName || x.list.n == maxFiles {
		return "", 0, x.b.damaged(where, nil)
	}
	head := make([]byte, n+8)
	if _, err := io.ReadFull(x.plain, head); err != nil {
		return "", 0, x.b.damaged(where, err)
	}
	name = string(head[:n])
	length64 := binary.BigEndian.Uint64(head[n:])
	key := sumName(name)
	if !validName(name) || x.seen[key] || length64 > math.MaxInt64 {
		return "", 0, x.b.damaged(where, nil)
	}
	x.seen[key] = true
	return name, int64(length64), nil
}

func (x *extraction) file(name string, size int64, put func(name string, size int64, r io.Reader) error) error {
	p := &part{x: x, name: name, left: size, hash: sha256.New()}
	err := put(name, size, p)
	if err == nil {
		_, err = io.Copy(io.Discard, p) // what put did not want is hashed all the same
	}
	damage := p.err
	p.err = errors.New("a file of a backup is read while it is put")
	if damage != nil { // whatever put made of it
		return damage
	}
	if err != nil {
		return err
	}
	x.list.add(p.hash, size, name)
	return nil
}

// part is the reader of one file.
type part struct {
	x    *extraction
	name string
	left int64
	hash hash.Hash
	err  error // sticky; never io.EOF
}

func (p *part) Read(b []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	if p.left == 0 {
		return 0, io.EOF
	}
	n, err := p.x.plain.Read(b[:min(int64(len(b)), p.left)])
	p.hash.Write(b[:n])
	p.left -= int64(n)
	if err != nil && (err != io.EOF || p.left > 0) {
		p.err = p.x.b.damaged(p.name, err)
		return n, p.err
	}
	return n, nil
}

// end reads the note and the end of everything, and compares.
func (x *extraction) end(verifier note.Verifiers) error {
	const where = "its end"
	var length [4]byte
	if _, err := io.ReadFull(x.plain, length[:]); err != nil {
		return x.b.damaged(where, err)
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxNote {
		return x.b.damaged(where, nil)
	}
	msg := make([]byte, n)
	if _, err := io.ReadFull(x.plain, msg); err != nil {
		return x.b.damaged(where, err)
	}
	// age tells only here whether anything follows its last chunk.
	if _, err := io.ReadFull(x.plain, make([]byte, 1)); err != io.EOF {
		return x.b.damaged(where, err)
	}
	if x.b.src.err != nil {
		return x.b.src.failed()
	}
	signed, err := note.Open(msg, verifier)
	var unknown *note.UnverifiedNoteError
	switch {
	case errors.As(err, &unknown):
		return fault.New(fault.Conflict, "the backup is signed by another key than that of the member it names", untrusted, "Ask who made it, and take one that a member signed.")
	case err != nil:
		return x.b.damaged(where, err)
	}
	// One signature in its one form; note.Open alone takes several, and loose base64.
	if signed.Text != x.list.text(x.b.line) || !bytes.Equal(render(signed), msg) {
		return x.b.damaged(where, errors.New("the note does not speak of these files"))
	}
	return nil
}

// render writes the note as it must stand, or nothing when it cannot.
func render(n *note.Note) []byte {
	s := n.Sigs[0]
	sig, err := base64.StdEncoding.Strict().DecodeString(s.Base64)
	if err != nil {
		return nil
	}
	return fmt.Appendf(nil, "%s\n\u2014 %s %s\n", n.Text, s.Name, base64.StdEncoding.EncodeToString(sig))
}

const untrusted = "What was read of it must not be used; the backup was not changed."

// damaged is the fault of a backup that is not as it was written. where is the name of a
// file in it, or words. A disk that cannot be read is no damage.
func (b *Reader) damaged(where string, why error) error {
	if b.src.err != nil {
		return b.src.failed()
	}
	f := fault.New(fault.Conflict, "the backup was cut or changed, at "+where, untrusted, "Take another copy of it, or another backup.")
	f.Err = why
	return f
}

// source remembers what the disk said, so that it is not taken for damage.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF && s.err == nil {
		s.err = bare(err)
	}
	return n, err
}

func (s *source) failed() error { return fmt.Errorf("reading the backup: %w", s.err) }
