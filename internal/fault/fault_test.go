package fault

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKindOfSeesThroughWrapping(t *testing.T) {
	refusal := New(Refused, "the gate blocks it", "Nothing left the house.", "Answer the contrary claim.")
	for name, tt := range map[string]struct {
		err  error
		want Kind
	}{
		"nothing":     {nil, 0},
		"broken":      {io.ErrUnexpectedEOF, 0},
		"a fault":     {refusal, Refused},
		"wrapped":     {fmt.Errorf("releasing R1: %w", refusal), Refused},
		"joined":      {errors.Join(io.ErrClosedPipe, refusal), Refused},
		"the nearest": {&Error{Kind: Conflict, What: "changed meanwhile", Err: refusal}, Conflict},
	} {
		if got := KindOf(tt.err); got != tt.want {
			t.Errorf("%s: kind %d, want %d", name, got, tt.want)
		}
	}
}

func TestErrorKeepsItsCause(t *testing.T) {
	err := &Error{Kind: Held, What: "another process holds the store", Err: io.ErrNoProgress}
	if !errors.Is(err, io.ErrNoProgress) || err.Error() != "another process holds the store: "+io.ErrNoProgress.Error() {
		t.Errorf("the cause is lost: %v", err)
	}
}
