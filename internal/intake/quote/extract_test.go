package quote

import (
	"reflect"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// textOf makes a working text of paragraphs: they are divided by empty lines, and a
// sentence ends at . ? ! (and a closing mark) before a blank and a capital or a mark.
func textOf(text string) Document {
	d := Document{Body: text}
	at := 0
	for _, p := range strings.SplitAfter(text, "\n\n") {
		end := at + len(strings.TrimRight(p, "\n"))
		if end > at {
			d.Paragraphs = append(d.Paragraphs, Span{at, end})
			d.Sentences = append(d.Sentences, sentencesOf(text, at, end)...)
		}
		at += len(p)
	}
	return d
}

func sentencesOf(text string, at, end int) (out []Span) {
	start := at
	for i := at; i+1 < end; i++ {
		if text[i] != ' ' || strings.HasSuffix(text[start:i], "Mr") || strings.HasSuffix(text[start:i], "Ms") {
			continue
		}
		next, _ := utf8.DecodeRuneInString(text[i+1:])
		before := strings.TrimRight(text[start:i], "”’»\"'")
		if before == "" || !strings.ContainsRune(".?!", rune(before[len(before)-1])) || unicode.IsLower(next) {
			continue
		}
		out = append(out, Span{start, i})
		start = i + 1
	}
	return append(out, Span{start, end})
}

// said is a proposal as words.
type said struct {
	rule    string
	kind    Kind
	speaker string
	behalf  string
	cue     string
	words   string // content, its pieces joined by " | "
	target  Target
	stance  Stance
}

func read(text string) (out []said) {
	d := textOf(text)
	for _, p := range New().Extract(d) {
		cut := func(s Span) string { return text[s.Start:s.End] }
		var words []string
		for _, c := range p.Content {
			words = append(words, cut(c))
		}
		out = append(out, said{p.Rule, p.Kind, cut(p.Speaker), cut(p.OnBehalfOf), cut(p.Cue), strings.Join(words, " | "), p.Target, p.Stance})
	}
	return out
}

func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []said
	}{
		{"before", `The minister said: “Nobody is held here.”`,
			[]said{{"direct-before", Direct, "The minister", "", "said", "“Nobody is held here.”", "", Asserts}}},
		{"after", `“Nobody is held here,” the minister said on Monday.`,
			[]said{{"direct-after", Direct, "the minister", "", "said", "“Nobody is held here,”", "", Asserts}}},
		{"after, and on", `“Nobody is held here,” Mara Lind said, “and nobody was.”`,
			[]said{{"direct-after", Direct, "Mara Lind", "", "said", "“Nobody is held here,” | “and nobody was.”", "", Asserts}}},
		{"inverted", `“Nobody is held here,” said the mayor of Ostrava.`,
			[]said{{"direct-inverted", Direct, "the mayor of Ostrava", "", "said", "“Nobody is held here,”", "", Asserts}}},
		{"spokesman of", `“Nobody is held here,” said Mr Orlik’s spokesman, Jan Vesely.`,
			[]said{{"direct-inverted", Direct, "Jan Vesely", "Mr Orlik", "said", "“Nobody is held here,”", "", Asserts}}},
		{"spokeswoman for", `“We are ready,” said Ana Dolan, a spokeswoman for the ministry.`,
			[]said{{"direct-inverted", Direct, "Ana Dolan", "the ministry", "said", "“We are ready,”", "", Asserts}}},
		{"spokesman with name", `Government spokesman Jan Vesely said that the road was open.`,
			[]said{{"indirect", Indirect, "Jan Vesely", "Government", "said", "that the road was open", "", Asserts}}},
		{"question", `“Who was there?” she asked. Nobody spoke.`,
			[]said{{"direct-after", Direct, "she", "", "asked", "“Who was there?”", "", ""}}},
		{"mixed", `The mayor said the depot was “empty as a drum” in May.`,
			[]said{{"mixed", Mixed, "The mayor", "", "said", "the depot was “empty as a drum” in May", "", Asserts}}},
		{"unquoted head", `The council “never met the families”, said Ms Dolan.`,
			[]said{{"direct-inverted", Mixed, "Ms Dolan", "", "said", "The council “never met the families”", "", Asserts}}},
		{"indirect that", `Mr Orlik warned on Tuesday that the river would rise.`,
			[]said{{"indirect", Indirect, "Mr Orlik", "", "warned", "that the river would rise", "", Asserts}}},
		{"indirect bare", `Officials say the road is shut.`,
			[]said{{"indirect", Indirect, "Officials", "", "say", "the road is shut", "", Asserts}}},
		{"told", `The envoy told the council in Geneva that talks had failed.`,
			[]said{{"indirect", Indirect, "The envoy", "", "told", "that talks had failed", "", Asserts}}},
		{"apposition", `The Chilean ambassador, Ines Rojas, said talks had failed.`,
			[]said{{"indirect", Indirect, "The Chilean ambassador, Ines Rojas", "", "said", "talks had failed", "", Asserts}}},
		{"made clear", `The envoy has made clear that talks had failed.`,
			[]said{{"indirect", Indirect, "The envoy", "", "has made clear", "that talks had failed", "", Asserts}}},
		{"trailing", `No one was held, the ministry said, because the depot was shut.`,
			[]said{{"trailing", Indirect, "the ministry", "", "said", "No one was held | because the depot was shut", "", Asserts}}},
		{"according to, last", `The depot was shut in May, according to the ministry.`,
			[]said{{"according-to", Indirect, "the ministry", "", "according to", "The depot was shut in May", "", Asserts}}},
		{"according to, first", `According to the ministry, the depot was shut.`,
			[]said{{"according-to", Indirect, "the ministry", "", "According to", "the depot was shut", "", Asserts}}},
		{"document", `The report concluded that the depot was open and calls for “a fair search” of it.`,
			[]said{{"indirect", Indirect, "The report", "", "concluded", "that the depot was open", "", Asserts},
				{"urge", Mixed, "The report", "", "calls for", "“a fair search” of it", "", Urges}}},
		{"recommends", `The review recommends that the council open its files.`,
			[]said{{"urge", Indirect, "The review", "", "recommends", "that the council open its files", "", Recommends}}},
		{"called", `The envoy called the accusations “a fabricated lie” and denounced the report.`,
			[]said{{"called", Mixed, "The envoy", "", "called", "the accusations “a fabricated lie”", Accusations, Denies},
				{"judged", Indirect, "The envoy", "", "denounced", "the report", Report, Criticises}}},
		{"described as", `The mayor described the camp as “a school”.`,
			[]said{{"called", Mixed, "The mayor", "", "described", "the camp as “a school”", "", ""}}},
		{"judged", `The ministry firmly opposed the release of the assessment.`,
			[]said{{"judged", Indirect, "The ministry", "", "firmly opposed", "the release of the assessment", Release, Opposes}}},
		{"hope", `Mr Orlik hopes the government will take on board the recommendations.`,
			[]said{{"hope", Indirect, "Mr Orlik", "", "hopes", "the government will take on board the recommendations", Recommendations, Urges}}},
		{"considered", `The ministry will study the recommendation.`,
			[]said{{"considered", Indirect, "The ministry", "", "will study", "the recommendation", "", WillConsider}}},
		{"relative", `The mission said it regretted the new report, which it said ignored the harvest.`,
			[]said{{"indirect", Indirect, "The mission", "", "said", "it regretted the new report, which it said ignored the harvest", "", Asserts},
				{"relative", Indirect, "The mission", "", "said", "ignored the harvest", Report, Criticises}}},
		{"reports", `There are reports of beatings at the depot.`,
			[]said{{"reports", Indirect, "reports", "", "reports", "beatings at the depot", "", Asserts}}},
		{"document that", `It sent a 12-page letter from the province that described the harvest.`,
			[]said{{"document", Indirect, "a 12-page letter from the province", "", "described", "the harvest", "", Asserts}}},
		{"colon", `The mayor of Ostrava: “We were not there.”`,
			[]said{{"colon", Direct, "The mayor of Ostrava", "", "", "“We were not there.”", "", Asserts}}},
		{"two quotes", `“We saw it,” said Ana Dolan, while Jan Vesely said: “We did not.”`,
			[]said{{"direct-inverted", Direct, "Ana Dolan", "", "said", "“We saw it,”", "", Asserts},
				{"direct-before", Direct, "Jan Vesely", "", "said", "“We did not.”", "", Asserts}}},
		{"two speakers", `The mayor said the depot was shut, but the ministry said that it was open.`,
			[]said{{"indirect", Indirect, "The mayor", "", "said", "the depot was shut", "", Asserts},
				{"indirect", Indirect, "the ministry", "", "said", "that it was open", "", Asserts}}},
		{"adding", `The mayor said the depot was shut, adding that nobody had asked.`,
			[]said{{"indirect", Indirect, "The mayor", "", "said", "the depot was shut", "", Asserts},
				{"indirect", Indirect, "The mayor", "", "adding", "that nobody had asked", "", Asserts}}},
		{"dateline and bracket", `OSTRAVA, 3 May (Wire) — The mayor said on Monday that the depot was shut (wire.example).`,
			[]said{{"indirect", Indirect, "The mayor", "", "said", "that the depot was shut", "", Asserts}}},
		{"headline", `Depot held nine, watchdog says`,
			[]said{{"trailing", Indirect, "watchdog", "", "says", "Depot held nine", "", Asserts}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := read(c.text); !reflect.DeepEqual(got, c.want) {
				t.Errorf("%s\n got %+v\nwant %+v", c.text, got, c.want)
			}
		})
	}
}

