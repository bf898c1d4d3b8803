package intake

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"heed/internal/fault"
	"heed/internal/intake/extract"
	"heed/internal/ledger"
	"heed/internal/store"
)

// freeze writes a working text and its act. The version is a digest of text and
// spans, so that check notices a changed byte or a moved border.
func freeze(tx *store.Tx, by ledger.Actor, t Text) error {
	if _, err := tx.Exec("INSERT INTO working_text (source, format, title, body, edition) VALUES (?, ?, ?, ?, ?)",
		t.Source, t.Format, t.Title, t.Body, t.Edition.number()); err != nil {
		return fmt.Errorf("writing working text of %s: %w", t.Source, err)
	}
	for _, p := range t.Paragraphs {
		if _, err := tx.Exec("INSERT INTO paragraph VALUES (?, ?, ?, ?, ?, ?, ?)", t.Source, p.N, p.Start, p.End, string(p.Dir), string(p.Lang), p.Found); err != nil {
			return fmt.Errorf("writing paragraph of %s: %w", t.Source, err)
		}
	}
	for _, s := range t.Sentences {
		if _, err := tx.Exec("INSERT INTO sentence VALUES (?, ?, ?, ?, ?)", t.Source, s.N, s.Para, s.Start, s.End); err != nil {
			return fmt.Errorf("writing sentence of %s: %w", t.Source, err)
		}
	}
	_, err := ledger.Append(tx, ledger.Act{Kind: "working-text.frozen", By: by, Object: textID(t.Source), Subject: t.Source, Version: t.digest()})
	return err
}

type textVersion struct {
	Source    string  `json:"source"`
	Edition   Edition `json:"edition,omitzero"`
	Format    string  `json:"format"`
	Sentences int     `json:"sentences"`
	SHA256    string  `json:"sha256"` // of title, body and every span
}

func (t Text) digest() textVersion {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q\n", t.Title, t.Body)
	for _, p := range t.Paragraphs {
		fmt.Fprintf(h, "p %d %d %d %s %s %t\n", p.N, p.Start, p.End, p.Dir, p.Lang, p.Found)
	}
	for _, s := range t.Sentences {
		fmt.Fprintf(h, "s %d %d %d %d\n", s.N, s.Para, s.Start, s.End)
	}
	return textVersion{t.Source, t.Edition, t.Format, len(t.Sentences), hex.EncodeToString(h.Sum(nil))}
}

// ReadText reads the working text of a source, of several editions the newest.
func ReadText(tx *store.Tx, source string) (Text, error) {
	t := Text{Source: source}
	var edition int
	err := tx.QueryRow("SELECT format, title, body, edition FROM working_text WHERE source = ?", source).Scan(&t.Format, &t.Title, &t.Body, &edition)
	if errors.Is(err, sql.ErrNoRows) {
		return t, noWorkingText(tx, source)
	}
	if err != nil {
		return t, err
	}
	t.Edition = Edition(edition).plain()
	err = tx.Each("SELECT n, start_byte, end_byte, dir, lang, lang_found FROM paragraph WHERE source = ? ORDER BY n", []any{source}, func(rows *sql.Rows) error {
		var p Paragraph
		err := rows.Scan(&p.N, &p.Start, &p.End, &p.Dir, &p.Lang, &p.Found)
		t.Paragraphs = append(t.Paragraphs, p)
		return err
	})
	if err != nil {
		return t, err
	}
	err = tx.Each("SELECT n, paragraph, start_byte, end_byte FROM sentence WHERE source = ? ORDER BY n", []any{source}, func(rows *sql.Rows) error {
		var s Sentence
		err := rows.Scan(&s.N, &s.Para, &s.Start, &s.End)
		t.Sentences = append(t.Sentences, s)
		return err
	})
	return t, err
}

