package cli

import (
	"testing"
	"time"
)

func TestExpiry(t *testing.T) {
	now := time.Date(2026, 11, 24, 15, 4, 5, 0, time.UTC)
	for text, want := range map[string]string{
		"90d":        "2027-02-22T15:04:05Z",
		"1d":         "2026-11-25T15:04:05Z",
		"2027-01-31": "2027-01-31T23:59:59.999999Z", // the whole day
		"2024-02-29": "2024-02-29T23:59:59.999999Z",
		"0d":         "", "90": "", "-1d": "", "090d": "", "999999d": "", "2027-02-30": "", "tomorrow": "", "": "", "1.5d": "",
	} {
		got, err := expiry(text, now)
		if (err == nil) != (want != "") || err == nil && got.Format(time.RFC3339Nano) != want {
			t.Errorf("%s: %v %v, want %s", text, got, err, want)
		}
	}
}
