package vault

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

// maxShort bounds every kind but originals, because the leak check holds such a value whole.
const maxShort = 64 << 10

// reference is a row of the case's store, and the version the ledger commits to.
type reference struct {
	Ref     seal.Ref  `json:"ref"`
	Kind    seal.Kind `json:"kind"`
	Subject string    `json:"subject"` // the source it belongs to
	State   string    `json:"state"`
	Item    string    `json:"item"` // names the row of the vault's file, and all that it holds
}

// The states of a value.
const (
	stateSealed    = "sealed"    // custodians can open it
	stateDestroyed = "destroyed" // its key is gone
)

// Prepared is a value that lies encrypted in the vault's directory and is not yet
// part of the case. Whoever got it calls Drop in the end, whatever happened.
type Prepared struct {
	seal.Hidden

	v        *Vault
	pending  *blob.Pending
	kind     seal.Kind
	wrapped  []byte
	digest   []byte
	existing seal.Ref
	item     string // its row, after Keep
	err      error  // of looking for the same value; Keep answers it
}

// Prepare streams a value into the vault's directory, in flat memory and without
// plaintext on the disk. Nothing refers to it before Keep.
func (v *Vault) Prepare(ctx context.Context, kind seal.Kind, r io.Reader) (*Prepared, error) {
	if !kind.Valid() {
		return nil, fault.New(fault.Invalid, "there is no such kind of sealed value", "Nothing was written.", "")
	}
	if err := v.audience.enough(); err != nil {
		return nil, err
	}
	if kind != seal.Original {
		r = &limited{r, maxShort}
	}
	k := &itemKey{key: new([32]byte), salt: new([32]byte), kind: kind}
	defer k.wipe()
	rand.Read(k.key[:]) // never fails since Go 1.24
	rand.Read(k.salt[:])
	pending, err := v.blobs.Put(ctx, *k.key, r)
	if err != nil {
		return nil, fmt.Errorf("sealing: %w", err)
	}
	k.size = pending.Stat().Size
	p := &Prepared{v: v, pending: pending, kind: kind, digest: v.digest(kind, pending.Stat().SHA256)}
	if p.wrapped, err = k.wrapTo(v.audience); err != nil {
		return nil, errors.Join(fmt.Errorf("sealing: %w", err), p.Drop())
	}
	p.Existing() // now, while this goroutine does not hold the case's only writer's turn
	return p, nil
}

// limited refuses a value that is too long, instead of cutting it.
type limited struct {
	r    io.Reader
	left int64
}

func (l *limited) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	if l.left -= int64(n); l.left < 0 {
		return 0, fault.New(fault.Invalid, "this is too long to be sealed as one value (64 KiB)", "Nothing was sealed.", "Add it as a sealed original.")
	}
	return n, err
}

// Size is the number of bytes of the value.
func (p *Prepared) Size() int64 { return p.pending.Stat().Size }

// Existing names the sealed original that has the same bytes. Asked in the
// transaction that would keep this one, the answer is exact. Other kinds have none; see
// the package comment.
func (p *Prepared) Existing() (seal.Ref, bool) {
	if p.existing == "" && len(p.digest) > 0 {
		p.existing, p.err = p.v.find(context.Background(), p.digest)
	}
	return p.existing, p.existing != ""
}

// find returns the reference of an item with that digest, or "". A row that no committed
// reference names was left by a transaction that failed.
func (v *Vault) find(ctx context.Context, digest []byte) (ref seal.Ref, err error) {
	var ids []string
	err = v.db.View(ctx, func(tx *store.Tx) error {
		ids, err = texts(tx, "SELECT id FROM item WHERE digest = ?", digest)
		return err
	})
	if err != nil || len(ids) == 0 {
		return "", err
	}
	err = v.caseDB.View(ctx, func(tx *store.Tx) error {
		for _, id := range ids {
			err := tx.QueryRow("SELECT ref FROM vault_reference WHERE item = ? AND state = ?", id, stateSealed).Scan(&ref)
			if err == nil || !errors.Is(err, sql.ErrNoRows) {
				return err
			}
		}
		return nil
	})
	return ref, err
}

