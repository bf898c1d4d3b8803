package release

import (
	"slices"
	"strings"
	"testing"
	"time"

	"heed/internal/corroborate"
	"heed/internal/intake"
	"heed/internal/record"
	"heed/internal/release/victim"
)

// passing is a picture in which every rule passes: two origins for a finding, one
// sealed; a contrary claim, answered; exact words quoted as they are.
func passing() picture {
	consent := record.Basis{ID: "B-001", Source: "S-001", Kind: record.Consent, Scopes: []record.Scope{
		{Use: record.UseReport, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Given}}}
	public := func(id, source string) []record.Basis {
		return []record.Basis{{ID: id, Source: source, Kind: record.PublicRecord, Citation: "https://example.org/" + id}}
	}
	return picture{
		Case: record.Case{Title: "A case", Origin: "heed/test", Standard: record.ReasonableGrounds, Zone: "UTC"},
		Draft: Draft{ID: "R1", Title: "A case", State: StateDraft, Paragraphs: []Paragraph{
			{1, "It is reasonable to conclude that people were held.", []string{"F-01"}},
			{2, "The spokesman called it “a completely fabricated lie”.", []string{"ST-001"}}}},
		Findings: map[string]corroborate.Finding{"F-01": {ID: "F-01", Text: "It is reasonable to conclude that people were held.", Standard: record.ReasonableGrounds,
			Assertion: "established", Outcome: "met", For: []string{"C-001", "C-002"}, Against: []corroborate.Against{{Claim: "C-003", Answer: "The paper gives no figures."}},
			ContrarySearch: "Official papers were read."}},
		Claims: map[string]corroborate.Claim{
			"C-001": {ID: "C-001", Text: "People were held for months.", Source: "S-001", From: 1, To: 1, FirstHand: true, Credibility: 2},
			"C-002": {ID: "C-002", Text: "Guards saw people held.", Source: "S-002", From: 2, To: 2, Words: "people were held", Credibility: 3},
			"C-003": {ID: "C-003", Text: "Nobody was held.", Source: "S-003", From: 1, To: 1, Credibility: 6},
		},
		Statements: map[string]record.Statement{"ST-001": {ID: "ST-001", Source: "S-002", From: 1, To: 1, Speaker: "A spokesman",
			Words: "a completely fabricated lie", Target: record.Target{Kind: record.TargetAccusations}, Stance: record.Denies}},
		Sources: map[string]record.Source{
			"S-001": {ID: "S-001", Title: "Interview with Dilnur Testname", Contact: "Aygul", Kind: "interview", Origin: record.OriginOwn, Reliability: "B"},
			"S-002": {ID: "S-002", Title: "Article", Organisation: "The Daily", Kind: "press_article", Origin: record.OriginOwn, Reliability: "C"},
			"S-003": {ID: "S-003", Title: "Paper", Organisation: "The ministry", Kind: "official_statement", Origin: record.OriginOwn, Reliability: "F"},
		},
		Originals: map[string]intake.Original{"S-001": {ID: "S-001", Original: "E-0001", FileName: "E-0002"}, "S-002": {ID: "S-002"}, "S-003": {ID: "S-003"}},
		Texts: map[string]intake.Text{
			"S-001": frozen("S-001", "[P-1] was held for several weeks and was told of no charge."),
			"S-002": frozen("S-002", "The spokesman called it a completely fabricated lie.", "Guards say that people were held there for many months."),
			"S-003": frozen("S-003", "Nobody was held there.")},
		Bases:    map[string][]record.Basis{"S-001": {consent}, "S-002": public("B-002", "S-002"), "S-003": public("B-003", "S-003")},
		Requests: []ReplyRequest{{ID: "RQ-01", Release: "R1", Recipient: "The ministry", SentOn: "2026-04-01", Deadline: "2026-04-30", Zone: "UTC", Paragraphs: []int{1}}},
		Replies:  map[string][]Reply{"RQ-01": {{ID: "RP-01", Request: "RQ-01", Source: "S-003", Dispositions: []Disposition{{Paragraph: 1, Value: NotedInText}}}}},
		Policy:   corroborate.DefaultPolicy,
		On:       time.Date(2026, 5, 4, 12, 0, 0, 0, time.UTC),
	}
}

