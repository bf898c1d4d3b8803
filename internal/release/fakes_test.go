package release

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

// canary is a sealed value. It must not stand in any released byte or any error.
const canary = "Dilnur O'Testname"

// fakeVault stands in for the vault: it seals for intake and answers for this room.
type fakeVault struct {
	values map[seal.Ref][]byte
	names  [][]byte // sealed by themselves
	locked error
	asked  []string // purposes
	wild   bool     // answer with a position outside the text
}

func (v *fakeVault) Prepare(_ context.Context, _ seal.Kind, r io.Reader) (intake.Sealing, error) {
	b, err := io.ReadAll(r)
	return &fakeSealing{v, b}, err
}

type fakeSealing struct {
	v *fakeVault
	b []byte
}

func (s *fakeSealing) Keep(_ *store.Tx, _ ledger.Actor, _ string) (seal.Ref, error) {
	ref := seal.Ref(fmt.Sprintf("E-%04d", len(s.v.values)+1))
	s.v.values[ref] = s.b
	return ref, nil
}
func (s *fakeSealing) Drop() error                { return nil }
func (s *fakeSealing) Existing() (seal.Ref, bool) { return "", false }
func (s *fakeSealing) Size() int64                { return int64(len(s.b)) }

func (v *fakeVault) Leaks(_ context.Context, _ ledger.Actor, purpose string, text []byte, open [][]byte) (out []Span, err error) {
	v.asked = append(v.asked, purpose)
	if v.locked != nil {
		return nil, v.locked
	}
	if v.wild {
		return []Span{{0, len(text) + 1}}, nil
	}
	values := v.names
	for _, b := range v.values {
		values = append(values, b)
	}
	for _, value := range values {
		public := false
		for _, o := range open {
			public = public || bytes.Contains(o, value)
		}
		for at := 0; !public; {
			i := bytes.Index(text[at:], value)
			if i < 0 {
				break
			}
			out = append(out, Span{at + i, at + i + len(value)})
			at += i + len(value)
		}
	}
	return out, nil
}

func (v *fakeVault) Commitments(_ context.Context, _ ledger.Actor, id string, refs []seal.Ref) (out []seal.Commitment, err error) {
	if v.locked != nil {
		return nil, v.locked
	}
	for _, r := range refs {
		out = append(out, sha256.Sum256([]byte(id+string(r))))
	}
	return out, nil
}

// key is a member's signing key.
type key struct {
	signer note.Signer
	vkey   string
}

func newKey(t *testing.T, name string) key {
	t.Helper()
	skey, vkey, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := note.NewSigner(skey)
	if err != nil {
		t.Fatal(err)
	}
	return key{s, vkey}
}

// house is a case with real rooms upstream of this one.
type house struct {
	*Room
	t       *testing.T
	vault   *fakeVault
	db      *store.DB
	intake  *intake.Room
	record  *record.Room
	corr    *corroborate.Room
	consent string // of the sealed source
	now     time.Time
}

func by(member string) ledger.Actor { return ledger.Actor{Member: member} }

