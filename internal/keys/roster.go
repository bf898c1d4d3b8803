package keys

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"regexp"
	"slices"
	"time"

	"golang.org/x/mod/sumdb/note"

	"heed/internal/fault"
)

const (
	rosterName   = "roster"
	rosterFormat = "heed/v1/roster"
	noPrev       = "-" // before the first statement

	// A statement has about 2.3 KB for each member: the ceiling is far from any case of
	// people, and keeps a planted file from taking all memory.
	maxRosterSize = 8 << 20
)

// statement is who the members are from one instant on. Its exact bytes are its JSON as
// encoding/json makes it.
type statement struct {
	Format   string   `json:"format"`
	N        int64    `json:"n"`
	Prev     string   `json:"prev"` // hex SHA-256 of the signed statement before
	At       int64    `json:"at"`   // µs since 1970 UTC
	Members  []public `json:"members"`
	Removed  []string `json:"removed"`
	CaseKeys string   `json:"case_keys"` // hex SHA-256 of the age file
}

// roster is a chain of statements in which each follows from the one before it. That it is
// the roster of this case is not sure before a pin is found in it.
type roster struct {
	statements []statement
	notes      [][]byte // the signed bytes of each
	members    []Member // of the newest
	wrapped    []byte   // the age file
}

var (
	sumForm = regexp.MustCompile(`^[0-9a-f]{64}$`)

	errRosterForm = errors.New("it is no roster in the one form there is")
	errChain      = errors.New("a statement does not follow from the one before it")
	errUnsigned   = errors.New("a statement is signed by nobody who may")
	errForeign    = errors.New("the statement that this member knows is not in it")
	errKeys       = errors.New("the keys of the case do not open for this member")
)

// parseRoster takes a roster that is exactly as encode writes it and whose every statement
// is one that the statement before allows.
func parseRoster(data []byte) (*roster, error) {
	if len(data) > maxRosterSize {
		return nil, errRosterForm
	}
	r, known, rest := &roster{}, map[public]Member{}, data
	for len(rest) > 0 && rest[0] == '{' { // which base64 never begins with
		signed, after, ok := cutLines(rest, 3)
		if !ok {
			return nil, errRosterForm
		}
		if err := r.take(signed, known); err != nil {
			return nil, err
		}
		rest = after
	}
	line, after, ok := cutLines(rest, 1)
	if !ok || len(after) > 0 || len(r.statements) == 0 {
		return nil, errRosterForm
	}
	var err error
	if r.wrapped, err = decode(string(line[:len(line)-1])); err != nil || hexSum(r.wrapped) != r.newest().CaseKeys {
		return nil, errRosterForm
	}
	return r, nil
}

// cutLines cuts off n lines.
func cutLines(b []byte, n int) (lines, rest []byte, ok bool) {
	end := 0
	for range n {
		i := bytes.IndexByte(b[end:], '\n')
		if i < 0 {
			return nil, nil, false
		}
		end += i + 1
	}
	return b[:end:end], b[end:], true
}

// decode takes base64 in its one form; the standard library passes over line feeds.
func decode(s string) ([]byte, error) {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil || base64.StdEncoding.EncodeToString(b) != s {
		return nil, errRosterForm
	}
	return b, nil
}

func hexSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// take adds one signed statement, when it is the next. known saves parsing the same
// recipient once for every statement.
func (r *roster) take(signed []byte, known map[public]Member) error {
	line, _, _ := cutLines(signed, 1)
	s, err := parseStatement(line)
	if err != nil {
		return err
	}
	members, err := s.parseMembers(known)
	if err != nil {
		return err
	}
	by := r.members // who may sign stands in the statement before
	if len(r.statements) == 0 {
		by, err = members, s.begins()
	} else {
		err = s.follows(r.newest(), r.notes[len(r.notes)-1])
	}
	if err != nil {
		return err
	}
	if err := signedBy(signed, by); err != nil {
		return err
	}
	r.statements, r.notes, r.members = append(r.statements, *s), append(r.notes, signed), members
	return nil
}

