package web

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"heed/internal/fault"
)

// A loopback address is open to every user of the machine, while the case is open for
// one. So on Linux the owner of the calling socket is looked up in the kernel's table
// of connections, and a caller who is another user, root included, is refused. Where
// there is no such table the check is absent, and PeerCheck says so.

// ownerOf finds the user who owns the socket at local that is connected to remote.
type ownerOf func(local, remote netip.AddrPort) (uid uint32, found bool)

// checkPeers refuses callers on this machine whose socket is not provably uid's own.
// Callers from elsewhere pass: they have no owner here, and whether the page may be
// seen from elsewhere was decided by the address it listens on.
func checkPeers(uid uint32, owner ownerOf, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if loopback(r.RemoteAddr) && !ownedBy(uid, owner, r) {
			refuse(w, http.StatusForbidden, fault.New(fault.Denied, "this case was opened by another user of this machine",
				"Nothing was shown.", "Open it with your own account and passphrase."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func ownedBy(uid uint32, owner ownerOf, r *http.Request) bool {
	caller, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return false
	}
	here, ok := r.Context().Value(http.LocalAddrContextKey).(interface{ AddrPort() netip.AddrPort })
	if !ok {
		return false
	}
	got, found := owner(plain(caller), plain(here.AddrPort()))
	return found && got == uid
}

// plain writes an address in one form: IPv4 that came through an IPv6 socket is IPv4,
// and there is no zone.
func plain(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}

// findOwner looks for a socket in a table of the form of /proc/net/tcp and tcp6
// (proc(5)): a heading, then one socket per line,
//
//	sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid …
//
// Lines that are not of that form are passed over.
func findOwner(table []byte, local, remote netip.AddrPort) (uid uint32, found bool) {
	for lines := bufio.NewScanner(bytes.NewReader(table)); lines.Scan(); {
		f := strings.Fields(lines.Text())
		if len(f) < 8 {
			continue
		}
		from, ok1 := parseSocket(f[1])
		to, ok2 := parseSocket(f[2])
		if !ok1 || !ok2 || from != local || to != remote {
			continue
		}
		n, err := strconv.ParseUint(f[7], 10, 32)
		if err != nil {
			return 0, false
		}
		return uint32(n), true
	}
	return 0, false
}

// parseSocket reads an address as the kernel prints it: each 32-bit word of the address
// as a number of the machine's own byte order, in hex, then the port in hex.
func parseSocket(s string) (netip.AddrPort, bool) {
	words, port, ok := strings.Cut(s, ":")
	b, err := hex.DecodeString(words)
	n, perr := strconv.ParseUint(port, 16, 16)
	if !ok || err != nil || perr != nil || len(port) != 4 {
		return netip.AddrPort{}, false
	}
	for i := 0; i+4 <= len(b); i += 4 {
		binary.NativeEndian.PutUint32(b[i:], binary.BigEndian.Uint32(b[i:]))
	}
	addr, ok := netip.AddrFromSlice(b)
	return plain(netip.AddrPortFrom(addr, uint16(n))), ok
}
