package vault

import (
	"math/bits"
	"strings"
)

// haystack is a text in which thousands of strings are looked for, most of them in
// vain. It knows which four bytes stand together anywhere in it, with some false
// alarms, and reads the text only for a string whose every four bytes do.
type haystack struct {
	s     string
	set   []uint64 // a Bloom filter with one hash, at most 1/16 full
	shift int
}

const gram = 4

func newHaystack(s string) haystack {
	width := max(bits.Len(uint(len(s)))+4, 6) // of the set, as a power of two
	h := haystack{s, make([]uint64, 1<<(width-6)), 64 - width}
	for i := 0; i+gram <= len(s); i++ {
		n := h.slot(s[i:])
		h.set[n/64] |= 1 << (n % 64)
	}
	return h
}

// slot hashes four bytes by multiplication with 2^64 over the golden ratio (Knuth, The
// Art of Computer Programming 3, section 6.4).
func (h haystack) slot(s string) uint64 {
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24
	return x * 0x9E3779B97F4A7C15 >> h.shift
}

// may reports whether part could stand in the text.
func (h haystack) may(part string) bool {
	for i := 0; i+gram <= len(part); i++ {
		if n := h.slot(part[i:]); h.set[n/64]&(1<<(n%64)) == 0 {
			return false
		}
	}
	return part != ""
}

// each calls yield for every place where part stands, also for those that overlap
// when part is short.
func (h haystack) each(part string, yield func(int)) {
	if !h.may(part) {
		return
	}
	step := 1
	if len(part) > maxOverlap {
		step = len(part)
	}
	for from := 0; from <= len(h.s); {
		i := strings.Index(h.s[from:], part)
		if i < 0 {
			return
		}
		yield(from + i)
		from += i + step
	}
}
