package release

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"heed/bundle"
	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/record"
	"heed/internal/store"
)

func checkOf(res Result, rule string) Check {
	for _, c := range res.Checks {
		if c.Rule == rule {
			return c
		}
	}
	return Check{}
}

// TestEndToEnd is the whole way: blocked, answered, gated, signed by two, released,
// verified by a stranger.
func TestEndToEnd(t *testing.T) {
	h, ctx := opened(t, false), t.Context()
	res, err := h.Gate(ctx, by("M-01"), "R1")
	if err != nil || res.Blocked() != 1 || res.Manifest != "" {
		t.Fatalf("got %+v, %v", res, err)
	}
	c := checkOf(res, "answers")
	if c.State() != "blocked" || len(c.Hits) != 1 || c.Hits[0].Place != "C-003 against F-01" || !strings.Contains(c.Hits[0].Do, ", or ") {
		t.Errorf("got %+v", c)
	}
	if s := checkOf(res, "signers"); s.State() != "waiting" || s.Note != "0 of 2" {
		t.Errorf("signers: %+v", s)
	}
	if s := checkOf(res, "sealed"); s.State() != "pass" || s.Count != 8 {
		t.Errorf("sealed: %+v", s)
	}
	h.answer()
	a, b := newKey(t, "anna"), newKey(t, "boris")
	data := h.released("R1", a, b)
	h.whole()
	u, err := bundle.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	got, err := u.Verify(bundle.Policy{Keys: []string{a.vkey, b.vkey}})
	if err != nil {
		t.Fatal(err)
	}
	if got.Header.Release != "R1" || got.Header.Title != "Held in Arvenia" || got.Header.Origin != "heed/test" || got.Evidence != 8 {
		t.Errorf("header %+v, %d commitments", got.Header, got.Evidence)
	}
	if got.Header.Date != "2026-05-05" {
		t.Errorf("the date is %s, and in the zone of the case it is the fifth", got.Header.Date)
	}
	for _, f := range got.Files {
		for _, bad := range []string{"Dilnur", "S-001", "E-0001", "Aygul", "dilnur.txt", "M-01"} {
			if bytes.Contains(f.Data, []byte(bad)) {
				t.Errorf("%s holds %s", f.Name, bad)
			}
		}
	}
	_, err = u.Verify(bundle.Policy{})
	var untrusted *bundle.Untrusted
	if !errors.As(err, &untrusted) {
		t.Errorf("without keys: %v", err)
	}
	want := []string{"release.begun", "paragraph.added", "paragraph.added", "release.gated", "release.signed", "release.signed", "release.released"}
	if acts := h.acts("R1"); !slices.Equal(acts, want) {
		t.Errorf("acts: %v", acts)
	}
}

// TestReleaseTwice: a crash before the file was written loses nothing, and what is out
// stays as it is whatever happens to its bases.
func TestReleaseTwice(t *testing.T) {
	h, ctx := answered(t), t.Context()
	data := h.released("R1", newKey(t, "anna"), newKey(t, "boris"))
	must[record.Basis](t)(h.record.WithdrawBasis(ctx, by("M-01"), h.consent, ""))
	h.vault.locked = fault.New(fault.Locked, "locked", "", "")
	again, err := h.Release(ctx, by("M-03"), "R1", "")
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("%d bytes, then %d, %v", len(data), len(again), err)
	}
	if _, err := h.Release(ctx, by("M-03"), "R1", "x.heed"); fault.KindOf(err) != fault.Locked {
		t.Errorf("a name was taken unchecked: %v", err)
	}
	for name, try := range map[string]func() error{
		"gate":   func() error { _, err := h.Gate(ctx, by("M-01"), "R1"); return err },
		"sign":   func() error { _, err := h.sign("R1", "M-03", newKey(t, "carla")); return err },
		"change": func() error { _, err := h.ChangeParagraph(ctx, by("M-01"), "R1", 1, "x", nil); return err },
		"drop":   func() error { _, err := h.DropParagraph(ctx, by("M-01"), "R1", 1); return err },
	} {
		if err := try(); err == nil {
			t.Errorf("%s after the release was taken", name)
		}
	}
	h.whole()
}

