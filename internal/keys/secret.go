package keys

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"io"
	"sync"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"heed/internal/fault"
	"heed/internal/seal"
)

// CaseKeys are the three keys that all members of a case share, 32 random bytes each:
//
//   - StoreKey encrypts the store's file,
//   - VaultFileKey the vault's file (what is sealed in it has keys of its own),
//   - BlobNameKey names the stored originals; it stays the same for the life of the case.
//
// They stand behind two pointers. fmt does not call the methods of a value that it reaches
// through an unexported field, and under a verb that does not fit a pointer it prints what
// the pointer points to; but never what a pointer in there points to. The zero value has
// no keys, and reading one from it panics rather than giving zeros to encrypt under.
type CaseKeys struct {
	seal.Hidden
	*shield
}

type shield struct{ *caseKeys }

type caseKeys struct {
	StoreKey, VaultFileKey, BlobNameKey [32]byte
}

func (k *caseKeys) all() []*[32]byte {
	return []*[32]byte{&k.StoreKey, &k.VaultFileKey, &k.BlobNameKey}
}

func newCaseKeys() (k caseKeys) {
	for _, b := range k.all() {
		io.ReadFull(rand.Reader, b[:]) // see random
	}
	return k
}

// rotated has new keys for both files. The names of what is stored depend on the third.
func (k caseKeys) rotated() caseKeys {
	r := newCaseKeys()
	r.BlobNameKey = k.BlobNameKey
	return r
}

const packedKeys = 3 * 32

// wrap encrypts the keys to all members, as one age file.
func (k caseKeys) wrap(members []Member) ([]byte, error) {
	var to []age.Recipient
	for _, m := range members {
		to = append(to, m.Recipient)
	}
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to...)
	if err != nil {
		return nil, errors.New("wrapping the keys of the case did not succeed")
	}
	for _, key := range k.all() {
		w.Write(key[:]) // into memory; what goes wrong, Close reports
	}
	if err := w.Close(); err != nil {
		return nil, errors.New("wrapping the keys of the case did not succeed")
	}
	return b.Bytes(), nil
}

// unwrap opens what wrap made.
func unwrap(wrapped []byte, id age.Identity) (k caseKeys, err error) {
	r, err := age.Decrypt(bytes.NewReader(wrapped), id)
	if err != nil {
		return k, errKeys
	}
	b, err := io.ReadAll(io.LimitReader(r, packedKeys+1))
	defer clear(b)
	if err != nil || len(b) != packedKeys {
		return k, errKeys
	}
	for i, key := range k.all() {
		copy(key[:], b[32*i:])
	}
	return k, nil
}

// Unlocked is one member with the keys that the passphrase opened. It may be used by
// several goroutines at once, also while it is being closed.
type Unlocked struct {
	seal.Hidden

	member  Member
	keyHash uint32
	seen    pin // the newest statement when this member unlocked

	mu      sync.RWMutex
	secrets func() *secrets // a function, which prints as a number; nil once closed
}

// secrets are a member's own keys and those of the case.
type secrets struct {
	identity *age.HybridIdentity
	signing  ed25519.PrivateKey
	caseKeys caseKeys
}

func newSecrets() (*secrets, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return nil, errors.New("making an identity did not succeed")
	}
	_, signing, err := ed25519.GenerateKey(rand.Reader)
	return &secrets{identity: id, signing: signing}, err
}

// wipe is best effort: the age library keeps the identity in memory of its own, and Go
// may have copied any of it.
func (s *secrets) wipe() {
	clear(s.signing)
	s.identity, s.caseKeys = nil, caseKeys{}
}

func (s *secrets) verifierKey(handle string) (string, error) {
	return note.NewEd25519VerifierKey(handle, s.signing.Public().(ed25519.PublicKey))
}

// shows reports whether a public part is that of these keys.
func (s *secrets) shows(m Member) bool {
	vkey, err := s.verifierKey(m.Handle)
	return err == nil && vkey == m.VerifierKey && s.identity.Recipient().String() == m.RecipientText
}

