package record

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"heed/internal/fault"
	"heed/internal/intake"
	"heed/internal/lang"
)

// Scope is one answer of a person who was asked: to one use, towards one audience,
// under one attribution.
type Scope struct {
	Use         string `json:"use"`
	Audience    string `json:"audience"`
	Attribution string `json:"attribution"`
	State       string `json:"state"`
	Expires     string `json:"expires,omitempty"` // YYYY-MM-DD, the last day it holds; "" has no end
}

// Basis is why a source may be used: consent, or that it is public record.
type Basis struct {
	ID             string  `json:"id"` // B-001
	Source         string  `json:"source"`
	Kind           string  `json:"kind"` // consent, public_record
	Scopes         []Scope `json:"scopes,omitempty"`
	Citation       string  `json:"citation,omitempty"` // where the public record is
	NamesVictim    bool    `json:"names_victim,omitempty"`
	RiskAssessment string  `json:"risk_assessment,omitempty"`
	Interview
	Withdrawn    bool   `json:"withdrawn,omitempty"`
	WithdrawnAt  int64  `json:"withdrawn_at,omitempty"` // µs since 1970, UTC
	WithdrawnBy  string `json:"withdrawn_by,omitempty"` // the member who took it down
	WithdrawnVia string `json:"withdrawn_via,omitempty"`
	By           string `json:"by"`
	At           int64  `json:"at"`
}

// Interview is how consent was asked for. People in it are named by id or sealed
// reference and never by name: who interprets is at risk as well.
type Interview struct {
	On          string   `json:"on,omitempty"` // a civil Date: the day of the answers
	Interviewer string   `json:"interviewer,omitempty"`
	Language    string   `json:"language,omitempty"` // BCP 47
	Interpreter string   `json:"interpreter,omitempty"`
	Modality    string   `json:"modality,omitempty"`
	Capacity    string   `json:"capacity,omitempty"`
	Guardian    string   `json:"guardian,omitempty"`
	Explained   []string `json:"explained,omitempty"` // before the answers
	Mask        []string `json:"mask,omitempty"`      // what must not be shown in any use
	Form        string   `json:"form,omitempty"`      // the source that is the signed form or the recording
}

// The points that can be explained to a person before they answer.
const (
	ExplainedPurpose    = "purpose"
	ExplainedUses       = "uses"
	ExplainedLimits     = "confidentiality_limits"
	ExplainedWithdrawal = "withdrawal_right"
)

// Explanations lists them.
func Explanations() []string {
	return []string{ExplainedPurpose, ExplainedUses, "audiences", ExplainedLimits, ExplainedWithdrawal, "risks", "no_benefit_promised"}
}

// needed are the points without which an answer is no informed one.
var needed = []string{ExplainedPurpose, ExplainedUses, ExplainedLimits, ExplainedWithdrawal}

// Modalities lists how a person can have answered.
func Modalities() []string {
	return []string{"oral", "oral_recorded", "written", "thumbprint", byGuardian}
}

const byGuardian = "guardian" // somebody answered for the person

// Capacities lists in what capacity a person can have answered.
func Capacities() []string { return []string{"adult", "child", "assisted"} }

// Masks lists what a person can ask to be hidden whatever they agreed to.
func Masks() []string {
	return []string{"name", "photo", "voice", "location", "family", "dates", "facility"}
}

// The kinds of bases.
const (
	Consent      = "consent"
	PublicRecord = "public_record"
)

// The uses that rules name. Uses lists all.
const (
	UseAnalysis  = "internal_analysis"
	UseReport    = "public_report"
	UseQuote     = "verbatim_quote"
	UseAdvocacy  = "advocacy"
	UseRecording = "audio_video_recording"
	UsePublishAV = "publish_audio_video"
	UseMedia     = "share_with_media"
	UseRecontact = "recontact"
)

// Uses lists what a person can be asked to agree to.
func Uses() []string {
	return []string{UseAnalysis, UseReport, UseQuote, UseAdvocacy, UseRecording, UsePublishAV, "share_with_concerned_state",
		"share_with_un_mechanism", "share_with_court_or_investigation", "share_with_partner_org", UseMedia, "statistics",
		"long_term_archive", UseRecontact}
}

