package keys

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"

	"golang.org/x/crypto/argon2"
)

// Cost is how much work one try at a passphrase is: Argon2id (RFC 9106).
type Cost struct {
	MemoryKiB uint32 `json:"memory_kib"`
	Passes    uint32 `json:"passes"`
	Lanes     uint8  `json:"lanes"`
}

// The floor keeps a key file from being weakened on disk, or by a hurried setting; the
// ceiling keeps one from taking all memory of the machine before anything is known to
// be genuine. They are constants because nothing may lower them while running.
const (
	floorMemory, floorPasses, floorLanes       = 64 << 10, 1, 1
	ceilingMemory, ceilingPasses, ceilingLanes = 4 << 20, 64, 64
)

// DefaultCost is for people's passphrases; FloorCost is the least that a key file may
// have. The floor is above the least that OWASP's Password Storage Cheat Sheet names
// for one pass (46 MiB).
var (
	DefaultCost = Cost{MemoryKiB: 256 << 10, Passes: 3, Lanes: 2}
	FloorCost   = Cost{MemoryKiB: floorMemory, Passes: floorPasses, Lanes: floorLanes}
)

var (
	errCheap = errors.New("the cost is below the floor")
	errDear  = errors.New("the cost is above the ceiling")
)

func (c Cost) valid() error {
	switch {
	case c.MemoryKiB < floorMemory || c.Passes < floorPasses || c.Lanes < floorLanes:
		return errCheap
	case c.MemoryKiB > ceilingMemory || c.Passes > ceilingPasses || c.Lanes > ceilingLanes:
		return errDear
	}
	return nil
}

// derived are the two keys that a passphrase gives with one salt and cost.
type derived struct {
	box   []byte // opens the box
	check []byte // stands in the file
}

// derive does the Argon2 work. The check value commits the box to its key: XChaCha20-Poly1305
// alone does not, a box can be made that opens under several keys (Len, Grubbs and
// Ristenpart, "Partitioning Oracle Attacks", 2021).
func derive(passphrase, salt []byte, c Cost) derived {
	n := normalised(passphrase)
	defer clear(n)
	k := argon2.IDKey(n, salt, c.Passes, c.MemoryKiB, c.Lanes, sha256.Size)
	defer clear(k)
	return derived{box: mac(k, []byte("heed/v1/key-file/box")), check: mac(k, []byte("heed/v1/key-file/check"))}
}

func (d derived) wipe() {
	clear(d.box)
	clear(d.check)
}

// equal compares in a time that tells nothing of the content.
func equal(a, b []byte) bool { return hmac.Equal(a, b) }

func mac(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}
