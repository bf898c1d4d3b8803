package record

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/store"
)

func TestStandardsAreOrdered(t *testing.T) {
	if !slices.IsSortedFunc(Standards(), func(a, b Standard) int { return a.Rank() - b.Rank() }) {
		t.Error("the standards are not listed weakest first")
	}
	for s, want := range map[Standard]int{ReasonableSuspicion: 10, ReasonableGrounds: 20, BalanceOfProbabilities: 30, ClearAndConvincing: 40, BeyondReasonableDoubt: 50, "": 0, "certainty": 0} {
		if got := s.Rank(); got != want {
			t.Errorf("rank of %q is %d, want %d", s, got, want)
		}
	}
	for _, s := range Standards() {
		if w := s.Words(); w == "" || w == string(s) {
			t.Errorf("%s has no words", s)
		}
	}
}

func TestValidCase(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Case)
		part   string // of the refusal; "" when it is taken
	}{
		{"title alone", func(c *Case) {}, ""},
		{"all given", func(c *Case) {
			c.Origin, c.Standard, c.Zone, c.StandardLabel = "heed/x-1_a.b", ClearAndConvincing, "Europe/Paris", "overwhelming evidence"
		}, ""},
		{"no title", func(c *Case) { c.Title = " " }, "title of the case is missing"},
		{"title of two lines", func(c *Case) { c.Title = "a\nb" }, "control"},
		{"title no UTF-8", func(c *Case) { c.Title = "a\xff" }, "UTF-8"},
		{"label of two lines", func(c *Case) { c.StandardLabel = "a\nb" }, "label of the standard"},
		{"unknown standard", func(c *Case) { c.Standard = "certainty" }, "no standard of proof"},
		{"origin of two lines", func(c *Case) { c.Origin = "heed/x\ny" }, "origin of a case"},
		{"origin with a blank", func(c *Case) { c.Origin = "heed x" }, "origin of a case"},
		{"origin with a plus", func(c *Case) { c.Origin = "heed+x" }, "origin of a case"},
		{"origin not ASCII", func(c *Case) { c.Origin = "heed/é" }, "origin of a case"},
		{"origin too long", func(c *Case) { c.Origin = strings.Repeat("x", 129) }, "origin of a case"},
		{"unknown zone", func(c *Case) { c.Zone = "Europe/Nowhere" }, "time zone"},
		{"zone of the machine", func(c *Case) { c.Zone = "Local" }, "time zone"},
		{"zone that climbs", func(c *Case) { c.Zone = "../UTC" }, "time zone"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := Case{Title: "Detention in Lenz"}
			tt.change(&c)
			err := ValidCase(c)
			if tt.part == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			refused(t, err, fault.Invalid, tt.part)
		})
	}
}

func TestBeginOnce(t *testing.T) {
	h := emptyHouse(t)
	_, err := h.Case(t.Context())
	refused(t, err, fault.NotFound, "no case")
	_, err = h.Begin(t.Context(), amina, Case{})
	refused(t, err, fault.Invalid, "title")
	c, err := h.Begin(t.Context(), amina, Case{Title: "Detention in Lenz", Training: true})
	if err != nil {
		t.Fatal(err)
	}
	h.agrees("begin")
	if c.Standard != ReasonableGrounds || c.Zone != "UTC" || len(c.Origin) != len("heed/")+16 || !validOrigin(c.Origin) {
		t.Errorf("defaults: %+v", c)
	}
	if got, err := h.Case(t.Context()); err != nil || got != c {
		t.Errorf("read back %+v, %v; want %+v", got, err, c)
	}
	_, err = h.Begin(t.Context(), amina, Case{Title: "Another"})
	refused(t, err, fault.Conflict, "begun already")
	if got, err := h.Case(t.Context()); err != nil || got != c {
		t.Errorf("a refused begin left %+v, %v", got, err)
	}
	if other, err := emptyHouse(t).Begin(t.Context(), amina, Case{Title: "Another"}); err != nil || other.Origin == c.Origin {
		t.Errorf("two cases have the origin %s: %v", c.Origin, err)
	}
}

