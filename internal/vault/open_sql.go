package vault

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"filippo.io/age"

	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
)

// The length of a purpose, in characters.
const (
	minPurpose = 3
	maxPurpose = 1000
)

// opening is what the ledger keeps of an opening or of a refusal.
type opening struct {
	Purpose string   `json:"purpose"`
	Ref     seal.Ref `json:"ref"`
}

// Open opens a value for a stated purpose. The act is committed before anything is
// decrypted. Only a custodian can, in a two-person case two;
// a refusal is taken down too.
//
// The bytes count only once the reader has answered io.EOF: a value that was cut or
// exchanged fails at its end at the latest.
func (v *Vault) Open(ctx context.Context, by ledger.Actor, ref seal.Ref, purpose string) (io.ReadCloser, seal.Kind, error) {
	identities, locked := v.unlocked()
	if locked != nil {
		locked.Err = v.refuse(ctx, by, ref, purpose)
		return nil, "", locked
	}
	purpose, err := checkPurpose(purpose)
	if err != nil {
		return nil, "", err
	}
	var r reference
	err = v.caseDB.Update(ctx, func(tx *store.Tx) error {
		if r, err = readReference(tx, ref); err != nil {
			return err
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: "value.opened", By: by, Object: string(r.Ref), Subject: r.Subject, Detail: opening{purpose, r.Ref}})
		return err
	})
	if err != nil {
		return nil, "", err
	}
	k, body, err := v.decrypt(ctx, r, identities)
	if err != nil {
		return nil, "", err
	}
	k.wipe()
	return body, r.Kind, nil
}

// refuse takes down that a member who is no custodian, or one custodian alone, tried to open
// a value. Of one that is not there, or not any more, nothing is written; the member cannot
// tell the difference.
func (v *Vault) refuse(ctx context.Context, by ledger.Actor, ref seal.Ref, purpose string) error {
	purpose = string([]rune(strings.TrimSpace(purpose))[:min(maxPurpose, utf8.RuneCountInString(strings.TrimSpace(purpose)))])
	err := v.caseDB.Update(ctx, func(tx *store.Tx) error {
		r, err := readReference(tx, ref)
		if err != nil {
			return err
		}
		_, err = ledger.Append(tx, ledger.Act{Kind: "value.refused", By: by, Object: string(r.Ref), Subject: r.Subject, Detail: opening{purpose, r.Ref}})
		return err
	})
	if fault.KindOf(err) == fault.Withheld {
		return nil
	}
	return err
}

func checkPurpose(purpose string) (string, error) {
	purpose = strings.TrimSpace(purpose)
	if n := utf8.RuneCountInString(purpose); n < minPurpose || n > maxPurpose {
		return "", fault.New(fault.Invalid, "sealed values are opened for a stated purpose only", "Nothing was opened.",
			fmt.Sprintf("Say why, in %d to %d characters; it is kept in the ledger.", minPurpose, maxPurpose))
	}
	return purpose, nil
}

// readReference finds what a custodian can open. Of what was destroyed it says so, which is
// for custodians only; the answer for all else is errSealed.
func readReference(tx *store.Tx, ref seal.Ref) (r reference, err error) {
	r, err = scanReference(tx.QueryRow(selectReference+" WHERE ref = ?", string(ref)))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return r, errSealed()
	case err == nil && r.State == stateDestroyed:
		return r, errDestroyed(r)
	case err == nil && r.State != stateSealed:
		return r, errSealed()
	}
	return r, err
}

const selectReference = "SELECT ref, kind, subject, state, item FROM vault_reference"

func scanReference(row interface{ Scan(...any) error }) (r reference, err error) {
	err = row.Scan(&r.Ref, &r.Kind, &r.Subject, &r.State, &r.Item)
	return r, err
}

// readItem finds the row a reference names, and holds it against that name. When it is not
// there, the value may have been wrapped anew since the reference was read.
func (v *Vault) readItem(ctx context.Context, r reference) (item, error) {
	i, ok, err := v.findItem(ctx, r.Item)
	if err == nil && !ok {
		var fresh reference
		if fresh, err = v.current(ctx, r.Ref); err == nil && fresh.Item != r.Item {
			r = fresh
			i, ok, err = v.findItem(ctx, r.Item)
		}
	}
	switch {
	case err != nil:
		return i, err
	case !ok:
		return i, errDamaged(r.Ref, errors.New("it has no row in the vault"))
	case i.destroyed:
		return i, errDestroyed(r)
	case !i.is(r):
		return i, errDamaged(r.Ref, errors.New("its row in the vault was changed"))
	}
	return i, nil
}

