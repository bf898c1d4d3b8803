// Package vault seals values and opens them for a stated purpose.
//
// Any member can seal: that needs the custodians' public keys only. A value gets a
// random key and a random salt; its bytes stream into a blob under the key, and key,
// salt, size and kind are encrypted to every custodian (age). Only a custodian can open,
// and the act stands in the ledger before anything is decrypted: when it cannot be
// written, nothing is.
//
// In the vault's own file: item (what a value is, where its blob lies, the wrapped key, a
// digest to find the same original again) and digest_key. In the case's store:
// vault_reference (ref, kind, subject, state, and the item it stands for). An item is
// named by a hash of its row, and the reference with that name is what the ledger
// commits to, so that an exchanged row is noticed. The exact size is under the seal too.
//
// Acts: value.sealed, value.opened, value.refused, evidence.committed, leak-check.run.
//
// Two files, one act. Whoever writes to the vault holds the writer's turn of the
// case's store:
//
//	blob in its place   crash: a blob without a row, which Sweep removes
//	row in the vault    crash: a row and a blob without a reference, which Sweep removes
//	reference and act   committed together, in the case's store
//	row, blob settled   crash before: the next Sweep settles what has a reference
//
// What is settled was acknowledged once. Nothing removes it, also when an older copy of
// the case's store, or of the vault's file, that does not know it is put back; Check tells.
//
// The vault refuses to seal when there is no custodian, never answers with a name or
// a passage except through Open, and keeps no digest of short values: a member who may
// not open must not be able to try names one after the other. (Of an original there is a
// digest, under a key that every member holds: who has the same bytes can learn
// that they are here. Intake says so anyway: "already here".)
package vault

import (
	"context"
	"crypto/rand"
	"embed"
	"fmt"
	"slices"
	"sync"
	"time"

	"filippo.io/age"

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
	Case        *store.DB       // where references and acts go
	Custodians  []age.Recipient // everyone who shall be able to open; hybrid keys
	Identities  []age.Identity  // of the member at work; none unless a custodian
	Create      bool            // make the file; without it a missing file is fault.NoStore
	Clock       func() time.Time
}

// Vault is an open vault. It is safe for concurrent use.
type Vault struct {
	seal.Hidden

	db         *store.DB
	caseDB     *store.DB
	blobs      *blob.Dir
	custodians []age.Recipient

	// Functions, so that printing cannot reach what they know: see seal.Hidden.
	digest func(kind seal.Kind, sum [32]byte) []byte

	mu         sync.Mutex
	identities func() []age.Identity // nil after Close
}

// Open opens the vault. The case's store must be open and must have Schema.
func Open(ctx context.Context, c Config) (_ *Vault, err error) {
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
	key, err := findDigestKey(ctx, db)
	if err != nil {
		return nil, fmt.Errorf("reading digest key: %w", err)
	}
	identities := slices.Clone(c.Identities) // and not c, which holds keys
	return &Vault{
		db: db, caseDB: c.Case, blobs: blobs, custodians: slices.Clone(c.Custodians),
		digest:     func(kind seal.Kind, sum [32]byte) []byte { return digestOf(key, kind, sum) },
		identities: func() []age.Identity { return identities },
	}, nil
}

// findDigestKey reads the key of the digests. The first opening makes it; of two at
// once the one that wrote first has made it.
func findDigestKey(ctx context.Context, db *store.DB) (*[32]byte, error) {
	var b []byte
	err := db.Update(ctx, func(tx *store.Tx) error {
		fresh := make([]byte, 32)
		rand.Read(fresh) // never fails since Go 1.24
		if _, err := tx.Exec("INSERT OR IGNORE INTO digest_key (id, key) VALUES (1, ?)", fresh); err != nil {
			return err
		}
		return tx.QueryRow("SELECT key FROM digest_key").Scan(&b)
	})
	if err != nil {
		return nil, err
	}
	if len(b) != 32 {
		return nil, fmt.Errorf("it has %d bytes", len(b))
	}
	key := [32]byte(b)
	return &key, nil
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

// keys returns the identities of the member at work; none means no custodian.
func (v *Vault) keys() []age.Identity {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.identities == nil {
		return nil
	}
	return v.identities()
}
