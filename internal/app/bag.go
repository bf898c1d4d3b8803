package app

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"heed/internal/durable"
	"heed/internal/intake"
	"heed/internal/lang"
	"heed/internal/ledger"
)

// bag writes a BagIt bag (RFC 8493): payload under data/, a manifest of it, and a manifest
// of the tag files.
type bag struct {
	root  string
	sums  map[string]string // path from the root → hex SHA-256
	bytes int64
	files int
}

// file writes one payload file.
func (b *bag) file(name string, write func(io.Writer) error) error {
	n, err := b.put("data/"+name, write)
	b.bytes, b.files = b.bytes+n, b.files+1
	return err
}

// put writes one file and keeps its hash.
func (b *bag) put(name string, write func(io.Writer) error) (size int64, err error) {
	path := filepath.Join(b.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return 0, err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return 0, err
	}
	h := sha256.New()
	count := &counter{w: io.MultiWriter(f, h)}
	err = write(count)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, err
	}
	if b.sums == nil {
		b.sums = map[string]string{}
	}
	b.sums[name] = fmt.Sprintf("%x", h.Sum(nil))
	return count.n, nil
}

type counter struct {
	w io.Writer
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

func (b *bag) json(name string, v any) error {
	return b.file(name, func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(v)
	})
}

// finish writes the tag files and forces all to disk.
func (b *bag) finish(now time.Time) (Exported, error) {
	payload := b.manifest()
	info := fmt.Sprintf("Bagging-Date: %s\nPayload-Oxum: %d.%d\nExternal-Description: everything an assessment in Heed held; see data/README.txt\n",
		now.UTC().Format(time.DateOnly), b.bytes, b.files)
	b.sums = nil // from here on of the tag files
	for _, tag := range []struct{ name, text string }{
		{"bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"},
		{"bag-info.txt", info},
		{"manifest-sha256.txt", payload},
	} {
		if _, err := b.put(tag.name, func(w io.Writer) error { _, err := io.WriteString(w, tag.text); return err }); err != nil {
			return Exported{}, err
		}
	}
	tags := b.manifest()
	_, err := b.put("tagmanifest-sha256.txt", func(w io.Writer) error { _, err := io.WriteString(w, tags); return err })
	return Exported{Files: b.files, Bytes: b.bytes}, err
}

// move puts the finished bag into its place, bagit.txt last.
func (b *bag) move(to string) error {
	if err := durable.Tree(b.root); err != nil {
		return err
	}
	for _, name := range []string{"data", "bag-info.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt", "bagit.txt"} {
		if err := os.Rename(filepath.Join(b.root, name), filepath.Join(to, name)); err != nil {
			return err
		}
	}
	return durable.Dir(to)
}

// manifest lists the files written so far. No name needs the percent-encoding of RFC 8493,
// section 2.1.3: plainName leaves no line end and no percent sign.
func (b *bag) manifest() string {
	var s strings.Builder
	for _, name := range slices.Sorted(maps.Keys(b.sums)) {
		fmt.Fprintf(&s, "%s  %s\n", b.sums[name], name)
	}
	return s.String()
}

// object is one object of a room in its present state.
type object struct {
	id    string
	state any
}

// text writes a working text and its spans.
func (b *bag) text(name string, t intake.Text) error {
	if err := b.file(name+".txt", func(w io.Writer) error { _, err := io.WriteString(w, t.Body); return err }); err != nil {
		return err
	}
	return b.json(name+".json", map[string]any{"source": t.Source, "edition": max(1, int(t.Edition)), "format": t.Format, "title": t.Title,
		"paragraphs": t.Paragraphs, "sentences": t.Sentences})
}

// kindOf is the letters that the ids of a kind begin with.
func kindOf(id string) string {
	if i := strings.IndexAny(id, "-.0123456789"); i > 0 {
		id = id[:i] + strings.TrimRight(strings.TrimLeft(id[i:], "-0123456789"), ".0123456789") // S-001.text and S-001.text.1 are S.text
	}
	return id
}

// objects writes each kind as JSON and as CSV.
func (b *bag) objects(byKind map[string][]object) error {
	for _, kind := range slices.Sorted(maps.Keys(byKind)) {
		all := byKind[kind]
		states := make([]any, len(all))
		rows := make([]map[string]json.RawMessage, len(all))
		for i, o := range all {
			states[i] = map[string]any{"id": o.id, "state": o.state}
			text, err := json.Marshal(o.state)
			if err != nil {
				return err
			}
			if json.Unmarshal(text, &rows[i]) != nil {
				rows[i] = map[string]json.RawMessage{"state": text}
			}
		}
		if err := b.json("objects/"+kind+".json", states); err != nil {
			return err
		}
		if err := b.file("tables/"+kind+".csv", func(w io.Writer) error { return writeTable(w, all, rows) }); err != nil {
			return err
		}
	}
	return nil
}

// writeTable writes one row an object and one column a field, in the order of the names.
func writeTable(w io.Writer, all []object, rows []map[string]json.RawMessage) error {
	names := map[string]bool{}
	for _, r := range rows {
		for name := range r {
			names[name] = true
		}
	}
	delete(names, "id")
	columns := slices.Sorted(maps.Keys(names))
	out := csv.NewWriter(w)
	out.Write(append([]string{"id"}, columns...))
	for i, r := range rows {
		row := []string{cell([]byte(all[i].id))}
		for _, name := range columns {
			row = append(row, cell(r[name]))
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// cell is a field as a spreadsheet may read it: text bare, all else as JSON, and nothing
// that a spreadsheet would run (CWE-1236).
func cell(field json.RawMessage) string {
	var text string
	if json.Unmarshal(field, &text) != nil {
		text = string(field)
	}
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}

// writeVersion writes one line of versions.jsonl.
func writeVersion(w io.Writer, p ledger.Past) error {
	line := struct {
		Seq    int64           `json:"seq"`
		Kind   string          `json:"kind"`
		Object string          `json:"object"`
		Erased bool            `json:"erased,omitempty"`
		Body   json.RawMessage `json:"body,omitempty"`
	}{p.Entry.Seq, p.Entry.Kind, p.Entry.Object, p.Erased, p.JSON}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(line); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// plainName is a file name that every system takes and no shell acts on.
func plainName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || strings.ContainsRune(`/\:*?"<>|%`, r) || lang.Visible(string(r)) != string(r) {
			return '_'
		}
		return r
	}, name)
	return cmp.Or(strings.Trim(name, " ."), "original")
}
