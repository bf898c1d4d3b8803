package intake

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/store"
)

// corrected is a sealed source whose text was corrected: a sentence came in front.
func corrected(t *testing.T) *house {
	t.Helper()
	h := open(t)
	h.addSealedText("the bytes")
	if _, err := h.Freeze(t.Context(), amina, "S-001", strings.NewReader("I saw it.\nThey came.\nI saw it.\nThen they left.")); err != nil {
		t.Fatal(err)
	}
	h.check()
	x, err := h.Correct(t.Context(), amina, "S-001", strings.NewReader("The interview begins.\nI saw it.\nThey came at night.\nI saw it.\nThen they left."))
	if err != nil || x.Edition != 2 {
		t.Fatalf("edition %d, %v", x.Edition, err)
	}
	h.check()
	return h
}

func (h *house) passage(address string) (string, error) {
	h.t.Helper()
	a, err := ParseAddress(address)
	if err != nil {
		h.t.Fatal(err)
	}
	p, err := h.Passage(h.t.Context(), a)
	if err == nil && p.Address != a {
		h.t.Errorf("%s answers with %s", a, p.Address)
	}
	return p.Text, err
}

// An address means for ever what it meant when it was written down.
func TestAddressesKeepTheirSentenceThroughEditions(t *testing.T) {
	h := corrected(t)
	for address, want := range map[string]string{"S-001:1": "I saw it.", "S-001:2": "They came.", "S-001:3-4": "I saw it.\nThen they left.",
		"S-001/2:1": "The interview begins.", "S-001/2:3": "They came at night."} {
		if got, err := h.passage(address); err != nil || strings.Join(strings.Fields(got), " ") != strings.Join(strings.Fields(want), " ") {
			t.Errorf("%s is %q, %v", address, got, err)
		}
	}
	for _, address := range []string{"S-001:5", "S-001/2:6", "S-001/3:1"} {
		if got, err := h.passage(address); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s is %q, %v", address, got, err)
		}
	}
	// Where the words stand now is a second answer beside the address, and may be "no more".
	for address, want := range map[string]string{"S-001:1": "S-001/2:2", "S-001:2": "", "S-001:3": "S-001/2:4", "S-001:3-4": "S-001/2:4-5", "S-001/2:3": "S-001/2:3"} {
		a, _ := ParseAddress(address)
		err := h.db.View(t.Context(), func(tx *store.Tx) error {
			to, ok, err := Follow(tx, a)
			if got := to.String(); ok != (want != "") || ok && got != want {
				t.Errorf("%s follows to %s %t, want %s", address, got, ok, want)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	h.destroy("S-001")
}

func TestCorrectRefusals(t *testing.T) {
	h := corrected(t)
	h.add("Open text.")
	h.untouched(func() {
		same := "The interview begins.\nI saw it.\nThey came at night.\nI saw it.\nThen they left."
		if _, err := h.Correct(t.Context(), amina, "S-001", strings.NewReader(same)); fault.KindOf(err) != fault.Conflict {
			t.Errorf("the same text: %v", err)
		}
		if _, err := h.Correct(t.Context(), amina, "S-002", strings.NewReader("x")); fault.KindOf(err) != fault.Conflict {
			t.Errorf("an open source: %v", err)
		}
		if _, err := h.Reread(t.Context(), amina, "S-001"); fault.KindOf(err) != fault.Withheld {
			t.Errorf("a sealed source: %v", err)
		}
		if _, err := h.Reread(t.Context(), amina, "S-002"); fault.KindOf(err) != fault.Conflict {
			t.Errorf("read again, the same: %v", err)
		}
		if _, err := h.Correct(t.Context(), amina, "S-001", strings.NewReader("\x00\x01")); fault.KindOf(err) != fault.Invalid {
			t.Errorf("no text: %v", err)
		}
	})
}

// A text that an earlier version cut otherwise is cut anew, and both stand.
func TestRereadMakesAFurtherEdition(t *testing.T) {
	h := open(t)
	h.add("One is here. Two is there.")
	err := h.db.Update(t.Context(), func(tx *store.Tx) error { // as a version would have left it that saw one sentence
		old, err := ReadText(tx, "S-001")
		if err != nil {
			return err
		}
		old.Sentences = []Sentence{{N: 1, Para: 1, Start: 0, End: len(old.Body)}}
		for _, table := range []string{"sentence", "paragraph", "working_text"} {
			if _, err := tx.Exec("DELETE FROM " + table); err != nil {
				return err
			}
		}
		return freeze(tx, amina, old)
	})
	if err != nil {
		t.Fatal(err)
	}
	h.check()
	x, err := h.Reread(t.Context(), amina, "S-001")
	if err != nil || x.Edition != 2 || len(x.Sentences) != 2 {
		t.Fatalf("%d sentences in edition %d, %v", len(x.Sentences), x.Edition, err)
	}
	h.check()
	for address, want := range map[string]string{"S-001:1": "One is here. Two is there.", "S-001/2:2": "Two is there."} {
		if got, err := h.passage(address); err != nil || got != want {
			t.Errorf("%s is %q, %v", address, got, err)
		}
	}
	if got, err := h.Edition(t.Context(), "S-001", 1); err != nil || len(got.Sentences) != 1 {
		t.Errorf("the first text has %d sentences, %v", len(got.Sentences), err)
	}
	for _, changed := range []string{"UPDATE earlier_text SET body = replace(body, 'One', 'Ono')", "UPDATE earlier_text SET sentences = '[]'", "UPDATE earlier_text SET edition = 7"} {
		h := open(t)
		h.add("One is here. Two is there.")
		text, err := h.Text(t.Context(), "S-001")
		if err != nil {
			t.Fatal(err)
		}
		err = h.db.Update(t.Context(), func(tx *store.Tx) error {
			text.Sentences = text.Sentences[:1]
			if _, err := supersede(tx, amina, text); err != nil {
				return err
			}
			_, err := tx.Exec(changed)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = h.db.View(t.Context(), func(tx *store.Tx) error { return h.unsound(tx, changed) })
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever is put in front of or behind the sentences of a text, each follows to itself.
func TestFollowFindsEverySentenceThatStayed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringMatching(`[A-Z][a-z]{1,3}\.`)
		old := rapid.SliceOfN(word, 1, 12).Draw(t, "old")
		front := rapid.SliceOfN(rapid.StringMatching(`[A-Z][0-9]{1,3}\.`), 0, 4).Draw(t, "front")
		a, b := lines(old), lines(append(front, old...))
		b.Edition = 2
		from := rapid.IntRange(1, len(old)).Draw(t, "from")
		to := rapid.IntRange(from, len(old)).Draw(t, "to")
		got, ok, err := follow(a, b, Address{Source: "S-001", From: from, To: to})
		if want := (Address{Source: "S-001", From: from + len(front), To: to + len(front), Edition: 2}); err != nil || !ok || got != want {
			t.Fatalf("%v %t %v, want %v", got, ok, err, want)
		}
	})
}

func lines(sentences []string) Text {
	t := Text{Source: "S-001"}
	for i, s := range sentences {
		t.Sentences = append(t.Sentences, Sentence{N: i + 1, Para: 1, Start: len(t.Body), End: len(t.Body) + len(s)})
		t.Body += s + " "
	}
	return t
}
