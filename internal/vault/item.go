package vault

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"

	"filippo.io/age"

	"heed/internal/fault"
	"heed/internal/seal"
)

// item is a row of the vault's file. It holds ciphertext, and what a listing of the
// blobs tells anyhow.
type item struct {
	id      string
	kind    seal.Kind
	blob    string // name of the blob
	stored  int64  // bytes that the blob's file has: padded and encrypted
	sum     []byte // SHA-256 of that file
	digest  []byte // see digestOf
	to      string // the name of the audience that it is wrapped to
	wrapped []byte // the itemKey, encrypted to that audience

	destroyed bool // its key was destroyed: sum, digest, to and wrapped are blank
}

// name is what an item must be called: SHA-256 over all that it is. wrapped
// and blob are random, so the name says nothing of the value.
func (i item) name() string {
	h := sha256.New()
	fmt.Fprintf(h, "heed/v1/vault-item\x00%s\x00%s\x00%d\x00%x\x00%x\x00%s\x00", i.kind, i.blob, i.stored, i.sum, i.digest, i.to)
	h.Write(i.wrapped)
	return hex.EncodeToString(h.Sum(nil))
}

// itemKey is what only custodians can read of an item.
type itemKey struct {
	seal.Hidden

	key, salt *[32]byte // pointers: see seal.Hidden
	size      int64     // of the value, exactly
	kind      seal.Kind
}

// wipe overwrites key and salt. Best effort: Go may have copied them.
func (k *itemKey) wipe() { clear(k.key[:]); clear(k.salt[:]) }

// Before encryption an itemKey is: one byte 1, key, salt, size in 8 bytes big endian, kind.
const (
	wrapVersion = 1
	wrapFixed   = 1 + 32 + 32 + 8
)

// bytes is the key as it is before encryption; the caller clears it.
func (k *itemKey) bytes() []byte {
	plain := append([]byte{wrapVersion}, k.key[:]...)
	plain = append(plain, k.salt[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(k.size))
	return append(plain, k.kind...)
}

// wrapTo encrypts the key to an audience.
func (k *itemKey) wrapTo(a audience) ([]byte, error) {
	plain := k.bytes()
	defer clear(plain)
	return a.wrap(plain)
}

var errItemKey = errors.New("malformed item key")

// unwrap decrypts the key of an item; see unwrap for who cannot.
func (i item) unwrap(identities []age.Identity) (*itemKey, error) {
	plain, err := unwrap(i.wrapped, identities)
	if err != nil {
		return nil, err
	}
	defer clear(plain)
	if len(plain) <= wrapFixed || plain[0] != wrapVersion {
		return nil, errItemKey
	}
	key, salt := [32]byte(plain[1:33]), [32]byte(plain[33:65])
	k := &itemKey{key: &key, salt: &salt, size: int64(binary.BigEndian.Uint64(plain[65:wrapFixed])), kind: seal.Kind(plain[wrapFixed:])}
	if k.kind != i.kind || k.size < 0 {
		k.wipe()
		return nil, errItemKey
	}
	return k, nil
}

// digestOf is how the same original is found again: HMAC-SHA256 under the vault's digest
// key over kind, NUL and the SHA-256 of the bytes. Other kinds have none; a name has so little
// to guess that whoever holds the digest key could try them all.
func digestOf(key *[32]byte, kind seal.Kind, sum [32]byte) []byte {
	if kind != seal.Original {
		return []byte{}
	}
	h := hmac.New(sha256.New, key[:])
	h.Write([]byte(string(kind) + "\x00"))
	h.Write(sum[:])
	return h.Sum(nil)
}

// errSealed is the one answer for a value that is not there and for one that this
// member's keys do not open: the two must not be told apart.
func errSealed() error {
	return fault.New(fault.Withheld, sealedWords, "Nothing was opened.", "")
}

// errLocked is the same sentence for a member who is no custodian.
func errLocked() *fault.Error {
	return fault.New(fault.Locked, sealedWords, "Nothing was opened.", "Unlock as a custodian.")
}

// errDestroyed is what a custodian hears of a value that nobody can open any more.
func errDestroyed(r reference) error {
	return fault.New(fault.Withheld, "the key of "+string(r.Ref)+" was destroyed by an act: nobody can open it any more",
		"Nothing was opened. The ledger keeps that it was there.", "See: heed history "+r.Subject)
}

const sealedWords = "this is sealed; the custodian can open it"

// errDamaged says that a sealed value is not as it was left. cause carries ids only.
func errDamaged(ref seal.Ref, cause error) error {
	return &fault.Error{Kind: fault.Conflict, What: "the sealed value " + string(ref) + " is missing, or not as it was sealed",
		Safe: "Nothing was changed, and what was read of it must not be used.", Do: "Bring vault and store back from one backup.", Err: cause}
}
