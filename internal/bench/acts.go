package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"heed/internal/app"
	"heed/internal/record"
)

const (
	oneWriter    = "durable acts, one writer"
	manyWriters  = "durable acts, eight writers at once"
	syncedFiles  = "new files of 4 KiB, synced"
	syncedBlocks = "4 KiB at the end of a file, synced"

	writers   = 8
	blockSize = 4096
)

// acts counts durable acts beside what the disk does bare: each act is one commit of a
// basis, with its row, its entry, its version and its hashes, and on the disk when it is
// acknowledged.
func (r *run) acts(ctx context.Context) error {
	a, err := r.openNew(ctx)
	if err != nil {
		return err
	}
	defer a.Close()
	source, err := addText(ctx, a, 0)
	if err != nil {
		return err
	}
	act := func() error {
		_, err := a.Record.AddBasis(ctx, a.By(), record.Basis{Source: source, Kind: record.PublicRecord, Citation: "a newspaper of 1 May 2024, page 3"})
		return err
	}
	m, err := r.inTurns(ctx,
		contender{oneWriter, "a second", func(ctx context.Context) (float64, error) { return r.perSecond(ctx, 1, act) }},
		contender{manyWriters, "a second", func(ctx context.Context) (float64, error) { return r.perSecond(ctx, writers, act) }},
		contender{syncedFiles, "a second", r.syncFiles},
		contender{syncedBlocks, "a second", r.syncBlocks},
	)
	if err != nil {
		return err
	}
	r.ratio(oneWriter, syncedFiles, "a second", m)
	r.ratio(oneWriter, syncedBlocks, "a second", m)
	r.ratio(manyWriters, oneWriter, "a second", m)
	return a.Close()
}

// openNew makes a case, opens it anew, and takes down how much memory that leaves taken.
func (r *run) openNew(ctx context.Context) (*app.App, error) {
	const what = "resident memory with a case open"
	before, _ := atRest()
	a, err := r.newCase(ctx, "acts")
	if err != nil {
		return nil, err
	}
	if err := a.Close(); err != nil {
		return nil, err
	}
	if a, err = app.Open(ctx, r.config("acts"), who()); err != nil {
		return nil, err
	}
	if open, known := atRest(); known {
		r.figure(what, open, "MiB", Side{"before any", before, "MiB"})
	} else {
		r.unknown(what, "MiB", notHere)
	}
	return a, nil
}

// perSecond counts how often fn succeeds in the window.
func (r *run) perSecond(ctx context.Context, workers int, fn func() error) (float64, error) {
	window, stop := context.WithTimeout(ctx, r.o.Window)
	defer stop()
	var n atomic.Int64
	errs := make([]error, workers)
	took, err := r.seconds(func() error {
		var all sync.WaitGroup
		for i := range workers {
			all.Go(func() {
				for window.Err() == nil && errs[i] == nil {
					if errs[i] = fn(); errs[i] == nil {
						n.Add(1)
					}
				}
			})
		}
		all.Wait()
		return errors.Join(errs...)
	})
	return per(float64(n.Load()), took), err
}

// syncFiles writes small files one after the other and forces each to the disk.
func (r *run) syncFiles(ctx context.Context) (float64, error) {
	dir, err := os.MkdirTemp(r.dir, "synced-*")
	if err != nil {
		return 0, pathless(err)
	}
	defer os.RemoveAll(dir)
	block := noise()
	n := 0
	return r.perSecond(ctx, 1, func() error {
		n++
		f, err := os.OpenFile(filepath.Join(dir, strconv.Itoa(n)), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return pathless(err)
		}
		_, err = f.Write(block)
		return pathless(errors.Join(err, f.Sync(), f.Close()))
	})
}

// syncBlocks appends to one file, as a write-ahead log does, and forces each block.
func (r *run) syncBlocks(ctx context.Context) (float64, error) {
	f, err := os.CreateTemp(r.dir, "synced-*")
	if err != nil {
		return 0, pathless(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	block := noise()
	return r.perSecond(ctx, 1, func() error {
		_, err := f.Write(block)
		return pathless(errors.Join(err, f.Sync()))
	})
}

func noise() []byte {
	block := make([]byte, blockSize)
	rand.Read(block) // never fails
	return block
}
