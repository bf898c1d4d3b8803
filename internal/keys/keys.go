// Package keys holds the keys of the members of one case: a roster that says who they
// are, a key file for each, opened by that member's passphrase, and the keys of the case
// itself, wrapped to all of them.
//
// The directory KEYS has mode 0700, its files 0600.
//
// KEYS/roster is a chain of signed statements, each a C2SP signed note of three lines: a
// line of compact JSON, an empty one, one signature. A statement has its number n, prev
// (the SHA-256 of the exact bytes of the statement before), the instant, the public parts
// of all members who are present (people before recovery keys, each by number), the ids ever
// removed, and the SHA-256 of the wrapped case keys. After the last statement comes one
// line, the base64 of these: the CaseKeys in one age file to every present member. Older
// case keys are not kept: whoever was removed finds nothing here to open.
//
// Statement 1 names M-01, a custodian, and the recovery key K-01, and M-01 signed it. Every
// other is signed by a custodian or a recovery key of the statement before it, names
// nobody whose id was removed, and drops nobody without saying so. There is one byte form.
//
// KEYS/M-01.json (people) and KEYS/K-01.json (recovery keys) have the Argon2id cost and
// salt (RFC 9106); a check value by which a wrong passphrase is told from an edited file
// and the box commits to its one key; and a box, XChaCha20-Poly1305 with format, id, cost
// and salt as associated data, that holds the age identity, the Ed25519 seed and a pin: the
// statement that stood, or that first names this member, when the box was written. The
// passphrase of a recovery key is 24 words, which are nowhere on the disk.
//
// So whoever can write to the disk but holds no custodian's keys can change nothing that
// a member would take: Unlock wants the pinned statement in the chain, the own keys in
// the newest, and the case keys to open for them. Neither an ordinary member nor one who
// was removed can add to the chain.
//
// What it does not do. A pin moves only with its passphrase, so a member who never changed
// it takes every true chain that holds the pin: an older copy of the directory, and a
// branch that a removed custodian makes from a statement in which they still were one.
// Neither knows the case keys of after the removal, so neither opens the store of now. An old copy
// of a key file still opens with its old passphrase, to the same identity: who fears that
// a passphrase is known makes the member's keys anew (Change.Replace), after which the old file is
// refused. A key file that the roster does not name is nobody's: a crash while adding
// leaves one, it is never read nor removed, and its id is not given again while it is there.
// A changed cost, salt or check value looks like a wrong passphrase to its owner.
//
// Acts: none. The caller appends them, with Member.Public as the version.
package keys

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/text/unicode/norm"

	"heed/internal/fault"
)

// Role says what a member may do.
type Role string

// The roles. Any member can seal; a custodian can open, and add members. A recovery key is
// nobody's: it opens what a custodian can, and makes lost keys anew.
const (
	Custodian Role = "custodian"
	Ordinary  Role = "member"
	Recovery  Role = "recovery"
)

// Valid reports whether r is one of the roles.
func (r Role) Valid() bool { return r.person() || r == Recovery }

func (r Role) person() bool { return r == Custodian || r == Ordinary }

// governs reports whether r may sign the next statement of the roster.
func (r Role) governs() bool { return r == Custodian || r == Recovery }

// Member is what everybody in the case may know of a person or a recovery key.
type Member struct {
	ID            string // M-01; K-01 for a recovery key
	Handle        string // see ValidHandle: it is published with signatures
	Role          Role
	Recipient     age.Recipient // what is sealed to this member is wrapped to it
	RecipientText string        // the same, as age1pq1…
	VerifierKey   string        // note verifier key; its name is the handle
	AddedAt       time.Time     // UTC, whole microseconds
}

// format stands in every public part, which the ledger keeps by itself.
const format = "heed/v1/member"

// public is the public part as it stands in the roster, in compact JSON.
type public struct {
	Format      string `json:"format"`
	ID          string `json:"id"`
	Handle      string `json:"handle"`
	Role        Role   `json:"role"`
	Recipient   string `json:"recipient"`
	VerifierKey string `json:"verifier_key"`
	AddedAt     int64  `json:"added_at"` // µs since 1970 UTC
}

