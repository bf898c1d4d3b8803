package intake

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"heed/internal/fault"
	"heed/internal/intake/extract"
	"heed/internal/store"
)

func TestParseAddress(t *testing.T) {
	for s, want := range map[string]Address{
		"S-001:14":               {Source: "S-001", From: 14, To: 14},
		"S-001:14-15":            {Source: "S-001", From: 14, To: 15},
		"S-001/2:14":             {Source: "S-001", From: 14, To: 14, Edition: 2},
		"S-001/12:14-15":         {Source: "S-001", From: 14, To: 15, Edition: 12},
		"S-123456789012:1-90000": {Source: "S-123456789012", From: 1, To: 90000},
	} {
		if got, err := ParseAddress(s); err != nil || got != want {
			t.Errorf("%s: %+v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", ":", "S-001", "S-001:", "S-001:0", "S-001:-1", "S-001:+1", "S-001:01", "S-001:1-", "S-001:1-1", "S-001:2-1", "S-001:1-2-3", "S-001:1 ", " S-001:1",
		"s-001:1", "S-01:1", "S-1234567890123:1", "S-00a:1", "S-٠٠١:1", "S-001:١", "C-001:1", "S-001:99999999999999999999", "S-001:1:2", "S--01:1", "S-001:1\n", "S-001/1:14", "S-001/0:14", "S-001/:14", "S-001/02:14", "S-001/-2:14", "S-001/2/3:14"} {
		if got, err := ParseAddress(s); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%q was taken as %+v, %v", s, got, err)
		}
	}
}

func TestAddressRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from := rapid.IntRange(1, 1<<40).Draw(t, "from")
		a := Address{Source: "S-" + rapid.StringMatching(`[0-9]{3,12}`).Draw(t, "digits"), From: from, To: from + rapid.IntRange(0, 1<<40).Draw(t, "more"),
			Edition: rapid.SampledFrom([]Edition{0, 2, 3, 41}).Draw(t, "edition")}
		if got, err := ParseAddress(a.String()); err != nil || got != a {
			t.Errorf("%s: %+v, %v", a, got, err)
		}
	})
}

// FuzzParseAddress: an address has one written form, and what is taken can be written back.
func FuzzParseAddress(f *testing.F) {
	for _, s := range []string{"S-001:14", "S-001:14-15", "S-001:1-1", "S-001:+1", "", "S-001:999999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			if a != (Address{}) || fault.KindOf(err) != fault.Invalid {
				t.Errorf("%q: %+v, %v", s, a, err)
			}
			return
		}
		if a.String() != s || !ValidSource(a.Source) || a.From < 1 || a.To < a.From {
			t.Errorf("%q: %+v", s, a)
		}
	})
}

func TestPassage(t *testing.T) {
	x := Text{Source: "S-001", Body: "One. Two.\n\nThree.", Sentences: []Sentence{{1, 1, 0, 4}, {2, 1, 5, 9}, {3, 2, 11, 17}}}
	for s, want := range map[string]string{"S-001:1": "One.", "S-001:1-2": "One. Two.", "S-001:2-3": "Two.\n\nThree."} {
		a, err := ParseAddress(s)
		if err != nil {
			t.Fatal(err)
		}
		p, err := x.Passage(a)
		if err != nil || p.Text != want || x.Body[p.Start:p.End] != want || p.Address != a {
			t.Errorf("%s: %+v, %v", s, p, err)
		}
	}
	for _, a := range []Address{{Source: "S-001", From: 4, To: 4}, {Source: "S-001", From: 1, To: 4}, {Source: "S-001", From: 0, To: 1}, {Source: "S-001", From: 2, To: 1}, {Source: "S-002", From: 1, To: 1}, {}} {
		if p, err := x.Passage(a); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%+v: %+v, %v", a, p, err)
		}
	}
}

