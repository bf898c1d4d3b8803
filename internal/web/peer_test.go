package web

import (
	"context"
	"encoding/binary"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
)

var (
	caller = netip.MustParseAddrPort("127.0.0.1:45678")
	here   = netip.MustParseAddrPort("127.0.0.1:7343")
)

// printed is an address as the kernel prints it on this machine.
func printed(a netip.AddrPort) string {
	b := a.Addr().AsSlice()
	s := ""
	for i := 0; i < len(b); i += 4 {
		s += fmt.Sprintf("%08X", binary.NativeEndian.Uint32(b[i:]))
	}
	return fmt.Sprintf("%s:%04X", s, a.Port())
}

func row(local, remote netip.AddrPort, uid string) string {
	return fmt.Sprintf("   3: %s %s 01 00000000:00000000 00:00000000 00000000 %5s        0 4242 1 0000000000000000 20 4 30 10 -1\n", printed(local), printed(remote), uid)
}

const heading = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"

func TestFindOwner(t *testing.T) {
	mapped := func(a netip.AddrPort) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom16(a.Addr().As16()), a.Port())
	}
	six := func(port uint16) netip.AddrPort { return netip.AddrPortFrom(netip.IPv6Loopback(), port) }
	other := netip.MustParseAddrPort("127.0.0.1:45679")
	tests := []struct {
		name          string
		table         string
		local, remote netip.AddrPort
		uid           uint32
		found         bool
	}{
		{"the caller's socket", heading + row(other, here, "7") + row(caller, here, "1000"), caller, here, 1000, true},
		{"not our own end of it", heading + row(here, caller, "1000"), caller, here, 0, false},
		{"another port", heading + row(other, here, "1000"), caller, here, 0, false},
		{"the same port to somewhere else", heading + row(caller, other, "1000"), caller, here, 0, false},
		{"IPv6", heading + row(six(45678), six(7343), "1001"), six(45678), six(7343), 1001, true},
		{"IPv4 through an IPv6 socket", heading + row(mapped(caller), mapped(here), "1002"), caller, here, 1002, true},
		{"an owner that is no number", heading + row(caller, here, "-1"), caller, here, 0, false},
		{"an owner too large", heading + row(caller, here, "4294967296"), caller, here, 0, false},
		{"a line cut short", heading + row(caller, here, "1000")[:60], caller, here, 0, false},
		{"nothing", "", caller, here, 0, false},
	}
	for _, tt := range tests {
		if uid, found := findOwner([]byte(tt.table), tt.local, tt.remote); uid != tt.uid || found != tt.found {
			t.Errorf("%s: %d %v, want %d %v", tt.name, uid, found, tt.uid, tt.found)
		}
	}
	for _, s := range []string{"", ":", "0100007F", "0100007F:", "0100007F:1CA", "0100007F:1CAF0", "01000F:1CAF", "0100007G:1CAF", "0100007F:1CAG", "0100007F0100007F:1CAF"} {
		if a, ok := parseSocket(s); ok {
			t.Errorf("parseSocket(%q) = %s", s, a)
		}
	}
}

// FuzzFindOwner: no table of the kernel, however broken, makes an owner out of nothing.
func FuzzFindOwner(f *testing.F) {
	f.Add([]byte(heading+row(caller, here, "1000")), "0100007F:1CAF")
	f.Add([]byte("a b c d e f g h\n"), "00000000000000000000000001000000:1CAF")
	f.Fuzz(func(t *testing.T, table []byte, socket string) {
		if uid, found := findOwner(table, caller, here); found && len(table) < len(row(caller, here, "0"))/2 {
			t.Errorf("owner %d was found in %q", uid, table)
		}
		a, ok := parseSocket(socket)
		if !ok {
			return
		}
		if again, ok := parseSocket(printed(a)); !ok || again != a {
			t.Errorf("%q is %s, which is printed and read as %s", socket, a, again)
		}
	})
}

func TestCheckPeers(t *testing.T) {
	owner := func(uid uint32, found bool) ownerOf {
		return func(local, remote netip.AddrPort) (uint32, bool) {
			return uid, found && local == caller && remote == here
		}
	}
	tests := []struct {
		name   string
		remote string
		local  any
		owner  ownerOf
		status int
	}{
		{"our own", "127.0.0.1:45678", net.TCPAddrFromAddrPort(here), owner(1000, true), 204},
		{"another user", "127.0.0.1:45678", net.TCPAddrFromAddrPort(here), owner(1001, true), 403},
		{"root is another user", "127.0.0.1:45678", net.TCPAddrFromAddrPort(here), owner(0, true), 403},
		{"nobody's", "127.0.0.1:45678", net.TCPAddrFromAddrPort(here), owner(1000, false), 403},
		{"written as IPv6", "[::ffff:127.0.0.1]:45678", net.TCPAddrFromAddrPort(here), owner(1000, true), 204},
		{"no address of ours", "127.0.0.1:45678", nil, owner(1000, true), 403},
		{"from elsewhere", "192.0.2.7:45678", net.TCPAddrFromAddrPort(here), owner(0, false), 204},
	}
	for _, tt := range tests {
		h := checkPeers(1000, tt.owner, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = tt.remote
		r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, tt.local))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.status {
			t.Errorf("%s: %d, want %d", tt.name, w.Code, tt.status)
		}
	}
}