// Public is the public part as JSON: what the ledger keeps as the member's version, and
// byte for byte what the roster shows.
func (m Member) Public() any { return m.public() }

func (m Member) public() public {
	return public{Format: format, ID: m.ID, Handle: m.Handle, Role: m.Role,
		Recipient: m.RecipientText, VerifierKey: m.VerifierKey, AddedAt: m.AddedAt.UnixMicro()}
}

func (p public) parse() (Member, error) {
	if p.Format != format || !idForm.MatchString(p.ID) || !p.named() {
		return Member{}, errRosterForm
	}
	r, err := age.ParseHybridRecipient(p.Recipient)
	if err != nil || r.String() != p.Recipient {
		return Member{}, errRosterForm
	}
	// The form first: the base64 of the standard library passes over line feeds.
	v, err := note.NewVerifier(p.VerifierKey)
	if err != nil || v.Name() != p.Handle || !vkeyForm.MatchString(p.VerifierKey) {
		return Member{}, errRosterForm
	}
	return Member{ID: p.ID, Handle: p.Handle, Role: p.Role, Recipient: r, RecipientText: p.Recipient,
		VerifierKey: p.VerifierKey, AddedAt: time.UnixMicro(p.AddedAt).UTC()}, nil
}

// named reports whether role and handle fit the id.
func (p public) named() bool {
	if isRecovery(p.ID) {
		return p.Role == Recovery && p.Handle == recoveryHandle(p.ID)
	}
	return p.Role.person() && ValidHandle(p.Handle)
}

var (
	handleForm   = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}[a-z0-9]$`)
	reservedForm = regexp.MustCompile(`^recovery(-|$)`)
	idForm       = regexp.MustCompile(`^[KM]-(0[1-9]|[1-9][0-9]{1,5})$`)
	vkeyForm     = regexp.MustCompile(`^[a-z0-9-]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$`)
)

// ValidHandle reports whether s can be a person's handle: 2 to 32 of a-z, 0-9 and hyphen,
// with no hyphen at either end, not of the form of an id, and not beginning with the word
// "recovery", which names recovery keys. A handle names the key under every release its
// member signs, so it is published with the signature and stays public for good: whoever
// must not be known by name takes one that says nothing.
func ValidHandle(s string) bool {
	return handleForm.MatchString(s) && !idForm.MatchString(strings.ToUpper(s)) && !reservedForm.MatchString(s)
}

const (
	personPrefix   = "M-"
	recoveryPrefix = "K-"
)

func isRecovery(id string) bool { return strings.HasPrefix(id, recoveryPrefix) }

// recoveryHandle names the signing key of a recovery key.
func recoveryHandle(id string) string { return fmt.Sprintf("recovery-%d", number(id)) }

// number of a valid id.
func number(id string) int {
	n, _ := strconv.Atoi(id[len(personPrefix):])
	return n
}

// byID puts people before recovery keys, each in the order of their numbers.
func byID(a, b string) int {
	return cmp.Or(cmp.Compare(b[0], a[0]), cmp.Compare(number(a), number(b)))
}

// nextID is the first number after all that were ever given under a prefix.
func nextID(prefix string, ever []string) string {
	n := 0
	for _, id := range ever {
		if strings.HasPrefix(id, prefix) {
			n = max(n, number(id))
		}
	}
	return fmt.Sprintf("%s%02d", prefix, n+1)
}

// sortedIDs reports whether all are ids, in order, and none comes twice.
func sortedIDs(ids []string) bool {
	for i, id := range ids {
		if !idForm.MatchString(id) || i > 0 && byID(ids[i-1], id) >= 0 {
			return false
		}
	}
	return true
}

func idsOf(members []public) (ids []string) {
	for _, m := range members {
		ids = append(ids, m.ID)
	}
	return ids
}

// find is the index of an id, or -1.
func find(members []public, id string) int {
	return slices.IndexFunc(members, func(m public) bool { return m.ID == id })
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
