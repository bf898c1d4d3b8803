package ledger

import (
	"fmt"
	"runtime"
	"testing"

	"heed/internal/store"
)

// BenchmarkAppend is one durable act: a commit with its entry, its version and its hashes.
func BenchmarkAppend(b *testing.B) {
	db := open(b)
	for b.Loop() {
		err := db.Update(b.Context(), func(tx *store.Tx) error {
			_, err := Append(tx, Act{Kind: "thing.added", By: amina, Object: "T-001", Version: thing{"T-001", "words"}})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "acts/s")
}

// BenchmarkCheck checks a ledger of 100,000 acts on 50,000 objects of 100 subjects.
func BenchmarkCheck(b *testing.B) {
	const acts = 100_000
	const words = "words of about the length that a claim or a statement in a case has, which is a sentence"
	db := open(b)
	for from := 0; from < acts; from += 5000 {
		update(b, db, func(tx *store.Tx) error {
			for i := from; i < from+5000; i++ {
				id := fmt.Sprintf("thing-%d", i/2)
				act := Act{Kind: "thing.added", By: amina, Object: id, Subject: fmt.Sprintf("S-%03d", i%100),
					Version: thing{id, words}}
				if _, err := Append(tx, act); err != nil {
					return err
				}
			}
			return nil
		})
	}
	b.ResetTimer()
	var peak uint64
	for b.Loop() {
		err := db.View(b.Context(), func(tx *store.Tx) error {
			p, err := Check(tx, gauge{mirror{words}, &peak})
			if len(p) != 0 {
				b.Fatalf("problems: %v", p[:min(3, len(p))])
			}
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/100k")
	b.ReportMetric(float64(peak)/(1<<20), "MB")
}

// gauge measures the memory when a room is asked for its objects, which is after the entries.
type gauge struct {
	mirror
	peak *uint64
}

func (g gauge) IDs(tx *store.Tx) ([]string, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	*g.peak = max(*g.peak, m.HeapAlloc)
	return g.mirror.IDs(tx)
}
