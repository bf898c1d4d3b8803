package keys

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"heed/internal/fault"
)

// freshKey is a verifier key that nobody signs with.
func freshKey(t fataler, handle string) string {
	t.Helper()
	s, err := newSecrets()
	if err != nil {
		t.Fatal(err)
	}
	k, err := s.verifierKey(handle)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// forged is the next statement and the roster with it, signed by whom one likes and
// checked by nobody.
type forged struct {
	r  *roster
	s  *statement
	by []note.Signer
	k  caseKeys
}

func (r *roster) forge(by note.Signer, k caseKeys) *forged {
	s := r.draft(noon)
	s.Format, s.N, s.Prev = rosterFormat, r.newest().N+1, hexSum(r.notes[len(r.notes)-1])
	return &forged{r, s, []note.Signer{by}, k}
}

func (f *forged) encode(t fataler) []byte {
	t.Helper()
	wrapped, err := f.k.wrap(f.r.members)
	if err != nil {
		t.Fatal(err)
	}
	f.s.CaseKeys = hexSum(wrapped)
	signed, err := note.Sign(&note.Note{Text: string(marshal(f.s)) + "\n"}, f.by...)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(bytes.Join(f.r.notes, nil), signed, []byte(base64.StdEncoding.EncodeToString(wrapped)+"\n"))
}

// refused: nobody takes the roster, be it to unlock, to recover, or to see who is there.
func (d directory) refused(t *testing.T, name string, data []byte, open ...*Unlocked) {
	t.Helper()
	d.put(t, "roster", data)
	_, aminaErr := Unlock(d.dir, "amina", pass1)
	_, luisErr := Unlock(d.dir, "luis", pass2)
	_, wordsErr := UnlockRecovery(d.dir, d.words)
	errs := []error{aminaErr, luisErr, wordsErr}
	for _, u := range open {
		_, err := u.Members(d.dir)
		errs = append(errs, err)
	}
	for i, err := range errs {
		if fault.KindOf(err) != fault.Conflict || !strings.Contains(err.Error(), "not written by members of this case") {
			t.Errorf("%s: %d: %v", name, i, err)
		}
	}
}

// One changed byte, wherever and whatever, is never taken.
func TestOneChangedByteOfTheRoster(t *testing.T) {
	d := pair(t)
	luis, data := d.unlock(t, "luis", pass2), d.files["roster"]
	rapid.Check(t, func(t *rapid.T) {
		b := bytes.Clone(data)
		at := rapid.IntRange(0, len(b)-1).Draw(t, "at")
		b[at] = rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte("AQgw019azM-,\" \n"))).Filter(func(c byte) bool { return c != data[at] }).Draw(t, "byte")
		d.put(t, "roster", b)
		if _, err := luis.Members(d.dir); fault.KindOf(err) != fault.Conflict {
			t.Fatalf("taken: %v", err)
		}
	})
	for at := 0; at < len(data); at += 13 { // one bit each, all over the file
		data := bytes.Clone(data)
		data[at] ^= 1 << (at % 8)
		if _, err := parseRoster(data); err == nil {
			t.Fatalf("byte %d of %d: taken", at, len(data))
		}
	}
}

// Statements dropped, put in another order, repeated, cut.
func TestRosterTakenApart(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	if _, err := amina.Add(d.dir, newPerson("noor", Ordinary, pass2), noon); err != nil {
		t.Fatal(err)
	}
	r := d.roster(t)
	n, keys := r.notes, []byte(base64.StdEncoding.EncodeToString(r.wrapped)+"\n")
	older, err := parseRoster(d.files["roster"])
	if err != nil {
		t.Fatal(err)
	}
	olderKeys := []byte(base64.StdEncoding.EncodeToString(older.wrapped) + "\n")
	for name, parts := range map[string][][]byte{
		"nothing":        {},
		"only keys":      {keys},
		"no keys":        {n[0], n[1], n[2]},
		"no first":       {n[1], n[2], keys},
		"no middle":      {n[0], n[2], keys},
		"swapped":        {n[0], n[2], n[1], keys},
		"repeated":       {n[0], n[1], n[1], n[2], keys},
		"last repeated":  {n[0], n[1], n[2], n[2], keys},
		"older keys":     {n[0], n[1], n[2], olderKeys},
		"newer keys":     {n[0], n[1], keys},
		"keys twice":     {n[0], n[1], n[2], keys, keys},
		"after the end":  {n[0], n[1], n[2], keys, []byte("\n")},
		"white space":    {n[0], n[1], []byte(" "), n[2], keys},
		"line feed":      {n[0], []byte("\n"), n[1], n[2], keys},
		"cut":            {n[0], n[1], n[2][:len(n[2])-10]},
		"cut signature":  {n[0], n[1], n[2][:bytes.LastIndex(n[2], []byte("—"))], keys},
		"cut keys":       {n[0], n[1], n[2], keys[:len(keys)-5], []byte("\n")},
		"no last end":    {n[0], n[1], n[2], keys[:len(keys)-1]},
		"carriage":       {n[0], n[1], n[2], keys[:len(keys)-1], []byte("\r\n")},
		"signed by none": {n[0], n[1], []byte(strings.Replace(string(n[2]), "— amina", "— luis", 1)), keys},
	} {
		d.refused(t, name, slices.Concat(parts...), amina)
	}
	d.put(t, "roster", slices.Concat(n[0], n[1], n[2], keys))
	if members, err := amina.Members(d.dir); err != nil || len(members) != 4 {
		t.Errorf("the whole roster: %v", err)
	}
}

