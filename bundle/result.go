package bundle

import (
	"errors"
	"fmt"
	"strings"
)

// The verdicts of a Result.
const (
	SameAsSigned = "same_as_signed" // every byte is what people you trust signed
	NotTrusted   = "untrusted"      // every byte is what was signed, but not by enough people you trust
	Different    = "mismatch"       // it is not what was signed
)

// Result is the outcome of a verification in words, for a person or a script. It exists
// so that all programs say the same of one bundle.
type Result struct {
	Verdict string `json:"verdict"`
	Exit    int    `json:"exit"`
	File    string `json:"file,omitempty"` // the file concerned, of a mismatch
	What    string `json:"what,omitempty"` // what is wrong
	Do      string `json:"do,omitempty"`   // what to do next

	Release     string         `json:"release,omitempty"`
	Origin      string         `json:"origin,omitempty"`
	Title       string         `json:"title,omitempty"`
	Date        string         `json:"date,omitempty"`
	DateIs      string         `json:"date_is,omitempty"` // self_declared
	Signers     []ResultSigner `json:"signers,omitempty"`
	Files       int            `json:"files_matched,omitempty"`
	Commitments *int           `json:"commitments,omitempty"`
	Log         *ResultLog     `json:"log,omitempty"`
	NotShown    []string       `json:"not_shown,omitempty"`
}

// ResultSigner is one signature in a Result. The key itself is left out: a reader who
// copied it from here would trust the bundle on its own word.
type ResultSigner struct {
	Name    string `json:"name"`
	KeyHash string `json:"key_hash"` // 8 hexadecimal digits
	Trusted bool   `json:"trusted"`
}

// ResultLog is the place in the release log, with roots in base64.
type ResultLog struct {
	Index   int64  `json:"index"`
	Size    int64  `json:"size"`
	Root    string `json:"root"`
	OldSize int64  `json:"old_size,omitempty"`
	OldRoot string `json:"old_root,omitempty"`
}

const (
	doMismatch  = "Do not rely on any part of it. Get the bundle again from those who released it, and compare."
	doUntrusted = "Get the verifier keys of those who released it from somewhere else than this bundle " +
		"(from a person you know, the organisation's own site, or paper), save them in a file, one per line, and give it with --key FILE."
)

// Describe puts what Parse and Verify returned into a Result. It returns false if err is
// no finding about the bundle, such as a malformed trusted key.
func Describe(b *Bundle, err error) (Result, bool) {
	r := Result{Verdict: SameAsSigned, Exit: ExitCode(err)}
	var m *Mismatch
	var u *Untrusted
	switch {
	case errors.As(err, &m):
		r.Verdict, r.File, r.What, r.Do = Different, m.File, m.What, doMismatch
		return r, true
	case errors.As(err, &u):
		r.Verdict, r.What, r.Do = NotTrusted, u.Error(), doUntrusted
	case err != nil:
		return Result{}, false
	}
	h := b.Header
	r.Release, r.Origin, r.Title, r.Date, r.DateIs = h.Release, h.Origin, h.Title, h.Date, "self_declared"
	for _, s := range b.Signers {
		r.Signers = append(r.Signers, ResultSigner{s.Name, fmt.Sprintf("%08x", s.KeyHash), s.Trusted})
	}
	r.Files, r.Commitments, r.NotShown = len(b.Files), &b.Evidence, b.Limits()
	r.Log = &ResultLog{Index: b.Log.Index, Size: b.Log.Size, Root: b.Log.Root.String(), OldSize: b.Log.OldSize}
	if b.Log.OldSize > 0 {
		r.Log.OldRoot = b.Log.OldRoot.String()
	}
	return r, true
}

// Text is the result as lines for a terminal, without Do. Everything in it from the bundle
// has passed Verify, which lets no control character through.
func (r Result) Text() string {
	var b strings.Builder
	row := func(label, format string, args ...any) {
		fmt.Fprintf(&b, "%-16s %s\n", label, fmt.Sprintf(format, args...))
	}
	switch r.Verdict {
	case Different:
		row("DIFFERENT", "%s: %s", r.File, r.What)
		return b.String()
	case NotTrusted:
		row("NOT TRUSTED", "every byte is what was signed, but who signed it? %s", r.What)
	default:
		row("same as signed", "every byte is what people you trust signed")
	}
	row("release", "%s", r.Release)
	row("title", "%s", r.Title)
	row("origin", "%s", r.Origin)
	row("date", "%s (self-declared)", r.Date)
	for _, s := range r.Signers {
		trust := "unknown"
		if s.Trusted {
			trust = "trusted"
		}
		row("signer", "%s  %s  %s", s.Name, s.KeyHash, trust)
	}
	row("files", "%d of %d match", r.Files, r.Files)
	row("sealed evidence", "%d commitments", *r.Commitments)
	row("release log", "entry %d of %d, root %s", r.Log.Index+1, r.Log.Size, r.Log.Root)
	if r.Log.OldSize > 0 {
		row("", "grown from %d, root %s", r.Log.OldSize, r.Log.OldRoot)
	}
	fmt.Fprintln(&b, "This does not show:")
	for _, limit := range r.NotShown {
		fmt.Fprintf(&b, "  - %s\n", limit)
	}
	return b.String()
}
