package bench

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"filippo.io/age"

	"heed/internal/app"
	"heed/internal/fault"
	"heed/internal/intake"
)

const (
	adding     = "add"
	hashing    = "SHA-256 in Go"
	sha256Name = "sha256sum"
	sha256sum  = "the program sha256sum"
	encrypting = "age in Go, one hybrid recipient, synced"
	ageProgram = "the program age, one X25519 recipient, synced"
	returning  = "get back, bit-exact, synced"
	backingUp  = "backup, read back"
	restoring  = "restore, checked"

	speed  = "MB/s" // of 1,000,000 bytes
	buffer = 1 << 20
)

// large is the file that is taken in, and the newest case that it lies in.
type large struct {
	*run
	path     string
	size     int64
	sum      [32]byte
	n        int // cases made
	a        *app.App
	source   string
	returned bool   // once at least
	backup   string // the newest
}

// file measures one large file on all its ways: in, out, into a backup and back.
func (r *run) file(ctx context.Context) (err error) {
	l := &large{run: r}
	if err := l.find(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.drop()) }()
	r.out.Bytes = l.size
	m, err := r.inTurns(ctx, contender{adding, speed, l.add}, contender{hashing, speed, l.hash}, contender{sha256sum, speed, l.sha256sum},
		contender{encrypting, speed, l.encrypt}, contender{ageProgram, speed, l.ageProgram})
	if err != nil {
		return err
	}
	for _, other := range []string{hashing, sha256sum, encrypting, ageProgram} {
		r.ratio(adding, other, speed, m)
	}
	if _, err := r.inTurns(ctx, contender{returning, speed, l.giveBack}); err != nil {
		return err
	}
	if r.o.Data == "" {
		os.Remove(l.path) // from here on only its digest is needed, and it may be large
	}
	_, err = r.inTurns(ctx, contender{backingUp, speed, l.backUp}, contender{restoring, speed, l.restore})
	return err
}

// find looks at the file that was named, or makes one of bytes that nothing can compress.
// They come from a seed: two runs measure the same file.
func (l *large) find(ctx context.Context) (err error) {
	if l.o.Data != "" {
		if l.size, err = sizeOf(l.o.Data); err != nil {
			return err
		}
		l.path, err = filepath.Abs(l.o.Data) // no name that a program takes for an option
		return pathless(err)
	}
	l.path, l.size = l.run.path("data"), l.o.Size
	f, err := os.OpenFile(l.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return pathless(err)
	}
	defer f.Close()
	random := rand.NewChaCha8([32]byte([]byte("the bytes that heed bench takes.")))
	for done := int64(0); done < l.size; {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		l.tell("making a file (MiB)", done>>20, l.size>>20)
		n, err := io.CopyN(f, random, min(16*buffer, l.size-done))
		if err != nil {
			return fmt.Errorf("making a file: %w", pathless(err))
		}
		done += n
	}
	return pathless(f.Sync())
}

// sizeOf refuses what cannot be measured with.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() || info.Size() == 0 {
		return 0, fault.New(fault.Invalid, "the file to measure with cannot be read, or is empty or no regular file", "Nothing was measured.", "Name another one: --data FILE")
	}
	return info.Size(), nil
}

// reading runs fn over the file and answers MB/s.
func (l *large) reading(fn func(f *os.File) error) (float64, error) {
	f, err := os.Open(l.path)
	if err != nil {
		return 0, pathless(err)
	}
	defer f.Close()
	took, err := l.seconds(func() error { return fn(f) })
	return l.rate(took), err
}

func (l *large) rate(seconds float64) float64 { return per(float64(l.size)/1e6, seconds) }

// first runs fn, and watches its memory the first time.
func (l *large) first(first bool, what string, fn func() error) error {
	if !first {
		return fn()
	}
	return l.watched(what, fn)
}

// add takes the file into a case of its own, since no case takes the same bytes twice.
func (l *large) add(ctx context.Context) (rate float64, err error) {
	if err := l.drop(); err != nil {
		return 0, err
	}
	l.n++
	if l.a, err = l.newCase(ctx, l.caseName()); err != nil {
		return 0, err
	}
	err = l.first(l.n == 1, adding, func() (err error) {
		rate, err = l.reading(func(f *os.File) error {
			got, err := l.a.Intake.Add(ctx, l.a.By(), intake.Incoming{Name: "data", Body: f})
			l.source = got.Original.ID
			return err
		})
		return err
	})
	return rate, err
}

func (l *large) caseName() string { return fmt.Sprintf("file-%d", l.n) }

