package recordcmd

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"heed/internal/cli/console"
	"heed/internal/record"
	"heed/internal/seal"
)

// nameFlags are the open names of a person or place. Language and script are also those
// of a value that is sealed.
type nameFlags struct {
	name, lang, script string
	more               []string
}

type flagSet interface {
	StringVar(p *string, name, value, usage string)
	BoolVar(p *bool, name string, value bool, usage string)
	StringArrayVar(p *[]string, name string, value []string, usage string)
}

func (g *nameFlags) addTo(f flagSet) {
	f.StringVar(&g.name, "name", "", "the name, where it may stand open")
	f.StringVar(&g.lang, "lang", "", "language of the name: en, ug, zh-Hans")
	f.StringVar(&g.script, "script", "", "script of the name: Latn, Cyrl, Arab, Hans")
	f.StringArrayVar(&g.more, "also", nil, "another name, as KIND:LANG:SCRIPT:TEXT; can be repeated")
}

// names are all names that were given.
func (g nameFlags) names() ([]record.Name, error) {
	more, err := g.also()
	return append(g.first(nil), more...), err
}

// first puts --name in the place of the first name that is no alias, or before all.
func (g nameFlags) first(have []record.Name) []record.Name {
	if g.name == "" {
		return have
	}
	n := record.Name{Text: g.name, Lang: g.lang, Script: g.script, Kind: record.NameProper}
	for i := range have {
		if have[i].Kind == record.NameProper {
			have[i] = n
			return have
		}
	}
	return append([]record.Name{n}, have...)
}

// also reads the further names. The room judges their words.
func (g nameFlags) also() (out []record.Name, err error) {
	for _, s := range g.more {
		f := strings.SplitN(s, ":", 4)
		if len(f) != 4 {
			return nil, errors.New("write a further name as KIND:LANG:SCRIPT:TEXT, such as alias:en:Latn:TEXT; language and script may be empty")
		}
		out = append(out, record.Name{Kind: f[0], Lang: f[1], Script: f[2], Text: f[3]})
	}
	return out, nil
}

// sealFlags say which part is to be sealed, and where its value is.
type sealFlags struct {
	name       bool
	what, file string
}

func (g *sealFlags) addTo(f flagSet) {
	f.BoolVar(&g.name, "seal-name", false, "seal the name that stands on standard input")
	f.StringVar(&g.what, "seal", "", "seal another part that stands on standard input")
	f.StringVar(&g.file, "file", "", "file that holds the value to seal")
}

// part is what is to be sealed, with no reference yet; its What is "" for nothing.
func (g sealFlags) part(n nameFlags) (record.Part, error) {
	what := g.what
	switch {
	case g.name && what != "":
		return record.Part{}, errors.New("one value is sealed at a time: --seal-name or --seal")
	case g.name:
		what = record.NameProper
	}
	switch {
	case what == "" && g.file != "":
		return record.Part{}, errors.New("say what the file holds: --seal-name, or --seal and what it is")
	case what == "":
		return record.Part{}, nil
	case n.name != "":
		return record.Part{}, errors.New("a name that is sealed is not given with --name")
	}
	return record.Part{What: what, Lang: n.lang, Script: n.script}, nil
}

// sealable is a person or place of which parts can be sealed.
type sealable interface {
	SealAs(record.Part) (seal.Kind, error)
	Check(record.Part) error
}

// sealPart seals a part of what is known through a source, where one was asked for. The
// value is not read before it is clear that it may be sealed, and that what it is of can
// stand as it will be.
func (v *verbs) sealPart(ctx context.Context, a Case, of sealable, source string, part *record.Part, file string) error {
	if part.What == "" {
		return nil
	}
	kind, err := of.SealAs(*part)
	if err != nil {
		return err
	}
	if err := of.Check(*part); err != nil {
		return err
	}
	if part.What == "coordinates" {
		return v.sealCoordinates(ctx, a, source, kind, part, file)
	}
	part.Ref, err = v.sealValue(ctx, a, source, kind, file)
	return err
}

// sealCoordinates seals coordinates that can be read as such: once they are under seal,
// nobody sees that two digits were missing.
func (v *verbs) sealCoordinates(ctx context.Context, a Case, source string, kind seal.Kind, part *record.Part, file string) error {
	from := io.Reader(v.Stdin)
	if file != "" {
		f, err := console.OpenFile(file)
		if err != nil {
			return err
		}
		defer f.Close()
		from = f
	}
	b, err := io.ReadAll(io.LimitReader(from, 1024))
	if err != nil {
		return err
	}
	if _, err := record.ParseCoordinates(strings.TrimSpace(string(b))); err != nil {
		return err
	}
	part.Ref, err = a.Seal(ctx, source, kind, bytes.NewReader(b))
	return err
}

// sealValue seals what stands on standard input or in a file.
func (v *verbs) sealValue(ctx context.Context, a Case, source string, kind seal.Kind, file string) (seal.Ref, error) {
	if file == "" {
		return a.Seal(ctx, source, kind, v.Stdin)
	}
	f, err := console.OpenFile(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return a.Seal(ctx, source, kind, f)
}

// leftOver tells that a value was sealed although the object it is of was not written:
// what is sealed stays sealed.
func (v *verbs) leftOver(part record.Part) {
	if part.Ref != "" {
		v.Say("The value is under seal as %s and belongs to nothing. Give it again when what follows is mended.", part.Ref)
	}
}