// is reports whether an item is the one that a reference stands for.
func (i item) is(r reference) bool { return i.name() == r.Item && i.kind == r.Kind }

// current reads a reference as it is by now.
func (v *Vault) current(ctx context.Context, ref seal.Ref) (reference, error) {
	return store.Read(ctx, v.caseDB, func(tx *store.Tx) (reference, error) { return readReference(tx, ref) })
}

// findItem reads a row of the vault's file, and says whether it is there.
func (v *Vault) findItem(ctx context.Context, id string) (i item, ok bool, err error) {
	err = v.db.View(ctx, func(own *store.Tx) error {
		i, ok, err = rowOf(own, id)
		return err
	})
	if err != nil {
		return i, false, fmt.Errorf("reading the vault: %w", err)
	}
	return i, ok, nil
}

func rowOf(own *store.Tx, id string) (i item, ok bool, err error) {
	err = own.QueryRow("SELECT id, kind, blob, stored, sum, digest, destroyed, wrapped_to, wrapped FROM item WHERE id = ?", id).
		Scan(&i.id, &i.kind, &i.blob, &i.stored, &i.sum, &i.digest, &i.destroyed, &i.to, &i.wrapped)
	if errors.Is(err, sql.ErrNoRows) {
		return i, false, nil
	}
	return i, err == nil, err
}

// decrypt opens a value. The caller has the act in the ledger, and wipes the key.
func (v *Vault) decrypt(ctx context.Context, r reference, identities []age.Identity) (*itemKey, io.ReadCloser, error) {
	i, err := v.readItem(ctx, r)
	if err != nil {
		return nil, nil, err
	}
	k, err := i.unwrap(identities)
	var stranger *age.NoIdentityMatchError
	switch {
	case errors.As(err, &stranger):
		return nil, nil, errSealed()
	case fault.KindOf(err) == fault.Locked: // wrapped to two, and the case was one of two then
		return nil, nil, err
	case err != nil:
		return nil, nil, errDamaged(r.Ref, err)
	}
	body, err := v.blobs.Get(ctx, i.blob, *k.key, k.size)
	if err != nil {
		k.wipe()
		return nil, nil, whyNot(r.Ref, err)
	}
	return k, &opened{ref: r.Ref, r: body}, nil
}

// whyNot tells a damaged value from a disk that does not answer.
func whyNot(ref seal.Ref, err error) error {
	if fault.KindOf(err) != 0 {
		return errDamaged(ref, err)
	}
	return fmt.Errorf("opening %s: %w", ref, err)
}

// opened hands out the bytes of one value and keeps quiet about everything else.
type opened struct {
	seal.Hidden

	ref seal.Ref
	r   io.ReadCloser
}

func (o *opened) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	if err != nil && err != io.EOF {
		err = whyNot(o.ref, err)
	}
	return n, err
}

func (o *opened) Close() error { return o.r.Close() }

// commitDetail is what the ledger keeps of commitments.
type commitDetail struct {
	Release string     `json:"release"`
	Refs    []seal.Ref `json:"refs"`
}

// Commitments computes the commitments to values for one release, in the order of
// refs. It reads every byte of them, so it needs a custodian, and is an act.
func (v *Vault) Commitments(ctx context.Context, by ledger.Actor, releaseID string, refs []seal.Ref) ([]seal.Commitment, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	identities, locked := v.unlocked()
	if locked != nil {
		return nil, locked
	}
	var all []reference
	err := v.caseDB.Update(ctx, func(tx *store.Tx) error {
		all = all[:0]
		for _, ref := range refs {
			r, err := readReference(tx, ref)
			if err != nil {
				return err
			}
			all = append(all, r)
		}
		_, err := ledger.Append(tx, ledger.Act{Kind: "evidence.committed", By: by, Object: releaseID, Detail: commitDetail{releaseID, refs}})
		return err
	})
	if err != nil {
		return nil, err
	}
	out := make([]seal.Commitment, len(all))
	for i, r := range all {
		if out[i], err = v.commit(ctx, r, releaseID, identities); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// commit streams one value into its commitment.
func (v *Vault) commit(ctx context.Context, r reference, releaseID string, identities []age.Identity) (seal.Commitment, error) {
	k, body, err := v.decrypt(ctx, r, identities)
	if err != nil {
		return seal.Commitment{}, err
	}
	defer k.wipe()
	defer body.Close()
	leaf := seal.Leaf(seal.ReleaseSalt(*k.salt, releaseID), r.Kind)
	if _, err := io.Copy(leaf, body); err != nil {
		return seal.Commitment{}, err
	}
	return seal.Commitment(leaf.Sum(nil)), nil
}
