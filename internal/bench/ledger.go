package bench

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"heed/internal/app"
	"heed/internal/keys"
	"heed/internal/ledger"
	"heed/internal/store"
)

const (
	batch      = 100 // acts in a transaction
	life       = 4   // acts about one sample
	openings   = 5   // of which the quickest counts: an opening is short, and load only adds to it
	perEntries = 100_000
)

// ledger makes three cases that differ in the length of their ledgers: as good as none, a
// tenth, and all of the entries. What opening, checking and appending cost in them is
// measured in turns, so that the ratio is one of lengths and not of what else the machine
// did meanwhile.
func (r *run) ledger(ctx context.Context) error {
	none, err := r.newGrowing(ctx)
	if err != nil {
		return err
	}
	tenth, err := none.grown(ctx, "ledger-tenth", r.o.Entries/10)
	if err != nil {
		return err
	}
	var all *growing
	took, err := r.seconds(func() (err error) {
		all, err = tenth.grown(ctx, "ledger-all", r.o.Entries)
		return err
	})
	if err != nil {
		return err
	}
	r.figure(fmt.Sprintf("filling a ledger from %d to %d entries", tenth.size, all.size), took, "s")
	r.out.Entries = all.size
	if err := r.openings(ctx, none, tenth, all); err != nil {
		return err
	}
	if err := all.watchCheck(ctx); err != nil {
		return err
	}
	if err := r.compare(ctx, fmt.Sprintf("check per %d entries, with", perEntries), "s", tenth, all, (*growing).check); err != nil {
		return err
	}
	return r.compare(ctx, fmt.Sprintf("acts in batches of %d, after", batch), "a second", tenth, all, (*growing).fill)
}

// compare measures the same of a tenth and of all.
func (r *run) compare(ctx context.Context, what, unit string, tenth, all *growing, measure func(*growing, context.Context) (float64, error)) error {
	at := func(g *growing) contender {
		return contender{fmt.Sprintf("%s %d", what, g.size), unit, func(ctx context.Context) (float64, error) { return measure(g, ctx) }}
	}
	a, b := at(all), at(tenth)
	m, err := r.inTurns(ctx, b, a)
	if err != nil {
		return err
	}
	r.ratio(a.what, b.what, unit, m)
	if last := &r.out.Figures[len(r.out.Figures)-1]; last.Value != nil {
		last.Note = "1 is linear"
	}
	return nil
}

// growing is a case whose ledger is being filled.
type growing struct {
	*run
	name    string
	sources []string
	size    int64
	n       int // samples made
}

// newGrowing makes a case with sources in it: each has a data key of its own, under which
// versions stand.
func (r *run) newGrowing(ctx context.Context) (_ *growing, err error) {
	g := &growing{run: r, name: "ledger-none"}
	a, err := r.newCase(ctx, g.name)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	for i := range int(min(max(r.o.Entries/1000, 4), 200)) {
		id, err := addText(ctx, a, i)
		if err != nil {
			return nil, err
		}
		g.sources = append(g.sources, id)
	}
	head, _, err := a.Check(ctx, nil)
	g.size = head.Size
	return g, err
}

// grown is a copy of the case with so many entries.
func (g *growing) grown(ctx context.Context, name string, entries int64) (*growing, error) {
	c := *g
	c.name = name
	if err := os.CopyFS(c.path(name), os.DirFS(g.path(g.name))); err != nil {
		return nil, fmt.Errorf("copying a case: %w", pathless(err))
	}
	_, err := c.append(ctx, entries)
	return &c, err
}

func (g *growing) config() app.Config { return g.run.config(g.name) }

func (g *growing) unlock() (*keys.Unlocked, error) {
	return keys.Unlock(filepath.Join(g.config().Dir, "keys"), "M-01", []byte(passphrase))
}

// openings takes down what opening each case costs besides unlocking.
func (r *run) openings(ctx context.Context, cases ...*growing) error {
	whole, unlocking := make([][]float64, len(cases)), make([][]float64, len(cases))
	for range openings {
		for i, g := range cases {
			r.tell("measuring opening", int64(len(whole[0])), openings)
			all, alone, err := g.open(ctx)
			if err != nil {
				return err
			}
			whole[i], unlocking[i] = append(whole[i], all), append(unlocking[i], alone)
		}
	}
	for i, g := range cases {
		all, alone := slices.Min(whole[i]), slices.Min(unlocking[i])
		r.figure(fmt.Sprintf("opening after unlocking, at %d entries", g.size), all-alone, "s",
			Side{"opening", all, "s"}, Side{"unlocking at the least cost", alone, "s"})
	}
	return nil
}

