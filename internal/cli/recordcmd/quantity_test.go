package recordcmd

import "testing"

func TestNumberStands(t *testing.T) {
	for _, tt := range []struct {
		value, words string
		want         bool
	}{
		{"121", "121-page", true}, {"999", "121-page", false}, {"131", "between 121 and 131 pages", true}, {"10000", "about 10,000 people", true},
		{"1200000", "1.2 million", true}, {"0.5", "0,5 %", true}, {"3", "three people", true}, {"31", "", true}, {"31", "٣١ شخصا", true}, {"32", "٣١ شخصا", false},
		{"31", "３１人", true}, {"12", "120 people", true}, {"-5", "5 fewer", true}, {"0", "0 people", true}, {"7", "on 3 May", false},
	} {
		if got := numberStands(tt.value, tt.words); got != tt.want {
			t.Errorf("%s in %q: %v", tt.value, tt.words, got)
		}
	}
}