func must[T any](t *testing.T) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func build(t *testing.T, training bool) *house {
	t.Helper()
	h := &house{t: t, vault: &fakeVault{values: map[seal.Ref][]byte{}}, now: time.Date(2026, 5, 4, 23, 30, 0, 0, time.UTC)}
	dir := t.TempDir()
	var err error
	h.db, err = store.Open(t.Context(), store.Config{Path: filepath.Join(dir, "s.db"), Key: [32]byte{1}, Create: true, Clock: func() time.Time {
		h.now = h.now.Add(time.Second)
		return h.now
	}, Schemas: []store.Schema{ledger.Schema(), intake.Schema(), record.Schema(), corroborate.Schema(), Schema()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { h.db.Close() })
	blobs := must[*blob.Dir](t)(blob.Open(filepath.Join(dir, "originals"), [32]byte{2}))
	h.intake, h.record, h.corr = intake.New(h.db, blobs, h.vault, nil), record.New(h.db), corroborate.New(h.db)
	h.Room = New(h.db, h.vault)
	must[record.Case](t)(h.record.Begin(t.Context(), by("M-01"), record.Case{Title: "Held in Arvenia", Origin: "heed/test", Zone: "Asia/Tokyo", Training: training}))
	return h
}

// opened is a case with three sources, a finding with an unanswered contrary claim,
// and a draft R1 of two paragraphs.
func opened(t *testing.T, training bool) *house {
	t.Helper()
	h, ctx := build(t, training), t.Context()
	add := func(name, body string, sealed bool) {
		must[intake.Added](t)(h.intake.Add(ctx, by("M-01"), intake.Incoming{Name: name, Body: strings.NewReader(body), Sealed: sealed}))
	}
	add("dilnur.txt", canary+" was held for ten months. Forty people slept in one room.", true)
	add("daily.txt", "The spokesman called the accusations a completely fabricated lie. Two guards said that people were held for months.", false)
	add("ministry.txt", "Nobody was held there. The centres were schools.", false)
	must[intake.Text](t)(h.intake.Freeze(ctx, by("M-01"), "S-001", strings.NewReader("[P-1] was held for ten months. Forty people slept in one room.")))
	for _, s := range []record.Source{
		{ID: "S-001", Title: "Interview with Dilnur", Kind: "interview", Origin: record.OriginOwn, Contact: "Aygul"},
		{ID: "S-002", Title: "Accusations denied", Kind: "press_article", Origin: record.OriginOwn, Organisation: "The Daily"},
		{ID: "S-003", Title: "Schools, not prisons", Kind: "official_statement", Origin: record.OriginOwn, Organisation: "The ministry"}} {
		must[record.Source](t)(h.record.Describe(ctx, by("M-01"), s))
	}
	h.consent = must[record.Basis](t)(h.record.AddBasis(ctx, by("M-01"), record.Basis{Source: "S-001", Kind: record.Consent, Interview: record.Interview{Explained: record.Explanations()}, Scopes: []record.Scope{
		{Use: record.UseReport, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Given}}})).ID
	for _, s := range []string{"S-002", "S-003"} {
		must[record.Basis](t)(h.record.AddBasis(ctx, by("M-01"), record.Basis{Source: s, Kind: record.PublicRecord, Citation: "https://example.org/" + s}))
	}
	for _, c := range []corroborate.Claim{
		{Text: "A former detainee was held for ten months.", Source: "S-001", From: 1, To: 1, FirstHand: true, Credibility: 2},
		{Text: "Guards say that people were held for months.", Source: "S-002", From: 2, To: 2, Credibility: 3},
		{Text: "The ministry says that nobody was held.", Source: "S-003", From: 1, To: 1, Words: "Nobody was held there.", Quoted: true}} {
		must[corroborate.Claim](t)(h.corr.AddClaim(ctx, by("M-01"), c))
	}
	must[record.Statement](t)(h.record.Say(ctx, by("M-01"), record.Statement{Source: "S-002", From: 1, To: 1, Speaker: "The spokesman",
		Words: "a completely fabricated lie", Target: record.Target{Kind: record.TargetAccusations}, Stance: record.Denies}))
	must[corroborate.Finding](t)(h.corr.AddFinding(ctx, by("M-01"), corroborate.Finding{Text: "It is reasonable to conclude that people were held for months.",
		Assertion: corroborate.Established, Outcome: corroborate.Met, For: []string{"C-001", "C-002"}, ContrarySearch: "The ministry's papers were read."}))
	must[corroborate.Finding](t)(h.corr.AddAgainst(ctx, by("M-01"), "F-01", "C-003"))
	must[Draft](t)(h.AddParagraph(ctx, by("M-01"), "It is reasonable to conclude that people were held for months.", []string{"F-01"}))
	must[Draft](t)(h.AddParagraph(ctx, by("M-02"), "A spokesman called the accusations “a completely fabricated lie”.", []string{"ST-001"}))
	return h
}

// answered is opened with the contrary claim answered: everything passes.
func answered(t *testing.T) *house {
	t.Helper()
	h := opened(t, false)
	h.answer()
	return h
}

func (h *house) answer() {
	h.t.Helper()
	must[corroborate.Finding](h.t)(h.corr.Answer(h.t.Context(), by("M-01"), "F-01", "C-003", "The paper gives neither places nor figures."))
}

// pass runs the gate and demands that it freezes.
func (h *house) pass(id string) Result {
	h.t.Helper()
	res, err := h.Gate(h.t.Context(), by("M-01"), id)
	if err != nil || res.Blocked() != 0 || res.Manifest == "" {
		h.t.Fatalf("the gate: %+v, %v", res, err)
	}
	return res
}

func (h *house) sign(id, member string, k key) (Draft, error) {
	return h.Sign(h.t.Context(), by(member), id, k.signer, k.vkey)
}

// released runs a draft through gate, signatures and release.
func (h *house) released(id string, a, b key) []byte {
	h.t.Helper()
	h.pass(id)
	must[Draft](h.t)(h.sign(id, "M-01", a))
	must[Draft](h.t)(h.sign(id, "M-02", b))
	return must[[]byte](h.t)(h.Release(h.t.Context(), by("M-01"), id, id+".heed"))
}

// whole demands that the store agrees with its ledger.
func (h *house) whole() {
	h.t.Helper()
	for _, p := range h.problems() {
		h.t.Errorf("check: %s: %s", p.Place, p.What)
	}
}

func (h *house) problems() (out []ledger.Problem) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(tx *store.Tx) (err error) {
		out, err = ledger.Check(tx, h.intake, h.record, h.corr, h.Room)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return out
}

// acts lists the kinds of the acts on an object.
func (h *house) acts(object string) (kinds []string) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
		return ledger.Follow(tx, 0, func(e ledger.Entry) error {
			if e.Object == object {
				kinds = append(kinds, e.Kind)
			}
			return nil
		})
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return kinds
}

// refused demands a fault of a kind whose text says want and not the canary.
func refused(t *testing.T, err error, kind fault.Kind, want string) {
	t.Helper()
	var f *fault.Error
	if !errors.As(err, &f) || f.Kind != kind || !strings.Contains(f.What+" "+f.Do, want) {
		t.Fatalf("got %v (kind %d), want kind %d with %q", err, fault.KindOf(err), kind, want)
	}
	if strings.Contains(f.What+f.Safe+f.Do+f.Error(), "Dilnur") {
		t.Fatalf("the error holds a sealed value: %v", err)
	}
}

func (*fakeVault) Find(context.Context, [32]byte) (seal.Ref, bool, error) { return "", false, nil }

func (*fakeSealing) Settle() error { return nil }
