package intake

import (
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/seal"
)

func TestRecordCustody(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	got := h.custody(Custody{Source: "S-001", Kind: "transferred", On: "2031-05-20", Note: "by hand, to the archive\nin Lenz",
		ID: "CU-9999", Seal: "E-0009", At: 1, By: "M-09"})
	want := Custody{ID: "CU-0001", Source: "S-001", Kind: "transferred", On: "2031-05-20", Note: "by hand, to the archive\nin Lenz", At: got.At, By: "M-01"}
	if got != want || got.At < 2 {
		t.Errorf("got %+v, want %+v", got, want)
	}
	second := h.custody(Custody{Source: "S-001", Kind: "fixity-verified"})
	all, err := h.Custody(t.Context(), "S-001")
	if err != nil || !slices.Equal(all, []Custody{want, second}) {
		t.Errorf("listed %+v, %v", all, err)
	}
	if acts := h.acts(); !slices.Equal(acts[2:], []string{"custody.recorded CU-0001", "custody.recorded CU-0002"}) {
		t.Errorf("acts %q", acts)
	}
	h.add("Another said no.")
	if none, err := h.Custody(t.Context(), "S-002"); err != nil || len(none) != 0 {
		t.Errorf("of another source: %+v, %v", none, err)
	}
	_, err = h.Custody(t.Context(), "S-009")
	refused(t, err, fault.NotFound)
}

// Of a sealed source the note is sealed too, whether it comes with the original or later.
func TestCustodyOfSealed(t *testing.T) {
	h := open(t)
	got, err := h.Add(t.Context(), amina, Incoming{Name: "w.txt", Body: strings.NewReader("words"), Sealed: true,
		Custody: []Custody{{Kind: "collected", On: "2031", Note: "at Verelin's house"}, {Kind: "received"}}})
	if err != nil {
		t.Fatal(err)
	}
	h.check()
	later := h.custody(Custody{Source: "S-001", Kind: "copied", Note: "by Verelin"})
	all, err := h.Custody(t.Context(), "S-001")
	if err != nil || !slices.Equal(all, append(got.Custody, later)) || len(all) != 3 {
		t.Fatalf("listed %+v, %v; Add answered %+v", all, err, got.Custody)
	}
	for _, c := range all {
		if c.Note != "" || (c.Seal == "") != (c.Kind == "received") || c.Source != "S-001" {
			t.Errorf("%+v", c)
		}
	}
	for ref, note := range map[seal.Ref]string{all[0].Seal: "at Verelin's house", all[2].Seal: "by Verelin"} {
		if v := h.sealer.kept[string(ref)]; string(v.value) != note || v.Kind != seal.Note || v.Subject != "S-001" {
			t.Errorf("%s holds %+v", ref, v)
		}
	}
	if !slices.Contains(h.sealer.settled, seal.Note) || h.sealer.loose != 0 {
		t.Errorf("settled %v, %d loose", h.sealer.settled, h.sealer.loose)
	}
	h.sealer.fail = string(seal.Note)
	h.untouched(func() {
		if _, err := h.RecordCustody(t.Context(), amina, Custody{Source: "S-001", Kind: "copied", Note: "x"}); err == nil {
			t.Error("the note was not sealed, and the step stands")
		}
		_, err := h.Add(t.Context(), amina, Incoming{Body: strings.NewReader("more"), Sealed: true, Custody: []Custody{{Kind: "copied", Note: "x"}}})
		if err == nil {
			t.Error("the note was not sealed, and the original stands")
		}
	})
}

func TestAddWithCustody(t *testing.T) {
	h := open(t)
	in := func(c ...Custody) Incoming {
		return Incoming{Name: "a.txt", Body: strings.NewReader("The Monitor said so."), Custody: c}
	}
	h.untouched(func() {
		for _, sealed := range []bool{false, true} {
			bad := in(Custody{Kind: "received"}, Custody{Kind: "lost"})
			bad.Sealed = sealed
			_, err := h.Add(t.Context(), amina, bad)
			refused(t, err, fault.Invalid)
		}
	})
	got, err := h.Add(t.Context(), amina, in(Custody{Kind: "received", On: "2031-05-20", Note: "by post"}))
	if err != nil || len(got.Custody) != 1 || got.Custody[0].Source != "S-001" || got.Custody[0].At != got.Original.ReceivedAt {
		t.Fatalf("got %+v, %v", got, err)
	}
	h.check()
	if acts := h.acts(); !slices.Equal(acts, []string{"original.received S-001", "working-text.frozen S-001.text", "custody.recorded CU-0001"}) {
		t.Errorf("acts %q", acts)
	}
	h.untouched(func() {
		again, err := h.Add(t.Context(), amina, in(Custody{Kind: "received", Note: "once more"}))
		if err != nil || !again.Already || len(again.Custody) != 0 {
			t.Errorf("the same again: %+v, %v", again, err)
		}
	})
}

func TestCustodyRefusals(t *testing.T) {
	h := open(t)
	h.add("The Monitor said so.")
	ok := Custody{Source: "S-001", Kind: "collected"}
	tests := []struct {
		name string
		c    func(c *Custody)
		want fault.Kind
	}{
		{"no kind", func(c *Custody) { c.Kind = "" }, fault.Invalid},
		{"a kind of the ledger", func(c *Custody) { c.Kind = "key-destroyed" }, fault.Invalid},
		{"no such source", func(c *Custody) { c.Source = "S-009" }, fault.NotFound},
		{"no source", func(c *Custody) { c.Source = "" }, fault.NotFound},
		{"no day of the calendar", func(c *Custody) { c.On = "2031-02-30" }, fault.Invalid},
		{"no month", func(c *Custody) { c.On = "2031-13" }, fault.Invalid},
		{"a season", func(c *Custody) { c.On = "2031-21" }, fault.Invalid},
		{"year 0", func(c *Custody) { c.On = "0000" }, fault.Invalid},
		{"an instant", func(c *Custody) { c.On = "2031-05-20T10:00:00Z" }, fault.Invalid},
		{"control characters", func(c *Custody) { c.Note = "a\x1b[31m" }, fault.Invalid},
		{"no UTF-8", func(c *Custody) { c.Note = "caf\xe9" }, fault.Invalid},
		{"turned around", func(c *Custody) { c.Note = "from \u202eanima" }, fault.Invalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := ok
			tt.c(&c)
			h.untouched(func() {
				_, err := h.RecordCustody(t.Context(), amina, c)
				refused(t, err, tt.want)
			})
		})
	}
	h.custody(ok)
}