// readEarlier reads an edition that is not the newest any more.
func readEarlier(tx *store.Tx, source string, e Edition) (Text, error) {
	t := Text{Source: source, Edition: e.plain()}
	var paragraphs, sentences string
	err := tx.QueryRow("SELECT format, title, body, paragraphs, sentences FROM earlier_text WHERE source = ? AND edition = ?", source, e.number()).
		Scan(&t.Format, &t.Title, &t.Body, &paragraphs, &sentences)
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.NotFound, fmt.Sprintf("%s has no edition %d of its text", ledger.Echo(source), e.number()), "", "See which there are: heed history "+ledger.Echo(source))
	}
	if err == nil {
		err = errors.Join(json.Unmarshal([]byte(paragraphs), &t.Paragraphs), json.Unmarshal([]byte(sentences), &t.Sentences))
	}
	if err == nil {
		err = errors.Join(ledger.AsWritten(earlierID(source, e), paragraphs, t.Paragraphs), ledger.AsWritten(earlierID(source, e), sentences, t.Sentences))
	}
	return t, err
}

// ReadEdition reads one edition of the working text of a source.
func ReadEdition(tx *store.Tx, source string, e Edition) (Text, error) {
	newest, err := editionOf(tx, source)
	if err != nil {
		return Text{}, err
	}
	if newest.number() == e.number() {
		return ReadText(tx, source)
	}
	return readEarlier(tx, source, e)
}

// readEditionOf reads a text by what stands behind textID in the ledger's name of it.
func readEditionOf(tx *store.Tx, source, suffix string) (Text, error) {
	if suffix == "" {
		return ReadText(tx, source)
	}
	n, err := strconv.Atoi(strings.TrimPrefix(suffix, "."))
	if err != nil {
		return Text{}, err
	}
	return readEarlier(tx, source, Edition(n))
}

// editionOf is the newest edition of a source's text.
func editionOf(tx *store.Tx, source string) (Edition, error) {
	var n int
	err := tx.QueryRow("SELECT edition FROM working_text WHERE source = ?", source).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, noWorkingText(tx, source)
	}
	return Edition(n).plain(), err
}

// ReadPassage cuts a passage out of the edition its address names, without reading the
// sentences around it.
func ReadPassage(tx *store.Tx, a Address) (Passage, error) {
	newest, err := editionOf(tx, a.Source)
	if err != nil {
		return Passage{}, err
	}
	if newest != a.Edition.plain() {
		t, err := readEarlier(tx, a.Source, a.Edition)
		if err != nil {
			return Passage{}, err
		}
		return t.Passage(a)
	}
	var start, end sql.NullInt64
	var have int
	var body string
	err = tx.QueryRow(`SELECT (SELECT start_byte FROM sentence WHERE source = ?1 AND n = ?2), (SELECT end_byte FROM sentence WHERE source = ?1 AND n = ?3),
		(SELECT coalesce(max(n), 0) FROM sentence WHERE source = ?1), body FROM working_text WHERE source = ?1`, a.Source, a.From, a.To).Scan(&start, &end, &have, &body)
	if err != nil {
		return Passage{}, fmt.Errorf("reading %s: %w", a, err)
	}
	if a.From < 1 || a.To < a.From || !start.Valid || !end.Valid {
		return Passage{}, noSuchSentence(a, have)
	}
	if start.Int64 < 0 || start.Int64 > end.Int64 || end.Int64 > int64(len(body)) {
		return Passage{}, fmt.Errorf("the borders of %s lie outside its text", a)
	}
	return passage(a, int(start.Int64), int(end.Int64), body), nil
}

// Follow says where the words of a passage stand in the newest edition of the text, for
// showing; what points to the passage keeps its own address. ok is false where they stand
// there no more.
func Follow(tx *store.Tx, a Address) (to Address, ok bool, err error) {
	newest, err := editionOf(tx, a.Source)
	if err != nil || newest == a.Edition.plain() {
		return a, err == nil, err
	}
	earlier, err := readEarlier(tx, a.Source, a.Edition)
	if err != nil {
		return to, false, err
	}
	later, err := ReadText(tx, a.Source)
	if err != nil {
		return to, false, err
	}
	return follow(earlier, later, a)
}

// Text reads the working text of a source.
func (r *Room) Text(ctx context.Context, source string) (Text, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Text, error) { return ReadText(tx, source) })
}

// Edition reads one edition of the working text of a source.
func (r *Room) Edition(ctx context.Context, source string, e Edition) (Text, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Text, error) { return ReadEdition(tx, source, e) })
}

// Passage reads one passage.
func (r *Room) Passage(ctx context.Context, a Address) (Passage, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Passage, error) { return ReadPassage(tx, a) })
}