// frozen is a working text of one paragraph.
func frozen(source string, sentences ...string) intake.Text {
	t := intake.Text{Source: source}
	for _, s := range sentences {
		start := len(t.Body)
		t.Body += s + "\n"
		t.Sentences = append(t.Sentences, intake.Sentence{N: len(t.Sentences) + 1, Para: 1, Start: start, End: start + len(s)})
	}
	return t
}

// TestWordsOfItsOwn: a person who agreed to be quoted may be repeated, five words are no
// quotation, and what claims rest on may be quoted by them and by their findings.
func TestWordsOfItsOwn(t *testing.T) {
	repeat := func(p *picture) {
		p.Draft.Paragraphs[0].Text = "One was held for several weeks and was told of no charge."
	}
	tests := map[string]func(*picture){
		"agreed": func(p *picture) {
			repeat(p)
			p.Bases["S-001"][0].Scopes = append(p.Bases["S-001"][0].Scopes, record.Scope{
				Use: record.UseQuote, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Given})
		},
		"five words": func(p *picture) { p.Draft.Paragraphs[0].Text = "One was held for several weeks." },
		"public record": func(p *picture) {
			p.Draft.Paragraphs[0].Text = "Guards say that people were held there for many months."
		},
		"a title of its own": func(p *picture) {
			p.Bases["S-003"] = []record.Basis{{ID: "B-003", Kind: record.Consent, Scopes: []record.Scope{
				{Use: record.UseReport, Audience: record.AudiencePublic, Attribution: record.Named, State: record.Given}}}}
			p.Texts["S-003"] = frozen("S-003", "Nobody was ever held at all there.")
			with(p.Sources, "S-003", func(s *record.Source) { s.Title = "Nobody was ever held at all there" })
		},
		"a claim quotes its passage": func(p *picture) {
			with(p.Claims, "C-002", func(c *corroborate.Claim) { c.Text = "Guards say ‘people were held’." })
		},
		"a paragraph quotes the passage of a claim without words": func(p *picture) {
			p.Draft.Paragraphs[0].Text = "There “people were held there”, it says."
			with(p.Claims, "C-002", func(c *corroborate.Claim) { c.Words = "" })
		},
		"a claim quotes its statement": func(p *picture) {
			with(p.Claims, "C-003", func(c *corroborate.Claim) {
				c.Statement, c.Text = "ST-001", "He spoke of “a completely fabricated lie”."
			})
		},
		"a finding quotes its passages": func(p *picture) {
			with(p.Findings, "F-01", func(f *corroborate.Finding) {
				f.Text = "It is reasonable to conclude that “people were held there”."
			})
		},
		"an answer quotes the claim": func(p *picture) { p.Findings["F-01"].Against[0].Answer = "“Nobody was held” names no place." },
	}
	for name, change := range tests {
		p := passing()
		change(&p)
		for _, c := range p.look() {
			if !c.Passed {
				t.Errorf("%s: %s blocks: %v", name, c.Rule, c.Hits)
			}
		}
	}
	p := passing()
	with(p.Claims, "C-001", func(c *corroborate.Claim) { c.Text = "One “was held for several weeks”." })
	if _, hits := basis(p); len(hits) != 1 || hits[0].Place != "S-001" || !strings.Contains(hits[0].What, "verbatim_quote") {
		t.Errorf("a claim quotes a person who did not agree: %v", hits)
	}
	p = passing()
	repeat(&p)
	if _, hits := basis(p); len(hits) != 1 || !strings.Contains(hits[0].Do, "Put it in other words, or record the consent of S-001") {
		t.Errorf("the way out: %v", hits)
	}
}

// with changes one entry of a map of the picture.
func with[T any](m map[string]T, id string, change func(*T)) {
	v := m[id]
	change(&v)
	m[id] = v
}

func TestPassing(t *testing.T) {
	checks := passing().look()
	if len(checks) != len(rules()) {
		t.Fatalf("%d checks for %d rules", len(checks), len(rules()))
	}
	for _, c := range checks {
		if !c.Passed || c.Count == 0 {
			t.Errorf("%s: passed %v, looked at %d, %v", c.Rule, c.Passed, c.Count, c.Hits)
		}
	}
}

