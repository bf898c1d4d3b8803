package bundle

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"slices"
	"strings"
)

// The canonical form: for each file, sorted by name, a local header and the bytes as
// they are; then the directory, a record per file in the same order; then the end
// record. Every field that is not a name, a size, a checksum, an offset or a count is
// fixed, so that one list of files has exactly one archive.
//
// archive/zip is not used: it accepts many forms of one archive, and different readers
// choose differently between the local header and the directory.

const (
	// MaxSize is how large a bundle may be, so that every size fits the classic fields.
	MaxSize int64 = 2 << 30

	maxName  = 128
	maxFiles = 1<<16 - 2 // the largest count means "see the zip64 record"

	localLen  = 30
	recordLen = 46
	endLen    = 22

	version = 20     // 2.0: directories in names
	dosDate = 0x0021 // 1980-01-01, the earliest a zip can say
)

// The names of parts of the archive that belong to no file.
const (
	theArchive = "the archive"
	theEnd     = "the end of the archive"
)

var (
	localSig  = []byte("PK\x03\x04")
	recordSig = []byte("PK\x01\x02")
	endSig    = []byte("PK\x05\x06")
)

// ValidName reports whether a file may be called name: at most 128 bytes, segments of
// ASCII letters, digits, '.', '_' and '-' joined by '/', each beginning with a letter or
// a digit. So it can neither climb out of a directory nor hide in it, nor pass for an option.
func ValidName(name string) bool {
	if len(name) > maxName {
		return false
	}
	for _, segment := range strings.Split(name, "/") {
		if segment == "" || !alphanumeric(segment[0]) {
			return false
		}
		for i := range len(segment) {
			if c := segment[i]; !alphanumeric(c) && c != '.' && c != '_' && c != '-' {
				return false
			}
		}
	}
	return true
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// Encode returns the archive of files, which may come in any order.
func Encode(files []File) ([]byte, error) {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Name, b.Name) })
	if m := wellNamed(files); m != nil {
		return nil, fmt.Errorf("encoding bundle: %v", m) // %v: it is no finding about a bundle
	}
	size := int64(endLen)
	for _, f := range files {
		size += int64(localLen + recordLen + 2*len(f.Name) + len(f.Data))
	}
	if size > MaxSize {
		return nil, errors.New("encoding bundle: it would be larger than 2 GiB")
	}
	data := make([]byte, 0, size)
	for _, c := range layout(files) {
		data = append(data, c.data...)
	}
	return data, nil
}

// wellNamed checks the names of files: safe, ascending, and no two that one file system
// would take for one place.
func wellNamed(files []File) *Mismatch {
	if len(files) > maxFiles {
		return &Mismatch{theArchive, "it holds more than 65534 files"}
	}
	taken := map[string]bool{} // in lower case: true for a file, false for a directory
	for i, f := range files {
		if !ValidName(f.Name) {
			return &Mismatch{theArchive, fmt.Sprintf("file %d has an unsafe name", i+1)}
		}
		if i > 0 && files[i-1].Name >= f.Name {
			return &Mismatch{f.Name, "a file of this name stands twice, or the files are not sorted"}
		}
		lower := strings.ToLower(f.Name)
		if _, ok := taken[lower]; ok {
			return &Mismatch{f.Name, "another file or directory has this name but for upper and lower case"}
		}
		taken[lower] = true
		for j := range len(lower) {
			if lower[j] != '/' {
				continue
			}
			if taken[lower[:j]] {
				return &Mismatch{f.Name, "a file has the name of one of its directories"}
			}
			taken[lower[:j]] = false
		}
	}
	return nil
}

// chunk is a stretch of the archive and the file that it belongs to.
type chunk struct {
	of   string
	data []byte
}

// layout is the archive of files in that order, in pieces. Encoder and reader share it:
// what the reader accepts is what the encoder writes.
func layout(files []File) []chunk {
	var chunks, directory []chunk
	var offset, size uint32
	for _, f := range files {
		sum := crc32.ChecksumIEEE(f.Data)
		local := localHeader(f, sum)
		chunks = append(chunks, chunk{f.Name, local}, chunk{f.Name, f.Data})
		record := directoryRecord(f, sum, offset)
		directory = append(directory, chunk{f.Name, record})
		offset += uint32(len(local) + len(f.Data))
		size += uint32(len(record))
	}
	return append(append(chunks, directory...), chunk{theEnd, endRecord(uint16(len(files)), size, offset)})
}

func localHeader(f File, sum uint32) []byte {
	le := binary.LittleEndian
	b := append(make([]byte, 0, localLen+len(f.Name)), localSig...)
	b = le.AppendUint16(b, version) // needed to extract
	b = common(b, f, sum)
	b = le.AppendUint16(b, 0) // extra field length
	return append(b, f.Name...)
}

func directoryRecord(f File, sum, offset uint32) []byte {
	le := binary.LittleEndian
	b := append(make([]byte, 0, recordLen+len(f.Name)), recordSig...)
	b = le.AppendUint16(b, version) // made by; the upper byte 0 says FAT: no permissions
	b = le.AppendUint16(b, version) // needed to extract
	b = common(b, f, sum)
	b = le.AppendUint16(b, 0) // extra field length
	b = le.AppendUint16(b, 0) // comment length
	b = le.AppendUint16(b, 0) // disk
	b = le.AppendUint16(b, 0) // internal attributes
	b = le.AppendUint32(b, 0) // external attributes
	b = le.AppendUint32(b, offset)
	return append(b, f.Name...)
}

