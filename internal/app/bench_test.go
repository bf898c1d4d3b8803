package app

import (
	"bytes"
	"fmt"
	"path/filepath"
	"testing"

	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/record"
	"heed/internal/vault"
)

func benchCase(b *testing.B) *App {
	b.Helper()
	a, err := Init(b.Context(), Config{Dir: filepath.Join(b.TempDir(), "case"), Clock: SystemClock},
		Begin{Case: record.Case{Title: "Benchmark"}, Handle: "amina", Cost: keys.FloorCost}, []byte(testPassphrase))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { a.Close() })
	return a
}

func page(i int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "The ministry said on day %d that nobody was held. ", i), 1300) // about 64 KiB
}

// BenchmarkAdd takes in 64 KiB of text, open and sealed: encrypted, synced, read back,
// split into sentences, and in the ledger.
func BenchmarkAdd(b *testing.B) {
	for name, sealed := range map[string]bool{"open": false, "sealed": true} {
		b.Run(name, func(b *testing.B) {
			a := benchCase(b)
			b.SetBytes(int64(len(page(0))))
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if _, err := a.Intake.Add(b.Context(), a.By(), intake.Incoming{Name: "n.txt", Body: bytes.NewReader(page(i)), Sealed: sealed}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAddLarge streams 64 MiB; its memory is that of the program, not of the file.
func BenchmarkAddLarge(b *testing.B) {
	a := benchCase(b)
	body := bytes.Repeat([]byte("0123456789abcdef"), 4<<20)
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		copy(body, fmt.Sprintf("%16d", i))
		if _, err := a.Intake.Add(b.Context(), a.By(), intake.Incoming{Name: "n.bin", Body: bytes.NewReader(body)}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCheck proves a case of 100 originals; BenchmarkLeaks asks its vault, with 50
// sealed interviews, about a text of 64 KiB.
func BenchmarkCheck(b *testing.B) {
	a := benchCase(b)
	for i := range 100 {
		if _, err := a.Intake.Add(b.Context(), a.By(), intake.Incoming{Name: "n.txt", Body: bytes.NewReader(page(i))}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, problems, err := a.Check(b.Context(), nil); err != nil || len(problems) > 0 {
			b.Fatal(problems, err)
		}
	}
}

func BenchmarkLeaks(b *testing.B) {
	a := benchCase(b)
	for i := range 50 {
		if _, err := a.Intake.Add(b.Context(), a.By(), intake.Incoming{Name: "n.txt", Body: bytes.NewReader(page(i)), Sealed: true}); err != nil {
			b.Fatal(err)
		}
	}
	text := page(1000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.vault.Leaks(b.Context(), a.By(), "benchmark", vault.Query{Text: text}); err != nil {
			b.Fatal(err)
		}
	}
}