// contested is a picture in which a paragraph cites a claim by itself, with the change that
// sets another claim against it.
func contested(change func(*picture)) func(*picture) {
	return func(p *picture) {
		p.Claims["C-004"] = corroborate.Claim{ID: "C-004", Text: "The gate was shut.", Source: "S-002", From: 1, To: 1, Credibility: 3}
		p.Claims["C-005"] = corroborate.Claim{ID: "C-005", Text: "The gate stood open.", Source: "S-003", From: 1, To: 1, Credibility: 3}
		p.Draft.Paragraphs[1].Cites = append(p.Draft.Paragraphs[1].Cites, "C-004")
		change(p)
	}
}

// weaker adds F-02, of another standard and outcome than F-01.
func weaker(p *picture, s record.Standard, outcome string) {
	f := p.Findings["F-01"]
	f.ID, f.Text, f.Assertion, f.Standard, f.Outcome, f.Reason = "F-02", "It could not be shown.", "", s, outcome, "The record is complete."
	p.Findings["F-02"] = f
}

// TestRules breaks one thing at a time. Only the rule concerned may block, so that each
// case fails when its rule is gone from the gate.
func TestRules(t *testing.T) {
	quoting := func(text string) func(*picture) {
		return func(p *picture) { p.Draft.Paragraphs[1].Text = text }
	}
	tests := []struct {
		name, rule, place, what string
		change                  func(*picture)
	}{
		{"no paragraph", "traces", "R1", "no paragraphs", func(p *picture) { p.Draft.Paragraphs = nil }},
		{"no cite", "traces", "paragraph 2", "cites nothing", func(p *picture) {
			p.Draft.Paragraphs[1] = Paragraph{N: 2, Text: "So it is."}
		}},
		{"unknown cite", "traces", "paragraph 2", "C-999", func(p *picture) {
			p.Draft.Paragraphs[1].Cites = append(p.Draft.Paragraphs[1].Cites, "C-999")
		}},
		{"no outcome", "checks", "F-01", "standard is met", func(p *picture) {
			with(p.Findings, "F-01", func(f *corroborate.Finding) { f.Outcome = "" })
		}},
		{"background only", "basis", "C-002", "may not be cited", func(p *picture) {
			with(p.Claims, "C-002", func(c *corroborate.Claim) { c.Attribution = record.BackgroundOnly })
		}},
		{"answer missing", "answers", "C-003 against F-01", "not answered", func(p *picture) { p.Findings["F-01"].Against[0].Answer = " " }},
		{"cited alone, and another claim says otherwise", "answers", "paragraph 2", "C-005 contradicts C-004", contested(func(p *picture) {
			p.Contrary = map[string][]string{"C-004": {"C-005"}}
		})},
		{"cited alone, and it says otherwise itself", "answers", "paragraph 2", "C-005 contradicts C-004", contested(func(p *picture) {
			with(p.Claims, "C-004", func(c *corroborate.Claim) { c.Contradicts = []string{"C-005"} })
		})},
		{"cited with what contradicts it, and with no answer", "answers", "paragraph 2", "C-005 contradicts C-004", contested(func(p *picture) {
			p.Contrary = map[string][]string{"C-004": {"C-005"}}
			p.Draft.Paragraphs[1].Cites = append(p.Draft.Paragraphs[1].Cites, "C-005")
		})},
		{"a finding of another paragraph answers it", "answers", "paragraph 2", "C-005 contradicts C-004", contested(func(p *picture) {
			p.Contrary = map[string][]string{"C-004": {"C-005"}}
			with(p.Findings, "F-01", func(f *corroborate.Finding) {
				f.Against = append(f.Against, corroborate.Against{Claim: "C-005", Answer: "It names no day."})
			})
		})},
		{"worded above its finding", "wording", "paragraph 1", "“beyond doubt” claims more than reasonable_grounds", func(p *picture) {
			p.Draft.Paragraphs[0].Text = "It is proven beyond doubt that a person was held."
		}},
		{"worded above the weaker of its findings", "wording", "paragraph 1", "“proven” claims more than reasonable_grounds", func(p *picture) {
			p.Draft.Paragraphs[0] = Paragraph{1, "It is proven that a person was held.", []string{"F-02", "F-01"}}
			weaker(p, record.BeyondReasonableDoubt, corroborate.Met)
		}},
		{"worded above the weaker outcome", "wording", "paragraph 1", "“reasonable to conclude” claims more than the outcome not_met", func(p *picture) {
			p.Draft.Paragraphs[0].Cites = []string{"F-01", "F-02"}
			weaker(p, record.ReasonableGrounds, corroborate.NotMet)
		}},
		{"a conclusion from claims alone", "wording", "paragraph 3", "“reasonable to conclude” is a word for what was concluded", func(p *picture) {
			p.Draft.Paragraphs = append(p.Draft.Paragraphs, Paragraph{3, "It is reasonable to conclude that people were held.", []string{"C-001"}})
		}},
		{"a victim whom an event names", "basis", "S-003", "S-003 names a victim (P-01), and no risk assessment", func(p *picture) {
			p.Victims = []victim.Victim{{Person: "P-01", Sources: []string{"S-009", "S-003"}}}
		}},
		{"a victim whom a claim is about", "basis", "S-002", "S-002 names a victim (P-01, P-02), and no risk assessment", func(p *picture) {
			p.Victims = []victim.Victim{{Person: "P-01"}, {Person: "P-02"}, {Person: "P-03"}}
			with(p.Claims, "C-002", func(c *corroborate.Claim) { c.About = []string{"P-02", "P-01"} })
		}},
		{"a victim of an event that a claim is about", "basis", "S-002", "S-002 names a victim (P-01)", func(p *picture) {
			p.Victims = []victim.Victim{{Person: "P-01", Events: []string{"EV-01"}}}
			with(p.Claims, "C-002", func(c *corroborate.Claim) { c.About = []string{"EV-01"} })
		}},
		{"a victim who speaks", "basis", "S-002", "S-002 names a victim (P-01)", func(p *picture) {
			p.Victims = []victim.Victim{{Person: "P-01"}}
			with(p.Statements, "ST-001", func(s *record.Statement) { s.SpeakerID = "P-01" })
		}},
		{"a paragraph with the name of a victim", "basis", "S-002", "S-002 names a victim (P-01)", func(p *picture) {
			p.Victims = []victim.Victim{{Person: "P-01", Names: []string{"Ilan Dorr"}}}
			p.Draft.Paragraphs[1].Text += " It spoke of DORR, Ilan."
		}},
		{"a claim with the name of a victim", "basis", "S-003", "S-003 names a victim (P-01)", func(p *picture) {
			p.Victims = []victim.Victim{{Person: "P-01", Names: []string{"Ilan Dorr"}}}
			with(p.Claims, "C-003", func(c *corroborate.Claim) { c.Text = "Ilan Dorr was not held." })
		}},
		{"no basis", "basis", "S-002", "no basis", func(p *picture) { p.Bases["S-002"] = nil }},
		{"withdrawn", "basis", "S-001", "withdrawn", func(p *picture) { p.Bases["S-001"][0].Withdrawn = true }},
		{"no basis under a contrary claim", "basis", "S-003", "no basis", func(p *picture) { delete(p.Bases, "S-003") }},
		{"expired yesterday", "basis", "S-001", "expired", func(p *picture) { p.Bases["S-001"][0].Scopes[0].Expires = "2026-05-03" }},
		{"consent for another audience", "basis", "S-001", "role_only", func(p *picture) { p.Bases["S-001"][0].Scopes[0].Audience = "court" }},
		{"consent to be named is none to be described", "basis", "S-001", "role_only", func(p *picture) { p.Bases["S-001"][0].Scopes[0].Attribution = record.Named }},
		{"sealed words printed", "basis", "S-001", "verbatim_quote", func(p *picture) {
			with(p.Claims, "C-001", func(c *corroborate.Claim) { c.Words, c.Quoted = "held for months", true })
		}},
		{"sealed words quoted in a paragraph", "basis", "S-001", "verbatim_quote", func(p *picture) {
			with(p.Claims, "C-001", func(c *corroborate.Claim) { c.Words = "was held for ten months" })
			p.Draft.Paragraphs[0].Text = "One said that she “was held for ten months”."
		}},
		{"a sealed passage quoted in a paragraph", "basis", "S-001", "verbatim_quote", func(p *picture) {
			p.Draft.Paragraphs[0].Text = "One said that she “was held for several weeks”."
		}},
		{"a sealed passage quoted, verbatim refused", "basis", "S-001", "verbatim_quote", func(p *picture) {
			p.Draft.Paragraphs[0] = Paragraph{1, "One “was held for several weeks”.", []string{"C-001"}}
			p.Draft.Paragraphs = append(p.Draft.Paragraphs, Paragraph{3, "So it is.", []string{"F-01"}})
			p.Bases["S-001"][0].Scopes = append(p.Bases["S-001"][0].Scopes, record.Scope{
				Use: record.UseQuote, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Refused})
		}},
		{"sealed statement", "basis", "S-001", "verbatim_quote", func(p *picture) {
			with(p.Statements, "ST-001", func(s *record.Statement) { s.Source = "S-001" })
		}},
		{"a paragraph in the person's words, without marks", "basis", "paragraph 1", "repeats 6 or more words of S-001", func(p *picture) {
			p.Draft.Paragraphs[0].Text = "One was held for several weeks, and was told of no charge."
		}},
		{"a claim in the person's words", "basis", "C-001", "verbatim_quote", func(p *picture) {
			with(p.Claims, "C-001", func(c *corroborate.Claim) { c.Text = "A person WAS HELD for several\nweeks — and was told nothing." })
		}},
		{"a finding in the person's words", "basis", "F-01", "repeats 6", func(p *picture) {
			with(p.Findings, "F-01", func(f *corroborate.Finding) {
				f.Text = "It is reasonable to conclude that one was held for several weeks and freed."
			})
		}},
		{"an answer in the person's words", "basis", "C-003 against F-01", "repeats 6", func(p *picture) {
			p.Findings["F-01"].Against[0].Answer = "One was held for several weeks and was told of no charge."
		}},
		{"a search in the person's words", "basis", "F-01, search for contrary material", "repeats 6", func(p *picture) {
			with(p.Findings, "F-01", func(f *corroborate.Finding) { f.ContrarySearch = "Whether she was held for several weeks and freed." })
		}},
		{"a finding that quotes", "quotes", "F-01, quotation 1", "what it rests on", func(p *picture) {
			with(p.Findings, "F-01", func(f *corroborate.Finding) {
				f.Text = "It is reasonable to conclude that people were held “for all that time”."
			})
		}},
		{"a claim that quotes", "quotes", "C-003, quotation 1", "what it rests on", func(p *picture) {
			with(p.Claims, "C-003", func(c *corroborate.Claim) { c.Text = "The paper says ‘guards saw people held’." })
		}},
		{"an answer that quotes", "quotes", "C-003 against F-01, quotation 1", "what it rests on", func(p *picture) {
			p.Findings["F-01"].Against[0].Answer = "It gives “no figures at all”."
		}},
		{"single marks", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("He called it ‘a completely invented lie’.")},
		{"single guillemets", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("He called it ‹a completely invented lie›.")},
		{"wide marks", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("He called it ＂a completely invented lie＂.")},
		{"plain single marks", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("The ministries' man didn't say 'counted 99 people'.")},
		{"a passage not under the paragraph", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("He said “people were held there”.")},
		{"half a word", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("He called it “a completely fabricated li”.")},
		{"other words", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("He called it “a completely invented lie”.")},
		{"a capital letter", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("“A completely fabricated lie”, he said.")},
		{"a comma inside", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("“a completely fabricated lie,” he said.")},
		{"another dash", "quotes", "paragraph 2, quotation 1", "as they are printed", quoting("He called it \"a completely\u00a0fabricated lie\".")},
		{"not closed", "quotes", "paragraph 2, quotation 1", "not closed", quoting("He called it “a completely fabricated lie.")},
		{"a reply to a paragraph without disposition", "reply", "RP-01 paragraph 1", "nobody has said", func(p *picture) { p.Replies["RQ-01"][0].Dispositions = nil }},
		{"a reply that is awaited", "reply", "RQ-01", "until the end of 2026-05-04 (UTC)", func(p *picture) {
			p.Requests[0].Deadline, p.Replies = "2026-05-04", nil
		}},
		{"words of something not cited", "quotes", "paragraph 1, quotation 1", "as they are printed", func(p *picture) {
			p.Draft.Paragraphs[0].Text = "This is “a completely fabricated lie”."
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := passing()
			tt.change(&p)
			seen := false
			defer func() {
				if !seen {
					t.Errorf("there is no rule %s", tt.rule)
				}
			}()
			for _, c := range p.look() {
				if c.Rule != tt.rule {
					if !c.Passed {
						t.Errorf("%s blocks too: %v", c.Rule, c.Hits)
					}
					continue
				}
				seen = true
				if len(c.Hits) == 0 {
					t.Fatalf("%s passes", c.Rule)
				}
				h := c.Hits[0]
				if h.Rule != tt.rule || h.Place != tt.place || !strings.Contains(h.What, tt.what) || h.Do == "" {
					t.Errorf("got %+v", h)
				}
			}
		})
	}
}

