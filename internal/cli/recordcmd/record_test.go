package recordcmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/record"
)

const article = `"The report is a lie," the minister said. The reply is a 121-page document. Forty men were taken at night. Nobody showed a warrant.`

func TestSourceVerb(t *testing.T) {
	d := newOffice(t)
	s, other := d.add(article), d.add("Another text.")
	d.prints([]string{"S-001\n", "origin unknown", "reliability F"}, "source", s)
	d.prints([]string{"S-001  act 5\n", "press_article  Wire  2022-09-02  Invented Wire"}, "source", s, "--title", "Wire", "--kind", "press_article",
		"--date", "2022-09-02", "--organisation", "Invented Wire", "--saw", "-1")
	// Flags that are not given leave what is recorded; an empty one clears it.
	d.prints([]string{"  Wire  2022-09-02\n", "origin derived from S-002"}, "source", s, "--organisation", "", "--derived-from", other)
	d.prints([]string{"origin own"}, "source", s, "--origin", "own")
	got := data[sourceShown](d, "source", s)
	if got.Title != "Wire" || got.Origin != "own" || got.DerivedFrom != nil || got.Act < 5 {
		t.Errorf("shown as %+v", got)
	}
	d.as("M-02").run("source", s, "--contact", "[P-03]")
	d.refuses(fault.Conflict, "S-001.source was changed by M-02", "source", s, "--contact", "[P-04]", "--saw", "5")
	d.refuses(fault.Invalid, "cannot derive from itself", "source", s, "--derived-from", s)
	d.refuses(fault.NotFound, "S-009", "source", "S-009")
	d.agrees()
}

func TestBasisVerb(t *testing.T) {
	d := newOffice(t)
	s := d.add(article)
	if got := d.run("basis", s, "--json"); got != "[]\n" {
		t.Errorf("no basis is %q", got)
	}
	d.prints([]string{"B-001  S-001  consent", "public_report:public:role_only=given@2027-12-31"}, "basis", s, "--consent", "public_report:public:role_only=given@2027-12-31",
		"--explained", "purpose,uses,confidentiality_limits,withdrawal_right")
	d.refuses(fault.Refused, "no consent before these were explained: withdrawal_right", "basis", s, "--consent", "public_report:public:role_only=given", "--explained", "purpose,uses,confidentiality_limits")
	_, msg, err := d.try("", "basis", s, "--public-record", "a paper", "--names-victim")
	if err != nil || !strings.Contains(msg, "B-002 covers nothing: it names a victim") {
		t.Errorf("%s %v", msg, err)
	}
	_, msg, err = d.try("", "basis", "B-001", "--withdraw", "by telephone")
	if err != nil || !strings.Contains(msg, "cannot be recalled") || !strings.Contains(msg, "Nothing was erased") {
		t.Errorf("%s %v", msg, err)
	}
	d.prints([]string{"B-001  S-001  consent  WITHDRAWN", "B-002", "NO RISK ASSESSMENT"}, "basis", s)
	d.refuses(0, "two bases", "basis", s, "--consent", "a:b:c=d", "--public-record", "x")
	d.refuses(0, "write consent as", "basis", s, "--consent", "given")
	d.refuses(fault.NotFound, "S-009", "basis", "S-009")
	d.agrees()
}

// No form stands in the way of a withdrawal: how it came need not be said. An empty flag is
// never taken for one that was not given.
func TestWithdrawalNeedsNoWords(t *testing.T) {
	d := newOffice(t)
	s, other := d.add(article), d.add("The mission rejected the accusations.")
	d.run("consent", s, "--answer", "public_report:public:role_only=given", "--explained", "purpose,uses,confidentiality_limits,withdrawal_right")
	d.run("basis", other, "--public-record", "a paper")
	d.prints([]string{"B-001  S-001  consent  WITHDRAWN"}, "consent", s, "--withdraw", "")
	d.prints([]string{"B-002  S-002  public_record  WITHDRAWN"}, "basis", "B-002", "--withdraw", "")
	d.refuses(fault.Refused, "B-002 was withdrawn", "basis", other, "--public-record", "a paper")
	third := d.add("A third text.")
	d.refuses(fault.Invalid, "needs its citation", "basis", third, "--public-record", "")
	d.refuses(fault.Invalid, "allows nothing", "basis", third, "--consent", "")
	d.refuses(0, "say on what it rests", "basis", third, "--names-victim")
	d.refuses(0, "two acts", "basis", "B-002", "--withdraw", "", "--public-record", "a paper")
	d.agrees()
}

