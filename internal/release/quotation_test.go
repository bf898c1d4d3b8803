package release

import (
	"slices"
	"strings"
	"testing"
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
	}
	for _, tt := range tests {
		var got []string
		for _, q := range quotations(tt.text) {
			s := q.text
			if !q.closed {
				s += "…open"
			}
			got = append(got, s)
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.text, got, tt.want)
		}
	}
}

func FuzzQuotations(f *testing.F) {
	f.Add("“one two three”")
	f.Add("\"\xff\"a b c\"")
	f.Add("„«»“”「」")
	f.Add("‘a’b c d’ ‹x ‚a b c‘ ＂")
	f.Fuzz(func(t *testing.T, text string) {
		for _, q := range quotations(text) {
			if !strings.Contains(text, q.text) {
				t.Errorf("%q does not stand in the text", q.text)
			}
			if utf8.ValidString(text) && !utf8.ValidString(q.text) {
				t.Errorf("%q was cut inside a character", q.text)
			}
		}
	})
}
