package release

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"heed/bundle"
	"heed/internal/fault"
	"heed/internal/lang"
	"heed/internal/ledger"
	"heed/internal/seal"
)

const sealedTitle = "no sealed value in any released byte"

func notAsked(id string) Hit {
	return Hit{Place: id, What: "the check for sealed values was not carried out", Do: "A custodian must unlock and run the gate."}
}

// ownWords are texts that hold what Heed itself puts into every release: the fixed words
// of the page, and the facts about the release. A witness who said "2026" must not stop
// every release of that year. No word that a member wrote is among them.
func (p picture) ownWords(files []bundle.File) ([][]byte, error) {
	r := p.report()
	own := content{Report: reportData{Release: r.Release, Date: p.today(), Origin: r.Origin, Training: r.Training, Standard: r.Standard, Policy: r.Policy, Previous: r.Previous}}
	page, err := own.page(false)
	out := [][]byte{page, []byte(p.Draft.Date), fileOf(files, bundle.CheckpointName), fileOf(files, bundle.KeysName)}
	for _, f := range files {
		out = append(out, []byte(f.Name))
	}
	return out, err
}

// leaks refuses when nobody can answer: a missing check is no passed check.
func (r *Room) leaks(ctx context.Context, by ledger.Actor, purpose string, text []byte, open [][]byte) ([]Span, error) {
	if r.seals == nil {
		return nil, errNoVault()
	}
	spans, err := r.seals.Leaks(ctx, by, purpose, text, open)
	if err != nil {
		return nil, unanswered(ctx, err)
	}
	for _, s := range spans {
		if s.Start < 0 || s.End < s.Start || s.End > len(text) {
			return nil, unanswered(ctx, errors.New("a position lies outside the text"))
		}
	}
	return spans, nil
}

// commitments asks the vault for one commitment per sealed original under the draft.
func (r *Room) commitments(ctx context.Context, by ledger.Actor, p picture) ([]seal.Commitment, error) {
	refs := p.evidence()
	if r.seals == nil {
		return nil, errNoVault()
	}
	if len(refs) == 0 {
		return nil, nil
	}
	out, err := r.seals.Commitments(ctx, by, p.Draft.ID, refs)
	if err == nil && len(out) != len(refs) {
		err = errors.New("commitments are missing")
	}
	if err != nil {
		return nil, unanswered(ctx, err)
	}
	return out, nil
}

func errNoVault() error {
	return fault.New(fault.Locked, "the check for sealed values cannot run: no vault is open", "Nothing was released.", "A custodian must unlock and try again.")
}

// unanswered words why the vault did not answer. Who is no custodian is asked to fetch
// one; anything else refuses too.
func unanswered(ctx context.Context, err error) error {
	switch fault.KindOf(err) {
	case fault.Locked, fault.Held:
		return err
	case fault.Denied, fault.Withheld:
		e := fault.New(fault.Locked, "the check for sealed values needs a custodian", "Nothing was released.", "A custodian must unlock and try again.")
		e.Err = err
		return e
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	e := fault.New(fault.Refused, "the check for sealed values failed", "Nothing was released.", "Run: heed check")
	e.Err = err
	return e
}

// build makes the files of a release and their MANIFEST. Commitments are asked for
// only when with is set: a draft that is blocked needs none.
func (r *Room) build(ctx context.Context, by ledger.Actor, p picture, with bool) ([]bundle.File, error) {
	var given []seal.Commitment
	if with {
		var err error
		if given, err = r.commitments(ctx, by, p); err != nil {
			return nil, err
		}
	}
	commitments, err := padded(given)
	if err != nil {
		return nil, err
	}
	p.Draft.Date = p.today()
	c := p.content()
	files, err := c.files(commitments)
	if err != nil {
		return nil, err
	}
	h := bundle.Header{Release: p.Draft.ID, Origin: p.Case.Origin, Title: line(c.title()), Date: p.Draft.Date,
		EvidenceSize: len(commitments), EvidenceRoot: bundle.EvidenceRoot(commitments)}
	if err := h.Check(); err != nil {
		return nil, fault.New(fault.Invalid, "MANIFEST cannot be written: "+err.Error(), "Nothing was frozen.", "Change the title or origin of the case.")
	}
	return sorted(append(files, bundle.File{Name: bundle.ManifestName, Data: bundle.MarshalManifest(h, files)})), nil
}

// today is the civil date in the case's zone.
func (p picture) today() string { return p.On.Format("2006-01-02") }

// maxTitle is how many bytes of a title MANIFEST takes.
const maxTitle = 1024

// line makes a title fit for one line of MANIFEST.
func line(s string) string {
	s = lang.Visible(strings.Join(strings.Fields(s), " "))
	if len(s) > maxTitle {
		s = strings.ToValidUTF8(s[:maxTitle-3], "") + "…"
	}
	return s
}

func sorted(files []bundle.File) []bundle.File {
	out := slices.Clone(files)
	slices.SortFunc(out, func(a, b bundle.File) int { return strings.Compare(a.Name, b.Name) })
	return out
}

func fileOf(files []bundle.File, name string) []byte {
	for _, f := range files {
		if f.Name == name {
			return f.Data
		}
	}
	return nil
}

// manifestOf is the name of frozen files: the digest of their MANIFEST.
func manifestOf(files []bundle.File) string {
	sum := sha256.Sum256(fileOf(files, bundle.ManifestName))
	return hex.EncodeToString(sum[:])
}

// signers shows how many have signed. It waits, and blocks no freezing.
func signers(d Draft) Check {
	n := len(d.Signatures)
	return Check{Rule: ruleSigned, Title: "two people sign, each with their own key", Passed: n >= MinSigners, Waiting: n < MinSigners,
		Count: n, Note: fmt.Sprintf("%d of %d", n, MinSigners), Hits: []Hit{}}
}

// intact refuses frozen files that are not those whose digests were taken down.
func intact(d Draft, frozen []bundle.File) error {
	if !slices.Equal(digests(frozen), d.Files) || manifestOf(frozen) != d.Manifest {
		return fault.New(fault.Conflict, "the frozen files of "+d.ID+" differ from what was recorded", "They were not used, and nothing was changed.",
			"Run heed check, and bring the store back from a backup.")
	}
	return nil
}

// fresh refuses what is not frozen, or frozen from what the case no longer says.
func fresh(p picture, act string) error {
	switch p.Draft.State {
	case StateReleased:
		return errReleased(p.Draft.ID)
	case StateDraft:
		return fault.New(fault.Refused, p.Draft.ID+" is not "+act+": it has not passed the gate", "Nothing was changed.", "Run: heed gate "+p.Draft.ID)
	}
	now, err := p.digest()
	if err != nil {
		return err
	}
	if now != p.Draft.Content {
		return fault.New(fault.Refused, p.Draft.ID+" is not "+act+": what it rests on was changed after the gate", "Nothing was changed.",
			"Run: heed gate "+p.Draft.ID+". What was signed before must be signed again.")
	}
	return nil
}
