package app

import (
	"context"
	"io"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/release"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/vault"
)

// sealer is the vault as intake sees it: a door that opens inwards only.
type sealer struct{ v *vault.Vault }

func (s sealer) Prepare(ctx context.Context, kind seal.Kind, r io.Reader) (intake.Sealing, error) {
	p, err := s.v.Prepare(ctx, kind, r)
	if err != nil {
		return nil, err
	}
	return sealing{s.v, p}, nil
}

func (s sealer) Find(ctx context.Context, sum [32]byte) (seal.Ref, bool, error) {
	return s.v.Find(ctx, sum)
}

type sealing struct {
	v *vault.Vault
	*vault.Prepared
}

func (s sealing) Keep(tx *store.Tx, by ledger.Actor, subject string) (seal.Ref, error) {
	return s.v.Keep(tx, by, s.Prepared, subject)
}

// seals is the vault as the release room sees it: questions that are answered with
// positions and commitments, never with names.
type seals struct{ v *vault.Vault }

func (s seals) Leaks(ctx context.Context, by ledger.Actor, purpose string, text []byte, open [][]byte) ([]release.Span, error) {
	found, err := s.v.Leaks(ctx, by, purpose, vault.Query{Text: text, Open: open})
	if err != nil {
		return nil, err
	}
	spans := make([]release.Span, len(found))
	for i, f := range found {
		spans[i] = release.Span{Start: f.Start, End: f.End}
	}
	return spans, nil
}

func (s seals) Commitments(ctx context.Context, by ledger.Actor, id string, refs []seal.Ref) ([]seal.Commitment, error) {
	return s.v.Commitments(ctx, by, id, refs)
}

// Seal seals one value that belongs to a source. Any member can do it.
func (a *App) Seal(ctx context.Context, source string, kind seal.Kind, value io.Reader) (ref seal.Ref, err error) {
	if !kind.Valid() || kind == seal.Original || kind == seal.FileName {
		return "", fault.New(fault.Invalid, "this kind of value cannot be sealed by itself", "Nothing was written.", "Kinds: name, place, note.")
	}
	p, err := a.vault.Prepare(ctx, kind, value)
	if err != nil {
		return "", err
	}
	defer p.Drop()
	if p.Size() == 0 {
		return "", fault.New(fault.Invalid, "there is nothing to seal", "Nothing was written.", "Give the value on standard input.")
	}
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		switch o, err := intake.ReadOriginal(tx, source); {
		case err != nil:
			return err
		case o.Erased != 0:
			return fault.New(fault.Withheld, source+" was erased: its key was destroyed", "Nothing was sealed.", "Add what came since as a source of its own.")
		}
		ref, err = a.vault.Keep(tx, a.By(), p, source)
		return err
	})
	if err != nil {
		return "", err
	}
	p.Settle() // the act is committed; what fails here is finished by the next opening
	return ref, nil
}

// Unseal opens one value for a stated purpose and writes it to w. The act stands in
// the ledger before anything is decrypted. Only a custodian can.
func (a *App) Unseal(ctx context.Context, ref seal.Ref, purpose string, w io.Writer) error {
	body, _, err := a.vault.Open(ctx, a.By(), ref, purpose)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = io.Copy(w, body)
	return err
}

// Seals lists what is sealed: references, kinds and sources, never values.
func (a *App) Seals(ctx context.Context) (items []vault.Item, err error) {
	err = a.db.View(ctx, func(tx *store.Tx) error {
		items, err = a.vault.List(tx)
		return err
	})
	return items, err
}
