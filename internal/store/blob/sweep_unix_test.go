//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package blob

import (
	"bytes"
	"testing"
)

// The record that refers to a kept blob may not be committed yet when somebody sweeps.
func TestSweepSparesUncommitted(t *testing.T) {
	d := open(t)
	p, err := d.Put(t.Context(), key1, bytes.NewReader(noise(7)))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Drop()
	if err := p.Keep(); err != nil {
		t.Fatal(err)
	}
	sweep(t, d, none, nil, 0) // under a living writer
	if _, err := get(d, p.Stat(), key1); err != nil {
		t.Error(err)
	}
	// The writer commits and lets go after the sweeper asked first: it is asked again, under the lock.
	asked := 0
	n, err := d.Sweep(t.Context(), func(string) bool {
		if asked++; asked == 1 {
			if err := p.Drop(); err != nil {
				t.Error(err)
			}
			return false
		}
		return true
	}, nil)
	if n != 0 || err != nil || asked != 2 {
		t.Errorf("swept %d after %d questions, %v", n, asked, err)
	}
}
