// Package web shows one case as one page: its sources, who said what of each
// recommendation as of a day, its findings, and the paragraphs of its reports. The page
// can be read and printed, and changes nothing.
//
//	GET /            the page; ?as-of=2022-09-01 draws the matrix as of that day
//	GET /style.css   its style sheet
//	GET /healthz     "ok"
//
// What it refuses, each before anything is read:
//
//   - A caller on this machine who is another user of it (403; Linux, see PeerCheck).
//   - A Host header it does not expect (421): a foreign page could otherwise point a
//     name of its own at this address and read along (DNS rebinding).
//   - Methods that change something (405). There is no session and no form but one GET.
//
// The page holds no script, asks no other host for anything, and its policy forbids
// both. Text from outside is shown with control and direction characters made visible,
// each piece in its own direction. No path of imports leads from here to the vault, so
// there is nothing sealed to be shown; error pages carry ids and never content.
package web

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"

	"heed/internal/corroborate"
	"heed/internal/fault"
	"heed/internal/followup"
	"heed/internal/record"
	"heed/internal/release"
)

// View is what the page needs to know of a case. Rooms is one; tests have their own.
type View interface {
	Case(ctx context.Context) (record.Case, error)
	Sources(ctx context.Context) ([]Source, error)
	// Matrix answers as of a day, YYYY-MM-DD, or as of today for "".
	Matrix(ctx context.Context, asOf string) (followup.Matrix, error)
	Findings(ctx context.Context) ([]corroborate.Checked, error)
	Claims(ctx context.Context) ([]corroborate.Claim, error)
	Drafts(ctx context.Context) ([]release.Draft, error)
}

// Source is a source as the page lists it.
type Source struct {
	record.Source
	Sealed bool // its original lies in the vault
}

//go:embed page.html.tmpl error.html.tmpl style.css
var files embed.FS

var templates = template.Must(template.New("").Funcs(words).ParseFS(files, "*.tmpl"))

// Handler serves the page of one case. hosts are the values of the Host header that it
// answers to, with the port if there is one: 127.0.0.1:7343, localhost:7343.
func Handler(view View, hosts []string) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", handler(func(w http.ResponseWriter, r *http.Request) error { return home(w, r, view) }))
	mux.Handle("/style.css", handler(style))
	mux.Handle("/healthz", handler(health))
	mux.Handle("/", handler(func(http.ResponseWriter, *http.Request) error {
		return fault.New(fault.NotFound, "there is no such page", "", "The case is one page: go to its beginning.")
	}))
	return headers(peers(hostGuard(hosts, readOnly(mux))))
}

// handler is a page that may fail. Only ServeHTTP turns errors into answers.
type handler func(http.ResponseWriter, *http.Request) error

func (h handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := h(w, r); err != nil {
		refuse(w, statusOf(err), err)
	}
}

func home(w http.ResponseWriter, r *http.Request, view View) error {
	p, err := read(r.Context(), view, r.URL.Query().Get("as-of"))
	if err != nil {
		return err
	}
	return render(w, http.StatusOK, "page.html.tmpl", p)
}

// render writes nothing unless the template went through to its end.
func render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return fmt.Errorf("writing page: %w", err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // a reader who has gone is told nothing
	return nil
}

func style(w http.ResponseWriter, _ *http.Request) error {
	b, err := files.ReadFile("style.css")
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(b)
	return nil
}

func health(w http.ResponseWriter, _ *http.Request) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok"))
	return nil
}