// TestNothingSaid: what nobody is reported to have said is not proposed.
func TestNothingSaid(t *testing.T) {
	for _, text := range []string{
		"The minister did not say that the depot was open.",
		"The ministry refused to accept the recommendations.",
		"The ministry has yet to say that it accepts the recommendations.",
		"The ministry may accept the recommendations.",
		"The families were told that the depot was shut.",
		"If the minister says the depot is open, the families will come.",
		"The ministry called the office on Monday.",
		"Member states that signed the treaty met in May.",
		"The ministry’s claims that month were many.",
		"The United States of the story was far away.",
		"The clinic supported forty families.",
		"The bank accepted the cheque and backed the loan.",
		"The so-called ‘school’ was shut in May.",
		"The ministry will study the river.",
		"It was a controversial comment that nobody read.",
		"A book called “The Long Winter of the North” lay there.",
	} {
		if got := read(text); len(got) > 0 {
			t.Errorf("%s\n got %+v", text, got)
		}
	}
}

// TestTargetsAreNeverWidened: each sentence has its one reading, and none goes further.
func TestTargetsAreNeverWidened(t *testing.T) {
	for _, c := range []struct {
		text   string
		target Target
		stance Stance
	}{
		{"The ministry rejected the report.", Report, Rejects},
		{"The ministry rejected the report’s recommendations.", Recommendations, Rejects},
		{"The ministry accepts the recommendations.", Recommendations, Accepts},
		{"The ministry accepts all of the recommendations.", Recommendations, Accepts},
		{"The ministry partially accepted the recommendations.", Recommendations, AcceptsInPart},
		{"The ministry accepted the recommendations in part.", Recommendations, AcceptsInPart},
		{"The ministry took note of the recommendations.", Recommendations, Notes},
		{"The ministry accepted the recommendations in the report.", Recommendations, Accepts},
		{"The ministry accepted the recommendations in an earlier report.", "", Accepts},
		{"The ministry accepted the recommendations on prisons.", "", Accepts},
		{"The ministry accepted the recommendations made by Chile.", "", Accepts},
		{"The ministry accepted some of the recommendations.", "", Accepts},
		{"The ministry accepted 12 recommendations.", "", Accepts},
		{"The ministry accepted the key recommendations.", "", Accepts},
		{"The ministry rejected the recommendation.", "", Rejects},
		{"The ministry denounced a newspaper report.", "", Criticises},
		{"The ministry denounced the assessment that the prisons are full.", "", Criticises},
		{"The ministry opposed the report’s release.", Release, Opposes},
		{"The ministry opposed the release.", "", ""},
		{"The ministry opposed the publication of the report.", Release, Opposes},
		{"The ministry opposed publishing the report.", Release, Opposes},
		{"The ministry denied the allegations.", Accusations, Denies},
		{"The ministry denied that anyone was held.", "", Denies},
		{"The ministry called the report “false”.", Report, Criticises},
		{"The ministry called the report “not false”.", Report, ""},
		{"The ministry called the recommendations “unacceptable”.", Recommendations, Criticises},
		{"The ministry dismissed the allegations as invented.", Accusations, Denies},
		{"The ministry welcomed the report.", Report, ""},
		{"The envoy endorsed the report.", Report, Endorses},
		{"The envoy said the report confirmed the beatings.", Report, Confirms},
		{"The envoy said the report by the High Commissioner, Ana Lind, “confirms the beatings”.", Report, Confirms},
		{"The envoy said a newspaper report confirmed the beatings.", "", Asserts},
		{"The envoy said the report was “based on lies”.", Report, Criticises},
		{"The envoy said the report was about lies.", "", Asserts},
		{"The envoy said the report was no lie.", "", Asserts},
		{"The envoy said those behind the report smeared the state.", "", Asserts},
		{"The envoy said the allegations were false.", Accusations, Denies},
		{"The envoy said the allegations were not false.", "", Asserts},
		{"The mission said it firmly opposed the release of the assessment.", Release, Opposes},
		{"The mission said it opposed the release of the detainees.", "", Asserts},
		{"The mission said it rejected the report.", Report, Rejects},
		{"The mission said it did not reject the recommendations.", "", Asserts},
		{"The mission said it could accept the recommendations.", "", Asserts},
		{"The mission said it would study the recommendations.", Recommendations, WillConsider},
		{"The mission said it would study the recommendation to open the depot.", "", WillConsider},
		{"The mission said Chile rejected the recommendations.", "", Asserts},
		{"Mr Orlik said it rejected the recommendations.", "", Asserts},
		{"“We accept the recommendations,” the envoy said.", Recommendations, Accepts},
		{"Mr Orlik’s spokesman said Mr Orlik hopes the state will follow the recommendations.", Recommendations, Urges},
		{"Mr Orlik’s spokesman said the ministry rejected the recommendations.", "", Asserts},
		{"Mr Orlik urged Chile to heed the recommendations.", Recommendations, Urges},
		{"Mr Orlik urged Chile not to heed the recommendations.", "", Urges},
		{"Mr Orlik urged them to note that Chile failed to follow the recommendations.", "", Urges},
		{"Mr Orlik urged Chile to open the depot.", "", Urges},
		{"Mr Orlik called for the release of the report.", Release, Urges},
		{"Mr Orlik called for the release of the prisoners.", "", Urges},
		{"Mr Orlik hopes the road will open.", "", ""},
		{"The office could not confirm the claims.", "", Asserts},
		{"The ministry confirmed the report.", Report, Confirms},
		{"The ministry confirmed that the road was shut.", "", Confirms},
		{"The report recommends that Chile accept the recommendations.", "", Recommends},
	} {
		got := read(c.text)
		if c.target == "" && c.stance == "" && len(got) == 0 {
			continue
		}
		if len(got) != 1 || got[0].target != c.target || got[0].stance != c.stance {
			t.Errorf("%s\n got %+v\nwant %q of %q", c.text, got, c.stance, c.target)
		}
	}
}

