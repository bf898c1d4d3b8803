package corroborate

import (
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"heed/internal/record"
	"heed/internal/store"
)

// benchClaims says how many claims the generated case has, 10,000 where it is not set; it
// has a hundredth of it in findings of twenty claims each, and a tenth in sources.
const benchClaims = "HEED_CLAIMS"

// generated is a case with claims and findings in number. Rows are written without acts:
// what is measured is reading.
func generated(b *testing.B) house {
	b.Helper()
	h, n := newHouse(b), 10_000
	if s := os.Getenv(benchClaims); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	err := h.db.Update(b.Context(), func(tx *store.Tx) error {
		tx.Acted()
		put := func(table, id, source string, v any) error {
			body, err := json.Marshal(v)
			if err == nil {
				_, err = tx.Exec("INSERT INTO "+table+" (id, source, body) VALUES (?, ?, ?)", id, source, string(body))
			}
			return err
		}
		for i := 1; i <= n/10; i++ {
			s := record.Source{ID: fmt.Sprintf("S-%03d", i), Title: "An account of what happened", Kind: "interview", Origin: record.OriginOwn, Reliability: "B", Reason: "it held up"}
			if i%4 == 0 {
				s.Origin, s.DerivedFrom = record.OriginDerived, []string{fmt.Sprintf("S-%03d", i-3)}
			}
			if err := put("source", s.ID+".source", s.ID, s); err != nil {
				return err
			}
		}
		for i := 1; i <= n; i++ {
			if err := put("claim", fmt.Sprintf("C-%03d", i), generatedClaim(i, n).Source, generatedClaim(i, n)); err != nil {
				return err
			}
		}
		for i := 1; i <= n/100; i++ {
			if err := put("finding", fmt.Sprintf("F-%02d", i), "", generatedFinding(i, n)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return h
}

func generatedClaim(i, n int) Claim {
	c := Claim{ID: fmt.Sprintf("C-%03d", i), Text: strings.Repeat("People were held at the depot for weeks, she said. ", 3), Source: fmt.Sprintf("S-%03d", 1+i%(n/10)),
		From: i % 100, To: i % 100, Words: "held at the depot for weeks", FirstHand: i%3 == 0, Credibility: 3, Attribution: record.RoleOnly, By: "M-01", At: 1,
		Elements: Elements()[:i%5]}
	if i%3 == 0 {
		c.Statement = fmt.Sprintf("ST-%03d", i/3)
	}
	if i%2 == 0 {
		c.About = []string{fmt.Sprintf("P-%02d", i/20), fmt.Sprintf("EV-%02d", i%200)}
	}
	if i%10 == 0 {
		c.Contradicts = []string{fmt.Sprintf("C-%03d", i-7)}
	}
	return c
}

func generatedFinding(i, n int) Finding {
	f := Finding{ID: fmt.Sprintf("F-%02d", i), Text: "It is reasonable to conclude that people were held at the depot.", Standard: record.ReasonableGrounds, Assertion: Established, Outcome: Met}
	for k := range 20 {
		id := fmt.Sprintf("C-%03d", 1+(i*7919+k*104729)%n)
		if k%5 == 4 {
			f.Against = append(f.Against, Against{Claim: id, Answer: "It speaks of another year."})
		} else {
			f.For = append(f.For, id)
		}
	}
	return f
}

// BenchmarkCheckAll looks at all findings: with HEED_CLAIMS=100000 at 1,000 of them.
func BenchmarkCheckAll(b *testing.B) {
	h := generated(b)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		all, err := h.CheckAll(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		n = len(all)
	}
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(n), "findings")
	b.ReportMetric(float64(int64(after.HeapSys)-int64(before.HeapSys))/(1<<20), "MB-grown")
}

// BenchmarkOne are the reads behind one verb.
func BenchmarkOne(b *testing.B) {
	h := generated(b)
	for name, read := range map[string]func() error{
		"brief":             func() error { _, err := h.Brief(b.Context(), "F-07"); return err },
		"claim":             func() error { _, err := h.PlacedClaim(b.Context(), "C-003"); return err },
		"page":              func() error { _, err := h.ClaimPage(b.Context(), "C-5000", 200); return err },
		"list":              func() error { _, err := h.CheckPage(b.Context(), "", 200); return err },
		"rests on a claim":  func() error { h.rests("C-003"); return nil },
		"rests on a person": func() error { h.rests("P-07"); return nil },
		"judge": func() error {
			_, err := h.JudgeClaim(b.Context(), amina, "C-003", ClaimJudgement{Credibility: 2})
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := read(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAddClaims takes down a thousand claims from a source of 10,000 sentences.
func BenchmarkAddClaims(b *testing.B) {
	h := newHouse(b)
	s := h.add(strings.Repeat("People were held there for weeks, and many were ill. ", 10_000))
	list := make([]Claim, 1000)
	for i := range list {
		list[i] = Claim{Text: "People were held.", Source: s, From: 1 + i*7, To: 1 + i*7, Words: "held there for weeks"}
	}
	for b.Loop() {
		if _, err := h.AddClaims(b.Context(), amina, list); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(list)*b.N)/b.Elapsed().Seconds(), "claims/s")
}
