package vault

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"filippo.io/age"

	"heed/internal/fault"
)

func newAudienceOf(t testing.TB, two bool, who ...custodian) audience {
	t.Helper()
	var all []Custodian
	for i, c := range slices.Backward(who) { // newAudience sorts
		all = append(all, c.as(fmt.Sprintf("M-%02d", i+1)))
	}
	a, err := newAudience(all, two)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Each two of the custodians open, in either order, and nobody else does.
func TestWrapToTwo(t *testing.T) {
	a, b, c, stranger := newCustodian(t), newCustodian(t), newCustodian(t), newCustodian(t)
	to := newAudienceOf(t, true, a, b, c)
	wrapped, err := to.wrap([]byte("a key"))
	if err != nil {
		t.Fatal(err)
	}
	for i, two := range [][]age.Identity{{a, b}, {b, a}, {a, c}, {c, a}, {b, c}, {c, b}, {stranger, a, c}} {
		if got, err := unwrap(wrapped, two); string(got) != "a key" || err != nil {
			t.Errorf("pair %d: %q, %v", i, got, err)
		}
	}
	for i, few := range [][]age.Identity{{a, a}, {b, b}, {c, c}, {a, stranger}, {stranger, c}, {stranger, stranger}} {
		var foreign *age.NoIdentityMatchError
		if got, err := unwrap(wrapped, few); !errors.As(err, &foreign) {
			t.Errorf("no pair %d: %q, %v", i, got, err)
		}
	}
	for i, one := range [][]age.Identity{{a}, {b}, {c}, {stranger}, nil} {
		if got, err := unwrap(wrapped, one); fault.KindOf(err) != fault.Locked {
			t.Errorf("alone %d: %q, %v", i, got, err)
		}
	}
}

func TestWrapToOne(t *testing.T) {
	a, b, stranger := newCustodian(t), newCustodian(t), newCustodian(t)
	wrapped, err := newAudienceOf(t, false, a, b).wrap([]byte("a key"))
	if err != nil {
		t.Fatal(err)
	}
	for i, one := range [][]age.Identity{{a}, {b}, {stranger, b}} {
		if got, err := unwrap(wrapped, one); string(got) != "a key" || err != nil {
			t.Errorf("custodian %d: %q, %v", i, got, err)
		}
	}
	var foreign *age.NoIdentityMatchError
	if _, err := unwrap(wrapped, []age.Identity{stranger}); !errors.As(err, &foreign) {
		t.Errorf("a stranger: %v", err)
	}
}

func TestUnwrapRefusesOtherForms(t *testing.T) {
	a, b := newCustodian(t), newCustodian(t)
	two, err := newAudienceOf(t, true, a, b).wrap([]byte("a key"))
	if err != nil {
		t.Fatal(err)
	}
	long, err := newAudienceOf(t, false, a).wrap(make([]byte, maxInner+1))
	if err != nil {
		t.Fatal(err)
	}
	for name, wrapped := range map[string][]byte{"nothing": nil, "form 0": {0}, "form 3": append([]byte{3}, two[1:]...), "pairs cut": two[:len(two)-1], "too long": long} {
		if got, err := unwrap(wrapped, []age.Identity{a, b}); !errors.Is(err, errWrapped) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	for name, wrapped := range map[string][]byte{"one as two": append([]byte{formTwo}, long[1:]...), "two as one": append([]byte{formOne}, two[1:]...)} {
		if got, err := unwrap(wrapped, []age.Identity{a, b}); err == nil {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestAudienceRefusals(t *testing.T) {
	a, b := newCustodian(t), newCustodian(t)
	nobody, keyless := a.as("M-01"), a.as("M-01")
	nobody.Recipient, keyless.Key = nil, ""
	var crowd []Custodian
	for i := range maxPairedCustodians + 1 {
		crowd = append(crowd, Custodian{fmt.Sprintf("M-%02d", i), a.Recipient(), fmt.Sprint(i)})
	}
	for name, all := range map[string][]Custodian{
		"the same key twice": {a.as("M-01"), a.as("M-02")},
		"the same id twice":  {a.as("M-01"), b.as("M-01")},
		"no recipient":       {nobody},
		"no key":             {keyless},
		"no id":              {a.as("")},
		"a blank in the id":  {a.as("M 01")},
		"a long id":          {a.as(strings.Repeat("M", maxCustodianID+1))},
		"too many":           crowd,
	} {
		if _, err := newAudience(all, true); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := newAudience(crowd, false); err != nil {
		t.Errorf("many where one opens: %v", err)
	}
	for name, x := range map[string]struct {
		who  []custodian
		two  bool
		want fault.Kind
	}{
		"nobody": {nil, false, fault.Refused}, "one": {[]custodian{a}, false, 0},
		"nobody of two": {nil, true, fault.Refused}, "one of two": {[]custodian{a}, true, fault.Refused}, "two": {[]custodian{a, b}, true, 0},
	} {
		if err := newAudienceOf(t, x.two, x.who...).enough(); fault.KindOf(err) != x.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The name of an audience says who is in it and how many it takes, and nothing else.
func TestAudienceName(t *testing.T) {
	a, b := newCustodian(t), newCustodian(t)
	base := newAudienceOf(t, false, a, b)
	if other := newAudienceOf(t, false, b, a); other.name() != base.name() {
		t.Error("the order of ids changes the name")
	}
	seen := map[string]string{base.name(): "both"}
	for what, other := range map[string]audience{"two": newAudienceOf(t, true, a, b), "a": newAudienceOf(t, false, a), "b": newAudienceOf(t, false, b), "nobody": newAudienceOf(t, false)} {
		if before, ok := seen[other.name()]; ok {
			t.Errorf("%s and %s have one name", what, before)
		}
		seen[other.name()] = what
	}
}

func TestParsePairsIsStrict(t *testing.T) {
	good := pairs{[]string{"K-01", "M-01", "M-02"}, [][]byte{{1}, {2, 2}, {3}}}
	b := good.pack()
	got, err := parsePairs(b)
	if err != nil || !slices.Equal(got.ids, good.ids) || len(got.files) != 3 || !bytes.Equal(got.files[1], []byte{2, 2}) {
		t.Fatalf("%v, %v", got, err)
	}
	for n := range b {
		if _, err := parsePairs(b[:n]); err == nil {
			t.Errorf("cut to %d bytes it passes", n)
		}
	}
	var crowd []string
	for i := range maxPairedCustodians + 1 {
		crowd = append(crowd, fmt.Sprintf("M-%02d", i))
	}
	for name, bad := range map[string][]byte{
		"a byte more":    append(slices.Clone(b), 0),
		"one custodian":  pairs{[]string{"M-01"}, nil}.pack(),
		"nobody":         pairs{}.pack(),
		"too many":       pairs{crowd, slices.Repeat([][]byte{{1}}, len(crowd)*(len(crowd)-1)/2)}.pack(),
		"out of order":   pairs{[]string{"M-02", "M-01"}, [][]byte{{1}}}.pack(),
		"the same twice": pairs{[]string{"M-01", "M-01"}, [][]byte{{1}}}.pack(),
		"an empty id":    pairs{[]string{"", "M-01"}, [][]byte{{1}}}.pack(),
		"a wild id":      pairs{[]string{"M\x00", "M-01"}, [][]byte{{1}}}.pack(),
		"a long id":      pairs{[]string{"M-01", strings.Repeat("N", maxCustodianID+1)}, [][]byte{{1}}}.pack(),
		"a pair less":    pairs{good.ids, good.files[:2]}.pack(),
		"a pair more":    pairs{good.ids, append(slices.Clone(good.files), []byte{4})}.pack(),
		"an empty pair":  pairs{[]string{"M-01", "M-02"}, [][]byte{{}}}.pack(),
	} {
		if got, err := parsePairs(bad); err == nil {
			t.Errorf("%s passes: %v", name, got)
		}
	}
}

func FuzzParsePairs(f *testing.F) {
	f.Add(pairs{[]string{"M-01", "M-02"}, [][]byte{[]byte("file")}}.pack())
	f.Add(pairs{[]string{"K-01", "M-01", "M-02"}, [][]byte{{1}, {2, 2}, {3}}}.pack())
	f.Add([]byte{0, 2, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parsePairs(b)
		if err != nil {
			return
		}
		if !bytes.Equal(p.pack(), b) {
			t.Errorf("%x is taken and written otherwise", b)
		}
		if n := len(p.ids); len(p.files) != n*(n-1)/2 || !slices.IsSorted(p.ids) {
			t.Errorf("%d pairs of %d", len(p.files), n)
		}
	})
}