func TestConsentVerb(t *testing.T) {
	d := newOffice(t)
	s := d.add(article)
	out := d.run("consent", s)
	if n := strings.Count(out, "not asked\n"); n != len(record.Uses()) {
		t.Errorf("of %d uses %d are not asked:\n%s", len(record.Uses()), n, out)
	}
	answer := []string{"consent", s, "--answer", "public_report:public:role_only=given@2031-12-31,verbatim_quote:public:role_only=refused,statistics:team:named=given@2031-01-01"}
	d.refuses(fault.Refused, "before these were explained: purpose, uses, confidentiality_limits, withdrawal_right", answer...)
	explained := append(answer, "--explained", "purpose,uses,confidentiality_limits,withdrawal_right", "--language", "ug", "--interviewer", "M-02", "--modality", "oral", "--mask", "name")
	d.refuses(fault.Invalid, "interpreter is named by id", append(explained, "--interpreter", "Anna")...)
	d.prints([]string{"B-001  S-001  consent", "asked by M-02", "through E-0009", "explained: purpose uses", "mask: name"}, append(explained, "--interpreter", "E-0009")...)
	d.prints([]string{"public: role_only given until 2031-12-31 (B-001)  others: not asked", "public: role_only refused (B-001)", "team: named expired until 2031-01-01 (B-001)"}, "consent", s)
	shown := data[consentShown](d, "consent", s)
	if len(shown.Matrix) != len(record.Uses())*len(record.Audiences()) || len(shown.Bases) != 1 || shown.Bases[0].Interpreter != "E-0009" {
		t.Errorf("shown %d cells, %+v", len(shown.Matrix), shown.Bases)
	}
	d.run("say", "--from", s+":2", "--speaker", "the paper", "--words", "a 121-page document", "--stance", "asserts", "--target", "report")
	out, msg, err := d.try("", "consent", s, "--withdraw", "by telephone")
	if err != nil || !strings.Contains(out, "WITHDRAWN") || !strings.Contains(out, "ST-001  rests on S-001") || !strings.Contains(msg, "1 statement and 0 quantities") {
		t.Errorf("%s%s%v", out, msg, err)
	}
	d.prints([]string{"public: role_only withdrawn"}, "consent", s)
	d.refuses(fault.Conflict, "no consent that could be withdrawn", "consent", s, "--withdraw", "")
	d.refuses(0, "two acts", append(answer, "--withdraw", "x")...)
	d.refuses(0, "two acts", "consent", s, "--withdraw", "", "--form", s)
	d.refuses(0, "what the person answered", "consent", s, "--language", "ug")
	d.refuses(0, "what the person answered", "consent", s, "--answer", "")
	d.refuses(fault.Refused, "B-001 was withdrawn, which ends every use of S-001", append(explained, "--interpreter", "E-0009")...)
	d.refuses(fault.NotFound, "S-009", "consent", "S-009")
	d.agrees()
}

