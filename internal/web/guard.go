package web

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"

	"heed/internal/fault"
)

// policy forbids everything the page does without: scripts, pictures, fonts, frames,
// other hosts, and being framed.
const policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; " +
	"trusted-types 'none'; require-trusted-types-for 'script'"

// headers stand on every answer, refusals included. no-store keeps the case out of the
// browser's cache on the disk.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		next.ServeHTTP(w, r)
	})
}

// hostGuard answers only to the names it was given. The comparison is exact but for
// case, port included: a name that merely ends or begins like ours is another name.
func hostGuard(hosts []string, next http.Handler) http.Handler {
	allowed := make([]string, len(hosts))
	for i, h := range hosts {
		allowed[i] = strings.ToLower(h)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "" || !slices.Contains(allowed, strings.ToLower(r.Host)) {
			refuse(w, http.StatusMisdirectedRequest, fault.New(fault.Refused, "this address was called by a name that is not its own",
				"Nothing was shown.", "Use the address that heed serve printed."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

func readOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			refuse(w, http.StatusMethodNotAllowed, fault.New(fault.Refused, "this page can only be read", "Nothing was changed.", "Use the command line to change the case."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// statuses gives each kind of fault its HTTP status. What is not listed broke: 500.
var statuses = map[fault.Kind]int{
	fault.NotFound: http.StatusNotFound,
	fault.Invalid:  http.StatusBadRequest,
	fault.Conflict: http.StatusConflict,
	fault.Denied:   http.StatusForbidden,
	fault.Withheld: http.StatusForbidden,
	fault.Locked:   http.StatusForbidden,
	fault.Refused:  http.StatusConflict,
	fault.NoStore:  http.StatusServiceUnavailable,
	fault.Held:     http.StatusServiceUnavailable,
}

func statusOf(err error) int {
	if status, ok := statuses[fault.KindOf(err)]; ok {
		return status
	}
	return http.StatusInternalServerError
}

// refuse writes the error page: what happened, what is safe, what to do. The cause of
// something that broke is not shown: it may carry what a fault may not.
func refuse(w http.ResponseWriter, status int, err error) {
	page := fault.New(0, "this failed", "Nothing was changed: the page only reads.", "Try again. If it fails again, run: heed check")
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != 0 {
		page = fault.New(f.Kind, f.What, f.Safe, f.Do)
		if page.Safe == "" {
			page.Safe = "Nothing was changed."
		}
	}
	if err := render(w, status, "error.html.tmpl", page); err != nil {
		http.Error(w, "this failed", http.StatusInternalServerError) // unreachable: the template takes any fault
	}
}

// loopback reports whether an address of the form ip:port is of this machine.
func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return err == nil && ip != nil && ip.IsLoopback()
}
