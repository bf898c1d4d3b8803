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

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// Copy streams an open original, bit-exact, to w, after taking the act down. The
// bytes count only when it returns nil: a damaged blob fails at the damaged chunk.
func (r *Room) Copy(ctx context.Context, by ledger.Actor, id string, w io.Writer) (o Original, err error) {
	var b blobRow
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		if o, err = ReadOriginal(tx, id); err != nil {
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
// for stored files that no original refers to any more.
func (r *Room) CheckBlobs(ctx context.Context) (problems []ledger.Problem, err error) {
	blobs := map[string]blobRow{}
	var open []Original
	err = r.db.View(ctx, func(tx *store.Tx) error {
		all, err := ReadOriginals(tx)
		if err != nil {
			return err
		}
		for _, o := range all {
			if o.Sealed() {
				continue
			}
			if blobs[o.ID], err = readBlob(tx, o.ID); err != nil {
				return err
			}
			open = append(open, o)
		}
		return nil
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
	stray, err := r.strays(ctx)
	if err != nil {
		return problems, err
	}
	if stray > 0 {
		problems = append(problems, ledger.Problem{Place: "originals",
			What: fmt.Sprintf("%d files lie there that the store does not know: the store is an older copy, or was changed", stray)})
	}
	return problems, nil
}

// strays counts the settled files that no original refers to. A settled file had its row
// before it was settled, so the rows are read afterwards.
func (r *Room) strays(ctx context.Context) (n int, err error) {
	settled, err := r.blobs.Settled(ctx)
	if err != nil {
		return 0, err
	}
	known, err := store.Read(ctx, r.db, knownBlobs)
	for _, name := range settled {
		if !known[name] {
			n++
		}
	}
	return n, err
}

// knownBlobs is the set of the blobs that originals refer to.
func knownBlobs(tx *store.Tx) (map[string]bool, error) {
	known := map[string]bool{}
	err := tx.Each("SELECT blob FROM original WHERE blob <> ''", nil, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		known[name] = true
		return err
	})
	return known, err
}

// Sweep removes what a crash left in the blob store: bytes that no original ever referred
// to. What an original referred to once stays, also when the store does not know it; see
// CheckBlobs. It holds the writer's turn, so that nobody is between naming a blob and its row.
func (r *Room) Sweep(ctx context.Context) (removed int, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		known, err := knownBlobs(tx)
		if err != nil {
			return err
		}
		removed, err = r.blobs.Sweep(ctx, func(name string) bool { return known[name] })
		return err
	})
	return removed, err
}