// Find names the sealed original whose bytes have that SHA-256.
func (v *Vault) Find(ctx context.Context, sum [32]byte) (seal.Ref, bool, error) {
	ref, err := v.find(ctx, v.digest(seal.Original, sum))
	if err != nil {
		return "", false, fmt.Errorf("looking for the same value: %w", err)
	}
	return ref, ref != "", nil
}

// Drop removes a value that was not kept, and lets go of one that was.
func (p *Prepared) Drop() error { return p.pending.Drop() }

// Keep makes a prepared value part of the case, in a transaction of the case's store:
// first its blob gets its name, then its row is committed to the vault's file,
// then reference and act are written in tx. subject is the source it belongs to.
//
// When tx is not committed, blob and row stay behind until the next Sweep. When it is,
// Settle comes next.
func (v *Vault) Keep(tx *store.Tx, by ledger.Actor, p *Prepared, subject string) (seal.Ref, error) {
	if p.err != nil {
		return "", fmt.Errorf("looking for the same value: %w", p.err)
	}
	if err := p.pending.Keep(); err != nil {
		return "", fmt.Errorf("sealing: %w", err)
	}
	// Crash here: a blob without a row.
	stat := p.pending.Stat()
	i := item{kind: p.kind, blob: stat.Name, stored: stat.Stored, sum: stat.StoredSHA256[:],
		digest: p.digest, to: v.audience.name(), wrapped: p.wrapped}
	i.id = i.name()
	err := v.db.Update(tx.Context(), func(own *store.Tx) error { return insert(own, i) })
	if err != nil {
		return "", fmt.Errorf("writing to the vault: %w", err)
	}
	p.item = i.id
	// Crash here, and until tx is committed: a row and a blob without a reference.
	return refer(tx, by, i, subject)
}

// insert writes the row of an item, not settled yet.
func insert(own *store.Tx, i item) error {
	_, err := own.Exec("INSERT OR IGNORE INTO item (id, kind, blob, stored, sum, digest, wrapped_to, wrapped) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
		i.id, string(i.kind), i.blob, i.stored, i.sum, i.digest, i.to, i.wrapped)
	return err
}

// Settle says that the transaction of Keep was committed: from then on neither row nor blob
// is removed but with its key. What fails here is done by the next Sweep, so an error undoes nothing.
func (p *Prepared) Settle() error {
	if p.item == "" {
		return errors.New("settling: the value was not kept")
	}
	// The act is committed; canceling what asked for it must not leave this undone.
	err := p.v.db.Update(context.Background(), func(own *store.Tx) error {
		_, err := own.Exec("UPDATE item SET settled = 1 WHERE id = ?", p.item)
		return err
	})
	if err := errors.Join(err, p.pending.Settle()); err != nil {
		return fmt.Errorf("settling: %w", err)
	}
	return nil
}

// refer writes the reference to an item and its act. For a source whose key was destroyed the
// ledger refuses it.
func refer(tx *store.Tx, by ledger.Actor, i item, subject string) (seal.Ref, error) {
	id, err := ledger.NewID(tx, "E", 4)
	if err != nil {
		return "", err
	}
	r := reference{Ref: seal.Ref(id), Kind: i.kind, Subject: subject, State: stateSealed, Item: i.id}
	if _, err := tx.Exec("INSERT INTO vault_reference (ref, kind, subject, state, item) VALUES (?, ?, ?, ?, ?)",
		id, string(r.Kind), r.Subject, r.State, r.Item); err != nil {
		return "", fmt.Errorf("writing reference %s: %w", id, err)
	}
	_, err = ledger.Append(tx, ledger.Act{Kind: "value.sealed", By: by, Object: id, Subject: subject, Version: r})
	return r.Ref, err
}

// texts runs a query for one column of text.
func texts(tx *store.Tx, query string, args ...any) (out []string, err error) {
	err = tx.Each(query, args, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}