// TestSecondRelease: it begins with the paragraphs of the first and proves that the log
// only grew.
func TestSecondRelease(t *testing.T) {
	h, ctx := answered(t), t.Context()
	a, b := newKey(t, "anna"), newKey(t, "boris")
	first := verified(t, h.released("R1", a, b), a, b)
	d := must[Draft](t)(h.AddParagraph(ctx, by("M-01"), "A correction: guards said so too.", []string{"C-002"}))
	if d.ID != "R2" || len(d.Paragraphs) != 3 || d.Paragraphs[2].N != 3 || d.State != StateDraft {
		t.Fatalf("got %+v", d)
	}
	if _, err := h.Begin(ctx, by("M-01")); fault.KindOf(err) != fault.Conflict {
		t.Errorf("two drafts at once: %v", err)
	}
	second := verified(t, h.released("R2", b, a), a, b)
	if second.Log.Index != 1 || second.Log.OldSize != first.Log.Size || second.Log.OldRoot != first.Log.Root {
		t.Errorf("log %+v after %+v", second.Log, first.Log)
	}
	old, _ := first.File("data/evidence.json")
	if now, _ := second.File("data/evidence.json"); bytes.Equal(now, old) {
		t.Error("the commitments of two releases can be linked")
	}
	if page, _ := second.File("report.html"); !bytes.Contains(page, []byte("R2, after R1")) {
		t.Error("the second release does not say which came before")
	}
	drafts := must[[]Draft](t)(h.Drafts(ctx))
	if len(drafts) != 2 || drafts[0].Leaf != 1 || drafts[1].Leaf != 2 {
		t.Errorf("leaves: %+v", drafts)
	}
	h.whole()
}

func verified(t *testing.T, data []byte, keys ...key) *bundle.Bundle {
	t.Helper()
	u, err := bundle.Parse(data)
	if err != nil {
		t.Fatal(err)
	}
	var p bundle.Policy
	for _, k := range keys {
		p.Keys = append(p.Keys, k.vkey)
	}
	b, err := u.Verify(p)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestCanaryBlocks: a sealed value is found where it was written, in each form a file
// gives it, and is never repeated.
func TestCanaryBlocks(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.vault.names = [][]byte{[]byte(canary)}
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 2, "As "+canary+" told us.", []string{"C-001"}))
	res, err := h.Gate(ctx, by("M-01"), "R1")
	if err != nil || res.Manifest != "" {
		t.Fatalf("got %+v, %v", res, err)
	}
	c := checkOf(res, "sealed")
	if c.State() != "blocked" || !slices.ContainsFunc(c.Hits, func(h Hit) bool { return h.Place == "report.html, at p2" }) ||
		!slices.ContainsFunc(c.Hits, func(h Hit) bool { return strings.HasPrefix(h.Place, "data/report.json, line ") }) {
		t.Errorf("hits: %+v", c.Hits)
	}
	if b, _ := json.Marshal(res); bytes.Contains(b, []byte("Dilnur")) {
		t.Error("the result holds the sealed value")
	}
	if d := must[Draft](t)(h.Draft(ctx, "R1")); d.State != StateDraft {
		t.Errorf("state %s", d.State)
	}
	h.whole()
}

