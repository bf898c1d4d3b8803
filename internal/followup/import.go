package followup

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"heed/internal/fault"
	"heed/internal/followup/table"
)

// ImportReport says what became of every row of a table. Rows is the sum of the six
// classes; a dry run gives the report that the real run would give.
type ImportReport struct {
	Source  string        `json:"source,omitempty"` // "" in a dry run of a file that is not in the case
	DryRun  bool          `json:"dry_run"`
	Reading table.Reading `json:"reading"`
	Dated   string        `json:"dated,omitempty"` // the source's date, from which its positions count

	Rows      int `json:"rows"`
	New       int `json:"new"`
	Already   int `json:"already_here"` // from this or another original
	Same      int `json:"same"`         // word for word an earlier row of this file
	Conflicts int `json:"conflicts"`    // the key of another row or recommendation, with other content: taken as its own
	LeftOut   int `json:"left_out"`     // no recommendation
	Refused   int `json:"refused"`

	// Of the rows that are new or in conflict:
	Positions int    `json:"positions"`         // taken down
	Unsaid    int    `json:"without_response"`  // the table gives no response
	Unread    int    `json:"response_not_read"` // one that is no position here, or of several addressees
	First     string `json:"first,omitempty"`   // recommendation written
	Last      string `json:"last,omitempty"`

	Problems []RowProblem `json:"problems"`
	More     int          `json:"more_problems,omitempty"` // beyond those listed
}

// Sum adds up the classes. It is Rows, whatever the file held.
func (r *ImportReport) Sum() int {
	return r.New + r.Already + r.Same + r.Conflicts + r.LeftOut + r.Refused
}

// Taken counts the rows that became, or in a dry run would become, recommendations.
func (r *ImportReport) Taken() int { return r.New + r.Conflicts }

// The classes of problems.
const (
	RowRefused  = "refused"
	RowConflict = "conflict"
	RowSame     = "same"
	RowNoted    = "noted" // the row was taken, a part of it was not
)

// RowProblem is one thing that somebody should know of a row.
type RowProblem struct {
	Row   int    `json:"row"`
	Line  int    `json:"line"`
	Class string `json:"class"`
	What  string `json:"what"`
	Of    string `json:"of,omitempty"`    // the row or recommendation that it is the same as, or in conflict with
	Lines int    `json:"lines,omitempty"` // that it takes, when they are several and it was refused
}

// maxRowProblems bounds the list; what is beyond is counted.
const maxRowProblems = 100_000

func (r *ImportReport) problem(p RowProblem) {
	if len(r.Problems) == maxRowProblems {
		r.More++
		return
	}
	r.Problems = append(r.Problems, p)
}

// importer turns the rows of one table into recommendations.
type importer struct {
	format table.Format
	source string
	seen   map[string][]standing // by key: the rows of this file that were judged
}

// standing is what is known under a key: a row of this file, or a recommendation.
type standing struct {
	digest string
	of     string
}

// candidate is a row on its way to become a recommendation.
type candidate struct {
	row   table.Row
	rec   Recommendation
	pos   *Position
	notes []string
	wrong string
}

// candidate reads a row as a recommendation, with the position that its table codes.
func (im *importer) candidate(row table.Row) candidate {
	c := candidate{row: row, wrong: row.Wrong, notes: row.Notes}
	if c.wrong != "" || row.Out != "" {
		return c
	}
	c.rec = Recommendation{Text: row.Text, Source: im.source, Row: row.N, Words: row.Raw, Issuer: issuerOf(row), Addressees: row.To, Verb: VerbIn(row.Text),
		Symbol: row.Symbol, Paragraph: row.Paragraph, Themes: row.Themes, Affected: row.Affected, Response: row.Response,
		Session: row.Session, Cycle: row.Cycle, Published: row.Date, SDGs: row.SDGs}
	if row.Action != 0 {
		c.rec.Category, c.rec.CategoryBy = row.Action, coder(im.format)
	}
	if err := c.rec.check(); err != nil {
		c.wrong = err.Error()
		return c
	}
	c.rec.Key, c.rec.Digest = keyOf(im.format, row), digestOf(im.format, row)
	c.position(coder(im.format))
	return c
}

// coder is whose coding a table is.
func coder(f table.Format) string {
	if f == table.UPRInfo {
		return "UPR Info"
	}
	return "UHRI"
}

// issuerOf is who recommends: the states that did, else the body. Where a review does not
// know which state it was, nobody is named.
func issuerOf(row table.Row) string {
	if len(row.From) == 0 && row.Body == "UPR" {
		return ""
	}
	if len(row.From) == 0 {
		return row.Body
	}
	return strings.Join(row.From, "; ")
}

// responses gives the words of tables their positions. Supported/Noted stands where a part
// of a recommendation is supported and a part noted. A word that is not here takes none.
var responses = map[string]string{
	"accepted": Supported, "supported": Supported,
	"noted": Noted, "rejected": Rejected,
	"supported/noted": PartiallySupported, "noted/supported": PartiallySupported,
	"partially accepted": PartiallySupported, "partially supported": PartiallySupported,
}

// position reads the response. It is what the table's editors coded, never the state's own
// words, and says so; of several addressees nobody knows whose it is.
func (c *candidate) position(by string) {
	value, known := responses[strings.ToLower(c.rec.Response)]
	switch {
	case c.rec.Response == "":
	case !known:
		c.notes = append(c.notes, "its response is no position here: the word was kept, and no position taken")
	case len(c.rec.Addressees) > 1:
		c.notes = append(c.notes, "it has several addressees and one response: the word was kept, and no position taken")
	default:
		c.pos = &Position{Value: value, Reported: c.rec.Response, Why: "as coded by the editors of " + by + "; not the addressee's own words"}
	}
}

