package corroborate

import (
	"reflect"
	"testing"

	"heed/internal/fault"
	"heed/internal/record"
	"heed/internal/store"
)

func TestValidClaim(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Claim)
		kind   fault.Kind
		part   string
	}{
		{"text alone", func(c *Claim) {}, 0, ""},
		{"text of several lines", func(c *Claim) { c.Text = "a\r\n\tb" }, 0, ""},
		{"all judged", func(c *Claim) { c.Credibility, c.Attribution, c.Quoted, c.Words = 2, record.RoleOnly, true, "x" }, 0, ""},
		{"quoted from a statement", func(c *Claim) { c.Quoted, c.Statement = true, "ST-001" }, 0, ""},
		{"no text", func(c *Claim) { c.Text = "\n" }, fault.Invalid, "text of the claim is missing"},
		{"text no UTF-8", func(c *Claim) { c.Text = "\xff" }, fault.Invalid, "UTF-8"},
		{"text in another order", func(c *Claim) { c.Text = "a\u202eb" }, fault.Invalid, "direction override"},
		{"text with an escape", func(c *Claim) { c.Text = "a\x1b" }, fault.Invalid, "control"},
		{"quoted without words", func(c *Claim) { c.Quoted = true }, fault.Invalid, "needs the exact words"},
		{"confirmed by hand", func(c *Claim) { c.Credibility = 1 }, fault.Refused, "credibility 1"},
		{"credibility below", func(c *Claim) { c.Credibility = -1 }, fault.Invalid, "grade of credibility"},
		{"credibility above", func(c *Claim) { c.Credibility = 7 }, fault.Invalid, "grade of credibility"},
		{"attribution", func(c *Claim) { c.Attribution = "anonymous" }, fault.Invalid, "attribution"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Claim{Text: "People were held."}
			tt.change(&c)
			err := validClaim(c.withDefaults())
			if tt.kind == 0 {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, tt.kind, tt.part)
		})
	}
}

func TestAddClaim(t *testing.T) {
	h := newHouse(t)
	open, sealed, closed := h.add("People were held there. Nobody was told why."), h.addSealed("[P-01] was held there."), h.addSealed("")
	c, err := h.AddClaim(t.Context(), amina, Claim{ID: "C-777", Text: "It was so.", Source: open, From: 1, To: 2, Words: "held there. Nobody", By: "M-09"})
	if err != nil || c.ID != "C-001" || c.By != "M-01" || c.At != noon.UnixMicro() || c.Credibility != 6 || c.Attribution != record.NotForAttribution {
		t.Fatalf("added %+v, %v", c, err)
	}
	h.agrees("adding a claim")
	if got, err := h.Claim(t.Context(), c.ID); err != nil || !reflect.DeepEqual(got, c) {
		t.Errorf("read back %+v, %v", got, err)
	}
	if c, err = h.AddClaim(t.Context(), amina, Claim{Text: "x", Source: sealed, From: 1, To: 1, Words: "[P-01] was held", Quoted: true, FirstHand: true}); err != nil {
		t.Errorf("the open text of a sealed source: %v", err)
	}
	for _, tt := range []struct {
		claim Claim
		kind  fault.Kind
		part  string
	}{
		{Claim{Text: "x", Source: open, From: 1, To: 1, Words: "Nobody"}, fault.Invalid, "do not stand in S-001:1"},
		{Claim{Text: "x", Source: open, From: 1, To: 1, Words: "eople were"}, fault.Invalid, "inside a word of S-001:1"},
		{Claim{Text: "x", Source: open, From: 1, To: 1, Words: " "}, fault.Invalid, "exact words are missing"},
		{Claim{Text: "x", Source: open, From: 3, To: 3}, fault.NotFound, "S-001:3"},
		{Claim{Text: "x", Source: open}, fault.NotFound, "no passage"},
		{Claim{Text: "x", Source: "S-009", From: 1, To: 1}, fault.NotFound, "S-009"},
		{Claim{Text: "x", Source: closed, From: 1, To: 1}, fault.Withheld, closed},
		{Claim{Text: "", Source: open, From: 1, To: 1}, fault.Invalid, "text of the claim"},
		{Claim{Text: "x", Statement: "ST-009"}, fault.NotFound, "ST-009"},
	} {
		_, err := h.AddClaim(t.Context(), amina, tt.claim)
		refused(t, err, tt.kind, tt.part)
	}
	if all, err := h.Claims(t.Context()); err != nil || len(all) != 2 || all[0].ID != "C-001" || all[1].ID != "C-002" {
		t.Errorf("claims: %+v, %v", all, err)
	}
	_, err = h.Claim(t.Context(), "")
	refused(t, err, fault.NotFound, "no claim")
	h.agrees("refusals")
}

