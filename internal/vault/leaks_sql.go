package vault

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"filippo.io/age"

	"heed/internal/ledger"
	"heed/internal/store"
)

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
	identities, locked := v.unlocked()
	if locked != nil {
		return nil, locked
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
		all = slices.DeleteFunc(all, func(r reference) bool { return r.State != stateSealed })
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