// TestCanaryInTitles: not only paragraphs are looked at.
func TestCanaryInTitles(t *testing.T) {
	for name, leak := range map[string]func(*house){
		"source": func(h *house) {
			must[record.Source](t)(h.record.Describe(t.Context(), by("M-01"), record.Source{ID: "S-002", Title: canary + " denied", Origin: record.OriginOwn, Organisation: "The Daily"}))
		},
		"answer": func(h *house) {
			must[corroborate.Finding](t)(h.corr.Answer(t.Context(), by("M-01"), "F-01", "C-003", "So "+canary+" says."))
		},
		"citation": func(h *house) {
			must[record.Basis](t)(h.record.AddBasis(t.Context(), by("M-01"), record.Basis{Source: "S-002", Kind: record.PublicRecord, Citation: canary}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := answered(t)
			h.vault.names = [][]byte{[]byte(canary)}
			leak(h)
			res, err := h.Gate(t.Context(), by("M-01"), "R1")
			if err != nil || checkOf(res, "sealed").State() != "blocked" {
				t.Errorf("got %+v, %v", res, err)
			}
		})
	}
}

// TestReleaseLooksAgain: what was sealed after the gate, and the file's name, are found
// at the release.
func TestReleaseLooksAgain(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.pass("R1")
	must[Draft](t)(h.sign("R1", "M-01", newKey(t, "anna")))
	must[Draft](t)(h.sign("R1", "M-02", newKey(t, "boris")))
	h.vault.names = [][]byte{[]byte("Dilnur")}
	_, err := h.Release(ctx, by("M-01"), "R1", "Dilnur.heed")
	refused(t, err, fault.Refused, "the name of the bundle")
	h.vault.names = [][]byte{[]byte("The Daily")}
	_, err = h.Release(ctx, by("M-01"), "R1", "R1.heed")
	refused(t, err, fault.Refused, "a sealed value stands here")
	if d := must[Draft](t)(h.Draft(ctx, "R1")); d.State != StateGated || d.Leaf != 0 {
		t.Errorf("got %+v", d)
	}
	// What Heed itself puts into every release is no leak: the date, the signers, its own words.
	h.vault.names = [][]byte{[]byte("2026-05-05"), []byte("boris"), []byte("independent origins")}
	must[[]byte](t)(h.Release(ctx, by("M-01"), "R1", "R1.heed"))
	h.whole()
}

// TestNoVaultNoGate: a question that nobody answers is not answered with yes.
func TestNoVaultNoGate(t *testing.T) {
	h, ctx := answered(t), t.Context()
	for name, tt := range map[string]struct {
		room *Room
		set  func()
		kind fault.Kind
	}{
		"no seals": {New(h.db, nil), func() {}, fault.Locked},
		"locked":   {h.Room, func() { h.vault.locked = fault.New(fault.Locked, "x", "", "") }, fault.Locked},
		"denied":   {h.Room, func() { h.vault.locked = fault.New(fault.Denied, "x", "", "") }, fault.Locked},
		"broken":   {h.Room, func() { h.vault.locked = errors.New("x") }, fault.Refused},
		"wild":     {h.Room, func() { h.vault.locked, h.vault.wild = nil, true }, fault.Refused},
	} {
		h.vault.locked, h.vault.wild = nil, false
		tt.set()
		res, err := tt.room.Gate(ctx, by("M-01"), "R1")
		if fault.KindOf(err) != tt.kind || res.Manifest != "" || checkOf(res, "sealed").State() != "blocked" || !checkOf(res, "basis").Passed {
			t.Errorf("%s: %+v, %v", name, res, err)
		}
	}
	h.vault.locked, h.vault.wild = nil, false
	h.pass("R1")
	must[Draft](t)(h.sign("R1", "M-01", newKey(t, "anna")))
	must[Draft](t)(h.sign("R1", "M-02", newKey(t, "boris")))
	_, err := New(h.db, nil).Release(ctx, by("M-01"), "R1", "")
	refused(t, err, fault.Locked, "custodian")
	h.whole()
}

// TestWithdrawalAfterGate: a basis that is gone blocks signing, and the release of what
// was signed before.
func TestWithdrawalAfterGate(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.pass("R1")
	must[Draft](t)(h.sign("R1", "M-01", newKey(t, "anna")))
	must[record.Basis](t)(h.record.WithdrawBasis(ctx, by("M-01"), h.consent, "by phone"))
	_, err := h.sign("R1", "M-02", newKey(t, "boris"))
	refused(t, err, fault.Refused, "withdrawn")

	h = answered(t)
	h.pass("R1")
	must[Draft](t)(h.sign("R1", "M-01", newKey(t, "anna")))
	must[Draft](t)(h.sign("R1", "M-02", newKey(t, "boris")))
	must[record.Basis](t)(h.record.WithdrawBasis(ctx, by("M-01"), h.consent, ""))
	_, err = h.Release(ctx, by("M-01"), "R1", "")
	refused(t, err, fault.Refused, "withdrawn")
	h.whole()
}

// TestExpiryAfterGate: consent ends with its last day, though nobody does anything.
func TestExpiryAfterGate(t *testing.T) {
	h, ctx := answered(t), t.Context()
	must[record.Basis](t)(h.record.AddBasis(ctx, by("M-01"), record.Basis{Source: "S-001", Kind: record.Consent, Interview: record.Interview{Explained: record.Explanations()}, Scopes: []record.Scope{
		{Use: record.UseReport, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Given, Expires: "2026-05-05"}}}))
	h.pass("R1")
	h.now = h.now.AddDate(0, 0, 1)
	_, err := h.sign("R1", "M-01", newKey(t, "anna"))
	refused(t, err, fault.Refused, "expired")
}

// TestChangeVoidsSignatures: a changed paragraph takes the draft back, and the
// signatures stay on record as superseded.
func TestChangeVoidsSignatures(t *testing.T) {
	for name, change := range map[string]func(*house) (Draft, error){
		"changed": func(h *house) (Draft, error) {
			return h.ChangeParagraph(t.Context(), by("M-02"), "R1", 1, "It is reasonable to conclude that some were held.", []string{"F-01"})
		},
		"dropped": func(h *house) (Draft, error) { return h.DropParagraph(t.Context(), by("M-02"), "R1", 1) },
		"added": func(h *house) (Draft, error) {
			return h.AddParagraph(t.Context(), by("M-02"), "More of it.", []string{"C-002"})
		},
	} {
		t.Run(name, func(t *testing.T) {
			h, ctx := answered(t), t.Context()
			a, b := newKey(t, "anna"), newKey(t, "boris")
			h.pass("R1")
			must[Draft](t)(h.sign("R1", "M-01", a))
			must[Draft](t)(h.sign("R1", "M-02", b))
			d := must[Draft](t)(change(h))
			if d.State != StateDraft || len(d.Signatures) != 0 || len(d.Superseded) != 2 || d.Manifest != "" || len(d.Files) != 0 {
				t.Fatalf("got %+v", d)
			}
			if acts := h.acts("R1"); !slices.Equal(acts[len(acts)-2:], []string{"release.reopened", "paragraph." + name}) {
				t.Errorf("acts: %v", acts)
			}
			_, err := h.Release(ctx, by("M-01"), "R1", "")
			refused(t, err, fault.Refused, "gate")
			_, err = h.sign("R1", "M-01", a)
			refused(t, err, fault.Refused, "gate")
			h.whole()
			h.released("R1", a, b)
			h.whole()
		})
	}
}

// TestContentChangesAfterGate: what the paragraphs cite is part of what is signed.
func TestContentChangesAfterGate(t *testing.T) {
	h, ctx := answered(t), t.Context()
	first := h.pass("R1")
	a := newKey(t, "anna")
	must[Draft](t)(h.sign("R1", "M-01", a))
	must[corroborate.Finding](t)(h.corr.Answer(ctx, by("M-01"), "F-01", "C-003", "Another answer."))
	_, err := h.sign("R1", "M-02", newKey(t, "boris"))
	refused(t, err, fault.Refused, "changed after the gate")
	second := h.pass("R1")
	d := must[Draft](t)(h.Draft(ctx, "R1"))
	if second.Manifest == first.Manifest || len(d.Signatures) != 0 || len(d.Superseded) != 1 {
		t.Errorf("got %+v", d)
	}
	must[Draft](t)(h.sign("R1", "M-01", a))
	h.whole()
}

// TestGateTwice: the gate over the same content keeps what is frozen, and its signatures.
func TestGateTwice(t *testing.T) {
	h := answered(t)
	first := h.pass("R1")
	must[Draft](t)(h.sign("R1", "M-01", newKey(t, "anna")))
	second := h.pass("R1")
	if first.Manifest != second.Manifest || checkOf(second, "signers").Note != "1 of 2" {
		t.Errorf("got %+v", second)
	}
	h.whole()
}

// TestTwoPeople: two signatures are two members with two keys under two names.
func TestTwoPeople(t *testing.T) {
	h, ctx := answered(t), t.Context()
	a, b := newKey(t, "anna"), newKey(t, "boris")
	_, err := h.sign("R1", "M-01", a)
	refused(t, err, fault.Refused, "not passed the gate")
	h.pass("R1")
	must[Draft](t)(h.sign("R1", "M-01", a))
	_, err = h.sign("R1", "M-01", b)
	refused(t, err, fault.Refused, "M-01 has signed")
	_, err = h.sign("R1", "M-02", a)
	refused(t, err, fault.Refused, "this key")
	_, err = h.sign("R1", "M-02", newKey(t, "anna"))
	refused(t, err, fault.Refused, "same name")
	_, err = h.Sign(ctx, by("M-02"), "R1", b.signer, a.vkey)
	refused(t, err, fault.Refused, "this key")
	_, err = h.Sign(ctx, by("M-02"), "R1", b.signer, newKey(t, "boris").vkey)
	refused(t, err, fault.Refused, "does not verify")
	_, err = h.Sign(ctx, by("M-02"), "R1", b.signer, "boris+nonsense")
	refused(t, err, fault.Invalid, "no verifier key")
	_, err = h.Release(ctx, by("M-01"), "R1", "")
	refused(t, err, fault.Refused, "1 of 2")
	d := must[Draft](t)(h.sign("R1", "M-02", b))
	if len(d.Signatures) != 2 {
		t.Errorf("got %+v", d.Signatures)
	}
	h.whole()
}

// TestEnough counts people, not lines.
func TestEnough(t *testing.T) {
	one := Signature{Member: "M-01", Key: "anna+1+AAAA"}
	for _, sigs := range [][]Signature{nil, {one}, {one, one}, {one, {Member: "M-02", Key: "boris+1+AAAA"}}, {one, {Member: "M-01", Key: "anna+1+BBBB"}}} {
		if enough(Draft{ID: "R1", Signatures: sigs}) == nil {
			t.Errorf("%v are two people", sigs)
		}
	}
	if err := enough(Draft{Signatures: []Signature{one, {Member: "M-02", Key: "boris+1+BBBB"}}}); err != nil {
		t.Error(err)
	}
}

// TestTamperedFile: a frozen byte that changed is not signed, not released, and shown by check.
func TestTamperedFile(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.pass("R1")
	err := h.db.Update(ctx, func(tx *store.Tx) error {
		tx.Acted()
		_, err := tx.Exec("UPDATE release_file SET data = CAST(data || x'20' AS BLOB) WHERE name = 'report.html'")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.sign("R1", "M-01", newKey(t, "anna"))
	refused(t, err, fault.Conflict, "differ")
	_, err = h.Gate(ctx, by("M-01"), "R1")
	refused(t, err, fault.Conflict, "differ")
	if p := h.problems(); len(p) != 1 || p[0].Place != "R1" {
		t.Errorf("check says %v", p)
	}
}

// TestParagraphs: unknown ids, empty text and unknown places are refused and leave nothing.
func TestParagraphs(t *testing.T) {
	h, ctx := build(t, false), t.Context()
	for _, tt := range []struct {
		text  string
		cites []string
		kind  fault.Kind
		want  string
	}{
		{"", nil, fault.Invalid, "no text"},
		{" \n\t", nil, fault.Invalid, "no text"},
		{"x\x00", nil, fault.Invalid, "control"},
		{"x", []string{"F-01"}, fault.NotFound, "no finding F-01"},
		{"x", []string{"C-001"}, fault.NotFound, "no claim C-001"},
		{"x", []string{"ST-001"}, fault.NotFound, "no statement ST-001"},
		{"x", []string{"S-001"}, fault.NotFound, "finding, claim or statement S-001"},
		{"x", []string{strings.Repeat("z\u202e", 99)}, fault.NotFound, "…"},
	} {
		_, err := h.AddParagraph(ctx, by("M-01"), tt.text, tt.cites)
		refused(t, err, tt.kind, tt.want)
	}
	if drafts := must[[]Draft](t)(h.Drafts(ctx)); len(drafts) != 0 {
		t.Fatalf("a refused paragraph left %+v", drafts)
	}
	h = answered(t)
	_, err := h.ChangeParagraph(ctx, by("M-01"), "R1", 3, "x", nil)
	refused(t, err, fault.NotFound, "no paragraph 3")
	_, err = h.ChangeParagraph(ctx, by("M-01"), "R1", 1, " ", nil)
	refused(t, err, fault.Invalid, "no text")
	_, err = h.ChangeParagraph(ctx, by("M-01"), "R1", 1, "x", []string{"C-999"})
	refused(t, err, fault.NotFound, "C-999")
	_, err = h.DropParagraph(ctx, by("M-01"), "R1", 0)
	refused(t, err, fault.NotFound, "no paragraph 0")
	_, err = h.DropParagraph(ctx, by("M-01"), "R9", 1)
	refused(t, err, fault.NotFound, "R9")
	d := must[Draft](t)(h.DropParagraph(ctx, by("M-01"), "R1", 1))
	if len(d.Paragraphs) != 1 || d.Paragraphs[0].N != 1 || d.Paragraphs[0].Cites[0] != "ST-001" {
		t.Errorf("got %+v", d.Paragraphs)
	}
	h.whole()
}

// TestTraining: invented data are marked in the bundle's title and on the page.
func TestTraining(t *testing.T) {
	h := opened(t, true)
	h.answer()
	a, b := newKey(t, "anna"), newKey(t, "boris")
	got := verified(t, h.released("R1", a, b), a, b)
	if !strings.HasPrefix(got.Header.Title, "TRAINING DATA") {
		t.Errorf("title %q", got.Header.Title)
	}
	if page, _ := got.File("report.html"); !bytes.Contains(page, []byte(`<p class="alarm">TRAINING DATA`)) {
		t.Error("the page does not say so")
	}
}

// TestPreview: a draft is shown as a preview, a frozen one as it will be read.
func TestPreview(t *testing.T) {
	h, ctx := answered(t), t.Context()
	if page := must[[]byte](t)(h.Preview(ctx, "R1")); !bytes.Contains(page, []byte("PREVIEW")) {
		t.Error("a draft is shown as if it were released")
	}
	h.pass("R1")
	if page := must[[]byte](t)(h.Preview(ctx, "R1")); bytes.Contains(page, []byte("PREVIEW")) || !bytes.Contains(page, []byte("fabricated lie")) {
		t.Error("what is frozen is not shown as it is")
	}
}

// TestDataFiles: JSON with sorted keys and a last line end, the same as on the page.
func TestDataFiles(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.pass("R1")
	_, frozen, err := h.look(ctx, "R1")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range frozen {
		names = append(names, f.Name)
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		var tree any
		if err := json.Unmarshal(f.Data, &tree); err != nil {
			t.Errorf("%s: %v", f.Name, err)
		}
		if again, err := marshalData(tree); f.Name != bundle.EvidenceName && (err != nil || !bytes.Equal(again, f.Data)) {
			t.Errorf("%s is not sorted and indented", f.Name)
		}
	}
	want := []string{"MANIFEST", "data/claims.json", "data/evidence.json", "data/findings.json", "data/report.json", "data/sources.json", "data/statements.json", "report.html"}
	if !slices.Equal(names, want) {
		t.Errorf("files: %v", names)
	}
	commitments, err := bundle.ParseEvidence(fileOf(frozen, bundle.EvidenceName))
	if err != nil || len(commitments) != 8 {
		t.Fatalf("%d commitments, %v", len(commitments), err)
	}
	given, _ := h.vault.Commitments(ctx, by("M-01"), "R1", must[picture](t)(pictureOf(h)).evidence())
	if len(given) != 1 || !slices.Contains(commitments, [32]byte(given[0])) {
		t.Error("the commitment to the sealed original is not among them")
	}
}

func pictureOf(h *house) (p picture, err error) {
	p, _, err = h.look(h.t.Context(), "R1")
	return p, err
}

// TestMixedSignatureLines: each signature of the released checkpoint opens under its own key.
func TestMixedSignatureLines(t *testing.T) {
	h := answered(t)
	a, b := newKey(t, "anna"), newKey(t, "boris")
	got := verified(t, h.released("R1", a, b), a, b)
	signed, _ := got.File(bundle.CheckpointName)
	for _, k := range []key{a, b} {
		v, err := note.NewVerifier(k.vkey)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := note.Open(signed, note.VerifierList(v)); err != nil {
			t.Errorf("%s: %v", v.Name(), err)
		}
	}
}

// TestOverrideBlocks: a direction override is refused where a member writes it, and stops
// the gate where it came with the exact words of a source.
func TestOverrideBlocks(t *testing.T) {
	h, ctx := answered(t), t.Context()
	for _, o := range []string{"\u202d", "\u202e"} {
		_, err := h.AddParagraph(ctx, by("M-01"), "It was "+o+"so.", []string{"F-01"})
		refused(t, err, fault.Invalid, "the text holds a direction override: a reader would see another order than the one that is checked")
		_, err = h.ChangeParagraph(ctx, by("M-01"), "R1", 1, "It was "+o+"so.", []string{"F-01"})
		refused(t, err, fault.Invalid, "direction override")
	}
	must[intake.Added](t)(h.intake.Add(ctx, by("M-01"), intake.Incoming{Name: "o.txt", Body: strings.NewReader("They said \u202edesufer\u202c then.")}))
	must[record.Basis](t)(h.record.AddBasis(ctx, by("M-01"), record.Basis{Source: "S-004", Kind: record.PublicRecord, Citation: "https://example.org/o"}))
	c := must[corroborate.Claim](t)(h.corr.AddClaim(ctx, by("M-01"), corroborate.Claim{Text: "They answered.", Source: "S-004", From: 1, To: 1,
		Words: "said \u202edesufer\u202c then", Quoted: true}))
	must[Draft](t)(h.AddParagraph(ctx, by("M-01"), "They answered.", []string{c.ID}))
	res, err := h.Gate(ctx, by("M-01"), "R1")
	if err != nil || res.Blocked() != 1 || res.Manifest != "" {
		t.Fatalf("got %+v, %v", res, err)
	}
	var places []string
	for _, hit := range checkOf(res, ruleSealed).Hits {
		if !strings.Contains(hit.What, "direction override") || hit.Do == "" {
			t.Errorf("got %+v", hit)
		}
		places = append(places, hit.Place)
	}
	if s := strings.Join(places, "; "); !strings.HasPrefix(s, "data/claims.json, line ") || !strings.Contains(s, "report.html, at "+c.ID) {
		t.Errorf("places: %s", s)
	}
	all, _ := readings([]bundle.File{{Name: "a.json", Data: []byte("{\n\"k\": \"a\\u202Eb\"\n}")}, {Name: "b.html", Data: []byte("<p id=\"p1\">&#x202d;</p>")}, {Name: "c.json", Data: []byte(`"\\u202e"`)}})
	if hits := reordered(all); len(hits) != 2 || hits[0].Place != "a.json, line 2" || hits[1].Place != "b.html, at p1" {
		t.Errorf("escaped: %+v", hits)
	}
}