func TestSayVerb(t *testing.T) {
	d := newOffice(t)
	s, other := d.add(article), d.add("The mission rejected the accusations.")
	d.prints([]string{"ST-001  S-001:1  the minister, on behalf of the government  denies  report\n        “The report is a lie,”\n"}, "say", "--from", s+":1",
		"--speaker", "the minister", "--on-behalf-of", "the government", "--words", "The report is a lie,", "--stance", "denies", "--target", "report")
	// Without words, the whole passage.
	d.prints([]string{"ST-002", "“The mission rejected the accusations.”"}, "say", "--from", other+":1", "--speaker", "the mission", "--stance", "rejects", "--target", "accusations")
	d.prints([]string{"ST-003", "other  the count"}, "say", "--from", s+":2", "--speaker", "the paper", "--stance", "asserts", "--target", "other:the count")
	if got := d.run("say", s); strings.Count(got, "ST-") != 2 || strings.Contains(got, "ST-002") {
		t.Errorf("of a source: %s", got)
	}
	if got := d.run("say", "ST-002"); strings.Count(got, "ST-") != 1 {
		t.Errorf("one: %s", got)
	}
	if got := d.run("say", "--about", "R-01", "--json"); got != "[]\n" {
		t.Errorf("about R-01: %s", got)
	}
	out, msg, err := d.try("", "say", "--limit", "2")
	if err != nil || strings.Count(out, "ST-") != 2 || !strings.Contains(msg, "there are 3") || !strings.Contains(msg, "--after ST-002") {
		t.Errorf("%s%s%v", out, msg, err)
	}
	if out, msg, err := d.try("", "say", "--limit", "2", "--after", "ST-001"); err != nil || strings.Count(out, "ST-") != 2 || msg != "" {
		t.Errorf("the last page: %s%s%v", out, msg, err)
	}
	d.refuses(fault.NotFound, "R-07", "say", "--from", s+":1", "--speaker", "x", "--stance", "denies", "--target", "recommendation:R-07")
	d.refuses(fault.NotFound, "F-07", "say", "--from", s+":1", "--speaker", "x", "--stance", "denies", "--target", "finding:F-07")
	d.refuses(fault.NotFound, "P-07", "say", "--from", s+":1", "--speaker", "x", "--speaker-id", "P-07", "--stance", "denies", "--target", "report")
	d.refuses(fault.Invalid, "do not stand in S-001:2", "say", "--from", s+":2", "--speaker", "x", "--words", "a lie", "--stance", "denies", "--target", "report")
	d.refuses(0, "say where the words stand", "say", "--speaker", "x")
	d.refuses(0, "not both", "say", "ST-001", "--from", s+":1")
	d.refuses(0, "--about lists", "say", "--about", "R-01", "--from", s+":1")
	d.refuses(fault.NotFound, "S-009", "say", "S-009")
	d.agrees()
}

func TestQuotesVerb(t *testing.T) {
	d := newOffice(t)
	a, b := d.add(article), d.add("The ministry denied the report. The mission rejected the accusations.")
	list := data[[]intake.Proposal](d, "quotes", a)
	if len(list) == 0 {
		t.Fatal("nothing is proposed")
	}
	d.run("quotes", b)
	waiting := data[[]intake.Proposal](d, "quotes")
	if len(waiting) <= len(list) {
		t.Fatalf("%d wait, and %d are of the first source", len(waiting), len(list))
	}
	_, msg, err := d.try("", "quotes", "--limit", "1")
	if err != nil || !strings.Contains(msg, "--after Q-001") {
		t.Errorf("%q, %v", msg, err)
	}
	// What is settled of one source is of that source, all of it, and an empty flag settles nothing.
	d.refuses(fault.Invalid, "Q-001 was not proposed of this source but of S-001", "quotes", b, "--drop", "1")
	d.refuses(fault.NotFound, "Q-999", "quotes", a, "--drop", "1,999")
	d.refuses(0, "name the proposals", "quotes", a, "--accept", "")
	// A bare number is the proposal's.
	d.prints([]string{"Q-001  dropped"}, "quotes", a, "--drop", "1")
	d.refuses(fault.Conflict, "Q-001 is dropped already", "quotes", a, "--accept", "1")
	p := waiting[len(waiting)-1]
	number := strings.TrimLeft(strings.TrimPrefix(p.ID, "Q-"), "0")
	d.prints([]string{"ST-001", "the mission rejects"}, "say", "--quote", number, "--speaker", "the mission rejects", "--stance", "rejects", "--target", "accusations")
	d.prints([]string{p.ID + "  accepted"}, "quotes", b)
	for _, p := range data[[]intake.Proposal](d, "quotes") {
		if p.State != "open" {
			t.Errorf("%s is %s and does not wait", p.ID, p.State)
		}
	}
	d.refuses(0, "name one source", "quotes", a, b)
	d.refuses(0, "name the files", "quotes", "--jsonl")
	d.agrees()
}