func TestClaimOfAStatement(t *testing.T) {
	h := newHouse(t)
	source := h.add("The ministry said it held nobody. It said so twice.")
	s, err := h.record.Say(t.Context(), amina, record.Statement{Source: source, From: 1, To: 1, Speaker: "the ministry", Words: "it held nobody",
		Target: record.Target{Kind: record.TargetAccusations}, Stance: record.Denies})
	if err != nil {
		t.Fatal(err)
	}
	c, err := h.AddClaim(t.Context(), amina, Claim{Text: "x", Statement: s.ID, Quoted: true})
	if err != nil || c.Address() != s.Address() || c.Words != s.Words {
		t.Fatalf("added %+v, %v", c, err)
	}
	h.agrees("adding a claim of a statement")
	if c, err = h.AddClaim(t.Context(), amina, Claim{Text: "x", Statement: s.ID, Words: "held nobody", Source: source, From: 1, To: 1}); err != nil || c.Words != "held nobody" {
		t.Errorf("fewer words: %+v, %v", c, err)
	}
	_, err = h.AddClaim(t.Context(), amina, Claim{Text: "x", Statement: s.ID, Words: "The ministry said"})
	refused(t, err, fault.Invalid, "not those of "+s.ID)
	_, err = h.AddClaim(t.Context(), amina, Claim{Text: "x", Statement: s.ID, Words: "it"})
	if err != nil {
		t.Errorf("a whole word: %v", err)
	}
	_, err = h.AddClaim(t.Context(), amina, Claim{Text: "x", Statement: s.ID, Words: "body"})
	refused(t, err, fault.Invalid, "inside a word of "+s.ID)
	_, err = h.AddClaim(t.Context(), amina, Claim{Text: "x", Statement: s.ID, Source: source, From: 2, To: 2})
	refused(t, err, fault.Conflict, "stands in S-001:1, not in S-001:2")
	h.agrees("refusals")
}

// Every row of this room is compared with its last act.
func TestTamperingIsNamed(t *testing.T) {
	tests := []struct{ name, sql, place string }{
		{"claim", `UPDATE claim SET body = replace(body, '"first_hand":true', '"first_hand":false') WHERE id = 'C-001'`, "C-001"},
		{"claim moved", `UPDATE claim SET source = 'S-002' WHERE id = 'C-001'`, "C-001"},
		{"claim gone", `DELETE FROM claim WHERE id = 'C-002'`, "C-002"},
		{"claim broken", `UPDATE claim SET body = '"{"' WHERE id = 'C-001'`, "C-001"},
		{"claim added", `INSERT INTO claim SELECT 'C-003', source, body FROM claim WHERE id = 'C-001'`, "C-003"},
		{"finding", `UPDATE finding SET body = replace(body, 'not_met', 'met')`, "F-01"},
		{"contrary claim gone", `UPDATE finding SET body = json_remove(body, '$.against')`, "F-01"},
		{"finding renamed", `UPDATE finding SET id = 'F-02'`, "F-02"},
		{"finding gone", `DELETE FROM finding`, "F-01"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			s := h.add("People were held there.")
			if _, err := h.AddClaim(t.Context(), amina, Claim{Text: "x", Source: s, From: 1, To: 1, FirstHand: true}); err != nil {
				t.Fatal(err)
			}
			f := Finding{Text: "x", Outcome: NotMet, For: []string{"C-001"}, Against: []Against{{Claim: h.claim(s)}}}
			if _, err := h.AddFinding(t.Context(), amina, f); err != nil {
				t.Fatal(err)
			}
			h.agrees("filling")
			err := h.db.Update(t.Context(), func(tx *store.Tx) error {
				tx.Acted()
				_, err := tx.Exec(tt.sql)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range h.problems() {
				if p.Place == tt.place {
					return
				}
			}
			t.Errorf("no problem at %s in %v", tt.place, h.problems())
		})
	}
}

func TestVersionOfNothing(t *testing.T) {
	h := newHouse(t)
	err := h.db.View(t.Context(), func(tx *store.Tx) error {
		for _, id := range []string{"", "S-001", "C-001", "F-01"} {
			if v, err := h.Version(tx, id); err == nil {
				t.Errorf("%q has the version %v", id, v)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
