package intake

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"heed/internal/fault"
	"heed/internal/intake/quote"
	"heed/internal/ledger"
	"heed/internal/seal"
	"heed/internal/store"
	"heed/internal/store/blob"
)

//go:embed schema/*.sql
var files embed.FS

// Schema returns the migrations of this room.
func Schema() store.Schema { return store.SchemaIn("intake", files, "schema") }

// Room is the door with its tables, blobs, sealer and quote engine.
type Room struct {
	db     *store.DB
	blobs  *blob.Dir
	sealer Sealer
	engine quote.Extractor
}

// New makes the room.
func New(db *store.DB, blobs *blob.Dir, sealer Sealer, engine quote.Extractor) *Room {
	return &Room{db, blobs, sealer, engine}
}

const originalColumns = "id, received_at, by_member, name, media, size, sha256, no_text, seal_original, seal_name, erased_at"

func scanOriginal(row interface{ Scan(...any) error }) (o Original, err error) {
	var body, name string
	err = row.Scan(&o.ID, &o.ReceivedAt, &o.By, &o.Name, &o.Media, &o.Size, &o.SHA256, &o.NoText, &body, &name, &o.Erased)
	o.Original, o.FileName = seal.Ref(body), seal.Ref(name)
	return o, err
}

// readOriginalBy finds an original by a column named in this package.
func readOriginalBy(tx *store.Tx, column, value string) (Original, error) {
	o, err := scanOriginal(tx.QueryRow("SELECT "+originalColumns+" FROM original WHERE "+column+" = ?", value))
	if errors.Is(err, sql.ErrNoRows) {
		return o, ledger.Missing(tx, "source", value)
	}
	return o, err
}

// ReadOriginal finds an original by its id, also one that was erased.
func ReadOriginal(tx *store.Tx, id string) (Original, error) { return readOriginalBy(tx, "id", id) }

// ReadKept finds an original by its id and refuses one that was erased. Whatever is
// written about a source asks it first: an act under the subject of an erased source
// would make a new key for it.
func ReadKept(tx *store.Tx, id string) (Original, error) {
	o, err := ReadOriginal(tx, id)
	if err == nil {
		err = o.kept()
	}
	return o, err
}

// Originals lists all, oldest first.
func (r *Room) Originals(ctx context.Context) ([]Original, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) ([]Original, error) { return ReadOriginals(tx) })
}

// ReadOriginals lists all in a transaction.
func ReadOriginals(tx *store.Tx) (out []Original, err error) {
	err = tx.Each("SELECT "+originalColumns+" FROM original ORDER BY length(id), id", nil, func(rows *sql.Rows) error {
		o, err := scanOriginal(rows)
		out = append(out, o)
		return err
	})
	return out, err
}

// Original finds one original.
func (r *Room) Original(ctx context.Context, id string) (Original, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Original, error) { return ReadOriginal(tx, id) })
}

// freeze writes a working text and its act. The version is a digest of text and
// spans, so that check notices a changed byte or a moved border.
func freeze(tx *store.Tx, by ledger.Actor, t Text) error {
	if _, err := tx.Exec("INSERT INTO working_text (source, format, title, body) VALUES (?, ?, ?, ?)", t.Source, t.Format, t.Title, t.Body); err != nil {
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

// textID is the ledger's name for the working text of a source.
func textID(source string) string { return source + ".text" }

type textVersion struct {
	Source    string `json:"source"`
	Format    string `json:"format"`
	Sentences int    `json:"sentences"`
	SHA256    string `json:"sha256"` // of title, body and every span
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
	return textVersion{t.Source, t.Format, len(t.Sentences), hex.EncodeToString(h.Sum(nil))}
}

// ReadText reads the working text of a source.
func ReadText(tx *store.Tx, source string) (Text, error) {
	t := Text{Source: source}
	err := tx.QueryRow("SELECT format, title, body FROM working_text WHERE source = ?", source).Scan(&t.Format, &t.Title, &t.Body)
	if errors.Is(err, sql.ErrNoRows) {
		return t, noWorkingText(tx, source)
	}
	if err != nil {
		return t, err
	}
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

// noWorkingText says why there is no text, or that there is no such source.
func noWorkingText(tx *store.Tx, source string) error {
	o, err := ReadKept(tx, source)
	switch {
	case err != nil:
		return err
	case o.Sealed():
		return fault.New(fault.Withheld, source+" is sealed and has no working text", "The original is safe in the vault.",
			"A custodian can add a text without names: heed add --text-of "+source+" FILE")
	}
	return fault.New(fault.NotFound, source+" has no working text: "+o.NoText, "The original is kept, bit by bit.", "Get it with: heed get "+source+" -o DIR")
}

// Text reads the working text of a source.
func (r *Room) Text(ctx context.Context, source string) (Text, error) {
	return store.Read(ctx, r.db, func(tx *store.Tx) (Text, error) { return ReadText(tx, source) })
}

// ReadPassage cuts a passage out of its source's working text.
func ReadPassage(tx *store.Tx, a Address) (Passage, error) {
	t, err := ReadText(tx, a.Source)
	if err != nil {
		return Passage{}, err
	}
	return t.Passage(a)
}

// IDs lists every object of this room that the ledger knows. An erased original is
// none any more: its row says only that there was one.
func (r *Room) IDs(tx *store.Tx) ([]string, error) {
	return column(tx, `SELECT id FROM original WHERE erased_at = 0 UNION ALL SELECT source || '.text' FROM working_text
		UNION ALL SELECT id FROM proposal UNION ALL SELECT id FROM custody`)
}

// column collects the one text column that a query answers with.
func column(tx *store.Tx, query string, args ...any) (out []string, err error) {
	err = tx.Each(query, args, func(rows *sql.Rows) error {
		var s string
		err := rows.Scan(&s)
		out = append(out, s)
		return err
	})
	return out, err
}

// Version returns the state of an object as it was given to the ledger.
func (r *Room) Version(tx *store.Tx, id string) (any, error) {
	if source, ok := strings.CutSuffix(id, textID("")); ok {
		t, err := ReadText(tx, source)
		return t.digest(), err
	}
	switch {
	case strings.HasPrefix(id, "Q-"):
		return ReadProposal(tx, id)
	case strings.HasPrefix(id, "CU-"):
		return readCustodyBy(tx, id)
	}
	return ReadOriginal(tx, id)
}
