// Package seal holds what every room may know of a sealed value: its reference,
// its kind, and the public commitment to it. Nothing here can open a seal.
//
// Hidden is for the types of other packages that lead to keys or sealed bytes: they
// embed it, and print as "[sealed]" wherever they turn up.
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
	return leaf{hash: func() hash.Hash { return h }}
}

// leaf is an HMAC that cannot be printed: its state holds the salt in all but name, and the
// last bytes that were written to it.
type leaf struct {
	Hidden
	hash func() hash.Hash
}

func (l leaf) Write(p []byte) (int, error) { return l.hash().Write(p) }
func (l leaf) Sum(b []byte) []byte         { return l.hash().Sum(b) }
func (l leaf) Reset()                      { l.hash().Reset() }
func (l leaf) Size() int                   { return l.hash().Size() }
func (l leaf) BlockSize() int              { return l.hash().BlockSize() }

// ReleaseSalt derives the salt of one release from the salt of the item:
// HMAC-SHA256(item salt, release id). Commitments of two releases cannot be linked without it.
func ReleaseSalt(itemSalt [32]byte, release string) [32]byte {
	h := hmac.New(sha256.New, itemSalt[:])
	h.Write([]byte(release))
	return [32]byte(h.Sum(nil))
}

// ErrMarshal is what a Hidden value answers to every encoder: an export by accident fails aloud.
var ErrMarshal = errors.New("a sealed value cannot be marshalled")

const printed = "[sealed]"

// Hidden is embedded in every type that leads to keys or sealed bytes: it prints as
// "[sealed]" under each verb and refuses to be marshalled.
//
// That is half of it. In an unexported field fmt cannot call methods; it prints a pointer
// there as a number under %v, but follows it one step under verbs that do not fit a
// pointer, such as %s. So what embeds Hidden holds secret bytes behind a function or
// behind two pointers, and never itself.
type Hidden struct{}

func (Hidden) String() string                 { return printed }
func (Hidden) GoString() string               { return printed }
func (Hidden) Format(f fmt.State, _ rune)     { fmt.Fprint(f, printed) }
func (Hidden) LogValue() slog.Value           { return slog.StringValue(printed) }
func (Hidden) MarshalJSON() ([]byte, error)   { return nil, ErrMarshal }
func (Hidden) MarshalText() ([]byte, error)   { return nil, ErrMarshal }
func (Hidden) MarshalBinary() ([]byte, error) { return nil, ErrMarshal }
func (Hidden) GobEncode() ([]byte, error)     { return nil, ErrMarshal }
