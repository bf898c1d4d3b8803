package intake

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Copy streams an open original, bit-exact, to w, after taking the act down. The
// bytes count only when it returns nil: a damaged blob fails at the damaged chunk.
func (r *Room) Copy(ctx context.Context, by ledger.Actor, id string, w io.Writer) (o Original, err error) {
	var b blobRow
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if o, err = ReadKept(tx, id); err != nil {
			return err
		}
		if o.Sealed() {
			return fault.New(fault.Withheld, "this is sealed; the custodian can open it", "Nothing was opened.",
				"heed unseal "+string(o.Original)+" --purpose \"…\"")
		}
		if b, err = readBlob(tx, id); err != nil {
			return err
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: "original.copied", By: by, Object: id, Subject: id})
		return err
	})
	if err != nil {
		return o, err
	}
	return o, r.stream(ctx, o, b, w)
}

// ReadBytes writes the bytes of an open original to w for use inside the house, such as
// reading a table out of it. Nothing leaves, so it is no act.
func (r *Room) ReadBytes(ctx context.Context, id string, w io.Writer) (o Original, err error) {
	var b blobRow
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if o, err = ReadKept(tx, id); err != nil {
			return err
		}
		if o.Sealed() {
			return fault.New(fault.Withheld, id+" is sealed, and is read by a custodian only", "Nothing was opened.", "")
		}
		b, err = readBlob(tx, id)
		return err
	})
	if err != nil {
		return o, err
	}
	return o, r.stream(ctx, o, b, w)
}

func readBlob(tx *store.Tx, id string) (b blobRow, err error) {
	err = tx.QueryRow("SELECT blob, blob_key FROM original WHERE id = ?", id).Scan(&b.name, &b.key)
	if err == nil && len(b.key) != 32 {
		err = fmt.Errorf("data key of %s has %d bytes", id, len(b.key))
	}
	return b, err
}

// stream copies and hashes the bytes. A digest that differs is noticed at the end,
// when the bytes have gone out: that is why the caller must wait for nil.
func (r *Room) stream(ctx context.Context, o Original, b blobRow, w io.Writer) error {
	body, err := r.blobs.Get(ctx, b.name, [32]byte(b.key), o.Size)
	if err != nil {
		return spoilt(o.ID, err)
	}
	defer body.Close()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(w, h), body); err != nil {
		return spoilt(o.ID, err)
	}
	if hex.EncodeToString(h.Sum(nil)) != o.SHA256 {
		return damaged(o.ID)
	}
	return nil
}

// spoilt tells stored bytes that are not what they were, which the blob store answers
// with a fault, from a copy that was stopped or had nowhere to go.
func spoilt(id string, err error) error {
	if fault.KindOf(err) != 0 {
		return damaged(id)
	}
	var p *fs.PathError
	if errors.As(err, &p) {
		err = p.Err // a path can hold a name
	}
	return fmt.Errorf("copying original %s: %w", id, err)
}

func damaged(id string) error {
	return fault.New(fault.Conflict, "the stored original "+id+" differs from its recorded hash, or is missing", "It was not used, and nothing was changed.",
		"Tell the custodian, and bring the original back from a backup.")
}

