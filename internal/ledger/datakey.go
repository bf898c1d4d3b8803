package ledger

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"

	"golang.org/x/crypto/chacha20poly1305"

	"heed/internal/fault"
	"heed/internal/store"
)

// key is one subject's data key: 32 random bytes. Versions are encrypted with
// XChaCha20-Poly1305 under a key derived from it, bound to their sequence number,
// and committed to with HMAC-SHA256 under another: without the key a commitment
// says nothing of the version, not even to one who guesses it.
type key [32]byte

// dataKey returns the subject's key and makes it at the first act that needs it. A subject
// whose key was destroyed gets no second one: what was erased would begin anew under its name.
func dataKey(tx *store.Tx, subject string) (*opener, error) {
	k, err := findKey(tx, subject)
	if err == nil {
		return k.opener()
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	gone, err := destroyed(tx, subject)
	if err != nil {
		return nil, err
	}
	if gone {
		return nil, fault.New(fault.Withheld, subject+" was erased: its key was destroyed", "Nothing was written.", "What was erased takes no further acts.")
	}
	if _, err := rand.Read(k[:]); err != nil {
		return nil, err
	}
	if _, err := tx.Exec("INSERT INTO ledger_key (subject, key) VALUES (?, ?)", subject, k[:]); err != nil {
		return nil, err
	}
	return k.opener()
}

// findKey answers sql.ErrNoRows for a subject without a key, also one destroyed.
func findKey(tx *store.Tx, subject string) (k key, err error) {
	var b []byte
	if err := tx.QueryRow("SELECT key FROM ledger_key WHERE subject = ?", subject).Scan(&b); err != nil {
		return k, err
	}
	if len(b) != len(k) {
		return k, fault.New(fault.Conflict, "the data key of "+subject+" is damaged", "Nothing was changed.", "Bring back the last backup.")
	}
	return key(b), nil
}

// opener is what is derived from a data key, so that it is derived once for many versions.
type opener struct {
	aead   cipher.AEAD
	commit func(seq int64, text []byte) [32]byte
}

// opener derives with HMAC-SHA256(k, label): the two labels are the only uses of a data key.
func (k key) opener() (*opener, error) {
	derive := func(label string) []byte {
		h := hmac.New(sha256.New, k[:])
		h.Write([]byte(label))
		return h.Sum(nil)
	}
	aead, err := chacha20poly1305.NewX(derive("heed/v1/version/encrypt"))
	if err != nil {
		return nil, err
	}
	mac := derive("heed/v1/version/commit")
	return &opener{aead, func(seq int64, text []byte) [32]byte {
		h := hmac.New(sha256.New, mac)
		h.Write(place(seq))
		h.Write(text)
		return [32]byte(h.Sum(nil))
	}}, nil
}

// place binds a version to its sequence number, so that the version of one act cannot stand
// in for that of another.
func place(seq int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(seq)) }

// encrypt returns nonce ‖ ciphertext.
func (o *opener) encrypt(seq int64, text []byte) ([]byte, error) {
	nonce := make([]byte, o.aead.NonceSize(), o.aead.NonceSize()+len(text)+o.aead.Overhead())
	if _, err := rand.Read(nonce); err != nil {
		return nil, err
	}
	return o.aead.Seal(nonce, nonce, text, place(seq)), nil
}

// open decrypts what stands beside an entry and holds it against the commitment.
func (o *opener) open(e Entry, sealed []byte) ([]byte, error) {
	if n := o.aead.NonceSize(); len(sealed) >= n {
		text, err := o.aead.Open(nil, sealed[:n], sealed[n:], place(e.Seq))
		if err == nil && o.commit(e.Seq, text) == e.Commitment {
			return text, nil
		}
	}
	return nil, fault.New(fault.Conflict, fmt.Sprintf("the version beside entry %d is not the one committed to", e.Seq),
		"Nothing was changed.", "Look through the whole case: heed check. Bring back the last backup when it finds more.")
}

// errNoKey: the subject has no data key. Whether an act destroyed it is another question.
var errNoKey = errors.New("no data key")

// keyring keeps the keys that were looked up in one transaction.
type keyring struct {
	tx   *store.Tx
	keys map[string]*opener // nil: none
}

// open is errNoKey when the subject has none.
func (r *keyring) open(e Entry, sealed []byte) ([]byte, error) {
	o, ok := r.keys[e.Subject]
	if !ok {
		k, err := findKey(r.tx, e.Subject)
		switch {
		case errors.Is(err, sql.ErrNoRows):
		case err != nil:
			return nil, err
		default:
			if o, err = k.opener(); err != nil {
				return nil, err
			}
		}
		if r.keys == nil {
			r.keys = map[string]*opener{}
		}
		r.keys[e.Subject] = o
	}
	if o == nil {
		return nil, errNoKey
	}
	return o.open(e, sealed)
}