// pen signs while the program holds the keys itself; what leaves it is a signer.
type pen struct {
	name string
	hash uint32
	key  func() ed25519.PrivateKey
}

func (p pen) Name() string                    { return p.name }
func (p pen) KeyHash() uint32                 { return p.hash }
func (p pen) Sign(msg []byte) ([]byte, error) { return ed25519.Sign(p.key(), msg), nil }

func (s *secrets) pen(m Member) (note.Signer, error) {
	v, err := note.NewVerifier(m.VerifierKey)
	if err != nil {
		return nil, errors.New("internal error: a parsed verifier key does not parse") // unreachable: parse saw it
	}
	return pen{m.Handle, v.KeyHash(), func() ed25519.PrivateKey { return s.signing }}, nil
}

func unlocked(m Member, s *secrets, seen pin) (*Unlocked, error) {
	p, err := s.pen(m)
	if err != nil {
		return nil, err
	}
	return &Unlocked{member: m, keyHash: p.KeyHash(), seen: seen, secrets: func() *secrets { return s }}, nil
}

// under is a copy with these keys of the case.
func (s *secrets) under(k caseKeys) *secrets {
	return &secrets{identity: s.identity, signing: bytes.Clone(s.signing), caseKeys: k}
}

// use lends the secrets to fn, during which they are not wiped.
func (u *Unlocked) use(fn func(*secrets) error) error {
	u.mu.RLock()
	defer u.mu.RUnlock()
	if u.secrets == nil {
		return fault.New(fault.Locked, u.member.ID+" has been locked again", "", "Unlock and try again.")
	}
	return fn(u.secrets())
}

// copied gives an act that takes long a copy of its own, for it to wipe: Close neither
// waits for it nor pulls the keys from under it.
func (u *Unlocked) copied() (c *secrets, err error) {
	err = u.use(func(s *secrets) error {
		c = s.under(s.caseKeys)
		return nil
	})
	return c, err
}

// Close forgets the keys and wipes them as well as Go allows. What was handed out by
// Identity and Signer answers fault.Locked from then on. It can be called twice.
func (u *Unlocked) Close() {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.secrets != nil {
		u.secrets().wipe()
		u.secrets = nil
	}
}

// ID is the member's id, for example M-01.
func (u *Unlocked) ID() string { return u.member.ID }

// Handle is the member's handle, which is the name of the signing key.
func (u *Unlocked) Handle() string { return u.member.Handle }

// Role is the member's role.
func (u *Unlocked) Role() Role { return u.member.Role }

// Member is the member's public part.
func (u *Unlocked) Member() Member { return u.member }

// CaseKeys is a copy of the case's keys, or the zero value once closed. The copy is not
// wiped by Close: what the keys were given to would otherwise go on under zeros.
func (u *Unlocked) CaseKeys() (k CaseKeys) {
	u.use(func(s *secrets) error {
		c := s.caseKeys
		k = CaseKeys{shield: &shield{&c}}
		return nil
	})
	return k
}

// Identity opens what is wrapped to the member. Unlike the type of the age library it
// does not print its key.
func (u *Unlocked) Identity() age.Identity { return identity{u} }

type identity struct{ u *Unlocked }

func (i identity) Unwrap(stanzas []*age.Stanza) (fileKey []byte, err error) {
	err = i.u.use(func(s *secrets) error {
		fileKey, err = s.identity.Unwrap(stanzas)
		return err
	})
	return fileKey, err
}

// Signer signs notes under the member's handle.
func (u *Unlocked) Signer() note.Signer { return signer{u} }

type signer struct{ u *Unlocked }

func (s signer) Name() string    { return s.u.member.Handle }
func (s signer) KeyHash() uint32 { return s.u.keyHash }

func (s signer) Sign(msg []byte) (sig []byte, err error) {
	err = s.u.use(func(s *secrets) error {
		sig = ed25519.Sign(s.signing, msg)
		return nil
	})
	return sig, err
}
