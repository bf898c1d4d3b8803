package seal

import (
	"bytes"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"hash"
	html "html/template"
	"log/slog"
	"slices"
	"strings"
	"testing"
	text "text/template"

	"pgregory.net/rapid"
)

// The vector of FORMAT.md: anyone who is shown salt and payload computes the same.
func TestLeafVector(t *testing.T) {
	half, err := hex.DecodeString("00112233445566778899aabbccddeeff")
	if err != nil {
		t.Fatal(err)
	}
	h := Leaf([32]byte(append(half, half...)), "claim")
	h.Write([]byte(`{"text":"claim"}`))
	const want = "4023d261b0c64b7de62235dcbd73ecab3d824f664c7c21b297fdfae07f40f969"
	if got := Commitment(h.Sum(nil)).String(); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What a commitment depends on: each of salt, release, kind and bytes changes it.
func TestCommitmentBindsAll(t *testing.T) {
	commit := func(salt byte, release string, kind Kind, value string) Commitment {
		h := Leaf(ReleaseSalt([32]byte{salt}, release), kind)
		h.Write([]byte(value))
		return Commitment(h.Sum(nil))
	}
	base := commit(1, "R1", Name, "a")
	for name, other := range map[string]Commitment{
		"salt":    commit(2, "R1", Name, "a"),
		"release": commit(1, "R2", Name, "a"),
		"kind":    commit(1, "R1", Place, "a"),
		"bytes":   commit(1, "R1", Name, "a\n"),
	} {
		if other == base {
			t.Errorf("another %s gives the same commitment", name)
		}
	}
	if commit(1, "R1", Name, "a") != base {
		t.Error("the same gives another commitment")
	}
}

// The border between kind and bytes is where it is: no shifting of bytes from one to the other.
func TestLeafSeparatesKindAndBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		salt := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "salt"))
		all := []Kind{Original, FileName, Name, Place, Note}
		a, b := rapid.SampledFrom(all).Draw(t, "a"), rapid.SampledFrom(all).Draw(t, "b")
		x, y := rapid.SliceOf(rapid.Byte()).Draw(t, "x"), rapid.SliceOf(rapid.Byte()).Draw(t, "y")
		ha, hb := Leaf(salt, a), Leaf(salt, b)
		ha.Write(x)
		hb.Write(y)
		same := a == b && bytes.Equal(x, y)
		if bytes.Equal(ha.Sum(nil), hb.Sum(nil)) != same {
			t.Fatalf("%s %x and %s %x", a, x, b, y)
		}
	})
}

func TestKindValid(t *testing.T) {
	for _, k := range []Kind{Original, FileName, Name, Place, Note} {
		if !k.Valid() {
			t.Errorf("%s is a kind", k)
		}
	}
	for _, k := range []Kind{"", "names", "NAME", "claim"} {
		if k.Valid() {
			t.Errorf("%q is no kind", string(k))
		}
	}
}

const canary = "canary-7391-Ünal"

// secret is made as every type with a secret in it must be.
type secret struct {
	Hidden
	v func() []byte
}

func newSecret(b []byte) secret { return secret{v: func() []byte { return b }} }

// holder has a secret in every place where printing might find it.
type holder struct {
	Exported secret
	hidden   secret
	pointer  *secret
	list     []secret
	byName   map[string]secret
	within   struct{ deep secret }
	any      any
}

func holders() []any {
	s := newSecret([]byte(canary))
	h := holder{s, s, &s, []secret{s}, map[string]secret{"a": s}, struct{ deep secret }{s}, s}
	return []any{s, &s, h, &h, []holder{h}, map[string]*holder{"a": &h}, struct{ h holder }{h}, []any{s, h}}
}

// Every way of printing and encoding that the standard library offers.
// A type with methods alone fails it in unexported fields, and a pointer to bytes
// fails it there under %s.
func TestHiddenIsNeverPrinted(t *testing.T) {
	for i, v := range holders() {
		for name, out := range outputs(v) {
			for _, form := range []string{canary, fmt.Sprintf("%x", canary), fmt.Sprintf("%X", canary), fmt.Sprintf("%v", []byte(canary)),
				strings.Trim(fmt.Sprintf("%v", []byte(canary)), "[]"), fmt.Sprintf("%q", canary), "Y2FuYXJ5", "canary"} {
				if strings.Contains(out, form) {
					t.Errorf("value %d, %s: leaks: %s", i, name, out)
				}
			}
		}
	}
}

// A hash under a salt tells the salt, and what was written to it last, when it is printed.
func TestLeafIsNeverPrinted(t *testing.T) {
	salt := [32]byte([]byte("salt-salt-salt-salt-salt-salt-sa"))
	h := Leaf(salt, Name)
	h.Write([]byte(canary))
	inner, outer := slices.Clone(salt[:]), slices.Clone(salt[:])
	for i := range salt {
		inner[i] ^= 0x36 // what HMAC keeps of its key (RFC 2104)
		outer[i] ^= 0x5c
	}
	for i, v := range []any{h, &h, struct{ h hash.Hash }{h}, []hash.Hash{h}, map[string]any{"h": h}} {
		for name, out := range outputs(v) {
			for _, b := range [][]byte{salt[:], inner, outer, []byte(canary)} {
				for _, form := range []string{string(b), fmt.Sprintf("%x", b), strings.Trim(fmt.Sprint(b), "[]"), strings.Trim(fmt.Sprintf("%#v", b), "[]byte{}")} {
					if strings.Contains(out, form) {
						t.Errorf("value %d, %s: leaks: %s", i, name, out)
					}
				}
			}
		}
	}
}

func TestHiddenRefusesToMarshal(t *testing.T) {
	type Page struct{ S secret }
	p := Page{newSecret([]byte(canary))}
	_, j := json.Marshal(p)
	x := xml.NewEncoder(&bytes.Buffer{}).Encode(p)
	g := gob.NewEncoder(&bytes.Buffer{}).Encode(p)
	for name, err := range map[string]error{"json": j, "xml": x, "gob": g} {
		if !errors.Is(err, ErrMarshal) {
			t.Errorf("%s: %v, want a refusal", name, err)
		}
	}
}

func outputs(v any) map[string]string {
	out := map[string]string{}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%e", "%t", "%p", "%T", "%w", "%!"} {
		out[verb] = fmt.Sprintf(verb, v)
	}
	out["print"] = fmt.Sprint(v)
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
