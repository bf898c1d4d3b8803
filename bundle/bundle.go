// Package bundle is the published format of a release: a file NAME.heed that anyone can
// check offline. FORMAT.md says it byte for byte; this package is one way to read it.
//
// A bundle is a stored zip in one canonical form (archive.go). It holds the report and
// its data, and what is needed to check them:
//
//	MANIFEST            what the release is, and the SHA-256 of every listed file
//	data/evidence.json  salted commitments to the sealed evidence; their root stands in MANIFEST
//	checkpoint          the head of the release log, signed by those who released
//	proofs/inclusion    that MANIFEST is a leaf of that log
//	proofs/consistency  that the log only grew since an earlier head
//	KEYS                the keys of the signatures; a hint, never a reason to trust
//
// Parse checks the outer form and returns an Unverified, from which nothing can be read.
// The only way out is Verify, which returns a *Bundle when every byte is accounted for
// and enough people signed whose keys the reader trusts. Any difference is a *Mismatch
// that names the file concerned. A whole bundle whose keys the reader does not trust is
// an *Untrusted; it comes with the *Bundle, so that its claims can be shown as claims.
//
// The package opens no file, asks no network and knows no time. It refuses to be
// lenient: what the encoder would not write byte for byte is a mismatch, because two
// readers that repair the same damage differently see two reports.
package bundle

import (
	"errors"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// File is one file of a bundle.
type File struct {
	Name string // slash-separated; see ValidName
	Data []byte
}

// The files with a meaning of their own.
const (
	ManifestName    = "MANIFEST"
	CheckpointName  = "checkpoint"
	KeysName        = "KEYS"
	InclusionName   = "proofs/inclusion"
	ConsistencyName = "proofs/consistency"
	EvidenceName    = "data/evidence.json"
	ReportName      = "report.html"
)

// Listed reports whether MANIFEST must list a file of that name. It lists everything
// but itself and what is made from it afterwards.
func Listed(name string) bool {
	switch name {
	case ManifestName, CheckpointName, KeysName, InclusionName, ConsistencyName:
		return false
	}
	return true
}

// Unverified is a bundle of which nothing is known but its outer form.
type Unverified struct{ files []File }

// Bundle is a release whose bytes are all accounted for. When Verify returns it together
// with an *Untrusted error, that still holds, but nobody the reader trusts stands behind it.
type Bundle struct {
	Header   Header
	Files    []File   // all of them, sorted by name
	Signers  []Signer // one per signature, in the order of the checkpoint
	Evidence int      // how many commitments; decoys may be among them
	Log      Log
}

// Signer is who made one signature. Name and hash are claims of the bundle unless Trusted.
type Signer struct {
	Name    string
	KeyHash uint32
	Key     string // the whole verifier key
	Trusted bool   // the key is one of Policy.Keys
}

// Log is the place of a release in the release log. Two bundles of one origin belong to
// one history when the older one's Size and Root are the newer one's OldSize and OldRoot.
type Log struct {
	Index   int64 // of the leaf, from 0
	Size    int64
	Root    tlog.Hash
	OldSize int64 // 0 in the first release
	OldRoot tlog.Hash
}

// File returns the bytes of a file.
func (b *Bundle) File(name string) ([]byte, bool) { return find(b.Files, name) }

// Limits says what verification does not show, in sentences for the reader.
func (b *Bundle) Limits() []string {
	return []string{
		"that a witness told the truth, or that a conclusion is right",
		"that nothing was left out before the release was signed",
		"that the date is true: it is self-declared, there is no time-stamp token",
		"how many sealed items there are: decoys may stand among the commitments",
		"that no later release corrects this one",
	}
}

// Mismatch is the finding that a bundle is not what was signed, or not well formed.
type Mismatch struct {
	File string // the file concerned, or the part of the archive; never empty
	What string // what is wrong with it
}

func (m *Mismatch) Error() string { return m.File + ": " + m.What }

// Untrusted is the finding that too few of the signatures are by keys the reader trusts.
type Untrusted struct {
	Signers []Signer
	Trusted int // how many different people signed with trusted keys
	Need    int
}

func (u *Untrusted) Error() string {
	return fmt.Sprintf("signers with a key you trust: %d; needed: %d", u.Trusted, u.Need)
}

// ExitCode is the exit status that stands for err: 0 for nil, 6 for a mismatch, 7 for
// signatures that are not trusted, 1 for anything else. A mismatch beats the rest.
func ExitCode(err error) int {
	var m *Mismatch
	var u *Untrusted
	switch {
	case err == nil:
		return 0
	case errors.As(err, &m):
		return 6
	case errors.As(err, &u):
		return 7
	}
	return 1
}

func find(files []File, name string) ([]byte, bool) {
	for _, f := range files {
		if f.Name == name {
			return f.Data, true
		}
	}
	return nil, false
}
