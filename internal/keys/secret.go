package keys

import (
	"crypto/ed25519"
	"errors"
	"sync"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"heed/internal/fault"
	"heed/internal/seal"
)

// CaseKeys are the four keys that all members of a case share, 32 random bytes each:
//
//   - StoreKey encrypts the store's file,
//   - VaultFileKey the vault's file (what is sealed in it has keys of its own),
//   - BlobNameKey names the stored originals,
//   - RosterKey authenticates the key files.
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
	StoreKey, VaultFileKey, BlobNameKey, RosterKey [32]byte
}

// Unlocked is one member with the keys that the passphrase opened. It may be used by
// several goroutines at once, also while it is being closed.
type Unlocked struct {
	seal.Hidden

	member  Member
	keyHash uint32

	mu      sync.RWMutex
	secrets func() *secrets // a function, which prints as a number; nil once closed
}

// secrets is what the box of a key file holds.
type secrets struct {
	identity *age.HybridIdentity
	signing  ed25519.PrivateKey
	caseKeys caseKeys
}

// wipe is best effort: the age library keeps the identity in memory of its own, and Go
// may have copied any of it.
func (s *secrets) wipe() {
	clear(s.signing)
	s.identity, s.caseKeys = nil, caseKeys{}
}

func unlocked(m Member, s *secrets) (*Unlocked, error) {
	v, err := note.NewVerifier(m.VerifierKey)
	if err != nil {
		return nil, errors.New("internal error: a parsed verifier key does not parse") // unreachable: parse saw it
	}
	return &Unlocked{member: m, keyHash: v.KeyHash(), secrets: func() *secrets { return s }}, nil
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
