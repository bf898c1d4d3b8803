package ledger

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"heed/internal/store"
)

// key is one subject's data key: 32 random bytes. Versions are encrypted with
// XChaCha20-Poly1305 under a key derived from it, bound to their sequence number,
// and committed to with HMAC-SHA256 under another: without the key a commitment
// says nothing of the version, not even to one who guesses it.
type key [32]byte

// dataKey returns the subject's key and makes it at the first act that needs it.
func dataKey(tx *store.Tx, subject string) (key, error) {
	k, err := findKey(tx, subject)
	if !errors.Is(err, sql.ErrNoRows) {
		return k, err
	}
	if _, err := rand.Read(k[:]); err != nil {
		return k, err
	}
	_, err = tx.Exec("INSERT INTO ledger_key (subject, key) VALUES (?, ?)", subject, k[:])
	return k, err
}

// findKey answers sql.ErrNoRows for a subject without a key, also one destroyed.
func findKey(tx *store.Tx, subject string) (k key, err error) {
	var b []byte
	if err := tx.QueryRow("SELECT key FROM ledger_key WHERE subject = ?", subject).Scan(&b); err != nil {
		return k, err
	}
	if len(b) != len(k) {
		return k, fmt.Errorf("data key of %s has %d bytes", subject, len(b))
	}
	return key(b), nil
}

// derive is HMAC-SHA256(k, label): the two labels below are the only uses.
func (k key) derive(label string) []byte {
	h := hmac.New(sha256.New, k[:])
	h.Write([]byte(label))
	return h.Sum(nil)
}

func (k key) commit(seq int64, text []byte) [32]byte {
	h := hmac.New(sha256.New, k.derive("heed/v1/version/commit"))
	h.Write(binary.BigEndian.AppendUint64(nil, uint64(seq)))
	h.Write(text)
	return [32]byte(h.Sum(nil))
}

// encrypt returns nonce ‖ ciphertext. The sequence number is associated data, so
// that the version of one act cannot stand in for that of another.
func (k key) encrypt(seq int64, text []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.derive("heed/v1/version/encrypt"))
	if err != nil {
		return nil, err
	}
	nonce := make([]byte, aead.NonceSize(), aead.NonceSize()+len(text)+aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return aead.Seal(nonce, nonce, text, binary.BigEndian.AppendUint64(nil, uint64(seq))), nil
}

func (k key) decrypt(seq int64, sealed []byte) ([]byte, error) {
	aead, err := chacha20poly1305.NewX(k.derive("heed/v1/version/encrypt"))
	if err != nil {
		return nil, err
	}
	if len(sealed) < aead.NonceSize() {
		return nil, errors.New("version is too short")
	}
	nonce, box := sealed[:aead.NonceSize()], sealed[aead.NonceSize():]
	return aead.Open(nil, nonce, box, binary.BigEndian.AppendUint64(nil, uint64(seq)))
}
