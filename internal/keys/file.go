package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/binary"
	"encoding/json"
	"errors"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/mod/sumdb/note"
)

const (
	fileFormat  = "heed/v1/key-file"
	saltSize    = 32
	checkSize   = 32
	maxFileSize = 4 << 10 // a key file has about half a KB
)

// opening is what stands before the box; its exact bytes, its JSON as encoding/json makes
// it, are the box's associated data.
type opening struct {
	Format string `json:"format"`
	ID     string `json:"id"`
	Cost   Cost   `json:"argon2id"`
	Salt   []byte `json:"salt"`
}

// boxed is all of a key file that the signature is over.
type boxed struct {
	opening
	Check []byte `json:"check"`
	Box   []byte `json:"box"` // nonce ‖ ciphertext
}

// keyFile is a key file in its one form. Nothing in it is proved before its box is open, or
// its signature was held against the roster. The signature is there for everybody else:
// a recovery key's file is opened on the day it is needed, and damage must show before.
type keyFile struct {
	boxed
	Sig []byte `json:"sig"` // Ed25519, by the key in the box
}

// signed is what the signature is over.
func (b boxed) signed() []byte { return append([]byte("heed/v1/key-file/sig\x00"), marshal(b)...) }

// genuine reports whether the member wrote the file as it is.
func (f *keyFile) genuine(m Member) bool {
	v, err := note.NewVerifier(m.VerifierKey)
	return err == nil && f.ID == m.ID && v.Verify(f.signed(), f.Sig)
}

// pin is one statement of a roster: its number and the SHA-256 of its exact bytes.
type pin struct {
	n   int64
	sum [32]byte
}

var (
	errForm    = errors.New("it is no key file in the one form there is")
	errEdited  = errors.New("its parts do not belong together")
	errOther   = errors.New("it speaks of another member")
	errMissing = errors.New("it is missing")
	errAnew    = errors.New("the keys in it are not those the roster names")
)

// encode is the one form of a key file: compact JSON, the fields in the order of the
// types, and a line feed.
func (f *keyFile) encode() []byte { return append(marshal(f), '\n') }

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("internal error: encoding keys: " + err.Error()) // unreachable: strings, numbers and bytes
	}
	return b
}

// parse takes a key file that is exactly as encode writes it. Everything is checked that
// can be without a key. Errors say nothing of the content.
func parse(data []byte) (*keyFile, error) {
	if len(data) > maxFileSize {
		return nil, errForm
	}
	f := new(keyFile)
	// What encodes to the same bytes has no field that is unknown, missing, repeated or
	// written otherwise, and nothing after it.
	if json.Unmarshal(data, f) != nil || !bytes.Equal(f.encode(), data) {
		return nil, errForm
	}
	if f.Format != fileFormat || !idForm.MatchString(f.ID) || len(f.Salt) != saltSize || len(f.Check) != checkSize || len(f.Sig) != ed25519.SignatureSize ||
		len(f.Box) <= chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead {
		return nil, errForm
	}
	return f, f.Cost.valid()
}

// open opens the box with the key that a passphrase gave.
func (f *keyFile) open(k derived) (*secrets, pin, error) {
	aead, err := chacha20poly1305.NewX(k.box)
	if err != nil {
		return nil, pin{}, err
	}
	nonce, ciphertext := f.Box[:aead.NonceSize()], f.Box[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, ciphertext, marshal(f.opening))
	if err != nil {
		return nil, pin{}, errEdited
	}
	defer clear(plain)
	return unpack(plain)
}

// lock is a passphrase at work: what it gives with one salt and cost. The Argon2 work is
// done when it is made, so that nothing is held up meanwhile.
type lock struct {
	cost Cost
	salt []byte
	key  derived
}

func newLock(passphrase []byte, c Cost) lock {
	salt := random(saltSize)
	return lock{c, salt, derive(passphrase, salt, c)}
}

// file boxes the secrets of a member, and the statement by which to know the roster.
func (l lock) file(id string, s *secrets, p pin) (*keyFile, error) {
	aead, err := chacha20poly1305.NewX(l.key.box)
	if err != nil {
		return nil, err
	}
	plain := s.pack(p)
	defer clear(plain)
	b := boxed{opening: opening{fileFormat, id, l.cost, l.salt}, Check: bytes.Clone(l.key.check)}
	nonce := random(aead.NonceSize())
	b.Box = aead.Seal(nonce, nonce, plain, marshal(b.opening))
	return &keyFile{b, ed25519.Sign(s.signing, b.signed())}, nil
}

// packedHead is the length of what stands before the identity.
const packedHead = ed25519.SeedSize + 8 + 32

// pack lays the secrets out as seed ‖ n (8 bytes, big-endian) ‖ SHA-256 of the statement ‖
// the age identity's text.
func (s *secrets) pack(p pin) []byte {
	id := s.identity.String()
	b := make([]byte, 0, packedHead+len(id)) // exact: growing would leave copies behind
	b = append(b, s.signing.Seed()...)
	b = binary.BigEndian.AppendUint64(b, uint64(p.n))
	b = append(b, p.sum[:]...)
	return append(b, id...)
}

func unpack(b []byte) (*secrets, pin, error) {
	if len(b) < packedHead {
		return nil, pin{}, errEdited
	}
	id, err := age.ParseHybridIdentity(string(b[packedHead:]))
	if err != nil {
		return nil, pin{}, errEdited // not err, which may hold what it could not parse
	}
	p := pin{n: int64(binary.BigEndian.Uint64(b[ed25519.SeedSize:])), sum: [32]byte(b[ed25519.SeedSize+8 : packedHead])}
	return &secrets{identity: id, signing: ed25519.NewKeyFromSeed(b[:ed25519.SeedSize])}, p, nil
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b) // crypto/rand does not fail: it ends the program instead
	return b
}
