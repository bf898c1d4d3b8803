package bench

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
)

// Command is the verb
func Command(s *console.Session) *cobra.Command {
	var o Options
	var size string
	c := &cobra.Command{
		Use:   "bench [--data FILE] [--size BYTES] [--entries N] [--dir DIR]",
		Short: "measure this machine: acts, originals, opening, check, backup, memory",
		Long: `Measure what Heed does on this machine, in cases that are made for it and removed again.
It takes about a minute and three to four times the size of the file on the disk of DIR.
What is compared is measured in turns, on the same file and disk; the median of three counts.
The programs sha256sum and age are measured beside it where they are found.

  heed bench
  heed bench --dir /media/stick
  heed bench --data interview.mp4
  heed bench --size 5GiB --entries 1000000     the long form: some minutes`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.Size, err = parseSize(size); err != nil {
				return console.Usage(err)
			}
			if o.Window <= 0 {
				return console.Usage(errors.New("write --window as a time: 500ms"))
			}
			show, done := s.Watch()
			defer done()
			o.Clock, o.Cost, o.Progress = s.Clock, s.Cost, show
			r, err := Run(c.Context(), o)
			if err != nil {
				return app.Explain(err)
			}
			return s.Emit(r, func(w io.Writer) { printReport(w, r) })
		},
	}
	f := c.Flags()
	f.StringVar(&o.Data, "data", "", "file to take in; random bytes otherwise")
	f.StringVar(&size, "size", "256MiB", "how many random bytes: 1000000, 256MiB, 5GiB")
	f.Int64Var(&o.Entries, "entries", 100_000, "entries of the large ledger")
	f.StringVar(&o.Dir, "dir", ".", "where to measure: a directory on the disk that is meant")
	f.DurationVar(&o.Window, "window", 500*time.Millisecond, "how long acts are counted for one rate")
	return c
}

var sizeForm = regexp.MustCompile(`^([1-9][0-9]{0,12})(KiB|MiB|GiB)?$`)

// parseSize reads a number of bytes with an IEC unit.
func parseSize(text string) (int64, error) {
	m := sizeForm.FindStringSubmatch(text)
	if m == nil {
		return 0, errors.New("write a size as 1000000, 256MiB or 5GiB")
	}
	n, err := strconv.ParseInt(m[1], 10, 64)
	shift := map[string]int{"KiB": 10, "MiB": 20, "GiB": 30}[m[2]]
	if err != nil || n > math.MaxInt64>>shift {
		return 0, errors.New("this size is too large")
	}
	return n << shift, nil
}

// printReport prints one row a figure; of a ratio or a difference, both sides stand behind it.
func printReport(w io.Writer, r Report) {
	fmt.Fprintf(w, "%s\n%s, %s\n\n", r.System, "a file of "+console.Counted(r.Bytes, "byte"), "a ledger of "+strconv.FormatInt(r.Entries, 10)+" entries")
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range r.Figures {
		value := "-"
		if f.Value != nil {
			value = figure(*f.Value)
		}
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", f.What, value, f.Unit, console.Fields(behind(f), f.Note))
	}
	t.Flush()
}

// behind is what a figure was made of. A ratio names its sides already.
func behind(f Figure) string {
	if len(f.Sides) == 2 && f.Unit == "" {
		return figure(f.Sides[0].Value) + " : " + figure(f.Sides[1].Value) + " " + f.Sides[0].Unit
	}
	var sides []string
	for _, x := range f.Sides {
		sides = append(sides, x.What+" "+figure(x.Value)+" "+x.Unit)
	}
	return strings.Join(sides, ", ")
}

// figure prints three figures that count; more would promise what no clock holds.
func figure(v float64) string {
	switch a := math.Abs(v); {
	case a >= 100 || a == 0:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a >= 10:
		return strconv.FormatFloat(v, 'f', 1, 64)
	case a >= 1:
		return strconv.FormatFloat(v, 'f', 2, 64)
	}
	return strconv.FormatFloat(v, 'f', 4, 64)
}
