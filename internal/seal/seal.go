// Package seal holds what every room may know of a sealed value: its reference,
// its kind, and the public commitment to it. Nothing here can open a seal.
//
// Secret carries an opened value between the vault and the one face that shows it.
// It answers every way of printing with "[sealed]", and keeps the bytes behind a
// function, because fmt does not call methods of values it reaches through unexported
// struct fields: a string with methods would still print there, and so would a
// pointer to bytes, which fmt follows under %s and every other verb that does not
// fit a pointer. A function prints as a number.
package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"log/slog"
)

// Ref names a sealed value within its case, for example E-0001. It says nothing of the value.
type Ref string

// Kind is what a sealed value is. It enters the commitment, so the strings are stable for ever.
type Kind string

// The kinds of sealed values.
const (
	Original Kind = "original"  // the bytes of an original as received
	FileName Kind = "file_name" // the name under which an original arrived
	Name     Kind = "name"      // a person's name
	Place    Kind = "place"     // a place that would point to a person
	Note     Kind = "note"      // anything else that must stay sealed
)

// Valid reports whether k is one of the kinds.
func (k Kind) Valid() bool {
	switch k {
	case Original, FileName, Name, Place, Note:
		return true
	}
	return false
}

// Commitment is the salted public commitment to one sealed value in one release.
type Commitment [32]byte

func (c Commitment) String() string { return hex.EncodeToString(c[:]) }

// Leaf returns the hash that makes a Commitment: HMAC-SHA256 under the release salt over
// "heed/v1/leaf" NUL kind NUL, to which the caller writes the exact bytes (RFC 2104).
// The salt has a fixed length: HMAC pads short keys with zeros, so that salts of
// several lengths would not bind.
func Leaf(releaseSalt [32]byte, kind Kind) hash.Hash {
	h := hmac.New(sha256.New, releaseSalt[:])
	h.Write([]byte("heed/v1/leaf\x00" + string(kind) + "\x00"))
	return h
}

// ReleaseSalt derives the salt of one release from the salt of the item:
// HMAC-SHA256(item salt, release id). Commitments of two releases cannot be linked without it.
func ReleaseSalt(itemSalt [32]byte, release string) [32]byte {
	h := hmac.New(sha256.New, itemSalt[:])
	h.Write([]byte(release))
	return [32]byte(h.Sum(nil))
}

// ErrMarshal is what a Secret answers to every encoder: an export by accident fails aloud.
var ErrMarshal = errors.New("a sealed value cannot be marshalled")

const printed = "[sealed]"

// Secret is an opened sealed value on its way to the person who asked for it.
type Secret struct{ v func() []byte }

// NewSecret takes over b.
func NewSecret(b []byte) Secret { return Secret{func() []byte { return b }} }

// Expose returns the bytes themselves. Whoever calls it answers for where they go.
func (s Secret) Expose() []byte {
	if s.v == nil {
		return nil
	}
	return s.v()
}

// Wipe overwrites the bytes. Best effort: Go may have copied them.
func (s Secret) Wipe() { clear(s.Expose()) }

func (s Secret) String() string                 { return printed }
func (s Secret) GoString() string               { return printed }
func (s Secret) Format(f fmt.State, _ rune)     { fmt.Fprint(f, printed) }
func (s Secret) LogValue() slog.Value           { return slog.StringValue(printed) }
func (s Secret) MarshalJSON() ([]byte, error)   { return nil, ErrMarshal }
func (s Secret) MarshalText() ([]byte, error)   { return nil, ErrMarshal }
func (s Secret) MarshalBinary() ([]byte, error) { return nil, ErrMarshal }
func (s Secret) GobEncode() ([]byte, error)     { return nil, ErrMarshal }
