package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/release"
	"heed/internal/seal"
	"heed/internal/store"
)

// Exporting says what to write where.
type Exporting struct {
	Dir     string
	Sealed  bool   // write sealed values in the open too: a custodian, for a purpose
	Purpose string // of opening them; goes to the ledger with each
}

// Exported says what was written.
type Exported struct {
	Files int
	Bytes int64
}

// Export writes everything the case holds into a directory that must be empty or missing,
// as a BagIt bag (RFC 8493): originals, working texts, every object as JSON and as CSV, every
// version, the ledger. Sealed values are left out unless they are asked for. What is
// written is in the open: it is no backup, and nothing reads it back.
//
// It is built in a directory of its own in DIR, so that nothing is written to another
// disk; a crash leaves that, and the next export into DIR clears it. The file that makes
// it a bag, bagit.txt, comes last.
func (a *App) Export(ctx context.Context, e Exporting) (out Exported, err error) {
	made, err := emptyDir(e.Dir)
	if err != nil {
		return out, err
	}
	defer func() {
		if err != nil && made {
			os.Remove(e.Dir)
		}
	}()
	beside, lock, err := newCopies(e.Dir)
	if err != nil {
		return out, err
	}
	defer dropCopies(beside, lock)
	err = a.db.Update(ctx, func(tx *store.Tx) error {
		_, err := ledger.Append(tx, ledger.Act{Kind: "case.exported", By: a.By(), Object: caseObject, Detail: map[string]bool{"sealed": e.Sealed}})
		return err
	})
	if err != nil {
		return out, err
	}
	b := &bag{root: filepath.Join(beside, "bag")}
	if err := a.fill(ctx, b, e); err != nil {
		return out, Explain(fmt.Errorf("exporting: %w", pathless(err)))
	}
	if out, err = b.finish(a.c.Clock()); err == nil {
		err = b.move(e.Dir)
	}
	if err != nil {
		return out, Explain(fmt.Errorf("exporting: %w", pathless(err)))
	}
	return out, nil
}

// fill writes the payload.
func (a *App) fill(ctx context.Context, b *bag, e Exporting) error {
	if err := b.file("README.txt", func(w io.Writer) error { _, err := io.WriteString(w, exportReadme); return err }); err != nil {
		return err
	}
	for _, step := range []func(context.Context, *bag) error{a.exportObjects, a.exportLedger, a.exportOriginals} {
		if err := step(ctx, b); err != nil {
			return err
		}
	}
	if !e.Sealed {
		return nil
	}
	return a.exportSealed(ctx, b, e.Purpose)
}

// exportReadme explains the bag to whoever finds it.
const exportReadme = `This is everything an assessment in Heed held when it was exported.

originals/S-001/...  the bytes as received, under the name they came with
texts/S-001.txt      the working text; texts/S-001.json its paragraphs and sentences, as
                     half-open byte ranges of the text; texts/S-001.1.txt is an earlier edition
objects/KIND.json    every object in its present state, as the ledger knows it
tables/KIND.csv      the same: one row an object, one column a field; lists and nested
                     fields stand as JSON. A field that begins with = + - or @ has a ' before
                     it, so that no spreadsheet takes it for a formula
ledger/log.txt       the entries, byte for byte, with a signed checkpoint over them
ledger/versions.jsonl  what each entry left: one line an entry, with its number
sealed/E-0001        sealed values, if a custodian exported them too

Kinds are named by the letters of their ids: S source, Q proposal, B basis, P person,
PL place, EV event, CD code, QT quantity, ST statement, C claim, F finding, RQ and RP
requests for a reply and replies, R recommendation, PS position, A action, AS
assessment, L search log; release, term, policy and case are spelt out. An id with a suffix
(S-001.text) is a part of what stands before it. Times are microseconds since 1970, UTC. What is sealed is named
by its reference (E-0001) and is not in here unless sealed/ is there. What was erased is
gone: its entries are in the log, and their versions are not.

manifest-sha256.txt lists every file: sha256sum -c manifest-sha256.txt
`

// exportOriginals writes the open originals and the working texts.
func (a *App) exportOriginals(ctx context.Context, b *bag) error {
	originals, err := a.Intake.Originals(ctx)
	if err != nil {
		return err
	}
	for i, o := range originals {
		a.c.Progress.tell("exporting originals", int64(i+1), int64(len(originals)))
		if o.Erased != 0 {
			continue
		}
		if !o.Sealed() {
			name := "originals/" + o.ID + "/" + plainName(o.Name)
			err := b.file(name, func(w io.Writer) error { _, err := a.Intake.Copy(ctx, a.By(), o.ID, w); return err })
			if err != nil {
				return err
			}
		}
		if err := a.exportTexts(ctx, b, o.ID); err != nil {
			return err
		}
	}
	return nil
}

// exportTexts writes the working text of a source, and earlier editions of it.
func (a *App) exportTexts(ctx context.Context, b *bag, source string) error {
	newest, err := a.Intake.Text(ctx, source)
	switch kind := fault.KindOf(err); {
	case kind == fault.NotFound || kind == fault.Withheld:
		return nil // without a text, and the original's row says why
	case err != nil:
		return err
	}
	for e := intake.Edition(1); e < newest.Edition; e++ {
		t, err := a.Intake.Edition(ctx, source, e)
		if err != nil {
			return err
		}
		if err := b.text(fmt.Sprintf("texts/%s.%d", source, e), t); err != nil {
			return err
		}
	}
	return b.text("texts/"+source, newest)
}

// exportObjects writes what every room holds, through the same door that check uses, so
// that no room can be forgotten that the ledger is held against.
func (a *App) exportObjects(ctx context.Context, b *bag) error {
	byKind := map[string][]object{}
	err := a.db.View(ctx, func(tx *store.Tx) error {
		for _, room := range a.rooms() {
			ids, err := room.IDs(tx)
			if err != nil {
				return err
			}
			for _, id := range ids {
				v, err := room.Version(tx, id)
				if err != nil {
					return err
				}
				kind := kindOf(id)
				switch v.(type) {
				case record.Term:
					kind = "term" // its id is the word itself
				case *release.Draft:
					kind = "release" // R1, beside the recommendation R-01
				}
				byKind[kind] = append(byKind[kind], object{id, v})
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.objects(byKind)
}

// exportLedger writes the entries and what each of them left.
func (a *App) exportLedger(ctx context.Context, b *bag) error {
	a.c.Progress.tell("exporting the ledger", 0, 0)
	if err := b.file("ledger/log.txt", func(w io.Writer) error { return a.WriteLog(ctx, w) }); err != nil {
		return err
	}
	return b.file("ledger/versions.jsonl", func(w io.Writer) error {
		return a.db.View(ctx, func(tx *store.Tx) error {
			return ledger.Versions(tx, func(p ledger.Past) error { return writeVersion(w, p) })
		})
	})
}

// exportSealed opens every sealed value; each opening is an act with the purpose.
func (a *App) exportSealed(ctx context.Context, b *bag, purpose string) error {
	items, err := a.Seals(ctx)
	if err != nil {
		return err
	}
	index := map[seal.Ref]map[string]string{}
	for i, item := range items {
		a.c.Progress.tell("exporting sealed values", int64(i+1), int64(len(items)))
		if err := b.file("sealed/"+string(item.Ref), func(w io.Writer) error { return a.Unseal(ctx, item.Ref, purpose, w) }); err != nil {
			return err
		}
		index[item.Ref] = map[string]string{"kind": string(item.Kind), "source": item.Subject}
	}
	return b.json("sealed/index.json", index)
}