// Who may sign the next statement is said by the one before.
func TestWhoSigns(t *testing.T) {
	d := pair(t)
	r := d.roster(t)
	amina, luis, k := d.unlock(t, "amina", pass1), d.unlock(t, "luis", pass2), d.recover(t, d.words)
	keys := amina.secrets().caseKeys
	stranger, err := newSecrets()
	if err != nil {
		t.Fatal(err)
	}
	asAmina := pen{"amina", amina.Signer().KeyHash(), func() ed25519.PrivateKey { return stranger.signing }}
	vkey, err := stranger.verifierKey("amina")
	if err != nil {
		t.Fatal(err)
	}
	own, err := stranger.pen(Member{Handle: "amina", VerifierKey: vkey})
	if err != nil {
		t.Fatal(err)
	}
	for name, signers := range map[string][]note.Signer{
		"an ordinary member":               {luis.Signer()},
		"an outsider under a true name":    {asAmina},
		"an outsider with a key of theirs": {own},
		"nobody":                           {},
		"a custodian and somebody":         {amina.Signer(), luis.Signer()},
		"two who each may":                 {amina.Signer(), k.Signer()},
	} {
		f := r.forge(nil, keys)
		f.by = signers
		d.refused(t, name, f.encode(t), amina, luis)
	}
	// Nor may somebody make themselves a custodian in the statement they sign.
	f := r.forge(luis.Signer(), keys)
	f.s.Members[1].Role = Custodian
	d.refused(t, "an ordinary member who would be one", f.encode(t), amina)
	for _, u := range []*Unlocked{amina, k} {
		d.put(t, "roster", r.forge(u.Signer(), keys).encode(t))
		if _, err := luis.Members(d.dir); err != nil {
			t.Errorf("signed by %s: %v", u.ID(), err)
		}
	}
}

// Who was removed signs nothing after that. A branch from before the removal is a true
// chain to whoever knows nothing newer; the keys in it are not those of after.
func TestRemovedCustodianSigns(t *testing.T) {
	d := pair(t)
	d = d.restaged(t, d.unlock(t, "amina", pass1), Change{Roles: map[string]Role{"M-02": Custodian}})
	luis, before := d.unlock(t, "luis", pass2), d.roster(t)
	next, amina, _ := d.restage(t, d.unlock(t, "amina", pass1), Change{Remove: []string{"M-02"}})
	r := next.roster(t)
	f := r.forge(luis.Signer(), luis.secrets().caseKeys)
	next.put(t, "roster", f.encode(t))
	_, err := Unlock(next.dir, "amina", pass1)
	wantKind(t, err, fault.Conflict, "not written by members of this case")

	next.put(t, "roster", before.forge(luis.Signer(), luis.secrets().caseKeys).encode(t))
	_, err = amina.Members(next.dir) // unlocked after the removal
	wantKind(t, err, fault.Conflict, "not written by members of this case")
	u, err := Unlock(next.dir, "amina", pass1) // pinned long before
	if err != nil {
		t.Fatal(err)
	}
	if u.StoreKey() == amina.StoreKey() {
		t.Error("who was removed knows the new key")
	}
	// With a pin of after the removal, the branch is refused.
	next.put(t, "roster", next.files["roster"])
	if err := ChangePassphrase(next.dir, "amina", pass1, pass1, FloorCost); err != nil {
		t.Fatal(err)
	}
	next.put(t, "roster", before.forge(luis.Signer(), luis.secrets().caseKeys).encode(t))
	_, err = Unlock(next.dir, "amina", pass1)
	wantKind(t, err, fault.Conflict, "not written by members of this case")
}