// keyOf is what a row is known by when its table comes again, in this or another file.
// UHRI numbers its annotations. UPR Info has no numbers: there, a recommendation is what
// one state asks another in one session, in the same words but for blanks and capitals.
func keyOf(f table.Format, row table.Row) string {
	switch {
	case f == table.UPRInfo:
		return "upr-info:" + hashed(strings.Join(row.To, "\n"), strings.Join(row.From, "\n"), row.Session, row.Text)
	case row.AnnotationID != "" && len(row.AnnotationID) <= 64:
		return "uhri:" + row.AnnotationID
	}
	return "uhri-row:" + hashed(strings.Join(row.To, "\n"), strings.Join(row.From, "\n"), row.Body, row.Symbol, row.Text)
}

// hashed is a digest of parts that counts neither blanks nor capitals.
func hashed(parts ...string) string {
	for i, p := range parts {
		parts[i] = strings.ToLower(norm.NFC.String(p))
	}
	return digest(parts)
}

// digestOf is of all that a row says, as far as each export of a table says it: UHRI's Excel
// file has no tags in its texts and no cycles.
func digestOf(f table.Format, row table.Row) string {
	words := row.Raw
	if f != table.UPRInfo {
		words = row.Text
	}
	return digest([]any{words, row.To, row.From, row.Body, row.Symbol, row.Response, row.Action, row.Themes, row.Affected, row.SDGs, row.Session, row.Date})
}

func digest(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("internal error: " + err.Error()) // unreachable: strings and numbers always marshal
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:16])
}

// judgement is what becomes of a candidate.
type judgement struct {
	class string // rowNew, rowAlready, rowOut or a class of problems
	what  string
	of    string
}

const (
	rowNew     = "new"
	rowAlready = "already here"
	rowOut     = "left out"
)

// judge puts a candidate into one class. here are earlier rows of its file with its key,
// there the recommendations with it. A row that says the same as one of them is that one
// again. One that says something else is another recommendation, and is named: to drop it
// would lose it, and to merge the two is for a person.
func judge(c candidate, here, there []standing) judgement {
	same := func(s standing) bool { return s.digest == c.rec.Digest }
	switch {
	case c.row.Out != "":
		return judgement{class: rowOut}
	case c.wrong != "":
		return judgement{class: RowRefused, what: c.wrong}
	case slices.ContainsFunc(here, same):
		return judgement{RowSame, "it says the same as an earlier row", here[slices.IndexFunc(here, same)].of}
	case slices.ContainsFunc(there, same):
		return judgement{class: rowAlready}
	case len(here) > 0:
		return judgement{RowConflict, otherContent, here[0].of}
	case len(there) > 0:
		return judgement{RowConflict, otherContent, there[0].of}
	}
	return judgement{class: rowNew}
}

const otherContent = "it has the key of another one and says something else: taken as a recommendation of its own"

// written reports whether a judgement makes a recommendation.
func (j judgement) written() bool { return j.class == rowNew || j.class == RowConflict }

// enter counts one row in the report.
func (r *ImportReport) enter(c candidate, j judgement) {
	r.Rows++
	switch j.class {
	case rowNew:
		r.New++
	case rowAlready:
		r.Already++
	case rowOut:
		r.LeftOut++
	case RowSame:
		r.Same++
	case RowConflict:
		r.Conflicts++
	case RowRefused:
		r.Refused++
	}
	if j.what != "" {
		r.problem(RowProblem{Row: c.row.N, Line: c.row.Line, Lines: c.row.Lines, Class: j.class, What: j.what, Of: j.of})
	}
	if !j.written() {
		return
	}
	for _, n := range c.notes {
		r.problem(RowProblem{Row: c.row.N, Line: c.row.Line, Class: RowNoted, What: n})
	}
	switch {
	case c.pos != nil:
		r.Positions++
	case c.rec.Response == "":
		r.Unsaid++
	default:
		r.Unread++
	}
}

// judgedChunk is what becomes of some rows that follow each other.
type judgedChunk struct {
	all    []judgement
	seen   map[string][]standing // what they add to the importer's, once they are written
	writes bool
	first  string // recommendation written
	last   string
}

// judge judges rows that follow each other. there are the recommendations with their keys.
func (im *importer) judge(chunk []candidate, there map[string][]standing) *judgedChunk {
	out := &judgedChunk{seen: map[string][]standing{}}
	for _, c := range chunk {
		key := c.rec.Key
		j := judge(c, slices.Concat(im.seen[key], out.seen[key]), there[key])
		if j.written() || j.class == rowAlready {
			out.seen[key] = append(out.seen[key], standing{c.rec.Digest, fmt.Sprintf("row %d", c.row.N)})
		}
		out.writes = out.writes || j.written()
		out.all = append(out.all, j)
	}
	return out
}

// done notes that the rows were judged for good.
func (im *importer) done(chunk []candidate, judged *judgedChunk, report *ImportReport) {
	for i, c := range chunk {
		report.enter(c, judged.all[i])
	}
	for key, more := range judged.seen {
		im.seen[key] = append(im.seen[key], more...)
	}
	if judged.first != "" {
		report.First, report.Last = cmp.Or(report.First, judged.first), judged.last
	}
}

// partly says, of an import that broke off, what of it is there.
func (r *ImportReport) partly(err error) error {
	if r.Taken() == 0 || r.DryRun || fault.KindOf(err) == 0 {
		return err
	}
	return fault.New(fault.KindOf(err), err.Error(), fmt.Sprintf("%d recommendations of the first %d rows are in the case, whole.", r.Taken(), r.Rows),
		"Import the same file again: it goes on from there.")
}
