package bench

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"testing"
	"time"

	"heed/internal/app"
	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/record"
)

// TestLargeAddIsFlat takes in far more than the heap may grow by, open and sealed, in a
// stream that is nowhere whole. Of an open original intake holds the beginning, as much as
// a text may have (16 MiB), until it is clear that there is more.
func TestLargeAddIsFlat(t *testing.T) {
	const size, allowed = 256 << 20, 32 << 20
	a, _, err := app.Init(t.Context(), app.Config{Dir: filepath.Join(t.TempDir(), "case"), Clock: time.Now},
		app.Begin{Case: record.Case{Title: "Large"}, Handle: "amina", Cost: keys.FloorCost}, []byte("a long enough one"))
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for seed, sealed := range []bool{false, true} {
		t.Run(fmt.Sprintf("sealed=%t", sealed), func(t *testing.T) {
			body := io.LimitReader(rand.NewChaCha8([32]byte{byte(seed)}), size)
			grown := peakOf(t, func() {
				got, err := a.Intake.Add(t.Context(), a.By(), intake.Incoming{Name: "large", Body: body, Sealed: sealed})
				if err != nil || got.Already {
					t.Fatalf("%+v %v", got, err)
				}
			})
			t.Logf("the heap grew by %d KiB", grown>>10)
			if grown > allowed {
				t.Errorf("the heap grew by %d MiB for a file of %d MiB, want at most %d", grown>>20, size>>20, allowed>>20)
			}
		})
	}
}

// TestPeakIsSeen: the measure above sees what is held for a moment only.
func TestPeakIsSeen(t *testing.T) {
	grown := peakOf(t, func() {
		b := make([]byte, 64<<20)
		time.Sleep(50 * time.Millisecond)
		runtime.KeepAlive(b)
	})
	if grown < 64<<20 {
		t.Errorf("64 MiB were held, and %d MiB were seen", grown>>20)
	}
}

// peakOf samples the heap while fn runs and answers by how much it grew at most. Garbage is
// collected early meanwhile: what only waits for that is no cost of the file.
func peakOf(t *testing.T, fn func()) (grown uint64) {
	t.Helper()
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	now := func() uint64 {
		metrics.Read(heap)
		return heap[0].Value.Uint64()
	}
	defer debug.SetGCPercent(debug.SetGCPercent(20))
	runtime.GC()
	before, peak := now(), uint64(0)
	ctx, stop := context.WithCancel(t.Context())
	var sampling sync.WaitGroup
	sampling.Go(func() {
		for tick := time.Tick(time.Millisecond); ctx.Err() == nil; <-tick {
			peak = max(peak, now())
		}
	})
	func() {
		defer sampling.Wait()
		defer stop()
		fn()
	}()
	return max(peak, before) - before
}