// drop removes the newest case.
func (l *large) drop() error {
	if l.a == nil {
		return nil
	}
	err := l.a.Close()
	l.a = nil
	return errors.Join(err, pathless(os.RemoveAll(l.run.path(l.caseName()))))
}

func (l *large) hash(context.Context) (float64, error) {
	h := sha256.New()
	rate, err := l.reading(func(f *os.File) error {
		_, err := io.CopyBuffer(h, struct{ io.Reader }{f}, make([]byte, buffer))
		return pathless(err)
	})
	l.sum = [32]byte(h.Sum(nil))
	return rate, err
}

func (l *large) sha256sum(ctx context.Context) (float64, error) {
	return l.program(ctx, sha256Name, l.path)
}

// program runs one that other people wrote, when it is there.
func (l *large) program(ctx context.Context, name string, args ...string) (float64, error) {
	path, err := exec.LookPath(name)
	if err != nil {
		return 0, notKnown("not found")
	}
	took, err := l.seconds(exec.CommandContext(ctx, path, args...).Run)
	if err != nil {
		return 0, notKnown("it failed")
	}
	return l.rate(took), nil
}

func (l *large) encrypt(context.Context) (float64, error) {
	id, err := age.GenerateHybridIdentity()
	if err != nil {
		return 0, err
	}
	return l.synced("encrypted", func(to, from *os.File) error {
		w, err := age.Encrypt(to, id.Recipient())
		if err != nil {
			return err
		}
		_, err = io.CopyBuffer(struct{ io.Writer }{w}, struct{ io.Reader }{from}, make([]byte, buffer))
		return errors.Join(err, w.Close())
	})
}

// synced runs fn from the file to a new one, which is forced to the disk and removed.
func (l *large) synced(name string, fn func(to, from *os.File) error) (float64, error) {
	out, err := os.OpenFile(l.run.path(name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, pathless(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	return l.reading(func(from *os.File) error {
		return pathless(errors.Join(fn(out, from), out.Sync()))
	})
}

// ageProgram encrypts to an X25519 recipient: older programs know no other, and the header
// is nothing beside the file.
func (l *large) ageProgram(ctx context.Context) (rate float64, err error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return 0, err
	}
	out := l.run.path("encrypted")
	defer os.Remove(out)
	took, err := l.seconds(func() error {
		if rate, err = l.program(ctx, "age", "-r", id.Recipient().String(), "-o", out, l.path); err != nil {
			return err
		}
		f, err := os.OpenFile(out, os.O_WRONLY, 0)
		if err != nil {
			return pathless(err)
		}
		return pathless(errors.Join(f.Sync(), f.Close()))
	})
	return l.rate(took), err
}

// giveBack copies the original out, and holds the copy against the file that was taken in.
func (l *large) giveBack(ctx context.Context) (rate float64, err error) {
	out, err := os.OpenFile(l.run.path("returned"), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return 0, pathless(err)
	}
	defer os.Remove(out.Name())
	defer out.Close()
	err = l.first(!l.returned, returning, func() error {
		took, err := l.seconds(func() error {
			_, err := l.a.Intake.Copy(ctx, l.a.By(), l.source, out)
			return errors.Join(err, pathless(out.Sync()))
		})
		rate = l.rate(took)
		return err
	})
	if err != nil {
		return 0, err
	}
	l.returned = true
	h := sha256.New()
	if _, err := io.Copy(h, io.NewSectionReader(out, 0, l.size+1)); err != nil {
		return 0, pathless(err)
	}
	if [32]byte(h.Sum(nil)) != l.sum {
		return 0, errors.New("what came back is not what was taken in")
	}
	return rate, nil
}

// backUp writes a backup of the newest case; restore reads it.
func (l *large) backUp(ctx context.Context) (rate float64, err error) {
	first := l.backup == ""
	os.Remove(l.backup)
	l.backup = l.run.path("backup")
	err = l.first(first, backingUp, func() error {
		took, err := l.seconds(func() error {
			_, err := l.a.Backup(ctx, l.backup, l.o.Clock().Add(24*time.Hour))
			return err
		})
		rate = l.rate(took)
		return err
	})
	return rate, err
}

func (l *large) restore(ctx context.Context) (float64, error) {
	f, err := os.Open(l.backup)
	if err != nil {
		return 0, pathless(err)
	}
	defer f.Close()
	c := l.config("restored")
	took, err := l.seconds(func() error {
		got, err := app.Restore(ctx, c, app.Restoring{Backup: f}, who())
		if err == nil && len(got.Problems) > 0 {
			err = fmt.Errorf("%d problems in what was restored", len(got.Problems))
		}
		return err
	})
	return l.rate(took), errors.Join(err, pathless(os.RemoveAll(c.Dir)))
}