func TestReadPassage(t *testing.T) {
	h := open(t)
	h.add("One is here. Two is there.")
	read := func(a Address) (p Passage, err error) {
		err = h.db.View(t.Context(), func(tx *store.Tx) error {
			p, err = ReadPassage(tx, a)
			return err
		})
		return p, err
	}
	if p, err := read(Address{Source: "S-001", From: 2, To: 2}); err != nil || p.Text != "Two is there." {
		t.Errorf("got %+v, %v", p, err)
	}
	for _, a := range []Address{{Source: "S-001", From: 3, To: 3}, {Source: "S-002", From: 1, To: 1}, {Source: "\x1b[2J", From: 1, To: 1}} {
		_, err := read(a)
		if f := refused(t, err, fault.NotFound); strings.Contains(f.What, "\x1b") {
			t.Errorf("%q", f.What)
		}
	}
}

func TestBaseName(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain", "report.txt", "report.txt"},
		{"scripts and blanks", "Bericht über Лагерь (2) شهادة.txt", "Bericht über Лагерь (2) شهادة.txt"},
		{"directories", "/people/tomas/Verelin/report.txt", "report.txt"},
		{"a backslash in the name", `notes 3\4 May.txt`, `notes 3\4 May.txt`},
		{"mixed", `a/b\c/d\e.txt`, `d\e.txt`},
		{"only a directory", "tomas/", ""},
		{"dots", "../..", ""},
		{"dot", "./.", ""},
		{"none", "", ""},
		{"hidden file", ".profile", ".profile"},
		{"controls", "a\x1b[31mb\nc.txt", `a\u001B[31mb\nc.txt`},
		{"turned around", "photo\u202egnp.exe", `photo\u202Egnp.exe`},
		{"no UTF-8", "caf\xe9.txt", `caf\xE9.txt`},
		{"long", strings.Repeat("a", 254) + "é.txt", strings.Repeat("a", 254)},
		{"long enough", strings.Repeat("é", 127) + "a", strings.Repeat("é", 127) + "a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := baseName(tt.in); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
	rapid.Check(t, func(t *rapid.T) {
		in := string(rapid.SliceOf(rapid.Byte()).Draw(t, "name"))
		if got := baseName(in); len(got) > maxName || !utf8.ValidString(got) || strings.ContainsAny(got, "/\n\x00\x1b") {
			t.Errorf("%q became %q", in, got)
		}
	})
}

// However the bytes arrive, the text is made of all of them, or of none.
func TestOpeningKeepsEveryByte(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var whole []byte
		o := new(opening)
		for _, n := range rapid.SliceOf(rapid.IntRange(0, 150_000)).Draw(t, "writes") {
			p := make([]byte, n)
			for i := range p {
				p[i] = "The Monitor said so. "[(len(whole)+i)%21]
			}
			whole = append(whole, p...)
			if got, err := o.Write(p); got != n || err != nil {
				t.Fatalf("wrote %d of %d, %v", got, n, err)
			}
			clear(p) // a writer may reuse its buffer
		}
		if got := bytes.Join(o.chunks, nil); !bytes.Equal(got, whole) || o.size != len(whole) {
			t.Errorf("%d bytes became %d", len(whole), len(got))
		}
	})
}

func TestOpeningAtTheLimit(t *testing.T) {
	for _, over := range []int{0, 1} {
		o := new(opening)
		line := []byte(strings.Repeat("a", 1<<20-2) + "\n\n")
		for range extract.MaxText / len(line) {
			o.Write(line)
		}
		o.Write(line[:over])
		text, media, why := o.read()
		if (text == nil) != (over == 1) || (why == "") != (over == 0) || media != "text/plain; charset=utf-8" {
			t.Errorf("%d over: %s, %s", over, media, why)
		}
	}
}

func TestAddRecordsTheBaseName(t *testing.T) {
	h := open(t)
	got, err := h.Add(t.Context(), amina, Incoming{Name: "/people/tomas/notes\n.txt", Body: strings.NewReader("words")})
	if err != nil || got.Original.Name != `notes\n.txt` {
		t.Errorf("got %+v, %v", got.Original, err)
	}
	h.check()
}
