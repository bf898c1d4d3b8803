//go:build !linux

package web

import "net/http"

// PeerCheck reports whether callers on this machine are told apart by user.
func PeerCheck() bool { return false }

func peers(next http.Handler) http.Handler { return next }
