package release

import (
	"context"
	"fmt"

	"heed/bundle"
	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// look loads the picture and the frozen files in one view.
func (r *Room) look(ctx context.Context, id string) (p picture, frozen []bundle.File, err error) {
	err = r.db.View(ctx, func(tx *store.Tx) error {
		if p, err = readPicture(tx, id); err != nil {
			return err
		}
		frozen, err = readFiles(tx, id)
		return err
	})
	return p, frozen, err
}

// Gate runs every rule and asks the vault. When nothing blocks it freezes the files of
// the bundle; what was frozen from the same content stays, with its signatures. A
// blocked gate changes nothing. Without a custodian the answer is fault.Locked, and the
// result holds what the other rules said.
func (r *Room) Gate(ctx context.Context, by ledger.Actor, id string) (Result, error) {
	p, frozen, err := r.look(ctx, id)
	if err != nil {
		return Result{}, err
	}
	if p.Draft.State == StateReleased {
		return Result{}, errReleased(id)
	}
	content, err := p.digest()
	if err != nil {
		return Result{}, err
	}
	res := Result{ID: id, Checks: p.look()}
	files, kept := frozen, p.Draft.State == StateGated && p.Draft.Content == content
	if kept {
		if err := intact(p.Draft, frozen); err != nil {
			return res, err
		}
	} else if files, err = r.build(ctx, by, p, res.Blocked() == 0); err != nil {
		res.Checks = append(res.Checks, check(ruleSealed, sealedTitle, 0, []Hit{notAsked(id)}), signers(p.Draft))
		return res, err
	}
	sealed, err := r.sealedCheck(ctx, by, "gate of "+id, p, files)
	if !kept {
		p.Draft.Signatures = nil // those before, if any, were given for other files
	}
	res.Checks = append(res.Checks, sealed, signers(p.Draft))
	if err != nil || res.Blocked() > 0 {
		return res, err
	}
	res.Manifest = manifestOf(files)
	if kept {
		return res, nil
	}
	return res, r.freeze(ctx, by, id, content, files)
}

// freeze keeps the files, if the case still says what they were made from: the vault
// was asked outside the transaction, and others may have worked meanwhile.
func (r *Room) freeze(ctx context.Context, by ledger.Actor, id, content string, files []bundle.File) error {
	return r.db.Update(ctx, func(tx *store.Tx) error {
		p, err := readPicture(tx, id)
		if err != nil {
			return err
		}
		if p.Draft.State == StateReleased {
			return errReleased(id)
		}
		now, err := p.digest()
		if err != nil {
			return err
		}
		if now != content {
			return fault.New(fault.Conflict, "somebody changed "+id+" while the gate looked at it", "Nothing was frozen.", "Run: heed gate "+id)
		}
		if err := (Result{ID: id, Checks: p.look()}).refusal("frozen"); err != nil {
			return err
		}
		d := p.Draft
		d.Superseded = append(d.Superseded, d.Signatures...)
		d.State, d.Content, d.Signatures = StateGated, content, nil
		d.Manifest = manifestOf(files)
		h, _, err := bundle.ParseManifest(fileOf(files, bundle.ManifestName))
		if err != nil {
			return fmt.Errorf("reading own MANIFEST: %w", err)
		}
		d.Date = h.Date
		if err := writeFiles(tx, &d, files); err != nil {
			return err
		}
		return write(tx, by, "release.gated", &d)
	})
}

// Preview returns the page as readers would get it: the frozen one, or one made now
// and marked as a preview. It asks no rule and no vault.
func (r *Room) Preview(ctx context.Context, id string) ([]byte, error) {
	p, frozen, err := r.look(ctx, id)
	if err != nil {
		return nil, err
	}
	if p.Draft.State != StateDraft {
		if err := intact(p.Draft, frozen); err != nil {
			return nil, err
		}
		return fileOf(frozen, bundle.ReportName), nil
	}
	return p.content().page(true)
}

// sealedCheck asks the vault whether files hold a sealed value. The joined text goes
// over at once, so that the ledger holds one act for it; only where something is found
// does it go over again, with every open text of the case, which may excuse it. On error
// the check blocks.
func (r *Room) sealedCheck(ctx context.Context, by ledger.Actor, purpose string, p picture, files []bundle.File) (Check, error) {
	all, text := readings(files)
	released := newNamable(files)
	p, err := store.Read(ctx, r.db, func(tx *store.Tx) (picture, error) { return p.widen(tx, released) })
	if err != nil {
		return Check{}, err
	}
	hits := append(p.named(released), reordered(all)...)
	own, err := p.ownWords(files)
	if err != nil {
		return Check{}, err
	}
	spans, err := r.leaks(ctx, by, purpose, text, append(p.open(), own...))
	if err == nil && len(spans) > 0 {
		var open [][]byte
		if open, err = store.Read(ctx, r.db, readOpen); err == nil {
			spans, err = r.leaks(ctx, by, purpose, text, append(open, own...))
		}
	}
	if err != nil {
		return check(ruleSealed, sealedTitle, 0, append(hits, notAsked(p.Draft.ID))), err
	}
	return check(ruleSealed, sealedTitle, len(files), append(hits, hitsAt(all, spans)...)), nil
}
