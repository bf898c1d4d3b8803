// Package keys holds the keys of the members of one case: a key file for each, opened
// by that member's passphrase, and the keys of the case itself inside.
//
// A key file is KEYS/M-01.json, mode 0600 in a directory of mode 0700. It has
//
//   - the public part: id, handle, role, age recipient (hybrid, post-quantum), note
//     verifier key (Ed25519) and the instant of adding in µs;
//   - the Argon2id cost and salt (RFC 9106), and a check value by which a wrong
//     passphrase is told from an edited file and the box commits to its one key;
//   - a box, XChaCha20-Poly1305 with the exact bytes of the public part as associated
//     data, that holds the age identity, the Ed25519 seed and the CaseKeys;
//   - the roster MAC, HMAC-SHA256 under the case's RosterKey over all of the above.
//
// So nothing public can be swapped under a member without that member's next Unlock
// refusing it, and whoever can write to the disk but knows no passphrase cannot slip in
// a recipient of their own: Members takes no file whose MAC does not verify.
//
// What it does not do. Every member knows the RosterKey, so roles bind the program and
// not a member who writes key files by hand. A file that was removed is not missed here,
// nor one that was put back from before; the ledger knows who the members are. Key files
// are never overwritten. A changed cost, salt or check value looks like a wrong
// passphrase to its owner, and like a changed file to everybody else.
//
// Acts: none. The caller appends member.added with Member.Public as the version.
package keys

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"
	"golang.org/x/text/unicode/norm"

	"heed/internal/fault"
)

// Role says what a member may do.
type Role string

// The roles. Any member can seal; only a custodian can open, and add members.
const (
	Custodian Role = "custodian"
	Ordinary  Role = "member"
)

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return r == Custodian || r == Ordinary }

// Member is the public part of a key file: what everybody in the case may know.
type Member struct {
	ID            string // M-01
	Handle        string // see ValidHandle: it is published with signatures
	Role          Role
	Recipient     age.Recipient // what is sealed to this member is wrapped to it
	RecipientText string        // the same, as age1pq1…
	VerifierKey   string        // note verifier key; its name is the handle
	AddedAt       time.Time     // UTC, whole microseconds
}

// Public is the public part as JSON: what the ledger keeps as the member's version, and
// byte for byte what the key file shows.
func (m Member) Public() any { return m.public() }

func (m Member) public() public {
	return public{Format: format, ID: m.ID, Handle: m.Handle, Role: m.Role,
		Recipient: m.RecipientText, VerifierKey: m.VerifierKey, AddedAt: m.AddedAt.UnixMicro()}
}

var (
	handleForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$`)
	idForm     = regexp.MustCompile(`^M-(0[1-9]|[1-9][0-9]{1,5})$`)
)

// ValidHandle reports whether s can be a handle: 2 to 32 of a-z, 0-9 and hyphen, with no
// hyphen at either end, and not of the form of a member's id. A handle names the key
// under every release its member signs, so it is published with the signature and stays
// public for good: whoever must not be known by name takes one that says nothing.
func ValidHandle(s string) bool {
	return handleForm.MatchString(s) && !idForm.MatchString(strings.ToUpper(s))
}

// minPassphrase is the least number of characters of a new passphrase.
const minPassphrase = 8

// normalised is the passphrase in NFC, so that one typed on another keyboard, where an
// accent is a character of its own, is still the same passphrase. It is always a copy.
func normalised(passphrase []byte) []byte {
	return norm.NFC.Append(nil, passphrase...)
}

func validPassphrase(passphrase []byte) error {
	n := normalised(passphrase)
	defer clear(n)
	switch length := utf8.RuneCount(n); {
	case length == 0:
		return fault.New(fault.Invalid, "the passphrase is empty", "Nothing was written.", "Choose one of several words.")
	case length < minPassphrase:
		return fault.New(fault.Invalid, "the passphrase is shorter than 8 characters", "Nothing was written.", "Choose one of several words.")
	}
	return nil
}
