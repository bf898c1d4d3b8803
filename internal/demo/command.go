package demo

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"heed/internal/cli/console"
	"heed/internal/keys"
)

// Command is the verb
func Command(s *console.Session) *cobra.Command {
	var dir, addr string
	var noServe bool
	c := &cobra.Command{
		Use:   "demo [--dir DIR] [--no-serve]",
		Short: "build two sample cases, release and verify them",
		Long: `Build two cases in DIR through the same services the other verbs use: the public record of
the 2022 assessment on Xinjiang, and a training case with a sealed interview in an invented
country. Each is released with two signatures and verified. Then show one as a page.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			started := s.Clock()
			built, err := Build(c.Context(), Config{Dir: dir, Clock: s.Clock, Cost: costOf(s),
				Step: func(what string) { s.Say("%5.1fs  %s", s.Clock().Sub(started).Seconds(), what) }})
			if err != nil {
				return err
			}
			if err := s.Emit(built, func(w io.Writer) { printBuilt(w, built) }); err != nil || noServe {
				return err
			}
			s.Say("Serving the public record; interrupt to stop.")
			return s.Serve(c.Context(), built.Public.Dir, addr, []byte(Passphrase))
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "dir", "demo", "where to build; must be empty or missing")
	f.BoolVar(&noServe, "no-serve", false, "end when all is built")
	f.StringVar(&addr, "addr", console.DefaultAddr, "where to serve")
	return c
}

// costOf is the lowest that a key file may have: the passphrase of the sample cases is
// printed, so that a costly one would only make the demonstration slower.
func costOf(s *console.Session) keys.Cost {
	if s.Cost != (keys.Cost{}) {
		return s.Cost
	}
	return keys.FloorCost
}

func printBuilt(w io.Writer, b Built) {
	fmt.Fprintf(w, "public record  %s\n               %s\ntraining case  %s\n               %s\n", b.Public.Dir, b.Public.Bundle, b.Training.Dir, b.Training.Bundle)
	fmt.Fprintf(w, "passphrase     %s   (both cases, both members)\n\n"+
		"try (after: go build -o heed ./cmd/heed, and with ./ in front where heed is not in your path):\n", Passphrase)
	for _, line := range []string{
		"heed verify " + b.Training.Bundle + " --key " + b.Training.Keys,
		"heed matrix --as-of 2022-09-02 --store " + b.Public.Dir,
		"heed show S-001 --store " + b.Training.Dir,
		"heed unseal E-0003 --purpose \"to see how a seal opens\" --store " + b.Training.Dir,
		"heed check --store " + b.Training.Dir,
		"heed log --store " + b.Training.Dir,
	} {
		fmt.Fprintln(w, "  "+line)
	}
}
