// Package bench measures the ground floor on the machine it runs on: durable acts, an
// original in and out, opening, checking, backup and restore, in time and in memory.
//
// Every figure comes out of the running program. What is compared with each other is
// measured in the same run, in turns, on the same file and the same disk, and the median of
// three counts. The cases lie in a directory of their own, which is removed at the end; a
// crash leaves it, under a name that begins with .heed-bench-, with nothing in it but noise.
//
// Cases are made with the cheapest key files that there may be, so that a figure is not one
// of Argon2id; what unlocking costs with the default is a figure of its own.
//
// Acts of its own, in these cases only: sample.added, sample.changed, sample.noted,
// sample.ended. Tables: none.
package bench

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"heed/internal/app"
	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/keys"
	"heed/internal/record"
)

// Options say what to measure, and where.
type Options struct {
	Dir      string           // on the disk to be measured; "" is the current directory
	Data     string           // a file to take in, or "" for random bytes
	Size     int64            // of the random bytes
	Entries  int64            // of the large ledger; at least MinEntries
	Window   time.Duration    // how long acts are counted for one rate
	Cost     keys.Cost        // of the key file whose unlocking is timed; zero is keys.DefaultCost
	Clock    func() time.Time // must not stand still
	Progress app.Progress     // may be nil
}

// MinEntries leaves room for what a case begins with in the tenth part of a ledger.
const MinEntries = 1000

// Report is all that was measured, in the order of measuring.
type Report struct {
	System  string   `json:"system"`
	Bytes   int64    `json:"bytes"`   // of the file
	Entries int64    `json:"entries"` // of the large ledger
	Figures []Figure `json:"figures"`
}

// Figure is one result. Of a ratio or a difference, Sides are what it was made of.
type Figure struct {
	What  string   `json:"what"`
	Value *float64 `json:"value"` // nil is not known, and Note says why
	Unit  string   `json:"unit"`
	Sides []Side   `json:"sides,omitempty"`
	Note  string   `json:"note,omitempty"` // also how to read a value that is known
}

// Side is one of the two measured figures behind another.
type Side struct {
	What  string  `json:"what"`
	Value float64 `json:"value"`
	Unit  string  `json:"unit"`
}

// Run measures everything. It needs three to four times the size of the file on the disk.
func Run(ctx context.Context, o Options) (_ Report, err error) {
	if o.Entries < MinEntries {
		return Report{}, fault.New(fault.Invalid, fmt.Sprintf("a ledger of less than %d entries shows nothing", MinEntries), "Nothing was written.", "Give a larger --entries.")
	}
	if o.Data != "" {
		if _, err := sizeOf(o.Data); err != nil {
			return Report{}, err
		}
	}
	if o.Cost == (keys.Cost{}) {
		o.Cost = keys.DefaultCost
	}
	if o.Dir == "" {
		o.Dir = "."
	}
	dir, err := os.MkdirTemp(o.Dir, ".heed-bench-*")
	if err != nil {
		return Report{}, fault.New(fault.Invalid, "no directory can be made to measure in: "+pathless(err).Error(), "Nothing was measured.", "Name a directory that is there and can be written to: --dir DIR")
	}
	defer func() { err = errors.Join(err, pathless(os.RemoveAll(dir))) }()
	r := &run{o: o, dir: dir}
	r.out.System = fmt.Sprintf("%s/%s, %s, %d processors", runtime.GOOS, runtime.GOARCH, runtime.Version(), runtime.GOMAXPROCS(0))
	for _, part := range []func(context.Context) error{r.acts, r.file, r.ledger, r.unlocking} {
		if err := part(ctx); err != nil {
			return Report{}, err
		}
	}
	return r.out, nil
}

// run is one run of all measurements.
type run struct {
	o   Options
	dir string
	out Report
}

func (r *run) path(name string) string { return filepath.Join(r.dir, name) }

func (r *run) tell(step string, done, total int64) {
	if r.o.Progress != nil {
		r.o.Progress(step, done, total)
	}
}

// rounds is how often what is compared is measured, in turns.
const rounds = 3

// contender is one of several things that are measured in turns. A notKnown from it is a
// result, and takes it out of the later rounds.
type contender struct {
	what, unit string
	once       func(ctx context.Context) (float64, error)
}

// notKnown says why something cannot be measured here.
type notKnown string

func (n notKnown) Error() string { return string(n) }

// inTurns measures all contenders in turns and takes down their medians. One that is not
// known has no median.
func (r *run) inTurns(ctx context.Context, all ...contender) (map[string]float64, error) {
	values, why := map[string][]float64{}, map[string]notKnown{}
	for i := range int64(rounds) {
		for n, c := range all {
			if why[c.what] != "" {
				continue
			}
			r.tell("measuring "+c.what, i*int64(len(all))+int64(n), rounds*int64(len(all)))
			v, err := c.once(ctx)
			var unknown notKnown
			switch {
			case ctx.Err() != nil:
				return nil, ctx.Err()
			case errors.As(err, &unknown):
				why[c.what] = unknown
			case err != nil:
				return nil, fmt.Errorf("measuring %s: %w", c.what, err)
			default:
				values[c.what] = append(values[c.what], v)
			}
		}
	}
	medians := map[string]float64{}
	for _, c := range all {
		if why[c.what] != "" {
			r.unknown(c.what, c.unit, string(why[c.what]))
			continue
		}
		medians[c.what] = median(values[c.what])
		r.figure(c.what, medians[c.what], c.unit)
	}
	return medians, nil
}

func (r *run) figure(what string, value float64, unit string, sides ...Side) {
	r.out.Figures = append(r.out.Figures, Figure{What: what, Value: &value, Unit: unit, Sides: sides})
}

func (r *run) unknown(what, unit, why string) {
	r.out.Figures = append(r.out.Figures, Figure{What: what, Unit: unit, Note: why})
}

// ratio takes down a : b by their medians.
func (r *run) ratio(a, b, unit string, medians map[string]float64) {
	x, haveA := medians[a]
	y, haveB := medians[b]
	if !haveA || !haveB || y == 0 {
		r.unknown(a+" : "+b, "", "one side is not known")
		return
	}
	r.figure(a+" : "+b, x/y, "", Side{a, x, unit}, Side{b, y, unit})
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

// seconds is how long fn takes.
func (r *run) seconds(fn func() error) (float64, error) {
	start := r.o.Clock()
	err := fn()
	return r.o.Clock().Sub(start).Seconds(), err
}

// per divides and answers 0 for what took no time that the clock shows.
func per(n, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return n / seconds
}

// passphrase opens the cases that are measured. It is no secret: nothing in them is.
const passphrase = "only a measurement"

func who() app.Who { return app.Who{Passphrase: []byte(passphrase)} }

func (r *run) config(name string) app.Config {
	return app.Config{Dir: r.path(name), Clock: r.o.Clock}
}

// newCase makes an empty case.
func (r *run) newCase(ctx context.Context, name string) (*app.App, error) {
	a, _, err := app.Init(ctx, r.config(name), app.Begin{Case: record.Case{Title: "A measurement"}, Handle: "first", Cost: keys.FloorCost}, []byte(passphrase))
	return a, err
}

// addText takes in one short open original, for other acts to be about.
func addText(ctx context.Context, a *app.App, n int) (source string, err error) {
	got, err := a.Intake.Add(ctx, a.By(), intake.Incoming{Name: "text.txt", Body: strings.NewReader(fmt.Sprintf("The ministry said on day %d that nobody was held.", n))})
	return got.Original.ID, err
}

// pathless drops the path from a file error: a path can hold a name.
func pathless(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