// TestChecksRule: what corroborate says and blocks, blocks here. A finding without claims
// breaks traces as well, and an unanswered claim is left to its own rule.
func TestChecksRule(t *testing.T) {
	p := passing()
	with(p.Findings, "F-01", func(f *corroborate.Finding) { f.Outcome = "" })
	if _, hits := checks(p); len(hits) == 0 || hits[0].Place != "F-01" || !strings.Contains(hits[0].Do, "outcome_missing") {
		t.Errorf("a finding without an outcome: %v", hits)
	}
	p = passing()
	p.Sources["S-001"], p.Sources["S-002"] = record.Source{ID: "S-001", Organisation: "X", Origin: "own"}, record.Source{ID: "S-002", Organisation: "X", Origin: "own"}
	if _, hits := checks(p); len(hits) == 0 {
		t.Error("two claims of one organisation count as two origins")
	}
	p = passing()
	p.Findings["F-01"].Against[0].Answer = ""
	if _, hits := checks(p); len(hits) != 0 {
		t.Errorf("the unanswered claim is reported twice: %v", hits)
	}
	p = passing()
	with(p.Findings, "F-01", func(f *corroborate.Finding) { f.For = nil })
	if _, hits := traces(p); len(hits) != 1 || hits[0].Place != "F-01" {
		t.Errorf("a finding without claims: %v", hits)
	}
}

