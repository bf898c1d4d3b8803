package intake

import (
	"context"
	"database/sql"
	"embed"
	"errors"
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

// IDs lists every object of this room that the ledger knows. An erased original is
// none any more: its row says only that there was one.
func (r *Room) IDs(tx *store.Tx) ([]string, error) {
	return column(tx, `SELECT id FROM original WHERE erased_at = 0 UNION ALL SELECT source || '.text' FROM working_text
		UNION ALL SELECT source || '.text.' || edition FROM earlier_text UNION ALL SELECT id FROM proposal UNION ALL SELECT id FROM custody`)
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
	if source, edition, ok := strings.Cut(id, textID("")); ok {
		t, err := readEditionOf(tx, source, edition)
		return t.digest(), err
	}
	switch {
	case strings.HasPrefix(id, "Q-"):
		return proposalAsWritten(tx, id)
	case strings.HasPrefix(id, "CU-"):
		return readCustodyBy(tx, id)
	}
	return ReadOriginal(tx, id)
}

// proposalAsWritten reads a proposal as check compares it with the ledger.
func proposalAsWritten(tx *store.Tx, id string) (Proposal, error) {
	p, err := ReadProposal(tx, id)
	if err != nil {
		return p, err
	}
	var body string
	if err := tx.QueryRow("SELECT body FROM proposal WHERE id = ?", id).Scan(&body); err != nil {
		return p, err
	}
	return p, ledger.AsWritten(id, body, p)
}