// parseStatement takes the line of a statement and checks what it says by itself.
func parseStatement(line []byte) (*statement, error) {
	s := new(statement)
	if json.Unmarshal(line, s) != nil || !bytes.Equal(append(marshal(s), '\n'), line) {
		return nil, errRosterForm
	}
	if s.Format != rosterFormat || s.N < 1 || s.Prev != noPrev && !sumForm.MatchString(s.Prev) || !sumForm.MatchString(s.CaseKeys) ||
		s.Members == nil || s.Removed == nil || !sortedIDs(idsOf(s.Members)) || !sortedIDs(s.Removed) {
		return nil, errRosterForm
	}
	custodians, handles := 0, map[string]bool{}
	for _, m := range s.Members {
		if handles[m.Handle] || slices.Contains(s.Removed, m.ID) {
			return nil, errRosterForm // or one member could be taken for another
		}
		handles[m.Handle] = true
		if m.Role == Custodian {
			custodians++
		}
	}
	if custodians == 0 {
		return nil, errRosterForm
	}
	return s, nil
}

func (s *statement) parseMembers(known map[public]Member) (members []Member, err error) {
	for _, p := range s.Members {
		m, ok := known[p]
		if !ok {
			if m, err = p.parse(); err != nil {
				return nil, err
			}
			known[p] = m
		}
		members = append(members, m)
	}
	return members, nil
}

// begins: the first statement names its only custodian and one recovery key.
func (s *statement) begins() error {
	if s.N != 1 || s.Prev != noPrev || len(s.Removed) > 0 || len(s.Members) != 2 ||
		s.Members[0].ID != firstPerson || s.Members[1].ID != firstRecovery {
		return errChain
	}
	return nil
}

// follows: nobody goes without being named among the removed, nobody is named there who
// was not a member, and who stays keeps id, handle and time. Keys of a recovery key never
// change: it is removed, and another one made.
func (s *statement) follows(prev *statement, signed []byte) error {
	if s.N != prev.N+1 || s.Prev != hexSum(signed) {
		return errChain
	}
	gone := slices.Clone(prev.Removed)
	for _, m := range prev.Members {
		i := find(s.Members, m.ID)
		if i < 0 {
			gone = append(gone, m.ID)
			continue
		}
		n := s.Members[i]
		if n.Handle != m.Handle || n.AddedAt != m.AddedAt || isRecovery(m.ID) && n != m {
			return errChain
		}
	}
	slices.SortFunc(gone, byID)
	if !slices.Equal(gone, s.Removed) {
		return errChain
	}
	return nil
}

// signedBy checks that the note has one signature, in its one form, by a custodian or
// recovery key among the members.
func signedBy(signed []byte, members []Member) error {
	var may []note.Verifier
	for _, m := range members {
		if !m.Role.governs() {
			continue
		}
		v, err := note.NewVerifier(m.VerifierKey)
		if err != nil {
			return errRosterForm // unreachable: parse saw it
		}
		may = append(may, v)
	}
	n, err := note.Open(signed, note.VerifierList(may...))
	if err != nil || len(n.Sigs) != 1 || len(n.UnverifiedSigs) > 0 {
		return errUnsigned
	}
	// Spare bits at the end of base64 would be a second form, and prev is over exact bytes.
	if _, err := decode(n.Sigs[0].Base64); err != nil {
		return errRosterForm
	}
	return nil
}

func (r *roster) newest() *statement { return &r.statements[len(r.statements)-1] }

func (r *roster) head() pin {
	return pin{int64(len(r.notes)), sha256.Sum256(r.notes[len(r.notes)-1])}
}

// holds reports whether the pinned statement is in the chain.
func (r *roster) holds(p pin) bool {
	return p.n >= 1 && p.n <= int64(len(r.notes)) && sha256.Sum256(r.notes[p.n-1]) == p.sum
}

