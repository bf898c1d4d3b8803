package vault

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"filippo.io/age"

	"heed/internal/fault"
)

// Custodian is somebody to whom values are wrapped: a member, or a recovery key.
type Custodian struct {
	ID        string // M-01, K-01
	Recipient age.Recipient
	Key       string // the recipient's text, by which the set of custodians is known again
}

// audience is to whom values are wrapped: custodians in the order of their ids, and
// whether it takes two of them to open one.
type audience struct {
	custodians []Custodian
	two        bool
}

// The forms of what is wrapped, by its first byte.
//
//   - 1: an age file to all custodians follows; any one opens it.
//   - 2: for every two custodians A < B, by their ids, an age file to A, in which there is an age
//     file to B; both are needed. Packed as: the number of custodians in 2 bytes, each id after its
//     length in 1 byte, then the files after their lengths in 2 bytes, in the order (1,2), (1,3) … (2,3) ….
//     Numbers are big endian, and nothing follows. Their age headers do not say for whom they are, so whoever
//     opens one tries the pairs in order.
const (
	formOne = 1
	formTwo = 2

	maxPairedCustodians = 64
	maxCustodianID      = 64
	maxInner            = 16 << 10 // bytes of an age file to one custodian; a hybrid one has about 2 KiB
)

// errTwo is the answer to one custodian where it takes two.
func errTwo() *fault.Error {
	return fault.New(fault.Locked, "two custodians must be unlocked", "Nothing was opened.", "Unlock a second custodian beside you: --with HANDLE")
}

var errWrapped = errors.New("malformed wrapped key")

// newAudience refuses what would wrap to fewer people than it seems.
func newAudience(custodians []Custodian, two bool) (audience, error) {
	a := audience{slices.Clone(custodians), two}
	slices.SortFunc(a.custodians, func(x, y Custodian) int { return strings.Compare(x.ID, y.ID) })
	keys := map[string]bool{}
	for i, c := range a.custodians {
		switch {
		case c.Recipient == nil || c.Key == "" || strings.Contains(c.Key, "\x00"):
			return a, fault.New(fault.Invalid, "the custodian "+c.ID+" has no key", "Nothing was sealed or opened.", "")
		case !validID(c.ID) || i > 0 && a.custodians[i-1].ID == c.ID || keys[c.Key]:
			return a, fault.New(fault.Invalid, "two custodians are the same, or one has no id", "Nothing was sealed or opened.", "")
		}
		keys[c.Key] = true
	}
	if two && len(a.custodians) > maxPairedCustodians {
		return a, fault.New(fault.Invalid, fmt.Sprintf("a two-person case has at most %d custodians", maxPairedCustodians), "Nothing was sealed or opened.", "")
	}
	return a, nil
}

func validID(id string) bool {
	return id != "" && len(id) <= maxCustodianID && strings.IndexFunc(id, func(r rune) bool { return r <= ' ' || r >= 0x7F }) < 0
}

// enough refuses to seal what nobody could open.
func (a audience) enough() error {
	switch {
	case len(a.custodians) == 0:
		return fault.New(fault.Refused, "there is no custodian, so nobody could ever open this", "Nothing was sealed.", "Name a custodian first.")
	case a.two && len(a.custodians) < 2:
		return fault.New(fault.Refused, "this case is opened by two custodians, and there is only one, so nobody could ever open this",
			"Nothing was sealed.", "Name a second custodian, or make a recovery key, first.")
	}
	return nil
}