// supersede puts a further edition in the place of the newest text, which stays as an
// earlier one with everything that points into it.
func supersede(tx *store.Tx, by ledger.Actor, next Text) (Text, error) {
	old, err := ReadText(tx, next.Source)
	if err != nil {
		return next, err
	}
	if next.same(old) {
		return next, fault.New(fault.Conflict, next.Source+" reads the same again: no word and no border of a sentence differs", "Nothing was changed.", "")
	}
	paragraphs, err := json.Marshal(old.Paragraphs)
	if err != nil {
		return next, err
	}
	sentences, err := json.Marshal(old.Sentences)
	if err != nil {
		return next, err
	}
	if _, err := tx.Exec("INSERT INTO earlier_text VALUES (?, ?, ?, ?, ?, ?, ?)", old.Source, old.Edition.number(), old.Format, old.Title, old.Body,
		string(paragraphs), string(sentences)); err != nil {
		return next, fmt.Errorf("keeping an earlier text of %s: %w", old.Source, err)
	}
	for _, table := range []string{"sentence", "paragraph", "working_text"} {
		if _, err := tx.Exec("DELETE FROM "+table+" WHERE source = ?", old.Source); err != nil {
			return next, fmt.Errorf("superseding the text of %s: %w", old.Source, err)
		}
	}
	if _, err := ledger.Append(tx, ledger.Act{Kind: "working-text.superseded", By: by, Object: earlierID(old.Source, old.Edition), Subject: old.Source, Version: old.digest()}); err != nil {
		return next, err
	}
	next.Edition = Edition(old.Edition.number() + 1)
	return next, freeze(tx, by, next)
}

// Correct gives a sealed original that has a working text a further edition of it. The
// text before stays: what slipped into it is not taken back by this.
func (r *Room) Correct(ctx context.Context, by ledger.Actor, source string, body io.Reader) (Text, error) {
	text, err := readCustodians(body)
	if err != nil {
		return Text{}, err
	}
	err = r.db.Update(ctx, func(tx *store.Tx) error {
		o, err := ReadKept(tx, source)
		if err != nil {
			return err
		}
		if !o.Sealed() {
			return fault.New(fault.Conflict, o.ID+" is open, and its text is what its bytes say", "Nothing was changed.", "Read its bytes again: heed add --again "+o.ID)
		}
		text.Source = o.ID
		text, err = supersede(tx, by, text)
		return err
	})
	if err != nil {
		return Text{}, err
	}
	return text, nil
}

// Reread reads the bytes of an open original again, with the extractor of this version,
// and makes what it finds a further edition when that differs.
func (r *Room) Reread(ctx context.Context, by ledger.Actor, source string) (Text, error) {
	seen := new(opening)
	if _, err := r.ReadBytes(ctx, source, seen); err != nil {
		return Text{}, err
	}
	text, _, why := seen.read()
	if text == nil {
		return Text{}, fault.New(fault.Invalid, source+" has no text that can be read: "+why, "Nothing was changed.", "")
	}
	err := r.db.Update(ctx, func(tx *store.Tx) error {
		if _, err := ReadKept(tx, source); err != nil {
			return err
		}
		text.Source = source
		switch _, err := editionOf(tx, source); fault.KindOf(err) {
		case fault.NotFound: // this version reads what an earlier one could not
			return freeze(tx, by, *text)
		case 0:
			if err != nil {
				return err
			}
		default:
			return err
		}
		next, err := supersede(tx, by, *text)
		*text = next
		return err
	})
	if err != nil {
		return Text{}, err
	}
	return *text, nil
}

// readCustodians reads the text that a custodian wrote for a sealed original.
func readCustodians(body io.Reader) (Text, error) {
	b, err := io.ReadAll(io.LimitReader(body, extract.MaxText+1))
	if err != nil {
		return Text{}, fault.New(fault.Invalid, "the working text could not be read to its end", "Nothing was changed.", "Check the file, and add it again.")
	}
	t, err := extract.Read(b)
	if err != nil {
		return Text{}, fault.New(fault.Invalid, "this cannot be a working text: "+noText(err), "Nothing was changed.", "Give plain text or HTML in UTF-8.")
	}
	return *working(t), nil
}
