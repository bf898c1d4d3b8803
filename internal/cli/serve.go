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
	"heed/internal/fault"
	"heed/internal/web"
)

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
			return s.opened(c.Context(), func(a *app.App) error { return s.serve(c.Context(), a, addr) })
		},
	}
	c.Flags().StringVar(&addr, "addr", console.DefaultAddr, "loopback address and port; port 0 takes a free one")
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
	handler, guarded := page(a, l.Addr().String())
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

// serveDir opens the case in dir and serves it.
func (s *session) serveDir(ctx context.Context, dir, addr string, passphrase []byte) (err error) {
	a, err := app.Open(ctx, app.Config{Dir: dir, Clock: s.Clock}, app.Who{Passphrase: passphrase})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close()) }()
	return s.serve(ctx, a, addr)
}

// page serves the one page of the case at an address of this machine. guarded tells
// whether connections of other users of the machine are told apart and refused.
func page(a *app.App, addr string) (h http.Handler, guarded bool) {
	hosts := []string{addr}
	if _, port, err := net.SplitHostPort(addr); err == nil {
		hosts = append(hosts, net.JoinHostPort("localhost", port), net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("::1", port))
	}
	view := web.Rooms{Intake: a.Intake, Record: a.Record, Corroborate: a.Corroborate, Release: a.Release, Followup: a.Followup}
	return web.Handler(view, hosts), web.PeerCheck()
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
