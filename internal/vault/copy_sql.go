package vault

import (
	"context"
	"fmt"
	"io"

	"heed/internal/store"
)

// CopyTo writes a consistent copy of the vault's own file under another key; see store.CopyTo.
// What is wrapped in it stays wrapped to whom it was.
func (v *Vault) CopyTo(ctx context.Context, path string, key [32]byte) error {
	return v.db.CopyTo(ctx, path, key)
}

// TruncateWAL writes the log of the vault's own file back and empties it.
func (v *Vault) TruncateWAL(ctx context.Context) error { return v.db.TruncateWAL(ctx) }

// Integrity lets SQLite look through the vault's own file; see store.DB.
func (v *Vault) Integrity(ctx context.Context) ([]string, error) { return v.db.Integrity(ctx) }

// Names lists the blobs that belong to a backup, in ascending order: all that are in their
// places, also those that no row names, and the pending ones that a reference stands for,
// but none whose key was destroyed. Under the writer's turn of the case's store the answer is
// that of one moment.
func (v *Vault) Names(ctx context.Context) ([]string, error) {
	refs, err := store.Read(ctx, v.caseDB, readReferences)
	if err != nil {
		return nil, err
	}
	rows, err := store.Read(ctx, v.db, rowsOf)
	if err != nil {
		return nil, err
	}
	all, err := v.blobs.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing sealed values: %w", err)
	}
	settled, err := v.blobs.Settled(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing sealed values: %w", err)
	}
	want := map[string]bool{}
	for _, name := range settled {
		want[name] = true
	}
	items := map[string]bool{}
	for _, r := range refs {
		items[r.Item] = true
	}
	for _, r := range rows {
		want[r.blob] = (want[r.blob] || items[r.id]) && !r.destroyed
	}
	names := []string{}
	for _, name := range all {
		if want[name] {
			names = append(names, name)
		}
	}
	return names, nil
}

// OpenStored opens the file of a blob as it lies there, ciphertext, for a backup.
func (v *Vault) OpenStored(name string) (io.ReadCloser, int64, error) {
	return v.blobs.OpenStored(name)
}

// Import puts the file of a blob into its place, for a restore.
func (v *Vault) Import(ctx context.Context, name string, size int64, r io.Reader) error {
	return v.blobs.Import(ctx, name, size, r)
}
