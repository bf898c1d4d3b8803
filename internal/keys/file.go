package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"regexp"
	"time"

	"filippo.io/age"
	"golang.org/x/crypto/chacha20poly1305"
	"golang.org/x/mod/sumdb/note"
)

// format stands in the public part, so that box and roster MAC vouch for it too.
const format = "heed/v1/member"

const (
	saltSize    = 32
	checkSize   = 32
	macSize     = 32
	maxFileSize = 16 << 10 // a key file has about 3 KB, most of it the recipient
)

// public is the public part. Its exact bytes are its JSON as encoding/json makes it,
// which is also how it stands in the file.
type public struct {
	Format      string `json:"format"`
	ID          string `json:"id"`
	Handle      string `json:"handle"`
	Role        Role   `json:"role"`
	Recipient   string `json:"recipient"`
	VerifierKey string `json:"verifier_key"`
	AddedAt     int64  `json:"added_at"` // µs since 1970 UTC
}

// body is all of a key file that the roster MAC is over.
type body struct {
	Public public `json:"public"`
	Cost   Cost   `json:"argon2id"`
	Salt   []byte `json:"salt"`
	Check  []byte `json:"check"`
	Box    []byte `json:"box"` // nonce ‖ ciphertext
}

type keyFile struct {
	body
	RosterMAC []byte `json:"roster_mac"`
}

// parsed is a key file in its one form. Nothing in it is proved yet.
type parsed struct {
	keyFile
	member Member
}

var (
	vkeyForm = regexp.MustCompile(`^[a-z0-9-]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$`)

	errForm    = errors.New("it is no key file in the one form there is")
	errEdited  = errors.New("its parts do not belong together")
	errForeign = errors.New("it was not written by a member of this case")
	errOther   = errors.New("it speaks of another member")
)

// encode is the one form of a key file: compact JSON, the fields in the order of the
// types, and a line feed.
func (f keyFile) encode() []byte { return append(marshal(f), '\n') }

func marshal(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic("internal error: encoding a key file: " + err.Error()) // unreachable: strings, numbers and bytes
	}
	return b
}

// parse takes a key file that is exactly as encode writes it. Everything is checked that
// can be without a key. Errors say nothing of the content.
func parse(data []byte) (*parsed, error) {
	if len(data) > maxFileSize {
		return nil, errForm
	}
	var p parsed
	// What encodes to the same bytes has no field that is unknown, missing, repeated or
	// written otherwise, and nothing after it.
	if json.Unmarshal(data, &p.keyFile) != nil || !bytes.Equal(p.encode(), data) {
		return nil, errForm
	}
	if len(p.Salt) != saltSize || len(p.Check) != checkSize || len(p.RosterMAC) != macSize ||
		len(p.Box) <= chacha20poly1305.NonceSizeX+chacha20poly1305.Overhead {
		return nil, errForm
	}
	if err := p.Cost.valid(); err != nil {
		return nil, err
	}
	var err error
	p.member, err = p.Public.parse()
	return &p, err
}

func (p public) parse() (Member, error) {
	if p.Format != format || !idForm.MatchString(p.ID) || !ValidHandle(p.Handle) || !p.Role.Valid() {
		return Member{}, errForm
	}
	r, err := age.ParseHybridRecipient(p.Recipient)
	if err != nil {
		return Member{}, errForm
	}
	// The form first: the base64 of the standard library passes over line feeds.
	v, err := note.NewVerifier(p.VerifierKey)
	if err != nil || v.Name() != p.Handle || !vkeyForm.MatchString(p.VerifierKey) {
		return Member{}, errForm
	}
	return Member{ID: p.ID, Handle: p.Handle, Role: p.Role, Recipient: r, RecipientText: p.Recipient,
		VerifierKey: p.VerifierKey, AddedAt: time.UnixMicro(p.AddedAt).UTC()}, nil
}

// vouched reports whether a member of the case wrote the file as it is.
func (p *parsed) vouched(rosterKey [32]byte) bool {
	return equal(mac(rosterKey[:], marshal(p.body)), p.RosterMAC)
}

