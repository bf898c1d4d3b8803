package record

import (
	"cmp"
	"slices"
	"strings"
	"time"
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
	Withdrawn      bool    `json:"withdrawn,omitempty"`
	WithdrawnAt    int64   `json:"withdrawn_at,omitempty"` // µs since 1970, UTC
	WithdrawnBy    string  `json:"withdrawn_by,omitempty"` // the member who took it down
	WithdrawnVia   string  `json:"withdrawn_via,omitempty"`
	By             string  `json:"by"`
	At             int64   `json:"at"`
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
		if strings.TrimSpace(b.Citation) == "" {
			return invalid("public record needs its citation", "Say where it was published.")
		}
		if len(b.Scopes) > 0 {
			return invalid("public record has no scopes: nobody was asked", "Record what a person answered as consent.")
		}
		return nil
	}
	return invalid("this is no kind of basis", "Choose one of: consent, public_record.")
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
// agree to be described. The newest answer to a question counts, so that a mind can be
// changed; a withdrawn basis ends every use of its source for good.
func Covers(bases []Basis, use, audience, attribution string, on time.Time) (ok bool, why string) {
	if !slices.Contains(Uses(), use) || !slices.Contains(Audiences(), audience) || !slices.Contains(Attributions(), attribution) {
		return false, "unknown word: the use, the audience or the attribution is none of the house's"
	}
	if len(bases) == 0 {
		return false, "no basis: nothing is recorded that allows any use"
	}
	bases = slices.SortedFunc(slices.Values(bases), func(a, b Basis) int {
		return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
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
	var id string
	var answer Scope
	for _, b := range bases {
		for _, s := range b.Scopes {
			if b.Kind == Consent && s.Use == use && s.Audience == audience && s.Attribution == attribution {
				id, answer = b.ID, s
			}
		}
	}
	switch {
	case id == "":
		return false, "not asked: no consent answers " + question + ", which counts as refused"
	case answer.State == NotAsked:
		return false, "not asked: " + id + " says that nobody asked about " + question + ", which counts as refused"
	case answer.State != Given:
		return false, answer.State + ": " + id + " has " + question + " as " + answer.State
	case answer.Expires != "" && Date(answer.Expires) < DateOf(on):
		return false, "expired: " + id + " held for " + question + " until " + answer.Expires
	}
	return true, "consent: " + id + " allows " + question
}

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
		if strings.TrimSpace(b.Citation) != "" {
			id = b.ID
		}
		if b.NamesVictim {
			// The newest counts: an assessment covers what was named before it, not after.
			victim, assessed = b.ID, strings.TrimSpace(b.RiskAssessment) != ""
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
