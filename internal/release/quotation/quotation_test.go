package quotation

import (
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

func TestQuotations(t *testing.T) {
	tests := []struct {
		text string
		want []string // an open one ends with …open
	}{
		{"nothing here", nil},
		{`a "term" and a "two word" one`, nil},
		{`he said "one two three" and "four five six"`, []string{"one two three", "four five six"}},
		{"he said “one two three.”", []string{"one two three."}},
		{"„eins zwei drei“ und „vier fünf sechs”", []string{"eins zwei drei", "vier fünf sechs"}},
		{"«un deux trois»", []string{"un deux trois"}},
		{"»eins zwei drei«", []string{"eins zwei drei"}},
		{"「一二三」", []string{"一二三"}},
		{"『一二三』", []string{"一二三"}},
		{"”ett två tre”", []string{"ett två tre"}},
		{"“one two three", []string{"one two three…open"}},
		{`"one two three" "x`, []string{"one two three"}},
		{"“one “two three” four five”", []string{"one “two three"}},
		{"“” \"\" ””", nil},
		{"he said ‘one two three’ and ‘four five six’.", []string{"one two three", "four five six"}},
		{"‘one’s two’s three’s’", []string{"one’s two’s three’s"}},
		{"the guards’ rooms, Shi‘a books and one’s own", nil},
		{"‘Abd al-Rahman was held; “one two three”", []string{"one two three"}},
		{"‚eins zwei drei‘ und", []string{"eins zwei drei"}},
		{"‹un deux trois›", []string{"un deux trois"}},
		{"›eins zwei drei‹", []string{"eins zwei drei"}},
		{"‹un deux trois", []string{"un deux trois…open"}},
		{"他说‘一二三’了", []string{"一二三"}},
		{"그는 ‘하나 둘 셋’이라고", []string{"하나 둘 셋"}},
		{"＂one two three＂", []string{"one two three"}},
		{"＂one two three", []string{"one two three…open"}},
		{"he 'counted 99 people'.", []string{"counted 99 people"}},
		{"('don't count 99 people')", []string{"don't count 99 people"}},
		{"'[they] counted people' and '“counted” 99 people'", []string{"[they] counted people", "“counted” 99 people"}},
		{"don't say the ministries' men of the '90s saw the guards' rooms", nil},
		{"a cafe\u0301's rooms and the guards' rooms", nil},
		{"'Abd al-Rahman didn't see; \"one two three\"", []string{"one two three"}},
		{"a 'term' and a 'two word' one", nil},
		{"40° 26' N, 79° 58' W and 40° 26′ 46″ N, 79° 58′ 56″ W", nil},
		{"他说'一二三'了", []string{"一二三"}},
		{"''counted 99 people'' and ''counted 98 people'", []string{"counted 99 people", "counted 98 people"}},
		{"``counted 99 people''", []string{"counted 99 people"}},
		{"``counted 99 people", []string{"counted 99 people…open"}},
		{"‟counted 99 people”", []string{"counted 99 people"}},
		{"❝counted 99 people❞", []string{"counted 99 people"}},
		{"″counted 99 people″", []string{"counted 99 people"}},
		{"´counted 99 people´, d´un and ´alone", []string{"counted 99 people"}},
	}
	for _, tt := range tests {
		var got []string
		for _, q := range Find(tt.text) {
			s := q.Text
			if !q.Closed {
				s += "…open"
			}
			got = append(got, s)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

// TestManyUnclosed: text full of marks that nothing ends is read once, not once a mark.
func TestManyUnclosed(t *testing.T) {
	start := time.Now()
	for _, m := range []string{"('a", "(‘", "(´a"} {
		if got := Find(strings.Repeat(m, 50_000)); got != nil {
			t.Errorf("%s: %d quotations", m, len(got))
		}
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
}

func FuzzQuotations(f *testing.F) {
	f.Add("“one two three”")
	f.Add("\"\xff\"a b c\"")
	f.Add("„«»“”「」")
	f.Add("''a b c' ``a b c'' 'a b ´c ″d")
	f.Add("‘a’b c d’ ‹x ‚a b c‘ ＂")
	f.Fuzz(func(t *testing.T, text string) {
		for _, q := range Find(text) {
			if !strings.Contains(text, q.Text) {
				t.Errorf("%q does not stand in the text", q.Text)
			}
			if utf8.ValidString(text) && !utf8.ValidString(q.Text) {
				t.Errorf("%q was cut inside a character", q.Text)
			}
		}
	})
}