// Audiences lists towards whom.
func Audiences() []string {
	return []string{"team", "concerned_state", "un_mechanism", "court", "partner", "media", AudiencePublic}
}

// AudiencePublic is everybody: the audience of a release.
const AudiencePublic = "public"

// The attributions.
const (
	Named             = "named"
	Pseudonym         = "pseudonym"
	RoleOnly          = "role_only"           // "a former detainee"
	NotForAttribution = "not_for_attribution" // cited as from nobody
	BackgroundOnly    = "background_only"     // may inform, may not be cited
)

// Attributions lists them.
func Attributions() []string {
	return []string{Named, Pseudonym, RoleOnly, NotForAttribution, BackgroundOnly}
}

// The states of an answer. Only given allows anything.
const (
	Given     = "given"
	Refused   = "refused"
	NotAsked  = "not_asked" // the same as refused
	Withdrawn = "withdrawn"
	Expired   = "expired"
)

// ScopeStates lists them.
func ScopeStates() []string { return []string{Given, Refused, NotAsked, Withdrawn, Expired} }

// validBasis says what is wrong with a basis.
func validBasis(b Basis) error {
	if err := text("citation", b.Citation, false); err != nil {
		return err
	}
	if err := text("risk assessment", b.RiskAssessment, false); err != nil {
		return err
	}
	switch b.Kind {
	case Consent:
		return validScopes(b.Scopes)
	case PublicRecord:
		if lang.Blank(b.Citation) {
			return invalid("public record needs its citation", "Say where it was published.")
		}
		if len(b.Scopes) > 0 {
			return invalid("public record has no scopes: nobody was asked", "Record what a person answered as consent.")
		}
		return nil
	}
	return invalid("this is no kind of basis", "Choose one of: consent, public_record.")
}

// validConsent says what is wrong with a consent. Leave is informed or it is none; to refuse
// nobody needs an explanation.
func validConsent(b Basis) error {
	if err := validInterview(b.Interview); err != nil {
		return err
	}
	if err := validBasis(b); err != nil {
		return err
	}
	if !slices.ContainsFunc(b.Scopes, func(s Scope) bool { return s.State == Given }) {
		return nil
	}
	var missing []string
	for _, point := range needed {
		if !slices.Contains(b.Explained, point) {
			missing = append(missing, point)
		}
	}
	if len(missing) == 0 {
		return nil
	}
	return fault.New(fault.Refused, "consent is no consent before these were explained: "+strings.Join(missing, ", "), "Nothing was written; what was recorded before still counts.",
		"Explain them, ask again, and record the answers with what was explained: heed consent "+b.Source+" --answer … --explained "+strings.Join(needed, ",")+". What was refused needs none.")
}

func validInterview(i Interview) error {
	for _, f := range []struct {
		what   string
		chosen []string
		known  []string
	}{{"explained point", i.Explained, Explanations()}, {"part to mask", i.Mask, Masks()},
		{"modality", given(i.Modality), Modalities()}, {"capacity", given(i.Capacity), Capacities()}} {
		for _, w := range f.chosen {
			if !slices.Contains(f.known, w) {
				return invalid("this is no "+f.what, "Choose from: "+strings.Join(f.known, ", ")+".")
			}
		}
	}
	if i.Language != "" && lang.ParseTag(i.Language) == "" {
		return invalid("this is no language tag", "Write it like ug, zh-Hans or pt-BR (BCP 47).")
	}
	if i.On != "" {
		if _, err := ParseDate(i.On); err != nil {
			return err
		}
	}
	if i.Form != "" && !intake.ValidSource(i.Form) {
		return invalid("the form is a source", "Add the signed form or the recording as an original, and give its id, such as S-014.")
	}
	return validPeople(i)
}

// validPeople refuses open names where a person's id or a sealed reference belongs.
func validPeople(i Interview) error {
	for _, f := range []struct{ what, id, prefixes string }{
		{"interviewer", i.Interviewer, "M P E"}, {"interpreter", i.Interpreter, "P E"}, {"guardian", i.Guardian, "P E"},
	} {
		known := slices.ContainsFunc(strings.Fields(f.prefixes), func(prefix string) bool { return numbered(prefix, f.id) })
		if f.id != "" && !known {
			return invalid("the "+f.what+" is named by id or sealed reference, never by name",
				"Give a person's id (P-03) or seal the name and give its reference (E-0004); an interviewer may be a member (M-02).")
		}
	}
	if i.Modality == byGuardian && i.Guardian == "" {
		return invalid("a guardian answered, and it is not said which", "Give the guardian by id or sealed reference.")
	}
	return nil
}