// A disk writer who knows no passphrase of the case makes a roster of their own, with a
// custodian of their own, and names the true members in it.
func TestForeignCustodian(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	dir := filepath.Join(t.TempDir(), "keys")
	theirs, _, err := Create(dir, newPerson("amina", Custodian, []byte("known to them")), noon)
	if err != nil {
		t.Fatal(err)
	}
	r, err := readRoster(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := r.forge(theirs.Signer(), theirs.secrets().caseKeys)
	luis, _ := d.roster(t).member("luis")
	f.s.add(luis.public())
	data := f.encode(t)
	if _, err := parseRoster(data); err != nil {
		t.Fatalf("the forgery is not a chain in itself: %v", err)
	}
	d.refused(t, "a roster of theirs", data, amina)
	f.s.Members[0] = amina.Member().public() // the true keys instead
	d.refused(t, "a roster of theirs with true members", f.encode(t), amina)
}

// An older roster is refused by everybody whose pin or session knows a newer one.
func TestOlderRoster(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	first, _, _ := cutLines(d.files["roster"], 3)
	r, err := parseRoster(d.files["roster"])
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := amina.secrets().caseKeys.wrap(r.members[:1])
	if err != nil {
		t.Fatal(err)
	}
	// Even with keys that the first statement commits to: that of the day it was made.
	one := bytes.Clone(first)
	d.put(t, "roster", append(one, base64.StdEncoding.EncodeToString(wrapped)+"\n"...))
	_, err = Unlock(d.dir, "luis", pass2)
	wantKind(t, err, fault.Conflict, "")
	d = pair(t)
	amina = d.unlock(t, "amina", pass1)
	if _, err := amina.Add(d.dir, newPerson("noor", Ordinary, pass2), noon); err != nil {
		t.Fatal(err)
	}
	seen := d.unlock(t, "luis", pass2)
	d.put(t, "roster", d.files["roster"])
	_, err = seen.Members(d.dir)
	wantKind(t, err, fault.Conflict, "not written by members of this case")
	_, err = Unlock(d.dir, "noor", pass2)
	wantKind(t, err, fault.WrongPassphrase, "") // the older roster does not know noor
	if _, err := amina.Members(d.dir); err != nil {
		t.Errorf("who has seen nothing newer: %v", err)
	}
}

// What a true custodian signs still has rules.
func TestStatementsFollow(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	r, keys := d.roster(t), amina.secrets().caseKeys
	other := func(t *testing.T, handle string, id string, role Role) public {
		s, err := newSecrets()
		if err != nil {
			t.Fatal(err)
		}
		p, err := (&newcomer{secrets: s}).public(id, handle, role, noon)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for name, edit := range map[string]func(s *statement){
		"format":              func(s *statement) { s.Format = "heed/v2/roster" },
		"number":              func(s *statement) { s.N++ },
		"same number":         func(s *statement) { s.N-- },
		"prev":                func(s *statement) { s.Prev = hexSum(nil) },
		"no prev":             func(s *statement) { s.Prev = noPrev },
		"upper prev":          func(s *statement) { s.Prev = strings.ToUpper(s.Prev) },
		"no members":          func(s *statement) { s.Members = []public{} },
		"null members":        func(s *statement) { s.Members = nil },
		"null removed":        func(s *statement) { s.Removed = nil },
		"gone in silence":     func(s *statement) { s.Members = slices.Delete(s.Members, 1, 2) },
		"removed and present": func(s *statement) { s.Removed = []string{"M-02"} },
		"removed a stranger":  func(s *statement) { s.Removed = []string{"M-07"} },
		"no custodian":        func(s *statement) { s.Members[0].Role = Ordinary },
		"no such role":        func(s *statement) { s.Members[1].Role = "owner" },
		"person as recovery":  func(s *statement) { s.Members[1].Role = Recovery },
		"recovery as person":  func(s *statement) { s.Members[2].Role = Custodian },
		"order":               func(s *statement) { s.Members[0], s.Members[1] = s.Members[1], s.Members[0] },
		"twice":               func(s *statement) { s.add(s.Members[0]) },
		"handle": func(s *statement) {
			s.Members[1].Handle, s.Members[1].VerifierKey = "luisa", freshKey(t, "luisa")
		},
		"handle of another":   func(s *statement) { s.add(other(t, "luis", "M-03", Ordinary)) },
		"reserved handle":     func(s *statement) { s.add(other(t, "recovery-3", "M-03", Ordinary)) },
		"added at":            func(s *statement) { s.Members[1].AddedAt++ },
		"recovery key anew":   func(s *statement) { s.Members[2] = other(t, "recovery-1", "K-01", Recovery) },
		"recovery key's name": func(s *statement) { s.add(other(t, "recovery-3", "K-02", Recovery)) },
		"key of another name": func(s *statement) { s.Members[1].VerifierKey = s.Members[0].VerifierKey },
		"line feed in key":    func(s *statement) { v := &s.Members[1].VerifierKey; *v = (*v)[:30] + "\n" + (*v)[30:] },
		"upper hash":          func(s *statement) { s.Members[1].VerifierKey = upperHash(s.Members[1].VerifierKey) },
		"upper recipient":     func(s *statement) { s.Members[1].Recipient = strings.ToUpper(s.Members[1].Recipient) },
		"short recipient":     func(s *statement) { s.Members[1].Recipient = s.Members[1].Recipient[:99] },
		"X25519 recipient": func(s *statement) {
			s.Members[1].Recipient = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
		},
		"member format":        func(s *statement) { s.Members[1].Format = "heed/v2/member" },
		"id":                   func(s *statement) { s.Members[1].ID = "M-2" },
		"path as id":           func(s *statement) { s.Members[1].ID = "../M-02" },
		"somebody else's line": func(s *statement) { s.Members[1].ID = "M-03" },
	} {
		f := r.forge(amina.Signer(), keys)
		edit(f.s)
		_, err := parseRoster(f.encode(t))
		if err == nil {
			t.Errorf("%s: taken", name)
		} else if !errors.Is(err, errChain) && !errors.Is(err, errRosterForm) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, edit := range map[string]func(s *statement){
		"nothing":      func(*statement) {},
		"a new member": func(s *statement) { s.add(other(t, "noor", "M-17", Custodian)) },
		"a removal":    func(s *statement) { s.remove("M-02") },
		"no recovery":  func(s *statement) { s.remove("K-01") },
		"new keys": func(s *statement) {
			n := other(t, "luis", "M-02", Custodian)
			n.AddedAt = s.Members[1].AddedAt
			s.Members[1] = n
		},
	} {
		f := r.forge(amina.Signer(), keys)
		edit(f.s)
		if _, err := parseRoster(f.encode(t)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	// An id that was removed is nobody's again.
	f := r.forge(amina.Signer(), keys)
	f.s.remove("M-02")
	gone, err := parseRoster(f.encode(t))
	if err != nil {
		t.Fatal(err)
	}
	for name, edit := range map[string]func(s *statement){
		"comes back":        func(s *statement) { s.add(other(t, "noor", "M-02", Ordinary)); s.Removed = []string{} },
		"comes back beside": func(s *statement) { s.add(other(t, "noor", "M-02", Ordinary)) },
		"forgotten":         func(s *statement) { s.Removed = []string{} },
	} {
		g := gone.forge(amina.Signer(), keys)
		edit(g.s)
		if _, err := parseRoster(g.encode(t)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

// upperHash writes the key hash of a verifier key in capitals, with a letter that has one.
func upperHash(vkey string) string {
	parts := strings.SplitN(vkey, "+", 3)
	if up := strings.ToUpper(parts[1]); up != parts[1] {
		parts[1] = up
	} else {
		parts[1] = "0" + parts[1]
	}
	return strings.Join(parts, "+")
}

// Nobody but M-01 begins a roster, and one recovery key stands beside.
func TestBegins(t *testing.T) {
	d := pair(t)
	s, amina := d.roster(t).statements[0], d.unlock(t, "amina", pass1)
	for name, edit := range map[string]func(s *statement){
		"nothing":       func(*statement) {},
		"number":        func(s *statement) { s.N = 2 },
		"prev":          func(s *statement) { s.Prev = hexSum(nil) },
		"removed":       func(s *statement) { s.Removed = []string{"M-02"} },
		"no recovery":   func(s *statement) { s.Members = s.Members[:1] },
		"two people":    func(s *statement) { s.add(d.roster(t).members[1].public()) },
		"not the first": func(s *statement) { s.Members[0].ID = "M-02" },
	} {
		s := s
		s.Members = slices.Clone(s.Members)
		edit(&s)
		f := forged{&roster{members: d.roster(t).members}, &s, []note.Signer{amina.Signer()}, caseKeys{}}
		if _, err := parseRoster(f.encode(t)); (err == nil) != (name == "nothing") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A signature has one form: base64 with spare bits set is another.
func TestSignatureHasOneForm(t *testing.T) {
	d := pair(t)
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	data := d.files["roster"]
	end := bytes.Index(data, []byte("=\n"))
	i := strings.IndexByte(alphabet, data[end-1])
	other := bytes.Clone(data)
	other[end-1] = alphabet[i^1]
	a, err1 := base64.StdEncoding.DecodeString(string(data[end-91 : end+1]))
	b, err2 := base64.StdEncoding.DecodeString(string(other[end-91 : end+1]))
	if err1 != nil || err2 != nil || !bytes.Equal(a, b) {
		t.Fatal("this is not the other form", err1, err2)
	}
	line, _, _ := cutLines(other, 3)
	if err := (&roster{}).take(line, map[public]Member{}); !errors.Is(err, errRosterForm) {
		t.Errorf("got %v", err)
	}
}

// A statement that wraps the keys of the case to somebody else, or wraps others, is not
// one that a member can use.
func TestKeysThatDoNotOpen(t *testing.T) {
	d := pair(t)
	amina := d.unlock(t, "amina", pass1)
	r := d.roster(t)
	f := r.forge(amina.Signer(), amina.secrets().caseKeys)
	f.r = &roster{members: r.members[:1], notes: r.notes}
	d.put(t, "roster", f.encode(t))
	_, err := Unlock(d.dir, "luis", pass2)
	wantKind(t, err, fault.Conflict, "do not open for this member")
	d.unlock(t, "amina", pass1)
}

// There is room for hundreds of changes of a case of twenty people, and none without bound.
func TestRosterIsBounded(t *testing.T) {
	d := pair(t)
	r := d.roster(t)
	line := len(r.notes[1])
	if each := line / 3; maxRosterSize/(20*each) < 150 {
		t.Errorf("a line on a member has %d bytes", each)
	}
	if _, err := parseRoster(make([]byte, maxRosterSize+1)); !errors.Is(err, errRosterForm) {
		t.Errorf("got %v", err)
	}
	amina := d.unlock(t, "amina", pass1)
	full := *r
	full.notes = append(slices.Clone(r.notes), make([]byte, maxRosterSize-line))
	_, err := full.extend(r.draft(noon), caseKeys{}, amina.Signer())
	wantKind(t, err, fault.Refused, "no room")
}

// FuzzRoster: what parseRoster takes has one form and keeps the rules.
func FuzzRoster(f *testing.F) {
	files, err := contents(golden)
	if err != nil {
		f.Fatal(err)
	}
	data := files["roster"]
	r, err := parseRoster(data)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	for _, n := range r.notes {
		f.Add(n)
		line, _, _ := cutLines(n, 1)
		f.Add(line)
	}
	f.Add([]byte(nil))
	f.Add([]byte("{\n\n— a b\nA\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if s, err := parseStatement(data); err == nil {
			if !bytes.Equal(append(marshal(s), '\n'), data) {
				t.Fatal("two forms of one statement")
			}
			if members, err := s.parseMembers(map[public]Member{}); err == nil {
				checkMembers(t, members)
			}
		}
		r, err := parseRoster(data)
		if err != nil {
			return
		}
		if !bytes.Equal(r.encode(), data) {
			t.Fatal("two forms of one roster")
		}
		checkMembers(t, r.members)
		if h := r.head(); h.n != r.newest().N || !r.holds(h) || r.statements[0].Members[0].ID != firstPerson {
			t.Fatal("the chain is not one")
		}
	})
}

func checkMembers(t *testing.T, members []Member) {
	t.Helper()
	custodians, handles := 0, map[string]bool{}
	for _, m := range members {
		if r, ok := m.Recipient.(fmt.Stringer); !ok || r.String() != m.RecipientText {
			t.Fatal("two forms of one recipient")
		}
		if v, err := note.NewVerifier(m.VerifierKey); err != nil || v.Name() != m.Handle || handles[m.Handle] {
			t.Fatalf("took verifier key %q", m.VerifierKey)
		}
		if !m.Role.Valid() || isRecovery(m.ID) != (m.Role == Recovery) || isRecovery(m.ID) == ValidHandle(m.Handle) {
			t.Fatalf("took %+v", m)
		}
		handles[m.Handle] = true
		if m.Role == Custodian {
			custodians++
		}
	}
	if custodians == 0 {
		t.Fatal("took a roster without a custodian")
	}
}