// member finds a present member by id or handle.
func (r *roster) member(name string) (Member, bool) {
	i := slices.IndexFunc(r.members, func(m Member) bool { return m.ID == name || m.Handle == name })
	if i < 0 {
		return Member{}, false
	}
	return r.members[i], true
}

// everHandle gives the id that a handle ever belonged to. Handles are not given again:
// two keys under one name would stand below releases.
func (r *roster) everHandle(handle string) (id string, ok bool) {
	for _, s := range r.statements {
		for _, m := range s.Members {
			if m.Handle == handle {
				return m.ID, true
			}
		}
	}
	return "", false
}

// ever is every id that was given.
func (r *roster) ever() []string { return slices.Concat(idsOf(r.newest().Members), r.newest().Removed) }

// admittedBy says who signed the statement that first names each member who is present.
func (r *roster) admittedBy() (map[string]string, error) {
	by, before := map[string]string{}, r.statements[0].Members
	for i, s := range r.statements {
		n, err := note.Open(r.notes[i], note.VerifierList())
		var unknown *note.UnverifiedNoteError
		if errors.As(err, &unknown) {
			n = unknown.Note // verified when the roster was read
		}
		if n == nil || len(n.UnverifiedSigs) != 1 {
			return nil, errRosterForm // unreachable: the roster was read with it
		}
		signer := ""
		for _, m := range before {
			if m.Handle == n.UnverifiedSigs[0].Name {
				signer = m.ID
			}
		}
		for _, m := range s.Members {
			if by[m.ID] == "" {
				by[m.ID] = signer
			}
		}
		before = s.Members
	}
	return by, nil
}

// draft is the next statement, as yet saying what the newest says.
func (r *roster) draft(now time.Time) *statement {
	n := r.newest()
	return &statement{Members: slices.Clone(n.Members), Removed: append([]string{}, n.Removed...), At: now.UnixMicro()}
}

// remove takes a member out of a draft.
func (s *statement) remove(id string) {
	s.Members = slices.DeleteFunc(s.Members, func(m public) bool { return m.ID == id })
	s.Removed = append(s.Removed, id)
	slices.SortFunc(s.Removed, byID)
}

// add puts a member into a draft.
func (s *statement) add(m public) {
	s.Members = append(s.Members, m)
	slices.SortFunc(s.Members, func(a, b public) int { return byID(a.ID, b.ID) })
}

// extend signs a draft and gives the roster with it, read anew: nothing is ever written
// that would not be taken. A nil roster is that of a new case.
func (r *roster) extend(s *statement, k caseKeys, by note.Signer) (*roster, error) {
	s.Format, s.N, s.Prev = rosterFormat, 1, noPrev
	var data []byte
	if r != nil {
		data = bytes.Join(r.notes, nil)
		s.N, s.Prev = int64(len(r.notes))+1, hexSum(r.notes[len(r.notes)-1])
	}
	members, err := s.parseMembers(map[public]Member{})
	if err != nil {
		return nil, err
	}
	wrapped, err := k.wrap(members)
	if err != nil {
		return nil, err
	}
	s.CaseKeys = hexSum(wrapped)
	signed, err := note.Sign(&note.Note{Text: string(marshal(s)) + "\n"}, by)
	if err != nil {
		return nil, err
	}
	data = append(append(data, signed...), base64.StdEncoding.EncodeToString(wrapped)+"\n"...)
	if len(data) > maxRosterSize {
		return nil, fault.New(fault.Refused, "the roster of this case has no room for another change", "Nothing was written.", "Begin a new case.")
	}
	next, err := parseRoster(data)
	if err != nil {
		return nil, errors.New("internal error: a new roster does not parse: " + err.Error()) // unreachable: callers see to it
	}
	return next, nil
}

// encode is the one form of a roster.
func (r *roster) encode() []byte {
	return append(bytes.Join(r.notes, nil), base64.StdEncoding.EncodeToString(r.wrapped)+"\n"...)
}
