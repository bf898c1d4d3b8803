package blob

import "math/bits"

// minPadded is the smallest padded size: below it, all originals look the same.
const minPadded = 4096

// padded returns the length to which n bytes are padded: the Padmé length (Nikitin, Barman,
// Lueks, Underwood, Hubaux and Ford, "Reducing Metadata Leakage from Encrypted Files and
// Communication with PURBs", PoPETs 2019(4), section 4), at least minPadded. Padmé keeps as
// many significant bits as the length of the length needs: it leaks O(log log n) bits at a
// cost of at most 12 %, and less the larger the file.
func padded(n int64) int64 {
	if n <= minPadded {
		return minPadded
	}
	e := bits.Len64(uint64(n)) - 1 // floor(log2 n)
	s := bits.Len(uint(e))         // floor(log2 e) + 1
	mask := int64(1)<<(e-s) - 1
	return (n + mask) &^ mask
}
