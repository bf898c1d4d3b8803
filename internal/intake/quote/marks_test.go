package quote

import (
	"slices"
	"testing"
)

func TestQuotes(t *testing.T) {
	lex := readLexicon()
	for _, c := range []struct {
		text string
		want []string
	}{
		{"He said “it is late” and “go”.", []string{"“it is late”", "“go”"}},
		{`He said "it is late" and "go".`, []string{`"it is late"`, `"go"`}},
		{"Il a dit « trop tard ».", []string{"« trop tard »"}},
		{"Il a dit : « trop tard ».", []string{"« trop tard »"}},
		{"Il a dit «trop tard».", []string{"«trop tard»"}},
		{"Er sagte „zu spät“ und »nein«.", []string{"„zu spät“", "»nein«"}},
		{"Han sa ”för sent”.", []string{"”för sent”"}},
		{"On rzekł „za późno”.", []string{"„za późno”"}},
		{"市長は「もう『遅い』」と述べた。", []string{"「もう『遅い』」"}},
		{"قال «فات الأوان».", []string{"«فات الأوان»"}},
		{"She said 'it is late' twice.", []string{"'it is late'"}},
		{"She said ‘it is late’ twice.", []string{"‘it is late’"}},
		{"“the so-called ‘school’ is shut”", []string{"“the so-called ‘school’ is shut”"}},
		{"‘the families’ letters were lost’ it read", []string{"‘the families’ letters were lost’"}},
		{"China’s mission and the families’ letters of the ’90s didn’t.", nil},
		{"China's mission and the families' letters of the '90s didn't.", nil},
		{"It was 5\" wide and rock 'n' roll.", nil},
		{"An open “mark with no end.", nil},
		{"A close without a start” and more.", nil},
		{"A wrong ‘pair” is none.", nil},
		{"“open and “closed” once", []string{"“closed”"}},
	} {
		var got []string
		for _, q := range lex.quotes(c.text, Span{0, len(c.text)}, "") {
			got = append(got, c.text[q.Start:q.End])
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s\n got %q\nwant %q", c.text, got, c.want)
		}
	}
}

func TestQuoteGoesOn(t *testing.T) {
	lex := readLexicon()
	text := "“It was late, and it rained."
	for next, want := range map[string]int{"“It rained more.”": 1, "It rained more.": 0, "": 0} {
		if got := lex.quotes(text, Span{0, len(text)}, next); len(got) != want {
			t.Errorf("before %q: got %v", next, got)
		}
	}
}
