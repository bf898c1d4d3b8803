package blob

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
)

func TestSweep(t *testing.T) {
	d := open(t)
	wanted, orphan, settled := leave(t, d, noise(1)), leave(t, d, noise(2)), put(t, d, key1, noise(3))
	for _, name := range []string{tmpPrefix + "dead", "README", pendingPrefix + "no name of a blob"} {
		if err := os.WriteFile(filepath.Join(d.root, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keep := func(name string) bool { return name == wanted.Name }
	sweep(t, d, keep, nil, 2) // the temporary and the orphan
	sweep(t, d, keep, nil, 0)
	for _, s := range []Stat{wanted, settled} {
		if _, err := get(d, s, key1); err != nil {
			t.Error(err)
		}
	}
	if _, err := get(d, orphan, key1); fault.KindOf(err) != fault.NotFound {
		t.Error(err)
	}
	if got := left(t, d); len(got) != 4 {
		t.Errorf("left: %v", got)
	}
	for _, dir := range []string{d.root, d.shard(wanted.Name)} {
		if fi, err := os.Stat(dir); err != nil || !fi.ModTime().Equal(noTime) {
			t.Errorf("a time: %v, %v", fi.ModTime(), err)
		}
	}
}

// What is in its place is never swept, whatever the records say.
func TestSettledIsNeverSwept(t *testing.T) {
	d := open(t)
	p, err := d.Put(t.Context(), key1, bytes.NewReader(noise(9)))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Settle(); err == nil {
		t.Error("settled what was not kept")
	}
	if err := p.Keep(); err != nil {
		t.Fatal(err)
	}
	name := p.Stat().Name
	if got, err := d.Settled(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("settled before Settle: %v, %v", got, err)
	}
	if err := errors.Join(p.Settle(), p.Settle(), p.Drop(), p.Settle(), p.Drop()); err != nil {
		t.Fatal(err)
	}
	sweep(t, d, none, nil, 0)
	sweep(t, d, none, none, 0)
	if got, err := d.Settled(t.Context()); err != nil || !slices.Equal(got, []string{name}) {
		t.Errorf("settled: %v, %v", got, err)
	}
	if got, err := get(d, p.Stat(), key1); err != nil || !bytes.Equal(got, noise(9)) {
		t.Errorf("a settled blob: %v", err)
	}
	if fi, err := os.Stat(d.path(name)); err != nil || !fi.ModTime().Equal(noTime) {
		t.Errorf("time %v, %v", fi.ModTime(), err)
	}
	if got := left(t, d); !slices.Equal(got, []string{name}) {
		t.Errorf("left: %v", got)
	}
}

// A crash between the commit and Settle: the blob is read where it lies, and the next sweep
// puts it into its place. Modes have no part in it: a copy that lost them loses nothing.
func TestSweepSettlesTheWanted(t *testing.T) {
	d := open(t)
	s := leave(t, d, noise(9))
	if got, err := get(d, s, key1); err != nil || !bytes.Equal(got, noise(9)) {
		t.Errorf("a pending blob: %v", err)
	}
	if _, sum, err := d.Stored(t.Context(), s.Name); err != nil || sum != s.StoredSHA256 {
		t.Errorf("a pending blob as it lies: %v", err)
	}
	if got, err := d.List(t.Context()); err != nil || !slices.Equal(got, []string{s.Name}) {
		t.Errorf("list %v, %v", got, err)
	}
	sweep(t, d, all, nil, 0)
	sweep(t, d, none, nil, 0)
	if got, err := d.Settled(t.Context()); err != nil || !slices.Equal(got, []string{s.Name}) {
		t.Errorf("settled: %v, %v", got, err)
	}
	for _, mode := range []os.FileMode{0o600, 0o444, 0o777} {
		if err := os.Chmod(d.path(s.Name), mode); err != nil {
			t.Fatal(err)
		}
		sweep(t, d, none, nil, 0)
		if got, err := get(d, s, key1); err != nil || !bytes.Equal(got, noise(9)) {
			t.Errorf("mode %v: %v", mode, err)
		}
	}
}

// A rename that a crash cut in two on a disk without a journal leaves both names.
func TestPendingAndInItsPlace(t *testing.T) {
	d := open(t)
	s := put(t, d, key1, noise(9))
	b, err := os.ReadFile(d.path(s.Name))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.pending(s.Name), b, 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := d.List(t.Context()); err != nil || !slices.Equal(got, []string{s.Name}) {
		t.Errorf("list %v, %v", got, err)
	}
	sweep(t, d, all, nil, 0)
	if got := left(t, d); !slices.Equal(got, []string{s.Name}) {
		t.Errorf("left: %v", got)
	}
	if got, err := get(d, s, key1); err != nil || !bytes.Equal(got, noise(9)) {
		t.Error(err)
	}
}

// Somebody who sweeps may see the commit before its writer settles.
func TestSettleAfterASweep(t *testing.T) {
	d := open(t)
	p, err := d.Put(t.Context(), key1, bytes.NewReader(noise(9)))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Keep(); err != nil {
		t.Fatal(err)
	}
	sweep(t, d, all, nil, 0)
	if err := errors.Join(p.Settle(), p.Drop()); err != nil {
		t.Error(err)
	}
	if got := left(t, d); !slices.Equal(got, []string{p.Stat().Name}) {
		t.Errorf("left: %v", got)
	}
}

// Only what an act destroyed goes from its place, and it goes wherever it lies.
func TestSweepRemovesTheGone(t *testing.T) {
	d := open(t)
	kept, settled, pending := put(t, d, key1, noise(1)), put(t, d, key1, noise(2)), leave(t, d, noise(3))
	gone := func(name string) bool { return name != kept.Name }
	sweep(t, d, all, gone, 2)
	sweep(t, d, all, gone, 0)
	if got := left(t, d); !slices.Equal(got, []string{kept.Name}) {
		t.Errorf("left: %v", got)
	}
	for _, s := range []Stat{settled, pending} {
		if _, err := get(d, s, key1); fault.KindOf(err) != fault.NotFound {
			t.Errorf("reading what is gone: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := d.Sweep(ctx, all, all); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
	if len(left(t, d)) != 1 {
		t.Error("a canceled sweep removed something")
	}
}

// A disk that takes no new directory must not close the case: the blob stays where it lies.
func TestSweepWithoutItsPlace(t *testing.T) {
	d := open(t)
	s := leave(t, d, noise(9))
	if err := os.WriteFile(d.shard(s.Name), nil, 0o600); err != nil { // a file where the directory must go
		t.Fatal(err)
	}
	sweep(t, d, all, nil, 0)
	if err := os.Remove(d.shard(s.Name)); err != nil {
		t.Fatal(err)
	}
	sweep(t, d, all, nil, 0)
	if got, err := get(d, s, key1); err != nil || !bytes.Equal(got, noise(9)) {
		t.Error(err)
	}
}

// A reader finds a blob while another process settles it.
func TestReadingWhileSettling(t *testing.T) {
	d := open(t)
	for i := range 50 {
		p, err := d.Put(t.Context(), [32]byte{byte(i)}, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Keep(); err != nil {
			t.Fatal(err)
		}
		done := make(chan error)
		go func() { done <- errors.Join(p.Settle(), p.Drop()) }()
		for settled := false; !settled; {
			select {
			case err := <-done:
				if err != nil {
					t.Fatal(err)
				}
				settled = true
			default:
			}
			if _, _, err := d.Stored(t.Context(), p.Stat().Name); err != nil {
				t.Fatal(err)
			}
		}
	}
}