// Plain files are read with no store, one proposal a line.
func TestQuotesOfPlainFiles(t *testing.T) {
	d := newOffice(t)
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("The ministry denied the report.\r\nNobody else spoke.\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const want = `{"Doc":"a","Src":`
	if out := d.run("quotes", "--jsonl", path); !strings.HasPrefix(out, want) || strings.Count(out, "\n") != 1 {
		t.Errorf("got %q", out)
	}
}

func TestProposalID(t *testing.T) {
	for typed, want := range map[string]string{"3": "Q-003", "12": "Q-012", "1234": "Q-1234", "Q-004": "Q-004", "": "", "x3": "x3", "1234567890123": "1234567890123"} {
		if got := proposalID(typed); got != want {
			t.Errorf("%q is %q, want %q", typed, got, want)
		}
	}
}

func TestCodeVerb(t *testing.T) {
	d := newOffice(t)
	s := d.add(article)
	d.prints([]string{"CD-0001  S-001:3-4  mass_roundup  M-01  no warrant"}, "code", s+":3-4", "mass_roundup", "--note", "no warrant")
	d.prints([]string{"CD-0001", "already"}, "code", s+":3-4", "mass_roundup")
	other := d.as("M-02")
	other.prints([]string{"CD-0002  S-001:3  mass_roundup  M-02"}, "code", s+":3", "mass_roundup")
	other.run("code", s+":1", "threats")
	d.prints([]string{"CD-0003  S-001:1  threats  M-02\nCD-0001  S-001:3-4  mass_roundup  M-01  no warrant\nCD-0002"}, "code", s)
	if got := d.run("code", s, "--mine"); strings.Count(got, "\n") != 1 || !strings.HasPrefix(got, "CD-0001") {
		t.Errorf("mine: %s", got)
	}
	if got := d.run("code", "--coder", "M-02", "--term", "threats"); !strings.HasPrefix(got, "CD-0003") || strings.Count(got, "\n") != 1 {
		t.Errorf("of a coder: %s", got)
	}
	if got := d.run("code", s+":4"); !strings.HasPrefix(got, "CD-0001") || strings.Count(got, "\n") != 1 {
		t.Errorf("of a passage: %s", got)
	}
	_, msg, err := d.try("", "code", s, "--limit", "2")
	if err != nil || !strings.Contains(msg, "there are 3") || !strings.Contains(msg, "--after CD-0001") {
		t.Errorf("%s %v", msg, err)
	}
	d.prints([]string{"mass_roundup  both 1  only M-01 1  only M-02 0\nthreats  both 0  only M-01 0  only M-02 1\n"}, "code", s, "--compare", "M-01,M-02")
	_, msg, _ = d.try("", "code", s, "--compare", "M-01,M-09")
	if !strings.Contains(msg, "M-09 has coded nothing in S-001") {
		t.Error(msg)
	}
	shown := data[codeShown](d, "code", "CD-0001")
	if shown.Words != "Forty men were taken at night. Nobody showed a warrant." || shown.Act <= 0 {
		t.Errorf("shown %+v", shown)
	}
	d.prints([]string{"abduction", "act "}, "code", "CD-0001", "abduction", "--note", "")
	d.refuses(fault.Conflict, "CD-0001 was changed by M-01", "code", "CD-0001", "arrest", "--saw", "3")
	other.refuses(fault.Refused, "is the code of M-01", "code", "CD-0001", "arrest")
	other.refuses(fault.Refused, "is the code of M-01", "code", "CD-0001", "--take-back")
	d.prints([]string{"CD-0001", "taken back"}, "code", "CD-0001", "--take-back")
	d.refuses(fault.NotFound, "CD-0001", "code", "CD-0001")
	d.refuses(fault.NotFound, "no term mass_roundups", "code", s+":1", "mass_roundups")
	d.refuses(0, "a term is put on a passage", "code", s, "mass_roundup")
	d.refuses(0, "name two coders", "code", s, "--compare", "M-01,M-01")
	d.refuses(0, "the one source", "code", "--compare", "M-01,M-02")
	d.refuses(0, "--define TERM", "code", "--means", "x")
	d.refuses(0, "the codebook is the case's", "code", s, "--terms")
	d.refuses(0, "name the passage", "code", s, "--take-back")
	d.agrees()
}

func TestCodebookVerb(t *testing.T) {
	d := newOffice(t)
	d.prints([]string{"arbitrary_detention  holding a person without", "HURIDOCS 030102", "rape", "a kind of sexual_assault"}, "code", "--terms")
	d.prints([]string{"internet_cut  a region is taken off the network  HURIDOCS 1234  a kind of collective_punishment  act "}, "code", "--define", "internet_cut",
		"--means", "a region is taken off the network", "--huridocs", "1234", "--parent", "collective_punishment")
	d.run("code", d.add(article)+":1", "internet_cut")
	if terms := data[[]record.Term](d, "code", "--terms"); terms[len(terms)-1].ID != "internet_cut" {
		t.Errorf("the last term is %+v", terms[len(terms)-1])
	}
	d.refuses(fault.Invalid, "meaning of the term is missing", "code", "--define", "phone_cut")
	d.agrees()
}

func TestQuantityVerb(t *testing.T) {
	d := newOffice(t)
	s, other := d.add(article), d.add("The reply has 131 pages, others write.")
	count := func(at, value, words, definition string) []string {
		return []string{"quantity", "--from", at, "--value", value, "--unit", "page", "--population", "the reply", "--definition", definition,
			"--asserted-by", "the paper", "--words", words}
	}
	d.prints([]string{"QT-01  S-001:2  121  page  of the reply  “pages as published”  by the paper\n       “121-page”"}, count(s+":2", "121", "121-page", "pages as published")...)
	d.run(count(other+":1", "131", "131 pages", "pages as published")...)
	d.run(count(other+":1", "131", "131 pages", "pages with annexes")...)
	d.prints([]string{"QT-01  differ  by 10: 121 against 131; QT-02 is larger", "QT-02  S-002:1"}, "quantity", "QT-01", "--against", "QT-02")
	d.refuses(fault.Refused, "QT-01 and QT-03 count different things: they differ in definition", "quantity", "QT-01", "--against", "QT-03")
	d.run("say", "--from", s+":2", "--speaker", "the paper", "--words", "a 121-page document", "--stance", "asserts", "--target", "report")
	d.prints([]string{"QT-04", "120 to 130", "ST-001", "“a 121-page document”"}, "quantity", "--statement", "ST-001", "--low", "120", "--high", "130", "--unit", "page",
		"--population", "the reply", "--definition", "pages as published", "--asserted-by", "the paper")
	d.prints([]string{"QT-01  overlap  121 and 120 to 130 both allow 121"}, "quantity", "QT-01", "--against", "QT-04")
	d.prints([]string{"QT-01  agree  121 and 121"}, "quantity", "QT-01", "--against", "QT-01")
	if got := d.run("quantity", other); strings.Count(got, "QT-") != 2 {
		t.Errorf("of a source: %s", got)
	}
	if got := data[record.Quantity](d, "quantity", "QT-01"); got.Value != "121" || got.Words != "121-page" {
		t.Errorf("shown %+v", got)
	}
	d.refuses(fault.Invalid, "do not stand in S-001:1", count(s+":1", "121", "121-page", "x")...)
	d.refuses(0, "say where the number stands", "quantity", "--value", "3")
	d.refuses(0, "name two quantities", "quantity", "--against", "QT-01")
	d.refuses(0, "not both", "quantity", "QT-01", "--from", s+":1")
	d.refuses(fault.NotFound, "QT-09", "quantity", "QT-09")
	d.agrees()
}