// name tells one audience from another: SHA-256 over whether it takes two, and the keys in order.
func (a audience) name() string {
	var keys []string
	for _, c := range a.custodians {
		keys = append(keys, c.Key)
	}
	slices.Sort(keys)
	h := sha256.New()
	fmt.Fprintf(h, "heed/v1/vault-audience\x00%t\x00", a.two)
	for _, k := range keys {
		fmt.Fprintf(h, "%s\x00", k)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// wrap encrypts to the audience, in the form that it takes.
func (a audience) wrap(plain []byte) ([]byte, error) {
	if !a.two {
		var to []age.Recipient
		for _, c := range a.custodians {
			to = append(to, c.Recipient)
		}
		file, err := encryptTo(plain, to...)
		return append([]byte{formOne}, file...), err
	}
	p := pairs{ids: make([]string, len(a.custodians))}
	for i, c := range a.custodians {
		p.ids[i] = c.ID
		for _, d := range a.custodians[i+1:] {
			inner, err := encryptTo(plain, d.Recipient)
			if err != nil {
				return nil, err
			}
			outer, err := encryptTo(inner, c.Recipient)
			if err != nil {
				return nil, err
			}
			if len(outer) > maxInner {
				return nil, fmt.Errorf("encrypting to custodians %s and %s: too long", c.ID, d.ID)
			}
			p.files = append(p.files, outer)
		}
	}
	return append([]byte{formTwo}, p.pack()...), nil
}

func encryptTo(plain []byte, to ...age.Recipient) ([]byte, error) {
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to...)
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

// unwrap decrypts what was wrapped. Who is no custodian of it gets age's
// NoIdentityMatchError, and one custodian where it takes two gets errTwo.
func unwrap(wrapped []byte, identities []age.Identity) ([]byte, error) {
	if len(wrapped) == 0 {
		return nil, errWrapped
	}
	switch wrapped[0] {
	case formOne:
		return decryptWith(wrapped[1:], identities)
	case formTwo:
		p, err := parsePairs(wrapped[1:])
		if err != nil {
			return nil, err
		}
		if len(identities) < 2 {
			return nil, errTwo()
		}
		return p.open(identities)
	}
	return nil, errWrapped
}

func decryptWith(file []byte, identities []age.Identity) ([]byte, error) {
	r, err := age.Decrypt(bytes.NewReader(file), identities...)
	if err != nil {
		return nil, err
	}
	plain, err := io.ReadAll(io.LimitReader(r, maxInner+1))
	if err != nil || len(plain) > maxInner {
		clear(plain)
		return nil, errWrapped
	}
	return plain, nil
}

// pairs is the second form, unpacked.
type pairs struct {
	ids   []string
	files [][]byte // of (1,2), (1,3) … (2,3) …
}

func (p pairs) pack() []byte {
	out := binary.BigEndian.AppendUint16(nil, uint16(len(p.ids)))
	for _, id := range p.ids {
		out = append(append(out, byte(len(id))), id...)
	}
	for _, f := range p.files {
		out = append(binary.BigEndian.AppendUint16(out, uint16(len(f))), f...)
	}
	return out
}

// parsePairs reads the second form and nothing else: what it takes, pack gives back byte for byte.
func parsePairs(b []byte) (p pairs, err error) {
	take := func(n int) []byte {
		if err != nil || n > len(b) {
			err = errWrapped
			return make([]byte, 2) // long enough for a length
		}
		var head []byte
		head, b = b[:n:n], b[n:]
		return head
	}
	n := int(binary.BigEndian.Uint16(take(2)))
	if err != nil || n < 2 || n > maxPairedCustodians {
		return p, errWrapped
	}
	for i := range n {
		id := string(take(int(take(1)[0])))
		if err != nil || !validID(id) || i > 0 && id <= p.ids[i-1] {
			return p, errWrapped
		}
		p.ids = append(p.ids, id)
	}
	for range n * (n - 1) / 2 {
		file := take(int(binary.BigEndian.Uint16(take(2))))
		if err != nil || len(file) == 0 {
			return p, errWrapped
		}
		p.files = append(p.files, file)
	}
	if len(b) > 0 {
		return p, errWrapped
	}
	return p, nil
}

// open opens the first pair that the identities belong to. The two layers have two keys,
// so one identity given twice opens nothing.
func (p pairs) open(identities []age.Identity) ([]byte, error) {
	for _, file := range p.files {
		var stranger *age.NoIdentityMatchError
		inner, err := decryptWith(file, identities)
		if errors.As(err, &stranger) {
			continue
		}
		if err != nil {
			return nil, err
		}
		plain, err := decryptWith(inner, identities)
		if !errors.As(err, &stranger) {
			return plain, err
		}
	}
	return nil, &age.NoIdentityMatchError{}
}