// given is the list of a word that may be empty.
func given(word string) []string {
	if word == "" {
		return nil
	}
	return []string{word}
}

func validScopes(scopes []Scope) error {
	if len(scopes) == 0 {
		return invalid("consent without a scope allows nothing", "Say to which use, towards whom and under which attribution.")
	}
	seen := map[Scope]bool{}
	for _, s := range scopes {
		for _, w := range []struct {
			what, word string
			known      []string
		}{{"use", s.Use, Uses()}, {"audience", s.Audience, Audiences()}, {"attribution", s.Attribution, Attributions()}, {"state of consent", s.State, ScopeStates()}} {
			if !slices.Contains(w.known, w.word) {
				return invalid("this is no "+w.what, "Choose one of: "+strings.Join(w.known, ", ")+".")
			}
		}
		if d, err := ParseDate(s.Expires); s.Expires != "" && (err != nil || !d.IsDay()) {
			return invalid("the end of consent is one day", "Write it like 2027-12-31.")
		}
		cell := Scope{Use: s.Use, Audience: s.Audience, Attribution: s.Attribution}
		if seen[cell] {
			return invalid("one consent answers the same question twice", "Keep one answer for each use, audience and attribution.")
		}
		seen[cell] = true
	}
	return nil
}

// Covers decides whether the bases of one source allow a use towards an audience under
// an attribution on the day of on, in the zone that on carries. The answer names the
// rule that decided and the basis, and no content.
//
// Nothing is allowed that nobody allowed. A consent covers exactly the use, audience
// and attribution that the person answered: who agreed to be named did not thereby
// agree to be described. The newest answer to a question counts, by the day on which it
// was given, so that a mind can be changed; where the day of one is in doubt, the doubt
// never allows. A withdrawn basis ends every use of its source for good.
func Covers(bases []Basis, use, audience, attribution string, on time.Time) (ok bool, why string) {
	if !slices.Contains(Uses(), use) || !slices.Contains(Audiences(), audience) || !slices.Contains(Attributions(), attribution) {
		return false, "unknown word: the use, the audience or the attribution is none of the house's"
	}
	if len(bases) == 0 {
		return false, "no basis: nothing is recorded that allows any use"
	}
	bases = asRecorded(bases)
	consent := false
	for _, b := range bases {
		if b.Withdrawn {
			return false, "withdrawn: " + b.ID + " was withdrawn, which ends every use of the source"
		}
		consent = consent || b.Kind == Consent
	}
	if attribution == BackgroundOnly && cites(use) {
		return false, "background: what is background_only may inform and may not be cited, so " + use + " is not covered"
	}
	// Where somebody was asked, being public does not stand in for an answer.
	if consent {
		return consentCovers(bases, use, audience, attribution, on)
	}
	return publicRecordCovers(bases, use)
}

// cites reports whether a use shows the source's content to readers.
func cites(use string) bool {
	return slices.Contains([]string{UseReport, UseQuote, UseAdvocacy, UsePublishAV, UseMedia}, use)
}

func consentCovers(bases []Basis, use, audience, attribution string, on time.Time) (bool, string) {
	question := use + " for " + audience + " as " + attribution
	id, answer := newest(bases, use, audience, attribution, on.Location())
	switch {
	case id == "":
		return false, "not asked: no consent answers " + question + ", which counts as refused"
	case answer.State == NotAsked:
		return false, "not asked: " + id + " says that nobody asked about " + question + ", which counts as refused"
	case answer.State != Given:
		return false, answer.State + ": " + id + " has " + question + " as " + answer.State
	case answer.over(on):
		return false, "expired: " + id + " held for " + question + " until " + answer.Expires
	}
	return true, "consent: " + id + " allows " + question
}

