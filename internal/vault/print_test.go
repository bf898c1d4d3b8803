package vault

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	html "html/template"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	text "text/template"
	"unicode/utf16"

	"filippo.io/age"

	"heed/internal/seal"
	"heed/internal/store"
)

// holder has a value in every place where printing might find it.
type holder struct {
	Exported any
	hidden   any
	vault    *Vault
	prepared *Prepared
	list     []any
	byName   map[string]any
	within   struct{ deep *Vault }
}

// Every way of printing and encoding that the standard library offers: no key, no
// path, no identity and no sealed byte comes out of what the vault hands around.
func TestNothingIsPrinted(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	const canary = "canary-7391"
	x, err := v.Prepare(t.Context(), seal.Name, strings.NewReader(canary))
	if err != nil {
		t.Fatal(err)
	}
	defer x.Drop()
	keep(t, v, seal.Name, "S-001", []byte(canary))
	r, _, err := v.Open(t.Context(), amina, "E-0001", "review")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := r.Read(make([]byte, 1)); err != nil { // so that it has the rest in hand
		t.Fatal(err)
	}
	c := p.config(false)
	key := [32]byte([]byte("key-key-key-key-key-key-key-key-"))
	k := &itemKey{key: &key, salt: &key, kind: seal.Name}
	var secrets []string
	for _, s := range [][]byte{[]byte(canary), c.FileKey[:], c.BlobNameKey[:], k.key[:], []byte(p.dir), []byte(p.who.HybridIdentity.String())} {
		secrets = append(secrets, string(s), hex.EncodeToString(s), base64.StdEncoding.EncodeToString(s),
			strings.Trim(fmt.Sprint(s), "[]"), strings.Trim(fmt.Sprintf("%#v", s), "[]byte{}"))
	}
	opened, err := itemOf(t, v, "E-0001").unwrap([]age.Identity{p.who})
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []*[32]byte{opened.key, opened.salt} {
		secrets = append(secrets, string(b[:]), hex.EncodeToString(b[:]), strings.Trim(fmt.Sprint(b[:]), "[]"))
	}
	h := holder{v, r, v, x, []any{v, x, r}, map[string]any{"v": v, "x": x, "r": r, "k": k}, struct{ deep *Vault }{v}}
	for i, value := range []any{&c, v, x, r, k, opened, h, &h, []holder{h}, map[string]*holder{"h": &h}} {
		for name, out := range outputs(value) {
			// fmt asks no methods under these two, and vet refuses them for such a value.
			if i == 0 && (name == "%p" || name == "%w") {
				continue
			}
			for _, s := range secrets {
				if strings.Contains(out, s) {
					t.Errorf("value %d, %s: leaks: %.2000s", i, name, out)
					break
				}
			}
		}
	}
}