// open opens the box, with the key that a passphrase gave, and holds what is in it
// against what the file shows.
func (p *parsed) open(k derived) (*secrets, error) {
	aead, err := chacha20poly1305.NewX(k.box)
	if err != nil {
		return nil, err
	}
	nonce, ciphertext := p.Box[:aead.NonceSize()], p.Box[aead.NonceSize():]
	plain, err := aead.Open(nil, nonce, ciphertext, marshal(p.Public))
	if err != nil {
		return nil, errEdited
	}
	defer clear(plain)
	s, err := unpack(plain)
	if err != nil {
		return nil, err
	}
	vkey, err := s.verifierKey(p.Public.Handle)
	if err != nil || vkey != p.Public.VerifierKey || s.identity.Recipient().String() != p.Public.Recipient ||
		!p.vouched(s.caseKeys.RosterKey) {
		s.wipe()
		return nil, errEdited
	}
	return s, nil
}

// file boxes the secrets of a new member and vouches for the file.
func (s *secrets) file(n newcomer) (keyFile, error) {
	vkey, err := s.verifierKey(n.handle)
	if err != nil {
		return keyFile{}, err
	}
	b := body{Cost: n.cost, Salt: random(saltSize), Public: public{Format: format, ID: n.id, Handle: n.handle, Role: n.role,
		Recipient: s.identity.Recipient().String(), VerifierKey: vkey, AddedAt: n.at.UnixMicro()}}
	k := derive(n.passphrase, b.Salt, n.cost)
	defer k.wipe()
	return s.seal(b, k)
}

// seal fills in what the passphrase and the secrets give: check value, box and MAC.
func (s *secrets) seal(b body, k derived) (keyFile, error) {
	aead, err := chacha20poly1305.NewX(k.box)
	if err != nil {
		return keyFile{}, err
	}
	plain := s.pack()
	defer clear(plain)
	b.Check = bytes.Clone(k.check)
	nonce := random(aead.NonceSize())
	b.Box = aead.Seal(nonce, nonce, plain, marshal(b.Public))
	return keyFile{b, mac(s.caseKeys.RosterKey[:], marshal(b))}, nil
}

func (s *secrets) verifierKey(handle string) (string, error) {
	return note.NewEd25519VerifierKey(handle, s.signing.Public().(ed25519.PublicKey))
}

// pack lays the secrets out as seed ‖ the four keys of the case ‖ the age identity's text.
func (s *secrets) pack() []byte {
	id := s.identity.String()
	b := make([]byte, 0, packedKeys+len(id)) // exact: growing would leave copies behind
	b = append(b, s.signing.Seed()...)
	for _, k := range s.caseKeys.all() {
		b = append(b, k[:]...)
	}
	return append(b, id...)
}

const packedKeys = ed25519.SeedSize + 4*32

func unpack(b []byte) (*secrets, error) {
	if len(b) < packedKeys {
		return nil, errEdited
	}
	id, err := age.ParseHybridIdentity(string(b[packedKeys:]))
	if err != nil {
		return nil, errEdited // not err, which may hold what it could not parse
	}
	s := &secrets{identity: id, signing: ed25519.NewKeyFromSeed(b[:ed25519.SeedSize])}
	for i, k := range s.caseKeys.all() {
		copy(k[:], b[ed25519.SeedSize+32*i:])
	}
	return s, nil
}

func (k *caseKeys) all() []*[32]byte {
	return []*[32]byte{&k.StoreKey, &k.VaultFileKey, &k.BlobNameKey, &k.RosterKey}
}

func newSecrets(k caseKeys) (*secrets, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, errors.New("making an identity did not succeed")
	}
	_, signing, err := ed25519.GenerateKey(rand.Reader)
	return &secrets{identity: id, signing: signing, caseKeys: k}, err
}

func newCaseKeys() (k caseKeys) {
	for _, b := range k.all() {
		io.ReadFull(rand.Reader, b[:]) // crypto/rand does not fail: it ends the program instead
	}
	return k
}

func random(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}
