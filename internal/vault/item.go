package vault

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

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
	wrapped []byte // the itemKey, encrypted to the custodians
}

// name is what an item must be called: SHA-256 over all that it is. wrapped and blob are
// random, so the name says nothing of the value.
func (i item) name() string {
	h := sha256.New()
	fmt.Fprintf(h, "heed/v1/vault-item\x00%s\x00%s\x00%d\x00%x\x00", i.kind, i.blob, i.stored, i.sum)
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

// wrap encrypts the key to every custodian.
func (k *itemKey) wrap(custodians []age.Recipient) ([]byte, error) {
	plain := append([]byte{wrapVersion}, k.key[:]...)
	plain = append(plain, k.salt[:]...)
	plain = binary.BigEndian.AppendUint64(plain, uint64(k.size))
	plain = append(plain, k.kind...)
	defer clear(plain)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, custodians...)
	if err != nil {
		return nil, fmt.Errorf("encrypting to custodians: %w", err)
	}
	if _, err := w.Write(plain); err != nil {
		return nil, fmt.Errorf("encrypting to custodians: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("encrypting to custodians: %w", err)
	}
	return out.Bytes(), nil
}

var errItemKey = errors.New("malformed item key")

// unwrap decrypts the key of an item. Who is no custodian of it gets age's NoIdentityMatchError.
func (i item) unwrap(identities []age.Identity) (*itemKey, error) {
	r, err := age.Decrypt(bytes.NewReader(i.wrapped), identities...)
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, wrapFixed+64))
	defer clear(plain)
	if err != nil || len(plain) <= wrapFixed || plain[0] != wrapVersion {
		return nil, errItemKey
	}
	key, salt := [32]byte(plain[1:33]), [32]byte(plain[33:65])
	k := &itemKey{key: &key, salt: &salt, size: int64(binary.BigEndian.Uint64(plain[65:wrapFixed])), kind: seal.Kind(plain[wrapFixed:])}
	if k.kind != i.kind || k.size < 0 {
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
func errLocked(cause error) error {
	return &fault.Error{Kind: fault.Locked, What: sealedWords, Safe: "Nothing was opened.", Do: "Unlock as a custodian.", Err: cause}
}

const sealedWords = "this is sealed; the custodian can open it"

// errDamaged says that a sealed value is not as it was left. cause carries ids only.
func errDamaged(ref seal.Ref, cause error) error {
	return &fault.Error{Kind: fault.Conflict, What: "the sealed value " + string(ref) + " is missing, or not as it was sealed",
		Safe: "Nothing was changed, and what was read of it must not be used.", Do: "Bring vault and store back from one backup.", Err: cause}
}