// TestSpeakers: a pronoun or "the mission" is the nearest earlier mention that fits, or
// stays as it stands.
func TestSpeakers(t *testing.T) {
	for _, c := range []struct{ name, text, last, behalf string }{
		{"the mission", "Chile’s mission in Geneva met in May.\n\n“We regret this,” the mission said.", "Chile’s mission in Geneva", ""},
		{"nearest mission", "Chile’s mission in Geneva met in May. Peru’s mission in Geneva did not.\n\n“We regret this,” the mission said.", "Peru’s mission in Geneva", ""},
		{"no mission", "“We regret this,” the mission said.", "the mission", ""},
		{"another office", "Chile’s mission in Geneva met in May.\n\n“We regret this,” the embassy said.", "the embassy", ""},
		{"she", "Ms Dolan said the road was shut. She said nobody had come.", "Ms Dolan", ""},
		{"not she", "Mr Orlik said the road was shut. She said nobody had come.", "She", ""},
		{"two may be meant", "Judge Ana Dolan said the road was shut.\n\nJudge Ines Rojas met the mayor, Judge Mara Lind.\n\nShe said nobody had come.", "She", ""},
		{"it", "The review said the road was shut. It also recommends that the mayor resign.", "The review", ""},
		{"it is no person", "Mr Orlik said the road was shut. It said nobody had come.", "It", ""},
		{"they", "Officials said the road was shut. They said nobody had come.", "Officials", ""},
		{"floating", "“We saw it,” said Mr Orlik’s spokesman, Jan Vesely.\n\n“We shall not forget what we saw there.”", "Jan Vesely", "Mr Orlik"},
		{"floating in a paragraph", "“We saw it,” Ana Dolan said. “We shall not forget it.”", "Ana Dolan", ""},
		{"floating and nobody", "The road was long.\n\n“We shall not forget what we saw there.”", "", ""},
		{"over paragraphs", "“We saw it and wrote it down.\n\n“We shall not forget it,” Ana Dolan said.", "Ana Dolan", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := read(c.text)
			if len(got) == 0 {
				t.Fatal("nothing proposed")
			}
			last := got[len(got)-1]
			if last.speaker != c.last || last.behalf != c.behalf {
				t.Errorf("got %q for %q, want %q for %q", last.speaker, last.behalf, c.last, c.behalf)
			}
		})
	}
	got := read("“We saw it and wrote it down.\n\n“We shall not forget it,” Ana Dolan said.")
	if len(got) != 2 || got[0].speaker != "Ana Dolan" {
		t.Errorf("words that go on in the next paragraph: got %+v", got)
	}
}

