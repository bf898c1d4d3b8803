package bundle

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

const (
	maxSigners = 64  // bounds the work a hostile bundle can ask for
	maxSigner  = 128 // bytes of a signer's name
)

// key is a verifier key in the one form in which it may be written.
type key struct {
	note.Verifier
	text   string
	public string // the public key's bytes, with the algorithm before them
}

// parseKey reads a note verifier key, name+hash+base64. note accepts upper case in the
// hash and line ends in the base64; a key that can be written in two ways could stand in
// KEYS in two ways, so only one is taken.
func parseKey(text string) (key, error) {
	v, err := note.NewVerifier(text)
	if err != nil {
		return key{}, errors.New("it is no verifier key (name+hash+key)")
	}
	parts := strings.SplitN(text, "+", 3)
	public, err := base64.StdEncoding.DecodeString(parts[2])
	canonical := fmt.Sprintf("%s+%08x+%s", v.Name(), v.KeyHash(), base64.StdEncoding.EncodeToString(public))
	if err != nil || canonical != text || len(v.Name()) > maxSigner || !oneLine(v.Name()) {
		return key{}, errors.New("the verifier key is not in canonical form")
	}
	return key{v, text, string(public)}, nil
}

// MarshalKeys returns KEYS: a verifier key per line, in the order of the signatures.
func MarshalKeys(vkeys []string) []byte {
	var b strings.Builder
	for _, k := range vkeys {
		b.WriteString(k + "\n")
	}
	return []byte(b.String())
}

// parseKeys reads KEYS.
func parseKeys(data []byte) ([]key, *Mismatch) {
	text, ok := strings.CutSuffix(string(data), "\n")
	lines := strings.Split(text, "\n")
	if !ok || len(lines) > maxSigners {
		return nil, &Mismatch{KeysName, fmt.Sprintf("it is not 1 to %d lines", maxSigners)}
	}
	keys := make([]key, len(lines))
	for i, line := range lines {
		var err error
		if keys[i], err = parseKey(line); err != nil {
			return nil, &Mismatch{KeysName, fmt.Sprintf("line %d: %v", i+1, err)}
		}
	}
	return keys, nil
}

// ParseKeyFile reads a file of keys that a reader trusts: a verifier key per line; empty
// lines and lines beginning with '#' are passed over. The result is for Policy.Keys.
func ParseKeyFile(data []byte) ([]string, error) {
	var vkeys []string
	for i, line := range strings.Split(strings.TrimPrefix(string(data), "\uFEFF"), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		k, err := parseKey(line)
		if err != nil {
			return nil, fmt.Errorf("line %d of the key file: %w", i+1, err)
		}
		vkeys = append(vkeys, k.text)
	}
	if vkeys == nil {
		return nil, errors.New("the key file holds no key")
	}
	return vkeys, nil
}

const sigPrefix = "— " // em dash, blank: C2SP signed-note

// openCheckpoint splits the signed note and verifies every signature under the key on
// its line of KEYS. note.Open is not enough: it passes over signatures by unknown keys,
// repeated ones and stray bits of base64, so that bytes would remain that nothing vouches for.
func openCheckpoint(signed string, keys []key) (text string, m *Mismatch) {
	refuse := func(what string) (string, *Mismatch) { return "", &Mismatch{CheckpointName, what} }
	at := strings.LastIndex(signed, "\n\n")
	if at < 0 {
		return refuse("it is not a signed note")
	}
	block, ok := strings.CutSuffix(signed[at+2:], "\n")
	if !ok {
		return refuse("it does not end with a signature")
	}
	text, lines := signed[:at+1], strings.Split(block, "\n")
	foreign := func(line string) bool { return !strings.HasPrefix(line, sigPrefix) }
	switch {
	case slices.ContainsFunc(lines, foreign):
		return refuse("something else stands among its signatures")
	case len(lines) < len(keys):
		return refuse(fmt.Sprintf("it has %d signatures for the %d keys of KEYS", len(lines), len(keys)))
	case len(lines) > len(keys):
		return "", &Mismatch{KeysName, fmt.Sprintf("it has %d keys for the %d signatures of the checkpoint", len(keys), len(lines))}
	}
	for i, line := range lines {
		encoded, ok := strings.CutPrefix(line, sigPrefix+keys[i].Name()+" ")
		sig, err := base64.StdEncoding.DecodeString(encoded)
		if !ok || err != nil || base64.StdEncoding.EncodeToString(sig) != encoded || len(sig) < 4 {
			return refuse(fmt.Sprintf("signature %d is malformed, or not by the key on that line of KEYS", i+1))
		}
		if binary.BigEndian.Uint32(sig) != keys[i].KeyHash() || !keys[i].Verify([]byte(text), sig[4:]) {
			return refuse(fmt.Sprintf("signature %d does not verify", i+1))
		}
	}
	return text, nil
}
