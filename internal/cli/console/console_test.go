package console

import (
	"io"
	"strings"
	"testing"
)

// TestAskLineTakesNoMoreThanItsLine: what comes after it belongs to the next question.
func TestAskLineTakesNoMoreThanItsLine(t *testing.T) {
	in := strings.NewReader("first\r\nsecond\n" + strings.Repeat("x", maxLine+1) + "\n")
	for _, want := range []string{"first", "second"} {
		if got, err := askLine(in); err != nil || got != want {
			t.Errorf("%q %v, want %q", got, err, want)
		}
	}
	if _, err := askLine(in); err == nil {
		t.Error("an endless line was taken")
	}
	if _, err := askLine(strings.NewReader("no end")); err != io.EOF {
		t.Errorf("%v, want EOF", err)
	}
}
