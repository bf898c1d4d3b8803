package release

import (
	"database/sql"
	"maps"
	"slices"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/ledger"
	"heed/internal/record"
	"heed/internal/release/victim"
	"heed/internal/store"
)

// readPicture loads what the rules look at: of the case what the draft rests on, and no
// more, so that a large case costs no more than a small one.
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
	p.On = tx.Now.In(zone)
	if p.Policy, err = corroborate.ReadPolicy(tx); err != nil {
		return p, err
	}
	err = tx.QueryRow("SELECT id FROM release WHERE (length(id), id) < (length(?1), ?1) ORDER BY length(id) DESC, id DESC LIMIT 1", id).Scan(&p.Previous)
	if err != nil && err != sql.ErrNoRows {
		return p, err
	}
	p.Findings, p.Statements = map[string]corroborate.Finding{}, map[string]record.Statement{}
	p.Originals, p.Bases = map[string]intake.Original{}, map[string][]record.Basis{}
	p.Texts, p.Earlier = map[string]intake.Text{}, map[string][]intake.Text{}
	if err := p.readJudgements(tx); err != nil {
		return p, err
	}
	if err := p.readReplies(tx); err != nil {
		return p, err
	}
	return p, p.readSources(tx)
}

// readJudgements reads what the paragraphs cite, the evidence for the findings among it,
// and the statements that claims restate. What is not there is looked for in the ledger.
func (p *picture) readJudgements(tx *store.Tx) error {
	for _, id := range p.cited().findings {
		if err := there(p.Findings, id, tx, corroborate.ReadFinding); err != nil {
			return err
		}
	}
	// What is cited by itself is read as a finding would have it: with what contradicts it.
	alone := corroborate.Finding{For: p.cited().claims}
	ev, err := corroborate.ReadEvidenceFor(tx, append(slices.Collect(maps.Values(p.Findings)), alone)...)
	if err != nil {
		return err
	}
	p.Claims, p.Contrary, p.Erased = ev.Claims, ev.Contrary, ev.Erased
	c := p.cited()
	for _, id := range c.statements {
		if err := there(p.Statements, id, tx, record.ReadStatement); err != nil {
			return err
		}
	}
	for _, claim := range p.Claims {
		if claim.Statement == "" {
			continue
		}
		if err := there(p.Statements, claim.Statement, tx, record.ReadStatement); err != nil {
			return err
		}
	}
	for _, id := range slices.Concat(c.findings, c.claims, c.statements) {
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
	return nil
}

// there reads an object into a map, if there is one: erased and unknown ones are for the
// rules to speak of.
func there[T any](into map[string]T, id string, tx *store.Tx, read func(*store.Tx, string) (T, error)) error {
	switch v, err := read(tx, id); fault.KindOf(err) {
	case fault.NotFound, fault.Withheld:
		return nil
	default:
		if err == nil {
			into[id] = v
		}
		return err
	}
}

// readSources reads the sources under what is cited, and what they derive from.
func (p *picture) readSources(tx *store.Tx) (err error) {
	cited := p.cited().sources
	if p.Sources, err = record.ReadSourcesOf(tx, cited); err != nil {
		return err
	}
	for _, id := range cited {
		if err := p.readSource(tx, id); err != nil {
			return err
		}
		if err := there(p.Texts, id, tx, intake.ReadText); err != nil {
			return err
		}
	}
	for _, claim := range p.Claims {
		if err := p.readEdition(tx, claim.Address()); err != nil {
			return err
		}
	}
	for _, s := range p.Statements {
		if err := p.readEdition(tx, s.Address()); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(cited, p.unassessed) {
		persons, events, err := record.ReadVictims(tx)
		if err != nil {
			return err
		}
		p.Victims = victim.Of(persons, events)
	}
	return nil
}

// readEdition reads the edition of a text that a passage counts in, where it is not the
// newest: what was cited stands in it, and in no other for certain.
func (p *picture) readEdition(tx *store.Tx, a intake.Address) error {
	_, known := p.text(a)
	if _, ok := p.Texts[a.Source]; known || !ok {
		return nil
	}
	t, err := intake.ReadEdition(tx, a.Source, a.Edition)
	if err == nil {
		p.Earlier[a.Source] = append(p.Earlier[a.Source], t)
	}
	return err
}

// readSource reads what says whether and how a source may be named.
func (p *picture) readSource(tx *store.Tx, id string) (err error) {
	if err := there(p.Originals, id, tx, intake.ReadOriginal); err != nil {
		return err
	}
	p.Bases[id], err = record.ReadBases(tx, id)
	return err
}

// widen adds the sources that are not cited and of which released text holds the id, the
// id of a seal, the title or the contact: the report must not name them unless it may.
func (p picture) widen(tx *store.Tx, released *namable) (picture, error) {
	originals, err := intake.ReadOriginals(tx)
	if err != nil {
		return p, err
	}
	var ids []string
	for _, o := range originals {
		ids = append(ids, o.ID)
	}
	at, err := record.ReadSourcesOf(tx, ids)
	if err != nil {
		return p, err
	}
	p.Originals, p.Sources, p.Bases = maps.Clone(p.Originals), maps.Clone(p.Sources), maps.Clone(p.Bases)
	for _, o := range originals {
		if _, cited := p.Originals[o.ID]; cited || !released.mayName(o, at[o.ID]) {
			continue
		}
		p.Sources[o.ID] = at[o.ID]
		if err := p.readSource(tx, o.ID); err != nil {
			return p, err
		}
	}
	return p, nil
}

// readOpen reads all working texts of the case.
func readOpen(tx *store.Tx) (open [][]byte, err error) {
	originals, err := intake.ReadOriginals(tx)
	if err != nil {
		return nil, err
	}
	for _, o := range originals {
		texts := map[string]intake.Text{}
		if err := there(texts, o.ID, tx, intake.ReadText); err != nil {
			return nil, err
		}
		if t, ok := texts[o.ID]; ok {
			open = append(open, []byte(t.Body))
		}
	}
	return open, nil
}

// known refuses cites that name nothing in this case.
func known(tx *store.Tx, cites []string) error {
	for _, id := range cites {
		noun, found := citable(id), false
		var err error
		switch noun {
		case "finding":
			found, err = exists(tx, id, corroborate.ReadFinding)
		case "claim":
			found, err = exists(tx, id, corroborate.ReadClaim)
		case "statement":
			found, err = exists(tx, id, record.ReadStatement)
		default:
			noun = "finding, claim or statement"
		}
		if err != nil {
			return err
		}
		if !found {
			return fault.New(fault.NotFound, "there is no "+noun+" "+shown(id), "Nothing was written.", "A paragraph cites findings (F-01), claims (C-001) or statements (ST-001).")
		}
	}
	return nil
}

func exists[T any](tx *store.Tx, id string, read func(*store.Tx, string) (T, error)) (bool, error) {
	found := map[string]T{}
	err := there(found, id, tx, read)
	return len(found) > 0, err
}
