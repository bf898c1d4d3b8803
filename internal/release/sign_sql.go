package release

import (
	"context"
	"database/sql"

	"golang.org/x/mod/sumdb/note"

	"heed/bundle"
	"heed/internal/fault"
	"heed/internal/ledger"
	"heed/internal/store"
)

// readSigning is what is signed for p: the leaves of all releases, and that of the
// frozen MANIFEST.
func readSigning(tx *store.Tx, p picture, frozen []bundle.File) (signing, error) {
	s := signing{origin: p.Case.Origin}
	err := tx.Each(`SELECT f.data FROM release r JOIN release_file f ON f.release = r.id AND f.name = ?
		WHERE r.state = 'released' ORDER BY r.leaf`, []any{bundle.ManifestName}, func(rows *sql.Rows) error {
		var manifest []byte
		err := rows.Scan(&manifest)
		s.log = append(s.log, bundle.ReleaseLeaf(manifest))
		return err
	})
	s.log = append(s.log, bundle.ReleaseLeaf(fileOf(frozen, bundle.ManifestName)))
	return s, err
}

// ready refuses unless the draft is frozen, still says what the case says, and every
// rule that needs no vault passes now: a basis may have been withdrawn since the gate.
func ready(tx *store.Tx, id, act string) (p picture, frozen []bundle.File, err error) {
	if p, err = readPicture(tx, id); err != nil {
		return p, nil, err
	}
	if frozen, err = readFiles(tx, id); err != nil {
		return p, nil, err
	}
	// The rules come first: of a withdrawn basis and the change it made, they name the cause.
	if p.Draft.State == StateGated {
		if err := (Result{ID: id, Checks: p.look()}).refusal(act); err != nil {
			return p, nil, err
		}
	}
	if err := fresh(p, act); err != nil {
		return p, nil, err
	}
	return p, frozen, intact(p.Draft, frozen)
}

// Sign adds a member's signature over the release log with this release in it. vkey is
// the verifier key of signer; by is the member whose key it is.
func (r *Room) Sign(ctx context.Context, by ledger.Actor, id string, signer note.Signer, vkey string) (d Draft, err error) {
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		p, frozen, err := ready(tx, id, "signed")
		if err != nil {
			return err
		}
		d = p.Draft
		if err := admit(d, by.Member, signer.Name(), vkey); err != nil {
			return err
		}
		s, err := readSigning(tx, p, frozen)
		if err != nil {
			return err
		}
		line, err := s.sign(signer, vkey)
		if err != nil {
			return err
		}
		d.Signatures = append(d.Signatures, Signature{Member: by.Member, Name: signer.Name(), Key: vkey, Line: line, At: store.Micros(tx.Now)})
		return write(tx, by, "release.signed", &d)
	})
	return d, err
}

// Release puts the release into its log and returns the bundle's bytes. name is what
// the file will be called, "" when it is not known; it must hold no sealed value either.
//
// What it returns is what lies in the store: called again, it returns the same bytes,
// so that a crash before the caller has written the file loses nothing.
func (r *Room) Release(ctx context.Context, by ledger.Actor, id, name string) ([]byte, error) {
	var p picture
	var whole []bundle.File
	err := r.db.View(ctx, func(tx *store.Tx) (err error) {
		p, whole, err = complete(tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	asked := whole
	if name != "" {
		asked = append(sorted(whole), bundle.File{Name: "the name of the bundle", Data: []byte(name)})
	}
	if p.Draft.State == StateReleased {
		if asked = asked[len(whole):]; len(asked) == 0 {
			return bundle.Encode(whole)
		}
	}
	sealed, err := r.sealedCheck(ctx, by, "release of "+id, p, asked)
	if err != nil {
		return nil, err
	}
	if err := (Result{ID: id, Checks: []Check{sealed}}).refusal("released"); err != nil {
		return nil, err
	}
	if p.Draft.State == StateReleased {
		return bundle.Encode(whole)
	}
	if err := r.publish(ctx, by, id, p.Draft); err != nil {
		return nil, err
	}
	if _, whole, err = r.look(ctx, id); err != nil {
		return nil, err
	}
	return bundle.Encode(whole)
}

// complete returns all files of the bundle: as stored when it is released, else the
// frozen ones with checkpoint, proofs and keys made now. The same state gives the same bytes.
func complete(tx *store.Tx, id string) (picture, []bundle.File, error) {
	d, err := readDraft(tx, id)
	if err != nil {
		return picture{}, nil, err
	}
	if d.State == StateReleased {
		return released(tx, id)
	}
	p, frozen, err := ready(tx, id, "released")
	if err != nil {
		return p, nil, err
	}
	if err := enough(p.Draft); err != nil {
		return p, nil, err
	}
	s, err := readSigning(tx, p, frozen)
	if err != nil {
		return p, nil, err
	}
	tail, err := s.tail(p.Draft.Signatures)
	return p, sorted(append(frozen, tail...)), err
}

// released returns the stored files of a release. No rule is asked again: what is out
// cannot be called back, and its bytes stay what they were.
func released(tx *store.Tx, id string) (picture, []bundle.File, error) {
	p, err := readPicture(tx, id)
	if err != nil {
		return p, nil, err
	}
	whole, err := readFiles(tx, id)
	if err != nil {
		return p, nil, err
	}
	return p, whole, intact(p.Draft, whole)
}

// publish commits the release. The vault was asked about the bytes of asked; if anybody
// worked on the draft meanwhile, they are not these bytes, and nothing is kept.
func (r *Room) publish(ctx context.Context, by ledger.Actor, id string, asked Draft) error {
	return r.db.Update(ctx, func(tx *store.Tx) error {
		p, whole, err := complete(tx, id)
		if err != nil {
			return err
		}
		d := p.Draft
		if d.State == StateReleased {
			return nil // another process was faster, with the same bytes
		}
		if d.Manifest != asked.Manifest || d.At != asked.At {
			return fault.New(fault.Conflict, "somebody worked on "+id+" while it was released", "Nothing was released.", "Run: heed release "+id)
		}
		if err := tx.QueryRow("SELECT coalesce(max(leaf), 0) + 1 FROM release").Scan(&d.Leaf); err != nil {
			return err
		}
		d.State = StateReleased
		if err := writeFiles(tx, &d, whole); err != nil {
			return err
		}
		return write(tx, by, "release.released", &d)
	})
}
