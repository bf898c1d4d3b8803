package release

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// erase destroys the key of a source the way app does, in one commit; with last this room
// comes after those upstream. It answers with the drafts that were taken back.
func (h *house) erase(source string, last bool) (reopened []string) {
	h.t.Helper()
	err := h.db.Update(h.t.Context(), func(tx *store.Tx) (err error) {
		if !last {
			if reopened, err = h.Erase(tx, by("M-01"), source); err != nil {
				return err
			}
		}
		for _, room := range []interface {
			Erase(*store.Tx, string) ([]string, error)
		}{h.corr, h.record, h.intake} {
			if _, err := room.Erase(tx, source); err != nil {
				return err
			}
		}
		if last {
			if reopened, err = h.Erase(tx, by("M-01"), source); err != nil {
				return err
			}
		}
		if err := ledger.DestroyKey(tx, source); err != nil {
			return err
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: ledger.KeyDestroyed, By: by("M-01"), Object: source})
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.whole()
	return reopened
}

// frozen counts the frozen files of a release.
func (h *house) frozen(id string) (n int) {
	h.t.Helper()
	err := h.db.View(h.t.Context(), func(tx *store.Tx) error {
		files, err := readFiles(tx, id)
		n = len(files)
		return err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	return n
}

// blocked lists the rules of the gate that block, and all that they say.
func (h *house) blocked(id string) (names []string, says string) {
	h.t.Helper()
	res, err := h.Gate(h.t.Context(), by("M-01"), id)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, c := range res.Checks {
		if c.State() == "blocked" {
			names = append(names, c.Rule)
		}
		for _, hit := range c.Hits {
			says += hit.Place + ": " + hit.What + "\n"
		}
	}
	return names, says
}

// A frozen draft that rests on an erased source is a draft again, whichever room erases
// first. Its files are gone, its signatures count no more, and the gate says why.
func TestEraseReopens(t *testing.T) {
	for _, last := range []bool{false, true} {
		h, ctx := answered(t), t.Context()
		h.pass("R1")
		must[Draft](t)(h.sign("R1", "M-01", newKey(t, "anna")))
		if got := h.erase("S-002", last); !slices.Equal(got, []string{"R1"}) {
			t.Errorf("reopened %q", got)
		}
		d := must[Draft](t)(h.Draft(ctx, "R1"))
		if d.State != StateDraft || len(d.Signatures) != 0 || len(d.Superseded) != 1 || d.Manifest != "" || len(d.Files) != 0 || len(d.Paragraphs) != 2 || h.frozen("R1") != 0 {
			t.Errorf("the draft is %+v with %d files", d, h.frozen("R1"))
		}
		if acts := h.acts("R1"); acts[len(acts)-1] != "release.reopened" {
			t.Errorf("acts %q", acts)
		}
		names, says := h.blocked("R1")
		if !slices.Equal(names, []string{"traces", "checks", "quotes"}) || !strings.Contains(says, "paragraph 2: it cites ST-001, which was erased with S-002") ||
			!strings.Contains(says, "F-01: C-002 was erased with S-002; withdraw it from the finding") {
			t.Errorf("%q block:\n%s", names, says)
		}
		_, err := h.sign("R1", "M-02", newKey(t, "boris"))
		refused(t, err, fault.Refused, "gate")
		must[[]byte](t)(h.Preview(ctx, "R1"))
		_, err = h.AddParagraph(ctx, by("M-01"), "More.", []string{"C-002"})
		refused(t, err, fault.NotFound, "there is no claim C-002")
		if again := h.erase("S-002", last); len(again) != 0 {
			t.Errorf("reopened %q once more", again)
		}
		// The way out: what was erased is cited no more.
		must[Draft](t)(h.DropParagraph(ctx, by("M-01"), "R1", 2))
		must[corroborate.Finding](t)(h.corr.Withdraw(ctx, by("M-01"), "F-01", "C-002"))
		if names, says := h.blocked("R1"); !slices.Equal(names, []string{"checks"}) || !strings.Contains(says, "1 independent origin") {
			t.Errorf("%q block:\n%s", names, says)
		}
		h.whole()
	}
}

// A sealed source leaves no evidence behind that could be committed to, and is not named.
func TestEraseOfSealed(t *testing.T) {
	h, ctx := answered(t), t.Context()
	h.pass("R1")
	if got := h.erase("S-001", false); !slices.Equal(got, []string{"R1"}) {
		t.Errorf("reopened %q", got)
	}
	must[corroborate.Finding](t)(h.corr.Withdraw(ctx, by("M-01"), "F-01", "C-001"))
	must[Draft](t)(h.ChangeParagraph(ctx, by("M-01"), "R1", 1, "As S-001 said, people were held.", []string{"F-01"}))
	_, says := h.blocked("R1")
	if !strings.Contains(says, "S-001, which the report must not name, is named here by its id") {
		t.Errorf("an erased source is named, and the gate says:\n%s", says)
	}
	p, _, err := h.look(ctx, "R1")
	if err != nil || len(p.evidence()) != 0 {
		t.Errorf("evidence %v, %v", p.evidence(), err)
	}
}

// A draft that does not rest on the source stays frozen, with its signatures.
func TestEraseOfAnother(t *testing.T) {
	h := answered(t)
	must[Draft](t)(h.DropParagraph(t.Context(), by("M-01"), "R1", 1))
	h.pass("R1")
	must[Draft](t)(h.sign("R1", "M-01", newKey(t, "anna")))
	for _, last := range []bool{false, true} {
		source := map[bool]string{false: "S-001", true: "S-003"}[last]
		if got := h.erase(source, last); len(got) != 0 {
			t.Errorf("erasing %s reopened %q", source, got)
		}
	}
	if d := must[Draft](t)(h.Draft(t.Context(), "R1")); d.State != StateGated || len(d.Signatures) != 1 || h.frozen("R1") == 0 {
		t.Errorf("the draft is %+v", d)
	}
	must[Draft](t)(h.sign("R1", "M-02", newKey(t, "boris")))
	must[[]byte](t)(h.Release(t.Context(), by("M-01"), "R1", ""))
}

// What is public stays, byte by byte; the next draft begins with its paragraphs, and the
// gate stops what they cite.
func TestEraseKeepsReleases(t *testing.T) {
	h, ctx := answered(t), t.Context()
	out := h.released("R1", newKey(t, "anna"), newKey(t, "boris"))
	if got := h.erase("S-002", false); len(got) != 0 {
		t.Errorf("reopened %q", got)
	}
	if again := must[[]byte](t)(h.Release(ctx, by("M-01"), "R1", "")); !bytes.Equal(again, out) {
		t.Error("the released bytes are others now")
	}
	if page := must[[]byte](t)(h.Preview(ctx, "R1")); !bytes.Contains(page, []byte("a completely fabricated lie")) {
		t.Error("the released page has lost what it said")
	}
	d := must[Draft](t)(h.Begin(ctx, by("M-01")))
	if names, says := h.blocked(d.ID); !slices.Contains(names, "traces") || !strings.Contains(says, "ST-001, which was erased with S-002") {
		t.Errorf("%q block:\n%s", names, says)
	}
	h.whole()
}
