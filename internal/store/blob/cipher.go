package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"

	"heed/internal/fault"
)

// stanzaType names the one way a blob's age file key is wrapped: body = 24-byte nonce ||
// XChaCha20-Poly1305(key, nonce, file key, additional data = the type). The blob's key is
// itself wrapped to people elsewhere, so a header of public-key stanzas per blob would only cost space
// and tell how many people may read.
const stanzaType = "heed.blob/v1"

// fileKeySize is that of age-encryption.org/v1.
const fileKeySize = 16

// symmetric is an age.Recipient and age.Identity under one 32-byte key.
type symmetric struct{ key *[32]byte }

func (s symmetric) Wrap(fileKey []byte) ([]*age.Stanza, error) {
	a, err := chacha20poly1305.NewX(s.key[:])
	if err != nil {
		return nil, err // unreachable: the key has 32 bytes
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX)
	rand.Read(nonce) // never fails since Go 1.24
	return []*age.Stanza{{Type: stanzaType, Body: a.Seal(nonce, nonce, fileKey, []byte(stanzaType))}}, nil
}

func (s symmetric) Unwrap(stanzas []*age.Stanza) ([]byte, error) {
	const size = chacha20poly1305.NonceSizeX + fileKeySize + chacha20poly1305.Overhead
	if len(stanzas) != 1 || stanzas[0].Type != stanzaType || len(stanzas[0].Args) != 0 || len(stanzas[0].Body) != size {
		return nil, age.ErrIncorrectIdentity
	}
	a, err := chacha20poly1305.NewX(s.key[:])
	if err != nil {
		return nil, err // unreachable: the key has 32 bytes
	}
	nonce, ct := stanzas[0].Body[:chacha20poly1305.NonceSizeX], stanzas[0].Body[chacha20poly1305.NonceSizeX:]
	fileKey, err := a.Open(nil, nonce, ct, []byte(stanzaType))
	if err != nil {
		return nil, age.ErrIncorrectIdentity
	}
	return fileKey, nil
}

// reader hands out the exact bytes of one blob and checks all of it before the last of them.
type reader struct {
	ctx     context.Context
	file    *os.File
	untouch func()
	// read reads the padded plaintext, and hash is that of what was handed out. They are
	// functions so that printing a reader cannot print the plaintext that they hold: age's
	// last chunk, and the tail that SHA-256 has not mixed in yet. See Dir.name.
	read func([]byte) (int, error)
	hash func() hash.Hash

	name   string
	nameOf func(sum [32]byte) string // the name that a plaintext has under this key
	size   int64
	left   int64 // exact bytes still to be handed out
	err    error // sticky; io.EOF once all is checked
}

func (d *Dir) newReader(ctx context.Context, f *os.File, name string, key [32]byte, size int64) (*reader, error) {
	r, err := age.Decrypt(f, symmetric{&key})
	if err != nil {
		return nil, damaged(name, err)
	}
	h := sha256.New()
	nameOf := func(sum [32]byte) string { return d.name(sum, key) }
	return &reader{ctx: ctx, file: f, untouch: func() { d.untouch(name) }, read: r.Read, hash: func() hash.Hash { return h },
		name: name, nameOf: nameOf, size: size, left: size}, nil
}

func (r *reader) Read(p []byte) (int, error) {
	if r.err == nil {
		r.err = r.ctx.Err()
	}
	if r.err != nil {
		return 0, r.err
	}
	if r.left == 0 { // only an empty original gets here
		r.err = r.finish()
		return 0, r.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	n, err := r.read(p[:min(int64(len(p)), r.left)])
	r.hash().Write(p[:n])
	r.left -= int64(n)
	switch {
	case r.left == 0:
		r.err = r.finish()
	case err == io.EOF:
		r.err = damaged(r.name, errors.New("shorter than its recorded size"))
	case err != nil:
		r.err = damaged(r.name, err)
	}
	if r.err != nil && r.err != io.EOF {
		clear(p[:n])
		return 0, r.err
	}
	return n, nil
}

// finish reads the padding to the authenticated end and compares the name. It answers io.EOF
// if all is well. The name commits to the plaintext and the key, so this also catches
// another blob of the same key put in the place of this one.
func (r *reader) finish() error {
	want, got := padded(r.size)-r.size, int64(0)
	buf := make([]byte, 4096)
	for {
		n, err := r.read(buf)
		if !zero(buf[:n]) {
			return damaged(r.name, errors.New("longer than its recorded size"))
		}
		if got += int64(n); got > want {
			return damaged(r.name, errors.New("more padding than its size allows"))
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return damaged(r.name, err)
		}
	}
	if got != want {
		return damaged(r.name, errors.New("less padding than its size needs"))
	}
	if have := r.nameOf([32]byte(r.hash().Sum(nil))); subtle.ConstantTimeCompare([]byte(have), []byte(r.name)) != 1 {
		return damaged(r.name, errors.New("the bytes are not those of its name"))
	}
	return io.EOF
}

// Close closes the file and takes back the access time that reading has left.
func (r *reader) Close() error {
	if r.err == nil {
		r.err = os.ErrClosed
	}
	r.untouch()
	return r.file.Close()
}

func zero(b []byte) bool {
	var or byte
	for _, c := range b {
		or |= c
	}
	return or == 0
}

// damaged is the fault of a blob that does not open, with the reason for operators.
func damaged(name string, why error) error {
	return &fault.Error{
		Kind: fault.Conflict,
		What: "a stored original does not open: its file was cut, changed or exchanged, or the key is not its own",
		Safe: "nothing was changed, and what was read of it must not be used",
		Do:   "restore the file from a backup",
		Err:  fmt.Errorf("reading blob %s: %w", name, bare(why)),
	}
}
