package blob

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"heed/internal/fault"
)

func storedBytes(t testing.TB, d *Dir, name string) []byte {
	t.Helper()
	r, size, err := d.OpenStored(name)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(r)
	if err := errors.Join(err, r.Close()); err != nil || int64(len(b)) != size {
		t.Fatalf("%d bytes of %d, %v", len(b), size, err)
	}
	return b
}

// A backup and its restore, for a blob in its place and for a pending one.
func TestImport(t *testing.T) {
	from, to := open(t), open(t)
	for _, s := range []Stat{put(t, from, key1, noise(70_000)), leave(t, from, noise(7))} {
		b := storedBytes(t, from, s.Name)
		if err := to.Import(t.Context(), s.Name, int64(len(b)), bytes.NewReader(b)); err != nil {
			t.Fatal(err)
		}
		got, err := get(to, s, key1)
		if err != nil || !bytes.Equal(got, noise(int(s.Size))) {
			t.Errorf("it does not come back: %v", err)
		}
		if size, sum, err := to.Stored(t.Context(), s.Name); size != s.Stored || sum != s.StoredSHA256 || err != nil {
			t.Errorf("it lies there otherwise: %v", err)
		}
		for _, path := range []string{to.root, to.shard(s.Name), to.path(s.Name)} {
			if fi, err := os.Stat(path); err != nil || !fi.ModTime().Equal(noTime) {
				t.Errorf("a time: %v, %v", fi.ModTime(), err)
			}
		}
		if err := to.Import(t.Context(), s.Name, 1, strings.NewReader("x")); fault.KindOf(err) != fault.Conflict {
			t.Errorf("over what is there: %v", err)
		}
		if err := from.Import(t.Context(), s.Name, 1, strings.NewReader("x")); fault.KindOf(err) != fault.Conflict {
			t.Errorf("over what is there, pending or not: %v", err)
		}
	}
	settled, err := to.Settled(t.Context())
	all, err2 := to.List(t.Context())
	if len(settled) != 2 || !slices.Equal(settled, all) || errors.Join(err, err2) != nil {
		t.Errorf("settled %v of %v", settled, all)
	}
	sweep(t, to, none, nil, 0)
}

func TestImportRefusals(t *testing.T) {
	d := open(t)
	name := strings.Repeat("0", 64)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		what string
		ctx  context.Context
		name string
		size int64
		r    io.Reader
		want fault.Kind
		is   error
	}{
		{"no name", t.Context(), "../../etc/passwd", 1, strings.NewReader("x"), fault.Invalid, nil},
		{"no size", t.Context(), name, -1, strings.NewReader("x"), fault.Invalid, nil},
		{"too short", t.Context(), name, 2, strings.NewReader("x"), fault.Conflict, nil},
		{"too long", t.Context(), name, 2, strings.NewReader("xyz"), fault.Conflict, nil},
		{"longer than nothing", t.Context(), name, 0, strings.NewReader("x"), fault.Conflict, nil},
		{"a reader that fails", t.Context(), name, 9, &failing{after: 3, err: io.ErrClosedPipe}, 0, io.ErrClosedPipe},
		{"a reader that fails at its end", t.Context(), name, 3, &failing{after: 3, err: io.ErrClosedPipe}, 0, io.ErrClosedPipe},
		{"canceled", canceled, name, 1, strings.NewReader("x"), 0, context.Canceled},
	} {
		err := d.Import(tt.ctx, tt.name, tt.size, tt.r)
		if err == nil || fault.KindOf(err) != tt.want || tt.is != nil && !errors.Is(err, tt.is) {
			t.Errorf("%s: %v", tt.what, err)
		}
		if err != nil && strings.Contains(err.Error(), d.root) {
			t.Errorf("%s: the error carries a path: %v", tt.what, err)
		}
	}
	if _, _, err := d.OpenStored(name); fault.KindOf(err) != fault.NotFound {
		t.Errorf("missing: %v", err)
	}
	if _, _, err := d.OpenStored("x"); fault.KindOf(err) != fault.Invalid {
		t.Errorf("no name: %v", err)
	}
	if got := left(t, d); len(got) != 0 {
		t.Errorf("left: %v", got)
	}
	if err := d.Import(t.Context(), name, 0, strings.NewReader("")); err != nil {
		t.Errorf("nothing at all: %v", err)
	}
}
