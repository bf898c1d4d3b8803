package web

import (
	"net/http"
	"net/netip"
	"os"
)

// PeerCheck reports whether callers on this machine are told apart by user.
func PeerCheck() bool {
	_, err := os.ReadFile("/proc/net/tcp")
	return err == nil
}

func peers(next http.Handler) http.Handler {
	if !PeerCheck() {
		return next
	}
	return checkPeers(uint32(os.Geteuid()), kernelOwner, next)
}

// kernelOwner asks both tables: a caller may reach an IPv4 address through an IPv6 socket.
func kernelOwner(local, remote netip.AddrPort) (uint32, bool) {
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		table, err := os.ReadFile(name)
		if err != nil {
			continue
		}
		if uid, found := findOwner(table, local, remote); found {
			return uid, true
		}
	}
	return 0, false
}
