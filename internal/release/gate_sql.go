package release

import (
	"context"
	"database/sql"
	"fmt"

	"heed/bundle"
	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/store"
)

// readPicture loads everything the rules look at.
func readPicture(tx *store.Tx, id string) (p picture, err error) {
	if p.Draft, err = readDraft(tx, id); err != nil {
		return p, err
	}
	if p.Case, err = record.ReadCase(tx); err != nil {
		return p, err
	}
	zone, err := p.Case.Location()
	if err != nil {
		return p, err
	}
	p.On, p.Policy = tx.Now.In(zone), corroborate.DefaultPolicy
	err = tx.QueryRow("SELECT id FROM release WHERE (length(id), id) < (length(?1), ?1) ORDER BY length(id) DESC, id DESC LIMIT 1", id).Scan(&p.Previous)
	if err != nil && err != sql.ErrNoRows {
		return p, err
	}
	if err := p.readJudgements(tx); err != nil {
		return p, err
	}
	return p, p.readSources(tx)
}

func (p *picture) readJudgements(tx *store.Tx) error {
	ev, err := corroborate.ReadEvidence(tx)
	if err != nil {
		return err
	}
	p.Claims, p.Sources, p.Erased = ev.Claims, ev.Sources, ev.Erased
	findings, err := corroborate.ReadFindings(tx)
	if err != nil {
		return err
	}
	statements, err := record.ReadStatements(tx)
	if err != nil {
		return err
	}
	p.Findings, p.Statements = map[string]corroborate.Finding{}, map[string]record.Statement{}
	for _, f := range findings {
		p.Findings[f.ID] = f
	}
	for _, s := range statements {
		p.Statements[s.ID] = s
	}
	return p.readErased(tx)
}

// readErased asks the ledger about what paragraphs cite and is not there.
func (p *picture) readErased(tx *store.Tx) error {
	for _, para := range p.Draft.Paragraphs {
		for _, id := range para.Cites {
			if p.has(id) {
				continue
			}
			source, erased, err := ledger.Erased(tx, id)
			if err != nil {
				return err
			}
			if erased {
				p.Erased[id] = source
			}
		}
	}
	return nil
}

func (p *picture) readSources(tx *store.Tx) error {
	originals, err := intake.ReadOriginals(tx)
	if err != nil {
		return err
	}
	p.Originals, p.Texts, p.Bases = map[string]intake.Original{}, map[string]intake.Text{}, map[string][]record.Basis{}
	for _, o := range originals {
		p.Originals[o.ID] = o
		if p.Bases[o.ID], err = record.ReadBases(tx, o.ID); err != nil {
			return err
		}
		t, err := intake.ReadText(tx, o.ID)
		switch kind := fault.KindOf(err); {
		case err == nil:
			p.Texts[o.ID] = t
		case kind != fault.Withheld && kind != fault.NotFound: // it has no text
			return err
		}
	}
	return nil
}

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
