package app

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/record"
	"heed/internal/vault"
)

func benchCase(b *testing.B) *App {
	b.Helper()
	a, _, err := Init(b.Context(), Config{Dir: filepath.Join(b.TempDir(), "case"), Clock: SystemClock},
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

// BenchmarkCopy gives 64 MiB back, bit-exact.
func BenchmarkCopy(b *testing.B) {
	a := benchCase(b)
	body := bytes.Repeat([]byte("0123456789abcdef"), 4<<20)
	got, err := a.Intake.Add(b.Context(), a.By(), intake.Incoming{Name: "n.bin", Body: bytes.NewReader(body)})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Intake.Copy(b.Context(), a.By(), got.Original.ID, io.Discard); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpen opens and closes a case of 100 originals with the cheapest key file there
// may be; BenchmarkUnlock is the unlocking in it alone.
func BenchmarkOpen(b *testing.B) {
	c := hundred(b).c
	for b.Loop() {
		a, err := Open(b.Context(), c, me())
		if err != nil {
			b.Fatal(err)
		}
		if err := a.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkUnlock(b *testing.B) {
	c := benchCase(b).c
	for b.Loop() {
		u, err := me().unlock(c.path(keysDir))
		if err != nil {
			b.Fatal(err)
		}
		u.Close()
	}
}

// hundred is a case of 100 originals of 64 KiB.
func hundred(b *testing.B) *App {
	b.Helper()
	a := benchCase(b)
	for i := range 100 {
		if _, err := a.Intake.Add(b.Context(), a.By(), intake.Incoming{Name: "n.txt", Body: bytes.NewReader(page(i))}); err != nil {
			b.Fatal(err)
		}
	}
	return a
}

// BenchmarkBackup writes that case into a file and reads it back; BenchmarkRestore makes a
// case of the file again, checked.
func BenchmarkBackup(b *testing.B) {
	a := hundred(b)
	dir := b.TempDir()
	for i := 0; b.Loop(); i++ {
		got, err := a.Backup(b.Context(), filepath.Join(dir, fmt.Sprint(i)), SystemClock().Add(time.Hour))
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(got.Size)
		if err := os.Remove(got.Path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRestore(b *testing.B) {
	made, err := hundred(b).Backup(b.Context(), filepath.Join(b.TempDir(), "backup"), SystemClock().Add(time.Hour))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(made.Size)
	for b.Loop() {
		f, err := os.Open(made.Path)
		if err != nil {
			b.Fatal(err)
		}
		c := Config{Dir: filepath.Join(b.TempDir(), "restored"), Clock: SystemClock}
		got, err := Restore(b.Context(), c, Restoring{Backup: f}, me())
		if err != nil || len(got.Problems) > 0 {
			b.Fatal(got.Problems, err)
		}
		f.Close()
		os.RemoveAll(c.Dir)
	}
}

// BenchmarkCheck proves a case of 100 originals; BenchmarkLeaks asks its vault, with 50
// sealed interviews, about a text of 64 KiB.
func BenchmarkCheck(b *testing.B) {
	a := hundred(b)
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
