package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"heed/internal/app"
	"heed/internal/cli/console"
	"heed/internal/demo"
	"heed/internal/fault"
	"heed/internal/keys"
)

const defaultAddr = "127.0.0.1:7343"

func (s *session) serveCommand() *cobra.Command {
	var addr string
	c := &cobra.Command{
		Use:   "serve [--addr 127.0.0.1:7343]",
		Short: "show the case as a page on this machine",
		Long: `Serve one page on the loopback address: the case, its sources, the statement matrix, the
findings and the report. It writes nothing and cannot open a seal. Other addresses are
refused in this version. Interrupt it to lock the case again.`,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			return s.Opened(c.Context(), func(a *app.App) error { return s.serve(c.Context(), a, addr) })
		},
	}
	c.Flags().StringVar(&addr, "addr", defaultAddr, "loopback address and port; port 0 takes a free one")
	return c
}

// serve listens until the context ends.
func (s *session) serve(ctx context.Context, a *app.App, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return console.Usage(errors.New("write the address as 127.0.0.1:7343"))
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fault.New(fault.Refused, "this version serves the loopback address only", "Nothing was opened.", "Use --addr 127.0.0.1:7343.")
	}
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return fault.New(fault.Conflict, "the address cannot be had: it is in use or not allowed", "Nothing was opened.", "Use another port: --addr 127.0.0.1:0")
	}
	handler, guarded := a.Handler(l.Addr().String())
	srv := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second,
		WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 16 << 10}
	if !guarded {
		s.Say("On this system Heed cannot tell who connects: everybody who uses this machine can read the page while it is served.")
	}
	url := "http://" + l.Addr().String() + "/"
	if err := s.Emit(map[string]string{"url": url}, func(w io.Writer) { fmt.Fprintln(w, url) }); err != nil {
		l.Close()
		return err
	}
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 3*time.Second)
		defer cancel()
		srv.Shutdown(grace)
	})
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil // being interrupted is how serving ends
}

func (s *session) demoCommand() *cobra.Command {
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
			built, err := demo.Build(c.Context(), demo.Config{Dir: dir, Clock: s.Clock, Cost: s.demoCost(),
				Step: func(what string) { s.Say("%5.1fs  %s", s.Clock().Sub(started).Seconds(), what) }})
			if err != nil {
				return err
			}
			if err := s.Emit(built, func(w io.Writer) { printBuilt(w, built) }); err != nil || noServe {
				return err
			}
			a, err := app.Open(c.Context(), app.Config{Dir: built.Public.Dir, Clock: s.Clock}, app.Who{Passphrase: []byte(demo.Passphrase)})
			if err != nil {
				return err
			}
			defer a.Close()
			s.Say("Serving the public record; interrupt to stop.")
			return s.serve(c.Context(), a, addr)
		},
	}
	f := c.Flags()
	f.StringVar(&dir, "dir", "demo", "where to build; must be empty or missing")
	f.BoolVar(&noServe, "no-serve", false, "end when all is built")
	f.StringVar(&addr, "addr", defaultAddr, "where to serve")
	return c
}

// demoCost is the lowest that a key file may have: the passphrase of the sample cases is
// printed, so that a costly one would only make the demonstration slower.
func (s *session) demoCost() keys.Cost {
	if s.Cost != (keys.Cost{}) {
		return s.Cost
	}
	return keys.FloorCost
}

func printBuilt(w io.Writer, b demo.Built) {
	fmt.Fprintf(w, "public record  %s\n               %s\ntraining case  %s\n               %s\n", b.Public.Dir, b.Public.Bundle, b.Training.Dir, b.Training.Bundle)
	fmt.Fprintf(w, "passphrase     %s   (both cases, both members)\n\n"+
		"try (after: go build -o heed ./cmd/heed, and with ./ in front where heed is not in your path):\n", demo.Passphrase)
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

func (s *session) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "print the version and what it was built from",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			v := map[string]string{"version": "0.1.0-dev"}
			if info, ok := debug.ReadBuildInfo(); ok {
				v["go"] = info.GoVersion
				for _, kv := range info.Settings {
					if strings.HasPrefix(kv.Key, "vcs.") {
						v[kv.Key] = kv.Value
					}
				}
			}
			return s.Emit(v, func(w io.Writer) {
				fmt.Fprintln(w, console.Fields("heed "+v["version"], v["go"], v["vcs.revision"], v["vcs.time"]))
			})
		},
	}
}
