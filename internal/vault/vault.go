// Package vault seals values and opens them for a stated purpose.
//
// Any member can seal: that needs the custodians' public keys only. A value gets a
// random key and a random salt; its bytes stream into a blob under the key, and key,
// salt, size and kind are wrapped to the custodians (age), in a two-person case to every
// two of them; see wrap.go. Only a custodian can open, there two at once,
// and the act stands in the ledger before anything is decrypted: when it cannot be
// written, nothing is.
//
// In the vault's own file: item (what a value is, where its blob lies, the wrapped key and
// to whom, a digest to find the same original again). In the case's store:
// vault_reference (ref, kind, subject, state, and the item it stands for). An item is
// named by a hash of its row, and the reference with that name is what the ledger
// commits to, so that an exchanged row is noticed. The exact size is under the seal too.
//
// Acts: value.sealed, value.opened, value.refused, value.rewrapped, evidence.committed, leak-check.run.
//
// Two files, one act. Whoever writes to the vault holds the writer's turn of the
// case's store:
//
//	blob pending        crash: a blob without a row, which Sweep removes
//	row in the vault    crash: a row and a blob without a reference, which Sweep removes
//	reference and act   committed together, in the case's store
//	row, blob settled   crash before: the next Sweep settles what has a reference
//
// What is settled was acknowledged once. Nothing removes it but the destruction of its key, also
// when an older copy of the case's store, or of the vault's file, that does not know it is
// put back; Check tells.
//
// When the custodians change, Rewrap wraps the key of every value anew; its blob stays:
//
//	new rows            crash: rows without a reference, which Sweep removes
//	references and acts committed together, in the case's store
//	old rows deleted    crash before: Sweep deletes a row whose blob belongs to a referenced one
//
// Destroying what belongs to a source is three steps, after an act that asks for it:
// DestroyKeys blanks the rows, MarkDestroyed notes it in the case's store, and Sweep removes
// the blobs and then the rows. Each can be done again.
//
// The vault refuses to seal when nobody could open, never answers with a name or
// a passage except through Open, and keeps no digest of short values: a member who may
// not open must not be able to try names one after the other. (Of an original there is a
// digest, under a key that every member holds: who has the same bytes can learn
// that they are here. Intake says so anyway: "already here".)
package vault

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"embed"
	"slices"
	"sync"
	"time"

	"filippo.io/age"

	"heed/internal/fault"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

//go:embed schema/case/*.sql schema/vault/*.sql
var files embed.FS

// Schema returns the migrations of the references, which lie in the case's store.
func Schema() store.Schema { return store.SchemaIn("vault", files, "schema/case") }

// ownSchema returns the migrations of the vault's own file.
func ownSchema() store.Schema { return store.SchemaIn("vault_file", files, "schema/vault") }

// Config says where the vault lies, for whom values are sealed, and who opens them.
type Config struct {
	seal.Hidden // it holds keys, in the open: it is made, handed to Open and forgotten

	Path        string   // the vault's own file
	FileKey     [32]byte // that file's key; every member has it
	BlobRoot    string   // the directory of the sealed bytes
	BlobNameKey [32]byte
	Case        *store.DB      // where references and acts go
	Custodians  []Custodian    // everyone who shall be able to open, recovery keys too; hybrid keys
	TwoPerson   bool           // it takes two of them to open
	Identities  []age.Identity // of the custodian at work, of two in a two-person case; else none
	Create      bool           // make the file; without it a missing file is fault.NoStore
	Clock       func() time.Time
}

// Vault is an open vault. It is safe for concurrent use.
type Vault struct {
	seal.Hidden

	db       *store.DB
	caseDB   *store.DB
	blobs    *blob.Dir
	audience audience

	// Functions, so that printing cannot reach what they know: see seal.Hidden.
	digest func(kind seal.Kind, sum [32]byte) []byte

	mu         sync.Mutex
	identities func() []age.Identity // nil after Close
}

// Open opens the vault. The case's store must be open and must have Schema.
func Open(ctx context.Context, c Config) (_ *Vault, err error) {
	to, err := newAudience(c.Custodians, c.TwoPerson)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Config{Path: c.Path, Key: c.FileKey, Schemas: []store.Schema{ownSchema()},
		Clock: c.Clock, Create: c.Create, Unledgered: true})
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			db.Close()
		}
	}()
	blobs, err := blob.Open(c.BlobRoot, c.BlobNameKey)
	if err != nil {
		return nil, err
	}
	key := digestKey(c.BlobNameKey)
	identities := slices.Clone(c.Identities) // and not c, which holds keys
	return &Vault{
		db: db, caseDB: c.Case, blobs: blobs, audience: to,
		digest:     func(kind seal.Kind, sum [32]byte) []byte { return digestOf(key, kind, sum) },
		identities: func() []age.Identity { return identities },
	}, nil
}

// digestKey derives the key of the digests from that of the blobs' names, which no rotation
// changes: HMAC-SHA256(blob name key, "heed/v1/vault-digest").
func digestKey(nameKey [32]byte) *[32]byte {
	h := hmac.New(sha256.New, nameKey[:])
	h.Write([]byte("heed/v1/vault-digest"))
	key := [32]byte(h.Sum(nil))
	return &key
}

// Close forgets the identities and closes the file. It can be called twice.
func (v *Vault) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.identities == nil {
		return nil
	}
	v.identities = nil
	return v.db.Close()
}

// unlocked returns the identities at work, or why they are too few to open anything.
func (v *Vault) unlocked() ([]age.Identity, *fault.Error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.identities == nil || len(v.identities()) == 0 {
		return nil, errLocked()
	}
	if v.audience.two && len(v.identities()) < 2 {
		return nil, errTwo()
	}
	return v.identities(), nil
}