func TestAddresses(t *testing.T) {
	text := "The road was shut. “Nobody came. Nobody will,” the mayor said. It was late.\n\n“We shall not forget what we saw there.”"
	got := New().Extract(textOf(text))
	if len(got) != 2 {
		t.Fatalf("got %+v", got)
	}
	if p := got[0]; p.From != 2 || p.To != 3 {
		t.Errorf("quoted words over two sentences: %d-%d, want 2-3", p.From, p.To)
	}
	if p := got[1]; p.From != 5 || p.To != 5 || p.Mention != (Span{}) || text[p.Speaker.Start:p.Speaker.End] != "the mayor" {
		t.Errorf("floating words: %+v", p)
	}
}

func TestUnsoundSpans(t *testing.T) {
	for name, d := range map[string]Document{
		"beyond the end":  {Body: "abc", Sentences: []Span{{0, 9}}},
		"backwards":       {Body: "abc", Paragraphs: []Span{{2, 1}}},
		"negative":        {Body: "abc", Paragraphs: []Span{{-2, 1}}},
		"overlapping":     {Body: "abc", Paragraphs: []Span{{0, 2}, {1, 3}}},
		"inside a rune":   {Body: "é", Paragraphs: []Span{{0, 1}}},
		"not UTF-8":       {Body: "\xff", Paragraphs: []Span{{0, 1}}},
		"no sentences":    {Body: "The mayor said it was late.", Paragraphs: []Span{{0, 27}}},
		"half a sentence": {Body: "The mayor said it was late.", Paragraphs: []Span{{0, 27}}, Sentences: []Span{{10, 27}}},
	} {
		if got := New().Extract(d); len(got) != 0 {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

// TestLaterTextChangesNothing: what follows a text never changes what was proposed in it.
func TestLaterTextChangesNothing(t *testing.T) {
	paragraphs := []string{"The mayor said the road was shut.", "“We shall not forget what we saw there.”", "She said nobody came.",
		"Ms Dolan, a judge, called the report “false”.", "It also recommends that the mayor resign.", "The road is long.",
		"“We saw it,” said the ministry’s spokesman, Jan Vesely.", "The review calls for a search."}
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.SampledFrom(paragraphs), 1, 12).Draw(t, "paragraphs")
		cut := rapid.IntRange(1, len(all)).Draw(t, "cut")
		before := New().Extract(textOf(strings.Join(all[:cut], "\n\n")))
		whole := New().Extract(textOf(strings.Join(all, "\n\n")))
		if len(whole) < len(before) || len(before) > 0 && !reflect.DeepEqual(whole[:len(before)], before) {
			t.Fatalf("got %+v\nwant it to begin with %+v", whole, before)
		}
	})
}

func TestVersion(t *testing.T) {
	if v := New().Version(); v != "rules/1" {
		t.Errorf("got %q", v)
	}
}
