package release

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// sentText is the canonical text of a draft as it is sent: the title, a line that says
// what it is, and each paragraph with its number. Further lines of a paragraph are
// indented, so that no text can pass for the beginning of another paragraph.
func sentText(d Draft, numbers []int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s, sent for reply\n", d.Title, d.ID)
	for _, p := range d.Paragraphs {
		if slices.Contains(numbers, p.N) {
			fmt.Fprintf(&b, "\n%d. %s\n", p.N, strings.ReplaceAll(p.Text, "\n", "\n    "))
		}
	}
	return b.String()
}

// sentParagraphs reads sentText back.
func sentParagraphs(text string) map[int]string {
	out, n := map[int]string{}, 0
	lines := strings.Split(text, "\n")
	for _, line := range lines[min(2, len(lines)):] {
		number, rest, ok := strings.Cut(line, ". ")
		switch k, err := strconv.Atoi(number); {
		case strings.HasPrefix(line, "    "):
			out[n] += "\n" + line[len("    "):]
		case ok && err == nil:
			n, out[k] = k, rest
		}
	}
	return out
}

// versionOf names a text: its SHA-256.
func versionOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// all lists the numbers of a draft's paragraphs.
func (d Draft) all() (numbers []int) {
	for _, p := range d.Paragraphs {
		numbers = append(numbers, p.N)
	}
	return numbers
}

// stands reports whether a draft has a paragraph of exactly this text.
func (d Draft) stands(text string) bool {
	return slices.ContainsFunc(d.Paragraphs, func(p Paragraph) bool { return p.Text == text })
}
