package web

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"
)

// TestPeersOfThisMachine asks the real kernel: a caller of our own user is let in, over
// IPv4 and IPv6, and the same caller is kept out from a server of another user.
func TestPeersOfThisMachine(t *testing.T) {
	if !PeerCheck() {
		t.Fatal("the table of connections cannot be read")
	}
	for _, network := range []struct{ name, address string }{{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}} {
		l, err := net.Listen(network.name, network.address)
		if err != nil {
			t.Logf("%s: %v", network.name, err) // a machine without IPv6
			continue
		}
		serve := func(h http.Handler) int {
			s := httptest.NewUnstartedServer(h)
			s.Listener.Close()
			s.Listener = l
			s.Start()
			defer s.Close()
			r, err := http.Get(s.URL + "/healthz")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Body.Close()
			_, _ = io.Copy(io.Discard, r.Body)
			return r.StatusCode
		}
		if got := serve(Handler(sample{}, []string{l.Addr().String()})); got != 200 {
			t.Errorf("%s: our own user gets %d", network.name, got)
		}
		if l, err = net.Listen(network.name, network.address); err != nil {
			t.Fatal(err)
		}
		other := checkPeers(uint32(os.Geteuid())+1, kernelOwner, http.NotFoundHandler())
		if got := serve(other); got != 403 {
			t.Errorf("%s: another user's server answers %d", network.name, got)
		}
	}
}

// TestHandlerChecksPeers: the page cannot be served without the check.
func TestHandlerChecksPeers(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Host, r.RemoteAddr = host, "127.0.0.1:1" // no socket has this end
	w := httptest.NewRecorder()
	Handler(sample{}, []string{host}).ServeHTTP(w, r)
	if w.Code != http.StatusForbidden || w.Header().Get("Content-Security-Policy") == "" {
		t.Errorf("a caller whom nobody knows gets %d", w.Code)
	}
}
