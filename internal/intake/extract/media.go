package extract

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// SniffLen is how much of a document Sniff looks at.
const SniffLen = 512

// Sniff names the media type of a document that is no working text by its first bytes.
// It knows what people send to such an office; all else is application/octet-stream. It
// is a label for people: nothing is opened or run by it.
func Sniff(head []byte) string {
	head = head[:min(len(head), SniffLen)]
	for _, m := range []struct{ magic, media string }{
		{"%PDF-", "application/pdf"},
		{"\x89PNG\r\n\x1a\n", "image/png"},
		{"\xff\xd8\xff", "image/jpeg"},
		{"GIF87a", "image/gif"},
		{"GIF89a", "image/gif"},
		{"II*\x00", "image/tiff"},
		{"MM\x00*", "image/tiff"},
		{"PK\x03\x04", "application/zip"}, // also what office programs write
		{"\x1f\x8b", "application/gzip"},
		{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"}, // older office programs
		{"{\\rtf", "application/rtf"},
		{"OggS", "application/ogg"},
		{"ID3", "audio/mpeg"},
		{"\xff\xfb", "audio/mpeg"},
		{"\x1aE\xdf\xa3", "video/webm"},
		{"\xff\xfe", "text/plain; charset=utf-16le"},
		{"\xfe\xff", "text/plain; charset=utf-16be"},
	} {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return m.media
		}
	}
	if len(head) >= 12 {
		switch form := string(head[8:12]); {
		case string(head[:4]) == "RIFF" && form == "WAVE":
			return "audio/wav"
		case string(head[:4]) == "RIFF" && form == "WEBP":
			return "image/webp"
		case string(head[4:8]) == "ftyp" && strings.HasPrefix(form, "hei"):
			return "image/heic"
		case string(head[4:8]) == "ftyp":
			return "video/mp4"
		}
	}
	return sniffText(head)
}

// sniffText tells text that cannot be read whole (too large, another encoding) from the rest.
func sniffText(head []byte) string {
	if bytes.ContainsFunc(head, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' && r != '\f' }) {
		return "application/octet-stream"
	}
	// The last character may be cut.
	whole := head
	for i := 0; i < utf8.UTFMax-1 && !utf8.Valid(whole) && len(head) == SniffLen; i++ {
		whole = whole[:len(whole)-1]
	}
	if !utf8.Valid(whole) {
		return "text/plain" // in an encoding nobody declared
	}
	if looksLikeHTML(strings.TrimPrefix(string(whole), "\uFEFF")) {
		return HTML.Media()
	}
	return Plain.Media()
}
