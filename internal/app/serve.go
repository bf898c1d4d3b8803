package app

import (
	"net"
	"net/http"

	"heed/internal/web"
)

// Handler serves the one page of the case at an address of this machine. guarded tells
// whether connections of other users of the machine are told apart and refused.
func (a *App) Handler(addr string) (h http.Handler, guarded bool) {
	hosts := []string{addr}
	if _, port, err := net.SplitHostPort(addr); err == nil {
		hosts = append(hosts, net.JoinHostPort("localhost", port), net.JoinHostPort("127.0.0.1", port), net.JoinHostPort("::1", port))
	}
	view := web.Rooms{Intake: a.Intake, Record: a.Record, Corroborate: a.Corroborate, Release: a.Release, Followup: a.Followup}
	return web.Handler(view, hosts), web.PeerCheck()
}