// Every row of this room is compared with its last act: what changes behind the
// ledger's back is named.
func TestTamperingIsNamed(t *testing.T) {
	tests := []struct{ name, sql, place string }{
		{"case", `UPDATE case_record SET body = replace(body, 'reasonable_grounds', 'reasonable_suspicion')`, "case"},
		{"case gone", `DELETE FROM case_record`, "case"},
		{"source", `UPDATE source SET body = replace(body, '"own"', '"unknown"')`, "S-001.source"},
		{"source renamed", `UPDATE source SET id = 'S-002.source'`, "S-002.source"},
		{"source moved", `UPDATE source SET source = 'S-002'`, "S-001.source"},
		{"source broken", `UPDATE source SET body = 'x'`, "S-001.source"},
		{"basis", `UPDATE basis SET body = replace(body, '"refused"', '"given"')`, "B-001"},
		{"basis moved", `UPDATE basis SET source = 'S-002'`, "B-001"},
		{"basis gone", `DELETE FROM basis`, "B-001"},
		{"statement", `UPDATE statement SET body = replace(body, '"release"', '"report"')`, "ST-001"},
		{"statement moved", `UPDATE statement SET source = 'S-002'`, "ST-001"},
		{"code", `UPDATE code SET body = replace(body, '"arrest"', '"curfew"')`, "CD-0001"},
		{"code moved", `UPDATE code SET source = 'S-002'`, "CD-0001"},
		{"code in another's name", `UPDATE code SET body = replace(body, '"M-01"', '"M-02"')`, "CD-0001"},
		{"term", `UPDATE term SET body = replace(body, 'network', 'net')`, "internet_cut"},
		{"term gone", `DELETE FROM term`, "internet_cut"},
		{"quantity", `UPDATE quantity SET body = replace(body, '"2"', '"3"')`, "QT-01"},
		{"quantity gone", `DELETE FROM quantity`, "QT-01"},
		{"statement added", `INSERT INTO statement SELECT 'ST-002', source, body FROM statement`, "ST-002"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHouse(t)
			h.fill()
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

// fill makes one object of each kind.
func (h house) fill() {
	h.t.Helper()
	ctx := h.t.Context()
	s := h.add("The ministry opposed the release. It said so twice.")
	_, err1 := h.Describe(ctx, amina, Source{ID: s, Kind: "official_statement", Origin: OriginOwn})
	_, err2 := h.AddBasis(ctx, amina, Basis{Source: s, Kind: Consent, Scopes: []Scope{{UseReport, AudiencePublic, RoleOnly, Refused, ""}}})
	_, err3 := h.Say(ctx, amina, Statement{Source: s, From: 1, To: 1, Speaker: "the ministry", Words: "opposed the release",
		Target: Target{Kind: TargetRelease}, Stance: Opposes})
	_, _, err4 := h.AddCode(ctx, amina, Code{Source: s, From: 1, To: 1, Term: "arrest"})
	_, err5 := h.DefineTerm(ctx, amina, Term{ID: "internet_cut", Means: "a region is taken off the network"}, 0)
	_, err6 := h.AddQuantity(ctx, amina, Quantity{Source: s, From: 2, To: 2, Words: "twice", Value: "2", Unit: "time", Population: "the ministry", Definition: "denials", AssertedBy: "the paper"})
	for _, err := range []error{err1, err2, err3, err4, err5, err6} {
		if err != nil {
			h.t.Fatal(err)
		}
	}
}

func TestVersionOfNothing(t *testing.T) {
	h := newHouse(t)
	err := h.db.View(t.Context(), func(tx *store.Tx) error {
		for _, id := range []string{"", "C-001", "B-001", "ST-001", "S-001.source"} {
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

func TestEchoIsVisibleAndShort(t *testing.T) {
	h := newHouse(t)
	_, err := h.Statement(t.Context(), "ST-\u202e\n"+strings.Repeat("x", 99))
	refused(t, err, fault.NotFound, "there is no statement ST-")
	if msg := err.Error(); strings.ContainsAny(msg, "\u202e\n") || len(msg) > 120 {
		t.Errorf("the message repeats what was typed as it is: %q", msg)
	}
	_, err = h.Statement(t.Context(), "")
	refused(t, err, fault.NotFound, "there is no statement")
}

// A damaged row is an error: it is not taken for one that is not there, and nothing
// is written over it.
func TestDamagedRowsAreNotMissing(t *testing.T) {
	h := newHouse(t)
	h.fill()
	err := h.db.Update(t.Context(), func(tx *store.Tx) error {
		tx.Acted()
		for _, table := range []string{"case_record", "source", "basis", "statement"} {
			if _, err := tx.Exec("UPDATE " + table + " SET body = '[]'"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, source := h.Source(t.Context(), "S-001")
	_, sources := h.Sources(t.Context())
	_, bases := h.Bases(t.Context(), "S-001")
	_, statements := h.Statements(t.Context())
	_, begin := h.Begin(t.Context(), amina, Case{Title: "Another"})
	for name, err := range map[string]error{"source": source, "sources": sources, "bases": bases, "statements": statements, "begin": begin} {
		if err == nil || fault.KindOf(err) == fault.NotFound {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNoOverride: nothing that a member writes may be shown in another order than it has.
func TestNoOverride(t *testing.T) {
	for _, o := range []string{"\u202d", "\u202e"} {
		bad := "a" + o + "b"
		target := good()
		target.Target = Target{Kind: TargetOther, Words: bad}
		for what, err := range map[string]error{
			"title of the case": ValidCase(Case{Title: bad}),
			"title":             validSource(Source{Title: bad}.withDefaults()),
			"organisation":      validSource(Source{Organisation: bad}.withDefaults()),
			"contact":           validSource(Source{Contact: bad}.withDefaults()),
			"reason":            validSource(Source{Reason: bad}.withDefaults()),
			"target":            validStatement(target, passage),
		} {
			if err == nil {
				t.Errorf("%s with %+q is taken", what, o)
				continue
			}
			refused(t, err, fault.Invalid, "the text holds a direction override: a reader would see another order than the one that is checked")
		}
	}
	if err := InOrder("\u200fشا\u200e a"); err != nil {
		t.Errorf("marks, which right-to-left text needs: %v", err)
	}
}

// A version that an earlier house wrote into the ledger reads and writes as it stands
// there: whatever was added since is left out where nobody gave it.
func TestEarlierVersionsStayEqual(t *testing.T) {
	for _, tt := range []struct {
		was string
		v   any
	}{
		{`{"id":"B-001","source":"S-001","kind":"consent","scopes":[{"use":"public_report","audience":"public","attribution":"role_only","state":"given"}],"by":"M-01","at":1}`, new(Basis)},
		{`{"id":"B-002","source":"S-001","kind":"public_record","citation":"a paper","names_victim":true,"risk_assessment":"in print","withdrawn":true,"withdrawn_at":2,"withdrawn_by":"M-01","withdrawn_via":"x","by":"M-01","at":1}`, new(Basis)},
		{`{"id":"ST-001","source":"S-001","from":1,"to":1,"speaker":"the ministry","on_behalf_of":"the state","addressee":"all","words":"no","target":{"kind":"release"},"stance":"opposes","said_on":"2022","proposal":"Q-001","by":"M-01","at":1}`, new(Statement)},
		{`{"id":"S-001","title":"Wire","kind":"press_article","date":"2022","organisation":"Wire","contact":"[P-01]","origin":"derived","derived_from":["S-002"],"reliability":"B","reason":"x"}`, new(Source)},
	} {
		if err := json.Unmarshal([]byte(tt.was), tt.v); err != nil {
			t.Fatal(err)
		}
		if now, err := json.Marshal(tt.v); err != nil || string(now) != tt.was {
			t.Errorf("%s\nbecame\n%s, %v", tt.was, now, err)
		}
	}
}
