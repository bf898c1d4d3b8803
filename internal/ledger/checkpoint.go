package ledger

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"heed/internal/fault"
	"heed/internal/store"
)

// Checkpoint signs the head as a C2SP tlog-checkpoint: origin, size, root, then the
// signatures. It is what leaves the machine, so that a later `check --against` can
// tell a ledger that only grew from one that was rewritten or rolled back.
func Checkpoint(tx *store.Tx, origin string, signers ...note.Signer) ([]byte, error) {
	h, err := HeadOf(tx)
	if err != nil {
		return nil, err
	}
	return h.sign(origin, signers...)
}

func (h Head) sign(origin string, signers ...note.Signer) ([]byte, error) {
	return note.Sign(&note.Note{Text: fmt.Sprintf("%s\n%d\n%s\n", origin, h.Size, h.Root)}, signers...)
}

// ParseCheckpoint reads the head that a checkpoint signs. keys are the note verifier keys it
// may be signed by; one must have signed.
func ParseCheckpoint(signed []byte, origin string, keys []string) (Head, error) {
	c, err := openCheckpoint(signed, keys)
	if err != nil {
		return Head{}, err
	}
	if c.origin != origin {
		return Head{}, mismatch("it belongs to another case")
	}
	return c.Head, nil
}

// openCheckpoint leaves it to the caller to look at the origin.
func openCheckpoint(signed []byte, keys []string) (c checkpointBody, err error) {
	var verifiers []note.Verifier
	for _, k := range keys {
		v, err := note.NewVerifier(k)
		if err != nil {
			return c, fmt.Errorf("reading verifier key: %w", err)
		}
		verifiers = append(verifiers, v)
	}
	n, err := note.Open(signed, note.VerifierList(verifiers...))
	if err != nil {
		return c, mismatch("no member of this case signed it, or it was changed")
	}
	for _, s := range n.Sigs {
		// Spare bits at the end of base64 would be a second form of the same signature.
		if _, err := base64.StdEncoding.Strict().DecodeString(s.Base64); err != nil {
			return c, mismatch("no member of this case signed it, or it was changed")
		}
	}
	if c, err = parseCheckpoint(n.Text); err != nil {
		return c, mismatch("it is no checkpoint of a ledger")
	}
	return c, nil
}

// mismatch is what is said of a checkpoint, proof or log that does not hold.
func mismatch(what string) error {
	return fault.New(fault.Conflict, what, "Nothing was changed by looking.",
		"Compare with the copy that another person keeps, and with the case itself: heed check.")
}

// CheckAgainst proves that the ledger only grew since a checkpoint was exported.
// keys are the note verifier keys the checkpoint may be signed by; one must have signed.
func CheckAgainst(tx *store.Tx, origin string, checkpoint []byte, keys []string) ([]Problem, error) {
	old, err := ParseCheckpoint(checkpoint, origin, keys)
	var f *fault.Error
	if errors.As(err, &f) {
		return []Problem{{"checkpoint", f.What}}, nil
	}
	if err != nil {
		return nil, err
	}
	have, err := HeadOf(tx)
	if err != nil {
		return nil, err
	}
	if have.Size < old.Size {
		return []Problem{{"ledger", fmt.Sprintf("it has %d entries, the checkpoint %d: acts are gone, or an older copy was put in place", have.Size, old.Size)}}, nil
	}
	then, err := headAt(tx, old.Size)
	if err != nil {
		return nil, err
	}
	if then.Root != old.Root {
		return []Problem{{"ledger", fmt.Sprintf("its first %d entries are not those the checkpoint was made of: it was rewritten", old.Size)}}, nil
	}
	return nil, nil
}

type checkpointBody struct {
	origin string
	Head
}

// parseCheckpoint reads the three lines of a C2SP checkpoint.
func parseCheckpoint(text string) (c checkpointBody, err error) {
	lines := strings.Split(text, "\n")
	if len(lines) != 4 || lines[0] == "" || lines[3] != "" {
		return c, errors.New("malformed checkpoint")
	}
	c.origin = lines[0]
	if c.Head, err = parseHead(lines[1], lines[2]); err != nil {
		return c, errors.New("malformed checkpoint")
	}
	return c, nil
}

// parseHead takes one form of size and root only.
func parseHead(size, root string) (h Head, err error) {
	if h.Size, err = strconv.ParseInt(size, 10, 64); err != nil || h.Size < 0 || strconv.FormatInt(h.Size, 10) != size {
		return Head{}, errors.New("malformed size")
	}
	if h.Root, err = parseHash(root); err != nil {
		return Head{}, err
	}
	return h, nil
}

func parseHash(s string) (tlog.Hash, error) {
	h, err := tlog.ParseHash(s)
	if err != nil || h.String() != s {
		return tlog.Hash{}, errors.New("malformed hash")
	}
	return h, nil
}
