// Package demo builds the two sample cases through the same services the command line
// uses: the public record of the 2022 assessment on Xinjiang, from public sources only,
// and a training case in the invented country of Arvenia, with a sealed interview.
//
// There is no back door: originals go through intake, seals through the vault, every
// rule of the gate holds, and the bundles are verified like any stranger's. The texts
// lie beside this file; those of the training case are invented from end to end and say
// so, and invented testimony is never mixed into the public case.
package demo

import (
	"context"
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"heed/bundle"
	"heed/internal/app"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/record"
)

//go:embed public/*.txt training/*.txt training/*.html
var texts embed.FS

// Passphrase opens the sample cases. It is no secret: nothing in them is.
const Passphrase = "only a demonstration"

// Config says where to build and whom to tell.
type Config struct {
	Dir   string // empty or missing
	Clock func() time.Time
	Cost  keys.Cost // of the key files
	// Step is told of each step before it is taken.
	Step func(what string)
}

// Built is what stands at the end: two cases and their verified bundles.
type Built struct {
	Public   Case `json:"public"`
	Training Case `json:"training"`
}

// Case is one sample case on disk.
type Case struct {
	Dir    string `json:"dir"`
	Bundle string `json:"bundle"`
	Keys   string `json:"keys"` // the readers' file of verifier keys
}

// Build makes both cases and their releases.
func Build(ctx context.Context, c Config) (b Built, err error) {
	if entries, err := os.ReadDir(c.Dir); err == nil && len(entries) > 0 {
		return b, fault.New(fault.Conflict, "the directory of the demonstration is not empty", "It was not touched.", "Choose another: heed demo --dir DIR")
	}
	out := filepath.Join(c.Dir, "released")
	if err := os.MkdirAll(out, 0o700); err != nil {
		return b, fault.New(fault.Invalid, "the directory of the demonstration cannot be made", "Nothing was written.", "Choose another: heed demo --dir DIR")
	}
	if b.Public, err = c.build(ctx, "public-record", publicCase, (*builder).publicRecord); err != nil {
		return b, fmt.Errorf("building the public record: %w", err)
	}
	if b.Training, err = c.build(ctx, "training", trainingCase, (*builder).training); err != nil {
		return b, fmt.Errorf("building the training case: %w", err)
	}
	return b, nil
}

// builder carries one case while it is built. The first error stops all that follows,
// so that the story of a case reads without a test behind each line.
type builder struct {
	ctx  context.Context
	c    Config
	a    *app.App
	name string
	err  error
}

func (c Config) build(ctx context.Context, name string, begin record.Case, tell func(*builder)) (out Case, err error) {
	out = Case{Dir: filepath.Join(c.Dir, name), Bundle: filepath.Join(c.Dir, "released", name+"-R1.heed"), Keys: filepath.Join(c.Dir, "released", name+".keys")}
	c.Step(name + ": making an encrypted case for two people")
	cfg := app.Config{Dir: out.Dir, Clock: c.Clock}
	// The words of the recovery key are dropped: a lost demonstration is built again.
	a, _, err := app.Init(ctx, cfg, app.Begin{Case: begin, Handle: "demo-amina", Cost: c.Cost}, []byte(Passphrase))
	if err != nil {
		return out, err
	}
	defer a.Close()
	second := keys.New{Handle: "demo-luis", Role: keys.Custodian, Passphrase: []byte(Passphrase), Cost: c.Cost}
	if _, _, err := a.AddMember(ctx, second); err != nil {
		return out, err
	}
	b := &builder{ctx: ctx, c: c, a: a, name: name}
	tell(b)
	if b.err == nil {
		b.err = b.releaseTo(cfg, out)
	}
	return out, b.err
}

// step tells what comes next, once nothing has failed so far.
func (b *builder) step(format string, args ...any) bool {
	if b.err != nil {
		return false
	}
	if b.err = b.ctx.Err(); b.err != nil {
		return false
	}
	b.c.Step(b.name + ": " + fmt.Sprintf(format, args...))
	return true
}

// add takes in one of the embedded texts and answers its id.
func (b *builder) add(path string, sealed bool, src record.Source, basis record.Basis) string {
	if !b.step("taking in %s", path) {
		return ""
	}
	f, err := texts.Open(path)
	if err != nil {
		b.err = err
		return ""
	}
	defer f.Close()
	got, err := b.a.Intake.Add(b.ctx, b.a.By(), intake.Incoming{Name: filepath.Base(path), Body: f, Sealed: sealed})
	if err != nil {
		b.err = err
		return ""
	}
	src.ID, basis.Source = got.Original.ID, got.Original.ID
	if _, b.err = b.a.Record.Describe(b.ctx, b.a.By(), src); b.err != nil {
		return ""
	}
	_, b.err = b.a.Record.AddBasis(b.ctx, b.a.By(), basis)
	return src.ID
}

// at finds the sentence of a source that holds the words, so that the story does not
// count sentences. Words that are not there stop the demonstration.
func (b *builder) at(source, words string) intake.Address {
	if b.err != nil {
		return intake.Address{}
	}
	t, err := b.a.Intake.Text(b.ctx, source)
	if err != nil {
		b.err = err
		return intake.Address{}
	}
	for _, s := range t.Sentences {
		if strings.Contains(t.Body[s.Start:s.End], words) {
			return intake.Address{Source: source, From: s.N, To: s.N}
		}
	}
	b.err = fmt.Errorf("internal error: %s does not hold the words the demonstration quotes", source)
	return intake.Address{}
}

// say records a statement from the proposal that overlaps the words, when the engine
// made one, corrected by what is given; otherwise from the passage alone.
func (b *builder) say(st record.Statement) string {
	if b.err != nil {
		return ""
	}
	addr := b.at(st.Source, st.Words)
	st.From, st.To = addr.From, addr.To
	proposals, err := b.a.Intake.Proposals(b.ctx, st.Source)
	if err != nil {
		b.err = err
		return ""
	}
	for _, p := range proposals {
		if p.State == "open" && p.Words == st.Words {
			st.Proposal = p.ID
			break
		}
	}
	if b.err != nil {
		return ""
	}
	got, err := b.a.Record.Say(b.ctx, b.a.By(), st)
	b.err = err
	return got.ID
}

// releaseTo passes the gate, lets two people sign, writes the bundle and the readers'
// keys, and verifies the bundle as a stranger would.
func (b *builder) releaseTo(cfg app.Config, out Case) error {
	b.step("passing the gate")
	res, err := b.a.Release.Gate(b.ctx, b.a.By(), "R1")
	if err != nil {
		return err
	}
	if res.Blocked() > 0 {
		return fault.New(fault.Refused, "the gate blocks the demonstration", "", "")
	}
	b.step("two people sign, each with a key of their own")
	if _, err := b.a.Sign(b.ctx, "R1"); err != nil {
		return err
	}
	second, err := app.Open(b.ctx, cfg, app.Who{Member: "demo-luis", Passphrase: []byte(Passphrase)})
	if err != nil {
		return err
	}
	_, err = second.Sign(b.ctx, "R1")
	if cerr := second.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return err
	}
	b.step("releasing")
	data, err := b.a.Release.Release(b.ctx, b.a.By(), "R1", filepath.Base(out.Bundle))
	if err != nil {
		return err
	}
	vkeys := b.a.VerifierKeys()
	if err := os.WriteFile(out.Bundle, data, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(out.Keys, []byte(strings.Join(vkeys, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	b.step("verifying the bundle as a stranger would")
	u, err := bundle.Parse(data)
	if err != nil {
		return err
	}
	_, err = u.Verify(bundle.Policy{Keys: vkeys})
	return err
}