// open times an opening, and the unlocking in it by itself.
func (g *growing) open(ctx context.Context) (all, alone float64, err error) {
	alone, err = g.seconds(func() error {
		u, err := g.unlock()
		if err == nil {
			u.Close()
		}
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	var a *app.App
	all, err = g.seconds(func() (err error) {
		a, err = app.Open(ctx, g.config(), who())
		return err
	})
	if err != nil {
		return 0, 0, err
	}
	return all, alone, a.Close()
}

// watchCheck takes down the memory of one check.
func (g *growing) watchCheck(ctx context.Context) error {
	return g.opened(ctx, func(a *app.App) error {
		return g.watched(fmt.Sprintf("check at %d entries", g.size), func() error { return g.prove(ctx, a) })
	})
}

// check is what checking the whole case takes, per so many entries.
func (g *growing) check(ctx context.Context) (cost float64, err error) {
	err = g.opened(ctx, func(a *app.App) error {
		took, err := g.seconds(func() error { return g.prove(ctx, a) })
		cost = took * perEntries / float64(g.size)
		return err
	})
	return cost, err
}

func (g *growing) opened(ctx context.Context, fn func(*app.App) error) error {
	a, err := app.Open(ctx, g.config(), who())
	if err != nil {
		return err
	}
	return errors.Join(fn(a), a.Close())
}

func (g *growing) prove(ctx context.Context, a *app.App) error {
	head, problems, err := a.Check(ctx, nil)
	if err == nil && (len(problems) > 0 || head.Size != g.size) {
		err = fmt.Errorf("%d problems in a ledger of %d entries, where %d were appended", len(problems), head.Size, g.size)
	}
	return err
}

// fill appends the same number of acts to each case: a fiftieth of the large one.
func (g *growing) fill(ctx context.Context) (rate float64, err error) {
	return g.append(ctx, g.size+g.o.Entries/50)
}

// append appends in batches until there are so many entries, and answers how many it
// appended in a second.
func (g *growing) append(ctx context.Context, entries int64) (rate float64, err error) {
	u, err := g.unlock()
	if err != nil {
		return 0, err
	}
	defer u.Close()
	db, err := store.Open(ctx, store.Config{Path: filepath.Join(g.config().Dir, "store.db"), Key: u.CaseKeys().StoreKey,
		Schemas: []store.Schema{ledger.Schema()}, Clock: g.o.Clock})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	from, by := g.size, ledger.Actor{Member: u.ID()}
	took, err := g.seconds(func() error {
		for g.size < entries {
			if entries > from+g.o.Entries/20 {
				g.tell("filling the ledger", g.size, g.o.Entries)
			}
			if err := db.Update(ctx, func(tx *store.Tx) error { return g.samples(tx, by) }); err != nil {
				return err
			}
			g.size += batch
		}
		return nil
	})
	return per(float64(g.size-from), took), err
}

// sample is an object of about the size of a claim.
type sample struct {
	ID     string `json:"id"`
	Source string `json:"source"`
	Text   string `json:"text"`
	By     string `json:"by"`
	At     int64  `json:"at"`
}

// samples writes one batch: samples that are added, changed, noted and ended again, so that
// no room needs to hold them and check still opens every version.
func (g *growing) samples(tx *store.Tx, by ledger.Actor) error {
	for range batch / life {
		id, err := ledger.NewID(tx, "X", 6)
		if err != nil {
			return err
		}
		s := sample{ID: id, Source: g.sources[g.n%len(g.sources)], By: by.Member, At: store.Micros(tx.Now),
			Text: "A person who was there says that about thirty people were kept in the hall, for weeks, and that nobody told them why."}
		g.n++
		changed := s
		changed.Text += " Two others say the same."
		for _, act := range []ledger.Act{
			{Kind: "sample.added", Version: s},
			{Kind: "sample.changed", Version: changed},
			{Kind: "sample.noted", Detail: map[string]string{"note": "measured"}},
			{Kind: "sample.ended", Ends: true},
		} {
			act.By, act.Object, act.Subject = by, id, s.Source
			if _, err := ledger.Append(tx, act); err != nil {
				return err
			}
		}
	}
	return nil
}

// unlocking measures the work that stands before everybody who has no key.
func (r *run) unlocking(ctx context.Context) error {
	dir, c := r.path("keys"), r.o.Cost
	u, _, err := keys.Create(dir, keys.New{Handle: "first", Role: keys.Custodian, Passphrase: []byte(passphrase), Cost: c}, r.o.Clock())
	if err != nil {
		return err
	}
	u.Close()
	unlock := func() error {
		u, err := keys.Unlock(dir, "M-01", []byte(passphrase))
		if err == nil {
			u.Close()
		}
		return err
	}
	what := fmt.Sprintf("unlocking: Argon2id, %d MiB, %d passes, %d lanes", c.MemoryKiB>>10, c.Passes, c.Lanes)
	if err := r.watched("unlocking", unlock); err != nil {
		return err
	}
	_, err = r.inTurns(ctx, contender{what, "s", func(context.Context) (float64, error) { return r.seconds(unlock) }})
	return err
}
