package vault

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
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
// decrypted. Only a custodian can; a refusal is taken down too.
//
// The bytes count only once the reader has answered io.EOF: a value that was cut or
// exchanged fails at its end at the latest.
func (v *Vault) Open(ctx context.Context, by ledger.Actor, ref seal.Ref, purpose string) (io.ReadCloser, seal.Kind, error) {
	identities := v.keys()
	if len(identities) == 0 {
		return nil, "", errLocked(v.refuse(ctx, by, ref, purpose))
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

// refuse takes down that a member who is no custodian tried to open a value. Of one
// that is not there nothing is written; the member cannot tell the difference.
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

// readReference finds what a custodian can open. The answer for all else is errSealed.
func readReference(tx *store.Tx, ref seal.Ref) (r reference, err error) {
	err = tx.QueryRow("SELECT ref, kind, subject, state, item FROM vault_reference WHERE ref = ?", string(ref)).
		Scan(&r.Ref, &r.Kind, &r.Subject, &r.State, &r.Item)
	if errors.Is(err, sql.ErrNoRows) || err == nil && r.State != stateSealed {
		return r, errSealed()
	}
	return r, err
}

// readItem finds the row a reference names, and holds it against that name.
func (v *Vault) readItem(ctx context.Context, r reference) (i item, err error) {
	err = v.db.View(ctx, func(tx *store.Tx) error {
		i, err = scanItem(tx.QueryRow("SELECT "+itemColumns+" FROM item WHERE id = ?", r.Item))
		return err
	})
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return i, errDamaged(r.Ref, errors.New("it has no row in the vault"))
	case err != nil:
		return i, fmt.Errorf("reading the vault: %w", err)
	case i.name() != r.Item || i.kind != r.Kind:
		return i, errDamaged(r.Ref, errors.New("its row in the vault was changed"))
	}
	return i, nil
}

const itemColumns = "id, kind, blob, stored, sum, wrapped"

func scanItem(row interface{ Scan(...any) error }) (i item, err error) {
	err = row.Scan(&i.id, &i.kind, &i.blob, &i.stored, &i.sum, &i.wrapped)
	return i, err
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
	identities := v.keys()
	if len(identities) == 0 {
		return nil, errLocked(nil)
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

// Query is what is to be checked for leaks. Open are texts that readers may see: what a
// sealed original has in common with them is no leak.
type Query struct {
	Text []byte
	Open [][]byte
}

// Found is a place in the text, in bytes, half-open, that tells something sealed.
type Found struct{ Start, End int }

// checkDetail is what the ledger keeps of a leak check.
type checkDetail struct {
	Purpose string `json:"purpose"`
	Values  int    `json:"values"`
	Text    string `json:"text"` // SHA-256 of what was checked, hex
}

// vaultObject is the ledger's name for the vault as a whole.
const vaultObject = "vault"

// Leaks says where a text tells a sealed value; see matcher for what counts. It opens
// every value, so it needs a custodian and a purpose, and is one act. The answer holds
// positions only, in order and without overlaps. When one value cannot be read the check
// fails: an answer that is silent about it would pass for a clean one.
func (v *Vault) Leaks(ctx context.Context, by ledger.Actor, purpose string, q Query) ([]Found, error) {
	identities := v.keys()
	if len(identities) == 0 {
		return nil, errLocked(nil)
	}
	purpose, err := checkPurpose(purpose)
	if err != nil {
		return nil, err
	}
	var all []reference
	err = v.caseDB.Update(ctx, func(tx *store.Tx) error {
		if all, err = readReferences(tx); err != nil {
			return err
		}
		sum := sha256.Sum256(q.Text)
		_, err := ledger.Append(tx, ledger.Act{Kind: "leak-check.run", By: by, Object: vaultObject,
			Detail: checkDetail{purpose, len(all), hex.EncodeToString(sum[:])}})
		return err
	})
	if err != nil {
		return nil, err
	}
	m := newMatcher(q)
	for _, r := range all {
		if r.State != stateSealed {
			continue
		}
		if err := v.match(ctx, m, r, identities); err != nil {
			return nil, err
		}
	}
	return m.found(), nil
}

// match opens one value and looks for it. A value that is longer than any text
// that can be checked is read no further; see BUG in matcher.
func (v *Vault) match(ctx context.Context, m *matcher, r reference, identities []age.Identity) error {
	k, body, err := v.decrypt(ctx, r, identities)
	if err != nil {
		return err
	}
	k.wipe()
	defer body.Close()
	b, err := readText(body)
	defer clear(b)
	if err != nil {
		return err
	}
	m.add(r.Kind, b)
	return nil
}