// CheckBlobs reads every open original back and holds it against its digest, and looks
// for stored files that no original refers to any more, and for what an erased one left.
func (r *Room) CheckBlobs(ctx context.Context) (problems []ledger.Problem, err error) {
	blobs := map[string]blobRow{}
	var open []Original
	err = r.db.View(ctx, func(tx *store.Tx) error {
		all, err := ReadOriginals(tx)
		if err != nil {
			return err
		}
		for _, o := range all {
			if o.Sealed() || o.Erased != 0 {
				continue
			}
			if blobs[o.ID], err = readBlob(tx, o.ID); err != nil {
				return err
			}
			open = append(open, o)
		}
		problems, err = leftovers(tx)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, o := range open {
		err := r.stream(ctx, o, blobs[o.ID], io.Discard)
		if ctx.Err() != nil {
			return problems, ctx.Err()
		}
		if err != nil {
			problems = append(problems, ledger.Problem{Place: o.ID, What: "its stored bytes differ from its recorded hash, or cannot be read"})
		}
	}
	more, err := r.strays(ctx)
	return append(problems, more...), err
}

// strays finds settled files that no original refers to, and those of erased ones. A settled
// file had its row before it was settled, so the rows are read afterwards.
func (r *Room) strays(ctx context.Context) (problems []ledger.Problem, err error) {
	settled, err := r.blobs.Settled(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := store.Read(ctx, r.db, blobOwners)
	if err != nil {
		return nil, err
	}
	unknown := 0
	for _, name := range settled {
		switch o, known := rows[name]; {
		case !known:
			unknown++
		case o.erased:
			problems = append(problems, ledger.Problem{Place: o.id, What: "its key was destroyed, and its file still lies there: the next opening removes it"})
		}
	}
	if unknown > 0 {
		problems = append(problems, ledger.Problem{Place: "originals",
			What: fmt.Sprintf("%d files lie there that the store does not know: the store is an older copy, or was changed", unknown)})
	}
	return problems, nil
}

// owner is the original that a blob belongs to.
type owner struct {
	id     string
	erased bool
}

// blobOwners says whose the blobs are that originals refer to. For erased counts an
// original whose key an act destroyed: a row that only says so must cost no file.
func blobOwners(tx *store.Tx) (map[string]owner, error) {
	destroyed, err := ledger.Destroyed(tx)
	if err != nil {
		return nil, err
	}
	owners := map[string]owner{}
	err = tx.Each("SELECT blob, id, erased_at <> 0 FROM original WHERE blob <> ''", nil, func(rows *sql.Rows) error {
		var name string
		var o owner
		err := rows.Scan(&name, &o.id, &o.erased)
		o.erased = o.erased && slices.Contains(destroyed, o.id)
		if other, known := owners[name]; !known || other.erased {
			owners[name] = o // what a living original names must cost no file either
		}
		return err
	})
	return owners, err
}

// Sweep finishes what a crash left in the blob store: it removes bytes that no original
// ever referred to, puts into place those that one does, and removes those of erased
// originals. What an original referred to once stays, also when the store does not know
// it; see CheckBlobs. It holds the writer's turn, so that nobody is between naming a blob
// and its row.
func (r *Room) Sweep(ctx context.Context) (removed int, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		owners, err := blobOwners(tx)
		if err != nil {
			return err
		}
		keep := func(name string) bool { o, ok := owners[name]; return ok && !o.erased }
		gone := func(name string) bool { return owners[name].erased }
		removed, err = r.blobs.Sweep(ctx, keep, gone)
		return err
	})
	return removed, err
}

// Names lists the files that belong to a backup, in ascending order: all originals that
// are in their places, also those that no row names, and those that wait for it while
// their row is there, but none whose key was destroyed. Under the writer's turn the answer
// is that of one moment.
func (r *Room) Names(ctx context.Context) ([]string, error) {
	owners, err := store.Read(ctx, r.db, blobOwners)
	if err != nil {
		return nil, err
	}
	settled, err := r.blobs.Settled(ctx)
	if err != nil {
		return nil, err
	}
	inPlace := map[string]bool{}
	for _, name := range settled {
		inPlace[name] = true
	}
	all, err := r.blobs.List(ctx)
	names := []string{}
	for _, name := range all {
		o, known := owners[name]
		if known && !o.erased || !known && inPlace[name] {
			names = append(names, name)
		}
	}
	return names, err
}

// OpenStored opens the file of an original as it lies there, ciphertext, for a backup.
func (r *Room) OpenStored(name string) (io.ReadCloser, int64, error) { return r.blobs.OpenStored(name) }