// TestWaysOut: each of these passes, so that the rule refuses no more than it says.
func TestWaysOut(t *testing.T) {
	for name, change := range map[string]func(*picture){
		"a finding cited there answers it": contested(func(p *picture) {
			p.Contrary = map[string][]string{"C-004": {"C-005"}}
			p.Draft.Paragraphs[1].Cites = append(p.Draft.Paragraphs[1].Cites, "F-01")
			with(p.Findings, "F-01", func(f *corroborate.Finding) {
				f.Against = append(f.Against, corroborate.Against{Claim: "C-005", Answer: "It names no day."})
			})
		}),
		"the contrary claim is cited with the finding that answers it": contested(func(p *picture) {
			p.Contrary = map[string][]string{"C-005": {"C-004"}}
			p.Draft.Paragraphs[1].Cites = []string{"ST-001", "C-005", "F-01"}
			with(p.Findings, "F-01", func(f *corroborate.Finding) {
				f.For = append(f.For, "C-004")
				f.Against = append(f.Against, corroborate.Against{Claim: "C-005", Answer: "It names no day."})
			})
		}),
		"a strong word of somebody else": func(p *picture) {
			p.Draft.Paragraphs[1].Text = "The spokesman called it “a completely fabricated lie” and the case “proven”."
		},
		"a strong word denied": func(p *picture) {
			p.Draft.Paragraphs[0].Text = "How many people were held could not be confirmed."
		},
		"a victim, with the risk assessed": func(p *picture) {
			p.Victims = []victim.Victim{{Person: "P-01", Sources: []string{"S-003"}}}
			p.Bases["S-003"] = append(p.Bases["S-003"], record.Basis{ID: "B-004", Source: "S-003", Kind: record.PublicRecord,
				Citation: "https://example.org/B-003", NamesVictim: true, RiskAssessment: "She lives abroad and was asked."})
		},
		"a victim who was asked": func(p *picture) { p.Victims = []victim.Victim{{Person: "P-01", Sources: []string{"S-001"}}} },
		"a victim of whom no cited source speaks": func(p *picture) {
			p.Victims = []victim.Victim{{Person: "P-01", Sources: []string{"S-009"}}, {Person: "P-02"}}
		},
	} {
		p := passing()
		change(&p)
		for _, c := range p.look() {
			if !c.Passed {
				t.Errorf("%s: %s blocks: %v", name, c.Rule, c.Hits)
			}
		}
	}
}

