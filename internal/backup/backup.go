// Package backup is the form of a backup file: one stream that is written and read from
// the beginning to the end, with memory that does not grow with the size of what is in it.
// It knows no store, no clock and no case; what the files are is the caller's.
//
// Byte for byte a backup is
//
//	heed/backup/v1 LF
//	HEADER LF             one line of JSON, see below
//	STREAM                one binary age file (age-encryption.org/v1) to the end of the backup
//
// HEADER can be read by everybody and says nothing of the content. It is compact JSON with
// these members in this order and no other: format ("heed/backup/v1"), origin, made_at and
// expires_at (µs since 1970, UTC), by (the id of the member who made it), entries (number
// of ledger entries), root (the ledger's head, 32 bytes in base64), key_files (an object of
// file name to base64, in the order of the names' bytes: the key directory, with which
// members unlock). Base64 is standard with padding. Of JSON's escapes only \" and \\ occur.
// A line that would not be written exactly so is refused; it has at most 16 MiB.
//
// The plaintext of STREAM is records without gaps, numbers big endian. A file is
//
//	2 bytes  length of NAME, 1 to 255
//	         NAME
//	8 bytes  SIZE, less than 2^63
//	         SIZE bytes
//
// and the last record, after which the plaintext and the backup end, is
//
//	2 bytes  0
//	4 bytes  length of NOTE, at most 16384
//	         NOTE
//
// NAME is one or more segments joined by "/". A segment has letters a-z, digits, hyphens
// and full stops, and no stop at its beginning, at its end or beside another. No name
// occurs twice; there are at most ten million.
//
// NOTE is a signed note (C2SP signed-note) with one signature, by the member who made the
// backup. Its text is four lines:
//
//	heed/backup/v1
//	SHA-256 of HEADER LF, hex
//	number of files
//	SHA-256, hex, of one line "SHA-256  SIZE  NAME" LF (two blanks each) per file, in their order
//
// So age keeps others from reading, and the note tells who vouches: everybody knows the
// recipients and can encrypt to them. The list is signed by its digest, not in full, or a
// stranger could make a reader hold gigabytes before the signature is looked at.
//
// Invariants: what Extract hands out counts only when Extract has returned nil. A backup
// that was cut, lengthened or changed in any byte does not extract. Two backups of the same
// content differ. Acts: none.
package backup

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"heed/internal/fault"
)

// Format is the first line of a backup, of its note's text, and stands in its header.
const Format = "heed/backup/v1"

const (
	maxHeader  = 16 << 20
	maxKeyFile = 8 << 20
	maxOrigin  = 128
	maxName    = 255
	maxFiles   = 10_000_000
	maxNote    = 16 << 10

	// maxInstant is the end of the year 9999: beyond it a date has no common form.
	maxInstant = 253_402_300_800_000_000
)

// Header is what everybody can read of a backup. Until Extract has returned nil, nobody
// vouches for it.
type Header struct {
	Format    string            `json:"format"` // Write sets it
	Origin    string            `json:"origin"`
	MadeAt    int64             `json:"made_at"`    // µs
	ExpiresAt int64             `json:"expires_at"` // µs, later than MadeAt: what a person withdrew must not live on for ever
	By        string            `json:"by"`         // id of the member who made it
	Entries   int64             `json:"entries"`    // of the ledger
	Root      string            `json:"root"`       // head of the ledger, base64
	KeyFiles  map[string][]byte `json:"key_files"`  // the key directory
}

var (
	keyFileForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]{0,63}$`)
	memberForm  = regexp.MustCompile(`^M-(0[1-9]|[1-9][0-9]{1,5})$`)
	originForm  = regexp.MustCompile(`^[!-*,-~]+$`) // visible ASCII without "+", as in a bundle
	nameForm    = regexp.MustCompile(`^[a-z0-9-]+(\.[a-z0-9-]+)*(/[a-z0-9-]+(\.[a-z0-9-]+)*)*$`)
)

func validName(name string) bool { return len(name) <= maxName && nameForm.MatchString(name) }

// wrong says what of the header cannot be, or nothing.
func (h Header) wrong() string {
	root, err := base64.StdEncoding.Strict().DecodeString(h.Root)
	switch {
	case h.Format != Format:
		return "format"
	case len(h.Origin) > maxOrigin || !originForm.MatchString(h.Origin):
		return "origin"
	case h.MadeAt <= 0 || h.MadeAt >= maxInstant:
		return "made_at"
	case h.ExpiresAt <= h.MadeAt || h.ExpiresAt >= maxInstant:
		return "expires_at"
	case !memberForm.MatchString(h.By):
		return "by"
	case h.Entries < 0:
		return "entries"
	case err != nil || len(root) != 32 || len(h.Root) != 44:
		return "root"
	case !validKeyFiles(h.KeyFiles):
		return "key_files"
	}
	return ""
}

// validKeyFiles refuses also names that differ in case only: they would be one file on
// some disks.
func validKeyFiles(files map[string][]byte) bool {
	seen := map[string]bool{}
	for name, data := range files {
		lower := strings.ToLower(name)
		if !keyFileForm.MatchString(name) || len(data) > maxKeyFile || seen[lower] {
			return false
		}
		seen[lower] = true
	}
	return len(seen) > 0
}

// marshal gives the header's line with its LF.
func (h Header) marshal() ([]byte, error) {
	if field := h.wrong(); field != "" {
		return nil, fault.New(fault.Invalid, "the header of a backup cannot have this "+field, "Nothing was written.", "")
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(h); err != nil {
		return nil, err
	}
	if b.Len() > maxHeader {
		return nil, fault.New(fault.Invalid, "the key files are too large for a backup", "Nothing was written.", "Look what lies in the key directory beside the keys.")
	}
	return b.Bytes(), nil
}

// parseHeader takes the one form that marshal gives.
func parseHeader(line []byte) (h Header, ok bool) {
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if d.Decode(&h) != nil {
		return Header{}, false
	}
	again, err := h.marshal()
	if err != nil || !bytes.Equal(again, line) {
		return Header{}, false
	}
	return h, true
}

// bare strips the paths from an error of the file system. A fault carries none and stays whole.
func bare(err error) error {
	var p *fs.PathError
	var l *os.LinkError
	switch {
	case fault.KindOf(err) != 0:
		return err
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}