func TestNothingMarshals(t *testing.T) {
	p := newPlace(t)
	v := p.open(t, true)
	type Page struct{ V *Vault }
	_, j := json.Marshal(Page{v})
	x := xml.NewEncoder(&bytes.Buffer{}).Encode(Page{v})
	g := gob.NewEncoder(&bytes.Buffer{}).Encode(Page{v})
	for name, err := range map[string]error{"json": j, "xml": x, "gob": g} {
		if !errors.Is(err, seal.ErrMarshal) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

func outputs(v any) map[string]string {
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%e", "%t", "%p", "%T", "%w", "%!"} {
		out[verb] = fmt.Sprintf(verb, v)
	}
	out["errorf"] = fmt.Errorf("opening %v: %w", v, errors.New("x")).Error()
	write := func(name string, encode func(*bytes.Buffer) error) {
		var b bytes.Buffer
		err := encode(&b)
		out[name] = b.String() + fmt.Sprint(err)
	}
	write("slog text", func(b *bytes.Buffer) error {
		slog.New(slog.NewTextHandler(b, nil)).Info("m", slog.Any("v", v))
		return nil
	})
	write("slog json", func(b *bytes.Buffer) error {
		slog.New(slog.NewJSONHandler(b, nil)).Info("m", slog.Any("v", v))
		return nil
	})
	write("json", func(b *bytes.Buffer) error { return json.NewEncoder(b).Encode(v) })
	write("xml", func(b *bytes.Buffer) error { return xml.NewEncoder(b).Encode(v) })
	write("gob", func(b *bytes.Buffer) error { return gob.NewEncoder(b).Encode(v) })
	const page = `<p title="{{.}}">{{.}}</p><script>var x = {{.}}</script><a href="/?q={{.}}">x</a>`
	write("html template", func(b *bytes.Buffer) error { return html.Must(html.New("").Parse(page)).Execute(b, v) })
	write("text template", func(b *bytes.Buffer) error {
		return text.Must(text.New("").Parse(`{{.}} {{printf "%#v" .}}`)).Execute(b, v)
	})
	return out
}

// After sealing, opening, committing and checking, the sealed words stand nowhere: in
// no file of the directory, and in no row of either database once it is decrypted.
func TestCanary(t *testing.T) {
	const canary = "Canary-7391 Ünsealed"
	p := newPlace(t)
	v := p.open(t, true)
	for _, kind := range []seal.Kind{seal.Name, seal.Place, seal.Note, seal.FileName, seal.Original} {
		ref := keep(t, v, kind, "S-001", []byte(canary))
		unseal(t, v, ref)
	}
	if _, err := v.Leaks(t.Context(), amina, "gate of R1", Query{Text: []byte("nothing of it")}); err != nil {
		t.Fatal(err)
	}
	if _, err := v.Commitments(t.Context(), amina, "R1", []seal.Ref{"E-0001", "E-0005"}); err != nil {
		t.Fatal(err)
	}
	forms := canaryForms(canary)
	err := filepath.WalkDir(p.dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		grep(t, filepath.Base(path), append(b, path...), forms)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	dump(t, p.db, "store", forms)
	dump(t, v.db, "vault", forms)
}

// canaryForms are the encodings in which a canary could hide. Its first word is enough.
func canaryForms(s string) map[string]string {
	first := s[:11]
	var wide []byte
	for _, u := range utf16.Encode([]rune(first)) {
		wide = append(wide, byte(u), byte(u>>8))
	}
	forms := map[string]string{"plain": first, "hex": hex.EncodeToString([]byte(first)), "utf-16": string(wide)}
	for shift := range 3 {
		code := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), first...))
		forms[fmt.Sprintf("base64 at %d", shift)] = code[(shift*8+5)/6 : len(code)-1]
	}
	return forms
}

func grep(t *testing.T, where string, b []byte, forms map[string]string) {
	t.Helper()
	for name, form := range forms {
		if bytes.Contains(bytes.ToLower(b), bytes.ToLower([]byte(form))) {
			t.Errorf("%s holds the canary (%s)", where, name)
		}
	}
}

// dump greps every column of every row of every table.
func dump(t *testing.T, db *store.DB, where string, forms map[string]string) {
	t.Helper()
	rows := 0
	err := db.View(t.Context(), func(tx *store.Tx) error {
		tables, err := texts(tx, "SELECT name FROM sqlite_schema WHERE type = 'table'")
		if err != nil {
			return err
		}
		for _, table := range tables {
			err := tx.Each(`SELECT * FROM "`+table+`"`, nil, func(r *sql.Rows) error {
				rows++
				columns, err := r.Columns()
				if err != nil {
					return err
				}
				cells := make([]sql.RawBytes, len(columns))
				into := make([]any, len(columns))
				for i := range cells {
					into[i] = &cells[i]
				}
				if err := r.Scan(into...); err != nil {
					return err
				}
				for i, cell := range cells {
					grep(t, where+", "+table+"."+columns[i], cell, forms)
				}
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if rows < 5 {
		t.Fatalf("only %d rows of %s were looked at", rows, where)
	}
}