// common appends the fields that local header and directory record share.
func common(b []byte, f File, sum uint32) []byte {
	le := binary.LittleEndian
	b = le.AppendUint16(b, 0) // flags
	b = le.AppendUint16(b, 0) // method: stored
	b = le.AppendUint16(b, 0) // time
	b = le.AppendUint16(b, dosDate)
	b = le.AppendUint32(b, sum)
	b = le.AppendUint32(b, uint32(len(f.Data))) // compressed
	b = le.AppendUint32(b, uint32(len(f.Data))) // uncompressed
	return le.AppendUint16(b, uint16(len(f.Name)))
}

func endRecord(count uint16, size, offset uint32) []byte {
	le := binary.LittleEndian
	b := append(make([]byte, 0, endLen), endSig...)
	b = le.AppendUint16(b, 0) // this disk
	b = le.AppendUint16(b, 0) // the directory's disk
	b = le.AppendUint16(b, count)
	b = le.AppendUint16(b, count)
	b = le.AppendUint32(b, size)
	b = le.AppendUint32(b, offset)
	return le.AppendUint16(b, 0) // comment length
}

// Parse checks that data is an archive in canonical form. Any refusal is a *Mismatch.
func Parse(data []byte) (*Unverified, error) {
	if int64(len(data)) > MaxSize {
		return nil, &Mismatch{theEnd, "the file is larger than 2 GiB"}
	}
	split, ok := directoryOffset(data)
	if !ok {
		return nil, &Mismatch{theEnd, "there is no end record in canonical form: the file is no bundle, or was cut or extended"}
	}
	names := directoryNames(data[split : len(data)-endLen])
	files, m := walk(data[:split], names)
	if m != nil {
		return nil, m
	}
	if m := wellNamed(files); m != nil {
		return nil, m
	}
	rest := data
	for _, c := range layout(files) {
		if !bytes.HasPrefix(rest, c.data) {
			return nil, &Mismatch{c.of, "the archive is not in canonical form here"}
		}
		rest = rest[len(c.data):]
	}
	if len(rest) > 0 {
		return nil, &Mismatch{theEnd, "bytes follow"} // unreachable: the end record fixes the length
	}
	return &Unverified{files}, nil
}

// directoryOffset finds where the directory begins. It accepts an end record only if all
// its fields agree with each other, so that damage to it is not taken for damage to a file.
func directoryOffset(data []byte) (int, bool) {
	at := len(data) - endLen
	if at < 0 {
		return 0, false
	}
	end := data[at:]
	le := binary.LittleEndian
	count, size, offset := le.Uint16(end[8:]), le.Uint32(end[12:]), le.Uint32(end[16:])
	if !bytes.Equal(end, endRecord(count, size, offset)) || uint64(offset)+uint64(size) != uint64(at) {
		return 0, false
	}
	return int(offset), true
}

// directoryNames reads the names that the directory gives, as far as it can. They serve
// to say which file is damaged when its own header no longer says it.
func directoryNames(b []byte) (names []string) {
	for len(b) >= recordLen && bytes.HasPrefix(b, recordSig) {
		n := recordLen + int(binary.LittleEndian.Uint16(b[28:]))
		if n > len(b) {
			break
		}
		names = append(names, string(b[recordLen:n]))
		b = b[n:]
	}
	return names
}

// walk reads the files from the front, one local header after the other. What it does
// not look at, the comparison with the canonical layout does.
func walk(b []byte, names []string) (files []File, m *Mismatch) {
	said := func(i int) string {
		if i < len(names) {
			return names[i]
		}
		return ""
	}
	for i := 0; len(b) > 0; i++ {
		f, n, what := entry(b)
		if what != "" {
			return nil, &Mismatch{firstValid(said(i), f.Name), what}
		}
		files = append(files, f)
		b = b[n:]
	}
	for i, f := range files {
		if name := said(i); name != "" && name != f.Name {
			return nil, &Mismatch{likelier(f.Name, name, files), "its header and the directory give different names"}
		}
	}
	return files, nil
}

// entry reads one local header and its file, and says what is wrong, if anything.
func entry(b []byte) (f File, n int, what string) {
	if len(b) < localLen {
		return f, 0, "its header is cut short"
	}
	le := binary.LittleEndian
	start := localLen + int(le.Uint16(b[26:]))
	if start > len(b) {
		return f, 0, "its header is damaged"
	}
	f.Name = string(b[localLen:start])
	end := int64(start) + int64(le.Uint32(b[22:]))
	switch {
	case !bytes.HasPrefix(b, localSig):
		return f, 0, "its header does not begin as it must"
	case !ValidName(f.Name):
		return f, 0, "its name is not a safe one"
	case end > int64(len(b)):
		return f, 0, "it is longer than the archive"
	}
	f.Data = b[start:end:end]
	if crc32.ChecksumIEEE(f.Data) != le.Uint32(b[14:]) {
		return f, 0, "its bytes differ from the checksum in its header"
	}
	return f, int(end), ""
}

// likelier says which of two names of one file is the undamaged one: that which means
// something, or that which MANIFEST lists.
func likelier(local, directory string, files []File) string {
	manifest, _ := find(files, ManifestName)
	for _, name := range []string{local, directory} {
		if !Listed(name) || ValidName(name) && bytes.Contains(manifest, []byte("  "+name+"\n")) {
			return name
		}
	}
	return firstValid(directory, local)
}

func firstValid(names ...string) string {
	for _, name := range names {
		if ValidName(name) {
			return name
		}
	}
	return theArchive
}
