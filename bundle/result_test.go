package bundle

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
)

func TestDescribe(t *testing.T) {
	r := sample(t, 1)
	b, err := verify(r.encode(t), r.signers...)
	got, ok := Describe(b, err)
	if !ok || got.Verdict != SameAsSigned || got.Exit != 0 || got.Do != "" {
		t.Errorf("good: %+v", got)
	}
	for _, want := range []string{"same as signed", "R2", "heed/0123456789abcdef", "Arvenia", "2026-11-24 (self-declared)",
		"signer           ana", "trusted", "8 of 8 match", "4 commitments", "entry 2 of 2", "grown from 1", "witness told the truth", "left out", "no time-stamp token"} {
		if !strings.Contains(got.Text(), want) {
			t.Errorf("the text does not say %q:\n%s", want, got.Text())
		}
	}

	b, err = verify(r.encode(t), r.signers[0])
	got, ok = Describe(b, err)
	if !ok || got.Verdict != NotTrusted || got.Exit != 7 || !strings.Contains(got.Do, "somewhere else") || !strings.Contains(got.Do, "--key FILE") {
		t.Errorf("untrusted: %+v", got)
	}
	if text := got.Text(); !strings.Contains(text, "NOT TRUSTED") || !strings.Contains(text, "unknown") || !strings.Contains(text, "  trusted") {
		t.Errorf("untrusted:\n%s", text)
	}
	if out, err := json.Marshal(got); err != nil || strings.Contains(string(out), strings.SplitN(r.signers[1].vkey, "+", 3)[2]) {
		t.Errorf("the result hands out an unknown key: %v %s", err, out)
	}

	got, ok = Describe(nil, &Mismatch{"report.html", "it differs"})
	if !ok || got.Verdict != Different || got.Exit != 6 || got.Text() != "DIFFERENT        report.html: it differs\n" {
		t.Errorf("mismatch: %+v %q", got, got.Text())
	}
	if out, err := json.Marshal(got); err != nil || strings.Contains(string(out), `"release"`) {
		t.Errorf("a mismatch speaks of a release: %v %s", err, out)
	}

	if _, ok := Describe(nil, errors.New("trusted key 1: bad")); ok {
		t.Error("another error is taken for a finding")
	}
}