// TestSealedSourceStaysUnnamed: nothing that is released says which source C-001 is from.
func TestSealedSourceStaysUnnamed(t *testing.T) {
	p := passing()
	with(p.Sources, "S-002", func(s *record.Source) { s.DerivedFrom = []string{"S-001"} })
	files, err := p.content().files(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		for _, bad := range []string{"S-001", "E-0001", "E-0002", "Dilnur", "Testname", "Aygul", "B-001"} {
			if strings.Contains(string(f.Data), bad) {
				t.Errorf("%s holds %s", f.Name, bad)
			}
		}
	}
	if !strings.Contains(string(fileOf(files, "data/claims.json")), `"source": "a sealed source"`) {
		t.Error("the claim does not say that its source is sealed")
	}
	if hits := p.named(newNamable(files)); len(hits) != 0 {
		t.Errorf("hits in clean files: %v", hits)
	}
}

// TestUnnamedSource: an open source that agreed to its role only is not named either.
func TestUnnamedSource(t *testing.T) {
	p := passing()
	p.Bases["S-002"] = []record.Basis{{ID: "B-002", Source: "S-002", Kind: record.Consent, Scopes: []record.Scope{
		{Use: record.UseReport, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Given},
		{Use: record.UseQuote, Audience: record.AudiencePublic, Attribution: record.RoleOnly, State: record.Given}}}}
	if _, hits := basis(p); len(hits) != 0 {
		t.Fatalf("its consent does not count: %v", hits)
	}
	files, err := p.content().files(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.Contains(string(f.Data), "S-002") || strings.Contains(string(f.Data), "The Daily") {
			t.Errorf("%s names it", f.Name)
		}
	}
	asked := passing()
	with(asked.Claims, "C-002", func(c *corroborate.Claim) { c.Attribution = record.RoleOnly })
	if !asked.unnamed("S-002") {
		t.Error("a claim asks that its source is not named, and it is")
	}
	p.Draft.Paragraphs[0].Text += " See S-002."
	if files, err = p.content().files(nil); err != nil {
		t.Fatal(err)
	}
	if hits := p.named(newNamable(files)); len(hits) == 0 {
		t.Error("its id in a paragraph is not seen")
	}
}

// TestNamed: id, seal, title and contact of a sealed source are seen however they are written.
func TestNamed(t *testing.T) {
	for text, want := range map[string]string{
		"See S-001.":    "its id",
		"See S-001:4.":  "its id",
		"It is E-0001.": "the id of its seal",
		"It is E-0002.": "the id of its seal",
		"the INTERVIEW with Dílnur\nTestname says": "its title",
		"told by Aygül.":             "its contact",
		"S-0011, XS-001 and E-00010": "",
		"Aygulistan":                 "",
	} {
		p := passing()
		p.Draft.Paragraphs[0].Text = text
		files, err := p.content().files(nil)
		if err != nil {
			t.Fatal(err)
		}
		hits := p.named(newNamable(files))
		if want == "" {
			if len(hits) > 0 {
				t.Errorf("%q: %v", text, hits)
			}
			continue
		}
		if !slices.ContainsFunc(hits, func(h Hit) bool {
			return strings.HasPrefix(h.Place, "report.html, at p1") && strings.Contains(h.What, want)
		}) {
			t.Errorf("%q: %v", text, hits)
		}
	}
}