// asRecorded are the bases as they were recorded, whatever order they come in.
func asRecorded(bases []Basis) []Basis {
	return slices.SortedFunc(slices.Values(bases), func(a, b Basis) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
}

// newest is the last answer to one question, with the basis that holds it: the last by
// the day on which it was given, and of one day by when it was recorded. Taking an old
// form down today does not undo what the person said since.
func newest(bases []Basis, use, audience, attribution string, zone *time.Location) (id string, answer Scope) {
	var last Basis
	for _, b := range bases {
		for _, s := range b.Scopes {
			if b.Kind != Consent || s.Use != use || s.Audience != audience || s.Attribution != attribution {
				continue
			}
			if id == "" || b.answered(s, zone).compare(last.answered(answer, zone)) > 0 {
				id, answer, last = b.ID, s, b
			}
		}
	}
	return id, answer
}

// moment is when an answer was given, as far as it decides which of two is the newer.
type moment struct {
	day   Date
	doubt int // where the day is not known, leave comes before all others of it, and everything else after them
	at    int64
	id    string
}

func (m moment) compare(n moment) int {
	return cmp.Or(cmp.Compare(m.day, n.day), cmp.Compare(m.doubt, n.doubt), cmp.Compare(m.at, n.at), cmp.Compare(len(m.id), len(n.id)), cmp.Compare(m.id, n.id))
}

// answered is the moment from which an answer counts. Where only the month or the year is
// known, leave counts from its first day and everything else from its last, so that
// doubt never allows. An answer without a day is of the day on which it was recorded.
func (b Basis) answered(s Scope, zone *time.Location) moment {
	on := Date(b.On)
	switch {
	case b.On == "":
		return moment{DateOf(time.UnixMicro(b.At).In(zone)), 0, b.At, b.ID}
	case on.IsDay():
		return moment{on, 0, b.At, b.ID}
	case s.State == Given:
		return moment{on.Earliest(), -1, b.At, b.ID}
	}
	return moment{on.Latest(), 1, b.At, b.ID}
}

// over reports whether the last day of an answer lies before the day of on.
func (s Scope) over(on time.Time) bool { return s.Expires != "" && Date(s.Expires) < DateOf(on) }

func publicRecordCovers(bases []Basis, use string) (bool, string) {
	if use == UseRecording || use == UseRecontact {
		return false, "public record: " + use + " is an act towards a person, and only consent covers it"
	}
	var id, victim string
	assessed := false
	for _, b := range bases {
		if b.Kind != PublicRecord {
			continue
		}
		if !lang.Blank(b.Citation) {
			id = b.ID
		}
		if b.NamesVictim {
			// The newest counts: an assessment covers what was named before it, not after.
			victim, assessed = b.ID, !lang.Blank(b.RiskAssessment)
		}
	}
	switch {
	case id == "":
		return false, "no citation: public record without a citation covers nothing"
	case victim != "" && !assessed:
		return false, "victim named: " + victim + " names a victim, and no risk assessment is recorded"
	}
	return true, "public record: " + id + " has its citation"
}

// ConsentCell is what a person answered about one use towards one audience. Without an
// answer nobody asked, which is the same as refused.
type ConsentCell struct {
	Use      string          `json:"use"`
	Audience string          `json:"audience"`
	Answers  []ConsentAnswer `json:"answers"`
}

// ConsentAnswer is the answer that counts on a day, for one attribution.
type ConsentAnswer struct {
	Attribution string `json:"attribution"`
	State       string `json:"state"`
	Expires     string `json:"expires,omitempty"`
	Basis       string `json:"basis"`
}

// ConsentMatrix lists every use towards every audience with what was answered, as it
// counts on the day of on in the zone that on carries.
func ConsentMatrix(bases []Basis, on time.Time) (cells []ConsentCell) {
	bases = asRecorded(bases)
	withdrawn := slices.ContainsFunc(bases, func(b Basis) bool { return b.Withdrawn })
	for _, use := range Uses() {
		for _, audience := range Audiences() {
			cell := ConsentCell{Use: use, Audience: audience, Answers: []ConsentAnswer{}}
			for _, attribution := range Attributions() {
				id, s := newest(bases, use, audience, attribution, on.Location())
				switch {
				case id == "":
					continue
				case withdrawn:
					s.State = Withdrawn
				case s.State == Given && s.over(on):
					s.State = Expired
				}
				cell.Answers = append(cell.Answers, ConsentAnswer{attribution, s.State, s.Expires, id})
			}
			cells = append(cells, cell)
		}
	}
	return cells
}
