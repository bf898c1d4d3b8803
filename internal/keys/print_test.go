package keys

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	html "html/template"
	"log/slog"
	"strings"
	"testing"
	text "text/template"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"heed/internal/seal"
)

// exported and hidden are the places in which a value can be when its holder is printed.
// fmt may call methods only where it reaches a value through exported fields.
type exported struct{ V any }
type hidden struct{ v any }
type typed struct {
	k CaseKeys
	u *Unlocked
	i age.Identity
	s note.Signer
	w Words
	n *Words
}
type typedExported struct {
	K  CaseKeys
	P  *CaseKeys
	U  *Unlocked
	I  age.Identity
	S  note.Signer
	W  Words
	Ks []CaseKeys
	M  map[string]CaseKeys
}
type embedding struct{ CaseKeys }

// renderings is every way in which secret could stand in printed text.
func renderings(secret []byte) (all []string) {
	head := secret[:8]
	for _, verb := range strings.Split("v +v #v s q x X d b o O c U", " ") {
		r := strings.TrimPrefix(fmt.Sprintf("%"+verb, head), "[]byte{")
		all = append(all, strings.Trim(r, `[]{}"`))
	}
	all = append(all, fmt.Sprintf("% x", head), fmt.Sprintf("%#x", head)[2:])
	for skip := range 3 {
		all = append(all, base64.StdEncoding.EncodeToString(secret[skip:skip+15]))
	}
	return all
}

// outputs is v printed in every way there is.
func outputs(v any) map[string]string {
	out := map[string]string{}
	for _, flags := range []string{"", "+", "#", " ", "-", "0", "40", "+#", "# "} {
		for _, verb := range "vsqxXdbcoOUtTeEfFgGpw" {
			f := "%" + flags + string(verb)
			out["fmt "+f] = fmt.Sprintf(f, v)
		}
	}
	out["print"] = fmt.Sprint(v)
	out["println"] = fmt.Sprintln(v, v)
	out["errorf"] = fmt.Errorf("opening: %v %s", v, v).Error()
	into := func(name string, fn func(b *bytes.Buffer) error) {
		var b bytes.Buffer
		err := fn(&b)
		out[name] = b.String()
		if err != nil {
			out[name] += err.Error()
		}
	}
	into("slog text", func(b *bytes.Buffer) error {
		slog.New(slog.NewTextHandler(b, nil)).Info("m", slog.Any("v", v))
		return nil
	})
	into("slog json", func(b *bytes.Buffer) error {
		slog.New(slog.NewJSONHandler(b, nil)).Info("m", slog.Any("v", v))
		return nil
	})
	into("json", func(b *bytes.Buffer) error { return json.NewEncoder(b).Encode(v) })
	into("xml", func(b *bytes.Buffer) error { return xml.NewEncoder(b).Encode(v) })
	into("gob", func(b *bytes.Buffer) error { return gob.NewEncoder(b).Encode(v) })
	into("text/template", func(b *bytes.Buffer) error {
		return text.Must(text.New("").Parse(`{{.}} {{printf "%s %d %x" . . .}}`)).Execute(b, v)
	})
	into("html/template", func(b *bytes.Buffer) error {
		return html.Must(html.New("").Parse(`<p title="{{.}}">{{.}}</p><script>x = {{.}}</script>`)).Execute(b, v)
	})
	return out
}

func leak(out string, needles []string) bool {
	for _, n := range needles {
		if strings.Contains(out, n) {
			return true
		}
	}
	return false
}

func TestKeysNeverPrint(t *testing.T) {
	d := pair(t)
	u, w := d.unlock(t, "M-01", pass1), d.words
	k, s := u.CaseKeys(), u.secrets()
	needles := []string{s.identity.String(), "AGE-SECRET-KEY", strings.ToLower(s.identity.String()[20:60])}
	needles = append(needles, renderings([]byte(s.identity.String()))...)
	needles = append(needles, renderings(s.signing.Seed())...)
	for _, key := range k.all() {
		needles = append(needles, renderings(key[:])...)
	}
	needles = append(needles, renderings([]byte(w.Reveal()))...)
	for i, words := 0, strings.Fields(w.Reveal()); i+1 < len(words); i++ {
		needles = append(needles, words[i]+" "+words[i+1])
	}
	pen, err := s.pen(u.Member())
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]any{"case keys": k, "pointer": &k, "unlocked": u, "identity": u.Identity(), "signer": u.Signer(), "words": w, "pointer to words": &w, "pen": pen,
		"embedding": embedding{k}, "embedding pointer": &embedding{k}}
	probe := map[string]any{
		"typed":          typed{k, u, u.Identity(), u.Signer(), w, &w},
		"typed pointer":  &typed{k, u, u.Identity(), u.Signer(), w, &w},
		"typed exported": typedExported{k, &k, u, u.Identity(), u.Signer(), w, []CaseKeys{k}, map[string]CaseKeys{"a": k}},
		"typed slice":    []typed{{k, u, u.Identity(), u.Signer(), w, &w}},
		"array":          [1]CaseKeys{k},
		"key of a map":   map[CaseKeys]*Unlocked{k: u},
	}
	for name, v := range values {
		probe[name] = v
		probe[name+" exported"], probe[name+" hidden"] = exported{v}, hidden{v}
		probe[name+" deep"], probe[name+" hidden pointer"] = exported{hidden{exported{v}}}, &hidden{&exported{v}}
		probe[name+" slice"], probe[name+" map"] = []any{v}, map[string]any{"a": v}
		probe[name+" hidden slice"] = hidden{[]any{v}}
	}
	for name, v := range probe {
		for way, out := range outputs(v) {
			if leak(out, needles) {
				t.Errorf("%s leaks through %s: %.200q", name, way, out)
			}
		}
	}
}

// TestProbeFinds shows that the probe above would see a leak: the same keys in plain
// fields leak in most of its ways.
func TestProbeFinds(t *testing.T) {
	k := newCaseKeys()
	needles := renderings(k.StoreKey[:])
	for name, v := range map[string]any{"plain": k, "exported": exported{k}, "hidden": hidden{k}, "pointer": &k} {
		found := 0
		for _, out := range outputs(v) {
			if leak(out, needles) {
				found++
			}
		}
		if found < 20 {
			t.Errorf("%s: the probe saw only %d leaks", name, found)
		}
	}
}

func TestKeysRefuseToMarshal(t *testing.T) {
	d := pair(t)
	u := d.unlock(t, "M-01", pass1)
	for name, v := range map[string]any{"case keys": u.CaseKeys(), "unlocked": u, "words": d.words, "field": struct{ K CaseKeys }{u.CaseKeys()}, "pointer field": struct{ U *Unlocked }{u}} {
		if _, err := json.Marshal(v); !errors.Is(err, seal.ErrMarshal) {
			t.Errorf("%s: json: %v", name, err)
		}
		if _, err := xml.Marshal(v); !errors.Is(err, seal.ErrMarshal) && name[0] != 'f' && name[0] != 'p' {
			t.Errorf("%s: xml: %v", name, err)
		}
		if err := gob.NewEncoder(new(bytes.Buffer)).Encode(v); !errors.Is(err, seal.ErrMarshal) {
			t.Errorf("%s: gob: %v", name, err)
		}
	}
	if fmt.Sprint(u) != "[sealed]" || fmt.Sprintf("%#v", u.CaseKeys()) != "[sealed]" || fmt.Sprintf("%s", d.words) != "[sealed]" {
		t.Error("keys do not print as such")
	}
}
