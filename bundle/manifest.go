package bundle

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/mod/sumdb/tlog"
)

// Header is what MANIFEST says of the release itself.
type Header struct {
	Release      string   // R1
	Origin       string   // names the release log; the first line of its checkpoints
	Title        string   // of the assessment, one line
	Date         string   // self-declared civil date, YYYY-MM-DD
	EvidenceSize int      // how many commitments
	EvidenceRoot [32]byte // RFC 6962 root over the sorted commitments
}

// Sum is one line of MANIFEST.
type Sum struct {
	Name   string
	SHA256 [32]byte
}

const (
	manifestTitle = "# heed bundle 1" // the format and its version

	maxRelease = 9    // digits of a release number
	maxOrigin  = 128  // bytes
	maxTitle   = 1024 // bytes
)

// Check says why MANIFEST cannot hold h, or nil. Call it before MarshalManifest.
func (h Header) Check() error {
	digits, ok := strings.CutPrefix(h.Release, "R")
	switch {
	case !ok || len(digits) > maxRelease || !isNumber(digits) || digits == "0":
		return fmt.Errorf("the release id is not of the form R1")
	case !validOrigin(h.Origin):
		return fmt.Errorf("the origin is not 1 to %d visible ASCII characters without '+'", maxOrigin)
	case h.Title == "" || len(h.Title) > maxTitle || h.Title != strings.Trim(h.Title, " ") || !oneLine(h.Title):
		return fmt.Errorf("the title is not one line of 1 to %d bytes without control characters", maxTitle)
	case !isDate(h.Date):
		return fmt.Errorf("the date is not of the form YYYY-MM-DD")
	case h.EvidenceSize < 0:
		return fmt.Errorf("the number of commitments is negative")
	}
	return nil
}

// isNumber reports whether s is a decimal number as a machine writes it.
func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == "" && (s == "0" || s[0] != '0')
}

func isDate(s string) bool {
	t, err := time.Parse(time.DateOnly, s)
	return err == nil && t.Format(time.DateOnly) == s
}

// validOrigin is stricter than C2SP tlog-checkpoint, so that an origin cannot imitate another.
func validOrigin(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || s[i] == '+' {
			return false
		}
	}
	return s != "" && len(s) <= maxOrigin
}

// oneLine refuses what would let text rewrite the line it is printed on: control
// characters, line separators, and bidirectional embeddings, overrides and isolates. It
// is a closed list, so that it means the same under every version of Unicode.
func oneLine(s string) bool {
	for _, r := range s {
		switch {
		case r < 0x20, 0x7f <= r && r <= 0x9f, r == 0x2028, r == 0x2029,
			0x202a <= r && r <= 0x202e, 0x2066 <= r && r <= 0x2069,
			r == 0xfeff, 0xe0000 <= r && r <= 0xe007f:
			return false
		}
	}
	return utf8.ValidString(s)
}

// MarshalManifest returns MANIFEST: the header as comments, so that `sha256sum -c MANIFEST`
// passes over it, then a line per listed file. Files that are not Listed are left out.
func MarshalManifest(h Header, files []File) []byte {
	var sums []Sum
	for _, f := range files {
		if Listed(f.Name) {
			sums = append(sums, Sum{f.Name, sha256.Sum256(f.Data)})
		}
	}
	slices.SortFunc(sums, func(a, b Sum) int { return strings.Compare(a.Name, b.Name) })
	return marshalManifest(h, sums)
}

func marshalManifest(h Header, sums []Sum) []byte {
	var b bytes.Buffer
	fmt.Fprintln(&b, manifestTitle)
	for i, value := range h.values() {
		fmt.Fprintf(&b, "# %s: %s\n", headerKeys()[i], value)
	}
	for _, s := range sums {
		fmt.Fprintf(&b, "%x  %s\n", s.SHA256, s.Name)
	}
	return b.Bytes()
}

func headerKeys() []string {
	return []string{"release", "origin", "title", "date", "evidence-size", "evidence-root"}
}

func (h Header) values() []string {
	return []string{h.Release, h.Origin, h.Title, h.Date, strconv.Itoa(h.EvidenceSize), hex.EncodeToString(h.EvidenceRoot[:])}
}

// ParseManifest reads MANIFEST. It accepts only what MarshalManifest writes; any refusal
// is a *Mismatch.
func ParseManifest(data []byte) (Header, []Sum, error) {
	h, sums, what := parseManifest(string(data))
	if what != "" {
		return Header{}, nil, &Mismatch{ManifestName, what}
	}
	if !bytes.Equal(data, marshalManifest(h, sums)) {
		return Header{}, nil, &Mismatch{ManifestName, "it is not in canonical form"}
	}
	return h, sums, nil
}

func parseManifest(text string) (h Header, sums []Sum, what string) {
	title, text, ok := strings.Cut(text, "\n")
	if !ok || title != manifestTitle {
		return h, nil, "it does not begin with the line \"" + manifestTitle + "\""
	}
	var values []string
	for _, key := range headerKeys() {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		value, ok := strings.CutPrefix(line, "# "+key+": ")
		if !ok {
			return h, nil, "it has no line " + key + " where it must"
		}
		values = append(values, value)
	}
	h.Release, h.Origin, h.Title, h.Date = values[0], values[1], values[2], values[3]
	size, err := strconv.ParseInt(values[4], 10, 32)
	root, ok := parseHex(values[5])
	if err != nil || !ok {
		return h, nil, "its evidence lines are malformed"
	}
	h.EvidenceSize, h.EvidenceRoot = int(size), root
	if err := h.Check(); err != nil {
		return h, nil, err.Error()
	}
	for n := 1; text != ""; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n") // a missing last newline is caught by the caller
		sum, name, _ := strings.Cut(line, "  ")
		hash, ok := parseHex(sum)
		if !ok || !ValidName(name) || !Listed(name) {
			return h, nil, fmt.Sprintf("its file line %d is malformed", n)
		}
		if len(sums) > 0 && sums[len(sums)-1].Name >= name {
			return h, nil, fmt.Sprintf("its file line %d is not in order", n)
		}
		sums = append(sums, Sum{name, hash})
	}
	return h, sums, ""
}

// parseHex reads the 64 lower-case hexadecimal digits of a SHA-256.
func parseHex(s string) (sum [32]byte, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(sum) || hex.EncodeToString(b) != s {
		return sum, false
	}
	return [32]byte(b), true
}

// ReleaseLeaf is the leaf of a release in the release log: the RFC 6962 leaf hash of the
// 32 bytes of MANIFEST's SHA-256, so that the log can be checked without MANIFEST itself.
func ReleaseLeaf(manifest []byte) tlog.Hash {
	sum := sha256.Sum256(manifest)
	return tlog.RecordHash(sum[:])
}
